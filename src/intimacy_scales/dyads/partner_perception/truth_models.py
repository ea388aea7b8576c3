"""Estimation of the truth and bias model: from complete couples, and by full information.

West and Kenny (2011): ``judgement_i = directional bias + truth force * own_j + bias force *
own_i + e_i``, all variables minus the mean of the truth. It has the form of an actor-partner model of the
judgement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from intimacy_scales.dyads.couple_regressions import Regressors, couple_regressions
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.factor.confirmatory.sem import sem
from intimacy_scales.reading.frames import ArrayTable

Floats = NDArray[np.float64]
Estimator = Literal["ML", "MLR", "REML"]
PATHS = ("directional_bias", "truth", "bias")

# one equation for each judge, their residuals free to covary; own reports covary with each other
_BY_ROLE = """
J1 ~ directional_bias1*1 + truth1*S2 + bias1*S1
J2 ~ directional_bias2*1 + truth2*S1 + bias2*S2
J1 ~~ J2
S1 ~~ S2
S1 ~ 1
S2 ~ 1
directional_bias_difference := directional_bias1 - directional_bias2
truth_difference := truth1 - truth2
bias_difference := bias1 - bias2
"""
_EQUAL = """
J1 ~ directional_bias*1 + truth*S2 + bias*S1
J2 ~ directional_bias*1 + truth*S1 + bias*S2
J1 ~~ J2
J1 ~~ residual*J1
J2 ~~ residual*J2
S1 ~~ S2
"""
_FREE_REPORTS = "S1 ~ 1\nS2 ~ 1\n"
# of exchangeable partners, so that it does not matter who comes first
_EQUAL_REPORTS = "S1 ~ level*1\nS2 ~ level*1\nS1 ~~ variance*S1\nS2 ~~ variance*S2\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthModel:
    """A fitted model.

    Attributes
    ----------
    estimates
        Paths of each judge, or of both alike.
    differences
        First minus second judge; empty for exchangeable partners.
    residuals
        (2, 2): covariances of both judgements given the own reports.
    test
        Likelihood-ratio test that paths and residual variances of both judges are equal: chi-square,
        degrees of freedom and p value; nan and 0 for exchangeable partners.
    n
        Number of couples.
    """

    estimates: tuple[CoupleEstimate, ...]
    differences: tuple[CoupleEstimate, ...]
    residuals: Floats
    test: tuple[float, int, float]
    n: int


def no_test() -> tuple[float, int, float]:
    """Return the place of a test that does not apply."""
    return math.nan, 0, math.nan


def likelihood_ratio(free: float, equal: float, df: int) -> tuple[float, int, float]:
    """Return chi-square, degrees of freedom and p value of two log-likelihoods."""
    chisq = max(0.0, 2 * (free - equal))
    return chisq, df, float(chdtrc(df, chisq))


def of_complete_couples(
    judgement: Floats, own: Floats, cells: Sequence[str | None], method: Estimator
) -> TruthModel:
    """Return the model of complete couples, whose solution is of closed form.

    Parameters
    ----------
    judgement, own
        (n, 2), centred on the truth.
    cells
        Names of both judges, or None once for both alike.
    method
        Rule of the standard errors.
    """
    regressors = Regressors(
        shared=np.zeros((len(own), 0)), paired=own[:, :, None], shared_names=(), paired_names=("self-report",)
    )
    free = couple_regressions(judgement, regressors, distinguishable=len(cells) > 1)
    order = np.array([0, 2, 1])  # the partner's report is the truth, the judge's own one the bias
    flat = free.coefficients.ravel()

    def estimate(name: str, partner: str | None, weights: Floats) -> CoupleEstimate:
        return CoupleEstimate(
            name=name,
            partner=partner,
            estimate=float(weights @ flat),
            se=free.standard_error(weights, method),
            df=free.degrees_of_freedom(weights, method),
            n=free.n,
            method=method,
        )

    unit = np.eye(len(flat)).reshape(len(cells), 3, -1)[:, order]
    estimates = [
        estimate(name, cell, unit[number, path])
        for number, cell in enumerate(cells)
        for path, name in enumerate(PATHS)
    ]
    differences, test = list[CoupleEstimate](), no_test()
    if len(cells) > 1:
        differences = [estimate(name, None, unit[0, path] - unit[1, path]) for path, name in enumerate(PATHS)]
        equal = couple_regressions(judgement, regressors, distinguishable=False)
        df = free.n_parameters - equal.n_parameters
        test = likelihood_ratio(free.log_likelihood, equal.log_likelihood, df)
    return TruthModel(
        estimates=tuple(estimates),
        differences=tuple(differences),
        residuals=free.partner_covariances(method),
        test=test,
        n=free.n,
    )


def of_all_couples(
    judgement: Floats, own: Floats, cells: Sequence[str | None], method: Estimator
) -> TruthModel:
    """Return the model by full information: couples with missing scores count with what is there.

    Parameters as of `of_complete_couples`; ``REML`` is not possible.
    """
    data = ArrayTable(np.column_stack([judgement, own]), ["J1", "J2", "S1", "S2"])
    n = int((~np.isnan(data.array)).any(axis=1).sum())

    def fitted(text: str) -> SEMResult:
        return sem(
            text, data, fixed_x=False, missing="fiml", estimator="MLR" if method == "MLR" else "ML",
            on_invalid="accept",
        )  # fmt: skip

    def estimate(name: str, partner: str | None, figure: Any) -> CoupleEstimate:
        return CoupleEstimate(
            name=name,
            partner=partner,
            estimate=float(figure.estimate),
            se=float(figure.se),
            df=math.inf,
            n=n,
            method=method,
        )

    free = fitted(_BY_ROLE if len(cells) > 1 else _EQUAL + _EQUAL_REPORTS)
    by_label = {row.label: row for row in free.parameters if row.label and row.op != ":="}
    ends = ("1", "2") if len(cells) > 1 else ("",)
    estimates = [
        estimate(name, cell, by_label[name + end])
        for cell, end in zip(cells, ends, strict=True)
        for name in PATHS
    ]
    differences, test = list[CoupleEstimate](), no_test()
    if len(cells) > 1:
        differences = [estimate(name, None, free.defined[f"{name}_difference"]) for name in PATHS]
        equal = fitted(_EQUAL + _FREE_REPORTS)
        df = equal.fit.df - free.fit.df
        test = likelihood_ratio(free.fit.log_likelihood, equal.fit.log_likelihood, df)
    return TruthModel(
        estimates=tuple(estimates),
        differences=tuple(differences),
        residuals=_residuals(free),
        test=test,
        n=n,
    )


def _residuals(model: SEMResult) -> Floats:
    """Return the residual covariances (2, 2) of both judgements."""
    names = [["J1 ~~ J1", "J1 ~~ J2"], ["J1 ~~ J2", "J2 ~~ J2"]]
    return np.array([[model.parameters[name].estimate for name in row] for row in names])
