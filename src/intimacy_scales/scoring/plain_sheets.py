"""Answer sheets of plain values, which need no look at each: most of those that an app scores.

Where every item is answered by a whole number that it allows, all answers are fetched, and their types and
values looked at, in one step each, and a scale's score follows from the sum of its answers as they stand.
With skipped items, and numbers or texts that an item is known to allow, each answer is looked up in a table
of what it adds. Whatever is anything else (a truth value, a bad answer, a key that looks like an item's) is
for `single` to read.

What is specialised for an instrument are getters, sets and tables, which Python's own functions walk; no
source text is made, so that no id or label of an instrument can become code.
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
from intimacy_scales.scoring.meanings import (
    NOT_YET,
    CompositeScores,
    ItemSums,
    Meaning,
    keep,
    with_composites,
)
from intimacy_scales.scoring.scale_score import ScaleScore

Reader = Callable[[Mapping[Any, Any]], "list[ScaleScore] | None"]
Values = Sequence[Any]

_PLAIN = frozenset({int, float, str, NoneType})  # a truth value is none of these types
_FEW_POINTS = 1_000


class Allowed(Hashable, Protocol):
    """Which answers an item allows; an `AnswerKey` is one.

    Attributes
    ----------
    minimum
        The lowest point.
    points
        Point → its code.
    known
        Values that need no thought → their codes.
    """

    @property
    def minimum(self) -> int | float: ...  # noqa: D102 - told above
    @property
    def points(self) -> Mapping[Any, int]: ...  # noqa: D102
    @property
    def known(self) -> dict[Any, int]: ...  # noqa: D102


class _Differences(dict[int, ScaleScore]):
    """What the sum of a whole scale's answers means, those of reversed items subtracted.

    With ``q`` units in 1 (see `plan`), an answer adds ``q * (value - minimum)`` units, or
    ``q * (maximum - value)`` where reversed: the sum times ``q``, and a constant of the scale.
    """

    def __init__(self, sums: ItemSums, keys: Sequence[Allowed]) -> None:
        super().__init__()
        self.sums = sums
        self.unit = sums.scale.unit
        self.packed = 0  # the packed sum without its units: how many answers, and their spans
        self.constant = 0
        minima: dict[Allowed, int] = {}  # in units: whole numbers, as the unit was chosen
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
    """A scale of items: its position, where its answers stand among those fetched, and what they mean."""

    position: int
    all: slice
    plus: slice
    minus: slice
    sums: ItemSums
    differences: _Differences


class _Totals(dict[int, ScaleScore]):
    """What a composite's score is where every item was answered.

    It follows from the differences of its scales of items (see `_Differences`), each times a whole number,
    and a constant of the composite.
    """

    def __init__(self, composite: CompositeScores, parts: Sequence[_Part]) -> None:
        super().__init__()
        self.composite = composite
        planned = composite.scale
        own = {part.position: part for part in parts}
        factors, self.constant = [], planned.offset
        for leaf, weight in zip(planned.leaves, planned.weights, strict=True):
            scale, differences = own[leaf].sums.scale, own[leaf].differences
            factors.append(weight * scale.times * scale.unit)
            self.constant += weight * scale.whole(scale.base + differences.constant)
        self.grain = math.gcd(*factors) or 1
        places = {part.position: place for place, part in enumerate(parts)}
        self.terms = [
            (places[leaf], factor // self.grain) for leaf, factor in zip(planned.leaves, factors, strict=True)
        ]

    def __missing__(self, total: int) -> ScaleScore:
        score = self.composite.of_whole(self.grain * total + self.constant)
        keep(self, total, score)
        return score

    def scorer(self, n_parts: int) -> Callable[[Sequence[int]], ScaleScore]:
        """Return what gives the score from the differences of all ``n_parts`` scales of items."""
        if self.terms == [(place, 1) for place in range(n_parts)]:
            return lambda differences: self[sum(differences)]
        terms = self.terms
        return lambda differences: self[sum([differences[place] * factor for place, factor in terms])]


class _Layout:
    """Which answers are fetched, in which order: those of each scale, then of items that are in none.

    Parameters
    ----------
    keys
        The answer key of each item.
    sums
        Position of a scale of items → what its sums mean.
    """

    def __init__(self, keys: Sequence[Allowed], sums: Mapping[int, ItemSums]) -> None:
        kinds = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        self.items: list[int] = []
        self.tables: list[dict[Any, int]] = []  # of each place: value → what it adds to a packed sum
        self.parts: list[_Part] = []
        for position, of in sums.items():
            made: dict[tuple[Allowed, bool, int], dict[Any, int]] = {}
            cuts = [len(self.items)]
            for reverse in (False, True):
                of_sign = [item for item in of.scale.items if item.reverse == reverse]
                for item in sorted(of_sign, key=lambda item: kinds[keys[item.index]]):  # alike side by side
                    key = keys[item.index]
                    alike = key, reverse, item.span  # what weighs more has a wider span
                    if alike not in made:
                        packed = [of.pack(item, code) for code in range(len(item.units))]
                        made[alike] = {value: packed[max(code, 0)] for value, code in key.known.items()}
                    self.items.append(item.index)
                    self.tables.append(made[alike])
                cuts.append(len(self.items))
            begin, turn, end = cuts
            stretches = slice(begin, end), slice(begin, turn), slice(turn, end)
            self.parts.append(_Part(position, *stretches, of, _Differences(of, keys)))
        for index in sorted(set(range(len(keys))) - set(self.items)):  # these are checked, and add to nothing
            self.items.append(index)
            self.tables.append(keys[index].known)


def plain_reader(
    keys: Sequence[Allowed],
    names: Sequence[Hashable],
    sums: Mapping[int, ItemSums],
    composites: Mapping[int, CompositeScores],
    *,
    whole_only: bool,
    elsewhere: Callable[[], Collection[Hashable]],
) -> Reader:
    """Return what scores plain sheets of one instrument, and returns None for every other mapping.

    Parameters
    ----------
    keys, names
        The answer key of each item, and the key of a mapping under which its answer stands.
    sums, composites
        Position of a scale → what its sums mean; composites in an order in which parts come first.
    whole_only
        Whether gaps need a closer look: skipped items move some composite both ways, or may count as 0.
    elsewhere
        Returns keys that need one where an item is absent: items of other versions of the instrument.
    """
    layout = _Layout(keys, sums)
    places, tables = [names[index] for index in layout.items], layout.tables
    fetch, look_like_items = _getter(places), _look_alike(names, elsewhere)
    known, n_names = frozenset(names), len(names)
    # where answers count as they are stored, in every scale, their own sums say all
    as_stored = all(of.scale.as_stored for of in sums.values())
    whole_numbers = [int] * len(places) if as_stored else None
    are_allowed = _allowing([keys[index] for index in layout.items])
    score_whole, score_some = _whole_scorer(layout.parts, composites), _gap_scorer(layout.parts, composites)

    def read(answers: Mapping[Any, Any]) -> list[ScaleScore] | None:
        # a dictionary of another class may make what it lacks
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
                return score_whole(values)
        if whole_only or not _PLAIN.issuperset(kinds):
            return None
        try:
            return score_some(list(map(getitem, tables, values)))
        except KeyError:  # a value that is not known to be an answer
            return None

    return read


def not_applicable_reader(
    keys: Sequence[Allowed], names: Sequence[Hashable], items: Sequence[Any]
) -> Callable[[Mapping[Any, Any]], tuple[str, ...]] | None:
    """Return what finds the items that do not apply, in sheets that `plain_reader` scored.

    It is None where every item always applies. Arguments are as of `plain_reader`, and the ids of the items.
    """
    saying_so = [
        frozenset(value for value, code in key.known.items() if code == NOT_APPLICABLE) for key in keys
    ]
    places = [place for place in zip(items, names, saying_so, strict=True) if place[2]]
    if not places:
        return None
    asked = [name for _, name, _ in places]
    anywhere = frozenset().union(*saying_so)

    def found(answers: Mapping[Any, Any]) -> tuple[str, ...]:
        if anywhere.isdisjoint(map(answers.get, asked)):  # as of nearly every sheet
            return ()
        return tuple([item for item, name, none in places if answers.get(name) in none])

    return found


def _whole_scorer(
    parts: Sequence[_Part], composites: Mapping[int, CompositeScores]
) -> Callable[[Values], list[ScaleScore]]:
    """Return what scores the values of a sheet where every item is answered by a whole number."""
    n_scales = len(parts) + len(composites)
    scales = [(part.position, part.plus, part.minus, part.differences) for part in parts]
    composed = [
        (position, _Totals(composite, parts).scorer(len(parts))) for position, composite in composites.items()
    ]

    def score(values: Values) -> list[ScaleScore]:
        rows, found = [NOT_YET.score] * n_scales, []
        for position, plus, minus, differences in scales:
            difference = sum(values[plus]) - sum(values[minus])
            rows[position] = differences[difference]
            found.append(difference)
        for position, score_of in composed:
            rows[position] = score_of(found)
        return rows

    return score


def _gap_scorer(
    parts: Sequence[_Part], composites: Mapping[int, CompositeScores]
) -> Callable[[list[int]], list[ScaleScore]]:
    """Return what scores a sheet by what each of its answers adds to a packed sum."""
    n_scales = len(parts) + len(composites)
    scales = [(part.position, part.all, part.sums) for part in parts]
    composed = list(composites.items())

    def score(added: list[int]) -> list[ScaleScore]:
        found: list[Meaning] = [NOT_YET] * n_scales
        for position, stretch, sums in scales:
            found[position] = sums[sum(added[stretch])]
        return with_composites(found, composed)

    return score


def _look_alike(
    names: Sequence[Hashable], elsewhere: Callable[[], Collection[Hashable]]
) -> Callable[[Mapping[Any, Any], bool], bool]:
    """Return what tells whether a key that is no item's may be meant as one, or there are too many."""
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
    """Return what fetches the values of these names, all in one, or None where one is absent."""
    get: Callable[[dict[Any, Any]], Any] = itemgetter(*names)
    alone = len(names) == 1  # its value comes bare

    def fetch(answers: dict[Any, Any]) -> Values | None:
        try:
            values: Any = get(answers)
        except KeyError:
            return None
        return (values,) if alone else values

    return fetch


def _allowing(keys: Sequence[Allowed]) -> Callable[[Values], bool]:
    """Return what tells whether all of a sheet's whole numbers are points of their items."""
    points = {key: _whole_points(key) for key in dict.fromkeys(keys)}
    runs: list[tuple[Callable[[Any], bool], slice]] = []
    begin = 0
    for key, alike in groupby(keys):
        end = begin + len(list(alike))
        runs.append((points[key].issuperset, slice(begin, end)))
        begin = end
    if len(runs) == 1:
        return runs[0][0]

    def are_allowed(values: Values) -> bool:
        return all(allows(values[stretch]) for allows, stretch in runs)

    return are_allowed


def _whole_points(key: Allowed) -> frozenset[int]:
    """Return the whole numbers that are read as the points they are: not those that were recoded."""
    few = islice(key.points.items(), _FEW_POINTS)  # of more points, `single` decodes each that it meets
    return frozenset(
        int(point) for point, code in few if point == int(point) and key.known.get(point) == code
    )
