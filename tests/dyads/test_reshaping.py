"""Couples as wide, long and pairwise tables, in the caller's kind of frame and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import ResponseError
from tests.shared.instruments import form_of

FORM = form_of({"s": "q1 -q2", "t": "q3"}, low=0, high=4)
KINDS: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "pandas": lambda rows: pd.DataFrame(rows, columns=list(rows[0])),
    "polars": lambda rows: pl.DataFrame(rows, infer_schema_length=None),
    "pyarrow": pa.Table.from_pylist,
    "rows": lambda rows: rows,
}
ANSWER = st.one_of(st.none(), st.integers(0, 4))


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return rows of persons, both partners of most couples, with gaps, in any order."""
    rows = []
    for couple in range(draw(st.integers(1, 6))):
        for partner in draw(st.sampled_from([(1, 2), (1,), (2,)])):
            answers = {f"q{n}": draw(ANSWER) for n in (1, 2, 3)}
            about = {
                "age": draw(st.one_of(st.none(), st.integers(18, 90))),
                "town": draw(st.sampled_from("AB")),
            }
            rows.append({"couple": f"c{couple}", "person": f"p{couple}{partner}"} | about | answers)
    return draw(st.permutations(rows))


def same(left: Any, right: Any) -> None:
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right)
    else:
        assert type(left) is type(right) and left.equals(right)
        assert getattr(left, "schema", None) == getattr(right, "schema", None)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
@settings(max_examples=30)
@given(rows=tables())
def test_round_trips_are_the_identity(kind: str, rows: list[dict[str, Any]]) -> None:
    options: dict[str, Any] = {"couple": "couple", "person": "person"}
    dyads = Dyads.from_long(FORM, KINDS[kind](rows), keep=["age", "town"], **options)
    long, wide = dyads.to_long(), dyads.to_wide()
    same(Dyads.from_long(FORM, long, keep=["age", "town"], **options).to_long(), long)
    both = {name: {"a": f"{name}_a", "b": f"{name}_b"} for name in ("person", "age", "town")}
    again = Dyads.from_wide(
        FORM,
        wide,
        columns={"a": "{item}_a", "b": "{item}_b"},
        couple="couple",
        person=both.pop("person"),
        keep=both,
    )
    same(again.to_wide(), wide)
    same(again.to_long(), long)
    same(again.to_pairwise(), dyads.to_pairwise())


def test_a_long_table_has_the_answers_that_it_was_made_of() -> None:
    answers = simulate("scii-24", 60, couples=0.5, missing=0.05, rng=3).answers
    dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    pd.testing.assert_frame_equal(dyads.to_long()[answers.columns], answers, check_dtype=False)
    wide = dyads.to_wide()
    assert wide["tru09_2"].tolist()[:3] == pytest.approx(answers["tru09"].tolist()[1:6:2], nan_ok=True)


ROWS = [
    {"couple": 1, "person": "x", "q1": 0, "q2": 1, "q3": 2},
    {"couple": 1, "person": "y", "q1": 4, "q2": 3, "q3": 2},
    {"couple": 2, "person": "z", "q1": 1, "q2": 1, "q3": None},
]


def dyads_of(kind: str = "pandas", rows: list[dict[str, Any]] = ROWS) -> Dyads:
    return Dyads.from_long(FORM, KINDS[kind](rows), couple="couple", person="person")


def test_rows_become_pandas_tables() -> None:
    for of_rows, of_frame in (
        (dyads_of("rows").to_wide(), dyads_of().to_wide()),
        (dyads_of("rows").to_long(), dyads_of().to_long()),
    ):  # where an id is missing, old versions of pandas have None in one and nan in the other
        same(
            of_rows.astype(object).where(of_rows.notna(), "none"),
            of_frame.astype(object).where(of_frame.notna(), "none"),
        )


def test_wide_tables_by_hand() -> None:
    wide = dyads_of().to_wide()
    expected = {
        "couple": [1, 2], "person_a": ["x", "z"], "person_b": ["y", math.nan],
        "q1_a": [0, 1], "q2_a": [1, 1], "q3_a": [2, math.nan],
        "q1_b": [4, math.nan], "q2_b": [3, math.nan], "q3_b": [2, math.nan],
    }  # fmt: skip
    pd.testing.assert_frame_equal(wide, pd.DataFrame(expected), check_dtype=False)


