"""A smooth distribution of scores, for percentile ranks from a sample (arrays only)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_DEGREES = 6
_FEWEST_DEGREES = 2
_SCORES_EACH = 2  # that were reached, for each parameter; with one, nothing would be smoothed
_BETTER = 1e-6  # of an Akaike criterion: far above rounding, far below what anyone would choose by
_STEPS = 1_000  # by the hundred only where one person stands apart from a million on a few scores
_DAMPING = 0.1  # at the first step
_LEAST_DAMPING = 1e-60
_LOST = 1e-20  # of a squared length: below, what is left of it is mostly rounding
_FAR = 300.0  # exp of which, times the smallest share in a float, is still nothing
_ENOUGH = 0.1  # of the gain that the slope promises (Armijo, 1966)
_ROUNDING = 1e-15  # of the log-likelihood per person
_NEARLY_HALF = 1e-9  # of a score: rounding leaves less, and skipped answers make no two that are so near


@dataclass(frozen=True, slots=True)
class LogLinear:
    """Log-linear frequencies of maximum likelihood.

    Attributes
    ----------
    degree
        Of the polynomial that is the exponent.
    ends
        Points with a frequency of their own.
    log_shares
        (n_points,): logarithm of each point's share; shares may be too small for a float.
    deviance
        Twice the log-likelihood ratio of the sample's own shares to these.
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
        """How many parameters are free."""
        return self.degree + len(self.ends)

    @property
    def akaike(self) -> float:
        """Akaike criterion, up to a constant of the sample."""
        return self.deviance + 2.0 * self.n_parameters


@dataclass(frozen=True, slots=True)
class NotFitted:
    """No log-linear frequencies, and why."""

    reason: str


class Smoothed(NamedTuple):
    """Smooth shares of each possible score (n_points,), and their model: degree 0 for the sample's own."""

    shares: Floats
    degree: int
    ends: tuple[int, ...]


class PercentileRanks(NamedTuple):
    """Possible scores and their percentile ranks (n_points,), and the model: degree 0 for counted ranks."""

    points: Floats
    ranks: Floats
    degree: int
    ends: tuple[int, ...]


# ---------------------------------------------------------------- when there is a maximum


def _between(n_points: int, ends: tuple[int, ...]) -> slice:
    """Return the points that are left to the polynomial."""
    return slice(1 if 0 in ends else 0, n_points - 1 if -1 in ends else n_points)


def lowest_touching_degree(reached: NDArray[np.bool_]) -> float:
    """Return the lowest degree of a polynomial that is 0 where scores were reached, and positive elsewhere.

    Infinite where every score was reached. Such a polynomial has an even number of zeros between two
    points at which it is positive (Gale's evenness condition, 1963): a run of neighbours counts one zero
    each, and one more to make them even, unless it goes up to an end, beyond which there is no point.

    Examples
    --------
    >>> [lowest_touching_degree(np.array(r)) for r in ([1, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 1, 0, 1])]
    [2.0, 2.0, 3.0]
    """
    degree, at = 0.0, 0
    for is_reached, run in groupby(reached.tolist()):
        length = len(list(run))
        if is_reached:
            at_end = at == 0 or at + length == len(reached)
            degree += length if at_end else length + length % 2
        at += length
    return math.inf if reached.all() else degree


def _without_maximum(counts: Floats, degree: int, ends: tuple[int, ...]) -> str | None:
    """Return why the likelihood has no maximum, or None where it has one.

    It has one if and only if the sample's moments do not lie at the edge of what distributions on these
    points can have (Barndorff-Nielsen, 1978). They do where a combination of the model's functions is 0
    at every score that was reached, and elsewhere nowhere negative and somewhere positive: the other
    shares can then go to 0 for ever. That depends on which scores were reached, not on how often, so
    nothing is decided by rounding. An end with a frequency of its own is free; the polynomial is left
    with the points between.
    """
    if any(counts[end] == 0 for end in ends):
        return "nobody has the lowest or highest score, which is to have a frequency of its own"
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
        f"{lowest:.0f} is 0 at these and positive at all others: the likelihood rises for ever as their "
        "shares go to 0"
    )


# ---------------------------------------------------------------- the fit


