"""Exploratory factor analysis: derivatives, properties, R's values, and what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize

from intimacy_scales import encode, item_moments, simulate
from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.factor.exploratory import criteria, minimum
from intimacy_scales.factor.exploratory.analysis import efa
from intimacy_scales.factor.exploratory.extraction import LeastSquares, Likelihood, minres, ml
from intimacy_scales.factor.reading import read_sample
from intimacy_scales.factor.sample import SampleMoments, covariances_as_sample
from tests.reference.oracles import Reference
from tests.shared.comparison import close

Floats = NDArray[np.float64]
EXACT = [("bfi", "efa"), ("commitmentQ", "efa_p1"), ("prqcQ", "efa_p1"), ("sai_vale", "efa_time1")]
ITEMS = ["tru01", "tru04", "tru09", "tru11", "com01", "com05", "com09", "com13"]
_SEEDS = st.integers(0, 2**32 - 1)


def numbers(seed: int, n: int = 200, p: int = 8, m: int = 2, gaps: float = 0) -> pd.DataFrame:
    """Numbers of persons with m factors behind them."""
    chance = np.random.default_rng(seed)
    loadings = np.kron(np.eye(m), np.ones((p // m, 1))) * chance.uniform(0.5, 0.9, size=(p, 1))
    scores = chance.normal(size=(n, m)) @ np.linalg.cholesky(0.7 * np.eye(m) + 0.3)
    rows = scores @ loadings.T + 0.6 * chance.normal(size=(n, p))
    rows[chance.random(rows.shape) < gaps] = np.nan
    return pd.DataFrame(rows, columns=[f"q{i + 1}" for i in range(p)])


def correlations(seed: int, **options: Any) -> Floats:
    return numbers(seed, **options).corr().to_numpy()


def as_sample(matrix: Any, n: int = 200) -> SampleMoments:
    return covariances_as_sample(matrix, n=n, names=[f"q{i + 1}" for i in range(len(matrix))])


def oracle(shared: Path, name: str, block: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    reference = Reference.read(shared, name)
    table = pd.read_csv(reference.folder / f"{name}.csv")
    if name == "sai_vale":
        table = table[table["time"] == 1]
    values = reference.at((block,))
    return table[values["exact_pairwise"]["minres"]["unrotated"]["rows"]], values


# ------------------------------------------------------------------ extraction


@pytest.mark.parametrize("kind", [LeastSquares, Likelihood])
@given(seed=_SEEDS)
@settings(max_examples=8, deadline=None)
def test_derivatives_are_differences(kind, seed):
    objective = kind(correlations(seed, p=6), 2)
    chance = np.random.default_rng(seed)
    at = chance.uniform(0.2, 0.9, size=6)
    at = np.log(at) if kind is Likelihood else at
    point, h = objective.point(at), 1e-6
    hessian, convex = objective.curvature(point)
    for i, way in enumerate(np.eye(6)):
        ahead, behind = objective.point(at + h * way), objective.point(at - h * way)
        close(point.gradient[i], (ahead.value - behind.value) / (2 * h), 1e-7)
        close(hessian[i], (ahead.gradient - behind.gradient) / (2 * h), 1e-6, 1e-6)
    assert np.linalg.eigvalsh(convex)[0] > -1e-10


@given(_SEEDS)
@settings(max_examples=8, deadline=None)
def test_the_objective_is_what_loadings_leave(seed):
    matrix = correlations(seed)
    least, likely = minres(matrix, 2), ml(matrix, 2)
    for found in (least, likely):
        assert found.gradient <= 1e-8
        assert ((found.uniquenesses >= 0.005) & (found.uniquenesses <= 1)).all()
    left = matrix - least.loadings @ least.loadings.T - np.diag(least.uniquenesses)
    close(least.objective, (left**2).sum() / 2)
    fitted = likely.loadings @ likely.loadings.T + np.diag(likely.uniquenesses)
    ratio = np.linalg.solve(fitted, matrix)
    close(likely.objective, np.trace(ratio) - math.log(np.linalg.det(ratio)) - len(matrix))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_lies_below_the_solution(seed):
    """The objective as a function of loadings, minimized without the detour over uniquenesses."""
    matrix, p, m = correlations(seed, p=6), 6, 2
    off = ~np.eye(p, dtype=bool)

    def squares(flat: Floats) -> float:
        loadings = flat.reshape(p, m)
        return float((((matrix - loadings @ loadings.T) ** 2)[off]).sum() / 2)

    def discrepancy(flat: Floats) -> float:
        loadings, psi = flat[: p * m].reshape(p, m), np.exp(flat[p * m :])
        ratio = np.linalg.solve(loadings @ loadings.T + np.diag(psi), matrix)
        return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - p)

    least, likely = minres(matrix, m), ml(matrix, m)
    chance = np.random.default_rng(seed)
    start = least.loadings + 0.1 * chance.normal(size=(p, m))
    close(minimize(squares, start.ravel(), options={"gtol": 1e-7}).fun, least.objective, 1e-8)
    start = np.concatenate([start.ravel(), np.log(np.full(p, 0.5))])
    close(minimize(discrepancy, start, options={"gtol": 1e-6}).fun, likely.objective, 1e-7)


@given(_SEEDS, st.integers(1, 3))
@settings(max_examples=8, deadline=None)
def test_what_factors_made_they_explain(seed, m):
    chance = np.random.default_rng(seed)
    loadings = np.kron(np.eye(m), np.ones((4, 1))) * chance.uniform(0.4, 0.9, size=(4 * m, 1))
    loadings = loadings + chance.uniform(-0.1, 0.1, size=loadings.shape)
    assume((loadings**2).sum(axis=1).max() < 0.99)  # no search goes below a uniqueness of .005, as in R
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1)
    for extract in (minres, ml):
        found = extract(matrix, m)
        close(found.loadings @ found.loadings.T, loadings @ loadings.T, 1e-5)
        close(found.objective, 0, 1e-10)


def test_both_searches_come_to_the_same_place(monkeypatch):
    matrix = correlations(3)
    usual = [extract(matrix, 2) for extract in (minres, ml)]
    newton = minimum._newton

    def few(objective: Any, start: Floats, tolerance: float) -> minimum.SearchEnd:
        rest = newton(objective, start, tolerance)
        return minimum.SearchEnd(objective.point(start), 1.0, 1) if rest.steps > 1 else rest

    monkeypatch.setattr(minimum, "_newton", few)
    for extract, expected in zip((minres, ml), usual, strict=True):
        close(extract(matrix, 2).uniquenesses, expected.uniquenesses, 1e-6)


def test_a_search_that_does_not_settle_says_so(monkeypatch):
    monkeypatch.setattr(minimum, "_quasi_newton", lambda _, start: start)
    monkeypatch.setattr(minimum, "_STEPS", 1)
    with pytest.raises(NotConvergedError, match=r"did not converge in 2 steps .*; extract fewer factors"):
        minres(correlations(1), 2)


def test_factors_of_a_matrix_that_is_not_a_correlation_matrix():
    matrix = np.full((5, 5), 0.5)
    np.fill_diagonal(matrix, 1)
    matrix[0, 1:3] = matrix[1:3, 0] = [0.95, -0.6]
    assert np.linalg.eigvalsh(matrix)[0] < 0
    result = efa(as_sample(matrix), 1)
    assert math.isnan(result.chi_square)
    assert result.rms > 0
    assert result.reason == "the correlations are not positive definite"
    assert "no test of fit: the correlations are not positive definite" in repr(result)
    with pytest.raises(
        EstimationError, match=r"not positive definite \(smallest eigenvalue -.*method='minres'"
    ):
        efa(as_sample(matrix), 1, method="ml")


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_an_item_without_unique_variance_is_named(method):
    matrix = np.array([[1, 0.7, 0.7, 0.2], [0.7, 1, 0.3, 0.1], [0.7, 0.3, 1, 0.1], [0.2, 0.1, 0.1, 1]])
    result = efa(as_sample(matrix), 1, method=method)
    assert result.heywood == ("q1",)
    close(result.uniquenesses[0], 0.005)
    assert "no unique variance (Heywood case): q1" in repr(result)


# ------------------------------------------------------------------ the result


@pytest.mark.parametrize("rotation", ["oblimin", "varimax", "promax", "none"])
@given(seed=_SEEDS)
@settings(max_examples=4, deadline=None)
def test_loadings_phi_and_uniquenesses_make_the_correlations(rotation, seed):
    table = numbers(seed, gaps=0.05)
    result = efa(table, 2, rotation=rotation, n_starts=3)
    implied = result.loadings @ result.phi @ result.loadings.T + np.diag(result.uniquenesses)
    close(result.reproduced(), implied)
    close(result.residuals(), result.correlations - implied)
    close(np.diag(result.residuals()), 0, 1e-7)
    close(result.communalities + result.uniquenesses, 1, 1e-7)
    close(result.structure, result.loadings @ result.phi)
    close(result.variance_cumulative[-1], result.communalities.mean())
    close(result.correlations, table.corr())
    off = result.residuals().to_numpy()[~np.eye(8, dtype=bool)]
    close(result.rms, math.sqrt(np.mean(off**2)), 1e-9)


@given(_SEEDS, st.permutations(range(8)))
@settings(max_examples=6, deadline=None)
def test_items_may_come_in_any_order_and_unit(seed, order):
    table = numbers(seed, gaps=0.1)
    result = efa(table, 2)
    units = table * np.arange(1, 9) + np.arange(8)
    other = efa(units, 2, items=[table.columns[i] for i in order])
    close(other.loadings, result.loadings[list(order)], 1e-5)
    close(other.phi, result.phi, 1e-5)
    close(other.chi_square, result.chi_square, 1e-5)


def test_every_kind_of_data_gives_the_same():
    table = simulate("scii-24", 300, rng=2).answers
    answers, moments = encode("scii-24", table), item_moments("scii-24", table)
    result = efa(answers, 2, items=ITEMS)
    rows = pd.DataFrame(read_sample(answers, ITEMS).rows, columns=ITEMS)
    for data in (moments, rows):
        close(efa(data, 2, items=ITEMS).loadings, result.loadings, 1e-9)
    assert result.names == tuple(ITEMS)
    assert getattr(result.instrument, "id", None) == "scii-24"
    listwise = efa(answers, 2, items=ITEMS, missing="listwise")
    assert listwise.missing == "listwise"
    assert listwise.n == result.n == 300


def test_pairwise_and_listwise_count_other_persons():
    table = numbers(5, gaps=0.1)
    pairwise, listwise = efa(table, 2), efa(table, 2, missing="listwise")
    assert (pairwise.missing, listwise.missing) == ("pairwise", "listwise")
    assert listwise.n == len(table.dropna()) < pairwise.n < pairwise.n_rows == len(table)
    close(listwise.correlations, table.dropna().corr())
    declared = efa(table, 2, n=len(table))
    close(
        declared.chi_square / pairwise.chi_square,
        (200 - 1 - 21 / 6 - 4 / 3) / (pairwise.n - 1 - 21 / 6 - 4 / 3),
    )
    assert declared.n == 200


def test_one_factor_and_no_degrees_of_freedom():
    result = efa(numbers(1, p=4), 1)
    assert (result.rotation, result.n_starts, result.factors) == ("none", 0, ("F1",))
    assert repr(result).endswith("% of variance; 100% of 8 starts agree>")
    close(result.phi, [[1]])
    full = efa(numbers(1, p=3, m=1), 1)
    assert full.df == 0
    assert math.isnan(full.p_value)
    assert full.reason == "no degrees of freedom, as so many factors fit any correlations"
    assert full.rmsea_interval().reason == full.reason
    assert full.to_dict()["rmsea"] is None
    few = efa(as_sample(correlations(1, p=9, m=3), n=6), 3)
    assert few.reason == "n = 6 is too few for 9 items"


def test_a_result_can_be_shown_and_written():
    result = efa(numbers(2), 2, n_starts=3)
    assert repr(result).startswith(
        "<EFA of 8 items, 2 factors; minres, oblimin, pairwise, n = 200; chi-square(13) = "
    )
    assert repr(result).endswith("% of variance; 100% of 8 starts agree, of the rotation 100% of 3>")
    frame = result.to_frame()
    assert list(frame.columns) == ["F1", "F2", "communality", "uniqueness", "complexity"]
    close(
        frame["complexity"][list(result.names)],
        (result.loadings**2).sum(axis=1) ** 2 / (result.loadings**4).sum(axis=1),
    )
    assert (result.complexity >= 1).all()
    written = json.loads(result.to_json())
    close(written["loadings"], result.loadings)
    close(written["chi_square"], result.chi_square)
    assert written["rmsea_low"] <= written["rmsea"] <= written["rmsea_high"]
    assert '<th scope="row">q8</th>' in result._repr_html_()
    assert "Correlations of factors" in result._repr_html_()
    assert "Correlations of factors" not in efa(numbers(2), 2, rotation="varimax")._repr_html_()
    with pytest.raises(ValueError, match="read-only"):
        result.loadings[0, 0] = 0
    (low, high), outer = result.rmsea_interval(0.5), result.rmsea_interval()
    assert outer.low <= low <= high <= outer.high


# ------------------------------------------------------------------ R


@pytest.mark.parametrize(("name", "block"), EXACT)
def test_exact_solutions_are_those_of_r(shared: Path, name: str, block: str) -> None:
    table, values = oracle(shared, name, block)
    for missing in ("pairwise", "listwise"):
        for method in ("minres", "ml"):
            r = values[f"exact_{missing}"][method]
            result = efa(table, values["nfactors"], method=method, missing=missing, n_starts=3)
            close(result.objective, r["objective"], 1e-9)
            assert result.objective <= r["objective"] + 1e-12
            close(result.uniquenesses, list(r["uniquenesses"].values()), 1e-4)
            close(result.communalities, list(r["communality"].values()), 1e-4)
            oblimin = r["oblimin_gam0_nonormalize"]
            close(result.loadings, oblimin["loadings"]["values"], 1e-4)
            close(result.phi, oblimin["phi"]["values"], 1e-4)


def matched(loadings: Any, theirs: Any) -> list[int]:
    """Return which of their factors is each of ours."""
    ours, r = (columns / np.linalg.norm(columns, axis=0) for columns in (loadings, theirs))
    return [int(np.argmax(np.abs(column @ r))) for column in ours.T]


@pytest.mark.parametrize(("name", "block"), EXACT)
@pytest.mark.parametrize("method", ["minres", "ml"])
def test_fit_is_that_of_psych(shared: Path, name: str, block: str, method: Any) -> None:
    """The same statistics; psych stops its minres search early, which moves chi-square by up to 1e-3."""
    table, values = oracle(shared, name, block)
    m, n = values["nfactors"], values["n_pairwise_declared"]
    for rotation, tolerance in (("none", 1e-3), ("oblimin", 1e-3), ("varimax", 0.015)):
        r = values["psych_pairwise"][f"{method}_{rotation}"]
        result = efa(table, m, method=method, rotation=rotation, n=n, n_starts=3)
        assert result.df == r["dof"]
        for ours, theirs, within in (
            (result.discrepancy, r["objective"], 1e-5),
            (result.chi_square, r["STATISTIC"], 1e-3),
            (result.bic, r["BIC"], 1e-3),
            (result.tli, r["TLI"], 1e-6),
            ([result.rmsea, *result.rmsea_interval(0.90)], list(r["RMSEA"].values())[:3], 1e-6),
            ([result.rms, result.crms], [r["rms"], r["crms"]], 1e-6),
            (result.chi_empirical, r["chi_empirical"], 1e-2),
            (result.communalities, list(r["communality"].values()), 1e-3),
        ):
            close(ours, theirs, within)
        close(result.p_value, r["PVAL"], 0, 1e-3)
        theirs = np.array(r["loadings"]["values"])
        order = matched(result.loadings, theirs)
        assert sorted(order) == list(range(len(order)))
        close(np.abs(result.loadings), np.abs(theirs[:, order]), tolerance)
        if rotation == "oblimin":
            close(np.abs(result.phi), np.abs(np.array(r["phi"]["values"])[np.ix_(order, order)]), tolerance)
        explained = np.array(r["vaccounted"]["values"])
        close(result.variance, explained[0][order], 10 * tolerance)
        close(result.variance_share, explained[1][order], tolerance)


@pytest.mark.parametrize(("name", "block"), EXACT)
def test_likelihood_is_that_of_factanal(shared: Path, name: str, block: str) -> None:
    table, values = oracle(shared, name, block)
    for rotation, tolerance in (("varimax", 0.015), ("promax", 5e-3)):
        r = values["factanal_listwise"][rotation]
        result = efa(
            table, values["nfactors"], method="ml", rotation=rotation, missing="listwise", n_starts=3
        )
        assert result.df == r["dof"]
        close(result.chi_square, r["STATISTIC"], 1e-3)
        close(result.uniquenesses, list(r["uniquenesses"].values()), 1e-4)
        close(result.loadings, r["loadings"]["values"], 2 * tolerance)


# ------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"n_factors": 5}, "n_factors=5: 8 items have too few correlations .*; allowed: at most 4"),
        ({"n_factors": 0}, "n_factors=0 is not valid; allowed: a whole number of factors, at least 1"),
        ({"n_factors": 2.0}, r"n_factors=2\.0 is not valid; allowed: a whole number"),
        ({"method": "mle"}, "method='mle' is not valid; allowed: 'minres', 'ml'; did you mean 'ml'"),
        ({"method": "pa"}, "method='pa' is not valid; allowed: 'minres', 'ml'$"),
        ({"rotation": "oblimim"}, "rotation='oblimim' is not valid; allowed: .*; did you mean 'oblimin'"),
        (
            {"missing": "fiml"},
            "missing='fiml' is not available for exploratory methods; allowed: 'pairwise', 'listwise'",
        ),
        ({"n": 1}, "n=1 is not valid; allowed: a whole number of persons, at least 3"),
        ({"items": "q1"}, "items='q1' is not valid; allowed: a list of items"),
        ({"items": ["q1", "q2", "q1"]}, "items: 'q1' is named twice"),
        ({"items": ["q1", "q2"]}, "2 items: the method needs at least 3"),
        (
            {"rotation": "target", "target": np.zeros((2, 2))},
            r"target has shape \(2, 2\), and the loadings have \(8, 2\)",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(options, told):
    with pytest.raises(EstimationError, match=told):
        efa(numbers(0), **({"n_factors": 2} | options))


def test_correlations_may_hold_fewer_factors():
    r = np.corrcoef(numbers(3, n=5, p=12, m=2), rowvar=False)
    few = covariances_as_sample(r, n=5, names=list("abcdefghijkl"))
    with pytest.raises(
        EstimationError, match="n_factors=7: these correlations have only 4 factors with loadings"
    ):
        efa(few, 7)


def test_a_rotation_that_does_not_settle_is_told(monkeypatch):
    for name in ("_STEPS", "_NEWTON", "_POLISHING"):
        monkeypatch.setattr(criteria, name, 1)
    with pytest.raises(
        NotConvergedError, match="the geomin rotation of 2 factors did not converge; extract fewer"
    ):
        efa(numbers(0), 2, rotation="geomin")
    target = np.where(np.arange(16).reshape(8, 2) % 3 == 0, 0.0, np.nan)
    with pytest.raises(NotConvergedError, match="or a target that specifies more loadings"):
        efa(numbers(0), 2, rotation="target", target=target)
