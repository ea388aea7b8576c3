"""Mean squares of persons by raters, and what follows from them (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NOTHING = 1e-28


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares:
    """Mean squares of n persons rated k times each.

    Attributes
    ----------
    n, k
        Persons and raters; for incomplete ratings k is the harmonic mean of a person's ratings.
    between, within
        Between persons; within persons.
    raters, error
        Between raters; what is left.
    df_error, df_within
        Degrees of freedom of ``error`` and ``within``; of ``between`` they are n - 1.
    """

    n: int
    k: float
    between: float
    within: float
    raters: float
    error: float
    df_error: float
    df_within: float


def mean_squares(ratings: Floats) -> MeanSquares:
    """Return the mean squares of complete ratings (n, k)."""
    n, k = ratings.shape
    grand = ratings.mean()
    persons, raters = ratings.mean(axis=1) - grand, ratings.mean(axis=0) - grand
    rest = ratings - grand - persons[:, None] - raters
    df_error, df_within = (n - 1) * (k - 1), n * (k - 1)
    sums = (k * float(persons @ persons), n * float(raters @ raters), float(np.sum(rest**2)))
    nothing = _NOTHING * float(np.sum(ratings**2))  # what rounding leaves of means that are alike
    between_persons, between_raters, error = (total if total > nothing else 0.0 for total in sums)
    return MeanSquares(
        n=n,
        k=k,
        between=between_persons / (n - 1),
        within=(between_raters + error) / df_within,
        raters=between_raters / (k - 1),
        error=error / df_error,
        df_error=df_error,
        df_within=df_within,
    )


def ratio(numerator: float, denominator: float) -> float:
    """Return a ratio of variances; nan where there is no variance."""
    return numerator / denominator if denominator > 0 else math.nan


def one_way_interval(
    f: float, k: float, df: tuple[float, float], confidence_level: float
) -> tuple[float, float]:
    """Return the interval of a single rating's ICC from its F ratio (Shrout & Fleiss, 1979)."""
    from scipy.special import fdtri

    upper = (1 + confidence_level) / 2
    low, high = f / float(fdtri(*df, upper)), f * float(fdtri(df[1], df[0], upper))
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def agreement_interval(squares: MeanSquares, icc: float, confidence_level: float) -> tuple[float, float]:
    """Return the interval of ICC(2,1), with Satterthwaite's degrees of freedom (Shrout & Fleiss, 1979)."""
    from scipy.special import fdtri

    n, k, upper = squares.n, squares.k, (1 + confidence_level) / 2
    if not squares.error > 0 or math.isnan(icc):
        return math.nan, math.nan
    a = k * icc * squares.raters / squares.error
    b = n * (1 + (k - 1) * icc) - k * icc
    if not (a + b) ** 2 > 0:
        return math.nan, math.nan
    v = (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2)
    f_low, f_high = float(fdtri(n - 1, v, upper)), float(fdtri(v, n - 1, upper))
    other = k * squares.raters + (k * n - k - n) * squares.error
    if not (f_low * other + n * squares.between > 0 and other + n * f_high * squares.between > 0):
        return math.nan, math.nan
    low = n * (squares.between - f_low * squares.error) / (f_low * other + n * squares.between)
    high = n * (f_high * squares.between - squares.error) / (other + n * f_high * squares.between)
    return low, high


def stepped_up(icc: float, k: float) -> float:
    """Return the ICC of a mean of k ratings from that of one (Spearman-Brown); nan below -1/(k - 1)."""
    return k * icc / (1 + (k - 1) * icc) if 1 + (k - 1) * icc > 0 else math.nan
