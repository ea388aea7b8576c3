"""Robust indices corrected for missing answers are lavaan's (`missing_corrected.R`)."""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.factor import SEMResult, cfa, invariance, sem
from intimacy_scales.factor.confirmatory.estimation.corrected_fit import (
    MissingCorrectedFit,
    missing_corrected_fit,
)
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.estimation.saturated_information import saturated_matrices
from tests.reference.oracles import Reference
from tests.shared.folders import REFERENCE

VALUES: dict[str, Any] = json.loads((REFERENCE / "missing_corrected.json").read_text("utf-8"))["values"]
OPTIONS = {"group": "groups", "cluster": "clusters", "fixed.x": "fixed_x", "group.equal": "equal"}
TWO = "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"


@functools.cache
def answers() -> pd.DataFrame:
    table = pd.read_csv(REFERENCE / "simulated-gaps.csv")
    n = len(table)
    return table.assign(half=np.repeat(["a", "b"], n // 2), pair=np.repeat(np.arange(n // 2), 2))


def fitted(model: str, table: Any = None, **options: Any) -> SEMResult:
    given = answers() if table is None else table
    return sem(model, given, estimator="MLR", missing="fiml", **options)


def corrected(fit: Fit) -> MissingCorrectedFit:
    assert fit.missing_corrected is not None
    return fit.missing_corrected


def figures(found: MissingCorrectedFit) -> list[float]:
    return [found.robust_cfi, found.robust_tli, found.robust_rmsea, *found.robust_rmsea_interval()]


@pytest.mark.parametrize("name", VALUES)
def test_indices_are_those_of_lavaan(name: str) -> None:
    block = VALUES[name]
    options = {OPTIONS[key]: value for key, value in dict(block["options"]).items()}
    found = corrected(fitted(block["model"], **options).fit)
    for ours in ("chi_square", "scaling_factor", "baseline_chi_square", "baseline_scaling_factor"):
        assert getattr(found, ours) == pytest.approx(block[ours], rel=2e-5)
    assert figures(found) == pytest.approx(list(block["fit"].values()), abs=2e-6)
    assert found.df == block["df"]


@pytest.mark.parametrize(("file", "name"), [("bfi", "cfa_neuroticism"), ("commitmentQ", "cfa_two_factor_p1")])
def test_indices_of_real_answers_are_those_of_lavaan(shared: Path, file: str, name: str) -> None:
    reference = Reference.read(shared, file)
    block = reference.values[name]
    table = pd.read_csv(reference.folder / f"{file}.csv")
    items = {item for row in block["model"].split("\n") for item in row.split("=~")[1].split("+")}
    if name == "cfa_two_factor_p1":
        keyed = table[[item.strip() for item in items]].copy()
        keyed[[f"com.1_{n}" for n in (3, 4)]] = 10 - keyed[[f"com.1_{n}" for n in (3, 4)]]
        table = keyed
    fit = block["mlr_fiml"]["fit"]
    names = ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper")
    expected = [fit[f"{index}_robust"] for index in names]
    assert figures(corrected(fitted(block["model"], table).fit)) == pytest.approx(expected, abs=2e-6)


def test_the_expected_chi_square_is_that_of_explicit_matrices() -> None:
    result = cfa(TWO, answers(), estimator="MLR", missing="fiml", keep_answers=True)
    solution = result.solution
    group, model = solution.problem.groups[0], solution.saturated[0]
    matrices = saturated_matrices(group.moments, model)
    i, j, p = matrices.first, matrices.second, len(model.means)

    def derivatives(values: Any) -> Any:
        """Moments in the order of the matrices."""
        at = group.structure.basis(group.values(values))
        return np.where(j < 0, at.means[i], at.covariances[i, j])

    step = np.eye(len(solution.at.values)) * 1e-5
    d = np.array(
        [(derivatives(solution.at.values + s) - derivatives(solution.at.values - s)) / 2e-5 for s in step]
    ).T
    complete = np.zeros((len(i), len(i)))
    inverse = np.linalg.inv(model.covariances)
    for row in range(len(i)):
        for column in range(len(i)):
            if j[row] < 0 and j[column] < 0:
                complete[row, column] = inverse[i[row], i[column]]
            elif j[row] >= 0 and j[column] >= 0:
                one, other = np.zeros((p, p)), np.zeros((p, p))
                one[i[row], j[row]] = one[j[row], i[row]] = 1
                other[i[column], j[column]] = other[j[column], i[column]] = 1
                complete[row, column] = np.trace(inverse @ one @ inverse @ other) / 2
    w, winv = matrices.information, np.linalg.inv(matrices.information)

    def expected(d: Any) -> float:
        u = w - w @ d @ np.linalg.inv(d.T @ w @ d) @ d.T @ w
        return float(np.trace(u @ winv @ complete @ winv @ u @ winv @ matrices.products @ winv))

    found = corrected(result.fit)
    assert found.scaling_factor * found.df == pytest.approx(expected(d), rel=1e-6)
    selected = np.eye(len(i))[:, (j < 0) | (i == j)]
    assert found.baseline_scaling_factor * found.baseline_df == pytest.approx(expected(selected), rel=1e-9)


def test_fixed_exogenous_variables_fit_as_modelled_ones_that_are_related() -> None:
    model, related = "tru04 ~ tru01 + kno07\ncom01 ~ tru04 + car01", "tru01 ~~ kno07 + car01; kno07 ~~ car01"
    modelled = corrected(fitted(model, fixed_x=False).fit)
    written = corrected(fitted(f"{model}\n{related}", fixed_x=False).fit)
    assert modelled.chi_square == pytest.approx(written.chi_square, rel=1e-6)
    assert modelled.scaling_factor == pytest.approx(written.scaling_factor, rel=1e-6)


def test_indices_do_not_depend_on_units() -> None:
    table = answers()[["tru01", "tru04", "tru11", "com01", "com04", "com10"]]
    one, other = (corrected(fitted(TWO, given).fit) for given in (table, table * 10 + 3))
    assert figures(other) == pytest.approx(figures(one), rel=1e-6)


def test_when_there_are_corrected_indices() -> None:
    complete = answers().dropna()
    assert fitted(TWO, complete).fit.missing_corrected is None
    assert cfa(TWO, answers(), missing="fiml").fit.missing_corrected is None
    assert cfa(TWO, answers(), estimator="MLR").fit.missing_corrected is None
    with_others = cfa(TWO, answers(), estimator="MLR", missing="fiml", auxiliary=["car01"])
    assert with_others.fit.missing_corrected is None
    half = answers().assign(whole=answers().index % 2)
    half = pd.concat([half[half["whole"] == 0], half[half["whole"] == 1].dropna()])
    steps = invariance(TWO, half, groups="whole", estimator="MLR", missing="fiml", steps=["metric", "scalar"])
    assert all(corrected(model.fit).df == model.fit.df for model in steps.models.values())


def test_corrected_indices_are_shown_and_kept() -> None:
    fit = fitted(TWO).fit
    found = corrected(fit)
    assert Fit.from_json(fit.to_json()) == fit
    assert MissingCorrectedFit.from_json(found.to_json()) == found
    older = {key: value for key, value in fit.to_dict().items() if key != "missing_corrected"}
    assert Fit.from_dict(older).missing_corrected is None
    frame = fit.to_frame()["value"]
    assert frame["robust_cfi_missing_corrected"] == found.robust_cfi
    rmsea = "robust RMSEA .059 [.000, .106]"
    assert repr(found) == f"<corrected for missing answers: robust CFI .980, robust TLI .962, {rmsea}>"


def test_indices_of_models_at_the_edge() -> None:
    options: Any = {
        "baseline_chi_square": 50.0,
        "baseline_expected": 10.0,
        "baseline_df": 6,
        "n": 99,
        "n_groups": 1,
    }
    just = missing_corrected_fit(chi_square=0.0, expected=0.0, df=0, **options)
    assert (just.robust_cfi, just.robust_tli, just.robust_rmsea, *just.robust_rmsea_interval()) == (
        1,
        1,
        0,
        0,
        0,
    )
    few = missing_corrected_fit(chi_square=3.0, expected=-1.0, df=2, **options)
    assert all(map(math.isnan, (few.robust_cfi, few.robust_tli, few.robust_rmsea)))
    assert math.isnan(few.robust_rmsea_interval().low)
