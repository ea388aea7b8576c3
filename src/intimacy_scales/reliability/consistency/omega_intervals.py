"""Intervals of omega."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.solution import solve
from intimacy_scales.factor.confirmatory.results.sums import influence_matrix, sum_parts
from intimacy_scales.factor.reading import of_rows
from intimacy_scales.factor.sample import Floats
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cluster_sums import ClusterSums, check_cluster_sums, units_of
from intimacy_scales.moments.clusters import Clusters, sum_by_cluster
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import KeyedMoments, Missing, items_of, keyed_moments
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.bootstrap import (
    bca_interval,
    failed_because,
    percentile_interval,
)
from intimacy_scales.reliability.consistency.influence import distribution_free_variance, influences
from intimacy_scales.reliability.consistency.intervals import logit, symmetric, too_wide_because
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import stored, without_answers
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    from intimacy_scales.reliability.consistency.omega import McDonaldOmega

_METHODS = ("logit", "delta", "adf", "bootstrap", "bca")
_NEED_ANSWERS = ("adf", "bootstrap", "bca")
_FEWEST_RESAMPLES = 100
_THREE = 3
_STEPS = 50  # from estimates that are near


def _slope(omega: McDonaldOmega) -> Floats:
    """Return the derivative of omega by the free parameters, the observed variance held."""
    assert omega.solution is not None
    assert omega.weights is not None
    parts = sum_parts(omega.solution, omega.weights)
    if omega.denominator == "model":
        total = parts.common + parts.unique
        moved: Floats = (1 - omega.estimate) * parts.common_slope - omega.estimate * parts.unique_slope
        return moved / total
    observed = parts.common / omega.estimate
    return parts.common_slope / observed


def _gradient(omega: McDonaldOmega, *, exact: bool) -> Floats:
    """Return the derivative of omega by the observed covariances (p, p); exact: where no model holds too."""
    assert omega.solution is not None
    assert omega.weights is not None
    gradient = influence_matrix(omega.solution, _slope(omega), observed=exact)
    if omega.denominator == "model":
        return gradient
    observed = float(omega.weights @ omega.solution.saturated[0].covariances @ omega.weights)
    direct: Floats = omega.estimate / observed * np.outer(omega.weights, omega.weights)
    return gradient - direct


def omega_variance(omega: McDonaldOmega) -> float:
    """Return the sampling variance of omega for normal answers; nan where there is none.

    Of a function of the estimates alone, by their covariance matrix; of one over the observed variance,
    ``2 tr(G Sigma G Sigma) / n`` with G its derivative by the covariances.
    """
    solution = omega.solution
    if solution is None:
        return math.nan
    found: float | None = stored(solution, "standard_error")
    if found is not None:
        return found**2
    if omega.denominator == "model":
        slope = _slope(omega)
        return float(slope @ solution.covariance @ slope)
    if omega.missing == "fiml":
        return math.nan
    product = _gradient(omega, exact=False) @ solution.at.bases[0].covariances
    return 2 * float(np.sum(product * product.T)) / omega.n


def omega_interval(
    omega: McDonaldOmega,
    confidence_level: float,
    method: str,
    n_resamples: int,
    rng: int | np.random.Generator | None,
    clusters: Clusters | ClusterSums,
) -> Interval:
    """Return an interval of omega; see `McDonaldOmega.confidence_interval`."""
    level = check_level(confidence_level)
    _check(omega, method, n_resamples, clusters)
    in_document: Interval | None = stored(omega.answers, "interval")
    if in_document is not None and (level, method) == (in_document.confidence_level, in_document.method):
        return in_document  # of the standard error that stands there, its last digit could differ
    if omega.reason is not None:
        return undefined_interval(level, method, omega.n, omega.reason)
    if method in _NEED_ANSWERS:
        return _from_answers(omega, level, method, n_resamples, rng, clusters)
    variance = omega_variance(omega)
    if math.isnan(variance):
        reason = "with FIML the observed variance has no closed form here; use method='bootstrap'"
        return undefined_interval(level, method, omega.n, reason)
    ends = _closed_form(omega.estimate, variance, level, method)
    if isinstance(ends, str):
        return undefined_interval(level, method, omega.n, ends)
    return Interval(low=ends[0], high=ends[1], confidence_level=level, method=method, n=omega.n)


def _closed_form(estimate: float, variance: float, level: float, method: str) -> tuple[float, float] | str:
    """Return the ends, or why there are none and what there is instead."""
    standard_error = math.sqrt(variance)
    too_wide = too_wide_because(standard_error)
    if method == "logit":
        ends = logit(estimate, standard_error, level)
        other = "delta" if too_wide is None else "bootstrap"
        return f"{ends}; use method={other!r}" if isinstance(ends, str) else ends
    if too_wide is not None:
        return f"{too_wide}; use method='bootstrap'"
    return symmetric(estimate, variance, level)


def _check(omega: McDonaldOmega, method: str, n_resamples: int, clusters: Clusters | ClusterSums) -> None:
    if method not in _METHODS:
        raise EstimationError(f"method={method!r}: there are {', '.join(_METHODS)}")
    if clusters is not None and method not in _NEED_ANSWERS:
        raise EstimationError(
            f"method={method!r} takes every person as independent; with clusters use 'adf', 'bootstrap' or "
            "'bca'"
        )
    with_sums = check_cluster_sums(clusters, method, omega.answers)
    if (
        method in _NEED_ANSWERS
        and omega.reason is None
        and not with_sums
        and not isinstance(omega.answers, CodedResponses)
    ):
        raise without_answers(omega.answers, f"method={method!r}", "mcdonald_omega")
    if method in ("adf", "bca") and omega.missing == "fiml":
        raise EstimationError(f"method={method!r} is not there with FIML; use 'logit' or 'bootstrap'")
    if method in ("bootstrap", "bca") and not (
        isinstance(n_resamples, int) and n_resamples >= _FEWEST_RESAMPLES
    ):
        raise EstimationError(f"n_resamples={n_resamples!r}: a whole number, at least {_FEWEST_RESAMPLES}")


def _moments_and_gradient(omega: McDonaldOmega) -> tuple[KeyedMoments, Floats]:
    """Return the scale's moments, and the derivative of omega in their order of items."""
    assert isinstance(omega.answers, CodedResponses | ItemMoments)
    assert omega.sample is not None
    missing: Missing = "pairwise" if omega.missing == "pairwise" else "listwise"
    moments = keyed_moments(omega.answers, omega.scale, missing, pair_sds=False)
    order = [omega.sample.names.index(item) for item in moments.items]
    return moments, _gradient(omega, exact=True)[np.ix_(order, order)]


