"""Rows of a sheet in the order of the file; a row out of order, which openpyxl would lose, is an error."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.formulas import column_letters
from intimacy_scales.reading.frames import needs


def sheet_rows(sheet: Any, path: Path) -> Generator[tuple[Any, ...], None, None]:
    """Yield the values of a sheet's rows from the first on; rows that it leaves out are empty.

    openpyxl's own reader leaves out a row below one with a higher number, and takes the last of two cells
    with the same place.

    Raises
    ------
    ResponseError
        Row numbers, or the columns of cells in a row, are not ascending.
    """
    reader, book, before = needs("openpyxl.worksheet._reader", "io"), sheet.parent, 0
    with closing(sheet._get_source()) as source:
        parser = reader.WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for row, cells in parser.parse():
            if row <= before:
                raise _out_of_order(sheet, path, f"row {row}", f"row {before}")
            for _ in range(before + 1, row):
                yield ()
            before = row
            yield _values(sheet, path, row, cells)


def _values(sheet: Any, path: Path, row: int, cells: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Return the values of a row, None where it has no cell."""
    values: list[Any] = []
    for cell in cells:
        column = cell["column"]
        if cell["row"] != row:
            raise _damaged(sheet, path, f"cell {column_letters(column)}{cell['row']} is in row {row}")
        if column <= len(values):
            place, before = (f"cell {column_letters(n)}{row}" for n in (column, len(values)))
            raise _out_of_order(sheet, path, place, before)
        values += [None] * (column - 1 - len(values))
        values.append(cell["value"])
    return tuple(values)


def _out_of_order(sheet: Any, path: Path, place: str, before: str) -> ResponseError:
    reason = f"{place} occurs twice" if place == before else f"{place} comes after {before}"
    return _damaged(sheet, path, reason)


def _damaged(sheet: Any, path: Path, reason: str) -> ResponseError:
    return ResponseError(
        f"{path}: sheet {sheet.title!r} is damaged: {reason}, and it cannot be known which answers are "
        "whose; get the workbook again from its source"
    )
