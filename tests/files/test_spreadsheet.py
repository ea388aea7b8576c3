"""Workbooks as programs and people leave them: formulas never computed, damage, several sheets."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from intimacy_scales import MissingColumnsError, ResponseError
from intimacy_scales.files import formulas, open_answers
from intimacy_scales.files.spreadsheet import SpreadsheetFile
from intimacy_scales.jobs import score_file
from tests.shared.answer_files import IDS
from tests.shared.commands import run
from tests.shared.workbooks import BOOK, SHEET, changed

HEADER = ["id", *IDS, "note"]


def with_cells(path: Path, cells: dict[str, str], *, compute_all: bool = False, n: int = 4) -> Path:
    """Write a workbook of answers of 3, in which some cells are XML of their own."""
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for person in range(n):
        book.active.append([f"p{person}", *[3] * 7, "said"])
    for place in cells:
        book.active[place] = 77
    book.save(path)

    def put(xml: bytes) -> bytes:
        for place, own in cells.items():
            xml, found = re.subn(
                rb'<c r="%b" t="n"><v>77</v></c>' % place.encode(),
                own.format(place=place).encode().replace(b"\\", b"\\\\"),
                xml,
            )
            assert found == 1
        return xml

    changed(path, SHEET, put)
    asks = b'fullCalcOnLoad="1"' if compute_all else b""
    return changed(path, BOOK, lambda xml: xml.replace(b'fullCalcOnLoad="1"', asks))


UNCOMPUTED = {
    "no value": '<c r="{place}"><f>1+1</f></c>',
    "an empty value": '<c r="{place}"><f>1+1</f><v></v></c>',
    "a closed value": '<c r="{place}" s="0"><f>1+1</f><v /></c>',
    "blank": '<c r="{place}"><f>1+1</f><v> </v></c>',
    "a text without value": '<c r="{place}" t="str"><f>1+1</f></c>',
    "attributes": '<c r="{place}"><f t="array" ref="{place}">1+1</f></c>',
    "shared": '<c r="{place}"><f t="shared" si="0"/></c>',
    "lines": '<c r="{place}">\n <f>A1&lt;2</f>\n</c>',
}
COMPUTED = {
    "a number": '<c r="{place}"><f>1+1</f><v>4</v></c>',
    "an empty text": '<c r="{place}" t="str"><f>""</f><v></v></c>',
    "a closed empty text": '<c r="{place}" t="str"><f>""</f><v/></c>',
    "a text": '<c r="{place}" t="str"><f>"4"</f><v>4</v></c>',
}


@pytest.mark.parametrize("compute_all", [False, True])
@pytest.mark.parametrize("cell", UNCOMPUTED)
@pytest.mark.parametrize(
    ("places", "shown"),
    [
        (["B2"], "1 formula without a value in columns that are read (B2)"),
        (["H5"], "(H5)"),
        (
            ["B2", "C2", "D4", "E5", "F5"],
            "5 formulas without a value in columns that are read (B2, C2, D4, …)",
        ),
    ],
)
def test_formulas_that_nobody_computed_are_told(
    tmp_path: Path, places: list[str], shown: str, cell: str, compute_all: bool
) -> None:
    path = with_cells(tmp_path / "a.xlsx", dict.fromkeys(places, UNCOMPUTED[cell]), compute_all=compute_all)
    for how in ("raise", "missing"):
        with pytest.raises(ResponseError, match=re.escape(shown)) as caught:
            score_file("ras", path, on_invalid=how)
        assert "save it" in str(caught.value)
        assert "'Sheet'" in str(caught.value)


@pytest.mark.parametrize("compute_all", [False, True])
@pytest.mark.parametrize("cell", COMPUTED)
def test_formulas_count_as_the_values_stored_with_them(tmp_path: Path, cell: str, compute_all: bool) -> None:
    path = with_cells(tmp_path / "a.xlsx", {"B2": COMPUTED[cell]}, compute_all=compute_all)
    with open_answers(path) as file:
        (batch,) = file.batches(IDS)
    assert batch.columns["ras_1"][0] in (4, "4", None)
    assert (batch.columns["ras_1"][0] is None) == ("empty" in cell)
    assert score_file("ras", path).n_problems == 0


@pytest.mark.parametrize(("compute_all", "told"), [(True, True), (False, False)])
def test_a_0_that_stands_for_a_value_is_not_an_answer(tmp_path: Path, compute_all: bool, told: bool) -> None:
    """XlsxWriter, and what builds on it, writes 0 for a value and asks for all to be computed."""
    cells = {"C3": '<c r="{place}"><f>6-2</f><v>0</v></c>'}
    with open_answers(with_cells(tmp_path / "a.xlsx", cells, compute_all=compute_all)) as file:
        if told:
            with pytest.raises(ResponseError, match=r"\(C3\)"):
                list(file.batches(IDS))
        else:
            (batch,) = file.batches(IDS)
            assert batch.columns["ras_2"] == [3, 0, 3, 3]


@pytest.mark.parametrize(
    ("place", "option"), [("A3", {"person": "id"}), ("I4", {"keep": ["note"]}), ("A5", {"keep": "id"})]
)
def test_only_columns_that_are_read_matter(tmp_path: Path, place: str, option: dict[str, Any]) -> None:
    path = with_cells(tmp_path / "a.xlsx", {place: UNCOMPUTED["no value"]})
    assert score_file("ras", path).n_persons == 4
    with pytest.raises(ResponseError, match=rf"\({place}\)"):
        score_file("ras", path, **option)


@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize("places", [False, True])
def test_formulas_are_found_however_the_sheet_is_written(tmp_path: Path, places: bool, prefix: bool) -> None:
    """Cells need not say where they stand, and tags may have a prefix."""
    path = with_cells(tmp_path / "a.xlsx", {"D3": UNCOMPUTED["no value"]})

    def rewritten(xml: bytes) -> bytes:
        if not places:
            xml = re.sub(rb'(<(?:c|row)) r="\w+"', rb"\1", xml)
        if prefix:
            xml = re.sub(rb"<(/?)(\w+)", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=")
        return xml

    with open_answers(changed(path, SHEET, rewritten)) as file, pytest.raises(ResponseError, match=r"\(D3\)"):
        list(file.batches(IDS))


@pytest.mark.parametrize("before", [0, 1, 2, 3, 50])
@pytest.mark.parametrize("tag", [b"<f>", b"<f ", b"<f/>", b"<x:f>", b"<f\n"])
def test_a_formula_is_found_across_the_pieces_that_are_read(
    monkeypatch: pytest.MonkeyPatch, tag: bytes, before: int
) -> None:
    monkeypatch.setattr(formulas, "_CHUNK", 3)
    assert formulas.holds_formulas(io.BytesIO(b"<c>" + b" " * before + tag))
    assert not formulas.holds_formulas(io.BytesIO(b"<formula1><filter/>:f<v>" + b" " * before))


@pytest.mark.parametrize("column", [1, 2, 26, 27, 52, 53, 702, 703, 16384])
def test_columns_have_the_letters_that_a_sheet_shows(column: int) -> None:
    assert formulas.column_letters(column) == openpyxl.utils.get_column_letter(column)


# ------------------------------------------------------------------ damage


def answers_in(path: Path, n: int = 40) -> bytes:
    with_cells(path, {}, n=n)
    return path.read_bytes()


def read_all(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with open_answers(path) as file:
            for _ in file.batches([name for name in file.names if name in IDS]):
                pass


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_are_told_and_never_crash(tmp_path: Path, seed: int) -> None:
    path, rng = tmp_path / "a.xlsx", random.Random(seed)
    data = bytearray(answers_in(path))
    for _ in range(rng.choice([1, 5, 50])):
        data[rng.randrange(4, len(data))] = rng.randrange(256)
    path.write_bytes(data)
    try:
        read_all(path)
    except ResponseError as error:
        assert str(error).startswith(str(path))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9, 0.99])
def test_a_workbook_that_is_cut_off_is_told(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.xlsx"
    data = answers_in(path)
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ResponseError, match="damaged workbook"):
        read_all(path)


PARTS = [
    SHEET,
    BOOK,
    "xl/styles.xml",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
]
BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda xml: xml[: len(xml) // 2],
    "empty": lambda xml: b"",
    "no XML": lambda xml: b"hello",
    "another tag": lambda xml: b"<html><body/></html>",
    "no number": lambda xml: xml.replace(b"<v>3</v>", b"<v>three</v>"),
    "no such text": lambda xml: xml.replace(b'"n"><v>3</v>', b'"s"><v>999</v>'),
    "a broken tag": lambda xml: xml.replace(b"</", b"<", 1),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("how", BREAKS)
def test_broken_parts_are_told(tmp_path: Path, part: str, how: str) -> None:
    answers_in(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        if BREAKS[how](archive.read(part)) == archive.read(part):
            return
    path = changed(tmp_path / "a.xlsx", part, BREAKS[how])
    try:
        read_all(path)
    except ResponseError as error:
        assert re.search(r"damaged workbook: .+; open it|must name the columns|no sheet", str(error))
        assert "\n" not in str(error)
    else:
        assert part != SHEET


def test_bytes_damaged_within_the_sheet_are_a_damaged_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    data = bytearray(answers_in(path, n=3000))
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(SHEET)
    at = info.header_offset + 30 + len(SHEET) + info.compress_size // 2
    data[at : at + 40] = b"\xff" * 40
    path.write_bytes(data)
    result = run("score", path, "-i", "ras", "-o", tmp_path / "o.csv")
    assert result.exit_code == 2, result.output
    assert "is a damaged workbook" in result.output
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]


# ------------------------------------------------------------------ sheets


def sheets(path: Path, **rows: list[list[Any]]) -> Path:
    """Write a workbook of sheets; the names of hidden ones begin with an underscore."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in rows.items():
        sheet = book.create_sheet(name.lstrip("_"))
        if name.startswith("_"):
            sheet.sheet_state = "veryHidden" if name.startswith("__") else "hidden"
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


