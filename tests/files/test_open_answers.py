"""What a format allows: separators, quotes and sheets of every kind, in batches of every size."""

from __future__ import annotations

import csv
import itertools
import json
import math
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference

from intimacy_scales import ResponseError
from intimacy_scales.files import (
    base,
    delimited,
    jsonlines,
    open_answers,
    open_output,
    parquet,
    spreadsheet,
)
from intimacy_scales.files.jsonlines import JsonLinesFile
from intimacy_scales.reading.frames import ListTable
from tests.shared.answer_files import ANSWERS, IDS, INPUTS, NAMES, read_scores
from tests.shared.commands import run

BATCHES = [
    (delimited, "BATCH_ROWS"),
    (jsonlines, "BATCH_ROWS"),
    (spreadsheet, "BATCH_ROWS"),
    (parquet, "_BATCH_ROWS"),
]
READ = ["comma", "json lines", "xlsx", "parquet"]
OUTPUTS = ["o.csv", "o.tsv", "o.jsonl", "o.parquet", "o.xlsx"]


@pytest.fixture
def batches_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A way to set how many rows every reader takes at a time."""

    def set_rows(n: int) -> None:
        for module, name in BATCHES:
            monkeypatch.setattr(module, name, n)

    return set_rows


def cells_of(path: Path) -> Any:
    """Everything that stands in a file of scores, its header too."""
    if path.suffix == ".xlsx":
        return list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    return read_scores(path) if path.suffix == ".parquet" else path.read_bytes()


# ------------------------------------------------------------------ batches


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("kind", READ)
def test_batches_change_nothing(tmp_path: Path, batches_of: Any, kind: str, output: str) -> None:
    name, write = INPUTS[kind]
    write(tmp_path / name)
    found = []
    for rows in (1000, 3):
        batches_of(rows)
        options = ["--keep", "name", "--answered", "--pomp", "-o", tmp_path / output]
        result = run("score", tmp_path / name, "-i", "ras", *options)
        assert result.exit_code == 0, result.output
        found.append((cells_of(tmp_path / output), result.output))
    assert found[0] == found[1]
    columns = ["total", "total_pomp", "total_answered", "total_prorated"]
    assert list(read_scores(tmp_path / output)[0]) == ["row", "name", *columns]


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_a_sheet_holds_so_many_rows_and_no_more(
    tmp_path: Path, batches_of: Any, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    batches_of(rows)
    name, write = INPUTS["comma"]
    write(tmp_path / name)
    output = tmp_path / "o.xlsx"
    for most, expected in ((6, 0), (5, 0), (4, 2), (2, 2)):  # a header and four persons
        monkeypatch.setattr(spreadsheet, "_MOST_ROWS", most)
        result = run("score", tmp_path / name, "-i", "ras", "-o", output)
        assert result.exit_code == expected, result.output
        assert (f"at most {most} rows; write Parquet or CSV" in result.output) == bool(expected)
        assert output.exists() == (not expected)
        output.unlink(missing_ok=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


STOPS = ["at once", "after a batch", "a column is missing", "a bad header"]


@pytest.mark.parametrize(
    ("kind", "stop"),
    # what pyarrow cannot open it closes itself, as soon as the error is forgotten
    [case for case in itertools.product(READ, STOPS) if case != ("parquet", "a bad header")],
)
def test_files_are_closed_whatever_happens(tmp_path: Path, batches_of: Any, kind: str, stop: str) -> None:
    """What is still open at the end is told by Python in a warning, which is an error here."""
    batches_of(1)
    name, write = INPUTS[kind]
    write(tmp_path / name)
    before = open_files(tmp_path)
    if stop == "a column is missing":
        result = run("score", tmp_path / name, "-i", "prqc")
        assert result.exit_code == 2
    elif stop == "a bad header":
        (tmp_path / name).write_bytes(b"")
        if kind == "xlsx":
            workbook(tmp_path / name, [])
        result = run("score", tmp_path / name, "-i", "ras")
        assert result.exit_code == 2
    else:
        with open_answers(tmp_path / name) as file:
            batches = file.batches(IDS)
            if stop == "after a batch":
                next(batches)
    assert open_files(tmp_path) == before == []


def open_files(folder: Path) -> list[str]:
    """Files of a folder that this process has open; empty where the system does not tell."""
    links = Path("/proc/self/fd").glob("*") if Path("/proc/self/fd").is_dir() else ()
    return [target for link in links if link.exists() and str(folder) in (target := str(link.readlink()))]


# ------------------------------------------------------------------ separators

SEPARATORS = (",", ";", "\t", "|")


@st.composite
def separated(draw: st.DrawFn) -> tuple[str, list[str], list[list[str]]]:
    """A separator, names that hold the other separators, and rows of numbers."""
    separator = draw(st.sampled_from(SEPARATORS))
    others = [mark for mark in SEPARATORS if mark != separator]
    letters = st.sampled_from("abyz")
    marks = st.sampled_from([*others, *(f"{mark} " for mark in others)])
    name = st.lists(st.tuples(letters, marks), max_size=5).map(lambda parts: "".join(map("".join, parts)))
    # the first name holds a mark, so that no mark but the separator makes header and rows alike
    parts = [draw(letters) + draw(marks) + draw(name), *draw(st.lists(name, min_size=1, max_size=4))]
    names = [f"{part}q{n}" for n, part in enumerate(parts)]
    cells = st.lists(st.sampled_from(["1", "2", "5", ""]), min_size=len(names), max_size=len(names))
    return separator, names, draw(st.lists(cells.filter(any), min_size=1, max_size=3))


@given(separated(), st.sampled_from([".csv", ".txt", ".tsv"]))
@example((";", ["q1, glad, yes", "q2, sad"], [["3", "4"]]), ".csv")
@example(("\t", ["q1; glad; yes", "q2"], [["3", "4"]]), ".txt")
@settings(max_examples=60, deadline=None)
def test_the_separator_is_the_one_that_splits_header_and_rows_alike(case, ending):
    separator, names, rows = case
    if ending == ".tsv" and separator != "\t":
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        path.write_text("\n".join(map(separator.join, [names, *rows])), encoding="utf-8")
        with open_answers(path) as file:
            assert (file.separator, file.names) == (separator, names)
            (batch,) = file.batches(names)
        assert batch.columns == dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_tsv_is_split_at_tabs_first(tmp_path: Path, mark: str) -> None:
    """In a .txt the other separator, which is in every name and cell, would win."""
    names, cells = [f"a{mark} b{mark} q{n}" for n in range(3)], [f"1{mark} 2{mark} {n}" for n in range(3)]
    for ending in (".tsv", ".txt"):
        (tmp_path / f"a{ending}").write_text("\t".join(names) + "\n" + "\t".join(cells), encoding="utf-8")
    assert open_answers(tmp_path / "a.tsv").names == names
    assert open_answers(tmp_path / "a.txt").separator == mark


@pytest.mark.parametrize("width", range(2, 9))
@pytest.mark.parametrize("separator", SEPARATORS)
def test_rows_of_uneven_width_go_by_the_header(separator: str, width: int) -> None:
    header = separator.join(f"q{n}" for n in range(width))
    assert delimited.detect_separator([header, separator.join("1" * (width + 1))]) == separator


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("header", [IDS, ["note\nof two lines", *IDS]], ids=["plain", "a name of two lines"])
def test_a_tsv_without_tabs_is_read_by_what_separates_it(
    tmp_path: Path, separator: str, header: list[str]
) -> None:
    lines = [separator.join(f'"{name}"' for name in header), separator.join("3" * len(header))]
    (tmp_path / "a.tsv").write_text("\n".join(lines), encoding="utf-8")
    with open_answers(tmp_path / "a.tsv") as file:
        assert (file.separator, file.names) == (separator, header)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_decimal_commas_are_read_with_every_other_separator(tmp_path: Path, separator: str) -> None:
    lines = [separator.join(["a", "b", "note"]), separator.join(["1,5", "0,5", "2,7"])]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    with open_answers(tmp_path / "a.csv") as file:
        (batch,) = file.batches(["a", "b"], ["note"])
    assert batch.columns == {"a": ["1.5"], "b": ["0.5"], "note": ["2,7"]}


BLANKS = ["", "\n", "\n\r\n", "  \n", ",,,,\n", ";;\n\n", '"",""\n', "\n" * 30, "\t\n"]


@pytest.mark.parametrize("said", ["", "sep={}\n", '"sep={}"\r\n'])
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_blank_lines_above_the_header_are_passed_over_and_counted(
    tmp_path: Path, blank: str, separator: str, said: str
) -> None:
    head = said.format(separator) + blank
    good, bad = separator.join("3" * 7), separator.join("3" * 8)
    for ending in (".csv", ".tsv"):
        path = tmp_path / f"a{ending}"
        path.write_bytes((head + "\n".join([separator.join(IDS), good, good]) + "\n").encode())
        with open_answers(path) as file:
            assert (file.separator, file.names) == (separator, IDS)
            (batch,) = file.batches(IDS)
            assert len(batch) == 2
        line = 1 + len(head.splitlines()) + 3
        for last, words in ((bad, f"line {line} has 8 fields"), (f'{good[:-1]}"3', f"line {line}: unexp")):
            path.write_bytes((head + "\n".join([separator.join(IDS), good, good, last])).encode())
            with open_answers(path) as file, pytest.raises(ResponseError, match=words):
                list(file.batches(IDS))


def test_an_open_quote_in_the_header_is_not_blank(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"\nnote",' + ",".join(IDS) + "\nx" + ",3" * 7, encoding="utf-8")
    assert open_answers(tmp_path / "a.csv").names == ["note", *IDS]


@pytest.mark.parametrize("content", ["", "\n\n", "sep=;\n", ",,,\n", " "])
def test_a_file_of_blank_lines_is_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ResponseError, match="is empty; its first line must name the columns"):
        open_answers(tmp_path / "a.csv")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_without_a_mark_is_read_as_the_message_advises(tmp_path: Path, encoding: str) -> None:
    name = tmp_path / "a.csv"
    name.write_bytes(("\n".join([",".join(IDS), ",".join("3" * 7)])).encode(encoding))
    with pytest.raises(
        ResponseError, match=f"looks like {encoding[:6].upper()} text; try encoding='{encoding}'"
    ):
        open_answers(name)
    assert f"On the command line: --encoding {encoding}\n" in run("score", name, "-i", "ras").output
    assert run("score", name, "-i", "ras", "--encoding", encoding).exit_code == 0


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252", None])
def test_the_encoding_that_is_advised_can_read_the_file(
    tmp_path: Path, encoding: str | None, ending: str
) -> None:
    text = {".csv": ",".join([*IDS, "\xe4\x81"]) + "\n" + "3," * 8, ".jsonl": '{"\xe4\x81": 3}'}[ending]
    (tmp_path / f"a{ending}").write_bytes(text.encode("latin-1"))
    with pytest.raises(ResponseError, match=r"encoding='(cp1252|latin-1)'") as caught:
        open_answers(tmp_path / f"a{ending}", encoding=encoding)
    advised = str(caught.value).split("encoding=")[1].strip("'")
    if advised == "cp1252":
        with pytest.raises(ResponseError, match="encoding='latin-1'"):
            open_answers(tmp_path / f"a{ending}", encoding=advised)
        advised = "latin-1"
    assert open_answers(tmp_path / f"a{ending}", encoding=advised).names[-1] == "\xe4\x81"


# ------------------------------------------------------------------ long texts and open quotes


@pytest.fixture
def usual_limit() -> Any:
    """Python's own limit of a field, whatever was read before in this process."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.parametrize("n_before", [0, 30])  # in the sample that is looked at first, and beyond it
