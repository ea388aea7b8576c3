"""How a file of answers is opened and read: the options of the caller, and those of a mapping file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile, FilePath
from intimacy_scales.instrument import Instrument
from intimacy_scales.interop.answers.item_columns import FileReading, file_reading
from intimacy_scales.interop.answers.mapping_file import SavedMapping, read_mapping
from intimacy_scales.interop.answers.opening import open_file
from intimacy_scales.reading.options import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """Options of opening and reading a file of answers.

    Attributes
    ----------
    encoding, sheet, structure, all_rows
        As in `open_file`.
    mapping
        A saved mapping, which says how every item is read; None: it follows from the file.
    """

    encoding: str | None = None
    sheet: str | None = None
    structure: FilePath | None = None
    all_rows: bool = False
    mapping: SavedMapping | None = None

    @classmethod
    def of(
        cls,
        *,
        encoding: str | None = None,
        sheet: str | None = None,
        structure: FilePath | None = None,
        all_rows: bool = False,
        mapping: FilePath | None = None,
    ) -> Self:
        """Return the options of a call, with those of a mapping file where the call does not give them.

        Raises
        ------
        ResponseError
            The mapping file cannot be read.
        """
        given = {"encoding": encoding, "sheet": sheet, "structure": structure, "all_rows": all_rows}
        if mapping is None:
            return cls(**given)  # type: ignore[arg-type]  # the names of the fields
        saved = read_mapping(mapping)
        said: dict[str, Any] = {name: value for name, value in given.items() if value}
        return cls(**(dict(saved.opening) | said), mapping=saved)

    def open(self, path: Path) -> AnswerFile:
        """Open a file; raises as `open_file`, and where it is not of the platform of the mapping."""
        file = open_file(
            path,
            encoding=self.encoding,
            sheet=self.sheet,
            structure=self.structure,
            all_rows=self.all_rows,
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
            Columns, missing codes or recoding are given beside a mapping file, which says all of it.
        """
        saved = self.mapping
        if saved is None:
            return file_reading(form, file, reading)
        beside = {
            "columns": reading.columns is not None,
            "missing_codes": bool(reading.missing_codes),
            "recode": bool(reading.recode),
        }
        twice = [name for name, is_given in (beside | {"recode": bool(reading.by_item)}).items() if is_given]
        if twice:
            raise ResponseError(
                f"{twice[0]}= is given beside mapping={str(saved.source)!r}, which says it already: write it "
                "into that file, or leave the mapping out"
            )
        said = replace(reading, columns=dict(saved.columns), by_item=tuple(saved.meanings.items()))
        return file_reading(form, file, said, settled=True)

    def to_dict(self) -> Mapping[str, Any]:
        """Return the options that open a file, for a mapping file or a request."""
        return {
            "encoding": self.encoding,
            "sheet": self.sheet,
            "structure": None if self.structure is None else str(self.structure),
            "all_rows": self.all_rows,
        }
