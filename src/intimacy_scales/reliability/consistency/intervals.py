"""Closed-form intervals of coefficient alpha, of a share of variance and of a correlation (arrays only).

All but `duhachek_variance` need only the estimate, and its standard error or the numbers of persons and
items.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.results.wording import apa, without_zero

_MOST = 0.5  # largest standard deviation of a variable between 0 and 1


def normal_quantile(confidence_level: float) -> float:
    """Return the standard normal quantile of the upper end of a two-sided interval."""
    from scipy.special import ndtri

    return float(ndtri((1 + confidence_level) / 2))


def feldt(alpha: float, n: int, k: int, confidence_level: float) -> tuple[float, float]:
    """Return Feldt's interval (Feldt, 1965; Feldt, Woodruff & Salih, 1987).

    ``1 - (1 - alpha) F`` with quantiles of F with n - 1 and (n - 1)(k - 1) degrees of freedom. It is exact
    for normal scores with equal variances and covariances; means may differ.
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
    first: tuple[float, int, int], second: tuple[float, int, int], confidence_level: float
) -> tuple[float, float]:
    """Return the interval of ``(1 - alpha_1) / (1 - alpha_2)`` of different persons (Bonett, 2003).

    Its logarithm has the variance ``2 k1 / ((k1 - 1)(n1 - 2)) + 2 k2 / ((k2 - 1)(n2 - 2))``. Each argument
    holds alpha, n and k.
    """
    if first[0] >= 1 or second[0] >= 1:
        return math.nan, math.nan
    centre = math.log1p(-first[0]) - math.log1p(-second[0])
    variance = sum(2 * k / ((k - 1) * (n - 2)) for _, n, k in (first, second))
    half = normal_quantile(confidence_level) * math.sqrt(variance)
    return math.exp(centre - half), math.exp(centre + half)


def difference_interval(
    estimates: tuple[float, float], ends: Sequence[Sequence[float]]
) -> tuple[float, float]:
    """Return the interval of a difference from those of two independent estimates (Zou & Donner, 2008).

    The lower end is ``d - sqrt((a1 - low1)² + (high2 - a2)²)`` and the upper end
    ``d + sqrt((high1 - a1)² + (a2 - low2)²)``; the two intervals need not be symmetric.
    """
    (a, b), ((low_a, high_a), (low_b, high_b)) = estimates, ends
    below, above = math.hypot(a - low_a, high_b - b), math.hypot(high_a - a, b - low_b)
    return a - b - below, a - b + above


def fisher_z(r: float, n: float, confidence_level: float) -> tuple[float, float]:
    """Return Fisher's (1921) interval of a correlation, ``tanh(atanh r ± z / sqrt(n - 3))``.

    With fewer than four pairs, it extends from -1 to 1. The number of pairs may be an effective one.
    """
    half = normal_quantile(confidence_level) / math.sqrt(n - 3) if n > 3 else math.inf
    centre = math.atanh(max(-1 + 1e-16, min(r, 1 - 1e-16)))
    return math.tanh(centre - half), math.tanh(centre + half)


def fisher_z_by_error(r: float, standard_error: float, confidence_level: float) -> tuple[float, float]:
    """Return the interval of a correlation with this error, ``tanh(atanh r ± z SE / (1 - r²))``.

    By the delta method, ``SE / (1 - r²)`` is the error of Fisher's z.
    """
    half = normal_quantile(confidence_level) * standard_error / (1 - r**2)
    centre = math.atanh(r)
    return math.tanh(centre - half), math.tanh(centre + half)


def duhachek_variance(covariances: NDArray[np.float64]) -> float:
    """Return n times the normal-theory variance of alpha (van Zyl, Neudecker & Nel, 2000).

    ``Q = 2 k**2 / ((k - 1)**2 s**3) * (s (tr V**2 + (tr V)**2) - 2 tr V * 1'V**2 1)`` with ``s = 1'V1``;
    Duhachek & Iacobucci (2004) derived intervals from it. nan where it is negative, which it is only if the
    covariances are not positive semidefinite.
    """
    k = len(covariances)
    s, trace = float(covariances.sum()), float(np.trace(covariances))
    rows = covariances.sum(axis=1)
    inner = s * (float(np.sum(covariances**2)) + trace**2) - 2 * trace * float(rows @ rows)
    variance = 2 * k**2 / ((k - 1) ** 2 * s**3) * inner
    if abs(variance) < ROUNDING:
        return 0.0  # identical items
    return variance if variance >= 0 else math.nan


def symmetric(
    estimate: float, variance: float, confidence_level: float, *, df: int | None = None
) -> tuple[float, float]:
    """Return ``estimate ± z * sqrt(variance)``, with a quantile of t instead of z if `df` is given."""
    from scipy.special import stdtrit

    level = (1 + confidence_level) / 2
    quantile = normal_quantile(confidence_level) if df is None else float(stdtrit(df, level))
    half = quantile * math.sqrt(max(variance, 0.0))
    return estimate - half, estimate + half


def too_wide_because(standard_error: float) -> str | None:
    """Return why a share between 0 and 1 has no symmetric interval with this standard error, or None.

    No variable between 0 and 1 has a standard deviation above 1/2 (Popoviciu, 1935), so that a larger
    standard error cannot describe the sampling variation. It occurs near improper solutions, where
    derivatives grow without bound and the linear approximation of the delta method fails.
    """
    if standard_error <= _MOST:
        return None
    return (
        f"its standard error is {_short(standard_error)}, and no variable between 0 and 1 has a standard "
        f"deviation above {_short(_MOST)}"
    )


def _short(figure: float) -> str:
    """Return the text of an error, with three digits, however small it is."""
    return without_zero(f"{figure:.3g}")


def logit(share: float, standard_error: float, confidence_level: float) -> tuple[float, float] | str:
    """Return ``logit(r) ± z se / (r (1 - r))``, transformed back, or why there is no such interval.

    Its ends are between 0 and 1 (Raykov & Marcoulides, 2011). It needs an estimate between 0 and 1, and a
    standard error that a variable between 0 and 1 can have: with a mean of r, its variance is at most
    ``r (1 - r)`` (Bhatia & Davis, 2000). Nor is there an interval if an end is rounded to 0 or 1, as it would
    exclude nothing on that side.
    """
    from scipy.special import expit

    if not 0 < share < 1:
        return f"an estimate of {apa(share, 3)} has no logit, which needs a number between 0 and 1"
    largest = math.sqrt(share * (1 - share))
    if standard_error > largest:
        return (
            f"its standard error is {_short(standard_error)}, and no variable between 0 and 1 with a mean of "
            f"{apa(share, 3)} has a standard deviation above {_short(largest)}"
        )
    half = normal_quantile(confidence_level) * standard_error / (share * (1 - share))
    centre = math.log(share) - math.log1p(-share)
    low, high = (float(expit(centre + side)) for side in (-half, half))
    if not (low > 0 and high < 1):
        return f"with a standard error of {_short(standard_error)}, an end would be rounded to 0 or 1"
    return low, high
