"""Generalized and unweighted least squares: lavaan's values, and other ways to the same."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from intimacy_scales.factor import cfa, covariances_as_sample
from intimacy_scales.factor.confirmatory.estimation.discrepancies.gls import GLS
from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancies.uls import ULS
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.problem import Problem
from tests.shared.least_squares_values import (
    CASES,
    TWO,
    Array,
    column,
    complete,
    each_estimator,
    fitted,
    paired,
)

UNEQUAL = "groups of different sizes, equal loadings"
each_case = pytest.mark.parametrize("name", CASES)
CLOSE = 1e-7

# ------------------------------------------------------------------ lavaan's values


@each_case
@each_estimator
def test_estimates_are_lavaans(name: str, estimator: str) -> None:
    result, theirs = fitted(name, estimator), CASES[name][estimator]["parameters"]
    rows = paired(result, theirs)
    np.testing.assert_allclose(column(result, "estimate"), np.array(theirs["est"])[rows], atol=CLOSE)
    np.testing.assert_allclose(column(result, "std_all"), np.array(theirs["std.all"])[rows], atol=CLOSE)


@pytest.mark.parametrize("name", [name for name in CASES if name != UNEQUAL])
@each_estimator
def test_standard_errors_are_lavaans(name: str, estimator: str) -> None:
    result, theirs = fitted(name, estimator), CASES[name][estimator]["parameters"]
    ours = np.nan_to_num(column(result, "se"))
    np.testing.assert_allclose(ours, np.array(theirs["se"])[paired(result, theirs)], atol=CLOSE)


@each_estimator
def test_lavaan_counts_other_persons_in_errors_of_groups(
    estimator: str,
) -> None:
    """Shares n_g / n of n - G persons, where the discrepancy of both counts n_g - 1."""
    solution, theirs = fitted(UNEQUAL, estimator).solution, CASES[UNEQUAL][estimator]["parameters"]
    problem, at, kind = solution.problem, solution.at, solution.discrepancy
    bread, meat = np.zeros((2, problem.n_free, problem.n_free))
    for group, basis, fit in zip(problem.groups, at.bases, at.fits, strict=True):
        share = group.moments.n / problem.n / group.moments.shrinkage
        own = kind.expected_information(group.structure, basis, group.moments, fit)
        bread += share * group.collect_square(own, problem.n_free)
        alone = Problem(groups=(group,), n_free=problem.n_free, discrepancy=kind)
        here = replace(at, bases=(basis,), fits=(fit,))
        inference = kind.inference(alone, here, np.eye(problem.n_free), bread, (), ())
        meat += share * alone.n * inference.covariance
    inverse = np.linalg.inv(bread)
    covariance = (inverse if estimator == "GLS" else inverse @ meat @ inverse) / (problem.n - 2)
    free = np.array([p.free for p in solution.table.parameters])
    expected = np.where(free >= 0, np.sqrt(covariance.diagonal())[free], 0.0)
    rows = paired(fitted(UNEQUAL, estimator), theirs)
    np.testing.assert_allclose(expected, np.array(theirs["se"])[rows], atol=CLOSE)
    ours = np.nan_to_num(column(fitted(UNEQUAL, estimator), "se"))
    assert 1e-4 < np.abs(ours - expected).max() < 0.01 * expected.max()


@pytest.mark.parametrize("name", [name for name in CASES if name != UNEQUAL])
def test_observed_information_of_gls_is_lavaans_but_for_its_persons(name: str) -> None:
    """lavaan's takes (n - 1) / n twice."""
    result = fitted(name, "GLS", "observed")
    theirs = np.array(CASES[name]["GLS"]["se_observed"])[paired(result, CASES[name]["GLS"]["parameters"])]
    factor = math.sqrt(result.n / (result.n - max(1, len(result.groups))))
    np.testing.assert_allclose(factor * np.nan_to_num(column(result, "se")), theirs, rtol=2e-5, atol=1e-6)


