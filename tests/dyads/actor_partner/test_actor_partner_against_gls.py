"""Fits against nlme::gls, glmmTMB and lmerTest: real couples, and couples simulated for this purpose."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads.actor_partner.constraints import equal_across_cells, role_differences, zero
from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.dyads.actor_partner.model import ActorPartnerModel, actor_partner_model
from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.actor_partner.tests_of_paths import distinguishability, f_test, pattern_weights
from tests.shared.actor_partner_couples import KINDS, ROLES, simulated_by_r
from tests.shared.comparison import close, near
from tests.shared.folders import REFERENCE
from tests.shared.reference_couples import acipair, r_values

GLS_FIXED, GLS_VARIANCE, GLS_LOG_LIKELIHOOD = 1e-5, 1e-4, 1e-6  # relative; nlme's optimizer stops there
SPOUSES = (Composition(roles=("Husband", "Wife")),)
WRITTEN = json.loads((REFERENCE / "actor_partner.json").read_text(encoding="utf-8"))
METHODS = ("ML", "REML")


def of_gls_by_ml(values: dict[str, Any]) -> float:
    """Return what gls multiplies the standard errors of ML by: sqrt(N / (N - p))."""
    p = len(values["coefficients"]["estimate"])
    return math.sqrt(values["n"] / (values["n"] - p)) if values["method"] == "ML" else 1.0


def assert_as_gls(fitted: ActorPartnerFit, values: dict[str, Any], positions: list[int]) -> None:
    factor = of_gls_by_ml(values)
    near(fitted.coefficients[positions], values["coefficients"]["estimate"], rel=GLS_FIXED)
    near(fitted.standard_errors[positions] * factor, values["coefficients"]["se"], rel=GLS_FIXED)
    covariances = np.array(values["coef_vcov"]["values"])
    near(fitted.covariance[np.ix_(positions, positions)] * factor**2, covariances, rel=GLS_FIXED, abs=1e-9)
    near(fitted.log_likelihood, values["logLik"], rel=GLS_LOG_LIKELIHOOD)
    near(fitted.residual_correlations[""], values["rho"], rel=GLS_VARIANCE)


PREDICTORS = {
    ("acipair", "apim_otherpos"): ["oth"],
    ("acipair", "apim_tension"): ["ten"],
    ("acipair", "apim_otherpos_selfpos"): ["oth", "slf"],
}


def husbands_first(shared: Path, names: list[str]) -> dict[str, Any]:
    """Return scores of the couples of acipair, with the partners in the order of R's models."""
    return {name: acipair(shared).variable(name)[:, ::-1] for name in names}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data_and_block", PREDICTORS)
class TestAcitelli:
    """148 couples; two-intercept and interaction forms."""

    def model(self, shared: Path, data_and_block: tuple[str, str], **options: Any) -> ActorPartnerModel:
        x = husbands_first(shared, PREDICTORS[data_and_block])
        y = husbands_first(shared, ["sat"])["sat"]
        return actor_partner_model(y, x, centred=False, **options)

    def test_exchangeable(self, shared: Path, data_and_block: tuple[str, str], method: Any) -> None:
        data, block = data_and_block
        model = self.model(shared, data_and_block)
        values = r_values(shared, data)[block]["indistinguishable"][method]
        fitted = fit(model, method=method)
        n = len(model.variables.predictors)
        positions = [0, *range(1, 2 * n, 2), *range(2, 2 * n + 1, 2)]
        assert_as_gls(fitted, values, positions)
        near(fitted.residual_sds[""], values["sigma"], rel=GLS_VARIANCE)

    def test_roles(self, shared: Path, data_and_block: tuple[str, str], method: Any) -> None:
        data, block = data_and_block
        model = self.model(shared, data_and_block, compositions=SPOUSES)
        values = r_values(shared, data)[block]["distinguishable_two_intercept"][method]
        n = len(model.variables.predictors)
        t = 1 + 2 * n
        numbers = [0, *range(1, t, 2), *range(2, t, 2)]
        positions = [number + role * t for number in numbers for role in (0, 1)]
        fitted = fit(model, method=method)
        assert_as_gls(fitted, values, positions)
        ratios = {cell: sd / values["sigma"] for cell, sd in fitted.residual_sds.items()}
        assert ratios == pytest.approx(values["sd_ratio"], rel=GLS_VARIANCE)

    def test_roles_as_interactions(self, shared: Path, data_and_block: tuple[str, str], method: Any) -> None:
        data, block = data_and_block
        model = self.model(shared, data_and_block, compositions=SPOUSES)
        values = r_values(shared, data)[block]["distinguishable_interaction"][method]
        fitted = fit(model, method=method)
        n = len(model.variables.predictors)
        effects = [*range(1, 1 + 2 * n, 2), *range(2, 2 + 2 * n, 2)]
        first, differences = zero(model, range(1 + 2 * n)), role_differences(model)
        weights = np.vstack([first[[0]], differences[[0]], first[effects], differences[effects]])
        near(weights @ fitted.coefficients, values["coefficients"]["estimate"], rel=GLS_FIXED, abs=1e-8)
        errors = np.sqrt((weights @ fitted.covariance @ weights.T).diagonal()) * of_gls_by_ml(values)
        near(errors, values["coefficients"]["se"], rel=GLS_FIXED)
        near(fitted.log_likelihood, values["logLik"], rel=GLS_LOG_LIKELIHOOD)

    def test_distinguishability(self, shared: Path, data_and_block: tuple[str, str], method: Any) -> None:
        data, block = data_and_block
        model = self.model(shared, data_and_block, compositions=SPOUSES)
        values = r_values(shared, data)[block]["lr_test_distinguishability_ML"]
        test = distinguishability(model)
        assert test.df == values["df"]
        close([test.statistic, test.p_value], [values["chisq"], values["p"]], within=1e-4)


