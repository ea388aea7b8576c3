"""The checked entrance: what it refuses and how it says so, what it accepts, and what it hands back."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales import (
    Instrument,
    InvalidResponsesError,
    MissingColumnsError,
    ResponseError,
    ResponseProblem,
    ResponseScale,
    UnvalidatedInstrumentWarning,
    encode,
    score,
    score_stream,
)
from tests.shared.commands import printed_by_python

LABELS = {1: "Don't agree", 2: "Slightly agree", 3: "Neither", 4: "Agree", 5: "Agree  “completely”"}
FORM = Instrument.model_validate(
    {
        "id": "closeness",
        "version": "1",
        "title": "Closeness",
        "response_scale": {"minimum": 1, "maximum": 5, "labels": LABELS, "missing_codes": [-9, "Refused"]},
        "items": [
            *({"id": f"tru0{n}"} for n in (1, 2, 3)),
            {"id": "mood", "response_scale": {"minimum": 0, "maximum": 3, "step": 0.1}},
        ],
        "scales": [{"id": "trust", "items": ["tru01", "tru02", "-tru03"]}, {"id": "mood", "items": ["mood"]}],
    }
)
IDS = list(FORM.item_ids)
GOOD: dict[str, Any] = {"tru01": 4, "tru02": 5, "tru03": 2, "mood": 1.5}
NUMBERS = np.array([[4, 5, 2, 1.5], [np.nan, np.nan, 2, 0.3]])


def rows(*changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [GOOD | dict(change) for change in changes]


def without(*items: str, **others: Any) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name not in items} | others


def frame(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame([[1] * len(names)], columns=names)


def message(error: type[Exception], responses: Any, instrument: Instrument = FORM, **options: Any) -> str:
    """The message of the error, of exactly that class, with which answers are refused, both ways."""
    texts = []
    for function in (score, encode):
        with pytest.raises(error) as caught:
            function(instrument, responses, **options)
        assert type(caught.value) is error
        texts.append(str(caught.value))
    assert texts[0] == texts[1]
    return texts[0]


# ------------------------------------------------------------------ bad answers

LIST_HINT = "a mapping is one person's answers"
BAD_VALUES = {
    "above": ("tru01", 6, "6 is outside the range; allowed: 1 to 5 or a label"),
    "below": ("tru01", 0, "0 is outside the range"),
    "far above": ("tru01", 10**400, "is outside the range"),
    "above as a float": ("tru01", 5.5, "5.5 is outside the range"),
    "above as text": ("tru01", " 6 ", "' 6 ' is outside the range"),
    "above as a Decimal": ("tru01", Decimal("5.1"), "is outside the range"),
    "off the step": ("tru01", 2.5, "2.5 is off the step of 1"),
    "off the step as text": ("tru01", "2.5", "'2.5' is off the step of 1"),
    "off the decimal step": ("mood", 0.25, "0.25 is off the step of 0.1; allowed: 0 to 3 in steps of 0.1"),
    "nearly on the step": ("mood", 0.3000001, "is off the step of 0.1"),
    "infinite": ("tru01", math.inf, "inf is infinite"),
    "infinite below": ("mood", -math.inf, "-inf is infinite"),
    "infinite Decimal": ("tru01", Decimal("Infinity"), "is infinite"),
    "infinite text": ("mood", "inf", "'inf' is not a number"),
    "overflowing text": ("mood", "1e999", "is infinite"),
    "true": ("tru01", True, "True is a truth value, not an answer"),
    "false": ("mood", False, "False is a truth value, not an answer"),
    "numpy true": ("tru01", np.True_, "is a truth value, not an answer"),
    "numpy false": ("mood", np.False_, "is a truth value, not an answer"),
    "true as text": ("tru01", "True", "'True' is not a label of this item"),
    "label with a slip": ("tru01", "Sligthly agree", "is not a label of", "did you mean 'Slightly agree'?"),
    "unlike any label": ("tru01", "purple", "is not a label of this item; allowed: 1 to 5 or a label\n"),
    "text without labels": ("mood", "fine", "'fine' is not a number"),
    "decimal comma": ("mood", "1,5", "'1,5' is not a number", "is this a decimal comma?"),
    "decimal comma among labels": ("tru01", "3,0", "is not a number", "is this a decimal comma?"),
    "two numbers": ("tru01", "1 2", "'1 2' is not a label of this item"),
    "undeclared missing code": ("tru01", -99, "-99 is outside the range"),
    "code of another item": ("mood", -9, "-9 is outside the range"),
    "bytes": ("tru01", b"3", "is of type bytes, not a number or a text"),
    "complex": ("tru01", 3 + 0j, "is of type complex, not a number or a text"),
    "date": ("tru01", pd.Timestamp("2024-01-03"), "is of type Timestamp, not a number or a text"),
    "numpy date": ("tru01", np.datetime64("2024-01-03"), "not a number or a text"),
    "numpy bytes": ("tru01", np.bytes_(b"3"), "not a number or a text"),
    "list": ("tru01", [1, 2], "is of type list", "pass a DataFrame", LIST_HINT),
    "tuple": ("tru01", (1, 2), "is of type tuple", LIST_HINT),
    "mapping": ("tru01", {"answer": 1}, "is of type dict", LIST_HINT),
    "array": ("tru01", np.array([1, 2]), "is of type ndarray", LIST_HINT),
    "series": ("tru01", pd.Series([1, 2]), "is of type Series", LIST_HINT),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_VALUES)
@pytest.mark.parametrize("kind", ["mapping", "row", "pandas"])
def test_a_bad_value_is_refused_in_words_that_help(kind, case):
    item, value, *words = BAD_VALUES[case]
    row = GOOD | {item: value}
    if kind == "pandas":
        table: Any = pd.DataFrame({name: pd.Series([v], dtype=object) for name, v in row.items()})
    else:
        table = row if kind == "mapping" else [row]
    text = message(InvalidResponsesError, table)
    assert text.startswith("1 answer is not valid for closeness:\n  ")
    assert ("row 0, " in text) == (kind != "mapping")
    for word in [f"item {item}: ", *words, ".to_frame() of this error", 'on_invalid="missing"']:
        assert word in text


TRUE = (True, False, None)
BOOLEAN_COLUMNS = {
    "pandas bool": lambda: pd.DataFrame(dict.fromkeys(IDS, (True, False, True))),
    "pandas object": lambda: pd.DataFrame(dict.fromkeys(IDS, TRUE), dtype=object),
    "pandas boolean": lambda: pd.DataFrame(dict.fromkeys(IDS, TRUE), dtype="boolean"),
    "pandas arrow": lambda: pd.DataFrame(dict.fromkeys(IDS, TRUE), dtype="bool[pyarrow]"),
    "polars": lambda: pl.DataFrame(dict.fromkeys(IDS, TRUE)),
    "arrow": lambda: pa.table(dict.fromkeys(IDS, TRUE)),
    "rows": lambda: [dict.fromkeys(IDS, value) for value in TRUE],
    "numpy": lambda: np.array([[True] * 4, [False] * 4]),
    "numpy object": lambda: np.array([[np.True_] * 4, [False] * 4], dtype=object),
}


@pytest.mark.parametrize("kind", BOOLEAN_COLUMNS)
def test_truth_values_are_not_answers_in_any_kind_of_table(kind):
    options = {"columns": IDS} if kind.startswith("numpy") else {}
    text = message(InvalidResponsesError, BOOLEAN_COLUMNS[kind](), **options)
    assert "row 0, item tru01: True is a truth value, not an answer" in text
    assert "row 1, item tru01: False is a truth value" in text
    assert "None" not in text


@pytest.mark.parametrize("dtype", ["m8[ns]", "m8[D]", "M8[ns]", "M8[D]"])
def test_dates_and_durations_are_not_answers_however_they_are_stored(dtype):
    array = np.array([[1, 2, 3, 1]], dtype="i8").view(dtype)
    assert "not a number or a text" in message(InvalidResponsesError, array, columns=IDS)


MANY = {"tru01": 3, "tru02": 3, "tru03": 3}


@pytest.mark.parametrize("code", [-99, 99, 999, -99.0, "-99", "N/A"])
@pytest.mark.parametrize("kind", ["rows", "pandas", "mapping", "series"])
def test_a_common_bad_value_is_a_likely_missing_code(kind, code):
    """In a table, and among the answers of one person."""
    one = GOOD | dict.fromkeys(MANY, code) | {"mood": 7}
    table: Any = rows({"tru01": code}, {"tru02": code}, {"tru03": code, "mood": 7}, {})
    if kind == "pandas":
        table = pd.DataFrame(table)
    elif kind != "rows":
        table = one if kind == "mapping" else pd.Series(one, dtype=object)
    shown = int(code) if isinstance(code, float) else code
    text = message(InvalidResponsesError, table)
    assert f"{shown!r} makes up 3 of 4 problems: if it stands for a missing answer" in text
    assert f"pass missing_codes=[{shown!r}]" in text
    for half in (rows({"tru01": code, "mood": 7}), GOOD | {"tru01": code, "mood": 7}):
        assert "missing_codes" not in message(InvalidResponsesError, half)  # no more than half of them
    for all_of_it in (rows({"tru01": code}, {"tru02": code}), GOOD | dict.fromkeys(MANY, code)):
        assert len(encode(FORM, all_of_it, missing_codes=[shown]).problems) == 0


@pytest.mark.parametrize("stray", [3, 99, -99, "Agree"])
def test_stray_answers_are_not_called_missing_codes(stray):
    table = [GOOD, *[without("tru01", Tru01=stray)] * 3]
    one = without("tru01", "tru02", "tru03", Tru01=stray, Tru02=stray, Tru03=stray)
    for answers in (table, one):
        assert "missing_codes" not in message(InvalidResponsesError, answers)


@pytest.mark.parametrize("name", ["Tru01", "tru_01", "tru1", "TRU-1", "tru.01", " tru01 "])
def test_a_key_that_looks_like_an_absent_item_is_a_problem(name):
    row = without("tru01") | {name: 4}
    words = f"item tru01 ({name!r}): 4 is under a name that is not an item; allowed: the name 'tru01'"
    for table in (row, [row, GOOD]):
        text = message(InvalidResponsesError, table)
        assert words in text
        assert "did you mean 'tru01'?" in text
    assert encode(FORM, [row, GOOD], on_invalid="missing").codes[:, 0].tolist() == [0, 4]
    assert score(FORM, GOOD | {name: 1}).answered["trust"] == 3  # the item is there: the other passes by


@pytest.mark.parametrize("value", [5, "Agree", None, math.nan, ""])
@pytest.mark.parametrize("own", [{}, {"tru01": None}, {"tru01": 3}])
def test_stray_keys_mean_the_same_in_rows(own, value):
    row = without("tru01", **own, Tru01=value)
    single = score(FORM, row, on_invalid="missing").problems
    table = score(FORM, [row, GOOD], on_invalid="missing").problems
    assert [(p.column, p.item, p.reason) for p in single] == [(p.column, p.item, p.reason) for p in table]


# ------------------------------------------------------------------ bad tables and options

SURVEY = ["id", *(f"q{n}" for n in range(1, 5))]
NO_NAMES = ["does not name its columns", "columns=instrument.item_ids"]
BAD_INPUTS: dict[str, tuple[Any, dict[str, Any], type[Exception], list[str]]] = {
    "no item": ({"x": 1, "y": 2}, {}, ResponseError, ["no item of closeness", "'x', 'y'", "tru01, tru02"]),
    "nothing": ({}, {}, ResponseError, ["is empty", "no item of closeness", "{'tru01': None}"]),
    "absent column": (
        frame(IDS[1:]), {}, MissingColumnsError,
        ["1 of 4 items of closeness has no column:\n  tru01\n", "allow_missing_items=True", "other 3 have"],
    ),
    "absent key": ([without("mood")], {}, MissingColumnsError, ["1 of 4", "  mood", "allow_missing_items"]),
    "rows without answers": ([{}, {}], {}, MissingColumnsError, ["4 of 4 items", "no columns"]),
    "table without columns": (pd.DataFrame(index=[1, 2]), {}, MissingColumnsError, ["4 of 4", "no columns"]),
    "near-miss column": (
        frame(["Tru_1", *IDS[1:]]), {}, MissingColumnsError,
        ["tru01; did you mean 'Tru_1'?", "pass columns={'tru01': 'Tru_1'}"],
    ),
    "off by a letter": (frame([*IDS[:3], "moods"]), {}, MissingColumnsError, ["did you mean 'moods'?"]),
    "one pattern": (frame(SURVEY), {}, MissingColumnsError, ["did you mean 'q1'", "columns='q{n}'"]),
    "two patterns": (
        frame([f"{who}_{n}" for who in ("me", "you") for n in range(1, 5)]), {}, MissingColumnsError,
        ["columns='me_{n}' or columns='you_{n}'"],
    ),
    "nothing alike": (frame(["x", "y"]), {}, MissingColumnsError, ["The table has 'x', 'y'", "columns="]),
    "absent from a pattern": (
        frame(SURVEY[:-1]), {"columns": "q{n}"}, MissingColumnsError, ["1 of 4", "mood (looked for as 'q4')"],
    ),
    "duplicated column": (frame([*IDS, "mood"]), {}, ResponseError, ["2 columns named 'mood'", "rename or"]),
    "duplicated arrow column": (
        pa.Table.from_arrays([[1]] * 5, names=[*IDS, "mood"]), {}, ResponseError, ["2 columns named 'mood'"],
    ),
    "duplicated array column": (
        np.ones((1, 5)), {"columns": [*IDS, "mood"]}, ResponseError, ["2 columns named 'mood'"],
    ),
    "list for a frame": (frame(IDS), {"columns": IDS}, ResponseError, ["items in a numpy array", "'q{n}'"]),
    "list for a mapping": (GOOD, {"columns": IDS}, ResponseError, ["items in a numpy array", "'q{n}'"]),
    "pattern without a field": (GOOD, {"columns": "q"}, ResponseError, ["is not a pattern", "{item}", "{n}"]),
    "pattern of another field": (GOOD, {"columns": "{x}"}, ResponseError, ["'{x}' is not a pattern", "{n}"]),
    "pattern left open": (GOOD, {"columns": "q{n"}, ResponseError, ["'q{n' is not a pattern"]),
    "pattern of a wrong format": (GOOD, {"columns": "q{n:?}"}, ResponseError, ["'q{n:?}' is not a pattern"]),
    "columns of an unknown item": (
        GOOD, {"columns": {"tru1": "a"}}, ResponseError, ["'tru1' is not an item", "you mean 'tru01'?"],
    ),
    "two items to one column": (
        frame(IDS), {"columns": {"tru01": "tru02"}}, ResponseError, ["named for two items, tru01 and tru02"],
    ),
    "array without columns": (np.ones((2, 4)), {}, ResponseError, NO_NAMES),
    "array with a pattern": (np.ones((2, 4)), {"columns": "q{n}"}, ResponseError, NO_NAMES),
    "array of one dimension": (np.ones(4), {}, ResponseError, ["one-dimensional", "pass {item: answer}"]),
    "array of three dimensions": (np.ones((2, 4, 1)), {"columns": IDS}, ResponseError, ["(2, 4, 1)"]),
    "array of other width": (np.ones((2, 3)), {"columns": IDS}, ResponseError, ["has 4 names", "has 3"]),
    "array without an item": (np.ones((2, 3)), {"columns": IDS[:3]}, MissingColumnsError, ["1 of 4", "mood"]),
    "lazy frame": (pl.LazyFrame([GOOD]), {}, ResponseError, ["LazyFrame", "frame.collect()"]),
    "path": ("answers.csv", {}, ResponseError, ["is a text, not answers", "for a file use score_file()"]),
    "list of lists": ([[1, 2, 3]], {}, ResponseError, ["type list cannot be read", "list of mappings"]),
    "None": (None, {}, ResponseError, ["NoneType cannot be read"]),
    "unknown on_invalid": (GOOD, {"on_invalid": "drop"}, ResponseError, ["='drop'", "'raise', 'missing'"]),
    "no on_invalid": ([GOOD], {"on_invalid": None}, ResponseError, ["=None", "'raise', 'missing'"]),
    "missing code that is an answer": (
        [GOOD], {"missing_codes": 3}, ResponseError, ["missing code 3 is an answer", "item tru01", "1 to 5"],
    ),
    "missing text that is an answer": (GOOD, {"missing_codes": "3.0"}, ResponseError, ["missing code '3.0'"]),
    "missing label": (GOOD, {"missing_codes": ["neither"]}, ResponseError, ["'neither' is an answer"]),
    "missing truth value": (GOOD, {"missing_codes": [True]}, ResponseError, ["neither a number nor a text"]),
    "absent person": ([GOOD], {"person": "who"}, ResponseError, ["the table has no column 'who'", "'tru01'"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_what_cannot_be_read_is_refused_in_words_that_help(case):
    responses, options, error, words = BAD_INPUTS[case]
    text = message(error, responses, **options)
    for word in words:
        assert word in text
    if not isinstance(responses, Mapping):
        with pytest.raises(error):
            list(score_stream(FORM, [responses], **options))


def test_columns_suggested_by_the_error_can_be_passed_on():
    table = pd.DataFrame([GOOD]).rename(columns={"tru01": "Tru_1", "mood": "MOOD"})
    with pytest.raises(MissingColumnsError) as caught:
        score(FORM, table)
    assert caught.value.missing == ("tru01", "mood")
    assert caught.value.suggestions == {"tru01": "Tru_1", "mood": "MOOD"}
    assert score(FORM, table, columns=caught.value.suggestions)["trust"].tolist() == [13 / 3]


@pytest.mark.parametrize("code", ["3", " 3.0", "neither", 3, 3.0])
def test_a_response_scale_declares_no_answer_as_missing(code):
    with pytest.raises(ValueError, match="is also an answer"):
        ResponseScale(minimum=1, maximum=5, labels=LABELS, missing_codes=(code,))


@pytest.mark.parametrize("codes", [np.int64(-99), [np.int64(-99)], np.array([-99, -98]), {-99}, (-99,), -99])
def test_missing_codes_come_in_any_collection(codes):
    assert score(FORM, GOOD | {"tru01": -99}, missing_codes=codes).answered["trust"] == 2
    assert encode(FORM, rows({"tru01": -99}), missing_codes=codes).codes[0, 0] == 0


# ------------------------------------------------------------------ accepted answers

ACCEPTED = [(meant, value) for meant, values in {
    3: [3, 3.0, "3", " 3 ", "3.0", "+3", "3e0", "\ufeff3", "3\u00a0", "３", Decimal("3.0"), Fraction(3),
        np.int8(3), np.uint64(3), np.float32(3), np.str_("3"), np.array(3), "Neither", " NEITHER"],
    2: ["slightly   agree", "Slightly\u00a0agree", "SLIGHTLY\tAGREE\n", "\ufeffSlightly agree\u200b"],
    1: ["Don't agree", "Don’t agree", "don`t agree", "DON´T AGREE"],
    5: ['Agree "completely"', "agree «Completely»", "Agree „completely“"],
    None: [None, math.nan, np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT", "ns"),
           Decimal("NaN"), Decimal("sNaN"), "", " ", "\u00a0", "\t\n", "NA", "na", " NaN ", "nan",
           -9, "-9", -9.0, "-9.0", "−9", "refused", " Refused", np.int16(-9),  # declared by the instrument
           -98, "-98", -98.0, 77, "77.0", "Don't know", "don’t  KNOW"],  # declared in the call
}.items() for value in values]  # fmt: skip


@pytest.mark.parametrize(("meant", "value"), ACCEPTED, ids=[ascii(value) for _, value in ACCEPTED])
def test_what_means_an_answer_or_none(meant, value):
    options = {"missing_codes": (-98, "77", "Don't know")}
    row = GOOD | {"tru01": value}
    expected = (GOOD | {"tru01": meant}, meant or 0)
    objects = pd.DataFrame({name: pd.Series([v], dtype=object) for name, v in row.items()})
    assert score(FORM, row, **options) == score(FORM, expected[0])
    for table in (row, [row], objects):
        assert encode(FORM, table, **options).codes[0].tolist() == [expected[1], 5, 2, 16]


@pytest.mark.parametrize(
    "value", [0.3, 0.1 + 0.2, "0.3", ".3", "3e-1", Decimal("0.3"), np.float32(0.3), np.float16(0.3)]
)
def test_decimal_steps_in_every_type_of_number(value):
    for table in ({"mood": value}, [GOOD | {"mood": value}]):
        assert encode(FORM, table).codes[0, 3] == 4
    if hasattr(value, "dtype"):
        array = np.full((2, 4), 1, dtype=value.dtype)
        array[:, 3] = value
        assert encode(FORM, array, columns=IDS).codes[0, 3] == 4


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ("q{n}", ["q1", "q2", "q3", "q4"]),
        ("prqc.1_{n:02d}", ["prqc.1_01", "prqc.1_02", "prqc.1_03", "prqc.1_04"]),
        ("{item} (self)", [f"{item} (self)" for item in IDS]),
        ({"tru01": "Trust", "mood": 7}, ["Trust", "tru02", "tru03", 7]),
    ],
)
def test_columns_say_where_the_answers_stand(columns, names):
    row = dict(zip(names, GOOD.values(), strict=True))
    expected = score(FORM, GOOD)
    assert score(FORM, row, columns=columns) == expected
    assert score(FORM, pd.DataFrame([row]), columns=columns)["trust"][0] == expected.scores["trust"]


WHOLE_TYPES = ["i1", "u1", "<i2", ">i2", "<u2", ">u2", "i4", ">i4", "u4", "i8", "u8"]


@pytest.mark.parametrize(("low", "high", "step"), [
    (1, 5, 1), (0, 100, 1), (0, 127, 1), (0, 200, 1), (60, 128, 1), (0, 254, 1), (0, 255, 1), (1, 255, 1),
    (-3, 3, 1), (0, 1000, 1), (200, 300, 1), (0, 65_534, 1), (2, 10, 2), (0, 3, 0.5),
    (-1, 1, 0.1),
])  # fmt: skip
def test_every_number_is_the_point_it_equals_or_a_problem(low, high, step):
    points = ResponseScale(minimum=low, maximum=high, step=step)
    items, scales = [{"id": "q", "response_scale": points}], [{"id": "s", "items": ["q"]}]
    form = FORM.model_copy(update={"items": items, "scales": scales})
    as_whole = {value: code for code, value in enumerate(points.values, 1)}
    edges = [
        e + d for e in (0, low, high, 128, 256, 2**15, 2**16) for d in (-(2**16), -256, -1, 0, 1, 256, 2**16)
    ]
    for kind in map(np.dtype, [*WHOLE_TYPES, "f4", ">f4", "f8", ">f8"]):
        if kind.kind == "f":
            array = np.array([*edges, *(e + 0.5 for e in edges), *points.values[:300]], kind)
            exact = float(step).is_integer()  # else a point is what this type makes of it
            code_of = as_whole if exact else {kind.type(value): code for value, code in as_whole.items()}
        else:
            least, most = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
            array = np.array([least, most, *(e for e in edges if least <= e <= most)], kind)
            code_of = as_whole
        expected = [code_of.get(value, 0) for value in array.astype(kind.newbyteorder("="))]
        coded = encode(form, array[:, None], columns=["q"], on_invalid="missing")
        assert coded.codes[:, 0].tolist() == expected, kind
        assert [p.row for p in coded.problems] == [row for row, code in enumerate(expected) if not code]


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Index])
def test_the_columns_of_an_array_come_in_any_sequence(kind):
    assert score(FORM, NUMBERS[:, ::-1], columns=kind(IDS[::-1]))["trust"][0] == 13 / 3


def test_a_subclass_of_a_pandas_frame_is_one():
    class Households(pd.DataFrame):
        pass

    assert score(FORM, Households([GOOD]))["trust"].tolist() == [13 / 3]


def test_absent_items_are_skipped_where_allowed():
    row = without("tru02")
    assert score(FORM, row) == score(FORM, pd.Series(row)) == score(FORM, GOOD | {"tru02": None})
    assert score(FORM, [row], allow_missing_items=True).answered.tolist() == [[2, 1]]


# ------------------------------------------------------------------ problems


def spoiled() -> pd.DataFrame:
    bad = rows({"tru01": "purple", "mood": 9}, {}, {"tru02": True}, {"tru01": "Agre"}, *[{"mood": 0.05}] * 3)
    return (
        pd.DataFrame(bad, dtype=object).assign(who=list("abcdefg")).rename(columns={"mood": "How are you?"})
    )


def test_every_problem_says_where_what_and_why():
    options: dict[str, Any] = {"columns": {"mood": "How are you?"}, "person": "who"}
    with pytest.raises(InvalidResponsesError) as caught:
        score(FORM, spoiled(), **options)
    problems = caught.value.problems
    mood = {"column": "How are you?", "item": "mood", "allowed": "0 to 3 in steps of 0.1"}
    trust: dict[str, Any] = {
        "allowed": "1 to 5 or a label", "code": "label", "reason": "is not a label of this item"
    }  # fmt: skip
    assert list(problems)[:4] == [
        ResponseProblem(row=0, person="a", column="tru01", item="tru01", value="purple", **trust),
        ResponseProblem(row=0, person="a", value=9, code="range", reason="is outside the range", **mood),
        ResponseProblem(row=2, person="c", column="tru02", item="tru02", value=True, code="boolean",
                        reason="is a truth value, not an answer", allowed="1 to 5 or a label"),
        ResponseProblem(row=3, person="d", column="tru01", item="tru01", value="Agre", **trust,
                        suggestion="did you mean 'Agree'?"),
    ]  # fmt: skip
    lines = str(caught.value).splitlines()
    assert lines[0] == "7 answers are not valid for closeness:"
    assert lines[1].startswith("  row 0, person a, item tru01: 'purple' is not a label")
    assert lines[2].startswith("  row 0, person a, item mood ('How are you?'): 9 is outside the range")
    assert (lines[5].startswith("  row 4"), lines[6]) == (True, "  … and 2 more")
    shown = caught.value.to_frame()
    assert shown.astype(object).where(shown.notna(), None).to_dict("records") == problems.to_dict()
    assert list(shown) == [
        "row", "person", "column", "item", "value", "code", "reason", "allowed", "suggestion"
    ]  # fmt: skip
    kept = encode(FORM, spoiled(), on_invalid="missing", **options)
    scored = score(FORM, spoiled(), on_invalid="missing", **options)
    assert list(kept.problems) == list(scored.problems) == list(problems)
    expected = np.array([[4, 5, 2, 16]] * 7)
    expected[[0, 0, 2, 3, 4, 5, 6], [0, 3, 1, 0, 3, 3, 3]] = 0  # these cells are missing, no other
    assert kept.codes.tolist() == expected.tolist()


@pytest.mark.parametrize("n_rows", [0, 1, 2, 7])
def test_problems_are_a_sequence_like_any_other(n_rows):
    options: dict[str, Any] = {"columns": {"mood": "How are you?"}, "on_invalid": "missing"}
    problems = encode(FORM, spoiled()[:n_rows], **options).problems
    listed = list(problems)
    n = len(listed)
    assert (len(problems), bool(problems), problems == listed) == (n, n > 0, True)
    for index in range(-n - 3, n + 3):
        if -n <= index < n:
            assert problems[index] == listed[index]
            continue
        with pytest.raises(IndexError, match=f"problem {index} of {n}"):
            problems[index]
    bounds = [None, *range(-n - 2, n + 3)]
    for start, stop in itertools.product(bounds, bounds):
        assert problems[start:stop] == listed[start:stop]
    assert (list(reversed(problems)), [p in problems for p in listed]) == (listed[::-1], [True] * n)
    assert problems != [*listed, "one more"]
    for other in (None, 5, object()):
        assert problems != other


def test_problems_and_scores_say_how_many_answers_were_not_accepted():
    """Nothing is said where there is nothing to say."""
    table = spoiled().rename(columns={"How are you?": "mood"})
    said = {0: ("<0 problems>", ""), 1: ("<1 problem; row 0", "; 1 answer not accepted"),
            2: ("<2 problems; row 0", "; 2 answers not accepted")}  # fmt: skip
    for n, (problems, scores) in said.items():
        row = GOOD | dict(list(table.loc[0, ["tru01", "mood"]].items())[:n])
        found = score(FORM, [row], on_invalid="missing")
        assert repr(found.problems).startswith(problems)
        for result in (found, score(FORM, row, on_invalid="missing")):
            assert scores in repr(result)
            assert ("not accepted" in repr(result)) == bool(n)
    assert repr(score(FORM, row, on_invalid="missing").problems).startswith("<2 problems; ")


def test_codes_say_how_much_is_missing():
    for gaps, share in ((0, "0.0%"), (1, "12.5%"), (4, "50.0%")):
        table = rows({}, {})
        for n in range(gaps):
            table[n % 2][IDS[n // 2]] = None
        assert f"2 persons, 4 items, {share} missing, 0 problems>" in repr(encode(FORM, table))
    assert "0 persons, 4 items, 0.0% missing" in repr(encode(FORM, []))


def test_the_problems_of_one_person_have_no_row():
    result = score(FORM, GOOD | {"tru01": 7, "id": "p1"}, on_invalid="missing", person="id")
    (problem,) = result.problems
    assert (problem.row, problem.person, problem.value, result.answered["trust"]) == (None, "p1", 7, 2)
    assert "not accepted" in repr(result)


@pytest.mark.parametrize("kind", [list, pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
def test_errors_survive_pickling(kind):
    errors = [
        (InvalidResponsesError, kind(rows({"tru01": 7}, {"mood": -1}))),
        (MissingColumnsError, kind([without("tru01", Tru_1=3)])),
    ]
    for error, table in errors:
        with pytest.raises(error) as caught:
            score(FORM, table)
        again = pickle.loads(pickle.dumps(caught.value))
        assert type(again) is error
        assert str(again) == str(caught.value)
        if error is InvalidResponsesError:
            assert list(again.problems) == list(caught.value.problems)
        else:
            assert (again.missing, again.suggestions) == (("tru01",), {"tru01": "Tru_1"})


# ------------------------------------------------------------------ what is left alone, and what comes back

EMPTY: dict[str, Any] = {
    "list": [], "tuple": (), "pandas": pd.DataFrame(columns=IDS), "pandas without columns": pd.DataFrame(),
    "pandas typed": pd.DataFrame(columns=IDS, dtype="Int8"),
    "polars": pl.DataFrame(schema=dict.fromkeys(IDS, pl.Int8)),
    "arrow": pa.schema([(name, pa.int8()) for name in IDS]).empty_table(),
    "arrow nulls": pa.table({name: pa.nulls(0) for name in IDS}),
    "record batch": pa.RecordBatch.from_pylist([], pa.schema([(name, pa.float64()) for name in IDS])),
    "numpy": np.empty((0, 4)),
}  # fmt: skip


@pytest.mark.parametrize("kind", EMPTY)
def test_a_table_of_nobody_has_no_scores_and_no_problems(kind):
    options = {"columns": IDS} if kind == "numpy" else {}
    result = score(FORM, EMPTY[kind], **options)
    assert (len(result), len(result.problems), result.values.shape) == (0, 0, (0, 2))
    assert len(result.to_frame(answered=True, pomp=True)) == 0
    assert encode(FORM, EMPTY[kind], **options).codes.shape == (0, 4)
    assert result.summary().to_dict()["scales"][0]["mean"] is None
    assert "0 persons" in repr(result)
    (streamed,) = score_stream(FORM, [EMPTY[kind]], **options)
    assert len(streamed) == 0


def test_a_batch_of_nobody_does_not_stop_a_stream():
    batches: list[Any] = [[GOOD | {"id": "a"}], [], [GOOD | {"id": "b", "tru01": 9}]]
    parts = list(score_stream(FORM, batches, person="id", on_invalid="missing"))
    assert [len(part) for part in parts] == [1, 0, 1]
    assert [(p.row, p.person) for part in parts for p in part.problems] == [(1, "b")]


TABLE = pd.DataFrame(NUMBERS, columns=IDS, index=["x", "x"]).assign(id=[7, 8])
FRAMES: dict[str, tuple[Any, type]] = {
    "pandas": (TABLE, pd.DataFrame),
    "polars": (pl.from_pandas(TABLE), pl.DataFrame),
    "arrow": (pa.Table.from_pandas(TABLE, preserve_index=False), pa.Table),
    "record batch": (pa.RecordBatch.from_pandas(TABLE, preserve_index=False), pa.Table),
    "rows": (TABLE.to_dict("records"), pd.DataFrame),
    "numpy": (TABLE.to_numpy(), pd.DataFrame),
}
OPTIONS: dict[str, dict[str, Any]] = {"numpy": {"columns": [*IDS, "id"]}}


def lists(table: Any) -> dict[str, list[Any]]:
    """The columns of any frame as lists, with None where a cell is null or nan."""
    if isinstance(table, pd.DataFrame):
        return table.astype(object).where(table.notna(), None).to_dict("list")
    return table.to_dict(as_series=False) if isinstance(table, pl.DataFrame) else table.to_pydict()


@pytest.mark.parametrize("kind", FRAMES)
def test_scores_come_back_in_the_callers_kind_of_frame(kind):
    table, expected = FRAMES[kind]
    options = OPTIONS.get(kind, {})
    assert lists(score(FORM, table, **options).to_frame()) == {"trust": [13 / 3, None], "mood": [1.5, 0.3]}
    result = score(FORM, table, keep=["id", "tru02"], **options)
    whole = result.to_frame(answered=True, pomp=True)
    assert type(whole) is expected
    assert lists(whole) == {
        "id": [7, 8], "tru02": [5, None], "trust": [13 / 3, None], "mood": [1.5, 0.3],
        "trust_pomp": [pytest.approx(250 / 3), None], "mood_pomp": [50, 10],
        "trust_answered": [3, 1], "mood_answered": [1, 1],
        "trust_prorated": [False, False], "mood_prorated": [False, False],
    }  # fmt: skip
    assert list(lists(whole)) == [
        "id", "tru02", "trust", "mood", "trust_pomp", "mood_pomp", "trust_answered", "mood_answered",
        "trust_prorated", "mood_prorated",
    ]  # fmt: skip
    if kind == "pandas":
        assert result.to_frame().index.tolist() == whole.index.tolist() == ["x", "x"]
    assert list(lists(result.to_frame(keep=["tru02"]))) == ["tru02", "trust", "mood"]
    assert list(lists(result.to_frame(keep=[]))) == ["trust", "mood"]
    for keep, words in (("who", "keep: the table has no column 'who'; it has"), ("mood", "rename it first")):
        with pytest.raises(ResponseError, match=words) as caught:
            score(FORM, table, keep=[keep], **options)
        assert type(caught.value) is ResponseError
    with pytest.raises(ResponseError, match=r"'tru04' was not kept .* score\(\.\.\., keep=\['tru04'\]\)"):
        result.to_frame(keep=["tru04"])


@pytest.mark.parametrize("kind", FRAMES)
def test_codes_give_the_accepted_answers_back(kind):
    table, expected = FRAMES[kind]
    coded = encode(FORM, table, keep=["id"], **OPTIONS.get(kind, {}))
    assert type(coded.to_frame()) is expected
    assert lists(coded.to_frame()) == {name: lists(pd.DataFrame(TABLE))[name] for name in ("id", *IDS)}
    again = score(FORM, coded)
    assert lists(again.to_frame()) == {"id": [7, 8], "trust": [13 / 3, None], "mood": [1.5, 0.3]}


def test_codes_of_another_instrument_are_refused():
    other = FORM.model_copy(update={"version": "2"})
    with pytest.raises(ResponseError, match=r"these codes belong to closeness 1.*not to closeness 2"):
        score(other, encode(FORM, [GOOD]))


DOUBLED = [*IDS, "note", "note"]
PASSING: dict[str, tuple[Any, dict[str, Any]]] = {
    "mapping": (GOOD | {"note": "x", "Tru9": 1, 5: None}, {}),
    "rows": ([GOOD | {"note": "x"}, GOOD | {5: object}], {}),
    "pandas": (pd.DataFrame([[*GOOD.values(), "a", "b"]], columns=DOUBLED), {}),
    "polars": (pl.DataFrame([GOOD | {"note": [1, 2], "when": pd.Timestamp(0)}]), {}),
    "arrow": (pa.Table.from_arrays([pa.array([v]) for v in [*GOOD.values(), "a", "b"]], names=DOUBLED), {}),
    "numpy": (np.array([[*GOOD.values(), 77, 78]]), {"columns": DOUBLED}),
    "bad": (pd.DataFrame(rows({"tru01": 77, "mood": "?"})), {"on_invalid": "missing"}),
}


@pytest.mark.parametrize("kind", PASSING)
def test_other_columns_and_the_input_stay_as_they_were(kind):
    responses, options = PASSING[kind]
    before = pickle.dumps(responses)
    result, coded = score(FORM, responses, **options), encode(FORM, responses, **options)
    assert pickle.dumps(responses) == before
    if kind == "mapping":
        assert result == score(FORM, GOOD)
    elif kind != "bad":
        assert result.values[0].tolist() == score(FORM, [GOOD]).values[0].tolist()
        for array in (result.values, result.answered, result.ranges, result["mood"]):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
    with pytest.raises(ValueError, match="read-only"):
        coded.codes[0, 0] = 0


def test_one_persons_scores_as_json():
    row = without("tru02", tru01="purple", mood=math.inf)
    result = score(FORM, row, on_invalid="missing")
    content = json.loads(result.to_json())
    assert content == result.to_dict()
    assert content["instrument"] == {
        "id": "closeness",
        "version": "1",
        "digest": FORM.digest,
        "status": "draft",
        "confidence": None,
        "coding": None,
        "high_means": {},
        "scales": 2,
        "language": "en",
        "translation": None,
        "pooled": [],
        "text_digest": FORM.text_digest,
        "key_digest": FORM.key_digest,
    }
    assert (content["scores"], content["pomp"]) == ({"trust": None, "mood": None},) * 2
    assert content["answered"] == {"trust": 1, "mood": 0}
    assert content["bounds"] == {"trust": [2, 14 / 3], "mood": [0, 3]}
    purple, infinite = content["problems"]
    assert purple == {
        "column": "tru01", "item": "tru01", "value": "purple", "code": "label",
        "reason": "is not a label of this item",
        "allowed": "1 to 5 or a label", "suggestion": None,
    }  # fmt: skip
    assert (infinite["item"], infinite["value"], infinite["reason"]) == ("mood", "inf", "is infinite")


@pytest.mark.parametrize("value", [7, 0.25, "fine", True, math.inf, pd.Timestamp(0), Decimal(9)])
def test_problems_can_be_written_as_json(value):
    row = GOOD | {"mood": value}
    for result in (f(FORM, x, on_invalid="missing") for f in (score, encode) for x in (row, [row])):
        (problem,) = json.loads(json.dumps(result.to_dict(), allow_nan=False))["problems"]
        plain = isinstance(value, int | str) or value == 0.25
        assert problem["value"] == value if plain else isinstance(problem["value"], str)


def test_results_say_that_a_draft_is_a_draft():
    table = [GOOD]
    for result in (score(FORM, GOOD), score(FORM, table), encode(FORM, table), score(FORM, table).summary()):
        assert "DRAFT" in repr(result)
    for shown in (score(FORM, GOOD), score(FORM, table)):
        assert "DRAFT" in shown._repr_html_()
    assert "DRAFT" not in repr(score("ras", {"ras_1": 3}))


# ------------------------------------------------------------------ fresh processes


def run(script: str) -> Any:
    """What a fresh process prints, as JSON."""
    return json.loads(printed_by_python(script))


def test_one_answer_sheet_loads_no_heavy_library():
    script = """