NOTES, ANSWERS = [["Wave", "asked in"], [1, "May"]], [IDS, [3] * 7]


@pytest.mark.parametrize("notes", [NOTES, [["made by us"]]])
def test_the_sheet_that_was_read_is_named_where_columns_are_missing(tmp_path: Path, notes: Any) -> None:
    path = sheets(tmp_path / "a.xlsx", notes=notes, answers=ANSWERS, _old=ANSWERS)
    with pytest.raises(MissingColumnsError) as caught:
        score_file("ras", path)
    assert "Sheet 'notes' was read" in str(caught.value)
    assert "there are also 'answers', 'old' (hidden)" in str(caught.value)
    assert caught.value.missing == tuple(IDS)


@pytest.mark.parametrize("n", [2, 9, 10, 30])
def test_many_sheets_are_named_in_part(tmp_path: Path, n: int) -> None:
    path = sheets(tmp_path / "a.xlsx", **{f"s{i}": NOTES for i in range(n)})
    with pytest.raises(MissingColumnsError) as caught:
        score_file("ras", path)
    assert ("more." in str(caught.value)) == (n > 9)
    assert ("there is also" in str(caught.value)) == (n == 2)


def test_sheets_are_not_mentioned_without_need(tmp_path: Path) -> None:
    with pytest.raises(MissingColumnsError) as caught:
        score_file("ras", sheets(tmp_path / "a.xlsx", notes=NOTES))
    assert "Sheet" not in str(caught.value)
    assert score_file("ras", sheets(tmp_path / "b.xlsx", answers=ANSWERS, notes=NOTES)).n_persons == 1


