"""Couples that do not determine a model, and options that are not valid: what messages say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads.actor_partner.constraints import (
    equal_across_cells,
    role_differences,
    zero,
)
from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
from intimacy_scales.dyads.actor_partner.fit import fit
from intimacy_scales.dyads.actor_partner.standardized import standardizing_factors
from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.actor_partner.tests_of_paths import (
    f_test,
    likelihood_ratio_test,
    pattern_weights,
    wald_test,
)
from intimacy_scales.errors import EstimationError, NotConvergedError, NotIdentifiedError
from tests.shared.actor_partner_couples import KINDS, ROLES, model_of, random_couples
from tests.shared.comparison import near

COUPLES = random_couples(1, 30, n_predictors=2)
Y, X = COUPLES["y"], COUPLES["x"]["x1"]
BOTH_THE_SAME = X.mean(axis=1, keepdims=True).repeat(2, axis=1)
RANKS = np.column_stack([X[:, 0], 6 - X[:, 0]])


@pytest.mark.parametrize("roles", [None, ROLES], ids=["exchangeable", "roles"])
@pytest.mark.parametrize(
    ("predictors", "words"),
    [
        ({"x": BOTH_THE_SAME}, "x is the same for both partners of every couple of the sample"),
        ({"x": BOTH_THE_SAME + 1e-14 * X}, "x is the same for both partners of every couple of the sample"),
        ({"x": RANKS}, "the sum of x over both partners is the same for every couple"),
        ({"x": np.full((30, 2), 5.1)}, "x does not vary in the sample; leave it out"),
        ({"other": X, "x": np.full((30, 2), 2.0)}, "x does not vary in the sample; leave it out"),
        ({"x": X, "twice": 2 * X - 3}, "these variables depend linearly on each other"),
        ({"x": X, "partner": X[:, ::-1]}, "these variables depend linearly on each other"),
    ],
)
def test_predictors_that_do_not_determine_effects(roles: Any, predictors: Any, words: str) -> None:
    model = actor_partner_equations(Y, predictors, compositions=roles or (Composition(),))
    with pytest.raises(NotIdentifiedError) as caught:
        fit(model)
    assert words in str(caught.value)
    assert any("actor effect of x" in name for name in caught.value.parameters)


def test_an_undetermined_effect_is_named_alone() -> None:
    years = np.arange(60.0).reshape(30, 2) // 2 % 11
    model = actor_partner_equations(Y, {"x": X, "years": years}, covariates={"z": COUPLES["z"]})
    with pytest.raises(NotIdentifiedError) as caught:
        fit(model)
    assert caught.value.parameters == ("actor effect of years", "partner effect of years")


@pytest.mark.parametrize("pattern", ["actor_only", "partner_only", "couple"])
def test_constraints_determine_effects_of_a_predictor_that_couples_share(pattern: Any) -> None:
    """The message about it names a covariate as the way out; a constraint is another."""
    model = actor_partner_equations(Y, {"x": BOTH_THE_SAME}, centred=False)
    fitted = fit(model, constraints=pattern_weights(model, "x", pattern), method="ML")
    as_covariate = actor_partner_equations(Y, {"x1": X}, covariates={"x": BOTH_THE_SAME[:, 0]}, centred=False)
    same = fit(as_covariate, constraints=zero(as_covariate, [2, 3]), method="ML")
    near(fitted.log_likelihood, same.log_likelihood)
    near(fitted.coefficients[1:].sum(), same.coefficients[1])


def test_advice_for_sums_that_are_the_same() -> None:
    model = actor_partner_equations(Y, {"x": RANKS})
    actor_only = fit(model, constraints=pattern_weights(model, "x", "actor_only"))
    contrast = fit(model, constraints=pattern_weights(model, "x", "contrast"))
    near(actor_only.coefficients[1], 2 * contrast.coefficients[1])


@pytest.mark.parametrize(
    ("composition", "n", "needed"), [(Composition(), 2, 3), (Composition(roles=("a", "b")), 4, 5)]
)
def test_too_few_couples(composition: Composition, n: int, needed: int) -> None:
    few = model_of({"y": Y[:n], "x": {"x1": X[:n]}}, compositions=[composition])
    with pytest.raises(EstimationError, match=f"{n} couples, and this model needs at least {needed}"):
        fit(few)
    enough = fit(model_of({"y": Y[:needed], "x": {"x1": X[:needed]}}, compositions=[composition]))
    assert np.isfinite(enough.standard_errors).all()
    assert (enough.standard_errors > 0).all()


def test_too_few_couples_of_one_composition_can_borrow_from_others() -> None:
    kinds = np.array([0] * 14 + [1] * 14 + [2] * 2)
    model = model_of(COUPLES, compositions=KINDS, composition_of=kinds)
    with pytest.raises(EstimationError, match="composition 'mm' has 2 couples"):
        fit(model)
    kinds_of_terms = ("intercept", "actor", "partner")
    fitted = fit(model, constraints=equal_across_cells(model, kinds=kinds_of_terms), residuals="one_for_all")
    assert np.isfinite(fitted.coefficients).all()


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize(
    ("outcome", "composition", "words"),
    [
        (np.full((30, 2), 3.0), Composition(), "has the same sum for every couple in the sample"),
        (np.column_stack([X[:, 0], X[:, 0]]), Composition(), "the same for both partners of every couple"),
        (np.column_stack([Y[:, 0], np.full(30, 2.0)]), Composition(roles=("f", "m")), "of m does not vary"),
        (0.3 * X + 0.1 * X[:, ::-1], Composition(), "the outcome is made of the predictors"),
        (0.3 * X + 0.1 * X[:, ::-1], Composition(roles=("f", "m")), "the outcome is made of the predictors"),
        (Y[:, :1] * [1, 2], Composition(roles=("f", "m")), "a multiple of the other's"),
    ],
)
def test_outcomes_without_residuals(outcome: Any, composition: Any, words: str, method: Any) -> None:
    model = actor_partner_equations(outcome, {"x": X}, compositions=[composition])
    with pytest.raises(EstimationError, match=words):
        fit(model, method=method)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"outcome": Y[:, 0]}, r"outcome has the shape \(30,\); allowed: \(n, 2\)"),
        ({"predictors": {}}, "at least one predictor"),
        ({"predictors": {"x": X[:29]}}, "x has 29 couples and the outcome has 30"),
        ({"predictors": {"x": np.where(X > 4, np.nan, X)}}, "x is missing or infinite in"),
        ({"covariates": {"z": X}}, r"z has the shape \(30, 2\); allowed: \(n,\)"),
        ({"covariates": {"x": X[:, 0]}}, r"\['x'\] are predictors and covariates"),
        ({"interactions": [("x", "z")]}, "covariate of an interaction='z'"),
        (
            {"covariates": {"z": COUPLES["z"]}, "interactions": [("y", "z")]},
            "predictor of an interaction='y'",
        ),
        ({"compositions": KINDS}, "composition_of must say"),
        ({"compositions": KINDS, "composition_of": np.full(30, 3)}, "a whole number from 0 to 2"),
        ({"compositions": KINDS, "composition_of": np.arange(30) % 2}, "no couple has the composition 'mm'"),
        ({"compositions": [KINDS[0], KINDS[0]], "composition_of": np.zeros(30)}, "with different names"),
        ({"compositions": []}, "one or more"),
    ],
)
def test_arguments_that_are_not_valid(options: Any, words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        actor_partner_equations(**({"outcome": Y, "predictors": {"x": X}} | options))


def test_a_pair_of_names_given_twice() -> None:
    with pytest.raises(EstimationError, match="has a name twice"):
        actor_partner_equations(
            Y, {"x": X}, covariates={"z": COUPLES["z"]}, interactions=[("x", "z"), ("x", "z")]
        )


def test_options_that_are_not_valid() -> None:
    model, roles = model_of(COUPLES), model_of(COUPLES, compositions=ROLES)
    fitted = fit(model)
    calls: list[tuple[Any, str]] = [
        (lambda: fit(model, method="reml"), "did you mean 'REML'"),  # type: ignore[arg-type]
        (lambda: fit(model, residuals="equal"), "equal_variances"),  # type: ignore[arg-type]
        (lambda: fit(model, constraints=np.eye(3)), "a column for each of the 5 coefficients"),
        (lambda: fit(model, constraints=np.full(5, np.nan)), "finite weights"),
        (lambda: model.position("actor", "x3"), "did you mean 'actor effect of x"),
        (lambda: roles.position("actor", "x1"), "the model has no actor effect of x1; did you mean"),
        (lambda: pattern_weights(model, "x1", "actor"), "actor_only"),  # type: ignore[arg-type]
        (lambda: equal_across_cells(model), "two or more different ones"),
        (lambda: equal_across_cells(roles, cells=["first", "third"]), "two or more different ones"),
        (lambda: equal_across_cells(roles, predictors=["x9"]), "no coefficients of the kinds"),
        (lambda: role_differences(model), "composition with roles"),
        (lambda: standardizing_factors(model, "pool"), "pooled"),  # type: ignore[arg-type]
        (lambda: likelihood_ratio_test(fitted, fit(model, method="ML")), "method='REML' of a fit"),
        (lambda: wald_test(fitted, np.zeros((1, 5))), "the hypotheses follow from each other"),
        (lambda: f_test(fitted, zero(model, [1, 1])), "the hypotheses follow from each other"),
    ]
    for call, words in calls:
        with pytest.raises(EstimationError) as caught:
            call()
        assert words in str(caught.value), str(caught.value)


def test_fits_that_are_not_nested() -> None:
    one, two = (fit(model_of(random_couples(seed, 20)), method="ML") for seed in (1, 2))
    with pytest.raises(EstimationError, match="not nested"):
        likelihood_ratio_test(one, two)
    with pytest.raises(EstimationError, match="not nested"):
        likelihood_ratio_test(one, one)
    constrained = fit(one.model, constraints=zero(one.model, [1]), method="ML")
    with pytest.raises(EstimationError, match="follow from"):
        wald_test(constrained, zero(one.model, [1]))


@pytest.mark.parametrize("outcome", [np.tile([[1.0, 2.0]], (8, 1)), Y[:8, :1] * [1, 2]])
def test_one_correlation_of_residuals_that_are_singular(outcome: Any) -> None:
    """In one of three compositions the partners' residuals are proportional: the likelihood has no bound."""
    kinds = np.array([0] * 8 + [1] * 8 + [2] * 14)
    y = Y.copy()
    y[8:16] = outcome
    model = model_of({"y": y, "x": {"x1": X}}, compositions=KINDS, composition_of=kinds)
    with pytest.raises(EstimationError, match="composition 'fm'"):
        fit(model, residuals="one_correlation", method="ML")


