"""Models with paths give lavaan's values: of couples (shared data), and of simulated answers (`sem.R`)."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import sem
from intimacy_scales.factor import SEMResult
from tests.reference.path_values import SHORT, couples_of_acipair, couples_of_commitment
from tests.shared.folders import REFERENCE

COUPLES, FINE, COARSE = 2e-5, 1e-5, 1e-4  # estimates: relative, or absolute of small ones
FIT = {
    "npar": "n_parameters", "chisq": "chi_square", "df": "df", "baseline_chisq": "baseline_chi_square",
    "baseline_df": "baseline_df", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr",
    "logl": "log_likelihood", "unrestricted_logl": "saturated_log_likelihood", "aic": "aic", "bic": "bic",
    "bic2": "adjusted_bic", "ntotal": "n",
}  # fmt: skip
SCALED = {
    "chisq_scaled": "chi_square", "chisq_scaling_factor": "scaling_factor",
    "baseline_chisq_scaled": "baseline_chi_square",
    "baseline_chisq_scaling_factor": "baseline_scaling_factor",
}  # fmt: skip
ROBUST = {"cfi_robust": "robust_cfi", "rmsea_robust": "robust_rmsea"}  # of complete answers


def name_of(block: Mapping[str, Any], k: int) -> str:
    lhs, op, rhs = (block[key][k] for key in ("lhs", "op", "rhs"))
    return lhs if op == ":=" else f"{lhs} ~ 1" if op == "~1" else f"{lhs} {op} {rhs}"


def agrees(ours: float, theirs: float, tolerance: float) -> bool:
    return math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance)


def differences(result: SEMResult, block: Mapping[str, Any], tolerance: float) -> Iterator[str]:
    """Yield every parameter that is not R's."""
    kinds = {"est": "estimate", "se": "se", "std_all": "std_all", "std_se": "std_all_se", "std_lv": "std_lv"}
    for k in range(len(block["lhs"])):
        key: Any = name_of(block, k)
        if result.groups and block["op"][k] != ":=":
            key = (key, result.groups[block["group"][k] - 1])
        row = result.parameters[key]
        for theirs, ours in kinds.items():
            value = block.get(theirs, {k: None})[k]
            if value is None or (theirs == "se" and value == 0 and math.isnan(row.se)):
                continue
            # R's search stops some way off, which is seen of means of 0
            stopped = theirs == "est" and abs(row.estimate - value) < 1e-4 * row.se
            if not stopped and not agrees(getattr(row, ours), value, tolerance):
                yield f"{key} {theirs}: {value} in R, {getattr(row, ours)} here"


def differences_of_fit(result: SEMResult, fit: Mapping[str, Any], tolerance: float) -> Iterator[str]:
    wanted = [(name, getattr(result.fit, ours)) for name, ours in FIT.items()]
    if result.fit.scaled is not None:
        robust = ROBUST if result.missing == "listwise" else {}
        wanted += [(name, getattr(result.fit.scaled, ours)) for name, ours in (SCALED | robust).items()]
    for name, ours in wanted:
        theirs = fit.get(name)
        if theirs is not None and not agrees(ours, theirs, tolerance):
            yield f"{name}: {theirs} in R, {ours} here"


# ------------------------------------------------------------------ couples


@functools.cache
def couples(shared: Path) -> dict[str, pd.DataFrame]:
    """Couples of acipair in one row, complete, and with a partner of one in five deleted."""
    whole = couples_of_acipair(shared / "oracles/data")
    gone, i = whole.copy(), np.arange(1, len(whole) + 1)
    gone.loc[i % 10 == 5, [f"{short}_w" for short in SHORT]] = np.nan
    gone.loc[i % 10 == 0, [f"{short}_h" for short in SHORT]] = np.nan
    return {"complete": whole, "fiml": gone}


@functools.cache
def dyads(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "oracles/second/dyads_acipair.json").read_text("utf-8"))
    return found