def fit_loglinear(
    counts: Floats, degree: int, ends: tuple[int, ...] = (), *, start: LogLinear | None = None
) -> LogLinear | NotFitted:
    """Fit log-linear frequencies whose exponent is a polynomial of the score.

    The fitted distribution has the sample's mean, variance … up to the moment of that degree
    (Holland & Thayer, 1987), and the sample's own share at each end that is named.

    Parameters
    ----------
    counts
        (n_points,): persons at each possible score.
    degree
        Of the polynomial.
    ends
        Points with a frequency of their own: 0, the lowest, and -1, the highest.
    start
        A fit of a lower degree with the same ends, to begin at.

    Returns
    -------
    LogLinear or NotFitted
        The latter where the likelihood has no maximum, as with persons at one score only.

    Examples
    --------
    >>> fit = fit_loglinear(np.array([1.0, 4.0, 6.0, 4.0, 2.0]), degree=2)
    >>> fit.shares.round(3).tolist(), round(fit.deviance, 3)
    ([0.069, 0.218, 0.342, 0.267, 0.104], 0.153)
    >>> fit_loglinear(np.array([0.0, 4.0, 0.0, 0.0]), degree=2).reason
    '1 of 4 possible scores were reached, and a polynomial of degree 2 is 0 at these and positive at all \
others: the likelihood rises for ever as their shares go to 0'
    """
    reason = _without_maximum(counts, degree, ends)
    if reason is not None:
        return NotFitted(reason)
    between, observed = _between(len(counts), ends), counts / counts.sum()
    share = float(observed[between].sum())
    equal = np.full(len(observed[between]), -math.log(len(observed[between])))
    begin = equal if start is None else _normalised(start.log_shares[between])
    found = _search(observed[between] / share, degree, begin)
    if found is None:
        return NotFitted(f"the search for the maximum did not come to rest in {_STEPS} steps")
    reached = counts > 0
    log_shares = np.log(np.where(reached, observed, 1.0))
    log_shares[between] = math.log(share) + found
    apart = np.log(observed[reached]) - log_shares[reached]
    return LogLinear(degree, ends, log_shares, 2.0 * float((counts[reached] * apart).sum()))


class _Step(NamedTuple):
    """A step of the exponent (n_points,), and the slope of the log-likelihood per person along it."""

    step: Floats
    promised: float


def _search(observed: Floats, degree: int, log_shares: Floats) -> Floats | None:
    """Return the log shares of maximum likelihood by damped Newton steps; None where none is found.

    A step that gains too little is tried again with more damping, and after one that gains enough there is
    less (Levenberg, 1944; Marquardt, 1963). The search stops where nothing improves: where the gain that a
    step without damping promises is lost in the rounding of the log-likelihood, and it no longer falls from
    step to step, or the step gains less than it promised. There is no bound on moments, which rounding could
    keep it from reaching.
    """
    around = np.pad(observed, 1)  # with its neighbours, on enough points for any degree that has a maximum
    kept = 0.8 * observed + 0.1 * (around[:-2] + around[2:])
    before, damping, raised = math.inf, _DAMPING, False
    score = np.linspace(-1.0, 1.0, len(observed))
    for _ in range(_STEPS):
        shares = np.exp(log_shares)
        newton = _damped_newton(score, observed - shares, shares + damping * kept, degree)
        gained = newton is not None and (
            _gain(observed, log_shares, shares, newton.step) >= _ENOUGH * newton.promised
        )
        if newton is not None and newton.promised <= _ROUNDING:
            if raised or (damping == 0.0 and (4.0 * newton.promised >= before or not gained)):
                return log_shares
            if damping > 0.0:
                damping = 0.0
                continue
        if newton is not None and gained:
            log_shares = _normalised(log_shares + newton.step)
            before, raised = (math.inf if damping else newton.promised), False
            damping = damping / 4.0 if damping > _LEAST_DAMPING else 0.0
        else:
            damping, raised = max(4.0 * damping, _LEAST_DAMPING), True
    return None


