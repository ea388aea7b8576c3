"""How much each person moves a coefficient: its variance without assuming normal answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.answer_values import blocks_of
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import sum_by_cluster
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import KeyedMoments
from intimacy_scales.reading.table import CodedResponses

Floats = NDArray[np.float64]


def _pair_means(answers: CodedResponses, scale: str, listwise: bool) -> tuple[Floats, Floats, Floats]:
    """Return counts (k, k), means of i among those who answered i and j, and covariances, in steps."""
    n: Floats = np.zeros(())
    s: Floats = np.zeros(())
    p: Floats = np.zeros(())
    for _, steps, there in blocks_of(answers, scale):
        given = (there & there.all(axis=1, keepdims=True) if listwise else there).astype(np.float64)
        x = steps * given
        n, s, p = n + given.T @ given, s + x.T @ given, p + x.T @ x
    return n, s / n, (p - s * s.T / n) / (n - 1)


def influences(
    answers: CodedResponses, moments: KeyedMoments, gradient: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each person's influence on a coefficient, and whether any answer of theirs counts (n_persons,).

    ``IF_i = sum_jl G_jl (N / n_jl) m_ij m_il ((x_ij - mean_jl)(x_il - mean_lj) - s_jl)`` with G the
    derivative of the coefficient by the covariances: for complete answers, N times what
    Maydeu-Olivares, Coffman and Hartmann (2007) sum the squares of.
    """
    listwise = moments.missing == "listwise"
    counts, means, covariances = _pair_means(answers, moments.scale, listwise)
    unit = float(np.trace(moments.covariances) / np.trace(covariances))  # squared, of a step in answer units
    weight = gradient * unit * (counts.max() / counts)
    linear = weight * means.T
    constant = weight * (means * means.T - covariances)
    values, used = np.zeros(len(answers)), np.zeros(len(answers), dtype=np.bool_)
    for start, steps, there in blocks_of(answers, moments.scale):
        given = (there & there.all(axis=1, keepdims=True) if listwise else there).astype(np.float64)
        x = steps * given
        rows = (x @ weight) * x - 2 * x * (given @ linear.T) + (given @ constant) * given
        values[start : start + len(x)] = rows.sum(axis=1)
        used[start : start + len(x)] = given.any(axis=1)
    return values, used


def distribution_free_variance(
    answers: CodedResponses | ItemMoments,
    moments: KeyedMoments,
    gradient: Floats,
    clusters: NDArray[np.intp] | ClusterSums | None,
) -> tuple[float, int]:
    """Return the variance of a coefficient and how many persons (or clusters) it counts on.

    With clusters, influences are added up within them first, so that partners need not answer
    independently. The variance is nan of fewer than two.
    """
    if isinstance(clusters, ClusterSums):
        return clusters.variance(moments, gradient)
    assert isinstance(answers, CodedResponses)
    values, used = influences(answers, moments, gradient)
    size, n = float(moments.counts.max()), moments.n
    if clusters is not None:
        values = sum_by_cluster(values[used, None], clusters[used])[:, 0]
        n = len(values)
    variance = float(np.sum(values**2)) / size**2
    return (variance * n / (n - 1) if n > 1 else np.nan), n
