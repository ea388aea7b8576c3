"""What partners see: nothing of the other one that is not in their own feedback."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from intimacy_scales import (
    PersonScores,
    couple_feedback,
    reliability_report,
    score,
    simulate,
)
from intimacy_scales.dyads import Consent
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import couple_profiles
from intimacy_scales.reliability import measurement_error
from tests.shared.pictures import check_picture


def partner(seed: int) -> PersonScores:
    scores: PersonScores = score("scii-24", simulate("scii-24", 1, rng=seed).answers.iloc[0].to_dict())
    return scores


BOTH: dict[Literal["a", "b"], Consent] = {"a": Consent.everything(), "b": Consent.to(["trust", "caring"])}


def everything_in(axes: Any) -> tuple[object, ...]:
    """Return all that a reader could learn of a picture: words, numbers, places of what is drawn."""
    figure = axes.get_figure(root=True)
    return (
        axes.alt_text,
        axes.to_frame().to_json(),
        [text.get_text() for text in axes.texts],
        [(line.get_marker(), line.get_xydata().tolist()) for line in axes.lines],
        [path.vertices.tolist() for c in axes.collections for path in c.get_paths()],
        axes.get_xlim(),
        axes.get_ylim(),
        figure.get_size_inches().tolist(),
    )


def test_couple_profiles_draws_the_scores_of_the_feedback() -> None:
    feedback = couple_feedback(partner(3), partner(8), consent=BOTH).for_a
    assert feedback is not None
    axes: Any = couple_profiles(feedback, sems={"trust": 0.4})
    frame = axes.to_frame().set_index("scale")
    assert frame["own"].tolist() == [row.score for row in feedback.own]
    assert frame["partner"].dropna().to_dict() == {row.scale: row.partner for row in feedback.shared}
    squares = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s"]
    assert sorted(squares) == sorted(row.partner for row in feedback.shared)
    for note in feedback.notes.values():
        assert note in " ".join(" ".join(text.get_text().split()) for text in axes.texts)
    check_picture(axes)


def test_the_error_of_another_instrument_or_scale_is_refused() -> None:
    feedback = couple_feedback(partner(3), partner(8), consent=BOTH).for_a
    assert feedback is not None
    report = reliability_report("scii-24", simulate("scii-24", 60, rng=1).answers)
    own = measurement_error(report["trust"].alpha, sd=1)
    frame = couple_profiles(feedback, sems={"trust": own}).to_frame().set_index("scale")
    expected = 1.959963984540054 * float(own)
    assert frame["half width of error bar"]["trust"] == pytest.approx(expected)
    with pytest.raises(EstimationError, match=r"the result for caring is of trust of scii-24"):
        couple_profiles(feedback, sems={"caring": own})
    kmss = reliability_report("kmss", simulate("kmss", 60, rng=1).answers)
    other = measurement_error(kmss["total"].alpha, sd=1)
    with pytest.raises(EstimationError, match=r"the result for trust is of total of kmss.*pass the number"):
        couple_profiles(feedback, sems={"trust": other})
    couple_profiles(feedback, sems={"trust": float(other)})


@pytest.mark.parametrize("seed", [8, 9, None])
def test_what_is_not_shared_changes_nothing_in_the_picture(seed: int | None) -> None:
    """Partners without consent, with any answers or none, leave the same picture to the other one."""
    alone = couple_feedback(partner(3), None).for_a
    other = couple_feedback(partner(3), None if seed is None else partner(seed)).for_a
    assert alone is not None and other is not None
    assert everything_in(couple_profiles(other)) == everything_in(couple_profiles(alone))


def test_scores_that_are_not_shared_are_nowhere() -> None:
    """Two partners who differ in what they keep to themselves alone look the same."""
    answers: dict[Any, Any] = simulate("scii-24", 1, rng=8).answers.iloc[0].to_dict()
    changed = answers | {
        item: 7 if answers[item] < 4 else 1 for item in answers if item.startswith(("mut", "com"))
    }
    pictures = []
    for of_partner in (answers, changed):
        feedback = couple_feedback(partner(3), score("scii-24", of_partner), consent=BOTH).for_a
        assert feedback is not None
        pictures.append(everything_in(couple_profiles(feedback, sems={"mutuality": 0.5})))
    assert pictures[0] == pictures[1]


def test_one_partner_alone_can_be_read() -> None:
    feedback = couple_feedback(partner(3), None).for_a
    assert feedback is not None
    axes: Any = couple_profiles(feedback)
    assert "partner" not in axes.alt_text and axes.to_frame()["partner"].isna().all()
    check_picture(axes)


def test_feedback_of_both_and_other_things_are_refused() -> None:
    both = couple_feedback(partner(3), partner(8), consent=BOTH)
    with pytest.raises(EstimationError, match=r"couple_profiles\(feedback.for_a\) for partner a alone"):
        couple_profiles(both)  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="allowed: the feedback of one partner"):
        couple_profiles(partner(3))  # type: ignore[arg-type]
