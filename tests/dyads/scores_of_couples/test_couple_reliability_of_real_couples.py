"""Reliability of real couples' scores: exchangeable partners, and what residual covariances do.

The page on agreement compares partners in roles with R.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from intimacy_scales.dyads import CoupleReliability, couple_reliability
from tests.reference.couples import PRQC, answers_of_commitment, answers_of_prqc
from tests.reference.oracles import COUPLE_ESTIMATE, Reference
from tests.shared.comparison import close


@cache
def of_r(shared: Path, name: str) -> Reference:
    return Reference.read(shared, name)


def ours(shared: Path, scale: str, *, role: bool = True) -> CoupleReliability:
    answers = answers_of_commitment if scale == "ims_satisfaction" else answers_of_prqc
    return couple_reliability(answers(shared / "oracles/data", role=role), scale.removeprefix("ims_"))


def test_residual_covariances_count_in_the_difference(shared: Path) -> None:
    """Forgetting them, omega of the difference in trust would be .682 instead of .713."""
    row = ours(shared, "trust")["difference"]
    assert (round(row.omega, 3), round(row.omega_ignoring_covariances, 3)) == (0.713, 0.682)


@pytest.mark.parametrize("case", [*PRQC, "ims_satisfaction"])
def test_exchangeable_partners_are_those_of_lavaans_indistinguishable_model(shared: Path, case: str) -> None:
    name, scale = ("prqcQ", case) if case in PRQC else ("commitmentQ", "satisfaction")
    theirs = of_r(shared, name).at(("dyadic_invariance", scale))
    result = ours(shared, case, role=False)
    close(result["partner"].omega, theirs["omega"]["indistinguishable"]["P1"], COUPLE_ESTIMATE)
    close(result.true_correlation, theirs["latent_correlation"]["indistinguishable"], 1e-4)


def test_exchangeable_partners_are_tested_against_the_saturated_model_for_these(shared: Path) -> None:
    """Their chi-square is that of the model less that of I-SAT; that of the baseline is I-NULL less I-SAT."""
    theirs = of_r(shared, "commitmentQ").values
    model = theirs["dyadic_invariance"]["satisfaction"]["fit"]["indistinguishable"]
    saturated, null = (theirs["isat_items"]["satisfaction"][name] for name in ("isat", "inull"))
    fit = ours(shared, "ims_satisfaction", role=False).fit
    assert fit is not None
    close(fit.chi_square, model["chisq"] - saturated["chisq"], 1e-3)
    close(fit.baseline_chi_square, null["chisq"] - saturated["chisq"], 1e-3)
    assert (fit.df, fit.baseline_df) == (model["df"] - saturated["df"], null["df"] - saturated["df"])
