"""Answers that are listed or scored one by one: what is allowed, what it counts, and what follows from it."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import (
    CodedResponses,
    Instrument,
    InstrumentError,
    InvalidResponsesError,
    ResponseScale,
    cronbach_alpha,
    encode,
    item_analysis,
    load_file,
    reliability_report,
    score,
    score_many,
    simulate,
)
from intimacy_scales.errors import DocumentError
from intimacy_scales.reading.answers import AnswerKey

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnvalidatedInstrumentWarning")

# weights as a Locke-Wallace test has them; items and labels are made up
MARITAL = """
id = "adjustment"
version = "1"
title = "Options with weights"

[response_scales.printed]
points = [0, 2, 7, 15, 20, 25, 35]
missing_codes = [-1]

[response_scales.stored]
minimum = 1
maximum = 7
scores = { 1 = 0, 2 = 2, 3 = 7, 4 = 15, 5 = 20, 6 = 25, 7 = 35 }

[response_scales.agreement]
points = [0, 1, 2, 3, 4, 5]

[response_scales.who]
minimum = 1
maximum = 3
scores = { 1 = 0, 2 = 2, 3 = 10 }
labels = { 1 = "One gives in", 2 = "The other does", 3 = "Both" }

[response_scales.regret]
minimum = 1
maximum = 4
scores = { 1 = 0, 2 = 3, 3 = 8, 4 = 15 }

[[items]]
id = "happy"
response_scale = "printed"

[[items]]
id = "happy_stored"
response_scale = "stored"

[[items]]
id = "money"
response_scale = "agreement"

[[items]]
id = "quarrels"
response_scale = "who"

[[items]]
id = "regret"
response_scale = "regret"

[[scales]]
id = "printed"
method = "sum"
items = ["happy", "-money", "quarrels", "regret"]

[[scales]]
id = "stored"
method = "sum"
items = ["happy_stored", "money"]

