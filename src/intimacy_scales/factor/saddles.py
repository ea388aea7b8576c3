"""Ways off a saddle: a place where no derivative is left, with something lower beside it (arrays only).

A search that begins alike for things that are alike never tells them apart, and comes to rest on the ridge
between two valleys. Its first derivatives do not show that; the second do.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import eigenvectors, first_highest, first_lowest

_BENT_DOWN = 1e-6  # of the largest second derivative: less may be rounding, or a valley that is flat
_LENGTHS = 0.01 * 2.0 ** np.arange(7)
_AS_LOW = 1e-4  # of the fall
_ALIKE = 1e-4  # of the largest part of a way


def falling_way(hessian: Floats, units: Floats | None = None) -> Floats | None:
    """Return the way along which a function at rest falls most (p,), one that no last bit decides; or None.

    Parameters
    ----------
    hessian
        (p, p): second derivatives where the first are 0.
    units
        (p,): what counts as a step of 1 in each parameter; by default 1.

    Examples
    --------
    >>> falling_way(np.array([[2.0, 3.0], [3.0, 2.0]])).round(3).tolist()
    [0.707, -0.707]
    >>> falling_way(np.eye(2)) is None
    True
    """
    scaled = hessian if units is None else hessian * (units[:, None] * units)
    margin = _BENT_DOWN * float(np.abs(scaled.diagonal()).max(initial=0))
    lifted = scaled.copy()
    lifted.ravel()[:: len(lifted) + 1] += margin
    try:
        np.linalg.cholesky(lifted)
    except np.linalg.LinAlgError:
        way: Floats = eigenvectors(scaled, _BENT_DOWN)[1][:, 0]
        # near the ridge, not on it, equal parts of the way are not equal to the last bits
        way = way * np.sign(way[first_highest(np.abs(way), _ALIKE)])
        return way * (1.0 if units is None else units)
    return None


def lower_sides(way: Floats, value: Callable[[Floats], float], here: float) -> list[Floats]:
    """Return the step to the lowest place on the lower side along a way; of both sides where they are as low.

    A search does not stop on the ridge itself but close by, so that mirror images are as low but for a share
    of how far they lie below. The first side is the one on which the largest parameter becomes smaller.

    Parameters
    ----------
    way
        (p,).
    value
        What a step leads to; infinite where it leads out of the domain.
    here
        The value without a step.

    Examples
    --------
    >>> steps = lower_sides(np.array([1.0]), lambda step: float(step[0] ** 4 - step[0] ** 2), 0.0)
    >>> [round(float(step[0]), 2) for step in steps]
    [-0.64, 0.64]
    """
    ends = []
    for side in (-1.0, 1.0):
        steps = [side * length * way for length in _LENGTHS]
        values = np.array([value(step) for step in steps])
        if np.isfinite(values).any():
            at = first_lowest(np.where(np.isfinite(values), values, np.nan))
            ends.append((steps[at], here - float(values[at])))
    fall = max((fall for _, fall in ends), default=0.0)
    return [step for step, own in ends if fall > 0 and own >= (1 - _AS_LOW) * fall]
