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
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums
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
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.bootstrap import AlphaTerms
from intimacy_scales.reliability.consistency.conditions import (
    above_one_because,
    cautions,
    check_unweighted,
    negative_alpha,
    undefined_because,
)
from intimacy_scales.reliability.consistency.estimand import (
    FEWEST_PERSONS,
    NEED_ANSWERS,
    Estimand,
    IntervalChoice,
    Part,
    Resamples,
    Units,
    check_choice,
    counted_steps,
    interval_of,
)
from intimacy_scales.reliability.consistency.figures import Alpha
from intimacy_scales.reliability.consistency.intervals import bonett, duhachek_variance, feldt, symmetric
from intimacy_scales.reliability.consistency.shape import shape_of
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept
from intimacy_scales.results.result import result_class

IntervalMethod = Literal["bonett", "bonett-wright", "feldt", "duhachek", "adf", "bootstrap", "bca"]
METHODS: tuple[str, ...] = get_args(IntervalMethod)


def alpha_of(covariances: Floats) -> float:
    """Return alpha, ``k / (k - 1) * (1 - trace / total)``, of a covariance or correlation matrix."""
    k = len(covariances)
    if k < 2:
        return math.nan
    total = float(covariances.sum())
    if not total > 0:
        return math.nan
    alpha = k / (k - 1) * (1 - float(np.trace(covariances)) / total)
    return 1.0 if 1 < alpha < 1 + ROUNDING else alpha  # identical items