def _from_answers(
    omega: McDonaldOmega,
    level: float,
    method: str,
    n_resamples: int,
    rng: int | np.random.Generator | None,
    clusters: Clusters | ClusterSums,
) -> Interval:
    groups = units_of(omega.answers, clusters)
    unit = "person" if groups is None else "cluster"
    if method == "adf":
        return _distribution_free(omega, level, groups)
    assert isinstance(omega.answers, CodedResponses)
    assert not isinstance(groups, ClusterSums)
    members = _members(omega, groups)
    if len(members) < _THREE:
        few = f"too few: {counted(len(members), unit)}, three are needed"
        return undefined_interval(level, method, len(members), few)
    drawn = _resampled(omega, members, n_resamples, generator(rng))
    failed, too_many = failed_because(drawn, "the model could not be fitted to")
    if too_many:
        other = "" if omega.missing == "fiml" else "; use method='adf'"
        return undefined_interval(level, method, len(members), f"{failed}, more than 5 %{other}")
    drawn = drawn[~np.isnan(drawn)]
    if method == "bootstrap":
        low, high = percentile_interval(drawn, level)
    else:
        moments, gradient = _moments_and_gradient(omega)
        values, used = influences(omega.answers, moments, gradient)
        pulled = values[used] if groups is None else sum_by_cluster(values[used, None], groups[used])[:, 0]
        low, high = bca_interval(drawn, -pulled, omega.estimate, level)
    if math.isnan(low):
        return undefined_interval(
            level, method, len(members), "all resamples lie on one side of the estimate"
        )
    return Interval(
        low=low,
        high=high,
        confidence_level=level,
        method=method,
        n=len(members),
        n_failed=n_resamples - len(drawn),
        warnings=(f"{failed}; they are left out",) if failed else (),
    )


