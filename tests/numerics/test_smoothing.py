"""Log-linear smoothing of scores: when there is a fit, which one, and that it is the same everywhere."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from intimacy_scales.numerics import smoothing
from intimacy_scales.numerics.smoothing import (
    LogLinear,
    NotFitted,
    count_scores,
    fit_loglinear,
    lowest_touching_degree,
    percentile_ranks,
    smooth_shares,
)

pytestmark = pytest.mark.long

ENDS = ((), (0,), (-1,), (0, -1))
# fits that a search for small moments did not come to the end of, on some machines or on all
STALLED = (
    ([7, 28, 21, 23, 23, 20, 1, 10], 2),
    (
        [13, 14, 8, 29, 0, 18, 21, 2, 18, 0, 3, 22, 5, 10, 11, 17, 0, 3, 2, 14, 13, 25, 29, 20, 18, 7, 4, 14,
         8, 10],
        3,
    ),
)  # fmt: skip

TIED = ([31, 2, 9, 9, 2, 31], [32, 13, 2, 0, 0, 2, 13, 32], [23, 2, 14, 14, 2, 23], [18, 5, 16, 16, 5, 18])


def few_of_many(n_points, *reached):
    """Persons at a few of many possible scores: pairs of score and number."""
    counts = [0] * n_points
    for score, number in reached:
        counts[score] += number
    return counts


@st.composite
def any_counts(draw, most_points=30):
    """Counts with gaps, spikes and neighbours, on few points or many."""
    n_points = draw(st.integers(3, most_points))
    number = st.one_of(st.integers(0, 3), st.integers(0, 30), st.sampled_from([100, 1000, 10_000]))
    if draw(st.booleans()):
        return draw(st.lists(number, min_size=n_points, max_size=n_points).filter(any))
    points = draw(st.lists(st.integers(0, n_points - 1), min_size=1, max_size=8, unique=True))
    if draw(st.booleans()):  # neighbours
        points = [p for p in range(min(points), min(points) + len(points)) if p < n_points]
    return few_of_many(n_points, *((p, 1 + draw(number)) for p in points))


def rest_of(counts, ends):
    """Counts without the ends that have a frequency of their own."""
    kept = np.ones(len(counts), dtype=bool)
    kept[list(ends)] = False
    return np.asarray(counts)[kept]


# ---------------------------------------------------------------- when there is a fit


def edge_function(counts, degree, ends):
    """Whether a combination of the model's functions is 0 at every reached score, and nowhere negative.

    By a linear program: the largest sum of such a function, each value at most 1. Functions of a model
    without a maximum are some polynomial in addition to an indicator of each end.
    """
    x = np.linspace(-1, 1, len(counts))
    legendre = np.polynomial.legendre.legvander(x, degree)
    model = np.column_stack([legendre, *(np.eye(len(counts))[end] for end in ends)])
    reached = np.asarray(counts) > 0
    best = linprog(
        -model.sum(axis=0), A_ub=np.vstack([-model, model]), b_ub=np.repeat([0.0, 1.0], len(counts)),
        A_eq=model[reached], b_eq=np.zeros(reached.sum()), bounds=(None, None), method="highs",
    )  # fmt: skip
    assert best.status == 0
    return -best.fun > 0.5  # the largest value is 1 where there is any


@settings(deadline=None, max_examples=80)
@given(any_counts(most_points=11), st.integers(1, 6), st.sampled_from(ENDS))
@example([0, 0, 5, 5, 0, 0], 2, ())  # two neighbours: no smaller variance with this mean
@example([0, 0, 5, 0, 5, 0], 3, ())
@example([5, 0, 5, 0, 0, 0], 2, ())
@example([5, 0, 5, 0, 0, 0], 3, ())
@example([5, 0, 0, 0, 0, 5], 2, ())  # no larger variance
@example([5, 0, 0, 3, 0, 5], 2, (0, -1))  # one score is left to the polynomial
@example([0, 0, 0, 3, 0, 5], 2, (0,))  # nobody at an end with a frequency of its own
@example([1, 1, 1, 1, 1], 4, ())
@example([1, 1, 1, 1, 0], 4, ())
def test_there_is_a_fit_unless_the_sample_is_at_the_edge(counts, degree, ends):
    if degree >= len(counts) - len(ends):
        return
    fitted = fit_loglinear(np.array(counts, dtype=float), degree, ends)
    assert isinstance(fitted, NotFitted) == edge_function(counts, degree, ends)


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=12))
def test_the_touching_polynomial_touches(reached):
    """Written out from its zeros: 0 at the reached scores and positive at the others."""
    at = np.flatnonzero(reached)
    degree = lowest_touching_degree(np.array(reached))
    if all(reached):
        assert degree == math.inf
        return
    zeros, last, values = [], len(reached) - 1, np.ones(len(reached))
    for run in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(at) else []:
        even = run[0] == 0 or run[-1] == last or len(run) % 2 == 0
        zeros += [*run.tolist(), *(() if even else run[-1:].tolist())]
    for zero in zeros:
        values = values * (np.arange(len(reached)) - zero)
    values *= np.sign(values.sum())
    assert degree == len(zeros)
    assert (values[reached] == 0).all()
    assert (values[np.logical_not(reached)] > 0).all()


@pytest.mark.parametrize(
    ("counts", "degree", "ends", "words"),
    [
        (
            [0, 9, 0, 0],
            2,
            (),
            "1 of 4 possible scores were reached, and a polynomial of degree 2 is 0 at these",
        ),
        ([3, 0, 0, 4, 0, 5], 5, (), "3 of 6 possible scores were reached, and a polynomial of degree 4 is"),
        ([9, 0, 4, 2], 2, (-1,), "2 of 3 possible scores were reached, and a polynomial of degree 2"),
        ([0, 0, 0, 7], 2, (-1,), "0 of 3 possible scores were reached, and a polynomial of degree 0"),
        ([0, 5, 4, 2, 4], 2, (0,), "nobody has the lowest or highest score, which needs persons"),
        ([1, 5, 4, 2], 4, (), "a polynomial of degree 4 needs 5 possible scores, and 4 are left"),
        ([1, 5, 4, 2], 2, (0, -1), "a polynomial of degree 2 needs 3 possible scores, and 2 are left"),
        ([0, 0, 0], 2, (), "0 of 3 possible scores were reached"),
    ],
)
def test_what_cannot_be_fitted_says_why(counts, degree, ends, words):
    assert fit_loglinear(np.array(counts, dtype=float), degree, ends).reason.startswith(words)


# ---------------------------------------------------------------- which one


def check_moments(counts, degree, ends, fitted):
    shares, own = fitted.shares, np.array(counts) / np.sum(counts)
    x = np.linspace(-1, 1, len(counts))
    assert (fitted.degree, fitted.ends) == (degree, ends)
    assert fitted.n_parameters == degree + len(ends)
    assert shares.sum() == pytest.approx(1, abs=1e-14)
    for power in range(1, degree + 1):
        assert shares @ x**power == pytest.approx(own @ x**power, abs=1e-13)
    for end in ends:
        assert shares[end] == pytest.approx(own[end], rel=1e-14)
    reached = own > 0
    apart = np.log(own[reached]) - fitted.log_shares[reached]
    assert fitted.deviance == pytest.approx(2 * np.sum(counts) * (own[reached] @ apart), rel=1e-9, abs=1e-6)
    assert fitted.deviance >= -1e-12 * np.sum(counts)
    assert fitted.akaike == fitted.deviance + 2 * (degree + len(ends))


@settings(deadline=None, max_examples=150)
@given(any_counts(most_points=60), st.integers(1, 6), st.sampled_from(ENDS))
@example(STALLED[0][0], STALLED[0][1], ())
@example(STALLED[1][0], STALLED[1][1], ())
@example(few_of_many(241, (70, 1), (71, 10**6), (72, 100), (73, 1), (74, 100), (75, 100), (76, 100)), 6, ())
@example(few_of_many(118, (74, 1), (83, 1), (84, 10**6), (85, 1), (86, 10), (87, 1)), 6, ())
@example(few_of_many(145, (3, 40), (90, 60)), 3, ())
@example(few_of_many(145, (0, 1), (143, 500_000), (144, 500_000)), 2, ())  # a share below the smallest float
def test_a_fit_has_the_moments_of_the_sample(counts, degree, ends):
    fitted = fit_loglinear(np.array(counts, dtype=float), degree, ends)
    rest = rest_of(counts, ends)
    if (
        any(counts[end] == 0 for end in ends)
        or len(rest) <= degree
        or lowest_touching_degree(rest > 0) <= degree
    ):
        assert isinstance(fitted, NotFitted)
    else:
        assert isinstance(fitted, LogLinear)
        check_moments(counts, degree, ends, fitted)


def solve_exactly(matrix, right):
    """Solve by elimination with the largest pivot, in decimals."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(len(rows)):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def naive_shares(counts, degree, ends):
    """Shares of maximum likelihood: Newton's method on powers and indicators, in 60 digits."""
    points, n = range(len(counts)), sum(counts)
    named = [end % len(counts) for end in ends]
    functions = [[Decimal(x) ** d for x in points] for d in range(1, degree + 1)]
    functions += [[Decimal(int(x == end)) for x in points] for end in named]
    own = [Decimal(c) / n for c in counts]
    weights = [Decimal(0)] * len(functions)

    def fit(weights):
        exponents = [sum(w * f[x] for w, f in zip(weights, functions, strict=True)) for x in points]
        top = max(exponents)
        parts = [(e - top).exp() for e in exponents]
        total = sum(parts)
        value = sum(o * e for o, e in zip(own, exponents, strict=True)) - top - total.ln()
        return [part / total for part in parts], value

    shares, value = fit(weights)
    for _ in range(200):
        means = [sum(s * f[x] for x, s in enumerate(shares)) for f in functions]
        gradient = [
            sum(o * f[x] for x, o in enumerate(own)) - m for f, m in zip(functions, means, strict=True)
        ]
        information = [
            [
                sum(s * f[x] * g[x] for x, s in enumerate(shares)) - a * b
                for g, b in zip(functions, means, strict=True)
            ]
            for f, a in zip(functions, means, strict=True)
        ]
        step = solve_exactly(information, gradient)
        while True:
            tried = [w + s for w, s in zip(weights, step, strict=True)]
            new, gained = fit(tried)
            if gained >= value:
                break
            step = [s / 2 for s in step]
        done = gained - value < Decimal(10) ** -45
        weights, shares, value = tried, new, gained
        if done:
            return np.array(shares, dtype=float)
    raise AssertionError("no maximum in 200 steps")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=16), st.integers(1, 4), st.sampled_from(ENDS))
