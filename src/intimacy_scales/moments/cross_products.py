"""Exact whole-number sums of codes, over single items and pairs of items (arrays only).

Code 0 means no answer, so that products of codes are sums over the persons who answered both items. Few items
are counted bit by bit (`bit_planes`), many with few gaps in one product (`few_gaps`). Otherwise, blocks are
multiplied in float32 while every sum within a block stays below 2**24, else in float64, and added as
integers: the result is the same to the bit for any blocks in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.bit_planes import bit_frequencies, bit_sums, is_faster
from intimacy_scales.moments.blas import SMALL_PRODUCT
from intimacy_scales.moments.few_gaps import few_gap_sums
from intimacy_scales.reading.encoding import Codes

Integers = NDArray[np.int64]

_FLOAT32 = 2**24
_FLOAT64 = 2**53
_MANY, _FEW = 16_384, 1_024  # rows in a block: at most, and at least
_MANY_PERSONS = 2**14  # with fewer, the overhead of counting bits is too large
_FEW_CODES = 8
_PACKED = 2**12  # bins of a joint count of several items that fit into the first-level cache


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over the persons who answered both items of each pair.

    Attributes
    ----------
    counts
        (n_items, n_items): number of these persons.
    sums
        Entry (i, j): sum of their codes of item i.
    squares
        Entry (i, j): sum of their squared codes of item i; None where not asked for.
    products
        Entry (i, j): sum of the products of their codes of both items.
    """

    counts: Integers
    sums: Integers
    squares: Integers | None
    products: Integers

    def __add__(self, other: PairSums) -> PairSums:
        """Return the sums over both groups of persons."""
        squares = None
        if self.squares is not None and other.squares is not None:
            squares = self.squares + other.squares
        return PairSums(
            self.counts + other.counts, self.sums + other.sums, squares, self.products + other.products
        )

    def __sub__(self, other: PairSums) -> PairSums:
        """Return the sums over the persons who are not in the other group."""
        squares = None
        if self.squares is not None and other.squares is not None:
            squares = self.squares - other.squares
        return PairSums(
            self.counts - other.counts, self.sums - other.sums, squares, self.products - other.products
        )

    def of(self, items: NDArray[np.intp], *, squares: bool = True) -> PairSums:
        """Return the sums of some of the items, with or without squares."""
        rows = (items[:, None], items)
        squared = self.squares[rows] if squares and self.squares is not None else None
        return PairSums(self.counts[rows], self.sums[rows], squared, self.products[rows])


def block_size(highest: int) -> tuple[int, type[np.float32] | type[np.float64]]:
    """Return the number of rows in a block, and the type that holds the sums of their codes exactly."""
    rows = (_FLOAT32 - 1) // highest**2
    if rows >= _FEW:
        return min(rows, _MANY), np.float32
    return min((_FLOAT64 - 1) // highest**2, _MANY), np.float64


def no_pair_sums(n_items: int, *, squares: bool) -> PairSums:
    """Return the sums over no persons."""
    zeros = [np.zeros((n_items, n_items), dtype=np.int64) for _ in range(4)]
    return PairSums(zeros[0], zeros[1], zeros[2] if squares else None, zeros[3])


def pair_sums(codes: Codes, highest: int, *, squares: bool) -> PairSums:
    """Return the sums of all pairs of columns.

    Parameters
    ----------
    codes
        (n_persons, n_items), column-contiguous.
    highest
        The highest code that is possible.
    squares
        Whether to compute the sums of squares of each pair, at the cost of another product.
    """
    n, k = codes.shape
    if not squares and n >= _MANY_PERSONS:
        counted = bit_sums(codes, highest) if is_faster(codes, highest) else few_gap_sums(codes, highest)
        if counted is not None:
            counts, sums, products = counted
            return PairSums(counts, sums, None, products)
    size, dtype = block_size(highest)
    total = no_pair_sums(k, squares=squares)
    space = np.empty(((3 if squares else 2) * k, min(n, size)), dtype=dtype).T  # column-contiguous
    for start in range(0, n, size):
        part = codes[start : start + size]
        block = space[: len(part)]
        answered = part != 0
        np.copyto(block[:, :k], part)
        if answered.all():
            total += _full_block(block, k, squares=squares)
        else:
            np.copyto(block[:, k : 2 * k], answered.view(np.uint8))
            total += _gappy_block(block, k, squares=squares)
    return total


def _products(columns: NDArray[Any]) -> NDArray[Any]:
    """Return the sums of products of all pairs of columns; few columns are multiplied in short slices."""
    rows = SMALL_PRODUCT // columns.shape[1] ** 2
    if rows < _FEW:
        products: NDArray[Any] = columns.T @ columns
        return products
    copied = columns.copy(order="F")  # a product with itself calls another routine, which always copies
    total: NDArray[Any] = columns[:rows].T @ copied[:rows]
    for start in range(rows, len(columns), rows):
        total += columns[start : start + rows].T @ copied[start : start + rows]
    return total


def _full_block(block: NDArray[Any], k: int, *, squares: bool) -> PairSums:
    """Return the sums of a block without gaps, where each pair has the sums of its items."""
    values = block[:, :k]
    products = _products(values).astype(np.int64)
    sums = (np.ones(len(block), dtype=block.dtype) @ values).astype(np.int64)  # exact, as products are
    ones = np.ones((1, k), dtype=np.int64)
    return PairSums(
        np.full((k, k), len(block), dtype=np.int64),
        sums[:, None] * ones,
        np.diag(products)[:, None] * ones if squares else None,
        products,
    )


def _gappy_block(block: NDArray[Any], k: int, *, squares: bool) -> PairSums:
    """Return the sums of a block whose columns are codes, whether each was given, and space for squares."""
    values, answered = block[:, :k], block[:, k : 2 * k]
    both = block[:, : 2 * k]
    product = _products(both).astype(np.int64)
    squared = None
    if squares:
        np.multiply(values, values, out=block[:, 2 * k :])
        squared = (block[:, 2 * k :].T @ answered).astype(np.int64)
    return PairSums(product[k:, k:], product[:k, k:], squared, product[:k, :k])


def code_frequencies(codes: Codes, highest: int) -> Integers:
    """Count each code of each column: (n_items, highest + 1).

    Few different codes are counted by comparing. Of more, several columns are packed into one number and
    counted together.
    """
    n, k = codes.shape
    counted = bit_frequencies(codes, highest) if n >= _MANY_PERSONS else None
    if counted is not None:
        return counted
    base = highest + 1
    if highest <= _FEW_CODES:
        compared = np.array(
            [[np.count_nonzero(codes[:, j] == code) for code in range(1, base)] for j in range(k)],
            dtype=np.int64,
        )
        return np.concatenate([n - compared.sum(axis=1, keepdims=True), compared], axis=1)
    n_together = 1
    while base ** (n_together + 1) <= _PACKED:
        n_together += 1
    counts = np.zeros((k, base), dtype=np.int64)
    for first in range(0, k, n_together):
        group = range(first, min(first + n_together, k))
        packed: NDArray[Any] = codes[:, first].astype(np.uint32)
        for column in group[1:]:
            packed *= base
            packed += codes[:, column]
        joint = np.bincount(packed, minlength=base ** len(group)).reshape((base,) * len(group))
        for axis, column in enumerate(group):
            counts[column] = joint.sum(axis=tuple(a for a in range(len(group)) if a != axis))
    return counts
