"""Exchangeable partners: figures that do not depend on who is called first, judged against I-SAT."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.dyads import DyadicInvariance, Dyads, ExchangeableMeasurement, dyadic_invariance
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import srmr_of
from tests.shared.comparison import near, roughly
from tests.shared.couples import some_of, swapped
from tests.shared.simulated_couples import ITEMS, close_couples, closeness_answers

OPTIONS: list[dict[str, Any]] = [
    {},
    {"estimator": "MLR"},
    {"missing": "fiml"},
    {"estimator": "MLR", "missing": "fiml"},
]


def measured(answers: Any, **options: Any) -> ExchangeableMeasurement:
    result = dyadic_invariance(close_couples(answers, roles=False), "closeness", **options).exchangeable
    assert result is not None
    return result


def figures(result: ExchangeableMeasurement) -> list[float]:
    """Every figure of a result."""
    rows = [f for p in result.parameters for f in (p.estimate, p.se, p.std_all, p.std_all_se)]
    fit = [result.fit.chi_square, result.fit.cfi, result.fit.rmsea, result.fit.baseline_chi_square]
    scaled = [] if result.scaled is None else [result.scaled.chi_square, result.scaled.robust_cfi]
    return [*rows, *fit, *scaled, result.srmr, result.omega, result.partner_correlation.se]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@settings(max_examples=3)
@given(seed=st.integers(0, 2**32 - 1))
def test_dyadic_invariance_of_exchangeable_partners_is_the_same_for_any_order(
    options: Any, seed: int
) -> None:
    answers = closeness_answers(80, missing=0.05, seed=2)
    other = swapped(answers, some_of(80, seed))
    roughly(figures(measured(other, **options)), figures(measured(answers, **options)), rel=1e-5, abs=1e-6)


def test_fit_is_judged_against_the_saturated_model_in_closed_form() -> None:
    answers = closeness_answers(150, higher=0.4)
    result = measured(answers)
    # I-SAT has the moments that the couples have if each is entered in both orders
    n, _, k = answers.shape
    both = np.concatenate([answers, answers[:, ::-1]]).reshape(2 * n, 2 * k)
    covariances, means = np.cov(both.T, bias=True), both.mean(axis=0)

    def deviance(implied: Any, implied_means: Any) -> float:
        """Twice the lost log likelihood, per couple, against the observed moments of both orders."""
        gap = means - implied_means
        inner = covariances + np.outer(gap, gap)
        return float(
            np.linalg.slogdet(implied)[1]
            - np.linalg.slogdet(covariances)[1]
            + np.trace(np.linalg.solve(implied, inner))
            - 2 * k
        )

    estimates = {p.name: p.estimate for p in result.parameters}
    loads = np.array([estimates[f"closeness_wife =~ {i}_wife"] for i in ITEMS])
    errors = np.array([estimates[f"{i}_wife ~~ {i}_wife"] for i in ITEMS])
    same = np.array([estimates[f"{i}_wife ~~ {i}_husband"] for i in ITEMS])
    r = result.partner_correlation.estimate
    within = np.outer(loads, loads) + np.diag(errors)
    across = r * np.outer(loads, loads) + np.diag(same)
    implied = np.block([[within, across], [across, within]])
    implied_means = np.tile([estimates[f"{i}_wife ~ 1"] for i in ITEMS], 2)
    roughly(result.fit.chi_square, n * deviance(implied, implied_means), rel=1e-6)
    roughly(result.fit.baseline_chi_square, n * deviance(np.diag(covariances.diagonal()), means), rel=1e-6)
    near(result.srmr, srmr_of(covariances, implied, means, implied_means), rel=1e-4)
    moments, parameters = 2 * k * (2 * k + 3) // 2 - k * (k + 1), len(result.parameters)
    assert (result.fit.df, result.fit.n) == (moments - parameters, n)
    near(result.omega, loads.sum() ** 2 / (loads.sum() ** 2 + errors.sum()))


def test_roles_that_are_not_used_give_the_same() -> None:
    answers = closeness_answers(120)
    one = dyadic_invariance(close_couples(answers), "closeness", distinguishable=False)
    other = dyadic_invariance(close_couples(answers, roles=False), "closeness")
    assert one.exchangeable == other.exchangeable
    assert one.reason == "partners are treated as exchangeable (distinguishable=False)"


def test_the_exchangeable_model_is_the_last_step() -> None:
    answers = closeness_answers(120)
    last = dyadic_invariance(close_couples(answers), "closeness")["means"]
    result = measured(answers)
    shared = {p.name: p for p in last.parameters}
    for p in result.parameters:
        roughly([p.estimate, p.se], [shared[p.name].estimate, shared[p.name].se])


def test_what_has_no_meaning_for_exchangeable_partners_says_why() -> None:
    result = dyadic_invariance(close_couples(closeness_answers(120), roles=False), "closeness")
    assert (result.models, result.changes, result.distinguishable) == ({}, (), False)
    assert result.reason == "partners have no roles, so that their order is arbitrary"
    assert result.mean_difference.reason == result.reason
    assert result.status("scalar") == "not tested"
    for ask in (result.dmacs, lambda: result.constraint_tests("metric"), lambda: result.misfits("metric")):
        with pytest.raises(EstimationError, match="differences between partners in closeness cannot be"):
            ask()
    assert result.to_free() is None
    assert result.sentence().startswith("Differences between the partners cannot be tested: partners have no")
    assert "Judged against the saturated model of such partners" in result.sentence()
    assert len(result.to_frame()) == len(result.exchangeable.parameters) if result.exchangeable else False
    assert [table.title for table in result.page().tables] == ["Parameters of both partners"]
    assert "no steps of invariance" in repr(result)
    assert "I-SAT" in result.to_html()
    again = DyadicInvariance.from_json(result.to_json(), instrument=close_couples(closeness_answers(9)).form)
    assert again.to_dict() == result.to_dict()
    robust = measured(closeness_answers(120), estimator="MLR")
    assert "Yuan-Bentler scaled chi-square" in robust.sentence()


def test_mixed_couples_have_no_common_role() -> None:
    table = pd.DataFrame(
        {"couple": np.repeat(np.arange(120), 2), "role": np.tile(["f", "f", "f", "m", "m", "m"], 40)}
    )
    answers = closeness_answers(120)
    table[[*ITEMS]] = answers.reshape(240, len(ITEMS))
    form = close_couples(answers).form
    assert form is not None
    table["person"] = np.arange(240)
    dyads = Dyads.from_long(form, table, couple="couple", person="person", role="role", mixed=True)
    result = dyadic_invariance(dyads, "closeness")
    assert result.reason is not None
    assert "so that no role distinguishes all partners" in result.reason


def test_partners_without_roles_are_not_made_distinguishable() -> None:
    dyads = close_couples(closeness_answers(60), roles=False)
    with pytest.raises(
        EstimationError,
        match="distinguishable=True needs the same two roles in every couple, and partners have no",
    ):
        dyadic_invariance(dyads, "closeness", distinguishable=True)
    with pytest.raises(EstimationError, match=r"estimator='GLS' is not valid; allowed: 'ML', 'MLR'"):
        dyadic_invariance(dyads, "closeness", estimator="GLS")
    with pytest.raises(
        EstimationError, match=r"missing='pairwise' is not valid; allowed: 'listwise', 'fiml'"
    ):
        dyadic_invariance(dyads, "closeness", missing="pairwise")


def test_saturated_and_independent_models_have_the_degrees_of_freedom_of_olsen_and_kenny() -> None:
    fit, k = measured(closeness_answers(100)).fit, len(ITEMS)
    i_sat, i_null = k * (k + 1), 2 * k * (2 * k + 3) // 2 - 2 * k
    assert fit.baseline_df == i_null - i_sat
    usual = dyadic_invariance(close_couples(closeness_answers(100)), "closeness")["means"].fit
    assert fit.df == usual.df - i_sat


@given(seed=st.integers(0, 1000), places=st.lists(st.booleans(), min_size=60, max_size=60))
@settings(max_examples=6)
def test_standard_deviations_do_not_depend_on_who_is_first(seed: int, places: list[bool]) -> None:
    answers = closeness_answers(60, seed=seed)
    both = [
        dyadic_invariance(close_couples(x, roles=False), "closeness").sds
        for x in (answers, swapped(answers, places))
    ]
    assert both[0].tolist() == both[1].tolist()
    near(both[0], np.tile(np.std(answers.reshape(-1, answers.shape[2]), axis=0, ddof=1), (2, 1)))
