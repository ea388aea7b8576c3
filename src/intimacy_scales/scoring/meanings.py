"""What sums mean: the score of a scale, with its percentage and bounds, worked out once for each sum.

There are few sums and many persons. So a `ScaleScore` is made when a sum is met for the first time, and
persons with the same sum share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from intimacy_scales.scoring.planned import PlannedComposite, PlannedItem, PlannedScale
from intimacy_scales.scoring.scale_score import ScaleScore

if TYPE_CHECKING:
    from intimacy_scales.scoring.planned import Exact

Made = TypeVar("Made")

MAX_KEPT = 65_536  # sums of one scale; then it begins anew


def pomp(score: float | None, low: float, high: float) -> float | None:
    """Return a score as percent of the maximum possible."""
    return None if score is None else (score - low) / (high - low) * 100


class Meaning(NamedTuple):
    """What somebody's answers to a scale come to, and exactly.

    Attributes
    ----------
    score
        The score, with its percentage and bounds.
    numerator
        The score times the `common` denominator of its scale: a whole number, but a fraction of items that
        weigh differently where some were skipped. None where there is no score.
    lowest, highest
        What the numerator could be of complete answers, whose denominator is one for everybody.
    """

    score: ScaleScore
    numerator: Exact | None
    lowest: int
    highest: int


_PRORATED = itemgetter(ScaleScore._fields.index("prorated"))
NOT_YET = Meaning(ScaleScore(None, None, 0, 0.0, 0.0, False), None, 0, 0)


class ItemSums(dict[int, Meaning]):
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
        self.common = scale.common
        self.one_span = spans.pop() if len(spans) == 1 else None

    def pack(self, item: PlannedItem, code: int) -> int:
        """Return what one answer adds to the packed sum."""
        if not code:
            return 0
        spans = item.span if self.one_span is None else 0
        return (1 << 2 * self.bits) | (spans << self.bits) | item.units[code]

    def __missing__(self, packed: int) -> Meaning:
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
        result = Meaning(row, numerator, lowest, highest)
        keep(self, packed, result)
        return result


def _quotient(times: int, above: int, below: int) -> Exact:
    """Return ``times * above / below``, exact."""
    whole, rest = divmod(times, below)
    if not rest:
        return whole * above
    from fractions import Fraction

    return Fraction(times * above, below)


class CompositeScores(dict[Any, ScaleScore]):
    """What the scores of a composite's parts come to, and where all is answered, what its scales' sums do.

    A percentage of the maximum possible counts from the lowest score, and a difference counts from 0: it
    has none.
    """

    def __init__(self, scale: PlannedComposite) -> None:
        super().__init__()
        self.scale = scale
        self.pick = _picker(scale.parts)
        self.terms = list(zip(scale.leaves, scale.weights, strict=True))
        # of scales of items that count alike: what their numerators do; otherwise 0
        alike = scale.leaves == scale.parts and len(set(scale.weights)) == 1 and not scale.difference
        self.weight = scale.weights[0] if alike else 0

    def of(
        self,
        rows: Sequence[ScaleScore],
        numerators: Sequence[Exact | None],
        lows: Sequence[int],
        highs: Sequence[int],
    ) -> tuple[ScaleScore, Exact | None]:
        """Return the composite's score, and its numerator, from what `Meaning` tells of all scales."""
        scale, pick = self.scale, self.pick
        lowest = highest = scale.offset
        if self.weight:
            lowest += self.weight * sum(pick(lows))
            highest += self.weight * sum(pick(highs))
        else:
            for leaf, weight in self.terms:  # what counts against it is at its other end
                lowest += weight * (highs if weight < 0 else lows)[leaf]
                highest += weight * (lows if weight < 0 else highs)[leaf]
        parts = pick(numerators)
        n, prorated = len(parts) - parts.count(None), False
        score = numerator = None
        if n >= scale.required:
            numerator = scale.numerator(parts, n)
            score = float(numerator / scale.common)
            # whoever skipped an item has a highest score above the lowest, unless it counts for nothing
            prorated = highest > lowest or (not self.weight and True in map(_PRORATED, pick(rows)))
        key = score, n, lowest, highest, prorated
        row = self.get(key)
        if row is None:
            row = self._row(score, n, lowest, highest, prorated=prorated)
            keep(self, key, row)
        return row, numerator

    def of_whole(self, total: int) -> ScaleScore:
        """Return the score where every item is answered, from its numerator."""
        return self._row(total / self.scale.denominator, self.scale.size, total, total, prorated=False)

    def _row(self, score: float | None, n: int, lowest: int, highest: int, *, prorated: bool) -> ScaleScore:
        scale = self.scale
        percent = None if scale.difference else pomp(score, scale.low, scale.high)
        low, high = lowest / scale.denominator, highest / scale.denominator
        return ScaleScore(score, percent, n, low, high, prorated)


def with_composites(
    meanings: Sequence[Meaning], composites: Sequence[tuple[int, CompositeScores]]
) -> list[ScaleScore]:
    """Return the score of each scale; ``meanings`` are those of scales of items, at their positions."""
    if not composites:
        return [meaning[0] for meaning in meanings]
    each, exact, lows, highs = zip(*meanings)  # noqa: B905  # all are of one length
    rows, numerators = list(each), list(exact)
    for position, composite in composites:
        rows[position], numerators[position] = composite.of(rows, numerators, lows, highs)
    return rows


def _picker(positions: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return what takes the members at these positions."""
    if len(positions) == 1:
        return lambda of: (of[positions[0]],)
    return itemgetter(*positions)


def keep(kept: dict[Any, Made], key: Any, score: Made) -> None:
    """Keep a score under what it was worked out of; a dictionary that is full begins anew."""
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = score
