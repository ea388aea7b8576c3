"""Diverging bars of the options that were chosen: low options to the left, high ones to the right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Unpack, get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.item_distributions import ItemDistribution, item_distributions
from intimacy_scales.plots.axes import GREY, PlotAxes, axes_for, described
from intimacy_scales.plots.rows import (
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
from intimacy_scales.plots.shades import INK, LINE, ink_on, option_colors
from intimacy_scales.plots.texts import folded
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.wording import counted, shown

Neutral = Literal["split", "apart"]
Floats = NDArray[np.float64]
_REST = 1.5  # inches of title, axis and key
_MOST_OPTIONS = 11
_GAP = 6.0  # percent between the other bars and those of the middle option that is drawn apart
_SHARE = 0.72  # of the new axes' width that bars have after labels took theirs
_TEXT = 0.24  # inches that a percentage in a bar needs
_HATCH_WIDTH = 0.6  # points
_SECOND_COLUMN = 34.0  # points from the axes
_FEW_LETTERS = 14  # of the texts of options, for four of them in a line of the key


@reads_answers
def likert_bars(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    items: Sequence[str] | None = None,
    neutral: Neutral = "split",
    keyed: bool = False,
    wording: bool = False,
    ax: Axes | None = None,
    **reading: Unpack[ReadingOptions],
) -> PlotAxes:
    """Draw which options were chosen as diverging bars, a row for each item, sorted by their means.

    Parameters
    ----------
    answers, responses
        As in `cronbach_alpha`: checked answers or their moments, or an instrument and its table.
    scale, items
        Items of one scale, or the items named; by default all.
    neutral
        The middle option of an odd number: ``split``, half of it on either side of the line; ``apart``, in
        bars of its own on the right.
    keyed
        Whether reverse-keyed items are drawn as scoring counts them; by default all are drawn as answered.
    wording
        Whether rows show the wording of items, where the instrument has it.
    ax
        Axes of matplotlib to draw on; None: new ones.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        Items with different options or more than 11 of them, more items than fit on a page, or an unknown
        option.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Bars are percentages of those who answered the item (Robbins & Heiberger, 2011). Figures in bars are
    percentages too, where there is room; means and numbers of persons are on the right.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 200, rng=1).answers
    >>> axes = likert_bars("scii-24", answers, scale="trust")
    >>> axes.to_frame()[["item", "n", "mean"]].round(2).values.tolist()[0]
    ['tru11', 200, 4.12]
    """
    if neutral not in get_args(Neutral):
        raise EstimationError(not_one_of("neutral", neutral, get_args(Neutral)))
    given = answers_given(answers, responses, reading)
    form = given.instrument
    rows = list(item_distributions(given, items_to_draw(form, scale, items), keyed=keyed))
    options = _common_options(rows)
    rows.sort(key=lambda row: -row.mean if row.n else float("inf"))
    texts = wording_of(form, wording)
    labels = item_labels([f"-{row.item}" if row.reverse else row.item for row in rows], texts)
    texts_of_options = _option_texts(form, rows, options)
    row = row_of(labels)
    key_lines = -(-len(options) // _key_columns(texts_of_options))
    height = height_of(
        len(rows), rest=_REST + 0.14 * key_lines, row=row, advice="choose some by scale= or items=",
    )  # fmt: skip
    axes = axes_for(ax, height)
    _draw(axes, rows, len(options), neutral)
    set_rows(axes, labels, above=0.5)
    next_to_rows(axes, [shown(row.mean, 2) for row in rows], "Mean")
    if len({row.n for row in rows}) > 1:
        next_to_rows(axes, [str(row.n) for row in rows], "n", after=_SECOND_COLUMN)
    _draw_key(axes, texts_of_options)
    how = "as keyed" if keyed else "as answered"
    persons = counted(rows[0].n + rows[0].n_missing, "person")
    set_heading(axes, f"{counted(len(rows), 'item')}, {how}, {persons}", labels)
    return described(axes, _alt_text(rows, texts_of_options, how, persons), _columns(rows, options))


def _common_options(rows: Sequence[ItemDistribution]) -> tuple[int | float, ...]:
    """Return the options of all items."""
    options = rows[0].options
    for row in rows:
        if row.options != options:
            raise EstimationError(
                f"{rows[0].item} has the options {_listed(options)}, {row.item} {_listed(row.options)}; pass "
                "items= with the same options, or use item_histograms()"
            )
    if len(options) > _MOST_OPTIONS:
        raise EstimationError(
            f"items have {len(options)} options; allowed: up to {_MOST_OPTIONS}; use item_histograms()"
        )
    return options


def _listed(options: Sequence[int | float]) -> str:
    return f"{options[0]} to {options[-1]}" if len(options) > 2 else " and ".join(map(str, options))


def _option_texts(
    form: Instrument, rows: Sequence[ItemDistribution], options: Sequence[int | float]
) -> list[str]:
    """Return the number of each option, and its text if it has the same in all items that are drawn.

    Items that are turned round, or whose options have scores of their own, have no texts.
    """
    scales = {form.item(row.item).response_scale for row in rows}
    plain = not any(row.reverse for row in rows) and not any(scale.scores for scale in scales)
    texts = {tuple(scale.labels) for scale in scales}
    labels = dict(next(iter(texts))) if plain and len(texts) == 1 else {}
    return [f"{option} {labels[option]}" if option in labels else f"{option}" for option in options]


def _draw(axes: PlotAxes, rows: Sequence[ItemDistribution], n_options: int, neutral: Neutral) -> None:
    """Draw the bars, with a line between low and high options."""
    half, is_odd = divmod(n_options, 2)
    middle = half if is_odd else None
    is_apart = neutral == "apart" and middle is not None
    widths = np.array([row.percents for row in rows])
    in_line = widths.copy()
    if is_apart:
        in_line[:, half] = 0
    halves = in_line[:, half] / 2 if is_odd else np.zeros(len(rows))
    lows = in_line[:, :half].sum(axis=1) + halves
    lefts = np.cumsum(in_line, axis=1) - in_line - lows[:, None]
    right = float((in_line.sum(axis=1) - lows).max())
    apart = right + _GAP
    if is_apart:
        lefts[:, half] = apart
        right = apart + float(widths[:, half].max())
    axes.set_xlim(-max(float(lows.max()), 1.0) - 2, max(right, 1.0) + 2)
    for option, color in enumerate(option_colors(n_options)):
        _draw_option(
            axes, widths[:, option], lefts[:, option], color, _hatch(option, middle, half), option == middle
        )
    for place, row in enumerate(rows):
        if not row.n:
            axes.text(0, place, "no answers", fontsize=SMALL, ha="center", va="center", color=INK)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=0.5 if is_odd and not is_apart else 2)
    axes.set_xlabel("Percent of answers", fontsize="small")
    _set_ticks(axes, apart if is_apart else None)


def _draw_option(
    axes: PlotAxes, widths: Floats, lefts: Floats, color: str, hatch: str | None, is_middle: bool
) -> None:
    """Draw the bars of one option, with percentages where there is room."""
    chosen = np.flatnonzero(widths)
    axes.barh(
        chosen, widths[chosen], left=lefts[chosen], height=0.82, color=color,
        edgecolor=GREY if is_middle else "white", linewidth=0.4, hatch=hatch, hatch_linewidth=_HATCH_WIDTH,
    )  # fmt: skip
    low, high = axes.get_xlim()
    inches = _SHARE * axes.bbox.width / axes.figure.dpi / (high - low)
    for place in np.flatnonzero(widths * inches >= _TEXT).tolist():
        axes.text(
            lefts[place] + widths[place] / 2, place, shown(float(widths[place]), 0), ha="center", va="center",
            fontsize=SMALL, color=ink_on(color),
            bbox={"facecolor": color, "edgecolor": "none", "pad": 1.2} if hatch else None,
        ).set_in_layout(False)  # fmt: skip


def _hatch(option: int, middle: int | None, half: int) -> str | None:
    """Return the hatch of low options, which print in the same greys as high ones."""
    return "////" if option < half and option != middle else None


def _set_ticks(axes: PlotAxes, apart: float | None) -> None:
    """Label both sides of the line with percentages that count from it."""
    low, high = axes.get_xlim()
    high = high if apart is None else apart - _GAP
    step = 20 if high - low <= 160 else 40
    ticks = [float(place) for place in range(-3 * step, 101, step) if low <= place <= high]
    texts = [str(abs(int(tick))) for tick in ticks]
    if apart is not None:
        ticks, texts = [*ticks, apart], [*texts, "0"]
        axes.axvline(apart, color=GREY, linewidth=0.8, zorder=2)
    axes.set_xticks(ticks, texts, fontsize=SMALL)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def _key_columns(texts: Sequence[str]) -> int:
    """Return how many options stand in a line of the key."""
    longest = max(map(len, texts))
    return len(texts) if longest <= 3 else 4 if longest <= _FEW_LETTERS else 2


def _draw_key(axes: PlotAxes, texts: Sequence[str]) -> None:
    """Draw the key of the options below the axis."""
    n, half = len(texts), len(texts) // 2
    middle = half if n % 2 else None
    handles = [
        Patch(
            facecolor=color, edgecolor=GREY if place == middle else "white", linewidth=0.4,
            hatch=_hatch(place, middle, half), hatch_linewidth=_HATCH_WIDTH,
            label=folded(text, width=30, most=1),
        )
        for place, (color, text) in enumerate(zip(option_colors(n), texts, strict=True))
    ]  # fmt: skip
    below = axes.transAxes + ScaledTranslation(0, -0.36, axes.figure.dpi_scale_trans)
    axes.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=below, frameon=False,
        ncols=_key_columns(texts), fontsize=SMALL, columnspacing=1.0, handlelength=1.4, handletextpad=0.4,
        borderaxespad=0.0,
    )  # fmt: skip


def _columns(rows: Sequence[ItemDistribution], options: Sequence[int | float]) -> dict[str, list[Any]]:
    return {
        "item": [row.item for row in rows],
        "reverse_keyed": [row.reverse for row in rows],
        "n": [row.n for row in rows],
        "missing": [row.n_missing for row in rows],
        "mean": [row.mean for row in rows],
        **{f"% {option}": [float(row.percents[k]) for row in rows] for k, option in enumerate(options)},
    }


def _alt_text(rows: Sequence[ItemDistribution], texts: Sequence[str], how: str, persons: str) -> str:
    """Return the plot in words."""
    answered = [row for row in rows if row.n]
    words = (
        f"Diverging bars of the options {texts[0]} to {texts[-1]}, {counted(len(rows), 'item')}, {how}, "
        f"{persons}."
    )
    if answered:
        first, last = answered[0], answered[-1]
        words += f" Highest mean: {first.item}, {shown(first.mean, 2)}"
        words += f"; lowest: {last.item}, {shown(last.mean, 2)}." if len(answered) > 1 else "."
        for row in (first, last)[: len(answered)]:
            parts = ", ".join(
                f"{option} {shown(percent, 0)}%"
                for option, percent in zip(row.options, row.percents.tolist(), strict=True)
            )
            words += f" {row.item}: {parts}."
    if len(answered) < len(rows):
        words += f" Nobody answered {', '.join(row.item for row in rows if not row.n)}."
    return words
