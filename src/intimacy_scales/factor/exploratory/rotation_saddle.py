"""The descent of a rotation from a saddle point of its criterion (arrays only)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.factor.saddles import falling_way, lower_sides
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.tolerances import SADDLE_FALL

if TYPE_CHECKING:
    from intimacy_scales.factor.exploratory.criteria import Family

_APART = 1e-5  # step of the differences


def off_saddle(family: Family, turn: Floats) -> Floats | None:
    """Return a matrix (m, m) with a lower criterion near a saddle point; None at a minimum.

    Of the two sides on which the criterion falls, the lower one is returned; of equal ones, always the same.
    The Hessian comes from central differences of gradients, ``(g(x + h d) - g(x - h d)) / 2h``.
    """
    rows, columns = family.free
    if not len(rows):
        return None
    after, before = (
        family.valued(family.moved(turn[None], side * family.directions))[1][:, rows, columns]
        for side in (_APART, -_APART)
    )
    hessian = (after - before) / (2 * _APART)
    direction = falling_way((hessian + hessian.T) / 2)
    if direction is None:
        return None

    def moved(step: Floats) -> Floats:
        return family.moved(turn[None], np.tensordot(step, family.directions, 1)[None])

    def value(step: Floats) -> float:
        return float(family.valued(moved(step))[0][0])

    start = float(family.valued(turn[None])[0][0])
    for step in lower_sides(direction, value, start):
        lower: Floats = moved(step)[0]
        return lower if value(step) < start - SADDLE_FALL * (1 + abs(start)) else None
    return None
