"""The normal likelihood of one group's answers under implied moments (arrays only).

Persons are grouped by which variables they answered; complete answers are one pattern. For a pattern
with mean m, covariances S (divisor n) and implied mu and Sigma of its variables,
``-logL / n = ½ (log|Sigma| + tr(Sigma^-1 (S + d d')) + q log 2 pi)`` with d = m - mu.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri

from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.pattern_information import StackInformation
from intimacy_scales.factor.confirmatory.estimation.pattern_likelihood import likelihood_of
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure

_LOG_2PI = math.log(2 * math.pi)


def invert(matrix: Floats) -> tuple[Floats, float] | None:
    """Return inverse and log determinant of a positive definite matrix, or None where it is not."""
    factor, failed = dpotrf(matrix, lower=1, clean=1)
    if failed:
        return None
    diagonal = factor.diagonal()
    inverse, failed = dpotri(factor, lower=1)
    if failed:
        return None
    full: Floats = inverse + inverse.T
    np.fill_diagonal(full, inverse.diagonal())
    return full, 2 * float(np.log(diagonal).sum())


def is_positive_definite(matrix: Floats) -> bool:
    """Whether a symmetric matrix is positive definite."""
    return not dpotrf(matrix, lower=1, clean=0)[1]


def fitted(moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
    """Return the likelihood at these implied moments, or None where they are no covariances."""
    if moments.stack is not None:
        whole = invert(covariances)
        found = None if whole is None else likelihood_of(moments.stack, *whole, covariances, means)
        if found is not None and math.isfinite(found[0]):
            value, weights, mean_weights, stacked = found
            return Fitted(
                value=value,
                weights=weights,
                mean_weights=mean_weights,
                inverses=(),
                deviations=(),
                stacked=stacked,
            )
    return _one_by_one(moments, covariances, means)


def _one_by_one(moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
    """Return the likelihood pattern by pattern: few ones, or such as have covariances where all have none."""
    value = 0.0
    weights, mean_weights = np.zeros_like(covariances), np.zeros(len(covariances))
    inverses, deviations = [], []
    for pattern in moments.patterns:
        found = invert(pattern.part(covariances))
        if found is None:
            return None
        inverse, log_determinant = found
        share = pattern.n / moments.n
        observed = pattern.covariances
        if moments.with_means:
            d = pattern.means - pattern.rows_of(means)
            observed = observed + d[:, None] * d
            pull = inverse @ d
        else:
            d = pull = np.zeros(len(inverse))
        product = inverse @ observed
        value += share / 2 * (log_determinant + float(product.trace()))
        slope = (share / 2) * (inverse - product @ inverse)
        if pattern.observed is None:
            weights += slope
            mean_weights -= share * pull
        else:
            weights[np.ix_(pattern.observed, pattern.observed)] += slope
            mean_weights[pattern.observed] -= share * pull
        inverses.append(inverse)
        deviations.append(d)
    if not math.isfinite(value):
        return None
    return Fitted(
        value=value,
        weights=weights,
        mean_weights=mean_weights,
        inverses=tuple(inverses),
        deviations=tuple(deviations),
    )


def constant(moments: MeanCovariance) -> float:
    """Return what -logL / n has beside `Fitted.value`."""
    return float(moments.counts.sum()) * _LOG_2PI / 2 / moments.n


def expected_information(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return the expected information per person of one group's parameters.

    Where answers are missing, given who answered what.
    """
    if fit.stacked is not None:
        return StackInformation(structure, basis, fit.stacked).expected()
    total = np.zeros((len(structure.x), len(structure.x)))
    for pattern, inverse in fit.inverses_of(moments):
        rows = None if pattern.observed is None else basis.columns[pattern.observed]
        share = pattern.n / moments.n
        total += share * structure.information(basis, inverse, columns=rows)
    return total


def average_information(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return what stands for the expected information where there are many patterns; else that itself.

    As if everyone had the average of the patterns' inverse covariances. That is positive definite, so that
    only changes of parameters that change no covariance and no mean have no information; where each two
    variables were answered by someone, these are the ones of which the expected information has none.
    """
    if fit.stacked is None or not fit.stacked.stack.all_together:
        return expected_information(structure, basis, moments, fit)
    return structure.information(basis, fit.stacked.precision)


def information_beside(
    structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_own: int
) -> tuple[Floats, Floats]:
    """Return the expected information of later parameters: beside the first, and of themselves."""
    m = len(structure.x) - n_own
    beside, own = np.zeros((m, n_own)), np.zeros(m)
    for pattern, inverse in fit.inverses_of(moments):
        rows = None if pattern.observed is None else basis.columns[pattern.observed]
        found = structure.information_beside(basis, inverse, n_own, columns=rows)
        beside += pattern.n / moments.n * found[0]
        own += pattern.n / moments.n * found[1]
    return beside, own


def observed_information(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return the Hessian of -logL / n by one group's parameters."""
    if fit.stacked is not None:
        total = StackInformation(structure, basis, fit.stacked).observed()
    else:
        total = _hessian_one_by_one(structure, basis, moments, fit)
    mean_weights = fit.mean_weights if moments.with_means else None
    total += structure.curvature(basis, fit.weights, mean_weights)
    symmetric: Floats = (total + total.T) / 2
    return symmetric


def _hessian_one_by_one(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return the Hessian pattern by pattern, but for what the model's own curvature adds."""
    x, y, c, s = structure.x, structure.y, basis.coefficients, basis.slopes
    total = np.zeros((len(x), len(x)))
    cc, crossed, ss = np.outer(c, c), np.outer(s, c), np.outer(s, s)
    for pattern, inverse in fit.inverses_of(moments):
        d = pattern.means - pattern.rows_of(basis.means) if moments.with_means else np.zeros(len(inverse))
        z, share = pattern.rows_of(basis.columns), pattern.n / moments.n
        lifted = inverse @ z
        g = z.T @ lifted
        h = lifted.T @ (pattern.covariances + d[:, None] * d) @ lifted
        gx, gy, hx, hy = g[x], g[y], h[x], h[y]
        gxx, gxy, gyy = gx[:, x], gx[:, y], gy[:, y]
        hxx, hxy, hyy = hx[:, x], hx[:, y], hy[:, y]
        part = gxy.T * hxy + gyy * hxx + gxx * hyy + gxy * hxy.T - (gxx * gyy + gxy * gxy.T)
        total += share * cc * part
        if moments.with_means:
            b = d @ lifted
            mixed = crossed * (gxx * b[y] + gxy * b[x])
            total += share * (mixed + mixed.T + ss * gxx)
    return total


def person_scores(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return each person's derivative of logL by one group's parameters (n, n_parameters)."""
    parts: list[NDArray[np.float64]] = []
    x, y, c, s = structure.x, structure.y, basis.coefficients, basis.slopes
    for pattern, inverse in fit.inverses_of(moments):
        assert pattern.rows is not None
        z = pattern.rows_of(basis.columns)
        lifted = inverse @ z
        expected = c * np.sum(z[:, x] * lifted[:, y], axis=0)
        centre = pattern.rows_of(basis.means) if moments.with_means else pattern.means
        reach = (pattern.rows - centre) @ lifted
        # c x y is ½ tr(W dSigma), as dSigma = c (x y' + y x')
        parts.append(c * reach[:, x] * reach[:, y] - expected + s * reach[:, x])
    return np.concatenate(parts)
