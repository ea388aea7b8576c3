"""A model that fits badly, or whose solution is odd, is begun several times; the highest maximum counts."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import NotConvergedError, cfa
from intimacy_scales.factor.confirmatory.estimation import restart
from intimacy_scales.factor.confirmatory.estimation.solution import solve

SAMPLES = ((4, 8, 4), (4, 12, 5), (19, 12, 5))  # seed, persons, items
FOUR = "f =~ x1 + x2 + x3 + x4"
SEVERAL = "the likelihood has several maxima"


def one_factor(p):
    return "f =~ " + " + ".join(f"x{n + 1}" for n in range(p))


def odd(seed, n=12, p=5):
    """Answers of few persons that one factor hardly explains."""
    rng = np.random.default_rng(seed)
    x = np.round(3 + rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)))
    return pd.DataFrame(np.clip(x, 1, 5), columns=[f"x{i + 1}" for i in range(p)])


@pytest.mark.parametrize("identification", ["marker", "fixed_factor"])
def test_the_higher_maximum_of_the_case_is_found(shared: Path, identification):
    table = pd.read_csv(shared / "cases" / "cfa_local_maximum_n7.csv")
    found = cfa(FOUR, table, identification=identification)
    assert found.fit.chi_square == pytest.approx(5.039, abs=5e-4)  # lavaan 0.6-14
    assert found.parameters["x1 ~~ x1"].estimate == pytest.approx(-2.116, abs=5e-4)
    assert any(SEVERAL in note for note in found.notes)
    assert SEVERAL in repr(found)


def test_a_negative_factor_variance_is_found_and_named(shared: Path):
    table = pd.read_csv(shared / "cases" / "cfa_not_converged_n30.csv")
    found = cfa(FOUR, table)
    assert found.fit.chi_square == pytest.approx(1.779, abs=5e-4)  # lavaan 0.6-14
    assert found.parameters["f ~~ f"].estimate == pytest.approx(-0.143, abs=5e-4)
    assert found.improper == ("the variance of f is negative (-0.143)",)
    with pytest.raises(NotConvergedError, match="identification='marker'") as caught:
        cfa(FOUR, table, identification="fixed_factor")
    assert "two of its factors" not in str(caught.value)  # there is one


@pytest.mark.parametrize("strength", [0.1, 0.25])
@pytest.mark.parametrize("p", [4, 5])
def test_a_negative_factor_variance_of_known_size(p, strength):
    """Correlations that only a factor of negative variance makes."""
    from intimacy_scales.factor import covariances_as_sample

    loadings = np.linspace(0.8, 1.2, p)
    matrix = np.eye(p) * 2 - strength * np.outer(loadings, loadings)
    sample = covariances_as_sample(matrix, n=100, names=[f"x{n + 1}" for n in range(p)])
    found = cfa(one_factor(p), sample)
    assert found.fit.chi_square == pytest.approx(0, abs=1e-6)
    assert found.parameters["f ~~ f"].estimate == pytest.approx(-strength * 0.64 * 0.99, abs=1e-4)
    assert "negative" in found.improper[0]


def test_without_several_starts_lower_maxima_would_stay(monkeypatch):
    """In some samples of few persons the first maximum is not the highest; it never becomes a lower one."""
    module = sys.modules[solve.__module__]
    told, gained = 0, []
    for seed, n, p in SAMPLES:
        table = odd(seed, n, p)
        found = cfa(one_factor(p), table)
        assert cfa(one_factor(p), table).fit == found.fit  # the starts are always the same
        with monkeypatch.context() as patch:
            patch.setattr(module, "is_doubtful", lambda *_: False)
            first = cfa(one_factor(p), table)
        gained.append(first.fit.chi_square - found.fit.chi_square)
        told += any(SEVERAL in note for note in found.notes)
    assert min(gained) > -1e-4
    assert max(gained) > 0.01
    assert told == len(SAMPLES)


def test_a_model_that_fits_is_begun_once(monkeypatch):
    rng = np.random.default_rng(1)
    x = 0.8 * rng.normal(size=(300, 1)) + 0.6 * rng.normal(size=(300, 6))
    table = pd.DataFrame(x, columns=[f"x{n + 1}" for n in range(6)])
    monkeypatch.setattr(restart, "_starts", None)  # would fail
    found = cfa(one_factor(6), table)
    assert found.notes == ()
    assert not found.solution.several


@pytest.mark.parametrize("order", ["x4 + x1 + x3 + x2", "x2 + x3 + x4 + x1", "x3 + x4 + x2 + x1"])
def test_the_order_of_items_changes_nothing(shared: Path, order):
    table = pd.read_csv(shared / "cases" / "cfa_local_maximum_n7.csv")
    found = cfa(f"f =~ {order}", table, identification="fixed_factor")
    assert found.fit.chi_square == pytest.approx(5.039, abs=5e-4)
