"""How the scores of a sample are distributed on each scale, with floor, ceiling, norms and cut-offs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Norm
from intimacy_scales.instrument.cutoff import Cutoff
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, PlotAxes, axes_for, described
from intimacy_scales.plots.score_rows import (
    LINE,
    ScoreRows,
    note_lines,
    score_rows,
    show_possible_scores,
    write_notes,
)
from intimacy_scales.plots.texts import folded, folded_apart
from intimacy_scales.results.wording import counted, digits_with_spread, shown
from intimacy_scales.scoring import Scores
from intimacy_scales.scoring.norms import NormChoice, choose_norms
from intimacy_scales.scoring.summary import ScaleSummary

Floats = NDArray[np.float64]
_ROW, _MARGIN = 0.62, 0.85  # inches: a row, the axis and the title
_TALLEST = 0.62  # of the largest bar, in rows
_MOST_BARS = 61  # a bar for each possible score up to here
_FEWER_BARS = 30
_MARKERS = ("D", "^", "v", "P", "X", "p")
_MOST_NOTES = 9
_APART = 0.11  # numbers above lines, in shares of the axis


class _Bars(NamedTuple):
    """The bars of a scale: middles and width in scores, persons, and whether each bar is one score."""

    middles: Floats
    width: float
    persons: NDArray[np.int64]
    single: bool


def score_distributions(
    scores: Scores,
    *,
    scales: Sequence[str] | None = None,
    norm: NormChoice = None,
    cutoffs: bool = True,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw a histogram of each scale's scores, with the persons at floor and ceiling, norms and cut-offs.

    Parameters
    ----------
    scores
        The scores of a table, from `score`.
    scales
        The scales to draw; None: all, composites last.
    norm
        A `Norm` or several, or the name of one of the instrument's samples, drawn as mean ± 1 SD; None: the
        instrument's samples that are not special groups.
    cutoffs
        Whether to draw the instrument's published cut-offs.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        These are not scores of a table, nobody has a score, or there is no such scale.
    NoNormsError
        There is no such norm.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    There is a bar for each possible score, with prorated scores at the nearest one, or 30 bars where more
    than 61 scores are possible. Hatched bars are the lowest and the highest possible score. M, SD and the
    percentages are those of `Scores.summary`. Scales with different ranges are drawn in percent of the
    maximum possible score.

    Examples
    --------
    >>> from intimacy_scales import score, simulate
    >>> axes = score_distributions(score("csi-16", simulate("csi-16", 200, rng=1).answers))
    >>> int(axes.to_frame()["persons"].sum())
    200
    """
    if not isinstance(scores, Scores):
        raise EstimationError(
            f"scores is {a_type(scores)}; allowed: the scores of a table, score(form, table)"
        )
    rows = score_rows(scores.form, {name: scores.range(name) for name in scores.scale_ids}, scales)
    summaries = {summary.scale: summary for summary in scores.summary().scales}
    if not any(summaries[name].n for name in rows.scales):
        raise EstimationError("nobody has a score on these scales; there is nothing to draw")
    norms = _norms(scores, norm, rows)
    lines = [c for c in scores.form.cutoffs if c.scale in rows.scales] if cutoffs else []
    bars = {name: _bars(scores, name) for name in rows.scales}
    notes = _notes(norms, lines, rows)
    if any(b.single and b.persons[[0, -1]].any() for b in bars.values()):
        notes.insert(0, "Hatched: persons with the lowest or highest possible score")
    below = note_lines(notes)
    axes = axes_for(ax, _MARGIN + _ROW * len(rows.scales) + LINE * len(below))
    largest = max(float((b.persons / max(b.persons.sum(), 1)).max()) for b in bars.values())
    for row, name in enumerate(reversed(rows.scales)):
        _draw_bars(axes, rows, name, row, bars[name], largest)
        _draw_norms(axes, rows, [n for n in norms if n.scale == name], norms, row)
        _draw_cutoffs(axes, rows, [c for c in lines if c.scale == name], row)
        _write_figures(axes, summaries[name], row)
    _finish(axes, rows, below, max(_half_width(rows, name, bars[name]) for name in rows.scales))
    subject = f"{scores.instrument.id}: scores of {counted(len(scores), 'person')}"
    axes.set_title(folded(subject, width=60, most=2), loc="left", fontsize="medium")
    columns = {
        "scale": [name for name in rows.scales for _ in bars[name].persons],
        "score": [x for name in rows.scales for x in bars[name].middles.tolist()],
        "persons": [n for name in rows.scales for n in bars[name].persons.tolist()],
    }
    return described(axes, _alt_text(subject, rows, summaries, notes), columns)


