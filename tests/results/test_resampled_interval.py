"""Intervals from resamples: their ends, and what is said of resamples without a figure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from intimacy_scales.results.resampled_interval import interval_of_resamples

FIGURES = np.random.default_rng(1).normal(size=200)


def with_gaps(n_failed: int) -> np.ndarray:
    figures = FIGURES.copy()
    figures[:n_failed] = np.nan
    return figures


def test_interval_of_resamples_leaves_out_those_without_a_figure() -> None:
    interval = interval_of_resamples(with_gaps(10), 0.9, n=40, failing="r is undefined in", cautions=["few"])
    assert tuple(interval) == pytest.approx(tuple(np.quantile(FIGURES[10:], [0.05, 0.95])), rel=1e-15)
    assert (interval.n, interval.n_failed, interval.method) == (40, 10, "bootstrap")
    assert interval.warnings == ("r is undefined in 10 of 200 resamples (5 %); they are left out", "few")
    assert interval_of_resamples(FIGURES, 0.9, n=40, failing="").warnings == ()


def test_interval_of_resamples_is_undefined_where_many_have_no_figure() -> None:
    interval = interval_of_resamples(with_gaps(11), 0.9, n=40, failing="r is undefined in", instead="; use z")
    assert interval.reason == "r is undefined in 11 of 200 resamples (5.5 %), more than 5 %; use z"
    assert math.isnan(interval.low)


def test_interval_of_resamples_without_ends_says_why() -> None:
    interval = interval_of_resamples(
        FIGURES, 0.9, n=40, failing="", method="bca", ends=lambda figures, level: (math.nan, math.nan)
    )
    assert (interval.reason, interval.method) == ("all resamples are on one side of the estimate", "bca")
