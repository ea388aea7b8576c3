"""Means and cross-products of columns over couples, and the few rows that stand for all couples.

Least squares, generalized least squares and the normal likelihood depend on the data through the number of
couples, the means and the cross-products only. They are summed up once; every model is then fitted to as many
*condensed rows* as there are columns, whose cross-products are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.scaled_matrices import units_of
from intimacy_scales.numerics.tolerances import ROUNDING

Floats = NDArray[np.float64]

_COUPLES_AT_ONCE = 4096  # of a block of columns that fits into the processor's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossProducts:
    """The sums of a table of columns.

    Attributes
    ----------
    n
        Number of couples.
    means
        (c,): mean of each column; 0 where deviations are not taken from the mean.
    products
        (c, c): sums of products of deviations from ``means``.
    """

    n: int
    means: Floats
    products: Floats


def cross_products(columns: Floats, *, centred: bool) -> CrossProducts:
    """Sum up columns (c, n), stored one after the other.

    Parameters
    ----------
    columns
        Each variable in a row of its own.
    centred
        Whether deviations are taken from the mean; otherwise from 0.

    Examples
    --------
    >>> cross_products(np.array([[1.0, 2.0, 3.0]]), centred=True).products
    array([[2.]])
    """
    n_columns, n = columns.shape
    means = columns.mean(axis=1) if centred else np.zeros(n_columns)
    products = np.zeros((n_columns, n_columns))
    with one_blas_thread():
        for begin in range(0, n, _COUPLES_AT_ONCE):
            block = columns[:, begin : begin + _COUPLES_AT_ONCE]
            if centred:
                block = block - means[:, None]
            products += block @ block.T
    return CrossProducts(n=n, means=means, products=products)


def weighted_cross_products(columns: Floats, weights: Floats, *, centred: bool) -> CrossProducts:
    """Sum up columns in which each couple counts as often as its weight says: a whole number."""
    n = round(float(weights.sum()))
    means = columns @ weights / n if centred else np.zeros(len(columns))
    deviations = columns - means[:, None]
    return CrossProducts(n=n, means=means, products=(deviations * weights) @ deviations.T)


def without_rounding(sums: CrossProducts, sizes: Floats) -> CrossProducts:
    """Return sums in which a column that does not vary has products of 0.

    Parameters
    ----------
    sums
        Sums of columns.
    sizes
        (c,): the largest value of what the column is made of; deviations of 1e-12 of it are rounding error.
    """
    constant = sums.products.diagonal() <= sums.n * (ROUNDING * sizes) ** 2
    if not constant.any():
        return sums
    products = np.where(constant[:, None] | constant, 0.0, sums.products)
    return CrossProducts(n=sums.n, means=sums.means, products=products)


def condensed_rows(products: Floats) -> Floats:
    """Return rows (c, c) whose cross-products are these.

    They are ``sqrt(eigenvalues) * eigenvectors'`` of the products in units of each column, so that collinear
    and constant columns need no special case. Sums of squares of residuals that are computed from the rows
    cannot become negative.

    Examples
    --------
    >>> rows = condensed_rows(np.array([[4.0, 2.0], [2.0, 1.0]]))
    >>> bool(np.allclose(rows.T @ rows, [[4, 2], [2, 1]]))
    True
    """
    units = units_of(products)
    eigenvalues, eigenvectors = np.linalg.eigh(products / np.outer(units, units))
    rows: Floats = np.sqrt(np.maximum(eigenvalues, 0))[:, None] * eigenvectors.T * units
    rows[:, products.diagonal() == 0] = 0.0  # not even rounding error, which would pass for a small unit
    return rows
