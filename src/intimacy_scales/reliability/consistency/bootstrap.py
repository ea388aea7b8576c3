"""Bootstrap of coefficient alpha by multinomial weights (arrays only).

Alpha is a function of sums over persons, so a resample needs no copy of the answers: the number of
times that each person is drawn, times the persons' terms of those sums, is one matrix product.
Where whole clusters are drawn, their terms are added up first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import sum_by_cluster
from intimacy_scales.numerics.progress import steps as told_steps

Floats = NDArray[np.float64]

_DRAWS = 262_144
_TOLERATED = 0.05  # of resamples, without a figure
_EXACT = 2**24
_FEWEST = 2


class AlphaTerms:
    """The terms of alpha of each person, or cluster.

    Parameters
    ----------
    steps
        (n, k): keyed answers, 0 where not answered.
    there
        (n, k): which were answered.
    clusters
        (n,): cluster of each person, or None.
    """

    def __init__(self, steps: Floats, there: NDArray[np.bool_], clusters: NDArray[np.intp] | None) -> None:
        self.k = steps.shape[1]
        self.complete = bool(there.all())
        rows = self._complete_terms(steps) if self.complete else self._pair_terms(steps, there)
        self.rows = rows if clusters is None else sum_by_cluster(rows, clusters)

    def __len__(self) -> int:
        return len(self.rows)

    def _complete_terms(self, steps: Floats) -> Floats:
        total = steps.sum(axis=1)
        return np.column_stack([np.ones(len(steps)), steps, np.square(steps).sum(axis=1), total**2])

    def _pair_terms(self, steps: Floats, there: NDArray[np.bool_]) -> Floats:
        first, second = np.triu_indices(self.k)
        a, b = steps[:, first], steps[:, second]
        both = (there[:, first] & there[:, second]).astype(np.float64)
        return np.concatenate([both, a * both, b * both, a * b], axis=1)

    def alphas(self, sums: Floats) -> Floats:
        """Return alpha of each row of sums of the terms (m,); nan where the total does not vary."""
        with np.errstate(invalid="ignore", divide="ignore"):
            items, total = self._complete(sums) if self.complete else self._pairwise(sums)
            alphas: Floats = self.k / (self.k - 1) * (1 - items / total)
        alphas[~(total > 0) | ~np.isfinite(alphas)] = np.nan
        return alphas

    def _complete(self, sums: Floats) -> tuple[Floats, Floats]:
        n, x, squares, total = sums[:, 0], sums[:, 1:-2], sums[:, -2], sums[:, -1]
        whole = x.sum(axis=1)
        return (squares - np.square(x).sum(axis=1) / n) / (n - 1), (total - whole**2 / n) / (n - 1)

    def _pairwise(self, sums: Floats) -> tuple[Floats, Floats]:
        n, a, b, product = np.split(sums, 4, axis=1)
        covariances = (product - a * b / n) / (n - 1)
        first, second = np.triu_indices(self.k)
        own = first == second
        items = covariances[:, own].sum(axis=1)
        return items, items + 2 * covariances[:, ~own].sum(axis=1)

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return alpha of each of many resamples (n_resamples,)."""
        n = len(self.rows)
        kind = np.float32 if self._fits_float32() else np.float64
        terms: NDArray[Any] = self.rows.astype(kind)
        at_once = max(1, min(n_resamples, _DRAWS // n))
        alphas = np.empty(n_resamples)
        batches = range(0, n_resamples, at_once)
        for start in told_steps(batches, "resampling alpha, batches", len(batches)):
            count = min(at_once, n_resamples - start)
            drawn: NDArray[Any] = draw_counts(n, count, rng).astype(kind)
            with one_blas_thread():
                sums = (drawn @ terms).astype(np.float64)
            alphas[start : start + count] = self.alphas(sums)
        return alphas

    def _fits_float32(self) -> bool:
        """Whether sums of any resample are exact in float32: whole terms, and n times the largest."""
        whole = bool(np.all(self.rows == np.rint(self.rows)))
        return whole and len(self.rows) * float(np.abs(self.rows).max(initial=0)) < _EXACT

    def whole(self) -> float:
        """Return alpha of all, by the same arithmetic as that of resamples."""
        return float(self.alphas(self.rows.sum(axis=0, keepdims=True))[0])

    def jackknifed(self) -> Floats:
        """Return alpha without each person, or cluster, in turn (n,)."""
        return self.alphas(self.rows.sum(axis=0) - self.rows)


def draw_counts(n: int, n_resamples: int, rng: np.random.Generator) -> NDArray[Any]:
    """Return how often each of n units is drawn in n draws: (n_resamples, n), multinomial."""
    kind = np.uint16 if n <= np.iinfo(np.uint16).max else np.uint32
    drawn = rng.integers(0, n, size=(n_resamples, n), dtype=kind)
    flat = drawn + np.arange(n_resamples, dtype=np.int64)[:, None] * n
    return np.bincount(flat.ravel(), minlength=n_resamples * n).reshape(n_resamples, n)


def failed_because(drawn: Floats, what: str) -> tuple[str, bool]:
    """Say how many resamples have no figure, and whether they are too many for an interval (over 5 %).

    Those without a figure are no random choice (a total that does not vary, a model that cannot be fitted),
    so an interval of the rest is a little off: by no more than the share left out.
    """
    missed = int(np.count_nonzero(np.isnan(drawn)))
    if not missed:
        return "", False
    share = 100 * missed / len(drawn)
    return f"{what} {missed} of {len(drawn)} resamples ({share:.3g} %)", missed > _TOLERATED * len(drawn)


def percentile_interval(resampled: Floats, confidence_level: float) -> tuple[float, float]:
    """Return the quantiles that leave out equal tails (Efron & Tibshirani, 1993)."""
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return float(low), float(high)


def bca_interval(
    resampled: Floats, jackknifed: Floats, estimate: float, confidence_level: float
) -> tuple[float, float]:
    """Return the bias-corrected and accelerated interval (Efron, 1987); nan where it is not defined."""
    from scipy.special import ndtr, ndtri

    below = (np.count_nonzero(resampled < estimate) + np.count_nonzero(resampled <= estimate)) / 2
    share = below / len(resampled)
    if not 0 < share < 1:
        return math.nan, math.nan
    bias = ndtri(share)
    jackknifed = jackknifed[np.isfinite(jackknifed)]  # one left out may leave a total that does not vary
    if len(jackknifed) < _FEWEST:
        return math.nan, math.nan
    apart = np.mean(jackknifed) - jackknifed
    spread = float(np.sum(apart**2))
    acceleration = float(np.sum(apart**3)) / (6 * spread**1.5) if spread > 0 else 0.0
    z = ndtri(np.array([(1 - confidence_level) / 2, (1 + confidence_level) / 2]))
    shares = ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
    low, high = np.quantile(resampled, shares)
    return float(low), float(high)
