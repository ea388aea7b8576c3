"""Tables and pages as data, which `markdown`, `html`, `latex` and `word` write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from intimacy_scales.results.wording import shown

Paper = Literal["A4", "letter"]  # what pages are printed on
Bounded = Sequence[str] | Mapping[str, Sequence[bool]]  # columns that cannot exceed 1, or which of their rows
_IN_PLACE_OF_A_FIGURE = ("improper", "undefined", "not scored")
_LETTERS_OF_A_NUMBER = 3  # as in "nan" or "inf"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table of texts, as it is displayed.

    Attributes
    ----------
    title
        Title of the table.
    columns
        Heading → texts, one for each row. The first column names the rows.
    note
        Text under the table, without the word "Note"; empty for none.
    number
        Number of the table in a paper; None for none.
    above
        Heading → heading above it, which columns next to each other share; empty for none.
    headings
        Heading → the text that is displayed in its place, where two columns of one table have the same text.

    Examples
    --------
    >>> table = TextTable(
    ...     title="Partners",
    ...     columns={"scale": ["trust"], "M wife": ["5.1"], "M husband": ["4.9"]},
    ...     above={"M wife": "wife", "M husband": "husband"},
    ...     headings={"M wife": "M", "M husband": "M"},
    ... )
    >>> table.shown_headings, table.spans
    (['scale', 'M', 'M'], [('', 1), ('wife', 1), ('husband', 1)])
    """

    title: str
    columns: Mapping[str, Sequence[str]]
    note: str = ""
    number: int | None = None
    above: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown_headings(self) -> list[str]:
        """The headings as they are displayed."""
        return [self.headings.get(name, name) for name in self.columns]

    @property
    def spans(self) -> list[tuple[str, int]]:
        """The headings above others, each with its number of columns; empty without any."""
        if not self.above:
            return []
        over = [self.above.get(name, "") for name in self.columns]
        return [(text, len(list(same))) for text, same in groupby(over)]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The texts by row."""
        return list(zip(*self.columns.values(), strict=True))

    @property
    def wordy(self) -> list[bool]:
        """Whether each column holds words rather than figures; always False for the first."""
        return [number > 0 and _is_text(texts) for number, texts in enumerate(self.columns.values())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page in words.

    Attributes
    ----------
    heading
        Its heading.
    paragraphs
        Its texts.
    """

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A report as it is displayed.

    Attributes
    ----------
    title
        Heading of the page.
    tables
        The main table comes first; the others follow the sentence.
    warnings
        Cautions about using the figures.
    sentence
        A sentence for a paper that reports the figures.
    legend
        Meaning of the columns of the other tables.
    facts
        What the figures are of: lines that follow the title.
    sections
        Parts in words, which follow the facts.
    cautions_heading
        Heading of the cautions.

    Examples
    --------
    >>> table = TextTable(title="Scales", columns={"scale": ["trust"], "alpha": [".79"]})
    >>> page = Page(title="Reliability", tables=(table,), warnings=("n = 20: too few persons",))
    >>> page.title, page.tables[0].columns["alpha"], page.sentence
    ('Reliability', ['.79'], '')
    """

    title: str
    tables: tuple[TextTable, ...] = ()
    warnings: tuple[str, ...] = ()
    sentence: str = ""
    legend: str = ""
    facts: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    cautions_heading: str = "Before you use these figures"


def cell(value: Any, digits: int = 3) -> str:
    """Return the text of a cell: figures with ``digits`` decimals, nan as a dash."""
    if isinstance(value, float):
        return shown(value, digits)
    return str(value)


def _is_text(texts: Sequence[str]) -> bool:
    """Return whether a column holds words, apart from those that stand in the place of a figure."""
    return any(
        text not in _IN_PLACE_OF_A_FIGURE
        and len(text) > _LETTERS_OF_A_NUMBER
        and sum(map(str.isalpha, text)) > _LETTERS_OF_A_NUMBER
        for text in texts
    )
