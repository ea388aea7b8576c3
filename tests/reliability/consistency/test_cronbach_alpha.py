"""Cronbach's alpha and its intervals: naive references, and what must hold whatever was answered."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales import CodedResponses, item_moments
from intimacy_scales.moments.answer_values import keyed_steps
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.reliability import (
    cronbach_alpha,
    greatest_lower_bound,
    guttman_lambdas,
    item_analysis,
    spearman_brown,
    split_half,
    split_halves,
    stratified_alpha,
)
from intimacy_scales.reliability.consistency.bootstrap import AlphaTerms
from intimacy_scales.reliability.consistency.figures import alpha_gradient
from intimacy_scales.reliability.consistency.influence import influences
from intimacy_scales.results.wording import apa
from tests.shared.comparison import near
from tests.shared.small_scales import Table, alpha, keyed, naive_alpha, one_scale, sample, tables

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up, at random
]
RESAMPLED = ("bootstrap", "bca")
UNITLESS = ["n", "missing_share", "skew", "kurtosis", "floor", "ceiling", "r_raw", "r_drop", "r_cor", "r_std"]
CLOSED = ("bonett", "bonett-wright", "feldt", "duhachek")


# ------------------------------------------------------------------ coefficients


@given(tables(gaps=0.2), st.sampled_from(["pairwise", "listwise"]))
@example(sample(53, 30, 2, gaps=0.2, together=2.0), "pairwise")  # comes out as 1.09
@settings(max_examples=20, deadline=None)
def test_alpha_is_that_of_a_naive_loop(x, missing):
    rows = x if missing == "pairwise" else x[~np.isnan(x).any(axis=1)]
    assume(len(rows) > 5)
    found, expected = alpha(one_scale(x), missing=missing), naive_alpha(rows)
    if expected > 1 + 1e-9:  # pairwise covariances of no population: said instead
        assert math.isnan(found.estimate)
        assert f"it comes out as {apa(expected, 3)}, and no share of variance is above 1" in found.reason
    else:
        near(float(found), expected)


@given(tables(k=st.integers(2, 4), n=st.integers(4, 12)), st.booleans())
@settings(max_examples=15, deadline=None)
def test_alpha_of_parallel_items_is_spearman_brown_of_one(x, standardized):
    k = x.shape[1]
    parallel = np.concatenate([x[:, order] for order in itertools.permutations(range(k))])
    r = np.corrcoef(parallel.T)[0, 1]
    assume(r > -0.9 / (k - 1))
    assert spearman_brown(r, k) == k * r / (1 + (k - 1) * r)
    near(float(alpha(one_scale(parallel), standardized=standardized)), spearman_brown(r, k))


@given(tables(gaps=0.1))
@settings(max_examples=10, deadline=None)
def test_stratified_alpha_of_one_part_is_the_alpha_of_that_part(x):
    answers = one_scale(x)
    near(float(stratified_alpha(answers, scale="total")), float(alpha(answers)))


@given(tables())
@settings(max_examples=10, deadline=None)
def test_alpha_of_right_and_wrong_is_kuder_richardson_20(x):
    right = (x > 3).astype(float)
    k, p = right.shape[1], right.mean(axis=0)
    assume(right.sum(axis=1).std() > 0)
    expected = k / (k - 1) * (1 - np.sum(p * (1 - p)) / right.sum(axis=1).var())
    near(float(alpha(one_scale(right, low=0, high=1))), expected)


# ------------------------------------------------------------------ what changes no coefficient


def figures(answers: CodedResponses, order: Any = slice(None)) -> list[float]:
    """Every coefficient, end of an interval, and figure of an item that has no unit."""
    a, lambdas = alpha(answers), guttman_lambdas(answers, scale="a")
    found = [float(a), float(alpha(answers, standardized=True)), a.standard_error]
    found += [getattr(lambdas, f"lambda{i}") for i in range(1, 7)]
    found += split_halves(answers, scale="a").values.tolist()
    found += [end for method in CLOSED for end in a.confidence_interval(method=method)]
    for method in ("adf", "bootstrap"):  # bca: see test_bca_does_not_depend_on_the_unit
        found += a.confidence_interval(method=method, rng=5, n_resamples=100)
    analysis = item_analysis(answers, scale="a")
    for name in UNITLESS:
        found += getattr(analysis, name)[order].tolist()
    return [*found, *analysis.alpha_if_dropped[order].tolist(), *analysis.inter_item.to_dict().values()]


RECODED = [(0, 25), (-2, 0.5), (0.1, 0.1), (100, 3), (1950, 1)]


@pytest.mark.parametrize("gaps", [0, 0.1])
@pytest.mark.parametrize(("low", "step"), RECODED)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_other_numbers_for_the_same_answers_change_no_coefficient(low, step, gaps, data):
    x = data.draw(tables(gaps=gaps))
    other = one_scale(low + step * (x - 1), low=low, high=low + step * 4, step=step)
    near(figures(other), figures(one_scale(x)), rel=1e-8, abs=1e-8)


@given(tables(gaps=0.1), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_order_and_direction_of_items_change_no_coefficient(x, chance):
    k = x.shape[1]
    keys, order = "".join(chance.choices("+-", k=k)), chance.sample(range(k), k)
    other = one_scale(keyed(x[:, order], keys), keys)
    near(figures(other, np.argsort(order)), figures(one_scale(x)), rel=1e-8, abs=1e-8)


@given(tables(gaps=0.1), st.sampled_from(["pairwise", "listwise"]))
@settings(max_examples=10, deadline=None)
def test_answers_and_their_moments_give_the_same_bits(x, missing):
    answers = one_scale(x)
    assume((~np.isnan(x).any(axis=1)).sum() > 10)
    moments = item_moments(answers.instrument, answers)
    for function in (cronbach_alpha, guttman_lambdas, greatest_lower_bound, split_half, split_halves):
        one, other = (function(a, scale="a", missing=missing) for a in (answers, moments))
        assert one.to_dict() == other.to_dict()


# ------------------------------------------------------------------ intervals


@given(tables(), st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=15, deadline=None)
def test_closed_forms_by_hand(x, level):
    (n, k), found = x.shape, alpha(one_scale(x))
    a, z, c = float(found), stats.norm.ppf((1 + level) / 2), np.cov(x.T)
    tails, df = ((1 + level) / 2, (1 - level) / 2), (n - 1, (n - 1) * (k - 1))
    half = z * math.sqrt(2 * k / ((k - 1) * (n - 2)))
    shift = math.log(n / (n - 1))
    one = np.ones(k)
    inner = c.sum() * (np.trace(c @ c) + np.trace(c) ** 2) - 2 * np.trace(c) * (one @ c @ c @ one)
    se = math.sqrt(2 * k**2 / ((k - 1) ** 2 * c.sum() ** 3) * inner / n)
    expected = {
        "feldt": [1 - (1 - a) * stats.f.ppf(tail, *df) for tail in tails],
        "bonett": [1 - math.exp(math.log(1 - a) + half), 1 - math.exp(math.log(1 - a) - half)],
        "bonett-wright": [1 - math.exp(math.log(1 - a) - shift + sign * half) for sign in (1, -1)],
        "duhachek": [a - z * se, a + z * se],
    }
    near(found.standard_error, se)
    for method, ends in expected.items():
        interval = found.confidence_interval(level, method)
        near(list(interval), ends)
        assert (interval.n, interval.method, interval.confidence_level) == (n, method, level)
        near(list(found.confidence_interval(level, method, n=n)), ends)


@pytest.mark.parametrize("method", [*CLOSED, "adf", *RESAMPLED])
@given(x=tables(gaps=0.05))
@example(x=sample(12465, 30, 2, gaps=0.05, together=0.0))  # a resample without variance of the score
@settings(max_examples=5, deadline=None)
def test_intervals_hold_the_estimate_and_the_narrower_ones(method, x):
    a = alpha(one_scale(x))
    wide = a.confidence_interval(method=method, rng=3)
    narrow = a.confidence_interval(0.8, method=method, rng=3)
    if method in RESAMPLED and narrow.reason:
        assert narrow.reason == wide.reason
        assert "not defined in" in narrow.reason
        return
    assert a.estimate in narrow
    assert wide.low <= narrow.low < narrow.high <= wide.high <= 1.2


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("gaps", [0, 0.2])
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_bootstrap_and_jackknife_are_those_of_a_naive_loop(missing, gaps, clustered):
    x, labels = sample(12, 60, 3, gaps), np.random.default_rng(1).choice(list("abcdefghijklmnopqrstu"), 60)
    x[7] = np.nan if gaps else x[7]
    used = ~(np.isnan(x).any(axis=1) if missing == "listwise" else np.isnan(x).all(axis=1))
    units = [x[i : i + 1] for i in np.flatnonzero(used)]
    if clustered:
        members = [used & (labels == label) for label in dict.fromkeys(labels)]
        units = [x[rows] for rows in members if rows.any()]
    n = len(units)
    a = alpha(one_scale(x), missing=missing)
    counts = draw_counts(n, 150, np.random.default_rng(4))
    resamples = [np.concatenate([units[i] for i in np.repeat(np.arange(n), c)]) for c in counts]
    drawn = np.array(list(map(naive_alpha, resamples)))
    clusters = labels if clustered else None
    options: dict[str, Any] = {"n_resamples": 150, "rng": 4, "clusters": clusters}
    found = a.confidence_interval(0.9, "bootstrap", **options)
    near(list(found), np.quantile(drawn, [0.05, 0.95]))
    assert found.n == n
    left_out = [naive_alpha(np.concatenate(units[:i] + units[i + 1 :])) for i in range(n)]
    steps, there = keyed_steps(one_scale(x), "a")
    numbers = np.unique(labels[used], return_inverse=True)[1] if clustered else None
    jackknifed = AlphaTerms(steps[used], there[used], numbers).jackknifed()
    near(sorted(jackknifed), sorted(left_out))
    near(list(a.confidence_interval(0.9, "bca", **options)), bca(drawn, np.array(left_out), float(a), 0.9))


def bca(drawn: Table, left_out: Table, estimate: float, level: float) -> list[float]:
    """Efron's interval (1987), from scratch."""
    bias = stats.norm.ppf(np.mean(drawn < estimate))
    apart = left_out.mean() - left_out
    acceleration = np.sum(apart**3) / (6 * np.sum(apart**2) ** 1.5)
    z = bias + stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
    return list(np.quantile(drawn, stats.norm.cdf(bias + z / (1 - acceleration * z))))


