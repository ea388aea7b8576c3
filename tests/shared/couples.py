"""Couples made of a few scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import Dyads

PUBLISHED = {"evidence": {"status": "published"}}


def couples_of(pairs: Any, *, roles: bool = False, scale: str = "trust") -> Dyads:
    """Return couples with these scores (n, 2) on one scale, of wives and husbands or without roles."""
    table = pd.DataFrame(np.array(pairs, dtype=float).reshape(-1, 2), columns=["x", "y"])
    columns = {"wife": "x", "husband": "y"} if roles else {"a": "x", "b": "y"}
    return Dyads.of_scores(table, {scale: columns}, role=roles or None, on_invalid="accept")


def mixed_couples(pairs: Any, roles: list[str]) -> Dyads:
    """Return couples with these scores, of the roles that two letters name: ``["ff", "fm", …]``."""
    table = pd.DataFrame(np.array(pairs, dtype=float), columns=["x", "y"])
    table["role_x"], table["role_y"] = [two[0] for two in roles], [two[1] for two in roles]
    return Dyads.of_scores(
        table,
        {"trust": {"a": "x", "b": "y"}},
        role={"a": "role_x", "b": "role_y"},
        mixed=True,
        on_invalid="accept",
    )
