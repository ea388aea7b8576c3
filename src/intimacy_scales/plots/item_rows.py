"""Lollipops: a figure of each item as a marker on a stem, the items of a scale below its name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import BLUE, GREY, PlotAxes, axes_for, without_zeros
from intimacy_scales.plots.rows import (
    height_of,
    item_labels,
    next_to_rows,
    row_of,
    set_heading,
    set_rows,
    shortened_id,
)
from intimacy_scales.plots.shades import INK, LINE
from intimacy_scales.reliability.items.analysis import ItemAnalysis
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.results.wording import apa, counted

_REST = 0.9  # inches of title and axis


class ItemFigure(NamedTuple):
    """A figure of an item, nan where undefined."""

    scale: str
    item: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRows:
    """What a lollipop plot shows: a row for each item, with a stem from its scale's origin to its figure.

    Attributes
    ----------
    figures
        The figures, those of a scale next to each other.
    origins
        Scale → where the stems begin; nan for no stems.
    names
        Scale → the text above its items.
    texts
        Item → its wording, where that is shown.
    digits
        Decimals of the figures.
    marks_higher
        Whether figures above the origin have another marker.
    """

    figures: tuple[ItemFigure, ...]
    origins: Mapping[str, float]
    names: Mapping[str, str]
    texts: Mapping[str, str]
    digits: int = 2
    marks_higher: bool = False

    @property
    def known(self) -> tuple[ItemFigure, ...]:
        """The figures that are defined."""
        return tuple(figure for figure in self.figures if not math.isnan(figure.value))

    def columns(self, name: str) -> dict[str, list[Any]]:
        """Return scales, items and figures, which are called ``name``, as columns of a table."""
        return {
            "scale": [figure.scale for figure in self.figures],
            "item": [figure.item for figure in self.figures],
            name: [figure.value for figure in self.figures],
        }


def figures_of(
    analyses: Mapping[str, ItemAnalysis], values: Callable[[ItemAnalysis], NDArray[np.float64]]
) -> tuple[ItemFigure, ...]:
    """Return a figure of each item of some scales."""
    return tuple(
        ItemFigure(name, item, value)
        for name, analysis in analyses.items()
        for item, value in zip(analysis.items, values(analysis).tolist(), strict=True)
    )


def analyses_of(
    result: ReliabilityReport | ItemAnalysis, scale: str | None, *, alone: bool = True
) -> dict[str, ItemAnalysis]:
    """Return scale → its item analysis.

    Raises
    ------
    EstimationError
        Another result, or one without items.
    UnknownNameError
        There is no such scale.
    """
    if alone and isinstance(result, ItemAnalysis):
        if scale not in (None, result.scale):
            raise EstimationError(f"the items are those of {result.scale!r}; leave scale={scale!r} out")
        return {result.scale: result}
    if not isinstance(result, ReliabilityReport):
        what = "reliability_report() or item_analysis()" if alone else "reliability_report()"
        raise EstimationError(f"result is {a_type(result)}; pass what {what} returned")
    analyses = result.items
    if scale is None:
        return analyses
    if result[scale].items is None:
        raise EstimationError(
            f"{scale} is a score of scales, without figures of items; allowed: {', '.join(analyses)}"
        )
    return {scale: analyses[scale]}


def draw_item_rows(
    rows: ItemRows,
    title: str,
    label: str,
    *,
    limits: tuple[float, float],
    pad: float = 6,
    ax: Axes | None,
) -> PlotAxes:
    """Draw items and their figures.

    Parameters
    ----------
    rows
        The figures.
    title
        The title, after which the number of items is said.
    label, limits
        Text and ends of the horizontal axis.
    pad
        Points between plot and title.
    ax
        The caller's axes, or None.
    """
    axes = _draw_rows(rows, ax)
    axes.set_xlim(*limits)
    axes.set_xlabel(label, fontsize="small")
    labels = [*(figure.item for figure in rows.figures), *rows.names.values(), *rows.texts.values()]
    set_heading(axes, f"{title}, {counted(len(rows.figures), 'item')}", labels, pad=pad)
    return axes


def _draw_rows(rows: ItemRows, ax: Axes | None) -> PlotAxes:
    """Draw the rows with the figures next to them, and grid lines."""
    figures = rows.figures
    labels: list[str] = []
    places: list[float] = []
    headings: dict[int, str] = {}
    before = None
    for figure in figures:
        if figure.scale != before:
            headings[len(labels)] = rows.names[figure.scale]
            labels.append("")
            before = figure.scale
        places.append(len(labels))
        labels += item_labels([figure.item], rows.texts)
    row = row_of(labels)
    height = height_of(len(labels), rest=_REST, row=row, what="rows", advice="choose one scale by scale=")
    axes = axes_for(ax, height)
    _draw_markers(axes, rows, places)
    set_rows(axes, labels)
    for place, text in headings.items():
        axes.annotate(
            text, (0, place), xycoords=axes.get_yaxis_transform(), xytext=(-4, 0), textcoords="offset points",
            ha="right", va="center", fontsize="x-small", fontweight="bold", annotation_clip=False,
        )  # fmt: skip
    known = [
        "undefined" if math.isnan(figure.value) else apa(figure.value, rows.digits) for figure in figures
    ]
    next_to_rows(axes, known, "", rows=places)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="x", labelsize="small")
    without_zeros(axes)
    return axes


def _draw_markers(axes: PlotAxes, rows: ItemRows, places: Sequence[float]) -> None:
    """Draw stems and markers, and the origin of each scale as a line over its items."""
    figures, origins = rows.figures, rows.origins
    for scale, origin in origins.items():
        of_scale = [place for figure, place in zip(figures, places, strict=True) if figure.scale == scale]
        if of_scale and not math.isnan(origin):
            axes.plot([origin, origin], [min(of_scale) - 0.5, max(of_scale) + 0.5], color=INK, linewidth=0.9)
    for raised in (False, True):
        chosen = [
            (figure, place)
            for figure, place in zip(figures, places, strict=True)
            if not math.isnan(figure.value)
            and (rows.marks_higher and figure.value > origins[figure.scale]) == raised
        ]
        stems = [(figure, place) for figure, place in chosen if not math.isnan(origins[figure.scale])]
        axes.hlines(
            [place for _, place in stems], [origins[figure.scale] for figure, _ in stems],
            [figure.value for figure, _ in stems], color=GREY, linewidth=0.9,
        )  # fmt: skip
        axes.plot(
            [figure.value for figure, _ in chosen], [place for _, place in chosen], linestyle="none",
            marker="D" if raised else "o", markersize=4, color=BLUE,
            markerfacecolor="white" if raised else BLUE,
        )  # fmt: skip


def heading_of(scale: str, alpha: float | None = None) -> str:
    """Return the text above the items of a scale."""
    known = "" if alpha is None or math.isnan(alpha) else f", alpha {apa(alpha)}"
    return f"{shortened_id(scale)}{known}"
