"""Differences of two groups with standard errors for persons or couples (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.validity.two_groups import TwoGroups

Floats = NDArray[np.float64]

_HALVINGS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Difference of two means, and standardized.

    Attributes
    ----------
    means, sds
        Of the group that should score higher, and of the other one.
    estimate, standard_error, df
        Difference of means.
    pooled_sd, d, correction, g, g_standard_error
        Cohen's d, and Hedges's g = correction times d; nan where no score varies.
    """

    means: tuple[float, float]
    sds: tuple[float, float]
    estimate: float
    standard_error: float
    df: float
    pooled_sd: float
    d: float
    correction: float
    g: float
    g_standard_error: float


def exact_correction(df: int) -> float:
    """Return ``gamma(df / 2) / (sqrt(df / 2) gamma((df - 1) / 2))`` (Hedges, 1981, eq. 6e).

    Examples
    --------
    >>> round(exact_correction(18), 6)
    0.957646
    """
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)


def difference(sample: TwoGroups) -> Difference:
    """Return the difference of both groups with standard errors for their units."""
    groups = [sample.values[sample.is_higher], sample.values[~sample.is_higher]]
    n = [len(values) for values in groups]
    means = [math.fsum(values.tolist()) / len(values) for values in groups]
    squares = [math.fsum(((values - mean) ** 2).tolist()) for values, mean in zip(groups, means, strict=True)]
    largest = float(np.max(np.abs(sample.values)))
    squares = [
        0.0 if ss <= size * (ROUNDING * largest) ** 2 else ss for ss, size in zip(squares, n, strict=True)
    ]
    df = n[0] + n[1] - 2
    pooled, estimate = math.sqrt(sum(squares) / df), means[0] - means[1]
    variances = [ss / (size - 1) for ss, size in zip(squares, n, strict=True)]
    residuals = np.where(sample.is_higher, sample.values - means[0], sample.values - means[1])
    sizes = np.where(sample.is_higher, n[0], n[1])
    standard_error = math.sqrt(_unit_variance(sample, residuals / sizes))
    d = estimate / pooled if pooled > 0 else math.nan
    correction = exact_correction(df)
    if not pooled > 0:
        g_error = math.nan
    elif sample.clustered:
        group_variance = np.where(sample.is_higher, squares[0] / n[0], squares[1] / n[1])
        sign = np.where(sample.is_higher, 1.0, -1.0)
        spread = sign * d / (2 * pooled**2) * (residuals**2 - group_variance) / df
        g_error = correction * math.sqrt(_unit_variance(sample, residuals / (sizes * pooled) - spread))
    else:
        g_error = correction * math.sqrt(sum(n) / (n[0] * n[1]) + d**2 / (2 * sum(n)))
    return Difference(
        means=(means[0], means[1]),
        sds=(math.sqrt(variances[0]), math.sqrt(variances[1])),
        estimate=estimate,
        standard_error=standard_error,
        df=_degrees_of_freedom(sample, residuals / sizes),
        pooled_sd=pooled,
        d=d,
        correction=correction,
        g=correction * d,
        g_standard_error=g_error,
    )


def _unit_sums(sample: TwoGroups, parts: Floats) -> tuple[Floats, Floats]:
    """Return the sums of parts in each unit, of the members of each group."""
    one, two = (
        np.bincount(sample.units, weights=group, minlength=sample.n_units).astype(np.float64)
        for group in (np.where(sample.is_higher, parts, 0.0), np.where(sample.is_higher, 0.0, parts))
    )
    return one, two


def _inflation(n_units: int) -> float:
    return n_units / (n_units - 1) if n_units > 1 else math.nan


def _unit_variance(sample: TwoGroups, parts: Floats) -> float:
    """Return the variance of the sum of parts of ``higher`` less that of the other group.

    Parts add up to 0 in each group. As Obuchowski (1997): a sum of squares of each group's sums by unit, less
    twice their products in units with members of both.
    """
    one, two = _unit_sums(sample, parts)
    members = sample.members()
    n_one, n_two = (int(np.count_nonzero(m)) for m in members)
    variance = _inflation(n_one) * math.fsum((one**2).tolist()) + _inflation(n_two) * math.fsum(
        (two**2).tolist()
    )
    products = math.fsum((one * two).tolist())
    if products:
        variance -= 2 * _inflation(sample.n_units) * products
    return max(variance, 0.0) if not math.isnan(variance) else math.nan


