"""Findings of a study, written into the instrument by the functions that made them."""

from __future__ import annotations

import dataclasses

import pytest

from intimacy_scales import (
    InstrumentError,
    MissingRule,
    cronbach_alpha,
    invariance,
    known_groups,
    load,
    load_bank,
    load_file,
    minimal_important_change,
    mtmm,
    regression_norm,
    reliability_report,
    score,
    simulate,
)
from intimacy_scales.instrument.evidence import NEEDED_TO_VALIDATE, STEPS, Finding
from intimacy_scales.instrument.provenance import Source
from intimacy_scales.validity import EvidenceReport, content_validity, evidence_report, read_expert_sheets
from intimacy_scales.validity.evidence import PROPERTIES

STUDY = {"sample": "300 simulated persons", "source": "a simulation"}


@pytest.fixture(scope="module")
def reliability():
    return reliability_report("kmss", simulate("kmss", 300, rng=1).answers)


def test_evidence_report_adds_findings_and_names_what_is_missing(reliability, tmp_path):
    experts = content_validity({"a": [4] * 6, "b": [3] * 6}).findings(
        sample="6 experts", source="a simulation"
    )
    report = evidence_report("kmss", reliability, experts, **STUDY)
    assert report.added == (*reliability.findings(**STUDY), *experts)
    assert report.form.evidence.findings[-len(report.added) :] == report.added
    assert report.missing == ("structure", "validity")
    added = {step.step: step.n_added for step in report.steps if step.n_added}
    assert added == {"content": len(experts), "items": 1, "reliability": 2}
    assert "for the status 'validated' it still needs: structure; validity" in repr(report)
    path = tmp_path / "kmss.toml"
    report.save(path)
    assert load_file(path).evidence == report.form.evidence


def test_without_a_study_it_says_what_is_known():
    report = evidence_report("scii-24")
    assert report.unknown == tuple(STEPS)
    assert report.missing == tuple(NEEDED_TO_VALIDATE)
    assert report.form == load("scii-24")


def test_every_step_has_a_property_and_functions_that_exist():
    import intimacy_scales
    from intimacy_scales import reliability, validity

    assert list(PROPERTIES) == list(STEPS)
    places = (intimacy_scales, validity, reliability)
    for step in ("content", "items", "structure", "reliability", "invariance"):
        for name in PROPERTIES[step].functions.split(", "):
            assert any(hasattr(place, name) for place in places), name


def test_steps_are_shown_in_the_order_of_cosmin(reliability):
    report = evidence_report("kmss", reliability, **STUDY)
    text = report.to_markdown()
    places = [text.index(f"| {title} |") for title in STEPS.values()]
    assert places == sorted(places)
    assert list(report.to_frame().index) == list(STEPS)


def test_the_same_findings_are_added_once(reliability):
    once = evidence_report("kmss", reliability, **STUDY)
    twice = evidence_report(once.form, reliability, reliability, **STUDY)
    assert twice.added == ()
    assert twice.form.evidence == once.form.evidence


def test_a_finding_that_contradicts_a_recorded_one_is_refused_or_replaces_it(reliability):
    once = evidence_report("kmss", reliability, **STUDY).form
    other = reliability_report("kmss", simulate("kmss", 300, rng=2).answers)
    with pytest.raises(InstrumentError, match=r"kmss: already records .*replace=True"):
        evidence_report(once, other, **STUDY)
    replaced = evidence_report(once, other, **STUDY, replace=True).form
    assert len(replaced.evidence.findings) == len(once.evidence.findings)
    assert set(other.findings(**STUDY)) <= set(replaced.evidence.findings)


def test_a_result_of_another_instrument_is_refused(reliability):
    with pytest.raises(InstrumentError, match=r"a result is of kmss 2, and the instrument is ras"):
        evidence_report("ras", reliability, **STUDY)


def test_a_result_of_other_texts_is_refused(reliability):
    worded = load("kmss").with_texts({item: f"text of {item}" for item in load("kmss").item_ids})
    assert worded.version == load("kmss").version
    with pytest.raises(InstrumentError, match="with other texts"):
        evidence_report(worded, reliability, **STUDY)


OTHER_KEYS = {
    "missing rule": lambda form: form.with_missing_rule(MissingRule(proportion=1)),
    "method": lambda form: form.with_method("mean"),
}


