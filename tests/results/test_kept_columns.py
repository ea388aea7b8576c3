"""Results refer to no table of the caller's, hold no column that was not asked for, and stay as they are."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales import (
    Norm,
    encode,
    load,
    reliability_report,
    score,
    score_stream,
    simulate,
    structure_report,
)
from intimacy_scales.errors import ResponseError
from intimacy_scales.factor import cfa, efa, htmt, invariance, parallel_analysis
from intimacy_scales.reliability import (
    cronbach_alpha,
    diary_reliability,
    group_icc,
    guttman_lambdas,
    intraclass_corr,
    item_analysis,
    item_moments,
    mcdonald_omega,
    measurement_error,
    reliable_change,
    split_halves,
)
from intimacy_scales.reliability import test_retest as retest
from intimacy_scales.simulation import simulate_diary

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning")

FORM = load("scii-24")
SECRET = "kim.roe@example.org"  # made up
ANSWERS = simulate("scii-24", 120, couples=0.4, rng=1).answers
DIARY = simulate_diary("scii-daily", 20, 5, rng=1).answers
MODEL = "trust =~ tru01 + tru04 + tru09 + tru11; caring =~ car05 + car09 + car13 + car15"


def pandas_of(table: pd.DataFrame) -> pd.DataFrame:
    named = table.assign(wrong=77, email=SECRET, note=[f"{SECRET} {row}" for row in range(len(table))])
    named.attrs["from"] = SECRET
    return named


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = pandas_of(table).to_dict("records")
    return records


KINDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": pandas_of,
    "pandas by row": lambda table: pd.DataFrame(
        pandas_of(table).to_numpy(), columns=[*table, "wrong", "email", "note"]
    ),
    "polars": lambda table: pl.from_pandas(pandas_of(table)),
    "arrow": lambda table: pa.Table.from_pandas(pandas_of(table)),
    "rows": rows_of,
}

STATISTICS: dict[str, Callable[[Any], Any]] = {
    "codes": lambda t: encode(FORM, t),
    "scores": lambda t: score(FORM, t),
    "scores with problems": lambda t: score(FORM, t, on_invalid="missing", columns={"tru01": "wrong"}),
    "scores of a stream": lambda t: list(score_stream(FORM, [t])),
    "scores of codes": lambda t: score(FORM, encode(FORM, t)),
    "summary": lambda t: score(FORM, t).summary(),
    "standard scores": lambda t: score(FORM, t).standardize(Norm.from_scores(score(FORM, t), sample="these")),
    "moments": lambda t: item_moments(FORM, t),
    "alpha": lambda t: cronbach_alpha(FORM, t, scale="trust"),
    "omega": lambda t: mcdonald_omega(FORM, t, scale="trust"),
    "lambdas": lambda t: guttman_lambdas(FORM, t, scale="trust"),
    "halves": lambda t: split_halves(FORM, t, scale="trust"),
    "items": lambda t: item_analysis(FORM, t, scale="trust"),
    "icc": lambda t: intraclass_corr(FORM, t, scale="trust"),
    "report": lambda t: reliability_report(FORM, t, clusters="couple"),
    "structure": lambda t: structure_report(FORM, t, clusters="couple", n_iterations=2),
    "cfa": lambda t: cfa(MODEL, t, instrument=FORM, clusters="couple", estimator="MLR"),
    "invariance": lambda t: invariance(MODEL, t, instrument=FORM, groups="partner"),
    "htmt": lambda t: htmt(MODEL, t, instrument=FORM),
    "efa": lambda t: efa(FORM, t, n_factors=2),
    "parallel": lambda t: parallel_analysis(FORM, t, n_iterations=2, rng=1),
}


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STATISTICS)
def test_no_column_travels_along_that_was_not_asked_for(name: str, kind: str) -> None:
    table = KINDS[kind](ANSWERS)
    assert SECRET.encode() in pickle.dumps(table)
    result = STATISTICS[name](table)
    assert SECRET.encode() not in pickle.dumps(result)
    assert b"email" not in pickle.dumps(result)


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("name", STATISTICS)
def test_a_result_does_not_keep_the_table_alive(name: str, kind: str) -> None:
    table = KINDS[kind](ANSWERS)
    alive = weakref.ref(table)
    result = STATISTICS[name](table)
    del table
    if alive() is not None:  # a table in a circle of its own goes with the next collection
        gc.collect()
    assert alive() is None
    assert result is not None


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
@pytest.mark.parametrize("kind", ["pandas", "rows"])
@pytest.mark.parametrize("name", STATISTICS)
def test_what_is_done_to_the_table_afterwards_changes_no_result(name: str, kind: str) -> None:
    table = KINDS[kind](ANSWERS)
    result = STATISTICS[name](table)
    before = pickle.dumps(result)
    if isinstance(table, pd.DataFrame):
        table.loc[:, "tru01"] = 1
        table["couple"] = table["couple"].to_numpy()[::-1]
        table.index = table.index[::-1]
    else:
        for row in table:
            row.clear()
        table.clear()
    assert pickle.dumps(result) == before


def test_columns_are_kept_that_are_asked_for() -> None:
    for make in (KINDS["pandas"], KINDS["polars"], KINDS["arrow"], KINDS["rows"]):
        scores = score(FORM, make(ANSWERS), keep=["couple", "email"])
        frame = pickle.loads(pickle.dumps(scores)).to_frame()
        names = frame.column_names if isinstance(frame, pa.Table) else list(frame.columns)
        assert names[:3] == ["couple", "email", "trust"]
        again = score(FORM, encode(FORM, make(ANSWERS), keep="couple"))
        assert list(again.kept.names) == ["couple"]
        assert SECRET.encode() not in pickle.dumps(again)


def test_kept_labels_are_those_of_the_moment_of_reading() -> None:
    table = ANSWERS.copy()
    codes = encode(FORM, table, keep=["couple"])
    expected = cronbach_alpha(FORM, ANSWERS, scale="trust", keep=["couple"])
    table["couple"] = np.arange(len(table))  # nobody has a partner any more
    table.index = table.index[::-1]
    for alpha in (cronbach_alpha(codes, scale="trust"), expected):
        interval = alpha.confidence_interval(method="adf", clusters="couple")
        assert interval.n == 60
        assert interval == expected.confidence_interval(method="adf", clusters=ANSWERS["couple"].tolist())


def test_persons_without_problems_are_not_named() -> None:
    table = pandas_of(ANSWERS)
    assert SECRET.encode() not in pickle.dumps(score(FORM, table, person="email"))
    table.loc[3, "tru01"] = 77
    problems = score(FORM, table, person="email", on_invalid="missing").problems
    assert [problem.person for problem in problems] == [SECRET]


def test_a_diary_keeps_who_and_when_only_while_it_is_read() -> None:
    table = pandas_of(DIARY)
    result = diary_reliability("scii-daily", table, person="person", occasion="day", scale="total")
    alive = weakref.ref(table)
    del table
    gc.collect()
    assert alive() is None
    assert SECRET.encode() not in pickle.dumps(result)


ARRAYS: dict[str, Callable[..., Any]] = {
    "change": lambda x, y: reliable_change(x, y, reliability=0.8),
    "retest": lambda x, y: retest(x, y),
    "groups": lambda x, y: group_icc(x, np.arange(len(x)) // 2),
    "icc": lambda x, y: intraclass_corr(np.column_stack([x, y])),
    "efa": lambda x, y: efa(pd.DataFrame({"a": x, "b": y, "c": x + y**2, "d": x**2 - y}), n_factors=1),
    "error": lambda x, y: measurement_error(0.8, sd=float(x.std())),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_the_caller_stay_his_own(name: str) -> None:
    chance = np.random.default_rng(3)
    x = chance.normal(size=80)
    y = x + chance.normal(size=80)
    result = ARRAYS[name](x, y)
    kept = copy.deepcopy(result)
    for array in (x, y):
        assert array.flags.writeable
        array[:] = chance.normal(size=80)
    assert result == kept


def test_one_mapping_has_no_columns_to_keep() -> None:
    with pytest.raises(ResponseError, match="keep: allowed for tables only"):
        score("ras", {f"ras_{n}": 3 for n in range(1, 8)}, keep=["id"])
