"""Scores of scales that weigh, stretch, multiply or subtract, worked out naively in fractions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from intimacy_scales import Instrument, ResponseScale, Scale
from tests.shared.strategies import Row, Value


@dataclass
class Counted:
    """One scale of one person: its score, bounds and range as they should come out."""

    score: Fraction | None
    answered: int
    low: Fraction
    high: Fraction
    least: Fraction
    most: Fraction
    prorated: bool
    boxes: bool


def decimal(value: Any) -> Fraction:
    return Fraction(str(value))


def counts(scale: ResponseScale, stored: Value) -> Fraction:
    """What one stored value counts: its score, or itself."""
    return decimal(dict(scale.scores)[stored] if scale.scores else stored)


def ends(scale: ResponseScale) -> tuple[Fraction, Fraction]:
    every = [counts(scale, value) for value in scale.values]
    return min(every), max(every)


def needed(scale: Scale, k: int, *, one_range: bool, boxes: bool) -> int:
    rule = scale.missing
    prorated = not boxes if rule is None or rule.prorated is None else rule.prorated
    if not one_range or (scale.method == "sum" and not prorated) or scale.method == "difference":
        return k
    if rule is None:
        return k if scale.of else math.ceil(Fraction(k, 2))
    return rule.count if rule.count is not None else math.ceil(rule.proportion * k)


def of_items(form: Instrument, scale: Scale, row: Row) -> Counted:
    weights = dict(scale.weights)
    given, lowest, highest, ranges = [], [], [], set()
    for entry in scale.items:
        item = entry.removeprefix("-")
        response = form.item(item).response_scale
        low, high = ends(response)
        to_low, to_high = (low, high) if scale.rescale is None else scale.rescale
        weight = weights.get(item, Fraction(1))
        ranges.add((to_low, to_high))
        lowest.append((weight, to_low))
        highest.append((weight, to_high))
        stored = row.get(item)
        if stored is None:
            continue
        value = counts(response, stored)
        value = low + high - value if entry.startswith("-") else value
        value = to_low + (value - low) * (to_high - to_low) / (high - low)
        given.append((weight, value))
        lowest[-1] = highest[-1] = (weight, value)
    whole = sum(weight for weight, _ in lowest)

    def scored(parts: list[tuple[Fraction, Fraction]]) -> Fraction:
        mean = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
        return (mean if scale.method == "mean" else mean * whole) * scale.multiply + scale.offset

    responses = [form.item(entry.removeprefix("-")).response_scale for entry in scale.items]
    boxes = all(r.values == (0, 1) and not r.scores for r in responses)
    k, n = len(scale.items), len(given)
    least = needed(scale, k, one_range=len(ranges) == 1, boxes=boxes)
    both = [
        [(w, at[i]) for (w, _), at in zip(lowest, map(ends_of(scale), responses), strict=True)]
        for i in (0, 1)
    ]
    return Counted(
        score=scored(given) if n >= least else None,
        answered=n,
        low=scored(lowest),
        high=scored(highest),
        least=scored(both[0]),
        most=scored(both[1]),
        prorated=least <= n < k,
        boxes=boxes and scale.method == "sum" and not (scale.missing and scale.missing.prorated),
    )


def ends_of(scale: Scale) -> Any:
    return ends if scale.rescale is None else lambda _: scale.rescale


def of_scales(scale: Scale, parts: list[Counted]) -> Counted:
    def moved(value: Fraction) -> Fraction:
        return value * scale.multiply + scale.offset

    k, there = len(parts), [part.score for part in parts if part.score is not None]
    same = len({(part.least, part.most) for part in parts}) == 1
    boxes = any(part.boxes for part in parts)
    needs = needed(scale, k, one_range=same, boxes=boxes)
    if scale.method == "difference":
        one, two = parts
        low, high = one.low - two.high, one.high - two.low
        least, most = one.least - two.most, one.most - two.least
        score = there[0] - there[1] if len(there) == k else None
    else:
        share = Fraction(1, k) if scale.method == "mean" else Fraction(1)
        low, high, least, most = (
            share * sum(getattr(part, name) for part in parts) for name in ("low", "high", "least", "most")
        )
        score = sum(there, Fraction(0)) / len(there) * k * share if len(there) >= needs else None
    return Counted(
        score=None if score is None else moved(score),
        answered=len(there),
        low=moved(low),
        high=moved(high),
        least=moved(least),
        most=moved(most),
        prorated=score is not None and any(part.score is None or part.prorated for part in parts),
        boxes=boxes and not (scale.missing and scale.missing.prorated),
    )


def counted(form: Instrument, row: Row) -> dict[str, Counted]:
    def visit(name: str) -> Counted:
        scale = form.scale(name)
        return (
            of_scales(scale, [visit(part) for part in scale.of]) if scale.of else of_items(form, scale, row)
        )

    return {name: visit(name) for name in form.scale_ids}
