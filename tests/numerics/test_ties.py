"""What is equal but for rounding is not told apart by it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.factor.confirmatory.cfa import cfa
from intimacy_scales.factor.confirmatory.estimation.likelihood import fitted
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import mean_covariance_of
from intimacy_scales.factor.confirmatory.estimation.reference_models import saturated
from intimacy_scales.factor.confirmatory.results.estimates import delta_errors
from intimacy_scales.factor.heterotrait import _pairwise, ratio
from intimacy_scales.factor.reading import read_sample
from intimacy_scales.factor.sample import covariances_as_sample
from intimacy_scales.numerics.ties import (
    descending,
    directions,
    eigenvectors,
    first_highest,
    first_lowest,
    members_of_space,
)
from intimacy_scales.reliability.agreement.anova import mean_squares
from intimacy_scales.reliability.agreement.icc import intraclass_corr
from intimacy_scales.reliability.consistency.halves import split_half
from intimacy_scales.reliability.diary.diary_components import reml_components
from intimacy_scales.reliability.diary.level_coefficients import composite_of
from intimacy_scales.reliability.diary.two_level.fitting import fit_two_level
from intimacy_scales.reliability.diary.two_level.likelihood import cluster_moments
from tests.shared.factor_answers import exact
from tests.shared.instruments import coded
from tests.shared.searched_data import alike, answers, clusters, diary, moved, nudged, ring

_WHOLE = st.lists(st.integers(-4, 4), min_size=1, max_size=12)
_SEEDS = st.integers(0, 10**6)


@given(_WHOLE, _SEEDS)
def test_the_first_of_equal_numbers_whatever_their_last_bit(values, seed):
    with nudged(seed):
        noisy = moved(np.array(values) / 3)
    assert first_highest(noisy) == values.index(max(values))
    assert first_lowest(noisy) == values.index(min(values))


def test_numbers_that_are_missing_are_neither_highest_nor_lowest():
    values = [np.nan, 2.0, 1.0, np.nan, 1.0]
    assert (first_highest(values), first_lowest(values)) == (1, 2)
    assert first_highest([1.0, 1.001]) == 1
    assert first_highest([1.0, 1.001], 0.01) == 0


@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=12), _SEEDS)
def test_an_order_is_that_of_whole_numbers(rows, seed):
    with nudged(seed):
        noisy = moved(np.array(rows) / 7)
    expected = sorted(range(len(rows)), key=lambda n: tuple(-x for x in rows[n]))
    assert descending(noisy).tolist() == expected
    assert descending(noisy[:, 0]).tolist() == sorted(range(len(rows)), key=lambda n: -rows[n][0])


def test_a_margin_can_be_given():
    assert descending([1.0, 1.5, 3.0]).tolist() == [2, 1, 0]
    assert descending([1.0, 1.5, 3.0], 1.0).tolist() == [2, 0, 1]


@given(st.lists(_WHOLE, min_size=1, max_size=1), _SEEDS)
def test_the_sign_of_a_direction(columns, seed):
    column = columns[0]
    with nudged(seed):
        noisy = moved(np.array(column) / 3)[:, None]
    total, largest = sum(column), max(abs(x) for x in column)
    decisive = total or next(x for x in column if abs(x) == largest)
    assert directions(noisy).tolist() == [-1.0 if decisive < 0 else 1.0]


@given(st.integers(1, 7), st.integers(1, 4), _SEEDS)
@settings(deadline=None)
def test_eigenvectors_are_eigenvectors_and_unique(p, distinct, seed):
    """Of a matrix whose eigenvalues are few, turned at random: whatever basis comes from the library."""
    chance = np.random.default_rng(seed)
    values = np.sort(chance.integers(1, distinct + 1, size=p)).astype(float)
    turn = np.linalg.qr(chance.normal(size=(p, p)))[0]
    matrix = (turn * values) @ turn.T
    matrix = (matrix + matrix.T) / 2
    found_values, vectors = eigenvectors(matrix)
    assert found_values == pytest.approx(values, abs=1e-12)
    assert vectors.T @ vectors == pytest.approx(np.eye(p), abs=1e-12)
    assert (vectors * values) @ vectors.T == pytest.approx(matrix, abs=1e-12)
    with nudged(seed):
        again = eigenvectors(moved(matrix))[1]
    assert again == pytest.approx(vectors, abs=1e-7)


@pytest.mark.parametrize("matrix", [alike(6), clusters(3, 3), clusters(4, 2, 0.5, 0.1), ring(8), np.eye(3)])
def test_eigenvectors_of_equal_eigenvalues_stay(matrix):
    straight = eigenvectors(matrix)[1]
    for seed in range(5):
        with nudged(seed):
            assert eigenvectors(moved(matrix))[1] == pytest.approx(straight, abs=1e-9)
    for vector in straight.T:
        largest = vector[np.abs(vector) > np.abs(vector).max() - 1e-9]
        assert largest[0] > 0


def test_members_of_a_space_do_not_depend_on_its_basis():
    basis = np.linalg.eigh(clusters(2, 3))[1][:, :4]
    turned = basis @ np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
    assert members_of_space(basis) == pytest.approx(members_of_space(turned))
    assert members_of_space(np.eye(3)[:, :1]).tolist() == [1, 0, 0]


# ------------------------------------------------------------------ rounding errors of zero


def test_persons_who_agree_leave_no_error_however_means_are_rounded():
    """Means of these numbers are not exact; what they leave of no difference is still 0."""
    persons, raters = np.array([0.1, 0.7, 1.3, 2.9, 3.1])[:, None], np.array([0.0, 0.2, 0.3])
    squares = mean_squares(persons + 0 * raters)
    assert (squares.error, squares.within, squares.raters) == (0, 0, 0)
    assert np.inf == intraclass_corr(persons + 0 * raters)["ICC(1,1)"].F
    assert mean_squares(persons + raters).error == 0
    shifted = np.array([[0.1, 0.2, 0.4], [0.4, 0.1, 0.2], [0.2, 0.4, 0.1]])
    assert mean_squares(shifted).between == 0
    assert mean_squares(persons + raters).between == pytest.approx(3 * np.var(persons, ddof=1))


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning")  # made up
def test_halves_that_do_not_go_together_correlate_nothing():
    """Uncorrelated answers; and a half that is the same for everyone, as its items cancel each other."""
    x = exact(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, -1, 0, 0], [0, 0, 1, -1]])) + 4
    halves = split_half(coded(x, low=1, high=7), halves=(["q1", "q3"], ["q2", "q4"]))
    assert (halves.r, halves.estimate, halves.reason) == (0, 0, None)
    cancelled = np.column_stack([x[:, 0], 8 - x[:, 0], x[:, 1], x[:, 1]])
    assert (
        split_half(coded(cancelled), halves=(["q1", "q2"], ["q3", "q4"])).reason == "one half does not vary"
    )


@given(_SEEDS)
@settings(max_examples=20, deadline=None)
def test_what_parameters_do_not_move_has_no_standard_error(seed):
    chance = np.random.default_rng(seed)
    root = chance.normal(size=(4, 3))
    covariance = root @ root.T  # a combination of the four never varies
    still = np.linalg.svd(root)[0][:, 3]
    moving = chance.normal(size=4)
    errors = delta_errors(np.stack([still, 1e3 * still, moving]), covariance)
    assert errors[:2].tolist() == [0, 0]
    assert errors[2] == pytest.approx(np.sqrt(moving @ covariance @ moving))
    assert np.isnan(delta_errors(np.eye(2), np.diag([-1e-9, 1.0]))[0])


def test_an_absent_factor_has_no_loadings_or_reliability():
    """Persons whose means hardly differ: what a search leaves of loadings between them is 0, not 1e-17."""
    y, who, _ = diary(40, 3, 8)
    y = y - np.round(np.array([y[who == i].mean(axis=0) for i in range(40)]))[who]
    fit = fit_two_level(cluster_moments(y, who), nonnegative=True)
    assert fit.loadings_between.tolist() == [0, 0, 0]
    assert np.isnan(fit.covariance).all()
    between = composite_of(fit, 40, equal_loadings=False).between()
    assert between.reason == "the model implies a variance of 0 of the items' sum"
    assert np.isnan(between.estimate)


def test_most_likely_moments_are_where_derivatives_vanish():
    for seed in range(4):
        table = pd.DataFrame(answers(80, 5, seed, gaps=12), columns=list("abcde"))
        moments = mean_covariance_of(read_sample(table, tuple("abcde"), missing="fiml"), with_means=True)
        found = saturated(moments)
        at = fitted(moments, found.covariances, found.means)
        assert at is not None
        assert at.weights == pytest.approx(np.zeros((5, 5)), abs=1e-8)
        assert at.mean_weights == pytest.approx(np.zeros(5), abs=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_variance_components_do_not_depend_on_the_unit(seed):
    """Nor on the size of the deviance, in whose rounding a search may end."""
    y, who, when = diary(20, 3, seed)
    found = reml_components(y, who, when)
    other = reml_components(1000 * y, who, when)
    assert np.array(list(other.values())) == pytest.approx(1e6 * np.array(list(found.values())), rel=1e-9)


def test_a_constant_item_has_no_ratio():
    rows = np.column_stack([np.full(40, 0.1), *answers(40, 3, 1).T / 10])
    assert np.isnan(ratio(_pairwise(rows), (0, 1), (2, 3), geometric=False))
    assert np.isfinite(ratio(_pairwise(rows[:, [1, 2, 3, 1]]), (0, 1), (2, 3), geometric=False))


def test_equal_modification_indices_come_in_the_order_of_the_model():
    """Of like clusters of items: all pairs within are equal, and all between."""
    names = [f"q{i}" for i in range(1, 7)]
    model = "f =~ " + " + ".join(names)
    found = cfa(
        model, covariances_as_sample(clusters(2, 3, 0.6, 0.4), n=200, names=names)
    ).modification_indices()
    pairs = [index.name for index in found]
    inside = ["q1 ~~ q2", "q1 ~~ q3", "q2 ~~ q3", "q4 ~~ q5", "q4 ~~ q6", "q5 ~~ q6"]
    assert pairs[:6] == inside
    assert len({round(index.index, 6) for index in found}) == 2
