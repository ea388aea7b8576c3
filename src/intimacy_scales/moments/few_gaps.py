"""Exact sums of pairs of items of which few answers are missing (arrays only).

Let ``u`` be codes less their middle, and ``g`` be 1 where there is no answer. Sums over the persons who
answered both items are those over everyone less what ``U'G`` and ``G'G`` hold. The latter is counted bit by
bit. ``U'U`` and ``U'G`` come of one product of floats, ``U'(U + b G) = U'U + b U'G``, like two digits of a
number: no sum in ``U'U`` comes up to half of the base ``b``. That is half the work of a product of codes and
of what was answered, side by side, and exact while all stays below 2**24.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.bit_planes import CAN_COUNT, Integers, both_bits, gap_bits
from intimacy_scales.moments.blas import SMALL_PRODUCT
from intimacy_scales.reading.encoding import Codes

_FLOAT32 = 2**24
_FEWEST_ITEMS = 16  # of fewer, what is done once takes longer
_WORD = 64
_ROWS = 16 * _WORD  # at once: more would leave less room for gaps
_WORDS = 2**14  # of gaps, at once
_ITEMS = 16  # on the left of such a product: a multiple of what it does together


def few_gap_sums(codes: Codes, highest: int) -> tuple[Integers, Integers, Integers] | None:
    """Return counts, sums and products of all pairs of columns, as `PairSums` has them.

    None where another way is faster, as without any gap, or where there is no room for so many gaps.

    Parameters
    ----------
    codes
        (n_persons, n_items), column-contiguous.
    highest
        No code is above it.
    """
    n = len(codes)
    if not CAN_COUNT or codes.shape[1] < _FEWEST_ITEMS:
        return None
    gaps = gap_bits(codes)
    most = int(_in_blocks(gaps).max(initial=0))
    if not 0 < most <= room_for_gaps(highest):
        return None
    among_gaps = sum(
        (both_bits(gaps[:, start : start + _WORDS]) for start in range(0, gaps.shape[1], _WORDS)),
        start=np.zeros((len(gaps), len(gaps)), dtype=np.int64),
    )
    missing = among_gaps.diagonal()
    middle = _middle(highest)
    totals, squares, at_gaps = _centred_sums(codes, highest)
    counts = n - missing[:, None] - missing + among_gaps
    sums = (totals + middle * n)[:, None] - (at_gaps + middle * missing)
    products = squares + middle * (totals[:, None] + totals) + middle**2 * n
    return counts, sums, products


def room_for_gaps(highest: int) -> int:
    """Return how many of an item's answers in a block may be missing, for codes up to ``highest``."""
    return max((_FLOAT32 - 1 - _ROWS * _middle(highest) ** 2) // (_base(highest) * _middle(highest)), 0)


def _middle(highest: int) -> int:
    """Return the middle of the codes from 0; none is further from it than it is from 0."""
    return (highest + 1) // 2


def _base(highest: int) -> int:
    """Return more than twice what a sum of products of centred codes in a block may be, on either side."""
    return 2 * _ROWS * _middle(highest) ** 2 + 1


def _in_blocks(gaps: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return how many gaps each item has in each block."""
    starts = np.arange(0, gaps.shape[1], _ROWS // _WORD)
    found: NDArray[np.uint32] = np.add.reduceat(np.bitwise_count(gaps), starts, axis=1, dtype=np.uint32)
    return found


def _centred_sums(codes: Codes, highest: int) -> tuple[Integers, Integers, Integers]:
    """Return sums of centred codes (k,), of their products, and of each item at the gaps of each other."""
    n, k = codes.shape
    middle, base = np.float32(_middle(highest)), _base(highest)
    centred, beside = (np.empty((k, _ROWS), dtype=np.float32) for _ in range(2))
    ones, product = np.ones(_ROWS, dtype=np.float32), np.empty((k, k), dtype=np.float32)
    at_once = _ITEMS if _ITEMS * k * _ROWS <= SMALL_PRODUCT else k
    totals, both_digits, at_gaps = (np.zeros(size) for size in (k, (k, k), (k, k)))  # whole numbers
    for start in range(0, n, _ROWS):
        part = codes[start : start + _ROWS].T
        u, right = centred[:, : part.shape[1]], beside[:, : part.shape[1]]
        np.copyto(u, part)
        u -= middle
        np.copyto(right, part == 0)
        right *= np.float32(base)
        right += u
        for first in range(0, k, at_once):
            np.matmul(u[first : first + at_once], right.T, out=product[first : first + at_once])
        both = product.astype(np.float64)
        both_digits += both
        at_gaps += np.rint(both / base)
        totals += u @ ones[: part.shape[1]]
    whole = at_gaps.astype(np.int64)
    return totals.astype(np.int64), both_digits.astype(np.int64) - base * whole, whole
