"""The influence of each person on a coefficient, and its variance without assuming normality."""

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
    """Return counts (k, k), means of item i over those who answered i and j, and covariances, in steps."""
    n: Floats = np.zeros(())
    s: Floats = np.zeros(())
    p: Floats = np.zeros(())
    for _, steps, answered in blocks_of(answers, scale):
        counts_answer = (answered & answered.all(axis=1, keepdims=True) if listwise else answered).astype(
            np.float64
        )
        x = steps * counts_answer
        n, s, p = n + counts_answer.T @ counts_answer, s + x.T @ counts_answer, p + x.T @ x
    return n, s / n, (p - s * s.T / n) / (n - 1)


def influences(
    answers: CodedResponses, moments: KeyedMoments, gradient: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each person's influence on a coefficient, and whether any of their answers counts (n_persons,).

    ``IF_i = sum_jl G_jl (N / n_jl) m_ij m_il ((x_ij - mean_jl)(x_il - mean_lj) - s_jl)``, with G the
    derivative of the coefficient with respect to the covariances, m_ij 1 where person i answered item j and 0
    otherwise, n_jl the number of persons who answered both items, and N the largest of these numbers. With
    complete answers, it is N times the terms whose squares are added in Maydeu-Olivares, Coffman and Hartmann
    (2007).
    """
    listwise = moments.missing == "listwise"
    counts, means, covariances = _pair_means(answers, moments.scale, listwise)
    unit = float(np.trace(moments.covariances) / np.trace(covariances))  # square of a step, in answer units
    weight = gradient * unit * (counts.max() / counts)
    linear = weight * means.T
    constant = weight * (means * means.T - covariances)
    values, used = np.zeros(len(answers)), np.zeros(len(answers), dtype=np.bool_)
    for start, steps, answered in blocks_of(answers, moments.scale):
        counts_answer = (answered & answered.all(axis=1, keepdims=True) if listwise else answered).astype(
            np.float64
        )
        x = steps * counts_answer
        rows = (
            (x @ weight) * x - 2 * x * (counts_answer @ linear.T) + (counts_answer @ constant) * counts_answer
        )
        values[start : start + len(x)] = rows.sum(axis=1)
        used[start : start + len(x)] = counts_answer.any(axis=1)
    return values, used


def distribution_free_variance(
    answers: CodedResponses | ItemMoments,
    moments: KeyedMoments,
    gradient: Floats,
    clusters: NDArray[np.intp] | ClusterSums | None,
) -> tuple[float, int]:
    """Return the variance of a coefficient, ``sum IF_i² / N²``, and the number of persons or clusters.

    With clusters, influences are added up within them first, so that partners need not answer independently,
    and the variance is multiplied by ``n / (n - 1)`` of n clusters. It is nan with fewer than two.
    """
    if isinstance(clusters, ClusterSums):
        return clusters.variance(moments, gradient)
    assert isinstance(answers, CodedResponses)
    values, used = influences(answers, moments, gradient)
    n_persons, n = float(moments.counts.max()), moments.n
    if clusters is not None:
        values = sum_by_cluster(values[used, None], clusters[used])[:, 0]
        n = len(values)
    variance = float(np.sum(values**2)) / n_persons**2
    return (variance * n / (n - 1) if n > 1 else np.nan), n
