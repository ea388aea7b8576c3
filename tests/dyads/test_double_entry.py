"""Tables with two rows for each couple, one with partners exchanged, do not count as twice the couples."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, partner_agreement
from intimacy_scales.dyads.double_entry import double_entry_fault, mirrors_beyond_chance, row_keys
from intimacy_scales.errors import PairingError
from tests.shared.instruments import form_of

FORM = form_of({"s": "q1 q2 q3"}, low=1, high=7)
WIDE = {"a": "{item}_actor", "b": "{item}_partner"}


def couples(n: int, missing: float = 0.0) -> Dyads:
    """Return couples of simulated answers."""
    table = simulate("scii-24", 2 * n, couples=0.5, missing=missing, rng=3).answers
    return Dyads.from_long("scii-24", table, couple="couple", person="partner")


def fault_of(first: Any, second: Any, couple: Any = None) -> Any:
    both = np.concatenate([first, second])
    columns = list(both.reshape(len(both), -1).T)
    missing = np.isnan(both.reshape(len(both), -1).astype(float)).all(axis=1)
    return double_entry_fault(columns, ~missing.reshape(2, -1).T, couple)


@pytest.mark.parametrize("label", [None, "couple"])
@pytest.mark.parametrize("on_fault", ["raise", "leave_out"])
def test_double_entry_is_refused_and_the_advice_works(label: str | None, on_fault: Any) -> None:
    dyads = couples(148, missing=0.05)
    pairwise = dyads.to_pairwise()
    with pytest.raises(
        PairingError, match=r"296 of 296 rows mirror another one.*, as in rows 0, 1\n"
    ) as caught:
        Dyads.from_wide("scii-24", pairwise, columns=WIDE, couple=label, on_fault=on_fault)
    (fault,) = caught.value.faults
    assert fault.code == "double entry" and fault.rows == tuple(range(296))
    assert "occasions" not in str(caught.value) and "leave_out" not in str(caught.value)
    once = Dyads.from_wide("scii-24", pairwise.drop_duplicates("couple"), columns=WIDE, couple="couple")
    long = Dyads.from_long(
        "scii-24", pairwise, couple="couple", person="partner_actor", columns="{item}_actor"
    )
    for read in (once, long):
        assert len(read) == 148
        np.testing.assert_array_equal(read.scores["trust"], dyads.scores["trust"])
        icc = partner_agreement(read)["trust"]["icc"].estimate
        assert icc == partner_agreement(dyads)["trust"]["icc"].estimate


def test_scores_in_double_entry_are_refused() -> None:
    x = np.random.default_rng(1).normal(size=(40, 2))
    x[3, 1] = np.nan
    table = pd.DataFrame(np.concatenate([x, x[:, ::-1]]), columns=["x_a", "x_b"])
    with pytest.raises(PairingError, match=r"80 of 80 rows mirror another one.*, as in rows 0, 40\n"):
        Dyads.of_scores(table, {"x": {"a": "x_a", "b": "x_b"}})
    table.loc[:5, "x_a"] += 1  # corrected in one of the two rows
    with pytest.raises(PairingError, match="68 of 80 rows mirror another one"):
        Dyads.of_scores(table, {"x": {"a": "x_a", "b": "x_b"}})


def test_labels_decide_for_few_couples() -> None:
    first = np.array([[1, 2], [5, 4], [3, 3], [1, 1]], dtype=np.uint8)
    second = first[[1, 0, 3, 2]]
    assert fault_of(first, second) is None  # two couples could be so by chance
    assert fault_of(first, second, np.array([0, 0, 1, 1])).rows == (0, 1, 2, 3)
    assert fault_of(first, second, np.array([0, 1, 2, 3])) is None
    assert fault_of(first, first[[1, 3, 3, 2]], np.array([0, 0, 1, 1])) is None


def test_occasions_that_do_not_mirror_each_other_keep_their_advice() -> None:
    table = pd.DataFrame({"couple": [1, 2, 1, 2], "x_a": [4.0, 3.0, 2.0, 1.0], "x_b": [1.0, 2.0, 3.0, 5.0]})
    with pytest.raises(PairingError, match="name their column with time=") as caught:
        Dyads.of_scores(table, {"x": {"a": "x_a", "b": "x_b"}}, couple="couple")
    assert {fault.code for fault in caught.value.faults} == {"couple twice"}


@pytest.mark.parametrize(
    ("n", "n_items", "n_points", "lost"),
    [(9, 18, 7, 0.0), (100, 1, 7, 0.0), (5000, 1, 5, 0.0), (5000, 1, 5, 0.01), (148, 18, 7, 0.3)],
)
def test_double_entry_is_noticed(n: int, n_items: int, n_points: int, lost: float) -> None:
    rng = np.random.default_rng(2)
    first, second = rng.integers(1, n_points + 1, (2, n, n_items), dtype=np.uint8)
    kept = rng.permutation(2 * n)[: round(2 * n * (1 - lost))]
    sides = [np.concatenate(both)[kept] for both in ((first, second), (second, first))]
    assert fault_of(*sides) is not None


@pytest.mark.parametrize("n", [2, 5, 20, 300, 5000])
@pytest.mark.parametrize("n_points", [2, 3, 5, 7])
@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_short_scales_give_no_false_alarm(n: int, n_points: int, correlation: float) -> None:
    rng = np.random.default_rng(n + n_points)
    for n_items in (1, 1, 2, 3):
        first, second = rng.integers(1, n_points + 1, (2, n, n_items), dtype=np.uint8)
        same = rng.random((n, 1)) < correlation
        assert fault_of(first, np.where(same, first, second)) is None


def symmetric_by_chance(sizes: list[int], rng: np.random.Generator) -> int:
    """Return how many of 20,000 tables with so many rows in each class have both orders equally often."""
    orders = [rng.binomial(size, 0.5, 20_000) for size in sizes]
    return int(sum(np.all([2 * x == n for x, n in zip(orders, sizes, strict=True)], axis=0)))


@pytest.mark.parametrize("sizes", [[2, 2, 2], [4, 6], [2, 4, 10]])
def test_the_bound_is_above_the_simulated_probability(sizes: list[int]) -> None:
    from intimacy_scales.dyads.double_entry import _log_chance, _log_chance_of_twos

    share = symmetric_by_chance(sizes, np.random.default_rng(4)) / 20_000
    bound = np.exp(_log_chance(np.array(sizes), 0))
    assert share - 0.015 < bound < 1.5 * share  # tight where both orders are exactly as frequent
    k = 3
    for weights in ([1, 1, 1], [1, 1, 1, 1], [3, 2, 1], [4, 4, 4, 1, 1], np.ones(6)):
        p = np.array(weights) / np.sum(weights)
        draws = np.random.default_rng(5).multinomial(2 * k, p, 20_000)
        twos = np.mean(((draws == 2) | (draws == 0)).all(axis=1))
        assert twos - 0.01 < np.exp(_log_chance_of_twos(k))


@given(arrays(np.uint8, st.tuples(st.integers(2, 30), st.just(2)), elements=st.integers(0, 3)))
def test_mirrored_rows_are_those_of_a_naive_search(pairs: Any) -> None:
    first, second = pairs.T
    doubled = np.tile(np.concatenate([pairs, pairs[:, ::-1]]), (1, 1))
    labels = np.tile(np.arange(len(pairs)), 2)
    fault = double_entry_fault(list(doubled.T.reshape(1, -1)), (doubled != 0), labels)
    used = [row for row, pair in enumerate(doubled.tolist()) if any(pair)]
    if len(used) < 2:
        assert fault is None
        return
    counts = Counter(tuple(doubled[row].tolist()) for row in used)
    expected = [row for row in used if counts[tuple(doubled[row, ::-1].tolist())] >= 1]
    assert fault is not None and list(fault.rows) == expected
    assert not mirrors_beyond_chance(row_keys([first]), row_keys([second])) or len(pairs) >= 9


def test_row_keys_are_equal_for_equal_rows_alone() -> None:
    rng = np.random.default_rng(6)
    codes = rng.integers(0, 4, (4000, 5), dtype=np.uint8)
    keys = row_keys(list(codes.T))
    assert len(np.unique(keys)) == len(np.unique(codes, axis=0))
    scores = [np.array([1.0, -0.0, np.nan, 0.0, 2.0]), np.array([np.nan, 3.0, 1.0, 3.0, 1.0])]
    keys = row_keys(scores)
    assert keys[1] == keys[3] and len(set(keys.tolist())) == 4
