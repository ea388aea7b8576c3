"""Bootstrap of couples: coefficients in samples of couples drawn with replacement (arrays only).

Couples are drawn within compositions, so that each resample has as many of each kind. Draws depend on the
seed and on the number of couples only.
"""

from __future__ import annotations

import numpy as np

from intimacy_scales.dyads.actor_partner.columns import CoupleColumns
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.errors import EstimationError
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.numerics.scaled_matrices import units_of
from intimacy_scales.numerics.tolerances import SINGULAR

_DRAWS = 2**22  # draws that are made at once


def resampled_coefficients(fitted: ActorPartnerFit, n_resamples: int, rng: np.random.Generator) -> Floats:
    """Return the coefficients (n_resamples, p) in resamples; nan where they are not determined.

    Predictors stay centred on the means of all couples. Intercepts are not resampled: they are nan.
    """
    model = fitted.model
    at_once = max(1, min(n_resamples, _DRAWS // model.n))
    to_terms = model.to_coefficients()
    results = np.full((n_resamples, len(model.terms)), np.nan)
    for begin in range(0, n_resamples, at_once):
        end = min(begin + at_once, n_resamples)
        weights = [draw_counts(columns.n, end - begin, rng).astype(np.float64) for columns in model.columns]
        if len(fitted.constraints):
            results[begin:end] = _constrained(fitted, weights)
        else:
            slopes = [
                _slopes(columns, counts) for columns, counts in zip(model.columns, weights, strict=True)
            ]
            results[begin:end] = np.hstack(slopes) @ to_terms.T
    results[:, [position for position, term in enumerate(model.terms) if term.kind == "intercept"]] = np.nan
    return results


def _constrained(fitted: ActorPartnerFit, weights: list[Floats]) -> Floats:
    """Return the coefficients of a fit with constraints in each resample."""
    rows = []
    for counts in zip(*weights, strict=True):
        try:
            again = fit(
                fitted.model.resampled(counts),
                constraints=fitted.constraints,
                residuals=fitted.residuals,
                method=fitted.method,
            )
            rows.append(again.coefficients)
        except EstimationError:
            rows.append(np.full(len(fitted.coefficients), np.nan))
    return np.array(rows)


def _slopes(columns: CoupleColumns, weights: Floats) -> Floats:
    """Return the working coefficients (resamples, q) of one composition, with 0 for intercepts.

    Without constraints, they are those of least squares in each coordinate.
    """
    n_couple, n_effects = columns.variables.n_couple_terms, columns.variables.n_effects
    intercept = np.zeros((len(weights), 1))
    centred = _products(columns.centred, weights, centred=True)
    if columns.composition.exchangeable:
        means = _least_squares(centred, 1)[:, :, 0]
        differences = _least_squares(_products(columns.halves, weights, centred=False), 1)[:, :, 0]
        return np.hstack([intercept, means, differences])
    both = _least_squares(centred, 2)
    order = np.arange(both.shape[1])
    order[n_couple - 1 :] = order[n_couple - 1 :].reshape(n_effects, 2)[:, ::-1].ravel()
    return np.hstack([intercept, both[:, :, 0], intercept, both[:, order, 1]])


def _products(columns: Floats, weights: Floats, *, centred: bool) -> Floats:
    """Return the cross-products (resamples, c, c) of columns (c, n)."""
    c, n = columns.shape
    first, second = np.triu_indices(c)
    with one_blas_thread():
        sums = weights @ (columns[first] * columns[second]).T
        means = weights @ columns.T / n if centred else np.zeros((len(weights), c))
    products = np.empty((len(weights), c, c))
    products[:, first, second] = products[:, second, first] = sums
    products -= n * means[:, :, None] * means[:, None, :]
    return products


def _least_squares(products: Floats, n_outcomes: int) -> Floats:
    """Return the slopes (resamples, c - outcomes, outcomes) of the last columns on the others, or nan."""
    k = products.shape[1] - n_outcomes
    units = units_of(products.mean(axis=0))[:k]
    scaled = products[:, :k, :k] / np.outer(units, units)
    eigenvalues = np.linalg.eigvalsh(scaled)
    singular = ~(eigenvalues[:, 0] > SINGULAR * eigenvalues[:, -1])
    scaled[singular] = np.eye(k)
    slopes = np.linalg.solve(scaled, products[:, :k, k:] / units[:, None]) / units[:, None]
    slopes[singular] = np.nan
    return slopes
