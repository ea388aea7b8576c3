"""Standardized actor and partner effects, by the SDs of all persons or of each cell (arrays only)."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np

from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of

Convention = Literal["pooled", "by_cell"]
"""``pooled``: standard deviations over all persons, both partners of all couples, so that effects of
different cells compare (Kenny, Kashy & Cook, 2006). ``by_cell``: of the outcome in the cell that the effect
is
of, and of the predictor in the cell whose scores have the effect: for couples in roles, those of each
role."""


def standardizing_factors(model: ActorPartnerEquations, convention: Convention) -> Floats:
    """Return what each coefficient (p,) is multiplied by: ``sd of predictor / sd of outcome``.

    Estimates, standard errors and ends of intervals are multiplied alike: the standard deviations count as
    known. It is nan for intercepts, covariates and interactions, which have no standardized form here.

    Raises
    ------
    EstimationError
        The convention is not one of these.

    Examples
    --------
    >>> from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
    >>> model = actor_partner_equations([[4, 5], [2, 3], [3, 3]], {"trust": [[3, 4], [1, 3], [2, 4]]})
    >>> standardizing_factors(model, "pooled").round(3)
    array([  nan, 1.132, 1.132])
    """
    if convention not in get_args(Convention):
        raise EstimationError(not_one_of("standardized", convention, get_args(Convention)))
    pooled = _pooled_sds(model)
    of_cells = {
        cell: np.sqrt(squares / (sums.persons_per_cell - 1)) if convention == "by_cell" else pooled
        for sums in model.sums
        for cell, squares in zip(sums.composition.cells, sums.squares, strict=True)
    }
    partner_cells = {
        cell: partner
        for sums in model.sums
        for cell, partner in zip(sums.composition.cells, sums.composition.cells[::-1], strict=True)
    }
    factors = np.full(len(model.terms), math.nan)
    for position, term in enumerate(model.terms):
        if term.predictor is None or term.covariate is not None:
            continue
        source = term.cell if term.kind == "actor" else partner_cells[term.cell]
        number = 1 + model.variables.predictors.index(term.predictor)
        factors[position] = of_cells[source][number] / of_cells[term.cell][0]
    return factors


def _pooled_sds(model: ActorPartnerEquations) -> Floats:
    """Return the standard deviations of the outcome and each predictor over all persons."""
    weights = np.concatenate(
        [np.full(len(sums.means), sums.persons_per_cell, dtype=float) for sums in model.sums]
    )
    means = np.vstack([sums.means for sums in model.sums])
    within = np.vstack([sums.squares for sums in model.sums]).sum(axis=0)
    deviations = means - weights @ means / weights.sum()
    sds: Floats = np.sqrt((within + weights @ deviations**2) / (weights.sum() - 1))
    return sds
