"""The scores of one person on each scale, with error bars, and what skipped items leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import BLUE, GREY, PlotAxes, axes_for, described
from intimacy_scales.plots.score_rows import (
    LINE,
    ScoreRows,
    note_lines,
    score_rows,
    show_possible_scores,
    write_notes,
)
from intimacy_scales.plots.texts import folded, folded_apart
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.reliability.single_scores.sem import MeasurementError
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.wording import percent, shown
from intimacy_scales.scoring import PersonScores
from intimacy_scales.scoring.measurement_ranges import check_sems

MARGIN = 0.85  # inches for axis and title
_ROW = 0.4
_DIGITS = 2


class _Score(NamedTuple):
    """A scale's score, its error bar, and the bounds; the score is None if there is none."""

    scale: str
    score: float | None
    half: float | None  # width of the error bar
    low: float
    high: float
    is_open: bool  # whether items were skipped, so that the bounds are apart


def person_profile(
    scores: PersonScores,
    *,
    sems: Mapping[str, float | MeasurementError] | None = None,
    scales: Sequence[str] | None = None,
    confidence_level: float = 0.95,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw one person's scores, with error bars, and the scores that skipped items leave possible.

    Parameters
    ----------
    scores
        The scores of one person, ``score(form, {item: answer})``.
    sems
        Scale → standard error of measurement, a number in points of the score or a result of
        `measurement_error`, for error bars of score ± z SEM; None: without.
    scales
        The scales to draw; None: all, composites last.
    confidence_level
        Of the error bars.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        These are not scores of one person; there is no such scale; a standard error is not a number from 0
        on.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    A light line is the range of possible scores. Where items were skipped, brackets mark the lowest and the
    highest score that answers to them could have given (`PersonScores.bounds`), also where there is no score.
    A prorated score has a larger error than the standard error of all items says. Error bars end where the
    range ends. Scales with different ranges are drawn in percent of the maximum possible score. A profile
    describes answers of one time and is not a diagnosis.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> person = score("kmss", {"kmss_1": 6, "kmss_2": 5})
    >>> axes = person_profile(person, sems={"total": 1.2})
    >>> axes.to_frame()[["score", "lowest possible", "highest possible"]].values.tolist()
    [[16.5, 12.0, 18.0]]
    """
    if not isinstance(scores, PersonScores):
        raise EstimationError(
            f"scores is {a_type(scores)}; allowed: the scores of one person, score(form, {{item: answer}})"
        )
    check_level(confidence_level)
    rows = score_rows(scores.form, scores.ranges, scales)
    errors = check_sems(sems, tuple(scores.scores), scores.form.ref)
    z = normal_quantile(confidence_level)
    drawn = [_score_of(scores, name, errors.get(name), z) for name in rows.scales]
    notes = note_lines(_notes(drawn, percent(confidence_level)))
    axes = axes_for(ax, MARGIN + _ROW * len(drawn) + LINE * len(notes))
    for row, score in enumerate(reversed(drawn)):
        draw_track(axes, rows, score.scale, row)
        _draw_score(axes, rows, score, row)
    finish_profile(axes, rows, notes)
    draft = "; draft, not validated" if scores.instrument.status == "draft" else ""
    title = f"One person, {scores.instrument.id}{draft}"
    axes.set_title(folded(title, width=60, most=2), loc="left", fontsize="medium")
    columns: dict[str, list[Any]] = {
        "scale": list(rows.scales),
        "score": [float("nan") if s.score is None else s.score for s in drawn],
        "half width of error bar": [float("nan") if s.half is None else s.half for s in drawn],
        "lowest possible": [s.low for s in drawn],
        "highest possible": [s.high for s in drawn],
    }
    return described(axes, _alt_text(title, rows, drawn, percent(confidence_level)), columns)


def _score_of(scores: PersonScores, scale: str, sem: float | None, z: float) -> _Score:
    row = dict(zip(scores.scores, scores.rows, strict=True))[scale]
    half = None if sem is None or row.score is None else z * sem
    return _Score(scale, row.score, half, row.low, row.high, row.high > row.low)


def draw_track(axes: PlotAxes, rows: ScoreRows, scale: str, row: float) -> None:
    """Draw the range of possible scores of a scale."""
    ends = [rows.on_axis(scale, end) for end in rows.ranges[scale]]
    axes.plot(ends, [row, row], color="#d9d9d9", linewidth=5, solid_capstyle="butt", zorder=0)


def draw_error_bar(
    axes: PlotAxes, rows: ScoreRows, scale: str, ends: tuple[float, float], row: float, color: str
) -> None:
    """Draw an error bar as far as the range of possible scores goes."""
    low, high = rows.ranges[scale]
    first, last = (rows.on_axis(scale, min(max(end, low), high)) for end in ends)
    axes.hlines(row, first, last, color=color, linewidth=1.4, zorder=2)
    for end, at in zip(ends, (first, last), strict=True):
        if low <= end <= high:
            axes.vlines(at, row - 0.1, row + 0.1, color=color, linewidth=1.2, zorder=2)


def _draw_score(axes: PlotAxes, rows: ScoreRows, score: _Score, row: int) -> None:
    """Draw a score with its error bar, and the bounds where items were skipped."""
    if score.is_open:
        low, high = (rows.on_axis(score.scale, end) for end in (score.low, score.high))
        inwards = 0.012 * (rows.ends[1] - rows.ends[0])
        for end, side in ((low, 1), (high, -1)):
            xs = [end + side * inwards, end, end, end + side * inwards]
            axes.plot(
                xs, [row - 0.22, row - 0.22, row + 0.22, row + 0.22], color=GREY, linewidth=1.1, zorder=1
            )
    if score.score is not None:
        if score.half is not None:
            ends = score.score - score.half, score.score + score.half
            draw_error_bar(axes, rows, score.scale, ends, row, BLUE)
        at = rows.on_axis(score.scale, score.score)
        face = "white" if score.is_open else BLUE
        axes.plot(
            [at],
            [row],
            color=BLUE,
            marker="o",
            markersize=7,
            markerfacecolor=face,
            linestyle="none",
            zorder=3,
        )
    text = "no score" if score.score is None else shown(score.score, _DIGITS)
    write_value(axes, text, row)


def write_value(axes: PlotAxes, text: str, row: float, color: str = "black") -> None:
    """Write a score on the right of its row."""
    axes.text(
        1.02, row, text, transform=axes.get_yaxis_transform(), va="center", fontsize="small", color=color
    )


def _notes(drawn: Sequence[_Score], level: str) -> list[str]:
    """Return what signs in the picture mean, as far as they are in it."""
    notes = []
    if any(s.half is not None for s in drawn):
        notes.append(f"Bars: {level} error bars, score ± z SEM")
    if any(s.is_open for s in drawn):
        notes.append(
            "Brackets: what skipped items leave possible; open circle: score from the answered items"
        )
    return notes


def finish_profile(axes: PlotAxes, rows: ScoreRows, notes: Sequence[str]) -> None:
    """Name scales and axis, and write the notes below."""
    names = folded_apart([rows.titles[name] for name in reversed(rows.scales)], width=22, most=2)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(names) - 0.4)
    show_possible_scores(axes, rows, 0.03 * (rows.ends[1] - rows.ends[0]))
    axes.spines["left"].set_visible(False)
    write_notes(axes, notes, names)


def _alt_text(title: str, rows: ScoreRows, drawn: Sequence[_Score], level: str) -> str:
    """Return the profile in words."""
    parts = []
    for score in drawn:
        low, high = rows.ranges[score.scale]
        text = "no score" if score.score is None else shown(score.score, _DIGITS)
        error = "" if score.half is None else f" ± {shown(score.half, _DIGITS)}"
        bounds = (
            f", possible {shown(score.low, _DIGITS)} to {shown(score.high, _DIGITS)}" if score.is_open else ""
        )
        parts.append(f"{rows.titles[score.scale]} ({low:g} to {high:g}): {text}{error}{bounds}")
    bars = f" with {level} error bars" if any(s.half is not None for s in drawn) else ""
    return f"Profile of {title[0].lower()}{title[1:]}: scores{bars}. {'; '.join(parts)}."
