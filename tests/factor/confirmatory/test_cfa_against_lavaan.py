"""Confirmatory factor analysis gives lavaan's values on real data, at an optimum no worse than lavaan's."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from intimacy_scales.factor import CFAResult, FitChange, cfa, compare_models, invariance
from intimacy_scales.factor.confirmatory.estimation.corrected_fit import noncentrality
from intimacy_scales.factor.confirmatory.estimation.fit import Fit, FitIndices
from tests.reference.oracles import Reference

ESTIMATE, CHI_SQUARE, LOG_LIKELIHOOD = 1e-4, 1e-3, 1e-4  # absolute: lavaan's optimizer stops
ERROR, SCALED = 1e-3, 1e-4  # relative
INDEX = 1e-6
OPTIMUM = 1e-8  # of -logL / n

OPTIONS: dict[str, dict[str, Any]] = {
    "ml": {},
    "mlr": {"estimator": "MLR"},
    "ml_fiml": {"missing": "fiml"},
    "mlr_fiml": {"estimator": "MLR", "missing": "fiml"},
}
MODELS = (
    ("bfi", "cfa_neuroticism", tuple(OPTIONS)),
    ("bfi", "cfa_five_factor", tuple(OPTIONS)),
    ("commitmentQ", "cfa_two_factor_p1", tuple(OPTIONS)),
    ("prqcQ", "cfa_six_factor_p1", ("ml", "mlr", "ml_fiml")),
    ("prqcQ", "cfa_second_order_p1", ("ml",)),
)
CASES = [(data, key, how) for data, key, ways in MODELS for how in ways]
GROUPED = [
    ("invariance_gender_neuroticism_ML", "ML"),
    ("invariance_gender_neuroticism_MLR", "MLR"),
    ("invariance_gender_five_factor_ML", "ML"),
]
STEPS = ("configural", "metric", "scalar", "strict")
LEVELS = ("configural", "metric", "scalar", "residual", "indistinguishable")
DYADIC = [
    ("commitmentQ", "dyadic_invariance", "ml", "satisfaction commitment"),
    ("commitmentQ", "dyadic_invariance_fiml", "ml_fiml", "satisfaction commitment"),
    ("commitmentQ", "dyadic_invariance_mlr", "mlr", "satisfaction commitment"),
    ("prqcQ", "dyadic_invariance", "ml", "satisfaction commitment intimacy trust passion love"),
]
COUPLES = [(data, key, how, scale) for data, key, how, scales in DYADIC for scale in scales.split()]


@functools.cache
def reference(shared: Path, name: str) -> Reference:
    return Reference.read(shared, name)


@functools.cache
def answers(shared: Path, name: str) -> pd.DataFrame:
    """The answers as lavaan had them: those of bfi reversed within the documented range."""
    r = reference(shared, name)
    table = pd.read_csv(r.folder / f"{name}.csv")
    if name == "bfi":
        for scale in r.values["scales"].values():
            low, high = scale["response_range"]
            for key in scale["keys"]:
                if key.startswith("-"):
                    table[key[1:]] = low + high - table[key[1:]]
    return table


@functools.cache
def fitted(shared: Path, name: str, key: str, how: str) -> CFAResult:
    block = reference(shared, name).values[key]
    assert block["identification"] == "first loading 1"
    return cfa(block["model"], answers(shared, name), **OPTIONS[how])


@functools.cache
def steps(shared: Path, key: str, estimator: Any) -> Any:
    """The steps on persons who answered all 25 items, as the reference has it."""
    block, bfi = reference(shared, "bfi").values[key], answers(shared, "bfi")
    items = [k.lstrip("-") for s in reference(shared, "bfi").values["scales"].values() for k in s["keys"]]
    used = bfi[bfi[[*items, "gender"]].notna().all(axis=1)]
    return invariance(block["model"], used, groups="gender", estimator=estimator)


@functools.cache
def couples(shared: Path, name: str, key: str, how: str, scale: str) -> dict[str, CFAResult]:
    texts = reference(shared, name).values[key][scale]["models"]
    table = answers(shared, name)
    return {level: cfa(texts[level], table, identification="none", **OPTIONS[how]) for level in LEVELS}


# ------------------------------------------------------------------ what is compared


def rows_of(theirs: Mapping[str, list[Any]]) -> dict[tuple[str, str, str, int], dict[str, Any]]:
    """lavaan's parameters by what they are; covariances in both orders."""
    found: dict[tuple[str, str, str, int], dict[str, Any]] = {}
    for position in range(len(theirs["lhs"])):
        row = {name: values[position] for name, values in theirs.items()}
        op, group = row["op"], int(row.get("group", 1))
        for lhs, rhs in ((row["lhs"], row["rhs"]), (row["rhs"], row["lhs"])):
            if op == "~~" or lhs == row["lhs"]:
                found[lhs, op, rhs, group] = row
    return found


