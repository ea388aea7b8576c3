"""Scaling factors for the difference between two nested models' chi-squares (arrays only).

The less constrained model ("wider") is evaluated at those of its parameter values that imply the moments of
the more constrained one ("narrower"). There, the derivatives of the narrower model's moments lie in the space
of the wider one's. The directions of this space that they leave out are the restriction that is tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.linalg import svd

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancies.mlr import first_order_information
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.patterns import Pattern
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem
from intimacy_scales.factor.confirmatory.estimation.satorra_bentler import expected_misfit
from intimacy_scales.factor.confirmatory.estimation.search import maximize
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.numerics.scaled_matrices import scaled_solve, trace_of_ratio
from intimacy_scales.numerics.tolerances import SAME_MOMENTS

_STEPS = 200


def factor_of_2000(wider: Solution, narrower: Solution, df: int) -> float:
    """Return the scaling factor of Satorra (2000), which is positive; nan if it is undefined.

    With P the information and B the mean product of scores in the wider model, and A the ``df`` directions
    that the narrower one leaves out, it is ``tr((A P^-1 A')^-1 A P^-1 B P^-1 A') / df``. This corrects the
    mean of the test, not its variance, which the scaled-shifted test does.
    """
    at = wider_at_narrower(wider, narrower)
    if at is None or wider.scores is None:
        return np.nan
    restriction = _restriction(wider, at, narrower, df)
    information = (
        wider.problem.expected_information(wider.at)
        if wider.information == "expected" or wider.scaling == "satorra_bentler"
        else wider.problem.observed_information(wider.at)
    )
    solved = scaled_solve(information, restriction.T)  # P^-1 A'
    spread = solved.T @ wider.scores @ solved
    return trace_of_ratio(restriction @ solved, spread) / df


def factor_of_2010(wider: Solution, narrower: Solution, df: int) -> float:
    """Return the scaling factor of Satorra and Bentler (2010); nan if it is undefined.

    It is the expected chi-square of the narrower model less that of the wider one, evaluated at the estimates
    of the narrower one instead of its own, by ``df``.
    """
    at = wider_at_narrower(wider, narrower)
    if at is None:
        return np.nan
    return (narrower.expected_chi_square - _expected_chi_square(wider, at)) / df


def _expected_chi_square(solution: Solution, at: Evaluation) -> float:
    """Return the expected chi-square of a model at other values; its answers must be kept."""
    problem = solution.problem
    if solution.scaling == "satorra_bentler":
        return expected_misfit(problem, at)
    at_estimates, elsewhere = (
        trace_of_ratio(problem.observed_information(x), first_order_information(problem, x))
        for x in (solution.at, at)
    )
    return solution.expected_chi_square + at_estimates - elsewhere


def wider_at_narrower(wider: Solution, narrower: Solution) -> Evaluation | None:
    """Return the wider model at the narrower one's implied moments, or None if it cannot imply them."""
    implied = _implied(narrower, wider.table.model.observed)
    named = _values_by_name(wider, narrower)
    if named is not None:
        at = wider.problem.evaluate(named)
        if at is not None and _implies(at, implied, with_means=wider.table.with_means):
            return at
    exact = tuple(
        replace(group, moments=_exact_moments(group.moments, *moments))
        for group, moments in zip(wider.problem.groups, implied, strict=True)
    )
    problem = Problem(groups=exact, n_free=wider.problem.n_free, discrepancy=ML())
    try:
        optimum = maximize(problem, wider.at.values, max_iterations=_STEPS)
    except NotConvergedError:
        return None
    at = wider.problem.evaluate(optimum.at.values)
    return at if at is not None and _implies(at, implied, with_means=wider.table.with_means) else None


def _implied(solution: Solution, order: Sequence[str]) -> list[tuple[Floats, Floats]]:
    """Return each group's implied covariances and means, items in the order of another model."""
    items = [solution.table.model.observed.index(name) for name in order]
    return [(basis.covariances[np.ix_(items, items)], basis.means[items]) for basis in solution.at.bases]


def _exact_moments(moments: MeanCovariance, covariances: Floats, means: Floats) -> MeanCovariance:
    """Return the observed moments of as many persons that equal these."""
    pattern = Pattern(n=moments.n, observed=None, means=means, covariances=covariances, rows=None)
    return MeanCovariance(patterns=(pattern,), n=moments.n, with_means=moments.with_means)


def _implies(at: Evaluation, moments: Sequence[tuple[Floats, Floats]], *, with_means: bool) -> bool:
    """Return whether a model implies these moments of each group."""
    for basis, (covariances, means) in zip(at.bases, moments, strict=True):
        sds = np.sqrt(covariances.diagonal())
        differences = np.abs(basis.covariances - covariances) / np.outer(sds, sds)
        if differences.max() > SAME_MOMENTS:
            return False
        if with_means and (np.abs(basis.means - means) / sds).max() > SAME_MOMENTS:
            return False
    return True


def _values_by_name(wider: Solution, narrower: Solution) -> Floats | None:
    """Return the narrower model's values of the wider one's free parameters, 0 for those it does not have.

    None if it does not have a variance.
    """
    known: dict[tuple[int, str, frozenset[str]], float] = {}
    for group, part in enumerate(narrower.problem.groups):
        values = part.values(narrower.at.values)
        for p, value in zip(narrower.table.of_group(group), values, strict=True):
            known[group, p.op, frozenset((p.lhs, p.rhs))] = float(value)
    total, count = np.zeros(wider.table.n_free), np.zeros(wider.table.n_free)
    for p in wider.table.parameters:
        if p.free < 0:
            continue
        key = (p.group, p.op, frozenset((p.lhs, p.rhs)))
        if key not in known and p.op == "~~" and p.lhs == p.rhs:
            return None
        total[p.free] += known.get(key, 0.0)
        count[p.free] += 1
    return total / count


def _moment_derivatives(solution: Solution, at: Evaluation, order: Sequence[str]) -> Floats:
    """Return derivatives of all implied moments by the free parameters (n_moments, n_free).

    Moments are in units of implied standard deviations.
    """
    items = np.array([solution.table.model.observed.index(name) for name in order])
    i, j = np.tril_indices(len(items))
    parts = []
    for group, basis in zip(solution.problem.groups, at.bases, strict=True):
        x, y = (basis.columns[items][:, ends] for ends in (group.structure.x, group.structure.y))
        sds = np.sqrt(basis.covariances.diagonal()[items])
        covariances = basis.coefficients * (x[i] * y[j] + y[i] * x[j]) / (sds[i] * sds[j])[:, None]
        means = basis.slopes * x / sds[:, None] if solution.table.with_means else np.zeros((0, len(x.T)))
        parts.append(group.collect_columns(np.vstack([covariances, means]), solution.problem.n_free))
    return np.vstack(parts)


def _restriction(wider: Solution, at: Evaluation, narrower: Solution, df: int) -> Floats:
    """Return A, the directions of the wider model's parameters that the narrower one leaves out (df, n_free).

    With D and D0 the derivatives of the moments in both models, ``D0 = D H``, and A is orthogonal to H.
    """
    order = wider.table.model.observed
    d, d0 = _moment_derivatives(wider, at, order), _moment_derivatives(narrower, narrower.at, order)
    units = np.sqrt((d**2).sum(axis=0))
    h = np.linalg.lstsq(d / units, d0 / np.sqrt((d0**2).sum(axis=0)), rcond=None)[0]
    restriction: Floats = svd(h)[0][:, -df:].T * units
    return restriction
