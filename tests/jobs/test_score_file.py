"""Files of answers in, files of scores out: every format, every trap, all or nothing."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from intimacy_scales import ResponseError, available, load, score
from intimacy_scales.cli import terminal
from intimacy_scales.files import base, delimited, open_answers
from intimacy_scales.instrument.shipped import example_path
from intimacy_scales.jobs.scores import score_file
from intimacy_scales.reading.frames import ListTable
from intimacy_scales.results.csv_text import without_formula
from tests.shared.answer_files import ANSWERS, IDS, INPUTS, NAMES, frame, read_scores, write_xlsx
from tests.shared.commands import run


@pytest.mark.parametrize("output", ["o.csv", "o.tsv", "o.jsonl", "o.parquet", "o.xlsx"])
@pytest.mark.parametrize("kind", INPUTS)
def test_every_format_gives_the_same_scores(tmp_path: Path, kind: str, output: str) -> None:
    name, write = INPUTS[kind]
    write(tmp_path / name)
    result = run("score", tmp_path / name, "-i", "ras", "--keep", "name", "-o", tmp_path / output)
    assert result.exit_code == 0, result.output
    rows = read_scores(tmp_path / output)
    assert [row["name"] for row in rows] == NAMES
    totals = [score("ras", dict(zip(IDS, row, strict=True))).scores["total"] for row in ANSWERS]
    # a workbook holds 16 digits
    assert [row["total"] for row in rows] == (pytest.approx(totals) if output == "o.xlsx" else totals)
    assert totals[2] is None
    assert "4 persons" in result.output


def test_decimal_commas_in_a_semicolon_file(tmp_path: Path) -> None:
    instrument = tmp_path / "half.toml"
    instrument.write_text(
        'id = "half"\nversion = "1"\ntitle = "Half points"\n'
        "response_scale = { minimum = 0, maximum = 2, step = 0.5 }\n"
        'items = [{ id = "a" }, { id = "b" }]\nscales = [{ id = "s", items = ["a", "-b"] }]\n',
        encoding="utf-8",
    )
    data = tmp_path / "d.csv"
    data.write_text("a;b;note\n1,5;0,5;2,7\n", encoding="utf-8")
    assert run("score", data, "-i", instrument, "-o", tmp_path / "o.csv").exit_code == 0
    assert (tmp_path / "o.csv").read_text(encoding="utf-8") == "row,s\n1,1.5\n"


def test_windows_encoding_is_detected_and_can_be_named(tmp_path: Path) -> None:
    data = tmp_path / "d.csv"
    text = "name," + ",".join(IDS) + "\nZoë," + ",".join("3" * 7) + "\n"
    data.write_bytes(text.encode("cp1252"))
    for extra in ([], ["--encoding", "cp1252"]):
        result = run("score", data, "-i", "ras", "--keep", "name", "-o", tmp_path / "o.csv", *extra)
        assert result.exit_code == 0, result.output
        assert (tmp_path / "o.csv").read_text(encoding="utf-8") == "row,name,total\n1,Zoë,3.0\n"
    wrong = run("score", data, "-i", "ras", "--encoding", "utf-8")
    assert wrong.exit_code == 2
    assert "--encoding" in wrong.output
    assert (
        "not valid; allowed: one that Python knows"
        in run("score", data, "-i", "ras", "--encoding", "klingon").output
    )


def test_quoted_line_breaks_and_separators(tmp_path: Path) -> None:
    data = tmp_path / "d.csv"
    data.write_text(
        '"note\n;here",' + ",".join(IDS) + '\n"a\nb;c",' + ",".join("3" * 7) + "\n", encoding="utf-8"
    )
    result = run("score", data, "-i", "ras", "-o", tmp_path / "o.csv")
    assert result.exit_code == 0, result.output
    assert "1 persons" in result.output


def test_cells_with_the_same_fault_are_one_line(tmp_path: Path) -> None:
    data = bad_file(tmp_path, {row: "9" if row % 2 else "nope" for row in range(30)})
    lines = run("score", data, "-i", "ras", "--person", "who").output.splitlines()
    of_cells = [line for line in lines if line.startswith("  row")]
    assert len(of_cells) == 2
    assert of_cells[0].startswith("  row 1, p0, column ras_1: 'nope' is not a number; allowed: 1 to 5")
    assert of_cells[1].endswith(
        "(and 9 more like it: row 4, p3, column ras_1; row 6, p5, column ras_1; row 8, p7, column ras_1; …)"
    )
    assert any("… and 10 more; --problems FILE.csv" in line for line in lines)


def bad_file(tmp_path: Path, cells: dict[int, str], n_rows: int = 30) -> Path:
    data = tmp_path / "bad.csv"
    rows = [["p" + str(r), cells.get(r, "3"), *"333333"] for r in range(n_rows)]
    data.write_text("\n".join(",".join(r) for r in [["who", *IDS], *rows]) + "\n", encoding="utf-8")
    return data


def test_bad_answers_exit_with_1_and_leave_no_file(tmp_path: Path) -> None:
    data = bad_file(tmp_path, {4: "9", 7: "nope"})
    before = sorted(path.name for path in tmp_path.iterdir())
    result = run("score", data, "-i", "ras", "--person", "who", "-o", tmp_path / "o.csv")
    assert result.exit_code == 1
    assert "2 answers are not valid" in result.output
    assert "row 5, p4, column ras_1: '9' is outside the range; allowed: 1 to 5" in result.output
    assert "row 8, p7, column ras_1: 'nope' is not a number" in result.output
    assert "--on-invalid missing" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_an_older_output_survives_bad_answers(tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    out.write_text("of last week\n", encoding="utf-8")
    assert run("score", bad_file(tmp_path, {4: "9"}), "-i", "ras", "-o", out).exit_code == 1
    assert out.read_text(encoding="utf-8") == "of last week\n"


def test_bad_answers_in_a_late_batch_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BATCH_ROWS", 4)
    result = run("score", bad_file(tmp_path, {29: "9"}), "-i", "ras", "-o", tmp_path / "o.parquet")
    assert result.exit_code == 1
    assert "row 30" in result.output
    assert [p.name for p in tmp_path.iterdir()] == ["bad.csv"]


def test_bad_answers_as_missing(tmp_path: Path) -> None:
    data = bad_file(tmp_path, dict.fromkeys(range(25), "-99"))
    result = run(
        "score", data, "-i", "ras", "--on-invalid", "missing", "--answered", "-o", tmp_path / "o.csv"
    )
    assert result.exit_code == 0
    assert "25 answers are not valid" in result.output
    assert "… and 5 more" in result.output
    assert "pass --missing-code '-99'" in result.output
    rows = (tmp_path / "o.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "row,total,total_answered,total_prorated"
    assert [row.split(",", 2)[2] for row in rows[1:]] == ["6,1"] * 25 + ["7,0"] * 5
    declared = run("score", data, "-i", "ras", "--missing-code", "-99", "-o", tmp_path / "p.csv")
    assert declared.exit_code == 0
    assert "not valid" not in declared.output


def test_pomp_columns(tmp_path: Path) -> None:
    data = bad_file(tmp_path, {}, n_rows=1)
    assert run("score", data, "-i", "ras", "--pomp", "-o", tmp_path / "o.csv").exit_code == 0
    assert (tmp_path / "o.csv").read_text(encoding="utf-8") == "row,total,total_pomp\n1,3.0,50.0\n"


WRONG_USE: dict[str, tuple[list[str], str]] = {
    "no such instrument": (["{data}", "-i", "raz"], "did you mean 'ras'"),
    "no such file": (["nowhere.csv", "-i", "ras"], "there is no such file"),
    "unknown ending": (
        ["{data}", "-i", "ras", "-o", "o.doc"],
        "the ending '.doc' is not valid; allowed: .csv",
    ),
    "a folder of answers": (["{dir}", "-i", "ras"], "-o FOLDER"),
    "no folder": (["{data}", "-i", "ras", "-o", "{dir}/x/o.csv"], "there is no folder"),
    "overwrite the answers": (["{data}", "-i", "ras", "-o", "{data}"], "would overwrite the answers"),
    "missing columns": (["{data}", "-i", "prqc"], "--columns PATTERN"),
    "column to keep": (["{data}", "-i", "ras", "--keep", "age"], "no column 'age'"),
    "person column": (["{data}", "-i", "ras", "--person", "id"], "no column 'id'"),
    "bad pattern": (["{data}", "-i", "ras", "--columns", "q{x}"], "is not a pattern"),
    "columns file": (["{data}", "-i", "ras", "--columns", "none.json"], "cannot be read"),
    "missing code that is an answer": (
        ["{data}", "-i", "ras", "--missing-code", "5"],
        "is an answer that item",
    ),
    "no instrument": (["{data}"], "To go on: --yes, or name it: -i ras"),
    "bad choice": (["{data}", "-i", "ras", "--on-invalid", "drop"], "drop"),
}


@pytest.mark.parametrize("case", WRONG_USE)
def test_wrong_use_exits_with_2(tmp_path: Path, case: str) -> None:
    args, words = WRONG_USE[case]
    data = bad_file(tmp_path, {}, n_rows=2)
    result = run(
        "score",
        *(
            arg.format(data=data, dir=tmp_path) if "{n}" not in arg and "{x}" not in arg else arg
            for arg in args
        ),
    )
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert [p.name for p in tmp_path.iterdir()] == ["bad.csv"]


BROKEN: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "is empty"),
    "short row": (
        "a.csv",
        (",".join(IDS) + "\n" + "3," * 6 + "3\n3,3\n").encode(),
        "line 3 has 2 fields, the header 7",
    ),
    "long row": ("a.csv", (",".join(IDS) + "\n" + "3," * 8 + "3\n").encode(), "line 2 has 9 fields"),
    "open quote": ("a.csv", (",".join(IDS) + '\n"3,3').encode(), "line"),
    "not JSON": ("a.jsonl", b"{'ras_1': 3}\n", "line 1 is not JSON"),
    "a list in JSON lines": ("a.jsonl", b"[1, 2]\n", "is not an object"),
    "not Parquet": ("a.parquet", b"PAR0\0", "is not a Parquet file"),
    "not a workbook": ("a.xlsx", b"hello\0", "is not an .xlsx workbook"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_named(tmp_path: Path, case: str) -> None:
    name, content, words = BROKEN[case]
    (tmp_path / name).write_bytes(content)
    result = run("score", tmp_path / name, "-i", "ras", "-o", tmp_path / "o.csv")
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_column_that_stands_twice(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        ",".join(["ras_1", *IDS]) + "\n" + ",".join("3" * 8) + "\n", encoding="utf-8"
    )
    result = run("score", tmp_path / "a.csv", "-i", "ras")
    assert result.exit_code == 2
    assert "2 columns named 'ras_1'" in result.output


@pytest.mark.parametrize("output", ["o.csv", "o.jsonl", "o.parquet", "o.xlsx"])
def test_a_file_without_persons(tmp_path: Path, output: str) -> None:
    (tmp_path / "a.csv").write_text(",".join(["name", *IDS]) + "\n", encoding="utf-8")
    result = run("score", tmp_path / "a.csv", "-i", "ras", "--keep", "name", "-o", tmp_path / output)
    assert result.exit_code == 0, result.output
    assert "0 persons" in result.output
    assert read_scores(tmp_path / output) == []


def test_a_json_name_that_only_looks_like_an_items(tmp_path: Path) -> None:
    rows = [dict.fromkeys(IDS, 3), {"RAS1": 5, **dict.fromkeys(IDS[1:], 3)}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = run("score", tmp_path / "a.jsonl", "-i", "ras")
    assert result.exit_code == 1
    assert "did you mean 'ras_1'" in result.output


def test_formulas_are_escaped_where_a_spreadsheet_would_run_them(tmp_path: Path) -> None:
    table = frame()
    table["name"] = ["=1+1", "@cmd", "-3", "+49 30"]
    table.to_csv(tmp_path / "a.csv", index=False)
    for output in ("o.csv", "o.xlsx"):
        assert (
            run("score", tmp_path / "a.csv", "-i", "ras", "--keep", "name", "-o", tmp_path / output).exit_code
            == 0
        )
        assert [r["name"] for r in read_scores(tmp_path / output)] == ["'=1+1", "'@cmd", "-3", "'+49 30"]
    cell = openpyxl.load_workbook(tmp_path / "o.xlsx").active["B2"]
    assert cell.data_type == "s"


@pytest.mark.parametrize("text", ["=A1", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_counts_as_a_formula(text: str) -> None:
    assert without_formula(text) == "'" + text


@pytest.mark.parametrize("value", ["Kim", "-5", "+3.5", "-1,5", 5, None, 2.5, ""])
def test_what_does_not(value: Any) -> None:
    assert without_formula(value) == value


def test_parquet_keeps_the_types_of_kept_columns(tmp_path: Path) -> None:
    table = pa.table({"day": pa.array([0, 1], pa.date32()), **{i: pa.array([3, 4], pa.int8()) for i in IDS}})
    pq.write_table(table, tmp_path / "a.parquet")
    assert (
        run(
            "score", tmp_path / "a.parquet", "-i", "ras", "--keep", "day", "-o", tmp_path / "o.parquet"
        ).exit_code
        == 0
    )
    assert pq.read_schema(tmp_path / "o.parquet").field("day").type == pa.date32()


def test_a_row_of_a_spreadsheet_that_is_empty_is_not_a_person(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book.active.append([None] * 8)
    book.active.append([None, None])
    book.save(tmp_path / "a.xlsx")
    assert "4 persons" in run("score", tmp_path / "a.xlsx", "-i", "ras").output


def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    result = run("score", tmp_path / "a.parquet", "-i", "ras")
    assert result.exit_code == 2
    assert "pip install 'intimacy-scales[io]'" in result.output


def test_list_names_every_instrument() -> None:
    result = run("list")
    assert result.exit_code == 0
    for entry in available():
        assert entry.id in result.output


@pytest.mark.parametrize("name", available().ids)
def test_show_prints_every_instrument(name: str) -> None:
    result = run("show", name)
    assert result.exit_code == 0, result.output
    assert "Scales" in result.output
    assert ("DRAFT" in result.output) == (available()[available().ids.index(name)].status == "draft")


def test_show_of_an_unknown_instrument() -> None:
    result = run("show", "scii-25")
    assert result.exit_code == 2
    assert "'scii-24'" in result.output


def test_demo_says_that_its_data_are_simulated() -> None:
    result = run("demo")
    assert result.exit_code == 0, result.output
    assert "Simulated answers" in result.output
    assert "60 couples" in result.output
    assert "DRAFT" in result.output
    assert "simulated" in example_path().name


def test_the_example_is_what_its_script_makes(tmp_path: Path) -> None:
    script = example_path().with_name("make_simulated_couples.py")
    made = tmp_path / script.name
    made.write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run([sys.executable, "-W", "ignore", str(made)], check=True, capture_output=True)
    assert (tmp_path / "simulated-couples.csv").read_bytes() == example_path().read_bytes()


def test_version_and_help() -> None:
    assert run("--version").output.startswith("intimacy-scales ")
    for command in ("list", "show", "score", "demo"):
        assert run(command, "--help").exit_code == 0


def test_readers_tell_how_far_they_are(tmp_path: Path) -> None:
    for name, write in INPUTS.values():
        write(tmp_path / name)
        with open_answers(tmp_path / name) as file:
            assert sum(len(batch) for batch in file.batches(IDS)) == 4
            assert 0 < file.position <= file.size


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_tells_how_far_on_a_terminal_and_nothing_elsewhere(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=written, force_terminal=is_terminal))
    with terminal.progress("Reading") as tell:
        tell(5, 10)
    assert ("Reading" in written.getvalue()) is is_terminal
    assert is_terminal or not written.getvalue()


def open_files(folder: Path) -> list[str]:
    """Return the files of a folder that this process holds open."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the listing's own is closed by now
            found.append(str(entry.readlink()))
    return [name for name in found if Path(name).parent == folder]