@pytest.mark.parametrize("change", OTHER_KEYS)
def test_a_result_of_another_key_is_refused(change):
    form = load("kmss")
    other = OTHER_KEYS[change](form)
    assert (other.id, other.version, other.text_digest) == (form.id, form.version, form.text_digest)
    study = reliability_report(other, simulate("kmss", 300, rng=1).answers)
    with pytest.raises(InstrumentError) as caught:
        evidence_report(form, study, **STUDY)
    message = str(caught.value)
    for text in (
        form.key_digest[:12],
        other.key_digest[:12],
        "another scoring key",
        "Pass the instrument that",
    ):
        assert text in message
    assert evidence_report(other, study, **STUDY).added


def test_what_is_known_about_an_instrument_is_no_other_key(reliability):
    once = evidence_report("kmss", reliability, **STUDY).form
    assert once.digest != load("kmss").digest
    assert evidence_report(once, reliability, sample="others", source="x").added


def test_results_saved_before_keys_were_recorded_are_read(reliability):
    document = reliability.to_dict()
    assert document["instrument"].pop("key_digest") == load("kmss").key_digest
    again = type(reliability).from_dict(document)
    assert again.instrument.key_digest is None
    assert again == reliability
    assert evidence_report("kmss", again, **STUDY).added == reliability.findings(**STUDY)


def test_models_that_are_compared_are_of_the_instrument():
    answers = simulate("ras", 300, rng=1).answers
    answers["group"] = ["a", "b"] * 150
    steps = invariance("ras", answers, groups="group")
    assert evidence_report("ras", steps, **STUDY).added
    with pytest.raises(InstrumentError, match="a result is of ras 1, and the instrument is kmss 2"):
        evidence_report("kmss", steps, **STUDY)


def test_a_norm_by_covariates_is_of_the_instrument():
    answers = simulate("ras", 300, rng=1).answers
    answers["years"] = [n % 17 for n in range(300)]
    norm = regression_norm(score("ras", answers, keep=["years"]), on=["years"], sample="simulated")
    assert norm.instrument == load("ras").ref
    assert evidence_report("ras", norm, **STUDY).added
    with pytest.raises(InstrumentError, match="a result is of ras 1, and the instrument is kmss 2"):
        evidence_report("kmss", norm, **STUDY)
    document = norm.to_dict()
    del document["instrument"]
    assert type(norm).from_dict(document).instrument is None


def judged(**kinds):
    """Sheets of six experts on a bank: relevance of the form's items is high, of the others low."""
    form = load("scii-24")
    bank = load_bank("trust")
    own = {item.id for item in bank.items} & set(form.item_ids)
    sheet = [
        {"item": item.id} | {kind: values[item.id not in own] for kind, values in kinds.items()}
        for item in bank.items
    ]
    brief = form.model_copy(
        update={
            "items": [item for item in form.items if item.id in own],
            "scales": [form.scale("trust")],
        }
    )
    return brief, content_validity(read_expert_sheets([sheet] * 6, bank))


def test_figures_of_experts_are_those_of_the_items_of_the_instrument():
    brief, content = judged(relevance=(4, 1), clarity=(3, 2), essential=("yes", "no"))
    assert content.s_cvi_ave < 1
    added = {
        (one.statistic, one.of.partition(" (")[0]): one.value
        for one in evidence_report(brief, content, **STUDY).added
    }
    assert added == {
        ("S-CVI/Ave", "relevance"): 1, ("S-CVI/UA", "relevance"): 1, ("lowest I-CVI", "relevance"): 1,
        ("S-CVI/Ave", "clarity"): 1, ("mean CVR", "items"): 1,
    }  # fmt: skip
    assert all(row.item in brief.item_ids for row in content.of_items(brief.item_ids).items)


def test_items_must_be_judged_in_every_kind_of_judgement():
    brief, content = judged(relevance=(4, 1), essential=(None, "yes"))
    with pytest.raises(InstrumentError, match=r"judged none of the \d items of .* in essential"):
        evidence_report(brief, content, **STUDY)


@pytest.mark.parametrize("given", [{}, {"sample": "x"}, {"source": "x"}, {"sample": "", "source": "x"}])
def test_sample_and_source_are_needed(reliability, given):
    with pytest.raises(InstrumentError, match="say who answered, and where the study is described"):
        evidence_report("kmss", reliability, **given)


def test_what_has_no_findings_is_refused():
    alpha = cronbach_alpha("kmss", simulate("kmss", 300, rng=1).answers)
    with pytest.raises(InstrumentError, match="has no findings; pass results that have"):
        evidence_report("kmss", alpha, **STUDY)


