"""Bootstrap of anything: who is drawn, and intervals of what was found of each resample (arrays only)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError

Floats = NDArray[np.float64]

FEWEST_RESAMPLES = 100
_TOLERATED = 0.05  # of resamples, without a figure
_FEWEST = 2


def check_resamples(n_resamples: Any) -> None:
    """Raise where a number of resamples is none, or too small for an interval."""
    if isinstance(n_resamples, bool) or not isinstance(n_resamples, int) or n_resamples < FEWEST_RESAMPLES:
        raise EstimationError(f"n_resamples={n_resamples!r}: a whole number, at least {FEWEST_RESAMPLES}")


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


def basic_interval(resampled: Floats, estimate: float, confidence_level: float) -> tuple[float, float]:
    """Return the percentiles turned round the estimate (Davison & Hinkley, 1997).

    What resamples lie below the estimate by, the estimate is taken to lie below the truth: of a figure with a
    bias that goes with the number of persons, where percentiles would count it twice.
    """
    low, high = percentile_interval(resampled, confidence_level)
    return 2 * estimate - high, 2 * estimate - low


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
