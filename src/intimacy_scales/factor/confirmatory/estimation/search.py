"""The search for the least discrepancy of a model in one or several groups (arrays only)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation.growing_loading import follow_largest_loading
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.saddles import falling_way, lower_sides
from intimacy_scales.numerics.progress import steps as reported_steps
from intimacy_scales.numerics.ties import descending
from intimacy_scales.numerics.tolerances import DISCREPANCY_ROUNDING, EQUAL_SHARES, EQUALLY_LIKELY

_STEPS = 200
_NEAR = 1e-3  # predicted gain below which steps are Newton's
_CONVERGED = 1e-15  # predicted gain at which Newton steps end
_CONVERGED_QUASI_NEWTON = 1e-22  # the same for quasi-Newton steps, whose gains decrease less abruptly
_FALL = 0.25  # of the predicted gain: by which a step must reduce it to count as progress
_RECENT = 20  # steps over which divergence is judged
_NO_GAIN = 0.1  # of the gain predicted for one step: if recent steps gained less in all, the search diverges
_LOADING_CHECKS_NEAR = frozenset({4, 8, 12, 16, 24, 32, 64, 128})  # steps at which a large loading is checked
_LOADING_CHECKS_FAR = frozenset({3, 8})
_STEPS_AHEAD_NEAR, _STEPS_AHEAD_FAR = 15, 6  # taken in such a check
_HALVINGS = 25
_MOST_DAMPING = 1e6
_LEAST_DAMPING = 1e-4


class DivergedError(NotConvergedError):
    """A search along which the discrepancy falls without end.

    Attributes
    ----------
    changes
        (n_free,): by how much each parameter has grown over recent steps.
    """

    def __init__(self, message: str, changes: Floats) -> None:
        super().__init__(message)
        self.changes = changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The end of a search that converged.

    Attributes
    ----------
    at
        The model at the estimates.
    iterations
        Number of steps.
    hessian, information
        (n_free, n_free): the observed information there, and `Problem.average_information`; None in results,
        which do not keep them.
    """

    at: Evaluation
    iterations: int
    hessian: Floats | None = None
    information: Floats | None = None


