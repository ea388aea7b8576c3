"""Start values of models with paths (arrays only).

Factors start with the loadings that they would have without paths. Their correlations, with each other and
with observed variables of paths, are those of sums of their items, and paths start at least-squares slopes.
For a saturated model of observed variables, these are the estimates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Layout, Parameter, ParameterTable
from intimacy_scales.factor.sample import SampleMoments

_MOST = 0.9  # largest correlation of a factor with others
_LEAST = 0.05  # smallest share of a variance that paths do not explain
_INSIDE = 0.05  # smallest eigenvalue of correlations that are used as they are


def path_starts(
    table: ParameterTable,
    parameters: Sequence[Parameter],
    layout: Layout,
    sample: SampleMoments,
    loadings: Floats,
    units: Floats,
) -> Floats:
    """Return start values of all parameters of one group.

    Parameters
    ----------
    table, parameters, layout, sample
        The model, the parameters of one group with their layout, and its observed moments.
    loadings
        (p, m): standardized, of the factors.
    units
        (m,): signed standard deviation of each factor.
    """
    s = layout.structure
    variances = sample.ml_covariances.diagonal()
    sds = np.sqrt(variances)
    observed = [item for item, _ in s.standing]
    r = np.nan_to_num(sample.correlations)
    scales = np.concatenate([units, sds[observed]])
    v = _correlations(table, parameters, loadings, r, observed) * np.outer(scales, scales)
    beta = _least_squares_slopes(parameters, v)
    psi = _residual_covariances(beta, v)
    means = _means(table, beta, sample.means[observed])
    lambdas = np.zeros((s.p, s.m))
    lambdas[:, : len(units)] = loadings * (sds[:, None] / units)
    for item, factor in s.standing:
        lambdas[item] = 0.0
        lambdas[item, factor] = 1.0
    explained = np.einsum("ij,jk,ik->i", lambdas, v, lambdas) / variances
    return s.values_in(
        loadings=lambdas,
        beta=beta,
        psi=psi,
        theta=np.diag(np.clip(1 - explained, 0.2, 1.0) * variances),
        nu=sample.means - lambdas @ means,
        alpha=means - beta @ means,
    )


def _correlations(
    table: ParameterTable, parameters: Sequence[Parameter], loadings: Floats, r: Floats, observed: list[int]
) -> Floats:
    """Return positive definite correlations of factors and observed variables of paths."""
    p, m = loadings.shape
    n = m + len(observed)
    weights = np.zeros((p, n))
    weights[:, :m] = np.sign(loadings)
    weights[observed, range(m, n)] = 1.0
    size = np.concatenate([np.abs(loadings).sum(axis=0), np.ones(n - m)])
    size[size == 0] = 1.0
    correlations: Floats = weights.T @ r @ weights / np.outer(size, size)
    correlations[:m] = np.clip(correlations[:m], -_MOST, _MOST)
    correlations[:, :m] = np.clip(correlations[:, :m], -_MOST, _MOST)
    _fill_higher_order(table, correlations)
    for i, j in _unrelated(parameters):
        correlations[i, j] = correlations[j, i] = 0.0
    np.fill_diagonal(correlations, 1.0)
    smallest = float(np.linalg.eigvalsh(correlations)[0])
    if m == 0 or smallest > _INSIDE:
        return correlations
    share = (1 - _INSIDE) / (1 - smallest)
    shrunk: Floats = share * correlations + (1 - share) * np.eye(n)
    return shrunk


def _fill_higher_order(table: ParameterTable, correlations: Floats) -> None:
    """Fill in the correlations of higher-order factors, from sums of the factors that measure them."""
    among_factors, latent = table.among_factors, table.model.latent
    for k, factor in enumerate(latent):
        indicators = table.model.indicators(factor)
        first_order = [among_factors.index(name) for name in indicators if name in latent]
        if first_order and len(first_order) == len(indicators):
            common = float(np.sqrt(np.abs(correlations[np.ix_(first_order, first_order)]).mean()))
            correlations[k] = np.clip(correlations[first_order].mean(axis=0) / common, -_MOST, _MOST)
            correlations[:, k] = correlations[k]


def _unrelated(parameters: Sequence[Parameter]) -> list[tuple[int, int]]:
    """Return pairs of predictors whose covariance is fixed at 0."""
    zeros = [p.place for p in parameters if p.place[0] == "psi" and p.fixed == 0.0 and not p.exogenous]
    predicted = {p.place[1] for p in parameters if p.place[0] == "beta"}
    return [(i, j) for _, i, j in zeros if i != j and not predicted.intersection((i, j))]


def _least_squares_slopes(parameters: Sequence[Parameter], v: Floats) -> Floats:
    """Return the coefficients of all paths (m, m): least-squares slopes, given those that are fixed."""
    beta = np.zeros_like(v)
    free: dict[int, list[int]] = {}
    for p in parameters:
        kind, row, column = p.place
        if kind == "beta":
            beta[row, column] = p.fixed or 0.0
            if p.fixed is None:
                free.setdefault(row, []).append(column)
    for row, columns in free.items():
        unexplained = v[row, columns] - v[columns] @ beta[row]
        beta[row, columns] = np.linalg.lstsq(v[np.ix_(columns, columns)], unexplained, rcond=None)[0]
    return beta


def _residual_covariances(beta: Floats, v: Floats) -> Floats:
    """Return ``Psi = (I - B) V (I - B)'``, with variances raised to a smallest share of V's."""
    i_minus_b = np.eye(len(v)) - beta
    psi: Floats = i_minus_b @ v @ i_minus_b.T
    diagonal = psi.diagonal()
    variances = np.maximum(diagonal, _LEAST * v.diagonal())
    stretch = np.sqrt(variances / np.where(diagonal > 0, diagonal, 1.0))
    raised: Floats = psi * np.outer(stretch, stretch)
    np.fill_diagonal(raised, variances)
    return raised


def _means(table: ParameterTable, beta: Floats, observed: Floats) -> Floats:
    """Return means of the factors, with intercepts of 0, and then those of observed variables of paths."""
    m = len(table.model.latent)
    if m == 0:
        return observed
    inner = np.eye(m) - beta[:m, :m]
    return np.concatenate([np.linalg.lstsq(inner, beta[:m, m:] @ observed, rcond=None)[0], observed])
