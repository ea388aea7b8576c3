"""Intervals of any coefficient, in one place: ``delta``, ``adf``, ``bootstrap`` and ``bca``.

A coefficient says what it is a figure of (`Estimand`), and has them all. ``delta`` takes the derivatives of
the figure, and how covariances of normal answers vary; ``adf`` the derivatives and each person's answers; the
bootstraps the figure itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
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
    failed_because,
    percentile_interval,
)
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.bootstrap import CovarianceTerms
from intimacy_scales.reliability.consistency.figures import Figure
from intimacy_scales.reliability.consistency.influence import distribution_free_variance, influences
from intimacy_scales.reliability.consistency.intervals import symmetric, too_wide_because
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import without_answers
from intimacy_scales.results.wording import counted

CoefficientInterval = Literal["delta", "adf", "bootstrap", "bca"]
NEED_ANSWERS = ("adf", "bootstrap", "bca", "basic")
RESAMPLING = ("bootstrap", "bca", "basic")
FEWEST_PERSONS = 3
_ROUNDING = 1e-12

Units = NDArray[np.intp] | ClusterSums | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalChoice:
    """Which interval is wanted: the options of every `confidence_interval`."""

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
    """What the bootstraps need: the figure of resamples, and of all but one unit."""

    def __len__(self) -> int:
        """Return how many units are drawn from: persons, or clusters."""

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the figure of each of many resamples."""

    def jackknifed(self) -> Floats:
        """Return the figure without each unit in turn, or something that goes up and down with it."""

    def whole(self) -> float:
        """Return the figure of all."""


class Estimand:
    """What an interval is of: a figure of the covariances of one scale, or of several.

    Parameters
    ----------
    name
        What the figure is called in messages, such as ``lambda-2``.
    figure
        Its value and its derivatives; None of what has ways of its own for both.
    parts
        The scales, in the order in which the figure takes them; answers of the same persons, row by row.
    estimate
        The value.
    n
        Persons that it counts on.
    """

    instead = ""  # what to do where too many resamples fail
    is_share = False  # whether nothing but a number from 0 to 1 can be estimated

    def __init__(
        self, name: str, figure: Figure | None, parts: Sequence[Part], estimate: float, n: int
    ) -> None:
        self.name, self.figure, self.parts = name, figure, tuple(parts)
        self.estimate, self.n = estimate, n
        self.failing = f"{name} is not defined in"

    def gradients(self) -> tuple[Floats, ...]:
        """Return the derivatives by the covariances of each scale."""
        assert self.figure is not None
        return self.figure.gradient(*(part.moments.covariances for part in self.parts))

    def normal_variance(self) -> float:
        """Return the variance for normal answers: ``2 tr(G Sigma G Sigma) / n``.

        Of several scales a and b the sum of ``2 tr(G_a Sigma_ab G_b Sigma_ba) n_ab / (n_a n_b)``, of which
        covariances between scales and the persons n_ab who answered both are a part.
        """
        variance, gradients = 0.0, self.gradients()
        for a, (one, first) in enumerate(zip(self.parts, gradients, strict=True)):
            for b, (other, second) in enumerate(zip(self.parts, gradients, strict=True)):
                if b > a:
                    continue
                sigma, n = covariances_between(one, other)
                trace = float(np.sum((first @ sigma) * (second @ sigma.T).T))
                times = 2 if a == b else 4
                variance += times * trace * n / (one.moments.n * other.moments.n)
        return variance

    def units(self, clusters: Clusters | ClusterSums) -> Units:
        """Return what persons are added up by."""
        return units_of(self.parts[0].answers, clusters)

    def free_variance(self, units: Units) -> tuple[float, int]:
        """Return the variance for any distribution of answers, and on how many units it counts."""
        gradients = self.gradients()
        if len(self.parts) == 1:
            only = self.parts[0]
            assert isinstance(only.answers, CodedResponses | ItemMoments)
            return distribution_free_variance(only.answers, only.moments, gradients[0], units)
        positions = self._positions(units)
        moved, used = unit_influences(self.parts, gradients, positions)
        n = self.n if units is None else int(np.count_nonzero(used))
        return (float(np.sum(moved**2)) * n / (n - 1) if n > 1 else math.nan), n

    def resamples(self, units: Units) -> Resamples:
        """Return what is drawn from."""
        assert self.figure is not None
        scales = [counted_steps(part) for part in self.parts]
        return CovarianceTerms(self.figure, scales, self._positions(units), self.name)

    def _positions(self, units: Units) -> list[NDArray[np.intp]]:
        """Return the unit of each row, by scale."""
        if isinstance(units, ClusterSums):
            raise EstimationError(
                "clusters: sums over clusters are of one scale each, and this coefficient is of several; "
                "encode() the table, and compute the coefficient of that"
            )
        rows = np.arange(len(self.parts[0].answers)) if units is None else units
        return [rows] * len(self.parts)


