"""Sheets for experts: written, filled in as people fill them in, and read."""

from __future__ import annotations

import io
import math

import pandas as pd
import pytest

from intimacy_scales import InstrumentError, ResponseError, load_bank
from intimacy_scales.validity import (
    ExpertRatings,
    content_validity,
    expert_instructions,
    expert_sheet,
    read_expert_sheets,
)


def filled(sheet: str, **values: object) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(sheet)).assign(**values)


def test_expert_sheet_has_every_item_once_in_random_order():
    bank = load_bank("trust")
    table = pd.read_csv(io.StringIO(expert_sheet(bank, rng=1)))
    assert sorted(table["item"]) == sorted(item.id for item in bank.items)
    assert dict(zip(table["item"], table["text"], strict=True))["tru01"] == bank.item("tru01").text
    assert list(table) == ["item", "text", "facet_title", "relevance", "clarity", "comment"]
    in_order = pd.read_csv(io.StringIO(expert_sheet(bank, rng=None)))
    assert list(in_order["item"]) == [item.id for item in bank.items] != list(table["item"])
    assert expert_sheet(bank, rng=1) == expert_sheet("trust", rng=1)


def test_expert_sheet_does_not_show_the_facet_that_it_asks_for():
    header = expert_sheet("trust", judge=["facet", "relevance"]).splitlines()[0]
    assert header == "item,text,relevance,facet,comment"


def test_expert_sheet_in_another_wording():
    table = pd.read_csv(io.StringIO(expert_sheet("trust", wording="partner", rng=None)))
    assert table["text"][0] == load_bank("trust").items[0].partner_text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"judge": ["relevant"]}, "relevant"),
        ({"judge": "relevance"}, "judge"),
        ({"judge": []}, "judge"),
        ({"wording": "other"}, "wording"),
        ({"wording": "daily"}, "without daily wording"),
    ],
)
def test_expert_sheet_refuses(options, message):
    with pytest.raises(InstrumentError, match=message):
        expert_sheet("trust", **options)


def test_expert_instructions_explain_what_is_asked():
    text = expert_instructions("trust", judge=["clarity", "essential", "facet"])
    assert "- security:" in text
    assert all(f"- {name}:" in text for name in ("clarity", "essential", "facet"))
    assert "- relevance:" not in text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_read_expert_sheets_from_files(tmp_path, ending):
    sheet = expert_sheet("trust", judge=["relevance", "essential", "facet"])
    for name, rating in (("Ann", 4), ("Bo", 3), ("Cy", 2)):
        table = filled(sheet, relevance=rating, essential="Yes", facet="security")
        path = tmp_path / f"{name}.{ending}"
        if ending == "csv":
            table.to_csv(path, index=False)
        else:
            table.to_excel(path, index=False)
    ratings = read_expert_sheets(sorted(tmp_path.glob(f"*.{ending}")), "trust")
    assert ratings.experts == ("Ann", "Bo", "Cy")
    assert ratings.judged == ("relevance", "essential", "facet")
    assert (len(ratings.items), ratings.n_missing) == (15, 0)
    assert ratings.relevance is not None
    assert ratings.relevance[:, 0].tolist() == [4, 3, 2]
    assert ExpertRatings.from_json(ratings.to_json()) == ratings
    assert content_validity(ratings).s_cvi_ave == pytest.approx(2 / 3)


def test_empty_cells_are_missing_and_empty_rows_are_left():
    rows = [
        {"item": "tru01", "relevance": "4"},
        {"item": "tru02", "relevance": " "},
        {"item": None, "relevance": None},
    ]
    ratings = read_expert_sheets({"A": rows}, "trust")
    assert ratings.items == ("tru01", "tru02")
    assert ratings.relevance is not None
    assert math.isnan(ratings.relevance[0, 1])
    assert (ratings.n_judgements, ratings.n_missing) == (1, 1)
    assert len(ratings.left_out) == 13


