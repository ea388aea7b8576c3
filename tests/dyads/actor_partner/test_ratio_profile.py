"""The profile-likelihood interval of k, and coefficients in resamples of couples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales.dyads.actor_partner.constraints import equal_across_cells, zero
from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
from intimacy_scales.dyads.actor_partner.fit import fit
from intimacy_scales.dyads.actor_partner.ratio_profile import ratio_profile_interval
from intimacy_scales.dyads.actor_partner.resampling_couples import resampled_coefficients
from intimacy_scales.dyads.actor_partner.tests_of_paths import pattern_weights
from intimacy_scales.errors import EstimationError
from tests.shared.actor_partner_couples import KINDS, ROLES, model_of, random_couples
from tests.shared.comparison import roughly


def likelihood_ratio_of(model: Any, k: float) -> float:
    """Return the likelihood-ratio statistic of one value of k, fitted anew."""
    free = fit(model, method="ML")
    weights = np.zeros(len(model.terms))
    weights[[1, 2]] = -k, 1.0
    return 2 * (free.log_likelihood - fit(model, constraints=weights, method="ML").log_likelihood)


@given(seed=st.integers(0, 2**32 - 1), level=st.sampled_from([0.8, 0.95]))
@settings(max_examples=8)
def test_ratio_profile_interval_ends_where_its_test_rejects(seed: int, level: float) -> None:
    model = model_of(random_couples(seed, 80))
    interval = ratio_profile_interval(fit(model), "x1", level)
    if interval.reason is None:
        limit = stats.chi2.ppf(level, 1)
        roughly([likelihood_ratio_of(model, end) for end in interval], [limit, limit])
        assert likelihood_ratio_of(model, sum(interval) / 2) < limit


def near_zero(seed: int, actor: float) -> Any:
    """Return a fit to 60 couples with a small actor effect and a partner effect of .5."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2))
    return fit(actor_partner_equations(actor * x + 0.5 * x[:, ::-1] + rng.normal(size=(60, 2)), {"x": x}))


def test_ratio_profile_interval_has_no_bounds_where_the_actor_effect_is_near_0() -> None:
    fitted = near_zero(1, 0.0)
    assert abs(fitted.coefficients[1]) < 1.96 * fitted.standard_errors[1]
    profile = ratio_profile_interval(fitted, "x")
    assert profile.reason is not None
    assert "k has no bounds: every k up to" in profile.reason
    bounds = [
        float(word.rstrip(","))
        for word in profile.reason.split()
        if word.lstrip("-").replace(".", "").isdigit()
    ]
    limit = stats.chi2.ppf(0.95, 1)
    roughly([likelihood_ratio_of(fitted.model, bound) for bound in bounds[:2]], [limit, limit], rel=1e-2)
    assert likelihood_ratio_of(fitted.model, sum(bounds[:2]) / 2) > limit


def test_ratio_profile_interval_is_undefined_where_both_effects_may_be_0() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(40, 2))
    profile = ratio_profile_interval(fit(actor_partner_equations(rng.normal(size=(40, 2)), {"x": x})), "x")
    assert profile.reason is not None
    assert "compatible with every k" in profile.reason
    assert math.isnan(profile.low)


def test_ratio_profile_interval_of_a_ratio_that_constraints_fix() -> None:
    model = model_of(random_couples(5, 60))
    for pattern in ("couple", "contrast", "actor_only"):
        fitted = fit(model, constraints=pattern_weights(model, "x1", pattern))  # type: ignore[arg-type]
        interval = ratio_profile_interval(fitted, "x1")
        assert interval.reason == "constraints of the fit fix the ratio of both effects"


