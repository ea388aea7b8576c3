"""The likelihood of measurement models and its derivatives, against the plainest ways to write them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from intimacy_scales.factor import Model, cfa
from intimacy_scales.factor.confirmatory.estimation.discrepancies.mlr import first_order_information
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.likelihood import person_scores
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance, mean_covariance_of
from intimacy_scales.factor.confirmatory.estimation.problem import Problem
from intimacy_scales.factor.confirmatory.estimation.problem_of_table import problem_of
from intimacy_scales.factor.confirmatory.estimation.reference_models import independence, saturated
from intimacy_scales.factor.confirmatory.estimation.saturated_information import score_to_information
from intimacy_scales.factor.confirmatory.estimation.solution import fit_of, solve
from intimacy_scales.factor.confirmatory.estimation.starts import start_values
from intimacy_scales.factor.confirmatory.model.table import ParameterTable, parameter_table
from intimacy_scales.factor.reading import read_samples
from intimacy_scales.factor.sample import SampleMoments
from tests.reference.oracles import Reference

pytestmark = pytest.mark.long

Array = NDArray[np.float64]

TWO = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6"
SECOND = "f =~ x1 + x2; g =~ x3 + x4; h =~ x5 + x6; t =~ f + g + h"
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "two factors": (TWO, {}),
    "means": (TWO, {"with_means": True}),
    "cross-loading, residual covariances": (f"{TWO}; f =~ x4; x1 ~~ x5; x2 ~~ x3", {}),
    "fixed factors": (f"{TWO}; x1 ~~ x4", {"identification": "fixed_factor", "with_means": True}),
    "second order": (SECOND, {}),
    "second order, disturbances, means": (f"{SECOND}; f ~~ g; x1 ~ 0*1; f ~ 1; x3 ~ 1*1; t ~ 1", {}),
    "third order": ("f =~ x1 + x2 + x3; g =~ x4 + x5; t =~ f + g; u =~ t + x6; u ~ 1", {"with_means": True}),
    "bifactor": ("t =~ x1 + x2 + x3 + x4 + x5 + x6; f =~ x1 + x2 + x3; t ~~ 0*f", {}),
    "equal parameters": (
        "f =~ x1 + a*x2 + a*x3; g =~ x4 + b*x5 + x6; a == b; x1 ~~ e*x1; x4 ~~ e*x4; x1 ~~ c*x2"
        "; x4 ~~ c*x5; x1 ~ m*1; x2 ~ m*1; f ~~ 4*f; x3 ~~ 1.5*x3",
        {},
    ),
    "two groups": (TWO, {"n_groups": 2}),
    "two groups, equal": (
        f"{TWO}; x1 ~~ x6",
        {"n_groups": 2, "equal": ("loadings", "intercepts", "residuals"), "with_means": True},
    ),
    "three groups, some equal": (
        "f =~ x1 + c(a, a, b)*x2 + x3; x4 =~ x5 + x6; x3 ~~ c(1, NA, 0.5)*x3",
        {"n_groups": 3, "with_means": True, "identification": "fixed_factor"},
    ),
}
CASES = [(name, missing) for name in MODELS for missing in ("listwise", "fiml")]
each_case = pytest.mark.parametrize(("name", "missing"), CASES)


@dataclass(frozen=True)
class Case:
    table: ParameterTable
    samples: tuple[SampleMoments, ...]
    problem: Problem
    values: Array

    @property
    def n_moments(self) -> int:
        """Variances, covariances, and means if the model has them."""
        p = len(self.table.model.observed)
        return p * (p + 1) // 2 + (p if self.table.with_means else 0)

    def rows(self, group: int) -> Array:
        rows = self.samples[group].rows
        assert rows is not None
        return rows


@functools.cache
def case(name: str, missing: Any, seed: int = 0, n: int = 40) -> Case:
    """A model, skewed answers in different units, and parameters somewhere near."""
    text, options = MODELS[name]
    model = Model.from_text(text)
    rng = np.random.default_rng([seed, *name.encode()])
    groups, p = options.get("n_groups", 1), len(model.observed)
    common = rng.normal(size=(n * groups, 1)) + rng.normal(size=(n * groups, 3)).repeat(2, axis=1)[:, :p]
    rows = 1.5 * common + rng.gumbel(size=(n * groups, p)) * np.linspace(0.7, 1.3, p) + np.arange(p)
    if missing == "fiml":
        rows[rng.random(rows.shape) < 0.2] = np.nan
        rows[:2] = np.nan
        rows[0, 1] = 1.5
    labels = None if groups == 1 else np.repeat(np.arange(groups), n)
    answers = pd.DataFrame(rows, columns=list(model.observed))
    samples = read_samples(answers, model.observed, missing=missing, groups=labels)
    table = parameter_table(model, **options | ({"with_means": True} if missing == "fiml" else {}))
    start = start_values(table, samples)
    values = start + (0.1 * start + 0.05) * rng.normal(size=len(start))
    return Case(table, samples, problem_of(table, samples), values)


def evaluate(c: Case, values: Array) -> Any:
    return c.problem.evaluate(values)


def slopes(function: Callable[[Array], Any], at: Array, step: float = 1e-5) -> Array:
    """Central differences, one row for each parameter."""
    found = []
    for unit in np.eye(len(at)):
        h = step * max(1.0, abs(float(at @ unit)))
        found.append((np.asarray(function(at + h * unit)) - function(at - h * unit)) / (2 * h))
    return np.array(found)


# ------------------------------------------------------------------ the plainest ways to write them


def implied(table: ParameterTable, values: Array, group: int) -> tuple[Array, Array]:
    """Means and covariances, from what each parameter is called."""
    items, factors = list(table.model.observed), list(table.model.latent)
    names = items + factors
    size = len(names)
    paths, spread, level = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    for p in table.of_group(group):
        value = values[p.free] if p.free >= 0 else p.fixed
        assert value is not None
        i = names.index(p.lhs)
        if p.op == "=~":
            paths[names.index(p.rhs), i] = value
        elif p.op == "~~":
            j = names.index(p.rhs)
            spread[i, j] = spread[j, i] = value
        else:
            level[i] = value
    total = np.linalg.inv(np.eye(size) - paths)
    keep = slice(len(items))
    return (total @ level)[keep], (total @ spread @ total.T)[keep, keep]


def centred(c: Case, values: Array, group: int) -> tuple[Array, Array]:
    """The same; where means are no part of the model, those observed."""
    means, covariances = implied(c.table, values, group)
    return (means if c.table.with_means else c.rows(group).mean(axis=0)), covariances


def duplication(p: int) -> Array:
    """D with vec(A) = D vech(A), A symmetric."""
    pairs = [(i, j) for j in range(p) for i in range(j, p)]
    found = np.zeros((p * p, len(pairs)))
    for k, (i, j) in enumerate(pairs):
        found[i * p + j, k] = found[j * p + i, k] = 1
    return found


def vech(matrix: Array) -> Array:
    p = len(matrix)
    return np.array([matrix[i, j] for j in range(p) for i in range(j, p)])


def moments_of(c: Case, values: Array, group: int) -> Array:
    """vech of the implied covariances, then means."""
    means, covariances = implied(c.table, values, group)
    return np.concatenate([vech(covariances), means])


def inverse_of(covariances: Array, there: NDArray[np.bool_]) -> Array:
    """The inverse of some rows and columns, in its place, 0 elsewhere."""
    select = np.eye(len(there))[there]
    found: Array = select.T @ np.linalg.inv(select @ covariances @ select.T) @ select
    return found


def moment_scores(rows: Array, means: Array, covariances: Array) -> Array:
    """Each person's derivative of logL by vech of the covariances, then means."""
    p, d = len(means), duplication(len(means))
    found = np.zeros((len(rows), d.shape[1] + p))
    there = ~np.isnan(rows)
    for kind in np.unique(there, axis=0):
        own = (there == kind).all(axis=1)
        inverse = inverse_of(covariances, kind)
        reach = np.where(kind, rows[own] - means, 0.0) @ inverse
        half = (reach[:, :, None] * reach[:, None, :] - inverse) / 2
        found[own] = np.hstack([half.reshape(-1, p * p) @ d, reach])
    return found


