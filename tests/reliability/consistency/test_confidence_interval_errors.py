"""Intervals that cannot be had: each says what can."""

from __future__ import annotations

from typing import Any

import pytest

from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import (
    compare_alphas,
    cronbach_alpha,
    guttman_lambdas,
    item_moments,
    mcdonald_omega,
    split_half,
    stratified_alpha,
)
from tests.shared.interval_answers import answers, half

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
SUMS = item_moments(answers().instrument, answers())
REFUSED: dict[str, tuple[Any, str]] = {
    "sums": (
        lambda: guttman_lambdas(SUMS, scale="a").confidence_interval(method="adf"),
        "moments are only sums",
    ),
    "no method": (
        lambda: split_half(answers(), scale="a").confidence_interval(method="x"),
        "allowed: 'delta', 'adf'",
    ),
    "clusters": (
        lambda: split_half(answers(), scale="a").confidence_interval(clusters=[1] * 90),
        "with clusters use 'adf', 'bootstrap' or 'bca'",
    ),
    "lambda-4": (
        lambda: guttman_lambdas(answers(), scale="a").confidence_interval(of="lambda4"),
        r"use split_half\(\) with a split chosen",
    ),
    "figure": (
        lambda: split_half(answers(), scale="a").confidence_interval(of="x"),
        "allowed: 'estimate', 'r'",
    ),
    "resamples": (
        lambda: stratified_alpha(answers(), scale="c").confidence_interval(method="bca", n_resamples=5),
        "at least 100",
    ),
    "no general factor": (
        lambda: mcdonald_omega(answers(), scale="a").confidence_interval(of="hierarchical"),
        "has no general factor",
    ),
    "whose": (
        lambda: mcdonald_omega(answers(), scale="a").confidence_interval(of="x"),
        "allowed: 'total', 'hierarch",
    ),
    "who is who": (
        lambda: compare_alphas(*(cronbach_alpha(half(answers(), at), scale="a") for at in (0, 1))),
        "pass paired=True if row i of both is the same person",
    ),
    "the same": (
        lambda: compare_alphas(*(cronbach_alpha(answers(), scale=s) for s in "ab"), paired=False),
        "both are of the same answers",
    ),
    "rows": (
        lambda: compare_alphas(
            cronbach_alpha(answers(), scale="a"), cronbach_alpha(half(answers(), 0), scale="a"), paired=True
        ),
        "the tables have 90 and 45 rows",
    ),
    "standardized": (
        lambda: compare_alphas(*(cronbach_alpha(answers(), scale=s, standardized=True) for s in "ab")),
        "standardized alphas have no interval",
    ),
    "feldt of pairs": (
        lambda: compare_alphas(*(cronbach_alpha(answers(), scale=s) for s in "ab")).confidence_interval(
            method="feldt"
        ),
        "is for different persons",
    ),
    "no alpha": (lambda: compare_alphas(0.8, 0.7), "pass what cronbach_alpha"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_had_says_what_can(case: str) -> None:
    call, words = REFUSED[case]
    with pytest.raises(EstimationError, match=words):
        call()
