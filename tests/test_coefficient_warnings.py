"""Every coefficient carries what to know before it is used."""

from __future__ import annotations

import numpy as np
import pytest

from intimacy_scales import simulate
from intimacy_scales.reliability import (
    cronbach_alpha,
    greatest_lower_bound,
    guttman_lambdas,
    item_analysis,
    mcdonald_omega,
    measurement_error,
    reliability_report,
    split_half,
    split_halves,
)

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
