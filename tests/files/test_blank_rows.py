"""No row of a file is lost: blank ones are persons without answers, and nobody else changes place."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import ResponseError, load, score
from intimacy_scales.files import delimited, jsonlines, open_answers, spreadsheet
from intimacy_scales.jobs import reliability_file, score_file, structure_file
from tests.shared.answer_files import IDS, read_scores
from tests.shared.commands import run

FORM = load("ras")
FULL = 3  # the answer of everybody who answered

ONE_ITEM = (
    'id = "one"\nversion = "1"\ntitle = "One item"\nresponse_scale = { minimum = 1, maximum = 7 }\n'
    'items = [{ id = "a" }]\nscales = [{ id = "s", items = ["a"] }]\n'
)


def text_rows(path: Path, rows: list[list[Any] | None], end: str = "\n") -> None:
    lines = [",".join(IDS), *("" if row is None else ",".join(map(str, row)) for row in rows)]
    path.write_bytes((end.join(lines) + end).encode())


def json_rows(path: Path, rows: list[list[Any] | None]) -> None:
    lines = ["" if row is None else json.dumps(dict(zip(IDS, row, strict=True))) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def sheet_rows(path: Path, rows: list[list[Any] | None]) -> None:
    book = openpyxl.Workbook()
    book.active.append(IDS)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row or [], start=1):
            book.active.cell(number, column, value)  # rows in between are not written at all
    book.save(path)


WRITERS = {"a.csv": text_rows, "a.jsonl": json_rows, "a.xlsx": sheet_rows}
PATTERNS = {
    "one between": [1, 0, 1],
    "the first": [0, 1, 1],
    "several together": [1, 0, 0, 0, 1, 0, 1],
    "some at the end, which are nobody": [1, 0, 1, 0, 0],
    "all": [0, 0],
    "none": [1, 1, 1],
}


@pytest.mark.parametrize("rows_at_once", [1, 2, 1000])
@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("name", WRITERS)
def test_blank_rows_are_persons_without_a_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, pattern: str, rows_at_once: int
) -> None:
    for module in (delimited, jsonlines, spreadsheet):
        monkeypatch.setattr(module, "BATCH_ROWS", rows_at_once)
    there = PATTERNS[pattern]
    WRITERS[name](tmp_path / name, [[FULL] * 7 if full else None for full in there])
    while there and not there[-1]:
        there = there[:-1]
    if name == "a.jsonl" and not there:
        return  # a file of blank lines names no columns
    report = score_file("ras", tmp_path / name, output=tmp_path / "o.csv", answered=True)
    assert report.n_persons == len(there)
    assert report.n_blank_rows == there.count(0)
    rows = read_scores(tmp_path / "o.csv")
    assert [row["row"] for row in rows] == [str(n) for n in range(1, len(there) + 1)]
    assert [row["total"] for row in rows] == [3.0 if full else None for full in there]
    assert [row["total_answered"] for row in rows] == ["7" if full else "0" for full in there]


@given(st.lists(st.none() | st.lists(st.integers(1, 5) | st.none(), min_size=7, max_size=7), max_size=9))
def test_scores_stand_at_the_place_of_their_answers(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any] | None]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "a.csv"
    text_rows(path, [row and ["" if value is None else value for value in row] for row in rows])
    score_file("ras", path, output=path.with_name("o.jsonl"))
    expected = [score(FORM, dict(zip(IDS, row or [None] * 7, strict=True))).scores["total"] for row in rows]
    while rows and rows[-1] is None:
        rows, expected = rows[:-1], expected[:-1]
    assert [row["total"] for row in read_scores(path.with_name("o.jsonl"))] == expected


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("a\n3\n\n5\n", [3, None, 5]),
        ("a\n3\n\n\n5", [3, None, None, 5]),
        ("a\n3\n5\n\n\n", [3, 5]),  # what stands after the last line is nobody
        ('a\n3\n""\n5\n""\n', [3, None, 5, None]),  # a cell that is written, and empty
        ('"a"\r\n\r\n"3"\r\n', [None, 3]),
        ("\n\na\n3\n\n5\n", [3, None, 5]),  # above the header stands nothing
    ],
)
def test_of_a_single_column_a_blank_line_is_a_person(tmp_path: Path, text: str, scores: list[Any]) -> None:
    (tmp_path / "one.toml").write_text(ONE_ITEM, encoding="utf-8")
    (tmp_path / "a.csv").write_bytes(text.encode())
    score_file(tmp_path / "one.toml", tmp_path / "a.csv", output=tmp_path / "o.jsonl")
    assert [row["s"] for row in read_scores(tmp_path / "o.jsonl")] == scores


@pytest.mark.parametrize("blank", ["   ", "\t", " \t "])
def test_a_line_of_blanks_is_blank(tmp_path: Path, blank: str) -> None:
    (tmp_path / "a.csv").write_text(
        "\n".join([",".join(IDS), "3,3,3,3,3,3,3", blank, "2,2,2,2,2,2,2"]), encoding="utf-8"
    )
    assert score_file("ras", tmp_path / "a.csv").n_blank_rows == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_what_ends_a_line_makes_no_person(tmp_path: Path, end: str) -> None:
    """A text written twice for Windows ends each line in two carriage returns."""
    text_rows(tmp_path / "a.csv", [[3] * 7, [2] * 7, [1] * 7], end)
    report = score_file("ras", tmp_path / "a.csv")
    assert (report.n_persons, report.n_blank_rows) == (3, 0)


def test_problems_after_blank_rows_name_their_own_row(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(tmp_path / name, [[3] * 7, None, None, [9] + [3] * 6])
        problems = tmp_path / f"{name}.problems.csv"
        report = score_file("ras", tmp_path / name, problems=problems)
        assert [problem.row for problem in report.first_problems] == [3]  # counted from 0
        with problems.open(encoding="utf-8") as file:
            assert [row["row"] for row in csv.DictReader(file)] == ["4"]


@pytest.mark.parametrize("n_blank", [1, 2, 5])
def test_the_line_that_a_message_names_is_that_of_the_file(tmp_path: Path, n_blank: int) -> None:
    text_rows(tmp_path / "a.csv", [[3] * 7, *[None] * n_blank, [3] * 8])
    with pytest.raises(ResponseError, match=f"line {3 + n_blank} has 8 fields"):
        score_file("ras", tmp_path / "a.csv")


def test_the_command_line_says_how_many_rows_are_blank(tmp_path: Path) -> None:
    text_rows(tmp_path / "a.csv", [[3] * 7, None, [2] * 7, None, None, [1] * 7])
    result = run("score", tmp_path / "a.csv", "-i", "ras", "-o", tmp_path / "o.csv")
    assert "6 persons" in result.output
    assert "3 rows are blank: they have no score, and keep their place." in result.output
    text_rows(tmp_path / "b.csv", [[3] * 7, [2] * 7])
    assert "blank" not in run("score", tmp_path / "b.csv", "-i", "ras").output


def statistics_answers(path: Path, *, blank: bool) -> Path:
    """Write answers of 40 persons in 20 couples; some lines between them may be blank."""
    lines = [",".join(["couple", *IDS])]
    for person in range(40):
        answers = [1 + (person + (person * item) % 3) % 5 for item in range(7)]
        answers = [6 - x if item in ("ras_4", "ras_7") else x for item, x in zip(IDS, answers, strict=True)]
        lines += [","] if blank and person == 5 else []
        lines += [""] if blank and person in (0, 7, 8) else []
        lines.append(",".join(map(str, [person // 2, *answers])))
    path.write_text("\n".join(line if line != "," else "," * 7 for line in lines) + "\n", encoding="utf-8")
    return path


def test_blank_rows_change_no_statistic_and_belong_to_no_couple(tmp_path: Path) -> None:
    whole = statistics_answers(tmp_path / "a.csv", blank=False)
    gaps = statistics_answers(tmp_path / "b.csv", blank=True)
    for options in ({}, {"clusters": "couple"}):
        a, b = (reliability_file("ras", path, **options) for path in (whole, gaps))
        assert (a.n_blank_rows, b.n_blank_rows) == (0, 4)
        assert b.n_persons == a.n_persons + 4
        assert a.report is not None
        assert b.report is not None
        assert b.report.scales[0].alpha.estimate == a.report.scales[0].alpha.estimate
    result = run("reliability", gaps, "-i", "ras", "--clusters", "couple")
    assert "4 rows are blank: nobody answered there." in result.output


def test_a_person_who_answered_still_needs_a_couple(tmp_path: Path) -> None:
    path = statistics_answers(tmp_path / "b.csv", blank=True)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, ",3,3,3,3,3,3,3"]) + "\n", encoding="utf-8")
    with pytest.raises(ResponseError, match="1 person without a cluster, the first in row 45"):
        reliability_file("ras", path, clusters="couple")
    with pytest.raises(ResponseError, match="row 45"):
        structure_file("ras", path, clusters="couple")


def test_a_reader_counts_blank_rows_as_it_goes(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(tmp_path / name, [[3] * 7, None, [2] * 7])
        with open_answers(tmp_path / name) as file:
            assert sum(len(batch) for batch in file.batches(IDS)) == 3
            assert file.n_blank == 1
