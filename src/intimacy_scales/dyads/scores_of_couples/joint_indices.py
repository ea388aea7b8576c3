"""Test and indices of fit of the model of both partners' answers.

If partners are exchangeable, the model is tested against the saturated model of exchangeable partners (I-SAT)
and compared with independent items that have equal moments in both (I-NULL; Olsen & Kenny, 2006). Couples
entered in both orders, so that chi-squares are twice as large as those of the couples.
"""

from __future__ import annotations

import math

from intimacy_scales.dyads.scores_of_couples.joint_model import JointFit, errors_of_couples
from intimacy_scales.factor.confirmatory.estimation.fit import (
    FitIndices,
    ScaledFit,
    fit_indices,
    scaled_fit,
)
from intimacy_scales.factor.confirmatory.estimation.solution import fit_of
from intimacy_scales.factor.confirmatory.support import POOR_CFI, POOR_RMSEA, is_poor
from intimacy_scales.results.wording import apa


def indices_of(fitted: JointFit) -> tuple[FitIndices, ScaledFit | None]:
    """Return the test of fit with its indices, and the scaled one of robust estimates."""
    whole, solution, k = fit_of(fitted.solution), fitted.solution, len(fitted.model.items)
    if not fitted.model.exchangeable:
        tested = fit_indices(
            chi_square=whole.chi_square,
            df=whole.df,
            baseline=whole.baseline_chi_square,
            baseline_df=whole.baseline_df,
            n=whole.n,
            n_groups=1,
        )
        return tested, whole.scaled
    # moments of exchangeable partners: k means, and k (k + 1) / 2 covariances within and across partners
    tested = fit_indices(
        chi_square=whole.chi_square / 2,
        df=k * (k + 1) + k - solution.table.n_free,
        baseline=whole.baseline_chi_square / 2,
        baseline_df=k * (k + 1) + k - 2 * k,
        n=fitted.n,
        n_groups=1,
    )
    if math.isnan(solution.expected_chi_square):
        return tested, None
    ratio = errors_of_couples(fitted.model, fitted.n) / 2
    factor = ratio * solution.expected_chi_square / tested.df if tested.df else 1.0
    baseline_factor = ratio * solution.baseline_expected_chi_square / tested.baseline_df
    return tested, scaled_fit(tested, factor, baseline_factor, solution.scaling)


def poor_fit_text(fit: FitIndices, scaled: ScaledFit | None) -> str | None:
    """Return the indices by which a model fits poorly, and the limits; None where it does not.

    The limits are those of Bentler & Bonett (1980) for indices from 0 to 1, and of Browne & Cudeck (1993).
    """
    kind, cfi, rmsea = "", fit.cfi, fit.rmsea
    if scaled is not None:
        kind, cfi, rmsea = "robust ", scaled.robust_cfi, scaled.robust_rmsea
    if not is_poor(fit.df, cfi, rmsea):
        return None
    return (
        f"{kind}CFI = {apa(cfi, 3)}, {kind}RMSEA = {apa(rmsea, 3)}; poor is CFI below {apa(POOR_CFI)}, "
        f"Bentler & Bonett, 1980, or RMSEA above {apa(POOR_RMSEA)}, Browne & Cudeck, 1993"
    )
