"""How far skipped answers could move a composite whose scales key one item in opposite directions.

Elsewhere the bounds of a composite are those of its parts, combined like their scores. Where an
item counts for it in one scale and against it in another, both parts cannot be at their ends at
once, and each skipped item has to be weighed on the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from intimacy_scales.scoring.plan import Plan, PlannedComposite, PlannedItem, PlannedScale


class MadeOf(NamedTuple):
    """What a composite is made of, all being answered.

    Attributes
    ----------
    weights
        Position of a scale of items → what a point on it adds.
    offset
        What is added to them.
    """

    weights: Mapping[int, Fraction]
    offset: Fraction


def made_of_items(plan: Plan, position: int) -> MadeOf:
    """Return what a point on each scale of items adds to a composite, all being answered."""
    weights, offset = {position: Fraction(1)}, Fraction(0)
    for index in reversed(plan.order):
        scale = plan.scales[index]
        if index in weights and isinstance(scale, PlannedComposite):
            weight = weights.pop(index)
            weight /= Fraction(scale.divisor)
            offset += weight * Fraction(scale.plus)
            weight *= Fraction(scale.times) / (len(scale.parts) if scale.mean else 1)
            for number, part in enumerate(scale.parts):
                sign = -1 if scale.difference and number else 1
                weights[part] = weights.get(part, Fraction(0)) + sign * weight
    return MadeOf(weights, offset)


def is_torn(plan: Plan, made_of: MadeOf) -> bool:
    """Tell whether some item counts for a composite in one of its scales and against it in another."""
    keys = {
        (item.index, item.reverse == (weight > 0))
        for position, weight in made_of.weights.items()
        for item in _items(plan, position)
    }
    return any((index, not reverse) in keys for index, reverse in keys)


def _items(plan: Plan, position: int) -> tuple[PlannedItem, ...]:
    scale = plan.scales[position]
    return scale.items if isinstance(scale, PlannedScale) else ()


def torn_bounds(plan: Plan, made_of: MadeOf, codes: Sequence[int]) -> tuple[float, float] | None:
    """Return the bounds of a composite whose skipped items pull it both ways at once; None without any."""
    fixed = made_of.offset
    pulls: dict[int, tuple[Fraction, Fraction]] = {}
    for position, weight in made_of.weights.items():
        scale = plan.scales[position]
        assert isinstance(scale, PlannedScale)
        unit = weight / (scale.divisor * scale.weight)
        fixed += unit * scale.whole(scale.base)
        unit *= scale.times
        for item in scale.items:
            if codes[item.index]:
                fixed += unit * item.units[codes[item.index]]
                continue
            at_minimum, at_maximum = pulls.get(item.index, (Fraction(0), Fraction(0)))
            pulls[item.index] = at_minimum + unit * item.units[1], at_maximum + unit * item.units[-1]
    if not pulls:
        return None
    return float(fixed + sum(map(min, pulls.values()))), float(fixed + sum(map(max, pulls.values())))
