"""Possible scores: their range, the distance between neighbours, and which are counts of 0 and 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from intimacy_scales.instrument.counting import counted_items
from intimacy_scales.instrument.numbers import common_divisor

if TYPE_CHECKING:
    from intimacy_scales.instrument.content import InstrumentContent
    from intimacy_scales.instrument.response_scale import ResponseScale
    from intimacy_scales.instrument.scale import Scale


def _parts_first(form: InstrumentContent) -> Iterator[tuple[Scale, list[ResponseScale]]]:
    """Yield each scale after those that it is composed of, with the response scales of its items."""
    for name in form.scale_order:
        scale = form.scale(name)
        yield scale, [form.item(key.item).response_scale for key in scale.keys]


def score_ranges(form: InstrumentContent) -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest score of each scale."""
    ranges: dict[str, tuple[Fraction, Fraction]] = {}
    for scale, responses in _parts_first(form):
        items = counted_items(scale, responses)
        weighted = [(item.weight, *item.ends) for item in items]
        weighted += [(Fraction(1), *ranges[part]) for part in scale.of]
        low, high = (sum(weight * ends[n] for weight, *ends in weighted) for n in (0, 1))
        if scale.method == "difference":
            (first, second) = (ranges[part] for part in scale.of)
            low, high = first[0] - second[1], first[1] - second[0]
        divisor = sum(weight for weight, *_ in weighted) if scale.method == "mean" else 1
        low, high = (Fraction(end) / divisor * scale.multiply + scale.offset for end in (low, high))
        ranges[scale.id] = low, high
    return {name: (float(low), float(high)) for name, (low, high) in ranges.items()}


def score_steps(form: InstrumentContent) -> dict[str, float]:
    """Return the distance between neighbouring scores of each scale, without missing answers."""
    steps: dict[str, Fraction] = {}
    for scale, responses in _parts_first(form):
        items = counted_items(scale, responses)
        step = common_divisor([i.weight * i.step for i in items] or [steps[part] for part in scale.of])
        divisor = sum(item.weight for item in items) or len(scale.of)
        steps[scale.id] = (step / divisor if scale.method == "mean" else step) * scale.multiply
    return {name: float(step) for name, step in steps.items()}


def one_option_scores(form: InstrumentContent) -> dict[str, tuple[float, float]]:
    """Return the scores of each scale if the lowest, and if the highest, option of every item is chosen.

    Where options have scores, the lowest option need not count least.
    """
    option_scores: dict[str, tuple[Fraction, Fraction]] = {}
    for scale, responses in _parts_first(form):
        weighted = [
            (item.weight, item.value_of(response.codes[0]), item.value_of(response.codes[-1]))
            for item, response in zip(counted_items(scale, responses), responses, strict=True)
        ]
        signs = (1, -1) if scale.method == "difference" else (1,) * len(scale.of)
        weighted += [
            (Fraction(sign), *option_scores[part]) for sign, part in zip(signs, scale.of, strict=False)
        ]
        totals = [sum(weight * scores[n] for weight, *scores in weighted) for n in (0, 1)]
        divisor = sum(weight for weight, *_ in weighted) if scale.method == "mean" else 1
        lowest, highest = (Fraction(total) / divisor * scale.multiply + scale.offset for total in totals)
        option_scores[scale.id] = lowest, highest
    return {name: (float(low), float(high)) for name, (low, high) in option_scores.items()}


def counts_of_boxes(form: InstrumentContent) -> frozenset[str]:
    """Return the scales of items answered 0 or 1, and the composites of their sums, unless prorated."""
    counts: set[str] = set()
    for scale, responses in _parts_first(form):
        parts = [form.scale(part) for part in scale.of if part in counts]
        if scale.of:
            boxes = any((p.of or p.method == "sum") and not p.missing_rule.prorated for p in parts)
        else:
            boxes = all(r.range == (0, 1, 1) and not r.scores for r in responses)
        if boxes:
            counts.add(scale.id)
    return frozenset(counts)
