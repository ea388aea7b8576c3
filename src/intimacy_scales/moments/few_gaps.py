"""Exact sums over pairs of items of which few answers are missing (arrays only).

Let U hold codes less their middle, and G be 1 where there is no answer and 0 elsewhere. Sums over the persons
who answered both items are the sums over everyone, corrected by ``U'G`` and ``G'G``. The latter is counted
bit by bit. ``U'U`` and ``U'G`` are read off one product of floats, ``U'(U + b G) = U'U + b U'G``, as two
digits of a number with the base b: no sum in ``U'U`` reaches half of b. That is half the work of one product
of all columns of U and G, and exact while every number stays below 2**24.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.bit_planes import CAN_COUNT, Integers, both_bits, gap_bits
from intimacy_scales.moments.blas import SMALL_PRODUCT
from intimacy_scales.reading.encoding import Codes

_FLOAT32 = 2**24
_FEWEST_ITEMS = 16  # with fewer, the overhead is too large
_WORD = 64
_ROWS = 16 * _WORD  # persons in a block: more would leave room for fewer gaps
_WORDS = 2**14  # words of gaps in a block
_ITEMS = 16  # rows of a small product: a multiple of the rows that OpenBLAS multiplies together


def few_gap_sums(codes: Codes, highest: int) -> tuple[Integers, Integers, Integers] | None:
    """Return counts, sums and products of all pairs of columns, as in `PairSums`.

    None where another way is faster, for example without any gap, or where there are too many gaps.

    Parameters
    ----------
    codes
        (n_persons, n_items), column-contiguous.
    highest
        The highest code that is possible.
    """
    n = len(codes)
    if not CAN_COUNT or codes.shape[1] < _FEWEST_ITEMS:
        return None
    gaps = gap_bits(codes)
    most_gaps = int(_in_blocks(gaps).max(initial=0))
    if not 0 < most_gaps <= room_for_gaps(highest):
        return None
    both_missing = sum(
        (both_bits(gaps[:, start : start + _WORDS]) for start in range(0, gaps.shape[1], _WORDS)),
        start=np.zeros((len(gaps), len(gaps)), dtype=np.int64),
    )
    missing = both_missing.diagonal()
    middle = _middle(highest)
    totals, squares, sums_at_gaps = _centred_sums(codes, highest)
    counts = n - missing[:, None] - missing + both_missing
    sums = (totals + middle * n)[:, None] - (sums_at_gaps + middle * missing)
    products = squares + middle * (totals[:, None] + totals) + middle**2 * n
    return counts, sums, products


def room_for_gaps(highest: int) -> int:
    """Return how many answers to one item may be missing in a block, for codes up to ``highest``."""
    return max((_FLOAT32 - 1 - _ROWS * _middle(highest) ** 2) // (_base(highest) * _middle(highest)), 0)


def _middle(highest: int) -> int:
    """Return the middle of 0 and the codes, which no code is further from than 0."""
    return (highest + 1) // 2


def _base(highest: int) -> int:
    """Return the base b: more than twice the largest absolute value of an entry of ``U'U`` of a block."""
    return 2 * _ROWS * _middle(highest) ** 2 + 1


def _in_blocks(gaps: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the number of gaps of each item in each block."""
    starts = np.arange(0, gaps.shape[1], _ROWS // _WORD)
    n_gaps: NDArray[np.uint32] = np.add.reduceat(np.bitwise_count(gaps), starts, axis=1, dtype=np.uint32)
    return n_gaps


def _centred_sums(codes: Codes, highest: int) -> tuple[Integers, Integers, Integers]:
    """Return the sums of U (k,), ``U'U`` and ``U'G`` (k, k) over all persons."""
    n, k = codes.shape
    middle, base = np.float32(_middle(highest)), _base(highest)
    centred, with_gaps = (np.empty((k, _ROWS), dtype=np.float32) for _ in range(2))
    ones, product = np.ones(_ROWS, dtype=np.float32), np.empty((k, k), dtype=np.float32)
    at_once = _ITEMS if _ITEMS * k * _ROWS <= SMALL_PRODUCT else k
    totals, both_digits, second_digits = (np.zeros(size) for size in (k, (k, k), (k, k)))  # of whole numbers
    for start in range(0, n, _ROWS):
        part = codes[start : start + _ROWS].T
        u, second_factor = centred[:, : part.shape[1]], with_gaps[:, : part.shape[1]]
        np.copyto(u, part)
        u -= middle
        np.copyto(second_factor, part == 0)
        second_factor *= np.float32(base)
        second_factor += u
        for first in range(0, k, at_once):
            np.matmul(u[first : first + at_once], second_factor.T, out=product[first : first + at_once])
        digits = product.astype(np.float64)
        both_digits += digits
        second_digits += np.rint(digits / base)
        totals += u @ ones[: part.shape[1]]
    sums_at_gaps = second_digits.astype(np.int64)
    return totals.astype(np.int64), both_digits.astype(np.int64) - base * sums_at_gaps, sums_at_gaps
