"""Scores before against scores after, with the band in which changes are not reliable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, PlotAxes, axes_for, described
from intimacy_scales.plots.texts import folded
from intimacy_scales.reliability.single_scores.change_result import (
    CATEGORIES,
    Category,
    PersonChange,
    ReliableChange,
)
from intimacy_scales.results.wording import counted, digits_for, shown

Floats = NDArray[np.float64]
_HEIGHT = 4.2  # inches
_SMALLEST, _LARGEST = 26.0, 150.0  # areas of markers in points²
_STYLES: dict[Category, tuple[str, str, str]] = {  # marker, edge, face
    "recovered": ("*", BLUE, BLUE),
    "improved": ("^", BLUE, BLUE),
    "unchanged": ("o", GREY, "white"),
    "deteriorated": ("v", ORANGE, ORANGE),
}


def reliable_change_plot(change: ReliableChange | PersonChange, *, ax: Axes | None = None) -> PlotAxes:
    """Draw the scores after against the scores before, with the band of changes that are not reliable.

    Parameters
    ----------
    change
        The result of `reliable_change`, for several persons or for one.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        This is not a result of `reliable_change`, or nobody has both scores.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    After Jacobson and Truax (1991). The band has the width of `ReliableChange.change_needed` on both sides of
    the expected change, by default of the line of equal scores. Dotted lines are the cut-off that recovered
    persons have crossed. Persons without one of the scores are not drawn;
    those with the same two scores are one marker, whose area grows with their number.

    Examples
    --------
    >>> from intimacy_scales.reliability import reliable_change
    >>> axes = reliable_change_plot(reliable_change([32.5, 40], [47.5, 41], reliability=0.8, sd=7.5))
    >>> axes.to_frame()["category"].tolist()
    ['improved', 'unchanged']
    """
    if not isinstance(change, ReliableChange | PersonChange):
        raise EstimationError(f"change is {a_type(change)}; allowed: what reliable_change returned")
    before, after, categories = _persons(change)
    if not len(before):
        raise EstimationError("nobody has both scores; there is nothing to draw")
    axes = axes_for(ax, _HEIGHT)
    ends = _ends(change, before, after)
    _draw_band(axes, change, ends)
    counts = {name: categories.count(name) for name in CATEGORIES if name in categories}
    most = _draw_persons(axes, before, after, categories)
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_aspect("equal")
    _draw_key(axes, counts, most)
    axes.set_xlabel("Score before")
    axes.set_ylabel("Score after")
    scale = "" if change.instrument is None else f" on {change.scale} of {change.instrument.id}"
    title = f"Reliable change{scale}, {counted(len(before), 'person')}"
    axes.set_title(folded(title, width=60, most=2), loc="left", fontsize="medium")
    columns = {"before": before.tolist(), "after": after.tolist(), "category": list(categories)}
    return described(axes, _alt_text(title, change, counts, most), columns)


def _draw_persons(axes: PlotAxes, before: Floats, after: Floats, categories: Sequence[Category]) -> int:
    """Draw a marker at each pair of scores, its area by the number of persons; return the largest number."""
    points, places, numbers = np.unique(
        np.column_stack([before, after]), axis=0, return_index=True, return_counts=True
    )
    most = int(numbers.max())
    largest = min(_LARGEST, most * _SMALLEST)  # two persons are no larger than twice one
    areas = _SMALLEST + (largest - _SMALLEST) * (numbers - 1) / max(most - 1, 1)
    for name, (marker, edge, face) in _STYLES.items():
        chosen = np.array([categories[place] == name for place in places])
        if chosen.any():
            axes.scatter(
                points[chosen, 0], points[chosen, 1], s=areas[chosen] * (1.8 if marker == "*" else 1.0),
                marker=marker, facecolors=face, edgecolors=edge, linewidths=1, zorder=3,
            )  # fmt: skip
    return most


def _draw_key(axes: PlotAxes, counts: Mapping[Category, int], most: int) -> None:
    """Draw the marker of each category, with its number of persons, on the right."""
    markers = [
        Line2D([], [], marker=_STYLES[name][0], color=_STYLES[name][1], markerfacecolor=_STYLES[name][2],
               markersize=5.5, linestyle="none", label=f"{name}: {n}")
        for name, n in counts.items()
    ]  # fmt: skip
    axes.legend(handles=markers, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")
    if most > 1:
        text = f"markers:\n1 to {most} persons"
        axes.text(1.04, 0.02, text, transform=axes.transAxes, fontsize="x-small", color=GREY)


def _persons(change: ReliableChange | PersonChange) -> tuple[Floats, Floats, list[Category]]:
    """Return scores before and after, and categories, of the persons with both scores."""
    categories = change.category if isinstance(change, ReliableChange) else (change.category,)
    before, after = (np.atleast_1d(np.array(x, dtype=np.float64)) for x in (change.before, change.after))
    both = ~(np.isnan(before) | np.isnan(after))
    return before[both], after[both], [c for c, b in zip(categories, both.tolist(), strict=True) if b]


def _ends(change: ReliableChange | PersonChange, before: Floats, after: Floats) -> tuple[float, float]:
    """Return the ends of both axes: around all scores and the cut-off, and as wide as the band."""
    cutoff = [] if change.cutoff is None else [change.cutoff]
    low = min(before.min(), after.min(), *cutoff)
    high = max(before.max(), after.max(), *cutoff)
    half = max(high - low, 2.5 * change.change_needed) / 2 * 1.1
    middle = (low + high) / 2
    return float(middle - half), float(middle + half)


def _draw_band(axes: PlotAxes, change: ReliableChange | PersonChange, ends: tuple[float, float]) -> None:
    """Draw the line of the expected change, the band around it, and the cut-off."""
    xs = np.array(ends)
    middle = xs + change.expected
    axes.fill_between(
        xs,
        middle - change.change_needed,
        middle + change.change_needed,
        color="#e3e3e3",
        linewidth=0,
        zorder=0,
    )
    axes.plot(xs, middle, color=GREY, linewidth=1, linestyle="--", zorder=1)
    if change.cutoff is not None:
        axes.axvline(change.cutoff, color=GREY, linewidth=1, linestyle=":", zorder=1)
        axes.axhline(change.cutoff, color=GREY, linewidth=1, linestyle=":", zorder=1)


def _alt_text(
    title: str, change: ReliableChange | PersonChange, counts: dict[Category, int], most: int
) -> str:
    """Return the plot in words."""
    digits = digits_for(change.change_needed)
    expected = f" beyond the expected {shown(change.expected, digits)}" if change.expected else ""
    cutoff = "" if change.cutoff is None else f" Dotted lines mark the cut-off {change.cutoff:g}."
    sizes = f" Larger markers are more persons with the same scores, 1 to {most}." if most > 1 else ""
    return (
        f"Scatter plot of scores after against scores before. {title}: "
        f"{', '.join(f'{n} {name}' for name, n in counts.items())}. The band marks changes of up to "
        f"{shown(change.change_needed, digits)}{expected}, which are not reliable.{cutoff}{sizes}"
    )
