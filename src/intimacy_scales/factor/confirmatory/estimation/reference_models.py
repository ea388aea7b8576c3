"""The saturated and the independence model, with which a model is compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.likelihood import constant, fitted, invert
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.numerics.tolerances import SINGULAR_SATURATED

_STEPS = 5000
_CONVERGED = 1e-9  # of standard deviations and correlations, in one step
_NO_GAIN = 1e-16  # of -logL / n, in one step
_FIRST_MARK = 100  # steps
_STEADY = 0.7  # of the gains of earlier steps: as large as that, later gains do not decrease
_SHRINKING = 0.9  # of an eigenvalue, half as many steps before
_SLOW = 1e-10  # of -logL / n: when it grows this slowly, covariances that are nearly singular stay so
_STRAIGHT = 1e-6  # of a step: two steps that differ by less are not extrapolated


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturated:
    """Means and covariances of one group without any model; of a likelihood, its maximum.

    Attributes
    ----------
    means, covariances
        (p,) and (p, p), divisor n of a likelihood, else n - 1.
    value
        The discrepancy there: -logL / n without the constant, or 0 of least squares.
    """

    means: Floats
    covariances: Floats
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """The model in which only exogenous variables covary: the usual baseline of fit indices.

    Attributes
    ----------
    value
        The discrepancy at its minimum; of a likelihood -logL / n without the constant.
    score_to_information
        tr(B A^-1), B the mean product of scores and A the information; nan without a scaled test.
    given
        -logL / n of exogenous variables whose moments are fixed, with the constant; 0 without any.
    """

    value: float
    score_to_information: float = math.nan
    given: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exogenous:
    """The exogenous variables, which covary in the independence model too.

    Attributes
    ----------
    positions
        Their positions, ascending.
    fixed
        Whether their moments are fixed, not modelled; everyone answered them then.
    """

    positions: Positions
    fixed: bool


NO_EXOGENOUS = Exogenous(positions=np.zeros(0, dtype=np.intp), fixed=False)


def saturated(moments: MeanCovariance, where: str = "") -> Saturated:
    """Return the maximum likelihood estimates of means and covariances.

    If answers are missing, by the EM algorithm (Dempster, Laird & Rubin, 1977) with every second step
    extrapolated (Varadhan & Roland, 2008).

    Raises
    ------
    NotConvergedError
        There are no such estimates: too few persons answered some variables together.
    """
    if moments.complete:
        pattern = moments.patterns[0]
        inverted = invert(pattern.covariances)
        if inverted is None:
            raise NotConvergedError(
                f"the covariance matrix{where} is singular: a variable is constant, or made up of others; "
                "leave it out"
            )
        value = (inverted[1] + len(pattern.means)) / 2
        return Saturated(means=pattern.means, covariances=pattern.covariances, value=value)
    means, variances = moments.item_moments()
    covariances = np.diag(variances)
    before = fitted(moments, covariances, means)
    marks: list[tuple[float, float]] = []  # -logL / n and smallest eigenvalue
    for step in range(1, _STEPS + 1):
        if before is None:
            break
        first = _em_step(means, covariances, before)
        converged = _change(first, means, covariances) < _CONVERGED
        means, covariances, after = _extrapolated(moments, means, covariances, first)
        if after is not None:
            gain = before.value - after.value
            if gain < _SLOW and _is_singular(covariances):
                break
            if converged or gain < _NO_GAIN * (1 + abs(after.value)):
                return Saturated(means=means, covariances=covariances, value=after.value)
            if step == _FIRST_MARK * 2 ** len(marks):
                marks.append((after.value, _smallest_eigenvalue(covariances)))
                if _falls_without_end(marks):
                    break
        before = after
    raise NotConvergedError(
        f"the answers{where} do not determine all covariances: too few persons answered the same "
        "variables, or one variable is made up of others; leave out variables that hardly anyone answered"
    )


def _change(step: tuple[Floats, Floats], means: Floats, covariances: Floats) -> float:
    """Return the largest change that a step makes, in units of the variables' standard deviations."""
    variances = covariances.diagonal()
    squares = np.outer(variances, variances)
    shifts = np.abs(step[0] - means) / np.sqrt(variances)
    return float(max(shifts.max(), (np.abs(step[1] - covariances) / np.sqrt(squares)).max()))


