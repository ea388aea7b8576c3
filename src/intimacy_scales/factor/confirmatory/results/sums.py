"""The variance of a weighted sum of items that is due to factors, for omega (arrays only).

``Var(w'y) = w' (Lambda Phi Lambda') w + w' Theta w``: common and unique variance (McDonald, 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure
from intimacy_scales.numerics.scaled_matrices import scaled_solve


@dataclass(frozen=True, slots=True, kw_only=True)
class SumParts:
    """The parts of the variance of a sum, with their derivatives by the free parameters.

    Attributes
    ----------
    common, unique
        Variance due to factors, and the rest; with derivatives (n_free,).
    general
        Variance due to one factor, directly and through others; 0 without such a factor.
    """

    common: float
    unique: float
    general: float
    common_slope: Floats
    unique_slope: Floats
    general_slope: Floats


def sum_parts(solution: Solution, weights: Floats, general: int | None = None, group: int = 0) -> SumParts:
    """Return the parts of the variance of the weighted sum of one group's items.

    As each parameter changes covariances by ``dSigma = c (x y' + y x')``, the derivative of the variance
    by it is ``w' dSigma w = 2 c (w'x) (w'y)``.

    Parameters
    ----------
    solution
        A fitted model.
    weights
        (p,).
    general
        Position of a factor.
    group
        Position of a group.
    """
    part, basis = solution.problem.groups[group], solution.at.bases[group]
    structure, n_free = part.structure, solution.table.n_free
    weighted = weights @ basis.columns  # w'x and w'y of all parameters
    slope = 2 * basis.coefficients * weighted[structure.x] * weighted[structure.y]
    of_items = np.array([kind == "theta" for kind in structure.kinds])
    theta = structure.matrices(part.values(solution.at.values))["theta"]
    unique = float(weights @ theta @ weights)
    from_general, general_slope = _of_factor(structure, basis, weighted, general)
    return SumParts(
        common=float(weights @ basis.covariances @ weights) - unique,
        unique=unique,
        general=from_general,
        common_slope=part.collect(np.where(of_items, 0.0, slope), n_free),
        unique_slope=part.collect(np.where(of_items, slope, 0.0), n_free),
        general_slope=part.collect(general_slope, n_free),
    )


def _of_factor(
    structure: Structure, basis: Basis, weighted: Floats, factor: int | None
) -> tuple[float, Floats]:
    """Return ``(w'a)² psi`` and its derivatives; a are total effects of the factor, psi its variance."""
    slope = np.zeros(len(structure.x))
    if factor is None:
        return 0.0, slope
    weighted_effect, total_effects = float(weighted[structure.p + factor]), basis.effects
    variance = float(basis.latent_covariances[factor, factor])  # of a factor that depends on no other
    for j, (kind, row, column) in enumerate(structure.places):
        if kind in ("lambda", "beta"):
            slope[j] = (
                2 * weighted_effect * variance * weighted[structure.x[j]] * total_effects[column, factor]
            )
        elif kind == "psi" and row == column == factor:
            slope[j] = weighted_effect**2
    return weighted_effect**2 * variance, slope


def influence_matrix(solution: Solution, slope: Floats, *, observed: bool) -> Floats:
    """Return the derivatives of a function of ML estimates by the observed covariances (p, p), symmetric.

    By the implicit function theorem it is ``sum_j a_j c_j sym(Sigma^-1 x_j y_j' Sigma^-1)`` with
    ``a = I^-1 slope``, since the gradient is ``tr(Sigma^-1 (Sigma - S) Sigma^-1 dSigma_j) / 2``.

    Parameters
    ----------
    solution, slope
        A fitted model, and the derivative of the function by its free parameters.
    observed
        Whether I is the observed information, exact whether the model holds or not, or the expected one,
        which standard errors use by default.
    """
    part, basis, fit = solution.problem.groups[0], solution.at.bases[0], solution.at.fits[0]
    structure = part.structure
    problem, at = solution.problem, solution.at
    information = problem.observed_information(at) if observed else problem.expected_information(at)
    spread = scaled_solve(information, slope)
    coefficients = part.derivatives(problem.n_free) @ spread
    lifted = fit.inverses[0] @ basis.columns
    left = lifted[:, structure.x] * (coefficients * basis.coefficients)
    half: Floats = left @ lifted[:, structure.y].T
    return (half + half.T) / 2
