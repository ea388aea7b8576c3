"""Places, rectangles and curves of path diagrams, in inches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Point(NamedTuple):
    """A place in inches from the lower left."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle by its middle and its size."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box, pad: float = 0.0) -> bool:
        """Return whether two rectangles have a point in common, or come nearer than ``pad``."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + pad
            and abs(self.y - other.y) < (self.height + other.height) / 2 + pad
        )


def point_at(points: Sequence[Point], share: float) -> Point:
    """Return the point of a line or cubic curve at a share of its way."""
    if len(points) == 2:
        (x0, y0), (x1, y1) = points
        return Point(x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    a, b, c, d = points
    weights = (1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3
    pairs = list(zip(weights, (a, b, c, d), strict=True))
    return Point(sum(w * p.x for w, p in pairs), sum(w * p.y for w, p in pairs))


def arc(start: Point, end: Point, outer: float) -> tuple[Point, ...]:
    """Return a cubic curve whose middle is at ``outer``."""
    control = (outer - (start.x + end.x) / 8) / 0.75
    return start, Point(control, start.y), Point(control, end.y), end
