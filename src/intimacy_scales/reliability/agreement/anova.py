"""Mean squares of persons by raters, and what follows from them (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reliability.agreement.crossed_squares import NOTHING, CrossedSquares

Floats = NDArray[np.float64]
_NEAREST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares:
    """Mean squares of persons by raters, complete or not.

    Attributes
    ----------
    n
        Persons.
    between, raters, error
        Between persons, between raters, and what is left. Of incomplete ratings the first two are beside
        the other: what persons explain that raters do not, and the reverse.
    between_alone, within
        Between persons and within persons where raters are not looked at.
    df_between, df_raters, df_error, df_within
        Degrees of freedom; of ``between_alone`` they are n - 1.
    k, per_rater, k_alone
        How often the variance of persons stands in the expectation of ``between``, that of raters in that
        of ``raters``, and that of persons in that of ``between_alone``. Of complete ratings they are the
        number of raters, of persons, and of raters; of incomplete ones a mean number of ratings.
    """

    n: int
    k: float
    per_rater: float
    k_alone: float
    between: float
    between_alone: float
    within: float
    raters: float
    error: float
    df_between: float
    df_raters: float
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
    nothing = NOTHING * float(np.sum(ratings**2))  # what rounding leaves of means that are alike
    between_persons, between_raters, error = (total if total > nothing else 0.0 for total in sums)
    return MeanSquares(
        n=n,
        k=k,
        per_rater=n,
        k_alone=k,
        between=between_persons / (n - 1),
        between_alone=between_persons / (n - 1),
        within=(between_raters + error) / df_within,
        raters=between_raters / (k - 1),
        error=error / df_error,
        df_between=n - 1,
        df_raters=k - 1,
        df_error=df_error,
        df_within=df_within,
    )


def incomplete_mean_squares(squares: CrossedSquares, per_person: Floats) -> MeanSquares:
    """Return the mean squares of incomplete ratings; persons (n,) have so many each.

    Expected mean squares are ``k var_persons + var_error`` with ``k = (ratings - raters) / df`` for persons
    beside raters, likewise for raters, and ``k = (ratings - sum n_i**2 / ratings) / (n - 1)`` for persons
    alone (Henderson's third method; Searle, 1971, ch. 10).
    """
    n, cells = squares.n_persons, squares.n_cells
    return MeanSquares(
        n=n,
        k=(cells - squares.n_occasions) / squares.df_persons,
        per_rater=(cells - n) / squares.df_occasions,
        k_alone=(cells - float(np.sum(per_person**2)) / cells) / (n - 1),
        between=squares.persons / squares.df_persons,
        between_alone=squares.between / (n - 1),
        within=squares.within / squares.df_within,
        raters=squares.occasions / squares.df_occasions,
        error=squares.rest / squares.df_rest,
        df_between=squares.df_persons,
        df_raters=squares.df_occasions,
        df_error=squares.df_rest,
        df_within=squares.df_within,
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


def unequal_groups_interval(
    means: Floats, sizes: Floats, within: float, df_within: float, confidence_level: float
) -> tuple[float, float]:
    """Return the interval of ICC(1) of groups of any sizes (Thomas & Hultquist, 1978).

    The variance of the plain means of groups, times the harmonic mean of their sizes, over the mean square
    within groups is about F times ``1 + h var_between / var_within``: exact where sizes are equal.
    """
    harmonic = len(sizes) / float(np.sum(1 / sizes))
    f = harmonic * float(np.var(means, ddof=1)) / within
    return one_way_interval(f, harmonic, (len(sizes) - 1, df_within), confidence_level)


def agreement_interval(squares: MeanSquares, icc: float, confidence_level: float) -> tuple[float, float]:
    """Return the interval of ICC(2,1), with Satterthwaite's degrees of freedom (Shrout & Fleiss, 1979)."""
    from scipy.special import fdtri

    n, k, upper = squares.per_rater, squares.k, (1 + confidence_level) / 2
    if not squares.error > 0 or math.isnan(icc):
        return math.nan, math.nan
    a = k * icc * squares.raters / squares.error
    b = n * (1 + (k - 1) * icc) - k * icc
    if not (a + b) ** 2 > 0:
        return math.nan, math.nan
    v = (a + b) ** 2 / (a**2 / squares.df_raters + b**2 / squares.df_error)
    f_low, f_high = (float(fdtri(*df, upper)) for df in ((squares.df_between, v), (v, squares.df_between)))
    other = k * squares.raters + (k * n - k - n) * squares.error
    if not (f_low * other + n * squares.between > 0 and other + n * f_high * squares.between > 0):
        return math.nan, math.nan
    low = n * (squares.between - f_low * squares.error) / (f_low * other + n * squares.between)
    high = n * (f_high * squares.between - squares.error) / (other + n * f_high * squares.between)
    return low, high


def stepped_up(icc: float, k: float) -> float:
    """Return the ICC of a mean of k ratings from that of one (Spearman-Brown); nan at or below -1/(k - 1).

    There it goes to minus infinity, and near there it tells how near the end of a search came.
    """
    return k * icc / (1 + (k - 1) * icc) if 1 + (k - 1) * icc > _NEAREST else math.nan