def test_bca_is_that_of_scipy():
    x = sample(5, 50, 4)

    def statistic(*columns: Table, axis: int = -1) -> Table:
        total = np.sum(columns, axis=0).var(axis=axis, ddof=1)
        return 4 / 3 * (1 - sum(column.var(axis=axis, ddof=1) for column in columns) / total)

    found = alpha(one_scale(x)).confidence_interval(method="bca", n_resamples=4000, rng=1)
    chance = np.random.default_rng(2)
    other = stats.bootstrap(x.T, statistic, paired=True, method="BCa", n_resamples=4000, random_state=chance)
    near(list(found), list(other.confidence_interval), abs=0.02)


def test_bca_does_not_depend_on_the_unit():
    for seed in range(10):
        x = np.clip(sample(seed, 20, 2), 2, 4)
        one, other = alpha(one_scale(x)), alpha(one_scale(25 * x, low=25, high=125, step=25))
        near(*(list(a.confidence_interval(method="bca", rng=1)) for a in (one, other)))


@pytest.mark.parametrize("method", RESAMPLED)
def test_a_seed_gives_the_same_interval_again(method):
    a = alpha(one_scale(sample(0, 40, 3)))

    def ends(rng: Any) -> list[float]:
        return list(a.confidence_interval(method=method, rng=rng, n_resamples=200))

    assert ends(7) == ends(7) == ends(np.random.default_rng(7)) != ends(8)
    assert ends(None) != ends(None)