[[cutoffs]]
scale = "printed"
below = 40
meaning = "low"
source = "made up"
"""
SHEET = {"happy": 15, "happy_stored": 4, "money": 4, "quarrels": 3, "regret": 2}


@pytest.fixture(name="marital")
def load_marital(tmp_path: Path) -> Instrument:
    path = tmp_path / "adjustment.toml"
    path.write_text(MARITAL, encoding="utf-8")
    return load_file(path)


def test_by_hand(marital):
    """15 + (5 - 4) + 10 + 3 = 29; 15 + 4 = 19; ranges 0 to 35 + 5 + 10 + 15 and 0 to 40."""
    person = score(marital, SHEET)
    assert person.scores == {"printed": 29.0, "stored": 19.0}
    assert person.ranges == {"printed": (0.0, 65.0), "stored": (0.0, 40.0)}
    assert person.pomp["printed"] == 29 / 65 * 100
    assert marital.score_ranges == person.ranges
    assert marital.score_steps == {"printed": 1.0, "stored": 1.0}
    texts = {"happy": "15", "happy_stored": "4.0", "money": " 4", "quarrels": "both", "regret": Decimal(2)}
    assert score(marital, texts).scores == person.scores
    for rows in ([SHEET, texts], pd.DataFrame([SHEET] * 2), pl.DataFrame([SHEET] * 2)):
        assert score(marital, rows).values.tolist() == [[29.0, 19.0]] * 2
    assert score_many(marital, [SHEET])[0].scores == person.scores


def test_extremes_are_reached(marital):
    best = {"happy": 35, "happy_stored": 7, "money": 0, "quarrels": 3, "regret": 4}
    worst = {"happy": 0, "happy_stored": 1, "money": 5, "quarrels": 1, "regret": 1}
    assert score(marital, [worst, best])["printed"].tolist() == [0.0, 65.0]
    assert (score(marital, worst).pomp["printed"], score(marital, best).pomp["printed"]) == (0.0, 100.0)


def test_the_lowest_option_everywhere_needs_not_count_least(marital):
    """Where options count 10, 2 and 0, the first counts most."""
    falling = marital.to_dict()
    falling["response_scales"]["who"]["scores"] = {"1": 10, "2": 2, "3": 0}
    form = Instrument.model_validate(falling)
    for n, end in enumerate(("minimum", "maximum")):
        ticked = {item.id: getattr(item.response_scale, end) for item in form.items}
        scores = {name: both[n] for name, both in form.one_option_scores.items()}
        assert scores == score(form, ticked).scores
    assert form.one_option_scores["printed"] == (0 + 5 + 10 + 0, 35 + 0 + 0 + 15)


@pytest.mark.parametrize("value", [13, "13", 1, 36, 0.5, 13.0, "7.5"])
def test_only_what_is_listed_is_an_answer(marital, value):
    told = "7, 15, 20, 25 or 35"
    with pytest.raises(InvalidResponsesError, match=told):
        score(marital, SHEET | {"happy": value})
    rows = [SHEET, SHEET | {"happy": value}]
    for table in (
        rows,
        pd.DataFrame(rows),
        pl.DataFrame(rows, strict=False) if isinstance(value, int) else rows,
    ):
        with pytest.raises(InvalidResponsesError, match=told):
            score(marital, table)
    with pytest.raises(InvalidResponsesError, match="1 to 7"):
        score(marital, SHEET | {"happy_stored": 15})


def test_columns_of_numbers_are_checked_cell_by_cell(marital):
    for dtype in ("float64", "float32", "int64", "int16", "uint8", "Int8", "object"):
        values = [0, 2, 7, 15, 20, 25, 35]
        table = pd.DataFrame([SHEET] * 7).assign(happy=pd.array(values, dtype=dtype))
        coded = encode(marital, table)
        assert coded.codes[:, 0].tolist() == [v + 1 for v in values]
        assert coded.to_frame()["happy"].tolist() == values
    gaps = pd.DataFrame([SHEET] * 3).assign(happy=[35, math.nan, -1])
    assert encode(marital, gaps).codes[:, 0].tolist() == [36, 0, 0]
    bad = pd.DataFrame([SHEET] * 3).assign(happy=[35.0, 13.0, 1e300])
    assert [p.value for p in encode(marital, bad, on_invalid="missing").problems] == [13.0, 1e300]


def test_stored_values_are_read_and_scores_count(marital):
    rows = [SHEET | {"happy_stored": n} for n in range(1, 8)]
    coded = encode(marital, rows)
    assert coded.to_frame()["happy_stored"].tolist() == [0, 2, 7, 15, 20, 25, 35]
    assert score(marital, coded)["stored"].tolist() == [4.0 + w for w in (0, 2, 7, 15, 20, 25, 35)]
    again = CodedResponses.from_json(coded.to_json(), instrument=marital)
    assert again == coded
    broken = coded.to_dict()
    broken["codes"]["happy_stored"][0] = 2
    with pytest.raises(DocumentError, match=r"2 is not valid; allowed: \[0, 1, "):
        CodedResponses.from_dict(broken, instrument=marital)
    assert score(marital, [SHEET], recode={9: 4}).values.tolist() == [[29.0, 19.0]]


def test_recoded_values_are_stored_ones_also_where_two_count_alike():
    key = AnswerKey(ResponseScale(minimum=1, maximum=3, scores={1: 0, 2: 0, 3: 1}), recode=((1, 3), (3, 1)))
    assert [key.decode(value) for value in (1, 2, 3, 4)] == [2, -1, 1, -1]


def test_scores_may_fall_be_equal_and_be_decimals():
    knowledge = ResponseScale(minimum=1, maximum=4, scores={1: 0, 2: 1, 3: 0, 4: 0})
    assert [AnswerKey(knowledge).decode(v) for v in (1, 2, 3, 4, 5)] == [1, 2, 1, 1, -1]
    assert knowledge.not_mirrored() is None
    decimals = ResponseScale(points=[0.1, 0.25, 0.4], scores={0.1: -1.5, 0.25: 0, 0.4: 0.75})
    assert decimals.counted.values == (-1.5, -0.75, 0, 0.75)
    assert [AnswerKey(decimals).decode(v) for v in (0.1, "0.25", 0.4, 0.2)] == [1, 3, 4, -1]
    assert ResponseScale(points=[1, 2, 3]).is_plain
    assert ResponseScale(minimum=1, maximum=3, scores={1: 1, 2: 2, 3: 3}).counted.n == 3


def test_files_and_copies_keep_them(marital):
    for again in (
        Instrument.model_validate(marital.to_dict()),
        marital.model_copy(),
        marital.model_copy(update={"title": "x"}).model_copy(update={"title": marital.title}),
    ):
        assert again == marital
        assert (again.digest, again.key_digest) == (marital.digest, marital.key_digest)
    printed = marital.to_dict()["response_scales"]["printed"]
    assert printed == {"points": [0, 2, 7, 15, 20, 25, 35], "missing_codes": [-1]}
    schema = Instrument.json_schema()["$defs"]["ResponseScale"]
    assert {"required": ["points"]} in schema["anyOf"]


def one_item(scale: dict[str, Any], **fields: Any) -> Instrument:
    return Instrument.model_validate(
        {
            "id": "f",
            "version": "1",
            "title": "F",
            "items": [{"id": "a", "response_scale": scale}],
            "scales": [{"id": "s", "items": ["a"]}],
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        ({"points": [0, 2, 2]}, "2 follows 2; list each point once"),
        ({"points": [0, 7, 2]}, "2 follows 7"),
        ({"points": [3]}, "3 is the only one"),
        ({"points": 7}, "7 is not a list of the stored values"),
        ({"points": [0, "x"]}, "'x' is not a number"),
        ({"points": [0, 2], "minimum": 1}, "minimum 1 does not agree with the points 0 or 2"),
        ({"points": [0, 2, 7], "step": 2}, "step 2 does not agree"),
        ({"points": [0, 1e-9, 1]}, "at most 65535"),
        ({"points": [0, 2], "labels": {"1": "x"}}, "label 'x' is given to 1, which is not a point"),
        ({"points": [0, 2], "missing_codes": [2]}, "missing code 2 is also an answer"),
        ({"minimum": 1, "maximum": 3, "scores": {"1": 0, "2": 5}}, "no score for 3; every point needs one"),
        ({"minimum": 1, "maximum": 2, "scores": {"1": 0, "2": 5, "4": 1}}, "4 is not a point"),
        ({"minimum": 1, "maximum": 2, "scores": {"1": 0, "1.0": 5}}, "point 1 has two scores"),
        ({"minimum": 1, "maximum": 2, "scores": {"1": 3, "2": 3}}, "every answer counts 3"),
        ({"minimum": 1, "maximum": 2, "scores": {"one": 3}}, "'one' is not a point"),
        (
            {"minimum": 1, "maximum": 2, "scores": [1, 2]},
            "scores must be a table of stored value = score",
        ),
        ({"minimum": 1, "maximum": 2, "scores": {"1": 0, "2": 1e-9, "3": 1}}, "scores: 3 is not a point"),
        ({"points": [0, 1, 2], "scores": {"0": 1e-9, "1": 1, "2": 2}}, "at most 65535"),
        ({"points": []}, "minimum"),
    ],
)
def test_what_cannot_be_is_refused(scale, words):
    with pytest.raises(ValueError, match=words):
        one_item(scale)


def test_only_symmetric_answers_are_reversed():
    reverse = {"scales": [{"id": "s", "items": ["-a"]}]}
    with pytest.raises(
        ValueError, match=r"'-a' is reverse-keyed, but .* lowest \+ highest - 2 is not one of them"
    ):
        one_item({"points": [0, 2, 7, 15]}, **reverse)
    with pytest.raises(ValueError, match=r"write the scores in reverse"):
        one_item({"minimum": 1, "maximum": 3, "scores": {1: 0, 2: 2, 3: 10}}, **reverse)
    with pytest.raises(ValueError, match=r"codings\[0\] \(p\)\.flip: answers to 'a' are listed or scored"):
        one_item({"points": [0, 2, 7]}, codings=[{"id": "p", "description": "d", "flip": ["a"]}])
    even = one_item({"points": [0, 2, 5, 7]}, **reverse)
    assert [score(even, {"a": v}).scores["s"] for v in (0, 2, 5, 7)] == [7, 5, 2, 0]
    turned = one_item({"minimum": 1, "maximum": 3, "scores": {1: 3, 2: 1, 3: 2}}, **reverse)
    assert score(turned, [{"a": v} for v in (1, 2, 3)])["s"].tolist() == [1, 3, 2]


def test_another_range_says_nothing_of_listed_answers(marital):
    with pytest.raises(InstrumentError, match="answers to happy are listed or scored one by one"):
        marital.with_response_scale(0, 10, items=["happy"])


def test_key_digests_tell_them_apart():
    scales = [
        {"minimum": 0, "maximum": 7},
        {"points": [0, 2, 7]},
        {"points": [0, 3, 7]},
        {"points": [0, 2, 7], "scores": {0: 0, 2: 1, 7: 2}},
        {"points": [0, 2, 7], "scores": {0: 0, 2: 1, 7: 3}},
    ]
    assert len({one_item(scale).key_digest for scale in scales}) == len(scales)
    assert one_item({"points": [0, 2.0, 7]}).key_digest == one_item(scales[1]).key_digest


def test_simulated_answers_are_stored_ones_and_follow_what_they_count(marital):
    simulated = simulate(marital, 2_000, rng=1, missing=0.05)
    for item in marital.items:
        assert set(simulated.answers[item.id].dropna()) == set(item.response_scale.values)
    who = ResponseScale(minimum=1, maximum=3, scores={1: 10, 2: 0, 3: 2})
    form = one_item({"minimum": 1, "maximum": 5}).model_copy(
        update={
            "items": [{"id": n, "response_scale": who} for n in "ab"],
            "scales": [{"id": "s", "items": ["a", "b"]}],
        }
    )
    drawn = simulate(form, 4_000, loadings=0.9, rng=2)
    counted = encode(form, drawn.answers).to_frame()
    assert np.corrcoef(counted["a"], drawn.true_scores["s"])[0, 1] > 0.4
    assert np.corrcoef(drawn.answers["a"], drawn.true_scores["s"])[0, 1] < 0


def test_statistics_are_of_what_answers_count(marital):
    """Item moments, alpha and item analysis equal those of the scores as plain numbers."""
    answers = simulate(marital, 400, rng=3, missing=0.1).answers
    counted = encode(marital, answers).to_frame()
    frame = counted[["happy_stored", "money"]]
    covariances = frame.cov().to_numpy()
    wanted = 2 * (1 - np.trace(covariances) / covariances.sum())
    alpha = cronbach_alpha(marital, answers, scale="stored", missing="pairwise")
    assert alpha.estimate == pytest.approx(wanted, rel=1e-12)
    items = item_analysis(marital, answers, scale="stored")
    assert items.mean == pytest.approx(frame.mean().to_numpy(), rel=1e-12)
    assert items.options == ((0, 2, 7, 15, 20, 25, 35), (0, 1, 2, 3, 4, 5))
    assert [len(row) for row in items.frequencies] == [7, 6]
    assert items.frequencies[0].sum() == frame["happy_stored"].notna().sum()
    assert items.median[0] == frame["happy_stored"].median()
    report = reliability_report(marital, answers)
    both = score(marital, answers)["stored"]
    pairwise = counted["happy_stored"].mean() + counted["money"].mean()
    assert report.scales[1].score_mean == pytest.approx(np.nanmean(both), rel=1e-12)
    assert report.scales[1].alpha.moments.score_mean == pytest.approx(pairwise, rel=1e-12)
