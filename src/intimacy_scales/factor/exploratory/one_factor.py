"""The most likely loadings of one factor behind each of several sets of variables (arrays only).

A search takes a few Newton steps, each some dozens of operations on small matrices that take longer to call
than to do. For several matrices of one size, one call does for all of them. Only plain searches are made so:
full steps that lead down inside the bounds, from a valley into a valley. All others are left to `ml`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.exploratory.extraction import GAP, Likelihood, first_start
from intimacy_scales.factor.exploratory.minimum import SUFFICIENT, TOLERANCE
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import directed

_STEPS = 20


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """What `Likelihood` says at places (k, p): values and rounding (k,), derivatives (k, p) and (k, p, p).

    With the largest eigenvalues (k,) and their vectors (k, p), of which the loadings come.
    """

    values: Floats
    rounding: Floats
    gradients: Floats
    hessians: Floats
    largest: Floats
    axes: Floats


def likely_loadings(correlations: Floats) -> Floats:
    """Return the loadings (k, p) that `ml` finds, up to their side; nan where the search is not a plain one.

    Parameters
    ----------
    correlations
        (k, p, p), finite.

    Examples
    --------
    >>> loadings = np.array([[0.9, 0.8, 0.7, 0.6], [0.5, 0.5, 0.4, -0.4]])
    >>> matrices = loadings[:, :, None] * loadings[:, None, :]
    >>> matrices[:, range(4), range(4)] = 1
    >>> likely_loadings(matrices).round(6).tolist()
    [[0.9, 0.8, 0.7, 0.6], [0.5, 0.5, 0.4, -0.4]]
    """
    low, high = Likelihood.bounds
    plain = np.linalg.eigvalsh(correlations)[:, 0] > GAP
    correlations = np.where(plain[:, None, None], correlations, np.eye(correlations.shape[-1]))
    at = np.log(first_start(correlations, 1))
    settled, fall, before = np.zeros(len(at), dtype=np.bool_), np.zeros(len(at)), np.full(len(at), np.inf)
    for _ in range(_STEPS):
        places = _places(correlations, at)
        plain &= ((at > low) & (at < high)).all(axis=1) & (np.linalg.eigvalsh(places.hessians)[:, 0] > 0)
        plain &= settled | (places.values <= before + SUFFICIENT * fall + places.rounding)
        settled = plain & (np.abs(places.gradients).max(axis=1) <= TOLERANCE)
        moving = np.flatnonzero(plain & ~settled)
        if not len(moving):
            break
        slopes, before = places.gradients[moving], places.values
        steps = np.linalg.solve(places.hessians[moving], -slopes[:, :, None])[:, :, 0]
        fall = np.zeros(len(at))
        fall[moving] = np.minimum(np.sum(steps * slopes, axis=1), 0.0)
        at[moving] = np.clip(at[moving] + steps, low, high)  # a search that comes to a bound is none of these
    lengths = np.sqrt(np.maximum(places.largest - 1, 0))
    loadings = np.exp(at / 2) * directed(places.axes.T).T * lengths[:, None]
    return np.where(settled[:, None], loadings, np.nan)


def _places(correlations: Floats, at: Floats) -> _Places:
    """Return what the likelihoods are at logarithms of uniquenesses (k, p)."""
    scale = np.exp(-at / 2)
    values, vectors = np.linalg.eigh(correlations * scale[:, :, None] * scale[:, None, :])
    left, axes, largest = vectors[:, :, :-1], vectors[:, :, -1], values[:, -1]
    rest = np.maximum(values[:, :-1], np.finfo(np.float64).tiny)
    more = rest - 1
    across = left.transpose(0, 2, 1)
    weights = more * (rest + largest[:, None]) / np.minimum(rest - largest[:, None], -GAP)
    crossed = left * axes[:, :, None]
    return _Places(
        values=np.sum(more - np.log(rest), axis=1),
        rounding=1e-14 * (1 + largest * np.sum(np.abs(more / rest), axis=1)),
        gradients=(left**2 @ -more[:, :, None])[:, :, 0],
        hessians=(left * rest[:, None, :]) @ across * (left @ across)
        + (crossed * weights[:, None, :]) @ crossed.transpose(0, 2, 1),
        largest=largest,
        axes=axes,
    )