# ------------------------------------------------------------------ influence


def by_weights(x: Table) -> Callable[[Table], float]:
    """Alpha as a function of how much each person counts."""
    there = ~np.isnan(x)
    filled = np.nan_to_num(x)

    def weighed(w: Table) -> float:
        n = (there * w[:, None]).T @ there
        s, p = (filled * w[:, None]).T @ there, (filled * w[:, None]).T @ filled
        c = p / n - s * s.T / n**2
        return float(len(c) / (len(c) - 1) * (1 - np.trace(c) / c.sum()))

    return weighed


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("gaps", [0, 0.1])
def test_influences_are_the_derivatives_of_alpha_by_each_persons_weight(missing, gaps):
    x = sample(9, 200, 4, gaps)
    answers, complete = one_scale(x, "++-+"), ~np.isnan(x).any(axis=1)
    a = alpha(answers, missing=missing)
    used = keyed(x, "++-+") if missing == "pairwise" else keyed(x, "++-+")[complete]
    weighed, ones = by_weights(used), np.ones(len(used))
    expected = np.zeros(len(x))
    expected[complete if missing == "listwise" else slice(None)] = [
        (weighed(ones + step) - weighed(ones - step)) / 2e-4 for step in 1e-4 * np.eye(len(used))
    ]
    n, found = (
        a.n,
        influences(answers, a.moments, alpha_gradient(a.moments.covariances))[0] / a.moments.counts.max(),
    )
    exact = missing == "listwise" or not gaps  # but for the n - 1 of covariances
    near(found, expected * (n - 1) / n, rel=1e-5, abs=1e-6 if exact else 0.01 * np.abs(expected).max())
    se = math.sqrt(np.sum(found**2) * n / (n - 1))
    interval = a.confidence_interval(0.9, "adf")
    near(list(interval), [float(a) - 1.6448536269514722 * se, float(a) + 1.6448536269514722 * se])
    assert interval.n == n


def test_influences_add_up_within_clusters():
    x, labels = sample(3, 60, 3), np.repeat(np.arange(30), 2)
    answers = one_scale(x)
    a = alpha(answers)
    sums = (
        influences(answers, a.moments, alpha_gradient(a.moments.covariances))[0].reshape(30, 2).sum(axis=1)
        / 60
    )
    se = math.sqrt(np.sum(sums**2) * 30 / 29)
    near(a.confidence_interval(method="adf", clusters=labels).high, float(a) + stats.t.ppf(0.975, 29) * se)
    twins = alpha(one_scale(np.repeat(x, 2, axis=0)))  # partners who answer alike count once
    clustered = twins.confidence_interval(method="adf", clusters=np.repeat(np.arange(60), 2))
    near(list(clustered), list(a.confidence_interval(method="adf")), abs=0.01)
