"""Simulated scores of couples in roles, of couples of three compositions, and naive references."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import Dyads


def scores(n: int, seed: int = 1) -> dict[str, Any]:
    """Return love, trust and calm of both partners (n, 2), and years together (n,)."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, 1))
    trust = 4 + 0.6 * shared + rng.normal(size=(n, 2))
    calm = 3 + 0.4 * trust + 0.3 * shared + rng.normal(size=(n, 2))
    noise = 0.5 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))
    years = rng.uniform(1, 20, size=n)
    love = 1 + trust @ np.array([[0.5, 0.2], [0.3, 0.6]]) + 0.2 * calm + 0.02 * years[:, None] + noise
    return {"love": love, "trust": trust, "calm": calm, "years": years}


def table_of(n: int, *, gaps: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Return a row for each couple; with gaps, that share of partners did not answer."""
    values = scores(n, seed)
    columns = {
        f"{name}_{role}": values[name][:, k]
        for name in ("love", "trust", "calm")
        for k, role in enumerate("wh")
    }
    table = pd.DataFrame(columns).assign(years=values["years"], role_w="w", role_h="h")
    if gaps:
        gone = np.random.default_rng(seed + 1).permutation(n)[: int(n * gaps) * 2]
        for k, role in enumerate("wh"):
            table.loc[gone[k::2], [f"{name}_{role}" for name in ("love", "trust", "calm")]] = np.nan
    return table


@cache
def scored_couples(n: int, *, gaps: float = 0.0, roles: bool = True, seed: int = 1) -> Dyads:
    """Return couples of wives (w) and husbands (h), or without roles."""
    columns = {name: {role: f"{name}_{role}" for role in "wh"} for name in ("love", "trust", "calm")}
    role = {"w": "role_w", "h": "role_h"} if roles else None
    return Dyads.of_scores(table_of(n, gaps=gaps, seed=seed), columns, role=role, keep=["years"])


def mixed_table(n: int = 120) -> pd.DataFrame:
    """Return a row for each person of f-f, f-m and m-m couples."""
    values = scores(n, 5)
    kinds = np.array([("f", "f"), ("f", "m"), ("m", "f"), ("m", "m")])[np.arange(n) % 4]
    rows: dict[str, Any] = {
        "couple": np.repeat(np.arange(n), 2),
        "id": np.arange(2 * n),
        "gender": kinds.ravel(),
    }
    return pd.DataFrame(rows | {name: values[name].ravel() for name in ("love", "trust", "calm")})


@cache
def mixed_couples(n: int = 120) -> Dyads:
    """Return couples of three compositions."""
    return Dyads.of_scores(
        mixed_table(n), ["love", "trust", "calm"], couple="couple", person="id", role="gender", mixed=True
    )


def swapped(dyads: Dyads, seed: int) -> Dyads:
    """Return the same couples without roles, some with their partners in the other order."""
    rng = np.random.default_rng(seed)
    turned = rng.random(len(dyads)) < 0.5
    columns: dict[str, Any] = {"years": dyads.couple_variable("years")}
    for name in ("love", "trust", "calm"):
        both = np.where(turned[:, None], dyads.variable(name)[:, ::-1], dyads.variable(name))
        columns |= {f"{name}_{p}": both[:, k] for k, p in enumerate("ab")}
    names = {name: {p: f"{name}_{p}" for p in "ab"} for name in ("love", "trust", "calm")}
    return Dyads.of_scores(pd.DataFrame(columns), names, keep=["years"])


def least_squares(outcome: Any, *regressors: Any) -> tuple[Any, Any]:
    """Return coefficients and standard errors of ordinary least squares, with an intercept."""
    x = np.column_stack([np.ones(len(outcome)), *regressors])
    coefficients, *_ = np.linalg.lstsq(x, outcome, rcond=None)
    residuals = outcome - x @ coefficients
    variance = residuals @ residuals / (len(outcome) - x.shape[1])
    return coefficients, np.sqrt(variance * np.linalg.inv(x.T @ x).diagonal())