def test_pairwise_tables_by_hand() -> None:
    pairwise = dyads_of().to_pairwise()
    assert pairwise["couple"].tolist() == [1, 1, 2, 2]
    assert pairwise["q1_actor"].tolist()[:3] == [0, 4, 1] and math.isnan(pairwise["q1_actor"][3])
    assert pairwise["q1_partner"].tolist()[:2] == [4, 0] and pairwise["q1_partner"][3] == 1
    assert pairwise["person_actor"].tolist()[:3] == ["x", "y", "z"]
    assert pairwise["person_partner"].tolist()[:2] == ["y", "x"]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_keyed_tables_reverse_from_the_declared_range(kind: str) -> None:
    dyads = dyads_of(kind)
    wide = dyads.to_wide(keyed=True)
    assert np.asarray(wide["q2_a"]).tolist() == [3, 3]  # 4 - q2
    assert np.asarray(wide["q1_a"]).tolist() == [0, 1]
    long = dyads.to_long(keyed=True)
    assert np.asarray(long["q2"]).tolist() == [3, 1, 3]
    only = dyads.to_long(keyed=True, scale="t")
    names = only.column_names if kind == "pyarrow" else list(only.columns)
    assert names == ["couple", "person", "q3"]


def test_items_keyed_in_two_directions_need_a_scale() -> None:
    form = form_of({"s": "q1 -q2", "t": "q2 q3"}, low=0, high=4)
    dyads = Dyads.from_long(form, ROWS, couple="couple", person="person")
    with pytest.raises(ResponseError, match=r"item q2 counts differently in scale 't'.*scale='t'"):
        dyads.to_wide(keyed=True)
    assert dyads.to_wide(keyed=True, scale="t")["q2_a"].tolist() == [1, 1]
    assert dyads.to_wide(keyed=True, scale="s")["q2_a"].tolist() == [3, 3]


def test_whole_numbers_stay_whole() -> None:
    complete = dyads_of(rows=ROWS[:2])
    assert complete.to_wide()["q1_a"].dtype == np.int64
    assert dyads_of("polars", ROWS[:2]).to_wide().schema["q1_a"] == pl.Int64
    with_age = [row | {"age": 30 + n} for n, row in enumerate(ROWS)]
    dyads = Dyads.from_long(FORM, pd.DataFrame(with_age), couple="couple", person="person", keep=["age"])
    assert str(dyads.to_wide()["age_b"].dtype) == "Int64" and dyads.to_wide()["age_b"].isna().tolist() == [
        False,
        True,
    ]
    assert dyads.to_long()["age"].dtype == np.int64


def test_categories_and_dates_stay_what_they_are() -> None:
    days = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"])
    table = pd.DataFrame(ROWS).assign(day=days, town=pd.Categorical(["A", "B", "A"]))
    dyads = Dyads.from_long(FORM, table, couple="couple", person="person", keep=["day", "town"])
    wide = dyads.to_wide()
    assert wide["day_a"].dtype == days.dtype and wide["town_b"].dtype == table["town"].dtype
    assert wide["day_b"].isna().tolist() == [False, True]


def test_stored_values_are_those_that_were_printed() -> None:
    form = form_of({"s": "q1"}, low=1, high=4, step=0.5)
    rows = [{"couple": 1, "person": 1, "q1": 1.5}, {"couple": 1, "person": 2, "q1": 4}]
    assert Dyads.from_long(form, rows, couple="couple", person="person").to_long()["q1"].tolist() == [
        1.5,
        4.0,
    ]


def test_clashing_names_are_refused() -> None:
    rows = [row | {"q1_actor": 1} for row in ROWS]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="person", keep=["q1_actor"])
    assert "q1_actor_actor" in dyads.to_pairwise().columns
    rows = [{"x": n // 2, "person": n % 2} for n in range(4)]
    with pytest.raises(ResponseError, match="'x' would be the name of two columns of this table, the kept"):
        Dyads.of_scores(rows, ["x"], couple="x", person="person").to_long()


def test_occasions_stay_apart() -> None:
    rows = [row | {"day": day} for day in (2, 1) for row in ROWS]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="person", time="day")
    assert dyads.to_wide()[["couple", "day"]].to_numpy().tolist() == [[1, 2], [2, 2], [1, 1], [2, 1]]
    again = Dyads.from_wide(
        FORM,
        dyads.to_wide(),
        columns={"a": "{item}_a", "b": "{item}_b"},
        couple="couple",
        time="day",
        person={"a": "person_a", "b": "person_b"},
    )
    pd.testing.assert_frame_equal(again.to_long(), dyads.to_long())


def test_roles_are_columns_of_partners() -> None:
    rows = [row | {"sex": sex} for row, sex in zip(ROWS, "mfm", strict=True)]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="person", role="sex")
    wide = dyads.to_wide()
    assert wide["sex_f"].tolist()[0] == "f" and wide["q1_f"].tolist()[0] == 4
    again = Dyads.from_wide(
        FORM,
        wide,
        columns={"f": "{item}_f", "m": "{item}_m"},
        couple="couple",
        person={"f": "person_f", "m": "person_m"},
        role={"f": "sex_f", "m": "sex_m"},
    )
    pd.testing.assert_frame_equal(again.to_long(), dyads.to_long())
