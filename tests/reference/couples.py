"""The couples behind R's values, as `Dyads` and as tables with one couple in a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from intimacy_scales import Instrument
from intimacy_scales.dyads import Dyads
from tests.shared.instruments import PUBLISHED, form_of

SHORT = {"sat": "Satisfaction_A", "oth": "OtherPos_A", "slf": "SelfPos_A", "ten": "Tension_A"}
PRQC = ("satisfaction", "commitment", "intimacy", "trust", "passion", "love")


def couples_of_acipair(folder: Path, *, gaps: bool = False) -> pd.DataFrame:
    """Return the scale means of wives (w) and husbands (h), a couple in a row.

    With gaps, R's rule deletes one partner of one couple in five.
    """
    long = pd.read_csv(folder / "acipair.csv")
    wives, husbands = (
        long[long["Gender_A"] == role].sort_values("CoupleID").reset_index(drop=True)
        for role in ("Wife", "Husband")
    )
    columns = {"yr": wives["Yearsmar"].astype(float)}
    for short, column in SHORT.items():
        columns[f"{short}_w"], columns[f"{short}_h"] = wives[column], husbands[column]
    couples = pd.DataFrame(columns)
    if gaps:
        number = np.arange(1, len(couples) + 1)
        couples.loc[number % 10 == 5, [f"{short}_w" for short in SHORT]] = np.nan
        couples.loc[number % 10 == 0, [f"{short}_h" for short in SHORT]] = np.nan
    return couples


def couples_of_commitment(folder: Path) -> pd.DataFrame:
    """Return both partners' means of satisfaction and of commitment, whose items 3 and 4 are reversed."""
    table = pd.read_csv(folder / "commitmentQ.csv")
    means = {}
    for partner in (1, 2):
        own = table[[f"com.{partner}_{n}" for n in range(1, 6)]].copy()
        for n in (3, 4):
            own[f"com.{partner}_{n}"] = 10 - own[f"com.{partner}_{n}"]
        means[f"com_{partner}"] = own.mean(axis=1, skipna=False)
        items = [f"sat.g.{partner}_{n}" for n in range(1, 6)]
        means[f"sat_{partner}"] = table[items].mean(axis=1, skipna=False)
    return pd.DataFrame(means)


def couples_of_prqc(folder: Path) -> pd.DataFrame:
    """Return both partners' means of trust and of love."""
    table = pd.read_csv(folder / "prqcQ.csv")
    items = {name: [3 * PRQC.index(name) + n for n in (1, 2, 3)] for name in ("trust", "love")}
    means = {
        f"{name}_{p}": table[[f"prqc.{p}_{n}" for n in numbers]].mean(axis=1, skipna=False)
        for name, numbers in items.items()
        for p in "12"
    }
    return pd.DataFrame(means).dropna()


def scored(table: pd.DataFrame, *, role: bool = True) -> Dyads:
    """Return couples of a table whose columns of scores are a variable and a partner, such as ``sat_w``.

    Other columns are kept, as variables of couples. Partners are in the order of the table's columns.
    """
    pairs = [name.rpartition("_") for name in table.columns if "_" in name]
    partners = list(dict.fromkeys(partner for _, _, partner in pairs))
    scores = {
        name: {partner: f"{name}_{partner}" for partner in partners}
        for name in dict.fromkeys(stem for stem, _, _ in pairs)
    }
    others = [name for name in table.columns if "_" not in name]
    # as the labels of roles are names of partners, roles are in the same order
    return Dyads.of_scores(table, scores, keep=others, role=role, on_invalid="accept")


@cache
def acipair(folder: Path, *, gaps: bool = False, role: bool = True) -> Dyads:
    """Return wives and husbands of acipair; with gaps, one partner of one couple in five is missing."""
    return scored(couples_of_acipair(folder, gaps=gaps), role=role)


@cache
def commitment(folder: Path, *, role: bool = True) -> Dyads:
    """Return the scores of commitmentQ, whose partners 1 and 2 count as roles."""
    return scored(couples_of_commitment(folder), role=role)


@cache
def trust_and_love(folder: Path, *, role: bool = True) -> Dyads:
    """Return scores of the couples of prqcQ with all four of them; partners 1 and 2 count as roles."""
    return scored(couples_of_prqc(folder), role=role)


@cache
def scored_as_published(folder: Path, *, role: bool = True) -> Dyads:
    """Return wives and husbands of acipair, with the variables' own names."""
    table = couples_of_acipair(folder)
    names = {f"{short}_{p}": f"{SHORT[short][:-2]}_{p}" for short in SHORT for p in "wh"}
    return scored(table.rename(columns=names), role=role)


def _form(keys: dict[str, str], high: int) -> Instrument:
    """Return an instrument whose scales have a mean where every item was answered."""
    scales = [
        {"id": name, "items": items.split(), "missing": {"proportion": 1}} for name, items in keys.items()
    ]
    return form_of(scales, high=high, evidence=PUBLISHED)


@cache
def answers_of_commitment(folder: Path, *, role: bool = True) -> Dyads:
    """Return the answers to ten items of satisfaction and of commitment of commitmentQ."""
    keys = {"satisfaction": "sat1 sat2 sat3 sat4 sat5", "commitment_keyed": "com1 com2 -com3 -com4 com5"}
    stems = {"sat": "sat.g", "com": "com"}
    columns = {
        p: {f"{stem}{n}": f"{column}.{p}_{n}" for stem, column in stems.items() for n in range(1, 6)}
        for p in "12"
    }
    return Dyads.from_wide(
        _form(keys, 9), pd.read_csv(folder / "commitmentQ.csv"), columns=columns, role=role
    )


@cache
def answers_of_prqc(folder: Path, *, role: bool = True) -> Dyads:
    """Return the answers to the 18 items of prqcQ, with its six components."""
    keys = {name: " ".join(f"i{3 * k + n}" for n in (1, 2, 3)) for k, name in enumerate(PRQC)}
    columns = {p: {f"i{n}": f"prqc.{p}_{n}" for n in range(1, 19)} for p in "12"}
    return Dyads.from_wide(_form(keys, 7), pd.read_csv(folder / "prqcQ.csv"), columns=columns, role=role)


def couples_of_variables(table: pd.DataFrame, first: Sequence[str], second: Sequence[str]) -> Dyads:
    """Return couples whose scores are variables q1, q2 …, given the columns of both partners."""
    scores = {
        f"q{n}": {"1": one, "2": two} for n, (one, two) in enumerate(zip(first, second, strict=True), 1)
    }
    return Dyads.of_scores(table, scores, role=True, on_invalid="accept")
