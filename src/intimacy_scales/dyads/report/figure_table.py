"""Tables of figures, from which the text for people and the columns for programs are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from intimacy_scales.late import late_module
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.tables import TextTable, cell
from intimacy_scales.results.wording import p_shown

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
    digits
        How many decimals each row is shown with, which is then passed to it; None: as many in all rows.
    """

    heading: str
    figures: Mapping[str, Sequence[Any]]
    show: Callable[..., str] = field(compare=False)
    digits: Sequence[int] | None = None

    def texts(self) -> list[str]:
        """Return the text of each row."""
        rows = zip(*self.figures.values(), strict=True)
        if self.digits is None:
            return [self.show(*row) for row in rows]
        return [self.show(*row, digits=n) for row, n in zip(rows, self.digits, strict=True)]


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
    """

    name: str
    title: str
    columns: tuple[FigureColumn, ...]
    occasion: str | None = None

    def figures(self) -> dict[str, list[Any]]:
        """Return the columns for programs, with full precision."""
        figures = {name: list(values) for column in self.columns for name, values in column.figures.items()}
        if self.occasion is not None:
            figures["occasion"] = [self.occasion] * len(next(iter(figures.values())))
        return figures

    def text_table(self) -> TextTable:
        """Return the table as people read it."""
        return TextTable(
            title=self.title, columns={column.heading: column.texts() for column in self.columns}
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
    name: str, heading: str, values: Sequence[float], digits: int | Sequence[int] = 3
) -> FigureColumn:
    """Return a column of figures, with a dash where one is undefined; ``digits`` of all rows, or of each."""
    return _with_digits(heading, {name: list(values)}, cell, digits)


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
    return _with_digits(heading, figures, _ends, digits)


def _with_digits(
    heading: str, figures: Mapping[str, Sequence[Any]], show: Callable[..., str], digits: int | Sequence[int]
) -> FigureColumn:
    if isinstance(digits, int):
        return FigureColumn(heading=heading, figures=figures, show=partial(show, digits=digits))
    return FigureColumn(heading=heading, figures=figures, show=show, digits=digits)


def _ends(low: float, high: float, *, digits: int) -> str:
    texts = cell(float(low), digits), cell(float(high), digits)
    return "-" if texts == ("-", "-") else f"[{texts[0]}, {texts[1]}]"
