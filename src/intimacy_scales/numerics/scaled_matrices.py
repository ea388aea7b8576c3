"""Inverses and solutions of symmetric matrices whose rows have very different units (arrays only).

The information on a mean in days is 1e15 times that on the same mean in milliseconds, so that elimination
loses what is small. Each row and column is divided by a power of two near the root of its diagonal entry,
which rounds nothing, and the result is scaled back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def units_of(matrix: Floats) -> Floats:
    """Return the power of two that is nearest to the root of each diagonal entry; 1 where that is 0.

    Examples
    --------
    >>> units_of(np.diag([1e6, 4.0, 0.0])).tolist()
    [1024.0, 2.0, 1.0]
    """
    sizes = np.abs(matrix.diagonal())
    usable = np.isfinite(sizes) & (sizes > 0)
    exponents = np.zeros(len(sizes))
    exponents[usable] = np.rint(np.log2(sizes[usable]) / 2)
    units: Floats = np.exp2(exponents)
    return units


def scaled_inverse(matrix: Floats) -> Floats:
    """Return the inverse of a symmetric matrix; raise `numpy.linalg.LinAlgError` if it is singular.

    Examples
    --------
    >>> scaled_inverse(np.array([[2.0, 1.0], [1.0, 1.0]])).tolist()
    [[1.0, -1.0], [-1.0, 2.0]]
    """
    units = units_of(matrix)
    both = np.outer(units, units)
    inverse: Floats = np.asarray(np.linalg.inv(matrix / both), dtype=np.float64) / both
    return inverse


def scaled_solve(matrix: Floats, right: Floats) -> Floats:
    """Return ``matrix^-1 right`` for a symmetric matrix and a vector, or the columns of a matrix."""
    units = units_of(matrix)
    rows = units if right.ndim == 1 else units[:, None]
    solved = np.linalg.solve(matrix / np.outer(units, units), right / rows)
    solution: Floats = np.asarray(solved, dtype=np.float64) / rows
    return solution


def trace_of_ratio(matrix: Floats, products: Floats) -> float:
    """Return ``tr(matrix^-1 products)`` for two symmetric matrices of the same units.

    Examples
    --------
    >>> trace_of_ratio(np.diag([1e12, 1e-12]), np.diag([2e12, 3e-12]))
    5.0
    """
    units = units_of(matrix)
    both = np.outer(units, units)
    return float(np.trace(np.linalg.solve(matrix / both, products / both)))
