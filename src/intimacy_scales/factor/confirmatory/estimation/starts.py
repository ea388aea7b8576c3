"""Start values for the search, close to the estimates and independent of the items' units (arrays only)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Layout, Parameter, ParameterTable
from intimacy_scales.factor.exploratory.extraction import likely_loadings, ml
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.numerics.ties import directions, eigenvectors

_MOST = 0.9  # largest standardized loading, and largest correlation of factors
_LEAST = 0.3  # smallest standardized loading of a factor on a higher one
_UNIQUE = 0.2  # smallest share of residual variance
_MOST_LIKELY = 0.97  # largest standardized loading, if it is a maximum likelihood estimate
_LEAST_UNEXPLAINED = 0.05  # smallest share of a variance that paths do not explain
_INSIDE = 0.05  # smallest eigenvalue of correlations that are used as they are

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

    Loadings are those of the first principal axis of each factor's items, or with ``likely`` the maximum
    likelihood estimates of a one-factor model of its items. Factor covariances are those of sums of items,
    corrected for unreliability, and residual variances are the rest. Equal parameters start at the mean of
    their values. ``axes`` gives other loadings for some of the factors that have items, in their order.
    """
    total, count = np.zeros(table.n_free), np.zeros(table.n_free)
    given = np.full(table.n_free, np.nan)
    default = _likely_axis if likely else _axis
    chosen = [axis or default for axis in axes] if axes else [default] * len(table.model.latent)
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
    """Return start values of all parameters of one group."""
    variances = sample.ml_covariances.diagonal()
    sds, known = np.sqrt(variances), np.isfinite(sample.correlations).all()
    correlations = sample.correlations if known else np.nan_to_num(sample.correlations)
    loadings, phi = _standardized(parameters, layout, correlations, axes)
    units = _factor_units(table, parameters, loadings, sds)
    if table.is_structural:
        return _path_starts(table, parameters, layout, sample, loadings, units)
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
    unrelated = {(p.place[1], p.place[2]) for p in parameters if p.place[0] == "psi" and p.fixed == 0.0}
    unrelated = {pair for pair in unrelated if max(pair) < m}  # observed variables of paths come after m
    residuals, remaining_axes = r.copy(), iter(axes)
    for k, items in enumerate(layout.items):
        if not len(items):
            continue
        square = (items[:, None], items)
        axis = next(remaining_axes)(residuals[square])
        already_loading = loadings[items].any(axis=1)
        loadings[items, k] = axis
        if any(k in pair and pair != (k, k) for pair in unrelated):
            residuals[square] -= axis[:, None] * axis
        else:
            loadings[items, k] = np.where(already_loading, 0.3 * axis, axis)
    phi = _factor_correlations(loadings, r)
    for i, j in unrelated:
        if i != j:
            phi[i, j] = phi[j, i] = 0.0
    return loadings, _positive_definite(phi)


def _axis(r: Floats) -> Floats:
    """Return loadings on the first principal axis, most of them positive.

    Communalities are estimated by each item's largest correlation (Thurstone, 1947).
    """
    if len(r) == 1:
        return np.array([_MOST])
    correlations = np.abs(r)
    np.fill_diagonal(correlations, 0.0)
    reduced = r.copy()
    np.fill_diagonal(reduced, correlations.max(axis=1))
    values, vectors = eigenvectors(reduced)
    axis: Floats = vectors[:, -1] * np.sqrt(max(float(values[-1]), 0.1))
    axis = axis * directions(axis[:, None])
    size = np.clip(np.abs(axis), 0.1, _MOST)
    return np.where(axis < 0, -size, size)


def least_axis(r: Floats) -> Floats:
    """Return loadings for a factor of negative variance: on the first axis of the negative correlations."""
    return _axis(2 * np.eye(len(r)) - r)


def _likely_axis(r: Floats) -> Floats:
    """Return the maximum likelihood loadings of one factor, if there are more than three items.

    For up to three items, the principal axis is good enough, as their loadings have one solution only.
    """
    if len(r) <= 3:
        return _axis(r)
    known = _known_axes.get()
    loadings = None if known is None else known.get(r.tobytes())
    if loadings is None:
        try:
            loadings = ml(r, 1).loadings[:, 0]
        except EstimationError:
            return _axis(r)
    return np.clip(loadings * directions(loadings[:, None]), -_MOST_LIKELY, _MOST_LIKELY)


@contextmanager
def known_axes(correlations: Sequence[Floats]) -> Iterator[None]:
    """Estimate the loadings of several one-factor models at once, for all starts within the block.

    The items of a scale occur in its own model and again as those of a factor in the model of a total.
    """
    by_size: dict[int, list[Floats]] = {}
    for r in correlations:
        if len(r) > 3 and np.isfinite(r).all():  # see `_likely_axis`
            by_size.setdefault(len(r), []).append(r)
    known: dict[bytes, Floats] = {}
    for same_size in by_size.values():
        for r, loadings in zip(same_size, likely_loadings(np.array(same_size)), strict=True):
            if np.isfinite(loadings).all():
                known[r.tobytes()] = loadings
    token = _known_axes.set(known)
    try:
        yield
    finally:
        _known_axes.reset(token)


