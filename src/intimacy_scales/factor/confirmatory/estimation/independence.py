"""The model in which nothing is related, which others are compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.likelihood import constant
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.reference_models import saturated
from intimacy_scales.factor.confirmatory.estimation.saturated_information import score_to_information
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """The model in which nothing is related, for comparison.

    Attributes
    ----------
    value
        Of the discrepancy: -logL / n without the constant, or the least that is left.
    score_to_information
        tr(B A^-1); nan where no scaled test is asked for.
    given
        -logL / n of exogenous variables whose moments are fixed, with the constant; 0 without any.
    """

    value: float
    score_to_information: float = math.nan
    given: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exogenous:
    """The variables that only predict, which covary where nothing else is related.

    Attributes
    ----------
    positions
        Which they are, ascending.
    fixed
        Whether their moments are fixed, not modelled; everyone answered them then.
    """

    positions: Positions
    fixed: bool


NO_EXOGENOUS = Exogenous(positions=np.zeros(0, dtype=np.intp), fixed=False)


def independence(
    moments: MeanCovariance, *, scores: bool = False, exogenous: Exogenous = NO_EXOGENOUS
) -> Independence:
    """Fit the model in which variables have means and variances of their own, and nothing else.

    Exogenous variables covary all the same, as in lavaan. With ``scores`` also what its scaled test needs,
    from each person's answers.
    """
    means, variances = moments.own_moments()
    given, x = 0.0, exogenous.positions
    # squares of standardized answers add up to the number of those who answered
    terms = moments.counts * (np.log(variances) + 1)
    value = float(np.sum(terms)) / (2 * moments.n)
    trace = _scores_of_single_items(moments, means, variances, x) if scores else math.nan
    if len(x):
        own = moments.of(x)
        whole, share = saturated(own), own.n / moments.n
        value += share * whole.value - float(np.sum(terms[x])) / (2 * moments.n)
        given = share * (whole.value + constant(own)) if exogenous.fixed else 0.0
        if scores and not exogenous.fixed:
            trace += score_to_information(own, whole)
    return Independence(value=value, score_to_information=trace, given=given)


def _scores_of_single_items(
    moments: MeanCovariance, means: Floats, variances: Floats, without: Positions
) -> float:
    """Return tr(B A^-1) of means and variances of single items: of standardized z, ``½ (z² - 1)² + z²``."""
    standardized = np.zeros((moments.n, len(means)))
    squares = np.zeros_like(standardized)
    counts, start = np.zeros(len(means)), 0
    for q in moments.patterns:
        assert q.rows is not None
        own = np.arange(len(means)) if q.observed is None else q.observed
        z = (q.rows - means[own]) / np.sqrt(variances[own])
        standardized[start : start + q.n, own], squares[start : start + q.n, own] = z, z**2 - 1
        counts[own] += q.n
        start += q.n
    terms = np.sum(moments.summed(squares) ** 2, axis=0) / 2
    if moments.with_means:
        terms += np.sum(moments.summed(standardized) ** 2, axis=0)
    return moments.correction * float(np.sum(np.delete(terms / counts, without)))
