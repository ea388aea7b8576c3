"""What models of real couples say beyond the values of R, which the page on agreement compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads, apim, common_fate, distinguishability, mutual_influence
from tests.reference.couples import acipair


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "oracles" / "data"


def test_centring_moves_intercepts_only(folder: Path) -> None:
    raw = apim(acipair(folder), "sat", ["oth"], covariates=["yr"], centred=False)
    centred = apim(acipair(folder), "sat", ["oth"], covariates=["yr"])
    for one, other in zip(raw.effects, centred.effects, strict=True):
        if one.kind != "intercept":
            assert (one.estimate, one.se) == pytest.approx((other.estimate, other.se), rel=1e-9)
    persons = acipair(folder).variable("oth")
    assert centred.centres["oth"] == pytest.approx(persons.mean())
    moved = (
        raw.effect("intercept", cell="w").estimate
        + centred.centres["yr"] * raw.effect("covariate", covariate="yr", cell="w").estimate
    )
    for kind in ("actor", "partner"):
        moved += centred.centres["oth"] * raw.effect(kind, "oth", cell="w").estimate
    assert centred.effect("intercept", cell="w").estimate == pytest.approx(moved)


def test_apim_of_several_compositions(folder: Path) -> None:
    table = pd.read_csv(folder / "sim_compositions.csv").rename(columns={"x_A": "x"})
    dyads = Dyads.of_scores(table, ["x", "y"], couple="dyad", person="member", role="gender", mixed=True)
    plain, robust = (apim(dyads, "y", "x", estimator=estimator) for estimator in ("ML", "MLR"))
    for one, other in zip(plain.effects, robust.effects, strict=True):
        assert (one.name, one.estimate) == (other.name, pytest.approx(other.estimate, rel=1e-5))
    for cell, sd in plain.residual_sds.items():
        assert robust.residual_sds[cell] == pytest.approx(sd, rel=1e-5)
    assert plain.test("equal_paths").df == 6
    assert list(plain.compositions.values()) == [40, 50, 30]


def test_distinguishability_of_couples_with_one_partner(folder: Path) -> None:
    dyads = acipair(folder, gaps=True)
    model = apim(dyads, "sat", "oth", distinguishable=False)
    assert (model.n_couples, model.n_one_partner, model.n_left_out) == (148, 29, 0)
    assert model.fit is not None
    test = model.test("distinguishable")
    assert (test.chi_square, test.df) == pytest.approx((model.fit.chi_square, model.fit.df), abs=1e-6)
    for missing, n_left_out in (("listwise", 29), ("fiml", 0)):
        result = distinguishability(dyads, ["sat", "oth"], missing=missing)  # type: ignore[arg-type]
        assert sum(result.left_out.values()) == n_left_out


@pytest.mark.parametrize(("predictor", "improper"), [("ten", False), ("oth", True)])
def test_improper_common_fate_says_so(folder: Path, predictor: str, improper: bool) -> None:
    """Couples of acipair share little in how they see each other."""
    model = common_fate(acipair(folder), "sat", predictor)
    assert bool(model.improper) == improper
    assert any("improper" in text for text in model.warnings) == improper
    assert any("must not be interpreted" in text for text in model.sentences()) == improper


@pytest.mark.parametrize("predictor", ["oth", "ten"])
def test_mutual_influence_is_tested_against_equal_influence(folder: Path, predictor: str) -> None:
    options: Any = {"errors_correlated": False, "missing": "listwise"}
    wider, narrower = (
        mutual_influence(acipair(folder), "sat", predictor, equal_influence=equal, **options)
        for equal in (False, True)
    )
    change = narrower.fit.chi_square - wider.fit.chi_square
    (test,) = (test for test in wider.tests if test.name == "equal_influence")
    assert (test.chi_square, test.df) == pytest.approx((change, 1), abs=1e-6)


def test_adjusted_fit_of_a_model_of_exchangeable_partners(folder: Path) -> None:
    dyads = acipair(folder)
    result = distinguishability(dyads, ["ten", "sat"])
    same = common_fate(dyads, "sat", "ten", distinguishable=False)  # as many parameters as the I-SAT model
    assert same.adjusted is not None
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
