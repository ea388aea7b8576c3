"""Tests of paths: Wald, F and likelihood ratio."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy_scales.dyads.actor_partner.constraints import equal_across_cells, role_differences, zero
from intimacy_scales.dyads.actor_partner.fit import fit
from intimacy_scales.dyads.actor_partner.tests_of_paths import (
    PATTERNS,
    f_test,
    likelihood_ratio_test,
    path_tests,
    pattern_weights,
    wald_test,
)
from tests.shared.actor_partner_couples import KINDS, ROLES, model_of, random_couples
from tests.shared.comparison import near, roughly


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(6, 50))
@settings(max_examples=25)
def test_f_test_of_one_coefficient_is_its_t_squared(seed: int, n: int) -> None:
    fitted = fit(model_of(random_couples(seed, n)))
    for position in range(3):
        test = f_test(fitted, zero(fitted.model, [position]))
        t = fitted.coefficients[position] / fitted.standard_errors[position]
        near([test.statistic, test.df_denominator], [t * t, fitted.degrees_of_freedom[position]])
        near(test.p_value, 2 * stats.t.sf(abs(t), test.df_denominator))


def test_wald_test_of_values() -> None:
    fitted = fit(model_of(random_couples(2, 60), compositions=ROLES))
    rows = zero(fitted.model, [1, 4])
    test = wald_test(fitted, rows, np.array([0.5, 0.4]))
    deviations = fitted.coefficients[[1, 4]] - [0.5, 0.4]
    expected = deviations @ np.linalg.inv(fitted.covariance[np.ix_([1, 4], [1, 4])]) @ deviations
    near([test.statistic, test.p_value, test.df], [expected, stats.chi2.sf(expected, 2), 2])


def test_f_test_of_several_coefficients_of_roles_is_exact_in_each() -> None:
    """Both effects of one role: the F test of the regression in that role."""
    couples = random_couples(3, 25)
    fitted = fit(model_of(couples, compositions=ROLES))
    test = f_test(fitted, zero(fitted.model, [1, 2]))
    y, x = couples["y"][:, 0], couples["x"]["x1"]
    design = np.column_stack([np.ones(25), x])
    left = ((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum()
    expected = ((((y - y.mean()) ** 2).sum() - left) / 2) / (left / 22)
    roughly([test.statistic, test.df_denominator], [expected, 22])
    roughly(test.p_value, stats.f.sf(expected, 2, 22))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_weights_hold_in_a_fit_under_them(pattern: str) -> None:
    model = model_of(random_couples(4, 80, n_predictors=2), compositions=ROLES)
    weights = pattern_weights(model, "x2", pattern)  # type: ignore[arg-type]
    fitted = fit(model, constraints=weights)
    for cell in model.cells:
        actor, partner = (fitted.coefficient(kind, "x2", cell=cell) for kind in ("actor", "partner"))
        relation = {"actor_only": partner, "partner_only": actor, "couple": actor - partner}
        near(relation.get(pattern, actor + partner), 0)
    one = pattern_weights(model, "x2", pattern, cells=["second"])  # type: ignore[arg-type]
    assert np.array_equal(one, weights[1:])


def test_path_tests_agree_in_large_samples() -> None:
    couples = random_couples(5, 20_000)
    couples["y"][:, 1] += 0.04 * couples["x"]["x1"][:, 1]
    model = model_of(couples, compositions=ROLES)
    tests = path_tests(fit(model), role_differences(model)[1:2])
    assert tests.wald.statistic > 5
    near(tests.likelihood_ratio.statistic, tests.wald.statistic, rel=2e-3)
    near(tests.f.statistic, tests.wald.statistic)
    near(tests.f.p_value, tests.wald.p_value, rel=1e-2)


def test_path_tests_of_compositions_are_right_under_the_null_hypothesis() -> None:
    """All couples have the same effects: 5 % of tests have p below .05, and F keeps that with few couples."""
    p_values = []
    for seed in range(100):
        couples, kinds = random_couples(1000 + seed, 48), np.arange(48) % 3
        model = model_of(couples, compositions=KINDS, composition_of=kinds)
        p_values.append(f_test(fit(model), equal_across_cells(model, kinds=["partner"])).p_value)
    share = np.mean(np.array(p_values) < 0.05)
    assert share < 0.11  # .05, and 2.7 standard errors of a share of .05 in 100


def test_likelihood_ratio_test_is_that_of_the_fits() -> None:
    couples, kinds = random_couples(6, 90), np.arange(90) % 3
    model = model_of(couples, compositions=KINDS, composition_of=kinds)
    free = fit(model, method="ML")
    constraints = equal_across_cells(model)
    same = fit(model, constraints=constraints, method="ML")
    test = likelihood_ratio_test(same, free)
    assert (test.df, test.method) == (6, "likelihood ratio")
    near(test.statistic, 2 * (free.log_likelihood - same.log_likelihood))
    near(path_tests(fit(model), constraints).likelihood_ratio.statistic, test.statistic)
    structures = likelihood_ratio_test(fit(model, residuals="one_for_all", method="ML"), free)
    assert structures.df == 7 - 2
    assert structures.statistic > 0


def test_path_tests_under_constraints_of_the_fit() -> None:
    """What the fit holds equal stays so in the model that a hypothesis is tested in."""
    couples, kinds = random_couples(7, 90), np.arange(90) % 3
    model = model_of(couples, compositions=KINDS, composition_of=kinds)
    fitted = fit(model, constraints=equal_across_cells(model, kinds=["partner"]))
    tests = path_tests(fitted, equal_across_cells(model, kinds=["actor"]))
    both = likelihood_ratio_test(
        fit(model, constraints=equal_across_cells(model), method="ML"), fitted.by_maximum_likelihood
    )
    near(tests.likelihood_ratio.statistic, both.statistic)
    assert tests.likelihood_ratio.df == tests.wald.df == 3
