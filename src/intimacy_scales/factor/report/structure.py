"""The structure report: one call that tests whether answers support an instrument's scales."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.auxiliary import (
    auxiliary_names,
    check_seen_together,
    fit_with_auxiliary,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import (
    check_completeness,
    check_estimator,
    discrepancy_of,
    missing_rules,
    rule_of,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator, Scaling
from intimacy_scales.factor.confirmatory.fitting import FitOptions, check_samples, independent_persons
from intimacy_scales.factor.confirmatory.model.implied import Identification
from intimacy_scales.factor.confirmatory.model.model import Factors, Model, parts_of
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndex
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.exploratory.analysis import EFAResult, efa
from intimacy_scales.factor.exploratory.parallel import ParallelAnalysis, check_iterations, parallel_analysis
from intimacy_scales.factor.heterotrait import HeterotraitMonotrait, htmt
from intimacy_scales.factor.reading import check_missing, read_sample, read_samples
from intimacy_scales.factor.report.guides import fit_guides, scale_guides
from intimacy_scales.factor.report.places import places
from intimacy_scales.factor.report.result import ItemStructure, StructureReport
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments
from intimacy_scales.factor.unanswered import few_together
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.moments.answers import Answers, answers_given, needs_answers
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.wording import counted

_SHOWN_INDICES = 5
_FEW, _PER_PARAMETER, _FEW_CLUSTERS = 100, 1, 30  # persons, persons for each parameter, clusters
_SIGNIFICANT = 3.84  # 95 % quantile of chi-square with one degree of freedom


@reads_answers
def structure_report(
    instrument: Instrument | str | Path | Answers,
    responses: Any = None,
    *,
    scales: Sequence[str] | None = None,
    factors: Factors = "correlated",
    estimator: Estimator | None = None,
    missing: MissingAnswers | None = None,
    clusters: Clusters = None,
    auxiliary: Sequence[str] = (),
    n_iterations: int = 100,
    rng: int | None = 0,
    **reading: Unpack[ReadingOptions],
) -> StructureReport:
    """Test whether answers support an instrument's scales.

    Fits the model that the keys imply and compares its fit with published guides. Also reports which
    parameters would improve it, scales that answers do not distinguish, the number of factors that parallel
    analysis suggests, and exploratory factors.

    Parameters
    ----------
    instrument
        An `Instrument`, or its id or `Path`; or checked answers or moments alone.
    responses
        A table of answers as in `encode`, `CodedResponses`, or `ItemMoments` of a stream.
    scales, factors
        The scales, and the arrangement of their factors, as in `Model.from_instrument`.
    estimator
        As in `cfa`; by default MLR, which does not assume normality, and ML for moments. The test of MLR is
        that of Satorra and Bentler for complete answers of independent persons, otherwise that of Yuan and
        Bentler.
    missing
        ``fiml``, ``listwise`` or ``pairwise``; by default FIML for answers, pairwise for moments, and
        listwise with GLS and ULS, which need complete answers.
    clusters
        Who answered together, such as couples: a column of the table, or one label for each person; needs
        MLR.
    auxiliary
        Variables outside the instrument's model that predict who skipped items, as in `cfa`: items of the
        instrument that are on none of the scales, or columns of numbers. Parallel analysis, exploratory
        factors and ratios of correlations do not use them.
    n_iterations, rng
        Draws of parallel analysis, and a seed for these and for the random starts of rotation; by default
        seed 0, so that each call gives the same report.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    StructureReport
        With `to_frame`, `sentence`, `to_markdown`, `to_html`. Where the model cannot be estimated, its
        ``reason`` explains why.

    Raises
    ------
    InvalidResponsesError, MissingColumnsError, ResponseError
        As in `encode`.
    EstimationError
        Scales that share items, or options that exclude each other.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> report = structure_report("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> report.fit.df, report.parallel.n_factors
    (237, 6)
    """
    check_iterations(n_iterations)
    generator(rng)
    columns = _kept_for_auxiliary(instrument, auxiliary)
    answers = answers_given(instrument, responses, reading, clusters=clusters, **columns)
    form = answers.instrument
    model = Model.from_instrument(form, scales=scales, factors=factors)
    coded = isinstance(answers, CodedResponses)
    chosen_estimator, chosen = _estimation_options(estimator, missing, coded=coded)
    discrepancy = discrepancy_of(chosen_estimator, chosen)
    keys = _scales_of(model, parts_of(form, scales))
    if not coded and (discrepancy.needs_answers or clusters is not None):
        raise needs_answers("clusters=" if clusters is not None else f"estimator={chosen_estimator!r}")
    check_together(chosen_estimator, chosen, with_clusters=clusters is not None)
    extra: tuple[str, ...] = ()
    named = as_names("auxiliary", auxiliary, "items or columns")
    if named:
        scaling: Scaling = "yuan_bentler"
        extra = auxiliary_names(named, model, estimator=chosen_estimator, missing=chosen, scaling=scaling)
    sample = read_samples(answers, model.observed, missing=chosen, clusters=clusters, auxiliary=extra)[0]
    fitted, reason = _fitted(model, sample, chosen_estimator, extra)
    simple_missing = "pairwise" if chosen == "fiml" else chosen
    simple = read_sample(answers, model.observed, missing=simple_missing)
    parallel, exploratory, notes = _exploratory(simple, len(keys), n_iterations, rng)
    ratios = _ratios(model, simple, keys)
    items = _items(keys, fitted, exploratory)
    loadings = [item.loading for item in items if not math.isnan(item.loading)]
    names, correlations = _correlations(fitted)
    pairs = correlations[np.tril_indices(len(names), -1)] if factors == "correlated" else np.zeros(0)
    loadings = [] if factors == "bifactor" else loadings  # loadings on group factors have no guide
    model_guides = [] if fitted is None else list(fit_guides(fitted.fit))
    pair_ratios = [] if ratios is None else ratios.htmt[np.tril_indices(len(ratios.names), -1)].tolist()
    return StructureReport(
        instrument=form.ref,
        scales=tuple(keys),
        factors=factors,
        n=sample.n,
        n_rows=sample.n_rows,
        n_clusters=None if sample.clusters is None else len(np.unique(sample.clusters)),
        n_complete=None if sample.rows is None else _n_complete(sample.rows[:, : len(model.observed)]),
        estimator=chosen_estimator,
        missing=chosen,
        fit=None if fitted is None else fitted.fit,
        reason=reason,
        guides=(*model_guides, *scale_guides(loadings, pairs.tolist(), pair_ratios, _ratio_missing(simple))),
        items=items,
        factor_names=names,
        factor_correlations=correlations,
        heterotrait=ratios,
        modifications=_largest_indices(fitted),
        parallel=parallel,
        exploratory=exploratory,
        improper=() if fitted is None else fitted.improper,
        general=_general(fitted, factors),
        notes=(*notes, *few_notes(sample, fitted)),
        auxiliary=extra,
    )


def _kept_for_auxiliary(instrument: Any, auxiliary: Sequence[str]) -> dict[str, str]:
    """Return the auxiliary variables that are columns of a table, not items of its instrument."""
    if (
        not len(auxiliary)
        or isinstance(auxiliary, str)
        or isinstance(instrument, CodedResponses | ItemMoments)
    ):
        return {}
    items = as_instrument(instrument).item_ids
    return {f"auxiliary {name}": name for name in auxiliary if name not in items}


def _n_complete(rows: Floats) -> int:
    return int((~np.isnan(rows).any(axis=1)).sum())


def _scales_of(model: Model, parts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the items of each scale that is a factor of the model."""
    scales = {factor: model.indicators(factor) for factor in model.latent if factor in parts}
    return scales or {model.latent[0]: model.observed}


def _fitted(
    model: Model, sample: SampleMoments, estimator: Estimator, auxiliary: Sequence[str]
) -> tuple[CFAResult | None, str | None]:
    """Return the fitted model of the keys and no reason, or the reason why it could not be fitted."""
    try:
        discrepancy = discrepancy_of(estimator, rule_of([sample]))
        check_samples([sample], discrepancy)
        check_seen_together([sample], auxiliary)
        complete_and_independent = (
            sample.rows is not None and sample.clusters is None and not np.isnan(sample.rows).any()
        )
        scaling: Scaling = (
            "satorra_bentler"
            if complete_and_independent and discrepancy.is_scaled and not auxiliary
            else "yuan_bentler"
        )
        # with markers, the disturbance variance of a factor can be negative; a variance of 1 excludes that
        second_order = any(s.rhs in model.latent for s in model.loadings)
        identification: Identification = "marker" if second_order else "fixed_factor"
        options = FitOptions(estimator=estimator, identification=identification, scaling=scaling)
        return fit_with_auxiliary(model, [sample], auxiliary, options), None
    except EstimationError as error:
        return None, f"{error}{_how_to_leave_out(sample, model.observed)}"


def _how_to_leave_out(sample: SampleMoments, items: Sequence[str]) -> str:
    """Return how to leave out items that do not vary, or that hardly anyone answered."""
    variances = sample.covariances.diagonal()
    useless = [name for name, v in zip(sample.names, variances, strict=True) if name in items and not v > 0]
    if not useless or len(useless) == len(items):
        return ""
    return f" (report on instrument.without_items({useless!r}, new_id=…, version=…))"


def _estimation_options(
    estimator: Estimator | None, missing: MissingAnswers | None, *, coded: bool
) -> tuple[Estimator, MissingAnswers]:
    """Return estimator and missing rule, by default those that use most of the answers."""
    usual_missing: MissingAnswers = "fiml" if coded else "pairwise"
    if estimator is None:
        return ("MLR" if coded and missing != "pairwise" else "ML"), missing or usual_missing
    check_estimator(estimator)
    rules = missing_rules(estimator)
    return estimator, missing or (usual_missing if usual_missing in rules else rules[0])


def check_together(estimator: Estimator, missing: MissingAnswers, *, with_clusters: bool) -> None:
    """Raise where estimator, missing rule and clusters exclude each other."""
    if with_clusters and missing == "pairwise":
        raise EstimationError(
            "clusters= with missing='pairwise' is not valid; use missing='fiml' or 'listwise'"
        )
    if with_clusters and not discrepancy_of(estimator).counts_clusters:
        raise EstimationError(independent_persons(estimator))
    check_missing(missing)
    check_completeness(estimator, missing)
    rules = missing_rules(estimator)
    if missing not in rules:
        instead = " or ".join(map(repr, rules))
        raise EstimationError(
            f"estimator={estimator!r} with missing={missing!r} is not valid; use missing={instead}"
        )


def _exploratory(
    sample: SampleMoments, n_factors: int, n_iterations: int, rng: int | None
) -> tuple[ParallelAnalysis | None, EFAResult | None, tuple[str, ...]]:
    """Return parallel analysis and exploratory factors, with notes on why one is missing."""
    parallel, exploratory, notes = None, None, []
    try:
        parallel = parallel_analysis(sample, n_iterations=n_iterations, rng=rng)
    except EstimationError as error:
        notes.append(f"no parallel analysis: {error}")
    try:
        exploratory = efa(sample, n_factors, rng=rng)
    except EstimationError as error:
        notes.append(f"no exploratory factors: {error}")
    return parallel, exploratory, tuple(notes)


def _ratios(model: Model, sample: SampleMoments, keys: dict[str, Any]) -> HeterotraitMonotrait | None:
    if len(keys) < 2:
        return None
    text = "\n".join(f"{name} =~ {' + '.join(items)}" for name, items in keys.items())
    try:
        ratios = htmt(Model.from_text(text), sample, missing=sample.missing)
    except EstimationError:
        return None
    return replace(ratios, sample=replace(ratios.sample, rows=None))  # reports do not hold answers


def _ratio_missing(sample: SampleMoments) -> str | None:
    """Return the missing rule of correlations; None where no answers are missing."""
    complete = sample.rows is not None and sample.n == sample.n_rows and not np.isnan(sample.rows).any()
    return None if complete else sample.missing


def _items(
    keys: dict[str, tuple[str, ...]], fitted: CFAResult | None, exploratory: EFAResult | None
) -> tuple[ItemStructure, ...]:
    placed, items_of_report = places(keys, exploratory), []
    for scale, items in keys.items():
        for item in items:
            estimates, place = _loading(fitted, scale, item), placed[item]
            items_of_report.append(
                ItemStructure(
                    item=item,
                    scale=scale,
                    loading=estimates[0],
                    se=estimates[1],
                    explained=estimates[2],
                    efa_factor=place.factor,
                    efa_loading=place.loading,
                    elsewhere=place.flag == "elsewhere",
                    efa_flag=place.flag,
                )
            )
    return tuple(items_of_report)


def _loading(fitted: CFAResult | None, scale: str, item: str) -> tuple[float, float, float]:
    """Return standardized loading, its standard error, and the explained share of an item's variance."""
    if fitted is None:
        return np.nan, np.nan, np.nan
    factor = scale if scale in fitted.model.latent else fitted.model.latent[0]
    row = fitted.parameters[f"{factor} =~ {item}"]
    unique = fitted.parameters[f"{item} ~~ {item}"]
    return row.std_all, row.std_all_se, 1 - unique.std_all


def _general(fitted: CFAResult | None, factors: str) -> dict[str, float]:
    """Return standardized loadings on the general factor, of factors (second-order) or items (bifactor)."""
    if fitted is None or factors not in ("second_order", "bifactor"):
        return {}
    general = fitted.model.latent[-1] if factors == "second_order" else fitted.model.latent[0]
    return {row.rhs: row.std_all for row in fitted.parameters if row.op == "=~" and row.lhs == general}


def few_notes(sample: SampleMoments, fitted: CFAResult | None) -> list[str]:
    """Return cautions about few persons and few clusters."""
    notes = []
    if fitted is None and sample.n < _FEW:
        notes.append(f"n = {sample.n}: too few persons for this model; plan for about {_FEW} or more")
    if fitted is not None and sample.n < max(_FEW, _PER_PARAMETER * fitted.fit.n_parameters):
        notes.append(
            f"n = {sample.n} for {fitted.fit.n_parameters} parameters: estimates are unstable, and tests of "
            "fit reject too often"
        )
    if fitted is not None and fitted.never_together:
        notes.append(few_together(fitted.never_together))
    if sample.clusters is not None:
        n_clusters = len(np.unique(sample.clusters))
        if n_clusters < _FEW_CLUSTERS:
            clusters = counted(n_clusters, "cluster")
            notes.append(f"{clusters}: with fewer than about {_FEW_CLUSTERS}, standard errors are too small")
    return notes


def _correlations(fitted: CFAResult | None) -> tuple[tuple[str, ...], Floats]:
    if fitted is None:
        return (), np.zeros((0, 0))
    return fitted.model.latent, fitted.factor_correlations().to_numpy(dtype=np.float64).copy()


def _largest_indices(fitted: CFAResult | None) -> tuple[ModificationIndex, ...]:
    """Return the largest modification indices that are significant at 5 %."""
    if fitted is None or fitted.fit.df == 0:
        return ()
    return tuple(
        index for index in fitted.modification_indices()[:_SHOWN_INDICES] if index.index > _SIGNIFICANT
    )
