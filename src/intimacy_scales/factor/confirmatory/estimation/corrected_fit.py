"""Robust indices of fit that are corrected for missing answers (Zhang & Savalei, 2023)."""

from __future__ import annotations

import math
from typing import Any

from scipy.optimize import brentq
from scipy.special import chndtr

from intimacy_scales.numerics.tolerances import DISCREPANCY_ROUNDING
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa


def noncentrality(chi_square: float, df: int, probability: float) -> float:
    """Return the noncentrality, at least 0, with this probability of a chi-square at most as large."""

    def difference(noncentral: float) -> float:
        return float(chndtr(chi_square, df, noncentral)) - probability

    if difference(0.0) <= 0:
        return 0.0
    high = max(chi_square, 1.0)
    while difference(high) > 0:
        high *= 2
    return float(brentq(difference, 0.0, high, xtol=1e-10, rtol=1e-12))


def robust_indices(
    chi_square: float, expected: float, df: int, baseline: float, baseline_expected: float, baseline_df: int,
    n: int, n_groups: int,
) -> tuple[float, float, float]:  # fmt: skip
    """Return CFI, TLI and RMSEA from chi-squares less their expected values where the models hold.

    With d and d0 these differences of the model and the baseline, CFI is ``1 - max(d, 0) / max(d, d0, 0)``,
    TLI ``1 - d df0 / (d0 df)`` and, in G groups, RMSEA ``sqrt(G max(d, 0) / (n df))``.
    """
    misfit, baseline_misfit = chi_square - expected, baseline - baseline_expected
    bounded = max(misfit, 0.0)
    most = max(baseline_misfit, bounded)
    return (
        1 - bounded / most if most > DISCREPANCY_ROUNDING * n else 1.0,
        1 - misfit * baseline_df / (baseline_misfit * df) if df and baseline_misfit else 1.0,
        math.sqrt(bounded / (n * df)) * math.sqrt(n_groups) if df else 0.0,
    )


@result_class
class MissingCorrectedFit(Result):
    """Robust CFI, TLI and RMSEA of the misfit that complete answers would show.

    They are FIML-C (V3) of Zhang and Savalei (2023), which lavaan prints as ``cfi.robust``, ``tli.robust``
    and ``rmsea.robust`` with ``missing = "fiml"`` and ``estimator = "MLR"`` since 0.6-13.

    Attributes
    ----------
    robust_cfi, robust_tli, robust_rmsea
        Indices of the complete-data chi-squares less scaling factor times degrees of freedom.
    chi_square, baseline_chi_square
        Complete-data discrepancy, times n, of the moments that the model implies, and of those of the
        independence model, from the saturated estimates of full information.
    df, baseline_df
        Degrees of freedom of both.
    scaling_factor, baseline_scaling_factor
        Expected value of these chi-squares by degree of freedom, where the models hold. If the first is not
        positive, because there are too few persons for so many parameters, the indices are nan.
    n, n_groups
        Numbers of persons and of groups.

    Notes
    -----
    The chi-squares are no tests of fit; `ScaledFit` has one. Indices of that test weigh misfit by how many
    answers show it, and so depend on which answers are missing, also where the answers are normal.

    Examples
    --------
    >>> from intimacy_scales import cfa, simulate
    >>> table = simulate("scii-24", 400, missing=0.1, rng=1).answers
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", table, estimator="MLR", missing="fiml")
    >>> corrected = result.fit.missing_corrected
    >>> round(corrected.robust_cfi, 2), corrected.df
    (1.0, 2)
    """

    robust_cfi: float
    robust_tli: float
    robust_rmsea: float
    chi_square: float
    df: int
    baseline_chi_square: float
    baseline_df: int
    scaling_factor: float
    baseline_scaling_factor: float
    n: int
    n_groups: int

    def robust_rmsea_interval(self, confidence_level: float = 0.90) -> Interval:
        """Return a confidence interval of RMSEA, from noncentral chi-square (Zhang & Savalei, 2023).

        With c the scaling factor and lambda the noncentralities of the chi-square by c, its ends are ``sqrt(G
        c lambda / (n df))``.
        """
        level, method = check_level(confidence_level), "noncentral chi-square, corrected"
        if math.isnan(self.robust_rmsea):
            return undefined_interval(level, method, self.n, "the scaling factor is not positive")
        if self.df == 0:
            return Interval(low=0.0, high=0.0, confidence_level=level, method=method, n=self.n, bounded=True)
        scaled, unit = self.chi_square / self.scaling_factor, self.scaling_factor * self.n_groups
        ends = [
            math.sqrt(unit * noncentrality(scaled, self.df, (1 + s * level) / 2) / (self.n * self.df))
            for s in (1, -1)
        ]
        return Interval(
            low=ends[0], high=ends[1], confidence_level=level, method=method, n=self.n, bounded=True
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the indices as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        low, high = (apa(end, 3) for end in self.robust_rmsea_interval())
        return (
            f"<corrected for missing answers: robust CFI {apa(self.robust_cfi, 3)}, robust TLI "
            f"{apa(self.robust_tli, 3)}, robust RMSEA {apa(self.robust_rmsea, 3)} [{low}, {high}]>"
        )


def missing_corrected_fit(
    *,
    chi_square: float,
    expected: float,
    df: int,
    baseline_chi_square: float,
    baseline_expected: float,
    baseline_df: int,
    n: int,
    n_groups: int,
) -> MissingCorrectedFit:
    """Return the indices of complete-data chi-squares and their expected values."""
    indices = robust_indices(
        chi_square, expected, df, baseline_chi_square, baseline_expected, baseline_df, n, n_groups
    )
    if df and not expected > 0:
        indices = (math.nan, math.nan, math.nan)
    return MissingCorrectedFit(
        robust_cfi=indices[0],
        robust_tli=indices[1],
        robust_rmsea=indices[2],
        chi_square=chi_square,
        df=df,
        baseline_chi_square=baseline_chi_square,
        baseline_df=baseline_df,
        scaling_factor=expected / df if df else 1.0,
        baseline_scaling_factor=baseline_expected / baseline_df if baseline_df else 1.0,
        n=n,
        n_groups=n_groups,
    )
