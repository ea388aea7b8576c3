"""Mean squares of persons by raters, and intervals of intraclass correlations from them (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import NO_SUM_OF_SQUARES, POLE
from intimacy_scales.reliability.agreement.crossed_squares import CrossedSquares

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares:
    """Mean squares of persons by raters, complete or not.

    Attributes
    ----------
    n
        Number of persons.
    between, raters, error
        Between persons, between raters, and residual. With incomplete ratings, persons are adjusted for
        raters, and raters for persons.
    between_alone, within
        Between persons and within persons in the one-way layout that ignores raters.
    df_between, df_raters, df_error, df_within
        Degrees of freedom; those of ``between_alone`` are n - 1.
    k, per_rater, k_alone
        Coefficient of the variance of persons in the expected value of ``between``, of the variance of
        raters in that of ``raters``, and of the variance of persons in that of ``between_alone``. With
        complete ratings: the numbers of raters, persons, and raters; otherwise mean numbers of ratings.
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
    rounding_error = NO_SUM_OF_SQUARES * float(np.sum(ratings**2))
    between_persons, between_raters, error = (total if total > rounding_error else 0.0 for total in sums)
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
    """Return the mean squares of incomplete ratings, from each person's number of ratings n_i (n,).

    The expected mean square of persons is ``k var_persons + var_error``. With N ratings by R raters,
    ``k = (N - R) / df`` for persons adjusted for raters, likewise for raters, and
    ``k = (N - sum n_i**2 / N) / (n - 1)`` for persons alone (Henderson's third method; Searle, 1971, ch. 10).
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
    """Return a ratio of variances; nan where the denominator is not positive."""
    return numerator / denominator if denominator > 0 else math.nan


def one_way_interval(
    f: float, k: float, df: tuple[float, float], confidence_level: float
) -> tuple[float, float]:
    """Return the interval of a single rating's ICC from its F ratio (Shrout & Fleiss, 1979).

    ``ICC = (F - 1) / (F + k - 1)`` at ``F / F(upper; df1, df2)`` and at ``F F(upper; df2, df1)``.
    """
    from scipy.special import fdtri

    upper = (1 + confidence_level) / 2
    low, high = f / float(fdtri(*df, upper)), f * float(fdtri(df[1], df[0], upper))
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def unequal_groups_interval(
    means: Floats, sizes: Floats, within: float, df_within: float, confidence_level: float
) -> tuple[float, float]:
    """Return the interval of ICC(1) of groups of any sizes (Thomas & Hultquist, 1978).

    With h the harmonic mean of the sizes, ``h var(means) / mean_square_within`` is distributed approximately
    as F times ``1 + h var_between / var_within``, and exactly so if sizes are equal.
    """
    harmonic = len(sizes) / float(np.sum(1 / sizes))
    f = harmonic * float(np.var(means, ddof=1)) / within
    return one_way_interval(f, harmonic, (len(sizes) - 1, df_within), confidence_level)


def agreement_interval(squares: MeanSquares, icc: float, confidence_level: float) -> tuple[float, float]:
    """Return the interval of ICC(2,1) (Shrout & Fleiss, 1979).

    With ``a = k icc MSR / MSE`` and ``b = n (1 + (k - 1) icc) - k icc``, Satterthwaite's degrees of freedom
    are ``v = (a + b)^2 / (a^2 / df_raters + b^2 / df_error)``. The ends are
    ``n (MSB - F1 MSE) / (F1 (k MSR + (k n - k - n) MSE) + n MSB)`` and
    ``n (F2 MSB - MSE) / (k MSR + (k n - k - n) MSE + n F2 MSB)`` with F1 the quantile of F with df_between
    and v degrees of freedom, F2 that with v and df_between.
    """
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
    disagreement = k * squares.raters + (k * n - k - n) * squares.error
    low_total = f_low * disagreement + n * squares.between
    high_total = disagreement + n * f_high * squares.between
    if not (low_total > 0 and high_total > 0):
        return math.nan, math.nan
    low = n * (squares.between - f_low * squares.error) / low_total
    high = n * (f_high * squares.between - squares.error) / high_total
    return low, high


def stepped_up(icc: float, k: float) -> float:
    """Return the ICC of a mean of k ratings from that of one (Spearman-Brown); nan at or below -1/(k - 1).

    The formula has a pole there; close to it, the value depends on the rounding error of ``icc``.
    """
    return k * icc / (1 + (k - 1) * icc) if 1 + (k - 1) * icc > POLE else math.nan
