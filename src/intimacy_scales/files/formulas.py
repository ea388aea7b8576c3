"""Formulas of a sheet that were never computed, because the program that wrote them stored no values."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import IO
from xml.parsers import expat

_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROW, _CELL, _FORMULA, _VALUE = (f"{_NAMESPACE} {tag}" for tag in ("row", "c", "f", "v"))
_MARK = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_LONGEST_MARK = 64  # bytes of a tag that two chunks may share
_CHUNK = 1 << 16
_DIGITS = "0123456789"
_SHOWN = 3  # cells in a message


def column_letters(column: int) -> str:
    """Return the letters of a column of a sheet, given its number from 1.

    Examples
    --------
    >>> [column_letters(n) for n in (1, 26, 27, 703)]
    ['A', 'Z', 'AA', 'AAA']
    """
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def holds_formulas(sheet: IO[bytes]) -> bool:
    """Tell whether the XML of a sheet has a formula, as fast as it can be unpacked."""
    before = b""
    while chunk := sheet.read(_CHUNK):
        window = before + chunk
        # searching for two bytes is many times faster than the pattern
        if (b"<f" in window or b":f" in window) and _MARK.search(window):
            return True
        before = window[-_LONGEST_MARK:]
    return False


class UncomputedFormulas:
    """Formulas without a value in some columns of a sheet.

    A program that does not compute formulas leaves the value out, or writes a 0 in its place and requests
    that all formulas be computed when the workbook is opened. A formula whose value is an empty text was
    computed.

    Parameters
    ----------
    sheet
        The XML of the sheet.
    columns
        Letters of the columns to check, below their first row.
    zeros_stand_in
        Whether the workbook requests that all formulas be computed, so that a 0 is not a value.

    Attributes
    ----------
    count
        Number of such formulas.
    first
        The cells of the first few, such as ``B2``.
    """

    def __init__(self, sheet: IO[bytes], columns: Collection[str], *, zeros_stand_in: bool) -> None:
        self.count = 0
        self.first: list[str] = []
        self._columns = columns
        self._no_value = ("", "0") if zeros_stand_in else ("",)
        self._row = self._column = 0
        self._letters, self._value, self._has_value = "", "", False
        self._cell: dict[str, str] = {}
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.ParseFile(sheet)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the beginning of a row, a cell or a formula, and remember its place."""
        if tag == _CELL:
            self._column += 1
            self._cell = attributes
        elif tag == _ROW:
            self._row = int(float(attributes.get("r", self._row + 1)))
            self._column = 0
        elif tag == _FORMULA and self._row > 1:
            self._letters = self._cell.get("r", "").rstrip(_DIGITS) or column_letters(self._column)
            if self._letters in self._columns:
                self._value, self._has_value = "", False
                self._parser.EndElementHandler = self._end

    def _end(self, tag: str) -> None:
        """Handle the end of a formula, of its value, or of its cell."""
        if tag == _FORMULA:
            self._parser.CharacterDataHandler = self._text
        elif tag == _VALUE:
            self._has_value = True
            self._parser.CharacterDataHandler = None
        elif tag == _CELL:
            self._parser.EndElementHandler = self._parser.CharacterDataHandler = None
            is_text = self._has_value and self._cell.get("t") == "str"
            if not is_text and self._value.strip() in self._no_value:
                self.count += 1
                if len(self.first) < _SHOWN:
                    self.first.append(f"{self._letters}{self._row}")

    def _text(self, text: str) -> None:
        self._value += text
