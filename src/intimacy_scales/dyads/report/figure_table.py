"""Tables of figures, from which the text for people and the columns for programs are made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from intimacy_scales.late import late_module
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.figure_texts import is_bounded
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import p_shown, written

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FigureColumn:
    """One column as people read it, and the columns of figures that it is made of.

    Attributes
    ----------
    heading
        Its heading; different from the others of the table.
    figures
        Name → figures, one for each row.
    show
        Function that returns the text of a cell from the figures of a row.
    digits, bounded
        How many decimals each row is shown with, and whether its figures cannot exceed 1, which are then
        passed to it; None: texts and p values.
    marks
        Texts that stand in place of a cell, such as "improper", empty where there is none; () without any.
    """

    heading: str
    figures: Mapping[str, Sequence[Any]]
    show: Callable[..., str] = field(compare=False)
    digits: Sequence[int] | None = None
    bounded: Sequence[bool] | None = None
    marks: Sequence[str] = ()

    def texts(self) -> list[str]:
        """Return the text of each row."""
        texts = self._cells()
        if not self.marks:
            return texts
        return [mark or text for mark, text in zip(self.marks, texts, strict=True)]

    def _cells(self) -> list[str]:
        rows = zip(*self.figures.values(), strict=True)
        if self.digits is None or self.bounded is None:
            return [self.show(*row) for row in rows]
        how = zip(rows, self.digits, self.bounded, strict=True)
        return [self.show(*row, digits=digits, bounded=bounded) for row, digits, bounded in how]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FigureTable:
    """A table of a report.

    Attributes
    ----------
    name, title
        The name of its file, and its title.
    columns
        The columns; the first one names the rows.
    occasion
        The occasion that all rows are of, which is a last column for programs; None without occasions.
    note
        What people read below the table; empty for nothing.
    """

    name: str
    title: str
    columns: tuple[FigureColumn, ...]
    occasion: str | None = None
    note: str = ""

    def figures(self) -> dict[str, list[Any]]:
        """Return the columns for programs, with full precision."""
        figures = {name: list(values) for column in self.columns for name, values in column.figures.items()}
        if self.occasion is not None:
            figures["occasion"] = [self.occasion] * len(next(iter(figures.values())))
        return figures

    def text_table(self) -> TextTable:
        """Return the table as people read it."""
        return TextTable(
            title=self.title,
            columns={column.heading: column.texts() for column in self.columns},
            note=self.note,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the figures as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(self.figures())

    def to_csv(self) -> str:
        """Return the figures as CSV text; undefined values are empty."""
        return csv_text(self.to_frame())


def words(name: str, heading: str, values: Sequence[Any]) -> FigureColumn:
    """Return a column of texts, or of whole numbers."""
    return FigureColumn(heading=heading, figures={name: list(values)}, show=str)


def numbers(
    name: str,
    heading: str,
    values: Sequence[float],
    digits: int | Sequence[int] = 3,
    *,
    bounded: Sequence[bool] | None = None,
) -> FigureColumn:
    """Return a column of figures, with a dash where one is undefined; ``digits`` of all rows, or of each.

    ``bounded`` says of each row whether its figure cannot exceed 1; None: as the name of the column says.
    """
    known = [is_bounded(name)] * len(values) if bounded is None else bounded
    return _with_digits(heading, {name: list(values)}, written, digits, known)


def probabilities(name: str, heading: str, values: Sequence[float]) -> FigureColumn:
    """Return a column of p values."""
    return FigureColumn(heading=heading, figures={name: list(values)}, show=p_shown)


def intervals(
    name: str, heading: str, values: Sequence[Interval], digits: int | Sequence[int] = 3
) -> FigureColumn:
    """Return a column of intervals, whose ends are two columns for programs."""
    figures = {
        f"{name}_low": [interval.low for interval in values],
        f"{name}_high": [interval.high for interval in values],
    }
    return _with_digits(heading, figures, _ends, digits, [interval.bounded for interval in values])


def marked(column: FigureColumn, marks: Sequence[str]) -> FigureColumn:
    """Return a column without the figures of rows that have a mark, which people read in their place."""
    figures = {
        name: [math.nan if mark else value for mark, value in zip(marks, values, strict=True)]
        for name, values in column.figures.items()
    }
    return replace(column, figures=figures, marks=tuple(marks))


def _with_digits(
    heading: str,
    figures: Mapping[str, Sequence[Any]],
    show: Callable[..., str],
    digits: int | Sequence[int],
    bounded: Sequence[bool],
) -> FigureColumn:
    of_rows = [digits] * len(bounded) if isinstance(digits, int) else digits
    return FigureColumn(heading=heading, figures=figures, show=show, digits=of_rows, bounded=bounded)


def _ends(low: float, high: float, *, digits: int, bounded: bool) -> str:
    texts = written(low, digits, bounded=bounded), written(high, digits, bounded=bounded)
    return "-" if texts == ("-", "-") else f"[{texts[0]}, {texts[1]}]"
