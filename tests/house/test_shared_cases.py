"""Each of the small inputs that failed once is read by a test; here those of labels that say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from intimacy_scales import EstimationError, Instrument, ResponseError, load
from intimacy_scales.factor import cfa, efa
from intimacy_scales.jobs import reliability_file, structure_file
from intimacy_scales.reliability import group_icc, reliability_report
from tests.shared.folders import ROOT

MODEL = "f =~ a + b + c + d"
BLANKS = ["", " ", ".", "nan", "NaN", "NA", "n/a", "#N/A", "-", "?", "<NA>", "null", "\u00a0", "#NULL!"]


@pytest.fixture(scope="module")
def form(shared: Path) -> Instrument:
    return load(shared / "cases" / "form_abcd_1_5.toml")


def blanks_as(table: pd.DataFrame, blank: str) -> pd.DataFrame:
    return table.assign(couple=[label or blank for label in table["couple"]])


@pytest.fixture(scope="module")
def couples(shared: Path) -> pd.DataFrame:
    table = pd.read_csv(shared / "cases" / "cluster_blank.csv", keep_default_na=False)
    assert (table["couple"] == "").sum() == 20
    return table


@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_couple_is_refused_as_nan_is(form: Instrument, couples: pd.DataFrame, blank: str) -> None:
    table = blanks_as(couples, blank)
    calls: dict[str, Callable[[], Any]] = {
        "20 persons belong to none, the first in row 0": lambda: reliability_report(
            form, table, clusters="couple"
        ),
        "20 persons belong to none, ": lambda: reliability_report(
            form, pl.from_pandas(table), clusters="couple"
        ),
        "20 rows without one, the first is row 0": lambda: cfa(
            MODEL, table, clusters="couple", estimator="MLR"
        ),
        "20 rows without a group, the first is row 0": lambda: cfa(
            MODEL, table, groups=list(table["couple"])
        ),
        "20 of 60 values belong to no group": lambda: group_icc(table["a"], table["couple"]),
    }
    for words, call in calls.items():
        with pytest.raises(EstimationError, match=words):
            call()
    assert efa(table[["a", "b", "c", "d"]], 1).n == 60


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_blank_couple_is_refused_in_files(
    tmp_path: Path, form: Instrument, couples: pd.DataFrame, blank: str, ending: str
) -> None:
    path, table = tmp_path / f"a.{ending}", blanks_as(couples, blank)
    if ending == "csv":
        table.to_csv(path, index=False)
    else:
        table.to_json(path, orient="records", lines=True)
    for job in (reliability_file, structure_file):
        with pytest.raises(ResponseError, match=r"20 persons without a cluster, the first in row 1"):
            job(form, path, clusters="couple")


@pytest.mark.parametrize("label", ["none", "N", "na1", "0", "..", "A.", "-1", "nobody", "?a"])
def test_what_may_be_a_label_stays_one(form: Instrument, couples: pd.DataFrame, label: str) -> None:
    report = reliability_report(form, blanks_as(couples, label), clusters="couple")
    assert report.n_persons == 60


def test_every_case_is_read_by_a_test(shared: Path) -> None:
    there = {path.name for path in (shared / "cases").iterdir()} - {"README.md"}
    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    read = set(re.findall(r'"([\w-]+\.(?:csv|toml))"', texts))
    assert there <= read