def _is_singular(covariances: Floats) -> bool:
    """Return whether a variable is almost made up of others, as when the likelihood has no maximum."""
    return not _smallest_eigenvalue(covariances) > SINGULAR_SATURATED


def _smallest_eigenvalue(covariances: Floats) -> float:
    """Return the smallest eigenvalue of the correlations."""
    sds = np.sqrt(covariances.diagonal())
    return float(np.linalg.eigvalsh(covariances / np.outer(sds, sds))[0])


def _falls_without_end(marks: Sequence[tuple[float, float]]) -> bool:
    """Return whether each step still gains as much as earlier ones, while covariances become singular.

    Gains on the way to a maximum decrease geometrically. Where there is no maximum, -logL / n falls by the
    same amount in each step, like the logarithm of the smallest eigenvalue.
    """
    if len(marks) < 3:
        return False
    (first, _), (second, eigenvalue), (third, smaller) = marks[-3:]
    earlier, late = first - second, (second - third) / 2  # in twice as many steps
    return late > _STEADY * earlier > 0 and smaller < _SHRINKING * eigenvalue


def _em_step(means: Floats, covariances: Floats, fit: Fitted) -> tuple[Floats, Floats]:
    """Return the means and covariances after one EM step.

    With W and w the derivatives of -logL / n by Sigma and mu, the expected means given the observed answers
    are ``mu - Sigma w``, and the expected covariances around mu are ``Sigma - 2 Sigma W Sigma``.
    """
    shift = -covariances @ fit.mean_weights
    moved: Floats = covariances - 2 * covariances @ fit.weights @ covariances
    return means + shift, (moved + moved.T) / 2 - np.outer(shift, shift)


def _extrapolated(
    moments: MeanCovariance, means: Floats, covariances: Floats, first_step: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Fitted | None]:
    """Return the parameters after two EM steps, extrapolated if that is better, and the likelihood there.

    With r the first step and v the second less the first, ``theta - 2 a r + a² v``, a = -|r| / |v|
    (Varadhan & Roland, 2008), followed by an EM step from there.
    """
    m1, c1 = first_step
    middle = fitted(moments, c1, m1)
    if middle is None:
        return m1, c1, None
    m2, c2 = _em_step(m1, c1, middle)
    first = np.concatenate([m1 - means, (c1 - covariances).ravel()])
    second = np.concatenate([m2 - m1, (c2 - c1).ravel()]) - first
    curve = float(np.linalg.norm(second))
    size = float(np.linalg.norm(first))
    length = -size / curve if curve > _STRAIGHT * size else -1.0
    if length < -1:
        start = np.concatenate([means, covariances.ravel()])
        far = start - 2 * length * first + length**2 * second
        m3, c3 = far[: len(means)], far[len(means) :].reshape(covariances.shape)
        further = fitted(moments, c3, m3)
        if further is not None and further.value <= middle.value:
            m4, c4 = _em_step(m3, c3, further)
            return m4, c4, fitted(moments, c4, m4)
    return m2, c2, fitted(moments, c2, m2)


def independence(moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
    """Return the independence model: each variable has a mean and a variance.

    Exogenous variables covary, as in lavaan.
    """
    _, variances = moments.item_moments()
    given, x = 0.0, exogenous.positions
    # at the maximum, standardized answers have squares that add up to the number of persons who answered
    terms = moments.counts * (np.log(variances) + 1)
    value = float(np.sum(terms)) / (2 * moments.n)
    if len(x):
        part = moments.subset(x)
        of_exogenous, share = saturated(part).value, part.n / moments.n
        value += share * of_exogenous - float(np.sum(terms[x])) / (2 * moments.n)
        given = share * (of_exogenous + constant(part)) if exogenous.fixed else 0.0
    return Independence(value=value, given=given)
