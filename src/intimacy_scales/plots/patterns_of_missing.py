"""The most frequent patterns of missing answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.moments.missing_patterns import MissingPatterns, missing_patterns_of
from intimacy_scales.plots.axes import BLUE, GREY, PlotAxes, axes_for, described
from intimacy_scales.plots.rows import (
    SMALL,
    height_of,
    item_labels,
    items_to_draw,
    next_to_rows,
    row_of,
    set_heading,
    wording_of,
)
from intimacy_scales.plots.shades import INK
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.wording import counted

_BARS = 0.9  # inches: height of the bars above the items
_REST = 0.7  # inches of title and note
_MOST = 20


@reads_answers
def missing_patterns(
    answers: CodedResponses | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    items: Sequence[str] | None = None,
    most: int = 12,
    wording: bool = False,
    ax: Axes | None = None,
    **reading: Unpack[ReadingOptions],
) -> PlotAxes:
    """Draw the most frequent patterns of missing answers, and how many persons have each.

    A column is a pattern; dark squares are the items that its persons skipped. Items that everyone of these
    patterns answered are left out and counted below.

    Parameters
    ----------
    answers, responses, scale, items, wording
        As in `missing_map`.
    most
        The largest number of patterns, up to 20.
    ax
        Axes of matplotlib to draw on; None: new ones.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each pattern, and 1
        where an item is missing.

    Raises
    ------
    EstimationError
        No persons, moments instead of answers, more items than fit on a page, or `most` is not valid.
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> axes = missing_patterns("scii-12", simulate("scii-12", 100, missing=0.05, rng=1).answers, most=5)
    >>> axes.to_frame()["persons"].tolist()[0] > 40
    True
    """
    if isinstance(most, bool) or not isinstance(most, int | np.integer) or not 1 <= most <= _MOST:
        raise EstimationError(f"most={most!r} is not valid; allowed: a whole number from 1 to {_MOST}")
    coded = coded_given(answers, responses, reading)
    form = coded.instrument
    names = items_to_draw(form, scale, items)
    if not len(coded):
        raise EstimationError("there are no persons; pass a table with at least one row")
    whole = missing_patterns_of(coded.codes[:, [form.item_ids.index(name) for name in names]] == 0)
    patterns = MissingPatterns(whole.missing[:most], whole.counts[:most])
    drawn = [k for k in range(len(names)) if patterns.missing[:, k].any()]
    labels = item_labels([names[k] for k in drawn], wording_of(form, wording))
    row = row_of(labels)
    height = height_of(
        len(drawn), rest=_REST + _BARS, row=row, advice="choose some by scale= or items=, or lower most=",
    )  # fmt: skip
    axes = axes_for(ax, height)
    _draw(axes, patterns, drawn, _BARS / row if len(drawn) > 1 else 4.0)
    axes.set_yticks(range(len(drawn)), labels, fontsize=SMALL)
    counts = patterns.missing[:, drawn].T @ patterns.counts
    next_to_rows(axes, [str(int(count)) for count in counts], "")
    if drawn:
        next_to_rows(axes, ["skipped by"], "", rows=[-0.95])
    set_heading(
        axes,
        f"{len(patterns.counts)} of {counted(len(whole.counts), 'pattern')}, {int(patterns.counts.sum())} of "
        f"{counted(len(coded), 'person')}",
        labels,
        pad=6,
    )
    note = "Dark: missing."
    if len(names) > len(drawn):
        note += f" {counted(len(names) - len(drawn), 'item')} that everyone here answered: not drawn."
    axes.set_xlabel(note, fontsize="small", loc="left")
    columns: dict[str, Any] = {"persons": patterns.counts.tolist()}
    columns |= {name: patterns.missing[:, k].astype(int).tolist() for k, name in enumerate(names)}
    axes = described(axes, _alt_text(names, patterns, whole, len(coded)), columns)
    axes.spines[["left", "bottom"]].set_visible(False)
    return axes


def _draw(axes: PlotAxes, patterns: MissingPatterns, drawn: Sequence[int], bars: float) -> None:
    """Draw the squares of each pattern, and above them the bars of its persons."""
    n = len(patterns.counts)
    if drawn:
        shown = np.where(patterns.missing[:, drawn].T, 1.0, 0.0)
        axes.imshow(shown, aspect="auto", cmap=ListedColormap(["#e4e9ee", INK]), vmin=0, vmax=1)
        edges: dict[str, Any] = {"color": "white", "linewidth": 2.5}
        axes.hlines(np.arange(len(drawn) - 1) + 0.5, -0.5, n - 0.5, **edges)
        axes.vlines(np.arange(n - 1) + 0.5, -0.5, len(drawn) - 0.5, **edges)
    top = -0.7
    tallest = 0.72 * bars
    heights = tallest * patterns.counts / patterns.counts.max()
    axes.bar(range(n), -heights, bottom=top, width=0.8, color=BLUE)
    for column, count in enumerate(patterns.counts.tolist()):
        axes.annotate(
            str(count), (column, top - heights[column]), xytext=(0, 1.5), textcoords="offset points",
            ha="center", va="bottom", fontsize=SMALL,
        )  # fmt: skip
    axes.hlines(top, -0.5, n - 0.5, color=GREY, linewidth=0.6)
    axes.set_xlim(-0.6, max(n, 4) - 0.4)
    axes.set_ylim(max(len(drawn), 1) - 0.4, top - bars)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.set_facecolor("white")


def _alt_text(names: Sequence[str], patterns: MissingPatterns, whole: MissingPatterns, n_persons: int) -> str:
    """Return the plot in words."""
    parts = []
    for missing, count in zip(patterns.missing[:5], patterns.counts.tolist(), strict=False):
        skipped = [name for name, is_missing in zip(names, missing.tolist(), strict=True) if is_missing]
        if not skipped:
            what = "nothing missing"
        elif len(skipped) == len(names):
            what = "everything missing"
        else:
            what = f"{', '.join(skipped)} missing" if len(skipped) <= 4 else f"{len(skipped)} items missing"
        parts.append(f"{counted(count, 'person')}: {what}")
    return (
        f"Patterns of missing answers, {len(patterns.counts)} of {len(whole.counts)}, the most frequent "
        f"first, {counted(n_persons, 'person')}. {'; '.join(parts)}."
    )
