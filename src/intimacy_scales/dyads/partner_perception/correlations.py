"""Correlations of two reports of both partners, pooled over partners (arrays only)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import NO_VARIANCE

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
        Correlation and effective number of persons; nan for both where x or y does not vary.

    Notes
    -----
    Persons in a couple are not independent. With ``v = (x1, x2, y1, y2)`` less its means and scaled so that
    the pooled variances are 1, the correlation changes with a couple's ``v' A v``, whose A has 1/4 for each
    product ``x_i y_i``, counted twice, and ``-r/4`` for each square. For normal scores this has the
    variance ``2 tr(A S A S)``, S the covariances of v; the effective number is ``(1 - r^2)^2`` divided by
    that. Where r is 0 it is ``2n / (1 + r_xx' r_yy' + r_xy'^2)`` (Griffin & Gonzalez, 1995), and for
    one report of independent persons their number.
    """
    if not distinguishable:
        x, y = x - _overall_mean(x), y - _overall_mean(y)
    else:
        x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    squares = float((x**2).mean()), float((y**2).mean())
    if not all(squares):
        return math.nan, math.nan
    z_x, z_y = x / math.sqrt(squares[0]), y / math.sqrt(squares[1])
    r = max(-1.0, min(1.0, float(_sums(z_x * z_y).mean()) / 2))
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
    return r, len(x) * (1 - r * r) ** 2 / variance


def correlation(x: Floats, y: Floats) -> float:
    """Return the Pearson correlation of two columns; nan where one does not vary."""
    a, b = x - x.mean(), y - y.mean()
    lengths = float(a @ a), float(b @ b)
    if not all(lengths):
        return math.nan
    return max(-1.0, min(1.0, float(a @ b) / math.sqrt(lengths[0] * lengths[1])))


def one_way_icc(scores: Floats) -> float:
    """Return the intraclass correlation ICC(1) of two partners; nan where no score differs.

    ``(MS between - MS within) / (MS between + MS within)`` of couples (Shrout & Fleiss, 1979; Kenny, Kashy
    & Cook, 2006, ch. 2).
    """
    means, halves = (scores[:, 0] + scores[:, 1]) / 2, (scores[:, 0] - scores[:, 1]) / 2
    between = 2 * float(np.var(means, ddof=1))
    within = 2 * float((halves**2).mean())
    return (between - within) / (between + within) if between + within > 0 else math.nan


def is_constant(scores: Floats) -> bool:
    """Return whether scores do not vary, but for rounding."""
    return bool(scores.var() <= NO_VARIANCE * float((scores**2).mean()))


def _sums(scores: Floats) -> Floats:
    """Return the sum over both partners, which does not change by a bit when they are swapped."""
    sums: Floats = scores[:, 0] + scores[:, 1]
    return sums


def _overall_mean(scores: Floats) -> float:
    """Return the mean over both partners."""
    return float(_sums(scores).mean()) / 2
