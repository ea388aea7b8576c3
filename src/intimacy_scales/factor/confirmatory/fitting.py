"""A model fitted to moments that were checked: what the results of `cfa` and of `sem` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np

from intimacy_scales.factor.confirmatory.checks import check_means, check_steps, group_labels
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of, rule_of
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator, Information, Scaling
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, fit_of, solve
from intimacy_scales.factor.confirmatory.model.implied import Equal, Identification
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.table import parameter_table, with_observed
from intimacy_scales.factor.confirmatory.results.estimates import parameter_estimates
from intimacy_scales.factor.confirmatory.results.improper import improper_parts
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.moments.blas import one_blas_thread


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
    """Return the fields of the result of a model; see `cfa` and `sem`."""
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
            **_found(solution, samples),
        }


def _found(solution: Solution, samples: Sequence[SampleMoments]) -> dict[str, Any]:
    """Return what was found of a model, by the fields of its result."""
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
