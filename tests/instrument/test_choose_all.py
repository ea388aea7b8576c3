"""Blanks that mean "not chosen": only where it is declared, only of who saw the question, and told."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from intimacy_scales import (
    CodedResponses,
    Instrument,
    InstrumentError,
    InvalidResponsesError,
    PersonScores,
    Scores,
    cronbach_alpha,
    encode,
    engines,
    item_moments,
    score,
    score_many,
    score_stream,
)
from intimacy_scales.cli import app
from intimacy_scales.jobs import score_file
from intimacy_scales.scoring.summary import ScoreSummary
from tests.shared.naive_scores import bits

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnvalidatedInstrumentWarning")

BOX = {"minimum": 0, "maximum": 1, "labels": {1: "Yes"}, "missing_codes": [-9]}
BOXES = ("walk", "talk", "cook")
OTHERS = ("mood", "saw")


def form(**question: Any) -> Instrument:
    """A question with three boxes, an item after it on 1 to 5, and one that says whether it was shown."""
    return Instrument.model_validate(
        {
            "id": "evenings",
            "version": "1",
            "title": "What we did",
            "items": [
                *({"id": name, "response_scale": BOX} for name in BOXES),
                {"id": "mood", "response_scale": {"minimum": 1, "maximum": 5}},
                {"id": "saw", "response_scale": {"minimum": 0, "maximum": 1}},
            ],
            "scales": [
                {"id": "together", "items": BOXES, "method": "sum"},
                {"id": "share", "items": ["walk", "-talk"]},
            ],
            "choose_all": [{"items": BOXES, **question}] if question or question == {} else [],
        }
    )


def plain() -> Instrument:
    return form().model_copy(update={"choose_all": ()})


OWN, AFTER, SHOWN = form(), form(answered=["mood"]), form(shown="saw")


@pytest.mark.parametrize(
    ("rules", "sheet", "total", "blanks"),
    [
        (OWN, {"walk": 1}, 1, ("talk", "cook")),
        (OWN, {"walk": 1, "talk": "", "cook": "NA"}, 1, ("talk", "cook")),
        (OWN, {"walk": 1, "talk": 0, "cook": "yes"}, 2, ()),
        (OWN, {"walk": None, "mood": 3}, None, ()),
        (AFTER, {"walk": None, "mood": 3}, 0, BOXES),
        (AFTER, {"walk": 1, "talk": 1, "mood": 1}, 2, ("cook",)),
        (AFTER, {"walk": 1, "mood": None}, 1, ("talk", "cook")),
        (AFTER, {"walk": None, "mood": None}, None, ()),
        (SHOWN, {"saw": 1}, 0, BOXES),
        (SHOWN, {"walk": 1, "saw": 0}, None, ()),
        (SHOWN, {"walk": 1}, None, ()),
        (plain(), {"walk": 1}, None, ()),
    ],
)
def test_a_blank_counts_as_0_of_who_saw_the_question(rules, sheet, total, blanks):
    person = score(rules, sheet)
    assert person.scores["together"] == total
    assert person.counted_blanks == blanks
    assert person.prorated["together"] is False
    rows = [{name: sheet.get(name) for name in rules.item_ids}] * 3
    told = score(rules, rows)
    assert np.array_equal(told["together"], [np.nan if total is None else total] * 3, equal_nan=True)
    assert told.counted_blanks == ({} if rules == plain() else {n: 3 * (n in blanks) for n in BOXES})
    assert ("counted as not chosen" in repr(person)) is bool(blanks)
    assert ("counted as not chosen" in repr(told)) is bool(blanks)


def test_what_is_not_a_blank_does_not_count():
    """A refused value, a value under a name that looks like the item's, and an item without a column."""
    for sheet in ({"walk": 1, "talk": 7, "cook": 1}, {"walk": 1, "Talk": 1, "cook": 1}):
        with pytest.raises(InvalidResponsesError):
            score(OWN, sheet)
        person = score(OWN, sheet, on_invalid="missing")
        assert (person.scores["together"], person.counted_blanks) == (None, ())
        many = score(
            OWN, [sheet, {"walk": 1, "talk": None, "cook": 1}], on_invalid="missing", allow_missing_items=True
        )
        assert np.array_equal(many["together"], [np.nan, 2], equal_nan=True)
        assert many.counted_blanks == {"walk": 0, "talk": 1, "cook": 0}
    for one in ({"walk": 1}, [{"walk": 1}]):  # what a mapping lacks was skipped
        assert encode(OWN, one, allow_missing_items=True).codes[:, :3].tolist() == [[2, 1, 1]]
    table = pd.DataFrame({"walk": [1, None], "cook": [None, 1]})
    coded = encode(OWN, table, allow_missing_items=True)
    assert coded.codes[:, :3].tolist() == [[2, 0, 1], [1, 0, 2]]
    assert coded.counted_blanks == {"walk": 1, "cook": 1}


