"""Couples made of a few scores, and the real couples of the reference data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import Dyads
from tests.shared.instruments import form_of

EVERY_ANSWER = {"proportion": 1}
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


def commitment_couples(folder: Path, *, roles: bool) -> Dyads:
    """Return the 118 couples of commitmentQ, with satisfaction and commitment of both partners."""
    form = form_of(
        [
            {"id": "satisfaction", "items": [f"sat{n}" for n in range(1, 6)], "missing": EVERY_ANSWER},
            {
                "id": "commitment_keyed",
                "items": ["com1", "com2", "-com3", "-com4", "com5"],
                "missing": EVERY_ANSWER,
            },
        ],
        high=9,
        **PUBLISHED,
    )
    stems = {"sat": "sat.g", "com": "com"}
    columns = {
        f"p{place}": {
            f"{stem}{n}": f"{column}.{place}_{n}" for stem, column in stems.items() for n in range(1, 6)
        }
        for place in (1, 2)
    }
    table = pd.read_csv(folder / "commitmentQ.csv")
    return Dyads.from_wide(form, table, columns=columns, role=roles)


def prqc_couples(folder: Path, *, roles: bool) -> Dyads:
    """Return the 118 couples of prqcQ, with the six components of the PRQC."""
    components = ("satisfaction", "commitment", "intimacy", "trust", "passion", "love")
    scales = [
        {"id": name, "items": [f"i{3 * place + n}" for n in (1, 2, 3)], "missing": EVERY_ANSWER}
        for place, name in enumerate(components)
    ]
    table = pd.read_csv(folder / "prqcQ.csv")
    columns = {"p1": "prqc.1_{n}", "p2": "prqc.2_{n}"}
    return Dyads.from_wide(form_of(scales, high=7, **PUBLISHED), table, columns=columns, role=roles)


def acipair_couples(folder: Path, *, roles: bool) -> Dyads:
    """Return the 148 couples of acipair, with the scores of husbands and wives."""
    table = pd.read_csv(folder / "acipair.csv")
    names = ["SelfPos", "OtherPos", "Satisfaction", "Tension"]
    table = table.rename(columns={f"{name}_A": name for name in names})
    # roles are ordered by their labels; R took the wife first
    table["role"] = table["Gender_A"].map({"Wife": "1 wife", "Husband": "2 husband"})
    labels: dict[str, Any] = {"role": "role"} if roles else {"person": "Partnum"}
    return Dyads.of_scores(table, names, couple="CoupleID", **labels)
