"""Sums of pairs where few answers are missing: to the bit those of a naive loop, up to the last gap."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.moments import cross_products, few_gaps
from intimacy_scales.moments.bit_planes import CAN_COUNT
from intimacy_scales.moments.cross_products import pair_sums
from intimacy_scales.moments.few_gaps import few_gap_sums, room_for_gaps

pytestmark = pytest.mark.skipif(not CAN_COUNT, reason="numpy before 2.0 counts no bits")
BLOCK = few_gaps._ROWS
of_any_size = patch.multiple(few_gaps, _FEWEST_ITEMS=0)


def naive_sums(codes):
    wide = codes.astype(np.int64)
    there = (wide > 0).astype(np.int64)
    return there.T @ there, wide.T @ there, wide.T @ wide


def assert_exact(found, codes):
    for one, other in zip(found, naive_sums(codes), strict=True):
        assert one.dtype == np.int64
        np.testing.assert_array_equal(one, other)


@of_any_size
@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 2500), st.integers(1, 5), st.integers(1, 12), st.integers(0, 40), st.integers(0, 2**32 - 1)
)
def test_they_are_those_of_a_naive_loop(n, k, highest, percent, seed):
    rng = np.random.default_rng(seed)
    codes = np.asfortranarray(rng.integers(1, highest + 1, (n, k)), dtype=np.uint8)
    codes[rng.random((n, k)) < percent / 100] = 0
    gaps = max(int((codes[start : start + BLOCK] == 0).sum(axis=0).max()) for start in range(0, n, BLOCK))
    found = few_gap_sums(codes, highest)
    assert (found is None) == (gaps == 0 or gaps > room_for_gaps(highest))
    if found is not None:
        assert_exact(found, codes)


@of_any_size
@pytest.mark.parametrize("highest", range(1, 14))
@pytest.mark.parametrize("of_others", ["lowest", "highest"])
def test_blocks_have_room_for_so_many_gaps_and_no_more(highest, of_others):
    """Sums are furthest from 0 where all answers are at one end, and the gaps of two items stand together."""
    room = room_for_gaps(highest)
    assert room > 20
    codes = np.full((3 * BLOCK + 5, 3), highest if of_others == "highest" else 1, dtype=np.uint8, order="F")
    many = min(room, BLOCK)
    codes[BLOCK : BLOCK + many, 0] = codes[BLOCK + 7 : BLOCK + 7 + many, 2] = 0
    codes[:BLOCK, 1] = 1
    assert_exact(few_gap_sums(codes, highest), codes)
    if room < BLOCK - 1:
        codes[BLOCK : BLOCK + room + 1, 0] = 0
        assert few_gap_sums(codes, highest) is None


def test_pairs_of_many_items_are_the_same_in_either_way(monkeypatch):
    rng = np.random.default_rng(1)
    codes = np.asfortranarray(rng.integers(1, 8, (20_000, 20)), dtype=np.uint8)
    codes[rng.random(codes.shape) < 0.03] = 0
    assert few_gap_sums(codes, 7) is not None
    found = pair_sums(codes, 7, squares=False)
    monkeypatch.setattr(cross_products, "few_gap_sums", lambda codes, highest: None)
    other = pair_sums(codes, 7, squares=False)
    for name in ("counts", "sums", "products"):
        np.testing.assert_array_equal(getattr(found, name), getattr(other, name))
    assert_exact((found.counts, found.sums, found.products), codes)
