"""Couples of the shared reference data as `Dyads`, and comparison of fitted models with R's parameters."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import Dyads
from intimacy_scales.factor import SEMResult
from tests.reference.path_values import SHORT, couples_of_acipair, couples_of_commitment

ROLES = {"w": "role_w", "h": "role_h"}


@functools.cache
def acipair(shared: Path, *, gaps: bool = False, roles: bool = True) -> Dyads:
    """Return wives and husbands of acipair; with gaps, one partner of one couple in five is deleted."""
    table = couples_of_acipair(shared / "oracles/data").assign(role_w="w", role_h="h")
    if gaps:
        i = np.arange(1, len(table) + 1)
        table.loc[i % 10 == 5, [f"{short}_w" for short in SHORT]] = np.nan
        table.loc[i % 10 == 0, [f"{short}_h" for short in SHORT]] = np.nan
    scores = {short: {role: f"{short}_{role}" for role in "wh"} for short in SHORT}
    return Dyads.of_scores(table, scores, keep=["yr"], role=ROLES if roles else None)


@functools.cache
def commitment(shared: Path) -> Dyads:
    """Return couples of commitmentQ, whose partners 1 and 2 count as roles."""
    table = couples_of_commitment(shared / "oracles/data").assign(role_1="1", role_2="2")
    scores = {name: {p: f"{name}_{p}" for p in "12"} for name in ("sat", "com")}
    return Dyads.of_scores(table, scores, role={"1": "role_1", "2": "role_2"})


@functools.cache
def prqc(shared: Path) -> Dyads:
    """Return couples of prqcQ with means of trust and love, whose partners 1 and 2 count as roles."""
    table, means = pd.read_csv(shared / "oracles/data/prqcQ.csv"), {}
    for scale, numbers in {"trust": (10, 11, 12), "love": (16, 17, 18)}.items():
        for p in "12":
            items = [f"prqc.{p}_{n}" for n in numbers]
            means[f"{scale}_{p}"] = table[items].mean(axis=1, skipna=False)
    scores = {name: {p: f"{name}_{p}" for p in "12"} for name in ("trust", "love")}
    frame = pd.DataFrame(means).assign(role_1="1", role_2="2")
    return Dyads.of_scores(frame, scores, role={"1": "role_1", "2": "role_2"})


@functools.cache
def oracle(shared: Path, name: str) -> dict[str, Any]:
    """Return a file of R's values, such as ``second/dyads_acipair``."""
    values: dict[str, Any] = json.loads((shared / f"oracles/{name}.json").read_text("utf-8"))
    return values


def block_rows(block: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, float | None]]]:
    """Yield R's estimates by the name of the parameter; defined parameters are left out."""
    kinds = ("est", "se", "std_all")
    for k, op in enumerate(block["op"]):
        if op != ":=":
            lhs, rhs = block["lhs"][k], block["rhs"][k]
            name = f"{lhs} ~ 1" if op == "~1" else f"{lhs} {op} {rhs}"
            yield name, {kind: block[kind][k] for kind in kinds if kind in block}


def differing_parameters(
    result: SEMResult, block: Mapping[str, Any], tolerance: float, *, names: Mapping[str, str] | None = None
) -> list[str]:
    """Return each parameter that is not R's; ``names`` gives what R's variables are called here."""
    differing = []
    for name, values in block_rows(block):
        called = " ".join((names or {}).get(part, part) for part in name.split())
        row = result.parameters[called]
        for kind, ours in (("est", row.estimate), ("se", row.se), ("std_all", row.std_all)):
            theirs = values.get(kind)
            if theirs is None or (kind == "se" and theirs == 0 and math.isnan(ours)):
                continue
            stopped = kind == "est" and abs(ours - theirs) < 1e-4 * row.se  # R's search stops some way off
            if not stopped and not math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance):
                differing.append(f"{called} {kind}: {theirs} in R, {ours} here")
    return differing
