"""Transport files of SAS (.xpt), versions 5, 8 and 9: records of 80 bytes, then rows of a fixed length.

The layout is that of SAS Technical Support document TS-140, and of its extension to long names and labels. A
number is a floating-point number of IBM mainframes: the sign, an exponent to the base of 16, and 56 bits.
Special missing values are a letter and zeros, which other readers turn into plain missing values.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import BATCH_ROWS
from intimacy_scales.files.head import Head, unknown_encoding, wrong_encoding
from intimacy_scales.interop.answers.data_file_headers import check_n_columns
from intimacy_scales.interop.answers.data_files import PART_BYTES, SAS_TAGS, Cells, DataFile
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions
from intimacy_scales.interop.answers.variables import Variable, sas_calendar

_RECORD = 80
_BEGINS = b"HEADER RECORD*******"
_MEMBER = _BEGINS + b"MEMB"
_NAME_RECORD = struct.Struct(">4h8s40s8s3h2x8s2hi32sh18x")  # of one variable; the last two since version 8
_NUMERIC = 1
_LONGEST_ROW = 100_000_000  # bytes
_FRACTION = np.uint64(0x00FF_FFFF_FFFF_FFFF)
_SIGN = np.uint64(1 << 63)
_MARKS = np.frombuffer(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)


class Field(NamedTuple):
    """Where a variable is in a row: its first byte, its length, and whether it is a text."""

    start: int
    length: int
    is_text: bool


class TransportFile(DataFile):
    """A transport file of SAS with one data set."""

    _platform = "SAS"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with the record of a library."""
        kinds = (b"LIBRARY HEADER RECORD!!!!!!!", b"LIBV8   HEADER RECORD!!!!!!!")
        return head.data.startswith(tuple(_BEGINS + kind for kind in kinds))

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        super().__init__(path, how)
        self._encoding = how.encoding or "utf-8"
        self._fields: dict[str, Field] = {}
        with path.open("rb") as file:
            variables, declared = self._header(file)
            self._data = file.tell()
            self._check_single(file)
        self._row = sum(field.length for field in self._fields.values())
        if not 0 < self._row <= _LONGEST_ROW:
            raise ResponseError(f"{path}: has rows of {self._row:,} bytes; allowed: 1 to {_LONGEST_ROW:,}")
        self.size = self._n_rows(declared)
        why = "passed by you" if how.encoding else "the usual one; the file does not say"
        self.facts.decide("encoding", how.encoding or "UTF-8", why)
        self.describe(variables)

    def _header(self, file: IO[bytes]) -> tuple[list[Variable], int | None]:
        """Return the variables, and the number of rows if it is declared."""
        library = self._record(file)
        self.facts.version = "transport file (.xpt), version " + ("8" if b"LIBV8" in library else "5")
        for _ in range(3):
            member = self._record(file)
        if not member.startswith(_MEMBER):
            raise self._damaged("it has no data set")
        for _ in range(3):
            self._record(file)
        names = self._record(file)
        count = names[53:58].decode("latin-1")
        if b"NAM" not in names or not count.isdigit():
            raise self._damaged("its variables are not described")
        check_n_columns(int(count), self.path)
        variables = self._variables(file, int(count), is_short=member[74:78] == b"0136")
        file.seek(-file.tell() % _RECORD, 1)
        record = self._record(file)
        if record.startswith((_BEGINS + b"LABELV8", _BEGINS + b"LABELV9")):
            self._add_labels(file, variables, n=self._count(record), has_formats=b"LABELV9" in record)
            record = self._record(file)
        if not record.startswith(_BEGINS + b"OBS"):
            raise self._damaged("its rows do not begin where they should")
        declared = record[48:].split()
        is_declared = (
            b"OBSV8" in record and bool(declared) and declared[0].isdigit() and len(declared[0]) < 16
        )
        return variables, int(declared[0]) if is_declared else None

    def _count(self, record: bytes) -> int:
        """Return the number of long labels."""
        first = record[48:].split()[:1]
        if not first or not first[0].isdigit():
            raise self._damaged("the number of its labels is missing")
        return int(first[0])

    def _record(self, file: IO[bytes]) -> bytes:
        record = file.read(_RECORD)
        if len(record) < _RECORD:
            raise self._damaged("it is cut off")
        return record

    def _damaged(self, what: str) -> ResponseError:
        return ResponseError(
            f"{self.path}: is a damaged transport file of SAS: {what}; copy or export it again"
        )

    def _variables(self, file: IO[bytes], n: int, *, is_short: bool) -> list[Variable]:
        """Read the records of variables, which are 4 bytes shorter on VMS."""
        variables, start = [], 0
        for _ in range(n):
            data = file.read(_NAME_RECORD.size - 4 * is_short)
            if len(data) < _NAME_RECORD.size - 4 * is_short:
                raise self._damaged("it is cut off")
            parts = _NAME_RECORD.unpack(data.ljust(_NAME_RECORD.size, b"\0"))
            kind, _, length, _, short, label, form, width, decimals = parts[:9]
            long_name = self._text(parts[-2].rstrip(b"\0"))
            name = long_name or self._text(short)
            shown = self._text(form) + (f"{width}.{decimals}" if decimals else str(width) if width else "")
            self._fields[name] = Field(start, max(length, 0), kind != _NUMERIC)
            start += max(length, 0)
            variables.append(self._variable(name, self._text(label), shown, is_text=kind != _NUMERIC))
        return variables

    @staticmethod
    def _variable(name: str, label: str, form: str, *, is_text: bool) -> Variable:
        calendar, is_time = (None, False) if is_text else sas_calendar(form)
        return Variable(
            name, label or None, is_text, form or None, calendar, is_time, tags=() if is_text else SAS_TAGS
        )

    def _add_labels(self, file: IO[bytes], variables: list[Variable], *, n: int, has_formats: bool) -> None:
        """Read names and labels that are too long for the records of variables."""
        for _ in range(min(n, len(variables))):
            lengths = struct.Struct(">5H" if has_formats else ">3H")
            data = file.read(lengths.size)
            if len(data) < lengths.size:
                raise self._damaged("it is cut off")
            place, *sizes = lengths.unpack(data)
            texts = [self._text(file.read(size)) for size in sizes]
            if not 1 <= place <= len(variables):
                raise self._damaged("it has a label of no variable")
            old = variables[place - 1]
            form = texts[1] if has_formats else old.format or ""
            variables[place - 1] = self._variable(texts[0], texts[-1], form, is_text=old.is_text)
            self._fields = {
                texts[0] if name == old.name else name: field for name, field in self._fields.items()
            }
        file.seek(-file.tell() % _RECORD, 1)

    def _text(self, data: bytes) -> str:
        """Return a text without the blanks that fill it up."""
        try:
            return data.decode(self._encoding).rstrip(" \0")
        except UnicodeDecodeError:
            raise wrong_encoding(self.path, self._encoding) from None
        except LookupError:
            raise unknown_encoding(self._encoding) from None

    def _check_single(self, file: IO[bytes]) -> None:
        """Raise if there is another data set after the first."""
        while block := file.read(_RECORD << 14):
            place = block.find(_MEMBER)
            while place >= 0 and place % _RECORD:
                place = block.find(_MEMBER, place + 1)
            if place >= 0:
                raise ResponseError(
                    f"{self.path}: holds more than one data set; allowed: one; write the one with the "
                    "answers into a file of its own"
                )

    def _n_rows(self, declared: int | None) -> int:
        """Return the number of rows; blanks fill up the last record, and may look like rows of blanks."""
        n_bytes = self.path.stat().st_size - self._data
        n = n_bytes // self._row
        with self.path.open("rb") as file:
            file.seek(self._data + n * self._row)
            is_cut = bool(file.read().strip(b" ")) or (declared is None and bool(n_bytes % _RECORD))
            if is_cut or (declared is not None and declared > n):
                raise self._damaged("it is cut off")
            if declared is not None:
                return declared
            while n and n_bytes - (n - 1) * self._row < _RECORD:
                file.seek(self._data + (n - 1) * self._row)
                if file.read(self._row).strip(b" "):
                    break
                n -= 1
        return n

    def parts(self, names: Sequence[str]) -> Iterator[Mapping[str, Cells]]:
        """Yield some columns as they are stored, some rows at a time."""
        most = max(1, min(BATCH_ROWS, PART_BYTES // self._row))
        with self.path.open("rb") as file:
            file.seek(self._data)
            for first in range(0, self.size, most):
                n = min(most, self.size - first)
                rows = np.frombuffer(file.read(n * self._row), np.uint8).reshape(n, self._row)
                self.position = first + n
                yield {name: self._cells(rows, self._fields[name]) for name in names}

    def _cells(self, rows: NDArray[np.uint8], field: Field) -> Cells:
        stored = rows[:, field.start : field.start + field.length]
        if not field.is_text:
            return sas_numbers(stored)
        texts = np.ascontiguousarray(stored).view(f"S{field.length}").ravel().tolist() if field.length else []
        return [self._text(text) for text in texts] if field.length else [""] * len(rows)


def sas_numbers(stored: NDArray[np.uint8]) -> Cells:
    """Return floating-point numbers of IBM mainframes (n, up to 8 bytes), nan where missing.

    With ``f`` the last 56 bits and ``e`` the 7 bits after the sign, a number is ``f / 2**56 * 16**(e - 64)``.
    If there are special missing values, the numbers are a list with texts such as ``.A`` among them.

    Examples
    --------
    >>> two = np.frombuffer(bytes.fromhex("4120000000000000" "2e00000000000000"), np.uint8).reshape(2, 8)
    >>> sas_numbers(two).tolist(), sas_numbers(np.frombuffer(b"A" + bytes(7), np.uint8).reshape(1, 8))
    ([2.0, nan], ['.A'])
    """
    filled = np.zeros((len(stored), 8), np.uint8)
    filled[:, : stored.shape[1]] = stored
    bits = filled.view(">u8").ravel().astype(np.uint64)
    fraction = bits & _FRACTION
    exponent = filled[:, 0].astype(np.int32) & 0x7F
    numbers: NDArray[np.float64] = np.ldexp(fraction.astype(np.float64), 4 * (exponent - 64) - 56)
    numbers[(bits & _SIGN) != 0] *= -1
    missing = (fraction == 0) & np.isin(filled[:, 0], _MARKS)
    numbers[missing] = np.nan
    special = np.flatnonzero(missing & (filled[:, 0] != ord(".")))
    if not len(special):
        return numbers
    cells: list[Any] = [None if value != value else value for value in numbers.tolist()]  # noqa: PLR0124 - nan
    for row in special.tolist():
        cells[row] = f".{chr(filled[row, 0])}"
    return cells
