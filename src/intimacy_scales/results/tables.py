"""Tables and pages as data, which `markdown` and `html` write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intimacy_scales.results.wording import shown

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
    """

    title: str
    columns: Mapping[str, Sequence[str]]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The texts by row."""
        return list(zip(*self.columns.values(), strict=True))

    @property
    def wordy(self) -> list[bool]:
        """Whether each column holds words rather than figures; always False for the first."""
        return [number > 0 and _is_text(texts) for number, texts in enumerate(self.columns.values())]


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
    """

    title: str
    tables: tuple[TextTable, ...]
    warnings: tuple[str, ...]
    sentence: str
    legend: str = ""


def cell(value: Any, digits: int = 3) -> str:
    """Return the text of a cell: figures with ``digits`` decimals, nan as a dash."""
    if isinstance(value, float):
        return shown(value, digits)
    return str(value)


def _is_text(texts: Sequence[str]) -> bool:
    return any(sum(c.isalpha() for c in text) > _LETTERS_OF_A_NUMBER for text in texts)
