"""What must hold of coefficients, item figures and intervals, whatever was answered."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from intimacy_scales import CodedResponses, Instrument, ResponseScale, encode, item_moments
from intimacy_scales.moments.answer_values import keyed_steps
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.reliability import (
    CronbachAlpha,
    cronbach_alpha,
    greatest_lower_bound,
    guttman_lambdas,
    item_analysis,
    items_needed,
    spearman_brown,
    split_half,
    split_halves,
    stratified_alpha,
)
from intimacy_scales.reliability.consistency.bootstrap import AlphaTerms
from intimacy_scales.reliability.consistency.figures import alpha_gradient
from intimacy_scales.reliability.consistency.halves import horst
from intimacy_scales.reliability.consistency.influence import influences
from tests.shared.comparison import near

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up, at random
]
Table = NDArray[np.float64]
_ITEMS, _PERSONS = st.integers(2, 6), st.integers(30, 80)
RESAMPLED = ("bootstrap", "bca")
UNITLESS = ["n", "missing_share", "skew", "kurtosis", "floor", "ceiling", "r_raw", "r_drop", "r_cor", "r_std"]
CLOSED = ("bonett", "bonett-wright", "feldt", "duhachek")


# ------------------------------------------------------------------ answers


def coded(x: Table, keys: str = "", *, low: float = 1, high: float = 5, step: float = 1) -> CodedResponses:
    """Answers (n, k) to a scale of items; keys such as ``"++-"``."""
    ids = [f"q{n + 1}" for n in range(x.shape[1])]
    signed = [f"-{i}" if key == "-" else i for i, key in zip(ids, keys or "+" * len(ids), strict=True)]
    points = ResponseScale(minimum=low, maximum=high, step=step)
    form = Instrument.model_validate(
        {
            "id": "small",
            "version": "1",
            "title": "Small",
            "items": [{"id": item, "response_scale": points} for item in ids],
            "scales": [{"id": "a", "items": signed}, {"id": "total", "of": ["a"]}],
        }
    )
    return encode(form, np.asarray(x, dtype=float), columns=ids)


def alpha(answers: CodedResponses, **options: Any) -> CronbachAlpha:
    return cronbach_alpha(answers, scale="a", **options)


def sample(seed: int, n: int, k: int, gaps: float = 0, together: float = 1) -> Table:
    """Answers on 1 to 5 that go together more or less; gaps: the share that is missing."""
    chance = np.random.default_rng(seed)
    noise = chance.normal(size=(n, k)) + together * chance.normal(size=(n, 1))
    return np.where(chance.random((n, k)) < gaps, np.nan, np.clip(np.rint(3 + noise), 1, 5))


def tables(k: Any = _ITEMS, n: Any = _PERSONS, gaps: float = 0) -> st.SearchStrategy[Table]:
    together = st.sampled_from([0.0, 0.5, 1.0, 2.0])
    drawn = st.builds(partial(sample, gaps=gaps), st.integers(0, 2**32 - 1), n, k, together=together)
    return drawn.filter(lambda x: bool((np.nanstd(x, axis=0) > 0).all()))


def keyed(x: Table, keys: str) -> Table:
    return np.where(np.array(list(keys)) == "-", 6 - x, x)


def naive_alpha(x: Table) -> float:
    """Alpha of a table with gaps: each covariance from all who answered both."""
    k = x.shape[1]
    c = np.empty((k, k))
    for i, j in itertools.product(range(k), repeat=2):
        both = x[~np.isnan(x[:, i]) & ~np.isnan(x[:, j])]
        c[i, j] = np.cov(both[:, i], both[:, j])[0, 1] if len(both) > 1 else np.nan
    return float(k / (k - 1) * (1 - np.trace(c) / c.sum()))


# ------------------------------------------------------------------ coefficients


@given(tables(gaps=0.2), st.sampled_from(["pairwise", "listwise"]))
@example(sample(53, 30, 2, gaps=0.2, together=2.0), "pairwise")  # comes out as 1.09
@settings(max_examples=20, deadline=None)
def test_alpha_is_that_of_a_naive_loop(x, missing):
    rows = x if missing == "pairwise" else x[~np.isnan(x).any(axis=1)]
    assume(len(rows) > 5)
    found, expected = alpha(coded(x), missing=missing), naive_alpha(rows)
    if expected > 1 + 1e-9:  # pairwise covariances of no population: said instead
        assert math.isnan(found.estimate)
        assert f"it comes out as {expected:.3f}, and no share of variance is above 1" in found.reason
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
    near(float(alpha(coded(parallel), standardized=standardized)), spearman_brown(r, k))


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


@pytest.mark.parametrize("of", ["covariances", "correlations"])
@given(x=tables())
@settings(max_examples=20, deadline=None)
def test_bounds_come_in_their_order(of, x):
    answers = coded(x)
    bounds = guttman_lambdas(answers, scale="a", of=of)
    near(bounds.lambda3, alpha(answers, standardized=of == "correlations").estimate)
    assert bounds.estimate == bounds.lambda2 >= bounds.lambda3 - 1e-12
    assert bounds.lambda2 >= bounds.lambda1
    assert bounds.lambda5 >= bounds.lambda1
    if of == "covariances":
        glb = greatest_lower_bound(answers, scale="a")
        lambdas = [getattr(bounds, f"lambda{i}") for i in range(1, 7)]
        assert float(glb) >= max(lambdas) - 1e-8  # theorems: glb is no lower than any of them
        assert glb.error_variances.min() >= 0
        errors = np.diag(glb.error_variances)
        assert np.linalg.eigvalsh(np.cov(x.T) - errors)[0] >= -1e-8


@given(tables(k=st.integers(2, 7), n=st.just(40)))
@settings(max_examples=15, deadline=None)
def test_every_split_is_made_and_none_is_above_lambda_4(x):
    answers, c, k = coded(x), np.cov(x.T), x.shape[1]

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
    bounds = guttman_lambdas(coded(np.array([[1, 5], [2, 3], [3, 4], [4, 4]])), scale="a")
    assert bounds.half in (("q1",), ("q2",))
    near(bounds.lambda4, bounds.lambda3)


def test_search_and_sample_of_splits_of_many_items_come_near_to_all_of_them():
    x = sample(8, 400, 26)
    x[:, 1::2] = x[:, ::2]  # twins: the best split puts one of each on either side
    answers = coded(x)
    bounds, halves = guttman_lambdas(answers, scale="a"), split_halves(answers, scale="a", rng=1)
    assert not bounds.lambda4_is_exact
    near(bounds.lambda4, 1)
    assert bounds.lambda4 >= halves.max - 1e-12
    near(float(halves), float(alpha(answers)), abs=0.002)
    assert len(halves.values) == 10_000


@given(tables(gaps=0.1))
@settings(max_examples=10, deadline=None)
def test_stratified_alpha_of_one_part_is_the_alpha_of_that_part(x):
    answers = coded(x)
    near(float(stratified_alpha(answers, scale="total")), float(alpha(answers)))


@given(tables())
@settings(max_examples=10, deadline=None)
def test_alpha_of_right_and_wrong_is_kuder_richardson_20(x):
    right = (x > 3).astype(float)
    k, p = right.shape[1], right.mean(axis=0)
    assume(right.sum(axis=1).std() > 0)
    expected = k / (k - 1) * (1 - np.sum(p * (1 - p)) / right.sum(axis=1).var())
    near(float(alpha(coded(right, low=0, high=1))), expected)


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
    other = coded(low + step * (x - 1), low=low, high=low + step * 4, step=step)
    near(figures(other), figures(coded(x)), rel=1e-8, abs=1e-8)


@given(tables(gaps=0.1), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_order_and_direction_of_items_change_no_coefficient(x, chance):
    k = x.shape[1]
    keys, order = "".join(chance.choices("+-", k=k)), chance.sample(range(k), k)
    other = coded(keyed(x[:, order], keys), keys)
    near(figures(other, np.argsort(order)), figures(coded(x)), rel=1e-8, abs=1e-8)


@given(tables(gaps=0.1), st.sampled_from(["pairwise", "listwise"]))
@settings(max_examples=10, deadline=None)
def test_answers_and_their_moments_give_the_same_bits(x, missing):
    answers = coded(x)
    assume((~np.isnan(x).any(axis=1)).sum() > 10)
    moments = item_moments(answers.instrument, answers)
    for function in (cronbach_alpha, guttman_lambdas, greatest_lower_bound, split_half, split_halves):
        one, other = (function(a, scale="a", missing=missing) for a in (answers, moments))
        assert one.to_dict() == other.to_dict()


@pytest.mark.parametrize(("doubled", "low"), [(10, 1), (17, 996), (26, 1)], ids=str)
def test_everybody_many_times_changes_no_item_total_correlation(doubled, low):
    """50 persons who answer on 0 to 1000 as 6.5 million; on 1 to 5 as 3 billion."""
    x = sample(2, 50, 3) - 1 + low
    answers = coded(x, low=0, high=1000) if low > 1 else coded(x)
    moments = item_moments(answers.instrument, answers)
    for _ in range(doubled):
        moments += moments
    expected = [np.corrcoef(x[:, i], x.mean(axis=1))[0, 1] for i in range(3)]
    near(item_analysis(moments, scale="a").r_raw, expected, rel=1e-6)
    near(item_analysis(moments, scale="a").r_drop, item_analysis(answers, scale="a").r_drop)


# ------------------------------------------------------------------ items


@given(tables(gaps=0.2), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_figures_of_items_are_those_of_a_naive_loop(x, chance):
    k = x.shape[1]
    keys = "".join(chance.choices("+-", k=k))
    found = item_analysis(coded(keyed(x, keys), keys), scale="a")
    for i in range(k):
        there = ~np.isnan(x[:, i])
        own, score = x[there, i], np.nanmean(x[there], axis=1)
        n, sd = len(own), own.std(ddof=1)
        moments = (n, own.mean(), sd, np.median(own), np.mean(own == 1), np.mean(own == 5))
        names = ("n", "mean", "sd", "median", "floor", "ceiling")
        near([getattr(found, name)[i] for name in names], moments)
        apart = own - own.mean()
        near([found.skew[i], found.kurtosis[i]], [np.mean(apart**p) / sd**p - q for p, q in ((3, 0), (4, 3))])
        near(found.missing_share[i], 1 - n / len(x))
        near(found.r_raw[i], np.corrcoef(own, score)[0, 1])
        given_answers = keyed(own[:, None], keys[i])
        assert found.frequencies[i].tolist() == [np.count_nonzero(given_answers == v) for v in range(1, 6)]
        if k > 2:
            near(found.alpha_if_dropped[i], naive_alpha(np.delete(x, i, axis=1)))


@given(tables(k=st.integers(3, 6)))
@settings(max_examples=10, deadline=None)
def test_corrected_item_total_correlations_and_dropped_items_of_complete_answers(x):
    found = item_analysis(coded(x), scale="a")
    frame = found.if_dropped()
    for i in range(x.shape[1]):
        rest = np.delete(x, i, axis=1)
        near(found.r_drop[i], np.corrcoef(x[:, i], rest.sum(axis=1))[0, 1])
        near(frame["alpha"].iloc[i], found.alpha_if_dropped[i])
        near(frame["standard_error"].iloc[i], alpha(coded(rest)).standard_error)
        near(frame["standardized_alpha"].iloc[i], float(alpha(coded(rest), standardized=True)))
        near(frame["lambda6"].iloc[i], guttman_lambdas(coded(rest), scale="a", of="correlations").lambda6)


# ------------------------------------------------------------------ intervals


@given(tables(), st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=15, deadline=None)
def test_closed_forms_by_hand(x, level):
    (n, k), found = x.shape, alpha(coded(x))
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
    a = alpha(coded(x))
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
    a = alpha(coded(x), missing=missing)
    counts = draw_counts(n, 150, np.random.default_rng(4))
    resamples = [np.concatenate([units[i] for i in np.repeat(np.arange(n), c)]) for c in counts]
    drawn = np.array(list(map(naive_alpha, resamples)))
    clusters = labels if clustered else None
    options: dict[str, Any] = {"n_resamples": 150, "rng": 4, "clusters": clusters}
    found = a.confidence_interval(0.9, "bootstrap", **options)
    near(list(found), np.quantile(drawn, [0.05, 0.95]))
    assert found.n == n
    left_out = [naive_alpha(np.concatenate(units[:i] + units[i + 1 :])) for i in range(n)]
    steps, there = keyed_steps(coded(x), "a")
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

    found = alpha(coded(x)).confidence_interval(method="bca", n_resamples=4000, rng=1)
    chance = np.random.default_rng(2)
    other = stats.bootstrap(x.T, statistic, paired=True, method="BCa", n_resamples=4000, random_state=chance)
    near(list(found), list(other.confidence_interval), abs=0.02)


def test_bca_does_not_depend_on_the_unit():
    for seed in range(10):
        x = np.clip(sample(seed, 20, 2), 2, 4)
        one, other = alpha(coded(x)), alpha(coded(25 * x, low=25, high=125, step=25))
        near(*(list(a.confidence_interval(method="bca", rng=1)) for a in (one, other)))


@pytest.mark.parametrize("method", RESAMPLED)
def test_a_seed_gives_the_same_interval_again(method):
    a = alpha(coded(sample(0, 40, 3)))

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
    answers, complete = coded(x, "++-+"), ~np.isnan(x).any(axis=1)
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
    answers = coded(x)
    a = alpha(answers)
    sums = (
        influences(answers, a.moments, alpha_gradient(a.moments.covariances))[0].reshape(30, 2).sum(axis=1)
        / 60
    )
    se = math.sqrt(np.sum(sums**2) * 30 / 29)
    near(a.confidence_interval(method="adf", clusters=labels).high, float(a) + stats.t.ppf(0.975, 29) * se)
    twins = alpha(coded(np.repeat(x, 2, axis=0)))  # partners who answer alike count once
    clustered = twins.confidence_interval(method="adf", clusters=np.repeat(np.arange(60), 2))
    near(list(clustered), list(a.confidence_interval(method="adf")), abs=0.01)
