"""Directions of descent from a saddle point, where first derivatives are 0 but no minimum is (arrays only).

A search that starts with equal values for exchangeable parameters keeps them equal, and can end on the ridge
between two minima. First derivatives are 0 on it, but the Hessian H has a negative eigenvalue, whose
eigenvector d is a direction of descent: ``f(x + t d) = f(x) + t² d'Hd / 2 + O(t³)``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import eigenvectors, first_highest, first_lowest
from intimacy_scales.numerics.tolerances import EQUAL_FALLS, EQUAL_SHARES, NEGATIVE_CURVATURE

_LENGTHS = 0.01 * 2.0 ** np.arange(7)  # of the steps that are tried along a direction


def falling_way(hessian: Floats, units: Floats | None = None) -> Floats | None:
    """Return the direction of steepest negative curvature at a stationary point (p,); None at a minimum.

    The sign is such that the first of the largest components is positive, whatever rounding error is left.

    Parameters
    ----------
    hessian
        (p, p): second derivatives where the first are 0.
    units
        (p,): the length of a unit step in each parameter; by default 1.

    Examples
    --------
    >>> falling_way(np.array([[2.0, 3.0], [3.0, 2.0]])).round(3).tolist()
    [0.707, -0.707]
    >>> falling_way(np.eye(2)) is None
    True
    """
    scaled = hessian if units is None else hessian * (units[:, None] * units)
    margin = NEGATIVE_CURVATURE * float(np.abs(scaled.diagonal()).max(initial=0))
    lifted = scaled.copy()
    lifted.ravel()[:: len(lifted) + 1] += margin
    try:
        np.linalg.cholesky(lifted)
    except np.linalg.LinAlgError:
        direction: Floats = eigenvectors(scaled, NEGATIVE_CURVATURE)[1][:, 0]
        # near the ridge, not exactly on it, equal components of the direction differ by rounding error
        direction = direction * np.sign(direction[first_highest(np.abs(direction), EQUAL_SHARES)])
        return direction * (1.0 if units is None else units)
    return None


def lower_sides(direction: Floats, value: Callable[[Floats], float], start: float) -> list[Floats]:
    """Return the step to the lowest point on the lower side of a saddle point; both if equally low.

    A search stops near the ridge, not exactly on it, so that the values of mirror images differ by a small
    share of their distance below it. The first side is the one on which the largest parameter decreases.

    Parameters
    ----------
    direction
        (p,): the direction.
    value
        The function's value after a step; infinite outside its domain.
    start
        The value without a step.

    Examples
    --------
    >>> steps = lower_sides(np.array([1.0]), lambda step: float(step[0] ** 4 - step[0] ** 2), 0.0)
    >>> [round(float(step[0]), 2) for step in steps]
    [-0.64, 0.64]
    """
    ends = []
    for side in (-1.0, 1.0):
        steps = [side * length * direction for length in _LENGTHS]
        values = np.array([value(step) for step in steps])
        if np.isfinite(values).any():
            lowest = first_lowest(np.where(np.isfinite(values), values, np.nan))
            ends.append((steps[lowest], start - float(values[lowest])))
    fall = max((fall for _, fall in ends), default=0.0)
    return [step for step, drop in ends if fall > 0 and drop >= (1 - EQUAL_FALLS) * fall]
