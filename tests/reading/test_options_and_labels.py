"""What is given with answers counts, or is refused: options, instruments, and who belongs together."""

from __future__ import annotations

import csv
import math
import sys
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from intimacy_scales import encode, load, reliability_report, score, simulate, structure_report
from intimacy_scales.cli import app
from intimacy_scales.errors import (
    EstimationError,
    InvalidResponsesError,
    MissingColumnsError,
    ResponseError,
)
from intimacy_scales.factor import cfa, covariances_as_sample, efa, htmt, invariance, kmo
from intimacy_scales.reliability import (
    cronbach_alpha,
    diary_reliability,
    group_icc,
    intraclass_corr,
    item_analysis,
    item_moments_stream,
    mcdonald_omega,
    two_level_omega,
)
from intimacy_scales.results.interval import Interval
from intimacy_scales.simulation import simulate_diary

RAS = load("ras")
TABLE = simulate("ras", 60, rng=3).answers
ROWS: list[dict[str, Any]] = TABLE.to_dict("records")
COUPLES = simulate("scii-24", 120, couples=0.4, rng=1).answers
TRUST = "trust =~ tru01 + tru04 + tru09 + tru11"

# ------------------------------------------------------------------ one door


@pytest.mark.parametrize("kind", [list, tuple])
def test_rows_in_any_sequence_are_keyed_and_checked(kind: Any) -> None:
    found, expected = cfa("ras", kind(ROWS)), cfa("ras", TABLE)
    assert found.parameters["total =~ ras_4"].estimate == expected.parameters["total =~ ras_4"].estimate > 0
    bad = kind([{**ROWS[0], "ras_1": 8}, *ROWS[1:]])
    for call in (
        lambda: cfa("ras", bad),
        lambda: htmt("a =~ ras_1 + ras_2\nb =~ ras_3 + ras_5", bad, instrument="ras"),
    ):
        with pytest.raises(InvalidResponsesError, match="8 is outside the range"):
            call()


CODES = encode(RAS, TABLE)
BESIDE_CODES = {
    "alpha": lambda **options: cronbach_alpha(CODES, **options),
    "omega": lambda **options: mcdonald_omega(CODES, **options),
    "items": lambda **options: item_analysis(CODES, **options),
    "icc": lambda **options: intraclass_corr(CODES, **options),
    "stream": lambda **options: item_moments_stream(RAS, [CODES], **options),
    "report": lambda **options: reliability_report(RAS, CODES, **options),
}


@pytest.mark.parametrize("name", BESIDE_CODES)
@pytest.mark.parametrize("option", [{"recode": {1: 2, 2: 1}}, {"missing_codes": [5]}, {"keep": ["id"]}])
def test_options_of_reading_are_refused_with_checked_answers(name: str, option: dict[str, Any]) -> None:
    with pytest.raises(ResponseError, match=rf"checked before: pass {next(iter(option))}= to encode\(\)"):
        BESIDE_CODES[name](**option)


@pytest.mark.parametrize("coding", ["position", "nonsense"])
def test_a_coding_is_not_an_option_of_checked_answers(coding: str) -> None:
    codes = encode("csi-16", simulate("csi-16", 60, rng=1).answers)
    for call in (cronbach_alpha, mcdonald_omega, item_analysis, intraclass_corr):
        with pytest.raises(EstimationError, match=f"coding='{coding}': these answers were checked before"):
            call(codes, coding=coding)


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_an_instrument_passed_with_checked_answers_must_be_theirs() -> None:
    answers = simulate("csi-16", 80, rng=1).answers
    codes = encode("csi-16", answers)
    model = "f =~ csi16_1 + csi16_2 + csi16_3 + csi16_4"
    assert cfa(model, codes, instrument="csi-16") == cfa(model, codes)
    with pytest.raises(ResponseError, match="belong to csi-16"):
        cfa(model, codes, instrument=load("csi-16").with_coding("position"))
    with pytest.raises(ResponseError, match="belong to csi-16"):
        htmt("a =~ csi16_1 + csi16_2\nb =~ csi16_3 + csi16_4", codes, instrument="ras")
    sample = covariances_as_sample(np.eye(3), n=50, names=["a", "b", "c"])
    with pytest.raises(EstimationError, match="data holds moments; leave it out"):
        cfa("f =~ a + b + c", sample, instrument="ras")


