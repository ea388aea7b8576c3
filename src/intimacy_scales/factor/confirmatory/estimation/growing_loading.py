"""Where the likelihood of one factor rises for ever, as one loading grows (arrays only).

Let the loading l of one item grow, its own variance fall below 0 so that the item's variance stays, and the
loadings of the others shrink as ``c / l``. Covariances with this item stay ``c``, and those among the others,
``c c' / l²``, go to 0. In ``t = 1 / l²`` the implied covariances are smooth, also at ``t = 0`` and below,
where no loading is. From where a search comes to ``t = 0``, the likelihood rises on to the most likely place
there, which has a closed form: the others are unrelated, and the item is their regression. If it falls from
that place into the model, the search has no maximum above it: it would go on for ever.
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
_FEWEST = 3
_HELD = 2  # places that are 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Where a large loading leads.

    Attributes
    ----------
    grows
        The loading that grows for ever; None where none does.
    values
        Values of the model's parameters where the likelihood is higher; none where a loading grows.
    """

    grows: int | None
    values: Floats | None


def lead_of_loading(problem: Problem, at: Evaluation, path: Path, steps: int) -> Lead | None:
    """Return where the largest loading leads from some values on, or None where nothing is known of it.

    Parameters
    ----------
    problem
        A model; of one with more than one factor in one group, or fitted otherwise than by likelihood,
        nothing is known.
    at
        Where its search is.
    path
        Yields where a search goes from some values of a model's parameters, ever upwards.
    steps
        How many are taken.
    """
    if not (problem.discrepancy.is_likelihood and is_one_factor(problem)):
        return None
    part, p = problem.groups[0], problem.groups[0].structure.p
    matrices = part.structure.matrices(part.values(at.values))
    loadings, own = matrices["lambda"][:, 0], matrices["theta"].diagonal()
    item = int(np.argmin(own / at.bases[0].covariances.diagonal()))
    others, grown = np.arange(p) != item, float(loadings[item])
    start = np.concatenate([grown * loadings[others], [1 / grown**2, grown**2 + own[item]], own[others]])
    rises = towards_nothing(part.moments.patterns[0].covariances, item)
    end = start
    for found in islice(path(_beyond(part, item, bounded=not rises), start), steps):
        end = found.values
        if end[p - 1] <= 0:
            return Lead(grows=_loading(part, item), values=None)
    return Lead(grows=None, values=_in_loadings(part, item, end, float(np.sign(grown))))


def _loading(part: GroupPart, item: int) -> int:
    return int(part.free[part.structure.places.index(("lambda", item, 0))])


def _in_loadings(part: GroupPart, item: int, values: Floats, sign: float) -> Floats:
    """Return values of the model with a factor of variance 1 that imply the same covariances."""
    p = part.structure.p
    c, t, variance, rest = values[: p - 1], float(values[p - 1]), float(values[p]), values[p + 1 :]
    loadings, own = np.empty(p), np.empty(p)
    others = np.arange(p) != item
    loadings[others], own[others] = sign * c * np.sqrt(t), rest
    loadings[item], own[item] = sign / np.sqrt(t), variance - 1 / t
    found = np.empty(2 * p)
    for (kind, row, _), n in zip(part.structure.places, part.free.tolist(), strict=True):
        if n >= 0:
            found[n] = loadings[row] if kind == "lambda" else own[row]
    return found


def is_one_factor(problem: Problem) -> bool:
    """Whether a model is of one factor of variance 1 behind items, in one group of complete answers."""
    part = problem.groups[0]
    p, places = part.structure.p, part.structure.places
    if len(problem.groups) > 1 or part.structure.m != 1 or p < _FEWEST or problem.n_free != 2 * p:
        return False
    if not part.moments.complete or part.moments.with_means or part.repeats:
        return False
    held = [(places[n], part.fixed[n]) for n in np.flatnonzero(part.free < 0)]
    free = {places[n] for n in part.chosen}
    wanted = {place for i in range(p) for place in (("lambda", i, 0), ("theta", i, i))}
    return held == [(("psi", 0, 0), 1.0)] and free == wanted


def towards_nothing(covariances: Floats, item: int) -> bool:
    """Whether -logL / n rises with t, at what is most likely where t is 0."""
    others = np.arange(len(covariances)) != item
    c, alone = covariances[item, others], covariances[np.ix_(others, others)]
    slopes = np.linalg.solve(alone, c)
    left = covariances[item, item] - c @ slopes
    # implied: the others unrelated, and this item their regression with slopes and residual as observed
    variances = alone.diagonal()
    implied = np.diag(covariances.diagonal())
    implied[item, others] = implied[others, item] = slopes * variances
    implied[item, item] = slopes**2 @ variances + left
    inverse = np.linalg.inv(implied)
    weights = inverse - inverse @ covariances @ inverse  # twice the derivative of -logL / n
    inner, move = weights[np.ix_(others, others)], slopes * variances
    rises = move @ inner @ move - inner.diagonal() @ move**2
    return bool(rises > 0)


class _Bounded(Problem):
    """A model in t, without values at which no loading is."""

    def evaluate(self, free_values: Floats) -> Evaluation | None:
        t = free_values[self.groups[0].structure.p - 1]
        return super().evaluate(free_values) if t > 0 else None


def _beyond(part: GroupPart, item: int, *, bounded: bool) -> Problem:
    """Return the model in t: a factor of variance t behind the others, related to the item by 1."""
    structure = _structure_beyond(part.structure.p, item)
    n = len(structure.places) - _HELD
    fixed = np.concatenate([np.zeros(n), np.ones(_HELD)])
    numbers = np.concatenate([np.arange(n), np.full(_HELD, -1)])
    group = GroupPart(structure=structure, moments=part.moments, fixed=fixed, free=numbers)
    kind = _Bounded if bounded else Problem
    return kind(groups=(group,), n_free=n, discrepancy=ML())


@lru_cache(maxsize=64)
def _structure_beyond(p: int, item: int) -> Structure:
    """Return the model's places: the free ones, and the last two, which are 1."""
    others = [i for i in range(p) if i != item]
    free: list[tuple[Place, int, int]] = [("lambda", i, 0) for i in others]
    free += [("psi", 0, 0), ("psi", 1, 1), *(("theta", i, i) for i in others)]
    return Structure(p, 2, [*free, ("lambda", item, 1), ("psi", 0, 1)])
