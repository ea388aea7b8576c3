"""Names and options that look alike in a picture, and are not the same."""

from __future__ import annotations

from typing import Any

import pytest

from intimacy_scales import Instrument, score
from intimacy_scales.plots import likert_bars, score_distributions
from intimacy_scales.plots.texts import folded_apart


def form(**scales: Any) -> Instrument:
    def labelled(first: str, last: str) -> dict[str, Any]:
        return {"minimum": 1, "maximum": 5, "labels": {1: first, 5: last}}

    return Instrument.model_validate(
        {
            "id": "alike", "version": "1", "title": "Alike", "evidence": {"status": "published"},
            "items": [
                {"id": "a", "response_scale": labelled("Never", "Always")},
                {"id": "b", "response_scale": labelled("Never", "Always")},
                {"id": "c", "response_scale": labelled("Completely agree", "Completely disagree")},
            ],
            "scales": [{"id": name, "items": items} for name, items in scales.items()],
        }
    )  # fmt: skip


ROWS = [{"a": 1, "b": 2, "c": 5}, {"a": 2, "b": 3, "c": 4}, {"a": 5, "b": 1, "c": 3}]


def test_options_with_other_words_have_none_in_the_key() -> None:
    same = likert_bars(form(s=["a", "b", "c"]), ROWS, items=["a", "b"])
    assert "1 Never" in same.alt_text and "5 Always" in same.alt_text
    mixed = likert_bars(form(s=["a", "b", "c"]), ROWS, items=["a", "c"])
    assert not any(word in mixed.alt_text for word in ("Never", "Always", "agree"))
    assert "1 to 5" in mixed.alt_text


def test_scales_whose_names_differ_at_the_end_are_told_apart() -> None:
    name = "satisfaction_with_the_whole_relationship_in_the_last_month_"
    scores = score(form(**{f"{name}before": ["a", "b"], f"{name}after": ["b", "c"]}), ROWS)
    labels = [label.get_text() for label in score_distributions(scores).get_yticklabels()]
    assert len(set(labels)) == 2
    assert {label[-5:] for label in labels} == {"efore", "after"}


@pytest.mark.parametrize("names", [["aaaaaaaaaa1aaaaaaaaaa", "aaaaaaaaaa2aaaaaaaaaa"], ["x"] * 3])
def test_no_two_folded_names_are_equal(names: list[str]) -> None:
    assert len(set(folded_apart(names, width=8, most=1))) == len(names)
