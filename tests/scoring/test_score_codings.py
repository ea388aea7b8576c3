"""Checked answers are scored by the coding that they were checked with, and by no other."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from intimacy_scales import Instrument, available, cronbach_alpha, encode, load, score, simulate
from intimacy_scales.errors import ResponseError, UnverifiedKeyWarning
from intimacy_scales.reliability import item_moments

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UnverifiedKeyWarning)
    CODED = [(form.id, c.id) for form in map(load, available().ids) for c in form.codings if c.complete]


def two_ways() -> Instrument:
    """Four items from 1 to 5, stored in one of two ways other than the printed one."""
    return Instrument.model_validate(
        {
            "id": "f",
            "version": "1",
            "title": "Made up",
            "evidence": {"status": "published"},
            "response_scale": {"minimum": 1, "maximum": 5},
            "items": [{"id": name} for name in "abcd"],
            "scales": [{"id": "s", "items": ["a", "-b", "c", "d"]}],
            "codings": [
                {"id": "one", "description": "b the other way", "flip": ["b"]},
                {"id": "other", "description": "c and d the other way", "flip": ["c", "d"]},
            ],
        }
    )


@pytest.fixture
def answers() -> Any:
    return simulate(two_ways(), 20, rng=1).answers


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
@pytest.mark.parametrize(("name", "coding"), CODED)
def test_shipped_instruments_do_not_score_another_coding(name: str, coding: str) -> None:
    table = simulate(name, 5, rng=1).answers
    coded = encode(name, table, coding=coding)
    with pytest.raises(ResponseError, match=f"these codes belong to {name} .*coding by {coding}"):
        score(name, coded)
    right = score(name, table, coding=coding)
    assert score(name, coded, coding=coding) == right
    assert score(coded.instrument, coded) == right
    assert not np.array_equal(right.values, score(name, table).values)


@pytest.mark.parametrize("coding", ["one", "other"])
def test_answers_as_printed_are_not_scored_by_a_coding(answers: Any, coding: str) -> None:
    with pytest.raises(ResponseError, match="these codes belong to f 1, not to f 1, coding by"):
        score(two_ways(), encode(two_ways(), answers), coding=coding)


def test_one_coding_is_not_another(answers: Any) -> None:
    coded = encode(two_ways(), answers, coding="one")
    with pytest.raises(ResponseError, match="coding by one, not to f 1, coding by other"):
        score(two_ways(), coded, coding="other")


@pytest.mark.parametrize("statistic", [cronbach_alpha, item_moments])
def test_statistics_refuse_another_coding(answers: Any, statistic: Any) -> None:
    coded = encode(two_ways(), answers, coding="one")
    with pytest.raises(ResponseError, match="coding by one, not to f 1"):
        statistic(two_ways(), coded)


def test_another_key_of_the_same_items_may_score_checked_answers(answers: Any) -> None:
    form = two_ways()
    turned = form.model_copy(update={"scales": [scale.turned(["a"]) for scale in form.scales]})
    assert score(turned, encode(form, answers)) == score(turned, answers)
