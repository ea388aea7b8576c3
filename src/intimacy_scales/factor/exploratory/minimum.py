"""Where an objective of uniquenesses is smallest (arrays only).

A search goes down by Newton steps to where no derivative is left. That may be a saddle: where items are
alike, a search that begins alike stays on the ridge between two valleys. So the second derivatives are looked
at too, and where the objective falls along some way, the search goes on along it. Of several valleys another
start may find a deeper one.
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
from intimacy_scales.numerics.tolerances import SAME

TOLERANCE = 1e-8
_STEPS = 50
_SHORTEST = 1e-9
SUFFICIENT = 1e-4
_RIDGE = 1e-3
_NEAR = 0.01  # derivatives near a saddle: to wait for 0 would let rounding grow, and it decide the side
_CLOSE = 0.02  # in the same units: there is one minimum within
_ALIKE = 1e-4  # uniquenesses that differ by less belong to one minimum


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


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Where a search came to rest: the place, the largest free derivative there, and the steps taken."""

    point: Point
    largest: float
    steps: int


def minimum(objective: Objective, starts: Floats, tolerance: float, usual: int) -> tuple[Rest, int, float]:
    """Return where the objective is smallest, how many starts there were, and the share that came there.

    Of minima as low as each other, such as mirror images, the one whose first items have the smallest
    uniquenesses is taken; of starts that came to it, the first.

    Parameters
    ----------
    objective
        What is minimized.
    starts
        (starts, p).
    tolerance
        How small the derivatives must become.
    usual
        How many of the starts are enough where all of them agree.

    Raises
    ------
    NotConvergedError
        No start settled.
    """
    first = _settled(objective, starts[0], tolerance)
    found = [first]
    for start in starts[1:]:
        if len(found) == usual and _lowest(found, tolerance)[1] == 1:
            break
        found.append(_newton(objective, start, tolerance, found))
    best, agreement = _lowest(found, tolerance)
    if best is None:
        raise NotConvergedError(
            f"the factors did not settle in {first.steps} steps (largest derivative "
            f"{first.largest:.1g}); extract fewer factors, leave out items with almost nothing in common "
            "with others, or try the other method"
        )
    return best, len(found), agreement


def _lowest(found: Sequence[Rest], tolerance: float) -> tuple[Rest | None, float]:
    """Return the lowest minimum that was settled in, and the share of searches that came to as low a one."""
    there = [rest for rest in found if rest.largest <= tolerance]
    if not there:
        return None, 0.0
    values = np.array([rest.point.value for rest in there])
    best = np.flatnonzero(values <= values.min() + SAME * (1 + abs(float(values.min()))))
    places = np.array([there[i].point.at for i in best])
    return there[best[descending(-places, _ALIKE)[0]]], len(best) / len(found)


def _settled(objective: Objective, start: Floats, tolerance: float) -> Rest:
    """Return where a search comes to rest; where Newton steps do not settle, slower ones come before."""
    rest = _newton(objective, start, tolerance)
    if rest.largest > tolerance:
        again = _newton(objective, _quasi_newton(objective, rest.point.at), tolerance)
        rest = Rest(again.point, again.largest, rest.steps + again.steps)
    return rest


def _newton(objective: Objective, start: Floats, tolerance: float, found: Sequence[Rest] = ()) -> Rest:
    """Take Newton steps inside the bounds (Bertsekas, 1982) until they lead no further down.

    Of what no bound holds; by the convex part of the second derivatives alone where the whole is not. Or
    until they come close to where an earlier search came to rest: the last steps would only lead there.
    """
    low, high = objective.bounds
    point = objective.point(start)
    for step in range(_STEPS):
        for rest in found:
            if rest.largest <= tolerance and np.abs(rest.point.at - point.at).max() < _CLOSE:
                return rest
        slope = point.gradient
        held = ((point.at <= low) & (slope > 0)) | ((point.at >= high) & (slope < 0))
        free = np.flatnonzero(~held)
        largest = float(np.abs(slope[free]).max(initial=0))
        (hessian, convex), after = objective.curvature(point), None
        if len(free) < len(slope):
            square = (free[:, None], free)
            hessian, convex = hessian[square], convex[square]
        valley = _is_positive_definite(hessian)
        if largest <= _NEAR and not valley:
            after = _off_saddle(objective, point, hessian, free)
        if after is None and largest > tolerance:
            way, bends = np.zeros(len(slope)), hessian if valley else convex + _RIDGE * np.eye(len(free))
            way[free] = np.linalg.solve(bends, -slope[free])
            after = _descent(objective, point, way)
        if after is None:
            return Rest(point, largest, step)
        point = after
    return Rest(point, largest, _STEPS)


def _is_positive_definite(matrix: Floats) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _descent(objective: Objective, point: Point, step: Floats) -> Point | None:
    """Take the step, shortened until it leads down; None where it never does."""
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
    """Return a place further down the way along which a saddle falls most; None at a minimum.

    The way leads down to both sides. The lower one is taken; where they are as low, the one on which the
    first of the uniquenesses that change most becomes smaller. The second derivatives are of the free ones.
    """
    inner = falling_way(hessian)
    if inner is None:
        return None
    way = np.zeros(len(point.at))
    way[free] = inner

    def moved(step: Floats) -> Point:
        return objective.point(np.clip(point.at + step, *objective.bounds))

    for step in lower_sides(way, lambda step: moved(step).value, point.value):
        end = moved(step)
        return end if end.value < point.value - 10 * point.rounding else None
    return None


def _quasi_newton(objective: Objective, start: Floats) -> Floats:
    """Return what a slower search finds that needs no second derivatives."""
    from scipy.optimize import minimize

    def both(at: Floats) -> tuple[float, Floats]:
        point = objective.point(at)
        return point.value, point.gradient

    bounds = [objective.bounds] * len(start)
    options = {"maxiter": 2000, "maxfun": 5000, "ftol": 0.0, "gtol": TOLERANCE / 10}
    search: Any = minimize  # its stubs know no options of one method
    found: Floats = search(both, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return found
