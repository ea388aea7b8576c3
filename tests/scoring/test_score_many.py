"""Many answer sheets: each has its own outcome, which is that of `score`, whatever is wrong with another."""

from __future__ import annotations

import json
import pickle
import uuid
from collections import UserDict
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from intimacy_scales import (
    InvalidResponsesError,
    PersonScores,
    ResponseError,
    SheetProblems,
    encode,
    load,
    score,
    score_many,
)
from intimacy_scales.errors import InstrumentError
from tests.shared.strategies import answered

FORM = load("kmss")
GOOD = {"kmss_1": 7, "kmss_2": 6, "kmss_3": 7}
BAD = {"kmss_1": 9, "kmss_2": True, "kmss_3": 7}
SHEETS: list[Any] = [
    GOOD, BAD, {}, None, [7, 6, 7], {"age": 33}, {"kmss_1": None}, UserDict(GOOD), pd.Series(GOOD),
    {**GOOD, "Kmss_1": 3}, {"KMSS_1": 7}, {f"k{n}": 1 for n in range(100_001)}, {"kmss_1": "7", "who": "x"},
    pd.Series([1, 2], index=["kmss_1", "kmss_1"]),
]  # fmt: skip


def alone(sheet: Any, **options: Any) -> Any:
    """The scores of one sheet, or None where they are missing."""
    try:
        result = score(FORM, sheet, **options)
    except ResponseError:
        return None
    return result if isinstance(result, PersonScores) else None


@pytest.mark.parametrize("on_invalid", ["return", "missing"])
def test_every_sheet_has_the_outcome_that_it_would_have_alone(on_invalid: Any) -> None:
    outcomes = score_many(FORM, SHEETS, on_invalid=on_invalid)
    assert len(outcomes) == len(SHEETS)
    for position, (sheet, outcome) in enumerate(zip(SHEETS, outcomes, strict=True)):
        expected = alone(sheet, on_invalid="missing" if on_invalid == "missing" else "raise")
        assert outcome.ok == (expected is not None)
        if outcome.ok:
            assert outcome == expected
            assert outcome.to_json() == expected.to_json()
        else:
            assert (outcome.position, outcome.instrument) == (position, FORM.ref)
    assert {position for position, outcome in enumerate(outcomes) if outcome.ok} == (
        {0, 6, 7, 8, 9, 12} | ({1, 10} if on_invalid == "missing" else set())
    )


@given(case=answered(max_rows=6), spoil=st.lists(st.sampled_from([None, "odd", True, 10**6]), max_size=6))
@settings(max_examples=25, deadline=None)
def test_sheets_of_any_instrument_have_the_outcome_of_score(case: Any, spoil: list[Any]) -> None:
    form, rows = case
    for row, odd in zip(rows, spoil, strict=False):
        row[form.item_ids[-1]] = odd
    for row, outcome in zip(rows, score_many(form, iter(rows)), strict=True):
        try:
            expected = score(form, row)
        except InvalidResponsesError as error:
            assert isinstance(outcome, SheetProblems)
            assert outcome.problems == error.problems
            assert str(error).startswith(outcome.message)
        else:
            assert outcome == expected


