"""Answers that are not among the options that the file's own structure lists: noted, and left as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from intimacy_scales.files.facts import Code, ColumnFacts, FileFacts, UnlistedValues
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.platform import Platform
from intimacy_scales.interop.answers.text_columns import value_counts
from intimacy_scales.messages import shortened, values_shown
from intimacy_scales.reading.answers import stored_value
from intimacy_scales.reading.frames import Table
from intimacy_scales.results.wording import counted

_SHOWN = 6
_MOST_KEPT = 1000  # distinct values of a column


def codes_of(facts: ColumnFacts) -> tuple[Code, ...]:
    """Return the codes of the options of a column that holds one of them."""
    return tuple(dict.fromkeys(code for code, _ in facts.labels)) if facts.role == "answer" else ()


def say_codes(facts: FileFacts) -> None:
    """Record that cells hold the codes of options, and not their texts."""
    for name, known in facts.columns.items():
        if known.labels:
            facts.columns[name] = replace(known, holds_labels=False)


class DeclaredOptions(Platform):
    """A file whose structure lists options.

    Subclasses set ``_codes``: the name of a column → the codes of its options, if it lists all of them.
    """

    _codes: Mapping[str, Sequence[Code]] = {}

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the columns, some rows at a time; note values that are not among their options."""
        undeclared: dict[str, Counter[Any]] = {}
        options = {name: self._allowed(name, codes) for name, codes in self._codes.items() if codes}
        for table in super().batches(items, others):  # type: ignore[safe-super]  # of the next base
            for name in table.names:
                allowed = options.get(str(name))
                if allowed:
                    counts = undeclared.setdefault(str(name), Counter())
                    self._count(counts, allowed, value_counts(table, name))
            yield table
        for name, values in undeclared.items():
            if values:
                codes, shown = tuple(self._codes.get(name, ())), values_shown(self.show_values)
                self.facts.unlisted[name] = UnlistedValues(values=values, options=codes, shown=shown)

    def _allowed(self, name: str, codes: Sequence[Code]) -> frozenset[Any]:
        """Return the values that a column may hold, as they are compared: codes, and texts of options."""
        facts = self.facts.of(name)
        pairs = (*facts.labels, *facts.missing)
        stored = {stored_value(code) for code in (*codes, *(code for code, _ in facts.missing))}
        return frozenset(stored | {as_compared(text) for _, text in pairs if text is not None})

    @staticmethod
    def _count(counts: Counter[Any], allowed: frozenset[Any], values: Mapping[Any, int]) -> None:
        for value, n in values.items():
            is_known = isinstance(value, int | float | str) and stored_value(value) in allowed
            if not is_known and (value in counts or len(counts) < _MOST_KEPT):
                counts[value] += n


def unlisted_notes(facts: FileFacts, explained: Mapping[str, Collection[Any]]) -> list[str]:
    """Return a sentence on the values of each column that are not among its options.

    Parameters
    ----------
    facts
        What is known of the file.
    explained
        Name of a column → values that the user recoded, or declared as missing, as they are compared.
    """
    notes = []
    for name, unlisted in facts.unlisted.items():
        known = explained.get(name, ())
        left = {v: n for v, n in unlisted.values.items() if not _is_among(v, known)}
        if left:
            by_number = sorted(left, key=lambda value: -left[value])
            listing = ", ".join(shortened(value) for value in by_number[:_SHOWN])
            which = f" ({listing}{', …' if len(left) > _SHOWN else ''})" if unlisted.shown else ""
            n = sum(left.values())
            codes = ", ".join(dict.fromkeys(map(str, unlisted.options)))
            are = "is" if n == 1 else "are"
            notes.append(
                f"{name}: {counted(n, 'answer')} {are} not among its options{which}; the options are {codes}"
            )
    return notes


def _is_among(value: Any, known: Collection[Any]) -> bool:
    return isinstance(value, int | float | str) and stored_value(value) in known
