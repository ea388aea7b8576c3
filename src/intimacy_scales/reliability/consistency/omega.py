"""McDonald's omega: how much of the variance of a score is due to what the items share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor.confirmatory.checks import warn_of_coverage
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.model import parts_of_total
from intimacy_scales.factor.reading import check_missing, of_rows
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments, keyed_as_sample
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import Floats, KeyedMoments, Missing, items_of, keyed_moments
from intimacy_scales.moments.scale_items import scale_items
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
from intimacy_scales.results.wording import shown

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
# the options of `mcdonald_omega`, and its neighbours; a model's own options are those of `cfa`
_ADVICE = {
    "one_factor": "use cronbach_alpha() or greatest_lower_bound(), which need no factor",
    "correlated": "try model='one_factor', or the parts one by one (scale=)",
    "second_order": "try model='correlated', or hierarchical_omega(), which fits no such model",
    "bifactor": "try model='second_order' or 'correlated', or hierarchical_omega(), which fits no such model",
}
_FEWEST = 3
_TWO = 2
_ROUNDING = 1e-12


@result_class
class McDonaldOmega(Coefficient):
    """Omega total of a scale, from a confirmatory factor model.

    Attributes
    ----------
    model
        ``one_factor``, ``correlated``, ``second_order`` or ``bifactor``.
    denominator
        Which of the next two the estimate is.
    model_implied
        Variance due to factors over the variance that the model implies (McDonald, 1999).
    observed
        The same over the variance that was observed (semTools' default).
    hierarchical
        Share of the general factor alone (omega hierarchical), of the same variance as the estimate; nan
        without one.
    ecv
        Explained common variance of the general factor; nan without one.
    puc, arpb
        Share of correlations that tell of the general factor alone, and mean relative bias of the loadings
        of one factor alone, as in `HierarchicalOmega`; nan without a general factor.
    groups
        Omega of each part, where there is a general factor.
    construct_reliability_h
        Reliability of the best weighted sum (Hancock & Mueller, 2001); nan with several factors.
    ave, ave_observed, ave_standardized
        Average variance extracted (Fornell & Larcker, 1981): over the variances that the model implies,
        over those observed, and of standardized items; nan with several factors.
    standardized
        Omega of the sum of standardized items; nan with several factors.
    loadings, std_loadings, residual_variances
        Item → estimate, factor variances 1; loadings empty with several factors.
    fit
        How well the model fits; None where it was not estimated.
    improper
        What no population could have, such as Heywood cases. The estimate is then shown as improper, and
        reports leave it out (docs/explanation/improper-figures.md).
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
        """Standard error by the delta method, for normal answers; nan where it is not defined."""
        found: float | None = stored(self.solution, "standard_error")
        if found is not None:
            return found
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
            ``delta``: symmetric, normal answers (Raykov, 2002). ``logit``: the same on the scale of
            ln(omega / (1 - omega)), so that ends stay between 0 and 1 (Raykov & Marcoulides, 2011).
            ``adf``: symmetric, any distribution. ``bootstrap``: percentiles; ``bca``: bias-corrected and
            accelerated (Efron, 1987).
        n_resamples, rng
            Of the bootstrap: how many, and a seed or Generator. By default other resamples at each call:
            pass a seed for what is to be shown again.
        clusters
            Who answered together, such as couples, as in `CronbachAlpha.confidence_interval`; with
            ``adf`` and the bootstrap.
        of
            ``total``, the estimate; or ``hierarchical``, the share of the general factor, of models that
            have one.

        Returns
        -------
        Interval
            With the reason in place of ends where it is not defined: for ``delta`` and ``adf``, where the
            standard error is above 1/2, as nothing between 0 and 1 varies so much (Popoviciu, 1935); for
            ``logit``, where it is above ``sqrt(omega (1 - omega))``, as nothing that stays between 0 and 1
            does with this mean (Bhatia & Davis, 2000). Improper solutions have such standard errors.

        Raises
        ------
        EstimationError
            No such method, or one that needs each person's answers without them.
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
        """Return mean and standard deviation of the score, as the items' observed moments imply them.

        With FIML they are estimated from all answers by maximum likelihood. nan where omega is not defined.
        """
        if self.solution is None or self.weights is None or self.answers is None:
            return math.nan, math.nan
        if self.missing == "fiml":
            observed = self.solution.saturated[0]
            constant = scale_items(needed(self.answers).instrument)[self.scale].constant
            return float(self.weights @ observed.means) + constant, math.sqrt(
                float(self.weights @ observed.covariances @ self.weights)
            )
        kept: Missing = "listwise" if self.missing == "listwise" else "pairwise"
        moments = keyed_moments(needed(self.answers), self.scale, kept, pair_sds=False)
        return moments.score_mean, moments.score_sd

    def if_dropped(self) -> dict[str, float]:
        """Return omega without each item in turn; nan where it is not defined, or outside 0 to 1.

        Raises
        ------
        EstimationError
            A model with several factors.
        """
        if self.model != "one_factor":
            raise EstimationError(f"if_dropped() is of one factor; this is omega of {_OF[self.model]}")
        if self.sample is None or self.weights is None:
            return {}
        if np.ptp(self.weights) > _ROUNDING * self.weights.max():
            raise EstimationError("if_dropped() is of a scale whose items count alike; these do not")
        found = {}
        for item in self.sample.names:
            rest = self.sample.of([name for name in self.sample.names if name != item])
            found[item] = one_factor_estimate(rest, self.denominator)
        return found

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
            beside = getattr(self, other)
            told = "" if math.isnan(beside) else f"; {other.replace('_', '-')} variance: {shown(beside)}"
            lines.append(f"{_TITLES[self.model]}{told}")
            if not math.isnan(self.hierarchical):
                more = f"PUC {shown(self.puc)}, ARPB {shown(self.arpb)}"
                lines.append(f"hierarchical {shown(self.hierarchical)}, ECV {shown(self.ecv)}, {more}")
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
        ``one_factor`` behind all items, the default of a scale of items. Of a total of several scales:
        ``correlated`` (the default), one factor for each part; ``second_order``, one factor behind
        them; ``bifactor``, a general factor beside them. The last two also give omega hierarchical.
    denominator
        ``model``: over the variance that the model implies. ``observed``: over the variance observed.
    missing
        ``pairwise``, ``listwise``, or ``fiml``: every answer by maximum likelihood, which holds where
        answers are missing at random. Items that nobody answered together are then related by the model
        alone: a `CoverageWarning` says so, and the variance of the score was not observed.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    McDonaldOmega
        With `confidence_interval`, `standard_error` and `if_dropped`.

    Raises
    ------
    EstimationError
        Several scales and none named; a table that was not checked; FIML of moments; a model that
        this scale cannot have.

    Notes
    -----
    ``omega = w' (Sigma - Theta) w / w' Sigma w`` (McDonald, 1999): with one factor of variance 1,
    ``(sum of loadings)² / ((sum of loadings)² + sum of residual variances)``; w weights the items as the
    score does. It equals alpha where loadings are equal.

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
        raise EstimationError(f"denominator={denominator!r}: 'model' or 'observed'")
    name, _ = items_of(answers, scale)
    parts = parts_of_total(answers.instrument, name)
    chosen = _model_for(model, name, total=bool(parts))
    kept = "pairwise" if missing == "fiml" else missing
    moments = keyed_moments(answers, name, kept, pair_sds=False)
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
    told = cautions(moments)
    if missing == "fiml" and sample.never_together:  # nobody's pairs count, but persons do
        told = (*(text for text in told if text not in few_persons(moments.n)), *few_persons(sample.n))
    told += shape_of(answers, moments).narrows_omega(better)
    with one_blas_thread():
        found = omega_from(answers, moments, sample, chosen, denominator=denominator, warnings=told)
    if found.reason is None:
        warn_of_coverage([sample])
    return found


def _model_for(model: str | None, scale: str, *, total: bool) -> str:
    if model is None:
        return "correlated" if total else "one_factor"
    if model not in MODELS:
        raise EstimationError(f"model={model!r}: there are {', '.join(MODELS)}")
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
    """Return omega of moments; with a reason, one that is not defined."""
    common = moments.origin() | {"missing": sample.missing, "n": sample.n}
    what = "model-implied" if denominator == "model" else "observed"
    how = f"{_TITLES[model]}, ML, {sample.missing}"
    common |= {
        "definition": f"w' (Sigma - Theta) w over the {what} variance; {how}",
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
            written, general = model_of(answers.instrument, moments.scale, model, moments.items)
            by_item = dict(zip(moments.items, moments.weights.tolist(), strict=True))
            found = omega_figures(written, general, sample, by_item, denominator, _ADVICE[model])
            reason = _no_share_because(found["estimate"], found["improper"])
            if reason is None:
                return McDonaldOmega(answers=answers, **found, **common)
            common |= {name: found[name] for name in ("improper", "residual_variances", "fit")}
    except EstimationError as error:
        reason = f"{undefined_because(moments)}, and {error}" if apart else str(error)
    return McDonaldOmega(estimate=math.nan, reason=reason, **common)


def _no_share_because(estimate: float, improper: tuple[str, ...]) -> str | None:
    """Return why an omega outside 0 to 1 is none, or None where it lies between."""
    if 0 <= estimate <= 1 + _ROUNDING:
        return None
    why = f": {improper[0]}" if improper else ": the factors take more than all variance"
    return f"it comes out as {estimate:.3f}, and a share of variance lies between 0 and 1{why}"


def _undefined(moments: KeyedMoments, sample: SampleMoments, denominator: str, *, apart: bool) -> str | None:
    """Return why omega is not defined; items that nobody answered together are related by the model alone."""
    if not apart or np.diag(moments.counts).min() < _TWO:
        return undefined_because(moments)
    if denominator == "model":
        return None
    one, other = sample.never_together[0]
    return (
        f"fewer than two persons answered both {one} and {other}, so that the variance of the score was not "
        "observed; use denominator='model'"
    )


def _too_few(moments: KeyedMoments, model: str) -> str | None:
    if model == "one_factor" and moments.n_items < _FEWEST:
        return "two items do not identify a factor; use Spearman-Brown (split_half)"
    return None