def test_reports_take_checked_answers_alone() -> None:
    codes = encode("scii-24", COUPLES)
    assert reliability_report(codes) == reliability_report("scii-24", COUPLES)
    assert (
        structure_report(codes, n_iterations=2).fit
        == structure_report("scii-24", COUPLES, n_iterations=2).fit
    )
    with pytest.raises(EstimationError, match="pass its table of answers too"):
        reliability_report("scii-24")


# ------------------------------------------------------------------ labels

BLANKS: list[Any] = [
    "",
    "  ",
    "NA",
    None,
    math.nan,
    np.float32("nan"),
    np.float64("nan"),
    Decimal("NaN"),
    pd.NA,
    pd.NaT,
]


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_labels_that_say_nothing_are_nobodys(blank: Any) -> None:
    labels: list[Any] = [*(f"c{n // 2}" for n in range(100)), *[blank] * 20]
    with pytest.raises(EstimationError, match=r"20 persons belong to none, the first in row 100"):
        reliability_report("scii-24", COUPLES, clusters=labels)
    with pytest.raises(EstimationError, match=r"20 rows without one, the first is row 100"):
        cfa(TRUST, COUPLES, instrument="scii-24", clusters=labels)
    with pytest.raises(EstimationError, match=r"20 rows without a group, the first is row 100"):
        cfa(TRUST, COUPLES, instrument="scii-24", groups=["a"] * 50 + ["b"] * 50 + [blank] * 20)
    named = COUPLES.assign(couple=pd.Series(labels, dtype=object))
    with pytest.raises(EstimationError, match="20 persons belong to none"):
        reliability_report("scii-24", named, clusters="couple")
    with pytest.raises(EstimationError, match="20 of 120 values belong to no group"):
        group_icc(np.arange(120) % 7, labels)


def test_a_diary_of_nobody_is_refused() -> None:
    days = simulate_diary("scii-daily", 20, 5, rng=1).answers
    days["person"] = days["person"].astype(str)
    days.loc[3:9, "person"] = ""
    with pytest.raises(EstimationError, match="person: row 3 has no label"):
        diary_reliability("scii-daily", days, person="person", scale="total")


@pytest.mark.parametrize(
    "labels", [dict(enumerate("ab" * 60)), set("abc"), frozenset("abc"), OrderedDict(a=1)]
)
def test_labels_without_rows_are_refused(labels: Any) -> None:
    for call in (
        lambda: reliability_report("scii-24", COUPLES, clusters=labels),
        lambda: cfa(TRUST, COUPLES, instrument="scii-24", groups=labels),
    ):
        with pytest.raises(EstimationError, match="has no rows: pass a list, one label for each row"):
            call()


def test_labels_may_come_one_by_one() -> None:
    halves = ["a", "b"] * 60
    found = cfa(TRUST, COUPLES, instrument="scii-24", groups=iter(halves))
    assert found == cfa(TRUST, COUPLES, instrument="scii-24", groups=halves)


@pytest.mark.parametrize("name", [7, np.int64(7), ("who", "couple")], ids=repr)
def test_columns_may_have_names_of_any_kind(name: Any) -> None:
    table = COUPLES.rename(columns={"couple": "c"})
    table.columns = pd.Index(
        [name if column == "c" else column for column in table], dtype=object, tupleize_cols=False
    )
    assert reliability_report("scii-24", table, clusters=name).n_clusters == 60


def test_groups_come_in_the_order_that_they_were_declared_to_have() -> None:
    when = ["post", "pre"] * 60
    ordered = pd.Categorical(when, ["pre", "post"], ordered=True)
    plain = pd.Categorical(when, ["pre", "post"])
    named = COUPLES.assign(when=ordered)
    in_polars = pl.from_pandas(COUPLES).with_columns(pl.Series("when", when, dtype=pl.Enum(["pre", "post"])))
    for groups in (ordered, pd.Series(ordered)):
        assert cfa(TRUST, COUPLES, instrument="scii-24", groups=groups).groups == ("pre", "post")
    for table in (named, in_polars):
        assert cfa(TRUST, table, instrument="scii-24", groups="when").groups == ("pre", "post")
    kept = encode("scii-24", named, keep=["when"])
    assert cfa(TRUST, kept, groups="when").groups == ("pre", "post")
    for groups in (when, plain):
        assert cfa(TRUST, COUPLES, instrument="scii-24", groups=groups).groups == ("post", "pre")