# ------------------------------------------------------------------ likelihood and derivatives


@each_case
def test_likelihood_is_that_of_each_person(name: str, missing: str) -> None:
    c = case(name, missing)
    naive = 0.0
    for group in range(c.table.n_groups):
        means, covariances = centred(c, c.values, group)
        for row in c.rows(group):
            there = ~np.isnan(row)
            normal = stats.multivariate_normal(means[there], covariances[np.ix_(there, there)])
            naive += float(normal.logpdf(row[there]))
    ours = c.problem.discrepancy.log_likelihood(c.problem, evaluate(c, c.values).value)
    assert ours == pytest.approx(naive, rel=1e-11)


@each_case
def test_gradient(name: str, missing: str) -> None:
    c = case(name, missing)
    numeric = slopes(lambda v: evaluate(c, v).value, c.values)
    np.testing.assert_allclose(evaluate(c, c.values).gradient, numeric, rtol=1e-6, atol=1e-8)


@each_case
def test_observed_information(name: str, missing: str) -> None:
    c = case(name, missing)
    numeric = slopes(lambda v: evaluate(c, v).gradient, c.values)
    ours = c.problem.observed_information(evaluate(c, c.values))
    np.testing.assert_allclose(ours, numeric, rtol=1e-6, atol=1e-7)