@result_class
class CronbachAlpha(Coefficient):
    """Coefficient alpha of a scale.

    Attributes
    ----------
    standardized
        Whether it is computed from correlations instead of covariances.
    moments
        Means and covariances from which it was computed.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> alpha = cronbach_alpha(answers, scale="trust")
    >>> alpha.confidence_interval(method="feldt"), round(alpha.standard_error, 4)
    (<95% interval [.743, .823], feldt, n = 300>, 0.0202)
    """

    title: ClassVar[str] = "Cronbach's alpha"

    standardized: bool = False
    moments: KeyedMoments = field(repr=False, compare=False)
    answers: Answers = field(repr=False, compare=False)

    @property
    def standard_error(self) -> float:
        """Standard error that assumes normality: ``sqrt(Q / n)`` (Duhachek & Iacobucci, 2004).

        nan where alpha is not defined, or where Q is negative because the pairwise covariances are not
        positive semidefinite.
        """
        if self.reason or self.standardized or self.n < 2:
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
            ``bonett`` (2002) and ``bonett-wright`` (2015, corrected for n): from ln(1 - alpha), assuming
            normality, as the next two do. ``feldt`` (1965): F quantiles. ``duhachek`` (2004): symmetric.
            ``adf`` (after Maydeu-Olivares et al., 2007): symmetric, for any distribution; with pairwise
            deletion answers must be missing completely at random. ``bootstrap``: percentiles; ``bca``:
            bias-corrected and accelerated (Efron, 1987). How to choose:
            docs/explanation/alpha-intervals.md.
        n
            Number of persons for a closed form. By default the harmonic mean of the numbers of persons
            behind each covariance, which is the number of all persons where nothing is missing.
        n_resamples, rng
            Number of resamples of the bootstrap, and a seed or Generator. By default each call draws other
            resamples; pass a seed for a result that can be reproduced.
        clusters
            Who answered together, such as couples: a column of the table that was checked, or one
            label for each person. With ``adf``, influences are added up within clusters (a sandwich
            variance, and t with one degree of freedom less than there are clusters); the bootstrap draws
            whole clusters. The other methods assume independent persons and refuse clusters. With fewer
            than about 30 clusters, intervals are too narrow. For moments, with ``adf``: the `ClusterSums`
            to which they belong.

        Returns
        -------
        Interval
            With a reason, and without ends, where it is not defined.

        Raises
        ------
        EstimationError
            The method is not valid, or cannot use clusters; or ``adf`` or the bootstrap is asked for without
            the answers.
        """
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        check_choice(choice, METHODS, self.answers, "cronbach_alpha")
        _check_n(n, method)
        used = self.n if n is None else n
        reason = self.reason or self._no_interval(method, used)
        if reason:
            return undefined_interval(confidence_level, method, used, reason)
        if method in NEED_ANSWERS:
            return interval_of(_Alpha(self), choice)
        low, high = self._closed_form(method, used, confidence_level)
        return Interval(
            low=low, high=high, confidence_level=confidence_level, method=method, n=used, bounded=True
        )

    def _no_interval(self, method: str, n: int) -> str | None:
        """Return why alpha has no interval by this method, or None where it has one."""
        if self.standardized:
            return "only the raw coefficient has intervals; none is established for the standardized one"
        if n < FEWEST_PERSONS:
            return f"an interval needs at least three persons; there {'is' if n == 1 else 'are'} {n}"
        if method == "duhachek" and math.isnan(self.standard_error):
            return "its variance is negative: the pairwise covariances are not positive semidefinite"
        return None

    def _closed_form(self, method: str, n: int, confidence_level: float) -> tuple[float, float]:
        alpha, k = self.estimate, self.n_items
        if method == "feldt":
            return feldt(alpha, n, k, confidence_level)
        if method == "duhachek":
            return symmetric(alpha, duhachek_variance(self.moments.covariances) / n, confidence_level)
        return bonett(alpha, n, k, confidence_level, corrected=method == "bonett-wright")


class _Alpha(Estimand):
    """Alpha for an interval; where answers are complete, resamples need few terms."""

    def __init__(self, alpha: CronbachAlpha) -> None:
        part = Part(answers=alpha.answers, moments=alpha.moments)
        super().__init__("alpha", Alpha(), [part], alpha.estimate, alpha.n)

    def resamples(self, units: Units) -> Resamples:
        """Return the terms of alpha of each unit."""
        (part,) = self.parts
        assert not isinstance(units, ClusterSums)
        steps, answered = counted_steps(part)
        used = answered.any(axis=1)
        clusters = None if units is None else np.unique(units[used], return_inverse=True)[1]
        return AlphaTerms(steps[used], answered[used], clusters)


def _check_n(n: int | None, method: str) -> None:
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 1):
        raise EstimationError(f"n={n!r} is not valid; allowed: a whole number of persons, at least 1")
    if n is not None and method in NEED_ANSWERS:
        raise EstimationError(f"n={n!r}: method={method!r} counts the persons itself; leave n out")


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
        From correlations instead of covariances: as if all items had the same variance.
    sds
        Standard deviations of the correlations with pairwise deletion; see `KeyedMoments.correlations`.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    CronbachAlpha
        With `confidence_interval` and `standard_error`.

    Raises
    ------
    EstimationError
        There are several scales and none is named; the table was not checked; the items of a composite
        have unequal weights.

    Notes
    -----
    ``alpha = k / (k - 1) * (1 - sum of item variances / variance of the total)`` (Guttman, 1945;
    Cronbach, 1951), a lower bound of reliability if errors are uncorrelated. It equals reliability
    only if the items are essentially tau-equivalent, that is, if true scores differ by constants only; it
    does not show that they are. Sampling error can push it below 0.

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
    warnings = cautions(moments)
    if not standardized:  # the standardized one has no intervals
        warnings += shape_of(answers, moments).narrows_alpha()
    return alpha_from(moments, answers, standardized=standardized, sds=sds, warnings=warnings)


def alpha_estimate(
    moments: KeyedMoments, of: Source, *, sds: StandardDeviations = "items", reason: str | None = None
) -> tuple[float, str | None]:
    """Return alpha of covariances or correlations, and why it is undefined; nan where it is or was before."""
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
    """Return coefficient alpha of moments; with a reason, an undefined one."""
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
