"""How a file of answers is opened and read: the options of the caller, and those of a mapping file."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Self, TypedDict

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile, FilePath, as_path
from intimacy_scales.instrument import Instrument
from intimacy_scales.interop.answers.item_columns import FileReading, file_reading
from intimacy_scales.interop.answers.mapping_comparison import compared_with_mapping
from intimacy_scales.interop.answers.mapping_file import SavedMapping, read_mapping
from intimacy_scales.interop.answers.opening import open_file
from intimacy_scales.reading.options import (
    CoupleReadingOptions,
    Function,
    Reading,
    ReadingOptions,
    reads_answers,
)


class OpeningOptions(TypedDict, total=False):
    """The options of `SourceFile` as keywords of a public function."""

    encoding: str | None
    sheet: str | None
    structure: FilePath | None
    all_rows: bool
    skip_rows: int
    mapping: FilePath | None


class FileOptions(ReadingOptions, OpeningOptions, total=False):
    """The options of a function that reads a file of answers."""


class CoupleFileOptions(CoupleReadingOptions, OpeningOptions, total=False):
    """The options of a function that reads a file of couples' answers."""


_OPENING = {
    "encoding": None,
    "sheet": None,
    "structure": None,
    "all_rows": False,
    "skip_rows": 0,
    "mapping": None,
}


def split_options(options: FileOptions | CoupleFileOptions) -> tuple[SourceFile, Any]:
    """Return how a file is opened, and the options of reading answers.

    Raises
    ------
    ResponseError
        A mapping file cannot be read.
    """
    opening = {name: value for name, value in options.items() if name in _OPENING}
    reading = {name: value for name, value in options.items() if name not in _OPENING}
    return SourceFile.of(opening), reading


def reads_files(function: Function) -> Function:
    """Show the options of opening and reading one by one in the signature of a function that takes them."""
    signature = inspect.signature(reads_answers(function))
    places = list(signature.parameters.values())
    kinds = {name: kind.__forward_arg__ for name, kind in OpeningOptions.__annotations__.items()}
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kinds[name])
        for name, default in _OPENING.items()
    ]
    function.__signature__ = signature.replace(parameters=[*places, *added])  # type: ignore[attr-defined]  # help() reads it
    return function


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """Options of opening and reading a file of answers.

    Attributes
    ----------
    encoding
        Encoding of a text file; None: detected.
    sheet
        Name of the sheet of a workbook; None: the first that is not hidden. It must be named if other sheets
        that are not hidden have the same columns.
    structure
        A file that describes the questions and options, such as a Qualtrics survey (.qsf).
    all_rows
        Whether to read rows that a platform marks as previews or tests too.
    skip_rows
        Number of rows above the header of a text file or a sheet.
    mapping
        A saved mapping, which says how every item is read; None: it follows from the file. In calls, the path
        of the file that `save_mapping` wrote.

    Examples
    --------
    >>> SourceFile.of({"sheet": "Main"}).sheet
    'Main'
    """

    encoding: str | None = None
    sheet: str | None = None
    structure: FilePath | None = None
    all_rows: bool = False
    skip_rows: int = 0
    mapping: SavedMapping | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Return the options of a call, with those of a mapping file where the call does not give them.

        Raises
        ------
        ResponseError
            The mapping file cannot be read.
        """
        options_given = {name: value for name, value in given.items() if value and name != "mapping"}
        mapping = given.get("mapping")
        if mapping is None:
            return cls(**options_given)
        saved = read_mapping(mapping)
        return cls(**(dict(saved.opening) | options_given), mapping=saved)

    def open(self, path: Path) -> AnswerFile:
        """Open a file; raises as `open_file`, and where it is not of the platform of the mapping."""
        file = open_file(
            path,
            encoding=self.encoding,
            sheet=self.sheet,
            structure=self.structure,
            all_rows=self.all_rows,
            skip_rows=self.skip_rows,
        )
        saved = self.mapping
        if saved is not None and saved.platform is not None and saved.platform != file.facts.platform:
            file.close()
            raise ResponseError(
                f"{path}: is {file.facts.platform}, but mapping={str(saved.source)!r} was saved for "
                f"{saved.platform}; leave the mapping out, or its platform"
            )
        return file

    def reading(self, form: Instrument, file: AnswerFile, reading: Reading) -> FileReading:
        """Return the column of each item of an opened file, and how its values are read.

        Raises
        ------
        ResponseError
            Columns, missing codes or recoding are given in addition to a mapping file, which says all of it,
            or the mapping file is of another instrument, or of a file whose options are others.
        """
        how = self.said(form, reading)
        if self.mapping is not None:
            notes = compared_with_mapping(self.mapping, form, file.facts.columns)
            file.facts.notes += [note for note in notes if note not in file.facts.notes]
        return file_reading(form, file, how, settled=self.is_settled)

    @property
    def is_settled(self) -> bool:
        """Whether a mapping file names the columns, so that it says all of how answers are read."""
        return self.mapping is not None and bool(self.mapping.columns)

    def said(self, form: Instrument | None, reading: Reading) -> Reading:
        """Return what the caller and a mapping file say of how answers are read.

        Raises
        ------
        ResponseError
            Columns, missing codes or recoding are given in addition to a mapping file, which says all of it.
        """
        saved = self.mapping
        if saved is None:
            return reading
        options = {
            "columns": reading.columns is not None,
            "missing_codes": bool(reading.missing_codes),
            "recode": bool(reading.recode or reading.by_item),
        }
        twice = [name for name, is_given in options.items() if is_given]
        if twice:
            raise ResponseError(
                f"{twice[0]}= is given in addition to mapping={str(saved.source)!r}, which says it already: "
                "write it into that file, or leave the mapping out"
            )
        for stored, _ in saved.recode:
            if form is not None and stored in form.item_ids:
                raise ResponseError(
                    f"mapping={str(saved.source)!r}: recode.{stored} must be a table of stored = answer, as "
                    f"in [recode.{stored}], since {stored} is an item of {form.ref.named}"
                )
        return replace(
            reading,
            columns=dict(saved.columns) or None,
            recode=saved.recode,
            by_item=tuple(saved.meanings.items()),
        )

    def to_dict(self) -> Mapping[str, Any]:
        """Return everything by which a file is opened and its items are found, for a request."""
        structure = None
        if self.structure is not None:
            path = as_path(self.structure, "structure")
            files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
            contents = (p.read_bytes() for p in files if p.is_file())
            structure = f"{path}, content {sha256(b''.join(contents)).hexdigest()}"
        return {
            "encoding": self.encoding,
            "sheet": self.sheet,
            "structure": structure,
            "all_rows": self.all_rows,
            "skip_rows": self.skip_rows,
            "mapping": None if self.mapping is None else repr(self.mapping._replace(source=Path())),
        }