def test_every_wrong_cell_is_named_at_once():
    wrong = [
        {"item": "tru01", "relevance": 5, "essential": "perhaps", "facet": "securty"},
        {"item": "tru1", "relevance": 4, "essential": "yes", "facet": "security"},
        {"item": "tru01", "relevance": 4, "essential": "yes", "facet": "security"},
        {"item": "tru02", "relevance": "3.5", "essential": "no", "facet": ""},
        {"item": "", "relevance": 4, "essential": "", "facet": ""},
    ]
    with pytest.raises(ResponseError) as caught:
        read_expert_sheets({"A": wrong}, "trust")
    text = str(caught.value)
    for part in (
        "A, tru01: relevance is '5'; allowed: whole numbers from 1 to 4",
        "A, tru01: essential is 'perhaps'; allowed: yes or no",
        "A, tru01: facet is 'securty'; allowed: security",
        "A, row 1: 'tru1' is not an item of trust",
        "A, row 2: 'tru01' comes twice",
        "A, tru02: relevance is '3.5'",
        "A, row 4: '' is not an item of trust",
    ):
        assert part in text


def test_sheets_that_are_not_sheets(tmp_path):
    with pytest.raises(ResponseError, match="needs a column item, and one or more of relevance"):
        read_expert_sheets({"A": [{"id": "tru01", "relevance": 4}]}, "trust")
    with pytest.raises(ResponseError, match="is one path; pass a list of the experts' files"):
        read_expert_sheets("experts.csv", "trust")
    with pytest.raises(ResponseError, match="sheets is empty"):
        read_expert_sheets([], "trust")
    (tmp_path / "a").mkdir()
    for folder in (tmp_path, tmp_path / "a"):
        (folder / "Ann.csv").write_text("item,relevance\ntru01,4\n")
    with pytest.raises(ResponseError, match="two files are called 'Ann'"):
        read_expert_sheets([tmp_path / "Ann.csv", tmp_path / "a" / "Ann.csv"], "trust")


def workbook(path, **sheets):
    """Write a workbook: name of a sheet → ratings of relevance of two items; None: a sheet of notes."""
    with pd.ExcelWriter(path) as file:
        for name, ratings in sheets.items():
            table = {"note": ["x"]} if ratings is None else {"Item": ["tru01", "tru02"], "relevance": ratings}
            pd.DataFrame(table).to_excel(file, sheet_name=name, index=False)
    return path


def test_a_sheet_of_a_workbook_is_chosen(tmp_path):
    path = workbook(tmp_path / "Ann.xlsx", first=[1, 2], second=[4, 3])
    ratings = read_expert_sheets([path], "trust", sheet="second")
    assert ratings.relevance.tolist() == [[4, 3]]
    by_expert = read_expert_sheets(
        {"A": path, "B": path, "C": [{"item": "tru01", "relevance": 4}]}, "trust",
        sheet={"A": "first", "B": "second"},
    )  # fmt: skip
    assert by_expert.relevance[:2].tolist() == [[1, 2], [4, 3]]


def test_no_sheet_is_taken_silently(tmp_path):
    path = workbook(tmp_path / "Ann.xlsx", first=[1, 2], second=[4, 3])
    with pytest.raises(
        ResponseError, match=r"sheets 'first' and 'second' have judgements; choose one"
    ) as caught:
        read_expert_sheets([path], "trust")
    assert "sheet='first'" in str(caught.value)


@pytest.mark.parametrize("order", [("notes", "ratings"), ("ratings", "notes")])
def test_the_only_sheet_with_judgements_is_read(tmp_path, order):
    given = {"notes": None, "ratings": [4, 2]}
    path = workbook(tmp_path / "Ann.xlsx", **{name: given[name] for name in order})
    assert read_expert_sheets([path], "trust").relevance.tolist() == [[4, 2]]


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("thrid", r"has no sheet 'thrid'; did you mean 'third'\?; it has 'first', 'third'"),
        (3, r"sheet=3 is not valid; allowed: the name of a sheet, or a mapping"),
        (
            {"Anna": "first"},
            r"sheet: 'Anna' is not one of the experts; did you mean 'Ann'\?; they are Ann, Bo",
        ),
        ({"Bo": "first"}, r"sheet: what was passed for 'Bo' is a table, not a workbook"),
    ],
)
def test_a_sheet_that_is_none_is_told(tmp_path, sheet, words):
    path = workbook(tmp_path / "Ann.xlsx", first=[1, 2], third=[4, 3])
    with pytest.raises(ResponseError, match=words):
        read_expert_sheets({"Ann": path, "Bo": [{"item": "tru01", "relevance": 4}]}, "trust", sheet=sheet)
    with pytest.raises(ResponseError, match="names a sheet of workbooks, and no file was passed"):
        read_expert_sheets([[{"item": "tru01", "relevance": 4}]], "trust", sheet="first")