def test_constraints_of_exchangeable_couples(shared: Path) -> None:
    """An actor effect of one predictor and a partner effect of another, as in the README of dyadr."""
    scores = husbands_first(shared, ["sat", "ten", "slf"])
    model = actor_partner_model(scores.pop("sat"), scores, centred=False)
    constraints = zero(model, [model.position("partner", "ten"), model.position("actor", "slf")])
    fitted = fit(model, constraints=constraints)
    assert_as_gls(fitted, r_values(shared, "acipair")["published_check_dyadr_readme"], [0, 1, 4])
    assert fitted.coefficients[[2, 3]].tolist() == [0, 0]


COMPOSITIONS = (
    Composition(name="FF"),
    Composition(name="FM", roles=("female", "male")),
    Composition(name="MM"),
)


@pytest.fixture
def three_compositions(shared: Path) -> ActorPartnerModel:
    table = pd.read_csv(shared / "oracles/data/sim_compositions.csv")
    table = table.sort_values(["dyad", "gender", "member"])
    y, x = (table[name].to_numpy(dtype=float).reshape(-1, 2) for name in ("y", "x_A"))
    kinds = [("FF", "FM", "MM").index(name) for name in table["composition"][::2]]
    return actor_partner_model(y, {"x": x}, compositions=COMPOSITIONS, composition_of=kinds, centred=False)


BY_KIND_OF_TERM = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("source", ["own", "glmmTMB"])
def test_three_compositions(
    shared: Path, three_compositions: ActorPartnerModel, method: Any, source: str
) -> None:
    values = r_values(shared, "second/dyads_simulated")["compositions"][f"{source}_{method}"]
    fitted = fit(three_compositions, method=method)
    close(fitted.coefficients[BY_KIND_OF_TERM], values["fixed"]["estimate"], within=1e-4)
    close(fitted.standard_errors[BY_KIND_OF_TERM], values["fixed"]["se"], within=1e-4)
    close(fitted.log_likelihood, values["logLik"], within=1e-5)
    if source == "own":
        sds = {cell.replace(" ", "_"): sd for cell, sd in fitted.residual_sds.items()}
        assert sds == pytest.approx(values["residual_sd"], rel=GLS_VARIANCE)
        assert fitted.residual_correlations == pytest.approx(values["residual_rho"], rel=GLS_VARIANCE)
    else:
        rho = {name: values[name]["rho"] for name in ("FF", "FM", "MM")}
        assert fitted.residual_correlations == pytest.approx(rho, rel=5e-4)


