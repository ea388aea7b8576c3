"""Scaling factors of the difference between two nested models (arrays only).

The wider model is written at the narrower one's estimates: at those of its own parameter values that imply
the same moments. There the directions in which the narrower model can move are some of its own, and what
is left of them is the restriction that a difference tests.
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

_SAME = 1e-7  # of standard deviations and correlations: moments of two models that count as equal
_STEPS = 200


def factor_of_2000(wider: Solution, narrower: Solution, df: int) -> float:
    """Return the scaling factor of Satorra (2000), positive wherever it is defined; nan where it is not.

    With P the information and B the mean product of scores in the wider model, and A the ``df`` directions
    that the narrower one lacks: ``tr((A P^-1 A')^-1 A P^-1 B P^-1 A') / df``. The test has the mean of a
    chi-square, not its variance too: the scaled-shifted test is another one.
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
    reach = np.linalg.solve(information, restriction.T)
    spread = reach.T @ wider.scores @ reach
    return float(np.trace(np.linalg.solve(restriction @ reach, spread))) / df


def factor_of_2010(wider: Solution, narrower: Solution, df: int) -> float:
    """Return the scaling factor of Satorra and Bentler (2010); nan where it is not defined.

    What the wider model's chi-square is to be expected at the narrower one's estimates, not at its own,
    is taken from that of the narrower.
    """
    at = wider_at_narrower(wider, narrower)
    if at is None:
        return np.nan
    return (narrower.excess - _excess(wider, at)) / df


def _excess(solution: Solution, at: Evaluation) -> float:
    """Return what chi-square of a model is to be expected at other values; its answers must be kept."""
    problem = solution.problem
    if solution.scaling == "satorra_bentler":
        return expected_misfit(problem, at)
    own, there = (
        float(np.trace(np.linalg.solve(problem.observed_information(x), first_order_information(problem, x))))
        for x in (solution.at, at)
    )
    return solution.excess + own - there


def wider_at_narrower(wider: Solution, narrower: Solution) -> Evaluation | None:
    """Return the wider model at the narrower one's implied moments, or None where it cannot imply them."""
    implied = _implied(narrower, wider.table.model.observed)
    written = _by_name(wider, narrower)
    if written is not None:
        at = wider.problem.evaluate(written)
        if at is not None and _is_at(at, implied, with_means=wider.table.with_means):
            return at
    exact = tuple(
        replace(group, moments=_exact(group.moments, *own))
        for group, own in zip(wider.problem.groups, implied, strict=True)
    )
    whole = Problem(groups=exact, n_free=wider.problem.n_free, discrepancy=ML())
    try:
        found = maximize(whole, wider.at.values, max_iterations=_STEPS)
    except NotConvergedError:
        return None
    at = wider.problem.evaluate(found.at.values)
    return at if at is not None and _is_at(at, implied, with_means=wider.table.with_means) else None


def _implied(solution: Solution, order: Sequence[str]) -> list[tuple[Floats, Floats]]:
    """Return each group's implied covariances and means, items in the order of another model."""
    own = [solution.table.model.observed.index(name) for name in order]
    return [(basis.covariances[np.ix_(own, own)], basis.means[own]) for basis in solution.at.bases]


def _exact(moments: MeanCovariance, covariances: Floats, means: Floats) -> MeanCovariance:
    """Return as many persons whose moments are exactly these."""
    whole = Pattern(n=moments.n, observed=None, means=means, covariances=covariances, rows=None)
    return MeanCovariance(patterns=(whole,), n=moments.n, with_means=moments.with_means)


def _is_at(at: Evaluation, moments: Sequence[tuple[Floats, Floats]], *, with_means: bool) -> bool:
    for basis, (covariances, means) in zip(at.bases, moments, strict=True):
        sds = np.sqrt(covariances.diagonal())
        apart = np.abs(basis.covariances - covariances) / np.outer(sds, sds)
        if apart.max() > _SAME or (with_means and (np.abs(basis.means - means) / sds).max() > _SAME):
            return False
    return True


def _by_name(wider: Solution, narrower: Solution) -> Floats | None:
    """Return the narrower model's values of the wider one's free parameters, 0 for those it does not have."""
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


def _slopes(solution: Solution, at: Evaluation, order: Sequence[str]) -> Floats:
    """Return derivatives of all implied moments by the free parameters (n_moments, n_free)."""
    own = np.array([solution.table.model.observed.index(name) for name in order])
    i, j = np.tril_indices(len(own))
    parts = []
    for group, basis in zip(solution.problem.groups, at.bases, strict=True):
        x, y = (basis.columns[own][:, ends] for ends in (group.structure.x, group.structure.y))
        sds = np.sqrt(basis.covariances.diagonal()[own])
        covariances = basis.coefficients * (x[i] * y[j] + y[i] * x[j]) / (sds[i] * sds[j])[:, None]
        means = basis.slopes * x / sds[:, None] if solution.table.with_means else np.zeros((0, len(x.T)))
        parts.append(group.collect_columns(np.vstack([covariances, means]), solution.problem.n_free))
    return np.vstack(parts)


def _restriction(wider: Solution, at: Evaluation, narrower: Solution, df: int) -> Floats:
    """Return the directions of the wider model's parameters that the narrower one lacks (df, n_free)."""
    order = wider.table.model.observed
    own, restricted = _slopes(wider, at, order), _slopes(narrower, narrower.at, order)
    units = np.sqrt((own**2).sum(axis=0))
    within = np.linalg.lstsq(own / units, restricted / np.sqrt((restricted**2).sum(axis=0)), rcond=None)[0]
    sides = svd(within)[0]
    found: Floats = sides[:, -df:].T * units
    return found
