"""The real couples of the reference data, and what R says of them."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads
from intimacy_scales.factor import SEMResult
from tests.reference.path_values import SHORT, couples_of_acipair
from tests.shared.instruments import PUBLISHED, form_of

PRQC = ("satisfaction", "commitment", "intimacy", "trust", "passion", "love")
EVERY_ANSWER = {"proportion": 1}


@functools.cache
def acipair(shared: Path, *, gaps: bool = False, roles: bool = True) -> Dyads:
    """Return the scores of 148 wives (w) and husbands (h), and their years of marriage.

    With gaps, one partner of one couple in five is deleted.
    """
    table = couples_of_acipair(shared / "oracles/data")
    if gaps:
        i = np.arange(1, len(table) + 1)
        table.loc[i % 10 == 5, [f"{short}_w" for short in SHORT]] = np.nan
        table.loc[i % 10 == 0, [f"{short}_h" for short in SHORT]] = np.nan
    scores = {short: {role: f"{short}_{role}" for role in "wh"} for short in SHORT}
    return Dyads.of_scores(table, scores, keep=["yr"], role=roles)


@functools.cache
def commitment(shared: Path, *, roles: bool = True) -> Dyads:
    """Return the 118 couples of commitmentQ: answers to satisfaction and commitment of partners 1 and 2."""
    scales = {"sat": "sat1 sat2 sat3 sat4 sat5", "com": "com1 com2 -com3 -com4 com5"}
    documents = [
        {"id": name, "items": keys.split(), "missing": EVERY_ANSWER} for name, keys in scales.items()
    ]
    stems = {"sat": "sat.g", "com": "com"}
    columns = {
        p: {f"{stem}{n}": f"{column}.{p}_{n}" for stem, column in stems.items() for n in range(1, 6)}
        for p in "12"
    }
    form = form_of(documents, high=9, evidence=PUBLISHED)
    return Dyads.from_wide(form, _table(shared, "commitmentQ"), columns=columns, role=roles)


@functools.cache
def prqc(shared: Path, *, roles: bool = True) -> Dyads:
    """Return the 118 couples of prqcQ: answers to the six components of the PRQC of partners 1 and 2.

    Couples are named by their row in the table, from 1.
    """
    scales = [
        {"id": name, "items": [f"i{3 * place + n}" for n in (1, 2, 3)], "missing": EVERY_ANSWER}
        for place, name in enumerate(PRQC)
    ]
    form = form_of(scales, high=7, evidence=PUBLISHED)
    table = _table(shared, "prqcQ")
    table.insert(0, "row", range(1, len(table) + 1))
    columns = {p: f"prqc.{p}_{{n}}" for p in "12"}
    return Dyads.from_wide(form, table, columns=columns, role=roles, couple="row")


def complete_scores(dyads: Dyads, *names: str) -> dict[str, NDArray[np.float64]]:
    """Return the scores (n, 2) of couples who have all of these."""
    scores = {name: dyads.variable(name) for name in names}
    kept = ~np.isnan(np.hstack([*scores.values()])).any(axis=1)
    return {name: both[kept] for name, both in scores.items()}


@functools.cache
def r_values(shared: Path, name: str) -> dict[str, Any]:
    """Return a file of R's values, such as ``second/dyads_acipair``."""
    values: dict[str, Any] = json.loads((shared / f"oracles/{name}.json").read_text("utf-8"))
    return values


def labelled_parameters(model: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return label → estimate and standard error of a model that lavaan fitted."""
    rows = model["params"]
    return {
        label: (estimate, se)
        for label, estimate, se in zip(rows["label"], rows["est"], rows["se"], strict=True)
        if label
    }


def differing_parameters(
    result: SEMResult, block: Mapping[str, Any], tolerance: float, *, names: Mapping[str, str] | None = None
) -> list[str]:
    """Return each parameter that is not R's; ``names`` gives what R's variables are called here."""
    differing = []
    for name, values in _rows(block):
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


def _table(shared: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(shared / f"oracles/data/{name}.csv")


def _rows(block: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, float | None]]]:
    """Yield R's estimates by the name of the parameter; defined parameters are left out."""
    kinds = ("est", "se", "std_all")
    for k, op in enumerate(block["op"]):
        if op != ":=":
            lhs, rhs = block["lhs"][k], block["rhs"][k]
            name = f"{lhs} ~ 1" if op == "~1" else f"{lhs} {op} {rhs}"
            yield name, {kind: block[kind][k] for kind in kinds if kind in block}
