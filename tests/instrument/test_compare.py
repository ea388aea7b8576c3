"""Comparing instruments: whether answers to one can be scored by the other, and why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import (
    Instrument,
    InstrumentComparison,
    InstrumentError,
    MissingRule,
    compare,
    load,
    score,
)
from tests.shared.strategies import BYTES, answers, instruments


def changed(form: Instrument, **changes: Any) -> Instrument:
    return Instrument.model_validate(form.to_dict() | changes)


BASE: dict[str, Any] = {
    "id": "f", "version": "1", "title": "F", "response_scale": {"minimum": 1, "maximum": 5},
    "items": [{"id": "a", "text": "I sing."}, {"id": "b", "text": "I hum."}, {"id": "c"}],
    "scales": [{"id": "s", "items": ["a", "-b"]}, {"id": "t", "items": ["c"]}],
}  # fmt: skip
FIVE = {"1": "No", "2": "Rather not", "3": "Partly", "4": "Rather", "5": "Yes"}


def base(**changes: Any) -> Instrument:
    return Instrument.model_validate(BASE | changes)


def with_items(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items)}


A, B, C = BASE["items"]
S, T = BASE["scales"]


def labelled(**last: str) -> dict[str, Any]:
    return {"response_scale": {"minimum": 1, "maximum": 5, "labels": FIVE | last}}


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ({}, {}, "same"),
        ({}, {"version": "2", "title": "Another title", "id": "g"}, "same"),
        ({}, with_items(A | {"text": "  i SING. "}, B, C), "same"),
        ({}, with_items(A | {"text": None}, B, C), "same"),
        ({}, with_items(C, B, A), "same"),
        ({}, labelled(), "rescorable"),  # which texts are read is part of the key
        (labelled(), labelled(**{"5": " yes"}), "same"),
        ({}, {"scales": [{"id": "s", "items": ["a", "b"]}, {"id": "t", "items": ["c"]}]}, "rescorable"),
        ({}, {"scales": [S | {"method": "sum"}, T]}, "rescorable"),
        ({}, with_items(A, B) | {"scales": [S]}, "rescorable"),
        ({}, with_items(A | {"text": "I hum."}, B, C), "blocked"),
        ({}, with_items(A, B, C, {"id": "d"}), "blocked"),
        ({}, {"response_scale": {"minimum": 1, "maximum": 7}}, "blocked"),
        ({}, {"response_scale": {"minimum": 1, "maximum": 5, "step": 0.5}}, "blocked"),
        (labelled(), labelled(**{"5": "Very"}), "blocked"),
        ({}, {"wording": "partner"}, "blocked"),
        ({}, {"language": "de"}, "blocked"),
    ],
)  # fmt: skip
def test_verdicts(old: dict[str, Any], new: dict[str, Any], verdict: str):
    found = compare(base(**old), base(**new))
    assert found.verdict == verdict
    assert bool(found.reasons) == (verdict == "blocked")


def test_a_comparison_says_what_differs():
    new = base(
        version="2",
        language="de",
        items=[A | {"text": "I whistle."}, B | {"response_scale": {"minimum": 0, "maximum": 4}}, {"id": "d"}],
        scales=[{"id": "s", "items": ["a", "b"]}, {"id": "t", "items": ["d"]}],
    )
    found = compare(base(), new)
    assert (found.reworded, found.answered, found.added, found.dropped, found.rekeyed) == (
        ("a",), ("b",), ("d",), ("c",), ("b",),
    )  # fmt: skip
    assert (found.old, found.new) == (base().ref, new.ref)
    assert str(found).splitlines() == [
        "f 1 to f 2: blocked (answers to the old cannot be scored by the new)",
        "  the old asks in the language en, the new in de",
        "  reworded: a",
        "  answered on other options: b",
        "  not asked in the old: d",
        "  no longer asked: c",
        "  counted differently: b",
    ]
    assert repr(found) == f"<InstrumentComparison {found}>"
    change = found.as_change("a new age")
    assert (change.version, change.since, change.note) == ("2", "1", "a new age")
    assert changed(new, changes=[change.model_dump(mode="json")]).changes == (change,)


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_codings_are_told_apart():
    form = load("csi-16")
    found = compare(form, form.with_coding("position"))
    assert found.verdict == "blocked"
    assert found.reasons[0] == "the old asks in the coding as printed, the new in position"


def test_many_items_are_counted():
    found = compare("scii-24", "scii-48")
    assert found.verdict == "blocked"
    (reason,) = found.reasons
    assert reason.startswith("not asked in the old: ")
    assert reason.endswith(" and 12 more")
    assert len(found.added) == 24
    assert compare("scii-48", "scii-24").verdict == "rescorable"


def test_instruments_may_be_named_or_given_as_files(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(load("kmss").to_toml(), encoding="utf-8")
    for old in ("kmss", "KMSS", load("kmss"), path):
        found = compare(old, path)
        assert isinstance(found, InstrumentComparison)
        assert found.verdict == "same"


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_answers_are_scored_alike_by_what_is_the_same(data: st.DataObject):
    form = data.draw(instruments(BYTES, max_items=5))
    other = data.draw(
        st.sampled_from(
            [
                form,
                changed(form, title="Another", version="9"),
                changed(form, items=form.to_dict()["items"][::-1]),
                form.with_missing_rule(MissingRule(count=1)),
                changed(form, scales=[scale | {"method": "sum"} for scale in form.to_dict()["scales"]]),
            ]
        )
    )
    found = compare(form, other)
    assert found.verdict in ("same", "rescorable"), found
    assert not (found.reworded or found.added or found.dropped or found.answered)
    row = data.draw(answers(form))
    if found.verdict == "same":
        assert score(form, row).scores == score(other, row).scores
    assert (compare(other, form).verdict, compare(form, form).verdict) == (found.verdict, "same")


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_a_rekeyed_item_is_named(data: st.DataObject):
    form = data.draw(instruments(BYTES, max_items=5))
    document = form.to_dict()
    scales = [scale for scale in document["scales"] if "items" in scale]
    scale = data.draw(st.sampled_from(scales))
    place = data.draw(st.integers(0, len(scale["items"]) - 1))
    entry = scale["items"][place]
    scale["items"][place] = entry[1:] if entry.startswith("-") else f"-{entry}"
    found = compare(form, Instrument.model_validate(document))
    assert (found.verdict, found.rekeyed) == ("rescorable", (entry.removeprefix("-"),))


def test_a_scale_that_would_lose_all_its_items_is_named() -> None:
    form = load("kmss")
    with pytest.raises(InstrumentError, match="no item of total is left: keep one") as caught:
        form.without_items(form.item_ids, new_id="nothing", version="1")
    assert "kmss: without kmss_1, kmss_2, kmss_3" in str(caught.value)


# ---------------------------------------------------------------- options that count, or stand for no answer


def scale(**fields: Any) -> dict[str, Any]:
    return {"response_scale": {"minimum": 1, "maximum": 5} | fields}


@pytest.mark.parametrize(
    ("old", "new", "verdict", "told"),
    [
        (scale(missing_codes=[9]), scale(), "blocked", "answered on other options"),
        (scale(not_applicable=[9]), scale(), "blocked", "answered on other options"),
        (scale(), scale(missing_codes=[9]), "rescorable", ""),
        (scale(not_applicable=[9]), scale(missing_codes=[9]), "rescorable", ""),
        (
            scale(),
            scale(scores={"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}),
            "rescorable",
            "counted differently: a",
        ),
        ({"response_scale": {"points": [1, 2, 4, 5]}}, scale(), "blocked", "answered on other options"),
    ],
)
def test_what_stands_for_no_answer_and_what_counts_is_compared(old, new, verdict, told):
    found = compare(base(**old), base(**new))
    assert found.verdict == verdict
    assert told in str(found)
    assert bool(found.as_change().rekeyed) == ("counted" in told)
