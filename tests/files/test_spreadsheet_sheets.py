"""Which sheet of a workbook is read: the one that is named, or the only one that can be meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from intimacy_scales import MissingColumnsError, ResponseError
from intimacy_scales.files import open_answers
from intimacy_scales.jobs import reliability_file, score_file, structure_file
from tests.shared.answer_files import IDS
from tests.shared.commands import run

PILOT, MAIN = [IDS, [5] * 7], [IDS, [1] * 7]
NOTES = [["Wave", "asked in"], [1, "May"]]
OTHER = [[*IDS[:6], "ras_x"], [2] * 7]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    """Write sheets; those whose names begin with an underscore are hidden."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.lstrip("_"))
        sheet.sheet_state = "hidden" if name.startswith("_") else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def mean(path: Path, **options: Any) -> float:
    return score_file("ras", path, **options).summary.scales[0].mean


@pytest.mark.parametrize(
    ("sheets", "named"),
    [
        ({"Pilot": PILOT, "Main": MAIN}, "sheets 'Pilot' and 'Main'"),
        ({"notes": NOTES, "Pilot": PILOT, "Main": MAIN}, None),  # the first is not one of them
        ({"Pilot": PILOT, "notes": NOTES, "Main": MAIN}, "sheets 'Pilot' and 'Main'"),
        ({"a": PILOT, "b": MAIN, "c": [["id", *IDS]]}, "sheets 'a' and 'b' and 'c'"),
    ],
)
def test_several_sheets_with_the_columns_are_named(tmp_path: Path, sheets: Any, named: str | None) -> None:
    path = workbook(tmp_path / "a.xlsx", **sheets)
    with pytest.raises(ResponseError) as caught:
        score_file("ras", path)
    if named is None:
        assert "Sheet 'Pilot' has all of these columns: sheet='Pilot'." in str(caught.value)
    else:
        assert f"{named} all have these columns" in str(caught.value)


@pytest.mark.parametrize(
    "sheets",
    [
        {"Main": MAIN},
        {"Main": MAIN, "notes": NOTES},
        {"Main": MAIN, "_old": PILOT},  # nobody sees it
        {"_old": PILOT, "Main": MAIN},
        {"Main": MAIN, "other": OTHER},  # lacks an item
        {"Main": MAIN, "empty": []},
    ],
)
def test_nothing_is_asked_where_one_alone_can_be_meant(tmp_path: Path, sheets: Any) -> None:
    path = workbook(tmp_path / "a.xlsx", **sheets)
    assert mean(path) == mean(path, sheet="Main")


@pytest.mark.parametrize("name", ["Main", "main", " MAIN "])
def test_a_sheet_is_chosen_by_its_name(tmp_path: Path, name: str) -> None:
    path = workbook(tmp_path / "a.xlsx", Pilot=PILOT, Main=MAIN, _old=PILOT)
    assert mean(path, sheet=name) < mean(path, sheet="Pilot") == mean(path, sheet="old")
    with open_answers(path, sheet=name) as file:
        (batch,) = file.batches(IDS)
        assert batch.column("ras_1") == [1]


@pytest.mark.parametrize("name", ["Mian", "", "3", "x" * 50])
def test_no_such_sheet(tmp_path: Path, name: str) -> None:
    path = workbook(tmp_path / "a.xlsx", Pilot=PILOT, Main=MAIN)
    with pytest.raises(ResponseError, match=f"has no sheet '{name}'.*it has 'Pilot', 'Main'") as caught:
        open_answers(path, sheet=name)
    assert ("did you mean 'Main'" in str(caught.value)) == (name == "Mian")


def test_only_workbooks_have_sheets(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(IDS) + "\n3,3,3,3,3,3,3\n", encoding="utf-8")
    with pytest.raises(ResponseError, match="is not a workbook, and has no sheet 'Main'"):
        score_file("ras", tmp_path / "a.csv", sheet="Main")
    position: Any = 1
    with pytest.raises(ResponseError, match="is not valid; pass the name of a sheet"):
        score_file("ras", workbook(tmp_path / "a.xlsx", Main=MAIN), sheet=position)


def test_the_sheet_with_the_columns_is_told_where_another_was_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", notes=NOTES, more=NOTES, Main=MAIN)
    with pytest.raises(MissingColumnsError) as caught:
        score_file("ras", path)
    assert "Sheet 'notes' was read, the first that is not hidden" in str(caught.value)
    assert "Sheet 'Main' has all of these columns: sheet='Main'." in str(caught.value)
    assert mean(path, sheet="Main") == mean(workbook(tmp_path / "b.xlsx", Main=MAIN))
    with pytest.raises(MissingColumnsError, match="Sheet 'more' was read; there are also 'notes', 'Main'"):
        score_file("ras", path, sheet="more")


def test_every_function_and_command_takes_a_sheet(tmp_path: Path) -> None:
    rows = [[1 + (p + p * i % 3) % 5 for i in range(7)] for p in range(40)]
    rows = [[6 - x if i in (3, 6) else x for i, x in enumerate(row)] for row in rows]
    path = workbook(tmp_path / "a.xlsx", Pilot=[IDS, *rows[:30]], Main=[IDS, *rows])
    for job in (score_file, reliability_file, structure_file):
        assert job("ras", path, sheet="Main").n_persons == 40
        with pytest.raises(ResponseError, match="'Pilot' and 'Main' all have these columns"):
            job("ras", path)
    for command in ("score", "reliability", "structure"):
        assert "40 persons" in run(command, path, "-i", "ras", "--sheet", "Main").output
        refused = run(command, path, "-i", "ras")
        assert refused.exit_code == 2
        assert "On the command line: --sheet 'Pilot'" in refused.output
