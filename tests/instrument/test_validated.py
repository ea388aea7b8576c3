"""The status "validated" has to be earned: by findings of four kinds, each with persons enough."""

from __future__ import annotations

import pytest

from intimacy_scales import InstrumentError, load, load_file, score
from intimacy_scales.instrument.evidence import (
    NEEDED_TO_VALIDATE,
    STEPS,
    Evidence,
    Finding,
    missing_to_validate,
)
from intimacy_scales.instrument.provenance import Source

SOURCE = Source(title="A simulated study", where="docs/how-to/plan-a-validation-study.md")
FINDINGS = tuple(
    Finding(step=step, statistic="a figure", value=0.9, sample="simulated", n=n, source="a simulation")
    for step, n in NEEDED_TO_VALIDATE.items()
)


def test_one_finding_of_three_friends_is_not_enough():
    friends = Finding(step="pilot", statistic="n answered", value=3, sample="3 friends", n=3, source="me")
    with pytest.raises(ValueError, match="missing: content; structure; reliability; validity"):
        Evidence(status="validated", findings=(friends,))


@pytest.mark.parametrize("left_out", range(len(FINDINGS)))
def test_each_kind_is_needed(left_out):
    others = FINDINGS[:left_out] + FINDINGS[left_out + 1 :]
    assert missing_to_validate(others) == (FINDINGS[left_out].step,)
    with pytest.raises(ValueError, match=f"missing: {FINDINGS[left_out].step}. Add them"):
        Evidence(status="validated", findings=others)


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.step)
def test_each_needs_its_number_of_persons(finding):
    least = NEEDED_TO_VALIDATE[finding.step]
    others = [other for other in FINDINGS if other is not finding]
    few, unknown = (finding.model_copy(update={"n": n}) for n in (least - 1, None))
    assert missing_to_validate([*others, few]) == (
        f"{finding.step} (n of at least {least}; the largest is {least - 1})",
    )
    assert missing_to_validate([*others, unknown]) == (
        f"{finding.step} (n of at least {least}; no finding has an n)",
    )
    assert missing_to_validate([*others, few, unknown, finding]) == ()


def test_a_study_earns_the_word_and_scores_are_read(tmp_path):
    draft = load("scii-12")
    with pytest.raises(InstrumentError, match=r"missing: validity\. evidence_report"):
        draft.with_evidence(FINDINGS[:-1], status="validated", sources=[SOURCE])
    form = draft.with_evidence(FINDINGS, status="validated", sources=[SOURCE])
    assert "DRAFT" not in str(form.ref)
    path = tmp_path / "form.toml"
    path.write_text(form.to_toml(), encoding="utf-8")
    assert load_file(path).evidence.status == "validated"
    path.write_text(path.read_text("utf-8").replace('step = "content"', 'step = "pilot"'), encoding="utf-8")
    with pytest.raises(InstrumentError, match="needs findings of content, structure, reliability"):
        load_file(path)


def test_a_published_instrument_is_not_validated_by_its_recorded_alphas():
    published = load("prqc")
    with pytest.raises(InstrumentError, match="missing: content; structure"):
        published.with_evidence((), status="validated", sources=[SOURCE])


def test_a_finding_of_a_scale_that_does_not_exist_is_refused():
    wrong = FINDINGS[0].model_copy(update={"scale": "trsut"})
    with pytest.raises(InstrumentError, match="trsut"):
        load("ras").with_evidence(wrong)


def test_steps_are_in_the_order_of_cosmin():
    assert [*STEPS][:2] == ["content", "response processes"]
    order = [*STEPS].index
    assert order("content") < order("structure") < order("reliability") < order("validity") < order("change")


def test_scores_of_a_draft_are_still_not_interpreted():
    answers = {f"csi16_{n}": 2 for n in range(1, 17)}
    assert score("csi-16", answers).interpret().applying
