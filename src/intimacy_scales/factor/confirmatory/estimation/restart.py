"""Further starts: for a search that does not converge, or may have missed the optimum.

The likelihood of a model that fits badly often has several maxima, and a sum of squares several minima. In
most of them, one item almost coincides with its factor; so there is a start in which each item does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem
from intimacy_scales.factor.confirmatory.estimation.problem_of_table import problem_of
from intimacy_scales.factor.confirmatory.estimation.search import Optimum, maximize, most_likely
from intimacy_scales.factor.confirmatory.estimation.starts import Axis, least_axis, start_values
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Parameter, ParameterTable
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.numerics.ties import descending
from intimacy_scales.numerics.tolerances import SAME_OPTIMUM

_LEAST_UNIT = 1e-3  # of the largest marker loading: smaller ones are not used as units
_FACTOR_VARIANCE = 0.05  # of the mean variance of items, in plain starts
_OTHER_SHARE = 0.2  # of an item's variance: two starts differ if they explain so much more or less of it
_POOR_RMSEA = 0.10
_LEAST_SHARE = 0.02  # of an item's variance: with a smaller residual variance, the solution is doubtful
_STEPS = 100  # from each further start
_MOST_ITEMS = 12  # that dominate their factor, each in one start
_MOST_ITEMS_OF_LONG = 4  # of long questionnaires, whose searches are slow
_LONG = 20  # items
_TOP = 0.95  # loading of an item that dominates its factor


def usable_start(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    problem: Problem,
    *,
    likely: bool = False,
    axes: Sequence[Axis | None] | None = None,
) -> tuple[Floats, Evaluation | None]:
    """Return start values that imply positive definite covariances, and the model there.

    Loadings, paths and covariances are reduced if necessary, as fixed values may not agree with them. The
    model is None if no start values do.

    Parameters
    ----------
    table, samples, problem
        The model, the moments of each group, and both as arrays.
    likely
        Whether loadings are the maximum likelihood estimates of each factor's items alone.
    axes
        For each factor, how its loadings follow from its items' correlations; by default, or None for a
        factor, as `start_values` chooses.
    """
    start = start_values(table, samples, likely=likely, axes=axes)
    for share in (1.0, 0.5, 0.2, 0.05, 0.0):
        tried = np.where(table.relations, share * start, start)
        at = problem.evaluate(tried)
        if at is not None:
            return tried, at
    return start, None


def better_optimum(
    table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem, first: Optimum, most_steps: int
) -> Optimum:
    """Return the first optimum, or the one reached from another start if that fits better.

    The other start has the maximum likelihood loadings of each factor's items alone. It is used only if it
    explains some item's variance to a different extent than the first optimum does, as when a factor could
    fit one half of its items or the other; otherwise it leads to the same optimum.
    """
    start, at = usable_start(table, samples, problem, likely=True)
    shares = problem.residual_shares(start, None if at is None else at.bases)
    if np.abs(shares - problem.residual_shares(first.at.values, first.at.bases)).max() < _OTHER_SHARE:
        return first
    try:
        second = maximize(problem, start, at=at, max_iterations=most_steps)
    except NotConvergedError:
        return first
    return second if most_likely(problem, [first.at, second.at]) is second.at else first


def rescaled_start(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    max_iterations: int,
    discrepancy: Discrepancy | None = None,
) -> Floats | None:
    """Return start values from the estimates with factor variances of 1, or None without such estimates.

    If the marker of a factor hardly loads, or with the opposite sign, the discrepancy is badly scaled in its
    units. The estimates with factor variances of 1 are the same in other units.
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
    """Return the marker (loading fixed at 1) of each factor, or None if some factor has none."""
    markers: dict[int, Parameter] = {}
    for p in table.of_group(0):
        if p.op == "=~" and p.fixed == 1.0:
            markers.setdefault(p.place[2], p)
    return markers if len(markers) == len(table.model.latent) else None


def _with_unit_variances(table: ParameterTable, markers: dict[int, Parameter]) -> ParameterTable:
    """Return the same model with free markers and factor variances of 1."""
    places = {p.place for p in markers.values()}
    parameters, n_free = [], table.n_free
    for p in table.parameters:
        if p.place in places:
            parameters.append(replace(p, fixed=None, free=n_free))
            n_free += 1
        elif p.place[0] == "psi" and p.place[1] == p.place[2] and p.free >= 0:
            parameters.append(replace(p, fixed=1.0, free=-1))
        else:
            parameters.append(p)
    used = sorted({p.free for p in parameters if p.free >= 0})
    number = {old: new for new, old in enumerate(used)}
    numbered = tuple(replace(p, free=number.get(p.free, -1)) for p in parameters)
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
    """Return the loading of each factor's marker, the unit in which that loading becomes 1.

    None if one is too small in comparison.
    """
    units = np.full(len(table.model.latent), np.nan)
    for _ in units:
        for k, marker in markers.items():
            kind, row, _column = marker.place
            if kind == "lambda":
                units[k] = matrices["lambda"][row, k]
            elif not np.isnan(units[row]):
                units[k] = units[row] * matrices["beta"][row, k]
    return units if np.all(np.abs(units) > _LEAST_UNIT * np.abs(units).max()) else None


