"""dMACS of four scales of real couples, against R's values in both identifications."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads import DyadicInvariance, Dyads, dyadic_invariance
from intimacy_scales.dyads.invariance.dmacs import Latent, Line, dmacs_values
from tests.shared.comparison import close
from tests.shared.reference_couples import commitment, prqc, r_values

# what R calls them: the couples, and the scale
SCALES: dict[str, tuple[Callable[..., Dyads], str]] = {
    "trust": (prqc, "trust"),
    "passion": (prqc, "passion"),
    "intimacy": (prqc, "intimacy"),
    "ims_satisfaction": (commitment, "sat"),
}
WITHIN = 1e-4  # of R's search


def values(given: dict[str, Any]) -> list[float]:
    return list(given.values())


def of_r(shared: Path, name: str) -> dict[str, Any]:
    block: dict[str, Any] = r_values(shared, "second/dyads_prqcQ")["dmacs"][name]
    return block


def fitted(shared: Path, name: str) -> DyadicInvariance:
    couples, scale = SCALES[name]
    return dyadic_invariance(couples(shared), scale, steps=["configural", "metric"])


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
    other = result.dmacs(focal="1")
    close(other.values, values(theirs["dmacs_reference_partner1_latent"]), within=WITHIN)


@pytest.mark.parametrize("name", SCALES)
def test_dmacs_with_fixed_factors_is_that_of_r_and_of_dysem(shared: Path, name: str) -> None:
    theirs = of_r(shared, name)["fixed_factor_identification"]
    result = fitted(shared, name)
    ours = result.dmacs(identification="fixed_factor")
    close(ours.values, values(theirs["dmacs_sd_of_complete_rows"]), within=WITHIN)
    # dySEM divides by the spread of all answers, also those of couples that the model leaves out
    couples, scale = SCALES[name]
    spread = np.nanstd(couples(shared).items(scale), axis=0, ddof=1).mean(axis=0)
    lines = [Line(*(np.array(values(theirs[f"{what}{p}"])) for what in ("nu", "lambda"))) for p in (1, 2)]
    everyone = dmacs_values(lines[0], lines[1], Latent(0.0, 1.0), spread)
    close(everyone, values(theirs["dmacs_sd_of_all_answers"]), within=WITHIN)
    close(ours.values * ours.sds / spread, values(theirs["dmacs_sd_of_all_answers"]), within=WITHIN)
    dysem = values(theirs["dySEM_getDydmacs_2.0.0_grid_minus5_to_5_rounded_4"])
    close(everyone, dysem, within=2e-4)  # rounded to four decimals there