class _Newton:
    """Newton steps, for which the Hessian is computed once at each point.

    With many patterns of missing answers, the Hessian costs ten times as much as the likelihood. Then steps
    are those of BFGS (Broyden, 1970; Fletcher, 1970; Goldfarb, 1970; Shanno, 1970), which begins with the
    information of Fisher scoring, and the Hessian is used only where these make little progress.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._hessian_at: Evaluation | None = None
        self._hessian: Floats = np.zeros((0, 0))
        self._last: Evaluation | None = None
        self._matrix: Floats | None = None  # which gave the step from the last point
        self._step: Floats | None = None
        self._gain = np.inf
        self.converged = _CONVERGED_QUASI_NEWTON if problem.is_stacked else _CONVERGED

    def hessian(self, at: Evaluation) -> Floats:
        """Return the observed information at some values."""
        if self._hessian_at is not at:
            self._hessian_at, self._hessian = at, self._problem.observed_information(at)
        return self._hessian

    def step(self, at: Evaluation, damping: float) -> Floats | None:
        """Return a step, or None if the observed information is not positive definite."""
        if damping == 0 and self._last is at:
            return self._step
        step, gain, matrix = None, np.inf, None
        if damping == 0 and self._problem.is_stacked:
            matrix = self._updated(at)
            step, gain = _step_and_gain(matrix, at, 0.0)
        if step is None or not gain < _FALL * self._gain:
            matrix = self.hessian(at)
            step, gain = _step_and_gain(matrix, at, damping)
        self._last, self._matrix, self._step, self._gain = at, matrix, step, gain
        if damping:
            self._last = None
        return step

    def _updated(self, at: Evaluation) -> Floats:
        """Return the BFGS update ``B + y y' / s'y - B s s'B / s'B s``.

        s is the last step, y the change of the gradient along it, and B the last matrix.
        """
        if self._last is None or self._matrix is None:
            return self._problem.average_information(at)
        s, y = at.values - self._last.values, at.gradient - self._last.gradient
        sy, bs = float(s @ y), self._matrix @ s
        if sy <= 0:
            return self.hessian(at)
        return self._matrix + np.outer(y, y) / sy - np.outer(bs, bs) / float(s @ bs)


def _step_and_gain(hessian: Floats, at: Evaluation, damping: float) -> tuple[Floats | None, float]:
    """Return the step and twice the gain that it predicts."""
    step = _damped_step(hessian, at.gradient, damping)
    return step, np.inf if step is None else float(-step @ at.gradient)


def maximize(
    problem: Problem, start: Floats, *, at: Evaluation | None = None, max_iterations: int = _STEPS
) -> Optimum:
    """Find the maximum of a likelihood, or the minimum of another discrepancy.

    Steps are those of Fisher scoring, and Newton steps once the optimum is near. If the search converges to a
    saddle point, it continues from a lower point next to it. ``at`` is the model at the start, if known.

    Raises
    ------
    NotConvergedError
        No covariance matrix at the start, or no convergence within so many steps; says what to try.
    """
    at = problem.evaluate(start) if at is None else at
    if at is None:
        raise NotConvergedError(
            "the start values imply a covariance matrix that is not positive definite: give others with "
            "start(...) in the model"
        )
    steps = 0
    while True:
        newton = _Newton(problem)
        optimum = _converged(problem, newton, at, steps, max_iterations)
        hessian, information = newton.hessian(optimum.at), problem.average_information(optimum.at)
        below = _below_saddle(problem, optimum.at, hessian, information.diagonal())
        if below is None:
            return replace(optimum, hessian=hessian, information=information)
        at, steps = below, optimum.iterations


def _converged(problem: Problem, newton: _Newton, at: Evaluation, steps: int, max_iterations: int) -> Optimum:
    """Return the stationary point to which a search converges that has taken some steps already."""
    damping, near = 0.0, False
    recent: deque[tuple[Evaluation, float]] = deque(maxlen=_RECENT + 1)
    for step in reported_steps(range(steps, max_iterations), "fitting the model"):
        direction, gain, near = _direction(problem, newton, at, damping, near=near)
        if gain < DISCREPANCY_ROUNDING:
            return _refined(problem, newton, at, step)
        recent.append((at, gain))
        if step - steps in (_LOADING_CHECKS_NEAR if near else _LOADING_CHECKS_FAR):
            further = _along_largest_loading(problem, at, near=near)
            if further is not None:
                at, damping = further, 0.0
                continue
        if _diverges(recent):
            raise DivergedError(
                f"no {problem.discrepancy.sought}: after {step} steps the estimates still grow, with ever "
                "smaller gains",
                np.abs(at.values) - np.abs(recent[0][0].values),
            )
        lower = _descend(problem, at, direction)
        if lower is None:
            if damping > _MOST_DAMPING:
                break
            damping, near = max(10 * damping, 1e-4), False
            continue
        at, damping = lower, damping / 10 if damping > _LEAST_DAMPING else 0.0
    raise NotConvergedError(
        f"no {problem.discrepancy.sought} within {max_iterations} steps (largest derivative "
        f"{float(np.abs(at.gradient).max()):.2g})"
    )


def _along_largest_loading(problem: Problem, at: Evaluation, *, near: bool) -> Evaluation | None:
    """Return a more likely point in the direction of the largest loading, or None.

    Far from a maximum, this only checks whether the loading grows without bound.

    Raises
    ------
    DivergedError
        The likelihood rises without bound as this loading grows.
    """
    steps = _STEPS_AHEAD_NEAR if near else _STEPS_AHEAD_FAR
    path_end = follow_largest_loading(problem, at, _path, steps)
    if path_end is None:
        return None
    if path_end.unbounded is not None:
        changes = np.zeros(len(at.values))
        changes[path_end.unbounded] = 1.0
        raise DivergedError("no maximum of the likelihood: it keeps rising as a loading grows", changes)
    end = problem.evaluate(path_end.values) if near and path_end.values is not None else None
    return end if end is not None and end.value < at.value else None


def _path(problem: Problem, start: Floats) -> Iterator[Evaluation]:
    """Yield the points of a search from some values, as long as undamped steps lead downwards."""
    at, newton, near = problem.evaluate(start), _Newton(problem), False
    while at is not None:
        yield at
        direction, gain, near = _direction(problem, newton, at, 0.0, near=near)
        if gain < DISCREPANCY_ROUNDING:
            yield _refined(problem, newton, at, 0).at
            return
        at = _descend(problem, at, direction)


def _diverges(recent: Sequence[tuple[Evaluation, float]]) -> bool:
    """Return whether predicted gains stay as large as before, but are hardly ever achieved.

    Near a maximum, predicted gains decrease quadratically; along a likelihood that rises without bound, they
    stay the same.
    """
    if len(recent) <= _RECENT:
        return False
    gains = [gain for _, gain in recent]
    earlier, late = max(gains[: _RECENT // 2]), min(gains[_RECENT // 2 :])
    return late > earlier / 2 and recent[0][0].value - recent[-1][0].value < _NO_GAIN * late


def _below_saddle(problem: Problem, at: Evaluation, hessian: Floats, scale: Floats) -> Evaluation | None:
    """Return a more likely point next to a saddle point, or None at a maximum.

    ``scale`` is the information on each parameter. The likelihood rises on both sides of a saddle point, and
    the more likely side is taken. If both are equally likely, as mirror images are, it is the one on which
    the first items have smaller residual variances.
    """
    if not (scale > 0).all():
        return None
    direction = falling_way(hessian, 1 / np.sqrt(scale))
    if direction is None:
        return None

    def value(step: Floats) -> float:
        end = problem.evaluate(at.values + step)
        return np.inf if end is None else end.value

    ends = [problem.evaluate(at.values + step) for step in lower_sides(direction, value, at.value)]
    lower = [end for end in ends if end is not None and end.value < at.value - DISCREPANCY_ROUNDING]
    return _by_residual_shares(problem, lower) if lower else None


def most_likely(problem: Problem, points: Sequence[Evaluation]) -> Evaluation:
    """Return the most likely of several points; among equals, by the first items' residual variances."""
    least = min(at.value for at in points)
    return _by_residual_shares(problem, [at for at in points if at.value <= least + EQUALLY_LIKELY])


