"""Files made to exhaust time or memory, and texts made to do something elsewhere."""

from __future__ import annotations

import json
import os
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from intimacy_scales import MissingColumnsError, ResponseError
from intimacy_scales.files import delimited, jsonlines, open_answers
from intimacy_scales.jobs import score_file
from intimacy_scales.results.csv_text import without_formula
from tests.shared.answer_files import IDS, read_scores
from tests.shared.commands import run

MEGABYTE = 1_000_000
UNCOUNTED = float("inf")


@contextmanager
def at_most(*, seconds: float, megabytes: float) -> Iterator[None]:
    """See that something neither takes long nor holds much; to count what it holds makes it slower."""
    if megabytes < UNCOUNTED:
        tracemalloc.start()
    start = time.process_time()
    try:
        yield
        assert time.process_time() - start < seconds
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE  # 0 where nothing was counted
    finally:
        tracemalloc.stop()


# ------------------------------------------------------------------ JSON lines with ever new names


@pytest.mark.parametrize(
    ("n", "new"),
    [
        (3_000, lambda i: {f"k{i}": 1}),
        (1_500, lambda i: {f"k{i}_{j}": 1 for j in range(3)}),
        (2_500, lambda i: {f"ras_{i + 100}": 1}),  # like an item's, and another's
        (2_500, lambda i: {f"k{i}": {"a": [1, 2]}}),
    ],
)
@pytest.mark.parametrize("items", [True, False])
def test_ever_new_names_cost_no_more_than_their_lines(
    tmp_path: Path, n: int, new: Callable[[int], dict[str, Any]], items: bool
) -> None:
    answers = dict.fromkeys(IDS, 3) if items else {}
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({**answers, **new(i)}) for i in range(n)), encoding="utf-8")
    with at_most(seconds=4, megabytes=25):
        if items:
            assert score_file("ras", path).n_persons == n
        else:
            with pytest.raises(MissingColumnsError, match="7 of 7 items of ras have no column"):
                score_file("ras", path)


@pytest.mark.parametrize("missing", [[], ["ras_7"], ["ras_1", "ras_2"]])
@pytest.mark.parametrize("alike", ["RAS-1", "ras_01", "Ras1"])
def test_answers_under_a_name_like_an_items_are_still_found(
    tmp_path: Path, missing: list[str], alike: str
) -> None:
    there = [item for item in IDS if item not in missing]
    rows = [dict.fromkeys(there, 3), {**dict.fromkeys(there, 3), alike: 5, "other": 1}]
    rows[1].pop("ras_1", None)
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = score_file("ras", path, allow_missing_items=bool(missing))
    (problem,) = report.first_problems
    assert (problem.row, problem.column, problem.value) == (1, alike, 5)