def _distribution_free(
    omega: McDonaldOmega, level: float, groups: NDArray[np.intp] | ClusterSums | None
) -> Interval:
    """Return the symmetric interval for any distribution of answers, of persons or of clusters."""
    assert isinstance(omega.answers, CodedResponses | ItemMoments)
    moments, gradient = _moments_and_gradient(omega)
    variance, n = distribution_free_variance(omega.answers, moments, gradient, groups)
    reason = None
    if n < _THREE:
        reason = f"too few: {counted(n, 'person' if groups is None else 'cluster')}, three are needed"
    elif (too_wide := too_wide_because(math.sqrt(variance))) is not None:
        reason = f"{too_wide}; use method='bootstrap'"
    if reason is not None:
        return undefined_interval(level, "adf", n, reason)
    low, high = symmetric(omega.estimate, variance, level, df=None if groups is None else n - 1)
    return Interval(low=low, high=high, confidence_level=level, method="adf", n=n)


def _members(omega: McDonaldOmega, groups: NDArray[np.intp] | None) -> list[NDArray[np.intp]]:
    """Return the rows of each unit that is drawn: persons, or clusters."""
    assert isinstance(omega.answers, CodedResponses)
    assert omega.sample is not None
    columns = [omega.answers.item_ids.index(item) for item in omega.sample.names]
    there = omega.answers.codes[:, columns] != 0
    used = np.flatnonzero(there.all(axis=1) if omega.missing == "listwise" else there.any(axis=1))
    if groups is None:
        return [used[i : i + 1] for i in range(len(used))]
    order = np.argsort(groups[used], kind="stable")
    return np.split(used[order], np.flatnonzero(np.diff(groups[used][order])) + 1)


def _resampled(
    omega: McDonaldOmega, members: list[NDArray[np.intp]], n_resamples: int, rng: np.random.Generator
) -> Floats:
    """Return omega of each of many resamples; nan where the model could not be fitted."""
    assert omega.sample is not None
    assert omega.solution is not None
    assert isinstance(omega.answers, CodedResponses)
    values, _ = keyed_answers(omega.answers, omega.scale)
    _, items = items_of(omega.answers, omega.scale)
    rows = values[:, [items.ids.index(item) for item in omega.sample.names]]
    found = np.full(n_resamples, np.nan)
    with one_blas_thread():
        for draw in told_steps(range(n_resamples), "resampling omega", n_resamples):
            chosen = rng.integers(0, len(members), len(members))
            picked = rows[np.concatenate([members[i] for i in chosen])]
            found[draw] = _estimate_of(omega, picked)
    return found


def _estimate_of(omega: McDonaldOmega, rows: Floats) -> float:
    assert omega.sample is not None
    assert omega.solution is not None
    assert omega.weights is not None
    sample = of_rows(rows, omega.sample.names, omega.sample.missing)
    try:
        sample.check_usable(apart=omega.denominator == "model")
        solution = solve(
            omega.solution.table, [sample], start=omega.solution.at.values, max_iterations=_STEPS
        )
    except EstimationError:
        return math.nan
    parts = sum_parts(solution, omega.weights)
    if omega.denominator == "model":
        return parts.common / (parts.common + parts.unique)
    return parts.common / float(omega.weights @ solution.saturated[0].covariances @ omega.weights)
