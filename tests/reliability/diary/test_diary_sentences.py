"""Sentences on the reliability of diaries say what was estimated, from what, and what is not defined."""

from __future__ import annotations

import pytest

from intimacy_scales.reliability import DiaryReliability, TwoLevelOmega, diary_reliability, two_level_omega
from intimacy_scales.reliability.diary.diary_sentences import diary_sentence, two_level_sentence
from intimacy_scales.results.wording import apa
from intimacy_scales.simulation import simulate_diary


def diary(n: int, days: int, seed: int, scale: str, **fields: float) -> TwoLevelOmega:
    answers = simulate_diary("scii-daily", n, days, rng=seed, **fields).answers
    return two_level_omega("scii-daily", answers, person="person", scale=scale)


@pytest.fixture(scope="module")
def days() -> DiaryReliability:
    answers = simulate_diary("scii-daily", 60, 14, between=0.6, missed=0.1, missing=0.01, rng=1).answers
    return diary_reliability("scii-daily", answers, person="person", occasion="day", scale="trust")


def test_diary_sentence(days: DiaryReliability) -> None:
    sentence = days.sentence()
    assert sentence == diary_sentence(days)
    assert "restricted maximum likelihood; Cranford et al., 2006; Shrout & Lane, 2012" in sentence
    assert (
        f"{days.n_rows} occasions ({days.n_left_out} with skipped items left out) on which 60 persons"
        in sentence
    )
    for name in ("RkF", "R1R", "RkR", "Rc"):
        assert f"{name} = {apa(days.coefficients()[name])} for " in sentence
    assert "RkRn" not in sentence


def test_a_diary_with_nested_days_reports_nested_coefficients() -> None:
    answers = simulate_diary("scii-daily", 30, 5, rng=2).answers
    result = diary_reliability("scii-daily", answers, person="person", scale="trust")
    sentence, values = result.sentence(), result.coefficients()
    assert f"RkRn = {apa(values['RkRn'])} for persons' means over 5 occasions (nested in persons)" in sentence
    assert f"Rcn = {apa(values['Rcn fixed items'])} for change within persons (items fixed)." in sentence
    assert "RkF" not in sentence and "150 occasions on which 30 persons answered 3 items" in sentence


def test_two_level_sentence() -> None:
    result = diary(150, 10, 1, "caring", between=0.6)
    sentence = result.sentence()
    assert sentence == two_level_sentence(result)
    within, between = result.within.omega, result.between.omega
    assert not (within.warnings or between.warnings or within.reason or between.reason)
    for one in (within, between, result.person_means):
        ends = one.confidence_interval()
        assert f"{apa(one.estimate)}, 95% CI [{apa(ends.low)}, {apa(ends.high)}]" in sentence
    assert (
        "for persons' means over 10 occasions, " in sentence and "Geldhof et al., 2014; Lai, 2021" in sentence
    )


def test_an_improper_solution_is_not_reported() -> None:
    result = diary(80, 7, 1, "trust")
    assert result.between.omega.warnings
    sentence = result.sentence()
    assert "between persons, not reported (improper solution)" in sentence
    assert sentence.endswith("for persons' means over 7 occasions, not reported (improper solution).")
    assert "within persons, .64, 95% CI [.58, .69]" in sentence


def test_an_omega_that_is_not_defined_says_why_and_what_is_made_of_it_is_not_reported() -> None:
    result = diary(150, 10, 2, "trust", between=0.6)
    assert result.between.omega.reason is not None
    assert f"between persons, not defined ({result.between.omega.reason})" in result.sentence()
    assert "means over 10 occasions, not reported (improper solution)" in result.sentence()


def test_a_model_that_is_not_fitted_says_why() -> None:
    result = diary(3, 3, 1, "trust")
    assert result.reason is not None
    assert result.sentence() == (
        f"Omega of trust of scii-daily within and between persons was not estimated: {result.reason}."
    )
