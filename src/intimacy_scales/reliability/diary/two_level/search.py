"""Search for the maximum likelihood estimates of a two-level model (arrays only)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.saddles import falling_way, lower_sides
from intimacy_scales.numerics.progress import steps as reported_steps
from intimacy_scales.numerics.ties import first_lowest
from intimacy_scales.numerics.tolerances import (
    NO_ANSWER_INFORMATION,
    SAME_TWO_LEVEL_MAXIMUM,
    SINGULAR,
    TWO_LEVEL_ROUNDING,
)
from intimacy_scales.reliability.diary.two_level.likelihood import (
    ClusterMoments,
    Floats,
    Point,
    likelihood_at,
)

_SCORING_STEPS, _NEWTON_STEPS, _HALVINGS = 40, 30, 30
_CONVERGED = 1e-10  # expected decrease of -2 log likelihood by a further step
_DIFFERENCE_STEP = 1e-5  # of numerical second derivatives, with standardized items
_RIDGE = 1e-10  # of a diagonal element of the information, added so that a step can be solved for
_LEAST_CURVATURE = 1e-8  # of the largest eigenvalue of the second derivatives
_FALL_OFF_SADDLE = 1e-6  # least decrease of -2 log likelihood next to a saddle point
LOWEST_RESIDUAL = -4.0  # of an item's variance: below it, a residual variance diverges to minus infinity


class CovarianceModel(ABC):
    """Covariance matrices within and between persons (W, B) as a function of parameters."""

    def __init__(self, k: int) -> None:
        self.k = k

    @abstractmethod
    def matrices(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return W and B (k, k)."""

    @abstractmethod
    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return the derivatives of W and of B by each parameter (p, k, k)."""

    @abstractmethod
    def starts(self, data: ClusterMoments) -> list[Floats]:
        """Return starting values (p,), each in the domain of the likelihood."""

    @abstractmethod
    def units(self, sds: Floats) -> Floats:
        """Return the unit of each parameter (p,) for items with these standard deviations."""

    def lowest(self, *, nonnegative: bool) -> Floats:
        """Return the lowest value of each parameter (p,)."""
        del nonnegative
        return np.full(len(self.units(np.ones(self.k))), -np.inf)


def gradient_and_information(point: Point, model: CovarianceModel, theta: Floats) -> tuple[Floats, Floats]:
    """Return the gradient of the deviance (p,), and twice the expected information (p, p).

    With dW_i and dB_i the derivatives of W and B by parameter i, and df = N - J:
    ``gradient_i = tr(dev_W dW_i) + tr(dev_B dB_i)`` and ``2 information_ij = df tr(W^-1 dW_i W^-1 dW_j)
    + sum_s n_s tr(T_s^-1 (dW_i + s dB_i) T_s^-1 (dW_j + s dB_j))``.
    """
    within, between = model.derivatives(theta)
    p = len(theta)
    w, b = ((point.axes @ d @ point.axes.T).reshape(p, -1) for d in (within, between))
    gradient = w @ point.by_within.ravel() + b @ point.by_between.ravel()
    within_within, within_between, between_between = (weights.ravel() for weights in point.products)
    crossed = (w * within_between) @ b.T
    return gradient, (w * within_within) @ w.T + crossed + crossed.T + (b * between_between) @ b.T


def _hessian(data: ClusterMoments, model: CovarianceModel, theta: Floats) -> Floats | None:
    """Return second derivatives (p, p) of the deviance by central differences; None at the domain's edge."""
    rows = []
    for i in range(len(theta)):
        ends = []
        for sign in (-1, 1):
            moved = theta.copy()
            moved[i] += sign * _DIFFERENCE_STEP
            point = likelihood_at(data, *model.matrices(moved))
            if point is None:
                return None
            ends.append(gradient_and_information(point, model, moved)[0])
        rows.append((ends[1] - ends[0]) / (2 * _DIFFERENCE_STEP))
    symmetric: Floats = (np.array(rows) + np.array(rows).T) / 2
    return symmetric


def _positive_hessian(data: ClusterMoments, model: CovarianceModel, theta: Floats) -> Floats | None:
    """Return second derivatives (p, p) with eigenvalues made positive; None at the domain's edge."""
    hessian = _hessian(data, model, theta)
    if hessian is None:
        return None
    values, vectors = np.linalg.eigh(hessian)
    sizes = np.abs(values)
    positive: Floats = vectors * np.maximum(sizes, _LEAST_CURVATURE * sizes.max()) @ vectors.T
    return positive


def _step(curvature: Floats, gradient: Floats, at_bound: NDArray[np.bool_]) -> tuple[Floats, bool]:
    """Return a step within bounds, and whether only the gradient holds parameters at their bounds.

    A parameter at its bound stays there if the gradient, or else the step, would take it beyond.
    """
    held = at_bound & (gradient >= 0)
    held_by_gradient = held.copy()
    while True:
        free, step = np.flatnonzero(~held), np.zeros(len(gradient))
        free_curvature = curvature[np.ix_(free, free)]
        ridge = _RIDGE * np.diag(np.maximum(np.diag(free_curvature), _RIDGE))
        step[free] = -np.linalg.solve(free_curvature + ridge, gradient[free])
        beyond_bound = at_bound & ~held & (step < 0)
        if not beyond_bound.any():
            return step, bool(np.array_equal(held, held_by_gradient))
        held |= beyond_bound