def _norms(scores: Scores, norm: NormChoice, rows: ScoreRows) -> list[Norm]:
    """Return the norms to draw: the chosen ones, or those of the instrument's general samples."""
    chosen = [n for n in scores.form.norms if not n.special]
    if norm is not None:
        chosen = list(choose_norms(scores.form, norm).values())
    return [n for n in chosen if n.scale in rows.scales]


def _bars(scores: Scores, scale: str) -> _Bars:
    """Return how many persons have each possible score, or a score in each of 30 equal parts of the range."""
    values = scores[scale][~np.isnan(scores[scale])]
    low, high = scores.range(scale)
    possible = scores.n_possible(scale)
    single = 2 <= possible <= _MOST_BARS
    if single:
        width = (high - low) / (possible - 1)
        places = np.rint((values - low) / width).astype(np.int64)
    else:
        possible = _FEWER_BARS
        width = (high - low) / possible
        places = np.minimum(((values - low) / width).astype(np.int64), possible - 1)
    middles = low + width * (np.arange(possible, dtype=np.float64) + (0.0 if single else 0.5))
    return _Bars(middles, width, np.bincount(places, minlength=possible), single)


def _draw_bars(axes: PlotAxes, rows: ScoreRows, scale: str, row: int, bars: _Bars, largest: float) -> None:
    """Draw the histogram of a scale above the line of its row."""
    low, high = (rows.on_axis(scale, end) for end in rows.ranges[scale])
    axes.plot([low, high], [row, row], color=GREY, linewidth=0.8, zorder=1)
    if not bars.persons.any():
        return
    heights = _TALLEST * bars.persons / bars.persons.sum() / largest
    middles = rows.on_axis(scale, bars.middles)
    width = (rows.on_axis(scale, bars.width) - rows.on_axis(scale, 0.0)) * 0.86
    at_end = np.zeros(len(middles), dtype=bool)
    at_end[[0, -1]] = bars.single
    axes.bar(middles[~at_end], heights[~at_end], width, bottom=row, color=BLUE, zorder=2)
    hatched = at_end & (heights > 0)  # a bar of nobody would be an orange line
    axes.bar(
        middles[hatched], heights[hatched], width, bottom=row, facecolor="white", edgecolor=ORANGE,
        hatch="////", linewidth=0.8, zorder=2,
    )  # fmt: skip


def _draw_norms(
    axes: PlotAxes, rows: ScoreRows, norms: Sequence[Norm], every: Sequence[Norm], row: int
) -> None:
    """Draw mean ± 1 SD of each norm below the line of a row."""
    samples = list(dict.fromkeys(n.sample for n in every))
    for place, norm in enumerate(norms, 1):
        low, high = rows.ranges[norm.scale]
        sides = max(norm.mean - norm.sd, low), min(norm.mean + norm.sd, high)
        ends = [rows.on_axis(norm.scale, side) for side in sides]
        middle, y = rows.on_axis(norm.scale, norm.mean), row - 0.24 * place / (len(norms) + 1) - 0.02
        axes.plot(ends, [y, y], color="black", linewidth=0.9, zorder=2)
        marker = _MARKERS[samples.index(norm.sample) % len(_MARKERS)]
        axes.plot([middle], [y], color="black", marker=marker, markersize=4.5, linestyle="none", zorder=3)


def _boundary(cutoff: Cutoff) -> float:
    """Return the boundary of a cut-off; of a band, where it begins."""
    boundary = cutoff.side()[1]
    return float(boundary[0] if isinstance(boundary, tuple) else boundary)


def _draw_cutoffs(axes: PlotAxes, rows: ScoreRows, cutoffs: Sequence[Cutoff], row: int) -> None:
    """Draw a dashed line at each boundary, except at the lowest possible score, where a band begins."""
    last = -math.inf  # that has its number written above it
    for boundary in sorted({_boundary(c) for c in cutoffs}):
        low, high = rows.ranges[cutoffs[0].scale]
        if low < boundary <= high:
            x = rows.on_axis(cutoffs[0].scale, boundary)
            axes.plot([x, x], [row, row + 0.7], color="black", linewidth=1, linestyle="--", zorder=3)
            if x - last > _APART * (rows.ends[1] - rows.ends[0]):
                axes.text(x, row + 0.71, f"{boundary:g}", ha="center", va="bottom", fontsize="x-small")
                last = x


