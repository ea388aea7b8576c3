"""Feedback for one person: plain words, bounds, errors, drafts; no answers, no verdict."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from intimacy_scales import Instrument, Norm, PersonReport, load, person_report, score
from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import measurement_error
from tests.shared.commands import printed_by_python
from tests.shared.html_pages import HtmlPage

VERDICTS = re.compile(
    r"\b(diagnos(?!is, and not)\w*|disorder|abnormal|normal|healthy|unhealthy|poor|bad|worrying|problem\w*|"
    r"symptom\w*|average|at risk|distressed|dissatisf\w+|should|too low|too high)\b",
    re.IGNORECASE,
)
SKIPPED = {"kmss_1": 6, "kmss_2": 5}


def every(form: str, value: int) -> Any:
    return score(form, dict.fromkeys(load(form).item_ids, value))


def texts(report: PersonReport) -> str:
    return " ".join(text for section in report.page().sections for text in section.paragraphs)


def test_a_scale_in_plain_words() -> None:
    report = person_report(score("kmss", SKIPPED), sems={"total": 1.0})
    said = texts(report)
    assert (
        "Your score is 16.50. Scores can lie between 3 and 21: yours lies 75 percent of the way up." in said
    )
    assert "1 of 3 questions has no answer that counts." in said
    assert "would lie between 12.00 and 18.00" in said
    assert "exact to about 1.96 in both directions: 95% of such errors" in said
    assert report.page().sections[0].heading == "Total"


def test_nothing_is_said_of_skipped_items_or_errors_that_there_are_not() -> None:
    report = person_report(every("kmss", 6))
    assert "no answer that counts" not in texts(report)
    assert "exact to" not in texts(report)
    assert list(report.page().tables[0].columns) == ["Scale", "Your score", "Possible scores"]
    assert any(text.startswith("No score is exact") for text in report.warnings)


def test_scores_without_an_error_are_not_taken_for_exact() -> None:
    scores = every("das", 1)
    some = person_report(scores, sems={"total": 6.0})
    all_of_them = person_report(scores, sems=dict.fromkeys(scores.scores, 1.5))
    assert [scale.error is not None for scale in some.scales] == [name == "total" for name in scores.scores]
    assert any(text.startswith("No score is exact") for text in some.warnings)
    assert not any(text.startswith("No score is exact") for text in all_of_them.warnings)
    column = all_of_them.page().tables[0].columns["Exact to about"]
    assert list(column) == ["± 2.94"] * len(scores.scores)


def test_a_score_that_is_missing_says_what_it_needs_and_what_is_possible() -> None:
    report = person_report(score("kmss", {"kmss_1": 6}), sems={"total": 1.0})
    assert "There is no score: it needs 2 of 3 questions, and there are 1." in texts(report)
    assert "2 of 3 questions have no answer that counts" in texts(report)
    assert report.scales[0].error is None


def test_what_a_high_score_means_where_it_is_not_closeness() -> None:
    report = person_report(every("ecr", 3))
    assert "A high score means more attachment insecurity." in texts(report)


@pytest.mark.parametrize("form", ["scii-12", "kmss", "csi-16", "das", "ecr", "wellbeing", "barriers"])
def test_a_page_has_no_verdict_and_no_answers(form: str) -> None:
    lowest = {item.id: item.response_scale.minimum for item in load(form).items}
    report = person_report(score(form, lowest))
    for text in (report.to_markdown(), report.to_html(()), json.dumps(report.to_dict())):
        assert not any(item in text for item in lowest)
        assert "not a diagnosis, and not a verdict" in text
    for text in (texts(report), *report.warnings):
        assert not VERDICTS.search(text), VERDICTS.search(text)
    assert all(cutoff.source not in report.to_html(()) for cutoff in load(form).cutoffs)


def test_answers_that_were_not_accepted_are_not_on_the_page() -> None:
    scores = score("kmss", {"kmss_1": 6, "kmss_2": 5, "kmss_3": 987654}, on_invalid="missing")
    assert scores.problems
    report = person_report(scores)
    assert "987654" not in report.to_html(())


def test_a_draft_is_said_to_be_one() -> None:
    draft, published = person_report(every("scii-12", 5)), person_report(every("kmss", 5))
    assert "Draft: not tested yet" in draft.to_markdown()
    assert any("is a draft" in text for text in draft.warnings)
    assert "raft" not in published.to_markdown()


def test_only_published_instruments_with_one_general_sample_are_compared() -> None:
    norm = Norm(scale="total", sample="200 simulated persons", n=200, mean=17, sd=2)
    form = load("kmss").model_copy(update={"norms": (norm,)})
    report = person_report(score(form, dict.fromkeys(form.item_ids, 5)))
    assert report.scales[0].lower_in_sample == "16"
    assert (
        "Of 100 people in a comparison sample (200 simulated persons), about 16 have a lower score"
        in texts(report)
    )
    draft = load("scii-12").model_copy(
        update={"norms": (norm.model_copy(update={"scale": "trust", "mean": 4, "sd": 1}),)}
    )
    assert person_report(score(draft, dict.fromkeys(draft.item_ids, 5))).scales[0].sample is None
    special = form.model_copy(update={"norms": (norm.model_copy(update={"special": True}),)})
    assert person_report(score(special, dict.fromkeys(form.item_ids, 5))).scales[0].sample is None


def test_errors_may_be_results_and_have_any_level() -> None:
    scores = every("kmss", 5)
    error = measurement_error(0.9, sd=3.0)
    report = person_report(scores, sems={"total": error}, confidence_level=0.9)
    assert report.scales[0].error == pytest.approx(1.6448536 * error.sem, rel=1e-6)
    assert "90% of such errors" in texts(report)


def test_some_scales() -> None:
    report = person_report(every("prqc", 5), scales=["trust", "love"])
    assert [scale.scale for scale in report.scales] == ["trust", "love"]
    assert len(report.to_frame()) == 2
    assert PersonReport.from_dict(report.to_dict()) == report


def test_the_profile_is_in_the_page() -> None:
    report = person_report(score("kmss", SKIPPED), sems={"total": 1.2})
    page = HtmlPage(report.to_html())
    assert "16.50" in (page.all("img")[0].attributes["alt"] or "")
    assert HtmlPage(report.to_html(())).all("img") == []
    assert HtmlPage(PersonReport.from_dict(report.to_dict()).to_html()).all("img") == []


@pytest.mark.parametrize(
    ("scores", "options", "words"),
    [
        ({"kmss_1": 5}, {}, "person_scores is a dict; allowed: the scores of one person"),
        (None, {"scales": ["nothing"]}, "scales: "),
        (None, {"sems": 0.4}, "sems=0.4 is not valid; allowed: scale → SEM"),
        (None, {"sems": {"nothing": 1}}, "sems: "),
        (None, {"sems": {"total": -1}}, "sems: -1 of total is not valid"),
        (None, {"confidence_level": 2, "sems": {"total": 1}}, "confidence_level"),
    ],
)
def test_arguments_that_are_not_valid(scores: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimationError, match=re.escape(words)):
        person_report(every("kmss", 5) if scores is None else scores, **options)


def test_a_report_without_error_loads_no_numpy_and_no_matplotlib() -> None:
    code = (
        "import sys\nfrom intimacy_scales import person_report, score\n"
        "report = person_report(score('kmss', {'kmss_1': 6, 'kmss_2': 5}))\nreport.to_markdown()\n"
        "print([name for name in ('numpy', 'pandas', 'scipy', 'matplotlib') if name in sys.modules])"
    )
    assert printed_by_python(code).strip() == "[]"


def small_units(**scale: Any) -> Instrument:
    return Instrument.model_validate(
        {
            "id": "unit", "version": "1", "title": "Unit", "response_scale": {"minimum": 1, "maximum": 5},
            "evidence": {"status": "published"},
            "items": [{"id": name} for name in "abcd"],
            "scales": [
                {"id": "first", "items": ["a", "b"]} | scale,
                {"id": "second", "items": ["c", "d"]} | scale,
                {"id": "gap", "of": ["first", "second"], "method": "difference"},
            ],
        }
    )  # fmt: skip


def test_scores_in_small_units_are_not_rounded_to_nothing() -> None:
    scores = score(small_units(multiply="0.001"), {"a": 4, "b": 5, "c": 2, "d": 1})
    text = texts(person_report(scores, sems={"first": 0.0002}))
    assert "Your score is 0.00450." in text
    assert "exact to about 0.00039 in" in text


def test_a_difference_says_what_is_higher() -> None:
    report = person_report(score(small_units(), {"a": 4, "b": 5, "c": 2, "d": 1}))
    assert "A high score means that first is higher than second." in texts(report)
