"""Texts of the cells of a file: the chosen option, and why an answer is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from intimacy_scales.files.facts import Code, ColumnFacts, ShownIf
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.reading.answers import stored_value
from intimacy_scales.reading.frames import ListTable
from intimacy_scales.reading.frames.base import listed

_NO_REASON = "declared as missing"
TextOf = Callable[[Any], str | None]
NOT_SHOWN = "not shown (branching)"


class Cells(Mapping[str, Any]):
    """One row of a table at a time, whose columns are listed when they are asked for."""

    def __init__(self, table: ListTable) -> None:
        self._table, self._row = table, 0
        self._columns: dict[str, list[Any]] = {}

    def hold(self, condition: ShownIf, row: int) -> bool | None:
        """Tell whether a condition holds for a row."""
        self._row = row
        return condition.holds(self)

    def column(self, name: str) -> list[Any]:
        """Return a column."""
        if name not in self._columns:
            self._columns[name] = listed(self._table, name)
        return self._columns[name]

    def __getitem__(self, name: str) -> Any:
        return self.column(name)[self._row]

    def __contains__(self, name: object) -> bool:
        return name in self._table.columns

    def __iter__(self) -> Iterator[str]:
        return map(str, self._table.columns)

    def __len__(self) -> int:
        return len(self._table.columns)


def _text_by_code(texts: Iterable[tuple[Code, str | None]]) -> dict[Any, str]:
    """Return stored value → its text."""
    return {stored_value(code): text or _NO_REASON for code, text in texts}


def labels_for(facts: ColumnFacts) -> TextOf | None:
    """Return a function from a value to the text of its option; None if no options are known."""
    return partial(_text_of_value, _text_by_code(reversed(facts.labels))) if facts.labels else None


def reasons_for(facts: ColumnFacts, answers: Collection[Any]) -> TextOf | None:
    """Return a function from a value to why it means no answer; None if the file declares no such value.

    ``answers`` are values that the user recoded to answers.
    """
    if not facts.missing and not facts.missing_ranges:
        return None
    reasons = _text_by_code(facts.missing)

    def reason_of(value: Any) -> str | None:
        if isinstance(value, int | float | str) and stored_value(value) in answers:
            return None
        reason = _text_of_value(reasons, value)
        if reason is None and isinstance(value, int | float):
            return _NO_REASON if any(low <= value <= high for low, high in facts.missing_ranges) else None
        return reason

    return reason_of


def _text_of_value(texts: Mapping[Any, str], value: Any) -> str | None:
    """Return the text of a stored value; None for other values."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    stored = stored_value(value)
    if stored in texts:
        return texts[stored]
    if not isinstance(value, str):
        return None
    return next((text for text in texts.values() if as_compared(text) == as_compared(value)), None)
