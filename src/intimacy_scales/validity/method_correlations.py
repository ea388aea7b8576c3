"""Correlations of traits measured by several methods (arrays only).

Columns are in the order of methods, then traits: column ``m * n_traits + t`` is trait t by method m.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.progress import steps
from intimacy_scales.numerics.resampling import draw_counts

Floats = NDArray[np.float64]

_AT_ONCE = 500_000  # numbers of a table of counts
_CONSTANT = 1e-12  # of the squares of values less the mean of their column


def pair_sums(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return correlations and numbers of pairs, each of the persons with both values: (b, k, k) twice.

    Parameters
    ----------
    values
        (n, k): nan where missing.
    weights
        (b, n): how often each person counts.
    """
    n_columns = values.shape[1]
    answered = (~np.isnan(values)).astype(np.float64)
    means = np.nansum(values, axis=0) / np.maximum(answered.sum(axis=0), 1)
    x = np.where(answered > 0, values - means, 0.0)

    def summed(one: Floats, other: Floats) -> Floats:
        products = (one[:, :, None] * other[:, None, :]).reshape(len(values), -1)
        sums: Floats = (weights @ products).reshape(-1, n_columns, n_columns)
        return sums

    n, s, p, q = summed(answered, answered), summed(x, answered), summed(x, x), summed(x**2, answered)
    s_other, q_other = s.transpose(0, 2, 1), q.transpose(0, 2, 1)
    first, second = n * q - s**2, n * q_other - s_other**2
    # what is left of a constant's squares is rounding error
    first[first <= _CONSTANT * n * q] = 0.0
    second[second <= _CONSTANT * n * q_other] = 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = first * second
        r = (n * p - s * s_other) / np.sqrt(spread)
    r[~np.isfinite(r)] = np.nan
    return np.clip(r, -1, 1), n


def resampled_correlations(
    values: Floats, units: NDArray[np.intp], n_resamples: int, rng: np.random.Generator
) -> Floats:
    """Return correlations in resamples of units (n_resamples, k, k); nan where they are undefined."""
    n_units = int(units[-1]) + 1
    at_once = max(1, _AT_ONCE // len(values))
    parts = []
    for start in steps(
        range(0, n_resamples, at_once), "resampling correlations", math.ceil(n_resamples / at_once)
    ):
        drawn = draw_counts(n_units, min(at_once, n_resamples - start), rng).astype(np.float64)
        parts.append(pair_sums(values, drawn[:, units])[0])
    return np.concatenate(parts)


def validity_comparisons(
    n_methods: int, n_traits: int
) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    """Yield the comparisons of Campbell and Fiske: criterion, validity (row, column), other (row, column).

    ``other methods``: a validity against the correlations of its two variables with other traits by the other
    method. ``same method``: against those by their own method.
    """
    for first, second in itertools.combinations(range(n_methods), 2):
        for trait in range(n_traits):
            one, other = first * n_traits + trait, second * n_traits + trait
            for t in range(n_traits):
                if t == trait:
                    continue
                first_t, second_t = first * n_traits + t, second * n_traits + t
                for pair in ((one, second_t), (first_t, other)):
                    yield "other methods", (one, other), pair
                for of_method in ((one, first_t), (other, second_t)):
                    yield "same method", (one, other), (min(of_method), max(of_method))


def pattern_agreement(r: Floats, n_methods: int, n_traits: int) -> float:
    """Return Kendall's W of the order of heterotrait correlations in all blocks, nan below three traits.

    Blocks are the triangle of each method, and both triangles of each pair of methods. Of m blocks of k
    correlations, with S the sum of squares of their summed ranks and T for ties,
    ``W = (12 S) / (m² (k³ - k) - m sum of T)`` (Kendall & Babington Smith, 1939).
    """
    pairs = list(itertools.combinations(range(n_traits), 2))
    if len(pairs) < 2:
        return math.nan
    blocks = []
    for one, other in itertools.product(range(n_methods), repeat=2):
        blocks.append([r[one * n_traits + i, other * n_traits + j] for i, j in pairs])
    table = np.array(blocks)
    if np.isnan(table).any():
        return math.nan
    ranks, ties = np.empty_like(table), 0.0
    for row, block in enumerate(table):
        _, place, counts = np.unique(block.round(12), return_inverse=True, return_counts=True)
        ranks[row] = (np.cumsum(counts) - (counts - 1) / 2)[place]
        ties += float(np.sum(counts**3 - counts))
    m, k = table.shape
    sums = ranks.sum(axis=0)
    largest = m**2 * (k**3 - k) - m * ties
    return float(12 * np.sum((sums - sums.mean()) ** 2) / largest) if largest > 0 else math.nan


def corrected_error(
    r: float, variance: float, reliability: tuple[float, float], se: tuple[float, float]
) -> float:
    """Return the standard error of ``r / sqrt(r_xx r_yy)`` by the delta method.

    The errors of the correlation and of both reliabilities count as independent:
    ``Var = Var(r) / (r_xx r_yy) + r_c² / 4 (Var(r_xx) / r_xx² + Var(r_yy) / r_yy²)``.
    """
    product = reliability[0] * reliability[1]
    corrected_square = r**2 / product
    shares = sum((error / value) ** 2 for error, value in zip(se, reliability, strict=True))
    return math.sqrt(variance / product + corrected_square / 4 * shares)
