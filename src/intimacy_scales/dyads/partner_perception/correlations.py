"""Correlations of two reports of both partners, pooled over partners (arrays only)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import NO_VARIANCE, ROUNDING

Floats = NDArray[np.float64]


def pooled_correlation(x: Floats, y: Floats, *, distinguishable: bool) -> tuple[float, float]:
    """Return the correlation of x and y over all persons, and the number of independent persons it is worth.

    Parameters
    ----------
    x, y
        (n, 2): both reports of each person, complete; partners in the same order in both.
    distinguishable
        Whether means are those of each partner's role: the correlation is pooled within roles. Otherwise it
        is the overall correlation of exchangeable partners.

    Returns
    -------
    tuple
        Correlation and effective number of persons: nan for both where x or y does not vary (within roles),
        and nan for the number where the correlation is 1 or -1, or where all couples deviate from the means
        in one pattern, so that nothing shows how precise it is.

    Notes
    -----
    Persons in a couple are not independent. With ``v = (x1, x2, y1, y2)`` less its means and scaled so that
    the pooled variances are 1, the correlation changes with a couple's ``v' A v``, whose A has 1/4 for each
    product ``x_i y_i``, counted twice, and ``-r/4`` for each square. For normal scores this has the
    variance ``2 tr(A S A S)``, S the covariances of v; the effective number is ``(1 - r^2)^2`` divided by
    that. Where r is 0 it is ``2n / (1 + r_xx' r_yy' + r_xy'^2)`` (Griffin & Gonzalez, 1995), and for
    one report of independent persons their number.
    """
    z_x, z_y = (_standardized(scores, distinguishable) for scores in (x, y))
    if z_x is None or z_y is None:
        return math.nan, math.nan
    r = _rounded(float(_sums(z_x * z_y).mean()) / 2)
    if abs(r) == 1:
        return r, math.nan
    v = np.hstack([z_x, z_y])
    covariances = v.T @ v / len(v)
    if not distinguishable:
        swapped = [1, 0, 3, 2]
        covariances = (covariances + covariances[np.ix_(swapped, swapped)]) / 2
    weights = np.kron(np.array([[-r, 1.0], [1.0, -r]]) / 4, np.eye(2))
    product = weights @ covariances
    variance = 2 * float(np.trace(product @ product))
    if variance <= ROUNDING * (1 - r * r):
        return r, math.nan
    return r, len(x) * (1 - r * r) ** 2 / variance


def correlation(x: Floats, y: Floats) -> float:
    """Return the Pearson correlation of two columns; nan where one does not vary."""
    if is_constant(x) or is_constant(y):
        return math.nan
    a, b = x - x.mean(), y - y.mean()
    return _rounded(float(a @ b) / math.sqrt(float(a @ a) * float(b @ b)))


def one_way_icc(scores: Floats) -> float:
    """Return the intraclass correlation ICC(1) of two partners; nan where no score differs.

    ``(MS between - MS within) / (MS between + MS within)`` of couples (Shrout & Fleiss, 1979; Kenny, Kashy
    & Cook, 2006, ch. 2).
    """
    if is_constant(scores):
        return math.nan
    means, halves = (scores[:, 0] + scores[:, 1]) / 2, (scores[:, 0] - scores[:, 1]) / 2
    between = 2 * float(np.var(means, ddof=1))
    within = 2 * float((halves**2).mean())
    return _rounded((between - within) / (between + within))


def is_constant(scores: Floats) -> bool:
    """Return whether scores do not vary, but for rounding."""
    return bool(scores.var() <= NO_VARIANCE * float((scores**2).mean()))


def _rounded(r: float) -> float:
    """Return a correlation, as 1 or -1 where it is that but for rounding, which has no Fisher's z."""
    return math.copysign(1.0, r) if 1 - abs(r) <= ROUNDING else r


def _standardized(scores: Floats, by_role: bool) -> Floats | None:
    """Return scores (n, 2) less their means, with a pooled variance of 1; None where they do not vary."""
    deviations = scores - (scores.mean(axis=0) if by_role else _overall_mean(scores))
    variance = float((deviations**2).mean())
    if variance <= NO_VARIANCE * float((scores**2).mean()):
        return None
    return np.asarray(deviations / math.sqrt(variance))


def _sums(scores: Floats) -> Floats:
    """Return the sum over both partners, which does not change by a bit when they are swapped."""
    sums: Floats = scores[:, 0] + scores[:, 1]
    return sums


def _overall_mean(scores: Floats) -> float:
    """Return the mean over both partners."""
    return float(_sums(scores).mean()) / 2