def check(result: SEMResult, block: Mapping[str, Any], tolerance: float = COUPLES) -> None:
    assert list(differences(result, block["params"], tolerance)) == []
    assert list(differences_of_fit(result, block["fit"], COARSE)) == []
    assert result.n == block.get("nobs", result.n)


@pytest.mark.parametrize("kind", ["distinguishable", "indistinguishable"])
@pytest.mark.parametrize("predictors", ["otherpos", "otherpos_tension", "otherpos_covariate_yearsmar"])
@pytest.mark.parametrize("missing", ["complete", "fiml"])
def test_actor_partner_models(shared: Path, missing: str, predictors: str, kind: str) -> None:
    block, data = dyads(shared)[f"apim_{predictors}_{missing}"][kind], couples(shared)[missing]
    rule: Any = "fiml" if missing == "fiml" else "listwise"
    options = {"fixed_x": False, "means": True, "missing": rule}
    fitted = sem(block["model"], data, **options)
    check(fitted, block["ML"])
    if missing == "fiml":
        check(sem(block["model"], data, estimator="MLR", **options), block["MLR"])
        expected = sem(block["model"], data, information="expected", **options).parameters
        theirs = block["ML_expected_information"]
        for k, se in enumerate(theirs["se"]):
            if se:
                assert agrees(expected[name_of(theirs, k)].se, se, FINE)


def test_a_saturated_actor_partner_model_fits_its_moments(shared: Path) -> None:
    block = dyads(shared)["em_check_otherpos"]
    model = dyads(shared)["apim_otherpos_fiml"]["distinguishable"]["model"]
    fitted = sem(model, couples(shared)["fiml"], fixed_x=False, missing="fiml")
    assert fitted.fit.log_likelihood == pytest.approx(block["logl"], abs=1e-7)
    slopes = block["slopes"]
    for i, x in enumerate(slopes["rows"]):
        for j, y in enumerate(slopes["cols"]):
            theirs = np.reshape(slopes["values"], (len(slopes["rows"]), -1))[i, j]
            assert fitted.parameters[f"{y} ~ {x}"].estimate == pytest.approx(theirs, abs=FINE)


@pytest.mark.parametrize("data", ["otherpos", "tension"])
@pytest.mark.parametrize(
    "kind",
    ["errors_correlated", "errors_uncorrelated", "errors_uncorrelated_equal_influence",
     "errors_correlated_equal_influence", "indistinguishable_errors_uncorrelated"],
)  # fmt: skip
def test_mutual_influence(shared: Path, data: str, kind: str) -> None:
    block = dyads(shared)[f"mutual_influence_sat_{data}"][kind]
    check(sem(block["model"], couples(shared)["complete"], fixed_x=False, means=True), block)


@pytest.mark.parametrize("kind", ["distinguishable", "indistinguishable"])
@pytest.mark.parametrize("which", ["sat_tension", "sat_tension_fiml", "sat_otherpos"])
def test_common_fate(shared: Path, which: str, kind: str) -> None:
    block, gaps = dyads(shared)[f"common_fate_{which}"][kind], which.endswith("fiml")
    data, rule = couples(shared)["fiml" if gaps else "complete"], "fiml" if gaps else "listwise"
    fitted = sem(block["model"], data, means=True, missing=rule)  # type: ignore[arg-type]
    check(fitted, block)
    assert bool(fitted.improper) == (which == "sat_otherpos")


