"""The search for the least discrepancy of a model in one or several groups (arrays only)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.growing_loading import lead_of_loading
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.saddles import falling_way, lower_sides
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.numerics.ties import descending

_STEPS = 200
_DONE = 1e-15  # of -logL / n, what another Newton step would gain
_DONE_CORRECTED = 1e-22  # the same of steps by corrected second derivatives, which end less suddenly
_NEAR = 1e-3
_LATELY = 20  # steps over which it is seen that a search runs off
_LOOKED_NEAR = frozenset({4, 8, 12, 16, 24, 32, 64, 128})  # steps at which it is seen where a loading leads
_LOOKED_FAR = frozenset({3, 8})
_AHEAD_NEAR, _AHEAD_FAR = 15, 6  # steps that are taken to see it
_NOTHING = 0.1  # of the gain that one step promises
_HALVINGS = 25


class RanOffError(NotConvergedError):
    """A search along which the discrepancy falls without end; `way` (n_free,) is how far it went lately."""

    def __init__(self, message: str, way: Floats) -> None:
        super().__init__(message)
        self.way = way


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """Where a search came to rest.

    Attributes
    ----------
    at
        The model there.
    iterations
        Steps it took.
    hessian, information
        (n_free, n_free): the observed information there, and `Problem.average_information`; None in results,
        which do not keep them.
    """

    at: Evaluation
    iterations: int
    hessian: Floats | None = None
    information: Floats | None = None


class _Newton:
    """Newton steps, each place's second derivatives worked out once.

    With many patterns of missing answers these cost ten times what the likelihood does. There, second
    derivatives that each step corrects (Broyden, 1970; Fletcher, 1970; Goldfarb, 1970; Shanno, 1970) serve
    as long as they lead to the maximum fast, from the information of Fisher scoring on.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._exact: Evaluation | None = None
        self._hessian: Floats = np.zeros((0, 0))  # where that is
        self._left: Evaluation | None = None
        self._matrix: Floats | None = None  # what the step from there was made with
        self._step: Floats | None = None
        self._gain = np.inf
        self.done = _DONE_CORRECTED if problem.is_stacked else _DONE

    def hessian(self, at: Evaluation) -> Floats:
        """Return the observed information at some values."""
        if self._exact is not at:
            self._exact, self._hessian = at, self._problem.observed_information(at)
        return self._hessian

    def step(self, at: Evaluation, damping: float) -> Floats | None:
        """Return a step, or None where the observed information is not positive definite."""
        if damping == 0 and self._left is at:
            return self._step
        step, gain, matrix = None, np.inf, None
        if damping == 0 and self._problem.is_stacked:
            matrix = self._corrected(at)
            step, gain = _step_and_gain(matrix, at, 0.0)
        if step is None or not gain < _FALL * self._gain:
            matrix = self.hessian(at)
            step, gain = _step_and_gain(matrix, at, damping)
        self._left, self._matrix, self._step, self._gain = at, matrix, step, gain
        if damping:
            self._left = None
        return step

    def _corrected(self, at: Evaluation) -> Floats:
        """Return second derivatives that fit how the first changed since the last place."""
        if self._left is None or self._matrix is None:
            return self._problem.average_information(at)
        step, change = at.values - self._left.values, at.gradient - self._left.gradient
        bend, own = float(step @ change), self._matrix @ step
        if bend <= 0:
            return self.hessian(at)
        return self._matrix + np.outer(change, change) / bend - np.outer(own, own) / float(step @ own)


def _step_and_gain(hessian: Floats, at: Evaluation, damping: float) -> tuple[Floats | None, float]:
    step = _solved(hessian, at.gradient, damping)
    return step, np.inf if step is None else float(-step @ at.gradient)