@each_case
def test_fit_of_gls_is_lavaans(name: str) -> None:
    fit, theirs = fitted(name, "GLS").fit, CASES[name]["GLS"]["fit"]
    low, high = fit.rmsea_interval()
    ours = {
        "npar": fit.n_parameters, "chisq": fit.chi_square, "df": fit.df, "pvalue": fit.p_value,
        "baseline.chisq": fit.baseline_chi_square, "baseline.df": fit.baseline_df, "cfi": fit.cfi,
        "tli": fit.tli, "rmsea": fit.rmsea, "rmsea.ci.lower": low, "rmsea.ci.upper": high,
        "rmsea.pvalue": fit.close_fit_p(), "srmr": fit.srmr,
    }  # fmt: skip
    assert set(theirs) == set(ours)
    for index, value in theirs.items():
        expected = math.nan if value is None else value
        within = 1e-6 if index.startswith("rmsea") else 1e-8
        assert ours[index] == pytest.approx(expected, rel=within, abs=within, nan_ok=True), index


@each_case
def test_test_of_uls_is_lavaans_residual_based_one(name: str) -> None:
    fit, theirs = fitted(name, "ULS").fit, CASES[name]["ULS"]
    assert (fit.chi_square, fit.df) == (pytest.approx(theirs["chisq"], rel=1e-8, abs=1e-8), theirs["df"])
    assert fit.baseline_chi_square == pytest.approx(theirs["baseline.chisq"], rel=1e-9)
    assert fit.srmr == pytest.approx(theirs["srmr"], abs=1e-9)
    if fit.df:
        assert fit.p_value == pytest.approx(theirs["pvalue"], abs=1e-8)


@each_case
def test_what_uls_minimizes_is_lavaans_default_test(name: str) -> None:
    solution, theirs = fitted(name, "ULS").solution, CASES[name]["ULS"]["default"]
    least = 2 * solution.problem.n * solution.at.value * solution.discrepancy.unit**2
    assert least == pytest.approx(theirs["chisq"], rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if "modification" in case["GLS"]])
def test_modification_indices_of_gls_are_lavaans_but_for_its_persons(name: str) -> None:
    """lavaan's are (n - 1) / n of how far chi-square would fall, and so are its changes."""
    ours = {(m.lhs, m.op, m.rhs): m for m in fitted(name, "GLS").modification_indices()}
    theirs, count, factor = CASES[name]["GLS"]["modification"], 0, 399 / 400
    for lhs, op, rhs, index, change in zip(
        *(theirs[c] for c in ("lhs", "op", "rhs", "mi", "epc")), strict=True
    ):
        found = ours.get((lhs, op, rhs)) or ours.get((rhs, op, lhs))
        if found is None or index is None or found.released:
            continue
        assert factor * found.index == pytest.approx(index, rel=1e-7, abs=1e-9), (lhs, op, rhs)
        assert factor * found.expected_change == pytest.approx(change, rel=1e-7, abs=1e-9), (lhs, op, rhs)
        count += 1
    assert count > 10


def test_errors_of_uls_do_not_depend_on_the_units() -> None:
    """Why ours are others: of answers in units ten times as fine, loadings are ten times as high."""
    options: dict[str, Any] = {"estimator": "ULS", "identification": "fixed_factor"}
    one = cfa(TWO, complete(), **options)
    fine = complete().assign(**{i: 10 * complete()[i] for i in one.model.observed})
    other = cfa(TWO, fine, **options, on_invalid="accept")
    loadings = [n for n, p in enumerate(one.parameters) if p.op == "=~"]
    for name in ("estimate", "se"):
        scaled = 10 * column(one, name)[loadings]
        np.testing.assert_allclose(column(other, name)[loadings], scaled, rtol=1e-7)
    assert other.fit.chi_square == pytest.approx(one.fit.chi_square, rel=1e-9)
    default = np.array(CASES["two factors"]["ULS"]["default"]["se"])
    own = np.array(CASES["two factors"]["ULS"]["parameters"]["se"])
    assert np.abs(default - own).max() > 0.05


# ------------------------------------------------------------------ other ways to the same


