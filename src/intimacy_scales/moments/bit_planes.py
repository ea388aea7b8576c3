"""Exact sums of pairs of items from the bits of their codes (arrays only).

A code is a sum of powers of 2, so that a sum of products of codes is a sum of counts: of the persons who have
one bit in the code of one item and another in that of the other. A processor counts 64 persons at a time, and
for few items of few points that takes less than products of floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.encoding import Codes

Integers = NDArray[np.int64]

CAN_COUNT = hasattr(np, "bitwise_count")  # since numpy 2.0
_MOST_PLANES = 48  # of all items; beyond, products of floats are faster
_FEWEST_ROWS = 32_768  # of fewer persons, what is done once takes longer
_ROWS = 2**20  # at once
_BITS = 3  # of codes whose frequencies are counted: more have too many combinations


def is_faster(codes: Codes, highest: int) -> bool:
    """Whether items are so few, of so few points, that counting bits is faster than products of floats."""
    n, k = codes.shape
    return CAN_COUNT and n >= _FEWEST_ROWS and k * _planes(highest) <= _MOST_PLANES


def _planes(highest: int) -> int:
    """Return of how many bits each code is made, and one for whether there is an answer."""
    return highest.bit_length() + 1


def bit_sums(codes: Codes, highest: int) -> tuple[Integers, Integers, Integers]:
    """Return counts, sums and products of all pairs of columns, as `PairSums` has them.

    Parameters
    ----------
    codes
        (n_persons, n_items), column-contiguous.
    highest
        No code is above it.
    """
    k, planes = codes.shape[1], _planes(highest)
    joint: Integers = np.zeros((k * planes, k * planes), dtype=np.int64)
    for start in range(0, len(codes), _ROWS):
        bits = _bits(codes[start : start + _ROWS], planes)
        both, counts = np.empty_like(bits), np.empty(bits.shape, dtype=np.uint8)
        for row in range(len(bits)):
            np.bitwise_and(bits[row], bits[row:], out=both[row:])
            np.bitwise_count(both[row:], out=counts[row:])
            joint[row, row:] += np.add.reduce(counts[row:], axis=1, dtype=np.uint32)
    joint += np.triu(joint, 1).T
    pairs = joint.reshape(k, planes, k, planes)
    worth = 2 ** np.arange(planes - 1)
    sums = np.einsum("p,ipj->ij", worth, pairs[:, 1:, :, 0])
    products = np.einsum("p,q,ipjq->ij", worth, worth, pairs[:, 1:, :, 1:])
    return np.ascontiguousarray(pairs[:, 0, :, 0]), sums, products


def bit_frequencies(codes: Codes, highest: int) -> Integers | None:
    """Count each code of each column (n_items, highest + 1); None where that is slower than comparing.

    Counted are those whose codes have some bits, whatever the others are. Less those who have one bit more,
    these are the ones who have no other bits.
    """
    bits, (n, k) = highest.bit_length(), codes.shape
    if not CAN_COUNT or n < _FEWEST_ROWS or bits > _BITS:
        return None
    found = np.empty((k, 2**bits), dtype=np.int64)
    for item, counts in enumerate(found):
        planes = _packed(codes[:, item], [1 << bit for bit in range(bits)])
        having: dict[int, NDArray[np.uint64]] = {}
        counts[0] = n
        for some in range(1, 2**bits):
            last = some.bit_length() - 1
            rest = some ^ (1 << last)
            having[some] = planes[last] & having[rest] if rest else planes[last]
            counts[some] = np.bitwise_count(having[some]).sum(dtype=np.int64)
        for bit in range(bits):
            halves = counts.reshape(-1, 2, 2**bit)
            halves[:, 0] -= halves[:, 1]
    return found[:, : highest + 1]


def _bits(codes: Codes, planes: int) -> NDArray[np.uint64]:
    """Return whether each item was answered, and each bit of its code, 64 persons in a number."""
    masks = [np.iinfo(codes.dtype).max, *(1 << bit for bit in range(planes - 1))]
    return np.concatenate([_packed(codes[:, item], masks) for item in range(codes.shape[1])])


def _packed(column: NDArray[Any], masks: Sequence[int]) -> NDArray[np.uint64]:
    """Return who has any of the bits of each mask, 64 persons in a number."""
    found = np.zeros((len(masks), -(-len(column) // 64)), dtype=np.uint64)
    for row, mask in zip(found.view(np.uint8), masks, strict=True):
        row[: -(-len(column) // 8)] = np.packbits(column & mask)
    return found
