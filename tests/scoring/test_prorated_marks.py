"""Scores made from fewer answers than their scale has items are marked and counted in every output."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales import Instrument, ResponseError, encode, score, score_stream
from intimacy_scales.jobs import score_file
from tests.shared.answer_files import read_scores
from tests.shared.commands import run
from tests.shared.instruments import PUBLISHED, form_of

FORM: dict[str, Any] = {
    "id": "small",
    "version": "1",
    "title": "Small",
    "evidence": {"status": "published"},
    "response_scale": {"minimum": 0, "maximum": 4},
    "items": [{"id": f"q{n}"} for n in range(1, 7)],
}


def form(*scales: dict[str, Any]) -> Instrument:
    return form_of(scales, items=[f"q{n}" for n in range(1, 7)], low=0, high=4, evidence=PUBLISHED)


def scale(name: str, *items: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "items": [f"q{i}" if i[0] != "-" else f"-q{i[1:]}" for i in items], **more}


def answers(text: str) -> dict[str, int | None]:
    """Answers to q1, q2 and so on, one character each; a dot where one was skipped."""
    return {f"q{n}": None if mark == "." else int(mark) for n, mark in enumerate(text, 1)}


SUM = scale("sum", "1", "2", "3", "4", method="sum")
MEAN = scale("mean", "-1", "2", "3", "4")
HALVES = (scale("a", "1", "2", method="sum"), scale("b", "3", "4", method="sum"))
KINDS: dict[str, tuple[Instrument, str, str, bool]] = {
    # which form, whose answers, which scale: is its score prorated?
    "sum, all answered": (form(SUM), "4444..", "sum", False),
    "sum, one skipped": (form(SUM), "444...", "sum", True),
    "sum, just enough": (form(SUM), "4..4..", "sum", True),
    "sum, too few": (form(SUM), "4.....", "sum", False),
    "sum, nothing": (form(SUM), "......", "sum", False),
    "mean with a reverse-keyed item": (form(MEAN), ".123..", "mean", True),
    "mean of one answer": (form(scale("one", "1", "2", missing={"count": 1})), ".1....", "one", True),
    "an item of no scale skipped": (form(SUM), "1234..", "sum", False),
    "sum that needs all": (
        form(scale("a", "1", "2", method="sum", missing={"count": 1, "prorated": False})),
        "1.....", "a", False,
    ),
    "composite of whole scales": (form(*HALVES, {"id": "t", "of": ["a", "b"]}), "1234..", "t", False),
    "composite with a prorated scale": (form(*HALVES, {"id": "t", "of": ["a", "b"]}), "1.34..", "t", True),
    "composite without a score": (form(*HALVES, {"id": "t", "of": ["a", "b"]}), "1.....", "t", False),
    "composite without one scale": (
        form(*HALVES, {"id": "t", "of": ["a", "b"], "missing": {"count": 1}}), "12....", "t", True,
    ),
    "composite before its scales": (form({"id": "t", "of": ["b", "a"]}, *HALVES), "123...", "t", True),
    "composite of composites": (
        form(*HALVES, {"id": "t", "of": ["a", "b"]}, {"id": "u", "of": ["t", "a"]}), "123...", "u", True,
    ),
    "composite that counts an item both ways": (
        form(scale("a", "1", "2"), scale("b", "-1", "3", "4"), {"id": "t", "of": ["a", "b"]}),
        "12.4..", "t", True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_prorated_scores_are_marked_for_one_person_and_for_tables(kind: str) -> None:
    made, text, name, prorated = KINDS[kind]
    person = score(made, answers(text))
    assert person.prorated[name] is prorated
    assert person.rows[made.scale_ids.index(name)].prorated is prorated
    for table in ([answers(text)] * 2, encode(made, [answers(text)] * 2)):
        scores = score(made, table)
        assert scores.prorated[:, made.scale_ids.index(name)].tolist() == [prorated] * 2
    assert scores.summary().scales[made.scale_ids.index(name)].n_prorated == 2 * prorated


WHOLE, SKIPPED, FEW = answers("4444.."), answers("44.4.."), answers("4.....")
BOTH = form(SUM, MEAN)


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        (WHOLE, "sum 16, mean 3"),
        (SKIPPED, "sum 16 (prorated, 3 of 4 answered), mean 2.667 (prorated, 3 of 4 answered)"),
        (FEW, "sum not scored (1 of 4 answered, needs 2), mean not scored (1 of 4 answered, needs 2)"),
    ],
)
def test_one_persons_result_says_so_in_every_form(person: dict[str, Any], shown: str) -> None:
    result = score(BOTH, person)
    marked = "prorated" in shown
    assert repr(result) == f"<PersonScores small 1: {shown}>"
    assert result.to_dict()["prorated"] == {"sum": marked, "mean": marked}
    assert json.loads(result.to_json())["prorated"] == {"sum": marked, "mean": marked}
    assert result.to_frame()["prorated"].tolist() == [marked, marked]
    assert "<th>prorated</th>" in (page := result._repr_html_())
    assert page.count("<td>yes</td>") == 2 * marked


def test_a_composite_of_prorated_scales_says_so_without_a_count() -> None:
    made = form(*HALVES, {"id": "t", "of": ["a", "b"]})
    assert repr(score(made, answers("1.34.."))).endswith(
        "a 2 (prorated, 1 of 2 answered), b 7, t 4.5 (prorated)>"
    )


def test_a_table_says_so_in_every_form() -> None:
    scores = score(BOTH, [WHOLE, SKIPPED, FEW])
    assert repr(scores) == "<Scores small 1: 3 persons, scales sum, mean; 2 scores prorated>"
    assert scores.to_dict()["prorated"] == {"sum": [False, True, False], "mean": [False, True, False]}
    page = scores._repr_html_()
    assert page.count("(prorated)") == 2
    assert "2 scores prorated" in page
    assert "1 score prorated" in repr(score(form(SUM), [WHOLE, SKIPPED]))
    assert "prorated" not in repr(score(BOTH, [WHOLE, FEW])) + score(BOTH, [WHOLE, FEW])._repr_html_()
    assert scores.prorated.dtype == np.bool_
    with pytest.raises(ValueError, match="read-only"):
        scores.prorated[0, 0] = True
    with pytest.raises(ValueError, match="WRITEABLE"):
        scores.prorated.flags.writeable = True


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
def test_frames_have_a_column_of_marks_where_they_count_answers(kind: Any) -> None:
    scores = score(BOTH, kind([WHOLE, SKIPPED, FEW]))
    assert list(scores.columns()) == ["sum", "mean"], "unless asked, frames are as they were"
    frame = scores.to_frame(answered=True)
    found = {"sum_prorated": frame["sum_prorated"].to_numpy().tolist()}
    assert found == {"sum_prorated": [False, True, False]}
    assert list(scores.columns(answered=True, pomp=True)) == [
        "sum", "mean", "sum_pomp", "mean_pomp", "sum_answered", "mean_answered",
        "sum_prorated", "mean_prorated",
    ]  # fmt: skip
    assert "sum_prorated" not in list(scores.columns(pomp=True))


ROWS = [answers(text) for text in ("4444..", "123...", "12..34", "1.....", "......", ".123..", "0000..")]


@pytest.mark.parametrize("cuts", [(0, 7), (0, 1, 2, 3, 4, 5, 6, 7), (0, 3, 7), (0, 6, 7)])
def test_summaries_count_prorated_scores_and_add_up(cuts: tuple[int, ...]) -> None:
    whole = score(BOTH, ROWS).summary()
    parts = [scores.summary() for scores in score_stream(BOTH, (ROWS[i:j] for i, j in pairwise(cuts)))]
    added = parts[0]
    for part in parts[1:]:
        added += part
    assert added == whole
    assert [one.n_prorated for one in added.scales] == [3, 3]
    assert added.n_prorated == 6
    assert added.to_frame()["n prorated"].tolist() == [3, 3]
    assert [row["n prorated"] for row in json.loads(added.to_json())["scales"]] == [3, 3]
    assert "n prorated" in repr(added)
    assert "<i>n</i> prorated" in added._repr_html_()


def write_csv(path: Path, rows: list[dict[str, int | None]]) -> None:
    cells = [",".join("" if value is None else str(value) for value in row.values()) for row in rows]
    path.write_text("\n".join([",".join(rows[0]), *cells, ""]), encoding="utf-8")


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "xlsx"])
def test_files_of_scores_mark_them(tmp_path: Path, ending: str) -> None:
    write_csv(tmp_path / "in.csv", ROWS)
    for answered in (False, True):
        output = tmp_path / f"out{answered}.{ending}"
        report = score_file(BOTH, tmp_path / "in.csv", output=output, answered=answered)
        assert report.summary.n_prorated == 6
        rows = read_scores(output)
        assert ("sum_prorated" in rows[0]) is answered
    marks = [row["sum_prorated"] for row in rows]
    expected = [False, True, True, False, False, True, False]
    assert [mark in ("1", True) for mark in marks] == expected
    text = ending in ("csv", "tsv")
    assert {str(mark) for mark in marks} == ({"0", "1"} if text else {"False", "True"})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ROWS,
            "6 scores are prorated: made from fewer answers than the scale has items (--answered marks",
        ),
        ([WHOLE, FEW], None),
        ([SKIPPED, WHOLE, answers("0.00..")], "4 scores are prorated:"),
    ],
)
def test_the_command_line_counts_them(tmp_path: Path, rows: list[Any], said: str | None) -> None:
    write_csv(tmp_path / "in.csv", rows)
    (tmp_path / "form.toml").write_text(BOTH.to_toml(), encoding="utf-8")
    call = ("score", tmp_path / "in.csv", "-i", tmp_path / "form.toml")
    result = run(*call)
    assert result.exit_code == 0
    text = " ".join(result.output.split())
    assert "n pro-" in text
    assert (said in text) if said else ("prorated:" not in text)
    with_marks = " ".join(run(*call, "--answered", "-o", tmp_path / "o.csv").output.split())
    assert "--answered" not in with_marks
    assert ("than the scale has items." in with_marks) is bool(said)


def test_one_prorated_score_on_the_command_line(tmp_path: Path) -> None:
    write_csv(tmp_path / "in.csv", [SKIPPED])
    (tmp_path / "form.json").write_text(form(SUM).to_json(), encoding="utf-8")
    result = run("score", tmp_path / "in.csv", "-i", tmp_path / "form.json")
    assert "\n1 score is prorated: made" in result.output


def test_columns_of_marks_hide_no_other_column(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'sum_prorated' is the name of a result column of 'sum'"):
        Instrument.model_validate(FORM | {"scales": [SUM, scale("sum_prorated", "5", "6")]})
    table = pd.DataFrame([WHOLE]).assign(sum_prorated="theirs")
    with pytest.raises(ResponseError, match="'sum_prorated' has the name of a column of scores"):
        score(BOTH, table, keep=["sum_prorated"])
    table.to_csv(tmp_path / "in.csv", index=False)
    keep = {"keep": ["sum_prorated"], "output": tmp_path / "o.csv"}
    with pytest.raises(ResponseError, match="'sum_prorated' has the name of a column of scores"):
        score_file(BOTH, tmp_path / "in.csv", answered=True, **keep)