# ------------------------------------------------------------------ what is kept


@pytest.mark.parametrize(
    "make",
    [
        lambda a, t: pa.Table.from_pandas(t).append_column("pair", pa.array(a)),
        lambda a, t: pl.from_pandas(t).with_columns(pl.Series("pair", a)),
        lambda a, t: t.assign(pair=a),
    ],
    ids=["arrow", "polars", "pandas"],
)
def test_kept_labels_share_no_memory_with_the_callers(make: Any) -> None:
    pairs = np.repeat(np.arange(30), 2)
    codes = encode(RAS, make(pairs, TABLE), keep=["pair"])
    expected = cronbach_alpha(codes).confidence_interval(method="adf", clusters="pair")
    pairs[:] = np.arange(60)
    assert cronbach_alpha(codes).confidence_interval(method="adf", clusters="pair") == expected
    assert expected.n == 30


def test_means_of_a_sample_are_its_own() -> None:
    means = np.full(3, 3.0)
    sample = covariances_as_sample(np.eye(3), n=50, names=["a", "b", "c"], means=means)
    means[:] = 0
    assert sample.means.tolist() == [3, 3, 3]


def test_ids_come_back_as_they_were() -> None:
    rows = [{**ROWS[0], "id": 9007199254740993}, {**ROWS[1], "id": None}]
    assert score(RAS, rows, keep=["id"]).to_frame()["id"].tolist() == [9007199254740993, None]


def test_empty_tables_keep_their_kind_and_columns() -> None:
    table = COUPLES.head(0)
    for kind, empty in ((pl.DataFrame, pl.from_pandas(table)), (pa.Table, pa.Table.from_pandas(table))):
        frame = encode("scii-24", empty, keep=["couple"]).to_frame()
        assert isinstance(frame, kind)
        assert "couple" in (frame.column_names if isinstance(frame, pa.Table) else frame.columns)
    arrow = pa.Table.from_pandas(TABLE)
    assert isinstance(score(RAS, encode(RAS, arrow)).to_frame(), pa.Table)


def test_two_columns_of_one_text_are_not_kept() -> None:
    with pytest.raises(ResponseError, match="two columns are named '1'"):
        score(RAS, [{**row, 1: "a", "1": "b"} for row in ROWS], keep=[1, "1"])


# ------------------------------------------------------------------ results


def test_results_differ_by_what_was_kept() -> None:
    one, other = (score(RAS, TABLE.assign(id=ids), keep=["id"]) for ids in (range(60), range(1, 61)))
    assert one != other
    assert one == score(RAS, pl.from_pandas(TABLE.assign(id=range(60))), keep=["id"])
    assert score(RAS, TABLE) == score(RAS, ROWS)


def test_equal_results_have_one_hash() -> None:
    made = [Interval(low=low, high=1.0, confidence_level=0.95, method="m", n=9) for low in (0.0, -0.0)]
    assert made[0] == made[1]
    assert len(set(made)) == 1
    nothing = [Interval(low=float("nan"), high=1.0, confidence_level=0.95, method="m", n=9) for _ in "ab"]
    assert len(set(nothing)) == 1
    problems = [score(RAS, [{**ROWS[0], "ras_1": 9}], on_invalid="missing").problems for _ in "ab"]
    assert problems[0] == problems[1]
    assert len(set(problems)) == 1


def test_what_has_no_bound_is_not_lost_in_json() -> None:
    interval = Interval(low=1.0, high=math.inf, confidence_level=0.95, method="m", n=9)
    assert '"high": "Infinity"' in interval.to_json()
    assert float(interval.to_dict()["high"]) == math.inf


def test_two_level_results_and_changes_can_be_compared() -> None:
    days = simulate_diary("scii-daily", 60, 7, rng=1).answers
    one, other = (two_level_omega("scii-daily", days, person="person", scale="total") for _ in "ab")
    assert one == other
    assert hash(one) == hash(other)


def test_the_search_behind_a_result_cannot_be_written_to() -> None:
    found = cfa(TRUST, COUPLES, instrument="scii-24")
    for array in (
        found.solution.at.values,
        found.solution.covariance,
        found.solution.at.bases[0].covariances,
    ):
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            array.flags.writeable = True


