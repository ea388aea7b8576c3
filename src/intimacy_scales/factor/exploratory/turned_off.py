"""Where a rotation goes on that came to rest on a saddle of its criterion (arrays only)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.factor.saddles import falling_way, lower_sides
from intimacy_scales.factor.sample import Floats

if TYPE_CHECKING:
    from intimacy_scales.factor.exploratory.criteria import Family

_APART = 1e-5
_LOWER = 1e-9  # by how much, at least


def off_saddle(family: Family, turn: Floats) -> Floats | None:
    """Return a matrix (m, m) with a lower criterion, beside one that is on a saddle; None at a minimum.

    Of the two sides along which a saddle falls, the lower one; where they are as low, always the same.
    Second derivatives are differences of first ones.
    """
    rows, columns = family.free
    if not len(rows):
        return None
    ahead, behind = (
        family.valued(family.moved(turn[None], side * family.ways))[1][:, rows, columns]
        for side in (_APART, -_APART)
    )
    bends = (ahead - behind) / (2 * _APART)
    way = falling_way((bends + bends.T) / 2)
    if way is None:
        return None

    def moved(step: Floats) -> Floats:
        return family.moved(turn[None], np.tensordot(step, family.ways, 1)[None])

    def value(step: Floats) -> float:
        return float(family.valued(moved(step))[0][0])

    here = float(family.valued(turn[None])[0][0])
    for step in lower_sides(way, value, here):
        lower: Floats = moved(step)[0]
        return lower if value(step) < here - _LOWER * (1 + abs(here)) else None
    return None
