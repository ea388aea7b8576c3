"""A surface on a grid of scores, for a plot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.surfaces.surface import PartnerSurface
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.results.frozen import Frozen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceGrid(Frozen):
    """A surface on a grid of scores of both partners.

    Attributes
    ----------
    own, partner
        (n,): scores of the person whose outcome it is, and of the partner.
    predicted
        (n, n): the predicted outcome, with own scores by row.
    congruent
        (n,): along the line of congruence, where both have the scores in ``own``.
    incongruent
        (n,): along the line of incongruence, where the partner's score is as far on the other side of the
        centre; nan where that is outside the scores in ``partner``.
    first_axis
        (n,): the partner's score on the first principal axis at the scores in ``own``; nan where that is
        undefined, or outside.
    """

    own: Floats
    partner: Floats
    predicted: Floats
    congruent: Floats
    incongruent: Floats
    first_axis: Floats


def grid_of(surface: PartnerSurface, low: float, high: float, n: int) -> SurfaceGrid:
    """Return a surface between two scores.

    Raises
    ------
    EstimationError
        Fewer than two points.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 2:
        raise EstimationError(f"n={shortened(n)} is not valid; allowed: a whole number of points, at least 2")
    scores = np.linspace(low, high, n)
    mirrored = 2 * surface.centre - scores
    intercept, slope = (surface.estimate(name).estimate for name in ("p10", "p11"))
    axis = surface.centre + intercept + slope * (scores - surface.centre)
    return SurfaceGrid(
        own=scores,
        partner=scores.copy(),
        predicted=surface.predict(scores[:, None], scores[None, :]),
        congruent=surface.predict(scores, scores),
        incongruent=_inside(surface.predict(scores, mirrored), mirrored, low, high),
        first_axis=_inside(axis, axis, low, high),
    )


def _inside(values: Floats, scores: Floats, low: float, high: float) -> Floats:
    """Return values where scores are in a range, nan elsewhere."""
    margin = ROUNDING * (abs(low) + abs(high))
    return np.where((scores >= low - margin) & (scores <= high + margin), values, np.nan)
