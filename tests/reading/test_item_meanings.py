"""Missing codes, missing ranges and recoding of single items."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import encode, load, score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.reading.answer_keys import Meaning, answer_keys
from intimacy_scales.reading.answers import MISSING, PROBLEM, AnswerKey

RAS = load("ras")
ANSWERS = pd.DataFrame({f"ras_{n}": [5, 4, 1] for n in range(1, 8)})


def test_a_recoding_of_one_item_leaves_the_others():
    turned = ANSWERS.assign(ras_2=[1, 2, 5])
    recode = {"ras_2": {1: 5, 2: 4, 5: 1}}
    assert encode("ras", turned, recode=recode).codes.tolist() == encode("ras", ANSWERS).codes.tolist()
    assert score("ras", turned, recode=recode)["total"].tolist() == score("ras", ANSWERS)["total"].tolist()


def test_one_sheet_and_a_table_read_single_items_alike():
    sheet = {"ras_1": "often", "ras_2": -9, **{f"ras_{n}": 4 for n in range(3, 8)}}
    options = {"missing_codes": {"ras_2": [-9]}, "recode": {"ras_1": {"often": 5}}}
    table = score("ras", [sheet], **options)
    assert score("ras", sheet, **options).scores["total"] == table["total"][0]


def test_general_recoding_and_that_of_an_item_hold_together():
    table = ANSWERS.assign(ras_1=["never", "x", "1"]).astype(object)
    coded = encode("ras", table, recode={"never": 1, "ras_1": {"x": 2}, 5: 5, 4: 4, 1: 1})
    assert coded.codes[:, 0].tolist() == [1, 2, 1]


def test_a_missing_code_of_one_item_is_an_error_in_others():
    with pytest.raises(InvalidResponsesError, match="ras_3"):
        encode("ras", ANSWERS.assign(ras_3=[9, 4, 1], ras_2=[9, 4, 1]), missing_codes={"ras_2": 9})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"recode": {"ras_1": {"6": 8}}}, "stands for 8, which is not an answer to item ras_1"),
        ({"recode": {"ras_9": {"6": 5}}}, "'ras_9' is not an item of .*did you mean"),
        ({"missing_codes": {"ras_1": [3]}}, "missing code 3 is an answer that item ras_1 allows"),
        ({"recode": {"ras_1": {"6": True}}}, "neither a number nor a text"),
        ({"recode": {7: {"6": 5}}}, "7 is not the id of an item"),
        ({"recode": {6: 5, "ras_1": {6: 4}}}, "cannot stand for two different answers"),
    ],
)
def test_what_is_said_of_single_items_is_checked(options, words):
    with pytest.raises(ResponseError, match=words):
        encode("ras", ANSWERS, **options)


@given(
    low=st.floats(-1e4, 0.99),
    high=st.one_of(st.just(math.inf), st.floats(5.01, 1e4)),
    value=st.floats(-2e4, 2e4),
)
def test_ranges_of_missing_values(low, high, value):
    scale = RAS.items[0].response_scale
    key = AnswerKey(scale, missing_ranges=((-math.inf, low), (high, math.inf)))
    if value in scale.values:
        assert key.decode(value) > 0
    elif value <= low or value >= high:
        assert key.decode(value) == key.decode(str(value)) == key.decode(np.float64(value)) == MISSING
    else:
        assert key.decode(value) == AnswerKey(scale).decode(value)
        assert key.decode(value) == PROBLEM or abs(value - round(value)) < 1e-9


def test_a_range_of_missing_values_that_includes_an_answer_is_refused():
    with pytest.raises(ResponseError, match="-999 to 1 include 1, which is an answer that item ras_1 allows"):
        answer_keys(RAS, by_item=(("ras_1", Meaning(missing_ranges=((-999.0, 1.0),))),))
