"""Heterotrait-monotrait ratios: a naive loop, R's values, an interval, and what has none."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError, item_moments
from intimacy_scales.factor import cfa, covariances_as_sample, htmt
from tests.reference.simulated import SHORT_FORM, simulated_answers
from tests.shared.comparison import near
from tests.shared.factor_answers import NAN, parts
from tests.shared.instruments import coded

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up, at random
]
HALF = {"a": "q1 q2 q3", "b": "q4 q5 q6 q7"}


def naive_ratio(x, one, other, geometric):
    """Mean correlation between two groups of columns over the root of the means within them."""

    def r(i, j):
        both = ~np.isnan(x[:, i] + x[:, j])
        return abs(np.corrcoef(x[both][:, [i, j]].T)[0, 1])

    def mean(values):
        values = list(values)
        return math.prod(values) ** (1 / len(values)) if geometric else sum(values) / len(values)

    within = [mean(r(i, j) for i, j in itertools.combinations(own, 2)) for own in (one, other)]
    return mean(r(i, j) for i in one for j in other) / math.sqrt(within[0] * within[1])


@given(st.integers(0, 2**32 - 1), st.sampled_from(["listwise", "pairwise"]), st.sampled_from([0.0, 0.1]))
@settings(max_examples=10, deadline=None)
def test_a_ratio_is_that_of_a_naive_loop(seed, missing, gaps):
    x = parts(80, (3, 4), 0.6, seed, gaps=gaps)
    answers = coded(x, HALF)
    rows = x if missing == "pairwise" else x[~np.isnan(x).any(axis=1)]
    found = htmt(answers.instrument, answers, missing=missing)
    for geometric, matrix in ((False, found.htmt), (True, found.htmt2)):
        value = naive_ratio(rows, range(3), range(3, 7), geometric)
        near(matrix, [[1, value], [value, 1]])
    assert found.names == ("a", "b")


# R 4.2.2, semTools 0.5-6, printed by reference/simulated.R; scales as in the form, below the diagonal
HTMT = [
    0.498635962, 0.491713290, 0.533768573, 0.556843424, 0.526285302,
    0.506062629, 0.419223166, 0.417737752, 0.504714685, 0.465934298,
    0.429315248, 0.414589004, 0.470241888, 0.473391458, 0.529747552,
]  # fmt: skip
HTMT2 = [
    0.495206351, 0.482592700, 0.530396758, 0.555736833, 0.523289447,
    0.499785224, 0.411570013, 0.411920352, 0.498253354, 0.460628642,
    0.423880554, 0.411572888, 0.460514150, 0.464682087, 0.519534156,
]  # fmt: skip


def test_ratios_are_semtools():
    found = htmt(SHORT_FORM, simulated_answers("complete"))
    below = np.tril_indices(6, -1)
    near([found.htmt[below], found.htmt2[below]], [HTMT, HTMT2], rel=1e-7)
    assert found.htmt.tolist() == found.htmt.T.tolist()


@pytest.mark.parametrize("rule", ["listwise", "pairwise"])
def test_what_is_not_a_change_changes_nothing(rule):
    x = parts(90, (3, 4), gaps=0.05)
    names = [f"q{i + 1}" for i in range(7)]
    model = "a =~ q1 + q2 + q3; b =~ q4 + q5 + q6 + q7"
    found = htmt(model, pd.DataFrame(x, columns=names), missing=rule)
    assert found.names == ("a", "b")
    turned = np.where(np.arange(7) % 2, 10 - 3 * x, x)
    near(htmt(model, pd.DataFrame(turned, columns=names), missing=rule).htmt, found.htmt)
    back = "b =~ q7 + q5 + q6 + q4; a =~ q3 + q1 + q2"
    near(htmt(back, pd.DataFrame(x, columns=names), missing=rule).htmt[0, 1], found.htmt[0, 1])
    if rule == "pairwise":
        form = coded(x, HALF).instrument
        near(htmt(form, item_moments(form, coded(x, HALF)), missing=rule).htmt2, found.htmt2)


def test_a_population_of_equal_loadings_has_the_correlation_of_its_factors():
    loadings, phi = np.kron(np.eye(2), np.full((3, 1), 0.7)), np.array([[1, 0.6], [0.6, 1]])
    r = loadings @ phi @ loadings.T
    np.fill_diagonal(r, 1)
    names = list("uvwxyz")
    sample = covariances_as_sample(r, n=100, names=names)
    found = htmt("a =~ u + v + w; b =~ x + y + z", sample)
    near([found.htmt[0, 1], found.htmt2[0, 1]], 0.6)
    fitted = cfa("a =~ u + v + w; b =~ x + y + z", sample)
    assert fitted.factor_correlations().iloc[0, 1] == pytest.approx(0.6, abs=1e-6)


def test_scales_of_one_item_and_higher_factors_have_no_ratio():
    x = parts(90, (1, 3, 3))
    names = [f"q{i + 1}" for i in range(7)]
    table = pd.DataFrame(x, columns=names)
    found = htmt("a =~ q1; b =~ q2 + q3 + q4; c =~ q5 + q6 + q7; g =~ a + b + c", table)
    assert found.names == ("a", "b", "c")
    assert np.isnan(found.htmt[0, 1:]).all()
    assert found.htmt[1, 2] > 0
    assert json.loads(found.to_json())["htmt"][0] == [1.0, None, None]
    assert "b and c" in repr(found).split("first: ")[1].split(";")[0], "the largest first"
    assert found.to_frame("htmt2").loc["b", "c"] == found.htmt2[1, 2]


def test_the_interval_is_a_naive_bootstrap():
    x = parts(80, (3, 4), gaps=0.03)
    for missing, kind in (("listwise", "htmt"), ("pairwise", "htmt2")):
        answers, chance, drawn = coded(x, HALF), np.random.default_rng(4), []
        rows = x if missing == "pairwise" else x[~np.isnan(x).any(axis=1)]
        found = htmt(answers.instrument, answers, missing=missing)
        for _ in range(100):
            again = rows[chance.integers(0, len(rows), len(rows))]
            drawn.append(naive_ratio(again, range(3), range(3, 7), kind == "htmt2"))
        options = {"kind": kind, "n_resamples": 100}
        interval = found.confidence_interval("b", "a", 0.9, rng=4, **options)
        near(list(interval), np.quantile(drawn, [0.05, 0.95]))
        assert interval.n == len(rows)
        assert interval != found.confidence_interval("b", "a", 0.9, rng=5, **options)


def test_a_ratio_without_a_correlation_has_no_interval():
    x = parts(30, (2, 2))
    x[:, 0] = np.where(np.arange(30) == np.argmax(x[:, 1]), 7, 4)  # constant in many a resample
    found = htmt("a =~ q1 + q2; b =~ q3 + q4", pd.DataFrame(x, columns=["q1", "q2", "q3", "q4"]))
    interval = found.confidence_interval("a", "b", n_resamples=100, rng=1)
    assert np.isnan(list(interval)).all()
    assert "is not defined in" in interval.reason


TABLE = pd.DataFrame(parts(50, (3, 3)), columns=[f"q{i + 1}" for i in range(6)])
PUBLISHED = covariances_as_sample(np.eye(6) + 0.5, n=90, names=list(TABLE.columns))
TWO = "a =~ q1 + q2 + q3; b =~ q4 + q5 + q6"
WRONG = {
    "one scale": (lambda: htmt("a =~ q1 + q2 + q3", TABLE),
    "HTMT compares two or more scales; the model has 1"), "fiml": (lambda: htmt(TWO, TABLE, missing="fiml"),
    "missing='fiml' is not valid; allowed: 'listwise', 'pairwise'"), "constant": (lambda: htmt(TWO,
    TABLE.assign(q2=3)), "everyone gave q2 the same answer"), "nobody": (lambda: htmt(TWO,
    TABLE.assign(q2=NAN)), "usable persons"), "no scale": (lambda: htmt(TWO, TABLE).confidence_interval("a",
    "c"), "'c' is not a scale of these ratios; allowed: a, b"), "itself": (lambda: htmt(TWO,
    TABLE).confidence_interval("a", "a"), "two scales|itself"), "kind": (lambda: htmt(TWO,
    TABLE).confidence_interval("a", "b", kind="x"), "is not valid; allowed: 'htmt', 'htmt2'"), "level":
    (lambda: htmt(TWO, TABLE).confidence_interval("a", "b", 95), "a share between 0 and 1"), "resamples":
    (lambda: htmt(TWO, TABLE).confidence_interval("a", "b", n_resamples=9), "at least 100"), "seed": (lambda:
    htmt(TWO, TABLE).confidence_interval("a", "b", rng="x"), "a whole number from 0"), "frame": (lambda:
    htmt(TWO, TABLE).to_frame("htmt3"), "is not valid; allowed: 'htmt', 'htmt2'"), "sums": (lambda: htmt(TWO,
    PUBLISHED).confidence_interval("a", "b"), "needs each person's answers"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_asked_says_what_can(case):
    call, words = WRONG[case]
    with pytest.raises(EstimationError, match=words):
        call()


@pytest.mark.parametrize(("others", "left_out"), [(4, True), (5, True), (6, True), (1, None), (2, None)])
def test_a_few_resamples_without_a_correlation_are_left_out_and_counted(others, left_out):
    """An item on which few differ does not vary in some resamples; where these are many, nothing is told."""
    x = parts(30, (2, 2))
    x[:, 0] = np.where(np.argsort(np.argsort(x[:, 1])) >= 30 - others, 7, 4)
    found = htmt("a =~ q1 + q2; b =~ q3 + q4", pd.DataFrame(x, columns=["q1", "q2", "q3", "q4"]))
    interval = found.confidence_interval("a", "b", n_resamples=1000, rng=1)
    if left_out is None:
        assert np.isnan(list(interval)).all()
        return
    assert interval.low < found.htmt[0, 1] < interval.high
    assert interval.method == "bootstrap"
    assert 0 < interval.n_failed <= 50
    assert interval.warnings[0].startswith(
        f"the ratio is not defined in {interval.n_failed} of 1000 resamples"
    )


def test_intervals_of_few_persons_carry_a_warning() -> None:
    rng = np.random.default_rng(1)
    rows = np.repeat(rng.standard_normal((600, 2)), 4, axis=1) + rng.standard_normal((600, 8))
    names = [f"{scale}{number}" for scale in "xy" for number in range(1, 5)]
    table = pd.DataFrame(rows, columns=names)
    model = "f =~ x1 + x2 + x3 + x4\nh =~ y1 + y2 + y3 + y4"
    few = table.copy()
    few.loc[25:, names[:4]] = np.nan
    for missing in ("pairwise", "listwise"):
        interval = htmt(model, few, missing=missing).confidence_interval("f", "h", n_resamples=200, rng=1)
        assert "too narrow" in interval.warnings[-1]
    assert htmt(model, table).confidence_interval("f", "h", n_resamples=200, rng=1).warnings == ()
