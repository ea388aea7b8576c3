"""Many patterns of missing answers at once: the same as one by one, at a fraction of the cost."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import cfa
from intimacy_scales.factor.confirmatory.estimation.likelihood import (
    average_information,
    expected_information,
    fitted,
    observed_information,
)
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import mean_covariance_of
from intimacy_scales.factor.confirmatory.estimation.pattern_likelihood import stack_of
from intimacy_scales.factor.confirmatory.estimation.patterns import patterns_of
from intimacy_scales.factor.confirmatory.estimation.reference_models import saturated
from intimacy_scales.factor.confirmatory.estimation.saturated_information import PersonTerms
from intimacy_scales.factor.confirmatory.model.structure import Structure
from intimacy_scales.factor.reading import of_rows


def answers(n, p, share, *, m=1, seed=1, distinct=None):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, m)) * 0.8 + 0.6 * rng.normal(size=(n, 1))
    x = 0.7 * np.repeat(common, p // m, axis=1) + 0.7 * rng.normal(size=(n, p))
    gone = rng.random((n, p)) < share
    if distinct is not None:
        gone = gone[rng.integers(0, distinct, n)]
    gone[gone.all(axis=1), 0] = False
    return np.where(gone, np.nan, np.clip(np.round(4 + 1.2 * x), 1, 7))


def model_of(p, m):
    each = p // m
    return "\n".join(
        f"f{j} =~ " + " + ".join(f"x{i + 1}" for i in range(j * each, (j + 1) * each)) for j in range(m)
    )


CASES = {
    "few missing": (120, 6, 0.1, {}),
    "most missing": (300, 6, 0.6, {}),
    "two factors": (150, 8, 0.3, {"m": 2}),
    "many persons of each": (900, 5, 0.3, {}),
    "twenty patterns": (200, 9, 0.4, {"distinct": 20, "m": 3}),
}


def assert_the_same(group, basis, together, single):
    """Compare likelihood and information at implied moments, and near them."""
    p, rng = len(basis.means), np.random.default_rng(3)
    for shift in (0.0, 0.2):
        means = basis.means + shift * rng.normal(size=p)
        covariances = basis.covariances + shift * np.eye(p)
        one, other = (fitted(moments, covariances, means) for moments in (together, single))
        assert one.value == pytest.approx(other.value, rel=1e-12)
        np.testing.assert_allclose(one.weights, other.weights, rtol=0, atol=1e-11)
        np.testing.assert_allclose(one.mean_weights, other.mean_weights, rtol=0, atol=1e-11)
    one, other = (fitted(e, basis.covariances, basis.means) for e in (together, single))
    for information in (expected_information, observed_information):
        a, b = (information(group.structure, basis, e, f) for e, f in ((together, one), (single, other)))
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-11 * np.abs(b).max())
    for (pattern, a), (_, b) in zip(one.inverses_of(together), other.inverses_of(single), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-11 * np.abs(b).max())
        assert a.shape == (len(pattern.means),) * 2


@pytest.mark.parametrize("case", CASES)
def test_they_are_the_same_as_one_by_one(case):
    n, p, share, options = CASES[case]
    m = options.get("m", 1)
    rows = answers(n, p, share, **options)
    table = pd.DataFrame(rows, columns=[f"x{i + 1}" for i in range(p)])
    result = cfa(model_of(p, m), table, missing="fiml", keep_answers=True)
    group, basis = result.solution.problem.groups[0], result.solution.at.bases[0]
    together = group.moments
    assert together.stack is not None
    assert_the_same(group, basis, together, replace(together, stack=None))


@pytest.mark.parametrize("distinct", [None, 15])
def test_patterns_that_lack_many_and_have_many(distinct):
    """Their information is of products of pairs; they are too few here to fit a model to."""
    whole = pd.DataFrame(answers(200, 36, 0, m=3), columns=[f"x{i + 1}" for i in range(36)])
    solution = cfa(model_of(36, 3), whole, means=True).solution
    gaps = answers(40, 36, 0.5, m=3, distinct=distinct)
    together = mean_covariance_of(of_rows(gaps, tuple(whole), "fiml"), with_means=True)
    missing = (~together.stack.answered).sum(axis=1)
    assert ((missing > 15) & (missing < 21)).sum() > 5
    group, basis = solution.problem.groups[0], solution.at.bases[0]
    assert_the_same(group, basis, together, replace(together, stack=None))


def test_the_average_information_is_singular_where_the_expected_is():
    """Loadings and variance of a factor without a unit: one way in which nothing changes."""
    table = pd.DataFrame(answers(150, 6, 0.2), columns=[f"x{i + 1}" for i in range(6)])
    solution = cfa(model_of(6, 1), table, missing="fiml", keep_answers=True).solution
    group, basis = solution.problem.groups[0], solution.at.bases[0]
    places = [("lambda", i, 0) for i in range(6)] + [("psi", 0, 0)] + [("theta", i, i) for i in range(6)]
    free = Structure(6, 1, places)
    values = np.concatenate([basis.columns[:, 6], [basis.latent_covariances[0, 0]], np.ones(6)])
    own = free.basis(values)
    fit = fitted(group.moments, own.covariances, basis.means)
    for information in (expected_information, average_information):
        eigenvalues, vectors = np.linalg.eigh(information(free, own, group.moments, fit))
        assert eigenvalues[0] < 1e-12
        assert eigenvalues[1] > 1e-4
        way = np.concatenate([basis.columns[:, 6], [-2 * values[6]], np.zeros(6)])
        assert abs(vectors[:, 0] @ way) == pytest.approx(np.linalg.norm(way))


def test_estimates_are_a_maximum_to_the_last_digits():
    """Steps that rest on corrected second derivatives come as far as Newton's."""
    table = pd.DataFrame(answers(150, 9, 0.2, m=3), columns=[f"x{i + 1}" for i in range(9)])
    solution = cfa(model_of(9, 3), table, missing="fiml", keep_answers=True).solution
    assert solution.problem.is_stacked
    step = np.linalg.solve(solution.problem.observed_information(solution.at), solution.at.gradient)
    errors = np.sqrt(solution.covariance.diagonal())
    assert np.abs(step / errors).max() < 1e-8


