"""Loadings of items on factors, as coloured cells with numbers."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.results.estimates import check_group
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.exploratory.analysis import EFAResult
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import PlotAxes, axes_for, described
from intimacy_scales.plots.heatmaps import draw_cells, without_frame
from intimacy_scales.plots.rows import (
    SMALL,
    height_of,
    item_labels,
    next_to_rows,
    row_of,
    set_heading,
    set_rows,
    shortened_id,
    wording_of_result,
)
from intimacy_scales.results.wording import apa, counted

Floats = NDArray[np.float64]
_REST = 0.75  # inches of title and names of factors
_MOST_FACTORS = 12
_LEVEL_NAMES = 6  # factors up to which short names are written level
_LETTER = 0.065  # inches of a letter of an upright name


class _Loadings(NamedTuple):
    """Loadings (p, m), nan where they are undefined; which of them are in the model; and communalities."""

    items: list[str]
    factors: list[str]
    values: Floats
    in_model: NDArray[np.bool_]
    communalities: Floats | None


def loadings_heatmap(
    result: EFAResult | CFAResult,
    *,
    group: str | None = None,
    sort: bool = False,
    wording: bool | Instrument = False,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw the loadings of items on factors as coloured cells with numbers.

    Parameters
    ----------
    result
        What `efa` or `cfa` returned. Of an EFA, pattern loadings are drawn, with communalities on the right;
        of a CFA, completely standardized loadings (``std_all``).
    group
        Label of the group, where a CFA has several.
    sort
        Whether items are sorted: by the factor on which they load most, then by the size of that loading.
    wording
        Whether rows show the wording of items; the instrument itself, where it is not a shipped one.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        Another result, an unknown group, more than 12 factors, or more items than fit on a page.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    The largest loading of each item is bold. Empty cells are loadings that are not in the model.

    Examples
    --------
    >>> from intimacy_scales import efa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 500, rng=1).answers)
    >>> result = efa(answers, 2, items=["tru01", "tru04", "tru09", "com01", "com05", "com13"])
    >>> loadings_heatmap(result).to_frame().columns.tolist()
    ['item', 'F1', 'F2', 'communality']
    """
    loadings = _loadings_of(result, group)
    if len(loadings.factors) > _MOST_FACTORS:
        raise EstimationError(
            f"{len(loadings.factors)} factors do not fit in a column; allowed: up to {_MOST_FACTORS}; "
            "to_frame() has all loadings"
        )
    if sort:
        loadings = _sorted(loadings)
    texts = wording_of_result(result.instrument, wording)
    labels = item_labels(loadings.items, texts)
    names = [shortened_id(name) for name in loadings.factors]
    upright = len(names) > _LEVEL_NAMES or max(map(len, names)) * len(names) > 48
    rest = _REST + (_LETTER * max(map(len, names)) if upright else 0.0)
    height = height_of(
        len(labels), rest=rest, row=row_of(labels) * 1.1 if len(labels) <= 50 else row_of(labels),
        advice="to_frame() of the result has all loadings",
    )  # fmt: skip
    axes = axes_for(ax, height)
    largest = np.nan_to_num(np.abs(loadings.values), nan=-1.0)
    bold = (largest == largest.max(axis=1, keepdims=True)) & (largest >= 0) & (len(names) > 1)
    draw_cells(axes, loadings.values, drawn=loadings.in_model, numbers=True, bold=bold)
    set_rows(axes, labels)
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(names)), names, rotation=90 if upright else 0, fontsize=SMALL)
    if loadings.communalities is not None:
        next_to_rows(axes, [apa(float(value)) for value in loadings.communalities], "Communality")
    where = "" if group is None else f", group {group}"
    kind = "Pattern loadings" if isinstance(result, EFAResult) else "Standardized loadings"
    set_heading(axes, f"{kind}{where}, n = {result.n}", labels, pad=6)
    axes = described(axes, _alt_text(loadings, f"{kind}{where}"), _columns(loadings))
    without_frame(axes)
    return axes


def _loadings_of(result: EFAResult | CFAResult, group: str | None) -> _Loadings:
    if isinstance(result, EFAResult):
        if group is not None:
            raise EstimationError(f"group={group!r}: an EFA has one group; leave group= out")
        everything = np.ones(result.loadings.shape, dtype=np.bool_)
        return _Loadings(
            list(result.names), list(result.factors), result.loadings, everything, result.communalities
        )
    if not isinstance(result, CFAResult):
        raise EstimationError(f"result is {a_type(result)}; pass what efa() or cfa() returned")
    check_group(group, result.groups or (None,))
    rows = [p for p in result.parameters if p.op == "=~" and p.group == group]
    items, factors = (list(dict.fromkeys(getattr(p, side) for p in rows)) for side in ("rhs", "lhs"))
    values = np.full((len(items), len(factors)), math.nan)
    in_model = np.zeros(values.shape, dtype=np.bool_)
    for p in rows:
        cell = items.index(p.rhs), factors.index(p.lhs)
        values[cell], in_model[cell] = p.std_all, True
    return _Loadings(items, factors, values, in_model, None)


def _sorted(loadings: _Loadings) -> _Loadings:
    """Return the loadings sorted by factor, and within factors by size."""
    sizes = np.nan_to_num(np.abs(loadings.values), nan=-1.0)
    order = np.lexsort((-sizes.max(axis=1), sizes.argmax(axis=1)))
    shared = None if loadings.communalities is None else loadings.communalities[order]
    return _Loadings(
        [loadings.items[place] for place in order],
        loadings.factors,
        loadings.values[order],
        loadings.in_model[order],
        shared,
    )


def _columns(loadings: _Loadings) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"item": list(loadings.items)}
    for place, name in enumerate(loadings.factors):
        columns[name] = loadings.values[:, place].tolist()
    if loadings.communalities is not None:
        columns["communality"] = loadings.communalities.tolist()
    return columns


def _alt_text(loadings: _Loadings, kind: str) -> str:
    """Return the heatmap in words: the items that load most on each factor."""
    words = (
        f"{kind} of {counted(len(loadings.items), 'item')} on {counted(len(loadings.factors), 'factor')}, as "
        "a heatmap."
    )
    sizes = np.nan_to_num(np.abs(loadings.values), nan=-1.0)
    most = sizes.argmax(axis=1)
    for place, factor in enumerate(loadings.factors):
        items = np.flatnonzero((most == place) & (sizes[:, place] >= 0))
        if not len(items):
            words += f" {factor}: no item loads most on it."
            continue
        values = loadings.values[items, place]
        low, high = float(values.min()), float(values.max())
        ends = apa(low) if low == high else f"{apa(low)} to {apa(high)}"
        words += f" {factor}: {counted(len(items), 'item')}, {ends}."
    undefined = int(np.count_nonzero(loadings.in_model & np.isnan(loadings.values)))
    return words + (f" {counted(undefined, 'loading')} undefined." if undefined else "")
