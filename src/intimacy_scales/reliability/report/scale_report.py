"""Reliability of one scale: all figures that a paper reports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import parts_of_total
from intimacy_scales.factor.sample import keyed_as_sample
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.moments.answers import Answers
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import KeyedMoments, Missing, keyed_moments
from intimacy_scales.reliability.consistency.alpha import (
    CronbachAlpha,
    IntervalMethod,
    alpha_estimate,
    alpha_from,
)
from intimacy_scales.reliability.consistency.conditions import (
    few_persons,
    indefinite_covariances,
    negative_alpha,
    weighted_because,
)
from intimacy_scales.reliability.consistency.estimand import NEED_ANSWERS
from intimacy_scales.reliability.consistency.guttman import lambda_2
from intimacy_scales.reliability.consistency.halves import SplitHalf, split_half_from
from intimacy_scales.reliability.consistency.omega import McDonaldOmega, omega_from
from intimacy_scales.reliability.consistency.omega_intervals import OmegaInterval
from intimacy_scales.reliability.consistency.shape import Shape, shape_of
from intimacy_scales.reliability.consistency.stratified import StratifiedAlpha, stratified_from
from intimacy_scales.reliability.items.analysis import InterItem, ItemAnalysis, inter_item, items_from
from intimacy_scales.reliability.items.keying import KeyingFinding, find_miskeyed
from intimacy_scales.reliability.single_scores.sem import MeasurementError, measurement_error
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.not_kept import needed
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, counted

_ASSUME_NORMALITY = ("bonett", "bonett-wright", "feldt", "duhachek", "logit")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalOptions:
    """Options of the intervals in a report.

    Attributes
    ----------
    confidence_level, method, clusters, n_resamples, rng
        As in `CronbachAlpha.confidence_interval`.
    """

    confidence_level: float
    method: IntervalMethod
    clusters: Clusters | ClusterSums
    n_resamples: int
    rng: int | np.random.Generator | None

    @property
    def of_omega(self) -> OmegaInterval:
        """Method of the intervals of omega: ``adf`` if those of alpha need answers, otherwise ``logit``.

        A stream, of which only sums exist, therefore gets the same interval as a table. A bootstrap of omega
        would fit a model to each resample of each scale, which takes minutes; a report never does that.
        """
        return "adf" if self.method in NEED_ANSWERS else "logit"


@result_class
class ScaleReliability(Result):
    """Reliability of one scale.

    Attributes
    ----------
    instrument, scale, title
        The instrument, and the id and title of the scale.
    n_persons
        Number of rows, including those with missing answers.
    n_complete
        Number of persons who answered every item.
    n_pairs
        Smallest and largest number of persons behind a covariance.
    alpha, interval
        Coefficient alpha, and its confidence interval.
    standardized_alpha
        Alpha of correlations; nan if undefined.
    omega
        McDonald's omega total of one factor; for composites, of the correlated factors of their parts.
    omega_interval
        Its confidence interval, by ``adf`` or ``logit``; undefined for an improper omega.
    lambda2
        Guttman's lambda-2; nan if undefined.
    split_half
        Split-half reliability of odd and even items.
    inter_item
        Correlations between items.
    stratified
        For composites: reliability of the total from that of its parts; otherwise None.
    error
        Standard error of measurement from alpha (for composites: from stratified alpha); None without a
        reliability between 0 and 1.
    score_mean, score_sd
        Mean and standard deviation of the score: under the scale's missing rule with pairwise deletion, of
        complete answers with listwise deletion; for composites from the items' means and covariances.
    items
        Item analysis; None for composites.
    keying
        Items that run against their key, or None.
    warnings
        Cautions about using these figures.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> trust = reliability_report("scii-24", simulate("scii-24", 200, rng=1).answers)["trust"]
    >>> trust.n_items, trust.n_complete, trust.interval.method
    (4, 200, 'bonett')
    """

    instrument: InstrumentRef
    scale: str
    title: str
    n_persons: int
    n_complete: int
    n_pairs: tuple[int, int]
    alpha: CronbachAlpha
    interval: Interval
    standardized_alpha: float
    omega: McDonaldOmega
    omega_interval: Interval
    lambda2: float
    split_half: SplitHalf
    inter_item: InterItem
    stratified: StratifiedAlpha | None
    error: MeasurementError | None
    score_mean: float
    score_sd: float
    items: ItemAnalysis | None
    keying: KeyingFinding | None
    warnings: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of persons that alpha is based on; with clusters, ``interval.n`` is the number of these."""
        return self.alpha.n

    @property
    def n_items(self) -> int:
        """Number of items."""
        return self.alpha.n_items

    def as_part(self) -> tuple[KeyedMoments, float, str | None]:
        """Return what a composite's reliability needs: moments, reliability, and why that is undefined."""
        reliability = self.alpha if self.stratified is None else self.stratified
        return needed(self.alpha.moments), reliability.estimate, reliability.reason

    def without_answers(self, summed: ItemMoments) -> ScaleReliability:
        """Return the same with the sums in place of each person's answers."""
        if self.alpha.answers is summed and self.omega.answers is summed:
            return self
        return replace(
            self, alpha=replace(self.alpha, answers=summed), omega=replace(self.omega, answers=summed)
        )

    def row(self) -> dict[str, Any]:
        """Return the figures of one row of the report."""
        return {
            "n": self.n,
            "items": self.n_items,
            "alpha": self.alpha.estimate,
            "low": self.interval.low,
            "high": self.interval.high,
            "omega": math.nan if self.omega.improper else self.omega.estimate,
            "omega_low": self.omega_interval.low,
            "omega_high": self.omega_interval.high,
            "lambda2": self.lambda2,
            "split_half": self.split_half.estimate,
            "mean_r": self.inter_item.mean,
            "stratified_alpha": math.nan if self.stratified is None else self.stratified.estimate,
            "mean": self.score_mean,
            "sd": self.score_sd,
            "sem": math.nan if self.error is None else self.error.sem,
        }

    @property
    def improper(self) -> tuple[str, ...]:
        """Names of improper figures, which the report leaves out and only their own result shows."""
        return ("omega",) if self.omega.improper else ()

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values; None for undefined values."""
        return {
            "scale": self.scale,
            "title": self.title,
            "n_persons": self.n_persons,
            "n_complete": self.n_complete,
            "n_pairs": list(self.n_pairs),
            **plain(self.row()),
            "alpha_definition": self.alpha.definition,
            "alpha_reason": self.alpha.reason,
            "alpha_detail": self.alpha.to_dict(),
            "improper": list(self.improper),
            "interval": self.interval.to_dict(),
            "standardized_alpha": plain(self.standardized_alpha),
            "omega_interval": self.omega_interval.to_dict(),
            "omega_detail": self.omega.to_dict(),
            "split_half_detail": self.split_half.to_dict(),
            "inter_item_r": self.inter_item.to_dict(),
            "stratified": plain(self.stratified),
            "error": plain(self.error),
            "against_key": plain(self.keying),
            "items_analysis": plain(self.items),
            "warnings": list(self.warnings),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        fields = documented(
            cls, without=("instrument", "inter_item", "score_mean", "score_sd", "keying", "items")
        )
        row = (
            "alpha", "low", "high", "omega", "omega_low", "omega_high", "split_half", "mean_r",
            "mean", "sd", "sem",
        )  # fmt: skip
        figures = dict.fromkeys((*row, "stratified_alpha"), float) | {"n": int, "items": int}
        texts = {"alpha_definition": str, "alpha_reason": str | None, "improper": Sequence[str]}
        parts = {
            "alpha_detail": CronbachAlpha,
            "against_key": KeyingFinding | None,
            "omega_detail": McDonaldOmega,
            "split_half_detail": SplitHalf,
            "inter_item_r": InterItem,
            "items_analysis": ItemAnalysis | None,
        }
        return fields | figures | texts | parts

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ScaleReliability:
        return made_of(
            cls,
            values,
            instrument=values["alpha_detail"].instrument,
            alpha=values["alpha_detail"],
            omega=values["omega_detail"],
            split_half=values["split_half_detail"],
            inter_item=values["inter_item_r"],
            score_mean=values["mean"],
            score_sd=values["sd"],
            items=values["items_analysis"],
            keying=values["against_key"],
        )

    def __repr__(self) -> str:
        value = apa(self.alpha.estimate, 3)
        omega, interval = apa(self.omega.estimate, 3), self.omega_interval
        if interval.reason is None:
            omega += f" {interval}, {interval.method}"
        lines = [
            f"{self.title} ({self.scale}): alpha = {value} {self.interval}, {self.interval.method}",
            f"{counted(self.n_items, 'item')}, n = {self.n} of {self.n_persons}, {self.n_complete} complete, "
            f"{self.alpha.missing}",
            f"omega total {'improper' if self.omega.improper else omega}, lambda-2 {apa(self.lambda2, 3)}, "
            f"split-half {apa(self.split_half.estimate, 3)}, mean inter-item r "
            f"{apa(self.inter_item.mean, 3)}",
        ]
        if self.stratified is not None:
            lines.append(f"stratified alpha {apa(self.stratified.estimate, 3)}")
        if self.error is not None:
            lines.append(self.error.line())
        if self.alpha.reason:
            lines.append(f"alpha is not defined: {self.alpha.reason}")
        return "<" + "\n ".join([*lines, *(f"! {warning}" for warning in self.warnings)]) + ">"

    def _repr_html_(self) -> str:
        from html import escape

        lines = [f"<div>{escape(line)}</div>" for line in repr(self)[1:-1].splitlines()]
        table = "" if self.items is None else self.items._repr_html_()
        return "".join(lines) + table


def _without_cluster_sums(options: IntervalOptions, scale: str, n: int) -> Interval | None:
    """Return an undefined interval if the sums over clusters do not include this scale, otherwise None."""
    sums, method = options.clusters, options.method
    if not isinstance(sums, ClusterSums) or method != "adf" or scale in sums.scales:
        return None
    reason = f"the sums over clusters do not include this scale; compute them with scales=[{scale!r}]"
    return undefined_interval(options.confidence_level, method, n, reason)


def interval_of_alpha(alpha: CronbachAlpha, options: IntervalOptions) -> Interval:
    """Return the confidence interval of alpha."""
    if (undefined := _without_cluster_sums(options, alpha.scale, alpha.n)) is not None:
        return undefined
    return alpha.confidence_interval(
        options.confidence_level,
        options.method,
        clusters=options.clusters,
        n_resamples=options.n_resamples,
        rng=options.rng,
    )


def interval_of_omega(omega: McDonaldOmega, options: IntervalOptions) -> Interval:
    """Return the confidence interval of omega, undefined for an improper solution."""
    method, level = options.of_omega, options.confidence_level
    if omega.improper and omega.reason is None:
        return undefined_interval(level, method, omega.n, f"omega is improper: {omega.improper[0]}")
    if (undefined := _without_cluster_sums(options, omega.scale, omega.n)) is not None:
        return undefined
    return omega.confidence_interval(level, method, clusters=options.clusters)


def _warnings(
    moments: KeyedMoments, alpha: CronbachAlpha, omega: McDonaldOmega, n_complete: int
) -> list[str]:
    """Return cautions about a scale's figures, apart from those about keys."""
    cautions = [f"everyone gave {item} the same answer" for item in moments.constant_items]
    if alpha.reason:
        return cautions
    k = moments.n_items
    if not n_complete:
        cautions.append(
            "nobody answered every item; these figures combine persons who answered different ones"
        )
    cautions += few_persons(moments.n)
    if k == 2:
        cautions.append("with two items, report Spearman-Brown (split_half) rather than alpha")
    cautions += [f"omega: {text}" for text in omega.improper]
    if moments.n_pairs[1] <= k:
        cautions.append(
            f"{counted(n_complete, 'complete person')} for {k} items: correlations are not of full rank"
        )
    return [*cautions, *negative_alpha(alpha.estimate), *indefinite_covariances(moments)]


