"""Figures of few persons say so, by one rule."""

from __future__ import annotations

import re

import numpy as np
import pytest

from intimacy_scales import simulate
from intimacy_scales.reliability import (
    cronbach_alpha,
    diary_reliability,
    greatest_lower_bound,
    group_icc,
    guttman_lambdas,
    hierarchical_omega,
    intraclass_corr,
    mcdonald_omega,
    measurement_error,
    reliability_report,
    split_half,
    split_halves,
    stratified_alpha,
    test_retest,
    two_level_omega,
)
from intimacy_scales.simulation import simulate_diary

retest = test_retest
del test_retest


@pytest.mark.parametrize("n", [2, 12, 49])
def test_diaries_of_few_persons_say_so(n):
    days = simulate_diary("scii-daily", n, 6, rng=2).answers
    found = diary_reliability("scii-daily", days, person="person", occasion="day", scale="total")
    told = f"n = {n} persons is too small for stable figures between persons"
    assert any(told in text for text in found.warnings)
    assert told in repr(found)
    assert told in re.sub("</?(?:i|span)[^>]*>", "", found._repr_html_())
    assert told in found.to_dict()["warnings"][0]


def test_both_kinds_of_diary_have_one_rule():
    for n in (20, 60):
        days = simulate_diary("scii-daily", n, 5, rng=2).answers
        one = diary_reliability("scii-daily", days, person="person", scale="total").warnings
        other = two_level_omega("scii-daily", days, person="person", scale="total").warnings
        assert set(one) <= set(other)
        assert bool(one) == (n < 50)


@pytest.mark.parametrize("n", [4, 29, 30])
def test_ratings_and_retests_of_few_persons_say_so(n):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))
    for found in (intraclass_corr(x), intraclass_corr(x)["ICC2"], retest(x[:, 0], x[:, 1])):
        assert any(f"n = {n} is too small" in text for text in found.warnings) == (n < 30)
        assert ("too small" in repr(found)) == (n < 30)
        assert len(found.to_dict()["warnings"]) == (n < 30)


TOLD = "n = {} is too small for a stable coefficient: another sample may give a very different one"
COEFFICIENTS = {
    "alpha": (cronbach_alpha, "trust"),
    "omega": (mcdonald_omega, "trust"),
    "lambdas": (guttman_lambdas, "trust"),
    "glb": (greatest_lower_bound, "trust"),
    "half": (split_half, "trust"),
    "halves": (split_halves, "trust"),
    "stratified": (stratified_alpha, "total"),
    "hierarchical": (hierarchical_omega, "total"),
}


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("case", COEFFICIENTS)
@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
def test_every_coefficient_of_a_scale_has_one_warning_with_n(case, n):
    coefficient, scale = COEFFICIENTS[case]
    answers = simulate("scii-24", n, rng=4).answers
    found = coefficient("scii-24", answers, scale=scale)
    assert TOLD.format(n) in found.warnings
    assert f"! {TOLD.format(n)}" in repr(found)
    assert TOLD.format(n) in found.to_dict()["warnings"]


@pytest.mark.parametrize("n", [2, 4, 5])
@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
def test_a_report_says_it_once_for_a_scale(n):
    report = reliability_report("scii-24", simulate("scii-24", n, rng=4).answers)
    for result in report:
        assert result.warnings.count(TOLD.format(n)) == (result.alpha.reason is None)
        assert repr(result).count(TOLD.format(n)) == (result.alpha.reason is None)
        assert TOLD.format(n) in result.alpha.warnings
        assert TOLD.format(n) in result.split_half.warnings


@pytest.mark.parametrize("groups", [2, 5, 29, 30])
def test_few_groups_are_said_however_many_values_they_have(groups):
    rng = np.random.default_rng(groups)
    group = np.repeat(np.arange(groups), 20)
    found = group_icc(rng.normal(size=groups)[group] + rng.normal(size=len(group)), group)
    told = TOLD.format(f"{groups} groups")
    assert found.warnings == ((told,) if groups < 30 else ())
    assert ("! n = " in repr(found)) == (groups < 30)
    assert found.to_dict()["warnings"] == list(found.warnings)


@pytest.mark.parametrize("n", [3, 4, 29, 30])
@pytest.mark.parametrize("kind", ["retest", "icc", "alpha"])
def test_an_error_of_measurement_says_what_its_reliability_does(kind, n):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(n, 1)) + 0.1 * rng.normal(size=(n, 2))
    if kind == "retest":
        error = measurement_error(retest(x[:, 0], x[:, 1]), sd=1)
    elif kind == "icc":
        error = measurement_error(intraclass_corr(x)["ICC3k"], sd=1)
    else:
        error = measurement_error(
            cronbach_alpha("scii-24", simulate("scii-24", n, rng=4).answers, scale="caring")
        )
    assert error.n == n
    assert (TOLD.format(n) in error.warnings) == (n < 30)
    assert ("too small" in repr(error)) == (n < 30)
    assert ("warnings" in error.to_frame()) == (n < 30)
    assert error.to_dict()["warnings"] == list(error.warnings)


def test_a_plain_number_is_not_doubted():
    assert measurement_error(0.8, sd=5).warnings == ()


@pytest.mark.parametrize(
    "ratings",
    [[[1, 2], [2, 3], [5, 4]], [[1, 2], [2, 2], [3, 5]], [[4, 1, 2], [4, 3, 5], [1, 2, 1]], [[1, 2], [4, 3]]],
)
def test_intervals_of_few_persons_do_not_end_at_a_search(ratings):
    found = intraclass_corr(np.array(ratings, dtype=float))
    for form in found:
        interval = form.confidence_interval()
        assert np.isnan(interval.low) or -1000 < interval.low <= form.estimate
        if np.isnan(interval.low):
            assert interval.reason
    assert "e+0" not in repr(found)
