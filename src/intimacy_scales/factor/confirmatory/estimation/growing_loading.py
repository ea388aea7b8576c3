"""The likelihood of one factor when it keeps rising as one loading grows (arrays only).

Let the loading l of one item grow, its residual variance fall below 0 so that its variance stays the same,
and the loadings of the other items shrink as ``c / l``. Covariances with this item remain ``c``, and those
among the others, ``c c' / l²``, go to 0. With ``t = 1 / l²`` the implied covariances are smooth functions of
t, also at ``t <= 0``, to which no loading corresponds. At ``t = 0`` the maximum of the likelihood has a
closed form: the other items are unrelated, and this one has its regression on them. Where the likelihood
falls from there as t increases, and a search over t ends at ``t <= 0``, it keeps rising as the loading grows:
the model has no maximum in this direction, and a search for one would never end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, GroupPart, Problem
from intimacy_scales.factor.confirmatory.model.structure import Floats, Place, Structure

Path = Callable[[Problem, Floats], Iterator[Evaluation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfPath:
    """The end of a search in the direction of a large loading.

    Attributes
    ----------
    unbounded
        Position of the free parameter that grows without bound; None if none does.
    values
        Parameter values at which the likelihood is higher; None if a loading grows without bound.
    """

    unbounded: int | None
    values: Floats | None


def follow_largest_loading(problem: Problem, at: Evaluation, path: Path, steps: int) -> EndOfPath | None:
    """Return where a search ends that lets the largest standardized loading grow; None for other models.

    The largest standardized loading is that of the item with the smallest residual share of its variance.

    Parameters
    ----------
    problem
        A model of one factor in one group, fitted by likelihood; for other models the result is None.
    at
        The current point of its search.
    path
        Yields the points of a search from some parameter values.
    steps
        Largest number of these points.
    """
    if not (problem.discrepancy.is_likelihood and is_one_factor(problem)):
        return None
    part, p = problem.groups[0], problem.groups[0].structure.p
    matrices = part.structure.matrices(part.values(at.values))
    loadings, residuals = matrices["lambda"][:, 0], matrices["theta"].diagonal()
    item = int(np.argmin(residuals / at.bases[0].covariances.diagonal()))
    others, large = np.arange(p) != item, float(loadings[item])
    # parameters of the reparametrized model: c, t, the item's variance, and the others' residual variances
    t_and_variance = [1 / large**2, large**2 + residuals[item]]
    start = np.concatenate([large * loadings[others], t_and_variance, residuals[others]])
    falls = likelihood_falls_from_zero(part.moments.patterns[0].covariances, item)
    end = start
    for point in islice(path(_reparametrized(part, item, bounded=not falls), start), steps):
        end = point.values
        if end[p - 1] <= 0:
            place = part.structure.places.index(("lambda", item, 0))
            return EndOfPath(unbounded=int(part.free[place]), values=None)
    return EndOfPath(unbounded=None, values=_in_loadings(part, item, end, float(np.sign(large))))


def _in_loadings(part: GroupPart, item: int, values: Floats, sign: float) -> Floats:
    """Return values of the model's parameters that imply the same covariances as values with t."""
    p = part.structure.p
    c, t, variance, rest = values[: p - 1], float(values[p - 1]), float(values[p]), values[p + 1 :]
    loadings, residuals = np.empty(p), np.empty(p)
    others = np.arange(p) != item
    loadings[others], residuals[others] = sign * c * np.sqrt(t), rest
    loadings[item], residuals[item] = sign / np.sqrt(t), variance - 1 / t
    free_values = np.empty(2 * p)
    for (kind, row, _), n in zip(part.structure.places, part.free.tolist(), strict=True):
        if n >= 0:
            free_values[n] = loadings[row] if kind == "lambda" else residuals[row]
    return free_values


def is_one_factor(problem: Problem) -> bool:
    """Return whether a model has one factor, of variance 1, and one group of complete answers."""
    part = problem.groups[0]
    p, places = part.structure.p, part.structure.places
    if len(problem.groups) > 1 or part.structure.m != 1 or p < 3 or problem.n_free != 2 * p:
        return False
    if not part.moments.complete or part.moments.with_means or part.repeats:
        return False
    fixed = [(places[n], part.fixed[n]) for n in np.flatnonzero(part.free < 0)]
    free = {places[n] for n in part.chosen}
    expected = {place for i in range(p) for place in (("lambda", i, 0), ("theta", i, i))}
    return fixed == [(("psi", 0, 0), 1.0)] and free == expected


def likelihood_falls_from_zero(covariances: Floats, item: int) -> bool:
    """Return whether the likelihood falls as t increases from its maximum at t = 0.

    There, the other items are unrelated, and this one has the observed slopes b and residual variance of its
    regression on them, so that its implied covariances with them are c = b times their variances. As Sigma
    then changes by c c' off the diagonal of the others, the derivative of -logL / n is half of
    ``c' W c - diag(W)' c²``, with ``W = P - P S P`` at the others; the likelihood falls where it is positive.
    """
    others = np.arange(len(covariances)) != item
    with_item, among_others = covariances[item, others], covariances[np.ix_(others, others)]
    slopes = np.linalg.solve(among_others, with_item)
    residual = covariances[item, item] - with_item @ slopes
    variances = among_others.diagonal()
    c = slopes * variances
    implied = np.diag(covariances.diagonal())
    implied[item, others] = implied[others, item] = c
    implied[item, item] = slopes**2 @ variances + residual
    inverse = np.linalg.inv(implied)
    weights = inverse - inverse @ covariances @ inverse
    w = weights[np.ix_(others, others)]
    return bool(c @ w @ c - w.diagonal() @ c**2 > 0)


class _Bounded(Problem):
    """A model with t in place of the loading, restricted to t > 0."""

    def evaluate(self, free_values: Floats) -> Evaluation | None:
        t = free_values[self.groups[0].structure.p - 1]
        return super().evaluate(free_values) if t > 0 else None


def _reparametrized(part: GroupPart, item: int, *, bounded: bool) -> Problem:
    """Return the model with t in place of the loading.

    The others measure a factor of variance t and of covariance 1 with the item.
    """
    structure = _reparametrized_structure(part.structure.p, item)
    n = len(structure.places) - 2
    fixed = np.concatenate([np.zeros(n), np.ones(2)])
    numbers = np.concatenate([np.arange(n), np.full(2, -1)])
    group = GroupPart(structure=structure, moments=part.moments, fixed=fixed, free=numbers)
    kind = _Bounded if bounded else Problem
    return kind(groups=(group,), n_free=n, discrepancy=ML())


@lru_cache(maxsize=64)
def _reparametrized_structure(p: int, item: int) -> Structure:
    """Return the places of the free parameters, and of two that are fixed at 1."""
    others = [i for i in range(p) if i != item]
    free: list[tuple[Place, int, int]] = [("lambda", i, 0) for i in others]
    free += [("psi", 0, 0), ("psi", 1, 1), *(("theta", i, i) for i in others)]
    return Structure(p, 2, [*free, ("lambda", item, 1), ("psi", 0, 1)])
