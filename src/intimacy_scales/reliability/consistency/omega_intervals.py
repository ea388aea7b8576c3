"""Intervals of omega, total and hierarchical."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, solve
from intimacy_scales.factor.confirmatory.results.sums import SumParts, influence_matrix, sum_parts
from intimacy_scales.factor.reading import of_rows
from intimacy_scales.factor.sample import Floats
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import sum_by_cluster
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import Missing, keyed_moments
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.bootstrap import members_of, refitted
from intimacy_scales.reliability.consistency.estimand import (
    NEED_ANSWERS,
    Estimand,
    IntervalChoice,
    Part,
    Resamples,
    Units,
    check_choice,
    interval_of,
)
from intimacy_scales.reliability.consistency.influence import influences
from intimacy_scales.reliability.consistency.intervals import logit, symmetric, too_wide_because
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.not_kept import stored

if TYPE_CHECKING:
    from intimacy_scales.reliability.consistency.omega import McDonaldOmega

OmegaFigure = Literal["total", "hierarchical"]
OmegaInterval = Literal["logit", "delta", "adf", "bootstrap", "bca"]
METHODS: tuple[str, ...] = get_args(OmegaInterval)
_STEPS = 50  # of the search in a resample, which starts near its maximum


def _general_position(omega: McDonaldOmega) -> int:
    """Return the position of the general factor among the latent variables."""
    assert omega.solution is not None
    return omega.solution.table.model.latent.index("general")


def _parts(
    solution: Solution, weights: Floats, figure: OmegaFigure, general_position: int | None
) -> tuple[SumParts, float]:
    """Return the parts of the variance of the score, and the part that the figure is the share of."""
    parts = sum_parts(solution, weights, general_position)
    return parts, parts.common if figure == "total" else parts.general


def _slope(omega: McDonaldOmega, figure: OmegaFigure) -> Floats:
    """Return the derivative of omega with respect to the free parameters, for a fixed observed variance.

    With ``omega = explained / implied`` and ``implied = common + unique``, it is
    ``(explained' - omega implied') / implied``; over the observed variance, ``explained' / observed``.
    """
    assert omega.solution is not None
    assert omega.weights is not None
    position = _general_position(omega) if figure == "hierarchical" else None
    parts, explained = _parts(omega.solution, omega.weights, figure, position)
    explained_slope = parts.common_slope if figure == "total" else parts.general_slope
    share = estimate_of(omega, figure)
    if omega.denominator == "observed":
        return explained_slope / (explained / share)
    numerator: Floats = explained_slope - share * (parts.common_slope + parts.unique_slope)
    return numerator / (parts.common + parts.unique)


def estimate_of(omega: McDonaldOmega, of: OmegaFigure) -> float:
    """Return the estimate of the figure."""
    return omega.estimate if of == "total" else omega.hierarchical


def _gradient(omega: McDonaldOmega, figure: OmegaFigure, *, exact: bool) -> Floats:
    """Return the derivative with respect to the observed covariances (p, p).

    With `exact`, it holds for a model that does not fit, too.
    """
    assert omega.solution is not None
    assert omega.weights is not None
    gradient = influence_matrix(omega.solution, _slope(omega, figure), observed=exact)
    if omega.denominator == "model":
        return gradient
    observed = float(omega.weights @ omega.solution.saturated[0].covariances @ omega.weights)
    direct: Floats = estimate_of(omega, figure) / observed * np.outer(omega.weights, omega.weights)
    return gradient - direct


def omega_variance(omega: McDonaldOmega, of: OmegaFigure = "total") -> float:
    """Return the normal-theory sampling variance of omega; nan where it has none.

    Over the model-implied variance, omega is a function g of the estimates, with the variance ``g' Cov g``.
    Over the observed variance, it is ``2 tr(G Sigma G Sigma) / n`` with G the derivative with respect to the
    covariances.
    """
    solution = omega.solution
    if solution is None:
        return math.nan
    from_document: float | None = stored(solution, "standard_error")
    if from_document is not None and of == "total":
        return from_document**2
    if omega.denominator == "model":
        slope = _slope(omega, of)
        return float(slope @ solution.covariance @ slope)
    if omega.missing == "fiml":
        return math.nan
    product = _gradient(omega, of, exact=False) @ solution.at.bases[0].covariances
    return 2 * float(np.sum(product * product.T)) / omega.n


def omega_interval(omega: McDonaldOmega, of: OmegaFigure, choice: IntervalChoice) -> Interval:
    """Return an interval of omega; see `McDonaldOmega.confidence_interval`."""
    _check(omega, of, choice)
    level, method = choice.confidence_level, choice.method
    in_document: Interval | None = stored(omega.answers, "interval")
    if (
        in_document is not None
        and of == "total"
        and (in_document.confidence_level, in_document.method) == (level, method)
    ):
        return in_document  # computed again from the standard error, its last digit might differ
    if omega.reason is not None:
        return undefined_interval(level, method, omega.n, omega.reason)
    if method in NEED_ANSWERS:
        return interval_of(_Omega(omega, of), choice)
    variance = omega_variance(omega, of)
    if math.isnan(variance):
        reason = "with FIML there is no closed form over the observed variance; use method='bootstrap'"
        return undefined_interval(level, method, omega.n, reason)
    ends = _closed_form(estimate_of(omega, of), variance, level, method)
    if isinstance(ends, str):
        return undefined_interval(level, method, omega.n, ends)
    return Interval(low=ends[0], high=ends[1], confidence_level=level, method=method, n=omega.n, bounded=True)


def _closed_form(estimate: float, variance: float, level: float, method: str) -> tuple[float, float] | str:
    """Return the ends, or why omega has no such interval and which method to use instead."""
    standard_error = math.sqrt(variance)
    too_wide = too_wide_because(standard_error)
    if method == "logit":
        ends = logit(estimate, standard_error, level)
        other = "delta" if too_wide is None else "bootstrap"
        return f"{ends}; use method={other!r}" if isinstance(ends, str) else ends
    if too_wide is not None:
        return f"{too_wide}; use method='bootstrap'"
    return symmetric(estimate, variance, level)


def _check(omega: McDonaldOmega, figure: OmegaFigure, choice: IntervalChoice) -> None:
    """Raise where the options are not valid, or not for this model or rule for missing answers."""
    if figure not in get_args(OmegaFigure):
        raise EstimationError(not_one_of("of", figure, get_args(OmegaFigure)))
    if figure == "hierarchical" and omega.model not in ("second_order", "bifactor"):
        raise EstimationError(
            f"of='hierarchical': model={omega.model!r} has no general factor; use model='second_order' or "
            "'bifactor', or hierarchical_omega()"
        )
    check_choice(choice, METHODS, omega.answers, "mcdonald_omega", defined=omega.reason is None)
    if choice.method in ("adf", "bca") and omega.missing == "fiml":
        raise EstimationError(
            f"method={choice.method!r} is not available with FIML; use 'logit' or 'bootstrap'"
        )


class _Omega(Estimand):
    """Omega for an interval: a function of the model's estimates, which are functions of the covariances."""

    is_share = True

    def __init__(self, omega: McDonaldOmega, figure: OmegaFigure) -> None:
        assert isinstance(omega.answers, CodedResponses | ItemMoments)
        missing: Missing = "listwise" if omega.missing == "listwise" else "pairwise"
        moments = keyed_moments(omega.answers, omega.scale, missing, pair_sds=False)
        part = Part(answers=omega.answers, moments=moments)
        super().__init__("omega", None, [part], estimate_of(omega, figure), omega.n)
        self.omega, self.which = omega, figure
        self.failing = "the model could not be fitted to"
        self.instead = "" if omega.missing == "fiml" else "; use method='adf'"

    def gradients(self) -> tuple[Floats, ...]:
        """Return the derivative, in the order of the scale's items."""
        assert self.omega.sample is not None
        order = [self.omega.sample.names.index(item) for item in self.parts[0].moments.items]
        return (_gradient(self.omega, self.which, exact=True)[np.ix_(order, order)],)

    def resamples(self, units: Units) -> Resamples:
        """Return the resampling of omega."""
        assert not isinstance(units, ClusterSums)
        return _OmegaResamples(self, units)


