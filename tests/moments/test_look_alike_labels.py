"""Labels that look the same are one couple or are refused, never two; and clusters of one do not count."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from intimacy_scales import encode, reliability_report, simulate
from intimacy_scales.cli import app
from intimacy_scales.errors import EstimationError, SingleClustersWarning
from intimacy_scales.factor import cfa, invariance
from intimacy_scales.jobs import reliability_file
from intimacy_scales.messages import values_as_asked
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.reliability import (
    cronbach_alpha,
    diary_reliability,
    group_icc,
    mcdonald_omega,
    two_level_omega,
)
from intimacy_scales.simulation import simulate_diary
from tests.shared.comparison import assert_close

COUPLES = simulate("ras", 80, rng=3).answers
TWO_ROWS = [n // 2 for n in range(80)]
MODEL = "f =~ ras_1 + ras_2 + ras_3 + ras_5"

ALIKE: list[tuple[Any, Any]] = [
    (1, "1"),
    (1.0, "1.0"),
    ("1", "1.0"),
    ("1", "01"),
    ("1", " 1"),
    ("c1", "c1 "),
    ("c1", "c1\u00a0"),
    ("c1", "c1\u200b"),
    ("c1", "c\u200d1"),
    ("c 1", "c  1"),
    ("c1", "c\uff11"),
    ("c-1", "c\u20111"),
    ("\u00e41", "a\u03081"),
    (0.1, "0.1"),
    (Decimal("0.1"), 0.1),
    (True, "True"),
    (datetime.date(2024, 5, 1), "2024-05-01"),
    ((1, "a"), ("1", "a")),
]
DIFFERENT: list[tuple[Any, Any]] = [
    ("c1", "C1"),
    ("5", "5\u00b2"),
    ("c5\u00b2", "c52"),
    ("1e2", "100"),
    ("1,5", "1.5"),
    (10**20, 10**20 + 1),
    ("12345678901234567890", "12345678901234567891"),
    ("-1", "1"),
    ("a b", "ab"),
]


def labels_of(one: Any, other: Any) -> list[Any]:
    """Labels of 40 couples, one of which is written in two ways."""
    return [one, other, *(f"couple {n}" for n in TWO_ROWS[2:])]


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=repr)
def test_labels_that_look_the_same_are_refused_by_name(one: Any, other: Any) -> None:
    with pytest.raises(EstimationError, match="look the same and would count as different ones") as caught:
        label_positions(labels_of(one, other), "clusters")
    text = str(caught.value)
    assert (
        f"clusters: two labels look the same and would count as different ones, {one!a} (row 0) and" in text
    )
    assert f"{other!a} (row 1)" in text
    assert ("one is a text and the other is not" in text) == (isinstance(one, str) != isinstance(other, str))
    with values_as_asked(False), pytest.raises(EstimationError) as hidden:
        label_positions(labels_of(one, other), "clusters")
    assert "that of row 0 and that of row 1" in str(hidden.value)
    assert f"{other!a}" not in str(hidden.value)


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=repr)
def test_labels_that_look_different_are_different(one: Any, other: Any) -> None:
    assert label_positions([one, other, one]).tolist() == [0, 1, 0]


@pytest.mark.parametrize("same", [(1, 1.0), (True, 1), (np.int64(3), 3.0), (0.0, -0.0), (Decimal(2), 2)])
def test_numbers_of_one_value_are_one(same: tuple[Any, Any]) -> None:
    assert label_positions([*same, "x"]).tolist() == [0, 0, 1]


@given(st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_numbers_among_themselves_are_what_they_are(values: list[Any]) -> None:
    assert label_positions(values).max(initial=-1) + 1 == len(set(values))


@given(st.integers(-999, 999), st.integers(0, 3), st.integers(0, 2), st.sampled_from(["", " ", "\u200b"]))
def test_any_way_to_write_a_number_looks_like_it(number: int, zeros: int, after: int, blank: str) -> None:
    sign, digits = "-" if number < 0 else "", str(abs(number))
    text = f"{blank}{sign}{'0' * zeros}{digits}{'.' + '0' * after if after else ''}{blank}"
    with pytest.raises(EstimationError, match="look the same"):
        label_positions([number, text])


CODES = encode("ras", COUPLES.assign(couple=pd.Series(labels_of(1, "1"), dtype=object)), keep="couple")
DAYS = simulate_diary("scii-daily", 20, 4, rng=1).answers
PERSONS = DAYS["person"].astype(object).where(DAYS.index != 0, DAYS["person"].astype(str))
CALLS: dict[str, Any] = {
    "report": lambda c: reliability_report("ras", COUPLES, clusters=c),
    "alpha": lambda c: cronbach_alpha(encode("ras", COUPLES)).confidence_interval(method="adf", clusters=c),
    "omega": lambda c: mcdonald_omega(encode("ras", COUPLES)).confidence_interval(method="adf", clusters=c),
    "cfa": lambda c: cfa(MODEL, COUPLES, instrument="ras", clusters=c, estimator="MLR"),
    "groups": lambda c: cfa(MODEL, COUPLES, instrument="ras", groups=c),
    "invariance": lambda c: invariance(MODEL, COUPLES, groups=c, instrument="ras"),
    "group_icc": lambda c: group_icc(np.arange(80) % 7, c),
    "column": lambda c: reliability_report(
        "ras", COUPLES.assign(couple=pd.Series(c, dtype=object)), clusters="couple"
    ),
    "kept": lambda c: reliability_report(CODES, clusters="couple"),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_function_refuses_them(call: str) -> None:
    with pytest.raises(EstimationError, match=r"(clusters|groups): two labels look the same"):
        CALLS[call](labels_of(1, "1"))


@pytest.mark.parametrize("function", [diary_reliability, two_level_omega])
def test_a_person_of_a_diary_is_one(function: Any) -> None:
    with pytest.raises(EstimationError, match="person: two labels look the same"):
        function("scii-daily", DAYS.assign(person=PERSONS), person="person", scale="total")


def test_an_occasion_of_a_diary_is_one() -> None:
    days = DAYS["day"].astype(object).where(DAYS.index != 0, DAYS["day"].astype(str))
    table = DAYS.assign(day=days)
    with pytest.raises(EstimationError, match="occasion: two labels look the same"):
        diary_reliability("scii-daily", table, person="person", occasion="day", scale="total")


def test_a_float_column_of_couples_is_as_one_of_whole_numbers() -> None:
    whole = reliability_report("ras", COUPLES, clusters=TWO_ROWS)
    assert whole.n_clusters == 40
    as_polars = pl.from_pandas(COUPLES.assign(couple=TWO_ROWS))
    for same in (
        reliability_report("ras", COUPLES, clusters=[float(n) for n in TWO_ROWS]),
        reliability_report("ras", as_polars, clusters="couple"),
    ):  # sums of old versions of numpy depend on where arrays lie in memory, in the last digit
        assert_close(same.to_dict(), whole.to_dict())


@pytest.mark.parametrize("ending", ["xlsx", "csv", "jsonl"])
@pytest.mark.parametrize(("one", "other"), [(1, "1"), ("c1", "c1 "), ("\u00e41", "a\u03081"), ("7", "7.0")])
def test_files_refuse_them_with_their_rows(tmp_path: Path, ending: str, one: Any, other: Any) -> None:
    if ending == "csv" and not isinstance(one, str):
        pytest.skip("a text file has texts only")
    table = COUPLES.assign(couple=pd.Series(labels_of(one, other), dtype=object))
    path = tmp_path / f"couples.{ending}"
    if ending == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in [list(table.columns), *table.values.tolist()]:
            sheet.append(row)
        book.save(path)
    elif ending == "csv":
        table.to_csv(path, index=False)
    else:
        table.to_json(path, orient="records", lines=True)
    with pytest.raises(
        EstimationError, match=r"\(row 1\) and .*\(row 2\) \(row 1 is the first after"
    ) as caught:
        reliability_file("ras", path, clusters="couple")
    assert f"{other!a}" in str(caught.value)
    said = CliRunner().invoke(app, ["reliability", str(path), "-i", "ras", "--clusters", "couple"])
    assert said.exit_code == 2
    assert "look the same" in said.stderr


@pytest.mark.parametrize("call", ["report", "alpha", "omega", "cfa"])
@pytest.mark.parametrize("ids", [range(80), [f"p{n}" for n in range(80)], np.arange(80) / 7])
def test_clusters_of_one_are_warned_of(call: str, ids: Any) -> None:
    with pytest.warns(
        SingleClustersWarning, match="all 80 labels are different, so that every person"
    ) as said:
        found = CALLS[call](list(ids))
    assert len(said) == 1
    assert said[0].filename == __file__
    if call == "report":
        assert any("all 80 labels are different" in text for text in found.warnings)


def test_one_pair_is_enough() -> None:
    found = reliability_report("ras", COUPLES, clusters=[0, *range(79)])
    assert found.n_clusters == 79
    assert not any("labels are different" in text for text in found.warnings)
    assert math.isfinite(found["total"].alpha.estimate)