def paired(result: CFAResult, theirs: Mapping[str, list[Any]]) -> Iterator[tuple[Any, dict[str, Any]]]:
    known = rows_of(theirs)
    for ours in result.parameters:
        group = 1 if ours.group is None else result.groups.index(ours.group) + 1
        yield ours, known[ours.lhs, ours.op, ours.rhs, group]


def check_parameters(result: CFAResult, theirs: Mapping[str, list[Any]]) -> None:
    count = 0
    for ours, r in paired(result, theirs):
        count += 1
        assert ours.estimate == pytest.approx(r["est"], abs=ESTIMATE), ours
        assert ours.se == pytest.approx(r["se"] if ours.free else math.nan, rel=ERROR, nan_ok=True), ours
        for name in ("std_lv", "std_all"):
            assert getattr(ours, name) == pytest.approx(r[name], abs=ESTIMATE), (name, ours)
        if r["se"] == 0:
            assert not ours.free
            assert math.isnan(ours.z)
            assert math.isnan(ours.p)
            continue
        assert ours.z == pytest.approx(r["z"], rel=ERROR, abs=ESTIMATE / r["se"]), ours
        assert ours.p == pytest.approx(r["pvalue"], abs=ESTIMATE), ours
        ends = ours.confidence_interval(0.95)
        assert [ends.low, ends.high] == pytest.approx([r["ci_lower"], r["ci_upper"]], abs=2 * ESTIMATE), ours
    assert count == len(theirs["lhs"])


def check_discrepancy(ours: FitIndices, r: Mapping[str, Any], suffix: str = "") -> None:
    exact = {"rel": SCALED} if suffix else {"abs": CHI_SQUARE}
    wide = 100 * INDEX if suffix else INDEX
    assert ours.chi_square == pytest.approx(r[f"chisq{suffix}"], **exact)
    assert ours.df == r[f"df{suffix}"]
    assert ours.p_value == pytest.approx(r[f"pvalue{suffix}"], abs=wide)
    assert ours.baseline_chi_square == pytest.approx(r[f"baseline_chisq{suffix}"], **exact)
    for name in ("cfi", "tli", "rmsea"):
        assert getattr(ours, name) == pytest.approx(r[f"{name}{suffix}"], abs=wide), name
    if f"rmsea_ci_lower{suffix}" in r:
        ends = [*ours.rmsea_interval(0.90)]
        theirs = [r[f"rmsea_ci_lower{suffix}"], r[f"rmsea_ci_upper{suffix}"]]
        if suffix:  # lavaan's are of the uncorrected chi-square with c df degrees of freedom
            check_ends(ends, ours)
            chi_square, df = r["chisq"], r["df"] * r["chisq_scaling_factor"]
            unit = ours.n * df / ours.n_groups
            ends = [math.sqrt(noncentrality(chi_square, df, q) / unit) for q in (0.95, 0.05)]
        assert ends == pytest.approx(theirs, abs=wide)
    if f"rmsea_pvalue{suffix}" in r:
        assert ours.close_fit_p() == pytest.approx(r[f"rmsea_pvalue{suffix}"], abs=10 * wide)


