"""Fast scoring of plain answer sheets, which are most of those that an app scores.

If every item is answered by a whole number that it allows, all answers are fetched in one step, their types
and values checked in one step each, and the score of a scale follows from the sum of its answers as stored.
If items were skipped, or answered by other numbers or texts that are known to be allowed, each answer is
looked up in a table of what it adds to a packed sum (see `sum_scores`). Every other sheet (with a truth
value, an answer that is not valid, or a key that resembles an item's) is left to `single`.

Each instrument gets its own getters, sets and tables, over which built-in functions iterate. No source code
is generated, so that no id or label of an instrument can become code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from itertools import filterfalse, groupby, islice
from operator import getitem, itemgetter
from types import NoneType
from typing import Any, NamedTuple, Protocol

from intimacy_scales.instrument import exact
from intimacy_scales.reading.answers import NOT_APPLICABLE
from intimacy_scales.reading.columns import MAX_COLUMNS, loose, name_text
from intimacy_scales.scoring.scale_score import ScaleScore
from intimacy_scales.scoring.sum_scores import (
    PLACEHOLDER,
    CompositeScores,
    ItemSums,
    SumScore,
    keep,
    with_composites,
)

Reader = Callable[[Mapping[Any, Any]], "list[ScaleScore] | None"]
Values = Sequence[Any]

_PLAIN = frozenset({int, float, str, NoneType})  # bool is not one of these types
_FEW_POINTS = 1_000


class Allowed(Hashable, Protocol):
    """The answers that an item allows, such as an `AnswerKey`.

    Attributes
    ----------
    minimum
        The lowest point.
    points
        Point → its code.
    known
        Values with a known code → that code.
    """

    @property
    def minimum(self) -> int | float: ...  # noqa: D102 - see Attributes
    @property
    def points(self) -> Mapping[Any, int]: ...  # noqa: D102
    @property
    def known(self) -> dict[Any, int]: ...  # noqa: D102


class _Differences(dict[int, ScaleScore]):
    """Difference of sums → the score of a scale whose items are all answered by stored values.

    The difference is ``D = sum(plain answers) - sum(reverse-keyed answers)``. An answer adds
    ``q * (value - minimum)`` keyed units, or ``q * (maximum - value)`` if reverse-keyed (see `planned`), so
    that the sum of units is ``q * D`` plus a constant of the scale.
    """

    def __init__(self, sums: ItemSums, keys: Sequence[Allowed]) -> None:
        super().__init__()
        self.sums = sums
        self.unit = sums.scale.unit
        self.packed = 0  # the packed sum without its units: number of answers, and spans
        self.constant = 0
        minima: dict[Allowed, int] = {}  # in units, in which they are whole numbers
        for item in sums.scale.items:
            key, at_minimum = keys[item.index], item.units[1]
            if key not in minima:
                minima[key] = int(self.unit * exact(key.minimum))
            self.packed += sums.pack(item, 1) - at_minimum
            self.constant += at_minimum + (minima[key] if item.reverse else -minima[key])

    def __missing__(self, difference: int) -> ScaleScore:
        score = self.sums[self.packed + self.unit * difference + self.constant].score
        keep(self, difference, score)
        return score


class _Part(NamedTuple):
    """A scale of items in the layout of fetched answers.

    Attributes
    ----------
    position
        The scale's position in the plan.
    all, plus, minus
        Where its answers are among those fetched: all, of plain items, of reverse-keyed items.
    sums, differences
        Its scores by packed sum and by difference of sums.
    """

    position: int
    all: slice
    plus: slice
    minus: slice
    sums: ItemSums
    differences: _Differences


class _Totals(dict[int, ScaleScore]):
    """Weighted sum of differences → the score of a composite whose items are all answered.

    The numerator of the composite is a sum of the differences of its scales of items (see `_Differences`),
    each times a whole number, plus a constant of the composite. Their common divisor is taken out.
    """

    def __init__(self, composite: CompositeScores, parts: Sequence[_Part]) -> None:
        super().__init__()
        self.composite = composite
        planned = composite.scale
        by_position = {part.position: part for part in parts}
        factors, self.constant = [], planned.offset
        for leaf, weight in zip(planned.leaves, planned.weights, strict=True):
            scale, differences = by_position[leaf].sums.scale, by_position[leaf].differences
            factors.append(weight * scale.times * scale.unit)
            self.constant += weight * scale.numerator(scale.base + differences.constant)
        self.grain = math.gcd(*factors) or 1
        places = {part.position: place for place, part in enumerate(parts)}
        self.terms = [
            (places[leaf], factor // self.grain) for leaf, factor in zip(planned.leaves, factors, strict=True)
        ]

    def __missing__(self, total: int) -> ScaleScore:
        score = self.composite.of_complete(self.grain * total + self.constant)
        keep(self, total, score)
        return score

    def scorer(self, n_parts: int) -> Callable[[Sequence[int]], ScaleScore]:
        """Return a function from the differences of all ``n_parts`` scales of items to the score."""
        if self.terms == [(place, 1) for place in range(n_parts)]:
            return lambda differences: self[sum(differences)]
        terms = self.terms
        return lambda differences: self[sum([differences[place] * factor for place, factor in terms])]


class _Layout:
    """The order in which answers are fetched: scale by scale, then items that are in no scale.

    Parameters
    ----------
    keys
        The answer key of each item.
    sums
        Position of a scale of items → its scores by packed sum.
    """

    def __init__(self, keys: Sequence[Allowed], sums: Mapping[int, ItemSums]) -> None:
        kinds = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        self.items: list[int] = []
        self.tables: list[dict[Any, int]] = []  # at each place: value → what it adds to a packed sum
        self.parts: list[_Part] = []
        for position, scale_sums in sums.items():
            tables: dict[tuple[Allowed, bool, int], dict[Any, int]] = {}  # shared by items that are alike
            cuts = [len(self.items)]
            for reverse in (False, True):
                same_sign = [item for item in scale_sums.scale.items if item.reverse == reverse]
                # items with the same answer key are neighbours, so that `_allowing` checks them together
                for item in sorted(same_sign, key=lambda item: kinds[keys[item.index]]):
                    key = keys[item.index]
                    kind = key, reverse, item.span  # a larger weight gives a wider span
                    if kind not in tables:
                        packed = [scale_sums.pack(item, code) for code in range(len(item.units))]
                        tables[kind] = {value: packed[max(code, 0)] for value, code in key.known.items()}
                    self.items.append(item.index)
                    self.tables.append(tables[kind])
                cuts.append(len(self.items))
            begin, first_reverse, end = cuts
            slices = slice(begin, end), slice(begin, first_reverse), slice(first_reverse, end)
            self.parts.append(_Part(position, *slices, scale_sums, _Differences(scale_sums, keys)))
        for index in sorted(set(range(len(keys))) - set(self.items)):  # checked, but part of no score
            self.items.append(index)
            self.tables.append(keys[index].known)


def plain_reader(
    keys: Sequence[Allowed],
    names: Sequence[Hashable],
    sums: Mapping[int, ItemSums],
    composites: Mapping[int, CompositeScores],
    *,
    complete_only: bool,
    elsewhere: Callable[[], Collection[Hashable]],
) -> Reader:
    """Return a function that scores plain sheets of one instrument, and returns None for other mappings.

    Parameters
    ----------
    keys, names
        The answer key of each item, and the key of its answer in a mapping.
    sums, composites
        Position of a scale → its scores; composites in an order in which their parts come first.
    complete_only
        Whether sheets with skipped items are left to `single`: a composite is keyed both ways, or blanks may
        count as 0.
    elsewhere
        Returns keys that leave a sheet without some item to `single`: items of other versions of the
        instrument.
    """
    layout = _Layout(keys, sums)
    places, tables = [names[index] for index in layout.items], layout.tables
    fetch, look_like_items = _getter(places), _look_alike(names, elsewhere)
    known, n_names = frozenset(names), len(names)
    # if every scale adds up answers as they are stored, sums of answers determine all scores
    as_stored = all(scale_sums.scale.as_stored for scale_sums in sums.values())
    whole_numbers = [int] * len(places) if as_stored else None
    are_allowed = _allowing([keys[index] for index in layout.items])
    score_complete, score_incomplete = (
        _complete_scorer(layout.parts, composites),
        _incomplete_scorer(layout.parts, composites),
    )

    def read(answers: Mapping[Any, Any]) -> list[ScaleScore] | None:
        # a subclass of dict may make values for missing keys
        values = fetch(answers) if type(answers) is dict and len(answers) >= n_names else None
        if (values is None or len(answers) != n_names) and (
            known.isdisjoint(answers)
            or (not known.issuperset(answers) and look_like_items(answers, values is None))
        ):
            return None
        if values is None:
            values = list(map(answers.get, places))
            kinds: Iterable[type] = set(map(type, values))
        else:
            kinds = list(map(type, values))
            if kinds == whole_numbers and are_allowed(values):
                return score_complete(values)
        if complete_only or not _PLAIN.issuperset(kinds):
            return None
        try:
            return score_incomplete(list(map(getitem, tables, values)))
        except KeyError:  # a value without a known code
            return None

    return read


def not_applicable_reader(
    keys: Sequence[Allowed], names: Sequence[Hashable], items: Sequence[Any]
) -> Callable[[Mapping[Any, Any]], tuple[str, ...]] | None:
    """Return a function that finds the items that do not apply, in sheets that `plain_reader` scored.

    It is None if every item always applies. Arguments are as in `plain_reader`, and the ids of the items.
    """
    not_applicable_values = [
        frozenset(value for value, code in key.known.items() if code == NOT_APPLICABLE) for key in keys
    ]
    places = [place for place in zip(items, names, not_applicable_values, strict=True) if place[2]]
    if not places:
        return None
    wanted = [name for _, name, _ in places]
    any_value = frozenset().union(*not_applicable_values)

    def find(answers: Mapping[Any, Any]) -> tuple[str, ...]:
        if any_value.isdisjoint(map(answers.get, wanted)):  # true for nearly every sheet
            return ()
        return tuple([item for item, name, values in places if answers.get(name) in values])

    return find


def _complete_scorer(
    parts: Sequence[_Part], composites: Mapping[int, CompositeScores]
) -> Callable[[Values], list[ScaleScore]]:
    """Return a function that scores a sheet whose items are all answered by whole numbers."""
    n_scales = len(parts) + len(composites)
    scales = [(part.position, part.plus, part.minus, part.differences) for part in parts]
    composed = [
        (position, _Totals(composite, parts).scorer(len(parts))) for position, composite in composites.items()
    ]

    def score(values: Values) -> list[ScaleScore]:
        rows, all_differences = [PLACEHOLDER.score] * n_scales, []
        for position, plus, minus, differences in scales:
            difference = sum(values[plus]) - sum(values[minus])
            rows[position] = differences[difference]
            all_differences.append(difference)
        for position, score_of in composed:
            rows[position] = score_of(all_differences)
        return rows

    return score


def _incomplete_scorer(
    parts: Sequence[_Part], composites: Mapping[int, CompositeScores]
) -> Callable[[list[int]], list[ScaleScore]]:
    """Return a function that scores a sheet from what each of its answers adds to a packed sum."""
    n_scales = len(parts) + len(composites)
    scales = [(part.position, part.all, part.sums) for part in parts]
    composed = list(composites.items())

    def score(added: list[int]) -> list[ScaleScore]:
        sum_scores: list[SumScore] = [PLACEHOLDER] * n_scales
        for position, places, sums in scales:
            sum_scores[position] = sums[sum(added[places])]
        return with_composites(sum_scores, composed)

    return score


def _look_alike(
    names: Sequence[Hashable], elsewhere: Callable[[], Collection[Hashable]]
) -> Callable[[Mapping[Any, Any], bool], bool]:
    """Return a function that tells whether an unknown key may mean an item, or there are too many keys."""
    known, loosely = frozenset(names), frozenset(loose(str(name)) for name in names) - {""}

    def look_like_items(answers: Mapping[Any, Any], some_are_absent: bool) -> bool:
        if len(answers) > MAX_COLUMNS or (some_are_absent and any(map(answers.__contains__, elsewhere()))):
            return True
        return any(
            loose(name if isinstance(name, str) else name_text(name) or "") in loosely
            for name in filterfalse(known.__contains__, answers)
        )

    return look_like_items


def _getter(names: Sequence[Hashable]) -> Callable[[dict[Any, Any]], Values | None]:
    """Return a function that fetches the values of these names in one step, or None if one is absent."""
    get: Callable[[dict[Any, Any]], Any] = itemgetter(*names)
    single_value = len(names) == 1  # itemgetter then returns it without a tuple

    def fetch(answers: dict[Any, Any]) -> Values | None:
        try:
            values: Any = get(answers)
        except KeyError:
            return None
        return (values,) if single_value else values

    return fetch


def _allowing(keys: Sequence[Allowed]) -> Callable[[Values], bool]:
    """Return a function that tells whether all whole numbers of a sheet are points of their items."""
    points = {key: _whole_points(key) for key in dict.fromkeys(keys)}
    runs: list[tuple[Callable[[Any], bool], slice]] = []
    begin = 0
    for key, run in groupby(keys):
        end = begin + len(list(run))
        runs.append((points[key].issuperset, slice(begin, end)))
        begin = end
    if len(runs) == 1:
        return runs[0][0]

    def are_allowed(values: Values) -> bool:
        return all(allows(values[places]) for allows, places in runs)

    return are_allowed


def _whole_points(key: Allowed) -> frozenset[int]:
    """Return the whole numbers that are read as points of the scale: not those that are recoded."""
    few = islice(key.points.items(), _FEW_POINTS)  # `single` decodes the others when they occur
    return frozenset(
        int(point) for point, code in few if point == int(point) and key.known.get(point) == code
    )
