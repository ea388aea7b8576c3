"""Variance components of answers by persons, occasions and items (arrays only).

``y = mean + p + t + i + pt + pi + ti + e`` for persons p, occasions t and items i (Cranford et al., 2006). If
every item is answered at an occasion, its mean over items and its contrasts between items are independent, so
that the likelihood is a product of two likelihoods of persons by occasions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import NO_SUM_OF_SQUARES
from intimacy_scales.reliability.agreement.crossed import (
    CrossedData,
    Floats,
    minimize_over_variances,
    one_way_components,
)
from intimacy_scales.reliability.agreement.crossed_squares import crossed_squares

SOURCES = (
    "person", "occasion", "item", "person x occasion", "person x item", "occasion x item", "residual",
)  # fmt: skip


def _contrasts(k: int) -> Floats:
    """Return an orthonormal basis of the contrasts between k items (k, k - 1)."""
    basis: Floats = np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, : k - 1]]))[0][:, 1:]
    return basis


def reml_components(y: Floats, who: NDArray[np.intp], when: NDArray[np.intp]) -> dict[str, float]:
    """Return the seven components by restricted likelihood.

    With u = sum_i y / sqrt(k) and an orthonormal contrast c between items,
    ``var(u) = k p + pi`` for persons, ``k t + ti`` for occasions and ``k pt + e`` residual;
    ``var(c) = pi`` for persons, ``ti`` for occasions, ``e`` residual and a random intercept of variance i.
    A residual sum of squares of 0 gives a residual variance of 0, which is below the search's bound.
    """
    k = y.shape[1]
    contrasts = y @ _contrasts(k)
    item_means = CrossedData(who, when, y.sum(axis=1, keepdims=True) / math.sqrt(k))
    item_contrasts = CrossedData(who, when, contrasts, centred=False)

    def deviance(v: Any) -> Any:
        p, t, i, pt, pi, ti, e = v
        of_means = item_means.restricted(k * p + pi, k * t + ti, k * pt + e)
        return of_means + item_contrasts.with_random_intercept(pi, ti, e, i)

    variances = minimize_over_variances(deviance, len(SOURCES), float(y.var()))
    if crossed_squares(who, when, contrasts, total=float(np.sum(y**2))).rest == 0:
        variances[-1] = 0.0
    return dict(zip(SOURCES, variances.tolist(), strict=True))


def anova_components(y: Floats, who: NDArray[np.intp], when: NDArray[np.intp]) -> dict[str, float]:
    """Return the seven components from mean squares of the balanced design.

    The expected mean squares of n persons, m occasions and k items are
    ``MS_p = e + k pt + m pi + m k p``, ``MS_pt = e + k pt``, ``MS_e = e``, and so on for the others
    (Cranford et al., 2006). A sum of squares within rounding error of 0 is exactly 0.
    """
    n, m, k = int(who.max()) + 1, int(when.max()) + 1, y.shape[1]
    cube = np.empty((n, m, k))
    cube[who, when] = y
    grand = cube.mean()
    p, t, i = (cube.mean(axis=a) - grand for a in ((1, 2), (0, 2), (0, 1)))
    pt = cube.mean(axis=2) - grand - p[:, None] - t
    pi = cube.mean(axis=1) - grand - p[:, None] - i
    ti = cube.mean(axis=0) - grand - t[:, None] - i
    e = cube - grand - p[:, None, None] - t[:, None] - i - pt[:, :, None] - pi[:, None, :] - ti
    rounding_error = NO_SUM_OF_SQUARES * float(np.sum(y**2))

    def mean_square(effects: Floats, n_each: int, df: int) -> float:
        total = n_each * float(np.sum(effects**2))
        return total / df if total > rounding_error else 0.0

    ms_e = mean_square(e, 1, (n - 1) * (m - 1) * (k - 1))
    ms_pt = mean_square(pt, k, (n - 1) * (m - 1))
    ms_pi = mean_square(pi, m, (n - 1) * (k - 1))
    ms_ti = mean_square(ti, n, (m - 1) * (k - 1))
    ms_p, ms_t, ms_i = (
        mean_square(p, m * k, n - 1),
        mean_square(t, n * k, m - 1),
        mean_square(i, n * m, k - 1),
    )
    return {
        "person": (ms_p - ms_pt - ms_pi + ms_e) / (m * k),
        "occasion": (ms_t - ms_pt - ms_ti + ms_e) / (n * k),
        "item": (ms_i - ms_pi - ms_ti + ms_e) / (n * m),
        "person x occasion": (ms_pt - ms_e) / k,
        "person x item": (ms_pi - ms_e) / m,
        "occasion x item": (ms_ti - ms_e) / n,
        "residual": ms_e,
    }


def nested_components(y: Floats, who: NDArray[np.intp], *, fixed_items: bool) -> tuple[float, float, float]:
    """Return variances of persons, of occasions in persons, and residual, by restricted likelihood.

    For an occasion's u = sum_i y / sqrt(k), ``var(u) = k person + (k occasion + residual)``; the contrasts
    between items are independent of it with variance ``residual``. The two parts are maximized separately
    unless this would make the variance of occasions negative: then it is 0, and both share one residual.
    """
    n, k = y.shape
    contrasts = y @ _contrasts(k)
    if fixed_items:
        contrasts = contrasts - contrasts.mean(axis=0)
    df = (n - 1 if fixed_items else n) * (k - 1)
    square = float(np.sum(contrasts**2))
    if square <= NO_SUM_OF_SQUARES * float(np.sum(y**2)):
        square = 0.0
    residual, one_occasion = square / df, np.zeros(n, dtype=np.intp)
    sums = y.sum(axis=1, keepdims=True) / math.sqrt(k)
    rows, squares = CrossedData(who, one_occasion, sums), crossed_squares(who, one_occasion, sums)
    if squares.within > 0:
        person, occasion = one_way_components(rows, float(y.var()) * k).tolist()
    else:
        person, occasion = squares.person_means / squares.df_persons, 0.0
    if occasion < residual:

        def deviance(v: Any) -> Any:
            return rows.restricted(v[0], v[0] * 0, v[1]) + df * np.log(v[1]) + square / v[1]

        person, occasion = minimize_over_variances(deviance, 2, float(y.var()) * k).tolist()
        residual = occasion
    return person / k, (occasion - residual) / k, residual
