"""Couples of small instruments with given profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from intimacy_scales.dyads import Dyads
from tests.shared.instruments import PUBLISHED, form_of


def couples_with(
    profiles: Any, *, roles: bool = False, scales: Mapping[str, Any] | None = None, high: int = 7
) -> Dyads:
    """Return couples who gave these answers (n, 2, k) to the items q1, q2 …, nan where they gave none."""
    array = np.asarray(profiles, dtype=float)
    ids = [f"q{n + 1}" for n in range(array.shape[2])]
    form = form_of(scales or {"a": " ".join(ids)}, high=high, evidence=PUBLISHED)
    table = [
        {f"{item}_{name}": value for name, side in zip("wh", couple, strict=True)
         for item, value in zip(ids, side.tolist(), strict=True)}
        for couple in array
    ]  # fmt: skip
    columns = {name: {item: f"{item}_{name}" for item in form.item_ids} for name in "wh"}
    return Dyads.from_wide(form, table, columns=columns, role=roles)


def score_couples(profiles: Any, *, roles: bool = False) -> Dyads:
    """Return couples with these scores (n, 2, k) on the scales s1, s2 …"""
    array = np.asarray(profiles, dtype=float)
    ids = [f"s{n + 1}" for n in range(array.shape[2])]
    table = {
        f"{name}_{side}": array[:, place, number]
        for number, name in enumerate(ids)
        for place, side in enumerate("wh")
    }
    import pandas as pd

    scores = {name: {side: f"{name}_{side}" for side in "wh"} for name in ids}
    return Dyads.of_scores(pd.DataFrame(table), scores, role=roles, on_invalid="accept")


def some_profiles(least: int = 2, most: int = 8, lowest: int = 1) -> st.SearchStrategy[Any]:
    """Draw whole answers from 1 to 7 of a few couples (n, 2, k), among them flat profiles."""
    shapes = st.tuples(st.integers(least, most), st.just(2), st.integers(3, 6))
    return shapes.flatmap(lambda shape: arrays(np.int64, shape, elements=st.integers(lowest, 7))).map(
        lambda values: values.astype(float)
    )