def _factor_correlations(loadings: Floats, r: Floats) -> Floats:
    """Return correlations of sums of items, corrected for attenuation by common variances."""
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
    """Return correlations, shrunk towards 0 if necessary so that the smallest eigenvalue is large enough."""
    smallest = float(np.linalg.eigvalsh(phi)[0]) if len(phi) > 1 else 1.0
    if smallest > _INSIDE:
        return phi
    share = (1 - _INSIDE) / (1 - smallest)
    return share * phi + (1 - share) * np.eye(len(phi))


def _factor_units(
    table: ParameterTable, parameters: Sequence[Parameter], loadings: Floats, sds: Floats
) -> Floats:
    """Return the signed standard deviation of each factor that fixed loadings and variances imply."""
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
            unit = loadings[row, column] * sds[row] / p.fixed  # negative if the marker loads negatively
            units[column] = np.copysign(max(abs(unit), _UNIQUE * sds[row]), unit)
    return units


def _between_factors(
    table: ParameterTable, parameters: Sequence[Parameter], phi: Floats, units: Floats
) -> tuple[Floats, Floats]:
    """Return start values of loadings on higher-order factors, and of factor (co)variances (m, m) each."""
    m = len(table.model.latent)
    paths, variances = np.zeros((m, m)), phi * np.outer(units, units)
    higher = sorted({p.place[2] for p in parameters if p.place[0] == "beta"})
    for top in higher:
        on_top = [p for p in parameters if p.place[0] == "beta" and p.place[2] == top]
        rows = [p.place[1] for p in on_top]
        axis = _axis(phi[np.ix_(rows, rows)])
        axis = np.copysign(np.clip(np.abs(axis), _LEAST, _MOST), axis)
        marker_units = [a * units[p.place[1]] / p.fixed for a, p in zip(axis, on_top, strict=True) if p.fixed]
        unit = marker_units[0] if marker_units else units[top]
        variances[top] = variances[:, top] = 0.0
        variances[top, top] = unit**2
        for row, loading in zip(rows, axis, strict=True):
            paths[row, top] = loading * units[row] / unit
            variances[row] = variances[:, row] = 0.0
            variances[row, row] = units[row] ** 2 * (1 - loading**2)
    return paths, variances


def _path_starts(
    table: ParameterTable,
    parameters: Sequence[Parameter],
    layout: Layout,
    sample: SampleMoments,
    loadings: Floats,
    units: Floats,
) -> Floats:
    """Return start values of all parameters of one group in a model with paths.

    Factors start with the loadings that they would have without paths. Their correlations, with each other
    and with observed variables of paths, are those of sums of their items, and paths start at least-squares
    slopes. For a saturated model of observed variables, these are the estimates.

    Parameters
    ----------
    table, parameters, layout, sample
        The model, the parameters of one group with their layout, and its observed moments.
    loadings
        (p, m): standardized, of the factors.
    units
        (m,): signed standard deviation of each factor.
    """
    s = layout.structure
    variances = sample.ml_covariances.diagonal()
    sds = np.sqrt(variances)
    observed = [item for item, _ in s.standing]
    r = np.nan_to_num(sample.correlations)
    correlations = _correlations(table, parameters, loadings, r, observed)
    scales = np.concatenate([_higher_order_units(table, parameters, correlations, units), sds[observed]])
    v = correlations * np.outer(scales, scales)
    beta = _least_squares_slopes(parameters, v)
    psi = _residual_covariances(beta, v)
    lambdas = np.zeros((s.p, s.m))
    lambdas[:, : len(units)] = loadings * (sds[:, None] / units)
    for item, factor in s.standing:
        lambdas[item] = 0.0
        lambdas[item, factor] = 1.0
    means = _means(table, beta, sample.means[observed])
    _set_known_means(means, parameters, lambdas, sample.means)
    explained = np.einsum("ij,jk,ik->i", lambdas, v, lambdas) / variances
    return s.values_in(
        loadings=lambdas,
        beta=beta,
        psi=psi,
        theta=np.diag(np.clip(1 - explained, _UNIQUE, 1.0) * variances),
        nu=sample.means - lambdas @ means,
        alpha=means - beta @ means,
    )


def _correlations(
    table: ParameterTable, parameters: Sequence[Parameter], loadings: Floats, r: Floats, observed: list[int]
) -> Floats:
    """Return positive definite correlations of factors and observed variables of paths."""
    p, m = loadings.shape
    n = m + len(observed)
    weights = np.zeros((p, n))
    weights[:, :m] = np.sign(loadings)
    weights[observed, range(m, n)] = 1.0
    size = np.concatenate([np.abs(loadings).sum(axis=0), np.ones(n - m)])
    size[size == 0] = 1.0
    correlations: Floats = weights.T @ r @ weights / np.outer(size, size)
    correlations[:m] = np.clip(correlations[:m], -_MOST, _MOST)
    correlations[:, :m] = np.clip(correlations[:, :m], -_MOST, _MOST)
    _fill_higher_order(table, correlations)
    for i, j in _unrelated(parameters):
        correlations[i, j] = correlations[j, i] = 0.0
    np.fill_diagonal(correlations, 1.0)
    return _positive_definite(correlations) if m else correlations


