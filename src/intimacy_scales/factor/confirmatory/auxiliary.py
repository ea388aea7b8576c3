"""Auxiliary variables of a model fitted with full information: saturated correlates (Graham, 2003).

They are not part of the model. They make it likelier that answers are missing at random, because they predict
which answers are missing or what these would have been. Each covaries with every other one and with the
residual of every item (with the item itself, where no factor explains it), so that the degrees of freedom are
those of the model without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import (
    check_estimator,
    missing_rules,
)
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator
from intimacy_scales.factor.confirmatory.estimation.related_baseline import (
    fit_of_items,
    with_related_baseline,
)
from intimacy_scales.factor.confirmatory.estimation.solution import without_answers
from intimacy_scales.factor.confirmatory.fitting import FitOptions, fitted_parts
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate, Parameters
from intimacy_scales.factor.confirmatory.results.improper import improper_parts
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.factor.syntax.statements import Statement
from intimacy_scales.factor.unanswered import in_group
from intimacy_scales.moments.blas import one_blas_thread


def auxiliary_names(
    auxiliary: tuple[str, ...], model: Model, *, estimator: Estimator, missing: str, scaling: str
) -> tuple[str, ...]:
    """Return the names of auxiliary variables; raise where the model or its options rule them out."""
    repeated = [name for name in auxiliary if auxiliary.count(name) > 1]
    if repeated:
        raise EstimationError(f"auxiliary: {repeated[0]!r} is named twice; name it once")
    modelled = [name for name in auxiliary if name in (*model.observed, *model.latent)]
    if modelled:
        raise EstimationError(f"auxiliary: {modelled[0]!r} is part of the model already; leave it out")
    _check_options(estimator, missing, scaling)
    return auxiliary


def _check_options(estimator: Estimator, missing: str, scaling: str) -> None:
    """Raise where an estimator, a missing rule or a test does not use auxiliary variables."""
    check_estimator(estimator)
    if "fiml" not in missing_rules(estimator):
        raise EstimationError(
            f"auxiliary= helps where answers are missing, and estimator={estimator!r} needs complete "
            "answers; use estimator='ML' or 'MLR' with missing='fiml', or leave auxiliary out"
        )
    if missing != "fiml":
        raise EstimationError(
            f"auxiliary= helps where answers are missing, and missing={missing!r} does not use it; use "
            "missing='fiml', or leave auxiliary out"
        )
    if scaling != "yuan_bentler":
        raise EstimationError(
            f"scaling={scaling!r} needs complete answers, to which auxiliary variables add nothing; leave "
            "one of the two out"
        )


def check_seen_together(samples: Sequence[SampleMoments], names: Sequence[str]) -> None:
    """Raise where nobody answered both an auxiliary variable and another, whose covariance is not known."""
    for sample in samples:
        for first, second in sample.never_together:
            if first in names or second in names:
                name, item = (second, first) if second in names else (first, second)
                raise EstimationError(
                    f"fewer than two persons answered both {item} and {name}{in_group(sample.group)}, so "
                    f"that their covariance cannot be estimated; leave {name} out of auxiliary"
                )


def fit_with_auxiliary(
    model: Model, samples: Sequence[SampleMoments], names: Sequence[str], options: FitOptions
) -> CFAResult:
    """Fit a measurement model with auxiliary variables; its result is that of the model without them.

    Without any names, the model is fitted as it was written.

    Parameters
    ----------
    model, options
        As they were written.
    samples
        Checked moments of the items, followed by the auxiliary variables.
    names
        The auxiliary variables.
    """
    if not names:
        return CFAResult(**fitted_parts(model, samples, **options))
    # their variances and means are free in each group, whichever parameters are set equal
    free = tuple(text for name in names for text in (f"{name} ~~ {name}", f"{name} ~ 1"))
    keep_answers = options.get("keep_answers", False)
    widened: FitOptions = {**options, "partial": (*options.get("partial", ()), *free), "keep_answers": True}
    result = CFAResult(**fitted_parts(_with_correlates(model, names), samples, **widened))
    return _about_items(result, model, names, keep_answers=keep_answers)


def _with_correlates(model: Model, names: Sequence[str]) -> Model:
    """Return the model with auxiliary variables after its items, free to covary with these and each other."""
    added = [
        Statement(lhs=name, op="~~", rhs=other, modifiers=())
        for n, name in enumerate(names)
        for other in (*names[n:], *model.observed)
    ]
    return Model((*model.statements, *added))


def _about_items(result: CFAResult, model: Model, names: Sequence[str], *, keep_answers: bool) -> CFAResult:
    """Return the result of a model with auxiliary variables as that of the model as it was written."""
    n_items, groups = len(model.observed), result.groups or (None,)
    with one_blas_thread():
        solution = with_related_baseline(result.solution, n_items)
    modelled: list[ParameterEstimate] = []
    auxiliary: list[ParameterEstimate] = []
    for row in result.parameters:
        (auxiliary if row.lhs in names or row.rhs in names else modelled).append(row)
    return replace(
        result,
        model=model,
        fit=fit_of_items(solution, n_items),
        parameters=Parameters(modelled),
        auxiliary=tuple(names),
        auxiliary_parameters=Parameters(auxiliary),
        improper=improper_parts(solution, groups, n_items),
        solution=solution if keep_answers else without_answers(solution),
    )