@pytest.mark.parametrize("length", [131_073, 1_000_000])
def test_texts_may_be_long(tmp_path: Path, usual_limit: None, length: int, n_before: int) -> None:
    header, row = ",".join([*IDS, "note"]), "3," * 7
    lines = [header, *[f"{row}short"] * n_before, f'{row}"{"x" * length}"']
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run("score", tmp_path / "a.csv", "-i", "ras", "--keep", "note", "-o", tmp_path / "o.jsonl")
    assert result.exit_code == 0, result.output
    assert read_scores(tmp_path / "o.jsonl")[n_before] == {
        "row": n_before + 1,
        "note": "x" * length,
        "total": 3.0,
    }


@pytest.mark.parametrize(("n_before", "words"), [(0, "first 2 lines"), (30, "line 32")])
def test_texts_beyond_all_measure_are_refused_with_their_place(
    tmp_path: Path, usual_limit: None, monkeypatch: pytest.MonkeyPatch, n_before: int, words: str
) -> None:
    monkeypatch.setattr(delimited, "_LONGEST_FIELD", 1000)
    header, row = ",".join([*IDS, "note"]), "3," * 7
    lines = [header, *[f"{row}short"] * n_before, row + "x" * 1001]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run("score", tmp_path / "a.csv", "-i", "ras", "-o", tmp_path / "o.csv")
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert "larger than field limit (1000)" in result.output.replace("\n", " ")


