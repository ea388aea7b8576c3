"""One person's change: two numbers, or what was scored on two occasions."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales import (
    EstimationError,
    Instrument,
    ResponseError,
    UnknownInstrumentError,
    load,
    score,
)
from intimacy_scales.reliability import PersonChange, ReliableChange, reliable_change

ERROR: dict[str, Any] = {"reliability": 0.8, "sd": 12}


@pytest.mark.parametrize(
    ("before", "after", "category"),
    [
        (40.0, 60.0, "improved"),
        (60, 40, "deteriorated"),
        (np.float32(40), np.int8(41), "unchanged"),
        (Decimal("40.5"), Fraction(121, 2), "improved"),
        (-3, 4.5, "unchanged"),
        (0, 0, "unchanged"),
    ],
)
def test_two_numbers_are_one_persons_change(before: Any, after: Any, category: str) -> None:
    found = reliable_change(before, after, **ERROR)
    column = reliable_change([before], [after], **ERROR)
    assert type(found) is PersonChange
    assert type(column) is ReliableChange
    assert found.category == category == column.category[0]
    assert (found.before, found.after) == (float(before), float(after))
    assert found.change == float(after) - float(before)
    assert found.index == column.index[0]
    assert (found.change_needed, found.sem, found.sd) == (column.change_needed, column.sem, 12)
    for value in (found.before, found.after, found.index, found.change):
        assert type(value) is float
    assert json.loads(found.to_json())["category"] == category
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(("before", "after"), [(None, 60), (40.0, float("nan")), (pd.NA, None), (np.nan, 3)])
def test_without_both_numbers_there_is_no_change(before: Any, after: Any) -> None:
    found = reliable_change(before, after, **ERROR)
    assert type(found) is PersonChange
    assert (found.category, found.index, found.change) == ("no score", None, None)
    assert json.loads(found.to_json())["index"] is None
    assert "none" in repr(found)


def test_the_change_of_one_person_is_read_at_a_glance() -> None:
    assert repr(reliable_change(40.0, 60.0, **ERROR)) == (
        "<PersonChange: 40 to 60, improved; index 2.635, "
        "a change of 14.875 counts (reliability .800, sd 12.000)>"
    )
    assert repr(reliable_change(40.0, None, **ERROR)) == (
        "<PersonChange: 40 to none, no score; a change of 14.875 counts (reliability .800, sd 12.000)>"
    )
    found = reliable_change(70.0, 40.0, cutoff=50, higher_is_better=False, **ERROR)
    assert (found.category, found.cutoff) == ("recovered", 50)


FORM = Instrument.model_validate({
    "id": "small",
    "version": "1",
    "title": "Small",
    "evidence": {"status": "published"},
    "response_scale": {"minimum": 0, "maximum": 10},
    "items": [{"id": f"q{n}"} for n in range(1, 5)],
    "scales": [{"id": "a", "items": ["q1", "q2"]}, {"id": "b", "items": ["q3", "-q4"], "method": "sum"}],
})  # fmt: skip
ONE_SCALE = FORM.model_copy(update={"scales": FORM.scales[:1]})
LOW, HIGH = {"q1": 1, "q2": 2, "q3": 3, "q4": 4}, {"q1": 9, "q2": 8, "q3": 3, "q4": None}
GIVEN: dict[str, Any] = {"reliability": 0.9, "sd": 2}


@pytest.mark.parametrize(
    ("form", "answers", "scale", "expected"),
    [
        (FORM, (LOW, HIGH), "a", (1.5, 8.5, "improved")),
        (FORM, (HIGH, LOW), "a", (8.5, 1.5, "deteriorated")),
        (FORM, (LOW, LOW | {"q4": 3}), "b", (9, 10, "unchanged")),
        (FORM, (LOW, {"q1": 1}), "b", (9, None, "no score")),
        (ONE_SCALE, (LOW, HIGH), None, (1.5, 8.5, "improved")),
    ],
)
def test_results_of_one_person_are_compared_on_a_scale(
    form: Instrument, answers: tuple[Any, Any], scale: str | None, expected: tuple[Any, ...]
) -> None:
    found = reliable_change(*(score(form, one) for one in answers), scale=scale, **GIVEN)
    assert type(found) is PersonChange
    assert (found.before, found.after, found.category) == expected
    assert (found.scale, found.instrument) == (scale or "a", form.ref)
    assert repr(found).startswith(f"<PersonChange {scale or 'a'} of small 1: ")
    assert json.loads(found.to_json())["instrument"]["id"] == "small"


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist, list])
def test_results_of_tables_are_compared_on_a_scale(kind: Any) -> None:
    before, after = (
        score(FORM, kind(rows)) for rows in ([LOW, HIGH, LOW, {"q1": None, **HIGH}], [HIGH, LOW] * 2)
    )
    found = reliable_change(before, after, scale="a", **GIVEN)
    assert type(found) is ReliableChange
    assert found.category == ("improved", "deteriorated", "improved", "deteriorated")
    assert found.scale == "a"
    plain = reliable_change(before["a"], after["a"], **GIVEN)
    assert found.index.tolist() == plain.index.tolist()
    assert reliable_change(before, after, scale="a", reliability=0.9).sd == pytest.approx(
        before["a"].std(ddof=1)
    )


def test_persons_of_pandas_tables_keep_their_index() -> None:
    tables = [pd.DataFrame(rows, index=["x", "y"]) for rows in ([LOW, LOW], [HIGH, LOW])]
    before, after = (score(FORM, table) for table in tables)
    assert reliable_change(before, after, scale="a", **GIVEN).to_frame().index.tolist() == ["x", "y"]
    turned = tables[1].iloc[::-1]
    with pytest.raises(EstimationError, match=r"second.reindex\(first.index\)"):
        reliable_change(before, score(FORM, turned), scale="a", **GIVEN)
    helped = reliable_change(before, score(FORM, turned.reindex(tables[0].index)), scale="a", **GIVEN)
    assert helped == reliable_change(before, after, scale="a", **GIVEN)


def refuses(error: type[Exception], words: str, before: Any, after: Any, **options: Any) -> None:
    with pytest.raises(error) as caught:
        reliable_change(before, after, **(GIVEN | options))
    assert words in str(caught.value)


PARTNER = FORM.model_copy(update={"id": "small-partner", "wording": "partner"})
TURNED = FORM.model_copy(update={"scales": [FORM.scales[0].turned(["q2"]), FORM.scales[1]]})
WIDER = FORM.with_response_scale(0, 100)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (FORM.with_method("sum"), "which score answers differently (key_digest"),
        (TURNED, "which score answers differently (key_digest"),
        (WIDER, "after with small-0-to-100 1, which score answers differently"),
        (PARTNER, "which ask different things (wording 'self' and 'partner')"),
    ],
)
@pytest.mark.parametrize("answers", [LOW, [LOW, HIGH]])
def test_scores_of_another_key_are_not_compared(other: Instrument, words: str, answers: Any) -> None:
    before, after = score(FORM, answers), score(other, answers)
    refuses(EstimationError, words, before, after, scale="a")
    refuses(EstimationError, "pass the numbers: before.scores['a']", before, after, scale="a")
    helped = (
        (r.scores["a"] for r in (before, after)) if isinstance(answers, dict) else (before["a"], after["a"])
    )
    reliable_change(*helped, **GIVEN)


def test_another_version_with_the_same_key_is_compared() -> None:
    later = FORM.model_copy(update={"version": "1.1", "title": "Smaller"})
    found = reliable_change(score(FORM, LOW), score(later, HIGH), scale="a", **GIVEN)
    assert (found.category, found.instrument) == ("improved", later.ref)


def test_what_is_not_a_pair_of_scores_is_refused_by_name() -> None:
    person, table = score(FORM, LOW), score(FORM, [LOW, HIGH])
    refuses(EstimationError, "has 2 scales; name one, for example scale='a'", person, person)
    refuses(EstimationError, "has 2 scales; name one, for example scale='a'", table, table)
    refuses(UnknownInstrumentError, "no scale 'aa'; it has a, b", person, person, scale="aa")
    refuses(EstimationError, "before is one score and after is a column of scores", 4, [5])
    refuses(EstimationError, "(PersonScores) and after is one score", person, 5.0, scale="a")
    refuses(
        EstimationError, "before is the scores of a table (Scores) and after is the", table, person, scale="a"
    )
    refuses(EstimationError, "leave it out with plain numbers", 4, 5, scale="a")
    refuses(EstimationError, "leave it out with plain numbers", [4], [5], scale="a")
    refuses(EstimationError, "the score of one person has no standard deviation", 4, 5, sd=None)
    refuses(
        EstimationError,
        "the score of one person has no standard deviation",
        person,
        person,
        sd=None,
        scale="a",
    )
    allowed = "allowed: a number, a column of numbers, or a result of score()"
    refuses(ResponseError, f"before is a value of type str; {allowed}", "4", 5)
    refuses(ResponseError, f"after is a value of type bool; {allowed}", 4, True)
    refuses(ResponseError, "row 0 is infinite", 4, float("inf"))


@pytest.mark.parametrize("code", [-99, 999, -999.0])
def test_one_number_may_be_a_code_too(code: float) -> None:
    refuses(ResponseError, f"row 0, after: {code:g}", 40, code)
    assert reliable_change(40, code, on_invalid="accept", **GIVEN).after == code


def test_shipped_forms_of_partners_are_not_compared_with_ones_own() -> None:
    own, partner = load("scii-12"), load("scii-24-partner")
    answers = dict.fromkeys(partner.item_ids, 4)
    before = score("scii-24", answers)
    refuses(EstimationError, "wording 'self' and 'partner'", before, score(partner, answers), scale="trust")
    short = score(own, dict.fromkeys(own.item_ids, 4))
    refuses(EstimationError, "score answers differently", before, short, scale="trust")
