"""Choices that no last bit decides (arrays only).

Two sums of the same numbers may differ in their last bit from one machine to another. Where the smaller of
two numbers is taken, equal ones must therefore not be told apart by it: what is equal but for rounding counts
as equal, and then the first one is taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

SAME = 1e-9  # numbers that differ by less, beside the largest, are one number
_ONE_AXIS = 1e-11  # eigenvalues that do


def first_highest(values: Any, share: float = SAME) -> int:
    """Return the position of the highest number, the first of those that are as high; nan does not count.

    Parameters
    ----------
    values
        (n,) numbers.
    share
        Of the largest of them: a difference that is none.

    Examples
    --------
    >>> first_highest([0.3, 0.1 + 0.2, 0.2])
    0
    """
    array = np.asarray(values, dtype=np.float64)
    margin = share * float(np.nanmax(np.abs(array)))
    return int(np.flatnonzero(array >= np.nanmax(array) - margin)[0])


def first_lowest(values: Any, share: float = SAME) -> int:
    """Return the position of the lowest number, the first of those that are as low; nan does not count.

    Examples
    --------
    >>> first_lowest([0.5, 0.1 + 0.2, 0.3])
    1
    """
    return first_highest(-np.asarray(values, dtype=np.float64), share)


def descending(keys: Any, margin: float | None = None) -> Positions:
    """Return the order of things, the highest first; those that are as high stand by their next key.

    Parameters
    ----------
    keys
        (n,) or (n, d): numbers of n things. What is equal in all of them stays in its order.
    margin
        What is no difference; by default a share of the largest number of each key.

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
    if len(members) < 2 or key == table.shape[1]:  # one thing has no order
        return members
    values = table[members, key]
    order = np.argsort(-values, kind="stable")
    falls = values[order][:-1] - values[order][1:]
    least = SAME * float(np.abs(table[:, key]).max()) if margin is None else margin
    alike = np.split(order, np.flatnonzero(falls > least) + 1)
    return np.concatenate([_descending(table, members[np.sort(part)], key + 1, margin) for part in alike])


def directions(columns: Floats) -> Floats:
    """Return what brings columns into their direction (m,): 1, or -1.

    Their sum is then positive, or where they sum to nothing, the first of their largest numbers.

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
    """Return the first of each column's numbers that are as large as any, whatever their sign (m,)."""
    sizes = np.abs(columns)
    first = np.argmax(sizes >= (1 - SAME) * sizes.max(axis=0, initial=0), axis=0)
    found: Floats = columns[first, np.arange(columns.shape[1])]
    return found


def eigenvectors(matrix: Floats, share: float = _ONE_AXIS) -> tuple[Floats, Floats]:
    """Return eigenvalues (p,) of a symmetric matrix, ascending, and eigenvectors (p, p) that are unique.

    An eigenvector may as well point the other way, and those of equal eigenvalues may be turned to any
    others of their space; which of them are returned depends on the machine. Here the first of an
    eigenvector's largest numbers is positive. Of a space of several, the first vector is the one that comes
    nearest to a variable, the next the one among those at right angles to it, and so on.

    Parameters
    ----------
    matrix
        (p, p).
    share
        Of the largest eigenvalue: those that differ by less are equal.

    Examples
    --------
    >>> values, vectors = eigenvectors(np.diag([2.0, 1.0, 1.0]))
    >>> vectors.tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    values, vectors = eigenvectors_either_way(matrix, share)
    return values, directed(vectors)


def directed(vectors: Floats) -> Floats:
    """Return columns of which the first of the largest numbers is positive: as they are, or turned round."""
    return vectors * np.where(_largest(vectors) < 0, -1.0, 1.0)


def eigenvectors_either_way(matrix: Floats, share: float = _ONE_AXIS) -> tuple[Floats, Floats]:
    """Return eigenvalues and eigenvectors as `eigenvectors` does, each as it is or turned round.

    For what depends on products of an eigenvector with itself alone.
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
    """Return the basis (p, b) of the same space by a Cholesky decomposition of its projector, with pivots."""
    found = np.zeros_like(basis)
    left = basis @ basis.T
    for k in range(basis.shape[1]):
        at = first_highest(left.diagonal())
        found[:, k] = left[:, at] / np.sqrt(left[at, at])
        left = left - np.outer(found[:, k], found[:, k])
    return found


def members_of_space(vectors: Floats) -> Floats:
    """Return how much each variable takes part in the space of orthonormal vectors, from 0 to 1 (p,).

    Examples
    --------
    >>> members_of_space(np.array([[0.6], [0.8], [0.0]])).tolist()
    [0.6, 0.8, 0.0]
    """
    shares: Floats = np.sqrt((vectors * vectors).sum(axis=1))
    return shares
