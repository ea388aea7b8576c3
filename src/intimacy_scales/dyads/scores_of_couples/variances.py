"""True and error variances of scores of couples, with derivatives (arrays only).

With weights w of the items in the score, the variance of a score ``w'y`` is the true variance
``w' Lambda Phi Lambda' w`` plus the error variance ``w' Theta w``. The mean of a couple has the weights
(w/2, w/2) of both partners' items, and the difference (w, -w). So covariances of the residuals of the same
item in both partners, which are in Theta, add to the error of the mean and are subtracted from that of the
difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.scores_of_couples.joint_model import JointFit
from intimacy_scales.factor.confirmatory.results.sums import SumParts, sum_parts

Floats = NDArray[np.float64]
CoupleScore = Literal["first", "second", "mean", "difference"]
COUPLE_SCORES: tuple[CoupleScore, ...] = ("first", "second", "mean", "difference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of the model with its derivatives by the free parameters."""

    value: float
    slope: Floats

    def standard_error(self, covariance: Floats) -> float:
        """Return the standard error by the delta method; nan where the figure is undefined."""
        variance = float(self.slope @ covariance @ self.slope)
        return math.sqrt(variance) if variance >= 0 and math.isfinite(self.value) else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Variances of both partners' scores, of their mean and their difference.

    Attributes
    ----------
    parts
        Score → true and error variance, with derivatives.
    observed
        Score → observed variance, divisor n; with full information, its maximum likelihood estimate.
    """

    parts: dict[CoupleScore, SumParts]
    observed: dict[CoupleScore, float]

    def omega(self, score: CoupleScore) -> Figure:
        """Return the share of true variance in the variance that the model implies."""
        parts = self.parts[score]
        total = parts.common + parts.unique
        share = parts.common / total
        slope = (parts.common_slope - share * (parts.common_slope + parts.unique_slope)) / total
        return Figure(value=share, slope=slope)

    def omega_observed(self, score: CoupleScore) -> float:
        """Return the share of true variance in the observed variance; nan where that is not known."""
        observed = self.observed[score]
        return self.parts[score].common / observed if observed > 0 else math.nan

    def omega_ignoring_covariances(self, score: CoupleScore) -> float:
        """Return omega as if residuals of different partners were independent."""
        parts = self.parts[score]
        errors = self.parts["first"].unique + self.parts["second"].unique
        error = {"mean": errors / 4, "difference": errors}.get(score, parts.unique)
        return parts.common / (parts.common + error)

    def sem(self, score: CoupleScore) -> Figure:
        """Return the standard error of measurement, the square root of the error variance."""
        parts = self.parts[score]
        sem = math.sqrt(parts.unique) if parts.unique > 0 else math.nan
        return Figure(value=sem, slope=parts.unique_slope / (2 * sem))

    def true_correlation(self) -> Figure:
        """Return the correlation of the partners' true scores.

        As ``Var(mean) = (V1 + V2 + 2 C) / 4`` and ``Var(difference) = V1 + V2 - 2 C``, their covariance is
        ``C = Var(mean) - Var(difference) / 4``.
        """
        first, second = self.parts["first"], self.parts["second"]
        mean, difference = self.parts["mean"], self.parts["difference"]
        product = first.common * second.common
        if not (product > 0 and first.common > 0):
            return Figure(value=math.nan, slope=np.full_like(first.common_slope, math.nan))
        r = (mean.common - difference.common / 4) / math.sqrt(product)
        slope = (mean.common_slope - difference.common_slope / 4) / math.sqrt(product)
        slope = slope - r / 2 * (first.common_slope / first.common + second.common_slope / second.common)
        return Figure(value=r, slope=slope)

    def error_correlation(self) -> float:
        """Return the correlation of the partners' errors; nan where an error variance is not positive."""
        first, second = self.parts["first"].unique, self.parts["second"].unique
        covariance = self.parts["mean"].unique - self.parts["difference"].unique / 4
        return covariance / math.sqrt(first * second) if first > 0 and second > 0 else math.nan


def variances_of(fitted: JointFit, weights: Floats) -> Variances:
    """Return the variances of scores with these weights (k,) of the items."""
    nothing = np.zeros_like(weights)
    of_scores: dict[CoupleScore, Floats] = {
        "first": np.concatenate([weights, nothing]),
        "second": np.concatenate([nothing, weights]),
        "mean": np.concatenate([weights, weights]) / 2,
        "difference": np.concatenate([weights, -weights]),
    }
    parts, observed = {}, {}
    covariances = fitted.solution.saturated[0].covariances
    for score, both in of_scores.items():
        ordered = fitted.in_order(both)
        parts[score] = sum_parts(fitted.solution, ordered)
        observed[score] = float(ordered @ covariances @ ordered)
    return Variances(parts=parts, observed=observed)
