"""Minimization of an extraction's objective over uniquenesses (arrays only).

A search takes projected Newton steps (Bertsekas, 1982) until the gradient is 0. That may be a saddle point:
where items are exchangeable, a search with equal starts stays on the ridge between two minima. So it also
checks that the Hessian is positive definite, and otherwise continues along a direction of negative curvature.
Several starts guard against local minima.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.saddles import falling_way, lower_sides
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import descending
from intimacy_scales.numerics.tolerances import EQUAL_SHARES, SAME

TOLERANCE = 1e-8  # of the largest free derivative at a minimum
_STEPS = 50
_SHORTEST = 1e-9  # step length at which a line search gives up
SUFFICIENT = 1e-4  # share of the linearly expected fall that a step must reach (Armijo, 1966)
_RIDGE = 1e-3
_NEAR_SADDLE = 0.01  # derivatives at which curvature is checked: later, rounding error would decide the side
_SAME_VALLEY = 0.02  # distance in uniquenesses within which two searches lead to one minimum


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """An objective at one point, with the eigenvalues (ascending) and vectors that determine it.

    ``rounding`` bounds the rounding error of the value; the logarithm of a small eigenvalue is inaccurate.
    """

    at: Floats
    value: float
    rounding: float
    gradient: Floats
    values: Floats
    vectors: Floats


class Objective(Protocol):
    """A function of the uniquenesses, or of their logarithms."""

    bounds: tuple[float, float]

    def point(self, at: Floats) -> Point:
        """Return value and gradient."""

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and their positive semidefinite part."""


@dataclass(frozen=True, slots=True, eq=False)
class SearchEnd:
    """The end of a search: the point, the largest free derivative there, and the steps taken."""

    point: Point
    largest: float
    steps: int


def minimum(
    objective: Objective, starts: Floats, tolerance: float, usual: int
) -> tuple[SearchEnd, int, float]:
    """Return the lowest minimum, the number of starts, and the share of starts that reached it.

    Of equally low minima, such as mirror images, the one whose first items have the smallest uniquenesses
    is returned; of the starts that reached it, the first.

    Parameters
    ----------
    objective
        What is minimized.
    starts
        (starts, p).
    tolerance
        The largest derivative allowed at a minimum.
    usual
        The number of starts that are enough where all of them agree.

    Raises
    ------
    NotConvergedError
        No start converged.
    """
    first = _search(objective, starts[0], tolerance)
    ends = [first]
    for start in starts[1:]:
        if len(ends) == usual and _lowest(ends, tolerance)[1] == 1:
            break
        ends.append(_newton(objective, start, tolerance, ends))
    best, agreement = _lowest(ends, tolerance)
    if best is None:
        raise NotConvergedError(
            f"the extraction did not converge in {first.steps} steps (largest derivative "
            f"{first.largest:.1g}); extract fewer factors, leave out items that hardly correlate with "
            "others, or try the other method"
        )
    return best, len(ends), agreement


def _lowest(ends: Sequence[SearchEnd], tolerance: float) -> tuple[SearchEnd | None, float]:
    """Return the lowest minimum, and the share of searches that converged to one as low."""
    converged = [rest for rest in ends if rest.largest <= tolerance]
    if not converged:
        return None, 0.0
    values = np.array([rest.point.value for rest in converged])
    best = np.flatnonzero(values <= values.min() + SAME * (1 + abs(float(values.min()))))
    places = np.array([converged[i].point.at for i in best])
    return converged[best[descending(-places, EQUAL_SHARES)[0]]], len(best) / len(ends)


def _search(objective: Objective, start: Floats, tolerance: float) -> SearchEnd:
    """Return the end of a search; where Newton steps do not converge, quasi-Newton steps precede them."""
    rest = _newton(objective, start, tolerance)
    if rest.largest > tolerance:
        again = _newton(objective, _quasi_newton(objective, rest.point.at), tolerance)
        rest = SearchEnd(again.point, again.largest, rest.steps + again.steps)
    return rest


def _newton(
    objective: Objective, start: Floats, tolerance: float, earlier: Sequence[SearchEnd] = ()
) -> SearchEnd:
    """Take projected Newton steps (Bertsekas, 1982) until they do not decrease the objective.

    Each step solves ``H d = -g`` for the uniquenesses that no bound holds; where H is not positive definite,
    its positive semidefinite part and a ridge replace it. A search also ends close to the minimum of an
    earlier one, to which its last steps would lead.
    """
    low, high = objective.bounds
    point = objective.point(start)
    for step in range(_STEPS):
        for rest in earlier:
            if rest.largest <= tolerance and np.abs(rest.point.at - point.at).max() < _SAME_VALLEY:
                return rest
        slope = point.gradient
        held = ((point.at <= low) & (slope > 0)) | ((point.at >= high) & (slope < 0))
        free = np.flatnonzero(~held)
        largest = float(np.abs(slope[free]).max(initial=0))
        (hessian, convex), after = objective.curvature(point), None
        if len(free) < len(slope):
            square = (free[:, None], free)
            hessian, convex = hessian[square], convex[square]
        convex_here = _is_positive_definite(hessian)
        if largest <= _NEAR_SADDLE and not convex_here:
            after = _off_saddle(objective, point, hessian, free)
        if after is None and largest > tolerance:
            direction, curvature = (
                np.zeros(len(slope)),
                hessian if convex_here else convex + _RIDGE * np.eye(len(free)),
            )
            direction[free] = np.linalg.solve(curvature, -slope[free])
            after = _line_search(objective, point, direction)
        if after is None:
            return SearchEnd(point, largest, step)
        point = after
    return SearchEnd(point, largest, _STEPS)


def _is_positive_definite(matrix: Floats) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _line_search(objective: Objective, point: Point, step: Floats) -> Point | None:
    """Take the step, halved until the objective falls enough; None where it never does."""
    length, (low, high) = 1.0, objective.bounds
    while length > _SHORTEST:
        moved = np.minimum(np.maximum(point.at + length * step, low), high)
        after = objective.point(moved)
        expected = SUFFICIENT * min(float(point.gradient @ (moved - point.at)), 0.0)
        if after.value <= point.value + expected + point.rounding:
            return after
        length /= 2
    return None


def _off_saddle(objective: Objective, point: Point, hessian: Floats, free: NDArray[np.intp]) -> Point | None:
    """Return a lower point along the direction of negative curvature at a saddle point; None at a minimum.

    The objective falls to both sides. The lower one is taken; where both are equally low, the one on which
    the first of the uniquenesses that change most decreases. The Hessian is that of the free uniquenesses.
    """
    free_direction = falling_way(hessian)
    if free_direction is None:
        return None
    direction = np.zeros(len(point.at))
    direction[free] = free_direction

    def moved(step: Floats) -> Point:
        return objective.point(np.clip(point.at + step, *objective.bounds))

    for step in lower_sides(direction, lambda step: moved(step).value, point.value):
        lower = moved(step)
        return lower if lower.value < point.value - 10 * point.rounding else None
    return None


def _quasi_newton(objective: Objective, start: Floats) -> Floats:
    """Return the minimum of a quasi-Newton search, which needs no second derivatives."""
    from scipy.optimize import minimize

    def both(at: Floats) -> tuple[float, Floats]:
        point = objective.point(at)
        return point.value, point.gradient

    bounds = [objective.bounds] * len(start)
    options = {"maxiter": 2000, "maxfun": 5000, "ftol": 0.0, "gtol": TOLERANCE / 10}
    search: Any = minimize  # its stubs lack the options of this method
    minimizer: Floats = search(both, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return minimizer
