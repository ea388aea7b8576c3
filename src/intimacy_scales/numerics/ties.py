"""Choices between numbers that do not depend on rounding error (arrays only).

Two sums of the same numbers may differ in their last bit from one machine to another. Where the smallest or
largest of several numbers is chosen, numbers that differ by rounding error only therefore count as equal, and
the first of them is taken.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import EQUAL_EIGENVALUES, SAME

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]


def same_decimals(values: Floats) -> Floats:
    """Return numbers with 12 significant digits of the largest, so that equal decimals are equal numbers.

    Examples
    --------
    >>> same_decimals(np.array([3.3 - 3.0, 1.3 - 1.0, 0.3])).tolist()
    [0.3, 0.3, 0.3]
    """
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    if not 0 < largest < math.inf:
        return values
    rounded: Floats = np.round(values, 12 - math.ceil(math.log10(largest)))
    return rounded


def first_highest(values: Any, share: float = SAME) -> int:
    """Return the position of the highest number, the first of several that are equally high; nan is ignored.

    Parameters
    ----------
    values
        (n,) numbers.
    share
        Relative to the largest absolute value: numbers that differ by less are equal.

    Examples
    --------
    >>> first_highest([0.3, 0.1 + 0.2, 0.2])
    0
    """
    array = np.asarray(values, dtype=np.float64)
    margin = share * float(np.nanmax(np.abs(array)))
    return int(np.flatnonzero(array >= np.nanmax(array) - margin)[0])


def first_lowest(values: Any, share: float = SAME) -> int:
    """Return the position of the lowest number, the first of several that are equally low; nan is ignored.

    Examples
    --------
    >>> first_lowest([0.5, 0.1 + 0.2, 0.3])
    1
    """
    return first_highest(-np.asarray(values, dtype=np.float64), share)


def descending(keys: Any, margin: float | None = None) -> Positions:
    """Return positions in descending order; ties in one key are ordered by the next.

    Parameters
    ----------
    keys
        (n,), or (n, d) for d keys. Entries that are equal in all keys keep their order.
    margin
        Numbers that differ by up to this are equal; by default 1e-9 of the largest number of each key.

    Examples
    --------
    >>> descending([0.3, 0.1 + 0.2, 0.4]).tolist()
    [2, 0, 1]
    >>> descending([[0.3, 1], [0.1 + 0.2, 2], [0.4, 0]]).tolist()
    [2, 1, 0]
    """
    table = np.asarray(keys, dtype=np.float64)
    return _descending(table.reshape(len(table), -1), np.arange(len(table)), 0, margin)


def _descending(table: Floats, members: Positions, key: int, margin: float | None) -> Positions:
    """Return members of a tie in the earlier keys, in descending order of the later ones."""
    if len(members) < 2 or key == table.shape[1]:
        return members
    values = table[members, key]
    order = np.argsort(-values, kind="stable")
    falls = values[order][:-1] - values[order][1:]
    least = SAME * float(np.abs(table[:, key]).max()) if margin is None else margin
    tied = np.split(order, np.flatnonzero(falls > least) + 1)
    return np.concatenate([_descending(table, members[np.sort(part)], key + 1, margin) for part in tied])


def directions(columns: Floats) -> Floats:
    """Return the sign, 1 or -1, that makes the sum of each column positive (m,).

    Where a column sums to 0, its sign makes the first of its largest numbers positive.

    Examples
    --------
    >>> directions(np.array([[-0.5, 0.5, -0.3], [0.5, -0.6, -0.1]])).tolist()
    [-1.0, -1.0, -1.0]
    """
    sums = columns.sum(axis=0)
    even = np.abs(sums) <= SAME * np.abs(columns).sum(axis=0)
    sides = np.where(even, _largest(columns), sums) if even.any() else sums
    return np.where(sides < 0, -1.0, 1.0)


def _largest(columns: Floats) -> Floats:
    """Return the entry of each column with the largest absolute value, the first of several (m,)."""
    sizes = np.abs(columns)
    first = np.argmax(sizes >= (1 - SAME) * sizes.max(axis=0, initial=0), axis=0)
    largest: Floats = columns[first, np.arange(columns.shape[1])]
    return largest


def eigenvectors(matrix: Floats, share: float = EQUAL_EIGENVALUES) -> tuple[Floats, Floats]:
    """Return the eigenvalues of a symmetric matrix (p,), ascending, and unique eigenvectors (p, p).

    The sign of an eigenvector is arbitrary, and so is the basis of the space of several equal eigenvalues:
    which ones `numpy.linalg.eigh` returns depends on the machine. Here the first of an eigenvector's largest
    entries is positive. In a space of several equal eigenvalues, the first vector is the one that comes
    nearest to a variable, the next the one nearest to a variable among those orthogonal to it, and so on.

    Parameters
    ----------
    matrix
        (p, p).
    share
        Relative to the largest eigenvalue: eigenvalues that differ by less are equal.

    Examples
    --------
    >>> values, vectors = eigenvectors(np.diag([2.0, 1.0, 1.0]))
    >>> vectors.tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    values, vectors = eigenvectors_either_way(matrix, share)
    return values, directed(vectors)


def directed(vectors: Floats) -> Floats:
    """Return the columns, each with the sign that makes the first of its largest entries positive."""
    return vectors * np.where(_largest(vectors) < 0, -1.0, 1.0)


def eigenvectors_either_way(matrix: Floats, share: float = EQUAL_EIGENVALUES) -> tuple[Floats, Floats]:
    """Return eigenvalues and eigenvectors as `eigenvectors` does, but of either sign.

    For results that depend on products of an eigenvector with itself only.
    """
    values, vectors = np.linalg.eigh(matrix)
    largest = max(-float(values[0]), float(values[-1])) if len(values) else 0.0
    equal = values[1:] - values[:-1] <= share * largest
    if equal.any():
        ends = np.flatnonzero(~equal) + 1
        for first, last in zip([0, *ends.tolist()], [*ends.tolist(), len(values)], strict=True):
            if last - first > 1:
                vectors[:, first:last] = _nearest_to_variables(vectors[:, first:last])
    return values, vectors


def _nearest_to_variables(basis: Floats) -> Floats:
    """Return the basis (p, b) of the same space from a pivoted Cholesky decomposition of its projector."""
    nearest = np.zeros_like(basis)
    remainder = basis @ basis.T
    for k in range(basis.shape[1]):
        pivot = first_highest(remainder.diagonal())
        nearest[:, k] = remainder[:, pivot] / np.sqrt(remainder[pivot, pivot])
        remainder = remainder - np.outer(nearest[:, k], nearest[:, k])
    return nearest


def members_of_space(vectors: Floats) -> Floats:
    """Return the length of each variable's projection on the space of orthonormal vectors, 0 to 1 (p,).

    Examples
    --------
    >>> members_of_space(np.array([[0.6], [0.8], [0.0]])).tolist()
    [0.6, 0.8, 0.0]
    """
    shares: Floats = np.sqrt((vectors * vectors).sum(axis=1))
    return shares
