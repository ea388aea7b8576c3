"""The names of the columns of a table, read before its format is settled: text, or the first sheet."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile, detect_separator
from intimacy_scales.files.head import Head
from intimacy_scales.files.spreadsheet import SpreadsheetFile
from intimacy_scales.reading.frames.base import listed

_SHEET = re.compile(rb"""<(?:\w+:)?sheet\b[^>]*?\bname\s*=\s*["']([^"']*)["']""")
_BOOK = "xl/workbook.xml"
_MOST = 1 << 20  # bytes of a part that are read
_MOST_SHEETS = 8
_MOST_ROWS = 50_000  # of a structure
_OLD = b"\xd0\xcf\x11\xe0"  # an .xls workbook


def text_header(head: Head) -> list[str]:
    """Return the names in the first line of a table of text; empty for another file."""
    if not head.is_table_of_text:
        return []
    text = (head.text or "").lstrip("\r\n")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))  # without its separator, it is one field
    try:
        first = io.StringIO(text, newline=None).readline()
        rows = csv.reader(io.StringIO(text), delimiter=detect_separator([first]))
        return [name.strip() for name in next(rows, [])]
    except csv.Error:
        return []


def sheet_titles(head: Head) -> list[str]:
    """Return the names of the sheets of a workbook; empty for another file."""
    if head.path is None or not head.is_whole_archive or not SpreadsheetFile.detect(head):
        return []
    return [html.unescape(name.decode("utf-8", "replace")) for name in _SHEET.findall(part_of(head, _BOOK))]


def part_of(head: Head, name: str) -> bytes:
    """Return the beginning of a part of a workbook; empty if it has none, or is damaged."""
    try:
        with zipfile.ZipFile(head.path or io.BytesIO(head.data)) as folder, folder.open(name) as part:
            return part.read(_MOST)
    except (zipfile.BadZipFile, zlib.error, OSError, LookupError, ValueError, NotImplementedError):
        return b""


def sheet_texts(head: Head, most: int = _MOST_SHEETS) -> bytes:
    """Return the beginnings of a workbook's texts: those that sheets share, and those in its first sheets."""
    parts = ("xl/sharedStrings.xml", *(f"xl/worksheets/sheet{n}.xml" for n in range(1, most + 1)))
    return b"".join(part_of(head, part) for part in parts)


def check_not_old(path: Path) -> None:
    """Raise for a structure that is a workbook of Excel before 2007.

    Raises
    ------
    ResponseError
        It is one.
    """
    with path.open("rb") as opened:
        if opened.read(len(_OLD)) == _OLD:
            raise ResponseError(
                f"structure={str(path)!r}: is an old Excel workbook (.xls); open it in Excel or LibreOffice "
                "and save it as .xlsx"
            )


def structure_rows(path: Path, sheet: str | None = None) -> list[dict[str, str]]:
    """Return the rows of a table that describes questions, as name → text, without empty cells.

    Raises
    ------
    ResponseError
        It is damaged, too long, or not a table.
    """
    called = f"structure={str(path)!r}"
    check_not_old(path)
    is_book = SpreadsheetFile.detect(Head.of(path))
    rows: list[dict[str, str]] = []
    with SpreadsheetFile(path, None, sheet) if is_book else DelimitedFile(path) as file:
        names = list(dict.fromkeys(name for name in file.names if name))
        for table in file.batches(names):
            columns = {name: listed(table, name) for name in names}
            rows += list(_rows(columns, len(table)))
            if len(rows) > _MOST_ROWS:
                raise ResponseError(f"{called}: has more than {_MOST_ROWS:,} rows, too many for a form")
    return rows


def _rows(columns: Mapping[str, list[Any]], n_rows: int) -> Iterator[dict[str, str]]:
    for row in range(n_rows):
        cells = {name: as_text(values[row]) for name, values in columns.items()}
        yield {name: text for name, text in cells.items() if text}


def as_text(value: Any) -> str:
    """Return a cell of a structure as text; a whole number as such.

    Examples
    --------
    >>> as_text(1.0), as_text(None), as_text(" a "), as_text(True)
    ('1', '', 'a', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
