"""Sums of products over clusters, and the variance that follows from them (arrays only).

A person's influence on alpha or omega is a weighted sum over pairs of items of products of their answers; the
weights are known only after all answers were read. The influence of a cluster is the sum over its members,
and the variance of the coefficient is the sum of the squared influences of clusters. So it is enough to know,
over all clusters, the sums of the products of all pairs of entries of ``v``:

    v_c = sum over the members of cluster c of (d_j d_l, j <= l; d_j g_l; g_j g_l, j <= l)

with ``d_j`` a member's keyed answer in units above the lowest, 0 where it is missing, and ``g_j`` 1 where it
was given and 0 where it is missing. (With a range such as 10000 to 10004, differences would be lost next to
the squares of the answers themselves.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.moments.clusters import sum_by_cluster
from intimacy_scales.moments.cross_products import Integers
from intimacy_scales.moments.keyed import KeyedMoments, Missing
from intimacy_scales.moments.scale_items import ScaleItems
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.results.frozen import Frozen

Floats = NDArray[np.float64]

_ENTRIES = 1 << 22  # numbers in a block: entries of v, times persons
_EXACT = 2**53
_LARGEST = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScaleClusterSums(Frozen):
    """The sums of one scale.

    Attributes
    ----------
    n
        Number of clusters with at least one answer to a pair of items.
    totals
        (m,): the sum of ``v`` over them; m = k (2 k + 1) for k items.
    squares
        (m, m): the sum of ``v v'``.
    """

    n: int
    totals: Integers
    squares: Integers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ScaleClusterSums):
            return NotImplemented
        same = np.array_equal(self.totals, other.totals) and np.array_equal(self.squares, other.squares)
        return self.n == other.n and same

    def __hash__(self) -> int:
        return hash((self.n, self.totals.tobytes()))

    def __add__(self, other: ScaleClusterSums) -> ScaleClusterSums:
        """Return the sums over the clusters of both parts."""
        if max(float(np.abs(part.squares).max(initial=0)) for part in (self, other)) > _LARGEST // 2:
            raise _too_large()
        return ScaleClusterSums(
            n=self.n + other.n, totals=self.totals + other.totals, squares=self.squares + other.squares
        )


def n_entries(k: int) -> int:
    """Return the number of entries of ``v`` for k items."""
    return k * (2 * k + 1)


def _too_large() -> EstimationError:
    return EstimationError("the clusters are too many or too large for exact sums; name fewer scales")


def sums_of_scale(
    items: ScaleItems, codes: Codes, positions: NDArray[np.intp], missing: Missing
) -> ScaleClusterSums:
    """Return the sums of one scale; the rows of a cluster must be adjacent."""
    k = len(items.ids)
    m, n = n_entries(k), 0
    totals, squares = np.zeros(m, dtype=np.int64), np.zeros((m, m), dtype=np.int64)
    rows = max(_ENTRIES // m, 1)
    start = 0
    while start < len(codes):
        stop = _end_of_cluster(positions, start, start + rows)
        entries = _entries(items, codes[start:stop], missing)
        by_cluster = sum_by_cluster(entries, positions[start:stop])
        by_cluster = by_cluster[by_cluster[:, -k * (k + 1) // 2 :].any(axis=1)]
        n += len(by_cluster)
        totals += by_cluster.sum(axis=0).astype(np.int64)
        squares += _products(by_cluster)
        if np.abs(squares.diagonal()).max(initial=0) > _LARGEST // 2:
            raise _too_large()
        start = stop
    return ScaleClusterSums(n=n, totals=totals, squares=squares)


def _end_of_cluster(positions: NDArray[np.intp], start: int, stop: int) -> int:
    """Return the end of the cluster of the row before ``stop``."""
    if stop >= len(positions):
        return len(positions)
    return int(np.searchsorted(positions, positions[stop - 1], side="right"))


def _entries(items: ScaleItems, codes: Codes, missing: Missing) -> Floats:
    """Return each person's entries of ``v`` (rows, m)."""
    answers = codes[:, items.columns].astype(np.int64)
    answered = answers != 0
    if missing == "listwise":
        answered &= answered.all(axis=1, keepdims=True)
    g = answered.astype(np.float64)
    lowest = np.rint(items.minima * items.unit).astype(np.int64)
    d = (items.slopes * answers + items.offsets - lowest) * g
    k = len(items.ids)
    upper = np.triu_indices(k)
    return np.concatenate(
        [
            d[:, upper[0]] * d[:, upper[1]],
            (d[:, :, None] * g[:, None, :]).reshape(len(g), k * k),
            g[:, upper[0]] * g[:, upper[1]],
        ],
        axis=1,
    )


def _products(by_cluster: Floats) -> Integers:
    """Return ``V' V`` as whole numbers, exactly."""
    largest = float(np.abs(by_cluster).max(initial=0))
    if largest**2 > _LARGEST / max(len(by_cluster), 1):
        raise _too_large()
    if largest**2 * len(by_cluster) < _EXACT:
        return (by_cluster.T @ by_cluster).astype(np.int64)
    integers = by_cluster.astype(np.int64)
    products: Integers = integers.T @ integers
    return products


def variance_of(sums: ScaleClusterSums, moments: KeyedMoments, gradient: Floats) -> tuple[float, int]:
    """Return the variance of a coefficient, and the number of clusters.

    The influence of a cluster is ``b' v_c``, so that the sum of their squares is ``b' (sum v v') b``. The
    weights b are those of `reliability.consistency.influence.influences`, for each entry of ``v``.
    """
    k = len(gradient)
    upper = np.triu_indices(k)
    n_pairs = len(upper[0])
    totals = np.split(sums.totals.astype(np.float64), [n_pairs, n_pairs + k * k])
    products, counts = np.zeros((k, k)), np.zeros((k, k))
    for matrix, part in ((products, totals[0]), (counts, totals[2])):
        matrix[upper] = part
        matrix.T[upper] = part
    sums_by_pair = totals[1].reshape(k, k)  # (j, l): sums of d_j over those who answered both
    means = sums_by_pair / counts
    covariances = (products - sums_by_pair * sums_by_pair.T / counts) / (counts - 1)
    squared_unit = float(np.trace(moments.covariances) / np.trace(covariances))
    weight = gradient * squared_unit * (counts.max() / counts)
    constant = weight * (means * means.T - covariances)
    twice = np.where(upper[0] == upper[1], 1.0, 2.0)
    b = np.concatenate([twice * weight[upper], (-2 * weight * means.T).ravel(), twice * constant[upper]])
    n_persons, n = float(moments.counts.max()), sums.n
    variance = max(float(b @ sums.squares.astype(np.float64) @ b), 0.0) / n_persons**2
    return (variance * n / (n - 1) if n > 1 else np.nan), n
