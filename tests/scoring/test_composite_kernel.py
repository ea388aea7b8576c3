"""A composite is the nearest float to the exact combination of its scales, whatever was skipped."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import Instrument, score
from intimacy_scales.scoring.composite_kernel import CompositeKernel
from intimacy_scales.scoring.plan import plan_of
from tests.shared.naive_counting import counted
from tests.shared.naive_scores import bits, bits_of_singles
from tests.shared.strategies import Row


def form_of_means(sizes: list[int], scales: list[dict[str, Any]], **points: Any) -> Instrument:
    """A form of means ``s1``, ``s2`` … of so many items each, and composites; some items are reversed."""
    items, means = [], []
    for number, size in enumerate(sizes, 1):
        names = [f"q{number}_{n}" for n in range(1, size + 1)]
        items += [{"id": name, "response_scale": {"minimum": 1, "maximum": 7, **points}} for name in names]
        keys = [f"-{name}" if n % 3 == 2 else name for n, name in enumerate(names)]
        means.append({"id": f"s{number}", "items": keys})
    return Instrument.model_validate(
        {"id": "made", "version": "1", "title": "Made", "items": items, "scales": [*means, *scales]}
    )


def draw_rows(form: Instrument, rng: np.random.Generator, n: int, skipped: float) -> list[Row]:
    values = {item.id: item.response_scale.values for item in form.items}
    return [
        {
            item: None if rng.random() < skipped else allowed[rng.integers(len(allowed))]
            for item, allowed in values.items()
        }
        for _ in range(n)
    ]


def assert_exact(form: Instrument, rows: list[Row]) -> None:
    wanted = [counted(form, row) for row in rows]
    table = score(form, rows)
    assert bits(table.values) == bits([[part.score for part in person.values()] for person in wanted])
    assert bits(table.values) == bits_of_singles(form, rows)
    for row, told in zip(rows, wanted, strict=True):
        bounds = score(form, row).bounds
        for name in form.scale_ids:
            assert bounds[name] == (float(told[name].low), float(told[name].high))


TOTAL = [{"id": "total", "of": ["s1", "s2", "s3"], "method": "sum"}]
MEAN = [{"id": "total", "of": ["s1", "s2", "s3"], "missing": {"count": 1}}]
NESTED = [
    {"id": "some", "of": ["s1", "s2"], "missing": {"count": 1}},
    {"id": "gap", "of": ["some", "s3"], "method": "difference", "multiply": "0.1", "offset": 50},
    {"id": "both", "of": ["s1", "some"], "method": "sum", "missing": {"count": 1, "prorated": True}},
    {"id": "total", "of": ["gap", "s2"], "offset": "-0.3"},
]


@pytest.mark.parametrize("scales", [TOTAL, MEAN, NESTED], ids=["sum", "mean", "nested"])
@pytest.mark.parametrize("skipped", [0.0, 0.02, 0.3, 0.6])
@pytest.mark.parametrize("sizes", [[3, 6, 7], [8, 8, 8], [40, 3, 31]], ids=str)
def test_any_share_of_skipped_items(scales, skipped, sizes):
    form = form_of_means(sizes, scales)
    assert_exact(form, draw_rows(form, np.random.default_rng(1), 20, skipped))


def test_the_last_of_these_sizes_needs_larger_numbers_than_floats_hold():
    """So that both ways are tested above, and below that of complete answers too."""
    exact = [CompositeKernel(plan_of(form_of_means(sizes, MEAN)), 3) for sizes in ([8, 8, 8], [40, 3, 31])]
    assert [kernel._incomplete_is_exact for kernel in exact] == [True, False]
    assert [kernel._complete_is_exact for kernel in exact] == [True, True]
    fine = form_of_means([3, 6, 7], FINE)
    kernel = CompositeKernel(plan_of(fine), 3)
    assert not kernel._complete_is_exact and not kernel._incomplete_is_exact


FINE = [
    {
        "id": "total",
        "of": ["s1", "s2", "s3"],
        "method": "sum",
        "multiply": "1.00000000000003",
        "offset": "0.1",
    }
]


@pytest.mark.parametrize("skipped", [0.0, 0.1])
def test_decimals_that_need_larger_numbers_than_floats_hold(skipped):
    form = form_of_means([3, 6, 7], FINE)
    assert_exact(form, draw_rows(form, np.random.default_rng(2), 60, skipped))


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.integers(1, 4),
    st.sampled_from(["mean", "sum", "prorated"]),
    st.sampled_from([{}, {"minimum": 0, "maximum": 1, "step": 0.1}, {"minimum": -3, "maximum": 3}]),
    st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_composites_of_any_sizes(sizes, count, way, points, seed):
    parts = [f"s{n}" for n in range(1, len(sizes) + 1)]
    total: dict[str, Any] = {"id": "total", "of": parts, "method": "mean" if way == "mean" else "sum"}
    if way != "sum":
        total["missing"] = {"count": min(count, len(sizes))} | ({"prorated": True} if way != "mean" else {})
    form = form_of_means(sizes, [total], **points)
    assert_exact(form, draw_rows(form, np.random.default_rng(seed), 5, 0.35))


def test_a_cutoff_is_met_by_whoever_meets_it_exactly():
    """Means of 3, 6 and 9 items that add up to a whole number, and as floats to a little less or more."""
    form = form_of_means([3, 6, 9], TOTAL)
    every = (range(size, 7 * size + 1) for size in (3, 6, 9))
    whole = [own for own in product(*every) if (6 * own[0] + 3 * own[1] + 2 * own[2]) % 18 == 0]
    missed = [own for own in whole if not (own[0] / 3 + own[1] / 6 + own[2] / 9).is_integer()]
    assert len(missed) == 196
    for own in missed[::4]:
        row: Row = {}
        for number, (size, total) in enumerate(zip((3, 6, 9), own, strict=True), 1):
            for n in range(size):
                value = total // size + (n < total % size)
                row[f"q{number}_{n + 1}"] = 8 - value if n % 3 == 2 else value
        found = score(form, row).scores
        assert [found["s1"], found["s2"], found["s3"]] == [own[0] / 3, own[1] / 6, own[2] / 9]
        assert score(form, [row])["total"].tolist() == [found["total"]]
        assert found["total"] == (6 * own[0] + 3 * own[1] + 2 * own[2]) / 18


def test_nothing_is_minus_zero():
    gap = [{"id": "gap", "of": ["s1", "s2"], "method": "difference"}]
    form = form_of_means([2, 2], gap, minimum=-3, maximum=3)
    for value in (-3, 0, 3, None):
        row = dict.fromkeys(form.item_ids, value)
        for found in (score(form, [row]).values.ravel().tolist(), list(score(form, row).scores.values())):
            assert not any(number == 0 and np.signbit(number) for number in found if number is not None)


def test_weighted_items_of_which_some_are_skipped():
    """Denominators of no common form: sums of 0.371, 1.2 and 0.05 of those answered."""
    weights = {"q1_1": "0.371", "q1_2": "1.2", "q1_3": "0.05"}
    scales = [{"id": "w", "items": ["q1_1", "q1_2", "-q1_3"], "weights": weights, "missing": {"count": 1}}]
    scales.append({"id": "total", "of": ["w", "s1", "s2"], "missing": {"count": 2}})
    form = form_of_means([3, 4], scales)
    assert_exact(form, draw_rows(form, np.random.default_rng(4), 150, 0.35))


def test_weights_of_many_digits_need_no_memory():
    """The weight of a scale is a whole number of its finest digit: 10^11 of them here."""
    scales = [
        {"id": "w", "items": ["q1_1", "q1_2"], "weights": {"q1_1": "1.00000000001"}, "missing": {"count": 2}},
        {"id": "total", "of": ["w", "s1", "s2"], "missing": {"count": 2}},
    ]
    form = form_of_means([2, 3], scales)
    assert_exact(form, draw_rows(form, np.random.default_rng(5), 40, 0.2))