def _damped_newton(score: Floats, residual: Floats, weights: Floats, degree: int) -> _Step | None:
    """Return a step for the share that each score lacks (n_points,); None where rounding hides it.

    In polynomials that are orthonormal for the shares of now, the information is the identity, so that
    Newton's step is ``sum_j (sum_x (observed - shares) q_j) q_j``. Here they are orthonormal for weights: the
    shares of now, and as damping some of the sample's. Without these, a score that was reached can be left
    with so little that a whole step leads beyond floats. They are made one from the other, each from the
    last times the score (Stieltjes), which stays exact where persons stand on a few of many points and
    powers of the score could not be told apart.
    """
    total = float(weights.sum())
    centred = score - float(weights @ score) / total
    functions = np.full((degree + 1, len(weights)), 1.0 / math.sqrt(total))
    for j in range(1, degree + 1):
        made, lower = centred * functions[j - 1], functions[:j]
        whole = float((weights * made) @ made)
        for _ in range(2):  # what rounding leaves in common the first time goes the second time
            made -= (lower @ (weights * made)) @ lower
        size = float((weights * made) @ made)
        if not size > _LOST * whole:
            return None
        functions[j] = made / math.sqrt(size)
    slopes = functions[1:] @ residual
    return _Step(slopes @ functions[1:], float(slopes @ slopes))


def _gain(observed: Floats, log_shares: Floats, shares: Floats, step: Floats) -> float:
    """Return by how much a step of the exponent raises the log-likelihood per person."""
    if step.max() < _FAR:  # in a form that does not cancel
        return float(observed @ step) - math.log1p(float(shares @ np.expm1(step)))
    return float(observed @ step) - _log_sum(log_shares + step)


def _log_sum(exponent: Floats) -> float:
    top = float(exponent.max())
    return top + math.log(float(np.exp(exponent - top).sum()))


def _normalised(exponent: Floats) -> Floats:
    return exponent - _log_sum(exponent)


# ---------------------------------------------------------------- the choice, and ranks


def _candidates(counts: Floats) -> Iterator[LogLinear]:
    reached = tuple(end for end in (0, -1) if counts[end] > 0)
    most = max(_FEWEST_DEGREES, int(np.count_nonzero(counts)) // _SCORES_EACH)
    for ends in [choice for choice in ((), (0,), (-1,), (0, -1)) if set(choice) <= set(reached)]:
        last: LogLinear | None = None
        for degree in range(_FEWEST_DEGREES, min(MOST_DEGREES, most - len(ends)) + 1):
            fitted = fit_loglinear(counts, degree, ends, start=last)
            if isinstance(fitted, LogLinear):
                last = fitted
                yield fitted


def smooth_shares(counts: Floats) -> Smoothed:
    """Return smooth shares of each possible score, and their model.

    Degrees from 2 to 6, each with and without a frequency of its own for the lowest and the highest
    score, where many persons may stand; the lowest Akaike criterion chooses among these log-linear
    models, as Moses & Holland (2010) advise. Beyond a second degree, none has more than one parameter
    for every two scores that were reached: with one for each, a model would repeat the counts, and of
    small samples the criterion takes such ones at times. A model with more parameters must be better by
    more than a millionth, so that rounding chooses nothing; of two with as many, the one with fewer ends,
    and then with the lowest score as an end, goes first. Degree 0, with the sample's own shares, where no
    likelihood has a maximum, as with persons at one score or two neighbours.
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

    A score between two possible ones, as skipped answers make it, counts as the nearer one; halfway, as
    half a person at each.

    Examples
    --------
    >>> count_scores(np.array([1.0, 1.2, 1.5, 3.0]), low=1, high=3, n_points=3).tolist()
    [2.5, 0.5, 1.0]
    """
    places = (scores - low) / (high - low) * (n_points - 1) + 0.5
    one, other = (np.floor(places + side).astype(np.int64) for side in (-_NEARLY_HALF, _NEARLY_HALF))
    counts: Floats = (np.bincount(one, minlength=n_points) + np.bincount(other, minlength=n_points)) / 2.0
    return counts


def percentile_ranks(scores: Floats, low: float, high: float, n_points: int) -> PercentileRanks:
    """Return possible scores, their smoothed percentile ranks, and the model.

    The percentile rank of a score is the percentage below it and half of the percentage at it.

    Parameters
    ----------
    scores
        (n_persons,), none missing.
    low, high
        Lowest and highest possible score.
    n_points
        Number of possible scores, evenly spaced.
    """
    shares, degree, ends = smooth_shares(count_scores(scores, low, high, n_points))
    below = np.concatenate([[0.0], np.cumsum(shares)[:-1]])  # so that no rank is lower than the one before
    ranks = 100.0 * np.minimum(below + shares / 2.0, 1.0)
    return PercentileRanks(np.linspace(low, high, n_points), ranks, degree, ends)
