"""lavaan's values of least squares, and our results of the same models."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from intimacy_scales.factor import CFAResult, SEMResult, cfa, covariances_as_sample, sem
from tests.shared.folders import REFERENCE

Array = NDArray[np.float64]
RS = json.loads(
    (REFERENCE / "least_squares.json").read_text(encoding="utf-8")
)  # written by least_squares.R there
CASES = {case["name"]: case for case in RS["cases"]}
TWO = "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
each_estimator = pytest.mark.parametrize("estimator", ["GLS", "ULS"])


@functools.cache
def complete() -> pd.DataFrame:
    table = pd.read_csv(REFERENCE / "simulated-complete.csv")
    table["half"] = np.repeat(["a", "b"], len(table) // 2)
    table["part"] = np.where(np.arange(len(table)) < 130, "a", "b")
    return table


@functools.cache
def fitted(name: str, estimator: Any, information: Any = None) -> CFAResult | SEMResult:
    case = CASES[name]
    data: Any = complete()
    if "covariances" in case:
        data = covariances_as_sample(case["covariances"], n=case["n"], names=case["items"])
    if case["fixed"] is not None:
        options: dict[str, Any] = {"estimator": estimator, "information": information}
        return sem(case["model"], data, fixed_x=case["fixed"], **options)
    return cfa(
        case["model"],
        data,
        estimator=estimator,
        means=case["means"],
        groups=case.get("group"),
        equal=case.get("equal", ()),
        information=information,
    )


def paired(result: CFAResult | SEMResult, theirs: dict[str, list[Any]]) -> list[int]:
    """Which row of lavaan's table each of our parameters is."""
    rows: dict[Any, int] = {}
    for n, (lhs, op, rhs, group) in enumerate(
        zip(*(theirs[c] for c in ("lhs", "op", "rhs", "group")), strict=True)
    ):
        rows[lhs, op, rhs, group] = n
        rows.setdefault((rhs, op, lhs, group), n)
    groups = [None, *result.groups] if not result.groups else [*result.groups]
    return [
        rows[p.lhs, p.op, "" if p.op == "~1" else p.rhs, 1 + groups.index(p.group)] for p in result.parameters
    ]


def column(result: CFAResult | SEMResult, name: str) -> Array:
    return np.array([getattr(p, name) for p in result.parameters])
