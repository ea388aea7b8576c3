"""Files of SPSS (.sav), Stata (.dta) and SAS (.sas7bdat), read in parts by pyreadstat (extra ``spss``)."""

from __future__ import annotations

import codecs
import warnings
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import MissingDependencyError, ResponseError
from intimacy_scales.files.base import BATCH_ROWS
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.data_file_headers import (
    check_sas_columns,
    check_unpacked,
    is_early_stata,
    stata_header,
    weighted_by,
)
from intimacy_scales.interop.answers.data_files import PART_BYTES, SAS_TAGS, Cells, DataFile
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions
from intimacy_scales.interop.answers.spss_dictionary import OTHER_ENCODING, SpssDictionary
from intimacy_scales.interop.answers.variables import (
    Calendar,
    Variable,
    choice_groups,
    sas_calendar,
    spss_calendar,
    stata_calendar,
)
from intimacy_scales.reading.frames import needs

_UNSIZED = 50  # columns read at a time if the number of rows is unknown: each has room for 100,000
_MOST_STARTS = 8  # parts of a file whose rows are unpacked from the first one for each part
_PACKING = 72  # position of the mark of packed rows in SPSS files
_STATA_TAGS = tuple(f".{letter}" for letter in ascii_lowercase)
_SAS_BEGINS = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")


