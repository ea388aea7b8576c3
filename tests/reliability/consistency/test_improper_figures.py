"""Improper figures stand in no sentence and no cell."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import encode, load
from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import (
    cronbach_alpha,
    guttman_lambdas,
    mcdonald_omega,
    measurement_error,
    reliability_report,
    split_half,
    two_level_omega,
)
from intimacy_scales.reliability.consistency.conditions import above_one_because
from intimacy_scales.results.wording import apa


@pytest.fixture(scope="session")
def form(shared):
    return load(shared / "cases" / "form_abcd_1_5.toml")


def of_items(form, items):
    out = [item for item in "abcd" if item not in items]
    return form.without_items(out, new_id="shorter", version="1")


@pytest.fixture(scope="session")
def heywood(shared):
    return pd.read_csv(shared / "cases" / "omega_heywood_n100.csv")


def test_a_heywood_case_is_improper_wherever_it_is_shown(form, heywood):
    report = reliability_report(form, heywood)
    result = report["s"]
    assert result.alpha.estimate == pytest.approx(0.382, abs=5e-4)
    assert "omega total not reported (improper solution)" in report.sentence()
    assert ".90" not in report.sentence()
    assert math.isnan(report.to_frame().loc["s", "omega"])
    assert report.to_frame().loc["s", "improper"] == "omega"
    assert "| improper |" in report.to_markdown()
    assert ">improper<" in report.to_html()
    assert ">improper<" in report._repr_html_()
    written = report.to_dict()["scales"][0]
    assert (written["omega"], written["improper"]) == (None, ["omega"])
    assert written["omega_detail"]["improper"]
    assert "omega total improper" in repr(result)
    assert all(f.statistic != "omega total" for f in report.findings(sample="x", source="y"))


def test_an_improper_omega_gives_no_error_of_measurement(form, heywood):
    omega = mcdonald_omega(form, heywood)
    assert f"= {apa(omega.estimate, 3)} (improper)" in repr(omega)
    with pytest.raises(EstimationError, match="omega is improper: the residual variance of a"):
        measurement_error(omega)


@pytest.mark.parametrize("seed", [3, 20, 31])
def test_no_report_of_few_persons_tells_an_improper_omega(form, seed):
    answers = pd.DataFrame(np.random.default_rng(seed).integers(1, 6, (7, 4)), columns=list("abcd"))
    report = reliability_report(form, answers)
    omega = report["s"].omega
    if omega.improper or omega.reason:
        assert "omega total =" not in report.sentence()
    assert omega.reason or 0 <= omega.estimate <= 1


def test_omega_above_1_is_not_defined(shared, form):
    answers = pd.read_csv(shared / "cases" / "omega_above_1.csv")
    omega = mcdonald_omega(of_items(form, "abc"), answers)
    assert math.isnan(omega.estimate)
    assert "it comes out as 1.036, and a share of variance lies between 0 and 1" in omega.reason
    assert "1.04" not in reliability_report(of_items(form, "abc"), answers).sentence()


def test_alpha_of_improper_levels_is_not_defined(shared, form):
    days = pd.read_csv(shared / "cases" / "two_level_alpha_above_1.csv")
    result = two_level_omega(encode(of_items(form, "ab"), days, keep=["p"]), person="p")
    assert math.isnan(result.between.alpha.estimate)
    assert result.within.alpha.estimate == pytest.approx(
        -2
    )  # a population may have it, and few would want it
    assert "alpha is negative" in repr(result.within.alpha)
    assert "between persons" in result.between.alpha.reason


@pytest.mark.parametrize("seed", range(6))
def test_no_level_has_a_coefficient_outside_0_to_1(form, seed):
    rng = np.random.default_rng(seed)
    days = pd.DataFrame(rng.integers(1, 6, (120, 2)), columns=["a", "b"]).assign(
        p=np.repeat(np.arange(40), 3)
    )
    result = two_level_omega(encode(of_items(form, "ab"), days, keep=["p"]), person="p")
    for found in result.coefficients.values():
        assert found.reason or found.estimate <= 1


def gaps(n: int = 12) -> pd.DataFrame:
    """Answers whose pairs are of different persons, and contradict each other."""
    blocks = []
    for one, other, sign in (
        ("a", "b", 1),
        ("c", "d", 1),
        ("a", "c", 1),
        ("b", "d", 1),
        ("a", "d", 1),
        ("b", "c", 1),
    ):
        x = np.tile([1, 5], n // 2)
        blocks.append(pd.DataFrame({one: x, other: x if sign > 0 else 6 - x}))
    blocks.append(pd.DataFrame({name: [3.0] * 40 for name in "abcd"}))
    return pd.concat(blocks, ignore_index=True)


def test_indefinite_pairwise_covariances_are_named():
    form = load("ras")
    rng = np.random.default_rng(5)
    answers = pd.DataFrame(rng.integers(1, 6, (40, 7)).astype(float), columns=form.item_ids[:7])
    answers = answers.mask(rng.random(answers.shape) < 0.8)
    for coefficient in (cronbach_alpha, guttman_lambdas, split_half):
        found = coefficient(form, answers)
        if found.reason is None:
            assert found.estimate <= 1
            assert any("not positive semidefinite" in text for text in found.warnings)


def test_lambdas_above_1_are_not_defined_and_say_why(form):
    found = guttman_lambdas(form, gaps())
    for name in ("lambda1", "lambda2", "lambda3", "lambda4", "lambda5"):
        value = getattr(found, name)
        assert math.isnan(value) or value <= 1 + 1e-9
    if math.isnan(found.lambda4):
        assert any("above 1" in text for text in (*found.warnings, found.reason or ""))


@pytest.mark.parametrize(("value", "said"), [(1.17, "1.170"), (4.0, "4.000"), (1.0 + 1e-6, "1.000")])
def test_what_is_above_1_is_not_a_share(value, said):
    assert f"comes out as {said}" in above_one_because(value)


@pytest.mark.parametrize("value", [1.0, 1 + 1e-12, 0.3, -2.0, math.nan])
def test_what_is_not_above_1_may_be_shown(value):
    assert above_one_because(value) is None