@each_case
def test_expected_information_is_the_textbooks(name: str, missing: str) -> None:
    """``Delta' D' (inverse x inverse) D Delta / 2`` and means, person by person."""
    c = case(name, missing)
    p = len(c.table.model.observed)
    pairs, d = p * (p + 1) // 2, duplication(p)
    total = np.zeros((c.table.n_free,) * 2)
    for group in range(c.table.n_groups):
        covariances = implied(c.table, c.values, group)[1]
        delta = slopes(lambda v, g=group: moments_of(c, v, g), c.values).T
        kinds, counts = np.unique(~np.isnan(c.rows(group)), axis=0, return_counts=True)
        for there, count in zip(kinds, counts, strict=True):
            inverse = inverse_of(covariances, there)
            weights = d.T @ np.kron(inverse, inverse) @ d / 2
            own = delta[:pairs].T @ weights @ delta[:pairs]
            if c.table.with_means:
                own += delta[pairs:].T @ inverse @ delta[pairs:]
            total += count / c.problem.n * own
    ours = c.problem.expected_information(evaluate(c, c.values))
    np.testing.assert_allclose(ours, total, rtol=1e-5, atol=1e-7)


@each_case
def test_scores_are_each_persons_slopes_and_add_up_to_the_gradient(name: str, missing: str) -> None:
    c = case(name, missing)
    at, total = evaluate(c, c.values), np.zeros(c.table.n_free)
    for group, (part, basis, fit) in enumerate(zip(c.problem.groups, at.bases, at.fits, strict=True)):
        own = person_scores(part.structure, basis, part.moments, fit)
        scores = np.array([part.collect(row, c.table.n_free) for row in own])
        kept = c.n_moments
        delta = slopes(lambda v, g=group: moments_of(c, v, g), c.values)[:, :kept]
        numeric = moment_scores(c.rows(group), *centred(c, c.values, group))[:, :kept] @ delta.T
        # persons come by which variables they answered
        order, theirs = (np.lexsort(x.round(4).T) for x in (scores, numeric))
        np.testing.assert_allclose(scores[order], numeric[theirs], rtol=1e-6, atol=1e-6)
        total += scores.sum(axis=0)
    np.testing.assert_allclose(-total / c.problem.n, at.gradient, atol=1e-10)


