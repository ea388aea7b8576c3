"""One partner's feedback: their own profile, and their partner's where both agreed to show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from intimacy_scales.dyads.feedback.couple import CoupleFeedback
from intimacy_scales.dyads.feedback.partner_view import OwnScore, PartnerFeedback, SharedScore
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import FIRST, SECOND, PlotAxes, Style, axes_for, described
from intimacy_scales.plots.profile_of_a_person import (
    MARGIN,
    draw_error_bar,
    draw_track,
    finish_profile,
    write_value,
)
from intimacy_scales.plots.score_rows import LINE, ScoreRows, note_lines
from intimacy_scales.plots.texts import folded
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.wording import percent, shown
from intimacy_scales.scoring.measurement_ranges import Sems, check_sems

_ROW = 0.5  # inches
_APART = 0.2  # both partners' scores, in rows
_DIGITS = 2


def couple_profiles(
    feedback: PartnerFeedback,
    *,
    sems: Sems | None = None,
    confidence_level: float = 0.95,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw what one partner may see: their own scores, and their partner's on the scales that both agreed to.

    Parameters
    ----------
    feedback
        The feedback of one partner, ``couple_feedback(a, b, consent=…).for_a``, for that partner alone.
    sems
        Scale → standard error of measurement, a number in points of the score or a result of
        `measurement_error`, for error bars of score ± z SEM; None: without.
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
        This is not the feedback of one partner; there is no such scale; a standard error is not a number
        from 0 on, or is that of another instrument or scale.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    The plot is made of the feedback alone: neither picture, alt text nor data have anything of the partner
    that is not in ``feedback.shared``. Its notes belong to it (`PartnerFeedback.notes`). For profiles of
    couples in research, see `partner_profiles`.

    Examples
    --------
    >>> from intimacy_scales import couple_feedback, score
    >>> from intimacy_scales.dyads import Consent
    >>> anna, ben = (score("prqc", {f"prqc_{n}": x for n in range(1, 19)}) for x in (6, 4))
    >>> agreed = {"a": Consent.everything(), "b": Consent.to(["trust"])}
    >>> feedback = couple_feedback(anna, ben, consent=agreed)
    >>> int(couple_profiles(feedback.for_a).to_frame()["partner"].notna().sum())
    1
    """
    if isinstance(feedback, CoupleFeedback):
        raise EstimationError(
            "feedback has what both partners may see; draw one for each, couple_profiles(feedback.for_a) for "
            "partner a alone and couple_profiles(feedback.for_b) for partner b alone"
        )
    if not isinstance(feedback, PartnerFeedback):
        raise EstimationError(
            f"feedback is {a_type(feedback)}; allowed: the feedback of one partner, such as "
            "couple_feedback(a, b).for_a"
        )
    check_level(confidence_level)
    scores = feedback.own
    shared = {row.scale: row for row in feedback.shared}
    errors = check_sems(sems, tuple(row.scale for row in scores), feedback.instrument)
    z = normal_quantile(confidence_level)
    halves = {scale: z * sem for scale, sem in errors.items()}
    rows = _rows(scores)
    notes = _notes(feedback, percent(confidence_level) if halves else None)
    axes = axes_for(ax, MARGIN + _ROW * len(scores) + LINE * len(notes))
    for place, score in enumerate(reversed(scores)):
        draw_track(axes, rows, score.scale, place)
        partner = shared.get(score.scale)
        side = _APART if partner else 0.0
        _draw(axes, rows, score.scale, score.score, place + side, FIRST, halves.get(score.scale))
        if partner is not None:
            _draw(axes, rows, score.scale, partner.partner, place - side, SECOND, halves.get(score.scale))
    finish_profile(axes, rows, notes)
    yours = "Your scores and your partner's" if shared else "Your scores"
    title = f"{yours}, {feedback.instrument.id}"
    axes.set_title(folded(title, width=60, most=2), loc="left", fontsize="medium")
    nan = float("nan")
    columns: dict[str, list[Any]] = {
        "scale": [row.scale for row in scores],
        "own": [nan if row.score is None else row.score for row in scores],
        "partner": [shared[row.scale].partner if row.scale in shared else nan for row in scores],
        "half width of error bar": [halves.get(row.scale, nan) for row in scores],
    }
    return described(axes, _alt_text(title, scores, shared, halves), columns)


def _rows(scores: Sequence[OwnScore]) -> ScoreRows:
    ranges = {row.scale: (row.lowest, row.highest) for row in scores}
    titles = {row.scale: row.title for row in scores}
    return ScoreRows(tuple(ranges), titles, ranges, len(set(ranges.values())) > 1)


def _draw(
    axes: PlotAxes,
    rows: ScoreRows,
    scale: str,
    score: float | None,
    row: float,
    style: Style,
    half: float | None,
) -> None:
    """Draw one partner's score on a scale."""
    if score is None:
        write_value(axes, "no score", row, style.ink)
        return
    if half is not None:
        draw_error_bar(axes, rows, scale, (score - half, score + half), row, style.color)
    at = rows.on_axis(scale, score)
    axes.plot([at], [row], color=style.color, marker=style.marker, markersize=6.5, linestyle="none", zorder=3)
    write_value(axes, shown(score, _DIGITS), row, style.ink)


def _notes(feedback: PartnerFeedback, level: str | None) -> list[str]:
    """Return what signs in the picture mean, and the notes of the feedback."""
    notes = ["Circle: you; square: your partner" if feedback.shared else "Circle: you"]
    if level is not None:
        notes[0] += f"; bars: {level} error bars"
    return note_lines([*notes, *feedback.notes.values()])


def _alt_text(
    title: str, scores: Sequence[OwnScore], shared: Mapping[str, SharedScore], halves: Mapping[str, float]
) -> str:
    """Return the plot in words."""
    parts = []
    for row in scores:
        yours = "no score" if row.score is None else shown(row.score, _DIGITS)
        partner = f", your partner {shown(shared[row.scale].partner, _DIGITS)}" if row.scale in shared else ""
        error = f", error bars ± {shown(halves[row.scale], _DIGITS)}" if row.scale in halves else ""
        parts.append(f"{row.title} ({row.lowest:g} to {row.highest:g}): you {yours}{partner}{error}")
    return f"{title}. {'; '.join(parts)}."
