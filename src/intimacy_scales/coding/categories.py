"""Categories of stored answers: the values that items with one response scale share, or spans of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.codings import StoredOptions
from intimacy_scales.coding.stored_answers import StoredAnswers
from intimacy_scales.instrument import Instrument, ResponseScale

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]
MOST_CATEGORIES = 13  # beyond which values are put together into tenths of the range
_TENTHS = 10
_MOST_ALONE = 6  # values beyond a wide range, each of which is a category
USUAL_MISSING_CODES = frozenset({9, 99, 999, 8, 98, 998, 88, 888, 77, 97, 997})  # within a range


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGroup:
    """Items with the same response scale, and the categories of their stored answers.

    Attributes
    ----------
    scale
        Their response scale.
    columns
        Positions of the items.
    of_value
        (V,): category of each stored value; -1 for a value that none of these items has.
    values
        For each category, the positions of its values among all stored values.
    is_binned
        Whether categories are spans of values.
    """

    scale: ResponseScale
    columns: Positions
    of_value: Positions
    values: tuple[Positions, ...]
    is_binned: bool

    @property
    def has_orders(self) -> bool:
        """Whether other orders of the options can be weighed: there are few, which count in order."""
        return not self.is_binned and not self.scale.scores

    @property
    def n_categories(self) -> int:
        """Number of categories."""
        return len(self.values)


def item_groups(form: Instrument, answers: StoredAnswers) -> tuple[ItemGroup, ...]:
    """Return the groups of items with the same response scale, in the order of the items."""
    columns: dict[tuple[object, ...], list[int]] = {}
    for column, item in enumerate(form.items):
        scale = item.response_scale
        columns.setdefault((scale.range, scale.points, scale.scores), []).append(column)
    return tuple(
        _group(form.items[members[0]].response_scale, np.array(members), answers)
        for members in columns.values()
    )


def _group(scale: ResponseScale, columns: Positions, answers: StoredAnswers) -> ItemGroup:
    """Return one group, with its values as categories if they are few, otherwise in spans."""
    used = np.flatnonzero(answers.counts[columns].sum(axis=0))
    is_binned = len(used) > MOST_CATEGORIES
    labels = _spans(answers.values[used], scale) if is_binned else np.arange(len(used))
    kept, inverse = np.unique(labels, return_inverse=True)
    of_value = np.full(len(answers.values), -1, dtype=np.intp)
    of_value[used] = inverse
    return ItemGroup(
        scale=scale,
        columns=columns,
        of_value=of_value,
        values=tuple(used[inverse == place] for place in range(len(kept))),
        is_binned=is_binned,
    )


def _spans(numbers: Floats, scale: ResponseScale) -> Positions:
    """Return the span of each number: tenths of the range, divided further at usual missing codes.

    Numbers below and above the range have a span each. Where no number is within the range, the tenths are
    those of the numbers.
    """
    low, high = float(scale.minimum), float(scale.maximum)
    if not np.any((numbers >= low) & (numbers <= high)):
        low, high = float(numbers[0]), float(numbers[-1])
    tenths = low + (high - low) / _TENTHS * np.arange(1, _TENTHS)
    outside = (numbers < low) | (numbers > high)
    alone = np.isin(numbers, list(USUAL_MISSING_CODES))
    if np.count_nonzero(outside) <= _MOST_ALONE:
        alone |= outside
    codes = numbers[alone]
    beyond = [np.nextafter(code, np.inf) for code in codes]
    cuts = np.unique(np.concatenate([tenths, [low, np.nextafter(high, np.inf)], codes, beyond]))
    return np.searchsorted(cuts, numbers, side="right")


def places_of(group: ItemGroup, answers: StoredAnswers, way: StoredOptions) -> Floats:
    """Return the place from 1 of each stored value (V,) under a way of storing; nan where it has none."""
    options = {float(value): float(place) for value, place in way.options.items()}
    return np.array([options.get(value, np.nan) for value in answers.values.tolist()])


def category_scores(group: ItemGroup, places: Floats, counts: NDArray[np.int64]) -> Floats:
    """Return the mean place of each category's values, weighted by how often they were given.

    Parameters
    ----------
    group
        The group of items.
    places
        (V,): place of each stored value; nan where it has none.
    counts
        (V,): how often each value was given.
    """
    if not group.is_binned:
        return places[np.concatenate(group.values)] if group.values else np.zeros(0)
    scores = np.full(group.n_categories, np.nan)
    for category, members in enumerate(group.values):
        placed = members[~np.isnan(places[members])]
        weights = counts[placed]
        if len(placed):
            scores[category] = np.average(places[placed], weights=weights if weights.any() else None)
    return scores
