"""Fits against closed forms written out, against a direct likelihood, and properties of them."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intimacy_scales.dyads.actor_partner.constraints import equal, equal_across_cells
from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
from intimacy_scales.dyads.actor_partner.fit import fit
from intimacy_scales.dyads.actor_partner.residuals import Structure
from intimacy_scales.dyads.actor_partner.standardized import standardizing_factors
from intimacy_scales.dyads.actor_partner.terms import Composition
from tests.shared.actor_partner_couples import (
    KINDS,
    ROLES,
    Floats,
    design_of,
    largest_likelihood,
    model_of,
    random_couples,
    two_by_two,
)
from tests.shared.comparison import near, roughly

SEEDS = st.integers(0, 2**32 - 1)
CORRELATIONS = st.sampled_from([-0.9, -0.4, 0.0, 0.5, 0.95])


def two_regressions(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Return intercept, actor and partner effect, variances of these two, and residual variances of sums."""
    n = len(y)
    means = np.column_stack([np.ones(n), x.mean(axis=1)])
    halves = (x[:, :1] - x[:, 1:]) / 2
    b_mean, rss_mean, *_ = np.linalg.lstsq(means, y.mean(axis=1), rcond=None)
    b_half, rss_half, *_ = np.linalg.lstsq(halves, (y[:, 0] - y[:, 1]) / 2, rcond=None)
    of_mean, of_half = float(rss_mean[0]) / (n - 2), float(rss_half[0]) / (n - 1)
    v_mean = of_mean * np.linalg.inv(means.T @ means)[1, 1]
    v_half = of_half / float((halves**2).sum())
    estimates = np.array([b_mean[0], (b_mean[1] + b_half[0]) / 2, (b_mean[1] - b_half[0]) / 2])
    df = (v_mean + v_half) ** 2 / (v_mean**2 / (n - 2) + v_half**2 / (n - 1))
    return estimates, np.array([(v_mean + v_half) / 4, df]), np.array([of_mean, of_half])


@given(seed=SEEDS, n=st.integers(4, 60), correlation=CORRELATIONS)
@settings(max_examples=25)
def test_fit_of_exchangeable_couples_is_two_regressions(seed: int, n: int, correlation: float) -> None:
    couples = random_couples(seed, n, correlation=correlation)
    fitted = fit(model_of(couples, centred=False))
    estimates, (variance, df), (of_mean, of_half) = two_regressions(couples["x"]["x1"], couples["y"])
    roughly(fitted.coefficients, estimates)
    roughly(fitted.standard_errors[1:] ** 2, [variance, variance])
    roughly(fitted.degrees_of_freedom, [n - 2, df, df])
    roughly(fitted.residual_sds[""] ** 2, of_mean + of_half)
    roughly(fitted.residual_correlations[""], (of_mean - of_half) / (of_mean + of_half))


