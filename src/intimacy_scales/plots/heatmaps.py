"""Cells of a heatmap: colours with numbers, or with a marker for what is negative."""

from __future__ import annotations

import numpy as np
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from intimacy_scales.plots.axes import PlotAxes
from intimacy_scales.plots.rows import SMALL
from intimacy_scales.plots.shades import DIVERGING, INK, ink_on
from intimacy_scales.results.wording import apa

Floats = NDArray[np.float64]
UNDEFINED = "#c8c8c8"


def draw_cells(
    axes: PlotAxes,
    values: Floats,
    *,
    drawn: NDArray[np.bool_],
    numbers: bool,
    bold: NDArray[np.bool_] | None = None,
) -> AxesImage:
    """Draw values between -1 and 1 as coloured cells, (row, column) at y, x.

    Parameters
    ----------
    axes
        Where to draw.
    values
        (rows, columns): the values; undefined ones are grey.
    drawn
        (rows, columns): which cells are drawn.
    numbers
        Whether cells have their numbers; if not, negative ones have a short line.
    bold
        (rows, columns): which numbers are bold.
    """
    image = axes.imshow(
        np.ma.masked_array(values, ~drawn | np.isnan(values)), cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    undefined = drawn & np.isnan(values)
    if undefined.any():
        grey = np.zeros((*values.shape, 4))
        grey[undefined] = (*(int(UNDEFINED[i : i + 2], 16) / 255 for i in (1, 3, 5)), 1)
        axes.imshow(grey, aspect="auto", interpolation="nearest")
    if numbers:
        _write_numbers(axes, values, drawn, bold)
        return image
    for ink in ("#000000", "#ffffff"):
        places = [
            (row, column)
            for row, column in np.argwhere(drawn & (values < 0)).tolist()
            if ink_on(_color_of(values[row, column])) == ink
        ]
        if places:
            rows, columns = zip(*places, strict=True)
            axes.plot(columns, rows, linestyle="none", marker="_", markersize=3, color=ink)
    return image


def _write_numbers(
    axes: PlotAxes, values: Floats, drawn: NDArray[np.bool_], bold: NDArray[np.bool_] | None
) -> None:
    """Write the numbers of cells, in an ink that can be read on their colours."""
    for row, column in np.argwhere(drawn).tolist():
        value = float(values[row, column])
        strong = bold is not None and bool(bold[row, column])
        axes.text(
            column, row, "-" if np.isnan(value) else apa(value), ha="center", va="center", fontsize=SMALL,
            color=INK if np.isnan(value) else ink_on(_color_of(value)),
            fontweight="bold" if strong else "normal",
        ).set_in_layout(False)  # fmt: skip


def _color_of(value: float) -> tuple[float, float, float, float]:
    """Return the colour of a value between -1 and 1."""
    red, green, blue, alpha = DIVERGING((value + 1) / 2)
    return red, green, blue, alpha


def without_frame(axes: PlotAxes) -> None:
    """Leave out the frame and the ticks' lines."""
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
