"""Differences between two occasions against means of both, with limits of agreement."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, ORANGE_INK, PlotAxes, axes_for, described
from intimacy_scales.plots.counted_points import draw_counted_points
from intimacy_scales.plots.measure import apart
from intimacy_scales.reliability.agreement.limits import LimitsOfAgreement
from intimacy_scales.reliability.agreement.retest import RetestReliability
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.not_kept import needed
from intimacy_scales.results.wording import counted, digits_with_spread, percent, shown

Floats = NDArray[np.float64]
_HEIGHT = 3.6  # inches
_LABEL = 0.1  # height of a label of two lines, in shares of the axis


def bland_altman(
    retest: RetestReliability, *, level: float = 0.95, confidence_level: float = 0.95, ax: Axes | None = None
) -> PlotAxes:
    """Draw each person's difference between two occasions against the mean of both scores.

    Parameters
    ----------
    retest
        The result of `test_retest`.
    level
        Share of differences that the limits of agreement enclose.
    confidence_level
        Of the intervals of the limits and of the mean difference, drawn as bands.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        This is not a result of `test_retest`, or a level is not between 0 and 1.
    DocumentError
        The result was read from its document, which does not hold the scores.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Bland and Altman (1986). Lines and bands are those of `RetestReliability.limits_of_agreement`. Persons
    with the same mean and difference are one circle, whose area grows with their number.

    Examples
    --------
    >>> from intimacy_scales.reliability import test_retest
    >>> axes = bland_altman(test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2]))
    >>> axes.to_frame()["difference"].tolist()
    [1.0, 0.0, 0.0, -1.0, 1.0, 0.0]
    """
    if not isinstance(retest, RetestReliability):
        raise EstimationError(f"retest is {a_type(retest)}; allowed: what test_retest returned")
    limits = retest.limits_of_agreement(level, confidence_level)
    pairs = needed(retest.pairs)
    points = np.column_stack([pairs.mean(axis=1), pairs[:, 1] - pairs[:, 0]])
    points, counts = np.unique(points, axis=0, return_counts=True)
    axes = axes_for(ax, _HEIGHT)
    draw_counted_points(axes, points, counts)
    _draw_limits(axes, limits)
    digits = digits_with_spread(limits.bias, limits.sd)
    axes.axhline(0, color="#cccccc", linewidth=0.8, zorder=0)
    low, high = points[:, 0].min(), points[:, 0].max()
    margin = 0.05 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(*_ends(limits, points[:, 1]))
    _write_limits(axes, limits, digits)
    if counts.max() > 1:
        areas = f"circles: 1 to {counts.max()} persons"
        axes.set_title(areas, loc="right", fontsize="x-small", color=GREY)
    axes.set_xlabel("Mean of both scores")
    axes.set_ylabel("Score after minus score before")
    axes.set_title(counted(limits.n, "person"), loc="left", fontsize="medium")
    columns = {
        "mean of both": points[:, 0].tolist(),
        "difference": points[:, 1].tolist(),
        "persons": counts.tolist(),
    }
    return described(axes, _alt_text(limits, digits, confidence_level), columns)


def _lines(limits: LimitsOfAgreement) -> list[tuple[str, float, Interval]]:
    """Return name, place and interval of each line, from below to above."""
    return [
        ("lower limit", limits.lower, limits.lower_interval),
        ("mean", limits.bias, limits.bias_interval),
        ("upper limit", limits.upper, limits.upper_interval),
    ]


def _draw_limits(axes: PlotAxes, limits: LimitsOfAgreement) -> None:
    """Draw the mean difference and both limits, with their intervals as bands."""
    for name, value, interval in _lines(limits):
        color = BLUE if name == "mean" else ORANGE
        axes.axhspan(interval.low, interval.high, color="#ececec", linewidth=0, zorder=-1)
        axes.axhline(value, color=color, linewidth=1.2, linestyle="-" if name == "mean" else "--", zorder=1)


def _write_limits(axes: PlotAxes, limits: LimitsOfAgreement, digits: int) -> None:
    """Write the values of the lines on their right, further apart where lines are near each other."""
    low, high = axes.get_ylim()
    places = apart([value for _, value, _ in _lines(limits)], _LABEL * (high - low))
    for (name, value, interval), place in zip(_lines(limits), places, strict=True):
        ends = f"[{shown(interval.low, digits)}, {shown(interval.high, digits)}]"
        axes.text(
            1.02, place, f"{name} {shown(value, digits)}\n{ends}", transform=axes.get_yaxis_transform(),
            va="center", fontsize="x-small", color=BLUE if name == "mean" else ORANGE_INK,
        )  # fmt: skip


def _ends(limits: LimitsOfAgreement, differences: Floats) -> tuple[float, float]:
    """Return the ends of the axis of differences, so that labels of lines do not meet."""
    low = min(limits.lower_interval.low, float(differences.min()), 0.0)
    high = max(limits.upper_interval.high, float(differences.max()), 0.0)
    margin = (0.06 if limits.sd > 0 else 0.2) * (high - low) or 1.0
    return low - margin, high + margin


def _alt_text(limits: LimitsOfAgreement, digits: int, confidence_level: float) -> str:
    """Return the plot in words."""
    parts = [
        f"{name} {shown(value, digits)} [{shown(interval.low, digits)}, {shown(interval.high, digits)}]"
        for name, value, interval in _lines(limits)
    ]
    return (
        f"Bland-Altman plot of {counted(limits.n, 'person')}: difference after minus before against the mean "
        f"of both scores. {percent(limits.level)} limits of agreement, with {percent(confidence_level)} "
        f"intervals: {', '.join(parts)}."
    )