class LibraryFile(DataFile):
    """A file that pyreadstat reads."""

    _reader: ClassVar[str]
    _is_a: ClassVar[str]  # for messages
    _declared_rows: int | None = None
    _n_batches = 1  # read at a time
    _is_read_from_start = False  # whether each part takes all rows before it to be read again
    _longest_text = 0  # bytes of texts that are stored apart from the rows

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        super().__init__(path, how)
        try:
            self._library = needs("pyreadstat", "spss")
        except MissingDependencyError as error:
            raise MissingDependencyError(f"{path}: is {self._is_a}; {error}, or save it as .csv") from None
        self._options: dict[str, Any] = {"user_missing": True, "disable_datetime_conversion": True}
        if how.encoding is not None:
            self._options["encoding"] = _encoding_name(how.encoding)
        self._check()
        _, known = self._read(metadataonly=True)
        if None in known.column_names:
            raise ResponseError(f"{path}: {self._why_unread(ValueError('a variable has no name'))}")
        stored = known.variable_storage_width
        self._widths = {name: stored.get(name) or self._longest_text for name in known.column_names}
        self._n_rows = self._declared_rows if known.number_rows is None else int(known.number_rows)
        self._check_size(self._n_rows or 0)
        self.size = self._n_rows or 0
        self.facts.version = self._version()
        if known.file_encoding:
            self.facts.decide("encoding", str(known.file_encoding), "declared in the file")
        if how.encoding is not None:
            self.facts.decide("encoding", how.encoding, "passed by you")
        if known.file_label:
            self.facts.decide("label", str(known.file_label), "stored in the file")
        groups = choice_groups(known.mr_sets, known.column_names)
        self.describe([self._variable(known, name) for name in known.column_names], groups)

    def _check(self) -> None:
        """Raise where the file would take too long to read."""

    @abstractmethod
    def _version(self) -> str:
        """Return the version of the format."""

    @staticmethod
    @abstractmethod
    def _calendar(form: str | None) -> tuple[Calendar | None, bool]:
        """Return how a format stores days or moments, and whether it is one of times."""

    def _tags(self) -> tuple[str, ...]:
        """Return the special missing values that numbers may have."""
        return ()

    def _variable(self, known: Any, name: str) -> Variable:
        """Return what pyreadstat says of a variable."""
        is_text = known.readstat_variable_types[name] == "string"
        form = known.original_variable_types[name]
        calendar, is_time = (None, False) if is_text else self._calendar(form)
        tags = () if is_text else self._tags()
        labels = known.variable_value_labels.get(name, {})
        return Variable(
            name=name,
            label=known.column_names_to_labels[name] or None,
            is_text=is_text,
            format=form,
            calendar=calendar,
            is_time=is_time,
            labels={_tag(code, tags): text for code, text in labels.items()},
            missing=[(limits["lo"], limits["hi"]) for limits in known.missing_ranges.get(name, [])],
            tags=tags,
        )

    def _read(self, **options: Any) -> Any:
        """Return some rows and the metadata; raise where the file is damaged."""
        library = self._library
        errors: tuple[type[Exception], ...] = (*_errors(library), OverflowError, ValueError)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)  # a name that occurs twice
                return getattr(library, self._reader)(self.path, **(self._options | options))
        except UserWarning as warning:
            raise ResponseError(f"{self.path}: {warning}; rename one of them") from None
        except errors as error:
            raise ResponseError(f"{self.path}: {self._why_unread(error)}") from None

    def _why_unread(self, error: Exception) -> str:
        """Return why a file cannot be read, and what to do."""
        words = str(error)
        if isinstance(error, UnicodeDecodeError) or "convert string" in words:
            return OTHER_ENCODING
        if "encoding" in words or "charset" in words.casefold():
            return f"its encoding is not known ({words}); pass it, for example encoding='cp1252'"
        return f"is a damaged or cut-off {self._platform} file ({words}); copy or export it again"

    def parts(self, names: Sequence[str]) -> Iterator[Mapping[str, Cells]]:
        """Yield some columns as they are stored, some rows at a time."""
        most = self._n_rows_at_a_time(names)
        first = 0
        while self._n_rows is None or first < self._n_rows:
            part = self._rows(names, first, most)
            n_rows = len(next(iter(part.values())))
            first += n_rows
            self.position = first
            self._check_size(first)
            if n_rows:
                yield part
            if n_rows < most:
                break
        if self._n_rows is not None and first < self._n_rows:
            raise ResponseError(
                f"{self.path}: is cut off: it declares {self._n_rows:,} rows, and has {first:,}; copy or "
                "export it again"
            )

    def _n_rows_at_a_time(self, names: Sequence[str]) -> int:
        most = self._n_batches * BATCH_ROWS
        if self._is_read_from_start and self._n_rows is not None:
            most = max(most, self._n_rows // _MOST_STARTS)
        return max(1, min(most, PART_BYTES // self._row_bytes(names)))

    def _row_bytes(self, names: Sequence[str]) -> int:
        return sum(max(8, self._widths[name]) for name in names)

    def _check_size(self, n_rows: int) -> None:
        check_unpacked(self.path, n_rows, self._row_bytes(list(self._widths)))

    def _rows(self, names: Sequence[str], first: int, most: int) -> Mapping[str, Cells]:
        """Return some columns from row ``first`` on, counted from 0."""
        at_a_time = _UNSIZED if self._n_rows is None else len(names)
        part: dict[str, Cells] = {}
        for place in range(0, len(names), at_a_time):
            some = list(names[place : place + at_a_time])
            frame, _ = self._read(usecols=some, row_offset=first, row_limit=most)
            part |= {name: self._cells(frame[name], self.variables[name]) for name in some}
        return part

    @staticmethod
    def _cells(series: Any, variable: Variable) -> Cells:
        """Return a column as an array of numbers, or as a list with None where there is no value."""
        if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iuf":
            values: NDArray[Any] = series.to_numpy()
            return values
        cells = [None if value != value else value for value in series.tolist()]  # noqa: PLR0124 - nan
        if variable.is_text:
            return cells
        return [_tag(cell, variable.tags) for cell in cells]


def _errors(library: Any) -> tuple[type[Exception], ...]:
    """Return the errors of pyreadstat, of which versions before 1.3 name one."""
    named: type[Exception] = library.ReadstatError
    return named, getattr(library, "PyreadstatError", named)


def _tag(code: Any, tags: Sequence[str]) -> Any:
    """Return a special missing value as its program writes it: ``.a``; any other value as it is."""
    return f".{code}" if isinstance(code, str) and f".{code}" in tags else code


def _encoding_name(encoding: str) -> str:
    """Return the name by which ReadStat knows an encoding."""
    try:
        return codecs.lookup(encoding).name.replace("_", "-")
    except LookupError:
        raise ResponseError(
            f"encoding {encoding!r} is not valid; allowed: one that Python knows, such as 'cp1252'"
        ) from None


class SpssFile(LibraryFile):
    """A system file of SPSS (.sav), also a compressed one (.zsav)."""

    _platform, _reader, _is_a = "SPSS", "read_sav", "an SPSS file"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with the mark of SPSS."""
        return head.data.startswith((b"$FL2@(#)", b"$FL3@(#)"))

    def _check(self) -> None:
        if self._is_packed():
            self._n_batches = 4
        self._is_read_from_start = self._is_packed() or self._has_packed_rows()
        dictionary = SpssDictionary(self.path, self._options.get("encoding"))
        self._declared_rows = dictionary.n_rows
        if dictionary.weight is not None:
            self.facts.notes.append(weighted_by(dictionary.weight))

    def _version(self) -> str:
        return "compressed system file (.zsav)" if self._is_packed() else "system file (.sav)"

    def _is_packed(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(4) == b"$FL3"

    def _has_packed_rows(self) -> bool:
        """Tell whether rows have no fixed length, because usual values take one byte."""
        with self.path.open("rb") as file:
            packing = file.read(_PACKING + 4)[_PACKING:]
        return packing.strip(b"\0") != b""

    @staticmethod
    def _calendar(form: str | None) -> tuple[Calendar | None, bool]:
        return spss_calendar(form)


class StataFile(LibraryFile):
    """A data file of Stata (.dta)."""

    _platform, _reader, _is_a = "Stata", "read_dta", "a Stata file"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with the mark of Stata 13, or with the version of an earlier one."""
        return head.data.startswith(b"<stata_dta>") or is_early_stata(head.data)

    def _check(self) -> None:
        header = stata_header(self.path)
        self._format, self._longest_text = header.version, header.longest_text

    def _version(self) -> str:
        return f"format {self._format}"

    @staticmethod
    def _calendar(form: str | None) -> tuple[Calendar | None, bool]:
        return stata_calendar(form)

    def _tags(self) -> tuple[str, ...]:
        return _STATA_TAGS


class SasFile(LibraryFile):
    """A data set of SAS (.sas7bdat)."""

    _platform, _reader, _is_a = "SAS", "read_sas7bdat", "a SAS data set"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with the mark of SAS."""
        return head.data.startswith(_SAS_BEGINS)

    def _check(self) -> None:
        check_sas_columns(self.path)

    def _version(self) -> str:
        return "data set (.sas7bdat)"

    @staticmethod
    def _calendar(form: str | None) -> tuple[Calendar | None, bool]:
        return sas_calendar(form)

    def _tags(self) -> tuple[str, ...]:
        return SAS_TAGS