def _in_units(parameter: Parameter, matrices: dict[str, Floats], units: Floats) -> float:
    """Return the value of a parameter when factors are multiplied by their units."""
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
    """Return start values that use next to nothing of the data: loadings of 1, paths of 0.

    Residual variances are half of the items' variances.
    """
    total, count = np.zeros(table.n_free), np.zeros(table.n_free)
    for group, sample in enumerate(samples):
        variances = sample.ml_covariances.diagonal()
        mean_variance = float(np.mean(variances))
        for p in table.of_group(group):
            if p.free < 0:
                continue
            kind, row, column = p.place
            value = 1.0 if p.op == "=~" else 0.0
            if p.lhs in sample.names and p.op == "~~" and p.lhs == p.rhs:
                value = float(variances[sample.names.index(p.lhs)]) / 2
            elif kind == "psi" and row == column:
                value = _FACTOR_VARIANCE * mean_variance
            elif p.lhs in sample.names and p.op == "~1":
                value = float(sample.means[sample.names.index(p.lhs)])
            total[p.free] += value if p.start is None else p.start
            count[p.free] += 1
    return total / count


def is_doubtful(problem: Problem, at: Evaluation, chi_square: float, df: int) -> bool:
    """Return whether a model fits badly, or a residual or factor variance is very small or negative."""
    if (problem.residual_shares(at.values, at.bases) < _LEAST_SHARE).any():
        return True
    if any((basis.latent_covariances.diagonal() < 0).any() for basis in at.bases):
        return True
    return df > 0 and len(problem.groups) * (chi_square - df) / (problem.n * df) > _POOR_RMSEA**2


def best_of_several(
    table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem, first: Optimum
) -> tuple[Optimum, bool]:
    """Return the best of the first optimum and those from other starts, and whether they differ."""
    optima = [first]
    for start in _starts(table, samples, problem):
        if problem.evaluate(start) is None:
            continue
        try:
            optima.append(maximize(problem, start, max_iterations=_STEPS))
        except NotConvergedError:
            continue
    values = [optimum.at.value for optimum in optima]
    differ = max(values) - min(values) > SAME_OPTIMUM
    if first.at.value - min(values) <= SAME_OPTIMUM:
        return first, differ
    best = most_likely(problem, [optimum.at for optimum in optima])
    return next(optimum for optimum in optima if optimum.at is best), differ


def _starts(table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem) -> Iterator[Floats]:
    """Yield all further starts of a model."""
    yield usable_start(table, samples, problem, likely=True)[0]
    yield plain_start(table, samples, 0)
    if table.is_structural or not table.model.latent:  # the following are about items of factors
        return
    for axes in _dominant_items(table, samples):
        yield usable_start(table, samples, problem, axes=axes)[0]
    yield from negative_starts(table, samples, problem)


def _items(table: ParameterTable) -> list[list[int]]:
    """Return the items of each factor that has some."""
    by_factor = []
    for k in range(len(table.model.latent)):
        items = {p.place[1] for p in table.of_group(0) if p.place[0] == "lambda" and p.place[2] == k}
        if items:
            by_factor.append(sorted(items))
    return by_factor


def _dominant_items(
    table: ParameterTable, samples: Sequence[SampleMoments]
) -> Iterator[Sequence[Axis | None]]:
    """Yield axes on which one item dominates its factor, beginning with the most correlated items."""
    by_factor = _items(table)
    places = [(k, i) for k, items in enumerate(by_factor) for i in range(len(items)) if len(items) > 1]
    strength = []
    for k, i in places:
        square = np.ix_(by_factor[k], by_factor[k])
        r = sum(np.abs(np.nan_to_num(sample.correlations[square])) for sample in samples)
        strength.append(float(np.asarray(r)[i].sum()))
    most = _MOST_ITEMS if len(table.model.observed) <= _LONG else _MOST_ITEMS_OF_LONG
    for n in descending(strength)[:most]:
        k, i = places[n]
        axes: list[Axis | None] = [None] * len(by_factor)
        axes[k] = _DominantItem(i)
        yield axes


class _DominantItem:
    """Loadings that are high for one item, and for the others proportional to correlations with it."""

    def __init__(self, item: int) -> None:
        self.item = item

    def __call__(self, r: Floats) -> Floats:
        loadings: Floats = np.clip(_TOP * r[self.item], -_TOP, _TOP)
        loadings[self.item] = _TOP
        return loadings


def negative_starts(
    table: ParameterTable, samples: Sequence[SampleMoments], problem: Problem
) -> Iterator[Floats]:
    """Yield starts with a small negative variance of one factor, if its variance is free."""
    if table.is_structural:
        return
    by_factor = _items(table)
    with_items = [
        k
        for k in range(len(table.model.latent))
        if any(p.place[0] == "lambda" and p.place[2] == k for p in table.of_group(0))
    ]
    for position, k in enumerate(with_items):
        variance = {p.free for p in table.parameters if p.place == ("psi", k, k)}
        if min(variance) < 0 or len(by_factor[position]) < 2:  # fixed, or a factor of one item
            continue
        axes: list[Axis | None] = [None] * len(by_factor)
        axes[position] = least_axis
        start = start_values(table, samples, axes=axes)
        in_psi = {p.free for p in table.parameters if p.place[0] == "psi" and k in p.place[1:]}
        start[sorted(in_psi - variance - {-1})] = 0.0  # its covariances
        for share in (1.0, 0.5, 0.2, 0.05):
            tried = start.copy()
            tried[sorted(variance)] *= -share
            if problem.evaluate(tried) is not None:
                yield tried
                break
