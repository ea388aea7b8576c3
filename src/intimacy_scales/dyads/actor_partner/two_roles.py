"""Distinguishable couples: one equation for each role, with the same regressors in both (arrays only).

Each outcome has an intercept, covariates, and the actor and partner effects of its role. Both equations have
the same regressors, so that without constraints least squares in each of them is maximum likelihood, whatever
the covariance of their residuals (Zellner, 1962).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.actor_partner.couple_sums import CoupleSums, with_intercept
from intimacy_scales.dyads.actor_partner.cross_products import CrossProducts, condensed_rows
from intimacy_scales.dyads.actor_partner.terms import Composition, Variables


def sums_of_roles(composition: Composition, variables: Variables, sums: CrossProducts) -> CoupleSums:
    """Return the sums of couples in two roles.

    Parameters
    ----------
    composition, variables
        The composition, and the variables of the model.
    sums
        Of covariates; for each effect the regressor of the first and of the second role; both outcomes.
    """
    n_couple, n_terms = variables.n_couple_terms, variables.n_terms
    rows = condensed_rows(sums.products)
    swapped = _swapped(variables)
    design, outcome = np.zeros((2, len(rows) + 1, 2 * n_terms)), np.zeros((2, len(rows) + 1))
    to_coefficients = np.zeros((2 * n_terms, 2 * n_terms))
    for role, order in enumerate((np.arange(n_terms - 1), swapped)):
        columns = np.append(order, n_terms - 1 + role)
        of_role = CrossProducts(n=sums.n, means=sums.means[columns], products=sums.products)
        block = slice(role * n_terms, (role + 1) * n_terms)
        design[role, :, block], outcome[role] = with_intercept(of_role, rows[:, columns], 1)
        to_coefficients[block, block] = np.eye(n_terms)
        to_coefficients[block.start, block.start + 1 : block.stop] = -sums.means[order]
    predictors = n_couple - 1 + 2 * np.arange(len(variables.predictors))
    described = np.array([[n_terms - 1 + role, *(predictors + role)] for role in (0, 1)])
    return CoupleSums(
        composition=composition,
        n=sums.n,
        design=design,
        outcome=outcome,
        spread=sums.products[-2:, -2:],
        to_coefficients=to_coefficients,
        n_slopes=(n_terms - 1, n_terms - 1),
        means=sums.means[described],
        squares=sums.products.diagonal()[described],
    )


def _swapped(variables: Variables) -> NDArray[np.intp]:
    """Return the order of regressors for the second role: what is the actor's for one is the partner's."""
    order = np.arange(variables.n_terms - 1)
    first = variables.n_couple_terms - 1
    order[first:] = order[first:].reshape(-1, 2)[:, ::-1].ravel()
    return order
