"""The baseline of a model with auxiliary variables, and the fit against it (arrays only).

Items do not covary with each other, as in the usual baseline. Auxiliary variables covary with each other and
with every item, in the baseline as well as in the model, so that the two differ in the structure of the items
alone. This is the definition of ``auxiliary`` in semTools.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.mlr import first_order_information
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.fit import (
    Fit,
    FitIndices,
    crmr_of,
    fit_indices,
    scaled_fit,
    srmr_of,
)
from intimacy_scales.factor.confirmatory.estimation.problem import GroupPart, Problem
from intimacy_scales.factor.confirmatory.estimation.reference_models import Independence, Saturated
from intimacy_scales.factor.confirmatory.estimation.search import maximize
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, fit_of, of_residuals
from intimacy_scales.factor.confirmatory.model.structure import Floats, Place, Structure
from intimacy_scales.numerics.scaled_matrices import trace_of_ratio


def with_related_baseline(solution: Solution, n_items: int) -> Solution:
    """Return a solution with that baseline in place of the usual one; it must keep each person's answers.

    Parameters
    ----------
    solution
        Of the model with its auxiliary variables, which come after its items.
    n_items
        Number of items.
    """
    baseline, expected = [], solution.baseline_expected_chi_square
    for part, saturated, usual in zip(
        solution.problem.groups, solution.saturated, solution.baseline, strict=True
    ):
        related = _fitted_baseline(part, saturated, n_items, solution.discrepancy)
        baseline.append(related)
        # the expected chi-square is tr(B A^-1) of the saturated model less that of the baseline
        expected += usual.score_to_information - related.score_to_information
    return replace(
        solution,
        baseline=tuple(baseline),
        baseline_expected_chi_square=expected,
        missing_correction=None,  # is relative to the usual baseline
    )


def _fitted_baseline(
    part: GroupPart, saturated: Saturated, n_items: int, discrepancy: Discrepancy
) -> Independence:
    """Return the baseline of one group, fitted."""
    p = len(saturated.means)
    pairs = [(i, j) for j in range(p) for i in range(j + 1) if i == j or j >= n_items]
    places: list[tuple[Place, int, int]] = [("theta", i, j) for i, j in pairs]
    places += [("nu", i, 0) for i in range(p)]
    structure = Structure(p, 0, places)
    n = len(places)
    group = GroupPart(structure=structure, moments=part.moments, fixed=np.zeros(n), free=np.arange(n))
    problem = Problem(groups=(group,), n_free=n, discrepancy=discrepancy)
    covariances = _start_covariances(saturated.covariances, n_items)
    start = np.concatenate([[covariances[i, j] for i, j in pairs], saturated.means])
    try:
        optimum = maximize(problem, start)
    except NotConvergedError as error:
        raise NotConvergedError(
            f"the baseline, in which only auxiliary variables covary with others, did not converge: {error}; "
            "leave some auxiliary variables out"
        ) from None
    trace = math.nan
    if discrepancy.is_scaled:
        products = first_order_information(problem, optimum.at)
        trace = trace_of_ratio(problem.observed_information(optimum.at), products)
    return Independence(value=optimum.at.value, score_to_information=trace)


def _start_covariances(covariances: Floats, n_items: int) -> Floats:
    """Return covariances with unrelated items; with complete answers, they are the estimates.

    Auxiliary variables keep their regression on the items, and its residual covariances. Variables that
    nobody answered together count as unrelated.
    """
    known = np.where(np.isnan(covariances), 0.0, covariances)
    items, others = slice(None, n_items), slice(n_items, None)
    try:
        slopes = np.linalg.solve(known[items, items], known[items, others]).T
        residuals = known[others, others] - slopes @ known[items, others]
        np.linalg.cholesky(residuals)
    except np.linalg.LinAlgError:
        return np.diag(known.diagonal())
    start: Floats = np.diag(known.diagonal())
    start[others, items] = slopes * known.diagonal()[items]
    start[items, others] = start[others, items].T
    start[others, others] = slopes @ start[items, others] + residuals
    return start


def fit_of_items(solution: Solution, n_items: int) -> Fit:
    """Return tests and indices of fit of the items, relative to this baseline and from their residuals."""
    fit, groups = fit_of(solution), solution.table.n_groups
    tested = fit_indices(
        chi_square=fit.chi_square,
        df=fit.df,
        baseline=fit.baseline_chi_square,
        baseline_df=groups * n_items * (n_items - 1) // 2,
        n=fit.n,
        n_groups=groups,
        n_in_test=fit.n_in_test,
    )
    scaled = None
    if fit.scaled is not None:
        factor = solution.expected_chi_square / tested.df if tested.df else 1.0
        baseline_factor = solution.baseline_expected_chi_square / tested.baseline_df
        scaled = scaled_fit(tested, factor, baseline_factor, solution.scaling)
    indices: dict[str, Any] = {name: getattr(tested, name) for name in FitIndices.__slots__}
    return replace(
        fit,
        **indices,
        srmr=of_residuals(solution, srmr_of, n_items),
        crmr=of_residuals(solution, crmr_of, n_items),
        scaled=scaled,
    )
