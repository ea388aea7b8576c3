"""The corrected item-total correlation of each item."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from intimacy_scales.instrument import Instrument
from intimacy_scales.plots.axes import PlotAxes, described
from intimacy_scales.plots.item_rows import ItemRows, analyses_of, draw_item_rows, figures_of, heading_of
from intimacy_scales.plots.rows import wording_of_result
from intimacy_scales.reliability.items.analysis import ItemAnalysis
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.results.wording import apa, counted


def item_total_lollipop(
    result: ReliabilityReport | ItemAnalysis,
    *,
    scale: str | None = None,
    wording: bool | Instrument = False,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw how each item correlates with the sum of the other items of its scale.

    Parameters
    ----------
    result
        What `reliability_report` or `item_analysis` returned.
    scale
        One scale of a report; by default all scales of items.
    wording
        Whether rows show the wording of items; the instrument itself, where it is not a shipped one.
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
    The figures are ``r_drop`` of `ItemAnalysis`, of keyed answers; a minus marks reverse-keyed items.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> report = reliability_report("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> item_total_lollipop(report, scale="trust").to_frame()["r_drop"].round(2).tolist()
    [0.63, 0.6, 0.61, 0.54]
    """
    analyses = analyses_of(result, scale)
    rows = ItemRows(
        figures=figures_of(analyses, lambda analysis: analysis.r_drop),
        origins=dict.fromkeys(analyses, 0.0),
        names={name: heading_of(name) for name in analyses},
        texts=wording_of_result(next(iter(analyses.values())).instrument, wording),
    )
    limits = (min(0.0, *(figure.value for figure in rows.known), 0.0) - 0.03, 1.0)
    title, label = "Item-total correlations", "Correlation with the sum of the other items"
    axes = draw_item_rows(rows, title, label, limits=limits, ax=ax)
    return described(axes, _alt_text(rows), rows.columns("r_drop"))


def _alt_text(rows: ItemRows) -> str:
    """Return the plot in words."""
    words = f"Corrected item-total correlations of {counted(len(rows.figures), 'item')}."
    for scale in dict.fromkeys(figure.scale for figure in rows.figures):
        values = [figure for figure in rows.known if figure.scale == scale]
        if values:
            lowest = min(values, key=lambda figure: figure.value)
            highest = max(values, key=lambda figure: figure.value)
            words += (
                f" {scale}: {apa(lowest.value)} ({lowest.item}) to {apa(highest.value)} ({highest.item})."
            )
    undefined = [figure.item for figure in rows.figures if math.isnan(figure.value)]
    return words + (f" Undefined: {', '.join(undefined)}." if undefined else "")