def maximize(
    problem: Problem, start: Floats, *, at: Evaluation | None = None, max_iterations: int = _STEPS
) -> Optimum:
    """Find the maximum of a likelihood, or the minimum of another discrepancy.

    By Fisher scoring, and by Newton steps once it is near. Where the search comes to rest on a saddle, it
    goes on from below it. ``at`` is the model at the start, where that is known.

    Raises
    ------
    NotConvergedError
        No covariance matrix at the start, or no end within so many steps; says what to try.
    """
    at = problem.evaluate(start) if at is None else at
    if at is None:
        raise NotConvergedError(
            "the start values imply no covariance matrix: give others with start(...) in the model"
        )
    steps = 0
    while True:
        newton = _Newton(problem)
        optimum = _at_rest(problem, newton, at, steps, max_iterations)
        hessian, information = newton.hessian(optimum.at), problem.average_information(optimum.at)
        below = _off_saddle(problem, optimum.at, hessian, information.diagonal())
        if below is None:
            return replace(optimum, hessian=hessian, information=information)
        at, steps = below, optimum.iterations


def _at_rest(problem: Problem, newton: _Newton, at: Evaluation, steps: int, max_iterations: int) -> Optimum:
    """Return where the search comes to rest that has taken some steps already."""
    damping, near = 0.0, False
    passed: deque[tuple[Evaluation, float]] = deque(maxlen=_LATELY + 1)
    for step in told_steps(range(steps, max_iterations), "fitting the model"):
        direction, gain, near = _direction(problem, newton, at, damping, near=near)
        if gain < _ROUNDING:
            return _finished(problem, newton, at, step)
        passed.append((at, gain))
        if step - steps in (_LOOKED_NEAR if near else _LOOKED_FAR):
            further = _along_a_loading(problem, at, near=near)
            if further is not None:
                at, damping = further, 0.0
                continue
        if _runs_off(passed):
            raise RanOffError(
                f"no {problem.discrepancy.sought}: after {step} steps the search runs off, to ever less gain",
                np.abs(at.values) - np.abs(passed[0][0].values),
            )
        found = _descend(problem, at, direction)
        if found is None:
            if damping > _MOST_DAMPING:
                break
            damping, near = max(10 * damping, 1e-4), False
            continue
        at, damping = found, damping / 10 if damping > _LEAST_DAMPING else 0.0
    raise NotConvergedError(
        f"no {problem.discrepancy.sought} within {max_iterations} steps (largest derivative "
        f"{float(np.abs(at.gradient).max()):.2g})"
    )


def _along_a_loading(problem: Problem, at: Evaluation, *, near: bool) -> Evaluation | None:
    """Return a more likely place to which the largest loading leads, or None where it leads to none.

    Far from a maximum it is only seen whether the loading grows for ever.

    Raises
    ------
    RanOffError
        It does.
    """
    lead = lead_of_loading(problem, at, _path, _AHEAD_NEAR if near else _AHEAD_FAR)
    if lead is None:
        return None
    if lead.grows is not None:
        way = np.zeros(len(at.values))
        way[lead.grows] = 1.0
        raise RanOffError("no maximum of the likelihood: it rises for ever as a loading grows", way)
    found = problem.evaluate(lead.values) if near and lead.values is not None else None
    return found if found is not None and found.value < at.value else None


def _path(problem: Problem, start: Floats) -> Iterator[Evaluation]:
    """Yield where a search goes from some values, as long as plain steps lead upwards."""
    at, newton, near = problem.evaluate(start), _Newton(problem), False
    while at is not None:
        yield at
        direction, gain, near = _direction(problem, newton, at, 0.0, near=near)
        if gain < _ROUNDING:
            yield _finished(problem, newton, at, 0).at
            return
        at = _descend(problem, at, direction)


