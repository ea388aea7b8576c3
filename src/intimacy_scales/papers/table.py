"""A table for a paper: what is printed, and the figures behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from intimacy_scales.late import late_module
from intimacy_scales.results.paged import Paged
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, p_shown, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table for a paper.

    Attributes
    ----------
    heading
        The heading that is printed.
    figures
        Name → figures with full precision, one for each row; several for an estimate with its interval.
    cells
        Their texts, one for each row.
    above
        Heading above this and other headings; empty for none.
    """

    heading: str
    figures: Mapping[str, Sequence[Any]]
    cells: Sequence[str]
    above: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PaperTable(Paged):
    """A table in APA style; ``to_latex``, ``to_docx``, ``to_html`` and ``to_markdown`` write it.

    Attributes
    ----------
    kind
        What it shows: ``scales``, ``loadings``, ``fit``, ``invariance``, ``couples``, ``content``,
        ``groups`` or ``change``.
    table
        The texts: number, title, headings, cells and note.
    figures
        Name → figures with full precision, one for each row.

    Examples
    --------
    >>> from intimacy_scales import paper_table, reliability_report, simulate
    >>> report = reliability_report("scii-12", simulate("scii-12", 200, rng=1).answers)
    >>> table = paper_table(report)
    >>> isinstance(table, PaperTable), table.kind, table.table.number
    (True, 'scales', 1)
    """

    kind: str
    table: TextTable
    figures: Mapping[str, Sequence[Any]] = field(repr=False)

    @property
    def note(self) -> str:
        """The text of the note, without the word "Note"."""
        return self.table.note

    def page(self) -> Page:
        """Return the page that the writers write: the table alone."""
        return Page(title="", tables=(self.table,))

    def to_frame(self) -> pd.DataFrame:
        """Return the figures with full precision as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(self.figures)

    def __str__(self) -> str:
        number = "" if self.table.number is None else f"Table {self.table.number}\n"
        spans = self.table.spans
        lines = [[cell for text, n in spans for cell in (text, *[""] * (n - 1))]] if spans else []
        lines += [self.table.shown_headings, *map(list, self.table.rows)]
        widths = [max(map(len, texts)) for texts in zip(*lines, strict=True)]
        rows = [
            "  ".join(
                text.ljust(width) if place == 0 else text.rjust(width)
                for place, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([f"{number}{self.table.title}", *rows, f"Note. {self.table.note}"])

    def __repr__(self) -> str:
        return f"<{self}>"


def as_paper_table(
    kind: str, title: str, columns: Sequence[Column], note: Sequence[str], number: int | None
) -> PaperTable:
    """Return the table of columns, of which several may have the same heading."""
    keys: list[str] = []
    for column in columns:
        key = f"{column.above}: {column.heading}" if column.above else column.heading
        keys.append(key if key not in keys else f"{key} {len(keys)}")
    return PaperTable(
        kind=kind,
        table=TextTable(
            title=title,
            columns={key: column.cells for key, column in zip(keys, columns, strict=True)},
            note=" ".join(filter(None, note)),
            number=number,
            above={key: c.above for key, c in zip(keys, columns, strict=True) if c.above},
            headings={key: c.heading for key, c in zip(keys, columns, strict=True) if key != c.heading},
        ),
        figures={name: list(values) for column in columns for name, values in column.figures.items()},
    )


def words(
    name: str, heading: str, values: Sequence[Any], cells: Sequence[str] | None = None, *, above: str = ""
) -> Column:
    """Return a column of texts, or of whole numbers."""
    texts = cells or [str(value) for value in values]
    return Column(heading=heading, figures={name: list(values)}, cells=texts, above=above)


def numbers(name: str, heading: str, values: Sequence[float], digits: int = 2, *, above: str = "") -> Column:
    """Return a column of figures that may exceed 1."""
    cells = [shown(value, digits) for value in values]
    return Column(heading=heading, figures={name: list(values)}, cells=cells, above=above)


def coefficients(
    name: str,
    heading: str,
    values: Sequence[float],
    digits: int = 2,
    *,
    above: str = "",
    marks: Sequence[str] = (),
) -> Column:
    """Return a column of figures that cannot exceed 1; ``marks`` as of `with_interval`."""
    cells = [apa(value, digits) for value in values]
    if marks:
        cells = [mark or cell for mark, cell in zip(marks, cells, strict=True)]
    return Column(heading=heading, figures={name: list(values)}, cells=cells, above=above)


def probabilities(name: str, values: Sequence[float], *, above: str = "") -> Column:
    """Return a column of p values."""
    cells = [p_shown(value) for value in values]
    return Column(heading="p", figures={name: list(values)}, cells=cells, above=above)


def with_interval(
    name: str,
    heading: str,
    rows: Sequence[tuple[float, float, float]],
    digits: int = 2,
    *,
    above: str = "",
    marks: Sequence[str] = (),
) -> Column:
    """Return a column of coefficients with their intervals: estimate, low and high of each row.

    ``marks`` are texts that stand in place of an estimate, such as "improper"; empty where there is none.
    """
    cells = [interval_text(*row, digits=digits) for row in rows]
    if marks:
        cells = [mark or cell for mark, cell in zip(marks, cells, strict=True)]
    names = (name, f"{name}_low", f"{name}_high")
    figures = {key: list(values) for key, values in zip(names, zip(*rows, strict=True), strict=True)}
    return Column(heading=heading, figures=figures, cells=cells, above=above)


def interval_text(estimate: float, low: float, high: float, *, digits: int) -> str:
    """Return a coefficient and its interval as text.

    Examples
    --------
    >>> interval_text(0.812, 0.78, 0.846, digits=2), interval_text(0.812, float("nan"), 1.0, digits=2)
    ('.81 [.78, .85]', '.81')
    """
    value = apa(estimate, digits)
    if any(math.isnan(x) for x in (estimate, low, high)):
        return value
    return f"{value} [{apa(low, digits)}, {apa(high, digits)}]"