def test_a_sheet_without_scores_says_where_what_and_why() -> None:
    good, bad = score_many(FORM, [GOOD, BAD])
    assert isinstance(good, PersonScores)
    assert isinstance(bad, SheetProblems)
    assert (bad.position, bad.person) == (1, None)
    told = [(p.row, p.person, p.item, p.value, p.code, p.allowed) for p in bad.problems]
    assert told == [
        (None, None, "kmss_1", 9, "range", "1 to 7"),
        (None, None, "kmss_2", True, "boolean", "1 to 7"),
    ]
    assert bad.message.startswith("2 answers are not valid for kmss:\n  item kmss_1: 9 is outside the range")
    assert repr(bad) == (
        "<SheetProblems kmss 2: sheet 1 has no scores; item kmss_1: 9 is outside the range; allowed: 1 to 7; "
        "1 more>"
    )


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        ({}, "the mapping is empty: it has no item of kmss"),
        ({"age": 33}, "the mapping has no item of kmss: its keys are 'age'"),
        (None, "the sheet is of type NoneType; it must be a mapping of item → answer"),
        ([7, 6], "the sheet is of type list; it must be a mapping of item → answer"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why(sheet: Any, told: str) -> None:
    (outcome,) = score_many(FORM, [sheet])
    assert isinstance(outcome, SheetProblems)
    assert outcome.message.startswith(told)
    assert len(outcome.problems) == 0
    assert repr(outcome) == f"<SheetProblems kmss 2: sheet 0 has no scores; {outcome.message}>"


# ------------------------------------------------------------------ who


def test_sheets_by_id_have_outcomes_by_id() -> None:
    keys = [uuid.UUID(int=1), 7, "anna"]
    outcomes = score_many(FORM, dict(zip(keys, [GOOD, BAD, {}], strict=True)))
    assert list(outcomes) == keys
    assert [outcome.ok for outcome in outcomes.values()] == [True, False, False]
    bad = [outcome for outcome in outcomes.values() if isinstance(outcome, SheetProblems)]
    assert [(outcome.position, outcome.person) for outcome in bad] == [(1, 7), (2, "anna")]
    assert repr(bad[1]).startswith("<SheetProblems kmss 2: sheet 2 of person anna has no scores; the mapping")


def test_a_person_is_named_by_what_stands_in_the_sheet() -> None:
    one, other = score_many(FORM, [{**BAD, "who": "anna"}, GOOD], person="who")
    assert isinstance(one, SheetProblems)
    assert isinstance(other, SheetProblems)
    assert (one.person, one.problems[0].person) == ("anna", None)
    assert other.message == "person: the mapping has no key 'who'"
    (kept,) = score_many(
        FORM, {"sheet 5": {**BAD, "who": "anna"}}, person="who", on_invalid="missing"
    ).values()
    assert kept == score(FORM, {**BAD, "who": "anna"}, person="who", on_invalid="missing")


# ------------------------------------------------------------------ what goes in


def test_sheets_are_read_once_from_any_iterable() -> None:
    def sheets() -> Iterator[dict[str, Any]]:
        yield GOOD
        yield BAD

    for given_sheets in (sheets(), (GOOD, BAD), {"a": GOOD, "b": BAD}.values(), map(dict, [GOOD, BAD])):
        assert [outcome.ok for outcome in score_many(FORM, given_sheets)] == [True, False]
    assert score_many(FORM, []) == []
    assert score_many(FORM, {}) == {}


def test_errors_of_the_source_are_not_bad_sheets() -> None:
    def sheets() -> Iterator[dict[str, Any]]:
        yield GOOD
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        score_many(FORM, sheets())


@pytest.mark.parametrize(
    ("given_sheets", "told"),
    [
        (GOOD, r"no value of this mapping is an answer sheet: .* score\(instrument, answers\)"),
        (pd.DataFrame([GOOD]), r"sheets is a table \(DataFrame\): .* table\.to_dict\('records'\)"),
        (pl.DataFrame([GOOD]), r"sheets is a table \(DataFrame\)"),
        (np.array([[7, 6, 7]]), r"sheets is a table \(ndarray\)"),
        (encode(FORM, [GOOD]), "sheets of type CodedResponses cannot be scored"),
        ('[{"kmss_1": 7}]', r"sheets of type str cannot be scored: .* json\.loads\(text\)"),
        (7, "sheets of type int cannot be scored"),
    ],
)
def test_what_holds_no_sheets_is_refused_and_says_what_to_call(given_sheets: Any, told: str) -> None:
    with pytest.raises(ResponseError, match=told):
        score_many(FORM, given_sheets)


def test_options_that_cannot_be_are_errors_of_the_call() -> None:
    with pytest.raises(ResponseError, match="columns="):
        score_many(FORM, [GOOD], columns="no place")
    with pytest.raises(InstrumentError, match="no coding 'position'"):
        score_many(FORM, [GOOD], coding="position")


# ------------------------------------------------------------------ one error for all


def test_one_error_names_all_answers_of_all_sheets() -> None:
    assert score_many(FORM, [GOOD], on_invalid="raise") == [score(FORM, GOOD)]
    with pytest.raises(InvalidResponsesError) as caught:
        score_many(FORM, {"ann": GOOD, "ben": BAD, "cy": {"kmss_3": "x"}}, on_invalid="raise")
    told = [(p.row, p.person, p.item) for p in caught.value.problems]
    assert told == [(1, "ben", "kmss_1"), (1, "ben", "kmss_2"), (2, "cy", "kmss_3")]
    assert "row 1, person ben, item kmss_1: 9 is outside the range" in str(caught.value)
    with pytest.raises(ResponseError, match=r"^sheet 1 of person ben: the mapping is empty"):
        score_many(FORM, {"ann": BAD, "ben": {}}, on_invalid="raise")
    with pytest.raises(ResponseError, match=r"^sheet 0: the sheet is of type NoneType"):
        score_many(FORM, [None], on_invalid="raise")  # type: ignore[call-overload]


# ------------------------------------------------------------------ documents of all


def test_documents_of_all_are_one_array_for_other_languages() -> None:
    outcomes = score_many(FORM, {"anna": GOOD, "ben": BAD, "cy": {}})
    text = f"[{', '.join(outcome.to_json() for outcome in outcomes.values())}]"
    documents = json.loads(text)
    for document, outcome in zip(documents, outcomes.values(), strict=True):
        jsonschema.Draft202012Validator(type(outcome).json_schema()).validate(document)
        assert type(outcome).from_dict(document) == outcome
        assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert [document.get("person") for document in documents] == [None, "ben", "cy"]


def test_outcomes_pass_through_pydantic() -> None:
    adapter = TypeAdapter(list[PersonScores | SheetProblems])
    outcomes = score_many(FORM, [GOOD, BAD, {}])
    stored = adapter.dump_json(outcomes)
    assert json.loads(stored) == [json.loads(outcome.to_json()) for outcome in outcomes]
    assert adapter.validate_json(stored) == outcomes
    assert set(adapter.json_schema()["items"]["anyOf"][1]["properties"]) == set(outcomes[1].to_dict())