def test_three_compositions_with_one_correlation(shared: Path, three_compositions: ActorPartnerModel) -> None:
    values = r_values(shared, "second/dyads_simulated")["compositions"]["gls_one_rho_for_all_ML"]
    fitted = fit(three_compositions, residuals="one_correlation", method="ML")
    near(fitted.coefficients[BY_KIND_OF_TERM], values["coefficients"]["estimate"], rel=GLS_FIXED)
    errors = fitted.standard_errors[BY_KIND_OF_TERM] * of_gls_by_ml(values)
    near(errors, values["coefficients"]["se"], rel=GLS_FIXED)
    near(fitted.log_likelihood, values["logLik"], rel=GLS_LOG_LIKELIHOOD)
    assert fitted.residual_correlations == pytest.approx(
        dict.fromkeys(("FF", "FM", "MM"), values["rho"]), rel=1e-4
    )
    assert fitted.n_parameters == 12 + 5


def simulated(name: str) -> tuple[ActorPartnerModel, dict[str, Any], list[int]]:
    """Return a model of the simulated couples, its options, and the positions of R's coefficients."""
    data = simulated_by_r()
    couples: dict[str, Any] = {"covariates": {"z": data["z"]}, "centred": False}
    if name not in ("covariate", "moderated", "moderated_roles"):
        couples["covariates"] = {}
    if name.startswith("moderated"):
        couples["interactions"] = [("x", "z")]
    if name in ("equal_actor", "equal_paths", "equal_variances", "moderated_roles"):
        couples["compositions"] = ROLES
    if name.startswith("one"):
        couples |= {"compositions": KINDS, "composition_of": data["kind"]}
    model = actor_partner_model(data["y"], {"x": data["x"]}, **couples)
    options: dict[str, Any] = {}
    match name:
        case "equal_actor":
            options["constraints"] = equal_across_cells(model, kinds=["actor"])
        case "equal_paths" | "one_correlation":
            options["constraints"] = equal_across_cells(model)
        case "equal_variances":
            options["residuals"] = "equal_variances"
        case "actor_only" | "couple_pattern":
            options["constraints"] = pattern_weights(
                model, "x", "couple" if name == "couple_pattern" else "actor_only"
            )
    if name.startswith("one"):
        options["residuals"] = name
    positions = {
        "equal_actor": [0, 3, 1, 2, 5],
        "equal_paths": [0, 3, 1, 2],
        "equal_variances": [0, 3, 1, 4, 2, 5],
        "actor_only": [0, 1],
        "couple_pattern": [0, 1],
        "covariate": [0, 1, 2, 3],
        "moderated": [0, 1, 2, 3, 4, 5],
        "moderated_roles": [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11],
        "one_correlation": [0, 3, 6, 9, 1, 2],
        "one_for_all": BY_KIND_OF_TERM,
    }
    return model, options, positions[name]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", WRITTEN["gls"])
def test_fit_of_simulated_couples(name: str, method: Any) -> None:
    model, options, positions = simulated(name)
    values = WRITTEN["gls"][name][method]
    fitted = fit(model, method=method, **options)
    near(fitted.coefficients[positions], values["estimates"], rel=GLS_FIXED, abs=1e-6)
    near(fitted.standard_errors[positions], values["errors"], rel=GLS_FIXED)
    near(fitted.log_likelihood, values["log_likelihood"], rel=GLS_LOG_LIKELIHOOD)
    if len(fitted.residual_correlations) == 1 or name.startswith("one"):
        near(list(fitted.residual_correlations.values()), values["correlation"], rel=GLS_VARIANCE)


@pytest.mark.parametrize("name", WRITTEN["lmerTest"])
def test_degrees_of_freedom_of_simulated_couples(name: str) -> None:
    """Satterthwaite's: lmerTest takes the curvature of the restricted likelihood, which is the same here."""
    values = WRITTEN["lmerTest"][name]
    model, options, positions = simulated("equal_paths" if name == "plain" else name)
    if name == "plain":
        data = simulated_by_r()
        model, options, positions = (
            actor_partner_model(data["y"], {"x": data["x"]}, centred=False),
            {},
            [0, 1, 2],
        )
    fitted = fit(model, **options)
    near(fitted.coefficients[positions], values["estimates"], rel=1e-5)
    near(fitted.degrees_of_freedom[positions], values["df"], rel=2e-2 if name == "actor_only" else 1e-5)
    test = f_test(fitted, zero(model, positions[1:]))
    near(test.statistic, values["joint"]["F value"], rel=1e-5)
    near(test.df_denominator, values["joint"]["DenDF"], rel=2e-2 if name == "actor_only" else 1e-5)
