"""The baseline of a model with auxiliary variables, and the fit against it (arrays only).

Items are unrelated to each other, as in the usual baseline. Auxiliary variables are related to each other and
to every item, in the baseline as in the model, so that what the model gains is of its items alone; semTools'
``auxiliary`` defines it so.
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


def with_related_baseline(solution: Solution, n_items: int) -> Solution:
    """Return a solution with that baseline; it must keep each person's answers.

    Parameters
    ----------
    solution
        Of the model with its auxiliary variables, which come after its items.
    n_items
        How many items there are.
    """
    baseline, excess = [], solution.baseline_excess
    for part, whole, usual in zip(
        solution.problem.groups, solution.saturated, solution.baseline, strict=True
    ):
        related = _fitted(part, whole, n_items, solution.discrepancy)
        baseline.append(related)
        # what is to be expected of chi-square: the traces of the saturated model less those of the baseline
        excess += usual.score_to_information - related.score_to_information
    return replace(solution, baseline=tuple(baseline), baseline_excess=excess)


def _fitted(part: GroupPart, whole: Saturated, n_items: int, discrepancy: Discrepancy) -> Independence:
    p = len(whole.means)
    pairs = [(i, j) for j in range(p) for i in range(j + 1) if i == j or j >= n_items]
    places: list[tuple[Place, int, int]] = [("theta", i, j) for i, j in pairs]
    places += [("nu", i, 0) for i in range(p)]
    structure = Structure(p, 0, places)
    n = len(places)
    group = GroupPart(structure=structure, moments=part.moments, fixed=np.zeros(n), free=np.arange(n))
    problem = Problem(groups=(group,), n_free=n, discrepancy=discrepancy)
    covariances = _start(whole.covariances, n_items)
    start = np.concatenate([[covariances[i, j] for i, j in pairs], whole.means])
    try:
        optimum = maximize(problem, start)
    except NotConvergedError as error:
        raise NotConvergedError(
            f"the baseline, in which only auxiliary variables are related to others: {error}; leave some "
            "auxiliary variables out"
        ) from None
    trace = math.nan
    if discrepancy.is_scaled:
        first = first_order_information(problem, optimum.at)
        trace = float(np.trace(np.linalg.solve(problem.observed_information(optimum.at), first)))
    return Independence(value=optimum.at.value, score_to_information=trace)


def _start(covariances: Floats, n_items: int) -> Floats:
    """Return covariances with unrelated items, which are the most likely ones where answers are complete.

    Auxiliary variables have the regression on items that they have in the sample, and its residuals. Pairs
    that nobody answered both of count as unrelated.
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
    """Return tests and indices of fit of the items: against their baseline, and of their residuals alone."""
    whole, groups = fit_of(solution), solution.table.n_groups
    tested = fit_indices(
        chi_square=whole.chi_square,
        df=whole.df,
        baseline=whole.baseline_chi_square,
        baseline_df=groups * n_items * (n_items - 1) // 2,
        n=whole.n,
        n_groups=groups,
        n_in_test=whole.n_in_test,
    )
    scaled = None
    if whole.scaled is not None:
        factor = solution.excess / tested.df if tested.df else 1.0
        scaled = scaled_fit(tested, factor, solution.baseline_excess / tested.baseline_df, solution.scaling)
    indices: dict[str, Any] = {name: getattr(tested, name) for name in FitIndices.__slots__}
    return replace(
        whole,
        **indices,
        srmr=of_residuals(solution, srmr_of, n_items),
        crmr=of_residuals(solution, crmr_of, n_items),
        scaled=scaled,
    )