def _fill_higher_order(table: ParameterTable, correlations: Floats) -> None:
    """Fill in the correlations of higher-order factors, from sums of the factors that measure them."""
    among_factors, latent = table.among_factors, table.model.latent
    for k, factor in enumerate(latent):
        indicators = table.model.indicators(factor)
        first_order = [among_factors.index(name) for name in indicators if name in latent]
        if first_order and len(first_order) == len(indicators):
            common = float(np.sqrt(np.abs(correlations[np.ix_(first_order, first_order)]).mean()))
            correlations[k] = np.clip(correlations[first_order].mean(axis=0) / common, -_MOST, _MOST)
            correlations[:, k] = correlations[k]


def _higher_order_units(
    table: ParameterTable, parameters: Sequence[Parameter], correlations: Floats, units: Floats
) -> Floats:
    """Return the signed standard deviation of each factor, given those of factors that have items.

    A factor with a fixed loading gives its unit to the higher-order one, as an item does to a factor.
    """
    latent, position, scales = table.model.latent, table.among_factors.index, units.copy()
    markers = [
        (position(p.lhs), position(p.rhs), p.fixed)
        for p in parameters
        if p.op == "=~" and p.fixed and p.rhs in latent
    ]
    for _ in markers:  # as often as there may be orders of factors
        for high, low, loading in reversed(markers):  # the first one counts
            share = float(correlations[low, high])
            scales[high] = np.copysign(max(abs(share), _LEAST), share) * scales[low] / loading
    return scales


def _unrelated(parameters: Sequence[Parameter]) -> list[tuple[int, int]]:
    """Return pairs of predictors whose covariance is fixed at 0."""
    zeros = [p.place for p in parameters if p.place[0] == "psi" and p.fixed == 0.0 and not p.exogenous]
    predicted = {p.place[1] for p in parameters if p.place[0] == "beta"}
    return [(i, j) for _, i, j in zeros if i != j and not predicted.intersection((i, j))]


def _least_squares_slopes(parameters: Sequence[Parameter], v: Floats) -> Floats:
    """Return the coefficients of all paths (m, m): least-squares slopes, given those that are known.

    Known are fixed ones and start values of the model, with which variances and intercepts must agree.
    """
    beta = np.zeros_like(v)
    free: dict[int, list[int]] = {}
    for p in parameters:
        kind, row, column = p.place
        if kind == "beta":
            beta[row, column] = p.fixed or p.start or 0.0
            if p.fixed is None and p.start is None:
                free.setdefault(row, []).append(column)
    sds = np.sqrt(v.diagonal())
    for row, columns in free.items():
        unexplained = (v[row, columns] - v[columns] @ beta[row]) / sds[columns]
        correlations = v[np.ix_(columns, columns)] / np.outer(sds[columns], sds[columns])
        beta[row, columns] = np.linalg.lstsq(correlations, unexplained, rcond=None)[0] / sds[columns]
    return beta


def _residual_covariances(beta: Floats, v: Floats) -> Floats:
    """Return ``Psi = (I - B) V (I - B)'``, with variances raised to a smallest share of V's."""
    i_minus_b = np.eye(len(v)) - beta
    psi: Floats = i_minus_b @ v @ i_minus_b.T
    diagonal = psi.diagonal()
    variances = np.maximum(diagonal, _LEAST_UNEXPLAINED * v.diagonal())
    stretch = np.sqrt(variances / np.where(diagonal > 0, diagonal, 1.0))
    raised: Floats = psi * np.outer(stretch, stretch)
    np.fill_diagonal(raised, variances)
    return raised


def _means(table: ParameterTable, beta: Floats, observed: Floats) -> Floats:
    """Return means of the factors, with intercepts of 0, and then those of observed variables of paths."""
    m = len(table.model.latent)
    if m == 0:
        return observed
    inner = np.eye(m) - beta[:m, :m]
    return np.concatenate([np.linalg.lstsq(inner, beta[:m, m:] @ observed, rcond=None)[0], observed])


def _set_known_means(
    means: Floats, parameters: Sequence[Parameter], lambdas: Floats, observed: Floats
) -> None:
    """Set the free means of factors that have an item with a fixed intercept: they follow from its mean."""
    free = {p.place[1] for p in parameters if p.place[0] == "alpha" and p.fixed is None}
    for p in parameters:
        kind, item, _ = p.place
        if kind == "nu" and p.fixed is not None:
            factors = np.flatnonzero(lambdas[item])
            if len(factors) == 1 and int(factors[0]) in free:
                means[factors[0]] = (observed[item] - p.fixed) / lambdas[item, factors[0]]
                free.remove(int(factors[0]))