@given(st.lists(st.floats(0.3, 1.5), min_size=6, max_size=6), st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_three_items_have_one_solution_in_closed_form(values: list[float], seed: int) -> None:
    """Loadings squared are s12 s13 / s23, by every estimator, whatever the residual variances become."""
    loadings, residuals = np.array(values[:3]), np.array(values[3:])
    s = np.outer(loadings, loadings) + np.diag(residuals)
    sample = covariances_as_sample(s, n=200 + seed % 7, names=["a", "b", "c"])
    for estimator in ("ULS", "GLS"):
        result = cfa("f =~ a + b + c", sample, estimator=estimator, identification="fixed_factor")  # type: ignore[arg-type]
        assert column(result, "estimate")[:3] ** 2 == pytest.approx(
            [s[0, 1] * s[0, 2] / s[1, 2], s[0, 1] * s[1, 2] / s[0, 2], s[0, 2] * s[1, 2] / s[0, 1]], rel=1e-6
        )
        assert (result.fit.df, result.fit.chi_square) == (0, pytest.approx(0, abs=1e-9))


def implied(values: Array) -> Array:
    """Two factors of variance 1 behind three items each."""
    loadings = np.zeros((6, 2))
    loadings[:3, 0], loadings[3:, 1] = values[:3], values[3:6]
    phi = np.array([[1, values[12]], [values[12], 1]])
    return loadings @ phi @ loadings.T + np.diag(values[6:12])


@each_estimator
def test_scipy_finds_the_same_least_squares(estimator: str) -> None:
    items = ["tru01", "tru04", "tru11", "com01", "com04", "com10"]
    s = np.cov(complete()[items].to_numpy(dtype=float).T)
    root = np.linalg.cholesky(np.linalg.inv(s))
    i, j = np.tril_indices(6)

    def residuals(values: Array) -> Array:
        left = s - implied(values)
        if estimator == "ULS":  # each covariance twice, as Jöreskog has it: the same where variances are met
            return left.ravel()
        return (root.T @ left @ root).ravel() / math.sqrt(2)

    start = np.concatenate([np.full(6, 0.7), np.diag(s) / 2, [0.3]])
    found = optimize.least_squares(residuals, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    result = cfa(TWO, complete(), estimator=estimator, identification="fixed_factor")  # type: ignore[arg-type]
    order = {"f =~": 0, "g =~": 3}
    ours = np.concatenate(
        [
            [p.estimate for p in result.parameters if p.name.startswith(start_)]
            for start_ in (*order, *(f"{item} ~~" for item in items), "f ~~ g")
        ]
    )
    np.testing.assert_allclose(ours, found.x, atol=1e-6)
    n = len(complete())
    if estimator == "GLS":
        assert result.fit.chi_square == pytest.approx(2 * (n - 1) * found.cost, rel=1e-9)
    # Browne's test and errors by explicit matrices of all pairs of pairs
    jacobian = numeric(lambda v: implied(v)[i, j], found.x)
    pairs = np.array([*zip(i, j, strict=True)])
    gamma = np.array([[s[a, c] * s[b, d] + s[a, d] * s[b, c] for c, d in pairs] for a, b in pairs])
    weight = np.linalg.inv(gamma) if estimator == "GLS" else np.eye(len(gamma))
    bread = np.linalg.inv(jacobian.T @ weight @ jacobian)
    covariance = bread @ jacobian.T @ weight @ gamma @ weight @ jacobian @ bread / (n - 1)
    errors = np.sqrt(covariance.diagonal())
    np.testing.assert_allclose(
        sorted(result.solution.covariance.diagonal() ** 0.5), sorted(errors), rtol=1e-5
    )
    complement = np.linalg.svd(jacobian)[0][:, len(found.x) :]
    left = complement.T @ (s - implied(found.x))[i, j]
    test = (n - 1) * left @ np.linalg.solve(complement.T @ gamma @ complement, left)
    assert result.fit.chi_square == pytest.approx(test, rel=1e-6)


def numeric(function: Any, at: Array, step: float = 1e-6) -> Array:
    """Central differences (n_values, n_parameters)."""
    return np.array([(function(at + h) - function(at - h)) / (2 * step) for h in step * np.eye(len(at))]).T


@pytest.mark.parametrize("name", ["equal means", "second order", "groups of one size, equal loadings"])
@each_estimator
def test_derivatives_are_those_of_finite_differences(name: str, estimator: str) -> None:
    solution = fitted(name, estimator).solution
    problem = solution.problem
    values = solution.at.values * 1.05 + 0.02

    def at(v: Array) -> Any:
        found = problem.evaluate(v)
        assert found is not None
        return found

    scale = np.sqrt(problem.expected_information(at(values)).diagonal())
    gradient = numeric(lambda v: np.array([at(v).value]), values)[0]
    np.testing.assert_allclose(at(values).gradient / scale, gradient / scale, atol=1e-7)
    hessian = numeric(lambda v: at(v).gradient, values)
    units = np.outer(scale, scale)
    np.testing.assert_allclose(problem.observed_information(at(values)) / units, hessian / units, atol=1e-6)


@pytest.mark.parametrize("discrepancy", [ML(), GLS(), ULS(unit=1.7)], ids=["ML", "GLS", "ULS"])
def test_partial_information_is_part_of_the_whole(discrepancy: Discrepancy) -> None:
    solution = fitted("equal means", "GLS").solution
    (part,) = solution.problem.groups
    basis = solution.at.bases[0]
    fit = discrepancy.fitted(part.moments, basis.covariances, basis.means)
    assert fit is not None
    whole = discrepancy.expected_information(part.structure, basis, part.moments, fit)
    complement, own = discrepancy.information_of_added(part.structure, basis, part.moments, fit, 5)
    np.testing.assert_allclose(complement, whole[5:, :5], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(own, whole.diagonal()[5:], rtol=1e-10)


def test_modification_indices_of_uls_are_what_its_test_would_lose() -> None:
    """Of a parameter that is added at the same residuals, by explicit matrices."""
    result = fitted("two factors", "ULS")
    solution = result.solution
    (part,), (basis,) = solution.problem.groups, solution.at.bases
    s, i, j = part.moments.unbiased, *np.tril_indices(6)
    pairs = [*zip(i, j, strict=True)]
    gamma = np.array([[s[a, c] * s[b, d] + s[a, d] * s[b, c] for c, d in pairs] for a, b in pairs])

    def moments(values: Array) -> Array:
        found = part.structure.basis(part.values(values)).covariances
        return np.asarray(found[i, j])

    jacobian = numeric(moments, solution.at.values)

    def left(slopes: Array) -> float:
        complement = np.linalg.svd(slopes)[0][:, slopes.shape[1] :]
        r = complement.T @ (s - basis.covariances)[i, j]
        return float((result.n - 1) * r @ np.linalg.solve(complement.T @ gamma @ complement, r))

    assert left(jacobian) == pytest.approx(result.fit.chi_square, rel=1e-6)
    items, count = result.model.observed, 0
    for index in result.modification_indices():
        if index.op == "~~" and index.lhs in items:
            one, other = sorted((items.index(index.lhs), items.index(index.rhs)), reverse=True)
            extra = np.array([float((a, b) == (one, other)) for a, b in pairs])
            fall = left(jacobian) - left(np.column_stack([jacobian, extra]))
            assert index.index == pytest.approx(fall, rel=1e-5, abs=1e-7)
            count += 1
    assert count == 15


@pytest.mark.long
def test_tests_and_errors_hold_in_normal_answers() -> None:
    """Mean chi-squares near df, and intervals that hold the loadings about as often as they say."""
    chance = np.random.default_rng(5)
    values = np.array([0.9, 0.8, 0.7, 0.6, 0.8, 1.0, 0.5, 0.6, 0.7, 0.8, 0.4, 0.6, 0.4])
    names = [f"x{n}" for n in range(6)]
    model = "f =~ x0 + x1 + x2\ng =~ x3 + x4 + x5"
    tests: dict[str, list[float]] = {"GLS": [], "ULS": []}
    held: dict[str, list[bool]] = {"GLS": [], "ULS": []}
    for _ in range(40):
        rows = pd.DataFrame(chance.multivariate_normal(np.zeros(6), implied(values), size=500), columns=names)
        for estimator, found in tests.items():
            options: dict[str, Any] = {"estimator": estimator, "identification": "fixed_factor"}
            result = cfa(model, rows, **options)
            found.append(result.fit.chi_square)
            intervals = [p.confidence_interval() for p in result.parameters[:6]]
            held[estimator] += [i.low < true < i.high for i, true in zip(intervals, values[:6], strict=True)]
    for estimator, found in tests.items():
        assert stats.kstest(found, stats.chi2(8).cdf).pvalue > 0.01
        assert np.mean(held[estimator]) == pytest.approx(0.95, abs=0.035)
