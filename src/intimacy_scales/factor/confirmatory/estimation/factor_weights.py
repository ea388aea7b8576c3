"""Persons' scores on factors, as weighted sums of their answers (arrays only).

In a model ``y = nu + Lambda eta + e`` with covariances ``Sigma = Lambda V Lambda' + Theta``, all matrices are
those of the items that a person answered. Equations use the inverse of Sigma, as Theta may be singular.
Observed variables of paths come after the factors in eta, without errors; only factors have scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.patterns import patterns_of
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.numerics.tolerances import DETERMINED, SINGULAR

ScoreMethod = Literal["regression", "bartlett"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The estimates of one group that scores need.

    Attributes
    ----------
    loadings
        (p, m): Lambda.
    covariances, means
        (p, p) and (p,): implied, of items; observed means if the model has none.
    latent_covariances, latent_means
        (m, m) and (m,): of factors, followed by the observed variables of paths.
    n_factors
        Number of factors.
    """

    loadings: Floats
    covariances: Floats
    means: Floats
    latent_covariances: Floats
    latent_means: Floats
    n_factors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weights of answers in scores.

    Attributes
    ----------
    weights
        (n_factors, q): of deviations from the means of q answered items.
    errors
        (n_factors,): standard errors of the scores; nan for a factor that these items do not determine.
    """

    weights: Floats
    errors: Floats


def measured(solution: Solution, group: int, n_items: int) -> Measured:
    """Return one group's estimates of the first ``n_items`` observed variables."""
    part, basis = solution.problem.groups[group], solution.at.bases[group]
    loadings = part.structure.matrices(part.values(solution.at.values))["lambda"]
    means = basis.means if solution.table.with_means else solution.saturated[group].means
    return Measured(
        loadings=loadings[:n_items],
        covariances=basis.covariances[:n_items, :n_items],
        means=means[:n_items],
        latent_covariances=basis.latent_covariances,
        latent_means=basis.latent_means,
        n_factors=len(solution.table.model.latent),
    )


def with_outcomes_as_items(model: Measured, solution: Solution, group: int) -> tuple[Measured, Positions]:
    """Return a model in which observed variables that depend on factors measure these, as items do.

    Their paths are loadings then, and their residuals errors. This is the same model only if they predict
    nothing, and their residuals do not covary with those of factors and of other variables of paths.

    Returns
    -------
    tuple
        The model; and the positions among the items of the variables for which it is not the same.
    """
    part = solution.problem.groups[group]
    matrices = part.structure.matrices(part.values(solution.at.values))
    beta, psi, m = matrices["beta"], matrices["psi"], model.n_factors
    outcomes = np.array([k >= m and bool(beta[k, :m].any()) for k in range(len(beta))])
    kept = np.flatnonzero(~outcomes)
    loadings = model.loadings[:, kept].copy()
    unlike = []
    for item, k in part.structure.standing:
        if outcomes[k]:
            loadings[item] = beta[k, kept]
            if beta[:, k].any() or psi[k, kept].any():
                unlike.append(item)
    measures = replace(
        model,
        loadings=loadings,
        latent_covariances=model.latent_covariances[np.ix_(kept, kept)],
        latent_means=model.latent_means[kept],
    )
    return measures, np.array(unlike, dtype=np.intp)


def weights_of(model: Measured, answered: Positions, method: ScoreMethod) -> Weights:
    """Return the weights of the answered items."""
    loadings = model.loadings[answered]
    inverse = np.linalg.inv(model.covariances[np.ix_(answered, answered)])
    every = (_regression if method == "regression" else _bartlett)(
        loadings.T @ inverse, loadings, model.latent_covariances
    )
    return Weights(weights=every.weights[: model.n_factors], errors=every.errors[: model.n_factors])


def _regression(weighted: Floats, loadings: Floats, latent: Floats) -> Weights:
    """Return ``V Lambda' Sigma^-1`` (Thurstone, 1935), from ``weighted`` = Lambda' Sigma^-1.

    The errors are standard deviations of factors given the answers, from ``V - V Lambda' Sigma^-1 Lambda V``.
    """
    weights = latent @ weighted
    variances = (latent - weights @ loadings @ latent).diagonal()
    return Weights(weights=weights, errors=np.sqrt(np.maximum(variances, 0.0)))


def _bartlett(weighted: Floats, loadings: Floats, latent: Floats) -> Weights:
    """Return ``(Lambda' Theta^-1 Lambda)^-1 Lambda' Theta^-1`` (Bartlett, 1937), from Lambda' Sigma^-1.

    With ``J = Lambda' Sigma^-1 Lambda`` they are ``J^-1 Lambda' Sigma^-1``, with errors of covariances
    ``J^-1 - V``. This is generalized least squares even if Theta is singular (Rao, 1971). A factor that the
    answered items do not determine has no score.
    """
    j = weighted @ loadings
    sizes = np.sqrt(j.diagonal())
    scale = np.divide(1.0, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    units = np.outer(scale, scale)
    inverse = np.linalg.pinv(j * units, rcond=SINGULAR, hermitian=True)
    # the diagonal of J^- J, which is 1 for a factor that is determined
    determined = np.abs((inverse * j * units).sum(axis=1) - 1) < DETERMINED
    inverse = inverse * units
    variances = np.maximum((inverse - latent).diagonal(), 0.0)
    return Weights(weights=inverse @ weighted, errors=np.sqrt(np.where(determined, variances, np.nan)))


def scores_of(model: Measured, rows: Floats, method: ScoreMethod) -> tuple[Floats, Floats]:
    """Return scores and their standard errors (n, n_factors), nan if the answers do not determine a factor.

    Parameters
    ----------
    model
        Estimates of these persons' group.
    rows
        (n, p): answers, nan where one is missing.
    method
        The kind of scores.
    """
    m = model.n_factors
    scores, errors = np.full((len(rows), m), np.nan), np.full((len(rows), m), np.nan)
    if not len(rows):
        return scores, errors
    patterns, order = patterns_of(rows)
    assert patterns.rows is not None
    start = 0
    for mask, n in zip(patterns.answered, patterns.persons.tolist(), strict=True):
        persons, answered = order[start : start + n], np.flatnonzero(mask)
        if len(answered):
            weights = weights_of(model, answered, method)
            deviations = patterns.rows[start : start + n, answered] - model.means[answered]
            of_pattern = model.latent_means[:m] + deviations @ weights.weights.T
            scores[persons] = np.where(np.isnan(weights.errors), np.nan, of_pattern)
            errors[persons] = weights.errors
        start += n
    return scores, errors


def determinacy_of(model: Measured, method: ScoreMethod) -> tuple[Floats, Floats]:
    """Return correlations of factors with all items, and with their scores (n_factors,).

    The first is the multiple correlation of a factor with the items, which regression scores attain:
    ``rho² = (V Lambda' Sigma^-1 Lambda V)_jj / V_jj`` (Grice, 2001). The correlation with Bartlett scores is
    ``sqrt(V_jj / (V_jj + error variance))``.
    """
    every = np.arange(len(model.means))
    variances = model.latent_covariances.diagonal()[: model.n_factors]
    unexplained = weights_of(model, every, "regression").errors ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        rho: Floats = np.sqrt(1 - unexplained / variances)
        if method == "regression":
            return rho, rho
        errors = weights_of(model, every, method).errors ** 2
        validity: Floats = np.sqrt(variances / (variances + errors))
    return rho, validity
