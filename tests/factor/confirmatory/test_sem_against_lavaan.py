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
from tests.reference.couples import couples_of_acipair, couples_of_commitment
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


def check(result: SEMResult, block: Mapping[str, Any], tolerance: float = COUPLES) -> None:
    assert list(differences(result, block["params"], tolerance)) == []
    assert list(differences_of_fit(result, block["fit"], COARSE)) == []
    assert result.n == block.get("nobs", result.n)


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
