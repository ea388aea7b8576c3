"""Omega hierarchical from exploratory factors: psych's values, naive transformations, and what has none."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest
from scipy.linalg import hadamard

from intimacy_scales import EstimationError, item_moments
from intimacy_scales.factor import efa
from intimacy_scales.reliability import hierarchical_omega
from tests.reference.simulated import simulated_answers
from tests.shared.comparison import roughly
from tests.shared.factor_answers import NAN, good, parts
from tests.shared.instruments import coded
from tests.shared.omegas import THREE, WHOLE

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")


# ------------------------------------------------------------------ omega hierarchical

# R 4.2.2, psych 2.2.9, printed by reference/simulated.R from the answers there: hierarchical, total,
# asymptotic, ECV; then of each group, by total: total, general, group
PSYCH = {
    3: ((0.6605454748, 0.907074987835, 0.728214848451, 0.542251247856),
        ((0.788130216476, 0.358089863380, 0.430040353096), (0.780233485702, 0.488411678423, 0.291821807279),
         (0.768615337524, 0.498741870655, 0.269873466869))),
    6: ((0.74012136619, 0.925000120763, 0.800131102231, 0.448671546233),
        ((0.792935638418, 0.363910282463, 0.429025355955), (0.792052441708, 0.363963348589, 0.428089093118),
         (0.788354194631, 0.391634750995, 0.396719443636), (0.786272853402, 0.306733690931, 0.479539162471),
         (0.765398020488, 0.310279785131, 0.455118235357), (0.759407181730, 0.401093615014, 0.358313566716))),
}  # fmt: skip


@pytest.fixture(scope="module")
def full():
    return simulated_answers("complete")


@pytest.mark.parametrize("n_factors", PSYCH)
def test_omega_hierarchical_is_psychs(full, n_factors):
    found, (figures, groups) = hierarchical_omega(full, scale="total", n_factors=n_factors), PSYCH[n_factors]
    roughly([found.estimate, found.total, found.asymptotic], figures[:3], rel=1e-5)
    assert found.ecv == pytest.approx(figures[3], abs=1e-3)  # psych: over the sum of transformed loadings
    own = sorted(((g.total, g.general, g.group) for g in found.groups), reverse=True)
    roughly(own, groups, rel=3e-5)


@pytest.mark.parametrize("gaps", [0.0, 0.05])
def test_omega_hierarchical_is_that_of_a_naive_transformation(gaps):
    answers = coded(parts(250, (3, 3, 3), 0.4, gaps=gaps), THREE)
    found = hierarchical_omega(answers, scale="t")
    oblique = efa(answers, 3)
    r = oblique.phi
    second = np.sqrt([r[0, 1] * r[0, 2] / r[1, 2], r[0, 1] * r[1, 2] / r[0, 2], r[0, 2] * r[1, 2] / r[0, 1]])
    general = oblique.loadings @ second
    group = oblique.loadings * np.sqrt(1 - second**2)
    whole = oblique.correlations.sum()
    roughly(np.abs(found.general), np.abs(general), rel=1e-4)
    roughly(np.abs(found.group_loadings), np.abs(group), rel=1e-3)
    roughly(found.estimate, general.sum() ** 2 / whole, rel=1e-5)
    roughly(found.total, 1 - np.sum(1 - general**2 - (group**2).sum(axis=1)) / whole, rel=1e-5)
    roughly(found.ecv, np.sum(general**2) / np.sum(general**2 + (group**2).sum(axis=1)), rel=1e-5)
    table = found.loadings()
    assert list(table.columns) == ["general", "group 1", "group 2", "group 3", "communality"]
    roughly(table["communality"], general**2 + (group**2).sum(axis=1), rel=1e-4)


def test_second_order_population_has_its_true_shares():
    latent = hadamard(64)[:, 1:14]
    a, own = np.array([3, 2, 1, 2, 1, 1, 1, 2, 3]), np.repeat([2, 1, 3], 3)
    x = latent[:, :1] * (a * np.repeat([1, 2, 1], 3)) + latent[:, 1:4].repeat(3, axis=1) * a * own
    x = x + latent[:, 4:] * np.array([1, 2, 3] * 3)
    sds = x.std(axis=0)
    general, whole = a * np.repeat([1, 2, 1], 3) / sds, np.corrcoef(x.T).sum()
    found = hierarchical_omega(coded(x, THREE, **WHOLE), scale="t")
    roughly(found.estimate, general.sum() ** 2 / whole, rel=1e-5)
    roughly(found.general, general, rel=1e-4)
    roughly(found.total, 1 - np.sum((np.array([1, 2, 3] * 3) / sds) ** 2) / whole, rel=1e-5)


def test_what_is_not_a_change_changes_nothing(full):
    found = hierarchical_omega(full, scale="total")
    moments = item_moments(full.instrument, full)
    for other in (
        hierarchical_omega(moments, scale="total"),
        hierarchical_omega(full, scale="total", missing="listwise"),
        hierarchical_omega(full, scale="total", rng=7),
    ):
        roughly([other.estimate, other.total, other.ecv], [found.estimate, found.total, found.ecv], rel=1e-6)
    assert pickle.loads(pickle.dumps(found)).to_json() == found.to_json()
    assert json.loads(found.to_json())["groups"][0]["scale"] == "group 1"


REFUSED = {
    "two factors": (good(90, 8), {"n_factors": 2}, "2 group factors do not identify a general factor"),
    "few items": (good(90, 5), {}, "5 items have too few correlations for so many factors"),
    "constant": (np.where(np.arange(8) == 2, 4, good(90, 8)), {}, "everyone gave q3 the same answer"),
    "one item": (good(90, 1), {}, "one item has no internal consistency"),
    "nobody": (np.empty((0, 8)), {}, "fewer than two persons answered q1"),
    "nobody whole": (
        np.where(np.eye(8), NAN, good(8, 8)),
        {"missing": "listwise"},
        "0 persons answered every",
    ),
    "fewer persons than items": (good(6, 8), {}, "too few"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_general_factor_says_why(case):
    x, options, words = REFUSED[case]
    found = hierarchical_omega(coded(x), **options)
    assert math.isnan(found.estimate), f"a plausible number: {found!r}"
    assert words in found.reason
    assert found.reason in repr(found)
    assert json.loads(found.to_json())["total"] is None
    with pytest.raises(EstimationError, match="omega hierarchical is not defined"):
        found.loadings()


def test_items_without_unique_variance_are_named_everywhere():
    found = hierarchical_omega(coded(good(300, 8, 3)[:, :6]))
    names = found.exploratory.heywood
    assert names
    assert f"no unique variance is left of {', '.join(names)}" in repr(found)
    assert all(name in found.to_json() for name in names)


WRONG = {
    "weights": ({"scale": "t"}, "have unequal weights in its score"),
    "no scale": ({}, "name one, for example scale='a'"),
    "fiml": ({"scale": "a", "missing": "fiml"}, "missing='fiml' is not valid; allowed: 'pairwise'"),
    "half a factor": ({"scale": "a", "n_factors": 3.5}, "n_factors=3.5 is not valid"),
    "text": ({"scale": "a", "n_factors": "3"}, "n_factors='3' is not valid; allowed: a whole"),
    "seed": ({"scale": "a", "rng": "x"}, "rng='x' is not valid; allowed: a whole number from 0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_asked_says_what_can(case):
    options, words = WRONG[case]
    answers = coded(
        parts(90, (7, 3)), {"a": "q1 q2 q3 q4 q5 q6 q7", "b": "q8 q9 q10", "t": {"of": ["a", "b"]}}
    )
    with pytest.raises(EstimationError, match=words):
        hierarchical_omega(answers, **options)
