"""What lavaan says of actor-partner models as structural equations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from intimacy_scales.factor import sem

from .factor_values import fit_rows, objective_row, parameter_rows
from .oracles import Reference, Row

LEADING_FIT = ("chisq", "df", "pvalue", "logl")
LEADING_PARAMETERS = ("est", "se")
SHORT = {"sat": "Satisfaction_A", "oth": "OtherPos_A", "slf": "SelfPos_A", "ten": "Tension_A"}


def couples_of_acipair(folder: Path) -> pd.DataFrame:
    """Return the scale means of wives (w) and husbands (h), a couple in a row."""
    long = pd.read_csv(folder / "acipair.csv")
    wives, husbands = (
        long[long["Gender_A"] == role].sort_values("CoupleID").reset_index(drop=True)
        for role in ("Wife", "Husband")
    )
    found = pd.DataFrame({"yr": wives["Yearsmar"].astype(float)})
    for short, column in SHORT.items():
        found[f"{short}_w"], found[f"{short}_h"] = wives[column], husbands[column]
    return found


def couples_of_commitment(folder: Path) -> pd.DataFrame:
    """Return both partners' means of satisfaction and of commitment, whose items 3 and 4 are reversed."""
    table = pd.read_csv(folder / "commitmentQ.csv")
    found = {}
    for partner in (1, 2):
        own = table[[f"com.{partner}_{n}" for n in range(1, 6)]].copy()
        for n in (3, 4):
            own[f"com.{partner}_{n}"] = 10 - own[f"com.{partner}_{n}"]
        found[f"com_{partner}"] = own.mean(axis=1, skipna=False)
        items = [f"sat.g.{partner}_{n}" for n in range(1, 6)]
        found[f"sat_{partner}"] = table[items].mean(axis=1, skipna=False)
    return pd.DataFrame(found)


def actor_partner_rows(ref: Reference, table: pd.DataFrame) -> Iterator[Row]:
    """Compare each actor-partner model that was fitted as a structural equation model."""
    for name in ref.values:
        if not name.startswith("apim_sem_"):
            continue
        block = ref.block(name, table="actor-partner models", column=name.removeprefix("apim_sem_"))
        result = sem(block.given("model"), table, fixed_x=False, means=True)
        assert not result.improper
        yield block.row("nobs", result.n, "sem().n")
        label = "objective at R's estimates"
        yield objective_row(block, "converged", result, block.part("params"), label, "sem()")
        yield from fit_rows(block.part("fit"), result.fit, "sem().fit", alone=LEADING_FIT)
        yield from parameter_rows(block.part("params"), result, "sem()", alone=LEADING_PARAMETERS)
