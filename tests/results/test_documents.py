"""Documents of results: one schema for each class, what is refused, and what other frameworks see."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from intimacy_scales import (
    ItemMoments,
    PersonScores,
    Scores,
    cronbach_alpha,
    item_moments,
    reliability_report,
    score,
)
from intimacy_scales.errors import DocumentError
from intimacy_scales.results.document_types import Unless, document_types
from tests.shared.one_of_each_result import answers
from tests.shared.result_examples import CLASSES, MORE, example, examples, one, spoilt

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")


@pytest.mark.parametrize("name", CLASSES)
def test_the_schema_of_a_result_is_that_of_its_documents(name: str) -> None:
    result = example(name)
    document, schema = json.loads(result.to_json()), type(result).json_schema()
    types = document_types(type(result))
    gained = {*getattr(type(result), "_gained", {})}  # there from now on, and not in documents of before
    required = {name for name, kind in types.items() if not isinstance(kind, Unless)}
    assert required <= set(document) <= required | gained
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema)
    checker.validate(document)
    # what stands for nothing is left out, as in documents of before there was such a thing
    assert set(schema["properties"]) == set(types)
    assert set(schema["required"]) == required
    first = next(name for name in document if name in required)
    for other in (document | {"more": 1}, {name: part for name, part in document.items() if name != first}):
        assert not checker.is_valid(other)


def test_every_schema_has_a_name_of_its_own() -> None:
    ids = {kind.json_schema()["$id"] for kind in examples()}
    assert len(ids) == len(examples())
    assert PersonScores.json_schema()["$id"] == "urn:intimacy-scales:result:1:PersonScores"


def sums() -> ItemMoments:
    return item_moments(answers().instrument, answers())


def test_moments_come_back_to_the_bit_and_add_up() -> None:
    moments = sums()
    back = ItemMoments.from_json(moments.to_json(), instrument=moments.instrument)
    assert back == moments
    assert back + moments == moments + moments
    for missing in ("pairwise", "listwise"):
        one, other = (cronbach_alpha(m, scale="b", missing=missing) for m in (back, moments))
        assert one.estimate == other.estimate
        assert one.confidence_interval() == other.confidence_interval()
    table, stored = (reliability_report(moments.instrument, m) for m in (moments, back))
    assert stored.to_json() == table.to_json()


def test_moments_of_nobody_and_of_parts_come_back() -> None:
    form = answers().instrument
    nobody = item_moments(form, [])
    assert ItemMoments.from_dict(nobody.to_dict(), instrument=form) == nobody
    assert sum([ItemMoments.from_dict(nobody.to_dict(), instrument=form), sums()]) == sums()


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("n_persons",), ..., "ItemMoments: n_persons is missing"),
        (("n_persons",), 3, r"n_persons is 3, but \d+ answered a pair of items"),
        (("n_persons",), 80.0, "n_persons: 80.0 is not a whole number"),
        (("n_person",), 80, "'n_person' is not a name of such a document; did you mean 'n_persons'"),
        (("pairs", "sums", 0), [1], "pairs.sums: rows of unequal length"),
        (("pairs", "sums"), [[1]], r"pairs.sums: its shape is \(1, 1\); .* has the shape \(6, 6\)"),
        (("pairs", "counts", 0, 0), -1, "pairs.counts: a count is negative"),
        (("pairs", "counts", 0, 0), True, "pairs.counts: True is not a whole number"),
        (("pairs", "counts", 0, 0), 2**70, "pairs.counts: .* numbers too large"),
        (("items", 0), "q9", "ItemMoments.items: these are not the items of small 1"),
        (("answered", "a"), ..., "answered: it has the scales b; .* has a, b"),
        (("n_complete", "z"), 1, "n_complete: it has the scales a, b, c, z; .* has a, b, c"),
        (("instrument", "digest"), "0" * 64, "the document was written with small 1 .digest 0000"),
        (("instrument", "digest"), 5, "ItemMoments.instrument.digest: 5 is not a text"),
    ],
)
def test_sums_that_cannot_be_are_refused_by_name(path: tuple[Any, ...], value: Any, told: str) -> None:
    moments = sums()
    with pytest.raises(DocumentError, match=told):
        ItemMoments.from_dict(spoilt(moments.to_dict(), path, value), instrument=moments.instrument)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("scores", "total"), "7", "PersonScores.scores.total: '7' is not a number"),
        (("scores", "total"), 10**400, "PersonScores.scores.total: .* is not a number"),
        (("scores", "total"), True, "PersonScores.scores.total: True is not a number"),
        (("scores",), [7], r"PersonScores.scores: \[7\] is not an object"),
        (("bounds", "total"), [1], r"bounds.total: \[1\] is not an array of 2"),
        (("pomp",), ..., "PersonScores: pomp is missing"),
        (("Scores",), {}, "'Scores' is not a name .* did you mean 'scores'"),
        (("problems",), None, "PersonScores.problems: None is not an array"),
        (("instrument", "id"), "kmss-2", "no instrument 'kmss-2' is shipped: pass it as instrument="),
        (("instrument", "digest"), "ab", "digest ab.*the shipped one is kmss"),
    ],
)
def test_documents_that_no_score_wrote_are_refused_by_name(
    path: tuple[Any, ...], value: Any, told: str
) -> None:
    with pytest.raises(DocumentError, match=told):
        PersonScores.from_dict(spoilt(one("kmss").to_dict(), path, value))


@pytest.mark.parametrize("text", ["", "[1]", "null", "{", b"\xff", "[" * 100_000, "7"])
def test_texts_that_are_not_documents_are_refused_by_name(text: Any) -> None:
    with pytest.raises(DocumentError, match=r"PersonScores: .* is not (JSON|a document)"):
        PersonScores.from_json(text)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Path("scores.json"), r"not its path: PersonScores\.from_json\(path\.read_bytes\(\)\)"),
        (io.StringIO("{}"), r"not the file: PersonScores\.from_json\(file\.read\(\)\)"),
        ({"scores": {}}, r"a dict is not a text: read it with PersonScores\.from_dict\(document\)"),
        (None, r"a value of type NoneType is not a text: pass what to_json\(\) returned"),
    ],
)
def test_values_and_texts_that_are_not_documents(given: Any, told: str) -> None:
    with pytest.raises(DocumentError, match=rf"PersonScores\.from_json: .*{told}"):
        PersonScores.from_json(given)


def test_a_name_that_stands_twice_is_refused() -> None:
    """Of two values the last would have won."""
    text = one("kmss").to_json().replace('"scores": {', '"scores": {"total": 3, ')
    with pytest.raises(DocumentError, match="PersonScores: 'total' occurs twice in one object"):
        PersonScores.from_json(text)


def test_answers_that_were_not_accepted_come_back_with_their_reasons() -> None:
    result = score("kmss", {"kmss_1": 9, "kmss_2": "Many", "kmss_3": True}, on_invalid="missing")
    back = PersonScores.from_json(result.to_json())
    assert [str(problem) for problem in back.problems] == [str(problem) for problem in result.problems]
    assert [problem.code for problem in back.problems] == ["range", "number", "boolean"]
    hidden = score("kmss", {"kmss_1": 9, "kmss_2": 3, "kmss_3": 2}, on_invalid="missing", show_values=False)
    stored = PersonScores.from_dict(hidden.to_dict())
    assert not stored.problems[0].shown
    assert "9" not in str(stored.problems[0]).replace("1 to 7", "")


def test_scores_of_a_table_come_back_with_persons_and_problems() -> None:
    table = [
        {"kmss_1": 7, "kmss_2": 6, "kmss_3": 7, "who": "a"},
        {"kmss_1": 9, "kmss_2": 6, "kmss_3": "x", "who": "b"},
    ]
    result = score("kmss", table, person="who", on_invalid="missing", allow_missing_items=True)
    back = Scores.from_json(result.to_json())
    assert back.to_dict() == result.to_dict()
    assert [(p.row, p.person, p.item) for p in back.problems] == [(1, "b", "kmss_1"), (1, "b", "kmss_3")]
    assert back.summary() == result.summary()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 0.1 + 0.2, -0.0, 1e-320, 5])
def test_every_figure_comes_back_as_it_was(value: float) -> None:
    summary = next(iter(MORE["summary"]().scales))
    changed = dataclasses.replace(summary, low=value)
    back = type(summary).from_json(changed.to_json())
    assert repr(back.low) == repr(value)


def test_an_instrument_of_ones_own_is_passed_and_checked() -> None:
    form = answers().instrument
    result = score(form, dict.fromkeys(form.item_ids, 3))
    with pytest.raises(DocumentError, match="no instrument 'small' is shipped: pass it as instrument="):
        PersonScores.from_dict(result.to_dict())
    assert PersonScores.from_dict(result.to_dict(), instrument=form) == result
    other = form.model_copy(update={"version": "2"})
    with pytest.raises(
        DocumentError, match=r"the one passed is small 2 .digest .* the one it was written with"
    ):
        PersonScores.from_dict(result.to_dict(), instrument=other)


def test_pydantic_models_hold_results_as_their_documents() -> None:
    """FastAPI returned the fields of a result, the whole form with its wording among them."""
    from pydantic import BaseModel, TypeAdapter, ValidationError

    class Visit(BaseModel):
        day: int
        scores: PersonScores
        earlier: list[PersonScores] = []

    result = one("kmss")
    visit = Visit(day=3, scores=result, earlier=[result])
    assert visit.scores is result
    written = json.loads(visit.model_dump_json())
    assert written == {"day": 3, "scores": result.to_dict(), "earlier": [result.to_dict()]}
    assert Visit.model_validate_json(visit.model_dump_json()) == visit
    assert TypeAdapter(PersonScores).dump_python(result) == result.to_dict()
    with pytest.raises(ValidationError, match=r"PersonScores.scores.total: 'x' is not"):
        Visit(day=3, scores=spoilt(result.to_dict(), ("scores", "total"), "x"))
    schema = Visit.model_json_schema()
    jsonschema.validate(written, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written | {"scores": {}}, schema)
