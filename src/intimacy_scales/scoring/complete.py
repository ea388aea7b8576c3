"""Answer sheets that leave nothing to ask: every item answered, by a plain whole number that it allows.

Most sheets of an app are so. All their answers are fetched, and their types and values looked at, in one step
each instead of one by one, and a scale's score follows from the sum of its answers as they stand. Whatever
is anything else (a skipped item, another key, a text, a truth value) is for `single` to read.

What is specialised for an instrument are a getter, sets and tables, which Python's own functions walk; no
source text is made, so that no id or label of an instrument can become code.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from intimacy_scales.instrument import exact
from intimacy_scales.reading.answers import AnswerKey
from intimacy_scales.scoring.meanings import CompositeScores, ItemSums, keep
from intimacy_scales.scoring.plan import Plan, PlannedComposite, PlannedItem
from intimacy_scales.scoring.scale_score import ScaleScore

Reader = Callable[[dict[Any, Any]], "list[ScaleScore] | None"]
Rows = Sequence[ScaleScore]

_FEW_POINTS = 1_000


class _Differences(dict[int, ScaleScore]):
    """What the sum of a whole scale's answers means, those of reversed items subtracted.

    With ``q`` units in 1 (see `plan`), an answer adds ``q * (value - minimum)`` units, or
    ``q * (maximum - value)`` where reversed: the sum times ``q``, and a constant of the scale.
    """

    def __init__(self, sums: ItemSums, keys: Sequence[AnswerKey]) -> None:
        super().__init__()
        self.sums = sums
        self.unit = sums.scale.unit
        self.packed = 0  # the packed sum without its units: how many answers, and their spans
        constant = Fraction(0)
        for item in sums.scale.items:
            at_minimum = item.units[1]
            self.packed += sums.pack(item, 1) - at_minimum
            least = self.unit * exact(keys[item.index].scale.minimum)
            constant += at_minimum + (least if item.reverse else -least)
        self.constant = int(constant)

    def __missing__(self, difference: int) -> ScaleScore:
        score = self.sums[self.packed + self.unit * difference + self.constant]
        keep(self, difference, score)
        return score


class _Totals(dict[float, ScaleScore]):
    """What the sum of a composite's part scores means where every item was answered.

    Each part's score is then its lowest and its highest, so the composite's bounds are its score as well.
    """

    def __init__(self, composite: CompositeScores, parts: Sequence[int]) -> None:
        super().__init__()
        self.composite = composite
        self.parts = parts

    def of(self, rows: Rows) -> ScaleScore:
        """Return the composite's score."""
        total: Any = 0.0
        for part in self.parts:  # in their order, as they are added everywhere
            total += rows[part][0]
        kept = self.get(total)
        if kept is None:
            kept = self.composite.of(rows)
            keep(self, total, kept)
        return kept


class _Part(NamedTuple):
    """A scale of items: its position, where its answers stand among those fetched, and what they mean."""

    position: int
    plus: slice
    minus: slice
    meaning: _Differences


def complete_reader(
    plan: Plan,
    keys: Sequence[AnswerKey],
    names: Sequence[Hashable],
    sums: Mapping[int, ItemSums],
    composites: Mapping[int, CompositeScores],
) -> Reader:
    """Return what scores such sheets of one instrument, and returns None for every other mapping.

    Parameters
    ----------
    plan
        The instrument's plan.
    keys, names
        The answer key of each item, and the key of a mapping under which its answer stands.
    sums, composites
        Position of a scale → what its sums mean; composites in an order in which parts come first.
    """
    kinds = {key: number for number, key in enumerate(dict.fromkeys(keys))}  # to have like items side by side
    items: list[int] = []
    parts: list[_Part] = []
    for position, of in sums.items():
        cuts = [len(items)]
        for reverse in (False, True):
            of_sign = [item for item in of.scale.items if item.reverse == reverse]
            items += _sorted(of_sign, keys, kinds)
            cuts.append(len(items))
        parts.append(_Part(position, slice(*cuts[:2]), slice(*cuts[1:]), _Differences(of, keys)))
    items += sorted(set(range(len(names))) - set(items))  # in no scale: these are checked only
    fetch = _getter([names[index] for index in items])
    are_allowed = _allowing([keys[index] for index in items])
    whole_numbers = [int] * len(items)
    n_names, n_scales = len(names), len(plan.scales)
    of_parts = _composites(composites)
    blank = [ScaleScore(None, None, 0, 0.0, 0.0, False)]

    def read(answers: dict[Any, Any]) -> list[ScaleScore] | None:
        if len(answers) != n_names:
            return None
        try:
            values = fetch(answers)
        except KeyError:
            return None
        if list(map(type, values)) != whole_numbers or not are_allowed(values):
            return None
        rows = blank * n_scales
        for position, plus, minus, meaning in parts:
            rows[position] = meaning[sum(values[plus]) - sum(values[minus])]
        for position, score_of in of_parts:
            rows[position] = score_of(rows)
        return rows

    return read


def _sorted(
    items: Sequence[PlannedItem], keys: Sequence[AnswerKey], kinds: Mapping[AnswerKey, int]
) -> list[int]:
    return sorted((item.index for item in items), key=lambda index: kinds[keys[index]])


def _getter(names: Sequence[Hashable]) -> Callable[[dict[Any, Any]], tuple[Any, ...]]:
    """Return what fetches the values of these names as a tuple; `itemgetter` gives one alone bare."""
    if len(names) == 1:
        (name,) = names
        return lambda answers: (answers[name],)
    fetch: Callable[[dict[Any, Any]], tuple[Any, ...]] = itemgetter(*names)
    return fetch


def _allowing(keys: Sequence[AnswerKey]) -> Callable[[tuple[Any, ...]], bool]:
    """Return what tells whether all of a sheet's whole numbers are points of their items."""
    runs: list[tuple[Callable[[Any], bool], slice]] = []
    begin = 0
    for key, alike in groupby(keys):
        end = begin + len(list(alike))
        runs.append((_whole_points(key).issuperset, slice(begin, end)))
        begin = end
    if len(runs) == 1:
        return runs[0][0]

    def are_allowed(values: tuple[Any, ...]) -> bool:
        return all(allows(values[stretch]) for allows, stretch in runs)

    return are_allowed


def _whole_points(key: AnswerKey) -> frozenset[int]:
    """Return the whole numbers that are read as the points they are: not those that were recoded."""
    few = islice(key.points.items(), _FEW_POINTS)  # of more points, `single` decodes each that it meets
    return frozenset(
        int(point) for point, code in few if point == int(point) and key.known.get(point) == code
    )


def _composites(
    composites: Mapping[int, CompositeScores],
) -> list[tuple[int, Callable[[Rows], ScaleScore]]]:
    """Return position and scorer of each composite.

    Where persons at an end are put there (`PlannedComposite.ends`), the score may differ from the bounds
    in its last bit; such a composite, and one that it is a part of, is worked out part by part.
    """
    apart: set[int] = set()
    found: list[tuple[int, Callable[[Rows], ScaleScore]]] = []
    for position, composite in composites.items():
        scale: PlannedComposite = composite.scale
        if scale.ends is not None or not apart.isdisjoint(scale.parts):
            apart.add(position)
            found.append((position, composite.of))
        else:
            found.append((position, _Totals(composite, scale.parts).of))
    return found
