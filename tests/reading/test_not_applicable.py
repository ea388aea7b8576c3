"""Questions that do not apply to a person: read as no answer, counted apart, in every kind of table."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.dataset import dataset
from pydantic import ValidationError

from intimacy_scales import (
    CodedResponses,
    Instrument,
    InvalidResponsesError,
    PersonScores,
    ResponseError,
    ResponseScale,
    Scores,
    encode,
    item_moments,
    load,
    score,
    score_many,
    score_stream,
)
from intimacy_scales.engines import summarize
from intimacy_scales.errors import DocumentError
from intimacy_scales.jobs import score_file
from intimacy_scales.scoring import ScoreSummary

NONE = ("Does not apply", 8, "77", "n/r")
FORM = Instrument.model_validate(
    {
        "id": "away", "version": "1", "title": "Away", "evidence": {"status": "published"},
        "response_scales": {
            "plain": {"minimum": 1, "maximum": 5, "missing_codes": [-99]},
            "or-none": {"minimum": 1, "maximum": 5, "missing_codes": [-99], "not_applicable": NONE,
                        "labels": {"1": "No", "5": "Yes"}},
        },
        "items": [
            {"id": "a", "response_scale": "plain"}, {"id": "b", "response_scale": "or-none"},
            {"id": "c", "response_scale": "or-none"}, {"id": "d", "response_scale": "or-none"},
        ],
        "scales": [{"id": "s", "items": ["a", "b", "-c"]}, {"id": "t", "items": ["-d"]}],
    }
)  # fmt: skip
ANSWER = (1, 2, 3, 4, 5)
# every way in which a value that is declared can be written
TEXTS = ("Does not apply", "does not  APPLY", " Does not apply ", "N/R", "77", " 77 ", "77.0", "8", "8.0")
NUMBERS = (8, 8.0, 77, 77.0, np.int8(8), np.float32(77), Decimal(8), Fraction(77), Decimal("77.00"))
OTHERS = (None, "", "NA", float("nan"), -99, "-99")
UNKNOWN = ("Does not", "not applicable", "n.a.", 7, 6, 78, 8.5, "8,0", True)


def rows_of(*values: Any, item: str = "b") -> list[dict[str, Any]]:
    return [{"a": 1, "b": 2, "c": 3, "d": 4} | {item: value} for value in values]


def counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How often an item does not apply, cell by cell: `encode` in a few naive lines."""

    def applies(value: Any) -> bool:
        if isinstance(value, str):
            text = " ".join(value.split()).lower()
            return text not in {"does not apply", "n/r", "8", "8.0", "77", "77.0"}
        return value is None or value not in (8, 77)

    found = Counter(item for row in rows for item in "bcd" if not applies(row.get(item)))
    return {item: found[item] for item in "bcd" if found[item]}


def read(table: Any, **options: Any) -> CodedResponses:
    """Check answers; an array does not name its columns."""
    named = {"columns": FORM.item_ids} if isinstance(table, np.ndarray) else {}
    return encode(FORM, table, **named, **options)


