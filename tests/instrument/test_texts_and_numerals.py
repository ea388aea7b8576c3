"""How texts are folded: labels and names are, numbers are not."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import Instrument, InvalidResponsesError, encode, load, score
from intimacy_scales.instrument.numerals import spelled
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of


def form(**scale: Any) -> Instrument:
    points = {"minimum": 0, "maximum": 100} | scale
    return form_of({"s": "a b"}, id="form", title="Form", response_scale=points, evidence=PUBLISHED)


WIDE = form()
MARKED = ["5²", "4¹", "1₀", "1⁰", "²", "①", "㊿", "⒋", "1⒊", "𝟓", "𝟝", "٣", "३", "5ª", "½"]
NOT_QUITE = ["1e-400", "4.0000000000000001", "3.99999999999999999", "100.00000000000000001"]


@pytest.mark.parametrize("text", [*MARKED, *NOT_QUITE])
@pytest.mark.parametrize("kind", ["mapping", "rows", "pandas", "polars", "missing code"])
def test_marks_are_not_digits_and_numbers_are_exact(text: str, kind: str) -> None:
    tables: dict[str, Any] = {
        "mapping": {"a": text, "b": 1},
        "rows": [{"a": text, "b": 1}],
        "pandas": pd.DataFrame({"a": [text], "b": [1]}),
        "polars": pl.DataFrame({"a": [text], "b": [1]}),
        "missing code": {"a": text, "b": 1},
    }
    options: dict[str, Any] = {"missing_codes": [-9, 999]} if kind == "missing code" else {}
    with pytest.raises(InvalidResponsesError) as caught:
        score(WIDE, tables[kind], **options)
    (problem,) = caught.value.problems
    assert problem.code in ("number", "step", "range") and problem.value == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" 4 ", 4),
        ("4.0", 4),
        ("4.000000000000000000000", 4),
        ("+4", 4),
        ("４", 4),
        ("１００", 100),
        ("４．０", 4),
        ("＋４", 4),
        ("4e1", 40),
        ("\u00a04\u00a0", 4),
    ],
)
def test_plain_and_full_width_digits_are_numbers(text: str, number: int) -> None:
    assert encode(WIDE, [{"a": text, "b": 1}]).codes.tolist() == [[number + 1, 2]]
    assert score(WIDE, {"a": text, "b": number}).scores["s"] == number


@pytest.mark.parametrize("text", ["0.3", "0.30", "0.30000000000000004", "0.29999999999999999", "3e-1"])
def test_a_decimal_as_programs_write_it_is_that_decimal(text: str) -> None:
    tenths = form(minimum=0, maximum=1, step=0.1)
    assert encode(tenths, [{"a": text, "b": 0}]).codes.tolist() == [[4, 1]]
    for other in ("0.300000000000002", "0.30000000000000000001", "0.2999"):
        with pytest.raises(InvalidResponsesError, match=r"is off the step of 0\.1"):
            encode(tenths, [{"a": other, "b": 0}])


@given(st.decimals(-1000, 1000, places=3), st.integers(0, 4))
def test_a_spelled_number_equals_what_is_written(number: Any, zeros: int) -> None:
    text = f"{number}" + ("0" * zeros if "." in str(number) and "E" not in str(number) else "")
    assert Fraction(repr(spelled(text))) == Fraction(str(number))


def test_dashes_before_a_number_are_minus_signs() -> None:
    below = form(minimum=-3, maximum=3)
    for sign in ("-", "\u2212", "\u2013", "\uff0d"):
        assert encode(below, [{"a": f"{sign}3", "b": 0}]).codes.tolist() == [[1, 4]]


def test_labels_are_folded_but_for_odd_digits() -> None:
    areas = form(minimum=1, maximum=3, labels={"1": "5 m²", "2": "②", "3": "Straße"})
    cells = ["5 m2", "②", "STRASSE", "5 M²"]
    assert encode(areas, [{"a": cell, "b": 1} for cell in cells]).codes[:, 0].tolist() == [1, 2, 3, 1]


def test_the_case_of_the_footnote(shared: Any) -> None:
    wide = load(shared / "cases" / "form_abcd_0_100.toml")
    path = shared / "cases" / "superscript_0_100.csv"
    with pytest.raises(InvalidResponsesError, match="'5²' is not a number in plain digits"):
        score(wide, pd.read_csv(path))
    report = score_file(wide, path)
    assert [p.value for p in report.first_problems] == ["5²", "4¹"]
    marks_dropped = pd.read_csv(path).assign(a=[5, 4])
    assert score(wide, marks_dropped)["s"].tolist() == [16.25, 16.0]


# ------------------------------------------------------------------ names

NAMED = Instrument.model_validate(
    form().model_dump(exclude_defaults=True)
    | {
        "items": [
            {"id": "gefühl", "response_scale": {"minimum": 0, "maximum": 100}},
            {"id": "b", "response_scale": {"minimum": 0, "maximum": 100}},
        ],
        "scales": [{"id": "nähe", "items": ["gefühl", "b"]}],
    }
)
NFD = unicodedata.normalize("NFD", "gefühl")
SPELLED: dict[str, Any] = {
    "mapping": lambda name: {name: 4, "b": 2},
    "rows": lambda name: [{name: 4, "b": 2}],
    "pandas": lambda name: pd.DataFrame({name: [4], "b": [2]}),
    "polars": lambda name: pl.DataFrame({name: [4], "b": [2]}),
    "arrow": lambda name: pl.DataFrame({name: [4], "b": [2]}).to_arrow(),
}


@pytest.mark.parametrize("kind", SPELLED)
@pytest.mark.parametrize("columns", [None, "{item}", {NFD: "gefühl"}])
def test_a_letter_of_two_characters_is_the_same_name(kind: str, columns: Any) -> None:
    assert NFD != "gefühl"
    result: Any = score(NAMED, SPELLED[kind](NFD), columns=columns)
    scale = unicodedata.normalize("NFD", "nähe")
    value = result.scores["nähe"] if kind == "mapping" else result[scale].tolist()[0]
    assert value == 3
    assert NAMED.scale(scale) is NAMED.scale("nähe") and NAMED.item(NFD).id == "gefühl"


def test_names_in_files_too(tmp_path: Any) -> None:
    (tmp_path / "a.csv").write_text(f"{NFD},b\n4,2\n", encoding="utf-8")
    assert score_file(NAMED, tmp_path / "a.csv").summary.scales[0].mean == 3


def test_both_spellings_side_by_side_stay_two_columns() -> None:
    table = pd.DataFrame({NFD: [4], "gefühl": [0], "b": [2]})
    assert score(NAMED, table)["nähe"].tolist() == [1]
