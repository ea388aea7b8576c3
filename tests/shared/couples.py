"""Couples made of arrays of scores or answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import Dyads
from tests.shared.instruments import PUBLISHED, form_of

PARTNERS = ("wife", "husband")


def couples_with_scores(
    scores: Mapping[str, Any],
    *,
    roles: bool = False,
    partners: Sequence[str] = PARTNERS,
    keep: Mapping[str, Any] | None = None,
) -> Dyads:
    """Return couples with these scores (n, 2), nan where missing; ``keep`` are columns of couples."""
    columns = {name: {p: f"{name}_{p}" for p in partners} for name in scores}
    table = {
        f"{name}_{p}": np.asarray(values, dtype=float).reshape(-1, 2)[:, place]
        for name, values in scores.items()
        for place, p in enumerate(partners)
    }
    kept = dict(keep or {})
    return Dyads.of_scores(
        pd.DataFrame(table | kept), columns, role=roles, keep=list(kept), on_invalid="accept"
    )


def couples_of(pairs: Any, *, roles: bool = False, scale: str = "trust") -> Dyads:
    """Return couples with these scores (n, 2) on one scale."""
    return couples_with_scores({scale: pairs}, roles=roles)


def mixed_couples(pairs: Any, roles: Sequence[str]) -> Dyads:
    """Return couples with these scores of trust, of the roles that two letters name: ``["ff", "fm", …]``."""
    table = pd.DataFrame(np.array(pairs, dtype=float), columns=["x", "y"])
    table["role_x"], table["role_y"] = [two[0] for two in roles], [two[1] for two in roles]
    return Dyads.of_scores(
        table,
        {"trust": {"a": "x", "b": "y"}},
        role={"a": "role_x", "b": "role_y"},
        mixed=True,
        on_invalid="accept",
    )


def couples_with_answers(
    answers: Any, scales: Any = None, *, roles: bool = False, low: float = 1, high: float = 7
) -> Dyads:
    """Return couples who gave these answers (n, 2, k) to the items q1, q2 …, nan where they gave none.

    By default, all items are those of one scale, a.
    """
    array = np.asarray(answers, dtype=float)
    items = [f"q{n + 1}" for n in range(array.shape[2])]
    form = form_of(scales or {"a": " ".join(items)}, items=items, low=low, high=high, evidence=PUBLISHED)
    columns = {
        f"{item}_{p}": array[:, place, i] for place, p in enumerate(PARTNERS) for i, item in enumerate(items)
    }
    table = pd.DataFrame(columns)
    return Dyads.from_wide(form, table, columns={p: f"{{item}}_{p}" for p in PARTNERS}, role=roles)


def swapped(values: Any, chosen: Any) -> Any:
    """Return scores or answers (n, 2, …) with the partners of the chosen couples in the other order.

    ``values`` is an array, or a mapping of arrays; ``chosen`` says of each couple whether it is chosen.
    """
    if isinstance(values, Mapping):
        return {name: swapped(array, chosen) for name, array in values.items()}
    array = np.asarray(values)
    return np.where(np.reshape(chosen, (-1,) + (1,) * (array.ndim - 1)), array[:, ::-1], array)


def some_of(n: int, seed: int) -> Any:
    """Return whether each of n couples is chosen, at random: about half are."""
    return np.random.default_rng(seed).random(n) < 0.5
