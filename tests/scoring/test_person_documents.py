"""A document of one person's scores whose figures contradict each other is not read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from intimacy_scales import Instrument, PersonScores, load, score
from intimacy_scales.errors import DocumentError

FORM = load("scii-24")
SHEET = dict.fromkeys(FORM.item_ids, 5) | {FORM.item_ids[0]: None, FORM.item_ids[5]: 2}
PAGE = Instrument.model_validate(
    {
        "id": "evenings",
        "version": "1",
        "title": "Evenings",
        "items": [{"id": n, "response_scale": {"minimum": 0, "maximum": 1}} for n in ("walk", "talk")],
        "scales": [{"id": "together", "items": ["walk", "talk"], "method": "sum"}],
        "choose_all": [{"items": ["walk", "talk"]}],
    }
)


def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(score(FORM, SHEET).to_json())
    return made


def test_what_was_not_changed_is_read():
    assert PersonScores.from_dict(document()) == score(FORM, SHEET)
    for sheet in ({FORM.item_ids[3]: 4}, dict.fromkeys(FORM.item_ids[:20], 1)):
        person = score(FORM, sheet)
        assert PersonScores.from_json(person.to_json()) == person


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "more answers than items": (
        lambda d: d["answered"].update(trust=5), "trust: 5 is not valid; allowed: 0 to 4",
    ),
    "fewer than none": (lambda d: d["answered"].update(trust=-1), "trust: -1 is not valid; allowed: 0 to 4"),
    "fewer than a score needs": (lambda d: d["answered"].update(trust=1), "a score with 1 of 4"),
    "more parts than have scores": (
        lambda d: d["answered"].update(total=5), "total: 5 is not valid; allowed: 6, by the scores of",
    ),
    "whole, and prorated": (lambda d: d["prorated"].update(caring=True), "prorated.caring: True"),
    "skipped, and not prorated": (lambda d: d["prorated"].update(trust=False), "prorated.trust: False"),
    "a total of it, not prorated": (lambda d: d["prorated"].update(total=False), "prorated.total: False"),
    "bounds the wrong way round": (lambda d: d["bounds"].update(trust=[6, 2]), "trust: 6 to 2 is impossible"),
    "bounds outside": (lambda d: d["bounds"].update(total=[0, 99]), "bounds.total: 0 to 99 is impossible"),
    "a score out of its bounds": (lambda d: d["bounds"].update(trust=[1, 2]), "is impossible for the score"),
    "another range": (lambda d: d["ranges"].update(trust=[0, 7]), "ranges [(]trust[)]: 2 and"),
    "another rule": (lambda d: d["needed"].update(trust=1), "needed, ranges [(]trust[)]: 1 and"),
    "no score of enough answers": (
        lambda d: (d["scores"].update(caring=None), d["pomp"].update(caring=None)), "no score with 4 of 4",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES)
def test_what_contradicts_the_rest_is_named(change, words):
    changed = document()
    change(changed)
    with pytest.raises(DocumentError, match=words):
        PersonScores.from_dict(changed)


@pytest.mark.parametrize(
    ("blanks", "words"),
    [(["zzz"], "has no box 'zzz'"), (["talk", "talk"], "is listed twice")],
)
def test_blanks_that_count_are_of_boxes(blanks, words):
    person = json.loads(score(PAGE, {"walk": 1}).to_json())
    assert person["counted_blanks"] == ["talk"]
    assert PersonScores.from_dict(person, instrument=PAGE).counted_blanks == ("talk",)
    with pytest.raises(DocumentError, match=words):
        PersonScores.from_dict(person | {"counted_blanks": blanks}, instrument=PAGE)


@pytest.mark.parametrize(
    "told",
    [{"language": "de"}, {"translation": "forward"}, {"variant": "neutral"}, {"text_digest": "0" * 64},
     {"key_digest": "0" * 64},
     {"language": "de", "translation": "invariance-tested"}],
    ids=str,
)  # fmt: skip
def test_documents_agree_with_their_instrument(told):
    changed = document()
    changed["instrument"].update(told)
    with pytest.raises(DocumentError, match="language or wording: it was changed after it was written"):
        PersonScores.from_dict(changed)


def test_documents_of_before_these_were_told_are_read():
    earlier = document()
    for name in ("language", "text_digest", "key_digest"):
        earlier["instrument"].pop(name)
    assert PersonScores.from_dict(earlier).scores == score(FORM, SHEET).scores