@example(STALLED[0][0], STALLED[0][1], ())
@example(STALLED[1][0], STALLED[1][1], ())
@example([0, 0, 0, 5, 0, 7, 0, 0, 0, 0], 3, ())
@example([2, 0, 0, 5, 0, 7, 0, 0, 0, 900], 3, (-1,))
@example([0, 1, 900, 1, 0, 0, 0, 0, 0, 0, 0, 0], 3, ())
def test_a_fit_is_that_of_60_digits(counts, degree, ends):
    fitted = (
        fit_loglinear(np.array(counts, dtype=float), degree, ends) if any(counts) else NotFitted("nobody")
    )
    if isinstance(fitted, NotFitted):
        return
    with localcontext() as context:
        context.prec = 60
        expected = naive_shares(counts, degree, ends)
    np.testing.assert_allclose(fitted.shares, expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("ends", [(), (-1,), (0, -1)])
def test_loglinear_smoothing_is_the_poisson_regression_of_the_counts(ends):
    counts = np.array([4, 3, 2, 8, 9, 15, 12, 6, 7, 2, 21], dtype=float)
    shares = fit_loglinear(counts, 3, ends).shares
    x = np.vander(np.linspace(-1, 1, 11), 4)
    x = np.column_stack([x, *(np.eye(11)[end] for end in ends)])
    beta = np.zeros(x.shape[1])
    beta[3] = math.log(counts.mean())
    for _ in range(100):  # iteratively reweighted least squares, written out
        mean = np.exp(x @ beta)
        working = x @ beta + (counts - mean) / mean
        beta = np.linalg.solve((x.T * mean) @ x, (x.T * mean) @ working)
    np.testing.assert_allclose(shares, np.exp(x @ beta) / counts.sum(), rtol=1e-8)
    for end in ends:
        assert shares[end] == pytest.approx(counts[end] / counts.sum())


@st.composite
def far_apart(draw):
    """Counts of one person and a million others, or none, at 3 to 40 scores."""
    few = st.sampled_from([1.0, 8.0, 10.0, 100.0, 1e4, 7e5, 1e6])
    return np.array(draw(st.lists(st.one_of(st.just(0.0), few), min_size=3, max_size=40).filter(any)))


@settings(deadline=None, max_examples=100)
@given(far_apart(), st.integers(1, 6), st.sampled_from(ENDS))
@example(np.array([0, 1, 0, 1e3, 0, 1e4, 0, 2, 1]), 5, ())
@example(np.array([10, 100, 1000, 0, 1e6, 0, 0, 1, 0, 1]), 5, ())
@example(
    # whole steps of Newton's lead beyond floats
    np.array([1] + [0] * 4 + [100, 10] + [0] * 10 + [1, 0, 1e5, 1, 1e5] + [0] * 4),
    6,
    (0,),
)
def test_one_person_and_a_million_have_the_samples_moments(counts, degree, ends):
    fitted = fit_loglinear(counts, degree, ends)
    if isinstance(fitted, NotFitted):
        assert "converge" not in fitted.reason
        return
    apart = fitted.shares - counts / counts.sum()
    powers = np.linspace(-1, 1, len(counts)) ** np.arange(degree + 1)[:, None]
    np.testing.assert_allclose(powers @ apart, 0.0, atol=1e-13)
    np.testing.assert_allclose(apart[list(ends)], 0.0, atol=1e-13)
    lower = fit_loglinear(counts, degree - 1, ends)
    if (
        degree > 1
    ):  # where there is a maximum, there is one of each lower degree; to begin there changes nothing
        assert isinstance(lower, LogLinear)
        onward = fit_loglinear(counts, degree, ends, start=lower)
        np.testing.assert_allclose(onward.shares, fitted.shares, rtol=1e-8, atol=1e-13)
    between = fitted.log_shares[slice(1 if 0 in ends else None, -1 if -1 in ends else None)]
    left = np.diff(between, degree + 1)  # differences of a polynomial beyond its degree are nothing
    np.testing.assert_allclose(left, 0.0, atol=1e-12 * 2.0 ** (degree + 1) * np.abs(between).max())


@settings(deadline=None, max_examples=40)
@given(any_counts(), st.integers(1, 6), st.sampled_from(ENDS))
def test_scores_turned_round_have_shares_turned_round(counts, degree, ends):
    counts = np.array(counts, dtype=float)
    turned = fit_loglinear(counts[::-1], degree, tuple(-1 - end for end in ends))
    fitted = fit_loglinear(counts, degree, ends)
    if isinstance(fitted, NotFitted):
        assert fitted == turned
    else:
        np.testing.assert_allclose(turned.shares, fitted.shares[::-1], rtol=1e-8, atol=1e-13)


# ---------------------------------------------------------------- the choice


def naive_choice(counts):
    """The lowest Akaike criterion of all models that may be chosen, fewest parameters first."""
    reached = sum(count > 0 for count in counts)
    models = [
        fitted
        for ends in ENDS
        for degree in range(2, 7)
        if all(counts[end] > 0 for end in ends)
        and (2 * (degree + len(ends)) <= reached or (degree, ends) == (2, ()))
        and isinstance(fitted := fit_loglinear(counts, degree, ends), LogLinear)
    ]
    best = None
    for model in sorted(models, key=lambda m: (m.degree + len(m.ends), ENDS.index(m.ends))):
        if best is None or model.deviance + 2 * model.n_parameters < best.akaike - 1e-6:
            best = model
    return best


@settings(deadline=None, max_examples=40)
@given(any_counts(most_points=40))
@example([0, 0, 5, 0, 5, 0, 0])
@example([5, 3, 1, 3, 5])
@example([0, 0, 0, 0, 0, 2, 6, 1, 5, 2, 8, 7, 29])  # six degrees and an end would repeat the counts
@example([29, 7, 8, 2, 5, 1, 6, 2, 0, 0, 0, 0, 0])
def test_the_model_of_the_lowest_akaike_criterion_is_taken(counts):
    counts = np.array(counts, dtype=float)
    best, (shares, degree, ends) = naive_choice(counts), smooth_shares(counts)
    if best is None:
        assert (degree, ends) == (0, ())
        assert (shares == counts / counts.sum()).all()
    else:
        assert (degree, ends) == (best.degree, best.ends)
        np.testing.assert_allclose(shares, best.shares, rtol=1e-8, atol=1e-13)


def test_a_sample_of_few_scores_is_smoothed():
    counts = np.array([0, 0, 0, 0, 0, 2, 6, 1, 5, 2, 8, 7, 29], dtype=float)
    repeats = fit_loglinear(counts, 6, (-1,))  # the lowest Akaike criterion of all
    np.testing.assert_allclose(repeats.shares[5:], counts[5:] / 60, atol=1e-6)
    shares, degree, ends = smooth_shares(counts)
    assert fit_loglinear(counts, degree, ends).akaike > repeats.akaike
    assert degree + len(ends) <= 4
    assert np.abs(shares - counts / 60).max() > 0.01


@settings(deadline=None, max_examples=60)
@given(any_counts(most_points=25))
@example([3, 0, 0, 7])
@example([3, 1, 7, 2])
@example([9, 0, 5, 0, 7])
def test_models_have_half_as_many_parameters_as_scores(counts):
    _, degree, ends = smooth_shares(np.array(counts, dtype=float))
    assert degree + len(ends) <= max(2, np.count_nonzero(counts) / 2)


@pytest.mark.parametrize("counts", TIED)
def test_of_two_models_that_are_as_good_the_first_is_taken(counts):
    """Symmetric samples, to which a frequency of its own does the same good at either end."""
    counts = np.array(counts, dtype=float)
    low, high = fit_loglinear(counts, 2, (0,)), fit_loglinear(counts, 2, (-1,))
    assert low.akaike == pytest.approx(high.akaike, abs=1e-9)
    assert smooth_shares(counts)[1:] == (2, (0,))


@pytest.mark.parametrize(("lower_by", "taken"), [(0, 2), (1e-10, 2), (9e-7, 2), (2e-6, 3), (1, 3)])
def test_rounding_chooses_no_model(lower_by, taken, monkeypatch):
    """A better one of more parameters must be so by more than rounding, and in whatever order they come."""
    simple = LogLinear(2, (), np.log(np.full(4, 0.25)), 7.0)
    other = LogLinear(3, (), np.log(np.full(4, 0.25)), 5.0 - lower_by)
    for order in ([simple, other], [other, simple]):
        monkeypatch.setattr(smoothing, "_candidates", lambda _counts, order=order: iter(order))
        assert smooth_shares(np.ones(4)).degree == taken


@pytest.mark.parametrize("counts", [[0, 0, 9, 0, 0], [0, 0, 3, 7, 0, 0], [3, 7]])
def test_where_nothing_can_be_fitted_the_counts_stand_for_themselves(counts):
    shares, degree, ends = smooth_shares(np.array(counts, dtype=float))
    assert (shares.tolist(), degree, ends) == ([count / sum(counts) for count in counts], 0, ())


def test_persons_at_two_distant_scores_are_fitted_and_keep_their_mean():
    shares, degree, _ = smooth_shares(np.array([0, 0, 5, 0, 5, 0, 0], dtype=float))
    assert degree in (2, 3)
    assert shares @ np.arange(7) == pytest.approx(3)


# ---------------------------------------------------------------- counts and ranks


def naive_counts(scores, n_points):
    """Scores as fractions of a step above the lowest: each to the nearest point, halves to both."""
    counts = [Fraction(0)] * n_points
    for score in scores:
        below = math.floor(score)
        if score - below == Fraction(1, 2):
            counts[below] += Fraction(1, 2)
            counts[below + 1] += Fraction(1, 2)
        else:
            counts[math.floor(score + Fraction(1, 2))] += 1
    return [float(count) for count in counts]


@settings(deadline=None)
@given(st.integers(2, 12), st.integers(2, 7), st.integers(0, 5), st.data())
@example(7, 5, 1, None)
def test_a_score_halfway_counts_half_at_each_side(n_items, n_answers, low, data):
    """Means of the answered items of persons who skipped some, and which of them lie halfway."""
    n_points = n_items * (n_answers - 1) + 1
    scores = []
    for answered in range(1, n_items + 1):
        most = answered * (n_answers - 1)
        totals = range(most + 1) if data is None else data.draw(st.lists(st.integers(0, most), max_size=4))
        scores += [Fraction(total, answered) for total in totals]
    floats = np.array([float(low + score) for score in scores])
    counts = count_scores(floats, low, low + n_answers - 1, n_points)
    assert counts.tolist() == naive_counts([score * n_items for score in scores], n_points)
    assert counts.sum() == len(scores)


def test_skipped_answers_on_a_scale_of_tenths_lie_halfway_too():
    """Nothing here is a float: 0.15 is below the middle of 0.1 and 0.2 or above it, as rounding has it."""
    tenths = np.array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
    assert count_scores(tenths, 0, 1, 11).tolist() == [0.5, *[1.0] * 9, 0.5]
    assert count_scores(tenths / 3, 0, 1 / 3, 11).tolist() == [0.5, *[1.0] * 9, 0.5]


@settings(deadline=None, max_examples=60)
@given(any_counts(most_points=60))
def test_ranks_rise_and_stay_within_bounds(counts):
    scores = np.repeat(np.arange(len(counts)), counts).astype(float)
    points, ranks, degree, ends = percentile_ranks(scores, 0, len(counts) - 1, len(counts))
    assert points.tolist() == list(range(len(counts)))
    assert (np.diff(ranks) >= 0).all()  # exactly: a norm whose ranks fall is refused
    assert ranks.min() >= 0
    assert ranks.max() <= 100
    shares = smooth_shares(np.array(counts, dtype=float))
    assert (degree, ends) == shares[1:]
    expected = [100 * (shares.shares[:i].sum() + share / 2) for i, share in enumerate(shares.shares)]
    np.testing.assert_allclose(ranks, expected, atol=1e-10)
