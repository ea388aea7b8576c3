"""Common fate, mutual influence and I-SAT models of couples of the shared data give lavaan's values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads, common_fate, distinguishability, mutual_influence
from tests.shared.reference_couples import acipair, commitment, differing_parameters, prqc, r_values

FINE = 2e-5


def same_fit(ours: Any, theirs: Any) -> None:
    assert ours.df == theirs["df"]
    assert ours.chi_square == pytest.approx(theirs["chisq"], abs=1e-4)
    for name, index in (("cfi", ours.cfi), ("rmsea", ours.rmsea), ("logl", ours.log_likelihood)):
        assert index == pytest.approx(theirs[name], abs=1e-4)


@pytest.mark.parametrize("kind", ["distinguishable", "indistinguishable"])
@pytest.mark.parametrize("which", ["sat_tension", "sat_tension_fiml", "sat_otherpos"])
def test_common_fate(shared: Path, which: str, kind: str) -> None:
    block = r_values(shared, "second/dyads_acipair")[f"common_fate_{which}"][kind]
    gaps, predictor = which.endswith("fiml"), "oth" if which.endswith("otherpos") else "ten"
    model = common_fate(
        acipair(shared, gaps=gaps), "sat", predictor, distinguishable=kind == "distinguishable",
        missing="fiml" if gaps else "listwise",
    )  # fmt: skip
    names = {"XF": f"common_{predictor}", "YF": "common_sat"}
    assert differing_parameters(model.engine.result, block["params"], FINE, names=names) == []
    same_fit(model.fit, block["fit"])
    assert (
        model.effect.estimate == model.engine.result.parameters[f"common_sat ~ common_{predictor}"].estimate
    )
    # couples of acipair share little in how they see each other: the solution is improper, and says so
    assert bool(model.improper) == (which == "sat_otherpos")
    assert any("improper" in text for text in model.warnings) == bool(model.improper)
    assert any("must not be interpreted" in text for text in model.sentences()) == bool(model.improper)


@pytest.mark.parametrize("kind", ["distinguishable", "indistinguishable"])
def test_common_fate_of_prqc(shared: Path, kind: str) -> None:
    block = r_values(shared, "second/dyads_prqcQ")["common_fate_love_trust"][kind]
    model = common_fate(
        prqc(shared), "love", "trust", distinguishable=kind == "distinguishable", missing="listwise"
    )
    names = {"XF": "common_trust", "YF": "common_love"}
    assert differing_parameters(model.engine.result, block["params"], FINE, names=names) == []
    same_fit(model.fit, block["fit"])


KINDS = {
    "errors_correlated": {},
    "errors_uncorrelated": {"errors_correlated": False},
    "errors_uncorrelated_equal_influence": {"errors_correlated": False, "equal_influence": True},
    "errors_correlated_equal_influence": {"equal_influence": True},
    "indistinguishable_errors_uncorrelated": {"errors_correlated": False, "distinguishable": False},
}


@pytest.mark.parametrize("predictor", ["otherpos", "tension"])
@pytest.mark.parametrize("kind", KINDS)
def test_mutual_influence(shared: Path, predictor: str, kind: str) -> None:
    block = r_values(shared, "second/dyads_acipair")[f"mutual_influence_sat_{predictor}"][kind]
    options: Any = KINDS[kind]
    model = mutual_influence(acipair(shared), "sat", predictor[:3], missing="listwise", **options)
    assert differing_parameters(model.engine.result, block["params"], FINE) == []
    same_fit(model.fit, block["fit"])
    if kind == "errors_uncorrelated":  # the test of equal influence is the difference to the next model
        narrower = r_values(shared, "second/dyads_acipair")[f"mutual_influence_sat_{predictor}"][
            f"{kind}_equal_influence"
        ]
        change = narrower["fit"]["chisq"] - block["fit"]["chisq"]
        (test,) = (test for test in model.tests if test.name == "equal_influence")
        assert (test.chi_square, test.df) == pytest.approx((change, 1), abs=1e-4)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_distinguishability_of_deleted_partners(shared: Path, missing: Any, estimator: Any) -> None:
    block = r_values(shared, "second/dyads_acipair")["isat_sat_otherpos_deleted"][missing]
    result = distinguishability(
        acipair(shared, gaps=True), ["sat", "oth"], estimator=estimator, missing=missing
    )
    wanted = block[f"ISAT_{estimator}"]
    assert (result.df, result.n_couples) == (wanted["df"], wanted["nobs"])
    key = "chisq_scaled" if estimator == "MLR" else "chisq"
    assert result.chi_square == pytest.approx(wanted[key], abs=1e-4)
    assert result.inull.chi_square == pytest.approx(block["INULL_ML"]["chisq"], abs=1e-4)
    assert sum(result.left_out.values()) == (29 if missing == "listwise" else 0)


def test_distinguishability(shared: Path) -> None:
    for name, dyads, variables in (
        ("commitmentQ", commitment(shared), ["sat", "com"]),
        ("acipair", acipair(shared), ["sat", "oth", "slf", "ten"]),
    ):
        block = r_values(shared, name)["isat_scores" if name == "commitmentQ" else "isat_all4"]
        result = distinguishability(dyads, variables, missing="listwise")
        assert (result.n_couples, result.df) == (block["n"], block["df_formula_k_times_k_plus_1"])
        for ours, theirs in ((result.isat, block["isat"]), (result.inull, block["inull"])):
            assert ours.df == theirs["df"]
            assert ours.chi_square == pytest.approx(theirs["chisq"], abs=1e-4)
            assert ours.rmsea == pytest.approx(theirs["rmsea"], abs=1e-5)
        assert result.p == pytest.approx(block["isat"]["p"], rel=1e-4)


def test_distinguishability_in_items(shared: Path) -> None:
    table = pd.read_csv(shared / "oracles/data/commitmentQ.csv").assign(role_1="1", role_2="2")
    items = {f"item{n}": {p: f"sat.g.{p}_{n}" for p in "12"} for n in range(1, 6)}
    dyads = Dyads.of_scores(table, items, role={"1": "role_1", "2": "role_2"})
    block = r_values(shared, "commitmentQ")["isat_items"]["satisfaction"]
    result = distinguishability(dyads, list(items), missing="listwise")
    assert (result.n_couples, result.df, result.inull.df) == (block["n"], 30, block["inull"]["df"])
    assert result.chi_square == pytest.approx(block["isat"]["chisq"], abs=1e-4)
    assert result.inull.chi_square == pytest.approx(block["inull"]["chisq"], abs=1e-3)


def test_adjusted_fit_of_a_model_of_exchangeable_partners(shared: Path) -> None:
    dyads = acipair(shared)
    result = distinguishability(dyads, ["ten", "sat"])
    same = common_fate(dyads, "sat", "ten", distinguishable=False)  # as many parameters as the I-SAT model
    assert (same.adjusted.df, same.adjusted.cfi) == (0, pytest.approx(1))
    assert same.fit.chi_square == pytest.approx(result.isat.chi_square, abs=1e-6)
    model = mutual_influence(dyads, "sat", "ten", distinguishable=False, errors_correlated=False)
    adjusted = result.adjusted(model.fit)
    assert model.adjusted == adjusted  # in whichever order the variables are
    chi_square = model.fit.chi_square - result.isat.chi_square
    null = result.inull.chi_square - result.isat.chi_square - (result.inull.df - result.isat.df)
    assert adjusted.df == model.fit.df - result.isat.df == 1
    assert adjusted.chi_square == pytest.approx(chi_square)
    assert adjusted.cfi == pytest.approx(1 - max(chi_square - 1, 0) / null)
    assert adjusted.rmsea == pytest.approx((max(chi_square - 1, 0) / 148) ** 0.5)
