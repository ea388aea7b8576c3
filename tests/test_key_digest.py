"""`key_digest` covers everything that scores depend on, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from intimacy_scales import Instrument, load, score

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


def test_a_number_that_looks_like_a_text_is_the_same_missing_code():
    digests = {form({"missing_codes": [code]}).key_digest for code in (99, 99.0, "99", " 99 ", "9.9e1")}
    assert len(digests) == 1
    assert form({"missing_codes": ["1e999"]}).key_digest not in digests


def test_the_wording_of_a_language_or_a_person_keeps_the_key_digest():
    assert load("scii-24").key_digest == load("scii-24-partner").key_digest
    texts = {f"kmss_{n}": f"Question {n}" for n in (1, 2, 3)}
    assert load("kmss").with_texts(texts).key_digest == load("kmss").key_digest


def test_key_digests_are_the_same_on_every_machine():
    assert load("ras").key_digest[:16] == PINNED


PINNED = "a126a92043ae0d9e"
