"""Intervals of omega: against derivatives taken naively, R, the jackknife and simulated samples."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales import EstimationError, encode, item_moments, simulate
from intimacy_scales.errors import SingleClustersWarning
from intimacy_scales.factor import Model, cfa, covariances_as_sample
from intimacy_scales.reliability import mcdonald_omega
from intimacy_scales.reliability.consistency.intervals import logit
from tests.reference.simulated import simulated_answers
from tests.shared.comparison import roughly
from tests.shared.factor_answers import NAN, exact, good, parts
from tests.shared.instruments import coded
from tests.shared.omegas import WHOLE, naive_omega

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up
]
CLOSED, OPEN = ("logit", "delta"), ("adf", "bootstrap", "bca")


def half(interval):
    return (interval.high - interval.low) / 2


def naive_gradient(s, model, weights, denominator):
    """Derivative of omega by each covariance: refit after a small step in it."""
    names, k = model.observed, len(s)

    def omega(step):
        moved = s + step
        fitted = cfa(model, covariances_as_sample(moved, n=100_000_000, names=names))
        return naive_omega(fitted, weights, observed=moved if denominator == "observed" else None)

    gradient, h = np.zeros((k, k)), 1e-4 * np.diag(s).mean()
    for i in range(k):
        for j in range(i + 1):
            step = np.zeros((k, k))
            step[i, j] = step[j, i] = h
            slope = (omega(step) - omega(-step)) / (2 * h)
            gradient[i, j] = gradient[j, i] = slope if i == j else slope / 2
    return gradient


def naive_influences(x, gradient):
    """What each person adds to omega, to first order: complete answers."""
    centred = x - x.mean(axis=0)
    return np.einsum("ni,ij,nj->n", centred, gradient, centred) - np.sum(
        gradient * (centred.T @ centred)
    ) / len(x)


def two_clusters(n, r, seed=2):
    """Answers to six items of two factors, to which one factor does not fit."""
    return parts(n, (3, 3), r, seed)


# ------------------------------------------------------------------ delta


@pytest.mark.parametrize(
    ("model", "denominator"),
    [
        ("one_factor", "model"),
        ("one_factor", "observed"),
        ("correlated", "observed"),
        ("second_order", "model"),
    ],
)
def test_delta_follows_the_derivative_where_the_model_fits(model, denominator):
    scales = {"a": "q1 q2", "b": "q3 q4", "c": "q5 q6", "t": {"of": ["a", "b", "c"]}}
    a, own = np.array([3, 2, 2, 1, 1, 2]), np.repeat([2, 1, 3], 2)
    groups = np.kron(np.eye(3, dtype=int), np.ones((2, 1), dtype=int)) * (a * own)[:, None]
    one = model == "one_factor"
    x = exact(np.column_stack([a, *(() if one else (groups,)), np.diag([1, 2, 3] * 2)]))
    answers = coded(x, scales, **WHOLE)
    names, form = answers.item_ids, answers.instrument
    written = Model.one_factor(names) if one else Model.from_instrument(form, factors=model)
    omega = mcdonald_omega(answers, scale="t", model=model, denominator=denominator)
    s = np.cov(x.T)
    product = naive_gradient(s, written, np.ones(6), denominator) @ s
    roughly(omega.standard_error**2, 2 * np.trace(product @ product) / 64, rel=1e-3)


# of the trust items; R 4.2.2, lavaan 0.6-14, printed by reference/simulated.R from the answers there
LAVAAN = {"complete": 0.01724584502, "fiml": 0.01986456243, "listwise": 0.02242048187}


@pytest.mark.parametrize("case", LAVAAN)
def test_the_standard_error_is_lavaans(case):
    answers = simulated_answers("complete" if case == "complete" else "gaps")
    omega = mcdonald_omega(answers, scale="trust", missing="listwise" if case == "complete" else case)
    roughly(omega.standard_error, LAVAAN[case], rel=2e-6)
    delta = omega.confidence_interval(0.9, "delta")
    roughly(list(delta), omega.estimate + np.array([-1, 1]) * stats.norm.ppf(0.95) * LAVAAN[case], rel=2e-6)
    assert (delta.n, delta.method, delta.confidence_level) == (omega.n, "delta", 0.9)


def most_spread(share):
    """The largest standard deviation of what stays between 0 and 1 with this mean: everyone at an end."""
    return math.sqrt(share * (1 - share) ** 2 + (1 - share) * share**2)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 0.8, 1.0, 4.0]), st.sampled_from([0.5, 0.95, 0.9999]))
@example(1609240, 0.8, 0.5)  # a Heywood case: omega .94 with a standard error of 6.2
@example(1, 0.3, 0.95)
@example(82, 0.3, 0.5)  # none of 40 persons at the top
@settings(max_examples=16, deadline=None)
def test_closed_intervals_follow_the_standard_error(seed, together, level):
    omega = mcdonald_omega(coded(good(40, 4, seed, together=together)))
    share, error = omega.estimate, omega.standard_error
    if omega.reason is not None:
        return
    by_odds, delta = (omega.confidence_interval(level, method) for method in CLOSED)
    step = stats.norm.ppf((1 + level) / 2) * error
    if error > most_spread(0.5):
        assert np.isnan([*delta]).all()
        assert "no variable between 0 and 1 has a standard deviation above .5; use method=" in delta.reason
    else:
        roughly([*delta], [share - step, share + step], rel=1e-9)
    if math.isnan(by_odds.low):
        beyond = not 0 < share < 1 or error > most_spread(share)
        assert beyond or step / (share * (1 - share)) > 30
        assert by_odds.reason.endswith(f"use method='{'bootstrap' if math.isnan(delta.low) else 'delta'}'")
    else:
        assert 0 < by_odds.low < share < by_odds.high < 1
        assert error <= most_spread(share)
        odds = math.log(share / (1 - share)) + np.array([-1, 1]) * step / (share * (1 - share))
        roughly([*by_odds], stats.logistic.cdf(odds), rel=1e-8)


HEYWOOD = coded(good(40, 4, 1609240, together=0.8))


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (
            "logit",
            r"is 6\.2, and no variable between 0 and 1 with a mean of \.944 has .* above \.23",
        ),
        ("delta", r"is 6\.2, and no variable between 0 and 1 has a standard deviation above \.5"),
        ("adf", r"is 8\.13, and no variable between 0 and 1 has a standard deviation above \.5"),
    ],
)
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_a_standard_error_beyond_the_range_makes_no_interval(method, words, level):
    interval = mcdonald_omega(HEYWOOD).confidence_interval(level, method)
    assert np.isnan([*interval]).all()
    assert re.search(words, interval.reason)
    assert interval.reason.endswith("; use method='bootstrap'")
    assert (interval.n, interval.confidence_level, interval.method) == (40, level, method)


def test_where_only_the_logit_is_beyond_its_range_delta_is_named():
    """Items that hardly go together, omega .02: an interval of log odds would go from 1e-10 to 1."""
    found = mcdonald_omega(coded(good(40, 4, 43, together=0.3)))
    assert found.standard_error < 0.5
    assert found.confidence_interval().reason.endswith("; use method='delta'")
    assert found.confidence_interval(method="delta").reason is None


@given(st.floats(-0.5, 1.5), st.floats(0, 0.6), st.floats(0.01, 0.9999))
@example(0.999, 0.03, 0.9999)  # within the bound, and no float lies between the end and 1
@example(1e-6, 9e-4, 0.95)
@example(0.5, 0.5, 0.95)
@example(5e-324, 0.0, 0.5)
@example(1 - 2e-16, 0.0, 0.5)
@example(1.0, 0.0, 0.95)
@example(0.0, 0.0, 0.95)
def test_a_logit_interval_is_inside_or_has_a_reason(share, error, level):
    ends = logit(share, error, level)
    if not 0 < share < 1:
        assert "has no logit" in ends
    elif error > most_spread(share) * (1 + 1e-12):
        assert "no variable between 0 and 1" in ends
    elif isinstance(ends, str):
        assert error > most_spread(share) * (1 - 1e-12) or "would be rounded to 0 or 1" in ends
        reach = stats.norm.ppf((1 + level) / 2) * error / (share * (1 - share))
        assert reach > 20 or min(share, 1 - share) < 1e-12
    else:
        low, high = ends
        assert 0 < low <= share * (1 + 1e-12)
        assert share * (1 - 1e-12) <= high < 1


def test_standard_errors_fall_with_the_root_of_n():
    x = good(100, 4)
    one, four = (mcdonald_omega(coded(np.tile(x, (times, 1)))) for times in (1, 4))
    roughly([four.estimate, four.standard_error], [one.estimate, one.standard_error / 2], rel=1e-6)


# ------------------------------------------------------------------ any distribution


@pytest.mark.parametrize(
    ("r", "denominator"),
    [(0.95, "model"), (0.3, "model"), (0.3, "observed")],
    ids=["fits", "does not fit", "does not fit, observed"],
)
def test_adf_is_the_infinitesimal_jackknife(r, denominator):
    """Whether the model holds or not: what an interval of any distribution is for."""
    x = two_clusters(400, r)
    omega = mcdonald_omega(coded(x), denominator=denominator)
    gradient = naive_gradient(np.cov(x.T), Model.one_factor(omega.sample.names), None, denominator)
    n, pulled = len(x), naive_influences(x, gradient)
    expected = math.sqrt(np.sum(pulled**2) / (n * (n - 1)))
    interval = omega.confidence_interval(method="adf")
    roughly(half(interval), stats.norm.ppf(0.975) * expected, rel=0.005)
    roughly((interval.low + interval.high) / 2, omega.estimate)
    assert interval.n == n


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_adf_is_near_the_jackknife_with_gaps(missing):
    x = good(80, 3, 3, gaps=0.06)
    dropped = [mcdonald_omega(coded(np.delete(x, i, 0)), missing=missing).estimate for i in range(len(x))]
    n = len(x) if missing == "pairwise" else int((~np.isnan(x).any(axis=1)).sum())
    spread = math.sqrt((n - 1) / n * np.sum((np.array(dropped) - np.mean(dropped)) ** 2))
    interval = mcdonald_omega(coded(x), missing=missing).confidence_interval(method="adf")
    assert half(interval) == pytest.approx(stats.norm.ppf(0.975) * spread, rel=0.06)


def test_adf_with_couples_is_near_the_jackknife_of_couples():
    x, who = good(100, 4, 3), np.repeat(np.arange(50), 2)
    x[1::2] = np.where(np.random.default_rng(1).random((50, 4)) < 0.6, x[::2], x[1::2])
    omega = mcdonald_omega(coded(x))
    dropped = [mcdonald_omega(coded(x[who != couple])).estimate for couple in range(50)]
    spread = math.sqrt(49 / 50 * np.sum((np.array(dropped) - np.mean(dropped)) ** 2))
    interval = omega.confidence_interval(method="adf", clusters=who)
    assert half(interval) == pytest.approx(stats.t.ppf(0.975, 49) * spread, rel=0.08)
    assert interval.n == 50


def test_partners_who_answer_alike_count_once():
    x = good(60, 4)
    alone = mcdonald_omega(coded(x)).confidence_interval(method="adf")
    twice = mcdonald_omega(coded(np.repeat(x, 2, axis=0)))
    couples = twice.confidence_interval(method="adf", clusters=np.repeat(np.arange(60), 2))
    roughly(half(couples), half(alone) * stats.t.ppf(0.975, 59) / stats.norm.ppf(0.975))


def test_couples_are_labels_or_a_column():
    made = simulate("scii-12", 60, couples=0.4, rng=3).answers
    answers = encode(
        "scii-24", simulate("scii-24", 60, rng=3).answers.assign(pair=made["couple"]), keep=["pair"]
    )
    omega = mcdonald_omega(answers, scale="trust")
    for method in ("adf", "bootstrap"):
        options = {"method": method, "rng": 1, "n_resamples": 100}
        labels = omega.confidence_interval(clusters=[f"c{i // 2}" for i in range(60)], **options)
        column = omega.confidence_interval(clusters="pair", **options)
        roughly(list(labels), list(column), rel=1e-12)  # sums may be rounded otherwise
        assert labels.n == column.n == 30
    with pytest.warns(SingleClustersWarning):
        alone = omega.confidence_interval(method="adf", clusters=range(60))
    ratio = stats.t.ppf(0.975, 59) / stats.norm.ppf(0.975)
    roughly(half(alone), ratio * half(omega.confidence_interval(method="adf")))


# ------------------------------------------------------------------ resampling


@pytest.mark.parametrize(
    ("missing", "denominator"), [("pairwise", "model"), ("listwise", "observed"), ("fiml", "observed")]
)
def test_the_bootstrap_is_a_naive_one(missing, denominator):
    x = good(60, 3)
    x[0] = x[1:6, 1] = NAN  # nobody draws a person without answers
    omega = mcdonald_omega(coded(x), missing=missing, denominator=denominator)
    rows = x[~np.isnan(x).any(axis=1)] if missing == "listwise" else x[1:]
    chance, drawn = np.random.default_rng(5), []
    for _ in range(100):
        again = rows[chance.integers(0, len(rows), len(rows))]
        drawn.append(float(mcdonald_omega(coded(again), missing=missing, denominator=denominator)))
    interval = omega.confidence_interval(0.9, "bootstrap", n_resamples=100, rng=5)
    roughly(list(interval), np.quantile(drawn, [0.05, 0.95]), rel=1e-5)
    assert interval.n == len(rows)


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.CoverageWarning")
def test_items_that_nobody_answered_together_are_resampled_and_dropped_too():
    """As where a question leads to one item or another: full information takes what the others tell."""
    x = good(80, 4)
    x[:40, 2] = x[40:, 3] = NAN
    omega = mcdonald_omega(coded(x), missing="fiml")
    interval = omega.confidence_interval(0.8, "bootstrap", n_resamples=100, rng=4)
    roughly(list(interval), list(omega.confidence_interval(0.8)), abs=0.03)
    assert interval.n_failed == 0
    for position, (item, without) in enumerate(omega.if_dropped().items()):
        assert item == f"q{position + 1}"
        alone = mcdonald_omega(coded(np.delete(x, position, axis=1)), missing="fiml")
        roughly(without, float(alone), rel=1e-6)


def test_the_accelerated_bootstrap_is_a_naive_one():
    x = good(60, 4)
    omega, chance = mcdonald_omega(coded(x)), np.random.default_rng(5)
    drawn = np.array([float(mcdonald_omega(coded(x[chance.integers(0, 60, 60)]))) for _ in range(100)])
    dropped = np.array([mcdonald_omega(coded(np.delete(x, i, 0))).estimate for i in range(60)])
    apart = dropped.mean() - dropped
    a = np.sum(apart**3) / (6 * np.sum(apart**2) ** 1.5)
    bias = stats.norm.ppf(np.mean(drawn < omega.estimate))
    z = bias + stats.norm.ppf([0.05, 0.95])
    ends = np.quantile(drawn, stats.norm.cdf(bias + z / (1 - a * z)))
    roughly(list(omega.confidence_interval(0.9, "bca", n_resamples=100, rng=5)), ends, abs=0.004)


def test_a_seed_gives_the_same_interval():
    omega, options = mcdonald_omega(coded(good(50, 3))), {"method": "bca", "n_resamples": 100}
    first, other = (omega.confidence_interval(rng=seed, **options) for seed in (3, 4))
    assert first == omega.confidence_interval(rng=np.random.default_rng(3), **options) != other
    assert first.low < omega.estimate < first.high


def test_couples_are_drawn_together():
    x, who = good(60, 3), np.repeat(np.arange(30), 2)
    omega, chance = mcdonald_omega(coded(x)), np.random.default_rng(2)
    drawn = []
    for _ in range(100):
        couples = chance.integers(0, 30, 30)
        drawn.append(float(mcdonald_omega(coded(np.concatenate([x[who == c] for c in couples])))))
    interval = omega.confidence_interval(method="bootstrap", n_resamples=100, rng=2, clusters=who)
    roughly(list(interval), np.quantile(drawn, [0.025, 0.975]), rel=1e-5)
    assert interval.n == 30


def test_a_total_is_resampled_with_its_weights():
    scales = {"a": "q1 q2 q3 q4", "b": "q5 q6 q7", "t": {"of": ["a", "b"]}}
    answers = coded(parts(150, (4, 3)), scales)
    omega = mcdonald_omega(answers, scale="t")
    found = {m: omega.confidence_interval(method=m, n_resamples=100, rng=1) for m in (*CLOSED, *OPEN)}
    for interval in found.values():
        assert interval.low < omega.estimate < interval.high
        assert half(interval) == pytest.approx(half(found["delta"]), rel=0.35)


# ------------------------------------------------------------------ coverage


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    loadings, errors = np.array([0.8, 0.7, 0.6, 0.5]), np.array([0.36, 0.51, 0.64, 0.75])
    truth, chance = loadings.sum() ** 2 / (loadings.sum() ** 2 + errors.sum()), np.random.default_rng(1)
    kept = dict.fromkeys((*CLOSED, "adf"), 0)
    for _ in range(120):
        y = chance.normal(size=(150, 1)) * loadings + chance.normal(size=(150, 4)) * np.sqrt(errors)
        omega = mcdonald_omega(coded(np.rint(20 * y), low=-125, high=125))
        for method in kept:
            kept[method] += truth in omega.confidence_interval(method=method)
    for method, times in kept.items():
        assert 0.89 <= times / 120 <= 0.99, method


# ------------------------------------------------------------------ no interval


ANSWERS = coded(good(40, 4))
MOMENTS = item_moments(ANSWERS.instrument, ANSWERS)
WRONG = {
    "level": ({"confidence_level": 95}, "a share between 0 and 1"),
    "method": ({"method": "bonett"}, "allowed: 'logit', 'delta', 'adf', 'bootstrap', 'bca'"),
    "clusters, logit": ({"clusters": [1] * 40}, "assumes that persons are independent; .*'adf'"),
    "clusters, delta": ({"method": "delta", "clusters": [1] * 40}, "assumes that persons are independent"),
    "labels": ({"method": "adf", "clusters": [1, 2]}, "2 labels for 40 persons"),
    "resamples": ({"method": "bootstrap", "n_resamples": 99}, "a whole number, at least 100"),
    "half a resample": ({"method": "bca", "n_resamples": 100.5}, "a whole number, at least 100"),
    "seed": ({"method": "bootstrap", "rng": "x"}, "rng='x' is not valid; allowed: a whole number from 0"),
    "negative seed": ({"method": "bca", "rng": -1}, "rng=-1 is not valid; allowed: a whole number from 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_asked_says_what_can(case):
    options, words = WRONG[case]
    with pytest.raises(EstimationError, match=words):
        mcdonald_omega(ANSWERS).confidence_interval(**options)


@pytest.mark.parametrize("method", OPEN)
def test_sums_have_no_interval_of_answers(method):
    with pytest.raises(
        EstimationError, match=rf"{method}.*pass encode\(instrument, table\) to mcdonald_omega"
    ):
        mcdonald_omega(MOMENTS).confidence_interval(method=method)
    assert mcdonald_omega(MOMENTS).confidence_interval() == mcdonald_omega(ANSWERS).confidence_interval()


@pytest.mark.parametrize("method", ["adf", "bca"])
def test_fiml_has_no_influences(method):
    with pytest.raises(EstimationError, match="is not available with FIML; use 'logit' or 'bootstrap'"):
        mcdonald_omega(ANSWERS, missing="fiml").confidence_interval(method=method)


def test_fiml_over_the_observed_variance_has_only_the_bootstrap():
    omega = mcdonald_omega(coded(good(60, 3, gaps=0.04)), missing="fiml", denominator="observed")
    assert math.isnan(omega.standard_error)
    for method in CLOSED:
        assert "use method='bootstrap'" in omega.confidence_interval(method=method).reason
    assert omega.confidence_interval(method="bootstrap", n_resamples=100, rng=1).low > 0
    assert omega.to_dict()["interval"]["low"] is None


def test_a_column_of_couples_must_have_been_kept():
    answers = encode("scii-24", simulate("scii-24", 60, rng=3).answers)
    with pytest.raises(EstimationError, match=r"not kept when .*; check them with keep=\['pair'\], or pass"):
        mcdonald_omega(answers, scale="trust").confidence_interval(method="adf", clusters="pair")


@pytest.mark.parametrize("method", OPEN)
def test_two_clusters_are_too_few(method):
    interval = mcdonald_omega(ANSWERS).confidence_interval(
        method=method, n_resamples=100, clusters=np.arange(40) % 2
    )
    assert interval.reason == "an interval needs at least three clusters; there are 2"
    assert np.isnan(list(interval)).all()


def test_resamples_without_a_model_are_counted_and_another_way_is_named():
    x = good(60, 4)
    x[:, 0] = np.where(np.arange(60) == np.argmax(x[:, 1:].sum(axis=1)), 5, 4)  # most resamples draw that one
    interval = mcdonald_omega(coded(x)).confidence_interval(method="bootstrap", n_resamples=100, rng=1)
    assert re.search(r"could not be fitted to (\d+) of 100 resamples \(\1 %\)", interval.reason)
    assert "use method=" in interval.reason
