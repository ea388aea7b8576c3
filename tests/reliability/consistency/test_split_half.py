"""Split halves: every split, some splits, the best one, and how halves are stepped up."""

from __future__ import annotations

import itertools
import math
import re
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError
from intimacy_scales.reliability import (
    guttman_lambdas,
    items_needed,
    spearman_brown,
    split_half,
    split_halves,
)
from intimacy_scales.reliability.consistency.halves import horst
from tests.shared import factor_answers, instruments
from tests.shared.comparison import near
from tests.shared.shown_results import presentable
from tests.shared.small_scales import alpha, one_scale, sample, tables

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up, at random
]
coded, good = partial(instruments.coded, high=5), partial(factor_answers.good, high=5)


@given(st.floats(0.01, 0.99), st.floats(0.2, 20), st.integers(1, 50))
def test_spearman_brown_and_items_needed_undo_each_other(r, factor, n_items):
    near(items_needed(r, spearman_brown(r, factor), n_items), factor * n_items)


@given(st.floats(1e-3, 0.999), st.integers(1, 12), st.integers(1, 12))
def test_horst_steps_up_halves_of_any_length(r, first, second):
    """Of parallel items with reliability r, halves and the whole have that of Spearman-Brown."""
    between = math.sqrt(spearman_brown(r, first) * spearman_brown(r, second))
    share = first / (first + second)
    near(horst(between, share), spearman_brown(r, first + second), rel=1e-7)
    assert horst(between, share) == pytest.approx(horst(between, 1 - share))
    near(horst(between, 0.5), spearman_brown(between, 2), rel=1e-7)


@given(st.floats(-1.5, 1.5), st.floats(0.05, 0.95))
@example(2.0835283996292235e-162, 0.125)  # whose square is no float
def test_horst_is_a_reliability_or_nan(r, share):
    found = horst(r, share)
    assert type(found) is float
    assert math.isnan(found) == (r < 0 or r > 1 + 1e-12)
    assert math.isnan(found) or 0 <= found <= 1
    assert [horst(end, share) for end in (0.0, 1.0, 1 + 1e-13)] == [0, 1, 1]


@given(tables(k=st.integers(2, 7), n=st.just(40)))
@settings(max_examples=15, deadline=None)
def test_split_halves_makes_every_split_and_none_above_lambda_4(x):
    answers, c, k = one_scale(x), np.cov(x.T), x.shape[1]

    def value(half: tuple[int, ...]) -> float:
        t = np.where(np.isin(range(k), half), 1, -1)
        return 1 - t @ c @ t / c.sum()

    every = [half for size in range(1, k) for half in itertools.combinations(range(k), size)]
    best = max(map(value, every))
    assume(best > 0)  # otherwise see test_a_split_has_two_halves
    near(guttman_lambdas(answers, scale="a").lambda4, best)
    halves = split_halves(answers, scale="a")
    equal = [value(half) for half in itertools.combinations(range(k), k // 2)]
    near(halves.values, sorted(equal)[:: 1 if k % 2 else 2])  # each split of an even k has two names
    assert halves.every_split
    if k % 2 == 0:
        near(float(halves), float(alpha(answers)))
    half = ([f"q{i + 1}" for i in every[-1]], [f"q{i + 1}" for i in range(k) if i not in every[-1]])
    near(split_half(answers, scale="a", halves=half).flanagan_rulon, value(every[-1]))


def test_a_split_has_two_halves():
    bounds = guttman_lambdas(one_scale(np.array([[1, 5], [2, 3], [3, 4], [4, 4]])), scale="a")
    assert bounds.half in (("q1",), ("q2",))
    near(bounds.lambda4, bounds.lambda3)


def test_split_halves_of_many_items_come_near_to_all():
    x = sample(8, 400, 26)
    x[:, 1::2] = x[:, ::2]  # twins: the best split puts one of each on either side
    answers = one_scale(x)
    bounds, halves = guttman_lambdas(answers, scale="a"), split_halves(answers, scale="a", rng=1)
    assert not bounds.lambda4_is_exact
    near(bounds.lambda4, 1)
    assert bounds.lambda4 >= halves.max - 1e-12
    near(float(halves), float(alpha(answers)), abs=0.002)
    assert len(halves.values) == 10_000


@pytest.mark.parametrize("k", [3, 5, 7])
def test_odd_numbers_of_items_split_in_every_way(k):
    halves, half = (presentable(f(coded(good(40, k)))) for f in (split_halves, split_half))
    assert len(halves.values) == math.comb(k, k // 2)
    assert halves.min <= halves.quantile(0.5) <= halves.max
    assert [len(items) for items in half.halves] == [k // 2 + 1, k // 2]
    assert half.definition.startswith("Horst")
    assert half.estimate == half.horst != half.spearman_brown


BAD_HALVES = [
    ("first", "halves='first' is not valid; allowed: 'odd-even'"), (("q1", "q2"), "two lists of item ids"),
    ((["q1"], ["q2"], ["q3"]), "two lists of item ids"), ((["q1"], ["q3"]), "missing: q2"),
    ((["q1", "q2"], ["q2", "q3"]), "twice: q2"), ((["q1", "q2"], ["q3", "q9"]), "not of this scale: q9"),
    ((["q1", "q2", "q3"], []), "one half is empty"),
    (None, "two lists of item ids"), ((["q1", 2], ["q3"]), "not of this scale: 2"),
]  # fmt: skip


@pytest.mark.parametrize(("halves", "message"), BAD_HALVES)
def test_halves_that_are_not_valid(halves, message):
    with pytest.raises(EstimationError, match=message):
        split_half(coded(good(20, 3)), halves=halves)


def test_halves_that_run_against_each_other_have_no_step_up():
    result = presentable(split_half(coded([[1, 5], [2, 3], [3, 1]])))
    assert result.reason == "the halves correlate -1.00, and only a correlation from 0 to 1 can be stepped up"
    assert result.flanagan_rulon == pytest.approx(-8)


@pytest.mark.parametrize("beyond", [-0.4, 0, 0.0, 1, 1.0, math.nan])
def test_items_needed_takes_values_between_0_and_1(beyond):
    for reliability, wanted in ((0.7, beyond), (beyond, 0.7), (beyond, beyond)):
        with pytest.raises(EstimationError, match=r"both must be between 0 and 1|a number from -1 to 1"):
            items_needed(reliability, wanted)
    for wanted in (1.2, math.inf, -math.inf):
        with pytest.raises(EstimationError, match=re.escape(f"reliability=0.7, wanted={wanted!r}: both")):
            items_needed(0.7, wanted)
