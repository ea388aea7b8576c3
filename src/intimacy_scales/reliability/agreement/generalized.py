"""Generalized confidence interval of absolute agreement, ICC(2,1), by numerical integration (arrays only)."""

from __future__ import annotations

import math

import numpy as np

from intimacy_scales.reliability.agreement.anova import MeanSquares

_ERROR_NODES, _RATER_NODES = 8, 64
_ROOT_PRECISION = 1e-13
_MARGIN = 1e-9  # by which the search stays away from an ICC of -1/(k - 1) and of 1, where it divides by 0


def _quantile_nodes(df: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return quantiles of chi-square at probabilities p between 0 and 1, and their weights in an integral.

    Gauss-Legendre nodes in u with ``p = u^2 (3 - 2 u)``, ``dp = 6 u (1 - u) du``, which are dense near 0 and
    1: with two raters, the chi-square of one degree of freedom can be close to 0, on which the lower end
    depends.
    """
    from scipy.special import chdtri

    nodes, weights = np.polynomial.legendre.leggauss(count)
    u = (nodes + 1) / 2
    above = (1 - u) ** 2 * (1 + 2 * u)  # 1 - p, without cancellation
    return np.asarray(chdtri(df, above)), weights * 3 * u * (1 - u)


def generalized_agreement_interval(squares: MeanSquares, confidence_level: float) -> tuple[float, float]:
    """Return the generalized interval of ICC(2,1) (Weerahandi, 1993; Burdick, Borror & Montgomery, 2005).

    Each expected mean square is replaced by its sum of squares over a chi-square variable: E for error, R
    for raters, B for persons. The ends are quantiles of the resulting agreement,
    ``P / (P + (R - E) / n + E)`` with ``P = (B - E) / k``. Other software draws it at random. Here the
    probability that it is below a value is integrated: a chi-square probability of B over the distributions
    of E and R, so that the same ratings always give the same interval.
    """
    from scipy.optimize import brentq
    from scipy.special import chdtrc

    if not (squares.error > 0 and squares.between > 0):
        return math.nan, math.nan
    error_quantiles, error_weights = _quantile_nodes(squares.df_error, _ERROR_NODES)
    rater_quantiles, rater_weights = _quantile_nodes(squares.df_raters, _RATER_NODES)
    error = squares.df_error * squares.error / error_quantiles[:, None]  # E
    raters = squares.df_raters * squares.raters / rater_quantiles  # R
    n, k = squares.per_rater, squares.k
    disagreement = (raters + (n - 1) * error) / n  # (R - E) / n + E
    weights = error_weights[:, None] * rater_weights
    persons = squares.df_between * squares.between

    def probability_below(icc: float) -> float:
        # agreement <= icc  <=>  B = persons / chi2 <= E + k icc / (1 - icc) ((R - E) / n + E)
        largest = error + k * icc / (1 - icc) * disagreement
        probabilities = chdtrc(squares.df_between, persons / np.where(largest > 0, largest, np.inf))
        return float(np.sum(weights * np.where(largest > 0, probabilities, 0.0)))

    tail = (1 - confidence_level) / 2
    least, most = (-1 / (k - 1) if k > 1 else -1.0) + _MARGIN, 1 - _MARGIN

    def quantile(p: float) -> float:
        if probability_below(least) >= p:
            return least
        if probability_below(most) <= p:
            return most
        return float(brentq(lambda icc: probability_below(icc) - p, least, most, xtol=_ROOT_PRECISION))

    return quantile(tail), quantile(1 - tail)
