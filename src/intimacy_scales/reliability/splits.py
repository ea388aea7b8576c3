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
    """Return the split with the largest covariance between halves, of any sizes (k,); all are tried."""
    crossed = _Crossed(matrix)
    best, where = math.inf, (0, 0)
    for start in range(0, len(crossed.first), _ROWS):
        values = crossed.differences(slice(start, start + _ROWS))
        if not start:
            values[0, 0] = math.inf  # nothing against everything is no split
        at = int(np.argmin(values))
        if values.flat[at] < best:
            row, column = divmod(at, values.shape[1])
            best, where = float(values.flat[at]), (start + row, column)
    return crossed.half(*where)


def searched_split(matrix: Floats, rng: np.random.Generator) -> Halves:
    """Return a good split: from many random starts, items change sides while that helps."""
    k = len(matrix)
    starts = np.where(rng.random((_STARTS, k)) < 0.5, 1.0, -1.0)  # noqa: PLR2004 - either side alike
    starts[0] = np.where(np.linalg.eigh(matrix)[1][:, 0] >= 0, 1.0, -1.0)
    best, found = math.inf, starts[0]
    for start in starts:
        t = _split_at_all(matrix, _improve(matrix, start.copy()))
        value = float(t @ matrix @ t)
        if value < best:
            best, found = value, t
    half: Halves = found > 0 if found[-1] < 0 else found < 0
    return half


def _split_at_all(matrix: Floats, t: Floats) -> Floats:
    """Move one item over where all are on one side."""
    if abs(t.sum()) == len(t):
        t[int(np.argmin(np.diag(matrix) - t * (matrix @ t)))] *= -1
    return t


def _improve(matrix: Floats, t: Floats) -> Floats:
    """Flip single items, and exchange pairs of items, until nothing lowers ``t'Ct``."""
    own = np.diag(matrix)
    while True:
        pull = matrix @ t
        flips = -4 * t * pull + 4 * own
        # an exchange flips two items of opposite sides
        pairs = flips[:, None] + flips[None, :] + 8 * np.outer(t, t) * matrix
        np.fill_diagonal(pairs, flips)
        at = int(np.argmin(pairs))
        i, j = divmod(at, len(t))
        if pairs[i, j] >= -1e-12 * abs(float(own.sum())):
            return t
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
