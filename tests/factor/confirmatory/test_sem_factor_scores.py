"""Scores on the factors of models with paths: lavaan's values (`sem_factor_scores.R`), and the formulas."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import SEMResult, cfa, sem
from tests.shared.factor_answers import parts
from tests.shared.folders import REFERENCE
from tests.shared.instruments import coded

VALUES: dict[str, Any] = json.loads((REFERENCE / "sem-factor-scores.json").read_text("utf-8"))["values"]

ANSWERS = coded(parts(120, (3, 3)), {"a": "q1 q2 q3", "b": "q4 q5 q6"})
FACTORS = "a =~ q1 + q2 + q3; b =~ q4 + q5 + q6"


@functools.cache
def answers(name: str) -> pd.DataFrame:
    table = pd.read_csv(REFERENCE / f"simulated-{name}.csv")
    return table.assign(half=np.repeat(["a", "b"], len(table) // 2))


@functools.cache
def fitted(name: str) -> tuple[SEMResult, pd.DataFrame, dict[str, Any]]:
    block = VALUES[name]
    given = dict(block["options"])
    options: dict[str, Any] = {"groups": "half", "equal": given["group.equal"]} if "group" in given else {}
    if "fixed.x" in given:
        options["fixed_x"] = False
    if "missing" in given:
        options["missing"] = "fiml"
    table = answers(block["data"])
    grouped = {"groups": "half"} if "group" in given else {}
    return sem(block["model"], table, means=True, **options), table, grouped


@pytest.mark.parametrize(
    ("name", "method"),
    [
        (name, method)
        for name in VALUES
        for method in ("regression", "bartlett")  # no item measures a general factor separately
        if name != "direct" and (name, method) != ("second_order", "bartlett")
    ],
)
def test_scores_are_those_of_lavaan(name: str, method: Any) -> None:
    block, (result, table, grouped) = VALUES[name]["scores"][method], fitted(name)
    scores = result.factor_scores(table, method=method, **grouped)
    for g, (values, errors) in enumerate(zip(block["scores"], block["errors"], strict=True)):
        members = np.flatnonzero(scores.group == g)
        assert scores.values[members[:8]] == pytest.approx(np.array(values), abs=2e-5)
        theirs = np.array(errors, dtype=float)
        assert scores.errors[members[: len(theirs)]] == pytest.approx(theirs, abs=2e-6)


def test_regression_scores_are_expected_values_where_an_item_has_paths() -> None:
    """lavPredict of 0.6-14 has other values for this model than the implied moments give."""
    result, table, _ = fitted("direct")
    scores = result.factor_scores(table)
    assert scores.values[:8] == pytest.approx(np.array(VALUES["direct"]["expected"]), abs=2e-5)


def test_bartlett_scores_take_outcomes_as_items() -> None:
    result, table, _ = fitted("direct")
    of = {row.name: row.estimate for row in result.parameters}
    loadings = np.array([1.0, of["f =~ com04"], of["f =~ com10"]])
    errors = np.array([of[f"{item} ~~ {item}"] for item in ("com01", "com04", "com10")])
    paths = of["com04 ~ tru01"] * table["tru01"] + of["com04 ~ kno07"] * table["kno07"]
    predicted = table[["com01", "com04", "com10"]].copy()
    predicted["com04"] = predicted["com04"] - paths
    rest = predicted.to_numpy() - [of[f"{item} ~ 1"] for item in predicted]
    weights = loadings / errors
    scores = result.factor_scores(table, method="bartlett")
    assert scores["f"] == pytest.approx(rest @ weights / (weights @ loadings), rel=1e-8)
    assert scores.standard_errors("f") == pytest.approx(1 / np.sqrt(weights @ loadings), rel=1e-6)


def test_regression_scores_minimize_the_error_of_any_weights() -> None:
    result, table, _ = fitted("latent")
    determinacy = {row.factor: row.rho for row in result.factor_determinacy()}
    alone = cfa("f =~ com01 + com04 + com10", table).factor_determinacy()[0].rho
    assert determinacy["f"] > alone  # knows of predictors and of what depends on the factor
    validity = {row.factor: row.validity for row in result.factor_determinacy("bartlett")}
    assert all(validity[name] < determinacy[name] for name in determinacy)


def test_scores_of_paths_among_factors_are_those_of_the_measurement_model() -> None:
    path, plain = sem(f"{FACTORS}; b ~ a", ANSWERS, means=True), cfa(FACTORS, ANSWERS, means=True)
    for method in ("regression", "bartlett"):
        ours, theirs = (model.factor_scores(ANSWERS, method=method) for model in (path, plain))
        assert ours.values == pytest.approx(theirs.values, abs=1e-5)
        assert ours.errors == pytest.approx(theirs.errors, abs=1e-5)


def test_scores_with_a_variable_that_is_not_of_the_instrument() -> None:
    columns = answers("complete").iloc[:120].assign(age=np.arange(120) % 40)
    columns[list(ANSWERS.instrument.item_ids)] = parts(120, (3, 3))
    result = sem(f"{FACTORS}; a ~ age", columns, instrument=ANSWERS.instrument)
    scores = result.factor_scores(columns, instrument=ANSWERS.instrument)
    plain = sem(f"{FACTORS}; a ~ age", columns)
    assert scores.values == pytest.approx(plain.factor_scores(columns).values, abs=1e-5)


def test_what_has_no_scores() -> None:
    table = answers("complete")
    observed = sem("com01 ~ tru01", table)
    for ask in (lambda: observed.factor_scores(table), observed.factor_determinacy):
        with pytest.raises(EstimationError, match="need a model with factors, and all variables here are"):
            ask()
    mediated = sem("f =~ com01 + com04 + com10; int04 ~ f; tru01 ~ int04", table, means=True)
    assert np.isfinite(mediated.factor_scores(table).values).all()
    with pytest.raises(EstimationError, match="and int04 depends on a factor and also predicts or covaries"):
        mediated.factor_scores(table, method="bartlett")


def test_equivalent_path_and_measurement_models_fit_alike():
    one, other = cfa(FACTORS, ANSWERS).fit, sem(f"{FACTORS}; b ~ a", ANSWERS).fit
    for name in ("chi_square", "df", "cfi", "rmsea", "srmr", "crmr", "log_likelihood"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-7), name