import json, sys
import intimacy_scales
large = {"numpy", "pandas", "scipy", "polars", "pyarrow", "narwhals", "matplotlib"}
heavy = lambda: sorted(large & set(sys.modules))
after_import = heavy()
result = intimacy_scales.score("scii-24", {"tru01": 4, "kno01": "Agree", "mut02": None})
after_score = (result.to_json(), repr(result), result.bounds) and heavy()
try:
    intimacy_scales.score("ras", {"ras_1": 77, "Ras_2": 3})
except intimacy_scales.InvalidResponsesError as error:
    after_error = str(error) and heavy()
outcomes = intimacy_scales.score_many("ras", [{f"ras_{n}": 3 for n in range(1, 8)}, {"ras_1": 77}, None])
after_many = [outcome.to_json() and repr(outcome) for outcome in outcomes] and heavy()
print(json.dumps([after_import, after_score, after_error, after_many]))
"""
    assert run(script) == [[], [], [], []]


def test_each_draft_warns_once():
    script = """
import json, warnings
from intimacy_scales import encode, load, score, score_stream
rows = [{f"ras_{n}": n % 5 + 1 for n in range(1, 8)}]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    score("ras", rows[0]), score("ras", rows)
    published = len(caught)
    for form in ("scii-12", "scii-24", load("scii-12")):
        score(form, {"tru01": 4}), score(form, [{"tru01": 4}], allow_missing_items=True)
        list(score_stream(form, [[{"tru01": 4}]], allow_missing_items=True))
print(json.dumps([published, [(type(w.message).__name__, str(w.message), w.filename) for w in caught]]))
"""
    published, warned = run(script)
    assert published == 0
    assert [(kind, filename) for kind, _, filename in warned] == [
        ("UnvalidatedInstrumentWarning", "<string>")
    ] * 2
    text = warned[0][1]
    assert text.startswith("scii-12 is a draft: nobody has shown yet that its scores mean what they say.")
    assert warned[1][1].startswith("scii-24 is a draft")
    assert "not to judge a person or a relationship" in text
    assert issubclass(UnvalidatedInstrumentWarning, UserWarning)
