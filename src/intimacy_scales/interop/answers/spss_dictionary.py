"""The dictionary of an SPSS file (.sav), walked through before pyreadstat reads it.

On some damaged dictionaries the library ends the whole process, so records that contradict each other are
refused here. The layout is that of the PSPP developers' guide, "System File Format".
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO

from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers.data_file_headers import check_n_columns

_HEADER = 176  # bytes
_LAYOUT, _WEIGHT = 64, 76  # places of the number 2 or 3, which tells the byte order, and of the weight
_LABELLED, _END = 4, 999  # kinds of records
_CONTINUED, _SEGMENT = -1, 8
_TEXT_FORMATS = (1, 2)
_MACHINE, _ENCODING = 3, 20  # records of the machine, with a code page, and of the name of the encoding
_MACHINE_SIZE = 32
_PAGES = {65001: "utf-8", 2: "cp1252", 3: "cp1252", 28591: "latin-1"}
_LONGEST = 255  # characters of a text in one variable; longer ones have several
OTHER_ENCODING = (
    "has texts that are not in the encoding it declares; pass the right one, such as encoding='cp1252'"
)


class SpssDictionary:
    """The records of an SPSS file before its data.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding, as the user said; None for that which it declares.

    Attributes
    ----------
    n_variables
        Number of records of variables; very long texts have several.
    n_rows
        Number of rows that the header declares; None where it does not.
    weight
        Short name of the variable by which the file is weighted; None without weights.

    Raises
    ------
    ResponseError
        The records are damaged, or there are more variables than can be read.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._widths: list[int] = []  # of each segment of 8 bytes
        self._names: list[str] = []
        self._n_to_come = 0  # segments of the last text
        self._has_labels = False  # that were read, and whose variables must follow
        self._codes: list[bytes] = []  # that were read last
        self._text_codes: list[bytes] = []
        self._encoding = "cp1252"
        self.n_variables = 0
        with path.open("rb") as file:
            self._file: IO[bytes] = file
            header = self._take(_HEADER)
            is_little = int.from_bytes(header[_LAYOUT : _LAYOUT + 4], "little") in (2, 3)
            self._order = "<" if is_little else ">"
            weight, n_rows = struct.unpack_from(f"{self._order}2i", header, _WEIGHT)
            while (kind := self._number()) != _END:
                self._record(kind)
        if self._n_to_come:
            raise self._damaged("a text is shorter than declared")
        self.n_rows = n_rows if n_rows >= 0 else None
        self._check_codes(encoding or self._encoding)
        self.weight = self._names[weight - 1] if 0 < weight <= len(self._names) else None

    def _damaged(self, what: str) -> ResponseError:
        return ResponseError(
            f"{self._path}: is a damaged or cut-off SPSS file ({what}); copy or export it again"
        )

    def _take(self, n: int) -> bytes:
        """Take the next bytes of the file."""
        if not 0 <= n <= self._size:
            raise self._damaged("a record is larger than the file")
        data = self._file.read(n)
        if len(data) < n:
            raise self._damaged("its dictionary does not end")
        return data

    def _number(self) -> int:
        return int(struct.unpack(f"{self._order}i", self._take(4))[0])

    def _record(self, kind: int) -> None:
        if self._has_labels != (kind == _LABELLED):
            raise self._damaged("labels belong to no variable")
        match kind:
            case 2:
                self._variable()
            case 3:
                self._labels()
            case 4:
                self._labelled()
            case 6:
                self._take(80 * self._number())
            case 7:
                what, size, count = self._number(), self._number(), self._number()
                data = self._take(size * count)
                if what == _ENCODING:
                    self._encoding = data.decode("latin-1").strip()
                elif what == _MACHINE and len(data) == _MACHINE_SIZE:
                    page = struct.unpack(f"{self._order}i", data[-4:])[0]
                    self._encoding = _PAGES.get(page, f"cp{page}")
            case _:
                raise self._damaged(f"a record is of the unknown kind {kind}")

    def _variable(self) -> None:
        width, has_label, n_missing, shown, _ = struct.unpack(f"{self._order}5i", self._take(20))
        name = self._take(8).decode("latin-1").strip()
        if (width == _CONTINUED) != (self._n_to_come > 0) or not _CONTINUED <= width <= _LONGEST:
            raise self._damaged("the width of a variable is wrong")
        self._n_to_come = self._n_to_come - 1 if width == _CONTINUED else max(0, -(-width // _SEGMENT) - 1)
        is_text = (shown >> 16 & 0xFF) in _TEXT_FORMATS
        if width != _CONTINUED and is_text != (width > 0):
            raise self._damaged("a number is shown as text, or a text as a number")
        if has_label not in (0, 1) or n_missing not in (-3, -2, 0, 1, 2, 3):
            raise self._damaged("the label or the missing values of a variable are wrong")
        self._widths.append(width)
        self._names.append(name)
        self.n_variables += width != _CONTINUED
        check_n_columns(self.n_variables, self._path)
        if has_label:
            self._take((self._number() + 3) // 4 * 4)
        self._take(8 * abs(n_missing))

    def _labels(self) -> None:
        self._codes = []
        for _ in range(self._number()):
            code = self._take(9)
            self._codes.append(code[:8])
            length = code[8]
            self._take((length + 8) // 8 * 8 - 1)
        self._has_labels = True

    def _labelled(self) -> None:
        """Check that labels belong to variables, all of numbers or all of texts."""
        kinds = set()
        for _ in range(self._number()):
            place = self._number()
            if not 1 <= place <= len(self._widths) or self._widths[place - 1] == _CONTINUED:
                raise self._damaged("labels belong to no variable")
            kinds.add(self._widths[place - 1] > 0)
        if len(kinds) != 1:
            raise self._damaged("labels belong to numbers and to texts")
        if kinds == {True}:
            self._text_codes += self._codes
        self._has_labels = False

    def _check_codes(self, encoding: str) -> None:
        """Raise if texts that have labels are not in the encoding of the file."""
        try:
            for code in self._text_codes:
                code.decode(encoding)
        except UnicodeDecodeError:
            raise ResponseError(f"{self._path}: {OTHER_ENCODING}") from None
        except (LookupError, ValueError):  # also a name with a null character
            if not all(map(bytes.isascii, self._text_codes)):
                raise ResponseError(
                    f"{self._path}: its encoding {encoding!r} is not known; pass it, as encoding='cp1252'"
                ) from None
