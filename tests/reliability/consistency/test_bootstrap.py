"""A few resamples without a figure do not undo an interval: they are counted and said."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import simulate
from intimacy_scales.numerics.resampling import failed_because
from intimacy_scales.reliability import cronbach_alpha, mcdonald_omega
from intimacy_scales.reliability.consistency import omega_intervals
from intimacy_scales.reliability.consistency.bootstrap import AlphaTerms


def with_failures(drawn, failures):
    drawn = drawn.copy()
    drawn[:failures] = np.nan
    return drawn


@pytest.mark.parametrize("method", ["bootstrap", "bca"])
@pytest.mark.parametrize("failures", [1, 10, 25])
@pytest.mark.parametrize("coefficient", ["alpha", "omega"])
def test_up_to_one_in_twenty_may_fail(method, failures, coefficient, monkeypatch):
    answers = simulate("scii-24", 150, rng=4).answers
    if coefficient == "alpha":
        real = AlphaTerms.resampled
        monkeypatch.setattr(
            AlphaTerms, "resampled", lambda self, n, rng: with_failures(real(self, n, rng), failures)
        )
        found = cronbach_alpha("scii-24", answers, scale="trust")
    else:
        rng = np.random.default_rng(2)
        estimate = mcdonald_omega("scii-24", answers, scale="trust").estimate
        monkeypatch.setattr(
            omega_intervals,
            "refitted",
            lambda *_: with_failures(estimate + 0.03 * rng.normal(size=500), failures),
        )
        found = mcdonald_omega("scii-24", answers, scale="trust")
    interval = found.confidence_interval(method=method, n_resamples=500, rng=1)
    assert interval.reason is None
    assert interval.low < found.estimate < interval.high
    assert interval.n_failed == failures
    assert f"{failures} of 500 resamples" in interval.warnings[0]
    assert "they are left out" in repr(interval)
    assert interval.to_dict()["n_failed"] == failures


@pytest.mark.parametrize("failures", [26, 100, 499])
def test_more_than_one_in_twenty_undo_it(failures, monkeypatch):
    answers = simulate("scii-24", 150, rng=4).answers
    real = AlphaTerms.resampled
    monkeypatch.setattr(
        AlphaTerms, "resampled", lambda self, n, rng: with_failures(real(self, n, rng), failures)
    )
    found = cronbach_alpha("scii-24", answers, scale="trust")
    interval = found.confidence_interval(method="bootstrap", n_resamples=500, rng=1)
    assert math.isnan(interval.low)
    assert f"alpha is not defined in {failures} of 500 resamples" in interval.reason
    assert "more than 5 %" in interval.reason


@pytest.mark.parametrize("n", [7, 8, 9])
def test_answers_that_hardly_vary_have_an_interval(n):
    """All but two persons answer alike: some resamples hold neither."""
    answers = pd.DataFrame({f"ras_{i}": [3] * n for i in range(1, 8)})
    answers.iloc[0] = 1
    answers.iloc[1] = [5, 4, 5, 5, 4, 4, 5]
    answers.iloc[2] = [5, 4, 5, 4, 4, 2, 5]
    found = cronbach_alpha("ras", answers, on_invalid="missing")
    interval = found.confidence_interval(method="bootstrap", n_resamples=1000, rng=1)
    assert (interval.reason is None) == (interval.n_failed <= 50)
    assert interval.reason or interval.n_failed == 0 or interval.warnings


def test_none_failed_says_nothing():
    assert failed_because(np.ones(10), "x") == ("", False)