# ------------------------------------------------------------------ long cells


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
@pytest.mark.parametrize("wanted", [False, True])
def test_long_cells_are_not_gathered(tmp_path: Path, ending: str, wanted: bool) -> None:
    """40 cells of a megabyte: those of columns that are not read are let go, the others come in batches."""
    path = tmp_path / f"a{ending}"
    with path.open("w", encoding="utf-8") as file:
        if ending == ".csv":
            file.write(",".join(["note", *IDS]) + "\n")
        for _ in range(40):
            note = "x" * MEGABYTE
            row = {"note": note, **dict.fromkeys(IDS, 3)}
            file.write((",".join(map(str, row.values())) if ending == ".csv" else json.dumps(row)) + "\n")
    with at_most(seconds=20, megabytes=120 if wanted else 30):
        assert score_file("ras", path, keep=["note"] if wanted else ()).n_persons == 40


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")  # each gives one answer to all
@pytest.mark.parametrize("most", [1, 100, 10_000])
def test_batches_by_length_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    for module in (delimited, jsonlines):
        monkeypatch.setattr(module, "BATCH_CHARACTERS", most)
    rows = [dict(zip(["note", *IDS], ["x" * (n % 7 * 20), *[1 + n % 5] * 7], strict=True)) for n in range(50)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    lines = [",".join(["note", *IDS]), *(",".join(map(str, row.values())) for row in rows)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    for name in ("a.csv", "a.jsonl"):
        score_file("ras", tmp_path / name, output=tmp_path / "o.jsonl", keep=["note"])
        written = read_scores(tmp_path / "o.jsonl")
        assert [row["note"] for row in written] == [row["note"] for row in rows]
        assert [row["row"] for row in written] == list(range(1, 51))


@pytest.mark.parametrize("line", [0, 1, 5, 25])
def test_a_field_beyond_all_measure_is_told(tmp_path: Path, line: int) -> None:
    lines = [",".join(["note", *IDS]), *["x,3,3,3,3,3,3,3"] * 30]
    lines[line] = "y" * 10_500_000 + lines[line][1:]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ResponseError, match="field larger than field limit"):
        score_file("ras", tmp_path / "a.csv")


# ------------------------------------------------------------------ workbooks that unpack to much more


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def packed(path: Path, part: str, pieces: Callable[[bytes, bytes], Iterator[bytes]]) -> Path:
    """Write a workbook in which one part is made of pieces, around the end of its rows."""
    book = openpyxl.Workbook()
    book.active.append(IDS)
    book.active.append([3] * 7)
    book.save(path)
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name, content in parts.items():
            if name != part:
                new.writestr(name, content)
        before, end, after = parts[SHEET].partition(b"</sheetData>")
        with new.open(part, "w", force_zip64=True) as file:
            for piece in pieces(before, end + after):
                file.write(piece)
    return path


def around(*pieces: bytes, times: int, noise: int = 0, begin: bytes = b"", end: bytes = b"") -> Any:
    """Return what puts pieces into a sheet again and again; noise packs badly."""

    def parts(before: bytes, after: bytes) -> Iterator[bytes]:
        yield before + begin
        for _ in range(times):
            yield from pieces
            if noise:
                yield b"<!--" + os.urandom(noise).hex().encode() + b"-->"
        yield end + after

    return parts


CELL = b'<row r="3"><c r="A3" t="inlineStr"><is><t>', b"</t></is></c></row>"
BOMBS: dict[str, tuple[str, Any, str]] = {
    "a long cell": (
        SHEET,
        around(b"x" * MEGABYTE, times=40, begin=CELL[0], end=CELL[1]),
        "unpacks to 40 MB, .* times its size in the file",
    ),
    "empty rows": (SHEET, around(b"<row/>" * 100_000, times=60), "unpacks to 36 MB"),
    "empty cells": (SHEET, around(b"<c/>" * 100_000, times=60, begin=b"<row>", end=b"</row>"), "unpacks to"),
    "blanks between": (SHEET, around(b" " * MEGABYTE, times=40), "unpacks to 40 MB"),
    "another part": ("xl/theme/theme1.xml", around(b" " * MEGABYTE, times=40), "theme1.xml unpacks to"),
    "a cell that packs badly": (
        SHEET,
        lambda before, after: iter(
            [before, CELL[0], os.urandom(2 * MEGABYTE).hex().encode(), CELL[1], after]
        ),
        "sheet 'Sheet' has a cell or tag of more than 1,000,000 characters",
    ),
    "rows that pack badly": (
        SHEET,
        around(b"<row/>" * 100_000, times=25, noise=10_000),
        "sheet 'Sheet' has more than 1,048,576 rows",
    ),
    "a row far below": (
        SHEET,
        around(b'<row r="999999999"><c r="A999999999"><v>3</v></c></row>', times=1),
        "sheet 'Sheet' has more than 1,048,576 rows",
    ),
    "cells that pack badly": (
        SHEET,
        around(b"<c/>" * 100_000, times=5, noise=10_000, begin=b"<row>", end=b"</row>"),
        "sheet 'Sheet' has a row of more than 50,000 cells",
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_workbook_beyond_all_measure_is_refused_by_name(tmp_path: Path, bomb: str) -> None:
    part, pieces, words = BOMBS[bomb]
    path = packed(tmp_path / "a.xlsx", part, pieces)
    assert path.stat().st_size < 5 * MEGABYTE
    held = UNCOUNTED if bomb == "a row far below" else 30
    with at_most(seconds=6, megabytes=held), pytest.raises(ResponseError, match=words) as caught:
        score_file("ras", path)
    assert str(caught.value).startswith(f"{path}: ")
    assert ".csv" in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]


def test_parts_read_at_once_have_their_own_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from intimacy_scales.files import unpacking

    monkeypatch.setattr(unpacking, "_ALWAYS", 1000)
    monkeypatch.setattr(unpacking, "_MOST_AT_ONCE", 5000)
    path = packed(tmp_path / "a.xlsx", SHEET, around(times=0))
    with pytest.raises(ResponseError, match=r"part xl/theme/theme1\.xml, which must be read at once"):
        open_answers(path)


@pytest.mark.parametrize("n", [1, 1_000])
def test_large_workbooks_of_answers_are_read(tmp_path: Path, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from intimacy_scales.files import unpacking

    monkeypatch.setattr(unpacking, "_ALWAYS", 1000)  # as if it were large: all persons answered alike
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("all")
    sheet.append(IDS)
    for _ in range(n):
        sheet.append([3] * 7)
    book.save(path)
    assert score_file("ras", path).n_persons == n


# ------------------------------------------------------------------ texts that cannot be written, or that run


@pytest.mark.parametrize("output", ["o.csv", "o.tsv", "o.jsonl", "o.parquet", "o.xlsx"])
@pytest.mark.parametrize("text", ["a\ud800", "\udfff", "\ud83d and \ude00", "x\udc80y\udcff"])
def test_half_a_surrogate_pair_is_written(tmp_path: Path, output: str, text: str) -> None:
    rows = [{"name": text, **dict.fromkeys(IDS, 3)}, {"name": "Zoë 😀", **dict.fromkeys(IDS, 2)}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    score_file("ras", tmp_path / "a.jsonl", output=tmp_path / output, keep=["name"])
    first, second = read_scores(tmp_path / output)
    assert second["name"] == "Zoë 😀"
    if output == "o.jsonl":
        assert first["name"] == text
    else:
        assert first["name"] in (text.encode("utf-8", "backslashreplace").decode(), _replaced(text))


def _replaced(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)


def test_half_a_surrogate_pair_in_names_and_bad_answers(tmp_path: Path) -> None:
    rows = [{"na\ud800me": "Kim", **dict.fromkeys(IDS, 3)}, {**dict.fromkeys(IDS, "\udc80")}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    options: dict[str, Any] = {"keep": ["na\ud800me"], "on_invalid": "missing"}
    for output in ("o.csv", "o.jsonl", "o.xlsx", "o.parquet"):
        problems = tmp_path / "p.csv"
        report = score_file(
            "ras", tmp_path / "a.jsonl", output=tmp_path / output, problems=problems, **options
        )
        assert report.n_problems == 7
        assert "\\udc80" in problems.read_text(encoding="utf-8")
    assert pq.read_table(tmp_path / "o.parquet").num_rows == 2
    assert run("score", tmp_path / "a.jsonl", "-i", "ras").exit_code == 1


RUN = [
    "＝1+1",
    "\u200b=1+1",
    " =1+1",
    "-1_000",
    "+1_0",
    "＋1+1",
    "＠SUM(A1)",
    "\ufeff=A1",
    "\u00a0@x",
    "－1-1",
]
RUN += [
    "\u2060\u200d =1",
    "\u3000=1",
    "﹦1",
    "\x00=1",
    "\x1f=cmd|' /C calc'!A0",
    "-inf",
    "=",
    "- 1",
    "+-3",
    "-5;=1",
]


@pytest.mark.parametrize("text", RUN)
def test_no_text_runs_as_a_formula_however_it_is_dressed(text: str) -> None:
    assert without_formula(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["-5", "+3.5", "-1,5", " -3 ", "-1e-5", "1_000", "(=1)", "'=1", "a=1", "\u200b", " ", "~1", "–5", "é"],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert without_formula(text) == text


@pytest.mark.parametrize("name", ["=1+1", "＝1+1", " @x"])
def test_names_of_columns_and_problems_do_not_run_either(tmp_path: Path, name: str) -> None:
    header = ",".join(['"' + name + '"', *IDS])
    (tmp_path / "a.csv").write_text(f"{header}\nx,{name},3,3,3,3,3,3\n", encoding="utf-8")
    with open_answers(tmp_path / "a.csv") as file:
        (kept, *_) = file.names
    output, problems = tmp_path / "o.csv", tmp_path / "p.csv"
    score_file("ras", tmp_path / "a.csv", output=output, problems=problems, keep=[kept], on_invalid="missing")
    assert f",'{kept}," in output.read_text(encoding="utf-8")
    assert f",'{kept}," in problems.read_text(encoding="utf-8")


# ------------------------------------------------------------------ advice


@pytest.mark.parametrize("mark", [".", "#NULL!", "#N/A", "-"])
@pytest.mark.parametrize("command", ["score", "reliability"])
def test_marks_of_no_answer_are_named_with_the_option_that_helps(
    tmp_path: Path, mark: str, command: str
) -> None:
    path = tmp_path / "a.csv"
    rows = [IDS, [mark, *["3"] * 6], ["3"] * 7]
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    result = run(command, path, "-i", "ras")
    assert result.exit_code == 1
    assert f"--missing-code '{mark}'" in result.output
    assert repr(mark) not in run(command, path, "-i", "ras", f"--missing-code={mark}").output


@pytest.mark.parametrize("command", ["score", "reliability"])
def test_a_mark_among_other_bad_answers_throws_none_of_these_away(tmp_path: Path, command: str) -> None:
    rows = [IDS, [".", *["3"] * 6], *([n, *["3"] * 6] for n in ("9", "8", "8"))]
    (tmp_path / "a.csv").write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    output = run(command, tmp_path / "a.csv", "-i", "ras").output
    assert "--missing-code '9'" not in output
    assert "--missing-code '8'" not in output


@pytest.mark.parametrize("value", ["9", "nope", "0.5", "2.", "3-4"])
def test_other_bad_answers_are_not_called_marks_of_no_answer(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.csv").write_text(",".join(IDS) + f"\n{value},3,3,3,3,3,3\n", encoding="utf-8")
    assert "usually stands for no answer" not in run("score", tmp_path / "a.csv", "-i", "ras").output
