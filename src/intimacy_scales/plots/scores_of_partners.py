"""One partner's score against the other's, with the line on which both are equal."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots.axes import GREY, PlotAxes, axes_for, described
from intimacy_scales.plots.counted_points import draw_counted_points, draw_key
from intimacy_scales.plots.texts import folded
from intimacy_scales.results.wording import counted, digits_for, shown

Floats = NDArray[np.float64]
_HEIGHT = 4.6  # inches
_PLACES = np.linspace(0.08, 0.92, 43)  # on the line, where its label may be
_LONG_LABELS = 0.1, 10_000.0  # a shorter axis, and larger values, have ticks with many digits
_FEW_TICKS = 4  # steps between ticks, so that their labels do not meet
_LONGEST_LABEL = 44  # letters in a line


def partner_scatter(dyads: Dyads, variable: str, *, ax: Axes | None = None) -> PlotAxes:
    """Draw one partner's scores against the other's, with the line of equality.

    Couples with the same two scores are one marker, whose area grows with their number; a key next to the
    plot shows the areas.

    Parameters
    ----------
    dyads
        Couples.
    variable
        A scale, or a kept column of numbers.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        There is no such variable, no couple with both values, or couples answered on several occasions.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Which of two exchangeable partners comes first is arbitrary: a couple with different scores is then drawn
    twice, once with each partner first ("double entry"), so that the plot is symmetric about the line.

    Examples
    --------
    >>> pairs = {"trust": {"a": "a", "b": "b"}}
    >>> dyads = Dyads.of_scores([{"a": 5.5, "b": 6.0}, {"a": 4.0, "b": 4.5}], pairs)
    >>> partner_scatter(dyads, "trust").to_frame().columns.tolist()
    ['trust of partner', 'trust of the other partner', 'couples']
    """
    dyads = couples_once(dyads)
    values = dyads.variable(variable)
    complete = values[~np.isnan(values).any(axis=1)]
    if not len(complete):
        raise EstimationError(f"no couple has both values of {variable!r}; there is nothing to draw")
    first, second = dyads.partners if dyads.distinguishable else ("partner", "the other partner")
    drawn = complete
    if not dyads.distinguishable:
        different = complete[complete[:, 0] != complete[:, 1]]
        drawn = np.concatenate([complete, different[:, ::-1]])
    points, counts = np.unique(drawn, axis=0, return_counts=True)
    axes = axes_for(ax, _HEIGHT)
    ends = _limits(points, dyads.ranges.get(variable))
    axes.plot(ends, ends, color=GREY, linewidth=1, linestyle="--")
    most = int(counts.max())
    draw_counted_points(axes, points, counts)
    draw_key(axes, most, "couples")
    place = _free_place(points, ends)
    axes.annotate(
        "equal", (place, place), xytext=(5, -5), textcoords="offset points", ha="center", va="center",
        rotation=45, rotation_mode="anchor", color=GREY, fontsize="small",
    )  # fmt: skip
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_aspect("equal")
    if ends[1] - ends[0] < _LONG_LABELS[0] or max(map(abs, ends)) >= _LONG_LABELS[1]:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(_FEW_TICKS))
    axes.set_xlabel(_label(variable, first))
    axes.set_ylabel(_label(variable, second))
    note = "" if dyads.distinguishable else ", each drawn with either partner first"
    axes.set_title(f"{counted(len(complete), 'couple')}{note}", loc="left", fontsize="medium")
    columns = {
        f"{variable} of {first}": points[:, 0].tolist(),
        f"{variable} of {second}": points[:, 1].tolist(),
        "couples": counts.tolist(),
    }
    return described(axes, _alt_text(dyads, variable, complete, note, most), columns)


def _label(variable: str, partner: str) -> str:
    """Return the label of an axis; a long one has the partner on a line of its own."""
    whole = f"{variable} of {partner}"
    if len(whole) <= _LONGEST_LABEL:
        return folded(whole, width=_LONGEST_LABEL)
    parts = variable, f"of {partner}"
    return "\n".join(folded(part, width=_LONGEST_LABEL, most=1) for part in parts)


def _free_place(points: Floats, ends: tuple[float, float]) -> float:
    """Return the place on the line of equality that is farthest from every point; the lowest of such."""
    places = ends[0] + _PLACES * (ends[1] - ends[0])
    distances = np.hypot(places[:, None] - points[:, 0], places[:, None] - points[:, 1]).min(axis=1)
    return float(places[int(np.argmax(distances))])


def _limits(points: Floats, ends: tuple[float, float] | None) -> tuple[float, float]:
    """Return the limits of both axes: the range of the scale, or else that of the points, with a margin."""
    low, high = (float(points.min()), float(points.max())) if ends is None else ends
    margin = 0.03 * (high - low) or 1.0
    return low - margin, high + margin


def _alt_text(dyads: Dyads, variable: str, complete: Floats, note: str, most: int) -> str:
    """Return the plot in words."""
    difference = complete[:, 0] - complete[:, 1]
    equal = int(np.count_nonzero(difference == 0))
    gap = float(np.abs(difference).mean())
    couples = counted(len(complete), "couple")
    text = (
        f"Scatter plot of {variable} of both partners, {couples}{note}. In {equal} both values "
        f"are equal; partners are {shown(gap, digits_for(gap))} apart on average"
    )
    if dyads.distinguishable:
        first, second = dyads.partners
        higher = int(np.count_nonzero(difference > 0))
        text += f"; {first} is higher in {higher}, {second} in {len(complete) - higher - equal}"
    sizes = f" Larger circles are more couples with the same values, 1 to {most}." if most > 1 else ""
    return f"{text}.{sizes} The dashed line marks equal values."
