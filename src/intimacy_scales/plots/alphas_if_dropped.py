"""Coefficient alpha of a scale without each of its items."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from intimacy_scales.instrument import Instrument
from intimacy_scales.plots.axes import BLUE, PlotAxes, described
from intimacy_scales.plots.item_rows import ItemRows, analyses_of, draw_item_rows, figures_of, heading_of
from intimacy_scales.plots.rows import SMALL, wording_of_result
from intimacy_scales.plots.shades import INK
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.results.wording import apa, counted


def alpha_if_dropped_lollipop(
    report: ReliabilityReport,
    *,
    scale: str | None = None,
    wording: bool | Instrument = False,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw coefficient alpha of each scale without each of its items, compared with alpha of all items.

    Parameters
    ----------
    report
        What `reliability_report` returned.
    scale, wording
        As in `item_total_lollipop`.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each item.

    Raises
    ------
    EstimationError
        Another result, a composite, or more items than fit on a page.
    UnknownNameError
        There is no such scale.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    The vertical line is alpha of all items. A hollow diamond to the right of it: alpha is higher without the
    item. In one sample this may be chance, and a higher alpha alone is no reason to leave an item out.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> report = reliability_report("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> alpha_if_dropped_lollipop(report, scale="trust").to_frame().round(2).values.tolist()[0]
    ['trust', 'tru01', 0.71, 0.79]
    """
    analyses = analyses_of(report, scale, alone=False)
    alphas = {name: report[name].alpha.estimate for name in analyses}
    rows = ItemRows(
        figures=figures_of(analyses, lambda analysis: analysis.alpha_if_dropped),
        origins=alphas,
        names={name: heading_of(name, alphas[name]) for name in analyses},
        texts=wording_of_result(report.instrument, wording),
        digits=3,
        marks_higher=True,
    )
    known = [v for v in (*(figure.value for figure in rows.known), *alphas.values()) if not math.isnan(v)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    margin = 0.06 * (high - low) or 0.05
    limits = (low - margin, high + margin)
    title, label = "Alpha without each item", "Alpha of the other items"
    axes = draw_item_rows(rows, title, label, limits=limits, pad=18, ax=ax)
    _draw_key(axes, any(figure.value > alphas[figure.scale] for figure in rows.figures))
    columns = rows.columns("alpha_if_dropped")
    columns["alpha"] = [alphas[scale] for scale in columns["scale"]]
    return described(axes, _alt_text(rows), columns)


def _draw_key(axes: PlotAxes, any_higher: bool) -> None:
    """Draw the key above the plot."""
    handles = [Line2D([], [], color=INK, linewidth=0.9, label="all items")]
    if any_higher:
        handles.append(
            Line2D(
                [], [], linestyle="none", marker="D", markersize=4, color=BLUE, markerfacecolor="white",
                label="higher without the item",
            )
        )  # fmt: skip
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, ncols=2, fontsize=SMALL,
        borderaxespad=0.1, handlelength=1.2,
    )  # fmt: skip


def _alt_text(rows: ItemRows) -> str:
    """Return the plot in words."""
    words = f"Alpha of scales without each of {counted(len(rows.figures), 'item')}."
    for scale, alpha in rows.origins.items():
        known = [figure for figure in rows.known if figure.scale == scale]
        if math.isnan(alpha) or not known:
            words += f" {scale}: undefined."
            continue
        values = [figure.value for figure in known]
        words += (
            f" {scale}: {apa(alpha)} with all items, {apa(min(values))} to {apa(max(values))} without one"
        )
        higher = [figure.item for figure in known if figure.value > alpha]
        words += f"; higher without {', '.join(higher)}." if higher else "; never higher."
    return words
