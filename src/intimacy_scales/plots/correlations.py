"""Correlations of items in the order of scales, or of scales with their reliability on the diagonal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.analysis import EFAResult
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.scale_correlations import item_correlations, scale_correlations
from intimacy_scales.numerics.arguments import as_different_names
from intimacy_scales.plots.axes import GREY, PlotAxes, axes_for, described
from intimacy_scales.plots.heatmaps import draw_cells, without_frame
from intimacy_scales.plots.rows import (
    ROW,
    SMALL,
    height_of,
    item_labels,
    row_of,
    set_heading,
    set_rows,
    shortened_id,
    wording_of_result,
)
from intimacy_scales.plots.shades import INK
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.results.not_kept import needed
from intimacy_scales.results.wording import apa, counted

Of = Literal["items", "scales"]
ReliabilityName = Literal["alpha", "omega"]
Floats = NDArray[np.float64]
_WIDTH = 3.6  # inches of the cells
_REST = 0.6  # inches of the title
_TALLEST_ROW = 0.42  # inches
_WITH_NUMBERS = 14  # up to so many columns, cells have numbers
_WITH_LABELS = 36  # up to so many columns, these have labels
_LETTER = 0.065  # inches of a letter of a label


class _Matrix(NamedTuple):
    """Correlations to draw: names, values (k, k), and what is on the diagonal (k,), None for nothing."""

    names: list[str]
    values: Floats
    diagonal: Floats | None


def correlation_heatmap(
    result: ReliabilityReport | EFAResult,
    *,
    of: Of = "items",
    scales: Sequence[str] | None = None,
    coefficient: ReliabilityName = "alpha",
    wording: bool | Instrument = False,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw correlations as coloured cells: of items in the order of scales, or of scales.

    Parameters
    ----------
    result
        What `reliability_report` or `efa` returned.
    of
        ``items``: correlations of keyed items, grouped by scale. ``scales``: correlations of scales, with
        their reliability on the diagonal; needs a report.
    scales
        The scales of a report, in order; by default all scales of items, without composites of these.
    coefficient
        ``alpha`` or ``omega``, the reliability that is shown.
    wording
        Whether rows show the wording of items; the instrument itself, where it is not a shipped one.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each cell.

    Raises
    ------
    EstimationError
        Another result, an option that is not valid, or more items than fit on a page.
    UnknownNameError
        There is no such scale.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Each covariance is that of all who answered both items. Correlations of scales are those of the weighted
    sums of their keyed items. Up to 14 columns have numbers in the cells; otherwise a short line marks
    negative correlations, which grey print does not tell from positive ones. Grey cells are undefined.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> report = reliability_report("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> correlation_heatmap(report, of="scales").to_frame().round(2).values.tolist()[:2]
    [['trust', 'trust', 0.79], ['knowledge', 'trust', 0.39]]
    """
    if of not in get_args(Of):
        raise EstimationError(not_one_of("of", of, get_args(Of)))
    if coefficient not in get_args(ReliabilityName):
        raise EstimationError(not_one_of("coefficient", coefficient, get_args(ReliabilityName)))
    groups: list[tuple[str, int]] = []
    if isinstance(result, EFAResult):
        if of == "scales" or scales is not None:
            raise EstimationError("an EFA has no scales; pass what reliability_report() returned")
        matrix = _Matrix(list(result.names), result.correlations, None)
    elif isinstance(result, ReliabilityReport):
        names = _scales_of(result, scales)
        matrix, groups = (
            (_of_scales(result, names, coefficient), groups)
            if of == "scales"
            else _of_items(result, names, coefficient)
        )
    else:
        raise EstimationError(f"result is {a_type(result)}; pass what reliability_report() or efa() returned")
    texts = wording_of_result(result.instrument, wording) if of == "items" else {}
    axes = _draw(matrix, item_labels(matrix.names, texts), groups, ax)
    how = f", {coefficient} on the diagonal" if of == "scales" else ""
    what = counted(len(matrix.names), of.removesuffix("s"))
    set_heading(axes, f"Correlations of {what}{how}", matrix.names, pad=6)
    axes = described(axes, _alt_text(matrix, what, how, groups), _columns(matrix))
    without_frame(axes)
    return axes


def _scales_of(report: ReliabilityReport, scales: Sequence[str] | None) -> list[str]:
    """Return the scales to draw."""
    if scales is None:
        simple = [result.scale for result in report if result.stratified is None]
        return simple or [result.scale for result in report]
    names = as_different_names("scales", scales, "scales")
    if not names:
        raise EstimationError("scales is empty; name scales, or leave it out for all")
    return [report[name].scale for name in names]


def _moments_of(report: ReliabilityReport) -> ItemMoments:
    moments = needed(report.scales[0].alpha.answers)
    assert isinstance(moments, ItemMoments)
    return moments


def _of_scales(report: ReliabilityReport, scales: Sequence[str], coefficient: ReliabilityName) -> _Matrix:
    """Return the correlations of scales."""
    reliabilities = np.array([report[scale].row()[coefficient] for scale in scales])
    return _Matrix(list(scales), scale_correlations(_moments_of(report), scales), reliabilities)