@given(seed=SEEDS, n=st.integers(6, 40))
@example(seed=7051, n=6)  # residuals correlate by .9998
@settings(max_examples=25)
def test_fit_of_roles_is_least_squares_of_each(seed: int, n: int) -> None:
    couples = random_couples(seed, n)
    x, y = couples["x"]["x1"], couples["y"]
    fitted = fit(model_of(couples, compositions=ROLES, centred=False))
    residuals = []
    for role in (0, 1):
        design = np.column_stack([np.ones(n), x[:, role], x[:, 1 - role]])
        estimates = np.linalg.lstsq(design, y[:, role], rcond=None)[0]
        residuals.append(y[:, role] - design @ estimates)
        roughly(fitted.coefficients[3 * role : 3 * role + 3], estimates)
        errors = np.sqrt(np.linalg.inv(design.T @ design).diagonal() * (residuals[-1] ** 2).sum() / (n - 3))
        roughly(fitted.standard_errors[3 * role : 3 * role + 3], errors)
    # the nearer the residuals of a few couples come to a line, the fewer digits their information keeps
    r = fitted.residual_correlations[""]
    roughly(fitted.degrees_of_freedom, np.full(6, n - 3), rel=max(1e-6, 1e-7 / (1 - r**2)))
    roughly(fitted.residual_covariances[0], np.array(residuals) @ np.array(residuals).T / (n - 3))


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize(
    "case", ["roles", "equal actor", "equal variances", "mixed", "mixed equal", "interaction"]
)
def test_fit_maximizes_the_direct_likelihood(case: str, method: Any) -> None:
    couples = random_couples(7, 36)
    kinds = np.arange(36) % 3 if case.startswith("mixed") else np.zeros(36, dtype=int)
    options: dict[str, Any] = {"compositions": KINDS if case.startswith("mixed") else ROLES, "centred": False}
    if case == "interaction":
        options |= {"covariates": {"z": couples["z"]}, "interactions": [("x1", "z")]}
    model = model_of(couples, composition_of=kinds, **options)
    constraints = None
    if case == "equal actor":
        constraints = equal_across_cells(model, kinds=["actor"])
    if case == "mixed equal":
        constraints = equal_across_cells(model)
    residuals: Any = "equal_variances" if case == "equal variances" else "free"
    fitted = fit(model, constraints=constraints, residuals=residuals, method=method)
    design = design_of(model, couples, kinds)
    if constraints is not None:
        design = design @ shared_columns(constraints)

    def covariances(parameters: Floats) -> list[Floats]:
        if case == "equal variances":
            return [two_by_two(parameters[0], parameters[0], parameters[1])]
        of_roles = two_by_two(*parameters[:3])
        if not case.startswith("mixed"):
            return [of_roles]
        alike = [two_by_two(first, first, angle) for first, angle in (parameters[3:5], parameters[5:7])]
        return [alike[0], of_roles, alike[1]]

    n_parameters = 2 if case == "equal variances" else 7 if case.startswith("mixed") else 3
    value, coefficients = largest_likelihood(
        design, couples["y"], covariances, n_parameters, kinds, restricted=method == "REML"
    )
    near(fitted.log_likelihood, value, rel=1e-9)
    at = coefficients if constraints is None else shared_columns(constraints) @ coefficients
    near(fitted.coefficients, at, rel=1e-4, abs=1e-4)
    assert fitted.n_parameters == design.shape[2] + n_parameters


def shared_columns(constraints: Floats) -> Floats:
    """Return which coefficient follows which of a smaller number: those that must be equal share one."""
    p = constraints.shape[1]
    first = list(range(p))
    for row in constraints:
        one, other = np.flatnonzero(row)
        first[other] = first[one]
    columns = sorted(set(first))
    return np.array(
        [[float(columns[c] == first[position]) for c in range(len(columns))] for position in range(p)]
    )


@given(
    seed=SEEDS, n=st.integers(12, 60) | st.integers(4090, 4110)
)  # also across the end of a block of couples
@settings(max_examples=30)
def test_fit_of_exchangeable_couples_ignores_order_to_the_bit(seed: int, n: int) -> None:
    couples = random_couples(seed, n, n_predictors=2)
    turned = np.random.default_rng(seed).integers(0, 2, n) == 1
    other = {
        "y": np.where(turned[:, None], couples["y"][:, ::-1], couples["y"]),
        "x": {name: np.where(turned[:, None], x[:, ::-1], x) for name, x in couples["x"].items()},
    }
    options: dict[str, Any] = {"covariates": {"z": couples["z"]}, "interactions": [("x1", "z")]}
    one, two = (fit(model_of(data, **options)) for data in (couples, other))
    for name in (
        "coefficients",
        "covariance",
        "degrees_of_freedom",
        "residual_covariances",
        "log_likelihood",
    ):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert one.r_squared == two.r_squared
    for convention in ("pooled", "by_cell"):
        factors = [standardizing_factors(fitted.model, convention) for fitted in (one, two)]  # type: ignore[arg-type]
        assert np.array_equal(*factors, equal_nan=True)


@given(
    seed=SEEDS,
    factor=st.sampled_from([1e-6, 0.3, 7.0, 1e5]),
    shift=st.sampled_from([-1e3, 0.0, 12.5, 1e4]),
    structure=st.sampled_from(get_args(Structure)),
)
@settings(max_examples=30)
def test_fit_follows_units(seed: int, factor: float, shift: float, structure: Structure) -> None:
    """Effects on ``factor * (y + shift)`` of ``(x - shift) / factor`` are ``factor^2`` times as large."""
    couples = random_couples(seed, 36)
    kinds = np.arange(36) % 3
    other = {"y": factor * (couples["y"] + shift), "x": {"x1": (couples["x"]["x1"] - shift) / factor}}
    one, two = (
        fit(model_of(data, compositions=KINDS, composition_of=kinds), residuals=structure)
        for data in (couples, other)
    )
    slopes = [position for position, term in enumerate(one.model.terms) if term.kind != "intercept"]
    roughly(two.coefficients[slopes] / factor**2, one.coefficients[slopes], abs=1e-6)
    roughly(two.standard_errors[slopes] / factor**2, one.standard_errors[slopes])
    roughly(two.degrees_of_freedom, one.degrees_of_freedom, rel=1e-5)
    assert two.residual_correlations == pytest.approx(one.residual_correlations, rel=1e-5, abs=1e-6)
    assert two.r_squared == pytest.approx(one.r_squared, rel=1e-5, abs=1e-6)
    standardized = [
        (fitted.coefficients * standardizing_factors(fitted.model, "pooled"))[slopes] for fitted in (one, two)
    ]
    roughly(*standardized, abs=1e-6)