def test_every_result_tells_that_blanks_count():
    rows = [{"walk": 1, "mood": 2}, {"talk": 1, "mood": 4}]
    person = score(OWN, rows[0])
    rows = [{**dict.fromkeys(OWN.item_ids), **row} for row in rows]
    scores, coded = score(OWN, rows), encode(OWN, rows)
    assert "a blank of 3 items counts as not chosen" in str(OWN.ref)
    results = {Scores: scores, PersonScores: person, CodedResponses: coded, ScoreSummary: scores.summary()}
    for kind, result in results.items():
        assert "a blank of 3 items counts as not chosen" in repr(result)
        again = kind.from_json(result.to_json(), instrument=OWN)
        assert again == result
        assert again.counted_blanks == result.counted_blanks
        jsonschema.Draft202012Validator(kind.json_schema()).validate(json.loads(result.to_json()))
        assert json.loads(result.to_json())["instrument"]["blanks_count"] == list(BOXES)
    assert "blanks_count" not in score(plain(), rows[0]).to_json()
    assert "counted_blanks" not in score(plain(), rows[0]).to_json()
    assert score(OWN, coded).counted_blanks == coded.counted_blanks
    assert "3 items" in repr(item_moments(OWN, rows))
    both = scores.summary() + scores.summary()
    assert both.counted_blanks == {name: 2 * n for name, n in scores.counted_blanks.items()}
    assert ScoreSummary.from_bytes(both.to_bytes()) == both


def test_files_and_engines_tell_it_too(tmp_path):
    pl.DataFrame(
        {"walk": [1, None], "talk": [None, 1], "cook": [None, None], "mood": [2, 3], "saw": [1, 1]}
    ).write_csv(tmp_path / "a.csv")
    (tmp_path / "form.toml").write_text(OWN.to_toml(), encoding="utf-8")
    report = score_file(OWN, tmp_path / "a.csv", output=tmp_path / "o.csv")
    assert report.summary.counted_blanks == {"walk": 1, "talk": 1, "cook": 2}
    assert pl.read_csv(tmp_path / "o.csv")["together"].to_list() == [1.0, 1.0]
    command = ["score", str(tmp_path / "a.csv"), "-i", str(tmp_path / "form.toml")]
    told = CliRunner().invoke(app, command, catch_exceptions=False).stdout
    assert "Blanks that counted as 0, not chosen: walk 1, talk 1, cook 2." in told
    lazy = pl.scan_csv(tmp_path / "a.csv")
    assert engines.summarize(OWN, lazy).scores == report.summary
    answered = engines.score(OWN, lazy, answered=True).collect()
    assert answered["together"].to_list() == [1.0, 1.0]
    assert answered["together_prorated"].to_list() == [False, False]


