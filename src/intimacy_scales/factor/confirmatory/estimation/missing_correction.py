"""The misfit of complete answers, estimated from incomplete ones (Zhang & Savalei, 2023); arrays only.

With missing answers the chi-square of full information counts misfit by how many answers show it, so that
indices made of it depend on which answers are missing. Instead, the complete-data discrepancy X between the
saturated estimates and the moments implied by the model (both from full information) is corrected by its
expected value k where the model holds. With W the observed information of the saturated model, J the mean
product of its scores, Wc its information were all answers complete, D the derivatives of the moments and

    U = W - W D (D' W D)^-1 D' W,    k = tr(U W^-1 Wc W^-1 U W^-1 J W^-1),

which is FIML-C (V3) of the article and of lavaan. With ``E = D' W D`` it is

    tr(Wc W^-1 J W^-1) - 2 tr(E^-1 D' Wc W^-1 J D) + tr(E^-1 D' Wc D E^-1 D' J D),

of which only the first term needs a matrix of all moments. Groups add up, each by its share of persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, GroupPart, Problem
from intimacy_scales.factor.confirmatory.estimation.reference_models import Exogenous, Saturated, saturated
from intimacy_scales.factor.confirmatory.estimation.saturated_information import SaturatedMatrices
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Place, Positions, Structure
from intimacy_scales.numerics.scaled_matrices import scaled_solve


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCorrection:
    """Complete-data chi-squares of estimates from incomplete answers, and their expected values.

    Attributes
    ----------
    chi_square, baseline_chi_square
        Of the model and of the independence model, against the saturated estimates.
    expected, baseline_expected
        Their expected values where the models hold.
    """

    chi_square: float
    expected: float
    baseline_chi_square: float
    baseline_expected: float


def missing_correction(
    problem: Problem,
    at: Evaluation,
    models: Sequence[Saturated],
    matrices: Sequence[SaturatedMatrices],
    exogenous: Exogenous,
) -> MissingCorrection:
    """Return the complete-data chi-squares of a model and of the independence model.

    Parameters
    ----------
    problem, at
        The model, at its estimates.
    models, matrices
        The saturated model of each group, and its information and scores.
    exogenous
        The exogenous variables.
    """
    chi_square = baseline_chi_square = first = baseline_expected = 0.0
    e, c, q, j = (np.zeros((problem.n_free, problem.n_free)) for _ in range(4))
    for group, basis, model, of_group in zip(problem.groups, at.bases, models, matrices, strict=True):
        moments = group.moments
        share = moments.n / problem.n
        complete = _complete_information(model, of_group)
        spread = float(np.sum(scaled_solve(of_group.information, complete) * of_group.ratio.T))
        d = _derivatives(group, basis, of_group, problem.n_free)
        of_d = complete @ d
        e += share * d.T @ of_group.information @ d
        c += share * of_d.T @ (of_group.ratio @ d)
        q += share * d.T @ of_d
        j += share * d.T @ of_group.products @ d
        first += spread
        chi_square += moments.n * _discrepancy(model, basis.covariances, basis.means)
        related, means = _independent_moments(moments, exogenous)
        baseline_chi_square += moments.n * _discrepancy(model, related, means)
        baseline_expected += spread + _of_independence(complete, of_group, exogenous)
    return MissingCorrection(
        chi_square=chi_square,
        expected=first + _of_fitted(e, c, q, j),
        baseline_chi_square=baseline_chi_square,
        baseline_expected=baseline_expected,
    )


def _of_fitted(e: Floats, c: Floats, q: Floats, j: Floats) -> float:
    """Return ``tr(E^-1 Q E^-1 J) - 2 tr(E^-1 C)``, what fitting the parameters takes off."""
    halves = scaled_solve(e, q), scaled_solve(e, j)
    return float(np.sum(halves[0] * halves[1].T)) - 2 * float(np.trace(scaled_solve(e, c)))


def _of_independence(complete: Floats, matrices: SaturatedMatrices, exogenous: Exogenous) -> float:
    """Return the same for the independence model, whose parameters are moments themselves."""
    i, j, means = matrices.first, matrices.second, matrices.second < 0
    of_exogenous = np.isin(i, exogenous.positions) & np.isin(j, exogenous.positions)
    fitted = np.flatnonzero(means | (i == j) | of_exogenous)
    square = np.ix_(fitted, fitted)
    return _of_fitted(
        matrices.information[square],
        complete[fitted] @ matrices.ratio[:, fitted],
        complete[square],
        matrices.products[square],
    )


def _complete_information(model: Saturated, matrices: SaturatedMatrices) -> Floats:
    """Return Wc, the information of complete answers at the saturated estimates."""
    i, j = matrices.first, matrices.second
    p = len(model.means)
    places: list[tuple[Place, int, int]] = [
        ("nu", row, 0) if column < 0 else ("theta", row, column)
        for row, column in zip(i.tolist(), j.tolist(), strict=True)
    ]
    structure = Structure(p, 0, places)
    values = np.where(j < 0, model.means[i], model.covariances[i, j])
    inverse: Floats = np.asarray(np.linalg.inv(model.covariances), dtype=np.float64)
    return structure.information(structure.basis(values), inverse)


def _derivatives(group: GroupPart, basis: Basis, matrices: SaturatedMatrices, n_free: int) -> Floats:
    """Return D, the derivatives of all moments by the free parameters (n_moments, n_free)."""
    i, j = matrices.first, matrices.second
    x, y = (basis.columns[:, ends] for ends in (group.structure.x, group.structure.y))
    of_covariances = basis.coefficients * (x[i] * y[j] + y[i] * x[j])
    by_parameter = np.where((j < 0)[:, None], basis.slopes * x[i], of_covariances)
    return group.collect_columns(by_parameter, n_free)


def _independent_moments(moments: MeanCovariance, exogenous: Exogenous) -> tuple[Floats, Floats]:
    """Return the moments of the independence model, in which only exogenous variables covary."""
    means, variances = moments.item_moments()
    covariances: Floats = np.diag(variances)
    x: Positions = exogenous.positions
    if len(x):
        of_exogenous = saturated(moments.subset(x))
        covariances[np.ix_(x, x)] = of_exogenous.covariances
        means = means.copy()
        means[x] = of_exogenous.means
    return covariances, means


def _discrepancy(model: Saturated, covariances: Floats, means: Floats) -> float:
    """Return ``ln |Sigma| - ln |S| + tr(S Sigma^-1) - p + (m - mu)' Sigma^-1 (m - mu)`` (Jöreskog, 1969)."""
    deviation = model.means - means
    seen = model.covariances + np.outer(deviation, deviation)
    logs = [float(np.linalg.slogdet(matrix)[1]) for matrix in (covariances, model.covariances)]
    return logs[0] - logs[1] + float(np.trace(np.linalg.solve(covariances, seen))) - len(means)
