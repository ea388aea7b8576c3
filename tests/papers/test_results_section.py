"""The results section of a paper."""

from __future__ import annotations

import re

import pytest

from intimacy_scales import (
    Dyads,
    Instrument,
    cfa,
    compare_models,
    couple_report,
    encode,
    invariance,
    load,
    reliability_report,
    results_section,
    score,
    sem,
    simulate,
    structure_report,
)
from intimacy_scales.errors import ResponseError

TRUST = "trust =~ tru01 + tru04 + tru09 + tru11"


def test_what_reports_say_in_order_with_the_draft_named_once() -> None:
    answers = simulate("scii-24", 200, couples=0.5, rng=2).answers
    coded = encode("scii-24", answers)
    reliability, structure = reliability_report(coded), structure_report(coded, n_iterations=5)
    couples = couple_report(Dyads.from_long("scii-24", answers, couple="couple", role="partner"))
    text = results_section(couples, structure, reliability, score("scii-24", answers))
    assert text.headings == ("Descriptive statistics", "Internal consistency", "Structure", "Couples")
    draft = "scii-24 0.3.0 is a draft, and its scores are not validated."
    assert str(text).count("is a draft") == 1
    assert text["Couples"].endswith(draft)
    assert f"{text['Internal consistency']} {draft}" == reliability.sentence()
    assert f"{text['Structure']} {draft}" == structure.sentence()
    assert couples.scoring not in text["Couples"]
    assert "  " not in str(text)


def test_a_report_that_is_passed_twice_is_written_once() -> None:
    answers = encode("ras", simulate("ras", 150, rng=2).answers)
    first, second = reliability_report(answers), reliability_report(answers)
    assert results_section(first, second, first)["Internal consistency"] == first.sentence()


def test_descriptives_worked_by_hand() -> None:
    table = [{f"ras_{n}": answer for n in range(1, 8)} for answer in (1, 3, 5)]
    for row in table:  # reverse-keyed items, so that all scores are the answers
        row["ras_4"] = row["ras_7"] = 6 - row["ras_4"]
    text = results_section(score("ras", table))
    assert text["Descriptive statistics"] == "The mean score was M = 3.00 (SD = 2.00, N = 3)."


def test_missing_scores_have_their_own_n() -> None:
    answers = simulate("prqc", 30, rng=1).answers
    answers.loc[0, ["prqc_1", "prqc_2"]] = None
    text = results_section(score("prqc", answers))["Descriptive statistics"]
    assert re.search(
        r"^Mean scores \(N = 30\) were as follows: Satisfaction, M = .* \(SD = .*, n = 29\); ", text
    )
    assert text.count("n = 29") == 1


def test_fitted_models_and_their_comparisons() -> None:
    answers = encode("scii-24", simulate("scii-24", 300, rng=2).answers)
    model = cfa(TRUST, answers)
    tested = invariance(TRUST, answers, groups=["a", "b"] * 150, steps=["configural", "metric"])
    compared = compare_models(model, cfa(TRUST.replace("=~", "=~ a*").replace("+ ", "+ a*"), answers))
    text = results_section(model, tested, compared)
    loadings = sorted(row.std_all for row in model.parameters if row.op == "=~")
    ends = [f"{value:.2f}"[1:] for value in (loadings[0], loadings[-1])]
    assert text["Structure"].startswith(
        "A confirmatory factor analysis of four observed variables by maximum likelihood (n = 300) gave chi-"
    )
    assert f"Standardized loadings were {ends[0]} to {ends[1]}." in text["Structure"]
    assert text["Comparison of models"].startswith(f"{tested.sentence()} {compared.sentence()}")


def test_a_model_of_scores_belongs_to_the_only_instrument() -> None:
    scores = score("scii-24", simulate("scii-24", 200, rng=2).answers)
    model = sem("commitment ~ trust", scores.to_frame())
    assert model.instrument is None
    text = results_section(scores, model)
    assert text.headings == ("Descriptive statistics", "Structure")
    assert text["Structure"].startswith("A structural equation model of two observed variables")


def test_an_instrument_alone_has_no_results() -> None:
    form: Instrument = load("ras")
    with pytest.raises(ResponseError, match="has no results; pass scores or a report too"):
        results_section(form)
