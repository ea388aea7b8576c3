"""Where the search for estimates begins: free of the items' units, and near (arrays only)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.path_starts import path_starts
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Layout, Parameter, ParameterTable
from intimacy_scales.factor.exploratory.extraction import likely_loadings, ml
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.numerics.ties import directions, eigenvectors

_MOST = 0.9  # standardized loading, and correlation, to begin with
_LEAST = 0.3
_UNIQUE = 0.2
_ALMOST = 0.97  # most likely ones may be as high
_ONE_SOLUTION = 3

Axis = Callable[[Floats], Floats]
_known_axes: ContextVar[Mapping[bytes, Floats] | None] = ContextVar("known_axes", default=None)


def start_values(
    table: ParameterTable,
    samples: Sequence[SampleMoments],
    *,
    likely: bool = False,
    axes: Sequence[Axis | None] | None = None,
) -> Floats:
    """Return start values (n_free,).

    Loadings are those of each factor's first principal axis, or the most likely ones of one factor behind
    its items alone; factor covariances those of sums of items corrected for it, residual variances what is
    left; equal parameters begin at the mean of their values. ``axes`` gives other loadings of some of the
    factors that have items, in their order.
    """
    total, count = np.zeros(table.n_free), np.zeros(table.n_free)
    given = np.full(table.n_free, np.nan)
    usual = _likely_axis if likely else _axis
    chosen = [axis or usual for axis in axes] if axes else [usual] * len(table.model.latent)
    for parameters, layout, sample in zip(table.by_group, table.layouts, samples, strict=True):
        guesses, free = _of_group(parameters, table, layout, sample, chosen), layout.free >= 0
        total += np.bincount(layout.free[free], weights=guesses[free], minlength=table.n_free)
        count += np.bincount(layout.free[free], minlength=table.n_free)
        for parameter in parameters:
            if parameter.free >= 0 and parameter.start is not None:
                given[parameter.free] = parameter.start
    return np.where(np.isnan(given), total / count, given)


def _of_group(
    parameters: Sequence[Parameter],
    table: ParameterTable,
    layout: Layout,
    sample: SampleMoments,
    axes: Sequence[Axis],
) -> Floats:
    variances = sample.ml_covariances.diagonal()
    sds, known = np.sqrt(variances), np.isfinite(sample.correlations).all()
    correlations = sample.correlations if known else np.nan_to_num(sample.correlations)
    loadings, phi = _standardized(parameters, layout, correlations, axes)
    units = _factor_units(table, parameters, loadings, sds)
    if table.is_structural:
        return path_starts(table, parameters, layout, sample, loadings, units)
    unique = np.clip(1 - np.sum(loadings @ phi * loadings, axis=1), _UNIQUE, 1.0)
    paths, disturbances = _between_factors(table, parameters, phi, units)
    return layout.structure.values_in(
        loadings=loadings * (sds[:, None] / units),
        beta=paths,
        psi=disturbances,
        theta=np.diag(unique * variances),
        nu=sample.means,
        alpha=np.zeros(len(units)),
    )


def _standardized(
    parameters: Sequence[Parameter], layout: Layout, r: Floats, axes: Sequence[Axis]
) -> tuple[Floats, Floats]:
    """Return standardized loadings (p, m) and factor correlations (m, m)."""
    p, m = layout.structure.p, len(layout.items)
    loadings = np.zeros((p, m))
    apart = {(p.place[1], p.place[2]) for p in parameters if p.place[0] == "psi" and p.fixed == 0.0}
    apart = {pair for pair in apart if max(pair) < m}  # beyond are observed variables of paths
    left, ways = r.copy(), iter(axes)
    for k, own in enumerate(layout.items):
        if not len(own):
            continue
        square = (own[:, None], own)
        axis = next(ways)(left[square])
        crowded = loadings[own].any(axis=1)
        loadings[own, k] = axis
        if any(k in pair and pair != (k, k) for pair in apart):
            left[square] -= axis[:, None] * axis
        else:
            loadings[own, k] = np.where(crowded, 0.3 * axis, axis)
    phi = _factor_correlations(loadings, r)
    for one, other in apart:
        if one != other:
            phi[one, other] = phi[other, one] = 0.0
    return loadings, _positive_definite(phi)


def _axis(r: Floats) -> Floats:
    """Return loadings on the first principal axis, most of them positive."""
    if len(r) == 1:
        return np.array([_MOST])
    off = np.abs(r)
    np.fill_diagonal(off, 0.0)
    reduced = r.copy()
    np.fill_diagonal(reduced, off.max(axis=1))
    values, vectors = eigenvectors(reduced)
    axis: Floats = vectors[:, -1] * np.sqrt(max(float(values[-1]), 0.1))
    axis = axis * directions(axis[:, None])
    size = np.clip(np.abs(axis), 0.1, _MOST)
    return np.where(axis < 0, -size, size)


def least_axis(r: Floats) -> Floats:
    """Return loadings for a factor of negative variance: on the first axis of correlations turned round."""
    return _axis(2 * np.eye(len(r)) - r)


def _likely_axis(r: Floats) -> Floats:
    """Return the most likely loadings of one factor behind items; up to three have one solution only."""
    if len(r) <= _ONE_SOLUTION:
        return _axis(r)
    known = _known_axes.get()
    loadings = None if known is None else known.get(r.tobytes())
    if loadings is None:
        try:
            loadings = ml(r, 1).loadings[:, 0]
        except EstimationError:
            return _axis(r)
    return np.clip(loadings * directions(loadings[:, None]), -_ALMOST, _ALMOST)


@contextmanager
def known_axes(correlations: Sequence[Floats]) -> Iterator[None]:
    """Search for the most likely loadings behind several sets of items at once, for all starts in the block.

    A scale's items are those of its own model, and of a factor in that of a total.
    """
    by_size: dict[int, list[Floats]] = {}
    for r in correlations:
        if len(r) > _ONE_SOLUTION and np.isfinite(r).all():
            by_size.setdefault(len(r), []).append(r)
    known: dict[bytes, Floats] = {}
    for some in by_size.values():
        for r, loadings in zip(some, likely_loadings(np.array(some)), strict=True):
            if np.isfinite(loadings).all():
                known[r.tobytes()] = loadings
    token = _known_axes.set(known)
    try:
        yield
    finally:
        _known_axes.reset(token)


def _factor_correlations(loadings: Floats, r: Floats) -> Floats:
    """Return correlations of sums of items, corrected for their unreliability."""
    if loadings.shape[1] == 1:
        return np.ones((1, 1))
    weights = np.sign(loadings)
    between = weights.T @ r @ weights
    common = np.abs(loadings).sum(axis=0) ** 2
    scale = np.sqrt(np.where(common > 0, common, 1.0))
    phi: Floats = np.clip(between / (scale[:, None] * scale), -_MOST, _MOST)
    phi[common == 0] = 0.0
    phi[:, common == 0] = 0.0
    np.fill_diagonal(phi, 1.0)
    return phi


def _positive_definite(phi: Floats) -> Floats:
    smallest = float(np.linalg.eigvalsh(phi)[0]) if len(phi) > 1 else 1.0
    if smallest > 0.05:  # well inside
        return phi
    share = 0.95 / (1 - smallest)
    return share * phi + (1 - share) * np.eye(len(phi))


def _factor_units(
    table: ParameterTable, parameters: Sequence[Parameter], loadings: Floats, sds: Floats
) -> Floats:
    """Return the signed standard deviation of each factor that fixed loadings and variances ask for."""
    units = np.ones(len(table.model.latent))
    for p in parameters:
        kind, row, column = p.place
        if kind == "psi" and row == column < len(units) and p.fixed is not None and p.fixed > 0:
            units[row] = np.sqrt(p.fixed)
    for p in parameters:
        if p.op != "=~" or not p.fixed or p.rhs in table.model.latent:
            continue
        row, column = table.model.observed.index(p.rhs), p.place[2]
        if loadings[row, column]:
            unit = loadings[row, column] * sds[row] / p.fixed  # negative where the marker runs against it
            units[column] = np.copysign(max(abs(unit), _UNIQUE * sds[row]), unit)
    return units


def _between_factors(
    table: ParameterTable, parameters: Sequence[Parameter], phi: Floats, units: Floats
) -> tuple[Floats, Floats]:
    """Return start values of paths between factors, and of factor (co)variances (m, m) each."""
    m = len(table.model.latent)
    paths, variances = np.zeros((m, m)), phi * np.outer(units, units)
    higher = sorted({p.place[2] for p in parameters if p.place[0] == "beta"})
    for top in higher:
        own = [p for p in parameters if p.place[0] == "beta" and p.place[2] == top]
        rows = [p.place[1] for p in own]
        axis = _axis(phi[np.ix_(rows, rows)])
        axis = np.copysign(np.clip(np.abs(axis), _LEAST, _MOST), axis)
        marked = [a * units[p.place[1]] / p.fixed for a, p in zip(axis, own, strict=True) if p.fixed]
        unit = marked[0] if marked else units[top]
        variances[top] = variances[:, top] = 0.0
        variances[top, top] = unit**2
        for row, loading in zip(rows, axis, strict=True):
            paths[row, top] = loading * units[row] / unit
            variances[row] = variances[:, row] = 0.0
            variances[row, row] = units[row] ** 2 * (1 - loading**2)
    return paths, variances
