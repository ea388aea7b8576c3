"""Closed-form intervals of coefficient alpha, of a share of variance and of a correlation (arrays only).

All but `duhachek_variance` need nothing but the estimate and its standard error or the numbers of persons
and items.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.results.wording import shown

_ROUNDING = 1e-12
_FISHER = 3
_MOST = 0.5  # standard deviation of anything between 0 and 1


def normal_quantile(confidence_level: float) -> float:
    """Return the standard normal quantile of the upper end."""
    from scipy.special import ndtri

    return float(ndtri((1 + confidence_level) / 2))


def feldt(alpha: float, n: int, k: int, confidence_level: float) -> tuple[float, float]:
    """Return Feldt's interval (Feldt, 1965; Feldt, Woodruff & Salih, 1987).

    ``1 - (1 - alpha) F`` with F quantiles of n - 1 and (n - 1)(k - 1) degrees of freedom: exact for
    normal scores of equal variances and covariances; means may differ.
    """
    from scipy.special import fdtri

    tail = (1 - confidence_level) / 2
    df = (n - 1, (n - 1) * (k - 1))
    return 1 - (1 - alpha) * float(fdtri(*df, 1 - tail)), 1 - (1 - alpha) * float(fdtri(*df, tail))


def bonett(alpha: float, n: int, k: int, confidence_level: float, *, corrected: bool) -> tuple[float, float]:
    """Return Bonett's interval from ``ln(1 - alpha)``.

    Its variance is ``2k / ((k - 1)(n - 2))`` (Bonett, 2002). ``corrected`` subtracts ``ln(n / (n - 1))``
    first (Bonett & Wright, 2015).
    """
    if alpha >= 1:
        return 1.0, 1.0
    centre = math.log1p(-alpha) - (math.log(n / (n - 1)) if corrected else 0.0)
    half = normal_quantile(confidence_level) * math.sqrt(2 * k / ((k - 1) * (n - 2)))
    return -math.expm1(centre + half), -math.expm1(centre - half)


def bonett_ratio(
    one: tuple[float, int, int], other: tuple[float, int, int], confidence_level: float
) -> tuple[float, float]:
    """Return the interval of ``(1 - alpha_1) / (1 - alpha_2)`` of different persons (Bonett, 2003).

    ``ln`` of it has the variance ``2 k1 / ((k1 - 1)(n1 - 2)) + 2 k2 / ((k2 - 1)(n2 - 2))``. Each is given as
    alpha, n and k.
    """
    if one[0] >= 1 or other[0] >= 1:
        return math.nan, math.nan
    centre = math.log1p(-one[0]) - math.log1p(-other[0])
    variance = sum(2 * k / ((k - 1) * (n - 2)) for _, n, k in (one, other))
    half = normal_quantile(confidence_level) * math.sqrt(variance)
    return math.exp(centre - half), math.exp(centre + half)


def difference_interval(
    estimates: tuple[float, float], ends: Sequence[Sequence[float]]
) -> tuple[float, float]:
    """Return the interval of a difference from those of two independent estimates (Zou & Donner, 2008).

    ``d - sqrt((a1 - low1)² + (high2 - a2)²)``, and the other end alike: intervals need not be symmetric.
    """
    (a, b), ((low_a, high_a), (low_b, high_b)) = estimates, ends
    below, above = math.hypot(a - low_a, high_b - b), math.hypot(high_a - a, b - low_b)
    return a - b - below, a - b + above


def fisher_z(r: float, n: int, confidence_level: float) -> tuple[float, float]:
    """Return Fisher's (1921) interval of a correlation, ``tanh(atanh r ± z / sqrt(n - 3))``.

    From -1 to 1 for fewer than four pairs.
    """
    half = normal_quantile(confidence_level) / math.sqrt(n - 3) if n > _FISHER else math.inf
    centre = math.atanh(max(-1 + 1e-16, min(r, 1 - 1e-16)))
    return math.tanh(centre - half), math.tanh(centre + half)


def duhachek_variance(covariances: NDArray[np.float64]) -> float:
    """Return n times the variance of alpha for normal answers (van Zyl, Neudecker & Nel, 2000).

    nan where it is negative, which only covariances that belong to no population make it.
    ``Q = 2 k**2 / ((k - 1)**2 s**3) * (s (tr V**2 + (tr V)**2) - 2 tr V * 1'V**2 1)`` with ``s = 1'V1``;
    Duhachek & Iacobucci (2004) made intervals of it.
    """
    k = len(covariances)
    s, trace = float(covariances.sum()), float(np.trace(covariances))
    rows = covariances.sum(axis=1)
    inner = s * (float(np.sum(covariances**2)) + trace**2) - 2 * trace * float(rows @ rows)
    variance = 2 * k**2 / ((k - 1) ** 2 * s**3) * inner
    if abs(variance) < _ROUNDING:
        return 0.0  # identical items
    return variance if variance >= 0 else math.nan


def symmetric(
    estimate: float, variance: float, confidence_level: float, *, df: int | None = None
) -> tuple[float, float]:
    """Return ``estimate ± z * sqrt(variance)``, with a quantile of t where df are given."""
    from scipy.special import stdtrit

    level = (1 + confidence_level) / 2
    quantile = normal_quantile(confidence_level) if df is None else float(stdtrit(df, level))
    half = quantile * math.sqrt(max(variance, 0.0))
    return estimate - half, estimate + half


def too_wide_because(standard_error: float) -> str | None:
    """Return why a share between 0 and 1 has no symmetric interval of this standard error, or None.

    No variable between 0 and 1 has a standard deviation above 1/2 (Popoviciu, 1935). A larger standard
    error is no account of how estimates vary: near an improper solution the derivatives of which it is made
    grow without bound, and what they say ends long before.
    """
    if standard_error <= _MOST:
        return None
    return (
        f"its standard error is {standard_error:.3g}, and nothing between 0 and 1 has a standard deviation "
        f"above {_MOST}"
    )


def logit(share: float, standard_error: float, confidence_level: float) -> tuple[float, float] | str:
    """Return ``logit(r) ± z se / (r (1 - r))``, turned back, or why there is no such interval.

    Ends stay between 0 and 1 (Raykov & Marcoulides, 2011). So a share has one only if it lies there, and if
    its standard error is that of something which stays there: no such variable with a mean of r has a
    variance above ``r (1 - r)`` (Bhatia & Davis, 2000). Nor has it one if an end comes so near to 0 or 1
    that no float lies between: on that side it would exclude nothing.
    """
    from scipy.special import expit

    if not 0 < share < 1:
        return f"an estimate of {shown(share)} has no logit"
    most = math.sqrt(share * (1 - share))
    if standard_error > most:
        return (
            f"its standard error is {standard_error:.3g}, and nothing that stays between 0 and 1 with a mean "
            f"of {shown(share)} has a standard deviation above {most:.3g}"
        )
    half = normal_quantile(confidence_level) * standard_error / (share * (1 - share))
    centre = math.log(share) - math.log1p(-share)
    low, high = (float(expit(centre + side)) for side in (-half, half))
    if not (low > 0 and high < 1):
        return f"with a standard error of {standard_error:.3g}, it would end at 0 or 1 to the last digit"
    return low, high
