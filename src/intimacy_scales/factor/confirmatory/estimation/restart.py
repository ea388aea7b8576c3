"""A model as arrays; and where to begin again where a search from the first start does not settle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, GroupPart, Problem
from intimacy_scales.factor.confirmatory.estimation.search import Optimum, maximize, most_likely
from intimacy_scales.factor.confirmatory.estimation.starts import Axis, least_axis, start_values
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Parameter, ParameterTable
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.numerics.ties import descending

_TINY = 1e-3
_LITTLE = 0.05
_OTHERWISE = 0.2  # of an item's variance
_POOR = 0.10  # RMSEA
_LITTLE_LEFT = 0.02  # of an item's variance: its own
_ANOTHER = 1e-6  # of -logL / n: maxima further apart than this are not the same
_STEPS = 100
_MOST_ITEMS = 12
_FEW_ITEMS = 4  # of long questionnaires, whose searches take long
_LARGE = 20  # items
_TOP = 0.95  # loading of an item that stands for its factor


def problem_of(
    table: ParameterTable, samples: Sequence[SampleMoments], discrepancy: Discrepancy | None = None
) -> Problem:
    """Return a model and what was observed as arrays, to be fitted by maximum likelihood or otherwise."""
    kind = ML() if discrepancy is None else discrepancy
    groups = tuple(
        GroupPart(
            structure=layout.structure,
            moments=kind.observed(sample, with_means=table.with_means),
            fixed=layout.fixed,
            free=layout.free,
            spread=layout.spread,
        )
        for layout, sample in zip(table.layouts, samples, strict=True)
    )
    own = kind.for_groups([group.moments for group in groups])
    return Problem(groups=groups, n_free=table.n_free, discrepancy=own)


def usable_start(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    problem: Problem,
    *,
    likely: bool = False,
    axes: Sequence[Axis | None] | None = None,
) -> tuple[Floats, Evaluation | None]:
    """Return start values that imply covariances, and the likelihood there; None where none do.

    With fixed values among them, smaller ones if need be.
    """
    start = start_values(table, samples, likely=likely, axes=axes)
    for share in (1.0, 0.5, 0.2, 0.05, 0.0):
        tried = np.where(table.relations, share * start, start)
        at = problem.evaluate(tried)
        if at is not None:
            return tried, at
    return start, None


def best_maximum(
    table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem, found: Optimum, most_steps: int
) -> Optimum:
    """Return the most likely of the maximum that was found, and of the one above another start.

    The other start has the most likely loadings of each factor's items alone. It is only gone up from where
    it explains some item otherwise than what was found, as where a factor could be that of either half of
    its items; else it leads to the same.
    """
    start, at = usable_start(table, samples, problem, likely=True)
    own = problem.residual_shares(start, None if at is None else at.bases)
    if np.abs(own - problem.residual_shares(found.at.values, found.at.bases)).max() < _OTHERWISE:
        return found
    try:
        other = maximize(problem, start, at=at, max_iterations=most_steps)
    except NotConvergedError:
        return found
    return other if most_likely(problem, [found.at, other.at]) is other.at else found


def rescaled_start(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    max_iterations: int,
    discrepancy: Discrepancy | None = None,
) -> Floats | None:
    """Return start values from the same model with factor variances of 1, or None where there are none.

    A factor whose marker hardly loads, or against the others, has a scale in which the discrepancy is
    badly shaped. The solution with variances of 1 is that of markers in other units.
    """
    markers = None if table.is_structural or table.model.constraints else _markers(table)
    if markers is None:
        return None
    fixed = _with_unit_variances(table, markers)
    problem = problem_of(fixed, samples, discrepancy)
    try:
        start, at = usable_start(fixed, samples, problem)
        optimum = maximize(problem, start, at=at, max_iterations=max_iterations)
    except NotConvergedError:
        return None
    total, count = np.zeros(table.n_free), np.zeros(table.n_free)
    for group, part in enumerate(problem.groups):
        matrices = part.structure.matrices(part.values(optimum.at.values))
        units = _units(table, matrices, markers)
        if units is None:
            return None
        for parameter in table.of_group(group):
            if parameter.free >= 0:
                total[parameter.free] += _in_units(parameter, matrices, units)
                count[parameter.free] += 1
    return total / count


def _markers(table: ParameterTable) -> dict[int, Parameter] | None:
    """Return the fixed loading of each factor, or None where some factor's unit is set otherwise."""
    found: dict[int, Parameter] = {}
    for p in table.of_group(0):
        if p.op == "=~" and p.fixed == 1.0:
            found.setdefault(p.place[2], p)
    return found if len(found) == len(table.model.latent) else None


