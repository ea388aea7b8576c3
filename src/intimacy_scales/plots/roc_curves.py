"""Sensitivity and specificity of every cut-off between two groups, as a ROC curve."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, PlotAxes, axes_for, described, without_zeros
from intimacy_scales.plots.shades import LINE
from intimacy_scales.plots.texts import folded
from intimacy_scales.results.wording import apa
from intimacy_scales.validity import CutoffSearch

_HEIGHT = 4.6  # inches
_FEW_POINTS = 30  # so many are marked
_LETTERS = 44  # of a line of the title


class _Points(NamedTuple):
    """Points of the curve (k + 2,), from no person detected to all; the ends have no cut-off."""

    cutoffs: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    chosen: int


def roc_plot(result: CutoffSearch, *, ax: Axes | None = None) -> PlotAxes:
    """Draw the ROC curve of a search of cut-offs, with the chosen cut-off and the area under the curve.

    Parameters
    ----------
    result
        What `cutoff_search` returned.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each cut-off, and one
        for each end of the curve, whose cut-off is infinite.

    Raises
    ------
    EstimationError
        Another result.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    The curve is that of the sample. Figures of the chosen cut-off are those in the sample too, which are too
    good; `CutoffSearch.corrected` has what to expect with new persons. The dashed line is that of scores that
    do not tell the groups apart.

    Examples
    --------
    >>> from intimacy_scales import cutoff_search
    >>> scores = [12, 15, 11, 14, 18, 13, 16, 20, 17, 21, 19, 14, 22, 18]
    >>> where = ["clinic"] * 7 + ["others"] * 7
    >>> axes = roc_plot(cutoff_search(scores, where, higher="others", detect="clinic", rng=1))
    >>> axes.to_frame().query("chosen")[["cutoff", "sensitivity", "specificity"]].round(2).values.tolist()
    [[16.5, 0.86, 0.86]]
    """
    if not isinstance(result, CutoffSearch):
        raise EstimationError(f"result is {a_type(result)}; pass what cutoff_search() returned")
    points = _points_of(result)
    x, y = 1 - points.specificity, points.sensitivity
    axes = axes_for(ax, _HEIGHT)
    axes.grid(color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.0, label="no discrimination")
    marker = "o" if len(x) <= _FEW_POINTS else ""
    axes.plot(x, y, color=BLUE, linewidth=1.4, marker=marker, markersize=3.5, label="cut-offs", zorder=2.5)
    axes.plot(
        x[points.chosen : points.chosen + 1], y[points.chosen : points.chosen + 1], linestyle="none",
        marker="s", markersize=8, color=ORANGE, markerfacecolor="none", markeredgewidth=1.8,
        zorder=3, label=f"chosen: {result.cutoff_text(result.cutoff)}",
    )  # fmt: skip
    _set_axes(axes, result)
    columns = {
        "cutoff": points.cutoffs.tolist(),
        "sensitivity": points.sensitivity.tolist(),
        "specificity": points.specificity.tolist(),
        "chosen": [place == points.chosen for place in range(len(x))],
    }
    return described(axes, _alt_text(result), columns)


def _points_of(result: CutoffSearch) -> _Points:
    """Return the points of the curve, with both ends, from (0, 0) to (1, 1)."""
    nobody, all_of_them = (math.inf, -math.inf) if result.detects_above else (-math.inf, math.inf)
    order = slice(None, None, -1) if result.detects_above else slice(None)
    n = len(result.cutoffs)
    return _Points(
        cutoffs=np.array([nobody, *result.cutoffs[order], all_of_them]),
        sensitivity=np.array([0.0, *result.sensitivity[order], 1.0]),
        specificity=np.array([1.0, *result.specificity[order], 0.0]),
        chosen=1 + (n - 1 - result.chosen if result.detects_above else result.chosen),
    )


def _set_axes(axes: PlotAxes, result: CutoffSearch) -> None:
    """Set ends, labels, key and title."""
    axes.set_aspect("equal")
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    ticks = np.linspace(0, 1, 6)
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    without_zeros(axes)
    axes.yaxis.set_major_formatter(lambda value, _: apa(value, 1))
    axes.tick_params(labelsize="small")
    axes.set_xlabel("1 - specificity", fontsize="small")
    axes.set_ylabel("Sensitivity", fontsize="small")
    axes.legend(
        loc="lower right" if result.auc >= 0.5 else "upper left", fontsize="x-small", framealpha=1,
        edgecolor="none",
    )  # fmt: skip
    side = "above" if result.detects_above else "below"
    title = f"{result.detect} {side} the cut-off, against {result.other}"
    area = result.auc_text().partition(" (")[0]  # its method is in the alt text
    axes.set_title(
        f"{folded(title, width=_LETTERS)}\nArea under the curve {area}", loc="left", fontsize="medium"
    )


def _alt_text(result: CutoffSearch) -> str:
    """Return the plot in words."""
    side = "above" if result.detects_above else "below"
    figures = result.apparent
    which = "" if result.instrument is None else f" of {result.scale} of {result.instrument.id}"
    n = len(result.cutoffs)
    count = "one cut-off" if n == 1 else f"{n} cut-offs"
    return (
        f"ROC curve{which}: sensitivity and specificity of {count} between {result.detect} (n = "
        f"{result.n_detect}, scores {side} the cut-off) and {result.other} (n = {result.n_other}). The area "
        f"under the curve is {result.auc_text()}. The cut-off {result.cutoff_text(result.cutoff)} was chosen "
        f"by {result.criterion_name}; in this sample its sensitivity is {apa(figures.sensitivity)} and its "
        f"specificity {apa(figures.specificity)}."
    )