def test_findings_by_hand_are_taken():
    interviews = Finding(
        step="response processes", statistic="items changed", value=1, sample="8 persons", n=8, source="x"
    )
    report = evidence_report("kmss", interviews, [interviews])
    assert report.added == (interviews,)


def test_the_status_is_earned():
    findings = [
        Finding(step=step, statistic="a figure", value=0.9, sample="simulated", n=n, source="a simulation")
        for step, n in NEEDED_TO_VALIDATE.items()
    ]
    report = evidence_report("scii-24", findings)
    assert report.missing == ()
    source = Source(title="A simulated study", where="docs")
    form = report.form.with_evidence((), status="validated", sources=[source])
    assert form.evidence.status == "validated"


def test_documents(reliability):
    report = evidence_report("kmss", reliability, **STUDY)
    again = EvidenceReport.from_json(report.to_json(), instrument=report.form)
    assert again == report
    assert repr(again) == repr(report)


LABELS = ["community", "therapy"] * 50


def test_findings_of_plain_numbers_say_that_no_scoring_key_made_them(tmp_path):
    scores = score("kmss", simulate("kmss", 100, rng=1).answers)
    of_key = known_groups(scores, LABELS, higher="community")
    of_numbers = known_groups(list(scores["total"]), LABELS, higher="community")
    keyed = evidence_report("kmss", of_key, **STUDY)
    assert keyed.added == of_key.findings(**STUDY)
    assert not any("plain numbers" in text for text in keyed.warnings)
    report = evidence_report("kmss", of_key, of_numbers, **STUDY)
    plain = report.added[2:]
    assert [finding.value for finding in plain] == [finding.value for finding in report.added[:2]]
    assert {finding.of for finding in plain} == {
        "community compared with therapy; plain numbers, not tied to the scoring key"
    }
    assert "2 findings are of plain numbers, not tied to the scoring key" in repr(report)
    assert "plain numbers, not tied to the scoring key" in report.to_frame().loc["validity", "known"]
    report.save(tmp_path / "kmss.toml")
    assert load_file(tmp_path / "kmss.toml").evidence == report.form.evidence


def test_changes_know_no_instrument_and_say_so():
    change = minimal_important_change(
        changes=[0.0, 1.0, 2.0] * 20, anchor=[1, 2, 2, 1, 1, 2] * 10, improved=[2], n_resamples=100, rng=1
    )
    (first, *_) = evidence_report("kmss", change, **STUDY).added
    assert (first.scale, first.of) == (None, "plain numbers, not tied to the scoring key")
    assert "of plain numbers, not tied" in str(first)
    named = change.findings(**STUDY, scale="total")  # whoever names the scale says what the changes are of
    assert evidence_report("kmss", named).added == named


def test_traits_of_plain_columns_must_be_scales_of_the_instrument():
    own = [{"pair": n // 2, "who": n % 2, "trust": n % 7, "caring": (3 * n) % 5} for n in range(60)]
    partner = [{**row, "who": 1 - row["who"]} for row in own]
    matrix = mtmm(
        {"self": own, "partner": partner}, person="who", couple="pair", traits=["trust", "caring"],
        about_partner=["partner"], rng=1,
    )  # fmt: skip
    with pytest.raises(InstrumentError, match=r"plain numbers is of 'trust', which is not a scale of kmss"):
        evidence_report("kmss", matrix, **STUDY)
    (first, *_) = evidence_report("scii-24", matrix, **STUDY).added
    assert first.of is not None
    assert first.of.endswith("trust; plain numbers, not tied to the scoring key")


def test_the_version_that_experts_judged_is_compared():
    bank = load_bank("trust")
    form = bank.to_instrument()
    sheet = [{"item": item.id, "relevance": 4} for item in bank.items]
    judged = content_validity(read_expert_sheets([sheet, sheet, sheet], bank))
    assert evidence_report(form, judged, **STUDY).added
    older = dataclasses.replace(judged, version="0.0.1")
    with pytest.raises(InstrumentError, match=rf"judged trust 0\.0\.1, and .* are of trust {bank.version}"):
        evidence_report(form, older, **STUDY)
    assert evidence_report(form, older.findings(**STUDY)).added  # they name the version judged
    same_name = dataclasses.replace(judged, of=form.id, version="9")
    with pytest.raises(InstrumentError, match=f"judged {form.id} 9"):
        evidence_report(form, same_name, **STUDY)
