"""Bounds of composites that key an item both ways, when it is skipped.

The bounds of other composites are those of their parts, combined like the scores. If an item counts for a
composite in one part and against it in another, the two parts cannot reach their ends with the same answer.
The contributions of each skipped item to all parts are then added up before its best and worst answer are
chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedScale


def _leaves(plan: Plan, composite: PlannedComposite) -> list[tuple[PlannedScale, int]]:
    """Return the scales of items below a composite, with their weights in it."""
    scales = [plan.scales[leaf] for leaf in composite.leaves]
    pairs = zip(scales, composite.weights, strict=True)
    return [(scale, weight) for scale, weight in pairs if isinstance(scale, PlannedScale)]


def is_keyed_both_ways(plan: Plan, composite: PlannedComposite) -> bool:
    """Return whether an item counts for a composite in one of its scales and against it in another."""
    keys = {
        (item.index, item.reverse == (weight > 0))
        for scale, weight in _leaves(plan, composite)
        for item in scale.items
        if weight
    }
    return any((index, not reverse) in keys for index, reverse in keys)


def both_ways_bounds(
    plan: Plan, composite: PlannedComposite, codes: Sequence[int]
) -> tuple[float, float] | None:
    """Return the bounds of a composite that keys items both ways; None if no item was skipped."""
    fixed = composite.offset  # numerator of the composite without the skipped items
    skipped: dict[int, tuple[int, int]] = {}  # item → what its lowest and its highest answer add
    for scale, weight in _leaves(plan, composite):
        fixed += weight * scale.numerator(scale.base)
        unit = weight * scale.times
        for item in scale.items:
            if codes[item.index]:
                fixed += unit * item.units[codes[item.index]]
                continue
            at_minimum, at_maximum = skipped.get(item.index, (0, 0))
            skipped[item.index] = at_minimum + unit * item.units[1], at_maximum + unit * item.units[-1]
    if not skipped:
        return None
    low, high = (fixed + sum(map(end, skipped.values())) for end in (min, max))
    return low / composite.denominator, high / composite.denominator
