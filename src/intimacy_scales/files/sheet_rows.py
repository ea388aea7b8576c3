"""Rows of a sheet in the order of the file; a row out of order, which openpyxl would lose, is an error."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.formulas import column_letters
from intimacy_scales.reading.frames import needs

_PERCENT_FORMATS = (9, 10)  # numbers of the formats 0% and 0.00% in every workbook
_FIRST_OWN_FORMAT = 164


class Percentage(float):
    """A number that a sheet shows as a percentage: 0.05 as 5%."""

    __slots__ = ()


@dataclass(slots=True)
class SheetLayout:
    """What is known of a sheet when all its rows were read.

    Attributes
    ----------
    n_hidden
        Number of rows that are not shown, as by a filter.
    merged
        Merged cells, each as (first row, last row, first column, last column).
    """

    n_hidden: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def as_shown(value: Any) -> Any:
    """Return a cell as the sheet shows it, if its value would mislead: percentages, and TRUE and FALSE.

    Examples
    --------
    >>> as_shown(Percentage(0.05)), as_shown(True), as_shown(5)
    ('5%', 'TRUE', 5)
    """
    if isinstance(value, Percentage):
        return f"{round(100 * value, 8):g}%"
    return str(value).upper() if isinstance(value, bool) else value


def sheet_rows(
    sheet: Any, path: Path, layout: SheetLayout | None = None
) -> Generator[tuple[Any, ...], None, None]:
    """Yield the values of a sheet's rows from the first on; rows that it leaves out are empty.

    ``layout`` is filled while rows are read. openpyxl's own reader leaves out a row below one with a higher
    number, and takes the last of two cells with the same place.

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
        percents = _percent_styles(book)
        for row, cells in parser.parse():
            if layout is not None and _is_hidden(parser.row_dimensions.pop(str(row), {})):
                layout.n_hidden += 1
            if row <= before:
                raise _out_of_order(sheet, path, f"row {row}", f"row {before}")
            for _ in range(before + 1, row):
                yield ()
            before = row
            yield _values(sheet, path, row, cells, percents)
        if layout is not None and (merged := getattr(parser, "merged_cells", None)) is not None:
            layout.merged = [(x.min_row, x.max_row, x.min_col, x.max_col) for x in merged.mergeCell]


def _is_hidden(row: Mapping[str, Any]) -> bool:
    return row.get("hidden") in ("1", "true")


def _percent_styles(book: Any) -> set[int]:
    """Return the numbers of styles that show numbers as percentages."""
    formats = dict(enumerate(book._number_formats, start=_FIRST_OWN_FORMAT))
    return {
        number
        for number, style in enumerate(book._cell_styles)
        if style.numFmtId in _PERCENT_FORMATS or "%" in formats.get(style.numFmtId, "")
    }


def _values(
    sheet: Any, path: Path, row: int, cells: Sequence[Mapping[str, Any]], percents: Collection[int]
) -> tuple[Any, ...]:
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
        value = cell["value"]
        if percents and cell["style_id"] in percents and cell["data_type"] == "n" and value is not None:
            value = Percentage(value)
        values.append(value)
    return tuple(values)


def _out_of_order(sheet: Any, path: Path, place: str, before: str) -> ResponseError:
    reason = f"{place} occurs twice" if place == before else f"{place} comes after {before}"
    return _damaged(sheet, path, reason)


def _damaged(sheet: Any, path: Path, reason: str) -> ResponseError:
    return ResponseError(
        f"{path}: sheet {sheet.title!r} is damaged: {reason}, and it cannot be known which answers are "
        "whose; get the workbook again from its source"
    )
