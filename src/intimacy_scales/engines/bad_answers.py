"""Counts of answers that are not valid, by item and kind, with examples; the order of rows is irrelevant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, get_args

from intimacy_scales.errors import ProblemCode
from intimacy_scales.instrument import Instrument
from intimacy_scales.reading.advice import Offence, offence_of
from intimacy_scales.reading.explanations import Explanation
from intimacy_scales.reading.problems import BadColumn, Problems, json_value, plain_value

_EXAMPLES = 3  # of each item and kind
_VALUES = 1000  # different values that are counted
_KINDS: tuple[str, ...] = get_args(ProblemCode)


class BadAnswers(NamedTuple):
    """Number of answers to an item that are not valid for one kind of reason."""

    item: str
    code: ProblemCode
    n: int


class BadAnswer(NamedTuple):
    """One answer that is not valid, identified by the person and never by a row number.

    Attributes
    ----------
    person
        The person's id, where ``person=`` named its column; else None.
    column, item
        The column of the value, and the item it was read for.
    value, code, reason, allowed, suggestion
        As in `ResponseProblem`; the value in a form that JSON can hold.
    """

    person: Any
    column: str
    item: str
    value: Any
    code: ProblemCode
    reason: str
    allowed: str
    suggestion: str | None

    def order(self) -> tuple[Any, ...]:
        """Return the sort key of examples, which does not depend on the order in which they were found."""
        return str(self.person), repr(self.person), self.column, repr(self.value), self.reason


class BadValue(NamedTuple):
    """How often a value was not valid for an item.

    Attributes
    ----------
    item, code, n
        As in `BadAnswers`.
    value
        A number or a text; None for values of any other type.
    meant
        The label that was probably meant, or the number.
    """

    item: str
    code: ProblemCode
    value: Any
    meant: str | int | None
    n: int

    @property
    def key(self) -> tuple[Any, ...]:
        """The identity of the value, in which True and 1 differ."""
        return self.item, self.code, type(self.value).__name__, self.value, self.meant


def counted_problems(
    form: Instrument, problems: Problems
) -> tuple[tuple[BadAnswers, ...], tuple[BadAnswer, ...], tuple[BadValue, ...] | None]:
    """Return the counts, examples and values of `AnswerCheck` from the problems that a reader found."""
    counts: Counter[tuple[str, ProblemCode]] = Counter()
    values: Counter[tuple[str, Offence]] = Counter()
    examples: list[BadAnswer] = []
    for part in problems.columns:
        explanations = _Explanations(part)
        by_kind: dict[ProblemCode, list[BadAnswer]] = {}
        for row, value in zip(part.rows, part.values, strict=True):
            why = explanations[value]
            counts[part.item, why.code] += 1
            if part.scale is not None and not part.misplaced:
                values[part.item, offence_of(value, why, part.scale)] += 1
            by_kind.setdefault(why.code, []).append(_example(problems, part, row, value, why))
            if len(by_kind[why.code]) > _VALUES:
                by_kind[why.code] = sorted(by_kind[why.code], key=BadAnswer.order)[:_EXAMPLES]
        examples += [example for kind in by_kind.values() for example in kind]
    bad_values = [
        BadValue(item, offence.code, json_value(offence.value), offence.meant, n)
        for (item, offence), n in values.items()
    ]
    return counted(form, counts), first_of(form, examples), added(form, (), bad_values)


class _Explanations:
    """Value of a column → why it is not valid, determined once for each value."""

    def __init__(self, part: BadColumn) -> None:
        self._explain = part.explain
        self._known: dict[Hashable, Explanation] = {}

    def __getitem__(self, value: Any) -> Explanation:
        if not isinstance(value, int | float | str):
            return self._explain(value)
        key = type(value), value
        if key not in self._known:
            self._known[key] = self._explain(value)
        return self._known[key]


def _example(problems: Problems, part: BadColumn, row: Any, value: Any, why: Explanation) -> BadAnswer:
    person = None if problems.persons is None else json_value(plain_value(problems.persons[row]))
    value = json_value(plain_value(value)) if problems.shown else None
    return BadAnswer(person, part.column, part.item, value, why.code, why.reason, why.allowed, why.suggestion)


def by_kind(parts: Iterable[BadAnswers]) -> Counter[tuple[str, ProblemCode]]:
    """Return counts by item and kind, summed over parts."""
    counts: Counter[tuple[str, ProblemCode]] = Counter()
    for part in parts:
        counts[part.item, part.code] += part.n
    return counts


def counted(form: Instrument, counts: Mapping[tuple[str, ProblemCode], int]) -> tuple[BadAnswers, ...]:
    """Return counts in the order of items, then of kinds of problems."""
    return tuple(BadAnswers(item, code, n) for (item, code), n in sorted(counts.items(), key=_place(form)))


def _place(form: Instrument) -> Any:
    """Return a sort key for entries of (item, kind), which come first in each entry."""
    items = {item: position for position, item in enumerate(form.item_ids)}
    return lambda entry: (items[entry[0][0]], _KINDS.index(entry[0][1]))


def first_of(form: Instrument, examples: Iterable[BadAnswer]) -> tuple[BadAnswer, ...]:
    """Return the first few examples of each item and kind."""
    by_kind: dict[tuple[str, ProblemCode], list[BadAnswer]] = {}
    for example in examples:
        by_kind.setdefault((example.item, example.code), []).append(example)

    def kept() -> Iterator[BadAnswer]:
        for _, of_kind in sorted(by_kind.items(), key=_place(form)):
            yield from sorted(of_kind, key=BadAnswer.order)[:_EXAMPLES]

    return tuple(kept())


def added(
    form: Instrument, first: Iterable[BadValue] | None, second: Iterable[BadValue] | None
) -> tuple[BadValue, ...] | None:
    """Return how often each value occurs in both parts; None if there are too many different values."""
    if first is None or second is None:
        return None
    counts: dict[tuple[Any, ...], BadValue] = {}
    for value in (*first, *second):
        before = counts.get(value.key)
        counts[value.key] = value if before is None else value._replace(n=before.n + value.n)
    if len(counts) > _VALUES:
        return None
    place = _place(form)
    return tuple(sorted(counts.values(), key=lambda value: (place((value[:2], 0)), *map(str, value.key))))