@pytest.mark.parametrize("name", ["cross-loading, residual covariances", "second order, disturbances, means"])
def test_expected_information_is_the_mean_product_of_scores(name: str) -> None:
    """In answers that the model itself makes, some of them missing."""
    c = case(name, "fiml")
    means, covariances = implied(c.table, c.values, 0)
    rng = np.random.default_rng(3)
    rows = rng.multivariate_normal(means, covariances, size=60_000)
    rows[:30_000, 2] = np.nan
    names = list(c.table.model.observed)
    sample = read_samples(pd.DataFrame(rows, columns=names), names, missing="fiml")
    problem = problem_of(c.table, sample)
    at = problem.evaluate(c.values)
    assert at is not None
    products, expected = first_order_information(problem, at), problem.expected_information(at)
    scale = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))
    np.testing.assert_allclose(products / scale, expected / scale, atol=0.05)
    observed = problem.observed_information(at)
    np.testing.assert_allclose(observed / scale, expected / scale, atol=0.05)


# ------------------------------------------------------------------ without any model


def naive_em(rows: Array) -> tuple[Array, Array]:
    means, covariances = np.nanmean(rows, axis=0), np.diag(np.nanvar(rows, axis=0))
    for _ in range(1000):
        first, second = np.zeros(len(means)), np.zeros_like(covariances)
        for row in rows:
            there, gone = ~np.isnan(row), np.isnan(row)
            filled, spread = row.copy(), np.zeros_like(covariances)
            inverse = np.linalg.inv(covariances[np.ix_(there, there)])
            weights = covariances[np.ix_(gone, there)] @ inverse
            filled[gone] = means[gone] + weights @ (row[there] - means[there])
            spread[np.ix_(gone, gone)] = (
                covariances[np.ix_(gone, gone)] - weights @ covariances[np.ix_(there, gone)]
            )
            first += filled
            second += np.outer(filled, filled) + spread
        before = covariances
        means = first / len(rows)
        covariances = second / len(rows) - np.outer(means, means)
        if np.abs(covariances - before).max() < 1e-8:
            break
    return means, covariances


