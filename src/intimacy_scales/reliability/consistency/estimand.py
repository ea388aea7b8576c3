"""Intervals of any coefficient: ``delta``, ``adf``, ``bootstrap`` and ``bca``.

An `Estimand` describes a coefficient as a function of covariances, which is enough for all of these.
``delta`` uses the derivatives of the function and the normal-theory variances of covariances; ``adf`` the
derivatives and each person's answers; the bootstraps the function itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answer_values import keyed_answers, keyed_steps
from intimacy_scales.moments.answers import Answers
from intimacy_scales.moments.cluster_sums import ClusterSums, check_cluster_sums, units_of
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import Floats, KeyedMoments, items_of
from intimacy_scales.numerics.resampling import (
    basic_interval,
    bca_interval,
    check_resamples,
    percentile_interval,
)
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.bootstrap import CovarianceTerms
from intimacy_scales.reliability.consistency.figures import Figure
from intimacy_scales.reliability.consistency.influence import distribution_free_variance, influences
from intimacy_scales.reliability.consistency.intervals import symmetric, too_wide_because
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import without_answers
from intimacy_scales.results.resampled_interval import interval_of_resamples

CoefficientInterval = Literal["delta", "adf", "bootstrap", "bca"]
NEED_ANSWERS = ("adf", "bootstrap", "bca", "basic")
RESAMPLING = ("bootstrap", "bca", "basic")
FEWEST_PERSONS = 3  # or clusters, for an interval

Units = NDArray[np.intp] | ClusterSums | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalChoice:
    """The options of every `confidence_interval`."""

    confidence_level: float
    method: str
    n_resamples: int
    rng: int | np.random.Generator | None
    clusters: Clusters | ClusterSums = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Answers to the items of one scale, and their covariances."""

    answers: Answers
    moments: KeyedMoments


class Resamples(Protocol):
    """Estimates that the bootstraps need: of resamples, and without each unit in turn."""

    def __len__(self) -> int:
        """Return the number of units: persons, or clusters."""

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the estimate of each resample."""

    def jackknifed(self) -> Floats:
        """Return the estimate without each unit in turn, or an increasing linear function of it."""

    def whole(self) -> float:
        """Return the estimate of all units."""


class Estimand:
    """A coefficient with an interval: a function of the covariances of one scale, or of several.

    Parameters
    ----------
    name
        Name of the coefficient in messages, such as ``lambda-2``.
    figure
        Its value and its derivatives; None where a subclass computes both.
    parts
        The scales, in the order of the arguments of `figure`; row by row, answers of the same persons.
    estimate
        Its value.
    n
        Number of persons that it is based on.
    """

    instead = ""  # advice where too many resamples fail
    is_share = False  # whether it is a share, between 0 and 1

    def __init__(
        self, name: str, figure: Figure | None, parts: Sequence[Part], estimate: float, n: int
    ) -> None:
        self.name, self.figure, self.parts = name, figure, tuple(parts)
        self.estimate, self.n = estimate, n
        self.failing = f"{name} is not defined in"

    def gradients(self) -> tuple[Floats, ...]:
        """Return the derivatives with respect to the covariances of each scale."""
        assert self.figure is not None
        return self.figure.gradient(*(part.moments.covariances for part in self.parts))

    def normal_variance(self) -> float:
        """Return the normal-theory variance: ``2 tr(G Sigma G Sigma) / n``.

        With several scales, it is the sum over all pairs of scales a and b of ``2 tr(G_a Sigma_ab G_b
        Sigma_ba) n_ab / (n_a n_b)``, with the covariances Sigma_ab between their items and the number n_ab of
        persons who answered both.
        """
        variance, gradients = 0.0, self.gradients()
        for a, (part_a, gradient_a) in enumerate(zip(self.parts, gradients, strict=True)):
            for b, (part_b, gradient_b) in enumerate(zip(self.parts, gradients, strict=True)):
                if b > a:
                    continue
                sigma, n = covariances_between(part_a, part_b)
                trace = float(np.sum((gradient_a @ sigma) * (gradient_b @ sigma.T).T))
                factor = 2 if a == b else 4
                variance += factor * trace * n / (part_a.moments.n * part_b.moments.n)
        return variance

    def units(self, clusters: Clusters | ClusterSums) -> Units:
        """Return the unit of each person, sums over clusters, or None where persons are the units."""
        return units_of(self.parts[0].answers, clusters)

    def free_variance(self, units: Units) -> tuple[float, int]:
        """Return the variance for any distribution of answers, and the number of units it is based on."""
        gradients = self.gradients()
        if len(self.parts) == 1:
            only = self.parts[0]
            assert isinstance(only.answers, CodedResponses | ItemMoments)
            return distribution_free_variance(only.answers, only.moments, gradients[0], units)
        positions = self._positions(units)
        unit_influence, used = unit_influences(self.parts, gradients, positions)
        n = self.n if units is None else int(np.count_nonzero(used))
        return (float(np.sum(unit_influence**2)) * n / (n - 1) if n > 1 else math.nan), n

    def resamples(self, units: Units) -> Resamples:
        """Return the resampling of the coefficient."""
        assert self.figure is not None
        scales = [counted_steps(part) for part in self.parts]
        return CovarianceTerms(self.figure, scales, self._positions(units), self.name)

    def _positions(self, units: Units) -> list[NDArray[np.intp]]:
        """Return the unit of each row, by scale."""
        if isinstance(units, ClusterSums):
            raise EstimationError(
                "clusters: sums over clusters are of one scale each, and this coefficient is of several; "
                "compute it from encode(instrument, table)"
            )
        rows = np.arange(len(self.parts[0].answers)) if units is None else units
        return [rows] * len(self.parts)


def counted_steps(part: Part) -> tuple[Floats, NDArray[np.bool_]]:
    """Return keyed answers of all persons, and which count: with listwise deletion, only complete rows do."""
    assert isinstance(part.answers, CodedResponses)
    steps, counts = keyed_steps(part.answers, part.moments.scale)
    if part.moments.missing == "listwise":
        counts = counts & counts.all(axis=1, keepdims=True)
        steps = steps * counts
    return steps, counts


def unit_influences(
    parts: Sequence[Part], gradients: Sequence[Floats], positions: Sequence[NDArray[np.intp]]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the influence of each unit on a figure of several scales, and whether it has answers."""
    n_units = 1 + max(int(units.max(initial=-1)) for units in positions)
    unit_influence, used = np.zeros(n_units), np.zeros(n_units, dtype=np.bool_)
    for part, gradient, units in zip(parts, gradients, positions, strict=True):
        assert isinstance(part.answers, CodedResponses)
        values, counts = influences(part.answers, part.moments, gradient)
        size = float(part.moments.counts.max())
        unit_influence += np.bincount(units, weights=values / size, minlength=n_units)
        used[units[counts]] = True
    return unit_influence, used


