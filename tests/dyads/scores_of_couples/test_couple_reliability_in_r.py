"""Reliability of couples' scores against lavaan and semTools, with real answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from intimacy_scales.dyads import CoupleReliability, couple_reliability
from tests.shared.comparison import close
from tests.shared.reference_couples import PRQC, commitment, prqc, r_values

OMEGA = 1e-5
NAMES = {"P1": "first", "P2": "second", "sum": "mean", "difference": "difference"}
CASES = [*PRQC, "ims_satisfaction", "ims_satisfaction_fiml"]


def ours(shared: Path, case: str, *, role: bool = True) -> CoupleReliability:
    if case in PRQC:
        return couple_reliability(prqc(shared, roles=role), case)
    missing = "fiml" if case.endswith("fiml") else "listwise"
    return couple_reliability(commitment(shared, roles=role), "sat", missing=missing)


@pytest.mark.parametrize("case", CASES)
def test_couple_reliability_is_that_of_lavaan(shared: Path, case: str) -> None:
    theirs, result = r_values(shared, "second/dyads_prqcQ")["couple_omega"][case], ours(shared, case)
    k = result.n_items
    assert result.n_couples == theirs["n"]
    for name, score in NAMES.items():
        row = result[score]
        units = (2 * k if name == "sum" else k) ** 2  # they have the sum of all items, we the mean
        close(row.omega, theirs["omega_model_variance"][name], OMEGA)
        close(row.omega_observed, theirs["omega_observed_variance"][name], OMEGA)
        for ours_name in ("true_variance", "error_variance", "observed_variance"):
            close(getattr(row, ours_name) * units, theirs[ours_name][name], 0, relative=1e-4)
    for name, score in (("sum", "mean"), ("difference", "difference")):
        ignoring = theirs["omega_ignoring_residual_covariances"][name]
        close(result[score].omega_ignoring_covariances, ignoring, OMEGA)
    close(result.true_correlation, theirs["latent_r"], 1e-4)
    close(list(result.residual_covariances.values()), list(theirs["residual_covariances"].values()), 1e-4)
    assert result.fit is not None
    close(result.fit.chi_square, theirs["fit"]["chisq"], 1e-3)
    assert result.fit.df == theirs["fit"]["df"]
    close([result.fit.cfi, result.fit.rmsea], [theirs["fit"]["cfi"], theirs["fit"]["rmsea"]], 1e-4)


def test_residual_covariances_count_in_the_difference(shared: Path) -> None:
    """Forgetting them, omega of the difference in trust would be .682 instead of .713."""
    row = ours(shared, "trust")["difference"]
    assert (round(row.omega, 3), round(row.omega_ignoring_covariances, 3)) == (0.713, 0.682)


@pytest.mark.parametrize("case", [*PRQC, "ims_satisfaction"])
def test_exchangeable_partners_are_those_of_lavaans_indistinguishable_model(shared: Path, case: str) -> None:
    file, scale = ("prqcQ", case) if case in PRQC else ("commitmentQ", "satisfaction")
    theirs = r_values(shared, file)["dyadic_invariance"][scale]
    result = ours(shared, case, role=False)
    close(result["partner"].omega, theirs["omega"]["indistinguishable"]["P1"], OMEGA)
    close(result.true_correlation, theirs["latent_correlation"]["indistinguishable"], 1e-4)


def test_exchangeable_partners_are_tested_against_the_saturated_model_for_these(shared: Path) -> None:
    """Their chi-square is that of the model less that of I-SAT; that of the baseline is I-NULL less I-SAT."""
    theirs = r_values(shared, "commitmentQ")
    model = theirs["dyadic_invariance"]["satisfaction"]["fit"]["indistinguishable"]
    saturated, null = (theirs["isat_items"]["satisfaction"][name] for name in ("isat", "inull"))
    fit = ours(shared, "ims_satisfaction", role=False).fit
    assert fit is not None
    close(fit.chi_square, model["chisq"] - saturated["chisq"], 1e-3)
    close(fit.baseline_chi_square, null["chisq"] - saturated["chisq"], 1e-3)
    assert (fit.df, fit.baseline_df) == (model["df"] - saturated["df"], null["df"] - saturated["df"])