@pytest.mark.parametrize(("seed", "share"), [(1, 0.1), (2, 0.3)])
def test_saturated_moments_are_those_of_plain_em(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    rows = 3 * rng.normal(size=(50, 4)) @ (np.eye(4) + rng.normal(size=(4, 4)) / 2) + 50
    rows[rng.random(rows.shape) < share] = np.nan
    rows = rows[~np.isnan(rows).all(axis=1)]
    means, covariances = naive_em(rows)
    found = saturated(moments_of_rows(rows))
    np.testing.assert_allclose(found.means, means, atol=1e-4)
    np.testing.assert_allclose(found.covariances, covariances, atol=1e-3)


def moments_of_rows(rows: Array) -> MeanCovariance:
    names = [f"x{i}" for i in range(rows.shape[1])]
    sample = read_samples(pd.DataFrame(rows, columns=names), names, missing="fiml")[0]
    return mean_covariance_of(sample, with_means=True)


def test_saturated_moments_are_rs(shared: Path) -> None:
    reference = Reference.read(shared, "small")
    theirs = reference.values["sat_act"]["fiml_saturated"]
    names = list(theirs["mean"])
    table = pd.read_csv(reference.folder / "sat_act.csv")
    result = cfa(f"f =~ {' + '.join(names)}", table, missing="fiml")
    assert result.fit.saturated_log_likelihood == pytest.approx(theirs["logl"], abs=1e-4)
    whole = result.solution.saturated[0]
    np.testing.assert_allclose(whole.means, list(theirs["mean"].values()), rtol=1e-6)
    np.testing.assert_allclose(whole.covariances, theirs["cov"]["values"], rtol=1e-5)


# ------------------------------------------------------------------ robust errors and tests

ROBUST = ["means", "cross-loading, residual covariances", "equal parameters", "two groups, equal"]


@pytest.mark.parametrize(("name", "missing"), [*itertools.product(ROBUST, ("listwise", "fiml"))])
def test_robust_errors_and_tests_from_explicit_matrices(name: str, missing: str) -> None:
    c = case(name, missing, seed=1, n=80)
    solution = solve(c.table, c.samples, discrepancy=discrepancy_of("MLR", missing))
    at, p, kept = solution.at.values, len(c.table.model.observed), c.n_moments
    n, whole_trace = c.problem.n, 0.0
    meat = np.zeros((c.table.n_free,) * 2)
    for group, whole in enumerate(solution.saturated):
        rows = c.rows(group)
        scores = moment_scores(rows, whole.means, whole.covariances)[:, :kept]
        start = np.concatenate([vech(whole.covariances), whole.means])

        def mean_score(v: Array, rows: Array = rows) -> Array:
            covariances = (duplication(p) @ v[:-p]).reshape(p, p)
            return moment_scores(rows, v[-p:], covariances).sum(axis=0)

        information = -slopes(mean_score, start)[:kept, :kept]
        whole_trace += np.trace(np.linalg.solve(information, scores.T @ scores))
        delta = slopes(lambda v, g=group: moments_of(c, v, g), at)[:, :kept]
        own = moment_scores(rows, *centred(c, at, group))[:, :kept] @ delta.T
        meat += own.T @ own / n
    bread = slopes(lambda v: evaluate(c, v).gradient, at)
    inverse = np.linalg.inv(bread)
    np.testing.assert_allclose(solution.covariance, inverse @ meat @ inverse / n, rtol=1e-3, atol=1e-6)
    fit = fit_of(solution)
    factor = (whole_trace - np.trace(inverse @ meat)) / fit.df
    assert fit.scaled is not None
    assert fit.scaled.scaling_factor == pytest.approx(factor, rel=1e-4)
    assert fit.scaled.chi_square == pytest.approx(fit.chi_square / factor, rel=1e-4)
    base = sum(baseline_trace(c, group) for group in range(c.table.n_groups))
    baseline_factor = (whole_trace - base) / fit.baseline_df
    assert fit.scaled.baseline_scaling_factor == pytest.approx(baseline_factor, rel=1e-4)


def baseline_trace(c: Case, group: int) -> float:
    """tr(B A^-1) of the model of means and variances alone."""
    total = 0.0
    for column in c.rows(group).T:
        x = column[~np.isnan(column)]
        scores = moment_scores(x[:, None], np.array([x.mean()]), np.array([[x.var()]]))
        information = np.diag([len(x) / (2 * x.var() ** 2), len(x) / x.var()])
        kept = 2 if c.table.with_means else 1
        own = (scores.T @ scores)[:kept, :kept]
        total += np.trace(np.linalg.solve(information[:kept, :kept], own))
    return total


@pytest.mark.parametrize("offset", [1e3, 1e6, 1e8])
def test_baseline_and_saturated_do_not_depend_on_where_zero_is(offset: float) -> None:
    rows = np.random.default_rng(2).normal(size=(200, 5)) + offset
    for gaps in (False, True):
        if gaps:
            rows[:40, 0] = np.nan
        moments = moments_of_rows(rows)
        base = sum(len(x) * (np.log(x.var()) + 1) for x in (c[~np.isnan(c)] for c in rows.T)) / 400
        assert independence(moments).value == pytest.approx(base, abs=1e-6)
        whole = saturated(moments)
        plain = moments_of_rows(rows - offset)
        assert whole.value == pytest.approx(saturated(plain).value, abs=1e-6)
        ratio = score_to_information(plain, saturated(plain))
        assert score_to_information(moments, whole) == pytest.approx(ratio, rel=1e-6)
