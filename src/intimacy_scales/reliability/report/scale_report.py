"""All that the reliability section of a paper says of one scale."""

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
from intimacy_scales.results.wording import counted, shown

_PAIR = 2
_FOR_NORMAL_ANSWERS = ("bonett", "bonett-wright", "feldt", "duhachek", "logit")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalOptions:
    """How intervals of a report are made.

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
        """How intervals of omega are made: ``adf`` where those of alpha need answers, otherwise ``logit``.

        So a stream, which has sums alone, gets the interval that a table gets. A bootstrap of omega fits a
        model to each resample of each scale, which takes minutes: no report starts it unasked.
        """
        return "adf" if self.method in NEED_ANSWERS else "logit"


@result_class
class ScaleReliability(Result):
    """Reliability of one scale.

    Attributes
    ----------
    instrument, scale, title
        What was answered.
    n_persons
        Rows, whatever they answered.
    n_complete
        Persons who answered every item.
    n_pairs
        Fewest and most persons behind a covariance.
    alpha, interval
        Coefficient alpha, and its interval.
    standardized_alpha
        Of correlations; nan where not defined.
    omega
        McDonald's omega total: of one factor, of composites from the correlated factors of their parts.
    omega_interval
        Its interval, by ``adf`` or ``logit``; of an improper omega not defined.
    lambda2
        Guttman's lambda-2; nan where not defined.
    split_half
        Odd against even items.
    inter_item
        Correlations between items.
    stratified
        Of composites: reliability of the total from that of its parts.
    error
        Standard error of measurement, from alpha (of composites: from stratified alpha); None where
        there is no reliability between 0 and 1.
    score_mean, score_sd
        Of the score, under the scale's missing rule with pairwise deletion, of complete answers with
        listwise; of composites from the items' means and covariances.
    items
        Item analysis; None for composites.
    keying
        Items that run against their key, or None.
    warnings
        What to know before these figures are used.
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
        """Persons that alpha counts on; with clusters, ``interval.n`` says how many those are."""
        return self.alpha.n

    @property
    def n_items(self) -> int:
        """Number of items."""
        return self.alpha.n_items

    def as_part(self) -> tuple[KeyedMoments, float, str | None]:
        """Return what a composite's reliability needs: moments, reliability, and why there is none."""
        own = self.alpha if self.stratified is None else self.stratified
        return needed(self.alpha.moments), own.estimate, own.reason

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
        """Figures that were found improper, and stand nowhere in the report but in their own result."""
        return ("omega",) if self.omega.improper else ()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; None for what is not defined."""
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
        own = documented(
            cls, without=("instrument", "inter_item", "score_mean", "score_sd", "keying", "items")
        )
        row = (
            "alpha", "low", "high", "omega", "omega_low", "omega_high", "split_half", "mean_r",
            "mean", "sd", "sem",
        )  # fmt: skip
        figures = dict.fromkeys((*row, "stratified_alpha"), float) | {"n": int, "items": int}
        told = {"alpha_definition": str, "alpha_reason": str | None, "improper": Sequence[str]}
        parts = {
            "alpha_detail": CronbachAlpha,
            "against_key": KeyingFinding | None,
            "omega_detail": McDonaldOmega,
            "split_half_detail": SplitHalf,
            "inter_item_r": InterItem,
            "items_analysis": ItemAnalysis | None,
        }
        return own | figures | told | parts

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
        value = shown(self.alpha.estimate)
        omega, made = shown(self.omega.estimate), self.omega_interval
        if made.reason is None:
            omega += f" {made}, {made.method}"
        lines = [
            f"{self.title} ({self.scale}): alpha = {value} {self.interval}, {self.interval.method}",
            f"{self.n_items} items, n = {self.n} of {self.n_persons}, {self.n_complete} complete, "
            f"{self.alpha.missing}",
            f"omega total {'improper' if self.omega.improper else omega}, lambda-2 {shown(self.lambda2)}, "
            f"split-half {shown(self.split_half.estimate)}, mean inter-item r {shown(self.inter_item.mean)}",
        ]
        if self.stratified is not None:
            lines.append(f"stratified alpha {shown(self.stratified.estimate)}")
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


def _lacking(options: IntervalOptions, scale: str, n: int) -> Interval | None:
    """Return that there is no interval where sums over clusters are not of this scale."""
    sums, method = options.clusters, options.method
    if not isinstance(sums, ClusterSums) or method != "adf" or scale in sums.scales:
        return None
    reason = f"the sums over clusters are not of this scale; make them with scales=[{scale!r}]"
    return undefined_interval(options.confidence_level, method, n, reason)


def interval_of_alpha(alpha: CronbachAlpha, options: IntervalOptions) -> Interval:
    """Return the interval of alpha."""
    if (lacking := _lacking(options, alpha.scale, alpha.n)) is not None:
        return lacking
    return alpha.confidence_interval(
        options.confidence_level,
        options.method,
        clusters=options.clusters,
        n_resamples=options.n_resamples,
        rng=options.rng,
    )


def interval_of_omega(omega: McDonaldOmega, options: IntervalOptions) -> Interval:
    """Return the interval of omega; of an improper solution there is none."""
    method, level = options.of_omega, options.confidence_level
    if omega.improper and omega.reason is None:
        return undefined_interval(level, method, omega.n, f"omega is improper: {omega.improper[0]}")
    if (lacking := _lacking(options, omega.scale, omega.n)) is not None:
        return lacking
    return omega.confidence_interval(level, method, clusters=options.clusters)


def _warnings(
    moments: KeyedMoments, alpha: CronbachAlpha, omega: McDonaldOmega, n_complete: int
) -> list[str]:
    """Return what to know of a scale's figures, apart from keys."""
    found = [f"everyone gave {item} the same answer" for item in moments.constant_items]
    if alpha.reason:
        return found
    k = moments.n_items
    if not n_complete:
        found.append("nobody answered every item; these figures join persons who answered different ones")
    found += few_persons(moments.n)
    if k == _PAIR:
        found.append("with two items, report Spearman-Brown (split_half) rather than alpha")
    found += [f"omega: {text}" for text in omega.improper]
    if moments.n_pairs[1] <= k:
        found.append(
            f"{counted(n_complete, 'complete person')} for {k} items: correlations are not of full rank"
        )
    return [*found, *negative_alpha(alpha.estimate), *indefinite_covariances(moments)]


