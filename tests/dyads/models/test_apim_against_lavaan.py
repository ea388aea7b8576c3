"""Actor-partner models of couples of the shared data give the values of lavaan and nlme."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales.dyads import ActorPartnerModel, Dyads, apim
from intimacy_scales.dyads.models.sem_engine import fitted
from tests.shared.reference_couples import acipair, commitment, differing_parameters, prqc, r_values

FINE = 2e-5
SETS: dict[str, tuple[list[str], list[str]]] = {
    "otherpos": (["oth"], []),
    "otherpos_tension": (["oth", "ten"], []),
    "otherpos_covariate_yearsmar": (["oth"], ["yr"]),
}


def agrees(ours: float, theirs: float, tolerance: float = FINE) -> bool:
    return math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance)


def check_effects(model: ActorPartnerModel, block: Any, roles: str, outcome: str = "sat") -> None:
    """Compare each effect, its error, k and its error with R's."""
    rows = {
        (lhs, rhs if op != "~1" else "1"): (est, se)
        for lhs, op, rhs, est, se in zip(*(block[k] for k in ("lhs", "op", "rhs", "est", "se")), strict=True)
    }
    first, second = roles
    for effect in model.effects:
        place = effect.role or first
        other = second if place == first else first
        source = {"actor": f"{effect.predictor}_{place}", "partner": f"{effect.predictor}_{other}"}
        key = source.get(effect.kind, effect.covariate or "1")
        est, se = rows[f"{outcome}_{place}", str(key)]
        assert agrees(effect.estimate, est), effect
        assert agrees(effect.se, se, 1e-4), effect
    defined = {
        lhs: (est, se)
        for lhs, op, est, se in zip(*(block[n] for n in ("lhs", "op", "est", "se")), strict=True)
        if op == ":="
    }
    for difference in model.differences:  # ours is of the roles in alphabetical order: h less w
        number = model.predictors.index(difference.predictor) + 1
        name = f"diff_{difference.kind[0]}{number}"
        est, se = defined.get(name) or defined[name.rstrip("1")]
        sign = -1 if difference.roles == ("h", "w") else 1
        assert agrees(difference.estimate, sign * est), difference
        assert agrees(difference.se, se, 1e-4), difference
    for k in model.ratios:
        numerator = model.effect("partner", k.predictor, cell=k.cell).estimate
        expected = numerator / model.effect("actor", k.predictor, cell=k.cell).estimate
        theirs = [
            (est, se)
            for lhs, op, est, se in zip(*(block[n] for n in ("lhs", "op", "est", "se")), strict=True)
            if op == ":=" and lhs.startswith("k") and agrees(est, expected, 1e-4)
        ]
        if theirs and k.reason is None:
            assert agrees(k.figure.se, theirs[0][1], 1e-4)


@pytest.mark.parametrize("kind", ["distinguishable", "indistinguishable"])
@pytest.mark.parametrize("name", SETS)
def test_apim_of_complete_couples(shared: Path, name: str, kind: str) -> None:
    block = r_values(shared, "second/dyads_acipair")[f"apim_{name}_complete"][kind]["ML"]
    predictors, covariates = SETS[name]
    model = apim(
        acipair(shared), "sat", predictors, covariates=covariates, estimator="ML", centred=False,
        distinguishable=kind == "distinguishable",
    )  # fmt: skip
    check_effects(model, block["params"], "wh")
    # the same by modelling all variables, which is what the R script writes
    engine = model.engine
    by_sem = fitted(engine.text.text(), engine.table, {})
    assert differing_parameters(by_sem, block["params"], FINE) == []
    assert agrees(by_sem.fit.chi_square, block["fit"]["chisq"], 1e-4)
    assert by_sem.fit.df == block["fit"]["df"]
    rho = model.residual_correlations[0]
    theirs = by_sem.defined["rho"]
    assert (rho.estimate, rho.se) == pytest.approx((theirs.estimate, theirs.se), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "kind", "estimator"),
    [
        *((name, kind, "ML") for name in SETS for kind in ("distinguishable", "indistinguishable")),
        ("otherpos", "distinguishable", "MLR"),
        ("otherpos_tension", "indistinguishable", "MLR"),
    ],
)
def test_apim_with_one_partner_couples(shared: Path, name: str, kind: str, estimator: Any) -> None:
    block = r_values(shared, "second/dyads_acipair")[f"apim_{name}_fiml"][kind][estimator]
    predictors, covariates = SETS[name]
    model = apim(
        acipair(shared, gaps=True), "sat", predictors, covariates=covariates, estimator=estimator,
        distinguishable=kind == "distinguishable", centred=False,
    )  # fmt: skip
    assert (model.n_couples, model.n_one_partner, model.n_left_out) == (148, 29, 0)
    assert differing_parameters(model.engine.result, block["params"], FINE) == []
    check_effects(model, block["params"], "wh")
    assert model.fit is not None
    for theirs, ours in (("chisq", model.fit.chi_square), ("logl", model.fit.log_likelihood)):
        assert agrees(ours, block["fit"][theirs], 1e-4)
    if estimator == "MLR" and model.fit.df:
        assert model.fit.scaled is not None
        assert agrees(model.fit.scaled.scaling_factor, block["fit"]["chisq_scaling_factor"], 1e-4)
    if kind == "indistinguishable" and estimator == "ML":
        test = model.test("distinguishable")
        assert (test.chi_square, test.df) == pytest.approx((model.fit.chi_square, model.fit.df), abs=1e-6)


