"""Auxiliary variables of a model fitted with full information: saturated correlates (Graham, 2003).

They are no part of the model. They make it likelier that answers are missing at random, and tell something of
those that are missing. Each is related to every other one and to the residual of every item (or to the item
itself, where no factor is behind it), which leaves the model the degrees of freedom that it has without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate, Parameters
from intimacy_scales.factor.confirmatory.results.improper import improper_parts
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.factor.syntax.statements import Statement
from intimacy_scales.factor.unanswered import in_group
from intimacy_scales.moments.blas import one_blas_thread


def as_auxiliary(
    names: Any, model: Model, *, estimator: Estimator, missing: str, scaling: str
) -> tuple[str, ...]:
    """Return the names of auxiliary variables; raise where the model or its options do not go with them."""
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise EstimationError(f"auxiliary={names!r}: a list of items or columns")
    auxiliary = tuple(names)
    twice = [name for name in auxiliary if auxiliary.count(name) > 1]
    if twice:
        raise EstimationError(f"auxiliary: {twice[0]!r} is named twice")
    modelled = [name for name in auxiliary if name in (*model.observed, *model.latent)]
    if modelled:
        raise EstimationError(f"auxiliary: {modelled[0]!r} is part of the model already; name others")
    if auxiliary:
        _check_options(estimator, missing, scaling)
    return auxiliary


def _check_options(estimator: Estimator, missing: str, scaling: str) -> None:
    """Raise where an estimator, a rule of missing answers or a test does not use auxiliary variables."""
    check_estimator(estimator)
    if "fiml" not in missing_rules(estimator):
        raise EstimationError(
            f"auxiliary= tells something of answers that are missing, and estimator={estimator!r} needs "
            "complete answers: take estimator='ML' or 'MLR' with missing='fiml', or leave auxiliary out"
        )
    if missing != "fiml":
        raise EstimationError(
            f"auxiliary= tells something of answers that are missing, and missing={missing!r} does not use "
            "it: take missing='fiml'"
        )
    if scaling != "yuan_bentler":
        raise EstimationError(
            f"scaling={scaling!r} is of complete answers, to which auxiliary variables add nothing: leave "
            "one of both out"
        )


def check_seen_together(samples: Sequence[SampleMoments], names: Sequence[str]) -> None:
    """Raise where nobody answered both an auxiliary variable and another, whose covariance is not known."""
    for sample in samples:
        for one, other in sample.never_together:
            if one in names or other in names:
                name, item = (other, one) if other in names else (one, other)
                raise EstimationError(
                    f"fewer than two persons answered both {item} and {name}{in_group(sample.group)}, so "
                    f"that {name} cannot be related to everything: leave it out of auxiliary"
                )


def with_auxiliary(model: Model, names: Sequence[str]) -> Model:
    """Return the model with auxiliary variables behind its items, related to these and to each other."""
    added = [
        Statement(lhs=name, op="~~", rhs=other, modifiers=())
        for n, name in enumerate(names)
        for other in (*names[n:], *model.observed)
    ]
    return Model((*model.statements, *added)) if added else model


def own_parameters(names: Sequence[str]) -> tuple[str, ...]:
    """Return the variances and means of auxiliary variables, which no option sets equal across groups."""
    return tuple(text for name in names for text in (f"{name} ~~ {name}", f"{name} ~ 1"))


def about_items(result: CFAResult, model: Model, names: Sequence[str], *, keep_answers: bool) -> CFAResult:
    """Return the result of a model with auxiliary variables as one of the model without.

    Parameters
    ----------
    result
        Of the model that `with_auxiliary` made, with answers kept.
    model
        As it was written.
    names
        The auxiliary variables.
    keep_answers
        Whether answers are kept now.
    """
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