def _degrees_of_freedom(sample: TwoGroups, parts: Floats) -> float:
    """Return Satterthwaite's degrees of freedom of the variance of the sum of parts.

    ``tr(M)**2 / tr(M**2)``, with M the covariance matrix of the sums of parts by unit if persons were
    independent (Bell & McCaffrey, 2002), with the variance by which M has the trace that the units of each
    group have. These are Welch's (1947) without clusters, Welch's of the means of couples where all couples
    are in one group, and couples less one where each has a member in both groups.
    """
    diagonal, trace = np.zeros(sample.n_units), 0.0
    weights: list[float] = []
    members = sample.members()
    for count, sums in zip(members, _unit_sums(sample, parts), strict=True):
        n, several = float(count.sum()), float(np.sum(count**2))
        of_group = _inflation(int(np.count_nonzero(count))) * math.fsum((sums**2).tolist())
        weights.append(of_group / (n * n - several))  # the variance is that times n
        diagonal += weights[-1] * n * count
        trace += of_group
    squared = float(np.sum(diagonal**2))
    for w, count in zip(weights, members, strict=True):
        squared -= 2 * w * float(np.sum(diagonal * count**2))
        for v, other in zip(weights, members, strict=True):
            squared += w * v * float(np.sum(count * other)) ** 2
    return trace**2 / squared if squared > 0 else math.nan


def noncentral_interval(d: float, n: tuple[int, int], confidence_level: float) -> tuple[float, float]:
    """Return the interval of the population's d by the noncentral t (Steiger & Fouladi, 1997).

    Its ends are the values with which a d as large, or as small, as this one has the probability
    (1 - confidence level) / 2.
    """
    scale = math.sqrt(1 / n[0] + 1 / n[1])
    t, df, tail = d / scale, n[0] + n[1] - 2, (1 - confidence_level) / 2
    return _noncentrality(t, df, 1 - tail) * scale, _noncentrality(t, df, tail) * scale


def _noncentrality(t: float, df: int, below: float) -> float:
    """Return the noncentrality with which ``below`` of the distribution is below t, by bisection."""
    from scipy.special import nctdtr

    def share(noncentrality: float) -> float:  # by symmetry, t is never negative
        return float(nctdtr(df, noncentrality, t) if t >= 0 else 1 - nctdtr(df, -noncentrality, -t))

    width = 8 * math.sqrt(1 + t**2 / (2 * df))
    low, high = t - width, t + width
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if share(middle) > below else (low, middle)
    return (low + high) / 2


def area_under_curve(sample: TwoGroups) -> tuple[float, float]:
    """Return the share of pairs in which the group that should score higher does, and its standard error.

    Ties count half. DeLong, DeLong and Clarke-Pearson (1988) without clusters, Obuchowski (1997) with.
    """
    above = np.sort(sample.values[sample.is_higher])
    below = np.sort(sample.values[~sample.is_higher])
    m, n = len(above), len(below)
    placements = np.empty(len(sample.values))
    x, y = sample.values[sample.is_higher], sample.values[~sample.is_higher]
    placements[sample.is_higher] = (
        np.searchsorted(below, x, "left") + np.searchsorted(below, x, "right")
    ) / 2
    placements[~sample.is_higher] = (
        m - (np.searchsorted(above, y, "left") + np.searchsorted(above, y, "right")) / 2
    )
    auc = math.fsum(placements[sample.is_higher].tolist()) / (m * n)
    shares = placements / np.where(sample.is_higher, n, m) - auc
    # the sign of the second group: its share is high where its score is low
    parts = np.where(sample.is_higher, shares / m, -shares / n)
    return auc, math.sqrt(_unit_variance(sample, parts))
