"""Coefficient alpha."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answer_values import keyed_steps
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums, check_cluster_sums, units_of
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import (
    Floats,
    KeyedMoments,
    Missing,
    Source,
    StandardDeviations,
    check_sds,
    keyed_moments,
)
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.bootstrap import (
    AlphaTerms,
    bca_interval,
    failed_because,
    percentile_interval,
)
from intimacy_scales.reliability.consistency.cautions import (
    above_one_because,
    cautions,
    negative_alpha,
)
from intimacy_scales.reliability.consistency.conditions import check_unweighted, undefined_because
from intimacy_scales.reliability.consistency.influence import alpha_gradient, distribution_free_variance
from intimacy_scales.reliability.consistency.intervals import bonett, duhachek_variance, feldt, symmetric
from intimacy_scales.reliability.consistency.shape import shape_of
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept, without_answers
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import counted

IntervalMethod = Literal["bonett", "bonett-wright", "feldt", "duhachek", "adf", "bootstrap", "bca"]
METHODS: tuple[str, ...] = get_args(IntervalMethod)
NEED_ANSWERS = ("adf", "bootstrap", "bca")
_TWO = 2
_THREE = 3
_FEWEST_RESAMPLES = 100
_ROUNDING = 1e-12


def alpha_of(covariances: Floats) -> float:
    """Return ``k / (k - 1) * (1 - trace / total)`` of a covariance or correlation matrix."""
    k = len(covariances)
    if k < _TWO:
        return math.nan
    total = float(covariances.sum())
    if not total > 0:
        return math.nan
    alpha = k / (k - 1) * (1 - float(np.trace(covariances)) / total)
    return 1.0 if 1 < alpha < 1 + _ROUNDING else alpha  # identical items


@result_class
class CronbachAlpha(Coefficient):
    """Coefficient alpha of a scale.

    Attributes
    ----------
    standardized
        Whether it is of correlations instead of covariances.
    moments
        What it was computed from.
    """

    title: ClassVar[str] = "Cronbach's alpha"

    standardized: bool = False
    moments: KeyedMoments = field(repr=False, compare=False)
    answers: Answers = field(repr=False, compare=False)

    @property
    def standard_error(self) -> float:
        """Standard error for normal answers: ``sqrt(Q / n)`` (Duhachek & Iacobucci, 2004).

        nan where alpha is not defined, or the pairwise covariances belong to no population.
        """
        if self.reason or self.standardized or self.n < _TWO:
            return math.nan
        return math.sqrt(duhachek_variance(self.moments.covariances) / self.n)

    def _extra(self) -> dict[str, Any]:
        return {"standardized": self.standardized, "interval": self.confidence_interval().to_dict()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("moments", "answers"), coefficient=str, interval=Interval)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CronbachAlpha:
        behind = NotKept(cls.__name__, "the answers behind them", AGAIN_COEFFICIENT, {})
        return made_of(cls, values, moments=behind, answers=behind)

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: IntervalMethod = "bonett",
        *,
        n: int | None = None,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters | ClusterSums = None,
    ) -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``bonett`` (2002) and ``bonett-wright`` (2015, corrected for n): from ln(1 - alpha).
            ``feldt`` (1965): F quantiles. ``duhachek`` (2004): symmetric, normal answers. ``adf``
            (after Maydeu-Olivares et al., 2007): symmetric, any distribution; with pairwise deletion
            answers must be missing completely at random. ``bootstrap``: percentiles; ``bca``:
            bias-corrected and accelerated (Efron, 1987). Which one to take:
            docs/explanation/alpha-intervals.md.
        n
            Persons that a closed form counts on. By default the harmonic mean of the persons behind
            each covariance, which is all complete persons where nothing is missing.
        n_resamples, rng
            Of the bootstrap: how many, and a seed or Generator. By default other resamples at each call:
            pass a seed for what is to be shown again.
        clusters
            Who answered together, such as couples: a column of the table that was checked, or one
            label for each person. With ``adf`` influences are added up within clusters (a sandwich
            variance, and t with one degree of freedom less than clusters); the bootstrap draws
            whole clusters. The others assume independent persons, and refuse. Below some 30
            clusters, intervals are too narrow. Of moments, with ``adf``, the `ClusterSums` that they
            belong to.

        Returns
        -------
        Interval
            With the reason in place of ends where it is not defined.

        Raises
        ------
        EstimationError
            No such method; clusters with a method that cannot use them; ``adf`` and the bootstrap
            without the answers.
        """
        check_level(confidence_level)
        self._check(method, clusters, n_resamples, n)
        used = self.n if n is None else n
        reason = self.reason or self._no_interval(method, used)
        if reason:
            return undefined_interval(confidence_level, method, used, reason)
        if method in NEED_ANSWERS:
            return self._from_answers(confidence_level, method, n_resamples, rng, clusters)
        low, high = self._closed_form(method, used, confidence_level)
        return Interval(low=low, high=high, confidence_level=confidence_level, method=method, n=used)

    def _check(self, method: str, clusters: Clusters | ClusterSums, n_resamples: int, n: int | None) -> None:
        if method not in METHODS:
            raise EstimationError(f"method={method!r}: there are {', '.join(METHODS)}")
        if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 1):
            raise EstimationError(f"n={n!r}: a whole number of persons")
        if n is not None and method in NEED_ANSWERS:
            raise EstimationError(f"method={method!r} counts the persons itself; leave n out")
        if clusters is not None and method not in NEED_ANSWERS:
            raise EstimationError(
                f"method={method!r} takes every person as independent; with clusters use 'adf', "
                "'bootstrap' or 'bca'"
            )
        if check_cluster_sums(clusters, method, self.answers):
            return
        if method in NEED_ANSWERS and not isinstance(self.answers, CodedResponses):
            raise without_answers(self.answers, f"method={method!r}", "cronbach_alpha")
        if method in ("bootstrap", "bca") and not (
            isinstance(n_resamples, int) and n_resamples >= _FEWEST_RESAMPLES
        ):
            raise EstimationError(
                f"n_resamples={n_resamples!r}: a whole number, at least {_FEWEST_RESAMPLES}"
            )

    def _no_interval(self, method: str, n: int) -> str | None:
        if self.standardized:
            return "intervals are of the raw coefficient; none is established for the standardized one"
        if n < _THREE:
            return f"an interval needs at least three persons; there {'is' if n == 1 else 'are'} {n}"
        if method == "duhachek" and math.isnan(self.standard_error):
            return "its variance is negative: these pairwise covariances belong to no population"
        return None

    def _closed_form(self, method: str, n: int, confidence_level: float) -> tuple[float, float]:
        alpha, k = self.estimate, self.n_items
        if method == "feldt":
            return feldt(alpha, n, k, confidence_level)
        if method == "duhachek":
            return symmetric(alpha, duhachek_variance(self.moments.covariances) / n, confidence_level)
        return bonett(alpha, n, k, confidence_level, corrected=method == "bonett-wright")

    def _from_answers(
        self,
        confidence_level: float,
        method: IntervalMethod,
        n_resamples: int,
        rng: int | np.random.Generator | None,
        clusters: Clusters | ClusterSums,
    ) -> Interval:
        groups = units_of(self.answers, clusters)
        unit = "person" if groups is None else "cluster"
        if method == "adf":
            gradient = alpha_gradient(self.moments.covariances)
            variance, n = distribution_free_variance(self.answers, self.moments, gradient, groups)
            if n < _THREE:
                few = f"too few: {counted(n, unit)}, three are needed"
                return undefined_interval(confidence_level, method, n, few)
            df = None if groups is None else n - 1
            low, high = symmetric(self.estimate, variance, confidence_level, df=df)
            return Interval(low=low, high=high, confidence_level=confidence_level, method=method, n=n)
        assert isinstance(self.answers, CodedResponses)
        assert not isinstance(groups, ClusterSums)
        steps, there = keyed_steps(self.answers, self.scale)
        used = there.all(axis=1) if self.missing == "listwise" else there.any(axis=1)
        terms = AlphaTerms(steps[used], there[used], None if groups is None else _renumber(groups[used]))
        if len(terms) < _THREE:
            few = f"too few: {counted(len(terms), unit)}, three are needed"
            return undefined_interval(confidence_level, method, len(terms), few)
        drawn = terms.resampled(n_resamples, generator(rng))
        failed, too_many = failed_because(drawn, "alpha is not defined in")
        if too_many:
            reason = f"{failed}, more than 5 %"
            return undefined_interval(confidence_level, method, len(terms), reason)
        drawn = drawn[~np.isnan(drawn)]
        if method == "bootstrap":
            low, high = percentile_interval(drawn, confidence_level)
        else:
            low, high = bca_interval(drawn, terms.jackknifed(), terms.whole(), confidence_level)
        if math.isnan(low):
            reason = (
                "its bias or acceleration is not defined: all resamples lie on one side of the estimate, or "
                f"alpha is not defined without some {unit}"
            )
            return undefined_interval(confidence_level, method, len(terms), reason)
        return Interval(
            low=low,
            high=high,
            confidence_level=confidence_level,
            method=method,
            n=len(terms),
            n_failed=n_resamples - len(drawn),
            warnings=(f"{failed}; they are left out",) if failed else (),
        )


