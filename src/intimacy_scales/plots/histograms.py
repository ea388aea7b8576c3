"""A small histogram of each item, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from matplotlib.axes import Axes

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.item_distributions import ItemDistribution, item_distributions
from intimacy_scales.plots.axes import BLUE, GREY, PlotAxes, axes_for, described
from intimacy_scales.plots.rows import (
    ROW,
    SMALL,
    height_of,
    item_labels,
    items_to_draw,
    next_to_rows,
    row_of,
    set_heading,
    set_rows,
    wording_of,
)
from intimacy_scales.plots.shades import INK
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.wording import counted, shown

_REST = 0.9  # inches of title and axis
_TALL_ROW = 0.3  # inches, where there is room
_TALLEST_BAR = 0.86  # of a row
_MOST_OPTIONS = 201
_FEW_OPTIONS = 11  # up to which each option has a tick


@reads_answers
def item_histograms(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    items: Sequence[str] | None = None,
    keyed: bool = False,
    wording: bool = False,
    ax: Axes | None = None,
    **reading: Unpack[ReadingOptions],
) -> PlotAxes:
    """Draw a histogram of the answers to each item, one below the other.

    All bars have the same unit, percent of those who answered the item. Items with different response scales
    are drawn from the lowest to the highest option of each.

    Parameters
    ----------
    answers, responses, scale, items, keyed, wording
        As in `likert_bars`.
    ax
        Axes of matplotlib to draw on; None: new ones.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each option of an item.

    Raises
    ------
    EstimationError
        An item with more than 201 options, or more items than fit on a page.
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> axes = item_histograms("scii-24", simulate("scii-24", 200, rng=1).answers, scale="trust")
    >>> int(axes.to_frame()["persons"].sum())
    800
    """
    given = answers_given(answers, responses, reading)
    form = given.instrument
    rows = item_distributions(given, items_to_draw(form, scale, items), keyed=keyed)
    for row in rows:
        if len(row.options) > _MOST_OPTIONS:
            raise EstimationError(
                f"{row.item} has {len(row.options)} options; allowed: up to {_MOST_OPTIONS}; leave it out by "
                "items="
            )
    labels = item_labels(
        [f"-{row.item}" if row.reverse else row.item for row in rows], wording_of(form, wording)
    )
    lowest_row = row_of(labels)
    height = height_of(len(rows), rest=_REST, row=lowest_row, advice="choose some by scale= or items=")
    roomy = _REST + len(rows) * max(_TALL_ROW, lowest_row)
    axes = axes_for(ax, min(max(height, roomy), max(height, _REST + 60 * ROW)))
    largest = max((float(row.percents.max()) for row in rows), default=0.0)
    for place, row in enumerate(rows):
        _draw_item(axes, place, row, largest)
    _set_options(axes, rows)
    set_rows(axes, labels, above=0.6)
    next_to_rows(axes, [shown(row.mean, 2) for row in rows], "Mean")
    if len({row.n for row in rows}) > 1:
        next_to_rows(axes, [str(row.n) for row in rows], "n", after=34)
    how = "as keyed" if keyed else "as answered"
    persons = counted(rows[0].n + rows[0].n_missing, "person")
    set_heading(
        axes, f"{counted(len(rows), 'item')}, {how}, {persons}; tallest bar {shown(largest, 0)}%", labels
    )
    return described(axes, _alt_text(rows, how, persons, largest), _columns(rows))


def _draw_item(axes: PlotAxes, place: int, row: ItemDistribution, largest: float) -> None:
    """Draw the bars of an item on its row, whose lower edge is the base."""
    base = place + 0.5 - 0.04
    axes.hlines(base, 0, 1, color=GREY, linewidth=0.5)
    if not row.n:
        axes.text(0.5, place, "no answers", fontsize=SMALL, ha="center", va="center", color=INK)
        return
    width = 0.8 / max(len(row.options), 2)
    axes.bar(
        _places(row), -row.percents / largest * _TALLEST_BAR, bottom=base, width=width, color=BLUE,
        edgecolor="none",
    )  # fmt: skip


def _places(row: ItemDistribution) -> list[float]:
    """Return where the options of an item are, between 0 and 1."""
    low, high = row.options[0], row.options[-1]
    half = 0.5 / max(len(row.options), 2)
    return [half + (1 - 2 * half) * (option - low) / (high - low) for option in row.options]


def _set_options(axes: PlotAxes, rows: Sequence[ItemDistribution]) -> None:
    """Label the options, where all items have the same; otherwise their ends."""
    axes.set_xlim(-0.02, 1.02)
    first = rows[0]
    alike = all(row.options == first.options for row in rows)
    if alike and len(first.options) <= _FEW_OPTIONS:
        axes.set_xticks(_places(first), [str(option) for option in first.options], fontsize=SMALL)
    elif alike:
        chosen = np.linspace(0, len(first.options) - 1, 5).round().astype(int).tolist()
        places = _places(first)
        axes.set_xticks([places[k] for k in chosen], [str(first.options[k]) for k in chosen], fontsize=SMALL)
    else:
        axes.set_xticks([0.08, 0.92], ["lowest option", "highest option"], fontsize=SMALL)
    axes.tick_params(axis="x", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _columns(rows: Sequence[ItemDistribution]) -> dict[str, list[Any]]:
    cells = [(row, k) for row in rows for k in range(len(row.options))]
    return {
        "item": [row.item for row, _ in cells],
        "reverse_keyed": [row.reverse for row, _ in cells],
        "option": [row.options[k] for row, k in cells],
        "persons": [int(row.counts[k]) for row, k in cells],
        "percent": [float(row.percents[k]) for row, k in cells],
        "mean": [row.mean for row, _ in cells],
        "missing": [row.n_missing for row, _ in cells],
    }


def _alt_text(rows: Sequence[ItemDistribution], how: str, persons: str, largest: float) -> str:
    """Return the plot in words."""
    words = f"Histograms of the answers to {counted(len(rows), 'item')}, {how}, {persons}."
    answered = [row for row in rows if row.n]
    if answered:
        peak = next(row for row in answered if float(row.percents.max()) == largest)
        option = peak.options[int(peak.percents.argmax())]
        means = [row.mean for row in answered]
        words += (
            f" Means are {shown(min(means), 2)} to {shown(max(means), 2)}. The most frequent answer to one "
            f"item is {option} to {peak.item}, {shown(largest, 0)}%."
        )
    if len(answered) < len(rows):
        words += f" Nobody answered {', '.join(row.item for row in rows if not row.n)}."
    return words
