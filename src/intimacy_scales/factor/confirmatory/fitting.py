"""The steps that `cfa`, `sem` and `invariance` share: checks of model, options and samples, and the fit."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from typing import Any, TypedDict, get_args

import numpy as np

from intimacy_scales.errors import CoverageWarning, EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import (
    check_completeness,
    check_estimator,
    discrepancy_of,
    rule_of,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancy import (
    Discrepancy,
    Estimator,
    Information,
    Scaling,
)
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, fit_of, solve
from intimacy_scales.factor.confirmatory.model.implied import Equal, Identification
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.table import parameter_table, with_observed
from intimacy_scales.factor.confirmatory.results.estimates import parameter_estimates
from intimacy_scales.factor.confirmatory.results.improper import improper_parts
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments
from intimacy_scales.factor.syntax.grammar import Statement
from intimacy_scales.factor.unanswered import few_together
from intimacy_scales.messages import level_outside, not_one_of, suggest
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.table import CodedResponses

EQUAL: tuple[str, ...] = get_args(Equal)
OF_MEASUREMENT = tuple(name for name in EQUAL if name != "regressions")
_IDENTIFICATION: dict[Identification, str] = {
    "marker": "first loading 1",
    "fixed_factor": "factor variance 1",
    "none": "only what the model fixes",
}


def check_options(
    estimator: Estimator,
    missing: MissingAnswers,
    identification: str,
    equal: Collection[str],
    information: str | None,
    *,
    may_be_equal: Collection[str] = OF_MEASUREMENT,
) -> None:
    """Raise where an option is not valid, or the missing rule does not suit the estimator.

    ``may_be_equal`` are the kinds of parameters that can be set equal across groups.
    """
    check_estimator(estimator)
    check_completeness(estimator, missing)
    if identification not in tuple(_IDENTIFICATION):
        raise EstimationError(not_one_of("identification", identification, _IDENTIFICATION))
    listed = f"{', '.join(map(repr, may_be_equal))}"
    for name in as_names("equal", equal, listed):
        if name not in may_be_equal:
            hint = suggest(name, may_be_equal)
            raise EstimationError(f"equal={equal!r} is not valid; allowed: a list of {listed}{hint}")
    if information is not None and information not in get_args(Information):
        raise EstimationError(not_one_of("information", information, get_args(Information)))


def check_names(model: Model, data: Any) -> None:
    """Raise where a factor has the same name as a column or item."""
    columns = data.item_ids if isinstance(data, CodedResponses) else getattr(data, "columns", None)
    names = {str(name) for name in columns} if columns is not None and not callable(columns) else set()
    clash = [factor for factor in model.latent if factor in names]
    if clash:
        raise EstimationError(
            f"{clash[0]!r} names both a factor of the model and a column of the data; rename the factor"
        )


def check_samples(samples: Sequence[SampleMoments], discrepancy: Discrepancy) -> None:
    """Raise where no model can be fitted to the moments of some group."""
    for sample in samples:
        sample.check_usable(apart=True)
        discrepancy.check(sample)
        if sample.clusters is not None and len(np.unique(sample.clusters)) < 2:
            raise EstimationError(
                "clusters: all persons are in one cluster, but standard errors need two; leave clusters= out"
            )
        if sample.clusters is not None and not discrepancy.counts_clusters:
            raise EstimationError(independent_persons(discrepancy.name))


def independent_persons(estimator: str) -> str:
    """Return the message that an estimator does not use clusters."""
    return f"estimator={estimator!r} assumes independent persons; with clusters use 'MLR'"


def warn_of_coverage(samples: Sequence[SampleMoments]) -> None:
    """Warn where a model is fitted to items that nobody answered together."""
    for sample in samples:
        if sample.missing == "fiml" and sample.never_together:
            text = few_together(sample.never_together, sample.group)
            warnings.warn(text, CoverageWarning, stacklevel=level_outside())


def check_scaling(samples: Sequence[SampleMoments], discrepancy: Discrepancy, scaling: str) -> None:
    """Raise where the scaled test cannot be computed from these samples."""
    if scaling not in get_args(Scaling):
        raise EstimationError(not_one_of("scaling", scaling, get_args(Scaling)))
    if scaling == "yuan_bentler":
        return
    if not discrepancy.is_scaled:
        raise EstimationError(
            f"scaling={scaling!r} is for the robust test; use estimator='MLR', or leave it out"
        )
    for sample in samples:
        if sample.clusters is not None or sample.rows is None or np.isnan(sample.rows).any():
            raise EstimationError(
                f"scaling={scaling!r} needs complete answers of independent persons; use missing='listwise' "
                "without clusters, or scaling='yuan_bentler'"
            )


def check_steps(max_iterations: int) -> None:
    """Raise where the limit of steps is not a whole number from 1."""
    if isinstance(max_iterations, bool) or not isinstance(max_iterations, int) or max_iterations < 1:
        raise EstimationError(
            f"max_iterations={max_iterations!r} is not valid; allowed: a whole number, at least 1"
        )


def check_means(model: Model, samples: Sequence[SampleMoments], *, wanted: bool) -> None:
    """Raise where a model has means, and those of the samples are not known."""
    has_means = any(isinstance(s, Statement) and s.op == "~1" for s in model.statements)
    if (has_means or wanted) and not all(sample.means_known for sample in samples):
        raise EstimationError(
            "the model has means, and these covariances have none; pass means= to covariances_as_sample"
        )


def group_labels(samples: Sequence[SampleMoments]) -> list[str | None]:
    """Return the labels of groups, or their numbers where labels are missing or repeated."""
    labels = [sample.group for sample in samples]
    if len(samples) > 1 and (None in labels or len(set(labels)) < len(labels)):
        return [str(n) for n in range(1, len(samples) + 1)]
    return labels


class FitOptions(TypedDict, total=False):
    """The options of `fitted_parts` of a measurement model."""

    estimator: Estimator
    equal: tuple[Equal, ...]
    partial: tuple[str, ...]
    identification: Identification
    means: bool
    information: Information | None
    scaling: Scaling
    max_iterations: int
    keep_answers: bool


def fitted_parts(
    model: Model,
    samples: Sequence[SampleMoments],
    *,
    estimator: Estimator = "ML",
    equal: tuple[Equal, ...] = (),
    partial: tuple[str, ...] = (),
    identification: Identification = "marker",
    means: bool = False,
    information: Information | None = None,
    scaling: Scaling = "yuan_bentler",
    max_iterations: int = 200,
    keep_answers: bool = False,
    structural: bool = False,
    fixed_x: bool = True,
) -> dict[str, Any]:
    """Fit a model and return the fields of its result; see `cfa` and `sem`."""
    discrepancy = discrepancy_of(estimator, rule_of(samples), scaling=scaling)
    check_steps(max_iterations)
    check_means(model, samples, wanted=means or "intercepts" in equal)
    table = parameter_table(
        model,
        n_groups=len(samples),
        identification=identification,
        with_means=(means or discrepancy.needs_means or len(samples) > 1 or samples[0].clusters is not None),
        equal=equal,
        partial=partial,
        structural=structural,
        fixed_x=fixed_x,
    )
    table = with_observed(table, list(map(discrepancy.known_moments, samples)))
    with one_blas_thread():
        solution = solve(
            table,
            samples,
            discrepancy=discrepancy,
            information=information,
            max_iterations=max_iterations,
            keep_answers=keep_answers,
        )
        return {
            "model": model,
            "estimator": estimator,
            "missing": samples[0].missing,
            "identification": identification,
            "equal": equal,
            **_estimated_fields(solution, samples),
        }


def _estimated_fields(solution: Solution, samples: Sequence[SampleMoments]) -> dict[str, Any]:
    """Return the fields of a result that depend on the estimates and the samples."""
    labels, several = group_labels(samples), len(samples) > 1
    return {
        "fit": fit_of(solution),
        "parameters": parameter_estimates(solution, labels),
        "information": solution.information,
        "groups": tuple(str(label) for label in labels) if several else (),
        "group_n": tuple(sample.n for sample in samples) if several else (),
        "n": solution.problem.n,
        "n_rows": sum(sample.n_rows for sample in samples),
        "n_clusters": _n_clusters(samples),
        "improper": improper_parts(solution, labels),
        "iterations": solution.optimum.iterations,
        "never_together": _never_together(samples),
        "instrument": samples[0].instrument,
        "solution": solution,
    }


def _n_clusters(samples: Sequence[SampleMoments]) -> int | None:
    labels = [sample.clusters for sample in samples if sample.clusters is not None]
    return len(np.unique(np.concatenate(labels))) if labels else None


def _never_together(samples: Sequence[SampleMoments]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of items that nobody answered together in some group, with full information."""
    if samples[0].missing != "fiml":
        return ()
    return tuple(dict.fromkeys(pair for sample in samples for pair in sample.never_together))
