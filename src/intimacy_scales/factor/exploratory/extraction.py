"""Common factors of a correlation matrix, before they are rotated (arrays only).

Both methods search over the uniquenesses alone: given these, the best loadings follow from the
eigenvectors of a matrix. First and second derivatives follow from them too, so a search takes a
handful of Newton steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import descending, eigenvectors

LOWEST = 0.005
_TOLERANCE = 1e-8
_STEPS = 50
_SHORTEST = 1e-9
_SUFFICIENT = 1e-4
_ROUNDING = 1e-14
_GAP = 1e-12
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extraction:
    """Factors before rotation.

    Attributes
    ----------
    loadings
        (p, m), by descending sum of squares.
    uniquenesses
        (p,), from .005 to 1.
    objective
        What was minimized.
    gradient
        The largest derivative by a uniqueness (maximum likelihood: by its logarithm), leaving out
        those that a bound holds.
    iterations
        Newton steps.
    """

    loadings: Floats
    uniquenesses: Floats
    objective: float
    gradient: float
    iterations: int


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """An objective at one place, with the eigenvalues (ascending) and vectors that it comes from.

    ``rounding`` is how far the value may be off: of the logarithm of a small eigenvalue few digits hold.
    """

    at: Floats
    value: float
    rounding: float
    gradient: Floats
    values: Floats
    vectors: Floats


class Objective(Protocol):
    """A function of the uniquenesses, or of what stands for them."""

    bounds: tuple[float, float]

    def point(self, at: Floats) -> Point:
        """Return value and gradient."""

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and the part of them that is never negative."""


def _crossed(point: Point, weights: Floats) -> Floats:
    """Return ``sum w_kl (v_k * v_l)(v_k * v_l)'`` over vectors k that are left over and l of factors."""
    k = len(weights)
    products = point.vectors[:, :k, None] * point.vectors[:, None, k:]
    flat = products.reshape(len(products), -1)
    total: Floats = (flat * weights.ravel()) @ flat.T
    return total


class LeastSquares:
    """``1/2 sum_{k>m} l_k**2`` over eigenvalues l, descending, of ``R - diag(psi)`` (Harman & Jones, 1966).

    Parameters
    ----------
    correlations
        (p, p).
    m
        Factors.
    """

    bounds = (LOWEST, 1.0)

    def __init__(self, correlations: Floats, m: int) -> None:
        self.correlations, self.m = correlations, m

    def point(self, at: Floats) -> Point:
        """Return value and gradient ``-sum_{k>m} l_k v_ik**2``."""
        values, vectors = eigenvectors(self.correlations - np.diag(at))
        rest = values[: -self.m]
        gradient = vectors[:, : -self.m] ** 2 @ -rest
        value = float(rest @ rest) / 2
        return Point(at, value, _ROUNDING * (1 + value), gradient, values, vectors)

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and the part of them that is never negative."""
        rest, factors = point.values[: -self.m, None], point.values[-self.m :]
        left = point.vectors[:, : -self.m]
        within = (left @ left.T) ** 2
        weights = 2 * rest / np.minimum(rest - factors, -_GAP)
        return within + _crossed(point, weights), within

    def solution(self, point: Point) -> tuple[Floats, Floats]:
        """Return loadings and uniquenesses."""
        lengths = np.sqrt(np.maximum(point.values[-self.m :], 0))
        return (point.vectors[:, -self.m :] * lengths)[:, ::-1], point.at


class Likelihood:
    """``sum_{k>m} (l_k - ln l_k - 1)`` over eigenvalues l of ``psi^-1/2 R psi^-1/2`` (Jöreskog, 1967).

    Searched over the logarithms of the uniquenesses, in which it is much closer to a parabola.

    Parameters
    ----------
    correlations
        (p, p), positive definite.
    m
        Factors.
    """

    bounds = (float(np.log(LOWEST)), 0.0)

    def __init__(self, correlations: Floats, m: int) -> None:
        self.correlations, self.m = correlations, m

    def point(self, at: Floats) -> Point:
        """Return value and gradient ``sum_{k>m} (1 - l_k) v_ik**2``."""
        scale = np.exp(-at / 2)
        values, vectors = eigenvectors(self.correlations * scale[:, None] * scale)
        rest = np.maximum(values[: -self.m], np.finfo(float).tiny)
        value = float((rest - np.log(rest) - 1).sum())
        rounding = _ROUNDING * float(1 + values[-1] * np.abs(1 - 1 / rest).sum())
        return Point(at, value, rounding, vectors[:, : -self.m] ** 2 @ (1 - rest), values, vectors)

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and the part of them that is never negative."""
        rest, factors = point.values[: -self.m, None], point.values[-self.m :]
        left = point.vectors[:, : -self.m]
        within = (left * rest.T) @ left.T * (left @ left.T)
        weights = (rest - 1) * (rest + factors) / np.minimum(rest - factors, -_GAP)
        return within + _crossed(point, weights), within

    def solution(self, point: Point) -> tuple[Floats, Floats]:
        """Return loadings and uniquenesses."""
        lengths = np.sqrt(np.maximum(point.values[-self.m :] - 1, 0))
        loadings = np.exp(point.at / 2)[:, None] * point.vectors[:, -self.m :] * lengths
        return loadings[:, ::-1], np.exp(point.at)