def check_ends(ends: list[float], ours: FitIndices) -> None:
    """Ends of the interval are the RMSEA at which chi-square stands at its 95th and 5th percentile."""
    for end, q in zip(ends, (0.95, 0.05), strict=True):
        if end > 0:
            excess = end**2 * ours.n * ours.df / ours.n_groups
            assert stats.ncx2.cdf(ours.chi_square, ours.df, excess) == pytest.approx(q, abs=1e-6)
        else:
            assert stats.chi2.cdf(ours.chi_square, ours.df) <= q


def check_fit(ours: Fit, r: Mapping[str, Any], *, robust_indices: bool = True) -> None:
    check_discrepancy(ours, r)
    assert ours.srmr == pytest.approx(r["srmr"], abs=INDEX)
    assert ours.n_parameters == r["npar"]
    assert ours.log_likelihood == pytest.approx(r["logl"], abs=LOG_LIKELIHOOD)
    assert ours.bic == pytest.approx(r["bic"], abs=CHI_SQUARE)
    for name, theirs in (("aic", "aic"), ("adjusted_bic", "bic2"), ("n", "ntotal"), ("baseline_df",) * 2):
        if theirs in r:
            assert getattr(ours, name) == pytest.approx(r[theirs], abs=CHI_SQUARE), name
    if "unrestricted_logl" in r:
        assert ours.saturated_log_likelihood == pytest.approx(r["unrestricted_logl"], abs=LOG_LIKELIHOOD)
    if "chisq_scaled" not in r:
        assert ours.scaled is None
        return
    assert ours.scaled is not None
    theirs = {"df_scaled": r["df"], "pvalue_scaled": ours.scaled.p_value, **r}
    theirs.setdefault("baseline_chisq_scaled", ours.scaled.baseline_chi_square)
    theirs.setdefault("tli_scaled", ours.scaled.tli)
    check_discrepancy(ours.scaled, theirs, "_scaled")
    if "chisq_scaling_factor" in r:
        assert ours.scaled.scaling_factor == pytest.approx(r["chisq_scaling_factor"], rel=SCALED)
    if robust_indices:  # with FIML their definition changed after lavaan 0.6-14
        for name in ("cfi", "tli", "rmsea"):
            if f"{name}_robust" in r:
                assert getattr(ours.scaled, f"robust_{name}") == pytest.approx(r[f"{name}_robust"], abs=1e-5)


def check_change(ours: FitChange, r: Mapping[str, Any]) -> None:
    tight = 5e-3 if ours.scaled else CHI_SQUARE
    assert ours.chi_square_change == pytest.approx(r["chisq_diff"], abs=tight)
    assert ours.df_change == r["df_diff"]
    assert ours.p_value == pytest.approx(r["p"], abs=1e-4)
    for index in ("cfi", "tli", "rmsea", "srmr"):
        assert getattr(ours, f"{index}_change") == pytest.approx(r[f"delta_{index}"], abs=INDEX), index


def objective_at(result: CFAResult, theirs: Mapping[str, list[Any]]) -> float:
    """Our -logL / n at lavaan's estimates."""
    table = result.solution.table
    values, known = np.full(table.n_free, np.nan), rows_of(theirs)
    for p in table.parameters:
        if p.free >= 0:
            values[p.free] = known[p.lhs, p.op, p.rhs, p.group + 1]["est"]
    assert np.isfinite(values).all()
    at = result.solution.problem.evaluate(values)
    assert at is not None
    return at.value


# ------------------------------------------------------------------ one group


@pytest.mark.parametrize(("data", "key", "how"), CASES)
def test_parameters(shared: Path, data: str, key: str, how: str) -> None:
    check_parameters(fitted(shared, data, key, how), reference(shared, data).values[key][how]["params"])


@pytest.mark.parametrize(("data", "key", "how"), CASES)
def test_fit(shared: Path, data: str, key: str, how: str) -> None:
    result, block = fitted(shared, data, key, how), reference(shared, data).values[key][how]
    assert result.n == block["nobs"]
    assert result.information == ("expected" if how == "ml" else "observed")
    check_fit(result.fit, block["fit"], robust_indices="fiml" not in how)


