"""Exact sums of pairs of items from the bits of their codes (arrays only).

A code is a sum of powers of 2, so that a sum of products of codes is a sum of counts: of the persons who have
one bit in the code of one item and another in that of the other. A processor counts 64 persons at a time, and
for few items of few points that takes less than products of floats.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.encoding import Codes

Integers = NDArray[np.int64]

CAN_COUNT = hasattr(np, "bitwise_count")  # since numpy 2.0
_MOST_PLANES = 48  # of all items; beyond, products of floats are faster
_FEWEST_ROWS, _FEWEST_PAIRED = 2**15, 2**17  # of fewer persons, what is done once takes longer
_ROWS = 2**20  # at once
_ROWS_OF_ALL = 2**17  # of all items at once
_BITS = 3  # of codes whose frequencies are counted: more have too many combinations


def is_faster(codes: Codes, highest: int) -> bool:
    """Whether items are so few, of so few points, that counting bits is faster than products of floats."""
    n, k = codes.shape
    return CAN_COUNT and n >= _FEWEST_PAIRED and k * _planes(highest) <= _MOST_PLANES


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
    masks = [np.iinfo(codes.dtype).max, *(1 << bit for bit in range(planes - 1))]
    joint: Integers = np.zeros((planes * k, planes * k), dtype=np.int64)
    for start in range(0, len(codes), _ROWS):
        joint += both_bits(_packed(codes[start : start + _ROWS], masks).reshape(planes * k, -1))
    pairs = joint.reshape(planes, k, planes, k)
    worth = 2 ** np.arange(planes - 1)
    sums = np.einsum("p,pij->ij", worth, pairs[1:, :, 0])
    products = np.einsum("p,q,piqj->ij", worth, worth, pairs[1:, :, 1:])
    return np.ascontiguousarray(pairs[0, :, 0]), sums, products


def both_bits(bits: NDArray[np.uint64]) -> Integers:
    """Return how many persons have both of each two bits (n_bits, n_bits).

    Parameters
    ----------
    bits
        (n_bits, n_words): who has each, 64 persons in a number.
    """
    both, counts = np.empty_like(bits), np.empty(bits.shape, dtype=np.uint8)
    joint: Integers = np.zeros((len(bits), len(bits)), dtype=np.int64)
    for row in range(len(bits)):
        np.bitwise_and(bits[row], bits[row:], out=both[row:])
        np.bitwise_count(both[row:], out=counts[row:])
        joint[row, row:] = np.add.reduce(counts[row:], axis=1, dtype=np.uint32)
    joint += np.triu(joint, 1).T
    return joint


def gap_bits(codes: Codes) -> NDArray[np.uint64]:
    """Return who did not answer each item (n_items, n_words), 64 persons in a number."""
    found, bits = _no_bits(codes, 1)
    for column, packed in zip(codes.T, bits[0], strict=True):
        packed[:] = np.packbits(column == 0)
    gaps: NDArray[np.uint64] = found[0]
    return gaps


def bit_frequencies(codes: Codes, highest: int) -> Integers | None:
    """Count each code of each column (n_items, highest + 1); None where that is slower than comparing.

    Counted are those whose codes have some bits, whatever the others are. Less those who have one bit more,
    these are the ones who have no other bits.
    """
    bits, (n, k) = highest.bit_length(), codes.shape
    if not CAN_COUNT or n < _FEWEST_ROWS or bits > _BITS:
        return None
    found = np.zeros((2**bits, k), dtype=np.int64)
    for start in range(0, n, _ROWS_OF_ALL):
        part = codes[start : start + _ROWS_OF_ALL]
        planes = _packed(part, [1 << bit for bit in range(bits)])
        having: dict[int, NDArray[np.uint64]] = {}
        found[0] += len(part)
        for some in range(1, 2**bits):
            last = some.bit_length() - 1
            rest = some ^ (1 << last)
            having[some] = planes[last] & having[rest] if rest else planes[last]
            found[some] += np.add.reduce(np.bitwise_count(having[some]), axis=1, dtype=np.uint32)
    for bit in range(bits):
        halves = found.reshape(-1, 2, 2**bit, k)
        halves[:, 0] -= halves[:, 1]
    return np.ascontiguousarray(found[: highest + 1].T)


def _packed(codes: Codes, masks: Sequence[int]) -> NDArray[np.uint64]:
    """Return who has any of the bits of each mask in each code (n_masks, n_items, n_words)."""
    found, bits = _no_bits(codes, len(masks))
    for item, column in enumerate(codes.T):
        for mask, packed in zip(masks, bits[:, item], strict=True):
            packed[:] = np.packbits(column & mask)
    return found


def _no_bits(codes: Codes, planes: int) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Return room for so many bits of each code, 64 persons in a number, all 0; and its bytes."""
    n, k = codes.shape
    found = np.zeros((planes, k, -(-n // 64)), dtype=np.uint64)
    return found, found.view(np.uint8)[:, :, : -(-n // 8)]