def test_truth_and_bias(shared: Path) -> None:
    block, data = dyads(shared)["truth_and_bias_otherpos_selfpos"], couples(shared)["complete"]
    columns = {"J1": "oth_w", "J2": "oth_h", "S1": "slf_w", "S2": "slf_h"}
    table = pd.DataFrame({short: data[column] - block["centre"] for short, column in columns.items()})
    equal = (
        "J1 ~ db*1 + t*S2 + b*S1\nJ2 ~ db*1 + t*S1 + b*S2\nJ1 ~~ J2\nS1 ~~ S2\nS1 ~ 1\nS2 ~ 1\nJ1 ~~ v*J1\n"
        "J2 ~~ v*J2"
    )
    for key, model in (("sem_distinguishable", block["model"]), ("sem_equal", equal)):
        check(sem(model, table, fixed_x=False, means=True), block[key])


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("predictor", ["oth", "ten"])
def test_response_surfaces_with_fixed_predictors(shared: Path, predictor: str, estimator: Any) -> None:
    key = {"oth": "drsa_sat_otherpos", "ten": "drsa_sat_tension"}[predictor]
    block, data = dyads(shared)[key], couples(shared)["complete"]
    a, b = (data[f"{predictor}_{role}"] - block["centre"] for role in "wh")
    columns = {"Y1": data.sat_w, "Y2": data.sat_h, "A": a, "B": b, "A2": a**2, "AB": a * b, "B2": b**2}
    fitted = sem(block["model"], pd.DataFrame(columns), estimator=estimator, means=True)
    check(fitted, block[f"distinguishable_{estimator}"])
    # the figures of the surface are those of least squares, whose errors divide by n - 6
    for p, squares in ((1, block["lm"]["partner1"]), (2, block["lm"]["partner2"])):
        for figure, value in squares["a"].items():
            assert fitted.defined[f"{figure}_{p}"].estimate == pytest.approx(value, abs=1e-8)
            if estimator == "ML":
                n = fitted.n
                error = squares["se_a"][figure] * math.sqrt((n - 6) / n)
                assert fitted.defined[f"{figure}_{p}"].se == pytest.approx(error, rel=1e-8)


def couples_of_prqc(folder: Path) -> pd.DataFrame:
    """Both partners' means of trust and of love."""
    table, found = pd.read_csv(folder / "prqcQ.csv"), {}
    for scale, numbers in {"trust": (10, 11, 12), "love": (16, 17, 18)}.items():
        for partner in (1, 2):
            items = [f"prqc.{partner}_{n}" for n in numbers]
            found[f"{scale}_{partner}"] = table[items].mean(axis=1, skipna=False)
    return pd.DataFrame(found)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ("acipair", "apim_sem_otherpos"), ("acipair", "apim_sem_tension"),
        ("acipair", "apim_sem_otherpos_indistinguishable"), ("commitmentQ", "apim_sem_distinguishable"),
        ("commitmentQ", "apim_sem_indistinguishable"),
    ],
)  # fmt: skip
def test_actor_partner_models_of_the_first_set(shared: Path, data: str, key: str) -> None:
    block = json.loads((shared / f"oracles/{data}.json").read_text("utf-8"))[key]
    read = {"acipair": couples_of_acipair, "commitmentQ": couples_of_commitment}[data]
    check(sem(block["model"], read(shared / "oracles/data"), fixed_x=False, means=True), block)


def test_couples_whose_partners_are_alike(shared: Path) -> None:
    blocks = json.loads((shared / "oracles/second/dyads_prqcQ.json").read_text("utf-8"))
    data = couples_of_prqc(shared / "oracles/data").dropna()
    for kind in ("distinguishable", "indistinguishable"):
        block = blocks["apim_love_trust"][kind]
        check(sem(block["model"], data, fixed_x=False, means=True), block["ML"])
        block = blocks["common_fate_love_trust"][kind]
        check(sem(block["model"], data, means=True), block)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_models_of_exchangeable_partners_have_no_paths(shared: Path, missing: Any) -> None:
    block = dyads(shared)["isat_sat_otherpos_deleted"][missing]
    null = [f"{v}_{p} ~ m{k}*1\n{v}_{p} ~~ v{k}*{v}_{p}" for k, v in enumerate(("sat", "oth")) for p in "wh"]
    alike = [*null, "sat_w ~~ sat_h\noth_w ~~ oth_h", "sat_w ~~ w*oth_w\nsat_h ~~ w*oth_h"]
    alike.append("sat_w ~~ x*oth_h\nsat_h ~~ x*oth_w")
    for key, text in (("ISAT", alike), ("INULL", null)):
        for estimator in ("ML", "MLR"):
            wanted = block.get(f"{key}_{estimator}")
            if wanted is None:
                continue
            data = couples(shared)["fiml"]
            fitted = sem("\n".join(text), data, missing=missing, estimator=estimator, means=True)
            assert (fitted.fit.df, fitted.n) == (wanted["df"], wanted["nobs"])
            assert fitted.fit.chi_square == pytest.approx(wanted["chisq"], abs=1e-4)
            assert fitted.fit.log_likelihood == pytest.approx(wanted["logl"], abs=1e-4)
            if fitted.fit.scaled is not None:
                assert fitted.fit.scaled.chi_square == pytest.approx(wanted["chisq_scaled"], abs=1e-4)


