"""Sums of products over clusters, and the variance that follows from them (arrays only).

How much a person moves alpha or omega is a sum over pairs of items of what they answered, by weights that are
known only when all answers were read. A cluster moves it by the sum over its members, and the variance of the
coefficient is the sum of the squares of those. So it is enough to know, over all clusters, the sums of the
products of each two of the entries of ``v``:

    v_c = sum over the members of cluster c of (d_j d_l, j <= l; d_j g_l; g_j g_l, j <= l)

with ``d`` a member's keyed answers in units above the lowest, 0 where there is none, and ``g`` 1 where there
is one. (Of a range such as 10000 to 10004, squares of the answers themselves would drown their differences.)
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

_ENTRIES = 1 << 22  # of v, of all persons of a block
_EXACT = 2**53
_LARGEST = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScaleClusterSums(Frozen):
    """The sums of one scale.

    Attributes
    ----------
    n
        Clusters with an answer that counts.
    totals
        (m,): the sum of ``v`` over them, m = k (2 k + 1) of k items.
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
    """Return how many entries ``v`` has, of k items."""
    return k * (2 * k + 1)


def _too_large() -> EstimationError:
    return EstimationError("these clusters are too many or too large for exact sums; name fewer scales")


def sums_of_scale(
    items: ScaleItems, codes: Codes, positions: NDArray[np.intp], missing: Missing
) -> ScaleClusterSums:
    """Return the sums of one scale; persons of a cluster stand together."""
    k = len(items.ids)
    m, n = n_entries(k), 0
    totals, squares = np.zeros(m, dtype=np.int64), np.zeros((m, m), dtype=np.int64)
    rows = max(_ENTRIES // m, 1)
    start = 0
    while start < len(codes):
        stop = _whole_clusters(positions, start, start + rows)
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


def _whole_clusters(positions: NDArray[np.intp], start: int, stop: int) -> int:
    """Return where the cluster ends that has a member in the row before ``stop``."""
    if stop >= len(positions):
        return len(positions)
    return int(np.searchsorted(positions, positions[stop - 1], side="right"))


def _entries(items: ScaleItems, codes: Codes, missing: Missing) -> Floats:
    """Return each person's entries of ``v`` (rows, m)."""
    own = codes[:, items.columns].astype(np.int64)
    there = own != 0
    if missing == "listwise":
        there &= there.all(axis=1, keepdims=True)
    g = there.astype(np.float64)
    lowest = np.rint(items.minima * items.unit).astype(np.int64)
    d = (items.slopes * own + items.offsets - lowest) * g
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
    whole = by_cluster.astype(np.int64)
    products: Integers = whole.T @ whole
    return products


def variance_of(sums: ScaleClusterSums, moments: KeyedMoments, gradient: Floats) -> tuple[float, int]:
    """Return the sum of the squares of what clusters move a coefficient by, as a variance.

    A cluster moves it by ``b' v_c`` with weights ``b`` that follow from the formula of
    `reliability.consistency.influence.influences`, written out by the entries of ``v``.
    """
    k = len(gradient)
    upper = np.triu_indices(k)
    half = len(upper[0])
    parts = np.split(sums.totals.astype(np.float64), [half, half + k * k])
    products, counts = np.zeros((k, k)), np.zeros((k, k))
    for matrix, part in ((products, parts[0]), (counts, parts[2])):
        matrix[upper] = part
        matrix.T[upper] = part
    of_row = parts[1].reshape(k, k)  # of j, among those who answered j and l
    means = of_row / counts
    covariances = (products - of_row * of_row.T / counts) / (counts - 1)
    unit = float(np.trace(moments.covariances) / np.trace(covariances))
    weight = gradient * unit * (counts.max() / counts)
    constant = weight * (means * means.T - covariances)
    twice = np.where(upper[0] == upper[1], 1.0, 2.0)
    b = np.concatenate([twice * weight[upper], (-2 * weight * means.T).ravel(), twice * constant[upper]])
    size, n = float(moments.counts.max()), sums.n
    variance = max(float(b @ sums.squares.astype(np.float64) @ b), 0.0) / size**2
    return (variance * n / (n - 1) if n > 1 else np.nan), n
