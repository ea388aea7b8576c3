"""Which scores there can be: their ends, how far apart neighbours are, and which are counts of 0 and 1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from intimacy_scales.instrument.numbers import exact

if TYPE_CHECKING:
    from intimacy_scales.instrument.content import InstrumentContent
    from intimacy_scales.instrument.response_scale import ResponseScale
    from intimacy_scales.instrument.scale import Scale


def _parts_first(form: InstrumentContent) -> Iterator[tuple[Scale, list[ResponseScale]]]:
    """Yield every scale after those that it is composed of, with the response scales of its items."""
    for name in form.scale_order:
        scale = form.scale(name)
        yield scale, [form.item(key.item).response_scale for key in scale.keys]


def score_ranges(form: InstrumentContent) -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest score of each scale."""
    ranges: dict[str, tuple[float, float]] = {}
    for scale, responses in _parts_first(form):
        own = [(float(r.minimum), float(r.maximum)) for r in responses]
        ends = own or [ranges[part] for part in scale.of]
        n = len(ends) if scale.method == "mean" else 1
        low, high = (math.fsum(end) / n for end in zip(*ends, strict=True))
        ranges[scale.id] = low, high
    return ranges


def score_steps(form: InstrumentContent) -> dict[str, float]:
    """Return how far apart neighbouring scores of each scale are, where every answer is there."""
    steps: dict[str, Fraction] = {}
    for scale, responses in _parts_first(form):
        parts = [exact(step) for step in {r.step for r in responses}] or [steps[part] for part in scale.of]
        common = math.lcm(*(step.denominator for step in parts))
        together = Fraction(math.gcd(*(int(step * common) for step in parts)), common)
        steps[scale.id] = together / len(scale.items or scale.of) if scale.method == "mean" else together
    return {name: float(step) for name, step in steps.items()}


def one_option_scores(form: InstrumentContent) -> dict[str, tuple[float, float]]:
    """Return what each scale scores where the lowest option is ticked everywhere, and the highest."""
    found: dict[str, tuple[Fraction, Fraction]] = {}
    for scale, responses in _parts_first(form):
        ends = [
            (exact(r.maximum), exact(r.minimum)) if key.reverse else (exact(r.minimum), exact(r.maximum))
            for key, r in zip(scale.keys, responses, strict=True)
        ]
        lowest, highest = zip(*(ends or [found[part] for part in scale.of]), strict=True)
        n = len(lowest) if scale.method == "mean" else 1
        found[scale.id] = sum(lowest, Fraction(0)) / n, sum(highest, Fraction(0)) / n
    return {name: (float(low), float(high)) for name, (low, high) in found.items()}


def counts_of_boxes(form: InstrumentContent) -> frozenset[str]:
    """Return scales of answers of 0 and 1, and composites of sums of such that are not prorated."""
    found: set[str] = set()
    for scale, responses in _parts_first(form):
        parts = [form.scale(part) for part in scale.of if part in found]
        if scale.of:
            boxes = any((p.of or p.method == "sum") and not p.missing_rule.prorated for p in parts)
        else:
            boxes = all((r.minimum, r.maximum, r.step) == (0, 1, 1) for r in responses)
        if boxes:
            found.add(scale.id)
    return frozenset(found)