def test_fit_with_large_negative_correlation() -> None:
    couples = random_couples(3, 400, correlation=-0.95)
    fitted = fit(model_of(couples, covariates={"z": couples["z"]}))
    assert fitted.residual_correlations[""] == pytest.approx(-0.95, abs=0.02)
    assert fitted.coefficient("actor", "x1") == pytest.approx(0.5, abs=0.1)


def test_fit_of_both_roles_alike_is_that_of_exchangeable_couples() -> None:
    couples = random_couples(11, 50)
    alike = fit(model_of(couples))
    model = model_of(couples, compositions=ROLES)
    kinds = ("intercept", "covariate", "actor", "partner")
    for method in ("ML", "REML"):
        alike = fit(model_of(couples), method=method)  # type: ignore[arg-type]
        of_roles = fit(
            model,
            constraints=equal_across_cells(model, kinds=kinds),
            residuals="equal_variances",
            method=method,  # type: ignore[arg-type]
        )
        near(of_roles.coefficients, np.tile(alike.coefficients, 2))
        near(of_roles.standard_errors, np.tile(alike.standard_errors, 2))
        near(of_roles.log_likelihood, alike.log_likelihood)
        assert of_roles.n_parameters == alike.n_parameters == 5


def test_fit_of_several_compositions_is_the_fit_of_each() -> None:
    couples, kinds = random_couples(12, 60), np.arange(60) % 3
    together = fit(model_of(couples, compositions=KINDS, composition_of=kinds, centred=False))
    log_likelihood, begin = 0.0, 0
    for number, composition in enumerate(KINDS):
        part = {"y": couples["y"][kinds == number], "x": {"x1": couples["x"]["x1"][kinds == number]}}
        alone = fit(model_of(part, compositions=[composition], centred=False))
        end = begin + len(alone.coefficients)
        near(together.coefficients[begin:end], alone.coefficients)
        near(together.degrees_of_freedom[begin:end], alone.degrees_of_freedom)
        log_likelihood, begin = log_likelihood + alone.log_likelihood, end
    near(together.log_likelihood, log_likelihood)


def test_fit_without_centring_is_the_same_model() -> None:
    """Interactions do not depend on what is subtracted; an effect at z = 0 follows from that at the mean."""
    couples = random_couples(5, 80, n_predictors=2)
    options: dict[str, Any] = {
        "covariates": {"z": couples["z"]}, "interactions": [("x1", "z")], "compositions": ROLES
    }  # fmt: skip
    centred, raw = (fit(model_of(couples, centred=centred, **options)) for centred in (True, False))
    near(centred.log_likelihood, raw.log_likelihood)
    mean = centred.model.means["z"]
    for cell in centred.model.cells:
        for kind in ("actor", "partner"):
            interaction = raw.coefficient(kind, "x1", covariate="z", cell=cell)
            near(interaction, centred.coefficient(kind, "x1", covariate="z", cell=cell))
            at_zero = centred.coefficient(kind, "x1", cell=cell) - mean * interaction
            roughly(raw.coefficient(kind, "x1", cell=cell), at_zero)
            near(raw.coefficient(kind, "x2", cell=cell), centred.coefficient(kind, "x2", cell=cell))


def test_r_squared_compares_with_the_model_without_predictors() -> None:
    couples = random_couples(6, 40)
    y = couples["y"]
    fitted = fit(model_of(couples, compositions=ROLES))
    for role, cell in enumerate(fitted.model.cells):
        near(fitted.r_squared[cell], 1 - fitted.residual_covariances[0][role, role] / y[:, role].var(ddof=1))
    exchangeable = fit(model_of(couples), method="ML")
    total = ((y - y.mean()) ** 2).sum() / y.size
    near(exchangeable.r_squared[""], 1 - exchangeable.residual_sds[""] ** 2 / total)


