"""Intervals of the reliability of couples' scores: closed forms, and the bootstrap of couples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.scores_of_couples.joint_model import JointFit, fit_jointly, joint_sample
from intimacy_scales.dyads.scores_of_couples.variances import (
    COUPLE_SCORES,
    CoupleScore,
    Variances,
    variances_of,
)
from intimacy_scales.errors import EstimationError
from intimacy_scales.numerics.progress import steps as report_steps
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reliability.consistency.intervals import (
    fisher_z_by_error,
    logit,
    normal_quantile,
    symmetric,
    too_wide_because,
)
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.resampled_interval import interval_of_resamples
from intimacy_scales.results.wording import apa

Floats = NDArray[np.float64]
CoupleInterval = Literal["transformed", "delta", "bootstrap"]
CoupleFigure = Literal["omega", "omega_observed", "sem", "true_correlation"]
FIGURES: tuple[CoupleFigure, ...] = get_args(CoupleFigure)
_STEPS = 50  # of the search in a resample, which starts near its maximum
_TRANSFORMED = {"omega": "logit", "sem": "log", "true_correlation": "Fisher z"}


def closed_form(
    figure: str, estimate: float, standard_error: float, n: int, level: float, method: str
) -> Interval:
    """Return the interval of a figure with its standard error, or why it is undefined.

    Parameters
    ----------
    figure
        ``omega``, ``omega_observed``, ``sem`` or ``true_correlation``.
    estimate, standard_error
        The figure; the error is nan where none is known.
    n
        Number of couples.
    level
        Confidence level.
    method
        ``delta`` or ``transformed``.
    """
    ends: tuple[float, float] | str
    name = _TRANSFORMED.get(figure, method) if method == "transformed" else method
    if figure == "omega_observed":
        ends = "over the observed variance there is no closed form"
    elif not (math.isfinite(estimate) and math.isfinite(standard_error)):
        ends = "the figure or its standard error is undefined"
    elif method == "delta":
        is_share = figure == "omega"
        ends = (is_share and too_wide_because(standard_error)) or symmetric(
            estimate, standard_error**2, level
        )
    elif figure == "omega":
        ends = logit(estimate, standard_error, level)
    elif figure == "sem":
        stretch = math.exp(normal_quantile(level) * standard_error / estimate)
        ends = estimate / stretch, estimate * stretch
    elif abs(estimate) >= 1:
        ends = f"a correlation of {apa(estimate, 3)} has no Fisher's z"
    else:
        ends = fisher_z_by_error(estimate, standard_error, level)
    if isinstance(ends, str):
        return undefined_interval(level, name, n, f"{ends}; use method='bootstrap'")
    return Interval(
        low=ends[0], high=ends[1], confidence_level=level, method=name, n=n, bounded=figure != "sem"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """Bootstrap of couples: the model is fitted again to couples drawn with replacement.

    Attributes
    ----------
    fitted
        The model fitted to all couples.
    rows
        (n, 2k): the couples' answers.
    weights
        (k,): weights of the items in the score.
    """

    fitted: JointFit
    rows: Floats
    weights: Floats

    def intervals(
        self, level: float, n_resamples: int, rng: int | np.random.Generator | None
    ) -> dict[tuple[CoupleFigure, CoupleScore], Interval]:
        """Return the percentile interval of each figure of each score, from the same resamples."""
        random = generator(rng)
        n, keys = len(self.rows), [(figure, score) for figure in FIGURES for score in COUPLE_SCORES]
        resampled = np.full((n_resamples, len(keys)), np.nan)
        for number in report_steps(range(n_resamples), "resampling couples", n_resamples):
            variances = self._resampled(random.integers(0, n, n))
            if variances is not None:
                resampled[number] = [figure_of(variances, *key) for key in keys]
        failing = "the figure could not be estimated in"
        return {
            key: interval_of_resamples(figures, level, n=n, failing=failing, bounded=key[0] != "sem")
            for key, figures in zip(keys, resampled.T, strict=True)
        }

    def _resampled(self, drawn: NDArray[np.intp]) -> Variances | None:
        """Return the variances in the couples drawn; None where the model cannot be fitted to them."""
        model = replace(self.fitted.model, estimator="ML")  # robust estimates are the same
        try:
            sample = joint_sample(model, self.rows[drawn])
            sample.check_usable(apart=True)
            start = self.fitted.solution.at.values
            fitted = fit_jointly(model, sample, start=start, max_iterations=_STEPS)
        except EstimationError:
            return None
        return variances_of(fitted, self.weights)


def figure_of(variances: Variances, figure: CoupleFigure, score: CoupleScore) -> float:
    """Return a figure of one score."""
    if figure == "true_correlation":
        return variances.true_correlation().value
    if figure == "omega":
        return variances.omega(score).value
    return variances.sem(score).value if figure == "sem" else variances.omega_observed(score)
