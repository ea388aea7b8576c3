"""A blank among boxes that could be ticked is not the mean of the others."""

from __future__ import annotations

from typing import Any

import pytest

from intimacy_scales import Instrument, MissingRule, available, score
from intimacy_scales.instrument.loading import load_shipped


def form(missing: dict[str, Any] | None = None, *, method: str = "sum", **scale: Any) -> Instrument:
    rule = {} if missing is None else {"missing": missing}
    return Instrument.model_validate({
        "id": "boxes",
        "version": "1",
        "title": "All that apply",
        "evidence": {"status": "published"},
        "response_scale": {"minimum": 0, "maximum": 1, **scale},
        "items": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
        "scales": [{"id": "n", "items": ["a", "b", "c"], "method": method, **rule}],
    })  # fmt: skip


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
