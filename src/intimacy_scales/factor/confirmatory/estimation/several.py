"""Several starts where a model fits badly or its solution is odd: the best counts (arrays only).

The likelihood of such a model often has several maxima, and sums of squares have several minima. Most of them
have one item that stands for its factor all but alone, so each item is that in one of the starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem
from intimacy_scales.factor.confirmatory.estimation.restart import plain_start, usable_start
from intimacy_scales.factor.confirmatory.estimation.search import Optimum, maximize, most_likely
from intimacy_scales.factor.confirmatory.estimation.starts import Axis, least_axis, start_values
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import ParameterTable
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.numerics.ties import descending

_POOR = 0.10  # RMSEA
_LITTLE = 0.02  # of an item's variance: its own
_ANOTHER = 1e-6  # of -logL / n: maxima further apart than this are not the same
_STEPS = 100
_MOST_ITEMS = 12
_FEW_ITEMS = 4  # of long questionnaires, whose searches take long
_LARGE = 20  # items
_TOP = 0.95  # loading of an item that stands for its factor


def is_doubtful(problem: Problem, at: Evaluation, chi_square: float, df: int) -> bool:
    """Whether a model fits badly, or leaves some item or factor next to no variance, or less."""
    if (problem.own_shares(at.values, at.bases) < _LITTLE).any():
        return True
    if any((basis.latent_covariances.diagonal() < 0).any() for basis in at.bases):
        return True
    return df > 0 and len(problem.groups) * (chi_square - df) / (problem.n * df) > _POOR**2


def best_of_several(
    table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem, found: Optimum
) -> tuple[Optimum, bool]:
    """Return the most likely of the maximum found and those above other starts; whether there are several."""
    every = [found]
    for start in _starts(table, samples, problem):
        if problem.evaluate(start) is None:
            continue
        try:
            every.append(maximize(problem, start, max_iterations=_STEPS))
        except NotConvergedError:
            continue
    values = [optimum.at.value for optimum in every]
    disagree = max(values) - min(values) > _ANOTHER
    if found.at.value - min(values) <= _ANOTHER:
        return found, disagree
    best = most_likely(problem, [optimum.at for optimum in every])
    return next(optimum for optimum in every if optimum.at is best), disagree


def _starts(table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem) -> Iterator[Floats]:
    yield usable_start(table, samples, problem, likely=True)[0]
    yield plain_start(table, samples, 0)
    if table.is_structural or not table.model.latent:  # the others are of items of factors
        return
    for axes in _standing_out(table, samples):
        yield usable_start(table, samples, problem, axes=axes)[0]
    yield from negative_starts(table, samples, problem)


def _items(table: ParameterTable) -> list[list[int]]:
    """Return the items of each factor that has some, in the order in which starts are made of them."""
    found = []
    for k in range(len(table.model.latent)):
        own = {p.place[1] for p in table.of_group(0) if p.place[0] == "lambda" and p.place[2] == k}
        if own:
            found.append(sorted(own))
    return found


def _standing_out(table: ParameterTable, samples: Sequence[SampleMoments]) -> Iterator[Sequence[Axis | None]]:
    """Yield, for each item, axes on which it stands for its factor; those first that others go with most."""
    factors = _items(table)
    places = [(k, i) for k, own in enumerate(factors) for i in range(len(own)) if len(own) > 1]
    strength = []
    for k, i in places:
        own = factors[k]
        r = sum(np.abs(np.nan_to_num(s.correlations[np.ix_(own, own)])) for s in samples)
        strength.append(float(np.asarray(r)[i].sum()))
    most = _MOST_ITEMS if len(table.model.observed) <= _LARGE else _FEW_ITEMS
    for n in descending(strength)[:most]:
        k, i = places[n]
        axes: list[Axis | None] = [None] * len(factors)
        axes[k] = _Standing(i)
        yield axes


class _Standing:
    """Loadings with which one item stands for a factor: of the others, their correlations with it."""

    def __init__(self, item: int) -> None:
        self.item = item

    def __call__(self, r: Floats) -> Floats:
        loadings: Floats = np.clip(_TOP * r[self.item], -_TOP, _TOP)
        loadings[self.item] = _TOP
        return loadings


def negative_starts(
    table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem
) -> Iterator[Floats]:
    """Yield starts with a small negative variance of one factor, where it is free to be negative."""
    if table.is_structural:
        return
    factors = _items(table)
    owners = [
        k
        for k in range(len(table.model.latent))
        if any(p.place[0] == "lambda" and p.place[2] == k for p in table.of_group(0))
    ]
    for position, k in enumerate(owners):
        own = {p.free for p in table.parameters if p.place == ("psi", k, k)}
        if min(own) < 0 or len(factors[position]) < 2:  # fixed, or of one item
            continue
        axes: list[Axis | None] = [None] * len(factors)
        axes[position] = least_axis
        start = start_values(table, samples, axes=axes)
        beside = {p.free for p in table.parameters if p.place[0] == "psi" and k in p.place[1:]} - own
        start[sorted(beside - {-1})] = 0.0
        for share in (1.0, 0.5, 0.2, 0.05):
            tried = start.copy()
            tried[sorted(own)] *= -share
            if problem.evaluate(tried) is not None:
                yield tried
                break
