"""Exact sums over pairs of items, counted from the bits of their codes (arrays only).

A code x is ``sum_p 2**p x_p`` with bits x_p, so that ``sum x y = sum_pq 2**(p + q) #(x_p = 1 and y_q = 1)``:
a sum of products is a weighted sum of counts of persons. A processor counts 64 persons at a time. For few
items with few points, that is faster than products of floats.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.encoding import Codes

Integers = NDArray[np.int64]

CAN_COUNT = hasattr(np, "bitwise_count")  # since numpy 2.0
_MOST_PLANES = 48  # bit planes of all items; with more, products of floats are faster
_FEWEST_ROWS, _FEWEST_PAIRED = 2**15, 2**17  # persons; with fewer, the overhead is too large
_ROWS = 2**20  # persons in a block of pairs
_ROWS_OF_ALL = 2**17  # persons in a block of frequencies
_BITS = 3  # most bits of codes whose frequencies are counted: more have too many combinations


def is_faster(codes: Codes, highest: int) -> bool:
    """Return whether counting bits is faster than products of floats: few items, few points, many persons."""
    n, k = codes.shape
    return CAN_COUNT and n >= _FEWEST_PAIRED and k * _planes(highest) <= _MOST_PLANES


def _planes(highest: int) -> int:
    """Return the number of bit planes of an item: the bits of its codes, and one for being answered."""
    return highest.bit_length() + 1


def bit_sums(codes: Codes, highest: int) -> tuple[Integers, Integers, Integers]:
    """Return counts, sums and products of all pairs of columns, as in `PairSums`.

    Parameters
    ----------
    codes
        (n_persons, n_items), column-contiguous.
    highest
        The highest code that is possible.
    """
    k, planes = codes.shape[1], _planes(highest)
    masks = [np.iinfo(codes.dtype).max, *(1 << bit for bit in range(planes - 1))]
    joint: Integers = np.zeros((planes * k, planes * k), dtype=np.int64)
    for start in range(0, len(codes), _ROWS):
        joint += both_bits(_packed(codes[start : start + _ROWS], masks).reshape(planes * k, -1))
    pairs = joint.reshape(planes, k, planes, k)
    powers = 2 ** np.arange(planes - 1)
    sums = np.einsum("p,pij->ij", powers, pairs[1:, :, 0])
    products = np.einsum("p,q,piqj->ij", powers, powers, pairs[1:, :, 1:])
    return np.ascontiguousarray(pairs[0, :, 0]), sums, products


def both_bits(bits: NDArray[np.uint64]) -> Integers:
    """Return how many persons have both bits of each pair (n_bits, n_bits).

    Parameters
    ----------
    bits
        (n_bits, n_words): the persons who have each bit, 64 persons in a word.
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
    """Return the persons who did not answer each item (n_items, n_words), 64 persons in a word."""
    planes, plane_bytes = _empty_planes(codes, 1)
    for column, packed in zip(codes.T, plane_bytes[0], strict=True):
        packed[:] = np.packbits(column == 0)
    gaps: NDArray[np.uint64] = planes[0]
    return gaps


def bit_frequencies(codes: Codes, highest: int) -> Integers | None:
    """Count each code of each column (n_items, highest + 1); None where comparing is faster.

    First, the persons are counted whose codes have all bits of a set, whatever their other bits are. Then
    those who have one bit more are subtracted, bit by bit: what remains have exactly the bits of the set
    (Moebius inversion over subsets).
    """
    bits, (n, k) = highest.bit_length(), codes.shape
    if not CAN_COUNT or n < _FEWEST_ROWS or bits > _BITS:
        return None
    counts = np.zeros((2**bits, k), dtype=np.int64)
    for start in range(0, n, _ROWS_OF_ALL):
        part = codes[start : start + _ROWS_OF_ALL]
        planes = _packed(part, [1 << bit for bit in range(bits)])
        with_bits: dict[int, NDArray[np.uint64]] = {}
        counts[0] += len(part)
        for subset in range(1, 2**bits):
            last = subset.bit_length() - 1
            rest = subset ^ (1 << last)
            with_bits[subset] = planes[last] & with_bits[rest] if rest else planes[last]
            counts[subset] += np.add.reduce(np.bitwise_count(with_bits[subset]), axis=1, dtype=np.uint32)
    for bit in range(bits):
        halves = counts.reshape(-1, 2, 2**bit, k)
        halves[:, 0] -= halves[:, 1]
    return np.ascontiguousarray(counts[: highest + 1].T)


def _packed(codes: Codes, masks: Sequence[int]) -> NDArray[np.uint64]:
    """Return the persons whose code has any bit of each mask (n_masks, n_items, n_words)."""
    planes, plane_bytes = _empty_planes(codes, len(masks))
    for item, column in enumerate(codes.T):
        for mask, packed in zip(masks, plane_bytes[:, item], strict=True):
            packed[:] = np.packbits(column & mask)
    return planes


def _empty_planes(codes: Codes, n_planes: int) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Return bit planes of zeros (n_planes, n_items, n_words), 64 persons in a word, and their bytes."""
    n, k = codes.shape
    planes = np.zeros((n_planes, k, -(-n // 64)), dtype=np.uint64)
    return planes, planes.view(np.uint8)[:, :, : -(-n // 8)]
