"""Answers of both partners of couples to a few items, with known parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from intimacy_scales.dyads import Dyads
from tests.shared.instruments import PUBLISHED, form_of

ITEMS = ("q1", "q2", "q3", "q4")
_LOADINGS = np.array([1.0, 0.9, 1.1, 0.8])


def paired_answers(
    n: int = 300,
    *,
    seed: int = 1,
    shift: Mapping[str, float] | None = None,
    weaker: Mapping[str, float] | None = None,
    higher: float = 0.0,
    missing: float = 0.0,
) -> dict[str, Any]:
    """Return a wide table of answers from 1 to 15; partners' factors correlate by .5, residuals by .3.

    The second partner's factor has its mean ``higher`` than the first one's; an item in ``shift`` has an
    intercept that is higher for the second partner by so much, and one in ``weaker`` a smaller loading.
    """
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, higher], [[1, 0.5], [0.5, 1]], n)
    errors = rng.multivariate_normal([0, 0], [[0.8, 0.24], [0.24, 0.8]], (len(ITEMS), n))
    table: dict[str, Any] = {}
    for place in (0, 1):
        for k, item in enumerate(ITEMS):
            loading = _LOADINGS[k] - (weaker or {}).get(item, 0.0) * place
            raw = 8 + (shift or {}).get(item, 0.0) * place + loading * factors[:, place] + errors[k, :, place]
            answers = np.clip(np.rint(2 * (raw - 8) + 8), 1, 15)
            table[f"{item}.{place}"] = np.where(rng.random(n) < missing, np.nan, answers)
    return table


def dyads_of(table: Mapping[str, Any], *, role: bool = True, keys: str = "q1 q2 q3 q4") -> Dyads:
    """Return such answers as couples of a wife and a husband, or of partners without roles."""
    import pandas as pd

    form = form_of({"closeness": keys}, high=15, evidence=PUBLISHED)
    columns = {
        name: {item: f"{item}.{place}" for item in form.item_ids}
        for place, name in enumerate(("wife", "husband"))
    }
    return Dyads.from_wide(form, pd.DataFrame(table), columns=columns, role=role)