@pytest.mark.parametrize("where", ["header", "header alone", "first row", "last row"])
@pytest.mark.parametrize("column", [0, 6])
def test_a_quote_that_is_never_closed_is_named(tmp_path: Path, where: str, column: int) -> None:
    rows = [list(IDS)] if where == "header alone" else [list(IDS), *[["3"] * 7] * 3]
    at = {"header": 0, "header alone": 0, "first row": 1, "last row": 3}[where]
    rows[at] = [*rows[at][:column], f'"{rows[at][column]}', *rows[at][column + 1 :]]
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    result = run("score", tmp_path / "a.csv", "-i", "ras", "-o", tmp_path / "o.csv")
    assert result.exit_code == 2, result.output
    file = delimited.DelimitedFile(tmp_path / "a.csv")
    if column == 6 or at > 0:  # all columns are known, and the reader meets the end of the file
        assert file.names[:6] == IDS[:6]
    with pytest.raises(ResponseError, match=rf"line {len(rows)}: unexpected end of data"):
        list(file.batches([]))


# ------------------------------------------------------------------ workbooks


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            book.active.cell(at, column, value)
    book.save(path)
    return path


@pytest.mark.parametrize("rows", [[], [[None] * 7], [[None], IDS], [[], [], IDS, [3] * 7]], ids=str)
def test_a_sheet_whose_first_row_is_empty_names_no_columns(tmp_path: Path, rows: list[list[Any]]) -> None:
    path = workbook(tmp_path / "a.xlsx", *rows)
    with pytest.raises(ResponseError, match="the first row of sheet 'Sheet' must name the columns"):
        open_answers(path)
    assert run("score", path, "-i", "ras").exit_code == 2