def test_standardizing_factors() -> None:
    couples = random_couples(8, 45)
    kinds = np.arange(45) % 3
    model = model_of(couples, compositions=KINDS, composition_of=kinds, covariates={"z": couples["z"]})
    x, y = couples["x"]["x1"], couples["y"]
    pooled = standardizing_factors(model, "pooled")
    near(pooled[model.position("partner", "x1", cell="mm")], x.std(ddof=1) / y.std(ddof=1))
    by_cell = standardizing_factors(model, "by_cell")
    of_roles = kinds == 1
    sds = x[of_roles].std(axis=0, ddof=1), y[of_roles].std(axis=0, ddof=1)
    near(by_cell[model.position("actor", "x1", cell="fm first")], sds[0][0] / sds[1][0])
    near(by_cell[model.position("partner", "x1", cell="fm first")], sds[0][1] / sds[1][0])
    near(by_cell[model.position("partner", "x1", cell="fm second")], sds[0][0] / sds[1][1])
    near(
        by_cell[model.position("actor", "x1", cell="ff")],
        x[kinds == 0].std(ddof=1) / y[kinds == 0].std(ddof=1),
    )
    assert math.isnan(by_cell[model.position("intercept", cell="ff")])
    assert math.isnan(by_cell[model.position("covariate", None, "z", cell="ff")])


def test_constraint_of_unequal_weights() -> None:
    """A partner effect of .3 of the actor effect is one regression on x + .3 times the partner's x."""
    couples = random_couples(9, 40)
    model = model_of(couples, centred=False)
    weights = np.array([0.0, -0.3, 1.0])
    fitted = fit(model, constraints=weights, method="ML")
    near(fitted.coefficients[2], 0.3 * fitted.coefficients[1])
    design = design_of(model, couples, np.zeros(40, dtype=int)) @ np.array([[1, 0], [0, 1], [0, 0.3]])
    value, coefficients = largest_likelihood(
        design,
        couples["y"],
        lambda parameters: [two_by_two(parameters[0], *parameters)],
        2,
        np.zeros(40, dtype=int),
        restricted=False,
    )
    near(fitted.log_likelihood, value)
    near(fitted.coefficients[:2], coefficients, rel=1e-5)


def test_constraints_that_follow_from_others_change_nothing() -> None:
    couples, kinds = random_couples(10, 60), np.arange(60) % 3
    model = model_of(couples, compositions=KINDS, composition_of=kinds)
    positions = [model.position("actor", "x1", cell=cell) for cell in model.cells]
    once = fit(model, constraints=equal(model, positions))
    twice = fit(model, constraints=np.vstack([equal(model, positions), equal(model, positions[::-1])]))
    near(twice.coefficients, once.coefficients)
    assert twice.n_parameters == once.n_parameters


def test_one_column_of_couples_in_roles_of_one_composition() -> None:
    """A single composition may have a name, which its cells then have too."""
    couples = random_couples(13, 20)
    named = fit(model_of(couples, compositions=[Composition(name="f-m", roles=("f", "m"))]))
    assert list(named.residual_sds) == ["f-m f", "f-m m"]
    near(named.coefficients, fit(model_of(couples, compositions=ROLES)).coefficients)


def test_scores_far_from_zero() -> None:
    """Years of birth as a predictor: differences of large numbers keep their digits."""
    couples = random_couples(14, 200)
    far = {"y": couples["y"], "x": {"x1": couples["x"]["x1"] + 1e7}}
    near(fit(model_of(far)).coefficients, fit(model_of(couples)).coefficients, rel=1e-7)


def test_a_model_with_one_couple_term_only_needs_its_own_arrays() -> None:
    """Arrays of whole numbers and lists are read like arrays of floats."""
    lists = actor_partner_equations([[4, 5], [2, 3], [3, 3], [5, 4]], {"x": [[3, 4], [1, 3], [2, 4], [4, 2]]})
    arrays = actor_partner_equations(
        np.array([[4, 5], [2, 3], [3, 3], [5, 4]]), {"x": np.array([[3, 4], [1, 3], [2, 4], [4, 2]])}
    )
    assert np.array_equal(fit(lists).coefficients, fit(arrays).coefficients)
