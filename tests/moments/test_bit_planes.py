"""Sums of pairs counted bit by bit: to the bit those of a naive loop, and of products of floats."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.moments import bit_planes
from intimacy_scales.moments.bit_planes import bit_frequencies, bit_sums
from intimacy_scales.moments.cross_products import code_frequencies, pair_sums

needs_counts = pytest.mark.skipif(not bit_planes.CAN_COUNT, reason="numpy before 2.0 counts no bits")


def codes_of(seed, n, k, highest, dtype=np.uint8):
    rng = np.random.default_rng(seed)
    return np.asfortranarray(rng.integers(0, highest + 1, (n, k)), dtype=dtype)


@needs_counts
@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 6), st.integers(1, 300), st.integers(0, 2**32 - 1), st.data())
def test_they_are_those_of_a_naive_loop(n, k, highest, seed, data):
    codes = codes_of(seed, n, k, highest, np.uint8 if highest < 256 else np.uint16)
    if data.draw(st.booleans()):
        codes[codes == 0] = 1  # nothing is missing
    counts, sums, products = bit_sums(codes, highest)
    wide = codes.astype(np.int64)
    for i in range(k):
        for j in range(k):
            both = (codes[:, i] > 0) & (codes[:, j] > 0)
            assert counts[i, j] == both.sum()
            assert sums[i, j] == wide[both, i].sum()
            assert products[i, j] == (wide[both, i] * wide[both, j]).sum()


@needs_counts
@pytest.mark.parametrize("rows", [64, 100, 2**20])
def test_blocks_change_no_bit(monkeypatch, rows):
    codes = codes_of(1, 1000, 5, 7)
    whole = bit_sums(codes, 7)
    monkeypatch.setattr(bit_planes, "_ROWS", rows)
    for one, other in zip(whole, bit_sums(codes, 7), strict=True):
        np.testing.assert_array_equal(one, other)


@needs_counts
@pytest.mark.parametrize("highest", [1, 2, 3, 5, 6, 7, 8, 100])
@pytest.mark.parametrize("kind", ["some missing", "all answered", "nothing"])
def test_with_bits_and_without_are_the_same(monkeypatch, highest, kind):
    """As on numpy before 2.0, which has no count of bits."""
    monkeypatch.setattr(bit_planes, "_FEWEST_PAIRED", 40_000)
    codes = codes_of(highest, 40_000, 6, highest)
    if kind != "some missing":
        codes[codes == 0] = 1 if kind == "all answered" else 0
        codes *= kind == "all answered"
    assert bit_planes.is_faster(codes, highest) == (highest < 128)
    with_bits = pair_sums(codes, highest, squares=False), code_frequencies(codes, highest)
    monkeypatch.setattr(bit_planes, "CAN_COUNT", False)
    assert not bit_planes.is_faster(codes, highest)
    assert bit_frequencies(codes, highest) is None
    without = pair_sums(codes, highest, squares=False), code_frequencies(codes, highest)
    for name in ("counts", "sums", "products"):
        np.testing.assert_array_equal(getattr(with_bits[0], name), getattr(without[0], name))
    np.testing.assert_array_equal(with_bits[1], without[1])


@needs_counts
def test_many_items_or_few_persons_are_left_to_products_of_floats():
    assert not bit_planes.is_faster(codes_of(1, 140_000, 13, 7), 7)
    assert not bit_planes.is_faster(codes_of(1, 100_000, 3, 7), 7)
    assert bit_planes.is_faster(codes_of(1, 140_000, 12, 7), 7)
    assert bit_frequencies(codes_of(1, 1_000, 3, 7), 7) is None
    assert bit_frequencies(codes_of(1, 40_000, 1, 8), 8) is None
