"""Points whose area grows with the number of persons or couples who have the same two values."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from intimacy_scales.plots.axes import BLUE, PlotAxes

Floats = NDArray[np.float64]
_SMALLEST, _LARGEST = 12.0, 160.0  # areas of markers in points²
_EDGE = 1.1  # points


def draw_counted_points(axes: PlotAxes, points: Floats, counts: NDArray[np.int64]) -> None:
    """Draw a circle at each point (n, 2), whose area grows with its count."""
    axes.scatter(
        points[:, 0], points[:, 1], s=_areas(counts, int(counts.max())), facecolors="none", edgecolors=BLUE,
        linewidths=_EDGE,
    )  # fmt: skip


def _areas(counts: NDArray[np.int64], most: int) -> Floats:
    """Return the area of the marker of each count, in points²."""
    if most == 1:
        return np.full(len(counts), 2 * _SMALLEST)
    areas: Floats = _SMALLEST + (_LARGEST - _SMALLEST) * (counts - 1) / (most - 1)
    return areas


def draw_key(axes: PlotAxes, most: int, what: str, *, anchor: tuple[float, float] = (1.0, 1.0)) -> None:
    """Draw the markers of 1, of about half the largest count, and of that, next to the plot; none for 1."""
    if most == 1:
        return
    numbers = sorted({1, (most + 1) // 2, most})
    markers = [
        Line2D(
            [], [], linestyle="none", marker="o", markersize=math.sqrt(area), markerfacecolor="none",
            markeredgecolor=BLUE, markeredgewidth=_EDGE, label=str(number),
        )
        for number, area in zip(numbers, _areas(np.array(numbers), most).tolist(), strict=True)
    ]  # fmt: skip
    axes.legend(
        handles=markers, title=what, loc="upper left", bbox_to_anchor=anchor, frameon=False, labelspacing=0.8,
        fontsize="small", title_fontsize="small",
    )  # fmt: skip