def test_an_empty_first_sheet_names_the_others(tmp_path: Path) -> None:
    path = sheets(tmp_path / "a.xlsx", Sheet1=[], answers=ANSWERS)
    with pytest.raises(ResponseError, match=r"first row of sheet 'Sheet1'(.|\n)*there is also 'answers'"):
        open_answers(path)


@pytest.mark.parametrize("mark", ["_", "__"])
@pytest.mark.parametrize("hidden", [NOTES, [IDS, [1] * 7], []])
def test_hidden_sheets_are_passed_over(tmp_path: Path, hidden: Any, mark: str) -> None:
    path = sheets(tmp_path / "a.xlsx", **{f"{mark}lists": hidden, "answers": ANSWERS})
    assert score_file("ras", path).summary.scales[0].mean == 3


def test_a_workbook_may_hide_all(tmp_path: Path) -> None:
    path = sheets(tmp_path / "a.xlsx", answers=ANSWERS)
    changed(path, BOOK, lambda xml: xml.replace(b'state="visible"', b'state="hidden"'))
    with pytest.raises(ResponseError, match="all its sheets are hidden"):
        open_answers(path)


def test_blank_names_at_the_end_of_the_header_are_ignored(tmp_path: Path) -> None:
    path = sheets(tmp_path / "a.xlsx", answers=[[*IDS, " ", ""], [3] * 7])
    with open_answers(path) as file:
        assert isinstance(file, SpreadsheetFile)
        assert file.names == IDS
