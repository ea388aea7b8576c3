"""The bootstrap: units drawn with replacement, and intervals from estimates in resamples (arrays only)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError

Floats = NDArray[np.float64]

FEWEST_RESAMPLES = 100
_TOLERATED = 0.05  # share of resamples in which the estimate may be undefined


def check_resamples(n_resamples: Any) -> None:
    """Raise where a number of resamples is not valid, or too small for an interval."""
    if isinstance(n_resamples, bool) or not isinstance(n_resamples, int) or n_resamples < FEWEST_RESAMPLES:
        raise EstimationError(
            f"n_resamples={n_resamples!r} is not valid; allowed: a whole number, at least {FEWEST_RESAMPLES}"
        )


def draw_counts(n: int, n_resamples: int, rng: np.random.Generator) -> NDArray[Any]:
    """Return how often each of n units is drawn in n draws: (n_resamples, n), multinomial."""
    dtype = np.uint16 if n <= np.iinfo(np.uint16).max else np.uint32
    drawn = rng.integers(0, n, size=(n_resamples, n), dtype=dtype)
    flat = drawn + np.arange(n_resamples, dtype=np.int64)[:, None] * n
    return np.bincount(flat.ravel(), minlength=n_resamples * n).reshape(n_resamples, n)


def failed_because(resampled: Floats, what: str) -> tuple[str, bool]:
    """Return how many resamples failed, in words, and whether that is too many for an interval (over 5 %).

    Resamples without an estimate are not a random selection (the total does not vary, or the model cannot be
    fitted), so that an interval from the others is biased: by no more than the share left out.
    """
    n_failed = int(np.count_nonzero(np.isnan(resampled)))
    if not n_failed:
        return "", False
    n = len(resampled)
    return f"{what} {n_failed} of {n} resamples ({100 * n_failed / n:.3g} %)", n_failed > _TOLERATED * n


def percentile_interval(resampled: Floats, confidence_level: float) -> tuple[float, float]:
    """Return the percentile interval: quantiles with equal tails outside (Efron & Tibshirani, 1993)."""
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return float(low), float(high)


def basic_interval(resampled: Floats, estimate: float, confidence_level: float) -> tuple[float, float]:
    """Return the basic interval: the percentiles reflected about the estimate (Davison & Hinkley, 1997).

    It assumes that the estimate is as far below the true value as resamples are below the estimate. It suits
    an estimate whose bias depends on the number of persons: percentiles would count that bias twice.
    """
    low, high = percentile_interval(resampled, confidence_level)
    return 2 * estimate - high, 2 * estimate - low


def bca_interval(
    resampled: Floats, jackknifed: Floats, estimate: float, confidence_level: float
) -> tuple[float, float]:
    """Return the bias-corrected and accelerated interval (Efron, 1987); nan where it is not defined.

    With ``z0`` the normal quantile of the share of resamples below the estimate, and the acceleration
    ``a = sum(d**3) / (6 sum(d**2)**1.5)``, d = mean of the jackknifed estimates less each of them, the ends
    are the quantiles ``Phi(z0 + (z0 + z) / (1 - a (z0 + z)))`` of the resamples.
    """
    from scipy.special import ndtr, ndtri

    below = (np.count_nonzero(resampled < estimate) + np.count_nonzero(resampled <= estimate)) / 2
    share_below = below / len(resampled)
    if not 0 < share_below < 1:
        return math.nan, math.nan
    bias = ndtri(share_below)
    jackknifed = jackknifed[np.isfinite(jackknifed)]  # without one unit the total may not vary
    if len(jackknifed) < 2:
        return math.nan, math.nan
    deviations = np.mean(jackknifed) - jackknifed
    sum_of_squares = float(np.sum(deviations**2))
    acceleration = float(np.sum(deviations**3)) / (6 * sum_of_squares**1.5) if sum_of_squares > 0 else 0.0
    z = ndtri(np.array([(1 - confidence_level) / 2, (1 + confidence_level) / 2]))
    shares = ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
    low, high = np.quantile(resampled, shares)
    return float(low), float(high)
