"""How far skipped answers could move a composite whose scales key one item in opposite directions.

Elsewhere the bounds of a composite are those of its parts, combined like their scores. Where an
item counts for it in one scale and against it in another, both parts cannot be at their ends at
once, and each skipped item has to be weighed on the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedScale


def _leaves(plan: Plan, composite: PlannedComposite) -> list[tuple[PlannedScale, int]]:
    """Return the scales of items that a composite rests on, with what their whole numbers count for in it."""
    scales = [plan.scales[leaf] for leaf in composite.leaves]
    pairs = zip(scales, composite.weights, strict=True)
    return [(scale, weight) for scale, weight in pairs if isinstance(scale, PlannedScale)]


def is_torn(plan: Plan, composite: PlannedComposite) -> bool:
    """Tell whether some item counts for a composite in one of its scales and against it in another."""
    keys = {
        (item.index, item.reverse == (weight > 0))
        for scale, weight in _leaves(plan, composite)
        for item in scale.items
        if weight
    }
    return any((index, not reverse) in keys for index, reverse in keys)


def torn_bounds(plan: Plan, composite: PlannedComposite, codes: Sequence[int]) -> tuple[float, float] | None:
    """Return the bounds of a composite whose skipped items pull it both ways at once; None without any."""
    fixed = composite.offset
    pulls: dict[int, tuple[int, int]] = {}
    for scale, weight in _leaves(plan, composite):
        fixed += weight * scale.whole(scale.base)
        unit = weight * scale.times
        for item in scale.items:
            if codes[item.index]:
                fixed += unit * item.units[codes[item.index]]
                continue
            at_minimum, at_maximum = pulls.get(item.index, (0, 0))
            pulls[item.index] = at_minimum + unit * item.units[1], at_maximum + unit * item.units[-1]
    if not pulls:
        return None
    low, high = (fixed + sum(map(end, pulls.values())) for end in (min, max))
    return low / composite.denominator, high / composite.denominator
