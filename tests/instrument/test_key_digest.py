"""`key_digest` covers everything that scores depend on, and nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from intimacy_scales import Instrument, load, score
from intimacy_scales.instrument.loading import shipped_ids
from intimacy_scales.instrument.numbers import exact
from intimacy_scales.instrument.numerals import as_compared

SCALE = {"minimum": 1, "maximum": 5, "labels": {1: "Never", 3: "Agree", 5: "Always"}, "missing_codes": [-9]}
FORM = {
    "id": "f",
    "version": "1",
    "title": "F",
    "evidence": {"status": "published"},
    "response_scale": SCALE,
    "items": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
    "scales": [
        {"id": "s", "items": ["a", "-b"]},
        {"id": "t", "items": ["c", "a"], "method": "sum"},
        {"id": "both", "of": ["s", "t"], "method": "sum"},
    ],
}


def form(scale: dict[str, Any] | None = None, **changes: Any) -> Instrument:
    return Instrument.model_validate({**FORM, "response_scale": {**SCALE, **(scale or {})}, **changes})


def with_scale(position: int, **changes: Any) -> Instrument:
    scales = [{**one, **changes} if n == position else one for n, one in enumerate(FORM["scales"])]
    return form(scales=scales)


OTHER = {
    "labels the other way round": form({"labels": {1: "Always", 3: "Agree", 5: "Never"}}),
    "a label elsewhere": form({"labels": {1: "Never", 4: "Agree", 5: "Always"}}),
    "a label less": form({"labels": {1: "Never", 5: "Always"}}),
    "no missing code": form({"missing_codes": []}),
    "another missing code": form({"missing_codes": [-9, "refused"]}),
    "a label as missing code": form({"labels": {1: "Never", 5: "Always"}, "missing_codes": [-9, "Agree"]}),
    "a wider range": form({"maximum": 6}),
    "a finer step": form({"step": 0.5}),
    "another key": with_scale(0, items=["a", "b"]),
    "another method": with_scale(0, method="sum"),
    "another missing rule": with_scale(0, missing={"count": 2}),
    "no proration": with_scale(1, missing={"proportion": "1/2", "prorated": False}),
    "parts in another order": with_scale(2, of=["t", "s"]),
    "one item more": form(items=[*FORM["items"], {"id": "d"}]),
}
SAME = {
    "items in another order": form(items=FORM["items"][::-1]),
    "scales in another order": form(scales=FORM["scales"][::-1]),
    "keys in another order": with_scale(0, items=["-b", "a"]),
    "labels written otherwise": form({"labels": {1: "never", 3: "  AGREE ", 5: "Always"}}),
    "missing codes written otherwise": form({"missing_codes": ["-9.0", "NA", " "][:2]}),
    "whole numbers as decimals": form({"minimum": 1.0, "step": 1.0}),
    "the rule spelt out": with_scale(0, missing={"proportion": 0.5}),
    "wording": form(items=[{"id": name, "text": f"I {name}."} for name in "abc"]),
    "title and version": form(title="New", version="2", description="…"),
    "a name of the response scale": form({"id": "often"}),
}


@pytest.mark.parametrize("name", OTHER)
def test_what_changes_scores_changes_the_key_digest(name):
    assert OTHER[name].key_digest != form().key_digest
    assert sum(one.key_digest == OTHER[name].key_digest for one in OTHER.values()) == 1


@pytest.mark.parametrize("name", SAME)
def test_what_changes_no_score_leaves_the_key_digest_as_it_is(name):
    assert SAME[name].key_digest == form().key_digest
    answers = {"a": "agree", "b": 2, "c": " ALWAYS"}
    assert dict(score(SAME[name], answers).scores) == dict(score(form(), answers).scores)


def test_three_forms_that_read_one_answer_differently_have_three_key_digests():
    answers = {"a": "Agree", "b": "Agree", "c": "Agree"}
    forms = [form(), OTHER["a label elsewhere"], OTHER["a label as missing code"]]
    assert [score(one, answers).scores["t"] for one in forms] == [6.0, 8.0, None]
    assert len({one.key_digest for one in forms}) == 3


def test_numeric_texts_are_the_same_missing_codes():
    digests = {form({"missing_codes": [code]}).key_digest for code in (99, 99.0, "99", " 99 ", "9.9e1")}
    assert len(digests) == 1
    assert form({"missing_codes": ["1e999"]}).key_digest not in digests


def test_translations_and_own_wording_keep_the_key_digest():
    assert load("scii-24").key_digest == load("scii-24-partner").key_digest
    texts = {f"kmss_{n}": f"Question {n}" for n in (1, 2, 3)}
    assert load("kmss").with_texts(texts).key_digest == load("kmss").key_digest


def test_key_digests_are_the_same_on_every_machine():
    assert load("ras").key_digest[:16] == PINNED


PINNED = "a126a92043ae0d9e"


def test_digests_are_those_from_before_answers_and_scales_had_more_fields():
    """As written by the version without points, scores, weights, rescaling, factors and blanks that count."""
    assert form().digest == "a8d90ed16ce4eeee6a78c2510db5806b83d0d74cef3891fdbaf77f0cb81fc376"
    assert form().key_digest == "68728e869b4c4af82acbc7a6f771e04ccfc9d4f2ff15d9c5b7935b45c7bbd35b"
    written = hashlib.sha256(form().to_json().encode()).hexdigest()
    assert written == "517cfc0b476384f3d4dd726d750fc159dc7dd4a188bd798740a43ce31b334ee0"


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
@pytest.mark.parametrize("name", shipped_ids())
def test_shipped_forms_without_the_new_fields_have_the_digests_of_before(name):
    """The digests as they were worked out before there were such fields, done again here."""
    shipped = load(name)
    content = shipped.model_dump(mode="json", exclude_defaults=True, exclude={"accepted", "changes"})
    newer = {"not_applicable", "points", "scores", "weights", "rescale", "multiply", "offset", "choose_all"}
    tables = [content, *content["scales"], *(item["response_scale"] for item in content["items"])]
    if any(newer & set(table) for table in tables):
        pytest.skip("a form that could not be written before")
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert shipped.digest == hashlib.sha256(text.encode()).hexdigest()
    assert shipped.key_digest == hashlib.sha256(_key_before(shipped).encode()).hexdigest()


def _key_before(shipped: Instrument) -> str:
    def answers(scale: Any) -> list[Any]:
        labels = sorted([as_compared(text), str(exact(value))] for value, text in scale.labels)
        codes = sorted(f"= {exact(code)}" for code in scale.missing_codes)
        return [*(str(exact(end)) for end in scale.range), labels, codes]

    def of(scale: Any) -> list[Any]:
        prorated = scale.method == "sum" and shipped.prorates(scale)
        return [scale.id, sorted(scale.items), list(scale.of), scale.method, scale.required, prorated]

    content = {
        "items": sorted([item.id, answers(item.response_scale)] for item in shipped.items),
        "scales": sorted(of(scale) for scale in shipped.scales),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
