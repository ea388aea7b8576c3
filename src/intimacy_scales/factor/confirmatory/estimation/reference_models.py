"""The models that a model is compared with: the saturated one, and that in which nothing is related."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.likelihood import constant, fitted, invert
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions

_STEPS = 5000
_SETTLED = 1e-9  # of standard deviations and correlations, in one step
_SLOW = 1e-10  # of -logL / n: where it grows no faster, covariances that become singular will stay so
_ROUNDING = 1e-16
_TINY = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturated:
    """Means and covariances of one group without any model; of a likelihood, the most likely ones.

    Attributes
    ----------
    means, covariances
        (p,) and (p, p), divisor n of a likelihood, else n - 1.
    value
        Of the discrepancy there: -logL / n without the constant, or 0.
    """

    means: Floats
    covariances: Floats
    value: float


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


def saturated(moments: MeanCovariance, where: str = "") -> Saturated:
    """Return most likely means and covariances; by the EM algorithm where answers are missing.

    Dempster, Laird & Rubin (1977), with every second step extrapolated (Varadhan & Roland, 2008).

    Raises
    ------
    NotConvergedError
        No such moments: too few persons answered some variables together.
    """
    if moments.complete:
        only = moments.patterns[0]
        found = invert(only.covariances)
        if found is None:
            raise NotConvergedError(f"the covariance matrix{where} is singular")
        value = (found[1] + len(only.means)) / 2
        return Saturated(means=only.means, covariances=only.covariances, value=value)
    means, variances = moments.own_moments()
    covariances = np.diag(variances)
    before = fitted(moments, covariances, means)
    for _ in range(_STEPS):
        if before is None:
            break
        first = _step(moments, means, covariances, before)
        settled = _change(first, means, covariances) < _SETTLED
        means, covariances, after = _extrapolated(moments, means, covariances, first)
        if after is not None:
            gain = before.value - after.value
            if gain < _SLOW and not _determined(covariances):
                break
            if settled or gain < _ROUNDING * (1 + abs(after.value)):
                return Saturated(means=means, covariances=covariances, value=after.value)
        before = after
    raise NotConvergedError(
        f"the answers{where} do not determine all covariances: too few persons answered the same "
        "variables, or one variable is made up of others; leave out what hardly anyone answered"
    )


def _change(to: tuple[Floats, Floats], means: Floats, covariances: Floats) -> float:
    """Return how far a step leads: the largest change, in units of the variables' standard deviations."""
    variances = covariances.diagonal()
    squares = np.outer(variances, variances)
    shifts = np.abs(to[0] - means) / np.sqrt(variances)
    return float(max(shifts.max(), (np.abs(to[1] - covariances) / np.sqrt(squares)).max()))


def _determined(covariances: Floats) -> bool:
    """Whether no variable is all but made up of others, as where the likelihood has no maximum."""
    sds = np.sqrt(covariances.diagonal())
    return bool(np.linalg.eigvalsh(covariances / np.outer(sds, sds))[0] > _TINY)


def _step(moments: MeanCovariance, means: Floats, covariances: Floats, fit: Fitted) -> tuple[Floats, Floats]:
    """Return one EM step.

    With W and w the derivatives of -logL / n, expected sums of products given what was answered are
    ``Sigma - 2 Sigma W Sigma`` around the means, and their mean ``mu - Sigma w``.
    """
    shift = -covariances @ fit.mean_weights
    moved: Floats = covariances - 2 * covariances @ fit.weights @ covariances
    return means + shift, (moved + moved.T) / 2 - np.outer(shift, shift)


def _extrapolated(
    moments: MeanCovariance, means: Floats, covariances: Floats, to: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Fitted | None]:
    """Return two EM steps, the first given, taken further in their direction where that is better."""
    m1, c1 = to
    middle = fitted(moments, c1, m1)
    if middle is None:
        return m1, c1, None
    m2, c2 = _step(moments, m1, c1, middle)
    first = np.concatenate([m1 - means, (c1 - covariances).ravel()])
    second = np.concatenate([m2 - m1, (c2 - c1).ravel()]) - first
    curve = float(np.linalg.norm(second))
    length = -float(np.linalg.norm(first)) / curve if curve > _TINY * float(np.linalg.norm(first)) else -1.0
    if length < -1:
        start = np.concatenate([means, covariances.ravel()])
        far = start - 2 * length * first + length**2 * second
        m3, c3 = far[: len(means)], far[len(means) :].reshape(covariances.shape)
        found = fitted(moments, c3, m3)
        if found is not None and found.value <= middle.value:
            m4, c4 = _step(moments, m3, c3, found)
            return m4, c4, fitted(moments, c4, m4)
    return m2, c2, fitted(moments, c2, m2)


def independence(moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
    """Fit the model in which variables have means and variances of their own, and nothing else.

    Exogenous variables covary all the same, as in lavaan.
    """
    _, variances = moments.own_moments()
    given, x = 0.0, exogenous.positions
    # squares of standardized answers add up to the number of those who answered
    terms = moments.counts * (np.log(variances) + 1)
    value = float(np.sum(terms)) / (2 * moments.n)
    if len(x):
        part = moments.of(x)
        whole, share = saturated(part), part.n / moments.n
        value += share * whole.value - float(np.sum(terms[x])) / (2 * moments.n)
        given = share * (whole.value + constant(part)) if exogenous.fixed else 0.0
    return Independence(value=value, given=given)
