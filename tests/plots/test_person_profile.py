"""One person's profile: scores, error bars and bounds are those of the result."""

from __future__ import annotations

import math
from typing import Any

import pytest

from intimacy_scales import PersonScores, cronbach_alpha, encode, score, simulate
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import person_profile
from intimacy_scales.reliability import measurement_error
from tests.shared.pictures import check_picture


def person(**changes: Any) -> PersonScores:
    answers = simulate("scii-24", 1, rng=3).answers.iloc[0].to_dict() | changes
    scores: PersonScores = score("scii-24", answers)
    return scores


def test_person_profile_draws_scores_bounds_and_error_bars() -> None:
    scores = person(tru01=None, kno02=None, kno06=None, kno07=None)
    answers = encode("scii-24", simulate("scii-24", 200, rng=1).answers)
    error = measurement_error(cronbach_alpha(answers, scale="trust"))
    axes: Any = person_profile(scores, sems={"trust": error, "caring": 0.4})
    frame = axes.to_frame().set_index("scale")
    assert list(frame.index) == list(scores.scores)
    for scale, value in scores.scores.items():
        assert frame.loc[scale, "score"] == value or (value is None and math.isnan(frame.loc[scale, "score"]))
        assert (frame.loc[scale, "lowest possible"], frame.loc[scale, "highest possible"]) == scores.bounds[
            scale
        ]
    interval = error.interval(scores.scores["trust"] or 0.0)
    assert frame.loc["trust", "half width of error bar"] == pytest.approx((interval.high - interval.low) / 2)
    low, high = scores.bounds["knowledge"]
    assert f"Knowledge (1 to 7): no score, possible {low:.2f} to {high:.2f}" in axes.alt_text
    assert "draft" in axes.alt_text
    markers = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert sorted(markers) == sorted(x for x in scores.scores.values() if x is not None)
    check_picture(axes, files=True)


def test_complete_answers_have_no_brackets() -> None:
    axes: Any = person_profile(person())
    assert not [line for line in axes.lines if len(line.get_xdata()) == 4]
    assert "possible" not in axes.alt_text
    check_picture(axes)


def test_error_bars_end_where_scores_end() -> None:
    scores = score("kmss", {f"kmss_{n}": 7 for n in (1, 2, 3)})
    axes: Any = person_profile(scores, sems={"total": 2.0})
    low, high = axes.get_xlim()
    for collection in axes.collections:
        for path in collection.get_paths():
            assert path.vertices[:, 0].max() <= 21
    assert low < 3 and 21 < high < 23
    assert axes.get_xticks().tolist() == [3, 6, 9, 12, 15, 18, 21]  # no tick at a score that is not possible
    assert axes.spines["bottom"].get_bounds() == (3, 21)
    assert axes.columns["half width of error bar"][0] == pytest.approx(2 * 1.959964)


def test_scales_of_different_ranges_and_nobody_answered() -> None:
    axes: Any = person_profile(score("das", {"das_1": 3}))
    assert axes.get_xlabel().startswith("Percent") and "no score" in axes.alt_text
    check_picture(axes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sems": {"trst": 1}}, "sems: scale='trst' is not valid"),
        ({"sems": 0.4}, "sems=0.4 is not valid; allowed: scale → SEM"),
        ({"sems": {"trust": -1}}, "sems: -1 of trust is not valid"),
        ({"scales": ["trst"]}, "did you mean 'trust'"),
        ({"confidence_level": 95}, "confidence_level=95"),
    ],
)
def test_profiles_that_cannot_be_drawn_are_refused(options: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        person_profile(person(), **options)
    with pytest.raises(EstimationError, match="allowed: the scores of one person"):
        person_profile([person()])  # type: ignore[arg-type]