def covariances_between(first: Part, second: Part) -> tuple[Floats, float]:
    """Return the covariances of the keyed items of two scales (k, l), and their number of persons.

    They are over all who answered both items; with listwise deletion, over those who answered both scales.
    """
    if first.answers is second.answers and first.moments.scale == second.moments.scale:
        return first.moments.covariances, float(first.moments.n)
    if isinstance(first.answers, ItemMoments):
        return _of_sums(first, second)
    (x, a), (y, b) = _centred(first), _centred(second)
    n = a.T @ b
    covariances: Floats = (x.T @ y - (x.T @ b) * (a.T @ y) / n) / (n - 1)
    return covariances, _harmonic_mean(n)


def _centred(part: Part) -> tuple[Floats, Floats]:
    """Return centred keyed answers, 0 where none counts, and an indicator of those that count."""
    assert isinstance(part.answers, CodedResponses)
    values, complete = keyed_answers(part.answers, part.moments.scale)
    counts = ~np.isnan(values)
    if part.moments.missing == "listwise":
        counts &= complete[:, None]
    centred = np.where(counts, values - part.moments.means, 0.0)
    return centred, counts.astype(np.float64)


def _of_sums(first: Part, second: Part) -> tuple[Floats, float]:
    """Return the covariances between two scales from sums over all who answered both items."""
    assert isinstance(first.answers, ItemMoments)
    rows, columns = (items_of(part.answers, part.moments.scale)[1] for part in (first, second))
    sums = first.answers.pairs
    pairs = np.ix_(rows.columns, columns.columns)
    n = sums.counts[pairs].astype(np.float64)
    if first.moments.missing == "listwise" and n.min() < len(first.answers):
        raise EstimationError(
            "with missing='listwise' and missing answers, it needs each person's answers: sums do not show "
            "who answered both scales; use missing='pairwise', or pass encode(instrument, table)"
        )
    s, t, p = (
        matrix.astype(np.float64) for matrix in (sums.sums[pairs], sums.sums.T[pairs], sums.products[pairs])
    )
    signs = [np.where(items.reverse, -items.steps, items.steps) for items in (rows, columns)]
    covariances: Floats = (p - s * t / n) / (n - 1) * np.outer(*signs)
    return covariances, _harmonic_mean(n)


def _harmonic_mean(counts: Floats) -> float:
    return float(counts.size / np.sum(1 / counts))