def test_a_workbook_of_charts_has_no_answers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    chart = BarChart()
    chart.add_data(Reference(book.active, 1, 1))
    book.create_chartsheet("figure").add_chart(chart)
    book.remove(book.active)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(ResponseError, match="has charts but no sheet"):
        open_answers(tmp_path / "a.xlsx")


@pytest.mark.parametrize("rows", [1, 1000])
@pytest.mark.parametrize("n_blank", [0, 2])
@pytest.mark.parametrize("at", [0, 1, 3])
def test_the_line_of_a_row_that_is_too_long_is_named(
    tmp_path: Path, batches_of: Any, at: int, n_blank: int, rows: int
) -> None:
    """Blank rows are no persons, and yet they count as lines."""
    batches_of(rows)
    good, line = [3] * 7, 2 + at + n_blank
    table = [list(IDS), *[[]] * n_blank, *[good] * at, [*good, 4]]
    workbook(tmp_path / "a.xlsx", *table)
    lines = [",".join(map(str, row)) for row in table]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in ("a.xlsx", "a.csv"):
        words = rf"line {line} has 8 fields, the header 7"
        with open_answers(tmp_path / name) as file, pytest.raises(ResponseError, match=words):
            list(file.batches(IDS))


BEYOND = [0, 0.0, False, "0", 4, "note"]


@pytest.mark.parametrize("blanks", [[], [None], ["", " "]], ids=str)
@pytest.mark.parametrize("value", BEYOND, ids=repr)
def test_a_0_beyond_the_header_is_a_value(tmp_path: Path, value: Any, blanks: list[Any]) -> None:
    """Whoever left out a cell of the header has answers one column off."""
    row = [2, None, 5, 4, 3, 2, 1, 5]
    workbook(tmp_path / "a.xlsx", ["id", *IDS], [*row, *blanks, value])
    texts = ["" if cell is None else str(cell) for cell in [*row, *blanks, value]]
    (tmp_path / "a.csv").write_text(",".join(["id", *IDS]) + "\n" + ",".join(texts), encoding="utf-8")
    for name in ("a.xlsx", "a.csv"):
        words = rf"line 2 has {9 + len(blanks)} fields, the header 8"
        with open_answers(tmp_path / name) as file, pytest.raises(ResponseError, match=words):
            list(file.batches(IDS))


