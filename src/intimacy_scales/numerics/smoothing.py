"""Log-linear smoothing of a distribution of scores, for percentile ranks from a sample (arrays only)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import HALFWAY, LOG_LIKELIHOOD, LOST_LENGTH

Floats = NDArray[np.float64]

MOST_DEGREES = 6
_FEWEST_DEGREES = 2
_SCORES_EACH = 2  # reached scores for each parameter; with one for each, nothing would be smoothed
_BETTER = 1e-6  # by which an Akaike criterion must be lower: far above rounding, far below a real gain
_STEPS = 1_000  # hundreds are taken only where one person is far from a million persons on a few scores
_DAMPING = 0.1  # at the first step
_LEAST_DAMPING = 1e-60
_FAR = 300.0  # exp(300) times the smallest positive float is still below 1e-100
_ENOUGH = 0.1  # share of the gain promised by the slope (Armijo, 1966)


@dataclass(frozen=True, slots=True)
class LogLinear:
    """Maximum likelihood frequencies of a log-linear model.

    Attributes
    ----------
    degree
        Degree of the polynomial in the exponent.
    ends
        Points with a parameter of their own.
    log_shares
        (n_points,): logarithm of each point's share; shares may be too small for a float.
    deviance
        Twice the log-likelihood ratio of the sample's shares to these.
    """

    degree: int
    ends: tuple[int, ...]
    log_shares: Floats
    deviance: float

    @property
    def shares(self) -> Floats:
        """(n_points,): they add up to 1."""
        shares: Floats = np.exp(self.log_shares)
        return shares

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        return self.degree + len(self.ends)

    @property
    def akaike(self) -> float:
        """Akaike information criterion, up to a constant that depends on the sample only."""
        return self.deviance + 2.0 * self.n_parameters


@dataclass(frozen=True, slots=True)
class NotFitted:
    """The reason why a log-linear model could not be fitted."""

    reason: str


class Smoothed(NamedTuple):
    """Smoothed share of each possible score (n_points,), and the model; degree 0: the sample's shares."""

    shares: Floats
    degree: int
    ends: tuple[int, ...]


class PercentileRanks(NamedTuple):
    """Possible scores and their percentile ranks (n_points,), and the model; degree 0: not smoothed."""

    points: Floats
    ranks: Floats
    degree: int
    ends: tuple[int, ...]


# ---------------------------------------------------------------- when there is a maximum


def _between(n_points: int, ends: tuple[int, ...]) -> slice:
    """Return the points that the polynomial describes: those without a parameter of their own."""
    return slice(1 if 0 in ends else 0, n_points - 1 if -1 in ends else n_points)


def lowest_touching_degree(reached: NDArray[np.bool_]) -> float:
    """Return the lowest degree of a polynomial that is 0 at the scores reached and positive at all others.

    It is infinite where every score was reached. Such a polynomial has an even number of zeros between two
    points at which it is positive (Gale's evenness condition, 1963): a run of neighbouring reached scores
    counts one zero each, and one more where that number is odd, unless the run extends to an end.

    Examples
    --------
    >>> [lowest_touching_degree(np.array(r)) for r in ([1, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 1, 0, 1])]
    [2.0, 2.0, 3.0]
    """
    degree, position = 0.0, 0
    for is_reached, run in groupby(reached.tolist()):
        length = len(list(run))
        if is_reached:
            at_end = position == 0 or position + length == len(reached)
            degree += length if at_end else length + length % 2
        position += length
    return math.inf if reached.all() else degree


def _without_maximum(counts: Floats, degree: int, ends: tuple[int, ...]) -> str | None:
    """Return why the likelihood has no maximum, or None where it has one.

    It has a maximum if and only if the sample's moments are in the interior of the moments that distributions
    on these points can have (Barndorff-Nielsen, 1978). They are on the boundary where a combination of the
    model's functions is 0 at every score reached, and elsewhere nowhere negative and somewhere positive: the
    shares of the other scores can then approach 0 without end. That depends on which scores were reached,
    not on how often, so that rounding error decides nothing. An end with a parameter of its own is fitted
    exactly; the polynomial describes the points between.
    """
    if any(counts[end] == 0 for end in ends):
        return "nobody has the lowest or highest score, which needs persons to have a parameter of its own"
    reached = counts[_between(len(counts), ends)] > 0
    if degree >= len(reached):
        return (
            f"a polynomial of degree {degree} needs {degree + 1} possible scores, and {len(reached)} are left"
        )
    lowest = lowest_touching_degree(reached)
    if lowest > degree:
        return None
    return (
        f"{int(reached.sum())} of {len(reached)} possible scores were reached, and a polynomial of degree "
        f"{lowest:.0f} is 0 at these and positive at all others: the likelihood rises without end as the "
        "shares of the others approach 0"
    )


# ---------------------------------------------------------------- the fit