def minres(correlations: Floats, m: int, *, tolerance: float = _TOLERANCE) -> Extraction:
    """Extract factors by minimum residuals: unweighted least squares.

    Parameters
    ----------
    correlations
        (p, p); need not be positive definite.
    m
        Factors, fewer than variables.
    tolerance
        How small the projected gradient must become.

    Returns
    -------
    Extraction

    Raises
    ------
    NotConvergedError
        The search did not settle.

    Notes
    -----
    Minimizes the sum of squared residual correlations (Harman & Jones, 1966) in the form of Jöreskog
    (1977), with uniquenesses from .005 to 1: half the sum of squares of the p - m smallest eigenvalues
    of ``R - diag(psi)``.

    Examples
    --------
    >>> loadings = np.array([0.9, 0.8, 0.7, 0.6])
    >>> matrix = np.outer(loadings, loadings)
    >>> np.fill_diagonal(matrix, 1)
    >>> minres(matrix, 1).uniquenesses.round(6)
    array([0.19, 0.36, 0.51, 0.64])
    """
    objective = LeastSquares(correlations, m)
    point, gradient, steps = _minimum(objective, _first(correlations, m), tolerance)
    return _extracted(*objective.solution(point), point.value, gradient, steps)


def ml(correlations: Floats, m: int, *, tolerance: float = _TOLERANCE) -> Extraction:
    """Extract factors by maximum likelihood.

    Parameters
    ----------
    correlations
        (p, p), positive definite.
    m, tolerance
        As in `minres`.

    Returns
    -------
    Extraction

    Raises
    ------
    EstimationError
        The correlations are not positive definite.
    NotConvergedError
        The search did not settle.

    Notes
    -----
    Minimizes ``tr(S^-1 R) - ln det(S^-1 R) - p`` with ``S = L L' + diag(psi)`` (Lawley, 1940), reduced to
    the uniquenesses as by Jöreskog (1967), with exact second derivatives (Clarke, 1970), here of log
    uniquenesses.

    Examples
    --------
    >>> loadings = np.array([0.9, 0.8, 0.7, 0.6])
    >>> matrix = np.outer(loadings, loadings)
    >>> np.fill_diagonal(matrix, 1)
    >>> ml(matrix, 1).uniquenesses.round(6)
    array([0.19, 0.36, 0.51, 0.64])
    """
    smallest = float(np.linalg.eigvalsh(correlations)[0])
    if not smallest > _GAP:
        raise EstimationError(
            f"the correlations are not positive definite (smallest eigenvalue {smallest:.3g}), and have no "
            "likelihood; use method='minres', leave out items that repeat each other, or use "
            "missing='listwise'"
        )
    objective = Likelihood(correlations, m)
    point, gradient, steps = _minimum(objective, np.log(_first(correlations, m)), tolerance)
    return _extracted(*objective.solution(point), point.value, gradient, steps)


