"""Items that run against their key: found and named, never flipped."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intimacy_scales.moments.keyed import Floats, KeyedMoments
from intimacy_scales.numerics.ties import directions, eigenvectors
from intimacy_scales.reliability.consistency.intervals import normal_quantile

_SLIGHT = 0.1  # of the largest weight in the leading component
_CHANCE = 0.025  # in one tail, of any item of a scale
_ENOUGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyingFinding:
    """Items whose answers run against the way they are keyed.

    Attributes
    ----------
    scale
        The scale's id.
    items
        Which items.
    correlations
        Their correlations with the items that run along.
    already_reversed
        Whether they are just the reverse-keyed ones, as when answers were reversed before.
    """

    scale: str
    items: tuple[str, ...]
    correlations: tuple[float, ...]
    already_reversed: bool

    def __str__(self) -> str:
        values = ", ".join(f"{i} (r = {r:.2f})" for i, r in zip(self.items, self.correlations, strict=True))
        if self.already_reversed:
            return (
                f"{self.scale}: its reverse-keyed items run against the others: {values}. It looks as though "
                "these answers were reversed already; pass them as they were given, or use an instrument "
                "without reverse keys. Nothing was flipped"
            )
        verb = "runs against its key" if len(self.items) == 1 else "run against their keys"
        return (
            f"{self.scale}: {values} {verb}: high answers go with low ones on the other items. Check the "
            "key, and how these answers were stored. Nothing was flipped"
        )


def _with_group(covariances: Floats, item: int, group: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """Return the correlation of an item with the sum of a group of other items."""
    weights = group.astype(np.float64)
    weights[item] = 0.0
    variance = float(weights @ covariances @ weights) * float(covariances[item, item])
    return float(covariances[item] @ weights) / math.sqrt(variance) if variance > 0 else math.nan


def find_miskeyed(moments: KeyedMoments) -> KeyingFinding | None:
    """Return the items that run against their key, or None where there are none.

    The leading component of the correlations tells which items go together. Those on its smaller
    side are named if they correlate negatively, beyond chance, with the sum of the others. Where
    the two sides are the reverse-keyed items and the rest, the answers were probably reversed before.
    """
    covariances = moments.covariances
    varied = covariances.diagonal() > 0
    if (
        moments.keyed_both_ways
        or moments.is_difference  # whose scales may well go together
        or moments.n < _ENOUGH
        or np.count_nonzero(varied) < _ENOUGH
        or not np.all(np.isfinite(covariances))
    ):
        return None
    if covariances.min() >= 0:  # then all weigh the same way in the leading component (Perron)
        return None
    sds = np.sqrt(np.where(varied, covariances.diagonal(), 1.0))
    leading = eigenvectors(covariances / np.outer(sds, sds))[1][:, -1]
    leading = np.where(varied, leading, 0.0)
    leading = leading * directions(leading[:, None])
    loaded = np.abs(leading) >= _SLIGHT * np.abs(leading).max()
    against, along = loaded & (leading < 0), loaded & (leading > 0)
    if not against.any():
        return None
    reverse = moments.reverse & loaded
    forward = ~moments.reverse & loaded
    both = bool(reverse.any() and forward.any())
    pattern = both and any(np.array_equal(side, reverse) for side in (against, along))
    if pattern:
        against, along = reverse, forward
    limit = normal_quantile(1 - 2 * _CHANCE / len(moments.items)) / math.sqrt(moments.n)
    found = [
        (moments.items[i], r)
        for i in np.flatnonzero(against)
        if (r := _with_group(covariances, int(i), along)) < -limit
    ]
    if not found:
        return None
    items, correlations = zip(*found, strict=True)
    return KeyingFinding(
        scale=moments.scale, items=items, correlations=correlations, already_reversed=pattern
    )
