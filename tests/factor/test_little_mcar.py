"""Little's MCAR test: R's value, the formula written out, its level, and what it refuses."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chi2

from intimacy_scales import EstimationError, NotConvergedError, encode, item_moments, load, simulate
from intimacy_scales.factor import MCARTest, covariances_as_sample, little_mcar
from tests.shared.factor_answers import parts
from tests.shared.folders import REFERENCE
from tests.shared.instruments import coded


@pytest.fixture(scope="module")
def gaps():
    return pd.read_csv(REFERENCE / "simulated-gaps.csv")[["tru01", "tru04", "com01", "com04"]]


def naive_statistic(table):
    """EM by regression of what each person did not answer on what that person did, then the statistic."""
    x = table.to_numpy(dtype=float)
    x = x[~np.isnan(x).all(axis=1)]
    mean, cov = np.nanmean(x, axis=0), np.diag(np.nanvar(x, axis=0))
    for _ in range(150):
        total, squares = np.zeros(len(mean)), np.zeros_like(cov)
        for row in x:
            there, rest = ~np.isnan(row), np.zeros_like(cov)
            full = row.copy()
            if not there.all():
                slope = cov[np.ix_(~there, there)] @ np.linalg.inv(cov[np.ix_(there, there)])
                full[~there] = mean[~there] + slope @ (row[there] - mean[there])
                left = cov[np.ix_(~there, ~there)] - slope @ cov[np.ix_(there, ~there)]
                rest[np.ix_(~there, ~there)] = left
            total += full
            squares += np.outer(full, full) + rest
        mean = total / len(x)
        cov = squares / len(x) - np.outer(mean, mean)
    statistic, counted = 0.0, -len(mean)
    for pattern in {tuple(np.isnan(row)) for row in x}:
        own = ~np.array(pattern)
        rows = x[(np.isnan(x) == np.array(pattern)).all(axis=1)][:, own]
        off = rows.mean(axis=0) - mean[own]
        statistic += len(rows) * off @ np.linalg.inv(cov[np.ix_(own, own)]) @ off
        counted += int(own.sum())
    return statistic, counted


def test_it_is_what_naniar_gives_for_its_example():
    """naniar 1.1, ``mcar_test(airquality)``; its EM stops where values change by 1e-4."""
    air = pd.read_csv(REFERENCE / "airquality.csv")  # R's data set of that name (Chambers et al., 1983)
    test = little_mcar(air, items=list(air.columns), on_invalid="accept")
    assert test.chi_square == pytest.approx(35.1061288689702, rel=2e-6)
    assert (test.df, len(test.patterns), test.n) == (14, 4, 153)
    assert test.p_value == pytest.approx(0.00141778113856683, rel=2e-5)
    assert test.patterns[0].missing == ("Ozone", "Solar.R")


def test_it_is_the_formula_written_out(gaps):
    test = little_mcar(gaps.iloc[:60])
    statistic, df = naive_statistic(gaps.iloc[:60])
    assert test.chi_square == pytest.approx(statistic, rel=1e-6)
    assert test.df == df
    assert test.p_value == pytest.approx(chi2.sf(statistic, df), rel=1e-5)
    assert sum(pattern.chi_square for pattern in test.patterns) == test.chi_square
    assert sum(pattern.n for pattern in test.patterns) == test.n


def test_units_order_and_persons_without_answers_do_not_matter(gaps):
    test = little_mcar(gaps)
    nobody = pd.DataFrame([[None] * 4] * 3, columns=gaps.columns, dtype=float)
    other = pd.concat([nobody, gaps.iloc[::-1] * [1, 10, 0.1, -1] + 3])[["com04", "tru01", "com01", "tru04"]]
    same = little_mcar(other, on_invalid="accept")
    assert same.chi_square == pytest.approx(test.chi_square, rel=1e-6)
    assert (same.df, same.n, same.n_rows) == (test.df, test.n, test.n_rows + 3)


def test_its_level_holds_where_nothing_depends_on_answers():
    rng, found = np.random.default_rng(7), 0
    for _ in range(80):
        x = 0.7 * rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))
        x[rng.random((200, 3)) < 0.1] = np.nan
        found += little_mcar(pd.DataFrame(x, columns=list("abc"))).p_value < 0.10
    low, high = binom.interval(0.999, 80, 0.10)
    assert low <= found <= high


def test_it_rejects_where_skipping_depends_on_answers():
    rng = np.random.default_rng(7)
    x = 0.9 * rng.normal(size=(300, 1)) + rng.normal(size=(300, 3))
    x[x[:, 0] > 0.8, 1] = np.nan
    test = little_mcar(pd.DataFrame(x, columns=list("abc")))
    assert test.p_value < 1e-6
    assert "was rejected by" in test.sentence()
    skipped = next(pattern for pattern in test.patterns if pattern.missing == ("b",))
    assert skipped.differences["a"] > 0.5
    assert "b" not in skipped.differences


def test_an_instrument_and_its_table(gaps):
    table = simulate("scii-24", 200, missing=0.05, rng=3).answers
    chosen = ["tru01", "tru04", "com01"]
    test = little_mcar("scii-24", table, items=chosen)
    assert test == little_mcar(encode("scii-24", table), items=chosen)
    assert test.instrument == load("scii-24").ref
    assert little_mcar(table[chosen]).chi_square == pytest.approx(test.chi_square)
    frame = test.to_frame()
    assert frame.columns.tolist() == ["n", "missing", "chi_square", *chosen]
    assert frame["chi_square"].sum() == pytest.approx(test.chi_square)
    assert math.isnan(frame.loc[frame["missing"] == "tru01", "tru01"].item())
    assert MCARTest.from_json(test.to_json()) == test


def test_many_small_patterns_are_told():
    test = little_mcar(encode("scii-24", simulate("scii-24", 100, missing=0.1, rng=3).answers))
    assert "in patterns of fewer than 10" in test.notes[0]
    assert "! " in repr(test)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (parts(60, (3,)), "nobody skipped any of these 3 items"),
        (covariances_as_sample(np.eye(2) + 0.5, n=50, names=["a", "b"]), "pass the instrument and its table"),
        (np.array([[1, np.nan]] * 20 + [[np.nan, 2]] * 20), "same answer|answered both"),
        (np.array([[1.0, 2.0, np.nan], [2.0, 1.0, 3.0], [3.0, 3.0, 1.0]]), "too few for 3 variables"),
    ],
)
def test_what_it_refuses(data, told):
    with pytest.raises((EstimationError, NotConvergedError), match=told):
        little_mcar(data)


def test_sums_are_not_enough():
    answers = coded(parts(60, (3,), gaps=0.1))
    with pytest.raises(EstimationError, match="Little's test needs each person's answers"):
        little_mcar(item_moments(answers.instrument, answers))
    with pytest.raises(EstimationError, match="a list of items"):
        little_mcar(answers, items="q1")