@dataclass(frozen=True, slots=True)
class Maximum:
    """A maximum of the likelihood: parameters, likelihood, sampling covariances, steps and method."""

    theta: Floats
    point: Point
    covariance: Floats
    n_iterations: int
    method: str


def maximize(data: ClusterMoments, model: CovarianceModel, *, nonnegative: bool) -> Maximum:
    """Return the highest maximum that is reached from the model's starts; items must be standardized.

    If several starts reach the same maximum, the result is that of the first of them.

    Raises
    ------
    NotConvergedError
        The search did not converge from any start.
    """
    reached = [_climb(data, model, start, nonnegative=nonnegative) for start in model.starts(data)]
    maxima = [maximum for maximum in reached if maximum is not None]
    if maxima:
        deviances = [maximum.point.deviance for maximum in maxima]
        return maxima[first_lowest(deviances, SAME_TWO_LEVEL_MAXIMUM)]
    raise NotConvergedError(
        f"the two-level model did not converge in {_SCORING_STEPS + _NEWTON_STEPS} steps; try "
        + ("" if nonnegative else "variances='nonnegative', or ")
        + "leave out items that hardly vary within or between persons, or use diary_reliability(), which "
        "needs no loadings; few persons or few occasions are the usual cause"
    )


def _climb(
    data: ClusterMoments, model: CovarianceModel, start: Floats, *, nonnegative: bool
) -> Maximum | None:
    """Return the maximum reached from a start, or None if the search does not converge.

    Fisher scoring with step halving; if it does not converge, Newton's method with numerical second
    derivatives. Steps neither lower the likelihood nor leave its domain. Saddle points are left.
    """
    lowest = model.lowest(nonnegative=nonnegative)
    theta = np.maximum(start, lowest)
    point = likelihood_at(data, *model.matrices(theta))
    scoring = True
    for iteration in reported_steps(range(1, _SCORING_STEPS + _NEWTON_STEPS + 1), "fitting two levels"):
        if point is None:
            return None
        gradient, expected = gradient_and_information(point, model, theta)
        scoring = scoring and iteration <= _SCORING_STEPS
        curvature = expected if scoring else _positive_hessian(data, model, theta)
        if curvature is None:
            return None
        step, is_complete = _step(curvature, gradient, theta <= lowest)
        if is_complete and -gradient @ step < _CONVERGED:
            if np.any(theta <= LOWEST_RESIDUAL):
                return None
            free = (theta > lowest) | (gradient < 0)
            off_saddle = _off_saddle(data, model, theta, point, free, lowest)
            if off_saddle is not None:
                theta, point = off_saddle
                continue
            covariance = _inverse_information(expected, free, data.n)
            return Maximum(theta, point, covariance, iteration, "scoring" if scoring else "newton")
        previous = theta
        theta, point = _halved_step(data, model, theta, point, step, lowest)
        if theta is previous:
            if not scoring:
                return None
            scoring = False
    return None


def _off_saddle(
    data: ClusterMoments,
    model: CovarianceModel,
    theta: Floats,
    point: Point,
    free: NDArray[np.bool_],
    lowest: Floats,
) -> tuple[Floats, Point] | None:
    """Return parameters with a lower deviance next to a saddle point, or None at a minimum.

    The deviance falls on both sides of a saddle point. The lower side is taken; if both are equally low, the
    one on which the first of the parameters that change most becomes smaller.
    """
    hessian = _hessian(data, model, theta)
    free_direction = None if hessian is None else falling_way(hessian[np.ix_(free, free)])
    if free_direction is None:
        return None
    direction = np.zeros(len(theta))
    direction[free] = free_direction

    def deviance(step: Floats) -> float:
        moved = likelihood_at(data, *model.matrices(np.maximum(theta + step, lowest)))
        return np.inf if moved is None else moved.deviance

    for step in lower_sides(direction, deviance, point.deviance):
        candidate = np.maximum(theta + step, lowest)
        moved = likelihood_at(data, *model.matrices(candidate))
        if moved is not None and moved.deviance < point.deviance - _FALL_OFF_SADDLE:
            return candidate, moved
        return None
    return None


def _halved_step(
    data: ClusterMoments, model: CovarianceModel, theta: Floats, point: Point, step: Floats, lowest: Floats
) -> tuple[Floats, Point]:
    """Return the parameters after the first of the halved steps that lowers the deviance, or none moved."""
    for halving in range(_HALVINGS):
        candidate = np.maximum(theta + step / 2**halving, lowest)
        moved = likelihood_at(data, *model.matrices(candidate))
        if moved is not None and moved.deviance <= point.deviance + TWO_LEVEL_ROUNDING * abs(point.deviance):
            return candidate, moved
    return theta, point


def _inverse_information(expected: Floats, free: NDArray[np.bool_], n: int) -> Floats:
    """Return sampling covariances of parameters (p, p), 0 for those at a bound; nan if some are undetermined.

    Answers carry hardly any information on the loadings of a factor that explains nothing.
    """
    covariance = np.zeros(expected.shape)
    information = expected[np.ix_(free, free)] / 2
    roots = np.sqrt(np.maximum(np.diag(information), 0))
    informative = bool((roots**2 > NO_ANSWER_INFORMATION * n).all())
    if not informative or np.linalg.eigvalsh(information / np.outer(roots, roots))[0] < SINGULAR:
        covariance[:] = np.nan
    else:
        covariance[np.ix_(free, free)] = np.linalg.inv(information)
    return covariance
