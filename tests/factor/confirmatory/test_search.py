"""Searches of a likelihood that has no maximum: they end early, and no search that would settle is cut."""

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import NotConvergedError, cfa
from intimacy_scales.factor.confirmatory.estimation import search

FOUR = "f =~ x1 + x2 + x3 + x4"


def unrelated(seed: int, *, gaps: float) -> tuple[str, pd.DataFrame]:
    """Few persons, and items that hardly go together."""
    rng = np.random.default_rng(seed)
    n_factors = int(rng.integers(1, 4))
    sizes = [int(rng.integers(3, 5)) for _ in range(n_factors)]
    p, n = sum(sizes), int(rng.integers(20, 90))
    loadings = rng.uniform(-0.1, 0.7, p)
    factors = rng.standard_normal((n, n_factors)) + 0.4 * rng.standard_normal((n, 1))
    x = np.repeat(factors, sizes, axis=1) * loadings + rng.standard_normal((n, p))
    x = np.round(np.clip(x * 1.3 + 4, 1, 7))
    x[rng.random(x.shape) < gaps] = np.nan
    names = [f"x{k}" for k in range(p)]
    own = iter(names)
    model = [f"f{f} =~ " + " + ".join(next(own) for _ in range(size)) for f, size in enumerate(sizes)]
    return "\n".join(model), pd.DataFrame(x, columns=names)


@pytest.fixture
def steps(monkeypatch):
    """How many steps each search took."""
    counted, evaluate = [0], search._direction

    def counting(*args, **options):
        counted[0] += 1
        return evaluate(*args, **options)

    monkeypatch.setattr(search, "_direction", counting)
    return counted


@pytest.mark.parametrize(("seed", "gaps"), [(1, 0.0), (5, 0.0), (24, 0.0), (12, 0.0), (1, 0.2)])
def test_a_search_that_runs_off_ends_early(steps, seed, gaps):
    model, table = unrelated(seed, gaps=gaps)
    with pytest.raises(NotConvergedError, match="no maximum of the likelihood") as caught:
        cfa(model, table, missing="fiml" if gaps else "listwise")
    assert steps[0] < 400  # each of several starts took all 200 before
    assert type(caught.value) is NotConvergedError
    assert "=~" in str(caught.value) or "~~" in str(caught.value)


@pytest.mark.parametrize("seed", [3, 9, 16, 20])
def test_what_settles_from_another_start_is_found_as_before(steps, seed):
    model, table = unrelated(seed, gaps=0.0)
    found = cfa(model, table)
    chi_square = {3: 9.6108, 9: 9.2941, 16: 20.9151, 20: 15.9702}[seed]  # with all 200 steps
    assert found.fit.chi_square == pytest.approx(chi_square, abs=1e-3)
    assert steps[0] < 1500


def test_the_case_that_has_no_factor_variance_of_one(shared, steps):
    table = pd.read_csv(shared / "cases" / "cfa_not_converged_n30.csv")
    with pytest.raises(NotConvergedError, match="identification='marker'"):
        cfa(FOUR, table, identification="fixed_factor")
    assert steps[0] < 250


def test_slow_searches_are_not_cut():
    """What steps promise falls, however slowly, where there is a maximum."""
    near = [(type("At", (), {"value": 1 + 0.9**k})(), 0.9**k) for k in range(21)]
    far = [(type("At", (), {"value": 1 - 1e-5 * k})(), 0.02) for k in range(21)]
    assert not search._diverges(near)
    assert search._diverges(far)
    assert not search._diverges(far[:20])
