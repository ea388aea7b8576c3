"""Answers stored as something else: each value stands for what the mapping says, and for nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import Instrument, InvalidResponsesError, ResponseError, encode, item_moments, score

FORM = Instrument.model_validate(
    {
        "id": "form",
        "version": "1",
        "title": "Form",
        "response_scale": {
            "minimum": 1,
            "maximum": 5,
            "labels": {"1": "Never", "2": "Seldom", "3": "Sometimes", "4": "Often", "5": "Always"},
            "missing_codes": [-7],
        },
        "items": [{"id": "a"}, {"id": "b"}],
        "scales": [{"id": "s", "items": ["a", "-b"]}],
    }
)
BAD = "bad"


def naive_recode(value: Any, recode: dict[Any, Any]) -> Any:
    """What a stored number stands for: an answer, None for no answer, or a bad cell."""
    whole_book = any(stored in (1, 2, 3, 4, 5) for stored in recode)
    if value is None or value == -7:
        return None
    if value in recode:
        return recode[value]
    if value in (1, 2, 3, 4, 5):
        return BAD if whole_book else value
    return BAD


def read(table: Any, **options: Any) -> list[Any]:
    """Accepted answers to item a, as numbers; bad cells by name."""
    coded = encode(FORM, table, on_invalid="missing", **options)
    found: list[Any] = [None if code == 0 else int(code) for code in coded.codes[:, 0].tolist()]
    for problem in coded.problems:
        if problem.item == "a":
            found[problem.row] = BAD
    return found


stored_values = st.integers(-3, 9)
recodes = st.dictionaries(stored_values, st.one_of(st.none(), st.integers(1, 5)), min_size=1, max_size=7)
KINDS = {
    "int64": lambda values: pd.DataFrame({"a": values, "b": 1}),
    "float32": lambda values: pd.DataFrame({"a": np.array(values, dtype=np.float32), "b": 1}),
    "objects": lambda values: pd.DataFrame({"a": pd.Series(values, dtype=object), "b": 1}),
    "texts": lambda values: pd.DataFrame({"a": [str(v) for v in values], "b": 1}),
    "mappings": lambda values: [{"a": v, "b": 1} for v in values],
    "polars": lambda values: pl.DataFrame({"a": values, "b": [1] * len(values)}),
    "int8 rows": lambda values: np.column_stack([values, np.ones(len(values))]).astype(np.int8),
}


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning")  # made up
@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=60)
@given(recode=recodes, values=st.lists(stored_values, min_size=1, max_size=30), as_text=st.booleans())
def test_every_kind_of_table_is_recoded_alike(kind, recode, values, as_text):
    given_as = {str(stored) if as_text else stored: answer for stored, answer in recode.items()}
    options = {"columns": ["a", "b"]} if kind == "int8 rows" else {}
    found = read(KINDS[kind](values), recode=given_as, **options)
    assert found == [naive_recode(value, recode) for value in values]


@settings(deadline=None, max_examples=60)
@given(recode=recodes, value=stored_values)
def test_one_person_is_read_as_a_row_is(recode, value):
    meant = naive_recode(value, recode)
    person = {"a": value, "b": value}
    if meant == BAD:
        with pytest.raises(InvalidResponsesError):
            score(FORM, person, recode=recode)
    else:
        alone = score(FORM, person, recode=recode).scores["s"]
        expected = score(FORM, {"a": meant, "b": meant}).scores["s"]
        assert alone == expected
        assert score(FORM, [person], recode=recode)["s"][0] == pytest.approx(
            np.nan if expected is None else expected, nan_ok=True
        )


def test_labels_are_recoded_apart_from_numbers():
    answers = pd.DataFrame({"a": ["Never", "Daily", 3, "often"], "b": 1})
    assert read(answers, recode={"daily": 5}) == [1, 5, 3, 4]
    assert read(answers, recode={"Never": 5, "Often": "Seldom"}) == [5, BAD, 3, 2]
    with pytest.raises(InvalidResponsesError, match="'Sometimes' is not among the labels that recode names"):
        encode(FORM, [{"a": "Sometimes", "b": 1}], recode={"Never": 5})


def test_numbers_that_are_stored_inexactly_are_recoded_too():
    form = FORM.model_copy(update={})
    tenths = Instrument.model_validate(
        form.to_dict() | {"response_scale": {"minimum": 0.1, "maximum": 0.5, "step": 0.1}}
    )
    shifted = {0.1: 0.2, 0.2: 0.3, 0.3: 0.1}
    for three in (0.3, 0.1 + 0.2, np.float32(0.3)):
        table = pd.DataFrame({"a": np.array([three]), "b": [0.1]})
        assert encode(tenths, table, recode=shifted).codes.tolist() == [[1, 2]]


def test_numbers_outside_the_mapping_are_named():
    with pytest.raises(
        InvalidResponsesError, match="row 1, item a: 5 is not among the values that recode names"
    ):
        item_moments(FORM, pd.DataFrame({"a": [0, 5], "b": [1, 2]}), recode={0: 1, 1: 2, 2: 3, 3: 4, 4: 5})


WRONG = {
    "no mapping": ([1, 2], "pass a mapping from stored value to answer"),
    "a truth value": ({True: 1}, "True is neither a number nor a text"),
    "a list": ({6: [5]}, r"\[5\] is neither a number nor a text"),
    "nothing": ({None: 1}, "a missing answer cannot be recoded"),
    "nan": ({float("nan"): 1}, "a missing answer cannot be recoded"),
    "NA": ({"NA": 1}, "'NA' already means no answer"),
    "a declared code": ({-7: 1}, "-7 already means no answer"),
    "no answer to anything": ({6: 9}, "6 stands for 9, which is not an answer to any item"),
}


@pytest.mark.parametrize("name", WRONG)
def test_mappings_that_cannot_be_meant_are_refused(name):
    recode, message = WRONG[name]
    for answers in ({"a": 1, "b": 2}, [{"a": 1, "b": 2}]):
        with pytest.raises(ResponseError, match=message):
            score(FORM, answers, recode=recode)


def test_a_code_cannot_be_missing_and_an_answer():
    with pytest.raises(ResponseError, match="9 already means no answer"):
        score(FORM, {"a": 9, "b": 1}, missing_codes=[9], recode={9: 5})
