"""The pictures of a report of reliability, as files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from intimacy_scales.plots.correlations import correlation_heatmap
from intimacy_scales.plots.drawing import ToDraw, drawn
from intimacy_scales.plots.forest import reliability_forest
from intimacy_scales.plots.item_totals import item_total_lollipop
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.results.pictures import PictureFiles
from intimacy_scales.results.wording import percent

_MOST_ITEMS = 40  # whose correlations can be read in a page


def reliability_pictures(report: ReliabilityReport) -> tuple[PictureFiles, ...]:
    """Draw alpha and omega with intervals, item-total correlations, and correlations of items.

    What cannot be drawn is left out: figures that are undefined, and correlations of more than 40 items.

    Parameters
    ----------
    report
        The report, for whose page the pictures are: ``report.to_html(reliability_pictures(report))``.

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> report = reliability_report("kmss", simulate("kmss", 100, rng=1).answers)
    >>> [drawn.name for drawn in reliability_pictures(report)]
    ['reliability', 'item_total', 'correlations']
    """
    return tuple(drawn(_plots(report)))


def _plots(report: ReliabilityReport) -> Iterator[ToDraw]:
    level = percent(report.confidence_level)
    yield ToDraw("reliability", f"Reliability with {level} intervals.", partial(reliability_forest, report))
    yield ToDraw(
        "item_total",
        "Corrected item-total correlations: of each item with the others of its scale.",
        partial(item_total_lollipop, report),
    )
    if sum(len(items.items) for items in report.items.values()) <= _MOST_ITEMS:
        yield ToDraw(
            "correlations",
            "Correlations of items, as they are keyed, in the order of their scales.",
            partial(correlation_heatmap, report),
        )
