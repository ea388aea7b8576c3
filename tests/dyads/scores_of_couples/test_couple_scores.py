"""Scores of couples: means and differences, missing partners, occasions, tables and speed of columns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.dyads import CoupleScores, CoupleScoreSummary, Dyads, couple_scores
from intimacy_scales.errors import EstimationError, ResponseError, UnknownNameError
from tests.shared.comparison import near
from tests.shared.couples import couples_with_answers

WIDE = {"trust": {"w": "trust_w", "h": "trust_h"}}
SCORES = st.lists(
    st.tuples(*[st.one_of(st.none(), st.integers(0, 60).map(lambda n: n / 10))] * 2), min_size=1, max_size=12
)


def of_pairs(pairs: Any, *, role: bool = True) -> Dyads:
    table = [{"trust_w": one, "trust_h": other} for one, other in pairs]
    return Dyads.of_scores(table, WIDE, role=role)


def naive(one: float | None, other: float | None) -> list[float]:
    """Mean, difference, absolute difference, lower and higher score."""
    if one is None or other is None:
        return [math.nan] * 5
    return [(one + other) / 2, one - other, abs(one - other), min(one, other), max(one, other)]


@settings(max_examples=40)
@given(SCORES)
def test_couple_scores_are_those_by_hand(pairs: list[tuple[float | None, float | None]]) -> None:
    pairs = [*pairs, (1.0, 2.5)]
    dyads = of_pairs(pairs)
    trust = couple_scores(dyads)["trust"]
    columns = (trust.mean, trust.difference, trust.absolute_difference, trust.lower, trust.higher)
    near(np.array(columns).T, [naive(*pairs[couple - 1]) for couple in dyads.couples])


@settings(max_examples=20)
@given(SCORES, st.integers(0, 5))
def test_swapping_exchangeable_partners_changes_nothing(pairs: Any, seed: int) -> None:
    pairs = [*pairs, (1.0, 2.5)]
    rng = np.random.default_rng(seed)
    turned = [pair[::-1] if rng.random() < 0.5 else pair for pair in pairs]
    one, other = (couple_scores(of_pairs(each, role=False)) for each in (pairs, turned))
    assert one.summary() == other.summary()
    orders = [np.argsort(scores.couples) for scores in (one, other)]
    for (name, values), (_, others) in zip(one["trust"].columns(), other["trust"].columns(), strict=True):
        np.testing.assert_array_equal(values[orders[0]], others[orders[1]], err_msg=name)


def test_differences_of_exchangeable_partners_have_no_sign() -> None:
    scores = couple_scores(of_pairs([(1, 3), (4, 2)], role=False))
    assert np.isnan(scores["trust"].difference).all()
    assert scores["trust"].absolute_difference.tolist() == [2, 2]
    assert "trust_difference" not in scores.to_frame()
    assert "exchangeable" in str(scores.difference_undefined_because)
    assert "difference" not in str(scores.summary())
    assert couple_scores(of_pairs([(1, 3)])).difference_undefined_because is None


def test_a_couple_of_one_partner_has_no_scores() -> None:
    answers = np.array([[[5, 6, 7], [4, 4, 5]], [[7, 7, 7], [np.nan] * 3]])
    scores = couple_scores(couples_with_answers(answers, roles=True))
    frame = scores.to_frame()
    assert frame["a_wife"].tolist() == [6, 7]
    assert frame.loc[1, ["a_mean", "a_difference", "a_lower", "a_higher"]].isna().all()
    (row,) = scores.summary().scales
    assert (row.n, row.n_one, row.n_neither) == (1, 1, 0)
    assert "1 couple without both scores" in repr(scores)


def test_couple_scores_keep_labels_and_occasions() -> None:
    table = [
        {"id": couple, "day": day, "who": who, "trust": score}
        for couple, day, who, score in [
            ("x", 1, "w", 3.0), ("x", 1, "h", 4.0), ("x", 2, "w", 5.0), ("x", 2, "h", 2.0),
            ("y", 2, "w", 1.0),
        ]
    ]  # fmt: skip
    dyads = Dyads.of_scores(pd.DataFrame(table), ["trust"], couple="id", role="who", time="day")
    scores = couple_scores(dyads)
    frame = scores.to_frame()
    assert list(frame.columns[:2]) == ["id", "day"]
    by_row = {(row.id, row.day): row.trust_difference for row in frame.itertuples()}
    assert by_row[("x", 1)] == 1.0  # h before w
    assert by_row[("x", 2)] == -3.0
    assert math.isnan(by_row[("y", 2)])
    again = CoupleScores.from_json(scores.to_json())
    assert again == scores
    assert (again.couples, again.times) == (scores.couples, scores.times) == (["x", "x", "y"], [1, 2, 2])
    assert list(again.to_frame()["time"]) == [1, 2, 2]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_couple_scores_are_in_the_callers_kind_of_frame(kind: Any) -> None:
    table = kind({"id": ["c", "d"], "trust_w": [3.5, 4.0], "trust_h": [4.5, None]})
    frame = couple_scores(Dyads.of_scores(table, WIDE, couple="id", role=True)).to_frame()
    assert type(frame) is type(table)
    columns = frame.column_names if isinstance(frame, pa.Table) else list(frame.columns)
    assert columns == ["id", *(f"trust_{n}" for n in (
        "w", "h", "mean", "difference", "absolute_difference", "lower", "higher"))]  # fmt: skip
    missing = frame["trust_mean"].to_list()[1] if isinstance(frame, pl.DataFrame) else None
    assert missing is None


def test_summary_of_couple_scores() -> None:
    pairs = [(3.0, 4.0), (5.0, 2.0), (1.0, None), (6.0, 6.0)]
    summary = couple_scores(of_pairs(pairs)).summary()
    (row,) = summary.scales
    complete = np.array([pair for pair in pairs if None not in pair], dtype=float)
    difference = complete[:, 0] - complete[:, 1]
    near([row.mean, row.sd], [complete.mean(), complete.mean(axis=1).std(ddof=1)])
    near([row.first_mean, row.second_mean], complete.mean(axis=0))
    near([row.difference_mean, row.difference_sd], [difference.mean(), difference.std(ddof=1)])
    near(row.absolute_mean, np.abs(difference).mean())
    assert CoupleScoreSummary.from_json(summary.to_json()) == summary
    assert summary.to_frame()["n"].tolist() == [3]


def test_couple_scores_without_any_complete_couple() -> None:
    summary = couple_scores(of_pairs([(3.0, None), (None, 2.0)])).summary()
    assert summary.scales[0].n == 0
    assert math.isnan(summary.scales[0].mean)


def test_couple_scores_name_what_is_wrong() -> None:
    scores = couple_scores(of_pairs([(3.0, 4.0)]))
    with pytest.raises(UnknownNameError, match=r"no scale 'trsut'; allowed: trust.*did you mean 'trust'"):
        scores["trsut"]
    table = pd.DataFrame({"trust_mean": ["c"], "trust_w": [3.5], "trust_h": [4.5]})
    clash = couple_scores(Dyads.of_scores(table, WIDE, couple="trust_mean", role=True))
    with pytest.raises(
        ResponseError, match=r"'trust_mean' would be the name of two columns .*option couple="
    ):
        clash.to_frame()


def test_a_summary_needs_one_occasion() -> None:
    rows = [
        {"c": c, "r": r, "day": day, "s": float(c + 10 * day)}
        for c in range(3) for r in "wh" for day in (1, 2)
    ]  # fmt: skip
    dyads = Dyads.of_scores(rows, ["s"], couple="c", role="r", time="day")
    scores = couple_scores(dyads)
    for some in (scores, CoupleScores.from_json(scores.to_json())):
        with pytest.raises(EstimationError, match=r"on 2 occasions \(1, 2\).*couple_scores\(dyads.at\(1\)\)"):
            some.summary()
    assert couple_scores(dyads.at(1)).summary().scales[0].mean == 11.0


def test_labels_that_json_does_not_know_are_texts() -> None:
    rows = [{"c": label, "a": 1.0, "b": 2.0} for label in (math.inf, -math.inf, 3.5)]
    scores = couple_scores(Dyads.of_scores(rows, {"s": {"a": "a", "b": "b"}}, couple="c"))
    again = CoupleScores.from_json(scores.to_json())
    assert again.couples == ["Infinity", "-Infinity", 3.5] and again == scores
