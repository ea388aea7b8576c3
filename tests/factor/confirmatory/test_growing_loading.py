"""A likelihood that rises for ever as one loading grows: it is told, and nothing else is told so."""

import numpy as np
import pytest

from intimacy_scales import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation import growing_loading, search
from intimacy_scales.factor.confirmatory.estimation.problem_of_table import problem_of
from intimacy_scales.factor.confirmatory.estimation.restart import plain_start, usable_start
from intimacy_scales.factor.confirmatory.estimation.search import DivergedError, maximize
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.table import parameter_table
from intimacy_scales.factor.sample import covariances_as_sample


def noise(seed, p=6, n=400):
    """Covariances of items that have nothing in common."""
    answers = np.random.default_rng(seed).normal(size=(n, p))
    return covariances_as_sample(np.cov(answers.T), n=n, names=[f"x{i}" for i in range(p)])


def one_factor(sample, identification="fixed_factor", **options):
    table = parameter_table(
        Model.one_factor(sample.names), identification=identification, with_means=False, **options
    )
    return table, problem_of(table, [sample])


def grown(problem, item, t):
    """The model at the most likely place where t is 0, but for t."""
    part = problem.groups[0]
    s = part.moments.patterns[0].covariances
    others = np.arange(len(s)) != item
    slopes = np.linalg.solve(s[np.ix_(others, others)], s[item, others])
    alone = s.diagonal()[others]
    residual = s[item, item] - slopes @ s[others, item]
    values = np.concatenate([slopes * alone, [t, slopes**2 @ alone + residual], alone])
    return growing_loading._reparametrized(part, item, bounded=False), values


def outcome(sample):
    """How searches from both starts end: the item whose loading grows, or the likelihood."""
    table, problem = one_factor(sample)
    found = []
    for start in (usable_start(table, [sample], problem)[0], plain_start(table, [sample], 0)):
        try:
            found.append(maximize(problem, start))
        except DivergedError as error:
            place = problem.groups[0].structure.places[int(np.argmax(error.changes))]
            found.append(place[1] if "grows" in str(error) else None)
        except NotConvergedError:
            found.append(None)
    return problem, found


@pytest.mark.parametrize("seed", range(8))
def test_the_likelihood_and_its_slope_where_t_is_0(seed):
    _, problem = one_factor(noise(seed))
    for item in range(6):
        beyond, values = grown(problem, item, 0.0)
        at = beyond.evaluate(values)
        np.testing.assert_allclose(np.delete(at.gradient, 5), 0, atol=1e-12)  # all but t, the sixth
        hessian = np.delete(np.delete(beyond.observed_information(at), 5, 0), 5, 1)
        assert np.linalg.eigvalsh(hessian)[0] > 0
        rises = beyond.evaluate(grown(problem, item, 1e-6)[1]).value > at.value
        assert (
            growing_loading.likelihood_falls_from_zero(
                problem.groups[0].moments.patterns[0].covariances, item
            )
            == rises
        )


@pytest.mark.parametrize("seed", range(5))
def test_the_reparametrized_model_implies_the_same_covariances(seed):
    _, problem = one_factor(noise(seed, p=5))
    rng = np.random.default_rng(seed)
    part, item = problem.groups[0], seed
    values = np.concatenate([rng.normal(size=4), [rng.uniform(0.1, 2), 3.0], rng.uniform(0.5, 1, 4)])
    back = growing_loading._in_loadings(part, item, values, -1.0)
    beyond = growing_loading._reparametrized(part, item, bounded=True).groups[0]
    one = part.structure.basis(part.values(back)).covariances
    other = beyond.structure.basis(beyond.values(values)).covariances
    np.testing.assert_allclose(one, other, atol=1e-12)
    assert back[part.structure.places.index(("lambda", item, 0))] < 0


def test_what_grows_has_no_maximum_and_what_has_one_is_found():
    """What is told to grow is ever more likely as it grows; what settles is a maximum."""
    grew = settled = 0
    for seed in range(24):
        problem, found = outcome(noise(seed, p=4 + seed % 3))
        for end in found:
            if isinstance(end, int):
                grew += 1
                # ever more likely as the loading grows, from the most likely place with t = 0
                beyond, _ = grown(problem, end, 0.0)
                values = [beyond.evaluate(grown(problem, end, t)[1]).value for t in (1e-2, 1e-4, 1e-6, 0.0)]
                assert values == sorted(values, reverse=True)
            elif end is not None:
                settled += 1
                assert np.abs(end.at.gradient).max() < 1e-6
                assert np.linalg.eigvalsh(problem.observed_information(end.at))[0] > -1e-9
    assert grew > 5
    assert settled > 15


def test_a_search_that_took_all_steps_ends_after_a_few(monkeypatch):
    counted, direction = [0], search._direction

    def counting(*args, **options):
        counted[0] += 1
        return direction(*args, **options)

    monkeypatch.setattr(search, "_direction", counting)
    steps = []
    for seed in range(12):
        counted[0] = 0
        outcome(noise(seed))
        steps.append(counted[0])
    assert max(steps) < 150
    assert np.mean(steps) < 40  # 150 before


def test_of_other_models_nothing_is_told():
    sample = noise(1)
    assert growing_loading.is_one_factor(one_factor(sample)[1])
    assert not growing_loading.is_one_factor(one_factor(sample, identification="marker")[1])
    both = Model.from_text("f =~ x0 + x1 + x2\ng =~ x3 + x4 + x5")
    table = parameter_table(both, identification="fixed_factor", with_means=False)
    problem = problem_of(table, [sample])
    at = usable_start(table, [sample], problem)[1]
    assert growing_loading.follow_largest_loading(problem, at, search._path, 5) is None