def _error(reliability: CronbachAlpha | StratifiedAlpha, mean: float, sd: float) -> MeasurementError | None:
    """Return the standard error of measurement, or None without a reliability between 0 and 1."""
    if reliability.reason or not 0 <= reliability.estimate <= 1:
        return None
    try:
        return measurement_error(reliability, sd=sd, mean=mean)
    except EstimationError:
        return None


def scale_reliability(
    instrument: Instrument,
    scale_id: str,
    summed: ItemMoments,
    answers: Answers,
    missing: Missing,
    options: IntervalOptions,
    others: Mapping[str, ScaleReliability],
) -> ScaleReliability:
    """Compute all figures of one scale.

    Parameters
    ----------
    instrument, scale_id
        The instrument, and the id of the scale.
    summed
        Moments of the answers.
    answers
        The answers if intervals need them, otherwise the moments again.
    missing, options
        As in `reliability_report`.
    others
        Results of the scales that a composite contains.
    """
    scale = instrument.scale(scale_id)
    moments = keyed_moments(summed, scale_id, missing, pair_sds=False)
    weighted = weighted_because(moments)
    n_complete = summed.n_complete[scale_id]
    items = None if scale.of or weighted else items_from(summed, moments, "items")
    keying = find_miskeyed(moments) if items is None else items.keying
    keys = [str(keying)] if keying else []
    shape = shape_of(summed, moments) if items is None else Shape.of(items.skew, items.kurtosis)
    common = (*keys, *few_persons(moments.n), *indefinite_covariances(moments))
    alpha = alpha_from(moments, answers, reason=weighted, warnings=common + shape.narrows_alpha())
    stratified = None
    if scale.of:
        parts = {part: others[part].as_part() for part in scale.of}
        stratified = stratified_from(moments, parts, summed, warnings=common)
    omega = omega_from(
        answers,
        moments,
        keyed_as_sample(moments),
        "correlated" if parts_of_total(instrument, scale_id) else "one_factor",
        warnings=common + shape.narrows_omega(),
    )
    intervals = interval_of_alpha(alpha, options), interval_of_omega(omega, options)
    normal_methods = [i.method for i in intervals if i.reason is None and i.method in _ASSUME_NORMALITY]
    cautions = _warnings(moments, alpha, omega, n_complete)
    if normal_methods:
        cautions += shape.narrows(" and ".join(normal_methods), "interval='adf'")
    mean, sd = moments.score_mean, moments.score_sd
    if items is not None:
        mean, sd = items.score.mean, items.score.sd
    return ScaleReliability(
        instrument=instrument.ref,
        scale=scale_id,
        title=scale.title or scale_id,
        n_persons=summed.n_persons,
        n_complete=n_complete,
        n_pairs=moments.n_pairs,
        alpha=alpha,
        interval=intervals[0],
        standardized_alpha=alpha_estimate(moments, "correlations", reason=weighted)[0],
        omega=omega,
        omega_interval=intervals[1],
        lambda2=math.nan if alpha.reason else lambda_2(moments.covariances),
        split_half=split_half_from(moments, summed, reason=weighted, warnings=common),
        inter_item=inter_item(moments.correlations()) if items is None else items.inter_item,
        stratified=stratified,
        error=_error(alpha if stratified is None else stratified, mean, sd),
        score_mean=mean,
        score_sd=sd,
        items=items,
        keying=keying,
        warnings=(*keys, *cautions),
    )
