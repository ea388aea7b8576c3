"""The normal likelihood of one group's answers under implied moments (arrays only).

Persons are grouped into patterns by which variables they answered; complete answers are one pattern. For a
pattern with mean m and covariances S (divisor n), and mu and Sigma the implied moments of its variables,

    -logL / n = ½ (log|Sigma| + tr(P A) + q log 2 pi),    P = Sigma^-1,  A = S + d d',  d = m - mu

(Jöreskog, 1969; Arbuckle, 1996, for missing answers). Its derivatives by Sigma and mu are

    W = ½ (P - P A P)    and    -P d.
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
    """Return the inverse and log determinant of a matrix, or None if it is not positive definite."""
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
    """Return whether a symmetric matrix is positive definite."""
    return not dpotrf(matrix, lower=1, clean=0)[1]


def fitted(moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
    """Return the likelihood at implied moments, or None if the covariances are not positive definite."""
    if moments.stack is not None:
        inverted = invert(covariances)
        stacked = None if inverted is None else likelihood_of(moments.stack, *inverted, covariances, means)
        if stacked is not None and math.isfinite(stacked[0]):
            value, weights, mean_weights, parts = stacked
            return Fitted(
                value=value,
                weights=weights,
                mean_weights=mean_weights,
                inverses=(),
                deviations=(),
                stacked=parts,
            )
    return _fitted_by_pattern(moments, covariances, means)


def _fitted_by_pattern(moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
    """Return the likelihood as a sum over patterns.

    Used for few patterns, and where all variables together have a singular Sigma but those of each pattern
    have not.
    """
    value = 0.0
    weights, mean_weights = np.zeros_like(covariances), np.zeros(len(covariances))
    inverses, deviations = [], []
    for pattern in moments.patterns:
        inverted = invert(pattern.part(covariances))
        if inverted is None:
            return None
        inverse, log_determinant = inverted
        share = pattern.n / moments.n
        products = pattern.covariances  # A
        if moments.with_means:
            d = pattern.means - pattern.rows_of(means)
            products = products + d[:, None] * d
            weighted_d = inverse @ d
        else:
            d = weighted_d = np.zeros(len(inverse))
        inverse_products = inverse @ products
        value += share / 2 * (log_determinant + float(inverse_products.trace()))
        slope = (share / 2) * (inverse - inverse_products @ inverse)
        if pattern.observed is None:
            weights += slope
            mean_weights -= share * weighted_d
        else:
            weights[np.ix_(pattern.observed, pattern.observed)] += slope
            mean_weights[pattern.observed] -= share * weighted_d
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
    """Return the constant of -logL / n that `Fitted.value` leaves out: ``½ q log 2 pi``."""
    return float(moments.counts.sum()) * _LOG_2PI / 2 / moments.n


def expected_information(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return the expected information per person of one group's parameters.

    Where answers are missing, it is conditional on which variables each person answered.
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
    """Return a cheap substitute for the expected information if there are many patterns; else that itself.

    Every person is given the average P of all patterns. As that is positive definite, the result is singular
    only where a change of parameters changes no covariance and no mean. The expected information is singular
    at the same places, provided that each pair of variables was answered by someone.
    """
    if fit.stacked is None or not fit.stacked.stack.all_together:
        return expected_information(structure, basis, moments, fit)
    return structure.information(basis, fit.stacked.precision)


def information_of_added(
    structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_fitted: int
) -> tuple[Floats, Floats]:
    """Return the expected information of the parameters after the first ``n_fitted``, see `Structure`."""
    n_added = len(structure.x) - n_fitted
    crossed, diagonal = np.zeros((n_added, n_fitted)), np.zeros(n_added)
    for pattern, inverse in fit.inverses_of(moments):
        rows = None if pattern.observed is None else basis.columns[pattern.observed]
        parts = structure.information_of_added(basis, inverse, n_fitted, columns=rows)
        crossed += pattern.n / moments.n * parts[0]
        diagonal += pattern.n / moments.n * parts[1]
    return crossed, diagonal


def observed_information(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return the Hessian of -logL / n by one group's parameters."""
    if fit.stacked is not None:
        total = StackInformation(structure, basis, fit.stacked).observed()
    else:
        total = _hessian_by_pattern(structure, basis, moments, fit)
    mean_weights = fit.mean_weights if moments.with_means else None
    total += structure.curvature(basis, fit.weights, mean_weights)
    symmetric: Floats = (total + total.T) / 2
    return symmetric


def _hessian_by_pattern(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return the Hessian of -logL / n without the terms in d²Sigma and d²mu, which `curvature` adds.

    With E = dSigma = c (x y' + y x') and s x = dmu of a parameter, and dP = -P E P, the Hessian is

        tr(E_i P E_j P A P) - ½ tr(E_i P E_j P)
            + (s x)_i' P E_j P d + (s x)_j' P E_i P d + (s x)_i' P (s x)_j
            + tr(W d²Sigma_ij) - d' P d²mu_ij

    (matrix differentials as in Magnus & Neudecker, 1988). x and y are columns of the basis Z, so that all
    traces are sums of products of entries of ``g = Z' P Z``, ``h = Z' P A P Z`` and ``b = Z' P d``; gxy
    holds ``x_i' P y_j`` of all pairs of parameters, and so on.
    """
    x, y, c, s = structure.x, structure.y, basis.coefficients, basis.slopes
    total = np.zeros((len(x), len(x)))
    cc, sc, ss = np.outer(c, c), np.outer(s, c), np.outer(s, s)
    for pattern, inverse in fit.inverses_of(moments):
        d = pattern.means - pattern.rows_of(basis.means) if moments.with_means else np.zeros(len(inverse))
        z, share = pattern.rows_of(basis.columns), pattern.n / moments.n
        pz = inverse @ z
        g = z.T @ pz
        h = pz.T @ (pattern.covariances + d[:, None] * d) @ pz
        gx, gy, hx, hy = g[x], g[y], h[x], h[y]
        gxx, gxy, gyy = gx[:, x], gx[:, y], gy[:, y]
        hxx, hxy, hyy = hx[:, x], hx[:, y], hy[:, y]
        # tr(E_i P E_j P A P) less ½ tr(E_i P E_j P)
        traces = gxy.T * hxy + gyy * hxx + gxx * hyy + gxy * hxy.T - (gxx * gyy + gxy * gxy.T)
        total += share * cc * traces
        if moments.with_means:
            b = d @ pz
            mixed = sc * (gxx * b[y] + gxy * b[x])  # (s x)_i' P E_j P d
            total += share * (mixed + mixed.T + ss * gxx)
    return total


def person_scores(structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted) -> Floats:
    """Return each person's derivative of logL by one group's parameters (n, n_parameters).

    Of a person with deviations r it is ``½ tr(P (r r' - Sigma) P E) + s x' P r``, which for
    ``E = c (x y' + y x')`` is ``c (x' P r) (y' P r) - c x' P y + s x' P r``.
    """
    parts: list[NDArray[np.float64]] = []
    x, y, c, s = structure.x, structure.y, basis.coefficients, basis.slopes
    for pattern, inverse in fit.inverses_of(moments):
        assert pattern.rows is not None
        z = pattern.rows_of(basis.columns)
        pz = inverse @ z
        expected = c * np.sum(z[:, x] * pz[:, y], axis=0)
        centre = pattern.rows_of(basis.means) if moments.with_means else pattern.means
        projected = (pattern.rows - centre) @ pz  # r' P Z
        parts.append(c * projected[:, x] * projected[:, y] - expected + s * projected[:, x])
    return np.concatenate(parts)
