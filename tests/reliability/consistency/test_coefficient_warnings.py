"""Every coefficient carries what to know before it is used."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from intimacy_scales import item_moments, simulate
from intimacy_scales.reliability import (
    cronbach_alpha,
    greatest_lower_bound,
    guttman_lambdas,
    item_analysis,
    keyed_moments,
    mcdonald_omega,
    measurement_error,
    reliability_report,
    split_half,
    split_halves,
    stratified_alpha,
)
from tests.shared.factor_answers import parts
from tests.shared.instruments import coded

COEFFICIENTS = (
    cronbach_alpha,
    mcdonald_omega,
    guttman_lambdas,
    greatest_lower_bound,
    split_half,
    split_halves,
)
ANSWERS = simulate("scii-24", 200, rng=3).answers


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
@pytest.mark.parametrize("turned", [2, 3])
def test_items_that_run_against_their_keys_are_named(coefficient, turned):
    items = [name for name in ANSWERS if name.startswith("tru")]
    answers = ANSWERS.copy()
    low, high = answers[items].min().min(), answers[items].max().max()
    answers[items[:turned]] = low + high - answers[items[:turned]]
    found = coefficient("scii-24", answers, scale="trust")
    told = [text for text in found.warnings if "Nothing was flipped" in text]
    assert len(told) == 1
    assert told[0] in repr(found)
    assert told[0] in found.to_dict()["warnings"]
    assert told[0] in found.to_frame()["warnings"].iloc[0]


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
@pytest.mark.parametrize("n", [12, 29, 30])
def test_few_persons_are_said(coefficient, n):
    found = coefficient("scii-24", ANSWERS.head(n), scale="trust")
    assert any(f"n = {n} is too small" in text for text in found.warnings) == (n < 30)


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_what_is_in_order_is_not_warned_of(coefficient):
    found = coefficient("scii-24", ANSWERS, scale="trust")
    assert found.warnings == ()
    assert "!" not in repr(found)


@pytest.mark.parametrize("coefficient", [cronbach_alpha, mcdonald_omega])
@pytest.mark.parametrize("share", [0.1, 0.06])
def test_one_rule_says_that_intervals_for_normal_answers_are_too_narrow(coefficient, share):
    items = [name for name in ANSWERS if name.startswith("tru")]
    rng = np.random.default_rng(1)
    answers = ANSWERS.copy()
    low = rng.random((200, 1)) < share
    answers[items] = np.where(low, rng.integers(1, 4, (200, len(items))), answers[items].max().max())
    answers["tru09"] = answers[items].max().max() + 1 - answers["tru09"]  # reverse-keyed
    found = coefficient("scii-24", answers, scale="trust")
    told = [text for text in found.warnings if "skewed or peaked" in text]
    assert len(told) == 1
    assert "method='adf'" in told[0]
    assert any("interval='adf'" in t for t in reliability_report("scii-24", answers)["trust"].warnings)


SHAPES = {  # shares of answers, from the lowest; whether the rule speaks
    "yes of 50 %": ((0.5, 0.5), False),
    "yes of 70 %": ((0.3, 0.7), False),
    "yes of 85 %": ((0.15, 0.85), True),  # skewed, and hardly peaked
    "no of 85 %": ((0.85, 0.15), True),
    "skewed": ((0.02, 0.06, 0.13, 0.27, 0.52), True),
    "flat": ((0.2, 0.2, 0.2, 0.2, 0.2), False),
    "peaked": ((0.04, 0.06, 0.8, 0.06, 0.04), True),  # and not skewed
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("turned", [False, True])
def test_skewness_or_kurtosis_alone_makes_intervals_for_normal_answers_too_narrow(name, turned):
    shares, speaks = SHAPES[name]
    cuts = [NormalDist().inv_cdf(share) for share in np.cumsum(shares)[:-1]]
    rng = np.random.default_rng(3)
    latent = 0.6 * rng.normal(size=(500, 1)) + 0.8 * rng.normal(size=(500, 6))
    x = 1.0 + np.digitize(latent, cuts)
    scale = "q1 q2 q3 q4 q5 q6"
    if turned:  # reverse-keyed items are skewed the other way
        x[:, 3:] = len(shares) + 1 - x[:, 3:]
        scale = "q1 q2 q3 -q4 -q5 -q6"
    answers = coded(x, scale, low=1, high=len(shares))
    for found in (
        cronbach_alpha(answers),
        mcdonald_omega(answers),
        cronbach_alpha(item_moments(answers.instrument, answers)),
    ):
        assert any("mean absolute skewness" in text for text in found.warnings) == speaks
    report = reliability_report(answers)["a"]
    for warned in (report.warnings, report.alpha.warnings, report.omega.warnings):
        assert sum("mean absolute skewness" in text for text in warned) == speaks
    error = measurement_error(cronbach_alpha(answers))
    assert not any("skewness" in text for text in error.warnings)  # which is about intervals


TOTAL = {"a": "q1 q2 q3", "b": "q4 q5 q6", "t": {"of": ["a", "b"]}}


@pytest.mark.parametrize("turned", [[0], [1, 4], [3, 5]])
def test_the_total_of_parts_names_items_against_their_keys(turned):
    x = parts(200, (3, 3), 0.7)
    x[:, turned] = 8 - x[:, turned]
    found = stratified_alpha(coded(x, TOTAL), scale="t")
    told = [text for text in found.warnings if "Nothing was flipped" in text]
    assert len(told) == 1
    assert all(f"q{item + 1}" in told[0] for item in turned)
    assert told[0] in repr(found)
    assert told[0] in found.to_dict()["warnings"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_total_of_parts_names_impossible_covariances(seed):
    x = np.random.default_rng(seed).integers(1, 8, (12, 6)).astype(float)
    x[np.random.default_rng(seed + 9).random(x.shape) < 0.4] = np.nan
    found = stratified_alpha(coded(x, TOTAL), scale="t")
    told = any("not positive semidefinite" in text for text in found.warnings)
    covariances = keyed_moments(coded(x, TOTAL), "t", "pairwise").covariances
    assert told == (np.linalg.eigvalsh(covariances)[0] < -1e-9)
    assert not found.estimate > 1


@pytest.mark.parametrize("part", ["a", "b"])
def test_the_total_of_parts_names_a_part_whose_alpha_is_negative(part):
    x = parts(200, (3, 3), 0.7)
    noise = np.random.default_rng(1).integers(1, 4, (200, 1))
    own = slice(0, 3) if part == "a" else slice(3, 6)
    x[:, own] = np.hstack([noise, 8 - noise, np.random.default_rng(2).integers(1, 8, (200, 1))])
    found = stratified_alpha(coded(x, TOTAL), scale="t")
    assert any(text.startswith(f"{part}: alpha is negative") for text in found.warnings)


def test_the_total_of_parts_that_is_in_order_has_no_warnings():
    assert stratified_alpha(coded(parts(200, (3, 3)), TOTAL), scale="t").warnings == ()
    assert reliability_report(coded(parts(200, (3, 3)), TOTAL))["t"].stratified.warnings == ()


def test_omega_knows_the_standard_deviation_of_the_score():
    for missing in ("pairwise", "listwise", "fiml"):
        omega = mcdonald_omega("scii-24", ANSWERS, scale="trust", missing=missing)
        alpha = cronbach_alpha("scii-24", ANSWERS, scale="trust")
        mine, theirs = measurement_error(omega), measurement_error(alpha)
        assert mine.mean == pytest.approx(theirs.mean)
        assert mine.sd == pytest.approx(theirs.sd, rel=0.01)
        assert mine.sem == pytest.approx(mine.sd * (1 - omega.estimate) ** 0.5)


@pytest.mark.parametrize("kind", ["copy", "constant", "sum"])
def test_r_cor_that_is_not_defined_says_why(kind):
    items = [name for name in ANSWERS if name.startswith("tru")]
    answers = ANSWERS.copy()
    if kind == "copy":
        answers[items[1]] = answers[items[0]]
    elif kind == "constant":
        answers[items[1]] = 3
    else:
        answers = answers.head(3)
    found = item_analysis("scii-24", answers, scale="trust")
    assert np.isnan(found.r_cor).all()
    assert found.r_cor_reason is not None
    assert f"r_cor is not defined: {found.r_cor_reason}" in repr(found)
    assert found.to_dict()["r_cor_reason"] == found.r_cor_reason
    assert item_analysis("scii-24", ANSWERS, scale="trust").r_cor_reason is None
