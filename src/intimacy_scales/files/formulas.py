"""Formulas of a workbook that nobody has computed: programs write them without a value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

# a cell with a formula, and after it no value: <c r="B2"><f>A2</f><v></v></c>, <f …/></c>, <f>A2</f><v />
_UNCOMPUTED = re.compile(
    rb"""<c\b[^>]*\br="([A-Z]+)([0-9]+)"[^>]*>\s*(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)
_CHUNK = 1 << 20
_LONGEST_CELL = 1 << 16  # a formula has at most 8,192 characters


def uncomputed_cells(workbook: IO[bytes], sheet: str) -> Iterator[tuple[str, int]]:
    """Yield column letters and row of every formula without a value, in the order of the sheet.

    Parameters
    ----------
    workbook, sheet
        The file, and the name of the sheet within it.
    """
    with zipfile.ZipFile(workbook) as archive, archive.open(sheet) as content:
        rest = b""
        while chunk := content.read(_CHUNK):
            text, end = rest + chunk, 0
            for cell in _UNCOMPUTED.finditer(text):
                yield cell[1].decode(), int(cell[2])
                end = cell.end()
            rest = text[max(end, len(text) - _LONGEST_CELL) :]


def column_index(letters: str) -> int:
    """Return the position of a column from 0.

    Examples
    --------
    >>> column_index("A"), column_index("Z"), column_index("AB")
    (0, 25, 27)
    """
    index = 0
    for letter in letters:
        index = 26 * index + ord(letter) - ord("A") + 1
    return index - 1
