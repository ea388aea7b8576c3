"""Simulated scores and answers of couples: with roles or without, and of three compositions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads
from tests.shared.couples import couples_with_answers, couples_with_scores, some_of, swapped

Floats = NDArray[np.float64]
ITEMS = ("q1", "q2", "q3", "q4")
SCALES = ("love", "trust", "calm")


# ------------------------------------------------------------------ scores


def random_scores(
    seed: int, n: int = 60, names: Sequence[str] = ("y", "x"), r: float = 0.4
) -> dict[str, Floats]:
    """Return scores (n, 2) of partners who correlate, as variables do, on a scale from about 1 to 7."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1, 1))
    personal = rng.standard_normal((n, 2, 1))
    scores = 4 + r * common + r * personal + 0.9 * rng.standard_normal((n, 2, len(names)))
    return {name: scores[:, :, k] for k, name in enumerate(names)}


def love_trust_and_calm(n: int, seed: int = 1) -> dict[str, Any]:
    """Return love, trust and calm of both partners (n, 2), and years together (n,).

    Love depends on the trust and calm of both partners, differently for either of them.
    """
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    trust = 4 + 0.6 * common + rng.normal(size=(n, 2))
    calm = 3 + 0.4 * trust + 0.3 * common + rng.normal(size=(n, 2))
    noise = 0.5 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))
    years = rng.uniform(1, 20, size=n)
    love = 1 + trust @ np.array([[0.5, 0.2], [0.3, 0.6]]) + 0.2 * calm + 0.02 * years[:, None] + noise
    return {"love": love, "trust": trust, "calm": calm, "years": years}


def table_of_couples(n: int, *, gaps: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Return a row for each couple; with gaps, that share of partners did not answer."""
    values = love_trust_and_calm(n, seed)
    columns = {f"{name}_{role}": values[name][:, k] for name in SCALES for k, role in enumerate("wh")}
    table = pd.DataFrame(columns).assign(years=values["years"], role_w="w", role_h="h")
    if gaps:
        gone = np.random.default_rng(seed + 1).permutation(n)[: int(n * gaps) * 2]
        for k, role in enumerate("wh"):
            table.loc[gone[k::2], [f"{name}_{role}" for name in SCALES]] = np.nan
    return table


@cache
def scored_couples(n: int, *, gaps: float = 0.0, roles: bool = True, seed: int = 1) -> Dyads:
    """Return couples of wives (w) and husbands (h), or without roles."""
    columns = {name: {role: f"{name}_{role}" for role in "wh"} for name in SCALES}
    role = {"w": "role_w", "h": "role_h"} if roles else None
    table = table_of_couples(n, gaps=gaps, seed=seed)
    return Dyads.of_scores(table, columns, role=role, keep=["years"])


def in_other_orders(dyads: Dyads, seed: int) -> Dyads:
    """Return scored couples without roles, about half of them with their partners in the other order."""
    scores = swapped({name: dyads.variable(name) for name in SCALES}, some_of(len(dyads), seed))
    return couples_with_scores(scores, partners="ab", keep={"years": dyads.couple_variable("years")})


def table_of_persons(n: int = 120) -> pd.DataFrame:
    """Return a row for each person of f-f, f-m and m-m couples."""
    values = love_trust_and_calm(n, 5)
    kinds = np.array([("f", "f"), ("f", "m"), ("m", "f"), ("m", "m")])[np.arange(n) % 4]
    rows: dict[str, Any] = {
        "couple": np.repeat(np.arange(n), 2),
        "id": np.arange(2 * n),
        "gender": kinds.ravel(),
    }
    return pd.DataFrame(rows | {name: values[name].ravel() for name in SCALES})


@cache
def three_compositions(n: int = 120) -> Dyads:
    """Return f-f, f-m and m-m couples."""
    return Dyads.of_scores(
        table_of_persons(n), [*SCALES], couple="couple", person="id", role="gender", mixed=True
    )


# ------------------------------------------------------------------ answers


def some_profiles(least: int = 2, most: int = 8, lowest: int = 1) -> st.SearchStrategy[Any]:
    """Draw whole answers from 1 to 7 of a few couples (n, 2, k), among them flat profiles."""
    shapes = st.tuples(st.integers(least, most), st.just(2), st.integers(3, 6))
    return shapes.flatmap(lambda shape: arrays(np.int64, shape, elements=st.integers(lowest, 7))).map(
        lambda values: values.astype(float)
    )


def item_covariances(k: int, *, common: float, correlation: float = 0.6) -> Floats:
    """Return the covariances (2k, 2k) of items with unequal loadings and correlated residuals.

    Loadings fall from 1.2 to 0.8, residual variances rise from 0.6 to 1, and the residuals of the same item
    have the covariance ``common`` across partners. Both partners have the same parameters.
    """
    loadings, residuals = np.linspace(1.2, 0.8, k), np.linspace(0.6, 1.0, k)
    within = np.outer(loadings, loadings) + np.diag(residuals)
    across = correlation * np.outer(loadings, loadings) + common * np.eye(k)
    return np.block([[within, across], [across, within]])


def normal_answers(n: int, k: int, *, common: float, seed: int = 1) -> Floats:
    """Return answers (n, 2, k) with `item_covariances`, in whole numbers from 0 to 100."""
    root = np.linalg.cholesky(item_covariances(k, common=common))
    drawn = np.random.default_rng(seed).standard_normal((n, 2 * k)) @ root.T
    answers: Floats = np.clip(np.rint(50 + 8 * drawn), 0, 100).reshape(n, 2, k)
    return answers


def normal_couples(answers: Floats, scales: Any = None, *, roles: bool = True) -> Dyads:
    """Return couples of wives and husbands, or of partners without roles, with such answers."""
    return couples_with_answers(answers, scales, roles=roles, low=0, high=100)


def closeness_answers(
    n: int = 300,
    *,
    seed: int = 1,
    shift: Mapping[str, float] | None = None,
    weaker: Mapping[str, float] | None = None,
    higher: float = 0.0,
    missing: float = 0.0,
) -> Floats:
    """Return answers (n, 2, 4) from 1 to 15; partners' factors correlate by .5, residuals by .3.

    The second partner's factor has its mean ``higher`` than the first one's; an item in ``shift`` has an
    intercept that is higher for the second partner by so much, and one in ``weaker`` a smaller loading.
    """
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, higher], [[1, 0.5], [0.5, 1]], n)
    errors = rng.multivariate_normal([0, 0], [[0.8, 0.24], [0.24, 0.8]], (len(ITEMS), n))
    answers = np.empty((n, 2, len(ITEMS)))
    for place in (0, 1):
        for k, (item, loading) in enumerate(zip(ITEMS, (1.0, 0.9, 1.1, 0.8), strict=True)):
            true = (loading - (weaker or {}).get(item, 0.0) * place) * factors[:, place]
            raw = 8 + (shift or {}).get(item, 0.0) * place + true + errors[k, :, place]
            given = np.clip(np.rint(2 * (raw - 8) + 8), 1, 15)
            answers[:, place, k] = np.where(rng.random(n) < missing, np.nan, given)
    return answers


def close_couples(answers: Floats, *, roles: bool = True, keys: str = "q1 q2 q3 q4") -> Dyads:
    """Return couples of wives and husbands, or of partners without roles, with such answers."""
    return couples_with_answers(answers, {"closeness": keys}, roles=roles, high=15)
