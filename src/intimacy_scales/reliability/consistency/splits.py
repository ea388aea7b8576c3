"""Splits of the items into two halves (arrays only).

With t = +1 for the items of one half and -1 for the others, the variance of the difference of the
halves is ``t'Ct``, so ``4 cov(A, B) = V - t'Ct`` with V the variance of the total. Dividing the items
in two groups, ``t'Ct`` of all combinations of both groups' signs is one matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.ties import eigenvectors, first_lowest
from intimacy_scales.numerics.tolerances import SAME

Floats = NDArray[np.float64]
Halves = NDArray[np.bool_]

_ROWS = 2_048
_STARTS = 200


def _patterns(k: int) -> Halves:
    """Return all ways of choosing from k items (2**k, k)."""
    patterns: Halves = (np.arange(2**k)[:, None] >> np.arange(k) & 1).astype(np.bool_)
    return patterns


def _signs(halves: Halves) -> Floats:
    return np.where(halves, 1.0, -1.0)


class _Crossed:
    """All splits, as patterns of a first group of items crossed with patterns of the others.

    The last item is never in the half that is named, so each split occurs once.
    """

    def __init__(self, matrix: Floats) -> None:
        k = len(matrix)
        self.k = k
        self.first = _patterns(k // 2)
        rest = _patterns(k - k // 2)
        self.second = rest[~rest[:, -1]]
        a, b = _signs(self.first), _signs(self.second)
        h = k // 2
        self.own_first = np.einsum("ij,jk,ik->i", a, matrix[:h, :h], a)
        self.own_second = np.einsum("ij,jk,ik->i", b, matrix[h:, h:], b)
        self.across = 2 * a @ matrix[:h, h:]
        self.b = b

    def differences(self, rows: slice | NDArray[np.intp], columns: NDArray[np.intp] | None = None) -> Floats:
        """Return ``t'Ct`` of some first patterns with some second ones."""
        own, b = self.own_second, self.b
        if columns is not None:
            own, b = own[columns], b[columns]
        values: Floats = self.across[rows] @ b.T
        values += self.own_first[rows][:, None]
        values += own
        return values

    def half(self, row: int, column: int) -> Halves:
        """Return one split (k,)."""
        return np.concatenate([self.first[row], self.second[column]])


def best_split(matrix: Floats) -> Halves:
    """Return the split with the largest covariance between halves, of any sizes (k,); all are tried.

    Of several that are equal but for rounding, as with parallel items, the first in the order of patterns.
    """
    crossed = _Crossed(matrix)

    def tried(start: int) -> Floats:
        values = crossed.differences(slice(start, start + _ROWS))
        if not start:
            values[0, 0] = math.inf  # nothing against everything is no split
        return values

    starts = range(0, len(crossed.first), _ROWS)
    lowest = [float(tried(start).min()) for start in starts]
    enough = min(lowest) + _margin(matrix)
    start = next(start for start, least in zip(starts, lowest, strict=True) if least <= enough)
    values = tried(start)
    row, column = divmod(int(np.argmax(values <= enough)), values.shape[1])
    return crossed.half(start + row, column)


def searched_split(matrix: Floats, rng: np.random.Generator) -> Halves:
    """Return a good split: from many random starts, items change sides while that helps.

    Of several that are as good, it is the one whose half without the last item has the first items.
    """
    k = len(matrix)
    starts = np.where(rng.random((_STARTS, k)) < 0.5, 1.0, -1.0)  # either side alike
    starts[0] = np.where(eigenvectors(matrix)[1][:, 0] >= -SAME, 1.0, -1.0)
    ends = np.array([_split_at_all(matrix, _improve(matrix, start)) for start in starts])
    halves: Halves = ends != ends[:, -1:]
    values = np.einsum("ij,ij->i", ends @ matrix, ends)
    best = halves[values <= values.min() + _margin(matrix)]
    half: Halves = best[np.lexsort(~best.T[::-1])[0]]
    return half


def _margin(matrix: Floats) -> float:
    """Return a difference between values of ``t'Ct`` that is none."""
    return SAME * float(np.abs(matrix).sum())


def _split_at_all(matrix: Floats, t: Floats) -> Floats:
    """Move one item over where all are on one side."""
    if abs(t.sum()) == len(t):
        t[first_lowest(np.diag(matrix) - t * (matrix @ t))] *= -1
    return t


def _improve(matrix: Floats, t: Floats) -> Floats:
    """Flip single items, and exchange pairs of items, until nothing lowers ``t'Ct``.

    Of changes that lower it as much, the first is made.
    """
    own, margin, t = np.diag(matrix), _margin(matrix), t.copy()
    while True:
        pull = matrix @ t
        flips = -4 * t * pull + 4 * own
        # an exchange flips two items of opposite sides
        pairs = flips[:, None] + flips[None, :] + 8 * np.outer(t, t) * matrix
        np.fill_diagonal(pairs, flips)
        least = float(pairs.min())
        if least >= -margin:
            return t
        i, j = divmod(int(np.argmax(pairs <= least + margin)), len(t))
        t[i] = -t[i]
        if i != j:
            t[j] = -t[j]


def equal_splits(matrix: Floats) -> Floats:
    """Return ``4 cov(A, B) / V`` of every split into halves of floor and ceiling of k / 2 items."""
    return np.concatenate(list(_equal_splits(matrix)))


def _equal_splits(matrix: Floats) -> Iterator[Floats]:
    crossed, k = _Crossed(matrix), len(matrix)
    total = float(matrix.sum())
    in_first, in_second = crossed.first.sum(axis=1), crossed.second.sum(axis=1)
    for size in {k // 2, k - k // 2}:
        for count in range(size + 1):
            rows, columns = np.flatnonzero(in_first == count), np.flatnonzero(in_second == size - count)
            if len(rows) and len(columns):
                yield 1 - crossed.differences(rows, columns).ravel() / total


def sampled_splits(matrix: Floats, n_splits: int, rng: np.random.Generator) -> Floats:
    """Return ``4 cov(A, B) / V`` of random splits into halves of floor and ceiling of k / 2 items."""
    k = len(matrix)
    t = np.ones((n_splits, k))
    t[:, : k // 2] = -1
    t = rng.permuted(t, axis=1)
    values: Floats = 1 - np.einsum("ij,ij->i", t @ matrix, t) / float(matrix.sum())
    return values