def _renumber(groups: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.unique(groups, return_inverse=True)[1]


@reads_answers
def cronbach_alpha(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    missing: Missing = "pairwise",
    standardized: bool = False,
    sds: StandardDeviations = "items",
    **reading: Unpack[ReadingOptions],
) -> CronbachAlpha:
    """Compute coefficient alpha of a scale.

    Parameters
    ----------
    answers, responses
        An instrument (or its id or `Path`) and a table of answers to it, as in `encode`; or checked
        answers (`encode`) or their moments (`item_moments`) alone.
    scale
        The scale's id; may be left out where the instrument has only one.
    missing
        ``pairwise``: each covariance from all who answered both items. ``listwise``: from those who
        answered every item of the scale.
    standardized
        Of correlations instead of covariances: as if all items had the same variance.
    sds
        For the standardized one with pairwise deletion: see `KeyedMoments.correlations`.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    CronbachAlpha
        With `confidence_interval` and `standard_error`.

    Raises
    ------
    EstimationError
        Several scales and none named; a table that was not checked; a composite whose items do not
        count alike.

    Notes
    -----
    ``alpha = k / (k - 1) * (1 - sum of item variances / variance of the total)`` (Guttman, 1945;
    Cronbach, 1951), a lower bound of reliability if errors are uncorrelated. It equals reliability
    only if all items measure the same with equal strength; it does not show that they do. Sampling
    error can take it below 0.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> alpha = cronbach_alpha(answers, scale="trust")
    >>> round(alpha.estimate, 3), alpha.n
    (0.786, 300)
    """
    answers = answers_given(answers, responses, reading)
    moments = keyed_moments(answers, scale, missing, pair_sds=standardized and check_sds(sds) == "pairs")
    check_unweighted(moments)
    told = cautions(moments)
    if not standardized:  # which has no intervals
        told += shape_of(answers, moments).narrows_alpha()
    return alpha_from(moments, answers, standardized=standardized, sds=sds, warnings=told)


def alpha_estimate(
    moments: KeyedMoments, of: Source, *, sds: StandardDeviations = "items", reason: str | None = None
) -> tuple[float, str | None]:
    """Return alpha of covariances or correlations, and why it is nan; with a reason, it is."""
    reason = reason or undefined_because(moments, of, sds)
    estimate = math.nan if reason else alpha_of(moments.matrix(of, sds))
    reason = reason or above_one_because(estimate)
    return (math.nan if reason else estimate), reason


def alpha_from(
    moments: KeyedMoments,
    answers: Answers,
    *,
    standardized: bool = False,
    sds: StandardDeviations = "items",
    reason: str | None = None,
    warnings: tuple[str, ...] = (),
) -> CronbachAlpha:
    """Return coefficient alpha of moments; with a reason, one that is not defined."""
    source: Source = "correlations" if standardized else "covariances"
    estimate, reason = alpha_estimate(moments, source, sds=sds, reason=reason)
    return CronbachAlpha(
        **moments.origin(),
        estimate=estimate,
        definition=f"k/(k-1) (1 - trace/total) of {moments.missing} {source}",
        reason=reason,
        warnings=(*warnings, *negative_alpha(estimate)),
        standardized=standardized,
        moments=moments,
        answers=answers,
    )