def test_comparisons_are_shown_without_another_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    found = invariance(TRUST, COUPLES, instrument="scii-24", groups=["a", "b"] * 60)
    assert "<table" in found._repr_html_()


# ------------------------------------------------------------------ advice that helps


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: cronbach_alpha(RAS, TABLE, scal="total"),
            r"not an option of cronbach_alpha\(\).*mean 'scale'",
        ),
        (lambda: cfa("f =~ ras_1 + ras_2 + ras_3", TABLE, estimater="MLR"), r"of cfa\(\).*mean 'estimator'"),
        (lambda: efa(RAS, TABLE, n_factors=1, rotatio="none"), r"of efa\(\).*mean 'rotation'"),
        (lambda: kmo(TABLE, itms=["ras_1"]), r"of kmo\(\).*mean 'items'"),
        (lambda: score(RAS, TABLE, missing_code=9), r"of score\(\).*mean 'missing_codes'"),
    ],
)
def test_a_misspelt_option_is_one_of_the_function_that_was_called(call: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        call()


def test_persons_are_a_column() -> None:
    addresses = pd.Series([f"u{n}@example.org" for n in range(60)])
    with pytest.raises(ResponseError, match="person is a Series; pass the name of the column") as caught:
        score(RAS, TABLE, person=addresses)
    assert "example.org" not in str(caught.value)
    with pytest.raises(ResponseError, match="person: the table has no column") as caught:
        score(RAS, TABLE, person=tuple(addresses))
    assert str(caught.value).count("example.org") < 9


@pytest.mark.parametrize(("value", "hint"), [(999, True), (-99, True), (88, True), (0, False), (7, False)])
def test_one_usual_code_is_enough_to_say_what_it_may_be(value: int, hint: bool) -> None:
    table = TABLE.copy()
    table.loc[3, "ras_2"] = value
    with pytest.raises(InvalidResponsesError) as caught:
        score(RAS, table)
    assert (f"pass missing_codes=[{value}]" in str(caught.value)) is hint
    among = "whole range from 1 to 5: look up what it stands for. For an answer, pass "
    assert (f"{among}recode={{{value}: ANSWER}}" in str(caught.value)) is not hint


def test_another_wave_is_not_proposed() -> None:
    prqc = load("prqc")
    waves = {f"p.{wave}_{n}": [4] for wave in (1, 2) for n in range(1, 19)}
    del waves["p.1_3"]
    with pytest.raises(MissingColumnsError) as caught:
        score(prqc, pd.DataFrame(waves), columns="p.1_{n}")
    assert "p.2" not in str(caught.value).partition("The table has")[0]
    waves["p.1_03"] = [4]
    with pytest.raises(MissingColumnsError, match=r"rename it in the table: \{'p.1_03': 'p.1_3'\}"):
        score(prqc, pd.DataFrame(waves), columns="p.1_{n}")
    renamed = pd.DataFrame(waves).rename(columns={"p.1_03": "p.1_3"})
    assert score(prqc, renamed, columns="p.1_{n}").n_persons == 1


def test_answers_stored_on_another_range_are_recoded_on_the_command_line(tmp_path: Path) -> None:
    (TABLE - 1).to_csv(tmp_path / "a.csv", index=False)
    runner, call = CliRunner(), ["score", str(tmp_path / "a.csv"), "-i", "ras", "-o", str(tmp_path / "o.csv")]
    refused = runner.invoke(app, call)
    assert "--missing-code" not in refused.output
    assert "Were the options stored from 0? Then pass --recode 0=1 --recode 1=2" in refused.output
    pairs = [part for stored in range(5) for part in ("--recode", f"{stored}={stored + 1}")]
    done = runner.invoke(app, [*call, *pairs])
    assert done.exit_code == 0, done.output
    with (tmp_path / "o.csv").open(encoding="utf-8") as file:
        totals = [float(row["total"]) for row in csv.DictReader(file)]
    assert totals == score(RAS, TABLE)["total"].tolist()
    wrong = runner.invoke(app, [*call, "--recode", "5"])
    assert (wrong.exit_code, "write STORED=ANSWER" in wrong.output) == (2, True)