LISTS_OPEN_FILES = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="this system does not list open files there"
)


@LISTS_OPEN_FILES
@pytest.mark.parametrize("kind", INPUTS)
def test_no_file_stays_open_however_reading_ends(tmp_path: Path, kind: str) -> None:
    name, write = INPUTS[kind]
    write(tmp_path / name)
    with pytest.raises(ResponseError) as caught:  # kept, and with it all that its traceback holds
        score_file(load("ras"), tmp_path / name, person="none such")
    assert open_files(tmp_path) == []
    assert "none such" in str(caught.value)
    with open_answers(tmp_path / name) as file:
        first = iter(file.batches(IDS))
        next(first)
        del first
    assert open_files(tmp_path) == []


@LISTS_OPEN_FILES
def test_a_workbook_without_names_of_columns_does_not_stay_open(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(ResponseError, match="must name the columns") as caught:
        open_answers(tmp_path / "empty.xlsx")
    assert open_files(tmp_path) == []
    assert "sheet 'Sheet'" in str(caught.value)


def test_an_interrupted_output_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), delimited.DelimitedScores(tmp_path / "o.csv") as output:
        output.write(ListTable({"a": [1]}, 1), ["a"], {})
        raise RuntimeError("stopped")
    assert list(tmp_path.iterdir()) == []
    assert isinstance(output, base.ScoreFile)
