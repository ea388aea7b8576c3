"""Where the search begins in a model with paths (arrays only).

Factors have the loadings that they would have without paths; then what stands among them is related as
sums of their items and the observed variables are, and each path begins at its least-squares slope. Where a
model of observed variables alone is saturated, these are its estimates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Layout, Parameter, ParameterTable
from intimacy_scales.factor.sample import SampleMoments

_MOST = 0.9  # correlation of a factor with others, to begin with
_LEAST = 0.05  # of a variance, to begin with: what paths leave of it
_INSIDE = 0.05  # smallest eigenvalue of correlations that are taken as they are


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
        The model, one group of it, and what was observed there.
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
    v = _related(table, parameters, loadings, r, observed) * np.outer(scales, scales)
    beta = _slopes(parameters, v)
    psi = _left_over(beta, v)
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


def _related(
    table: ParameterTable, parameters: Sequence[Parameter], loadings: Floats, r: Floats, observed: list[int]
) -> Floats:
    """Return correlations of factors and of the observed variables beside them, positive definite."""
    p, m = loadings.shape
    n = m + len(observed)
    weights = np.zeros((p, n))
    weights[:, :m] = np.sign(loadings)
    weights[observed, range(m, n)] = 1.0
    size = np.concatenate([np.abs(loadings).sum(axis=0), np.ones(n - m)])
    size[size == 0] = 1.0
    found: Floats = weights.T @ r @ weights / np.outer(size, size)
    found[:m] = np.clip(found[:m], -_MOST, _MOST)
    found[:, :m] = np.clip(found[:, :m], -_MOST, _MOST)
    _add_higher(table, parameters, found)
    for one, other in _apart(parameters):
        found[one, other] = found[other, one] = 0.0
    np.fill_diagonal(found, 1.0)
    smallest = float(np.linalg.eigvalsh(found)[0])
    if m == 0 or smallest > _INSIDE:
        return found
    share = (1 - _INSIDE) / (1 - smallest)
    shrunk: Floats = share * found + (1 - share) * np.eye(n)
    return shrunk


def _add_higher(table: ParameterTable, parameters: Sequence[Parameter], found: Floats) -> None:
    """Relate factors of a higher order as the sums of what measures them."""
    latent = table.among_factors
    for k, factor in enumerate(table.model.latent):
        own = [latent.index(name) for name in table.model.indicators(factor) if name in table.model.latent]
        if own and len(own) == len(table.model.indicators(factor)):
            common = float(np.sqrt(np.abs(found[np.ix_(own, own)]).mean()))
            found[k] = np.clip(found[own].mean(axis=0) / common, -_MOST, _MOST)
            found[:, k] = found[k]


def _apart(parameters: Sequence[Parameter]) -> list[tuple[int, int]]:
    """Return pairs among the factors whose covariance is fixed at 0."""
    held = [p.place for p in parameters if p.place[0] == "psi" and p.fixed == 0.0 and not p.exogenous]
    predicted = {p.place[1] for p in parameters if p.place[0] == "beta"}
    return [
        (one, other) for _, one, other in held if one != other and not predicted.intersection((one, other))
    ]


def _slopes(parameters: Sequence[Parameter], v: Floats) -> Floats:
    """Return the least-squares slopes of all paths (m, m), beside those that are fixed."""
    beta = np.zeros_like(v)
    free: dict[int, list[int]] = {}
    for p in parameters:
        kind, row, column = p.place
        if kind == "beta":
            beta[row, column] = p.fixed or 0.0
            if p.fixed is None:
                free.setdefault(row, []).append(column)
    for row, columns in free.items():
        left = v[row, columns] - v[columns] @ beta[row]
        beta[row, columns] = np.linalg.lstsq(v[np.ix_(columns, columns)], left, rcond=None)[0]
    return beta


def _left_over(beta: Floats, v: Floats) -> Floats:
    """Return what paths leave of variances and covariances."""
    there = np.eye(len(v)) - beta
    psi: Floats = there @ v @ there.T
    diagonal = psi.diagonal()
    wanted = np.maximum(diagonal, _LEAST * v.diagonal())
    stretch = np.sqrt(wanted / np.where(diagonal > 0, diagonal, 1.0))
    grown: Floats = psi * np.outer(stretch, stretch)
    np.fill_diagonal(grown, wanted)
    return grown


def _means(table: ParameterTable, beta: Floats, observed: Floats) -> Floats:
    """Return means of factors whose intercepts are 0, before those of the observed variables beside them."""
    m = len(table.model.latent)
    if m == 0:
        return observed
    inner = np.eye(m) - beta[:m, :m]
    return np.concatenate([np.linalg.lstsq(inner, beta[:m, m:] @ observed, rcond=None)[0], observed])
