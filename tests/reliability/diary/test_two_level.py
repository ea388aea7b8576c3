"""Two-level factor models: the likelihood, its slopes, the search, and what follows for composites."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability.diary.level_coefficients import Composite, composite_of
from intimacy_scales.reliability.diary.two_level import fitting as two_level
from intimacy_scales.reliability.diary.two_level import search as cluster_search
from intimacy_scales.reliability.diary.two_level.fitting import fit_saturated, fit_two_level
from intimacy_scales.reliability.diary.two_level.likelihood import (
    ClusterMoments,
    cluster_moments,
    likelihood_at,
    two_level_deviance,
)
from tests.shared.two_level_answers import sample

pytestmark = pytest.mark.long

MODELS = {
    "free": two_level._FactorModel,
    "equal": two_level._EqualLoadingsModel,
    "saturated": two_level._SaturatedModel,
}


def naive_deviance(y, who, within, between, mean):
    """Minus two log densities, person by person, from the covariance of all their answers."""
    total = 0.0
    for person in np.unique(who):
        own = y[who == person]
        n = len(own)
        covariance = np.kron(np.eye(n), within) + np.kron(np.ones((n, n)), between)
        gap = (own - mean).ravel()
        total += len(gap) * math.log(2 * math.pi) + np.linalg.slogdet(covariance)[1]
        total += gap @ np.linalg.solve(covariance, gap)
    return total


@pytest.mark.parametrize("seed", range(3))
def test_the_deviance_is_that_of_whole_persons(seed):
    y, who = sample(12, seed=seed)
    chance = np.random.default_rng(seed)
    mixed = chance.permutation(len(y))
    data = cluster_moments(y[mixed], who[mixed])
    within = np.cov(chance.normal(size=(4, 20)))
    between = within - 0.05 * np.eye(4)
    mean = chance.normal(size=4)
    expected = naive_deviance(y, who, within, between, mean)
    assert two_level_deviance(data, within, between, mean) == pytest.approx(expected, rel=1e-12)
    best = likelihood_at(data, within, between)
    assert best.deviance == pytest.approx(naive_deviance(y, who, within, between, best.mean), rel=1e-12)
    for moved in np.concatenate([np.eye(4), -np.eye(4)]) * 1e-3:
        assert naive_deviance(y, who, within, between, best.mean + moved) > best.deviance


def test_outside_of_its_domain_there_is_no_likelihood():
    data = cluster_moments(*sample(12))
    for within, between in ((-np.eye(4), np.eye(4)), (np.eye(4), -0.5 * np.eye(4))):
        assert two_level_deviance(data, within, between) == math.inf


def parameters(model, data, seed=2):
    """Parameters that fit nothing, near where the search begins."""
    start = model.starts(data)[0]
    return start * np.random.default_rng(seed).uniform(0.9, 1.1, len(start))


@pytest.mark.parametrize("kind", MODELS)
def test_the_gradient_is_that_of_small_steps(kind):
    data, model = cluster_moments(*sample(20)), MODELS[kind](4)
    theta = parameters(model, data)
    gradient, _ = cluster_search.gradient_and_information(
        likelihood_at(data, *model.matrices(theta)), model, theta
    )
    for i, expected in enumerate(gradient):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        ends = [two_level_deviance(data, *model.matrices(theta + side * step)) for side in (-1, 1)]
        assert (ends[1] - ends[0]) / 2e-5 == pytest.approx(expected, rel=1e-6, abs=1e-5)


def as_expected(within, between, sizes, counts):
    """Moments that are exactly what these covariances make one expect."""
    scatter = np.array([between + within / s for s in sizes])
    return ClusterMoments(
        n=int(np.dot(sizes, counts)),
        sizes=np.array(sizes, dtype=float),
        counts=np.array(counts, dtype=float),
        within=within,
        means=np.zeros((len(sizes), len(within))),
        scatter=scatter,
    )


@pytest.mark.parametrize("sizes", [(6,), (1, 4, 9)])
@pytest.mark.parametrize("kind", MODELS)
def test_the_information_is_the_curvature_at_expected_moments(kind, sizes):
    model = MODELS[kind](4)
    theta = parameters(model, cluster_moments(*sample(20)))
    data = as_expected(*model.matrices(theta), sizes, [30] * len(sizes))
    gradient, information = cluster_search.gradient_and_information(
        likelihood_at(data, *model.matrices(theta)), model, theta
    )
    assert abs(gradient).max() < 1e-9
    curvature = cluster_search._positive_hessian(data, model, theta)
    assert curvature == pytest.approx(information, rel=1e-5, abs=1e-4 * abs(information).max())


@pytest.mark.parametrize("kind", MODELS)
def test_expected_moments_give_back_the_parameters(kind):
    model, sds = MODELS[kind](4), np.array([1, 10, 0.1, 3])
    theta = parameters(model, cluster_moments(*sample(20))) * model.units(sds)
    data = as_expected(*model.matrices(theta), (1, 4, 9), [30, 20, 10])
    fit = fit_saturated(data) if kind == "saturated" else fit_two_level(data, equal_loadings=kind == "equal")
    assert fit.theta == pytest.approx(theta, rel=1e-5)
    assert fit.mean == pytest.approx(np.zeros(4), abs=1e-9)


@functools.cache
def many():
    """The model fitted to answers drawn again and again."""
    with threadpool_limits(1):
        return [fit_two_level(cluster_moments(*sample(60, (4, 8), seed))) for seed in range(100)]


def test_standard_errors_are_how_far_estimates_lie_apart():
    fits = many()
    spread = np.std([fit.theta for fit in fits], axis=0)
    told = np.sqrt(np.mean([np.diag(fit.covariance) for fit in fits], axis=0))
    assert spread == pytest.approx(told, rel=0.25)
    assert np.std([fit.mean for fit in fits], axis=0) == pytest.approx(
        np.sqrt(np.mean([np.diag(fit.mean_covariance) for fit in fits], axis=0)), rel=0.25
    )


def test_newton_arrives_where_scoring_does(monkeypatch):
    data = cluster_moments(*sample())
    fits = {}
    for steps in (1, 40):
        monkeypatch.setattr(cluster_search, "_SCORING_STEPS", steps)
        fits[steps] = fit_two_level(data)
    assert [fits[steps].method for steps in (1, 40)] == ["newton", "scoring"]
    assert fits[1].theta == pytest.approx(fits[40].theta, abs=1e-5)
    assert fits[1].log_likelihood == pytest.approx(fits[40].log_likelihood, abs=1e-8)


def test_nested_and_saturated_models():
    data = cluster_moments(*sample(50, (6,)))
    saturated, free = fit_saturated(data), fit_two_level(data)
    bounded, equal = fit_two_level(data, nonnegative=True), fit_two_level(data, equal_loadings=True)
    assert saturated.log_likelihood > free.log_likelihood >= bounded.log_likelihood - 1e-9
    assert free.log_likelihood > equal.log_likelihood
    assert saturated.within == pytest.approx(data.within)
    assert saturated.between == pytest.approx(data.scatter[0] - data.within / 6)
    assert [f.n_parameters for f in (saturated, free, equal)] == [24, 20, 17]


def test_units_do_not_matter():
    y, who = sample()
    fit, scaled = (
        fit_two_level(cluster_moments(y * u, who)) for u in (np.ones(4), np.array([1, 10, 5, 0.2]))
    )
    assert scaled.loadings_between / fit.loadings_between == pytest.approx([1, 10, 5, 0.2], rel=1e-5)
    errors = (np.sqrt(np.diag(f.covariance)).reshape(4, 4)[3] for f in (fit, scaled))
    assert np.divide(*errors) == pytest.approx([1, 1 / 100, 1 / 25, 25], rel=1e-4)


def test_moments_of_too_few():
    for y, who in ((np.ones((3, 2)), [0, 0, 0]), (np.ones((2, 2)), [0, 1])):
        with pytest.raises(
            EstimationError, match="at least two persons are needed, and more rows than persons"
        ):
            cluster_moments(y, np.array(who))


# ------------------------------------------------------------------ coefficients of composites


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    truth = {f"omega {level}": 3.5**2 / (3.5**2 + t) for level, t in (("within", 3.2), ("between", 1.2))}
    composites = [composite_of(fit, 60, equal_loadings=False) for fit in many()]
    hits = [
        [truth[c.coefficient] in c.confidence_interval(0.9) for c in (x.within(), x.between())]
        for x in composites
    ]
    assert np.mean(hits, axis=0) == pytest.approx([0.9, 0.9], abs=0.07)


def test_standard_errors_are_those_of_small_steps():
    chance = np.random.default_rng(8)
    root = chance.normal(size=(4, 4))
    sums, covariance = np.array([3.0, 2.5, 2.8, 0.9]), 1e-2 * root @ root.T

    def at(values):
        composite = Composite(sums=np.array(values), covariance=covariance, n=50)
        return composite.within(), composite.between(), composite.person_means(5.5), composite.overall()

    for i, coefficient in enumerate(at(sums)):
        steps = 1e-6 * np.eye(4)
        slope = [(at(sums + s)[i].estimate - at(sums - s)[i].estimate) / 2e-6 for s in steps]
        assert coefficient.standard_error == pytest.approx(math.sqrt(slope @ covariance @ slope), rel=1e-6)


@pytest.mark.parametrize(
    ("sums", "covariance", "words"),
    [
        ([3, -1, 3, 1], 0.1, "its estimate is 1.125, which is not from 0 to 1"),
        # slopes (6 - 0.9 * 6) / 10 and -0.9 / 10, times sqrt(50)
        ([3, 1, 3, 1], 50, "error is .765, and no variable between 0 and 1 with a mean of .9"),
        ([3, -9, 3, 1], 0.1, "the model implies a variance of 0 of the items' sum"),
        ([3, 1, 3, 1], math.nan, "do not determine its standard error"),
    ],
)
def test_intervals_that_are_not_defined_say_why(sums, covariance, words):
    composite = Composite(sums=np.array(sums), covariance=covariance * np.eye(4), n=9)
    interval = composite.within().confidence_interval()
    assert math.isnan(interval.low)
    assert words in interval.reason
    negative = Composite(sums=np.array([3, 1, -0.1, 1]), covariance=np.eye(4), n=9).overall()
    assert "variance between persons is estimated as -0.1" in negative.reason
