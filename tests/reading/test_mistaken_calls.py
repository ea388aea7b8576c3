"""Mistakes that people make with calls and files: each is told, and none changes a score silently."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intimacy_scales import (
    Instrument,
    InvalidResponsesError,
    MissingColumnsError,
    ResponseError,
    UnknownInstrumentError,
    load_bank,
    score,
    score_stream,
    simulate,
)
from tests.shared.commands import run

IDS = [f"ras_{n}" for n in range(1, 8)]
GOOD = dict.fromkeys(IDS, 4)
HEADER = ",".join(IDS) + "\n"


def small(**changes: Any) -> Instrument:
    return Instrument.model_validate(
        {
            "id": "small",
            "version": "1",
            "title": "Small",
            "response_scale": {"minimum": 1, "maximum": 5},
            "items": [{"id": "a"}, {"id": "b"}],
            "scales": [{"id": "s", "items": ["a", "b"]}],
            **changes,
        }
    )


def csv_file(folder: Path, header: str, *rows: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


# ------------------------------------------------------------------ calls

CALLS: dict[str, tuple[Any, type[Exception], str]] = {
    "answers first": (lambda: score(GOOD, "ras"), UnknownInstrumentError, "the instrument comes first"),
    "no instrument": (lambda: score(None, GOOD), UnknownInstrumentError, "not by a NoneType"),
    "a bank": (lambda: score(load_bank("trust"), GOOD), UnknownInstrumentError, ".to_instrument()"),
    "a path as answers": (lambda: score("ras", "a.csv"), ResponseError, "for a file use score_file()"),
    "missing codes by item": (
        lambda: score("ras", GOOD, missing_codes={"ras_9": [9]}), ResponseError, "is not an item of",
    ),
    "missing codes of no kind": (
        lambda: score("ras", GOOD, missing_codes=object()), ResponseError, "pass a list",
    ),
    "a list as column": (
        lambda: score("ras", GOOD, columns={"ras_1": ["a"]}), ResponseError, "as the name of a column",
    ),
    "person that is not there": (lambda: score("ras", GOOD, person="id"), ResponseError, "has no key 'id'"),
    "a table as batches": (
        lambda: list(score_stream("ras", pd.DataFrame([GOOD]))), ResponseError, "[table] here",
    ),
    "a sheet as batches": (lambda: list(score_stream("ras", GOOD)), ResponseError, "[table] here"),
    "keep a number": (lambda: score("ras", [GOOD], keep=5), ResponseError, "list of column names"),
    "loadings of some items": (lambda: simulate("ras", 4, loadings={"ras_1": 0.5}), ValueError, "'ras_2'"),
    "half a person": (lambda: simulate("ras", 4.0), ValueError, "n=4.0"),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS)
def test_a_mistaken_call_is_told_in_words(case: str) -> None:
    call, kind, words = CALLS[case]
    with pytest.raises(kind, match=re.escape(words)):
        call()


def test_no_missing_codes_may_be_said_as_none() -> None:
    assert score("ras", GOOD, missing_codes=None) == score("ras", GOOD)


def test_a_column_is_kept_once() -> None:
    table = score("ras", pd.DataFrame([{**GOOD, "id": 1}]), keep=["id", "id"]).to_frame()
    assert list(table.columns) == ["id", "total"]


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_is_an_array() -> None:
    scores = score("ras", np.matrix([[4] * 7]), columns=IDS)
    assert scores["total"].tolist() == [score("ras", GOOD).scores["total"]]


def test_a_look_alike_column_is_not_taken_for_a_skipped_item() -> None:
    table = pd.DataFrame([GOOD]).rename(columns={"ras_1": "RAS_1"})
    with pytest.raises(MissingColumnsError, match="did you mean 'RAS_1'"):
        score("ras", table, allow_missing_items=True)
    assert score("ras", table.drop(columns="RAS_1"), allow_missing_items=True).answered.tolist() == [[6]]


@pytest.mark.parametrize("own", ["", " ", "NA", float("nan"), None])
def test_answers_under_look_alikes_of_empty_columns_are_told(own: Any) -> None:
    row = {**GOOD, "ras_1": own, "RAS_1": 5}
    for answers in (row, [row, GOOD]):
        with pytest.raises(InvalidResponsesError, match="did you mean 'ras_1'"):
            score("ras", answers)


def test_a_series_with_a_name_twice_is_refused() -> None:
    series = pd.Series([5, 1, 4, 4, 4, 4, 4, 4], index=["ras_1", *IDS])
    with pytest.raises(ResponseError, match="more than one value under 'ras_1'"):
        score("ras", series)


def test_scale_ids_that_results_would_overwrite_are_refused_at_load() -> None:
    with pytest.raises(ValueError, match="'s_pomp' is the name of a result column"):
        small(scales=[{"id": "s", "items": ["a"]}, {"id": "s_pomp", "items": ["b"]}])


@pytest.mark.parametrize("label", ["NA", "na ", "NaN"])
def test_a_label_that_reads_as_no_answer_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="would be read as a missing answer"):
        small(response_scale={"minimum": 1, "maximum": 5, "labels": {"1": label}})


def test_an_unrelated_key_changes_no_score() -> None:
    for value in (True, pd.Timestamp(0), [1]):
        assert (
            score("ras", {**GOOD, "ras_1": " 5", "other": value}).scores
            == score("ras", {**GOOD, "ras_1": 5}).scores
        )


@pytest.mark.parametrize(
    ("names", "proposed"),
    [
        ([f"Q{n}" for n in range(1, 8)], {"Q{n}"}),
        ([f"Q{n:02d}" for n in range(1, 8)], {"Q{n:02d}"}),
        ([f"Q{n}" for n in range(1, 55)], {"Q{n}"}),
        ([f"x{n}" for n in range(1, 8)] + [f"y{n}" for n in range(1, 8)], {"x{n}", "y{n}"}),
        ([f"group{n}" for n in range(60, 70)], set()),
    ],
)
def test_patterns_that_are_proposed(names: list[str], proposed: set[str]) -> None:
    table = pd.DataFrame([[3] * len(names)], columns=names)
    with pytest.raises(MissingColumnsError) as caught:
        score("ras", table)
    assert set(re.findall(r"columns='([^']*)'", str(caught.value))) == proposed
    sure = len(proposed) == 1 and len(names) == 7
    assert bool(caught.value.suggestions) == sure
    for pattern in proposed:
        assert score("ras", table, columns=pattern)["total"].tolist() == [3]


@pytest.mark.parametrize("value", [[1], pd.Timestamp(0), b"4"])
def test_no_missing_code_is_proposed_that_cannot_be_one(value: Any) -> None:
    with pytest.raises(InvalidResponsesError) as caught:
        score("ras", [{**GOOD, "ras_1": value, "ras_2": value}])
    assert "missing_codes" not in str(caught.value)


# ------------------------------------------------------------------ files


@pytest.mark.parametrize("name", ["total", "total_pomp"])
def test_a_kept_column_is_not_overwritten_by_scores(tmp_path: Path, name: str) -> None:
    data = csv_file(tmp_path, ",".join([name, *IDS]), "77,4,4,4,4,4,4,4")
    result = run("score", data, "-i", "ras", "--keep", name, "-o", tmp_path / "o.csv")
    assert result.exit_code == 2
    assert "has the name of a column of scores" in result.output


def test_kept_text_is_kept_as_it_is(tmp_path: Path) -> None:
    data = csv_file(tmp_path, ";".join(["id", *IDS]), "1,234;4;4;4;4;4;4;4,0")
    assert run("score", data, "-i", "ras", "--keep", "id", "-o", tmp_path / "o.jsonl").exit_code == 0
    assert json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8"))["id"] == "1,234"


def test_a_json_line_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    data.write_text('{"ras_1": 5, "ras_1": 1}\n', encoding="utf-8")
    result = run("score", data, "-i", "ras")
    assert (result.exit_code, "'ras_1' occurs twice" in result.output) == (2, True)


def test_every_problem_can_be_had_as_a_file(tmp_path: Path) -> None:
    data = csv_file(tmp_path, ",".join(IDS), *["9,4,4,4,4,4,4"] * 40)
    result = run("score", data, "-i", "ras", "--problems", tmp_path / "p.csv", "-o", tmp_path / "o.csv")
    assert result.exit_code == 1
    assert "--problems FILE.csv" in result.output
    problems = pd.read_csv(tmp_path / "p.csv")
    assert problems["row"].tolist() == list(range(1, 41))
    assert set(problems["value"]) == {9}
    assert not (tmp_path / "o.csv").exists()


def test_wording_is_shown_as_it_is(tmp_path: Path) -> None:
    texts = {"a": "My partner [name] listens", "b": "x [/b] y"}
    form = small(items=[{"id": item, "text": text} for item, text in texts.items()])
    (tmp_path / "m.toml").write_text(form.to_toml(), encoding="utf-8")
    result = run("show", tmp_path / "m.toml")
    assert result.exit_code == 0
    assert "[name]" in result.output
    assert "[/b]" in result.output


FILES: dict[str, tuple[str, bytes, list[str], str]] = {
    "utf-16 without a mark": ("a.csv", HEADER.encode("utf-16-le"), [], "--encoding utf-16-le"),
    "encoding of json lines": ("a.jsonl", b"{}", ["--encoding", "foo"], "allowed: one that Python knows"),
    "output is a folder": ("a.csv", HEADER.encode(), ["-o", "{dir}/folder.csv"], "is a folder"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_something_else_is_told(tmp_path: Path, case: str) -> None:
    name, content, options, words = FILES[case]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.csv").mkdir()
    result = run("score", tmp_path / name, "-i", "ras", *(o.format(dir=tmp_path) for o in options))
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_excels_line_that_names_the_separator_and_blanks_after_it(tmp_path: Path) -> None:
    for header in (f"sep=;\n{';'.join(IDS)}", "; ".join(f'"{i}"' for i in IDS)):
        data = csv_file(tmp_path, header, "4;4;4;2;4;4;2")
        assert run("score", data, "-i", "ras", "-o", tmp_path / "o.csv").exit_code == 0
        assert (tmp_path / "o.csv").read_text(encoding="utf-8") == "row,total\n1,4.0\n"


def test_kept_values_that_a_format_cannot_hold(tmp_path: Path) -> None:
    columns: dict[str, Any] = {i: [4, 4] for i in IDS}
    columns["w"] = pa.array([float("nan"), None])
    columns["when"] = pa.array([0, None], pa.timestamp("s", tz="UTC"))
    columns["note"] = ["bell\x07", "=1+1"]
    columns["list"] = [[1], [2]]
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    keep = [arg for name in ("w", "when", "note", "list") for arg in ("--keep", name)]
    for name in ("o.jsonl", "o.xlsx", "o.csv", "o.parquet"):
        result = run("score", tmp_path / "a.parquet", "-i", "ras", *keep, "-o", tmp_path / name)
        assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()[0])["w"] is None


def test_a_damaged_parquet_file(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({i: list(range(1, 6)) * 2000 for i in IDS}), tmp_path / "a.parquet", compression=None
    )
    raw = bytearray((tmp_path / "a.parquet").read_bytes())
    raw[4:400] = b"\xff" * 396
    (tmp_path / "a.parquet").write_bytes(bytes(raw))
    result = run("score", tmp_path / "a.parquet", "-i", "ras")
    assert result.exit_code == 2
    assert "is damaged" in result.output


@pytest.mark.parametrize(
    ("value", "advised"), [(9, False), (0, False), (6, False), (-1, True), (99, True), (777, True)]
)
def test_answers_on_another_range_are_not_called_missing_codes(value, advised):
    rows = [{f"ras_{n}": value if n < 4 else 3 for n in range(1, 8)} for _ in range(5)]
    with pytest.raises(InvalidResponsesError) as caught:
        score("ras", rows)
    assert ("missing_codes=" in str(caught.value)) == advised


def test_a_zero_before_a_number_does_not_make_another_item():
    with pytest.raises(InvalidResponsesError, match="ras_3"):
        score("ras", {"ras_1": 3, "ras_2": 3, "ras_03": 3})