def _error(reliability: CronbachAlpha | StratifiedAlpha, mean: float, sd: float) -> MeasurementError | None:
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
    """Compute everything about one scale.

    Parameters
    ----------
    instrument, scale_id
        Which scale.
    summed
        Moments of the answers.
    answers
        The answers where intervals are made of them, otherwise the moments again.
    missing, options
        As in `reliability_report`.
    others
        Results of the scales that a composite is made of.
    """
    scale = instrument.scale(scale_id)
    moments = keyed_moments(summed, scale_id, missing, pair_sds=False)
    weighted = weighted_because(moments)
    n_complete = summed.n_complete[scale_id]
    items = None if scale.of or weighted else items_from(summed, moments, "items")
    keying = find_miskeyed(moments) if items is None else items.keying
    keys = [str(keying)] if keying else []
    shape = shape_of(summed, moments) if items is None else Shape.of(items.skew, items.kurtosis)
    told = (*keys, *few_persons(moments.n), *indefinite_covariances(moments))
    alpha = alpha_from(moments, answers, reason=weighted, warnings=told + shape.narrows_alpha())
    stratified = None
    if scale.of:
        parts = {part: others[part].as_part() for part in scale.of}
        stratified = stratified_from(moments, parts, summed, warnings=told)
    omega = omega_from(
        answers,
        moments,
        keyed_as_sample(moments),
        "correlated" if parts_of_total(instrument, scale_id) else "one_factor",
        warnings=told + shape.narrows_omega(),
    )
    intervals = interval_of_alpha(alpha, options), interval_of_omega(omega, options)
    normal = [made.method for made in intervals if made.reason is None and made.method in _FOR_NORMAL_ANSWERS]
    found = _warnings(moments, alpha, omega, n_complete)
    if normal:
        found += shape.narrows(" and ".join(normal), "interval='adf'")
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
        split_half=split_half_from(moments, summed, reason=weighted, warnings=told),
        inter_item=inter_item(moments.correlations()) if items is None else items.inter_item,
        stratified=stratified,
        error=_error(alpha if stratified is None else stratified, mean, sd),
        score_mean=mean,
        score_sd=sd,
        items=items,
        keying=keying,
        warnings=(*keys, *found),
    )
