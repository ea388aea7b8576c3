"""Figures of experts' agreement: by hand, by published tables, by counting every possibility."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales import EstimationError
from intimacy_scales.validity.agreement_of_experts import (
    aikens_v,
    content_validity_ratio,
    critical_count,
    modified_kappa,
    p_of_aikens_v,
    score_interval,
    substantive_validity,
)


@pytest.mark.parametrize(
    ("n_relevant", "n", "expected"),
    [(3, 3, "1"), (2, 3, "7/15"), (3, 4, "2/3"), (4, 5, "103/135"), (5, 6, "71/87"), (7, 9, "815/1071")],
)
def test_modified_kappa_by_hand(n_relevant, n, expected):
    # 2 of 3: pc = 3/8, so (2/3 - 3/8) / (5/8) = 7/15
    chance = Fraction(math.comb(n, n_relevant), 2**n)
    assert (Fraction(n_relevant, n) - chance) / (1 - chance) == Fraction(expected)
    assert modified_kappa(n_relevant, n) == pytest.approx(float(Fraction(expected)), abs=1e-15)


@given(st.integers(1, 40), st.data())
def test_content_validity_ratio_is_the_share_from_minus_1_to_1(n, data):
    n_essential = data.draw(st.integers(0, n))
    assert content_validity_ratio(n_essential, n) == pytest.approx(2 * n_essential / n - 1)


# Ayre & Scally (2014), table of exact critical values: experts → least number that agrees, one-sided .05
CRITICAL = {
    5: 5,
    6: 6,
    7: 7,
    8: 7,
    9: 8,
    10: 9,
    11: 9,
    12: 10,
    13: 10,
    14: 11,
    15: 12,
    20: 15,
    30: 20,
    40: 26,
}


@pytest.mark.parametrize(("n", "least"), CRITICAL.items())
def test_critical_count_of_the_published_table(n, least):
    assert critical_count(n) == least


@given(st.integers(1, 60), st.sampled_from([0.1, 0.05, 0.025, 0.01]))
def test_critical_count_by_the_binomial_distribution(n, level):
    enough = [a for a in range(n + 1) if stats.binom.sf(a - 1, n, 0.5) <= level]
    assert critical_count(n, level) == (min(enough) if enough else None)


def test_critical_count_refuses_percent():
    with pytest.raises(EstimationError, match="level=5 is not valid; allowed: a share"):
        critical_count(10, 5)


@given(st.integers(1, 30), st.integers(0, 60), st.sampled_from([0.9, 0.95, 0.99]))
def test_score_interval_holds_the_shares_that_are_not_rejected(trials, tenth, confidence_level):
    """Its ends are where (V - p)² = z² p (1 - p) / m, the equation that it solves."""
    share = tenth / 60
    z = stats.norm.ppf((1 + confidence_level) / 2)
    for end in score_interval(share, trials, confidence_level):
        if 0 < end < 1:
            assert (share - end) ** 2 == pytest.approx(z * z * end * (1 - end) / trials, abs=1e-12)


def test_score_interval_of_r():
    # R: prop.test(45, 60, correct = FALSE)$conf.int
    assert score_interval(0.75, 60, 0.95) == pytest.approx((0.627679299, 0.842234775), abs=1e-9)


@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_p_of_aikens_v_by_counting_every_possibility(n, steps, data):
    total = data.draw(st.integers(0, n * steps))
    every = [sum(ratings) for ratings in product(range(steps + 1), repeat=n)]
    assert p_of_aikens_v(total, n, steps) == pytest.approx(sum(s >= total for s in every) / len(every))


def test_aikens_v_is_0_at_the_lowest_and_1_at_the_highest():
    assert (aikens_v(1, 1, 5), aikens_v(3, 1, 5), aikens_v(5, 1, 5)) == (0, 0.5, 1)


def test_substantive_validity_by_hand():
    assert substantive_validity(7, 2, 10) == (0.7, 0.5)
    assert substantive_validity(2, 7, 10) == (0.2, -0.5)
    assert all(math.isnan(figure) for figure in substantive_validity(0, 0, 0))
