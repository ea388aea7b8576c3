"""The recode of each item under the coding that was found."""

from __future__ import annotations

import math

import numpy as np

from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.range_evidence import RangeFit
from intimacy_scales.coding.weighing import Weighed
from intimacy_scales.instrument import ResponseScale

Pairs = tuple[tuple[float, float], ...]


def item_recodes(weighed: Weighed) -> list[Pairs]:
    """Return the recode of each item: pairs of stored value and answer, nan for no answer.

    Empty where answers are read as printed, and where the options cannot be told, as on another scale.
    """
    recodes: list[Pairs] = [()] * len(weighed.form.items)
    for part in weighed.ranges:
        scale = part.group.scale
        for column in map(int, part.group.columns):
            fit = part.by_item.get(column, part.best)
            if max(fit.options.values()) == scale.n_points:
                places = _places(weighed, part.group, fit, column)
                recodes[column] = _pairs(places, scale, turned=bool(weighed.believed.flips[column] < 0))
    return recodes


def turned_pairs(scale: ResponseScale, pairs: Pairs) -> Pairs:
    """Return a recode with all its answers reversed; of options as printed if it is empty."""
    ends = scale.minimum + scale.maximum
    return tuple((value, ends - answer) for value, answer in pairs or [(float(v), v) for v in scale.values])


def _places(weighed: Weighed, group: ItemGroup, fit: RangeFit, column: int) -> dict[float, float]:
    """Return stored value → place of its option from 1, nan where it means no answer."""
    answers, scores = weighed.answers, weighed.believed.scores[column]
    places: dict[float, float] = {}
    if group.has_orders:
        of_item = answers.counts[column] > 0
        shared = ~of_item & (answers.counts[group.columns].sum(axis=0) > 0)
        for at in (*np.flatnonzero(of_item), *np.flatnonzero(shared)):  # an item's own values come first
            place = float(scores[group.of_value[at]])
            if not math.isnan(place) and place not in places.values():
                places[float(answers.values[at])] = place
    taken = set(places.values())
    places |= {v: float(p) for v, p in fit.options.items() if v not in places and p not in taken}
    for one in weighed.missing:
        if column in one.columns and one.hypothesis == "missing code inside the range":
            places[one.value] = math.nan
    return places


def _pairs(places: dict[float, float], scale: ResponseScale, *, turned: bool) -> Pairs:
    """Return stored values and answers; empty if each value is read as itself."""
    pairs = []
    if any(place > scale.n_points for place in places.values()):  # more options than the instrument has
        return ()
    for value, place in sorted(places.items()):
        at = scale.n_points - place if turned else place - 1
        pairs.append((value, math.nan if math.isnan(place) else float(scale.values[int(at)])))
    return () if all(value == answer for value, answer in pairs) else tuple(pairs)