def _by_residual_shares(problem: Problem, points: Sequence[Evaluation]) -> Evaluation:
    """Return the point at which the first items have smaller residual variances.

    The choice depends neither on rounding errors nor on how the units of factors are set.
    """
    shares = np.array([-problem.residual_shares(at.values, at.bases) for at in points])
    return points[int(descending(shares, EQUAL_SHARES)[0])]


def _refined(problem: Problem, newton: _Newton, at: Evaluation, iterations: int) -> Optimum:
    """Take the last steps, whose gains are smaller than the rounding error of the likelihood.

    The value cannot show whether such a step leads up or down. The predicted gain of the next step can: it
    comes from derivatives, which are far more precise here, and must decrease.
    """
    direction, gain, _ = _direction(problem, newton, at, 0.0, near=True)
    while gain >= newton.converged:
        further = problem.evaluate(at.values + direction)
        if further is None:
            break
        direction, next_gain, _ = _direction(problem, newton, further, 0.0, near=True)
        if not next_gain < _FALL * gain:
            break
        at, gain, iterations = further, next_gain, iterations + 1
    return Optimum(at=at, iterations=iterations)


def _direction(
    problem: Problem, newton: _Newton, at: Evaluation, damping: float, *, near: bool
) -> tuple[Floats, float, bool]:
    """Return a step, twice the gain that it predicts, and whether the optimum is near."""
    if near:
        step = newton.step(at, damping)
        if step is not None:
            return step, float(-step @ at.gradient), True
    information = problem.average_information(at)
    for _ in range(_HALVINGS):
        step = _damped_step(information, at.gradient, damping)
        if step is not None:
            break
        damping = max(10 * damping, 1e-8)
    else:
        step = -at.gradient / max(1.0, float(np.abs(at.gradient).max()))
    gain = float(-step @ at.gradient)
    return step, gain, gain < _NEAR


def _damped_step(information: Floats, gradient: Floats, damping: float) -> Floats | None:
    """Return ``-(A + damping diag A)^-1 g`` (Marquardt, 1963), or None if that is not positive definite."""
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
    """Return a lower point along a direction that satisfies Armijo's (1966) condition, or None."""
    slope, length = float(direction @ at.gradient), 1.0
    for _ in range(_HALVINGS):
        end = problem.evaluate(at.values + length * direction)
        if end is not None and end.value <= at.value + 1e-4 * length * slope:
            return end
        length *= 0.5 if end is not None else 0.3
    return None
