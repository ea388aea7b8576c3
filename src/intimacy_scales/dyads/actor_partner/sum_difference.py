"""Exchangeable couples: regressions of couple means and of half-differences (arrays only).

With actor effect a and partner effect p, the model of both partners is equivalent to two regressions:

- of couple means: ``mean y = intercept + c z + (a + p) mean x + ...``
- of half-differences: ``(y1 - y2) / 2 = (a - p) (x1 - x2) / 2 + ...``, without an intercept.

Their residuals are uncorrelated, so that each is ordinary least squares, and ``a = (b_mean + b_difference) /
2``, ``p = (b_mean - b_difference) / 2`` (Griffin & Gonzalez, 1995; Kenny, Kashy & Cook, 2006, ch. 7). The
residual variances of both are free, so that partners may also be less alike than strangers.

Means do not change when partners are swapped, and products of two half-differences do not either: swapping
partners in any couple changes no bit of the sums.
"""

from __future__ import annotations

import numpy as np

from intimacy_scales.dyads.actor_partner.couple_sums import CoupleSums, with_intercept
from intimacy_scales.dyads.actor_partner.cross_products import CrossProducts, Floats, condensed_rows
from intimacy_scales.dyads.actor_partner.terms import Composition, Variables


def exchangeable_sums(
    composition: Composition, variables: Variables, means: CrossProducts, halves: CrossProducts
) -> CoupleSums:
    """Return the sums of exchangeable couples.

    Parameters
    ----------
    composition, variables
        The composition, and the variables of the model.
    means
        Of covariates, couple means of the effects' regressors, and couple means of the outcome.
    halves
        Of half-differences of the effects' regressors and of the outcome, which are not centred.
    """
    n_couple, n_effects = variables.n_couple_terms, variables.n_effects
    mean_rows = condensed_rows(2 * means.products)
    half_rows = condensed_rows(2 * halves.products)
    mean_design, mean_outcome = with_intercept(means, mean_rows, 2)
    n_rows = len(mean_outcome) + len(half_rows)
    design = np.zeros((2, n_rows, n_couple + 2 * n_effects))
    outcome = np.zeros((2, n_rows))
    of_means, of_halves = slice(len(mean_outcome)), slice(len(mean_outcome), n_rows)
    design[0, of_means, : n_couple + n_effects] = mean_design
    design[1, of_halves, n_couple + n_effects :] = half_rows[:, :-1]
    outcome[0, of_means], outcome[1, of_halves] = mean_outcome, half_rows[:, -1]
    squares = 2 * (means.products.diagonal()[n_couple - 1 :] + halves.products.diagonal())
    described = [-1, *range(len(variables.predictors))]  # the outcome, then the predictors
    return CoupleSums(
        composition=composition,
        n=means.n,
        design=design,
        outcome=outcome,
        spread=np.diag([2 * means.products[-1, -1], 2 * halves.products[-1, -1]]),
        to_coefficients=_to_coefficients(variables, means.means[:-1]),
        n_slopes=(n_couple - 1 + n_effects, n_effects),
        means=means.means[n_couple - 1 :][None, described],
        squares=squares[None, described],
    )


def _to_coefficients(variables: Variables, means: Floats) -> Floats:
    """Return the coefficients of the terms as linear forms of working coefficients.

    These are the intercept at the means, covariates, sums ``a + p``, and differences ``a - p``.
    """
    n_couple, n_effects = variables.n_couple_terms, variables.n_effects
    matrix = np.eye(n_couple, variables.n_terms)
    matrix[0, 1 : n_couple + n_effects] = -means
    effects = np.zeros((n_effects, 2, n_couple + 2 * n_effects))
    number = np.arange(n_effects)
    effects[number, :, n_couple + number] = 0.5
    effects[number, 0, n_couple + n_effects + number] = 0.5
    effects[number, 1, n_couple + n_effects + number] = -0.5
    return np.vstack([matrix, effects.reshape(2 * n_effects, -1)])