def test_what_is_not_a_covariance_matrix_has_no_likelihood():
    rows = answers(200, 5, 0.3)
    moments = mean_covariance_of(of_rows(rows, tuple("abcde"), "fiml"), with_means=True)
    assert moments.stack is not None
    for bad in (-np.eye(5), np.ones((5, 5)) - 0.5 * np.eye(5) - 0.6, np.diag([1.0, 1, 1, 1, -1])):
        assert fitted(moments, bad, np.zeros(5)) is None


def test_few_patterns_are_not_stacked():
    rows = answers(200, 5, 0.3, distinct=4)
    assert mean_covariance_of(of_rows(rows, tuple("abcde"), "fiml"), with_means=True).stack is None
    assert stack_of(patterns_of(np.zeros((3, 5)))[0]) is None


def test_the_information_of_the_saturated_model_is_its_second_derivative():
    rows = answers(80, 4, 0.25, seed=6)
    moments = mean_covariance_of(of_rows(rows, tuple("abcd"), "fiml"), with_means=True)
    whole = saturated(moments)
    terms = PersonTerms(moments, whole)
    i, j = terms.rows

    def gradient(step):
        covariances, means = whole.covariances.copy(), whole.means + step[len(i) :]
        covariances[i, j] += step[: len(i)]
        covariances[j, i] = covariances[i, j]
        fit = fitted(moments, covariances, means)
        return np.concatenate([np.where(i == j, 1, 2) * fit.weights[i, j], fit.mean_weights])

    width = len(i) + 4
    steps = 1e-5 * np.eye(width)
    expected = np.array([(gradient(s) - gradient(-s)) / 2e-5 for s in steps])
    np.testing.assert_allclose(terms.information(), expected, atol=1e-6 * np.abs(expected).max())
    np.testing.assert_allclose(terms.scores.mean(axis=0), 0, atol=1e-6)


def test_thirty_items_take_no_time():
    """One pattern for nearly each of 200 persons; one by one it took several times as long."""
    table = pd.DataFrame(answers(200, 30, 0.1, m=3), columns=[f"x{i + 1}" for i in range(30)])
    model = model_of(30, 3)
    start = time.perf_counter()
    result = cfa(model, table, missing="fiml", estimator="MLR")
    stacked = time.perf_counter() - start
    assert result.fit.scaled.scaling_factor > 0
    moments = result.solution.problem.groups[0].moments
    assert len(moments.patterns) > 150
    assert stacked < 5  # about .5 s; a machine may be busy