def test_a_search_without_a_maximum_says_so() -> None:
    """Of four couples, the restricted likelihood grows as residuals of both partners become proportional."""
    outcome = [[1, 3], [2, 1], [1, 3], [2, 2]]
    model = actor_partner_equations(outcome, {"x": [[1, 1], [2, 3], [1, 2], [1, 3]]}, compositions=ROLES)
    constraints = equal_across_cells(model, kinds=["intercept", "actor", "partner"])
    with pytest.raises(NotConvergedError, match="probably too few couples"):
        fit(model, constraints=constraints)
    assert np.isfinite(fit(model, constraints=constraints, residuals="equal_variances").coefficients).all()


def test_constraints_determine_effects_of_a_predictor_that_is_constant_in_one_role() -> None:
    x = np.column_stack([X[:, 0], np.full(30, 3.1)])
    model = actor_partner_equations(Y, {"x": x}, compositions=ROLES, centred=False)
    with pytest.raises(NotIdentifiedError) as caught:
        fit(model)
    assert caught.value.parameters == ("partner effect of x (first)", "actor effect of x (second)")
    constraints = equal_across_cells(model, kinds=["intercept", "actor", "partner"])
    fitted = fit(model, constraints=constraints, residuals="equal_variances", method="ML")
    alike = fit(actor_partner_equations(Y, {"x": x}, centred=False), method="ML")
    near(fitted.coefficients[:3], alike.coefficients)
    near(fitted.log_likelihood, alike.log_likelihood)
