"""Scores of one answer sheet from sums of answers: each score, with POMP and bounds, is computed once.

There are few sums and many persons. A `ScaleScore` is therefore made when its sum occurs for the first time,
and persons with the same sum share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from intimacy_scales.scoring.planned import PlannedComposite, PlannedItem, PlannedScale
from intimacy_scales.scoring.scale_score import ScaleScore

if TYPE_CHECKING:
    from intimacy_scales.scoring.planned import Exact

Score = TypeVar("Score")

MAX_KEPT = 65_536  # sums of one scale, after which the cache is cleared


def pomp(score: float | None, low: float, high: float) -> float | None:
    """Return a score as percent of the maximum possible (POMP); None without a score."""
    return None if score is None else (score - low) / (high - low) * 100


class SumScore(NamedTuple):
    """The score that a sum of answers gives, with the exact numbers behind it.

    Attributes
    ----------
    score
        The score, with POMP and bounds.
    numerator
        The score times the `common` denominator of its scale: a whole number, or a fraction if items with
        different weights were skipped. None without a score.
    lowest, highest
        Lowest and highest numerator of the score if the skipped items were answered, over the denominator
        of complete answers, which is the same for all persons.
    """

    score: ScaleScore
    numerator: Exact | None
    lowest: int
    highest: int


_PRORATED = itemgetter(ScaleScore._fields.index("prorated"))
PLACEHOLDER = SumScore(ScaleScore(None, None, 0, 0.0, 0.0, False), None, 0, 0)


class ItemSums(dict[int, SumScore]):
    """Packed sum of the answers to a scale of items → `SumScore`.

    A packed sum holds, from the lowest bits: the sum of keyed units, the sum of spans of the answered items
    (only if spans differ), and the number of answers.
    """

    def __init__(self, scale: PlannedScale) -> None:
        super().__init__()
        self.scale = scale
        self.bits = max(1, scale.span.bit_length())
        spans = {item.span for item in scale.items}
        self.base, self.divisor = scale.numerator(scale.base), scale.divisor * scale.weight
        self.common = scale.common
        self.one_span = spans.pop() if len(spans) == 1 else None

    def pack(self, item: PlannedItem, code: int) -> int:
        """Return what one answer adds to the packed sum."""
        if not code:
            return 0
        spans = item.span if self.one_span is None else 0
        return (1 << 2 * self.bits) | (spans << self.bits) | item.units[code]

    def __missing__(self, packed: int) -> SumScore:
        scale, bits = self.scale, self.bits
        mask = (1 << bits) - 1
        answered, spans, units = packed >> 2 * bits, packed >> bits & mask, packed & mask
        if self.one_span is not None:
            spans = answered * self.one_span
        divisor, lowest = self.divisor, scale.times * units + self.base
        highest = lowest + scale.times * (scale.span - spans)
        numerator: Exact | None = None
        if answered == len(scale.items):
            numerator = lowest * (self.common // divisor)
        elif answered >= scale.required:
            numerator = _quotient(self.common, *scale.fraction(units, spans))
        score = None if numerator is None else float(numerator / self.common)
        row = ScaleScore(
            score,
            pomp(score, scale.low, scale.high),
            answered,
            lowest / divisor,
            highest / divisor,
            score is not None and answered < len(scale.items),
        )
        result = SumScore(row, numerator, lowest, highest)
        keep(self, packed, result)
        return result


def _quotient(times: int, above: int, below: int) -> Exact:
    """Return ``times * above / below`` exactly."""
    quotient, remainder = divmod(times, below)
    if not remainder:
        return quotient * above
    from fractions import Fraction

    return Fraction(times * above, below)


class CompositeScores(dict[Any, ScaleScore]):
    """The scores of a composite from those of its parts.

    A difference has no POMP: that counts from the lowest score, and a difference from 0.
    """

    def __init__(self, scale: PlannedComposite) -> None:
        super().__init__()
        self.scale = scale
        self.pick = _picker(scale.parts)
        self.terms = list(zip(scale.leaves, scale.weights, strict=True))
        # the weight of the parts, if these are scales of items with equal weights; otherwise 0
        equal_weights = scale.leaves == scale.parts and len(set(scale.weights)) == 1 and not scale.difference
        self.weight = scale.weights[0] if equal_weights else 0

    def of(
        self,
        rows: Sequence[ScaleScore],
        numerators: Sequence[Exact | None],
        lows: Sequence[int],
        highs: Sequence[int],
    ) -> tuple[ScaleScore, Exact | None]:
        """Return the composite's score and its numerator, from the fields of `SumScore` of all scales."""
        scale, pick = self.scale, self.pick
        lowest = highest = scale.offset
        if self.weight:
            lowest += self.weight * sum(pick(lows))
            highest += self.weight * sum(pick(highs))
        else:
            for leaf, weight in self.terms:  # a negative weight swaps the ends
                lowest += weight * (highs if weight < 0 else lows)[leaf]
                highest += weight * (lows if weight < 0 else highs)[leaf]
        parts = pick(numerators)
        n, prorated = len(parts) - parts.count(None), False
        score = numerator = None
        if n >= scale.required:
            numerator = scale.numerator(parts, n)
            score = float(numerator / scale.common)
            # a skipped item makes the bounds differ, unless its weight in the composite is 0
            prorated = highest > lowest or (not self.weight and True in map(_PRORATED, pick(rows)))
        key = score, n, lowest, highest, prorated
        row = self.get(key)
        if row is None:
            row = self._row(score, n, lowest, highest, prorated=prorated)
            keep(self, key, row)
        return row, numerator

    def of_complete(self, total: int) -> ScaleScore:
        """Return the score of complete answers from its numerator."""
        return self._row(total / self.scale.denominator, self.scale.size, total, total, prorated=False)

    def _row(self, score: float | None, n: int, lowest: int, highest: int, *, prorated: bool) -> ScaleScore:
        """Return a score with POMP and bounds; ``lowest`` and ``highest`` are numerators of the bounds."""
        scale = self.scale
        percent = None if scale.difference else pomp(score, scale.low, scale.high)
        low, high = lowest / scale.denominator, highest / scale.denominator
        return ScaleScore(score, percent, n, low, high, prorated)


def with_composites(
    sum_scores: Sequence[SumScore], composites: Sequence[tuple[int, CompositeScores]]
) -> list[ScaleScore]:
    """Return the score of each scale; ``sum_scores`` holds those of scales of items, at their positions."""
    if not composites:
        return [sum_score[0] for sum_score in sum_scores]
    scores, exact, lows, highs = zip(*sum_scores)  # noqa: B905  # all are of one length
    rows, numerators = list(scores), list(exact)
    for position, composite in composites:
        rows[position], numerators[position] = composite.of(rows, numerators, lows, highs)
    return rows


def _picker(positions: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return a function that picks the members at these positions."""
    if len(positions) == 1:
        return lambda members: (members[positions[0]],)
    return itemgetter(*positions)


def keep(kept: dict[Any, Score], key: Any, score: Score) -> None:
    """Cache a score under its key; a full cache is cleared first."""
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = score
