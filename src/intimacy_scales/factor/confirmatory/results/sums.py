"""How much of the variance of a weighted sum of items is due to factors (arrays only)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class SumParts:
    """The parts of the variance of a sum, with their derivatives by the free parameters.

    Attributes
    ----------
    common, unique
        Due to factors, and not; with derivatives (n_free,).
    general
        Due to one factor, directly and through others; 0 where none is asked for.
    """

    common: float
    unique: float
    general: float
    common_slope: Floats
    unique_slope: Floats
    general_slope: Floats


def sum_parts(solution: Solution, weights: Floats, general: int | None = None, group: int = 0) -> SumParts:
    """Return the parts of the variance of the weighted sum of one group's items.

    With ``dSigma = c (x y' + y x')``, ``w' dSigma w = 2 c (w'x) (w'y)``.

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
    reach = weights @ basis.columns
    slope = 2 * basis.coefficients * reach[structure.x] * reach[structure.y]
    of_items = np.array([kind == "theta" for kind in structure.kinds])
    theta = structure.matrices(part.values(solution.at.values))["theta"]
    unique = float(weights @ theta @ weights)
    one, one_slope = _of_factor(structure, basis, reach, general)
    return SumParts(
        common=float(weights @ basis.covariances @ weights) - unique,
        unique=unique,
        general=one,
        common_slope=part.collect(np.where(of_items, 0.0, slope), n_free),
        unique_slope=part.collect(np.where(of_items, slope, 0.0), n_free),
        general_slope=part.collect(one_slope, n_free),
    )


def _of_factor(structure: Structure, basis: Basis, reach: Floats, factor: int | None) -> tuple[float, Floats]:
    """Return ``(w' a)² psi`` of a factor, a its total effects on items, and its derivatives."""
    slope = np.zeros(len(structure.x))
    if factor is None:
        return 0.0, slope
    effect, e = float(reach[structure.p + factor]), basis.effects
    variance = float(basis.latent_covariances[factor, factor])  # of a factor that nothing else measures
    for j, (kind, row, column) in enumerate(structure.places):
        if kind in ("lambda", "beta"):
            slope[j] = 2 * effect * variance * reach[structure.x[j]] * e[column, factor]
        elif kind == "psi" and row == column == factor:
            slope[j] = effect**2
    return effect**2 * variance, slope


def influence_matrix(solution: Solution, slope: Floats, *, observed: bool) -> Floats:
    """Return how a function of the estimates moves with the observed covariances (p, p), symmetric.

    ``sum_j a_j c_j sym(Sigma^-1 x_j y_j' Sigma^-1)`` with ``a = I^-1 slope``: how maximum likelihood
    estimates of covariance structures follow the covariances.

    Parameters
    ----------
    solution, slope
        A fitted model, and the derivative of the function by its free parameters.
    observed
        Whether I is the observed information, which is exact whether the model holds or not, or the
        expected one, which standard errors rest on by default.
    """
    part, basis, fit = solution.problem.groups[0], solution.at.bases[0], solution.at.fits[0]
    structure = part.structure
    problem, at = solution.problem, solution.at
    information = problem.observed_information(at) if observed else problem.expected_information(at)
    spread = np.linalg.solve(information, slope)
    own = part.derivatives(problem.n_free) @ spread
    lifted = fit.inverses[0] @ basis.columns
    moves = lifted[:, structure.x] * (own * basis.coefficients)
    found: Floats = moves @ lifted[:, structure.y].T
    return (found + found.T) / 2