def test_it_is_another_key_and_files_keep_it():
    assert len({f.key_digest for f in (OWN, AFTER, SHOWN, plain())}) == 4
    for one in (OWN, AFTER, SHOWN):
        assert Instrument.model_validate(one.to_dict()) == one
    assert AFTER.without_items("walk", new_id="b", version="1").choose_all[0].items == ("talk", "cook")
    assert AFTER.without_items("mood", new_id="b", version="1").choose_all == ()
    assert SHOWN.without_items("saw", new_id="b", version="1").choose_all == ()
    with pytest.raises(InstrumentError, match=r"walk is a box of a choose-all .* omit it from"):
        OWN.with_response_scale(1, 2, items=["walk"], missing_codes=[])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"items": ["walk", "dance"]}, "'dance' is not an item"),
        ({"items": ["walk", "mood"]}, "answers to 'mood' are 1 to 5; a box"),
        ({"items": ["walk", "walk"]}, "'walk' is already a box of this or another question"),
        ({"answered": ["mood"], "shown": "saw"}, "give either answered"),
        ({"shown": "walk"}, "a box of the question itself"),
        ({"items": []}, "at least 1 item"),
        ({"itmes": ["walk"]}, "Extra inputs"),
    ],
)
def test_a_question_that_cannot_be_is_refused(question, words):
    with pytest.raises(ValueError, match=words):
        form(**question)


def test_a_box_cannot_say_that_it_does_not_apply():
    # it would be left blank, and counted as not chosen
    document = OWN.to_dict()
    document["items"][0]["response_scale"] = {**BOX, "not_applicable": ["n/a"]}
    with pytest.raises(ValueError, match="has not_applicable, but a box that does not apply is left blank"):
        Instrument.model_validate(document)


CELL = st.sampled_from([0, 1, None, None])
SHEET = st.fixed_dictionaries(
    {
        **dict.fromkeys(BOXES, CELL),
        "mood": st.sampled_from([1, 5, None]),
        "saw": st.sampled_from([0, 1, None]),
    }
)


@given(st.lists(SHEET, min_size=1, max_size=6), st.sampled_from([OWN, AFTER, SHOWN]))
@settings(max_examples=40, deadline=None)
def test_every_kind_of_table_counts_blanks_alike(rows, rules):
    question = rules.choose_all[0]

    def saw(row: dict[str, Any]) -> bool:
        if question.shown:
            return row["saw"] == 1
        return any(row[name] is not None for name in (*BOXES, *question.answered))

    filled = [{n: 0 if v is None and n in BOXES and saw(row) else v for n, v in row.items()} for row in rows]
    counts = {n: sum(row[n] is None and saw(row) for row in rows) for n in BOXES}
    wanted = bits(score(plain(), filled).values)
    tables = [
        rows,
        pd.DataFrame(rows, dtype="float64"),
        pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Int8)),
    ]
    for table in tables:
        found = score(rules, table)
        assert bits(found.values) == wanted
        assert found.counted_blanks == counts
    halves = list(score_stream(rules, [rows[:3], rows[3:]])) if len(rows) > 3 else [score(rules, rows)]
    assert {n: sum(h.counted_blanks[n] for h in halves) for n in BOXES} == counts
    singles = score_many(rules, rows)
    assert bits([list(one.scores.values()) for one in singles]) == wanted
    assert {n: sum(n in one.counted_blanks for one in singles) for n in BOXES} == counts


def test_statistics_are_of_the_answers_that_count():
    rows = [
        {"walk": 1, "talk": 1},
        {"walk": 1},
        {"cook": 1, "walk": 1},
        {"talk": 1, "walk": 1, "cook": 1},
    ] * 5
    rows = [{**dict.fromkeys(OWN.item_ids), **row} for row in rows]
    filled = [{n: v if v is not None or n in OTHERS else 0 for n, v in row.items()} for row in rows]
    ours, theirs = (cronbach_alpha(f, r, scale="together") for f, r in ((OWN, rows), (plain(), filled)))
    assert ours.estimate == theirs.estimate
    assert ours.n == 20
