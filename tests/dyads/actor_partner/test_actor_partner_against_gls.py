"""Fits against nlme::gls and lmerTest, of simulated couples; real ones are on the page on agreement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from intimacy_scales.dyads.actor_partner.constraints import equal_across_cells, zero
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations, actor_partner_equations
from intimacy_scales.dyads.actor_partner.fit import fit
from intimacy_scales.dyads.actor_partner.tests_of_paths import f_test, pattern_weights
from tests.shared.actor_partner_couples import (
    KINDS,
    ROLES,
    simulated_by_r,
)
from tests.shared.comparison import near
from tests.shared.folders import REFERENCE

GLS_FIXED, GLS_VARIANCE, GLS_LOG_LIKELIHOOD = 1e-5, 1e-4, 1e-6  # relative; nlme's optimizer stops there
WRITTEN = json.loads((REFERENCE / "actor_partner.json").read_text(encoding="utf-8"))
METHODS = ("ML", "REML")


BY_KIND_OF_TERM = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]


def simulated(name: str) -> tuple[ActorPartnerEquations, dict[str, Any], list[int]]:
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
    model = actor_partner_equations(data["y"], {"x": data["x"]}, **couples)
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
            actor_partner_equations(data["y"], {"x": data["x"]}, centred=False),
            {},
            [0, 1, 2],
        )
    fitted = fit(model, **options)
    near(fitted.coefficients[positions], values["estimates"], rel=1e-5)
    near(fitted.degrees_of_freedom[positions], values["df"], rel=2e-2 if name == "actor_only" else 1e-5)
    test = f_test(fitted, zero(model, positions[1:]))
    near(test.statistic, values["joint"]["F value"], rel=1e-5)
    near(test.df_denominator, values["joint"]["DenDF"], rel=2e-2 if name == "actor_only" else 1e-5)