class _OmegaResamples:
    """Omega of resamples, with the model fitted to each."""

    def __init__(self, estimand: _Omega, groups: NDArray[np.intp] | None) -> None:
        self.estimand, self.groups = estimand, groups
        omega = estimand.omega
        assert isinstance(omega.answers, CodedResponses)
        assert omega.sample is not None
        self.answers, self.names = omega.answers, omega.sample.names
        self.members = members_of(omega.answers, self.names, omega.missing, groups)

    def __len__(self) -> int:
        return len(self.members)

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return omega of each resample."""
        omega, figure = self.estimand.omega, self.estimand.which
        return refitted(
            self.answers,
            omega.scale,
            self.names,
            self.members,
            lambda rows: _refit(omega, figure, rows),
            n_resamples,
            rng,
            "omega",
        )

    def jackknifed(self) -> Floats:
        """Return minus the influence of each unit, which increases linearly with omega without the unit."""
        (part,) = self.estimand.parts
        assert isinstance(part.answers, CodedResponses)
        values, used = influences(part.answers, part.moments, self.estimand.gradients()[0])
        if self.groups is None:
            return -values[used]
        return -sum_by_cluster(values[used, None], self.groups[used])[:, 0]

    def whole(self) -> float:
        """Return omega of all units."""
        return self.estimand.estimate


def _refit(omega: McDonaldOmega, figure: OmegaFigure, rows: Floats) -> float:
    """Return the figure of the model fitted to keyed answers (n, k); nan where it cannot be fitted."""
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
    parts, explained = _parts(
        solution, omega.weights, figure, None if figure == "total" else _general_position(omega)
    )
    if omega.denominator == "model":
        return explained / (parts.common + parts.unique)
    return explained / float(omega.weights @ solution.saturated[0].covariances @ omega.weights)
