"""A blank among boxes that could be ticked is not the mean of the others."""

from __future__ import annotations

from typing import Any

import pytest

from intimacy_scales import Instrument, MissingRule, available, score
from intimacy_scales.instrument.loading import load_shipped
from tests.shared.instruments import PUBLISHED, form_of


def form(missing: dict[str, Any] | None = None, *, method: str = "sum", **scale: Any) -> Instrument:
    rule = {} if missing is None else {"missing": missing}
    points = {"minimum": 0, "maximum": 1, **scale}
    scales = [{"id": "n", "items": ["a", "b", "c"], "method": method, **rule}]
    return form_of(scales, id="boxes", title="All that apply", response_scale=points, evidence=PUBLISHED)


TWO = {"a": 1, "b": 1, "c": None}


@pytest.mark.parametrize(
    "missing", [None, {"proportion": "1/2"}, {"count": 1}, {"count": 2, "prorated": False}]
)
def test_a_count_of_ticked_boxes_is_not_prorated(missing):
    assert score(form(missing), TWO).scores == {"n": None}
    table = score(form(missing), [TWO, {"a": 1, "b": 0, "c": 1}])
    assert [str(value) for value in table["n"]] == ["nan", "2.0"]


@pytest.mark.parametrize("missing", [{"proportion": "1/2", "prorated": True}, {"count": 1, "prorated": True}])
def test_an_instrument_may_say_that_a_count_is_prorated(missing):
    assert score(form(missing), TWO).scores == {"n": 3.0}
    assert form(missing) == Instrument.model_validate(form(missing).to_dict()), "it says so in its file too"
    assert form(missing).digest != form({**missing, "prorated": None}).digest


@pytest.mark.parametrize(
    "scale", [{"maximum": 2}, {"step": 0.5}, {"minimum": -1}, {"minimum": 1, "maximum": 2}]
)
def test_sums_of_other_answers_are_prorated_as_ever(scale):
    assert score(form(**scale), TWO).scores == {"n": 3.0}


def test_means_of_ticked_boxes_need_half_of_them():
    assert score(form(method="mean"), TWO).scores == {"n": 1.0}


def test_another_rule_leaves_counts_unprorated():
    assert score(form().with_missing_rule(MissingRule(count=1)), TWO).scores == {"n": None}


def test_no_shipped_instrument_counts_ticked_boxes():
    for name in available().ids:
        shipped = load_shipped(name)
        assert all(shipped.prorates(scale) for scale in shipped.scales), name


# ------------------------------------------------------------------ composites of such counts


def composed(
    *, top: dict[str, Any] | None = None, part: dict[str, Any] | None = None, **total: Any
) -> Instrument:
    """Two counts x and y of two boxes each, and their sum."""
    counted = {"method": "sum", **({"missing": part} if part else {})}
    rule = {"missing": {"count": 1} if top is None else top}
    return Instrument.model_validate({
        "id": "boxes", "version": "1", "title": "All that apply", "evidence": {"status": "published"},
        "response_scale": {"minimum": 0, "maximum": 1}, "items": [{"id": name} for name in "abcd"],
        "scales": [
            {"id": "total", "of": ["x", "y"], "method": "sum", **rule, **total},
            {"id": "x", "items": ["a", "b"], **counted},
            {"id": "y", "items": ["c", "d"], **counted},
            {"id": "higher", "of": ["total"], "method": "sum", "missing": {"count": 1}},
        ],
    })  # fmt: skip


HALF = {"a": 1, "b": 1, "c": 1, "d": None}


@pytest.mark.parametrize("rule", [{"count": 1}, {"proportion": "1/2"}, {"count": 1, "prorated": False}])
def test_a_sum_of_counts_is_not_prorated(rule: dict[str, Any]) -> None:
    assert score(composed(top=rule), HALF).scores == {"total": None, "x": 2.0, "y": None, "higher": None}
    table = score(composed(top=rule), [HALF, dict.fromkeys("abcd", 1)])
    assert [str(value) for value in table["total"]] == ["nan", "4.0"]


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ({"top": {"count": 1, "prorated": True}}, 4.0),  # its own word
        ({"part": {"count": 1, "prorated": True}}, 3.0 + 1.0),  # that of its parts: y is 2
        ({"method": "mean"}, 2.0),  # means are as ever
    ],
)
def test_an_instrument_may_say_that_a_sum_of_counts_is_prorated(
    options: dict[str, Any], total: float
) -> None:
    assert score(composed(**options), HALF).scores["total"] == total


def test_a_sum_above_a_sum_of_counts_is_not_prorated_either() -> None:
    document = composed().to_dict()
    document["scales"][3]["of"] = ["total", "z"]
    document["scales"].append({"id": "z", "of": ["x", "y"], "method": "sum", "missing": {"count": 1}})
    deep = Instrument.model_validate(document)
    assert not deep.prorates(deep.scale("higher"))
    assert score(deep, HALF).scores["higher"] is None


def test_sums_of_other_sums_are_prorated_as_ever() -> None:
    document = composed().to_dict()
    document["items"] = [{"id": name, "response_scale": {"minimum": 0, "maximum": 2}} for name in "abcd"]
    wide = Instrument.model_validate(document)
    assert score(wide, {"a": 2, "b": 2, "c": None, "d": None}).scores["total"] == 8.0
    assert wide.key_digest != composed().key_digest
    assert composed().key_digest != composed(top={"count": 1, "prorated": True}).key_digest