# ------------------------------------------------------------------ simulated answers, see reference/sem.R


VALUES = json.loads((REFERENCE / "sem_values.json").read_text("utf-8"))
OPTIONS = {"fixed.x": "fixed_x", "group": "groups", "cluster": "clusters", "group.equal": "equal"}


@functools.cache
def simulated(name: str) -> pd.DataFrame:
    table = pd.read_csv(REFERENCE / f"simulated-{name}.csv")
    n = len(table) // 2
    return table.assign(half=np.repeat(["a", "b"], n), pair=np.repeat(np.arange(n), 2))


def options_of(block: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in (block["options"] or {}).items():
        if name == "std.lv":
            found["identification"] = "fixed_factor"
        elif name == "missing":
            found["missing"] = "fiml"
        elif value == "MLM":
            found |= {"estimator": "MLR", "scaling": "satorra_bentler", "information": "expected"}
        else:
            found[OPTIONS.get(name, name)] = value
    return found


@pytest.mark.parametrize("name", VALUES["values"])
def test_lavaan(name: str) -> None:
    block = VALUES["values"][name]
    fitted = sem(block["model"], simulated(block["data"]), means=True, **options_of(block))
    assert len(fitted.parameters) == len(block["parameters"]["lhs"])
    assert list(differences(fitted, block["parameters"], FINE)) == []
    assert (
        list(differences_of_fit(fitted, {k.replace(".", "_"): v for k, v in block["fit"].items()}, FINE))
        == []
    )
    explained = fitted.r_squared(fitted.groups[0] if fitted.groups else None)
    assert explained == pytest.approx(block["r_squared"], abs=FINE)


@pytest.mark.parametrize("name", VALUES["indices"])
def test_modification_indices_are_lavaan_s(name: str) -> None:
    block = VALUES["indices"][name]
    fitted = sem(block["model"], simulated("complete"))
    theirs = {
        (lhs, op, rhs): (block["mi"][k], block["epc"][k], block["std_all"][k])
        for k, (lhs, op, rhs) in enumerate(zip(block["lhs"], block["op"], block["rhs"], strict=True))
    }
    found = fitted.modification_indices()
    assert len(found) > 10
    for row in found:
        key = (row.lhs, row.op, row.rhs)
        known = theirs.get(key) or theirs.get((row.rhs, row.op, row.lhs))
        if known is None:  # lavaan 0.6-14 lists no covariances of observed variables without factors
            freed = sem(f"{block['model']}\n{row.name}", simulated("complete"))
            gained = fitted.fit.chi_square - freed.fit.chi_square
            assert row.index == pytest.approx(gained, rel=0.1)
            continue
        assert (row.index, row.expected_change, row.std_all) == pytest.approx(known, rel=1e-3, abs=1e-4)
    ours = {(row.lhs, row.op, row.rhs) for row in found} | {(row.rhs, row.op, row.lhs) for row in found}
    left = {key for key in theirs if key not in ours}
    assert all(key[0] in fitted.exogenous for key in left)  # what is exogenous stays so
