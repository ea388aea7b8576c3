"""Stratified alpha: the reliability of a composite from the reliabilities of its parts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.keyed import Floats, KeyedMoments, Missing, keyed_moments
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.alpha import cronbach_alpha
from intimacy_scales.reliability.consistency.conditions import (
    above_one_because,
    cautions,
    check_unweighted,
    negative_alpha,
    too_few_because,
    varies,
)
from intimacy_scales.reliability.consistency.estimand import Estimand, Part, Units
from intimacy_scales.reliability.consistency.figures import Alpha, Figure, Known, Stratified, Stratum
from intimacy_scales.reliability.consistency.interval_coefficient import IntervalCoefficient
from intimacy_scales.reliability.single_scores.sem import check_reliability
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.not_kept import needed
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import apa


@result_class
class StratifiedAlpha(IntervalCoefficient):
    """Reliability of a composite from the reliabilities of its parts.

    Attributes
    ----------
    parts
        Reliability of each part.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> result = stratified_alpha(answers, scale="total")
    >>> round(result.parts["trust"], 2), result.confidence_interval()
    (0.79, <95% interval [.910, .936], delta, n = 300>)
    """

    title: ClassVar[str] = "Stratified alpha"
    _function: ClassVar[str] = "stratified_alpha"
    _hidden: ClassVar[Mapping[str, Any]] = {"given": False}

    parts: Mapping[str, float]
    given: bool = field(default=False, repr=False, compare=False)

    def _estimand(self, which: str) -> Estimand | str:
        known = self.parts if self.given else None
        figure, parts = stratified_figure(needed(self.answers), self.scale, self.missing, known)
        return _CompositeEstimand("stratified alpha", figure, parts, getattr(self, which), self.n)

    def _figures(self) -> dict[str, Any]:
        return {"parts": dict(self.parts)}

    def _lines(self) -> list[str]:
        values = ", ".join(f"{name} {apa(value, 3)}" for name, value in self.parts.items())
        return [*Coefficient._lines(self), values]


class _CompositeEstimand(Estimand):
    """A figure of a composite and its parts, whose items are all items of the composite."""

    def _composite_gradient(self) -> Floats:
        """Return the derivative with respect to the covariances of all items of the composite.

        With listwise deletion, the covariances of a part are based on more persons than those of the
        composite, so that the variance is slightly too large.
        """
        first, *part_gradients = self.gradients()
        composite, gradient = self.parts[0].moments, first.copy()
        for part, part_gradient in zip(self.parts[1:], part_gradients, strict=True):
            rows = [composite.items.index(item) for item in part.moments.items]
            signs = np.where(composite.reverse[rows] == part.moments.reverse, 1.0, -1.0)
            gradient[np.ix_(rows, rows)] += part_gradient * np.outer(signs, signs)
        return gradient

    def normal_variance(self) -> float:
        """Return the normal-theory variance."""
        product = self._composite_gradient() @ self.parts[0].moments.covariances
        return 2 * float(np.sum(product * product.T)) / self.n

    def free_variance(self, units: Units) -> tuple[float, int]:
        """Return the variance for any distribution of answers, and the number of units it is based on."""
        if isinstance(units, ClusterSums):
            return units.variance(self.parts[0].moments, self._composite_gradient())
        return super().free_variance(units)


@reads_answers
def stratified_alpha(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    missing: Missing = "pairwise",
    reliabilities: Mapping[str, float] | None = None,
    **reading: Unpack[ReadingOptions],
) -> StratifiedAlpha:
    """Compute stratified alpha: the reliability of a composite from the reliabilities of its parts.

    Parameters
    ----------
    answers, responses, missing
        As in `cronbach_alpha`.
    scale
        A composite: a scale of scales.
    reliabilities
        Reliability of each part, for example from a retest; by default coefficient alpha. Intervals treat
        given reliabilities as known.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    StratifiedAlpha

    Raises
    ------
    EstimationError
        The scale is not a composite, or a reliability is missing or not valid.

    Notes
    -----
    ``1 - sum_i var_i (1 - r_i) / var_total``, with var_i the variance of what part i adds to the score
    (Cronbach, Schönemann & McKie, 1965; Rajaratnam, Cronbach & Gleser, 1965). For a difference of two scales,
    it is the reliability of difference scores (Lord, 1956). Coefficient alpha over all items counts true
    differences between the parts as error, and is usually lower.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> stratified_alpha(answers, scale="total").estimate > 0.9
    True
    """
    answers = answers_given(answers, responses, reading)
    moments = keyed_moments(answers, scale, missing, pair_sds=False)
    if moments.keyed_both_ways:
        check_unweighted(moments)
    composite = answers.instrument.scale(moments.scale)
    if not composite.of:
        composites = [s.id for s in answers.instrument.scales if s.of]
        raise EstimationError(
            f"{moments.scale!r} is a scale of items, not of scales"
            + (f"; composites are {', '.join(composites)}" if composites else "")
        )
    if reliabilities is not None and set(reliabilities) != set(composite.of):
        raise EstimationError(
            f"reliabilities are given for {', '.join(map(str, reliabilities)) or 'no scale'}; pass one for "
            f"each of {', '.join(composite.of)}"
        )
    parts: dict[str, tuple[KeyedMoments, float, str | None]] = {}
    for part in composite.of:
        inner = keyed_moments(answers, part, missing, pair_sds=False)
        parts[part] = (inner, *_part_reliability(answers, part, missing, reliabilities))
    return stratified_from(
        moments, parts, answers, warnings=cautions(moments), given=reliabilities is not None
    )


def stratified_figure(
    answers: Answers, scale: str, missing: str, known: Mapping[str, float] | None = None
) -> tuple[Stratified, list[Part]]:
    """Return stratified alpha as a function of covariances, and the scales of its arguments.

    Parameters
    ----------
    answers, scale, missing
        As in `stratified_alpha`.
    known
        Reliabilities of the parts that do not depend on these answers, such as those of a retest.
    """
    rule: Missing = "listwise" if missing == "listwise" else "pairwise"
    moments = keyed_moments(answers, scale, rule, pair_sds=False)
    strata, scales = [], [Part(answers=answers, moments=moments)]
    for name in answers.instrument.scale(scale).of:
        inner = keyed_moments(answers, name, rule, pair_sds=False)
        reliability: Figure = Alpha()
        reliability_scales = [Part(answers=answers, moments=inner)]
        if known is not None:
            reliability, reliability_scales = Known(known[name]), []
        elif answers.instrument.scale(name).of:
            reliability, reliability_scales = stratified_figure(answers, name, rule)
        weights = np.where(np.isin(moments.items, inner.items), moments.weights, 0.0)
        strata.append(Stratum(tuple(weights.tolist()), reliability, len(reliability_scales)))
        scales += reliability_scales
    return Stratified(tuple(moments.weights.tolist()), tuple(strata)), scales


def stratified_from(
    moments: KeyedMoments,
    parts: Mapping[str, tuple[KeyedMoments, float, str | None]],
    answers: Answers,
    *,
    warnings: tuple[str, ...] = (),
    given: bool = False,
) -> StratifiedAlpha:
    """Return stratified alpha of moments.

    Parameters
    ----------
    moments
        Moments of the composite's items.
    parts
        For each part, its moments, its reliability, and why it has none.
    answers
        Answers or moments from which these were computed.
    warnings
        Warnings about the composite's answers.
    given
        Whether the reliabilities were given, and not computed from these answers.
    """
    unreliable, reason = 0.0, too_few_because(moments) or _shared_because(parts)
    for name, (inner, reliability, why) in parts.items():
        reason = reason or (why and f"{name}: {why}")
        rows = [moments.items.index(item) for item in inner.items]
        covariances, weights = moments.covariances[np.ix_(rows, rows)], moments.weights[rows]
        unreliable += float(weights @ covariances @ weights) * (1 - reliability)
    if reason is None and not varies(moments.covariances, moments.weights):
        reason = "the total score does not vary"
    total = float(moments.weights @ moments.covariances @ moments.weights)
    estimate = math.nan if reason else 1 - unreliable / total
    reason = reason or above_one_because(estimate)
    return StratifiedAlpha(
        **moments.origin(),
        estimate=math.nan if reason else estimate,
        definition=f"1 - sum var_i (1 - r_i) / var_total of {moments.missing} covariances",
        reason=reason,
        warnings=(*warnings, *_negative(parts, estimate)),
        parts={name: reliability for name, (_, reliability, _) in parts.items()},
        answers=answers,
        given=given,
    )


def _negative(parts: Mapping[str, tuple[KeyedMoments, float, str | None]], estimate: float) -> Iterator[str]:
    """Yield a warning for each part with a reliability below 0, and for the composite."""
    for name, (_, reliability, _) in parts.items():
        for text in negative_alpha(reliability):
            yield f"{name}: {text}"
    if estimate < 0:
        yield "stratified alpha is negative: on average, items of a part run against each other"


def _shared_because(parts: Mapping[str, tuple[KeyedMoments, float, str | None]]) -> str | None:
    """Return why the errors of the parts are not independent, or None where they are."""
    owners: dict[str, str] = {}
    for name, (inner, _, _) in parts.items():
        for item in inner.items:
            if owners.setdefault(item, name) != name:
                return f"{owners[item]} and {name} share {item}, so that their errors are not independent"
    return None


def _part_reliability(
    answers: Answers, part: str, missing: Missing, reliabilities: Mapping[str, float] | None
) -> tuple[float, str | None]:
    """Return the reliability of a part, and why it has none."""
    if reliabilities is not None:
        return check_reliability(reliabilities[part], f"reliabilities[{part!r}]"), None
    if answers.instrument.scale(part).of:
        inner = stratified_alpha(answers, scale=part, missing=missing)
        return inner.estimate, inner.reason
    alpha = cronbach_alpha(answers, scale=part, missing=missing)
    return alpha.estimate, alpha.reason
