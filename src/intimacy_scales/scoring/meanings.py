"""What sums mean: the score of a scale, with its percentage and bounds, worked out once for each sum.

There are few sums and many persons. So a `ScaleScore` is made when a sum is met for the first time, and
persons with the same sum share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intimacy_scales.scoring.plan import PlannedComposite, PlannedItem, PlannedScale
from intimacy_scales.scoring.scale_score import ScaleScore

MAX_KEPT = 65_536  # sums of one scale; then it begins anew


def pomp(score: float | None, low: float, high: float) -> float | None:
    """Return a score as percent of the maximum possible."""
    return None if score is None else (score - low) / (high - low) * 100


class ItemSums(dict[int, ScaleScore]):
    """What the packed sum of the answers to a scale of items means.

    The packed sum holds, from the lowest bits: keyed units, spans of the answered items (only
    where they differ), and the number of answers.
    """

    def __init__(self, scale: PlannedScale) -> None:
        super().__init__()
        self.scale = scale
        self.bits = max(1, scale.span.bit_length())
        spans = {item.span for item in scale.items}
        self.base, self.divisor = scale.whole(scale.base), scale.divisor * scale.weight
        self.one_span = spans.pop() if len(spans) == 1 else None

    def pack(self, item: PlannedItem, code: int) -> int:
        """Return what one answer adds to the packed sum."""
        if not code:
            return 0
        spans = item.span if self.one_span is None else 0
        return (1 << 2 * self.bits) | (spans << self.bits) | item.units[code]

    def __missing__(self, packed: int) -> ScaleScore:
        scale, bits = self.scale, self.bits
        mask = (1 << bits) - 1
        answered, spans, units = packed >> 2 * bits, packed >> bits & mask, packed & mask
        if self.one_span is not None:
            spans = answered * self.one_span
        divisor, lowest = self.divisor, scale.times * units + self.base
        score = None
        if answered == len(scale.items):
            score = lowest / divisor
        elif answered >= scale.required:
            numerator, denominator = scale.fraction(units, spans)
            score = numerator / denominator
        result = ScaleScore(
            score,
            pomp(score, scale.low, scale.high),
            answered,
            lowest / divisor,
            (lowest + scale.times * (scale.span - spans)) / divisor,
            score is not None and answered < len(scale.items),
        )
        keep(self, packed, result)
        return result


class CompositeScores(dict[Any, ScaleScore]):
    """What the scores of a composite's parts come to."""

    def __init__(self, scale: PlannedComposite) -> None:
        super().__init__()
        self.scale = scale

    def of(self, rows: Sequence[ScaleScore]) -> ScaleScore:
        """Return the composite's score; ``rows`` holds those of its parts at their positions."""
        scale = self.scale
        total, low, high, n, partly = 0.0, 0.0, 0.0, 0, False
        for part in scale.parts:
            score, _, _, part_low, part_high, part_prorated = rows[part]
            low += part_low
            high += part_high
            if part_prorated:
                partly = True
            if score is not None:
                total += score
                n += 1
        combined = scale.combine(total, n) if n >= scale.required else None
        if combined is not None and scale.ends is not None:
            there = {rows[part].score for part in scale.parts} - {None}
            for end, own in zip(scale.ends, (scale.low, scale.high), strict=True):
                combined = own if there == {end} else combined
        if scale.mean:
            low, high = low / len(scale.parts), high / len(scale.parts)
        if scale.is_moved:
            low, high = scale.moved(low), scale.moved(high)
        prorated = combined is not None and (partly or n < len(scale.parts))
        found = (combined, n, low, high, prorated)
        kept = self.get(found)
        if kept is None:
            kept = ScaleScore(combined, pomp(combined, scale.low, scale.high), n, low, high, prorated)
            if combined and low and high:  # 0.0 and -0.0 are one key, and not the same to the bit
                keep(self, found, kept)
        return kept


class Differences(CompositeScores):
    """What the scores of a first and a second scale come to: their difference, which has no percentage.

    A percentage of the maximum possible counts from the lowest score, and a difference counts from 0.
    """

    def of(self, rows: Sequence[ScaleScore]) -> ScaleScore:
        """Return the difference; ``rows`` holds the scores of its parts at their positions."""
        scale = self.scale
        first, second = (rows[part] for part in scale.parts)
        n = (first.score is not None) + (second.score is not None)
        score = None
        if first.score is not None and second.score is not None:
            score = scale.moved(0.0 + first.score - second.score)
        low, high = scale.moved(first.low - second.high), scale.moved(first.high - second.low)
        prorated = score is not None and (first.prorated or second.prorated)
        return ScaleScore(score, None, n, low, high, prorated)


def composite_scores(scale: PlannedComposite) -> CompositeScores:
    """Return what works out a composite of its parts."""
    return Differences(scale) if scale.difference else CompositeScores(scale)


def keep(kept: dict[Any, ScaleScore], key: Any, score: ScaleScore) -> None:
    """Keep a score under what it was worked out of; a dictionary that is full begins anew."""
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = score