def _of_items(
    report: ReliabilityReport, scales: Sequence[str], coefficient: ReliabilityName
) -> tuple[_Matrix, list[tuple[str, int]]]:
    """Return the correlations of the scales' items, and the label and the number of items of each scale."""
    items: dict[str, str] = {}
    groups = []
    for scale in scales:
        moments = needed(report[scale].alpha.moments)
        new = {
            item: f"-{item}" if reverse else item
            for item, reverse in zip(moments.items, moments.reverse.tolist(), strict=True)
            if item not in items
        }
        items |= new
        value = float(report[scale].row()[coefficient])
        known = "" if math.isnan(value) else f", {coefficient} {apa(value)}"
        groups += [(f"{shortened_id(scale)}{known}", len(new))] if new else []
    values = item_correlations(_moments_of(report), list(items))
    return _Matrix(list(items.values()), values, None), groups


def _draw(
    matrix: _Matrix, labels: Sequence[str], groups: Sequence[tuple[str, int]], ax: Axes | None
) -> PlotAxes:
    """Draw the cells below the diagonal, and what is on it."""
    k = len(matrix.names)
    ids = [shortened_id(name) for name in matrix.names] if k <= _WITH_LABELS else []
    row = max(row_of(labels), min(_WIDTH / k, _TALLEST_ROW))
    row = min(row, max(row_of(labels), 9.0 / k))
    rest = _REST + _LETTER * max(map(len, ids), default=0)
    axes = axes_for(
        ax, height_of(k, rest=rest, row=row if k * row + rest < 9.9 else ROW, advice="choose some by scales=")
    )
    below = np.tril(np.ones((k, k), dtype=np.bool_), -1)
    with_numbers = k <= _WITH_NUMBERS
    image = draw_cells(axes, matrix.values, drawn=below, numbers=with_numbers)
    stairs = np.repeat(np.arange(k + 1), 2) - 0.5
    axes.plot(stairs[1:], stairs[:-1], color=GREY, linewidth=0.5, clip_on=False)
    axes.plot(stairs[1:-2], stairs[2:-1], color=GREY, linewidth=0.5)
    if matrix.diagonal is not None:
        for place, value in enumerate(matrix.diagonal.tolist()):
            axes.text(
                place,
                place,
                _known(value),
                ha="center",
                va="center",
                fontsize=SMALL,
                fontweight="bold",
                color=INK,
            )
    set_rows(axes, labels)
    axes.set_xlim(-0.5, k - 0.5)
    axes.set_xticks(range(len(ids)), ids, rotation=90, fontsize=SMALL)
    if not ids:
        axes.set_xlabel("Columns in the order of rows", fontsize="small")
    _mark_groups(axes, groups)
    if not with_numbers:
        _draw_key(axes, image)
    return axes


def _mark_groups(axes: PlotAxes, groups: Sequence[tuple[str, int]]) -> None:
    """Draw the edges of scales, and write their names in their first rows, to the right of the diagonal."""
    begin = 0
    for label, n in groups:
        low, high = begin - 0.5, begin + n - 0.5
        axes.plot([low, low, high, high], [low, high, high, high], color=INK, linewidth=0.8, clip_on=False)
        axes.annotate(
            label, (begin + 0.5, begin), xytext=(4, 0), textcoords="offset points", ha="left", va="center",
            fontsize=SMALL, annotation_clip=False,
        )  # fmt: skip
        begin += n


def _draw_key(axes: PlotAxes, image: AxesImage) -> None:
    """Draw the key of the colours, in the corner above the diagonal."""
    place = axes.inset_axes((0.58, 0.955, 0.4, 0.018))
    bar = axes.figure.colorbar(image, cax=place, orientation="horizontal")
    bar.set_ticks([-1, -0.5, 0, 0.5, 1], labels=["-1", "-.5", "0", ".5", "1"])
    bar.ax.tick_params(labelsize=SMALL, length=2)
    bar.outline.set_linewidth(0.5)


def _known(value: float) -> str:
    return "undefined" if math.isnan(value) else apa(value)


def _cells(matrix: _Matrix) -> list[tuple[int, int, float]]:
    """Return row, column and value of each cell that is drawn, of the diagonal where it has values."""
    k = len(matrix.names)
    cells = []
    for column in range(k):
        if matrix.diagonal is not None:
            cells.append((column, column, float(matrix.diagonal[column])))
        cells += [(row, column, float(matrix.values[row, column])) for row in range(column + 1, k)]
    return cells


def _columns(matrix: _Matrix) -> dict[str, list[Any]]:
    cells = _cells(matrix)
    return {
        "row": [matrix.names[row] for row, _, _ in cells],
        "column": [matrix.names[column] for _, column, _ in cells],
        "value": [value for _, _, value in cells],
    }


def _alt_text(matrix: _Matrix, what: str, how: str, groups: Sequence[tuple[str, int]]) -> str:
    """Return the heatmap in words."""
    cells = [cell for cell in _cells(matrix) if cell[0] != cell[1]]
    known = sorted((value, row, column) for row, column, value in cells if not math.isnan(value))
    words = f"Heatmap of the correlations of {what}{how}."
    if groups:
        words += f" By scale: {'; '.join(f'{label}, {n} items' for label, n in groups)}."
    if known:
        ends = [("Lowest", known[0]), ("Highest", known[-1])] if len(known) > 1 else [("Only", known[0])]
        for name, (value, row, column) in ends:
            words += f" {name}: {matrix.names[row]} and {matrix.names[column]}, {apa(value)}."
    if matrix.diagonal is not None:
        values = zip(matrix.names, matrix.diagonal.tolist(), strict=True)
        words += f" Diagonal: {', '.join(f'{name} {_known(value)}' for name, value in values)}."
    undefined = len(cells) - len(known)
    return words + (f" {counted(undefined, 'correlation')} undefined, grey." if undefined else "")
