"""The ratio of partner to actor effect in actor-partner models, and its intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads, apim
from intimacy_scales.errors import EstimationError
from tests.shared.comparison import near
from tests.shared.couples import couples_with_scores
from tests.shared.simulated_couples import scored_couples


def test_ratios_and_their_intervals() -> None:
    model = apim(scored_couples(200, roles=False), "love", "trust")
    k = model.ratio()
    actor, partner = (model.effect(kind, "trust").estimate for kind in ("actor", "partner"))
    assert float(k) == pytest.approx(partner / actor)
    intervals = [
        k.confidence_interval(),
        k.confidence_interval(method="monte_carlo", rng=1),
        model.ratio_interval(),
        model.ratio_interval(method="bootstrap", n_resamples=200, rng=1),
    ]
    for interval in intervals:
        assert interval.low < float(k) < interval.high
        assert 0.5 < (interval.high - interval.low) / (intervals[0].high - intervals[0].low) < 2
    near(list(intervals[3]), list(model.ratio_interval(method="bootstrap", n_resamples=200, rng=1)))
    assert intervals[3] != model.ratio_interval(method="bootstrap", n_resamples=200, rng=2)
    with pytest.raises(EstimationError, match="n_resamples=10 is not valid"):
        model.ratio_interval(method="bootstrap", n_resamples=10)


def test_the_error_of_a_ratio_is_that_of_the_delta_method() -> None:
    model = apim(scored_couples(200, roles=False), "love", "trust", estimator="ML")
    places = [model.engine.estimates.position(kind, "", "trust") for kind in ("actor", "partner")]
    (a, p), covariance = model.engine.estimates.values[places], model.engine.estimates.covariance
    (v_a, both), (_, v_p) = covariance[np.ix_(places, places)]
    variance = v_p / a**2 - 2 * p * both / a**3 + p**2 * v_a / a**4
    near([model.ratio().estimate, model.ratio().figure.se], [p / a, variance**0.5])


def test_intervals_of_a_ratio_agree_in_large_samples() -> None:
    model = apim(scored_couples(4000), "love", "trust")
    delta, profile = model.ratio(cell="h").confidence_interval(), model.ratio_interval(cell="h")
    bootstrap = model.ratio_interval(cell="h", method="bootstrap", rng=1)
    near(list(profile), list(delta), rel=2e-2)
    near(list(bootstrap), list(delta), rel=6e-2)
    assert (bootstrap.method, profile.method, bootstrap.n) == ("bootstrap", "profile likelihood", 4000)


def test_bootstrap_intervals_of_a_ratio_say_how_many_resamples_failed() -> None:
    """The predictor differs between the partners of few couples: many resamples have none of them."""
    rng = np.random.default_rng(10)
    x = rng.normal(size=(40, 1)).repeat(2, axis=1)
    x[:2] += [0, 3]
    couples = couples_with_scores({"y": 2 * x + 0.3 * rng.normal(size=(40, 2)), "x": x})
    model = apim(couples, "y", "x")
    assert model.ratio().reason is None
    interval = model.ratio_interval(method="bootstrap", n_resamples=400, rng=1)
    assert interval.reason is not None
    assert "the effects are not determined in" in interval.reason


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_profile_interval_ends_where_the_test_rejects(estimator: Any) -> None:
    dyads = scored_couples(60, gaps=0.1, roles=False)
    model = apim(dyads, "love", "trust", estimator=estimator)
    interval = model.ratio_interval("trust")
    if estimator == "MLR":
        assert interval.reason is not None
        assert "no likelihood" in interval.reason
        return
    places = [model.engine.estimates.position(kind, "", "trust") for kind in ("actor", "partner")]
    for end in interval:
        weights = np.zeros((1, 3))
        weights[0, places] = -end, 1
        assert model.engine.difference(weights).p == pytest.approx(0.05, abs=1e-4)
    drawn = model.engine.resampled_effects(places, 3, np.random.default_rng(3))
    assert np.ptp(drawn, axis=0).min() > 0
    near(drawn, model.engine.resampled_effects(places, 3, np.random.default_rng(3)))
    assert abs(drawn[:, 0].mean() - model.effect("actor", "trust").estimate) < 0.4


def test_ratio_is_not_given_where_the_actor_effect_is_near_0() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(100, 2))
    y = 0.6 * x[:, ::-1] + rng.normal(size=(100, 2))
    table = pd.DataFrame({"x_a": x[:, 0], "x_b": x[:, 1], "y_a": y[:, 0], "y_b": y[:, 1]})
    dyads = Dyads.of_scores(table, {name: {p: f"{name}_{p}" for p in "ab"} for name in "xy"})
    model = apim(dyads, "y", "x")
    k = model.ratio()
    assert k.reason is not None
    assert "actor effect" in k.reason
    assert np.isnan(float(k))
    for interval in (k.confidence_interval(), model.ratio_interval(method="bootstrap", n_resamples=100)):
        assert (interval.reason, np.isnan(interval.low)) == (k.reason, True)
    assert model.ratio_interval().reason is not None
    assert model.test("partner_only").p > 0.05 > model.test("actor_only").p