def without(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same answers, with nothing where an item does not apply."""
    return [
        {item: None if counted([{item: value}]) else value for item, value in row.items()} for row in rows
    ]


# ---------------------------------------------------------------- what it is written as


@pytest.mark.parametrize("value", [*TEXTS, *NUMBERS], ids=repr)
def test_a_declared_value_is_not_an_answer_and_is_counted(value: Any):
    found = encode(FORM, rows_of(value, 3))
    assert found.codes.tolist() == [[1, 0, 3, 4], [1, 3, 3, 4]]
    assert found.not_applicable == {"b": 1}
    assert not found.problems
    assert score(FORM, rows_of(value, 3)).not_applicable == {"b": 1}
    alone = score(FORM, rows_of(value)[0])
    assert alone.not_applicable == ("b",)
    assert replace(alone, not_applicable=()) == score(FORM, rows_of(None)[0]) != alone
    assert alone.answered == {"s": 2, "t": 1}


@pytest.mark.parametrize("value", OTHERS, ids=repr)
def test_what_is_skipped_is_not_counted(value: Any):
    found = encode(FORM, rows_of(value, value, 3))
    assert found.codes[:, 1].tolist() == [0, 0, 3]
    assert found.not_applicable == {}
    assert score(FORM, rows_of(value)[0]).not_applicable == ()


@pytest.mark.parametrize("value", UNKNOWN, ids=repr)
def test_a_value_that_nobody_declared_is_still_a_bad_answer(value: Any):
    for given_ in (rows_of(value, 3), rows_of(value)[0], pd.DataFrame(rows_of(value, "Does not apply"))):
        with pytest.raises(InvalidResponsesError, match="1 answer is not valid for away"):
            score(FORM, given_)
    found = encode(FORM, rows_of(value, "Does not apply", None), on_invalid="missing")
    assert [problem.row for problem in found.problems] == [0]
    assert found.not_applicable == {"b": 1}


@pytest.mark.parametrize("value", ["Does not apply", 8, "77"], ids=repr)
def test_it_is_declared_for_some_items_and_for_no_other(value: Any):
    with pytest.raises(InvalidResponsesError, match="item a"):
        encode(FORM, rows_of(value, item="a"))
    assert encode(FORM, rows_of(value, item="d")).not_applicable == {"d": 1}


def test_shipped_forms_take_it_where_they_say_so():
    for name in ("satisfaction", "satisfaction-partner", "resilience", "closeness-kinds"):
        form = load(name)
        row = dict.fromkeys(form.item_ids, 4)
        optional = [item.id for item in form.items if item.response_scale.not_applicable]
        assert optional
        assert "Choose 'Does not apply'" in (form.instructions or "")
        found = encode(form, [row | dict.fromkeys(optional, "Does not apply"), row])
        assert found.not_applicable == dict.fromkeys(optional, 1)
        others = next(item for item in form.item_ids if item not in optional)
        with pytest.raises(InvalidResponsesError, match=f"item {others}"):
            encode(form, [row | {others: "Does not apply"}])
        # by the id of the form, its plan is worked out beforehand
        one = row | {optional[0]: "Does not apply"}
        found_of_one = score(name, one)
        assert found_of_one == score(form, one) and found_of_one.not_applicable == (optional[0],)
        assert replace(found_of_one, not_applicable=()) == score(name, row | {optional[0]: None})


# ---------------------------------------------------------------- in every kind of table

ROWS = [
    *rows_of("Does not apply", "77", None, "2", "n/r"),
    *rows_of("Does not apply", "-99", "8", item="c"),
    {"a": 1, "b": "8", "c": "77", "d": "Does not apply"},
]
AS_TEXT = [{item: None if value is None else str(value) for item, value in row.items()} for row in ROWS]
OF_NUMBERS = [
    {"a": 1, "b": 8, "c": 3, "d": 5},
    {"a": 2, "b": 77, "c": 8, "d": 4},
    {"a": 3, "b": -99, "c": 77, "d": 4},
    {"a": 4, "b": 5, "c": 8, "d": 1},
]
NAMES = list("abcd")


def text_frame() -> pd.DataFrame:
    return pd.DataFrame(AS_TEXT, columns=NAMES)


def number_frame() -> pd.DataFrame:
    return pd.DataFrame(OF_NUMBERS, columns=NAMES)


def dictionaries(table: pa.Table) -> pa.Table:
    return pa.table({name: table[name].dictionary_encode() for name in table.column_names})


TEXT_TABLES: dict[str, Any] = {
    "mappings": lambda: ROWS,
    "pandas objects": text_frame,
    "pandas of both": lambda: pd.DataFrame(ROWS, columns=NAMES),
    "pandas strings": lambda: text_frame().astype("string"),
    "pandas categories": lambda: text_frame().astype("category"),
    "polars": lambda: pl.DataFrame(AS_TEXT, schema=NAMES),
    "polars categories": lambda: pl.DataFrame(AS_TEXT, schema=NAMES).cast(pl.Categorical),
    "polars in pieces": lambda: pl.concat(
        [pl.DataFrame(AS_TEXT[:3]), pl.DataFrame(AS_TEXT[3:])], rechunk=False
    ),
    "arrow": lambda: pa.Table.from_pylist(AS_TEXT),
    "arrow dictionaries": lambda: dictionaries(pa.Table.from_pylist(AS_TEXT)),
    "record batch": lambda: pa.Table.from_pylist(AS_TEXT).to_batches()[0],
}
NUMBER_TABLES: dict[str, Any] = {
    "mappings": lambda: OF_NUMBERS,
    "array": lambda: number_frame().to_numpy(),
    "array of floats": lambda: number_frame().to_numpy(dtype=np.float64),
    "array of objects": lambda: number_frame().to_numpy(dtype=object),
    "array by column": lambda: np.asfortranarray(number_frame().to_numpy(dtype=np.float32)),
    "pandas": number_frame,
    "pandas floats": lambda: number_frame().astype(float),
    "pandas nullable": lambda: number_frame().astype("Int64"),
    "pandas of arrow": lambda: number_frame().astype("int16[pyarrow]"),
    "polars": lambda: pl.DataFrame(OF_NUMBERS),
    "polars small": lambda: pl.DataFrame(OF_NUMBERS).cast(pl.Int8),
    "polars floats": lambda: pl.DataFrame(OF_NUMBERS).cast(pl.Float32),
    "arrow": lambda: pa.Table.from_pylist(OF_NUMBERS),
    "arrow floats": lambda: pa.table({name: number_frame()[name].astype(float) for name in NAMES}),
    "arrow dictionaries": lambda: dictionaries(pa.Table.from_pylist(OF_NUMBERS)),
}


@pytest.mark.parametrize("kind", TEXT_TABLES)
def test_texts_in_every_kind_of_table(kind: str):
    expected = encode(FORM, without(ROWS)).codes
    found = encode(FORM, TEXT_TABLES[kind]())
    assert found.codes.tolist() == expected.tolist()
    assert found.not_applicable == counted(ROWS) == {"b": 4, "c": 3, "d": 1}
    assert score(FORM, TEXT_TABLES[kind]()).not_applicable == found.not_applicable


@pytest.mark.parametrize("kind", NUMBER_TABLES)
def test_numbers_in_every_kind_of_table(kind: str):
    found = read(NUMBER_TABLES[kind]())
    assert found.codes.tolist() == encode(FORM, without(OF_NUMBERS)).codes.tolist()
    assert found.not_applicable == counted(OF_NUMBERS) == {"b": 2, "c": 3}
    assert score(FORM, found).not_applicable == found.not_applicable


def test_blocks_of_a_large_table_are_counted_once_each(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("intimacy_scales.reading.table.BLOCK", 7)
    rows = OF_NUMBERS * 13
    for table in (pd.DataFrame(rows), pd.DataFrame(rows).to_numpy(float), pl.DataFrame(rows), rows):
        assert read(table).not_applicable == counted(rows)
        columns = FORM.item_ids if isinstance(table, np.ndarray) else None
        assert score(FORM, table, columns=columns).not_applicable == counted(rows)


CELL = st.sampled_from([*ANSWER, *map(str, ANSWER), *TEXTS, 8, 77.0, None, "", "NA", -99])
PLAIN = st.sampled_from([*ANSWER, None, -99])
RANDOM_ROWS = st.lists(
    st.fixed_dictionaries({"a": PLAIN, "b": CELL, "c": CELL, "d": CELL}), min_size=1, max_size=9
)


@given(RANDOM_ROWS, st.sampled_from(["rows", "pandas", "texts"]))
@settings(max_examples=60, deadline=None)
def test_it_is_counted_as_by_hand_and_scored_as_nothing(rows: list[dict[str, Any]], kind: str):
    table: Any = rows if kind == "rows" else pd.DataFrame(rows, columns=NAMES, dtype=object)
    if kind == "texts":
        table = pa.table({name: [None if v is None else str(v) for v in table[name]] for name in NAMES})
    coded, scores = encode(FORM, table), score(FORM, table)
    plain = score(FORM, without(rows))
    assert coded.not_applicable == scores.not_applicable == counted(rows)
    assert plain.not_applicable == {}
    assert np.array_equal(scores.values, plain.values, equal_nan=True)
    assert np.array_equal(scores.answered, plain.answered)
    assert score(FORM, coded) == scores
    assert item_moments(FORM, table) == item_moments(FORM, without(rows))
    alone = [score(FORM, row) for row in rows]
    for row, of_one, found in zip(rows, without(rows), alone, strict=True):
        assert found.not_applicable == tuple(item for item in "bcd" if counted([{item: row[item]}]))
        assert replace(found, not_applicable=()) == score(FORM, of_one)
        assert PersonScores.from_json(found.to_json(), instrument=FORM) == found
        assert json.loads(found.to_json()) == json.loads(json.dumps(found.to_dict()))
    assert score_many(FORM, rows) == alone
    assert score_many(FORM, without(rows)) == [replace(found, not_applicable=()) for found in alone]


# ---------------------------------------------------------------- files, streams, summaries


def test_a_file_and_its_summary_count_it(tmp_path: Path):
    path = tmp_path / "answers.csv"
    pd.DataFrame(AS_TEXT * 3, columns=NAMES).to_csv(path, index=False)
    for name in ("answers.csv", "answers.jsonl", "answers.parquet"):
        if name.endswith("jsonl"):
            text = "\n".join(json.dumps(row) for row in ROWS * 3) + "\n"
            path.with_name(name).write_text(text, encoding="utf-8")
        if name.endswith("parquet"):
            pd.DataFrame(AS_TEXT * 3, columns=NAMES).to_parquet(path.with_name(name))
        report = score_file(FORM, path.with_name(name))
        assert report.summary.not_applicable == counted(ROWS * 3) == {"b": 12, "c": 9, "d": 3}
        assert report.summary == score(FORM, ROWS * 3).summary()
        assert report.n_problems == 0
    assert report.summary.in_words() == "Does not apply, and counts as missing: b to 12, c to 9, d to 3"


@given(RANDOM_ROWS, st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_a_stream_adds_up_to_the_whole(rows: list[dict[str, Any]], size: int):
    batches = [rows[start : start + size] for start in range(0, len(rows), size)]
    parts = [scores.summary() for scores in score_stream(FORM, batches)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    assert total == score(FORM, rows).summary()
    assert total.not_applicable == counted(rows)
    assert list(total.not_applicable) == sorted(total.not_applicable)
    assert ScoreSummary.from_json(total.to_json()) == total


@pytest.mark.parametrize("engine", ["polars", "arrow"])
def test_engines_count_it_in_their_summary(engine: str):
    frame: Any = (
        pl.DataFrame(AS_TEXT).lazy() if engine == "polars" else dataset(pa.Table.from_pylist(AS_TEXT))
    )
    found = summarize(FORM, frame)
    assert found.scores == score(FORM, ROWS).summary()
    assert found.scores.not_applicable == counted(ROWS)


def test_a_summary_says_it_where_there_is_any():
    found, none = score(FORM, ROWS).summary(), score(FORM, without(ROWS)).summary()
    told = "Does not apply, and counts as missing: b to 4, c to 3, d to 1"
    assert found.in_words() == told
    assert told in repr(found)
    assert told in found._repr_html_()
    assert none.in_words() == ""
    assert "not apply" not in repr(none) + none._repr_html_()
    assert none.scales == found.scales
    assert none != found


# ---------------------------------------------------------------- options of reading, and documents


def test_what_missing_codes_name_too_stays_counted():
    for codes in (["Does not apply"], [8, 77], ["does not apply", 8.0, "77", 6]):
        found = encode(FORM, ROWS, missing_codes=codes)
        assert found.not_applicable == counted(ROWS)
    declared = encode(FORM, rows_of(6, "never asked", "n/r"), missing_codes=[6, "never asked"])
    assert declared.codes[:, 1].tolist() == [0, 0, 0]
    assert declared.not_applicable == {"b": 1}


def test_a_stored_value_can_be_recoded_to_it():
    for code, recode in (
        (9, {0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 9: "does not apply"}),
        (9, {0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 9: 77}),
        (5, {0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: "Does not apply"}),
    ):
        stored = rows_of(0, 1, 2, code)
        frame = pd.DataFrame(stored)
        for table in (
            stored,
            frame,
            frame.to_numpy(),
            frame.to_numpy(float),
            pl.DataFrame(stored),
            frame.astype(str),
        ):
            found = read(table, recode=recode)
            assert found.codes[:, 1].tolist() == [1, 2, 3, 0]
            assert found.not_applicable == {"b": 1}
        one = score(FORM, stored[3], recode=recode)
        assert one.not_applicable == ("b",)
        assert replace(one, not_applicable=()) == score(FORM, stored[3] | {"b": None}, recode=recode)
        with pytest.raises(InvalidResponsesError, match="item a"):
            read([row | {"a": code} for row in stored], recode=recode)


@pytest.mark.parametrize("stored", ["Does not apply", 8, "77"])
def test_what_means_that_it_does_not_apply_is_not_recoded(stored: Any):
    with pytest.raises(ResponseError, match="already means that the question does not apply") as caught:
        encode(FORM, rows_of(3), recode={stored: 1, 1: 1, 2: 2, 3: 3, 4: 4})
    assert "Leave it out. If it is an answer in these data, take it out of not_applicable" in str(
        caught.value
    )
    assert "fillna" not in str(caught.value) and "choose_all" not in str(caught.value)


def test_documents_hold_the_counts():
    coded, scores = encode(FORM, ROWS), score(FORM, ROWS)
    assert CodedResponses.from_json(coded.to_json(), instrument=FORM) == coded
    assert Scores.from_json(scores.to_json(), instrument=FORM) == scores
    assert coded.to_dict()["not_applicable"] == scores.to_dict()["not_applicable"] == counted(ROWS)
    assert score(FORM, CodedResponses.from_dict(coded.to_dict(), instrument=FORM)) == scores


def test_scores_of_one_person_say_it_only_where_there_is_any():
    found, none = score(FORM, rows_of("n/r")[0] | {"d": "77"}), score(FORM, rows_of(None)[0])
    told = "oes not apply, and counts as missing: b, d"
    assert told in repr(found) and told in found._repr_html_()
    assert "not apply" not in repr(none) + none._repr_html_()
    assert found.to_dict()["not_applicable"] == ["b", "d"]
    assert "not_applicable" not in none.to_dict() and "not_applicable" not in none.to_json()
    assert PersonScores.from_dict(found.to_dict(), instrument=FORM) == found
    assert pickle.loads(pickle.dumps(found)) == found
    assert "not_applicable" in PersonScores.json_schema()["properties"]
    assert "not_applicable" not in PersonScores.json_schema()["required"]


def test_it_is_found_among_other_names_and_bad_answers():
    row = {"A": 1, "B": "n/r", "C": 3, "D": 4, "who": ["a", "list"], "b": "Does not apply"}
    named = {"a": "A", "b": "B", "c": "C", "d": "D"}
    assert score(FORM, row, columns=named).not_applicable == ("b",)
    assert score(FORM, row | {"B": 2}, columns=named).not_applicable == ()
    bad = score(FORM, rows_of("n/r")[0] | {"d": "what"}, on_invalid="missing")
    assert (bad.not_applicable, [problem.item for problem in bad.problems]) == (("b",), ["d"])
    outcomes = score_many(
        FORM, {"x": rows_of("n/r")[0], "y": rows_of(8)[0] | {"a": 99}}, on_invalid="missing"
    )
    assert [outcome.not_applicable for outcome in outcomes.values()] == [("b",), ("b",)]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["a"], "has no item 'a' with that answer"),
        (["x"], "has no item 'x'"),
        (["b", "b"], "b is listed twice"),
    ],
)
def test_items_that_cannot_be_are_refused(items: list[str], words: str):
    made = score(FORM, rows_of("n/r")[0])
    with pytest.raises(DocumentError, match=words):
        PersonScores.from_dict(made.to_dict() | {"not_applicable": items}, instrument=FORM)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"a": 1}, "has no item 'a' with that answer"),
        ({"x": 1}, "has no item 'x' with that answer"),
        ({"b": 0}, "0 for b is not valid; allowed: 1 to 9"),
        ({"b": -1}, "-1 for b is not valid"),
        ({"b": 10}, "10 for b is not valid"),
        ({"b": "4"}, "not_applicable"),
        ([1], "not_applicable"),
    ],
)
@pytest.mark.parametrize("kind", [CodedResponses, Scores])
def test_counts_that_cannot_be_are_refused(kind: Any, counts: Any, words: str):
    made = encode(FORM, ROWS) if kind is CodedResponses else score(FORM, ROWS)
    with pytest.raises(DocumentError, match=words):
        kind.from_dict(made.to_dict() | {"not_applicable": counts}, instrument=FORM)


# ---------------------------------------------------------------- instruments


def test_another_range_keeps_it():
    other = FORM.with_response_scale(1, 4, items=["b", "c"])
    assert [item.response_scale.not_applicable for item in other.items] == [(), NONE, NONE, NONE]
    found = encode(other, rows_of("Does not apply", 8, 4))
    assert found.not_applicable == {"b": 2}
    satisfaction = load("satisfaction").with_response_scale(1, 5, items=["sat13"])
    assert satisfaction.item("sat13").response_scale.not_applicable == ("Does not apply",)


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"not_applicable": [3]}, "3 is also an answer that the response scale allows"),
        ({"not_applicable": ["yes"]}, "'yes' is also an answer"),
        ({"not_applicable": ["4.0"]}, "'4.0' is also an answer"),
        ({"not_applicable": [9], "missing_codes": [9]}, "9 is both a missing code and not_applicable"),
        ({"not_applicable": [9.0], "missing_codes": ["9"]}, "is both a missing code and not_applicable"),
        ({"not_applicable": ["N/R"], "missing_codes": ["n/r"]}, "is both a missing code and not_applicable"),
        ({"not_applicable": ["NA"]}, "'NA' would be read as a missing answer"),
        ({"not_applicable": [" "]}, "not_applicable"),
    ],
)
def test_what_cannot_be_declared(codes: dict[str, Any], words: str):
    with pytest.raises(ValidationError, match=words):
        ResponseScale.model_validate({"minimum": 1, "maximum": 5, "labels": {5: "Yes"}} | codes)


def test_a_declaration_is_part_of_the_key():
    document = FORM.to_dict()
    scale = document["response_scales"]["or-none"]
    none = scale.pop("not_applicable")
    undeclared = Instrument.model_validate(document)
    scale["missing_codes"] = [*scale["missing_codes"], *none]
    as_missing = Instrument.model_validate(document)
    assert undeclared.key_digest != FORM.key_digest == as_missing.key_digest
    assert len({undeclared.digest, FORM.digest, as_missing.digest}) == 3
    found = encode(as_missing, ROWS)
    assert (found.codes.tolist(), found.not_applicable) == (encode(FORM, ROWS).codes.tolist(), {})
    assert Instrument.model_validate(FORM.to_dict()) == FORM