def test_ratio_profile_interval_of_one_cell_of_several() -> None:
    couples, kinds = random_couples(6, 240), np.arange(240) % 3
    model = model_of(couples, compositions=KINDS, composition_of=kinds)
    alone = model_of({"y": couples["y"][kinds == 2], "x": {"x1": couples["x"]["x1"][kinds == 2]}})
    of_all, of_one = (
        ratio_profile_interval(fit(model), "x1", cell="mm"),
        ratio_profile_interval(fit(alone), "x1"),
    )
    roughly(list(of_all), list(of_one), rel=1e-5)
    with pytest.raises(EstimationError, match="the model has no actor effect of x1"):
        ratio_profile_interval(fit(model), "x1")


@pytest.mark.parametrize("case", ["exchangeable", "roles", "mixed", "interaction"])
def test_resampled_coefficients_are_those_of_couples_drawn(case: str) -> None:
    """Each resample against a fit to the couples that were drawn, repeated as often as they were drawn."""
    n = 24 if case != "mixed" else 45
    couples = random_couples(7, n, n_predictors=2)
    kinds = np.arange(n) % 3 if case == "mixed" else np.zeros(n, dtype=int)
    compositions = {"roles": ROLES, "interaction": ROLES, "mixed": KINDS}.get(case, (KINDS[0],))
    options: dict[str, Any] = {"compositions": compositions}
    if case == "mixed":
        couples["x"].pop("x2")
    if case == "interaction":
        options |= {"interactions": [("x1", "z")], "centred": False}
    model = model_of(
        couples, composition_of=kinds, covariates={"z": couples["z"]} if case != "mixed" else {}, **options
    )
    fitted = fit(model)
    results = resampled_coefficients(fitted, 4, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    counts = []
    for columns in model.columns:
        drawn = rng.integers(0, columns.n, size=(4, columns.n), dtype=np.uint16)
        counts.append([np.bincount(row, minlength=columns.n) for row in drawn])
    slopes = [position for position, term in enumerate(model.terms) if term.kind != "intercept"]
    for resample, values in enumerate(results):
        chosen = np.concatenate(
            [np.repeat(np.flatnonzero(kinds == kind), counts[kind][resample]) for kind in range(len(counts))]
        )
        again = model_of(
            {"y": couples["y"][chosen], "x": {name: x[chosen] for name, x in couples["x"].items()}},
            composition_of=kinds[chosen],
            covariates={"z": couples["z"][chosen]} if case != "mixed" else {},
            **(options | {"centred": False}),
        )
        expected = fit(again).coefficients
        roughly(values[slopes], expected[slopes], rel=1e-7)
        assert np.isnan(np.delete(values, slopes)).all()


def test_resampled_coefficients_under_constraints() -> None:
    couples, kinds = random_couples(8, 45), np.arange(45) % 3
    model = model_of(couples, compositions=KINDS, composition_of=kinds)
    constraints = equal_across_cells(model)
    fitted = fit(model, constraints=constraints, method="ML")
    results = resampled_coefficients(fitted, 3, np.random.default_rng(1))
    actors = [model.position("actor", "x1", cell=cell) for cell in model.cells]
    assert (np.ptp(results[:, actors], axis=1) < 1e-12).all()
    assert (results[:, actors[0]].std() > 0.01).all()


def test_resampled_coefficients_that_are_not_determined_are_missing() -> None:
    """The predictor differs between the partners of few couples: many resamples have none of them."""
    rng = np.random.default_rng(10)
    x = rng.normal(size=(40, 1)).repeat(2, axis=1)
    x[:2] += [0, 3]
    fitted = fit(actor_partner_equations(2 * x + rng.normal(size=(40, 2)), {"x": x}))
    failed = np.isnan(resampled_coefficients(fitted, 400, np.random.default_rng(1))[:, 1])
    assert 0.05 < failed.mean() < 0.25


def test_zero_weights_leave_the_ratio_free() -> None:
    """A constraint about another predictor does not fix the ratio."""
    model = model_of(random_couples(11, 80, n_predictors=2))
    fitted = fit(model, constraints=zero(model, [model.position("partner", "x2")]))
    actor, partner = (fitted.coefficients[model.position(kind, "x1")] for kind in ("actor", "partner"))
    assert partner / actor in ratio_profile_interval(fitted, "x1")