def counted_steps(part: Part) -> tuple[Floats, NDArray[np.bool_]]:
    """Return keyed answers of all persons, and which of them count: with listwise deletion whole rows."""
    assert isinstance(part.answers, CodedResponses)
    steps, there = keyed_steps(part.answers, part.moments.scale)
    if part.moments.missing == "listwise":
        there = there & there.all(axis=1, keepdims=True)
        steps = steps * there
    return steps, there


def unit_influences(
    parts: Sequence[Part], gradients: Sequence[Floats], positions: Sequence[NDArray[np.intp]]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return how much each unit moves a figure of several scales, and whether any answer of it counts."""
    n_units = 1 + max(int(numbers.max(initial=-1)) for numbers in positions)
    moved, used = np.zeros(n_units), np.zeros(n_units, dtype=np.bool_)
    for part, gradient, numbers in zip(parts, gradients, positions, strict=True):
        assert isinstance(part.answers, CodedResponses)
        values, counts = influences(part.answers, part.moments, gradient)
        size = float(part.moments.counts.max())
        moved += np.bincount(numbers, weights=values / size, minlength=n_units)
        used[numbers[counts]] = True
    return moved, used


def covariances_between(one: Part, other: Part) -> tuple[Floats, float]:
    """Return the covariances of the keyed items of two scales (k, l), and on how many persons they rest.

    Of all who answered both items; with listwise deletion of those who answered both scales.
    """
    if one.answers is other.answers and one.moments.scale == other.moments.scale:
        return one.moments.covariances, float(one.moments.n)
    if isinstance(one.answers, ItemMoments):
        return _of_sums(one, other)
    (x, a), (y, b) = _centred(one), _centred(other)
    n = a.T @ b
    found: Floats = (x.T @ y - (x.T @ b) * (a.T @ y) / n) / (n - 1)
    return found, _harmonic(n)


def _centred(part: Part) -> tuple[Floats, Floats]:
    """Return keyed answers around their means, 0 where none counts, and 1 where one does."""
    assert isinstance(part.answers, CodedResponses)
    values, complete = keyed_answers(part.answers, part.moments.scale)
    there = ~np.isnan(values)
    if part.moments.missing == "listwise":
        there &= complete[:, None]
    around = np.where(there, values - part.moments.means, 0.0)
    return around, there.astype(np.float64)


def _of_sums(one: Part, other: Part) -> tuple[Floats, float]:
    """Return covariances from sums over all who answered both items."""
    assert isinstance(one.answers, ItemMoments)
    rows, columns = (items_of(part.answers, part.moments.scale)[1] for part in (one, other))
    sums = one.answers.pairs
    at = np.ix_(rows.columns, columns.columns)
    n = sums.counts[at].astype(np.float64)
    if one.moments.missing == "listwise" and n.min() < len(one.answers):
        raise EstimationError(
            "with missing='listwise' it needs each person's answers where some are missing: sums do not tell "
            "who answered both scales; use missing='pairwise', or pass encode(instrument, table)"
        )
    s, t, p = (matrix.astype(np.float64) for matrix in (sums.sums[at], sums.sums.T[at], sums.products[at]))
    signs = [np.where(items.reverse, -items.steps, items.steps) for items in (rows, columns)]
    found: Floats = (p - s * t / n) / (n - 1) * np.outer(*signs)
    return found, _harmonic(n)


def _harmonic(counts: Floats) -> float:
    return float(counts.size / np.sum(1 / counts))


def check_choice(
    choice: IntervalChoice, methods: Collection[str], answers: Any, function: str, *, defined: bool = True
) -> None:
    """Raise where an interval cannot be made of these answers, whatever they are.

    Parameters
    ----------
    choice
        What is wanted.
    methods
        The intervals that the coefficient has.
    answers
        What it was computed from.
    function
        What it was computed by, for advice.
    defined
        Whether the coefficient is; of one that is not, nobody needs the answers.
    """
    check_level(choice.confidence_level)
    method, clusters = choice.method, choice.clusters
    if method not in methods:
        raise EstimationError(f"method={method!r}: there are {', '.join(methods)}")
    if clusters is not None and method not in NEED_ANSWERS:
        able = [f"{name!r}" for name in NEED_ANSWERS if name in methods]
        raise EstimationError(
            f"method={method!r} takes every person as independent; with clusters use "
            f"{', '.join(able[:-1])} or {able[-1]}"
        )
    if clusters is not None and check_cluster_sums(clusters, method, answers):
        return
    if method in NEED_ANSWERS and defined and not isinstance(answers, CodedResponses):
        raise without_answers(answers, f"method={method!r}", function)
    if method in RESAMPLING:
        check_resamples(choice.n_resamples)


def interval_of(of: Estimand, choice: IntervalChoice, *, warnings: tuple[str, ...] = ()) -> Interval:
    """Return an interval of a coefficient that is defined.

    Parameters
    ----------
    of
        The coefficient.
    choice
        Which interval; its options were checked.
    warnings
        What to know of an interval for normal answers.
    """
    level, method = choice.confidence_level, choice.method
    if of.n < FEWEST_PERSONS:
        return _too_few(choice, of.n, "person")
    if method == "delta":
        return _for_normal_answers(of, choice, warnings)
    units = of.units(choice.clusters)
    unit = "person" if units is None else "cluster"
    if method == "adf":
        variance, n = of.free_variance(units)
        if n < FEWEST_PERSONS:
            return _too_few(choice, n, unit)
        return _symmetric(of, choice, variance, n, None if units is None else n - 1)
    terms = of.resamples(units)
    if len(terms) < FEWEST_PERSONS:
        return _too_few(choice, len(terms), unit)
    return _resampled(of, terms, unit, level, choice)


def _too_few(choice: IntervalChoice, n: int, unit: str) -> Interval:
    few = f"too few: {counted(n, unit)}, three are needed"
    return undefined_interval(choice.confidence_level, choice.method, n, few)


def _for_normal_answers(of: Estimand, choice: IntervalChoice, warnings: tuple[str, ...]) -> Interval:
    try:
        variance = of.normal_variance()
    except EstimationError as error:  # sums do not tell it
        return undefined_interval(choice.confidence_level, choice.method, of.n, str(error))
    made = _symmetric(of, choice, variance, of.n, None)
    return made if made.reason else replace(made, warnings=warnings)


def _symmetric(of: Estimand, choice: IntervalChoice, variance: float, n: int, df: int | None) -> Interval:
    """Return ``estimate ± z SE``, by t with df; or why there is none."""
    level, method = choice.confidence_level, choice.method
    reason = None
    if not math.isfinite(variance) or variance < -_ROUNDING:
        reason = "its variance is negative: these pairwise covariances belong to no population"
    elif of.is_share and (too_wide := too_wide_because(math.sqrt(max(variance, 0.0)))) is not None:
        reason = f"{too_wide}; use method='bootstrap'"
    if reason is not None:
        return undefined_interval(level, method, n, reason)
    low, high = symmetric(of.estimate, variance, level, df=df)
    return Interval(low=low, high=high, confidence_level=level, method=method, n=n)


def _resampled(of: Estimand, terms: Resamples, unit: str, level: float, choice: IntervalChoice) -> Interval:
    """Return an interval from resamples of persons, or of clusters."""
    method, n = choice.method, len(terms)
    drawn = terms.resampled(choice.n_resamples, generator(choice.rng))
    failed, too_many = failed_because(drawn, of.failing)
    if too_many:
        return undefined_interval(level, method, n, f"{failed}, more than 5 %{of.instead}")
    drawn = drawn[~np.isnan(drawn)]
    if method == "bootstrap":
        low, high = percentile_interval(drawn, level)
    elif method == "basic":
        low, high = basic_interval(drawn, terms.whole(), level)
    else:
        low, high = bca_interval(drawn, terms.jackknifed(), terms.whole(), level)
    if math.isnan(low):
        reason = (
            "its bias or acceleration is not defined: all resamples lie on one side of the estimate, or "
            f"{of.name} is not defined without some {unit}"
        )
        return undefined_interval(level, method, n, reason)
    return Interval(
        low=low,
        high=high,
        confidence_level=level,
        method=method,
        n=n,
        n_failed=choice.n_resamples - len(drawn),
        warnings=(f"{failed}; they are left out",) if failed else (),
    )
