"""Files whose order, signs or bytes could give a wrong answer or leave a trace; advice about first rows."""

from __future__ import annotations

import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from intimacy_scales import Instrument, MissingColumnsError, ResponseError
from intimacy_scales.jobs import score_file
from tests.shared.commands import run
from tests.shared.instruments import form_of
from tests.shared.workbooks import SHEET, changed


def form(maximum: int = 7, minimum: int = 1, **scale: Any) -> Instrument:
    points = {"minimum": minimum, "maximum": maximum, **scale}
    return form_of({"s": "a b"}, id="form", title="Form", response_scale=points)


def cell(place: str, value: int) -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


def workbook(path: Path, rows: str) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 1])
    book.save(path)

    def put(xml: bytes) -> bytes:
        head, row, rest = xml.partition(b'<row r="2"')
        assert row
        return head + rows.encode() + rest[rest.index(b"</sheetData>") :]

    return changed(path, SHEET, put)


DAMAGED = {
    "a row before a lower one": (
        f'<row r="3">{cell("A3", 7)}{cell("B3", 7)}</row><row r="2">{cell("A2", 1)}</row>',
        "row 2 comes after row 3",
    ),
    "a row twice": (
        f'<row r="2">{cell("A2", 7)}</row><row r="2">{cell("B2", 1)}</row>',
        "row 2 occurs twice",
    ),
    "the header again": (f'<row r="1">{cell("A1", 7)}</row>', "row 1 occurs twice"),
    "a row far below first": (
        f'<row r="9">{cell("A9", 7)}</row><row>{cell("A10", 1)}</row><row r="4"/>',
        "row 4 comes after row 10",
    ),
    "a cell twice": (
        f'<row r="2">{cell("A2", 7)}{cell("A2", 1)}{cell("B2", 1)}</row>',
        "cell A2 occurs twice",
    ),
    "cells in falling order": (
        f'<row r="2">{cell("B2", 7)}{cell("A2", 1)}</row>',
        "cell A2 comes after cell B2",
    ),
    "a cell without a place before one": (
        f'<row r="2"><c><v>7</v></c><c><v>7</v></c>{cell("A2", 1)}</row>',
        "cell A2 comes after cell B2",
    ),
    "cells of another row": (f'<row r="2">{cell("A5", 7)}{cell("B5", 7)}</row>', "cell A5 is in row 2"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_rows_and_cells_of_a_workbook_out_of_order_are_refused(tmp_path: Path, name: str) -> None:
    rows, told = DAMAGED[name]
    path = workbook(tmp_path / "a.xlsx", rows)
    for output in (None, tmp_path / "o.csv"):
        with pytest.raises(ResponseError, match=f"sheet 'Sheet' is damaged: {told}"):
            score_file(form(), path, output=output)
    assert not (tmp_path / "o.csv").exists()


def test_rows_and_cells_without_places_are_read(tmp_path: Path) -> None:
    rows = (
        f'<row><c><v>7</v></c><c><v>5</v></c></row><row r="4">{cell("B4", 1)}</row><row r="5"/>'
        f'<row r="6" spans="1:2">{cell("A6", 2)}{cell("B6", 4)}{cell("D6", 9)[:0]}</row>'
    )
    report = score_file(form(), workbook(tmp_path / "a.xlsx", rows), output=tmp_path / "o.csv")
    assert (tmp_path / "o.csv").read_text() == "row,s\n1,6.0\n2,\n3,1.0\n4,\n5,3.0\n"
    assert report.n_blank_rows == 2


WIDE = form(1000, 0)
UNCLEAR = {
    "tabs": (WIDE, "a\tb\n2\t3\n1,000\t2\n", {}),
    "semicolons": (WIDE, "a;b\n2;3\n1,000;2\n", {}),
    "bars and a sign": (WIDE, "a|b\n2|3\n+1,000|2\n", {}),
    "points elsewhere": (WIDE, "a;b;x\n2;3;3,5\n1,000;2;3.5\n", {}),
    "millions elsewhere": (WIDE, "a;b;x\n2;3;3,5\n 1,000 ;2;1,000,000\n", {}),
    "a missing code": (form(), "a;b\n2;3\n1,000;2\n", {"missing_codes": [1000]}),
    "a recoded value": (form(), "a;b\n2;3\n5,000;2\n", {"recode": {5000: 1}}),
    "a point and a decimal comma": (form(), "a;b\n2;1,0\n1.000;2\n", {}),
    "a point and a comma elsewhere": (WIDE, "a\tb\tx\n2\t3\t0,25\n1.000\t2\t\n", {}),
    "a point and both marks elsewhere": (WIDE, "a;b;x\n2;3;0,25\n1.000;2;2.5\n", {}),
    "a point in a large file": (form(), "a;b;x\n2;1;\n1.000;2;\n" + "3;4;\n" * 120_000 + "3;4;1,5\n", {}),
}
CLEAR = {
    "one decimal elsewhere": (WIDE, "a;b;x\n1,000;2;\n3;4;3,5\n", {}, [1.5, 3.5]),
    "a nought before the comma": (form(1, 0, step=0.125), "a;b\n1,000;0,125\n0;1\n", {}, [0.5625, 0.5]),
    "no thousand is an answer": (form(), "a;b\n1,000;2,000\n3;4\n", {}, [1.5, 3.5]),
    "four digits before elsewhere": (WIDE, "a\tb\tx\n1,000\t2\t1500,25\n3\t4\t\n", {}, [1.5, 3.5]),
    "points alone": (WIDE, "a;b\n1.000;2.000\n3.000;4.000\n", {}, [1.5, 3.5]),
    "certain points, and a list": (form(), "a;b;x\n1.000;2;1,2\n3;4;0.5\n", {}, [1.5, 3.5]),
    "one digit more": (WIDE, "a;b;x\n1.0000;2;3,5\n3;4;3.5\n", {}, [1.5, 3.5]),
    "commas separate": (form(), "a,b,x\n1.000,2,3\n3,4,5\n", {}, [1.5, 3.5]),
    "plain thousands": (WIDE, "a;b\n1000;2\n3;4\n", {}, [501.0, 3.5]),
}


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("name", UNCLEAR)
def test_a_comma_that_may_be_of_thousands_is_refused(tmp_path: Path, name: str, hidden: bool) -> None:
    one, text, options = UNCLEAR[name]
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(ResponseError, match=r"row 2, column 'a': .* or be in thousands") as caught:
        score_file(one, tmp_path / "a.txt", show_values=not hidden, **options)
    assert (re.search("[0-9][.,]000 ?'", str(caught.value)) is not None) != hidden


@pytest.mark.parametrize("name", CLEAR)
def test_a_comma_is_read_where_its_meaning_is_clear(tmp_path: Path, name: str) -> None:
    one, text, options, scores = CLEAR[name]
    (tmp_path / "a.txt").write_text(text)
    score_file(one, tmp_path / "a.txt", output=tmp_path / "o.csv", **options)
    written = (tmp_path / "o.csv").read_text().splitlines()[1:]
    assert [float(line.partition(",")[2]) for line in written] == scores


def broken_cell(path: Path) -> None:
    workbook(path, '<row r="2"><c r="A2"><v>KIM</v></c></row>')


BROKEN: dict[str, tuple[str, bytes | Callable[[Path], None], dict[str, str]]] = {
    "UTF-8": ("a.csv", b"a,b\n1,KIM\xff\n", {"encoding": "utf-8"}),
    "ASCII": ("a.csv", "a,b\n1,KIM\u00e9\n".encode(), {"encoding": "ascii"}),
    "UTF-16 cut off": ("a.csv", "a,b\n1,KIM\n".encode("utf-16")[:-1], {}),
    "late in the file": ("a.csv", b"a,b\n" + b"1,2\n" * 9000 + b"1,KIM\xff\n", {"encoding": "utf-8"}),
    "JSON lines": ("a.jsonl", b'{"a":1,"b":1}\n{"a":"KIM\xff"}\n', {}),
    "no JSON": ("a.jsonl", b'{"a":1,"b":1}\n{"a":"KIM"\n', {}),
    "a cell": ("a.xlsx", broken_cell, {}),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("by_variable", [False, True])
def test_no_error_about_bytes_holds_on_to_the_file(
    tmp_path: Path, name: str, by_variable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, content, options = BROKEN[name]
    if isinstance(content, bytes):
        (tmp_path / file).write_bytes(content)
    else:
        content(tmp_path / file)
    if by_variable:
        monkeypatch.setenv("INTIMACY_SCALES_SHOW_VALUES", "0")
    with pytest.raises(ResponseError) as caught:
        score_file(form(), tmp_path / file, show_values=None if by_variable else False, **options)
    error: BaseException | None = caught.value
    while error is not None:
        hanging = [str(error), repr(error.args), repr(vars(error)), repr(pickle.dumps(error.args))]
        hanging += [repr(getattr(error, kind, None)) for kind in ("object", "doc", "msg")]
        hanging += traceback.format_exception_only(error)
        assert "KIM" not in "".join(hanging)
        assert "K\\x00I\\x00M" not in "".join(hanging)
        error = error.__cause__ or error.__context__


def book_of(path: Path, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


TITLED = {
    "a title with a comma": ("a.csv", "My survey, 2024\na,b\n1,2\n", 2),
    "a title and a blank line": ("a.csv", "My survey\n\nx,a,b\n1,1,2\n", 3),
    "blank lines above": ("a.csv", "\n\nMy survey\na;b\n1;2\n", 4),
    "three lines, semicolons": ("a.txt", "My survey, 2024\nof us\nsince May\nid;a;b\nx;1;2\n", 4),
    "a workbook": ("a.xlsx", [["My survey"], [], ["a", "b"], [1, 2]], 3),
}


@pytest.mark.parametrize("name", TITLED)
def test_rows_above_the_names_of_columns_are_named(tmp_path: Path, name: str) -> None:
    file, content, line = TITLED[name]
    path = tmp_path / file
    if isinstance(content, str):
        path.write_text(content)
    else:
        book_of(path, content)
    with pytest.raises(MissingColumnsError, match=f"names of the columns seem to be in row {line}: "):
        score_file(form(), path)
    if isinstance(content, str):  # the advice is tried
        path.write_text("".join(content.splitlines(keepends=True)[line - 1 :]))
    else:
        book_of(path, content[line - 1 :])
    assert score_file(form(), path).n_persons == 1


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.csv", "3,4\n1,2\n"),
        ("a.csv", "3;4,5;\n1;2;\n"),
        ("a.txt", "3\t4\t4\n1\t2\t4\n"),
        ("a.xlsx", [[3, 4], [1, 2]]),
    ],
)
def test_a_file_without_names_of_columns_is_told_so(tmp_path: Path, file: str, content: Any) -> None:
    if isinstance(content, str):
        (tmp_path / file).write_text(content)
    else:
        book_of(tmp_path / file, content)
    for shown in (True, False):
        with pytest.raises(
            MissingColumnsError, match="add a row with the names of the columns above"
        ) as caught:
            score_file(form(), tmp_path / file, show_values=shown)
        assert ("'3'" in str(caught.value)) == shown


def test_other_missing_columns_get_no_advice_about_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,q1,q2\na,2,3\n")
    with pytest.raises(MissingColumnsError) as caught:
        score_file(form(), tmp_path / "a.csv")
    assert "row" not in str(caught.value).replace(str(tmp_path), "")


@pytest.mark.parametrize("name", ["map.txt", "map.csv", "MAP.YAML", "columns"])
def test_other_columns_of_a_file_are_listed(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").write_text("q1,q2\n1,2\n")
    (tmp_path / name).write_text('a = "q1"\nb = "q2"\n')
    result = run("score", tmp_path / "a.csv", "-i", "ras", "--columns", tmp_path / name)
    told = " ".join(result.output.split())
    assert result.exit_code == 2
    assert "allowed for a file of columns: .toml, with lines of item = " in told
    assert "and .json, with" in told
    assert ".toml or .json file" in " ".join(run("score", "--help").output.replace("│", " ").split())


def test_one_blank_row_has_no_score(tmp_path: Path) -> None:
    lines = "1,1,1,1,1,1,1\n"
    (tmp_path / "a.csv").write_text(",".join(f"ras_{n}" for n in range(1, 8)) + f"\n{lines}\n{lines}")
    assert (
        "1 row is blank: it has no score, and keeps its place."
        in run("score", tmp_path / "a.csv", "-i", "ras").output
    )
