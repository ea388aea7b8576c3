"""Items that run against their key, which are named but never reversed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intimacy_scales.moments.keyed import Floats, KeyedMoments
from intimacy_scales.numerics.ties import directions, eigenvectors
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.wording import apa

_SLIGHT = 0.1  # of the largest weight in the leading component: a smaller one is ignored
_CHANCE = 0.025  # one-tailed error rate, of all items of a scale together
_ENOUGH = 3  # persons, and items that vary


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyingFinding:
    """Items whose answers run against the way they are keyed.

    Attributes
    ----------
    scale
        The scale's id.
    items
        Ids of the items.
    correlations
        Their correlations with the items that agree with their keys.
    already_reversed
        Whether they are exactly the reverse-keyed items, as happens when answers were already reversed.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> table = simulate("scii-24", 300, rng=1).answers
    >>> table["tru04"] = 8 - table["tru04"]  # on a scale from 1 to 7
    >>> from intimacy_scales.reliability import keyed_moments
    >>> finding = find_miskeyed(keyed_moments(encode("scii-24", table), "trust", "pairwise"))
    >>> finding.items, finding.already_reversed
    (('tru04',), False)
    """

    scale: str
    items: tuple[str, ...]
    correlations: tuple[float, ...]
    already_reversed: bool

    def __str__(self) -> str:
        values = ", ".join(f"{i} (r = {apa(r)})" for i, r in zip(self.items, self.correlations, strict=True))
        if self.already_reversed:
            return (
                f"{self.scale}: its reverse-keyed items run against the others: {values}. These answers were "
                "probably reversed already; pass them as they were given, or use an instrument without "
                "reverse keys (docs/how-to/score-files.md makes one). Nothing was flipped"
            )
        verb = "runs against its key" if len(self.items) == 1 else "run against their keys"
        return (
            f"{self.scale}: {values} {verb}: high answers go with low answers to the other items. Check the "
            "key, and how these answers were stored. Nothing was flipped"
        )


def _with_group(covariances: Floats, item: int, group: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """Return the correlation of an item with the sum of a group of other items."""
    weights = group.astype(np.float64)
    weights[item] = 0.0
    variance = float(weights @ covariances @ weights) * float(covariances[item, item])
    return float(covariances[item] @ weights) / math.sqrt(variance) if variance > 0 else math.nan


def find_miskeyed(moments: KeyedMoments) -> KeyingFinding | None:
    """Return the items that run against their key, or None if no item does.

    The signs of the leading principal component of the correlations divide the items into two sides. The
    items of the smaller side are named if their correlation with the sum of the others is below
    ``-z / sqrt(n)``, z being the upper normal quantile at 0.025 / k with k items (Bonferroni). Where the two
    sides are the reverse-keyed items and the others, the answers were probably already reversed.
    """
    covariances = moments.covariances
    varies = covariances.diagonal() > 0
    if (
        moments.keyed_both_ways
        or moments.is_difference  # one scale less another: their items may correlate positively
        or moments.n < _ENOUGH
        or np.count_nonzero(varies) < _ENOUGH
        or not np.all(np.isfinite(covariances))
    ):
        return None
    if covariances.min() >= 0:  # then all have the same sign in the leading component (Perron)
        return None
    sds = np.sqrt(np.where(varies, covariances.diagonal(), 1.0))
    leading = eigenvectors(covariances / np.outer(sds, sds))[1][:, -1]
    leading = np.where(varies, leading, 0.0)
    leading = leading * directions(leading[:, None])
    loaded = np.abs(leading) >= _SLIGHT * np.abs(leading).max()
    against, agreeing = loaded & (leading < 0), loaded & (leading > 0)
    if not against.any():
        return None
    reverse = moments.reverse & loaded
    forward = ~moments.reverse & loaded
    has_both = bool(reverse.any() and forward.any())
    already_reversed = has_both and any(np.array_equal(side, reverse) for side in (against, agreeing))
    if already_reversed:
        against, agreeing = reverse, forward
    limit = normal_quantile(1 - 2 * _CHANCE / len(moments.items)) / math.sqrt(moments.n)
    negative = [
        (moments.items[i], r)
        for i in np.flatnonzero(against)
        if (r := _with_group(covariances, int(i), agreeing)) < -limit
    ]
    if not negative:
        return None
    items, correlations = zip(*negative, strict=True)
    return KeyingFinding(
        scale=moments.scale, items=items, correlations=correlations, already_reversed=already_reversed
    )
