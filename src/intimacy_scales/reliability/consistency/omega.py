"""McDonald's omega: the share of common factors in the variance of a score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.fitting import warn_of_coverage
from intimacy_scales.factor.confirmatory.model.model import parts_of_total
from intimacy_scales.factor.reading import check_missing, of_rows
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments, keyed_as_sample
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import Floats, KeyedMoments, Missing, items_of, keyed_moments
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.conditions import (
    cautions,
    few_persons,
    no_total_because,
    undefined_because,
)
from intimacy_scales.reliability.consistency.estimand import IntervalChoice
from intimacy_scales.reliability.consistency.omega_figures import (
    GroupOmega,
    model_of,
    omega_figures,
    one_factor_estimate,
)
from intimacy_scales.reliability.consistency.omega_intervals import (
    OmegaFigure,
    OmegaInterval,
    omega_interval,
    omega_variance,
)
from intimacy_scales.reliability.consistency.shape import shape_of
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept, needed, stored
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import apa, shown

OmegaModel = Literal["one_factor", "correlated", "second_order", "bifactor"]
Denominator = Literal["model", "observed"]
MODELS: tuple[str, ...] = get_args(OmegaModel)
_TITLES = {
    "one_factor": "one factor",
    "correlated": "correlated factors",
    "second_order": "second-order factor",
    "bifactor": "bifactor model",
}
_OF = {
    "one_factor": "one factor",
    "correlated": "correlated factors",
    "second_order": "a second-order factor",
    "bifactor": "a bifactor model",
}
# options of `mcdonald_omega` and other functions: the options of `cfa` are of no use here
_ADVICE = {
    "one_factor": "use cronbach_alpha() or greatest_lower_bound(), which need no factor",
    "correlated": "try model='one_factor', or the parts one by one (scale=)",
    "second_order": "try model='correlated', or hierarchical_omega(), which fits no such model",
    "bifactor": "try model='second_order' or 'correlated', or hierarchical_omega(), which fits no such model",
}


@result_class
class McDonaldOmega(Coefficient):
    """Omega total of a scale, from a confirmatory factor model.

    Attributes
    ----------
    model
        ``one_factor``, ``correlated``, ``second_order`` or ``bifactor``.
    denominator
        ``model`` or ``observed``: which of the next two the estimate is.
    model_implied
        Variance due to factors over the variance that the model implies (McDonald, 1999).
    observed
        Variance due to factors over the observed variance (semTools' default).
    hierarchical
        Omega hierarchical: share of the general factor alone, with the denominator of the estimate; nan
        without a general factor.
    ecv
        Explained common variance of the general factor; nan without one.
    puc, arpb
        Percentage of uncontaminated correlations, as a share, and average relative parameter bias, as in
        `HierarchicalOmega`; nan without a general factor.
    groups
        Omega of each part, where there is a general factor.
    construct_reliability_h
        Reliability of the best weighted sum (Hancock & Mueller, 2001); nan with several factors.
    ave, ave_observed, ave_standardized
        Average variance extracted (Fornell & Larcker, 1981): over model-implied variances, over observed
        variances, and for standardized items; nan with several factors.
    standardized
        Omega of the sum of standardized items; nan with several factors.
    loadings, std_loadings, residual_variances
        Item → estimate, with factor variances of 1; loadings are empty with several factors.
    fit
        Fit of the model; None where it was not estimated.
    improper
        Inadmissible estimates, such as Heywood cases. With any, the estimate is shown as improper, and
        reports leave it out (docs/explanation/improper-figures.md).

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> omega = mcdonald_omega(answers, scale="trust")
    >>> omega.confidence_interval(), round(omega.ave, 2)
    (<95% interval [.745, .824], logit, n = 300>, 0.48)
    """

    title: ClassVar[str] = "McDonald's omega (total)"

    model: str
    denominator: str
    model_implied: float = math.nan
    observed: float = math.nan
    hierarchical: float = math.nan
    ecv: float = math.nan
    puc: float = math.nan
    arpb: float = math.nan
    groups: tuple[GroupOmega, ...] = ()
    construct_reliability_h: float = math.nan
    ave: float = math.nan
    ave_observed: float = math.nan
    ave_standardized: float = math.nan
    standardized: float = math.nan
    loadings: Mapping[str, float] = field(default_factory=dict)
    std_loadings: Mapping[str, float] = field(default_factory=dict)
    residual_variances: Mapping[str, float] = field(default_factory=dict)
    fit: Fit | None = None
    improper: tuple[str, ...] = ()
    solution: Solution | None = field(default=None, repr=False, compare=False)
    sample: SampleMoments | None = field(default=None, repr=False, compare=False)
    weights: Floats | None = field(default=None, repr=False, compare=False)
    answers: Answers | None = field(default=None, repr=False, compare=False)

    @property
    def standard_error(self) -> float:
        """Standard error by the delta method, assuming normality; nan where it is not defined."""
        from_document: float | None = stored(self.solution, "standard_error")
        if from_document is not None:
            return from_document
        return math.sqrt(omega_variance(self)) if self.reason is None else math.nan

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: OmegaInterval = "logit",
        *,
        n_resamples: int = 1000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters | ClusterSums = None,
        of: OmegaFigure = "total",
    ) -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``delta``: symmetric, assumes normality (Raykov, 2002). ``logit``: the same on the scale of
            ln(omega / (1 - omega)), so that ends are between 0 and 1 (Raykov & Marcoulides, 2011).
            ``adf``: symmetric, for any distribution. ``bootstrap``: percentiles; ``bca``: bias-corrected and
            accelerated (Efron, 1987).
        n_resamples, rng
            Number of resamples of the bootstrap, and a seed or Generator. By default each call draws other
            resamples; pass a seed for a result that can be reproduced.
        clusters
            Who answered together, such as couples, as in `CronbachAlpha.confidence_interval`; with
            ``adf`` and the bootstrap.
        of
            ``total``, the estimate; or ``hierarchical``, the share of the general factor, for models that
            have one.

        Returns
        -------
        Interval
            With a reason, and without ends, where it is not defined: for ``delta`` and ``adf``, where the
            standard error is above 1/2, which no variable between 0 and 1 has (Popoviciu, 1935); for
            ``logit``, where it is above ``sqrt(omega (1 - omega))``, which no such variable with this mean
            has (Bhatia & Davis, 2000). Improper solutions have such standard errors.

        Raises
        ------
        EstimationError
            The method is not valid, or needs each person's answers.
        """
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        return omega_interval(self, of, choice)

    def score_moments(self) -> tuple[float, float]:
        """Return mean and standard deviation of the score, from the observed moments of the items.

        With FIML, these are maximum likelihood estimates from all answers. nan where omega is not defined.
        """
        if self.solution is None or self.weights is None or self.answers is None:
            return math.nan, math.nan
        if self.missing == "fiml":
            observed = self.solution.saturated[0]
            constant = scale_items(needed(self.answers).instrument)[self.scale].constant
            return float(self.weights @ observed.means) + constant, math.sqrt(
                float(self.weights @ observed.covariances @ self.weights)
            )
        rule: Missing = "listwise" if self.missing == "listwise" else "pairwise"
        moments = keyed_moments(needed(self.answers), self.scale, rule, pair_sds=False)
        return moments.score_mean, moments.score_sd

    def if_dropped(self) -> dict[str, float]:
        """Return omega without each item in turn; nan where it is not defined, or outside 0 to 1.

        Raises
        ------
        EstimationError
            A model with several factors.
        """
        if self.model != "one_factor":
            raise EstimationError(
                f"if_dropped() needs a model of one factor; this is omega of {_OF[self.model]}"
            )
        if self.sample is None or self.weights is None:
            return {}
        if np.ptp(self.weights) > ROUNDING * self.weights.max():
            raise EstimationError(
                "if_dropped() needs items with equal weights in the score; these have unequal ones"
            )
        estimates = {}
        for item in self.sample.names:
            rest = self.sample.of([name for name in self.sample.names if name != item])
            estimates[item] = one_factor_estimate(rest, self.denominator)
        return estimates

    def _extra(self) -> dict[str, Any]:
        names = (
            "model", "denominator", "model_implied", "observed", "standard_error", "hierarchical", "ecv",
            "puc", "arpb", "construct_reliability_h", "ave", "ave_observed", "ave_standardized",
            "standardized", "loadings", "std_loadings", "residual_variances", "improper",
        )  # fmt: skip
        groups = [{n: getattr(g, n) for n in ("scale", "total", "general", "group")} for g in self.groups]
        return {name: getattr(self, name) for name in names} | {
            "groups": groups,
            "fit": self.fit,
            "interval": self.confidence_interval(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls,
            without=("solution", "sample", "weights", "answers"),
            coefficient=str,
            standard_error=float,
            interval=Interval,
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> McDonaldOmega:
        which = "model_implied" if values["denominator"] == "model" else "observed"
        same = values[which] == values["estimate"] or math.isnan(values["estimate"])
        if not same or math.isnan(values["estimate"]) != (values["reason"] is not None):
            raise DocumentError(
                f"{cls.__name__}.estimate: {values['estimate']} is not its {which}, {values[which]}"
            )
        figures = {"standard_error": values["standard_error"], "interval": values["interval"]}
        behind = NotKept(cls.__name__, "the answers and the model behind them", AGAIN_COEFFICIENT, figures)
        return made_of(cls, values, solution=behind, sample=behind, weights=behind, answers=behind)

    def _mark(self) -> str:
        return " (improper)" if self.improper and self.reason is None else ""

    def _lines(self) -> list[str]:
        lines = Coefficient._lines(self)
        if self.reason is None:
            other = "observed" if self.denominator == "model" else "model_implied"
            alternative = getattr(self, other)
            text = (
                ""
                if math.isnan(alternative)
                else f"; {other.replace('_', '-')} variance: {apa(alternative, 3)}"
            )
            lines.append(f"{_TITLES[self.model]}{text}")
            if not math.isnan(self.hierarchical):
                more = f"PUC {apa(self.puc, 3)}, ARPB {shown(self.arpb)}"
                lines.append(f"hierarchical {apa(self.hierarchical, 3)}, ECV {apa(self.ecv, 3)}, {more}")
            if self.fit is not None:
                lines.append(repr(self.fit)[1:-1])
        return [*lines, *(f"improper: {text}" for text in self.improper)]


@reads_answers
def mcdonald_omega(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    model: OmegaModel | None = None,
    denominator: Denominator = "model",
    missing: MissingAnswers = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> McDonaldOmega:
    """Compute omega total of a scale from a confirmatory factor model.

    Parameters
    ----------
    answers, responses
        An instrument (or its id or `Path`) and a table of answers to it, as in `encode`; or checked
        answers (`encode`) or their moments (`item_moments`) alone.
    scale
        The scale's id; may be left out where the instrument has only one.
    model
        ``one_factor`` of all items, the default for a scale of items. For a total of several scales:
        ``correlated`` (the default), one factor for each part; ``second_order``, a general factor of these
        factors; ``bifactor``, a general factor in addition to them. The last two also give omega
        hierarchical.
    denominator
        ``model``: over the variance that the model implies. ``observed``: over the variance observed.
    missing
        ``pairwise``, ``listwise``, or ``fiml``: full information maximum likelihood, which uses every answer
        and is valid if answers are missing at random. Items that nobody answered together are then related
        by the model alone: a `CoverageWarning` reports them, and the variance of the score was not observed.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    McDonaldOmega
        With `confidence_interval`, `standard_error` and `if_dropped`.

    Raises
    ------
    EstimationError
        There are several scales and none is named; the table was not checked; FIML is asked for with
        moments; the model is not possible for this scale.

    Notes
    -----
    ``omega = w' (Sigma - Theta) w / w' Sigma w`` (McDonald, 1999), with the model-implied covariances Sigma,
    the residual covariances Theta, and the weights w of the items in the score. With one factor of variance 1
    and equal weights, it is ``(sum of loadings)² / ((sum of loadings)² + sum of residual variances)``. It
    equals alpha where loadings are equal.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> omega = mcdonald_omega(answers, scale="trust")
    >>> round(omega.estimate, 3), omega.fit.df
    (0.787, 2)
    """
    answers = answers_given(answers, responses, reading)
    check_missing(missing)
    if denominator not in get_args(Denominator):
        raise EstimationError(not_one_of("denominator", denominator, get_args(Denominator)))
    name, _ = items_of(answers, scale)
    parts = parts_of_total(answers.instrument, name)
    chosen = _model_for(model, name, total=bool(parts))
    rule = "pairwise" if missing == "fiml" else missing
    moments = keyed_moments(answers, name, rule, pair_sds=False)
    sample = keyed_as_sample(moments)
    if missing == "fiml":
        if not isinstance(answers, CodedResponses):
            raise EstimationError(
                "missing='fiml' needs each person's answers, and moments are only sums of them; pass "
                "encode(instrument, table)"
            )
        values, _ = keyed_answers(answers, name)
        sample = of_rows(values, moments.items, "fiml", instrument=moments.instrument)
    better = "bootstrap" if missing == "fiml" else "adf"
    warnings = cautions(moments)
    if missing == "fiml" and sample.never_together:  # count persons, as some pairs of items have none
        warnings = tuple(text for text in warnings if text not in few_persons(moments.n))
        warnings += tuple(few_persons(sample.n))
    warnings += shape_of(answers, moments).narrows_omega(better)
    with one_blas_thread():
        omega = omega_from(answers, moments, sample, chosen, denominator=denominator, warnings=warnings)
    if omega.reason is None:
        warn_of_coverage([sample])
    return omega


def _model_for(model: str | None, scale: str, *, total: bool) -> str:
    """Return the model, by default that of the scale or total; raise where it is not possible."""
    if model is None:
        return "correlated" if total else "one_factor"
    if model not in MODELS:
        raise EstimationError(not_one_of("model", model, MODELS))
    if model != "one_factor" and not total:
        raise EstimationError(
            f"model={model!r}: {scale!r} is a scale of items, not of scales; use 'one_factor'"
        )
    return model


def omega_from(
    answers: Answers,
    moments: KeyedMoments,
    sample: SampleMoments,
    model: str,
    *,
    denominator: str = "model",
    reason: str | None = None,
    warnings: tuple[str, ...] = (),
) -> McDonaldOmega:
    """Return omega of moments; with a reason, an undefined one."""
    common = moments.origin() | {"missing": sample.missing, "n": sample.n}
    variance = "model-implied" if denominator == "model" else "observed"
    method = f"{_TITLES[model]}, ML, {sample.missing}"
    common |= {
        "definition": f"w' (Sigma - Theta) w over the {variance} variance; {method}",
        "model": model,
        "denominator": denominator,
        "warnings": warnings,
    }
    apart = sample.missing == "fiml" and bool(sample.never_together)
    reason = reason or _undefined(moments, sample, denominator, apart=apart) or _too_few(moments, model)
    reason = reason or no_total_because(moments)
    try:
        if reason is None:
            sample.check_usable(apart=apart)
            factor_model, general = model_of(answers.instrument, moments.scale, model, moments.items)
            by_item = dict(zip(moments.items, moments.weights.tolist(), strict=True))
            figures = omega_figures(factor_model, general, sample, by_item, denominator, _ADVICE[model])
            reason = _no_share_because(figures["estimate"], figures["improper"])
            if reason is None:
                return McDonaldOmega(answers=answers, **figures, **common)
            common |= {name: figures[name] for name in ("improper", "residual_variances", "fit")}
    except EstimationError as error:
        reason = f"{undefined_because(moments)}, and {error}" if apart else str(error)
    return McDonaldOmega(estimate=math.nan, reason=reason, **common)


def _no_share_because(estimate: float, improper: tuple[str, ...]) -> str | None:
    """Return why an omega outside 0 to 1 is not defined, or None where it is between these."""
    if 0 <= estimate <= 1 + ROUNDING:
        return None
    why = f": {improper[0]}" if improper else ": the factors explain more than the whole variance"
    return f"it comes out as {apa(estimate, 3)}, and a share of variance lies between 0 and 1{why}"


def _undefined(moments: KeyedMoments, sample: SampleMoments, denominator: str, *, apart: bool) -> str | None:
    """Return why omega is not defined, or None; with `apart`, the model alone relates some items."""
    if not apart or np.diag(moments.counts).min() < 2:
        return undefined_because(moments)
    if denominator == "model":
        return None
    first, second = sample.never_together[0]
    return (
        f"fewer than two persons answered both {first} and {second}, so that the variance of the score was "
        "not observed; use denominator='model'"
    )


def _too_few(moments: KeyedMoments, model: str) -> str | None:
    """Return why there are too few items for the model, or None."""
    if model == "one_factor" and moments.n_items < 3:
        return "two items do not identify a factor; use Spearman-Brown (split_half)"
    return None