@pytest.mark.parametrize("blanks", [[""], [" "], [None, "", "\t "]], ids=repr)
def test_blank_cells_beyond_the_header_are_ignored(tmp_path: Path, blanks: list[Any]) -> None:
    workbook(tmp_path / "a.xlsx", [*IDS, *blanks], [*[3] * 7, *blanks], [*[0] * 7, *blanks])
    texts = ",".join("" if cell is None else cell for cell in blanks)
    (tmp_path / "a.csv").write_text(",".join(IDS) + "\n" + "3," * 7 + texts + "\n", encoding="utf-8")
    for name, n in (("a.xlsx", 2), ("a.csv", 1)):
        with open_answers(tmp_path / name) as file:
            assert sum(map(len, file.batches(IDS))) == n


# ------------------------------------------------------------------ cells

VALUES: dict[str, tuple[Any, list[Any]]] = {
    "floats": (np.array([1.5, math.nan]), [1.5, None]),
    "short floats": (np.array([math.nan, 0.5], dtype=np.float32), [None, 0.5]),
    "only nan": (np.array([math.nan]), [None]),
    "whole numbers": (np.array([1, -2]), [1, -2]),
    "counts": (np.array([0, 255], dtype=np.uint8), [0, 255]),
    "truth values": (np.array([True, False]), [True, False]),
    "texts": (np.array(["a", "nan", ""]), ["a", "nan", ""]),
    "days": (np.array(["2024-01-03", "NaT"], dtype="M8[D]"), [date(2024, 1, 3), None]),
    "objects": (np.array(["a", math.nan, None, 3], dtype=object), ["a", None, None, 3]),
    "none": (np.array([]), []),
    "a list": (["a", math.nan, None, 2.5, 7], ["a", None, None, 2.5, 7]),
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_column_of_any_kind_becomes_python_values(kind: str) -> None:
    values, expected = VALUES[kind]
    found = base.python_values(values)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize("output", OUTPUTS)
def test_columns_of_texts_next_to_scores_are_written(tmp_path: Path, output: str) -> None:
    """Whatever a column of results holds: figures, counts, or words such as a category."""
    columns: dict[str, Any] = {
        "total": np.array([3.5, math.nan]),
        "n": np.array([7, 0]),
        "category": np.array(["improved", "no score"]),
    }
    with open_output(tmp_path / output) as file:
        file.write(ListTable({"name": NAMES[:2]}, 2), ["name"], columns)
        file.commit()
    first, last = (
        {k: None if v is None else str(v) for k, v in row.items()} for row in read_scores(tmp_path / output)
    )
    assert first == {"name": "Ana", "total": "3.5", "n": "7", "category": "improved"}
    assert last == {"name": "Bo", "total": None, "n": "0", "category": "no score"}


def test_answers_of_all_formats_are_the_same_cells(tmp_path: Path) -> None:
    for name, write in INPUTS.values():
        write(tmp_path / name)
        found: dict[str, list[Any]] = {}
        with open_answers(tmp_path / name) as file:
            for batch, item in itertools.product(file.batches(IDS), IDS):
                values = base.python_values(batch.values(item, "keep"))
                found.setdefault(item, []).extend(int(v) if v not in ("", None) else None for v in values)
        assert list(found.values()) == [list(column) for column in itertools.zip_longest(*ANSWERS)]


@pytest.mark.parametrize(
    ("line", "stands_twice"),
    [
        ('{"a": 1, "a": 2}', True),
        ('{"a": 1, "a": 1}', True),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', True),
        ('{"a": 1, "b": "x: y", "a": 2}', True),
        ('{"a\\u0062": 1, "ab": 2}', True),
        ('{"a": 1, "b": "x: y"}', False),
        ('{"a:": 1, "b": ":"}', False),
    ],
)
def test_a_name_that_stands_twice_is_found_wherever_colons_stand(
    tmp_path: Path, line: str, stands_twice: bool
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    if not stands_twice:
        assert next(iter(JsonLinesFile(path)._rows())) == json.loads(line)
        return
    with pytest.raises(ResponseError, match=r"line 1 is not JSON: the name .* occurs twice"):
        JsonLinesFile(path)