def fit_loglinear(
    counts: Floats, degree: int, ends: tuple[int, ...] = (), *, start: LogLinear | None = None
) -> LogLinear | NotFitted:
    """Fit a log-linear model: ``ln(share) = b0 + b1 x + … + bd x**d`` at score x.

    The fitted distribution has the sample's mean, variance … up to the moment of that degree
    (Holland & Thayer, 1987), and the sample's share at each end that is named.

    Parameters
    ----------
    counts
        (n_points,): persons at each possible score.
    degree
        Degree of the polynomial.
    ends
        Points with a parameter of their own: 0, the lowest, and -1, the highest.
    start
        A fit of a lower degree with the same ends, at which the search starts.

    Returns
    -------
    LogLinear or NotFitted
        The latter where the likelihood has no maximum, for example with persons at one score only.

    Examples
    --------
    >>> fit = fit_loglinear(np.array([1.0, 4.0, 6.0, 4.0, 2.0]), degree=2)
    >>> fit.shares.round(3).tolist(), round(fit.deviance, 3)
    ([0.069, 0.218, 0.342, 0.267, 0.104], 0.153)
    >>> fit_loglinear(np.array([0.0, 4.0, 0.0, 0.0]), degree=2).reason
    '1 of 4 possible scores were reached, and a polynomial of degree 2 is 0 at these and positive at all \
others: the likelihood rises without end as the shares of the others approach 0'
    """
    reason = _without_maximum(counts, degree, ends)
    if reason is not None:
        return NotFitted(reason)
    inner, observed = _between(len(counts), ends), counts / counts.sum()
    share = float(observed[inner].sum())
    equal = np.full(len(observed[inner]), -math.log(len(observed[inner])))
    start_shares = equal if start is None else _normalised(start.log_shares[inner])
    inner_log_shares = _search(observed[inner] / share, degree, start_shares)
    if inner_log_shares is None:
        return NotFitted(f"the search for the maximum did not converge within {_STEPS} steps")
    reached = counts > 0
    log_shares = np.log(np.where(reached, observed, 1.0))
    log_shares[inner] = math.log(share) + inner_log_shares
    log_ratios = np.log(observed[reached]) - log_shares[reached]
    return LogLinear(degree, ends, log_shares, 2.0 * float((counts[reached] * log_ratios).sum()))


class _Step(NamedTuple):
    """A step of the exponent (n_points,), and the slope of the log-likelihood per person along it."""

    step: Floats
    promised: float


def _search(observed: Floats, degree: int, log_shares: Floats) -> Floats | None:
    """Return the maximum likelihood log shares by damped Newton steps; None where none are found.

    A step that gains too little is repeated with more damping; after one that gains enough, damping falls
    (Levenberg, 1944; Marquardt, 1963). The search stops where nothing improves: where the gain promised by an
    undamped step is lost in the rounding of the log-likelihood, and either no longer falls from step to step,
    or is not reached. It has no criterion on moments, since rounding error might keep one from being met.
    """
    # spread to neighbours, so that there are points enough for any degree that has a maximum
    around = np.pad(observed, 1)
    damping_shares = 0.8 * observed + 0.1 * (around[:-2] + around[2:])
    last_promise, damping, was_raised = math.inf, _DAMPING, False
    score = np.linspace(-1.0, 1.0, len(observed))
    for _ in range(_STEPS):
        shares = np.exp(log_shares)
        newton = _damped_newton(score, observed - shares, shares + damping * damping_shares, degree)
        gained = newton is not None and (
            _gain(observed, log_shares, shares, newton.step) >= _ENOUGH * newton.promised
        )
        if newton is not None and newton.promised <= LOG_LIKELIHOOD:
            if was_raised or (damping == 0.0 and (4.0 * newton.promised >= last_promise or not gained)):
                return log_shares
            if damping > 0.0:
                damping = 0.0
                continue
        if newton is not None and gained:
            log_shares = _normalised(log_shares + newton.step)
            last_promise, was_raised = (math.inf if damping else newton.promised), False
            damping = damping / 4.0 if damping > _LEAST_DAMPING else 0.0
        else:
            damping, was_raised = max(4.0 * damping, _LEAST_DAMPING), True
    return None


def _damped_newton(score: Floats, residual: Floats, weights: Floats, degree: int) -> _Step | None:
    """Return the damped Newton step for the residuals, observed less fitted shares; None where it is lost.

    In polynomials q_j that are orthonormal under the current shares, the information matrix is the identity,
    so that Newton's step is ``sum_j (sum_x residual(x) q_j(x)) q_j``. Here they are orthonormal under
    weights: the current shares plus, as damping, a multiple of the sample's. Without damping, a reached score
    can have so small a share that a full step overflows. Each polynomial is made from the last one times the
    score (Stieltjes), which stays accurate where persons are at a few of many points, so that powers of the
    score would be linearly dependent but for rounding error.
    """
    total = float(weights.sum())
    centred = score - float(weights @ score) / total
    functions = np.full((degree + 1, len(weights)), 1.0 / math.sqrt(total))
    for j in range(1, degree + 1):
        polynomial, lower_degrees = centred * functions[j - 1], functions[:j]
        squared_length = float((weights * polynomial) @ polynomial)
        for _ in range(2):  # twice, as rounding error leaves some overlap after the first time
            polynomial -= (lower_degrees @ (weights * polynomial)) @ lower_degrees
        remaining = float((weights * polynomial) @ polynomial)
        if not remaining > LOST_LENGTH * squared_length:
            return None
        functions[j] = polynomial / math.sqrt(remaining)
    slopes = functions[1:] @ residual
    return _Step(slopes @ functions[1:], float(slopes @ slopes))


