"""dMACS of four scales of real couples, against R's values in both identifications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import DyadicInvariance, Dyads, dyadic_invariance
from intimacy_scales.dyads.invariance.dmacs import Latent, Line, dmacs_values
from tests.shared.comparison import close
from tests.shared.instruments import PUBLISHED, form_of

# name → the file, the columns of each partner, and the lowest and highest answer
SCALES: dict[str, tuple[str, str, range, tuple[int, int]]] = {
    "trust": ("prqcQ", "prqc.{p}_{n}", range(10, 13), (1, 7)),
    "passion": ("prqcQ", "prqc.{p}_{n}", range(13, 16), (1, 7)),
    "intimacy": ("prqcQ", "prqc.{p}_{n}", range(7, 10), (1, 7)),
    "ims_satisfaction": ("commitmentQ", "sat.g.{p}_{n}", range(1, 6), (1, 9)),
}
WITHIN = 1e-4  # of R's search


def couples(shared: Path, name: str) -> Dyads:
    file, pattern, numbers, (low, high) = SCALES[name]
    table = pd.read_csv(shared / "oracles" / "data" / f"{file}.csv")
    columns = {
        partner: {f"q{n}": pattern.format(p=p, n=n) for n in numbers}
        for p, partner in ((1, "first"), (2, "second"))
    }
    form = form_of({"scale": " ".join(f"q{n}" for n in numbers)}, low=low, high=high, evidence=PUBLISHED)
    return Dyads.from_wide(form, table, columns=columns, role=True)


def values(given: dict[str, Any]) -> list[float]:
    return list(given.values())


def of_r(shared: Path, name: str) -> dict[str, Any]:
    blocks = json.loads((shared / "oracles" / "second" / "dyads_prqcQ.json").read_text("utf-8"))
    block: dict[str, Any] = blocks["dmacs"][name]
    return block


def fitted(shared: Path, name: str) -> DyadicInvariance:
    return dyadic_invariance(couples(shared, name), "scale", steps=["configural", "metric"])


@pytest.mark.parametrize("name", SCALES)
def test_dmacs_with_a_marker_is_that_of_r(shared: Path, name: str) -> None:
    result, theirs = fitted(shared, name), of_r(shared, name)
    ours = result.dmacs()
    close(ours.values, values(theirs["dmacs_sd_mean_of_sds"]), within=WITHIN)
    close(ours.values, values(theirs["dmacs_numerical_integration"]), within=WITHIN)
    close(ours.signed, values(theirs["signed_expected_difference_over_sd"]), within=WITHIN)
    close(ours.effect_on_sum, theirs["expected_mean_difference_in_scale_sum"], within=WITHIN)
    root = result.dmacs(pooled="root_mean_square")
    close(root.values, values(theirs["dmacs_sd_root_mean_square"]), within=WITHIN)
    other = result.dmacs(focal="first")
    close(other.values, values(theirs["dmacs_reference_partner1_latent"]), within=WITHIN)


@pytest.mark.parametrize("name", SCALES)
def test_dmacs_with_fixed_factors_is_that_of_r_and_of_dysem(shared: Path, name: str) -> None:
    theirs = of_r(shared, name)["fixed_factor_identification"]
    result = fitted(shared, name)
    ours = result.dmacs(identification="fixed_factor")
    close(ours.values, values(theirs["dmacs_sd_of_complete_rows"]), within=WITHIN)
    # dySEM divides by the spread of all answers, also those of couples that the model leaves out
    spread = np.nanstd(couples(shared, name).items("scale"), axis=0, ddof=1).mean(axis=0)
    lines = [Line(*(np.array(values(theirs[f"{what}{p}"])) for what in ("nu", "lambda"))) for p in (1, 2)]
    everyone = dmacs_values(lines[0], lines[1], Latent(0.0, 1.0), spread)
    close(everyone, values(theirs["dmacs_sd_of_all_answers"]), within=WITHIN)
    close(ours.values * ours.sds / spread, values(theirs["dmacs_sd_of_all_answers"]), within=WITHIN)
    dysem = values(theirs["dySEM_getDydmacs_2.0.0_grid_minus5_to_5_rounded_4"])
    close(everyone, dysem, within=2e-4)  # rounded to four decimals there