def _runs_off(passed: Sequence[tuple[Evaluation, float]]) -> bool:
    """Whether late steps promise as much as earlier ones, and all of them gained next to nothing of it.

    Near a maximum what steps promise falls by the square; along a likelihood that rises for ever, it stays.
    """
    if len(passed) <= _LATELY:
        return False
    gains = [gain for _, gain in passed]
    earlier, late = max(gains[: _LATELY // 2]), min(gains[_LATELY // 2 :])
    return late > earlier / 2 and passed[0][0].value - passed[-1][0].value < _NOTHING * late


def _off_saddle(problem: Problem, at: Evaluation, hessian: Floats, scale: Floats) -> Evaluation | None:
    """Return a more likely place beside a saddle, or None at a maximum.

    ``scale`` is the information on each parameter. On both sides of a saddle the likelihood rises. The more
    likely side is taken; where they are as likely, as with mirror images, the one on which the first items
    have less variance of their own.
    """
    if not (scale > 0).all():
        return None
    way = falling_way(hessian, 1 / np.sqrt(scale))
    if way is None:
        return None

    def value(step: Floats) -> float:
        found = problem.evaluate(at.values + step)
        return np.inf if found is None else found.value

    ends = [problem.evaluate(at.values + step) for step in lower_sides(way, value, at.value)]
    lower = [end for end in ends if end is not None and end.value < at.value - _ROUNDING]
    return _by_own_shares(problem, lower) if lower else None


def most_likely(problem: Problem, found: Sequence[Evaluation]) -> Evaluation:
    """Return the most likely of several places; of those as likely, by the first items' own variances."""
    least = min(at.value for at in found)
    return _by_own_shares(problem, [at for at in found if at.value <= least + _AS_LIKELY])


def _by_own_shares(problem: Problem, found: Sequence[Evaluation]) -> Evaluation:
    """Return the place at which the first items have less variance of their own.

    A rule that neither rounding nor the way in which factors have their units decides.
    """
    order = descending(np.array([-problem.own_shares(at.values, at.bases) for at in found]), _SAME_SHARE)
    return found[int(order[0])]


_ROUNDING = 1e-11  # of -logL / n: a gain that may be lost in the rounding of its value
_MOST_DAMPING = 1e6
_LEAST_DAMPING = 1e-4
_FALL = 0.25
_AS_LIKELY = 1e-9  # of -logL / n
_SAME_SHARE = 1e-4  # of an item's variance


def _finished(problem: Problem, newton: _Newton, at: Evaluation, iterations: int) -> Optimum:
    """Take the last steps, whose gain the likelihood is too coarse to show.

    Whether a step so small leads up or down would be decided by rounding. The gain that yet another step
    promises is made of derivatives, which are exact to many more digits here: it must fall.
    """
    direction, gain, _ = _direction(problem, newton, at, 0.0, near=True)
    while gain >= newton.done:
        found = problem.evaluate(at.values + direction)
        if found is None:
            break
        direction, left, _ = _direction(problem, newton, found, 0.0, near=True)
        if not left < _FALL * gain:
            break
        at, gain, iterations = found, left, iterations + 1
    return Optimum(at=at, iterations=iterations)


def _direction(
    problem: Problem, newton: _Newton, at: Evaluation, damping: float, *, near: bool
) -> tuple[Floats, float, bool]:
    """Return a step, twice the gain it promises, and whether the maximum is near."""
    if near:
        step = newton.step(at, damping)
        if step is not None:
            return step, float(-step @ at.gradient), True
    information = problem.average_information(at)
    for _ in range(_HALVINGS):
        step = _solved(information, at.gradient, damping)
        if step is not None:
            break
        damping = max(10 * damping, 1e-8)
    else:
        step = -at.gradient / max(1.0, float(np.abs(at.gradient).max()))
    gain = float(-step @ at.gradient)
    return step, gain, gain < _NEAR


def _solved(information: Floats, gradient: Floats, damping: float) -> Floats | None:
    """Return the damped Newton step, or None where the information is not positive definite."""
    scale = information.diagonal()
    if not np.all(scale > 0):
        return None
    damped = information.copy()
    damped.ravel()[:: len(damped) + 1] *= 1 + damping + 1e-13
    factor, failed = dpotrf(damped, lower=1, clean=0)
    if failed:
        return None
    step: Floats = -dpotrs(factor, gradient, lower=1)[0]
    return step if np.isfinite(step).all() else None


def _descend(problem: Problem, at: Evaluation, direction: Floats) -> Evaluation | None:
    """Return a better place along a direction, or None where there is none."""
    slope, length = float(direction @ at.gradient), 1.0
    for _ in range(_HALVINGS):
        found = problem.evaluate(at.values + length * direction)
        if found is not None and found.value <= at.value + 1e-4 * length * slope:
            return found
        length *= 0.5 if found is not None else 0.3
    return None