def _gain(observed: Floats, log_shares: Floats, shares: Floats, step: Floats) -> float:
    """Return by how much a step of the exponent raises the log-likelihood per person."""
    if step.max() < _FAR:  # without the cancellation that the difference of two logarithms has
        return float(observed @ step) - math.log1p(float(shares @ np.expm1(step)))
    return float(observed @ step) - _log_sum(log_shares + step)


def _log_sum(exponent: Floats) -> float:
    """Return ``ln sum exp(exponent)`` without overflow."""
    top = float(exponent.max())
    return top + math.log(float(np.exp(exponent - top).sum()))


def _normalised(exponent: Floats) -> Floats:
    """Return log shares whose shares add up to 1."""
    return exponent - _log_sum(exponent)


# ---------------------------------------------------------------- the choice, and ranks


def _candidates(counts: Floats) -> Iterator[LogLinear]:
    """Yield the models that `smooth_shares` chooses among."""
    reached = tuple(end for end in (0, -1) if counts[end] > 0)
    most_parameters = max(_FEWEST_DEGREES, int(np.count_nonzero(counts)) // _SCORES_EACH)
    for ends in [choice for choice in ((), (0,), (-1,), (0, -1)) if set(choice) <= set(reached)]:
        last_fit: LogLinear | None = None
        for degree in range(_FEWEST_DEGREES, min(MOST_DEGREES, most_parameters - len(ends)) + 1):
            fitted = fit_loglinear(counts, degree, ends, start=last_fit)
            if isinstance(fitted, LogLinear):
                last_fit = fitted
                yield fitted


def smooth_shares(counts: Floats) -> Smoothed:
    """Return the smoothed share of each possible score, and the model.

    The candidates are log-linear models of degrees 2 to 6, each with and without a parameter of its own for
    the lowest and the highest score, which many persons may have. The lowest Akaike criterion chooses among
    them, as Moses & Holland (2010) advise. Beyond degree 2, a model has at most one parameter for every two
    scores reached: with one for each score, it would reproduce the counts, and in small samples the criterion
    sometimes chooses such models. A model with more parameters must be better by more than 1e-6, so that
    rounding error chooses nothing; of two with equally many, the one with fewer ends is preferred, and then
    the one with the lowest score as an end. Degree 0, with the sample's shares, is returned where no
    likelihood has a maximum, for example with persons at one score or at two neighbouring ones.
    """
    best: LogLinear | None = None
    for fitted in sorted(_candidates(counts), key=lambda model: model.n_parameters):
        if best is None or fitted.akaike < best.akaike - _BETTER:
            best = fitted
    if best is None:
        return Smoothed(counts / counts.sum(), 0, ())
    return Smoothed(best.shares, best.degree, best.ends)


def count_scores(scores: Floats, low: float, high: float, n_points: int) -> Floats:
    """Return how many persons have each possible score (n_points,).

    A score between two possible ones, which skipped answers can give, counts as the nearer one; halfway
    between them, it counts as half a person at each.

    Examples
    --------
    >>> count_scores(np.array([1.0, 1.2, 1.5, 3.0]), low=1, high=3, n_points=3).tolist()
    [2.5, 0.5, 1.0]
    """
    places = (scores - low) / (high - low) * (n_points - 1) + 0.5
    lower, upper = (np.floor(places + side).astype(np.int64) for side in (-HALFWAY, HALFWAY))
    counts: Floats = (np.bincount(lower, minlength=n_points) + np.bincount(upper, minlength=n_points)) / 2.0
    return counts


def percentile_ranks(scores: Floats, low: float, high: float, n_points: int) -> PercentileRanks:
    """Return possible scores, their smoothed percentile ranks, and the model.

    The percentile rank of a score is the percentage below it plus half of the percentage at it.

    Parameters
    ----------
    scores
        (n_persons,); none may be missing.
    low, high
        Lowest and highest possible score.
    n_points
        Number of possible scores, evenly spaced.
    """
    shares, degree, ends = smooth_shares(count_scores(scores, low, high, n_points))
    below = np.concatenate([[0.0], np.cumsum(shares)[:-1]])  # summed in order, so that ranks never fall
    ranks = 100.0 * np.minimum(below + shares / 2.0, 1.0)
    return PercentileRanks(np.linspace(low, high, n_points), ranks, degree, ends)
