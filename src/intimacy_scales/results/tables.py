"""Tables and pages as data; `markdown` and `html` write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intimacy_scales.results.wording import shown

_FEW_LETTERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table as it is shown.

    Attributes
    ----------
    title
        What it shows.
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
        """For each column after the first, whether it holds words rather than figures; the first False."""
        return [number > 0 and _is_text(texts) for number, texts in enumerate(self.columns.values())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A report as it is shown.

    Attributes
    ----------
    title
        Its heading.
    tables
        The first is what it is about; the others come after the sentence.
    warnings
        What to know before the figures are used.
    sentence
        What a paper says of them.
    legend
        What the columns of the other tables mean.
    """

    title: str
    tables: tuple[TextTable, ...]
    warnings: tuple[str, ...]
    sentence: str
    legend: str = ""


def cell(value: Any, digits: int = 3) -> str:
    """Write a cell: figures with some decimals, none as a dash."""
    if isinstance(value, float):
        return shown(value, digits)
    return str(value)


def _is_text(texts: Sequence[str]) -> bool:
    return any(sum(c.isalpha() for c in text) > _FEW_LETTERS for text in texts)
