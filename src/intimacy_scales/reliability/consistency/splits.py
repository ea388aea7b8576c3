"""Splits of the items into two halves (arrays only).

With t = +1 for the items of one half and -1 for the others, the variance of the difference of the halves is
``t'Ct``, so that ``4 cov(A, B) = V - t'Ct`` with V the variance of the total. If the items are divided into
two groups with signs a and b, ``t'Ct = a'C_11 a + 2 a'C_12 b + b'C_22 b``: for all a and b, one matrix
product.
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

_ROWS = 2_048  # patterns of the first group in a block
_STARTS = 200


def _patterns(k: int) -> Halves:
    """Return all subsets of k items (2**k, k)."""
    patterns: Halves = (np.arange(2**k)[:, None] >> np.arange(k) & 1).astype(np.bool_)
    return patterns


def _signs(halves: Halves) -> Floats:
    """Return 1 for the items of a half and -1 for the others."""
    return np.where(halves, 1.0, -1.0)


class _Crossed:
    """All splits, as subsets of a first group of items crossed with subsets of the other items.

    The last item is never in a subset, so that each split occurs once.
    """

    def __init__(self, matrix: Floats) -> None:
        k = len(matrix)
        self.k = k
        self.first = _patterns(k // 2)
        rest = _patterns(k - k // 2)
        self.second = rest[~rest[:, -1]]
        a, b = _signs(self.first), _signs(self.second)
        h = k // 2
        self.first_squares = np.einsum("ij,jk,ik->i", a, matrix[:h, :h], a)
        self.second_squares = np.einsum("ij,jk,ik->i", b, matrix[h:, h:], b)
        self.across = 2 * a @ matrix[:h, h:]
        self.second_signs = b

    def differences(self, rows: slice | NDArray[np.intp], columns: NDArray[np.intp] | None = None) -> Floats:
        """Return ``t'Ct`` for some subsets of the first group crossed with some of the second."""
        second_squares, second_signs = self.second_squares, self.second_signs
        if columns is not None:
            second_squares, second_signs = second_squares[columns], second_signs[columns]
        values: Floats = self.across[rows] @ second_signs.T
        values += self.first_squares[rows][:, None]
        values += second_squares
        return values

    def half(self, row: int, column: int) -> Halves:
        """Return one split (k,)."""
        return np.concatenate([self.first[row], self.second[column]])


def best_split(matrix: Floats) -> Halves:
    """Return the split with the largest covariance between halves of any size (k,), among all splits.

    Of several that are equal but for rounding error, as with parallel items, it is the first one.
    """
    crossed = _Crossed(matrix)

    def differences(start: int) -> Floats:
        values = crossed.differences(slice(start, start + _ROWS))
        if not start:
            values[0, 0] = math.inf  # with an empty half, it is not a split
        return values

    starts = range(0, len(crossed.first), _ROWS)
    lowest = [float(differences(start).min()) for start in starts]
    bound = min(lowest) + _margin(matrix)
    start = next(start for start, least in zip(starts, lowest, strict=True) if least <= bound)
    values = differences(start)
    row, column = divmod(int(np.argmax(values <= bound)), values.shape[1])
    return crossed.half(start + row, column)


def searched_split(matrix: Floats, rng: np.random.Generator) -> Halves:
    """Return a split with a large covariance between halves, by local search from many random starts.

    Of several that are equally good, it is the one whose half without the last item has the first items.
    """
    k = len(matrix)
    starts = np.where(rng.random((_STARTS, k)) < 0.5, 1.0, -1.0)
    starts[0] = np.where(eigenvectors(matrix)[1][:, 0] >= -SAME, 1.0, -1.0)
    ends = np.array([_split_at_all(matrix, _improve(matrix, start)) for start in starts])
    halves: Halves = ends != ends[:, -1:]
    values = np.einsum("ij,ij->i", ends @ matrix, ends)
    best = halves[values <= values.min() + _margin(matrix)]
    half: Halves = best[np.lexsort(~best.T[::-1])[0]]
    return half


def _margin(matrix: Floats) -> float:
    """Return the largest difference between values of ``t'Ct`` that counts as rounding error."""
    return SAME * float(np.abs(matrix).sum())


def _split_at_all(matrix: Floats, t: Floats) -> Floats:
    """Return the split; where all items are in one half, with one of them moved to the other."""
    if abs(t.sum()) == len(t):
        t[first_lowest(np.diag(matrix) - t * (matrix @ t))] *= -1
    return t


def _improve(matrix: Floats, t: Floats) -> Floats:
    """Return the split after moving single items, and exchanging pairs, until nothing lowers ``t'Ct``.

    Flipping the sign of item i changes it by ``-4 t_i (Ct)_i + 4 C_ii``; flipping both i and j, by the sum of
    their changes plus ``8 t_i t_j C_ij``. Of changes that lower it equally, the first is made.
    """
    variances, margin, t = np.diag(matrix), _margin(matrix), t.copy()
    while True:
        products = matrix @ t
        single_changes = -4 * t * products + 4 * variances
        changes = single_changes[:, None] + single_changes[None, :] + 8 * np.outer(t, t) * matrix
        np.fill_diagonal(changes, single_changes)
        lowest = float(changes.min())
        if lowest >= -margin:
            return t
        i, j = divmod(int(np.argmax(changes <= lowest + margin)), len(t))
        t[i] = -t[i]
        if i != j:
            t[j] = -t[j]


def equal_splits(matrix: Floats) -> Floats:
    """Return ``4 cov(A, B) / V`` of every split into halves of floor and ceiling of k / 2 items."""
    return np.concatenate(list(_equal_splits(matrix)))


def _equal_splits(matrix: Floats) -> Iterator[Floats]:
    """Yield the values of `equal_splits`, by the number of items of the first group in a half."""
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