def _with_unit_variances(table: ParameterTable, markers: dict[int, Parameter]) -> ParameterTable:
    spots = {p.place for p in markers.values()}
    made, n_free = [], table.n_free
    for p in table.parameters:
        if p.place in spots:
            made.append(replace(p, fixed=None, free=n_free))
            n_free += 1
        elif p.place[0] == "psi" and p.place[1] == p.place[2] and p.free >= 0:
            made.append(replace(p, fixed=1.0, free=-1))
        else:
            made.append(p)
    used = sorted({p.free for p in made if p.free >= 0})
    number = {old: new for new, old in enumerate(used)}
    numbered = tuple(replace(p, free=number.get(p.free, -1)) for p in made)
    return ParameterTable(
        model=table.model,
        parameters=numbered,
        n_groups=table.n_groups,
        n_free=len(used),
        with_means=table.with_means,
    )


def _units(
    table: ParameterTable, matrices: dict[str, Floats], markers: dict[int, Parameter]
) -> Floats | None:
    """Return what each factor is multiplied by so that its marker's loading becomes 1."""
    units = np.full(len(table.model.latent), np.nan)
    for _ in units:
        for k, marker in markers.items():
            kind, row, _column = marker.place
            if kind == "lambda":
                units[k] = matrices["lambda"][row, k]
            elif not np.isnan(units[row]):
                units[k] = units[row] * matrices["beta"][row, k]
    return units if np.all(np.abs(units) > _TINY * np.abs(units).max()) else None


def _in_units(parameter: Parameter, matrices: dict[str, Floats], units: Floats) -> float:
    kind, row, column = parameter.place
    value = float(matrices[kind][row] if kind in ("nu", "alpha") else matrices[kind][row, column])
    if kind == "lambda":
        return value / float(units[column])
    if kind == "beta":
        return value * float(units[row] / units[column])
    if kind == "psi":
        return value * float(units[row] * units[column])
    return value * float(units[row]) if kind == "alpha" else value


def plain_start(table: ParameterTable, samples: Sequence[SampleMoments], _max_iterations: int) -> Floats:
    """Return start values that say next to nothing: loadings of 1, half of each variance to each side.

    Paths are 0.
    """
    total, count = np.zeros(table.n_free), np.zeros(table.n_free)
    for group, sample in enumerate(samples):
        variances = sample.ml_covariances.diagonal()
        level = float(np.mean(variances))
        for p in table.of_group(group):
            if p.free < 0:
                continue
            kind, row, column = p.place
            value = 1.0 if p.op == "=~" else 0.0
            if p.lhs in sample.names and p.op == "~~" and p.lhs == p.rhs:
                value = float(variances[sample.names.index(p.lhs)]) / 2
            elif kind == "psi" and row == column:
                value = _LITTLE * level
            elif p.lhs in sample.names and p.op == "~1":
                value = float(sample.means[sample.names.index(p.lhs)])
            total[p.free] += value if p.start is None else p.start
            count[p.free] += 1
    return total / count


def is_doubtful(problem: Problem, at: Evaluation, chi_square: float, df: int) -> bool:
    """Whether a model fits badly, or leaves some item or factor next to no variance, or less."""
    if (problem.residual_shares(at.values, at.bases) < _LITTLE_LEFT).any():
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