@pytest.mark.parametrize(("data", "key", "how"), CASES)
def test_optimum_is_no_worse_than_lavaans(shared: Path, data: str, key: str, how: str) -> None:
    result, block = fitted(shared, data, key, how), reference(shared, data).values[key][how]
    assert objective_at(result, block["params"]) >= result.solution.at.value - OPTIMUM
    assert np.abs(result.solution.at.gradient).max() < 1e-6


def test_improper_solutions_that_lavaan_warns_of_are_reported(shared: Path) -> None:
    six = fitted(shared, "prqcQ", "cfa_six_factor_p1", "ml")
    assert any("factors" in text for text in six.improper)
    assert "improper: " in repr(six)
    assert fitted(shared, "bfi", "cfa_five_factor", "ml").improper == ()


# ------------------------------------------------------------------ groups


@pytest.mark.parametrize(("key", "estimator"), GROUPED)
def test_invariance_across_groups(shared: Path, key: str, estimator: str) -> None:
    found, block = steps(shared, key, estimator), reference(shared, "bfi").values[key]
    assert tuple(found.models) == STEPS
    assert found.groups == dict(zip(block["groups"], block["group_n"], strict=True))
    for step in STEPS:
        check_fit(found[step].fit, block["fit"][step])
        assert found[step].fit.log_likelihood / found[step].n >= (
            block["fit"][step]["logl"] / found[step].n - OPTIMUM
        )
    assert len(found.changes) == len(block["difference"])
    for change in found.changes:
        check_change(change, block["difference"][f"{change.name}_vs_{change.before}"])


@pytest.mark.parametrize("step", STEPS)
def test_parameters_of_groups(shared: Path, step: str) -> None:
    key = "invariance_gender_neuroticism_ML"
    result, theirs = steps(shared, key, "ML")[step], reference(shared, "bfi").values[key]["params"][step]
    check_parameters(result, theirs)
    assert objective_at(result, theirs) >= result.solution.at.value - OPTIMUM


# ------------------------------------------------------------------ partners


@pytest.mark.parametrize(("data", "key", "how", "scale"), COUPLES)
def test_invariance_across_partners(shared: Path, data: str, key: str, how: str, scale: str) -> None:
    found, block = couples(shared, data, key, how, scale), reference(shared, data).values[key][scale]
    for level, result in found.items():
        check_fit(result.fit, block["fit"][level])
        assert result.fit.log_likelihood >= block["fit"][level]["logl"] - OPTIMUM * result.n
        assert result.n == block["n"]
        correlation = result.factor_correlations().loc["P1", "P2"]
        assert correlation == pytest.approx(block["latent_correlation"][level], abs=ESTIMATE)
    changes = compare_models(*found.values(), names=list(found)).changes
    assert len(changes) == len(block["difference"])
    for change in changes:
        check_change(change, block["difference"][f"{change.name}_vs_{change.before}"])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("scale", ["satisfaction", "commitment"])
def test_parameters_of_partners(shared: Path, scale: str, level: str) -> None:
    result = couples(shared, "commitmentQ", "dyadic_invariance", "ml", scale)[level]
    theirs = reference(shared, "commitmentQ").values["dyadic_invariance"][scale]["params"][level]
    check_parameters(result, theirs)
    assert objective_at(result, theirs) >= result.solution.at.value - OPTIMUM


@pytest.mark.parametrize(("data", "key", "how", "scale"), COUPLES)
def test_omega_of_partners(shared: Path, data: str, key: str, how: str, scale: str) -> None:
    """The share of a factor in the variance of its sum, from the parameters."""
    found, block = couples(shared, data, key, how, scale), reference(shared, data).values[key][scale]
    for level, result in found.items():
        for factor, theirs in block["omega"][level].items():
            own = result.model.indicators(factor)
            loadings = sum(result.parameters[f"{factor} =~ {item}"].estimate for item in own)
            unique = sum(result.parameters[f"{item} ~~ {item}"].estimate for item in own)
            common = loadings**2 * result.parameters[f"{factor} ~~ {factor}"].estimate
            assert common / (common + unique) == pytest.approx(theirs, abs=ESTIMATE), (level, factor)