@pytest.mark.parametrize("kind", ["distinguishable", "indistinguishable"])
def test_apim_of_other_couples(shared: Path, kind: str) -> None:
    options: dict[str, Any] = {
        "estimator": "ML", "missing": "listwise", "centred": False,
        "distinguishable": kind == "distinguishable",
    }  # fmt: skip
    block = r_values(shared, "commitmentQ")[f"apim_sem_{kind}"]
    check_effects(apim(commitment(shared), "com", "sat", **options), block["params"], "12", "com")
    block = r_values(shared, "second/dyads_prqcQ")["apim_love_trust"][kind]["ML"]
    check_effects(apim(prqc(shared), "love", "trust", **options), block["params"], "12", "love")


def test_centring_moves_intercepts_only(shared: Path) -> None:
    raw = apim(acipair(shared), "sat", ["oth"], covariates=["yr"], centred=False)
    centred = apim(acipair(shared), "sat", ["oth"], covariates=["yr"])
    for one, other in zip(raw.effects, centred.effects, strict=True):
        if one.kind != "intercept":
            assert (one.estimate, one.se) == pytest.approx((other.estimate, other.se), rel=1e-9)
    persons = acipair(shared).variable("oth")
    assert centred.centres["oth"] == pytest.approx(persons.mean())
    moved = (
        raw.effect("intercept", cell="w").estimate
        + centred.centres["yr"] * raw.effect("covariate", covariate="yr", cell="w").estimate
    )
    for kind in ("actor", "partner"):
        moved += centred.centres["oth"] * raw.effect(kind, "oth", cell="w").estimate
    assert centred.effect("intercept", cell="w").estimate == pytest.approx(moved)


@pytest.mark.parametrize("estimator", ["ML", "REML", "MLR"])
def test_compositions(shared: Path, estimator: Any) -> None:
    table = pd.read_csv(shared / "oracles/data/sim_compositions.csv").rename(columns={"x_A": "x"})
    dyads = Dyads.of_scores(table, ["x", "y"], couple="dyad", person="member", role="gender", mixed=True)
    model = apim(dyads, "y", "x", estimator=estimator, centred=False)
    values = r_values(shared, "second/dyads_simulated")["compositions"]
    block = values["own_REML" if estimator == "REML" else "own_ML"]
    cells = dict(zip(model.cells, ("FF", "FM_female", "FM_male", "MM"), strict=True))
    kinds = {"intercept": "", "actor": ":x_A", "partner": ":x_P"}
    theirs = {
        term: (est, se)
        for term, est, se in zip(*(block["fixed"][k] for k in ("term", "estimate", "se")), strict=True)
    }
    for effect in model.effects:
        est, se = theirs[f"cell{cells[effect.cell]}{kinds[effect.kind]}"]
        assert agrees(effect.estimate, est, 1e-4)
        if estimator != "MLR":
            assert agrees(effect.se, se, 1e-4)
    for rho, r in zip(model.residual_correlations, block["residual_rho"].values(), strict=True):
        assert agrees(rho.estimate, r, 1e-4)
    for cell, sd in zip(model.cells, block["residual_sd"].values(), strict=True):
        assert agrees(model.residual_sds[cell], sd, 1e-4)
    assert model.test("equal_paths").df == 6
    assert list(model.compositions.values()) == [40, 50, 30]