def _write_figures(axes: PlotAxes, summary: ScaleSummary, row: int) -> None:
    """Write n, mean, SD and the percentages at both ends on the right of a row."""
    axes.text(
        1.02, row + 0.3, _figures(summary, "\n"), transform=axes.get_yaxis_transform(), va="center",
        fontsize="x-small", color=GREY, linespacing=1.25,
    )  # fmt: skip


def _figures(summary: ScaleSummary, between: str) -> str:
    """Return n, mean, SD and the percentages at both ends as a text."""
    if not summary.n:
        return "n = 0"
    figures = summary.figures()
    digits = digits_with_spread(summary.mean, 0.0 if math.isnan(summary.sd) else summary.sd)
    spread = "" if math.isnan(summary.sd) else f", SD {shown(summary.sd, digits)}"
    return between.join(
        (
            f"n = {summary.n}",
            f"M {shown(summary.mean, digits)}{spread}",
            f"floor {_percent(figures['% floor'])}, ceiling {_percent(figures['% ceiling'])}",
        )
    )


def _percent(value: float) -> str:
    """Return a percentage without decimals; one that is not 0 is not shown as 0."""
    return "<1%" if 0 < value < 0.5 else f"{shown(value, 0)}%"


def _notes(norms: Sequence[Norm], cutoffs: Sequence[Cutoff], rows: ScoreRows) -> list[str]:
    """Return what the signs of norms and cut-offs stand for, in lines below the axis."""
    notes = []
    signs = dict(
        zip(_MARKERS, ("Diamond", "Triangle", "Inverted triangle", "Plus", "Cross", "Pentagon"), strict=True)
    )
    for place, sample in enumerate(dict.fromkeys(n.sample for n in norms)):
        sizes = {n.n for n in norms if n.sample == sample and n.n is not None}
        n = f", n = {sizes.pop()}" if len(sizes) == 1 else ""
        n = "" if sample.endswith(n) else n
        sign = signs[_MARKERS[place % len(_MARKERS)]]
        notes.append(f"{sign}: M ± 1 SD of {sample}{n}")
    for cutoff in cutoffs:
        title = "" if len(rows.scales) == 1 else f"{rows.titles[cutoff.scale]} "
        notes.append(f"Cut-off: {title}{cutoff.describe()}, {cutoff.meaning}")
    more = len(notes) - _MOST_NOTES
    return notes if more <= 0 else [*notes[:_MOST_NOTES], f"and {more} more in the instrument's file"]


def _half_width(rows: ScoreRows, scale: str, bars: _Bars) -> float:
    """Return how far bars of the ends of the range are drawn beyond it, in units of the axis, at least 2%."""
    width = rows.on_axis(scale, bars.width) - rows.on_axis(scale, 0.0) if bars.single else 0.0
    return float(max(0.5 * width, 0.02 * (rows.ends[1] - rows.ends[0])))


def _finish(axes: PlotAxes, rows: ScoreRows, notes: Sequence[str], margin: float) -> None:
    """Name scales and axis, and write the notes below; bars at both ends need a margin."""
    names = folded_apart([rows.titles[name] for name in reversed(rows.scales)], width=20, most=2)
    axes.set_yticks([row + 0.3 for row in range(len(names))], names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.3, len(names) - 0.15)
    show_possible_scores(axes, rows, margin)
    write_notes(axes, notes, names)
    axes.spines["left"].set_visible(False)


def _alt_text(subject: str, rows: ScoreRows, summaries: dict[str, ScaleSummary], notes: Sequence[str]) -> str:
    """Return the plot in words."""
    parts = [f"{rows.titles[name]}: {_figures(summaries[name], ', ')}" for name in rows.scales]
    unit = ", drawn in percent of the maximum possible score" if rows.in_percent else ""
    ends = "".join(f" {note}." for note in notes)
    return f"Histograms of {subject}{unit}. {'; '.join(parts)}.{ends}"