def check_choice(
    choice: IntervalChoice, methods: Collection[str], answers: Any, function: str, *, defined: bool = True
) -> None:
    """Raise where the options are not valid, or the answers are not enough for the interval.

    Parameters
    ----------
    choice
        Options of the interval.
    methods
        Methods that the coefficient has.
    answers
        Answers or moments from which it was computed.
    function
        Name of the function that computed it, for advice.
    defined
        Whether the coefficient is defined; if not, the answers are not needed.
    """
    check_level(choice.confidence_level)
    method, clusters = choice.method, choice.clusters
    if method not in methods:
        raise EstimationError(not_one_of("method", method, tuple(methods)))
    if clusters is not None and method not in NEED_ANSWERS:
        able = [f"{name!r}" for name in NEED_ANSWERS if name in methods]
        raise EstimationError(
            f"method={method!r} assumes that persons are independent; with clusters use "
            f"{', '.join(able[:-1])} or {able[-1]}"
        )
    if clusters is not None and check_cluster_sums(clusters, method, answers):
        return
    if method in NEED_ANSWERS and defined and not isinstance(answers, CodedResponses):
        raise without_answers(answers, f"method={method!r}", function)
    if method in RESAMPLING:
        check_resamples(choice.n_resamples)


def interval_of(estimand: Estimand, choice: IntervalChoice, *, warnings: tuple[str, ...] = ()) -> Interval:
    """Return an interval of a coefficient that is defined.

    Parameters
    ----------
    estimand
        The coefficient.
    choice
        Options of the interval, already checked.
    warnings
        Warnings for an interval that assumes normality.
    """
    method = choice.method
    if estimand.n < FEWEST_PERSONS:
        return _too_few(choice, estimand.n, "person")
    if method == "delta":
        return _normal_theory(estimand, choice, warnings)
    units = estimand.units(choice.clusters)
    unit = "person" if units is None else "cluster"
    if method == "adf":
        variance, n = estimand.free_variance(units)
        if n < FEWEST_PERSONS:
            return _too_few(choice, n, unit)
        return _symmetric(estimand, choice, variance, n, None if units is None else n - 1)
    terms = estimand.resamples(units)
    if len(terms) < FEWEST_PERSONS:
        return _too_few(choice, len(terms), unit)
    return resampled_interval(
        terms, choice, name=estimand.name, unit=unit, failing=estimand.failing, instead=estimand.instead
    )


def _too_few(choice: IntervalChoice, n: int, unit: str) -> Interval:
    reason = f"an interval needs at least three {unit}s; there {'is' if n == 1 else 'are'} {n}"
    return undefined_interval(choice.confidence_level, choice.method, n, reason)


def _normal_theory(estimand: Estimand, choice: IntervalChoice, warnings: tuple[str, ...]) -> Interval:
    try:
        variance = estimand.normal_variance()
    except EstimationError as error:  # sums are not enough
        return undefined_interval(choice.confidence_level, choice.method, estimand.n, str(error))
    interval = _symmetric(estimand, choice, variance, estimand.n, None)
    return interval if interval.reason else replace(interval, warnings=warnings)


def _symmetric(
    estimand: Estimand, choice: IntervalChoice, variance: float, n: int, df: int | None
) -> Interval:
    """Return ``estimate ± z SE``, with a quantile of t if `df` is given; or why there is no interval."""
    level, method = choice.confidence_level, choice.method
    reason = None
    if not math.isfinite(variance) or variance < -ROUNDING:
        reason = "its variance is negative: the pairwise covariances are not positive semidefinite"
    elif estimand.is_share and (too_wide := too_wide_because(math.sqrt(max(variance, 0.0)))) is not None:
        reason = f"{too_wide}; use method='bootstrap'"
    if reason is not None:
        return undefined_interval(level, method, n, reason)
    low, high = symmetric(estimand.estimate, variance, level, df=df)
    return Interval(low=low, high=high, confidence_level=level, method=method, n=n, bounded=True)


def resampled_interval(
    terms: Resamples,
    choice: IntervalChoice,
    *,
    name: str,
    unit: str,
    failing: str,
    instead: str = "",
    bounded: bool = True,
) -> Interval:
    """Return an interval from resamples of units: persons, clusters or couples.

    Parameters
    ----------
    terms
        Estimates of resamples.
    choice
        Options of the interval, already checked.
    name, unit
        Name of the coefficient, and what is drawn, in messages.
    failing
        Beginning of a message about resamples without an estimate.
    instead
        Advice where too many resamples have none.
    bounded
        Whether the coefficient cannot exceed 1, as of `Interval`.
    """
    level, method, n = choice.confidence_level, choice.method, len(terms)

    def ends(resampled: Floats, confidence_level: float) -> tuple[float, float]:
        if method == "bootstrap":
            return percentile_interval(resampled, confidence_level)
        if method == "basic":
            return basic_interval(resampled, terms.whole(), confidence_level)
        return bca_interval(resampled, terms.jackknifed(), terms.whole(), confidence_level)

    return interval_of_resamples(
        terms.resampled(choice.n_resamples, generator(choice.rng)),
        level,
        n=n,
        failing=failing,
        method=method,
        ends=ends,
        without_ends=(
            "its bias or acceleration is not defined: all resamples lie on one side of the estimate, or "
            f"{name} is not defined without some {unit}"
        ),
        instead=instead,
        bounded=bounded,
    )
