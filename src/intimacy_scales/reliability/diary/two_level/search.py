"""The most likely parameters of occasions in persons (arrays only)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.saddles import falling_way, lower_sides
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.numerics.ties import first_lowest
from intimacy_scales.reliability.diary.two_level.likelihood import (
    ClusterMoments,
    Floats,
    Point,
    likelihood_at,
)

_SCORING, _NEWTON, _HALVINGS = 40, 30, 30
_SETTLED = 1e-10  # what is still to be gained, in -2 log likelihood
_ROUNDING = 1e-14
_STEP = 1e-5  # of numerical second derivatives, with standardized items
_SINGULAR = 1e-10
_SILENT = 1e-8  # information of one answer on a parameter
_ONE = 1e-11  # of -2 log likelihood: maxima that differ by less are one
_LOWER = 1e-6  # by how much of it, at least, what lies beside a saddle is lower
LOWEST = -4.0  # a residual variance, with that of the item as 1: below, it is on its way to minus infinity


class CovarianceModel(ABC):
    """Which covariance matrices are possible: a function of parameters."""

    def __init__(self, k: int) -> None:
        self.k = k

    @abstractmethod
    def matrices(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return W and B (k, k)."""

    @abstractmethod
    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return those of W and of B by each parameter (p, k, k)."""

    @abstractmethod
    def starts(self, data: ClusterMoments) -> list[Floats]:
        """Return parameters (p,) to begin at, each in the domain of the likelihood."""

    @abstractmethod
    def units(self, sds: Floats) -> Floats:
        """Return the unit of each parameter (p,) for items with these standard deviations."""

    def lowest(self, *, nonnegative: bool) -> Floats:
        """Return the lowest value of each parameter (p,)."""
        del nonnegative
        return np.full(len(self.units(np.ones(self.k))), -np.inf)


def slopes(point: Point, model: CovarianceModel, theta: Floats) -> tuple[Floats, Floats]:
    """Return the gradient of the deviance (p,), and twice the expected information (p, p)."""
    within, between = model.derivatives(theta)
    p = len(theta)
    w, b = ((point.axes @ d @ point.axes.T).reshape(p, -1) for d in (within, between))
    gradient = w @ point.by_within.ravel() + b @ point.by_between.ravel()
    one, two, three = (weights.ravel() for weights in point.products)
    crossed = (w * two) @ b.T
    return gradient, (w * one) @ w.T + crossed + crossed.T + (b * three) @ b.T


def _hessian(data: ClusterMoments, model: CovarianceModel, theta: Floats) -> Floats | None:
    """Return second derivatives (p, p) of the deviance; None at an edge."""
    found = []
    for i in range(len(theta)):
        ends = []
        for sign in (-1, 1):
            moved = theta.copy()
            moved[i] += sign * _STEP
            point = likelihood_at(data, *model.matrices(moved))
            if point is None:
                return None
            ends.append(slopes(point, model, moved)[0])
        found.append((ends[1] - ends[0]) / (2 * _STEP))
    symmetric: Floats = (np.array(found) + np.array(found).T) / 2
    return symmetric


def _observed(data: ClusterMoments, model: CovarianceModel, theta: Floats) -> Floats | None:
    """Return second derivatives (p, p) of the deviance, made positive definite; None at an edge."""
    hessian = _hessian(data, model, theta)
    if hessian is None:
        return None
    values, vectors = np.linalg.eigh(hessian)
    positive: Floats = vectors * np.maximum(np.abs(values), 1e-8 * np.abs(values).max()) @ vectors.T
    return positive


def _step(curvature: Floats, gradient: Floats, at_bound: NDArray[np.bool_]) -> tuple[Floats, bool]:
    """Return a step, and whether it is that of everything not held at its bound by the gradient."""
    held = at_bound & (gradient >= 0)
    first = held.copy()
    while True:
        free, step = np.flatnonzero(~held), np.zeros(len(gradient))
        inner = curvature[np.ix_(free, free)]
        ridge = _SINGULAR * np.diag(np.maximum(np.diag(inner), _SINGULAR))
        step[free] = -np.linalg.solve(inner + ridge, gradient[free])
        outwards = at_bound & ~held & (step < 0)
        if not outwards.any():
            return step, bool(np.array_equal(held, first))
        held |= outwards


@dataclass(frozen=True, slots=True)
class Found:
    """A maximum of the likelihood: parameters, what it is there, their covariances, and how it was found."""

    theta: Floats
    point: Point
    covariance: Floats
    n_iterations: int
    method: str


def maximize(data: ClusterMoments, model: CovarianceModel, *, nonnegative: bool) -> Found:
    """Return the highest maximum that is reached from the model's starts; items must be standardized.

    Where several lead to the same one, it is that of the first.

    Raises
    ------
    NotConvergedError
        None is reached from any.
    """
    reached = [_climb(data, model, start, nonnegative=nonnegative) for start in model.starts(data)]
    settled = [found for found in reached if found is not None]
    if settled:
        return settled[first_lowest([found.point.deviance for found in settled], _ONE)]
    raise NotConvergedError(
        f"the two-level model did not settle in {_SCORING + _NEWTON} steps; try "
        + ("" if nonnegative else "variances='nonnegative', or ")
        + "leave out items that hardly vary within or between persons, or use diary_reliability(), which "
        "needs no loadings; few persons or few occasions are the usual cause"
    )


def _climb(data: ClusterMoments, model: CovarianceModel, start: Floats, *, nonnegative: bool) -> Found | None:
    """Return the maximum above a start, or None where the search does not settle.

    Fisher scoring with halved steps; where that does not settle, Newton's method with numerical second
    derivatives. Neither goes down, nor leaves the domain. A saddle is left.
    """
    lowest = model.lowest(nonnegative=nonnegative)
    theta = np.maximum(start, lowest)
    point = likelihood_at(data, *model.matrices(theta))
    scoring = True
    for iteration in told_steps(range(1, _SCORING + _NEWTON + 1), "fitting two levels"):
        if point is None:
            return None
        gradient, expected = slopes(point, model, theta)
        scoring = scoring and iteration <= _SCORING
        curvature = expected if scoring else _observed(data, model, theta)
        if curvature is None:
            return None
        step, whole = _step(curvature, gradient, theta <= lowest)
        if whole and -gradient @ step < _SETTLED:
            if np.any(theta <= LOWEST):
                return None
            free = (theta > lowest) | (gradient < 0)
            below = _off_saddle(data, model, theta, point, free, lowest)
            if below is not None:
                theta, point = below
                continue
            covariance = _inverse_information(expected, free, data.n)
            return Found(theta, point, covariance, iteration, "scoring" if scoring else "newton")
        before = theta
        theta, point = _moved(data, model, theta, point, step, lowest)
        if theta is before:
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
    """Return a place with a lower deviance beside a saddle, or None at a minimum.

    The deviance falls to both sides of a saddle. The lower side is taken; where they are as low, the one on
    which the first of the parameters that change most becomes smaller.
    """
    hessian = _hessian(data, model, theta)
    inner = None if hessian is None else falling_way(hessian[np.ix_(free, free)])
    if inner is None:
        return None
    way = np.zeros(len(theta))
    way[free] = inner

    def deviance(step: Floats) -> float:
        there = likelihood_at(data, *model.matrices(np.maximum(theta + step, lowest)))
        return np.inf if there is None else there.deviance

    for step in lower_sides(way, deviance, point.deviance):
        end = np.maximum(theta + step, lowest)
        there = likelihood_at(data, *model.matrices(end))
        return (end, there) if there is not None and there.deviance < point.deviance - _LOWER else None
    return None


def _moved(
    data: ClusterMoments, model: CovarianceModel, theta: Floats, point: Point, step: Floats, lowest: Floats
) -> tuple[Floats, Point]:
    """Return where a step leads that lowers the deviance, or where we are if none does."""
    for halving in range(_HALVINGS):
        candidate = np.maximum(theta + step / 2**halving, lowest)
        there = likelihood_at(data, *model.matrices(candidate))
        if there is not None and there.deviance <= point.deviance + _ROUNDING * abs(point.deviance):
            return candidate, there
    return theta, point


def _inverse_information(expected: Floats, free: NDArray[np.bool_], n: int) -> Floats:
    """Return covariances of parameters (p, p), 0 of those at a bound; nan where some are not determined.

    The n answers to standardized items say next to nothing of the loadings of a factor that explains nothing.
    """
    covariance = np.zeros(expected.shape)
    inner = expected[np.ix_(free, free)] / 2
    sds = np.sqrt(np.maximum(np.diag(inner), 0))
    if not (sds**2 > _SILENT * n).all() or np.linalg.eigvalsh(inner / np.outer(sds, sds))[0] < _SINGULAR:
        covariance[:] = np.nan
    else:
        covariance[np.ix_(free, free)] = np.linalg.inv(inner)
    return covariance
