"""Scores of persons on factors, as weighted sums of what they answered (arrays only).

Of a model y = nu + Lambda eta + e with covariances Sigma = Lambda V Lambda' + Theta, of the items that a
person answered. Everything is written with the inverse of Sigma, which exists where that of Theta does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.patterns import patterns_of
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions

ScoreMethod = Literal["regression", "bartlett"]
_SINGULAR = 1e-10  # of the largest eigenvalue of what items say of factors, in factors' own units
_DETERMINED = 1e-6  # how far a factor may be from what the answered items determine


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One group's estimates as scores need them.

    Attributes
    ----------
    loadings
        (p, m): Lambda.
    covariances, means
        (p, p) and (p,): of items, implied; means observed where the model has none.
    latent_covariances, latent_means
        (m, m) and (m,): of factors.
    """

    loadings: Floats
    covariances: Floats
    means: Floats
    latent_covariances: Floats
    latent_means: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What answers count for scores.

    Attributes
    ----------
    weights
        (m, q): of deviations from the means of q answered items.
    errors
        (m,): standard errors of the scores; nan of a factor that these items do not determine.
    """

    weights: Floats
    errors: Floats


def measured(solution: Solution, group: int, n_items: int) -> Measured:
    """Return one group's estimates, of the first so many observed variables."""
    part, basis = solution.problem.groups[group], solution.at.bases[group]
    loadings = part.structure.matrices(part.values(solution.at.values))["lambda"]
    means = basis.means if solution.table.with_means else solution.saturated[group].means
    return Measured(
        loadings=loadings[:n_items],
        covariances=basis.covariances[:n_items, :n_items],
        means=means[:n_items],
        latent_covariances=basis.latent_covariances,
        latent_means=basis.latent_means,
    )


def weights_of(model: Measured, answered: Positions, method: ScoreMethod) -> Weights:
    """Return the weights of the items that were answered."""
    loadings = model.loadings[answered]
    inverse = np.linalg.inv(model.covariances[np.ix_(answered, answered)])
    return (_regression if method == "regression" else _bartlett)(
        loadings.T @ inverse, loadings, model.latent_covariances
    )


def _regression(reach: Floats, loadings: Floats, latent: Floats) -> Weights:
    """Return ``V Lambda' Sigma^-1`` (Thurstone, 1935); the errors are those of factors given the answers."""
    weights = latent @ reach
    left = (latent - weights @ loadings @ latent).diagonal()
    return Weights(weights=weights, errors=np.sqrt(np.maximum(left, 0.0)))


def _bartlett(reach: Floats, loadings: Floats, latent: Floats) -> Weights:
    """Return ``(Lambda' Theta^-1 Lambda)^-1 Lambda' Theta^-1`` (Bartlett, 1937).

    With ``J = Lambda' Sigma^-1 Lambda`` that is ``J^-1 Lambda' Sigma^-1``, whose errors have the covariances
    ``J^-1 - V``: generalized least squares also where Theta is singular (Rao, 1971). A factor that the
    answered items do not determine has no score.
    """
    precision = reach @ loadings  # J
    sizes = np.sqrt(precision.diagonal())
    scale = np.divide(1.0, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    units = np.outer(scale, scale)
    inverse = np.linalg.pinv(precision * units, rcond=_SINGULAR, hermitian=True)
    # the diagonal of the product of both, which is 1 of what is determined
    determined = np.abs((inverse * precision * units).sum(axis=1) - 1) < _DETERMINED
    inverse = inverse * units
    variances = np.maximum((inverse - latent).diagonal(), 0.0)
    return Weights(weights=inverse @ reach, errors=np.sqrt(np.where(determined, variances, np.nan)))


def scores_of(model: Measured, rows: Floats, method: ScoreMethod) -> tuple[Floats, Floats]:
    """Return scores and their standard errors (n, m), nan where there are none.

    Parameters
    ----------
    model
        Estimates of these persons' group.
    rows
        (n, p): answers, nan where one is missing.
    method
        Which scores.
    """
    m = len(model.latent_means)
    scores, errors = np.full((len(rows), m), np.nan), np.full((len(rows), m), np.nan)
    if not len(rows):
        return scores, errors
    patterns, order = patterns_of(rows)
    assert patterns.rows is not None
    start = 0
    for there, n in zip(patterns.answered, patterns.persons.tolist(), strict=True):
        persons, answered = order[start : start + n], np.flatnonzero(there)
        if len(answered):
            counted = weights_of(model, answered, method)
            off = patterns.rows[start : start + n, answered] - model.means[answered]
            on_factors = model.latent_means + off @ counted.weights.T
            scores[persons] = np.where(np.isnan(counted.errors), np.nan, on_factors)
            errors[persons] = counted.errors
        start += n
    return scores, errors


def determinacy_of(model: Measured, method: ScoreMethod) -> tuple[Floats, Floats]:
    """Return how factors go with all items, and with their scores: two correlations (m,).

    The first is the multiple correlation of a factor with the items, which regression scores attain:
    ``rho² = (V Lambda' Sigma^-1 Lambda V)_jj / V_jj`` (Grice, 2001). That of Bartlett scores is
    ``sqrt(V_jj / (V_jj + error variance))``.
    """
    every, variances = np.arange(len(model.means)), model.latent_covariances.diagonal()
    whole = weights_of(model, every, "regression").errors ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        rho: Floats = np.sqrt(1 - whole / variances)
        if method == "regression":
            return rho, rho
        errors = weights_of(model, every, method).errors ** 2
        valid: Floats = np.sqrt(variances / (variances + errors))
    return rho, valid
