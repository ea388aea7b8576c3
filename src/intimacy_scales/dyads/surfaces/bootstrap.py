"""The bootstrap of couples for surfaces: coefficients in resamples, and without each couple (arrays only)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.couple_regressions import CoupleRegressions, Regression
from intimacy_scales.dyads.surfaces.influence import without_each
from intimacy_scales.dyads.surfaces.polynomial import in_order
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.numerics.tolerances import SINGULAR

Floats = NDArray[np.float64]
_NUMBERS = 4_000_000  # in memory at once


def resampled_coefficients(
    regressions: CoupleRegressions, n_resamples: int, rng: np.random.Generator
) -> Floats:
    """Return b0 to b5 of each surface in resamples of couples (n_resamples, n_cells, 6).

    A couple that is drawn several times counts as often, so that a resample only needs sums of products.
    Coefficients are nan where they are not identified.
    """
    sums = [_products(part) for part in regressions.parts]
    at_once = max(1, _NUMBERS // regressions.n)
    drawn = []
    for start in range(0, n_resamples, at_once):
        counts = draw_counts(regressions.n, min(at_once, n_resamples - start), rng).astype(np.float64)
        parts = [
            _solved(counts @ products, len(part.coefficients))
            for products, part in zip(sums, regressions.parts, strict=True)
        ]
        drawn.append(np.hstack(parts))
    return _of_cells(regressions, np.vstack(drawn))


def jackknifed_coefficients(regressions: CoupleRegressions) -> Floats:
    """Return b0 to b5 of each surface without each couple in turn (n, n_cells, 6)."""
    return _of_cells(regressions, np.hstack([without_each(part) for part in regressions.parts]))


def _of_cells(regressions: CoupleRegressions, working: Floats) -> Floats:
    """Return b0 to b5 from the coefficients of both regressions, row by row."""
    terms = regressions.to_terms.reshape(-1, regressions.to_terms.shape[2])
    coefficients: Floats = np.einsum("crt,tw,nw->ncr", in_order(regressions), terms, working)
    return coefficients


def _products(part: Regression) -> Floats:
    """Return products of each row: regressors with each other, then with the outcome (n, p * p + p)."""
    outcome = part.design @ part.coefficients + part.residuals
    squares = part.design[:, :, None] * part.design[:, None, :]
    return np.hstack([squares.reshape(len(outcome), -1), part.design * outcome[:, None]])


def _solved(sums: Floats, p: int) -> Floats:
    """Return coefficients from sums of products (n_resamples, p * p + p)."""
    matrices, right = sums[:, : p * p].reshape(-1, p, p), sums[:, p * p :]
    lengths = np.sqrt(np.diagonal(matrices, axis1=1, axis2=2))
    coefficients = np.full((len(sums), p), np.nan)
    usable = (lengths > 0).all(axis=1)
    scale = lengths[usable]
    scaled = matrices[usable] / (scale[:, :, None] * scale[:, None, :])
    values, vectors = np.linalg.eigh(scaled)
    singular = values[:, 0] <= SINGULAR * values[:, -1]
    values[singular] = np.nan
    rotated = np.einsum("nij,ni->nj", vectors, right[usable] / scale) / values
    coefficients[usable] = np.einsum("nij,nj->ni", vectors, rotated) / scale
    return coefficients