def _extracted(loadings: Floats, psi: Floats, value: float, gradient: float, steps: int) -> Extraction:
    order = descending((loadings**2).sum(axis=0))
    return Extraction(
        loadings=loadings[:, order],
        uniquenesses=psi,
        objective=value,
        gradient=gradient,
        iterations=steps,
    )


def _first(correlations: Floats, m: int) -> Floats:
    """Return the uniquenesses that a search starts with (Jöreskog, 1967)."""
    values, vectors = np.linalg.eigh(correlations)
    inverse = vectors**2 @ (1 / np.maximum(values, _RIDGE))
    start: Floats = np.clip((1 - m / (2 * len(correlations))) / inverse, LOWEST, 1)
    return start


def _minimum(objective: Objective, start: Floats, tolerance: float) -> tuple[Point, float, int]:
    """Return where the objective is smallest, the largest free derivative there, and the steps taken."""
    point, largest, steps = _newton(objective, start, tolerance)
    if largest > tolerance:
        point, largest, more = _newton(objective, _quasi_newton(objective, point.at), tolerance)
        steps += more
    if largest > tolerance:
        raise NotConvergedError(
            f"the factors did not settle in {steps} steps (largest derivative {largest:.1g}); extract fewer "
            "factors, leave out items with almost nothing in common with others, or try the other method"
        )
    return point, largest, steps


def _newton(objective: Objective, start: Floats, tolerance: float) -> tuple[Point, float, int]:
    """Take Newton steps inside the bounds (Bertsekas, 1982) until they lead no further down."""
    low, high = objective.bounds
    point = objective.point(start)
    for step in range(_STEPS):
        slope = point.gradient
        held = ((point.at <= low) & (slope > 0)) | ((point.at >= high) & (slope < 0))
        largest = float(np.abs(slope[~held]).max(initial=0))
        if largest <= tolerance:
            return point, largest, step
        after = _descent(objective, point, _direction(objective.curvature(point), slope, held))
        if after is None:
            return point, largest, step
        point = after
    return point, largest, _STEPS


def _direction(curvature: tuple[Floats, Floats], slope: Floats, held: NDArray[np.bool_]) -> Floats:
    """Return the Newton step of what no bound holds; by the convex part alone where the whole is not."""
    free = np.flatnonzero(~held)
    square = np.ix_(free, free)
    hessian, convex = (matrix[square] for matrix in curvature)
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        hessian = convex + _RIDGE * np.eye(len(free))
    step = np.zeros(len(slope))
    step[free] = np.linalg.solve(hessian, -slope[free])
    return step


def _descent(objective: Objective, point: Point, step: Floats) -> Point | None:
    """Take the step, shortened until it leads down; None where it never does."""
    length = 1.0
    while length > _SHORTEST:
        moved = np.clip(point.at + length * step, *objective.bounds)
        after = objective.point(moved)
        expected = _SUFFICIENT * min(float(point.gradient @ (moved - point.at)), 0.0)
        if after.value <= point.value + expected + point.rounding:
            return after
        length /= 2
    return None


def _quasi_newton(objective: Objective, start: Floats) -> Floats:
    """Return what a slower search finds that needs no second derivatives."""
    from scipy.optimize import minimize

    def both(at: Floats) -> tuple[float, Floats]:
        point = objective.point(at)
        return point.value, point.gradient

    bounds = [objective.bounds] * len(start)
    options = {"maxiter": 2000, "maxfun": 5000, "ftol": 0.0, "gtol": _TOLERANCE / 10}
    search: Any = minimize  # its stubs know no options of one method
    found: Floats = search(both, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return found
