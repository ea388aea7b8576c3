"""A generalized interval of absolute agreement, ICC(2,1), by integration (arrays only)."""

from __future__ import annotations

import math

import numpy as np

from intimacy_scales.reliability.agreement.anova import MeanSquares

_ERROR_NODES, _RATER_NODES = 8, 64
_PRECISION = 1e-13
_CLOSE = 1e-9  # to the ends of what a correlation can be, where it is divided by nothing


def _quantile_nodes(df: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return quantiles of chi-square at nodes between 0 and 1, and their weights.

    Gauss-Legendre in u with p = u^2 (3 - 2 u), so that nodes are dense near 0 and 1: with two raters the
    chi-square of one degree of freedom comes near to 0, and the lower end depends on how near.
    """
    from scipy.special import chdtri

    nodes, weights = np.polynomial.legendre.leggauss(count)
    u = (nodes + 1) / 2
    above = (1 - u) ** 2 * (1 + 2 * u)
    return np.asarray(chdtri(df, above)), weights * 3 * u * (1 - u)


def generalized_agreement_interval(squares: MeanSquares, confidence_level: float) -> tuple[float, float]:
    """Return the generalized interval of ICC(2,1) (Weerahandi, 1993; Burdick, Borror & Montgomery, 2005).

    Each expected mean square is taken as its sum of squares over a chi-square: E, R and B of error, raters
    and persons. The agreement that they make, ``P / (P + (R - E) / n + E)`` with ``P = (B - E) / k``, has a
    distribution, and its quantiles are the ends. Elsewhere it is drawn at random; here the probability
    that it is below a value is an integral over E and R of a chi-square probability of B, so that the
    same answers give the same interval.
    """
    from scipy.optimize import brentq
    from scipy.special import chdtrc

    if not (squares.error > 0 and squares.between > 0):
        return math.nan, math.nan
    of_error, error_weights = _quantile_nodes(squares.df_error, _ERROR_NODES)
    of_raters, rater_weights = _quantile_nodes(squares.df_raters, _RATER_NODES)
    error = squares.df_error * squares.error / of_error[:, None]
    raters = squares.df_raters * squares.raters / of_raters
    n, k = squares.per_rater, squares.k
    noise = (raters + (n - 1) * error) / n
    weights = error_weights[:, None] * rater_weights
    persons = squares.df_between * squares.between

    def below(icc: float) -> float:
        at_most = error + k * icc / (1 - icc) * noise
        shares = chdtrc(squares.df_between, persons / np.where(at_most > 0, at_most, np.inf))
        return float(np.sum(weights * np.where(at_most > 0, shares, 0.0)))

    tail = (1 - confidence_level) / 2
    least, most = (-1 / (k - 1) if k > 1 else -1.0) + _CLOSE, 1 - _CLOSE

    def end(wanted: float) -> float:
        if below(least) >= wanted:
            return least
        if below(most) <= wanted:
            return most
        return float(brentq(lambda icc: below(icc) - wanted, least, most, xtol=_PRECISION))

    return end(tail), end(1 - tail)
