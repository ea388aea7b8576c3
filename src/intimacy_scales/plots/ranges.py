"""Where the scores of a sample lie in the possible range of each scale: M, SD, lowest and highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.plots.axes import BLUE, PlotAxes, axes_for, described
from intimacy_scales.plots.profile_of_a_person import MARGIN, draw_track, finish_profile, write_value
from intimacy_scales.plots.score_rows import LINE, ScoreRows, note_lines
from intimacy_scales.plots.texts import folded
from intimacy_scales.results.wording import digits_with_spread, shown
from intimacy_scales.scoring.summary import ScaleSummary, ScoreSummary

_ROW = 0.42


def score_ranges(
    summary: ScoreSummary,
    *,
    titles: Mapping[str, str] | None = None,
    scales: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw the mean of each scale with one SD to both sides, and the lowest and the highest score.

    Parameters
    ----------
    summary
        Descriptive statistics of scores, ``score(form, table).summary()`` or of a file.
    titles
        Scale → its name for people; None: ids.
    scales
        The scales to draw; None: all of them.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        This is not a summary of scores, there is no such scale, or nobody has a score.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Needs no scores of persons, so that it draws files of any size; `score_distributions` shows how often each
    score occurs. Bars of one SD end where the range of possible scores ends. Scales with different ranges are
    drawn in percent of the maximum possible score.

    Examples
    --------
    >>> from intimacy_scales import score, simulate
    >>> axes = score_ranges(score("kmss", simulate("kmss", 200, rng=1).answers).summary())
    >>> axes.to_frame()[["scale", "lowest", "highest"]].values.tolist()
    [['total', 5.0, 20.0]]
    """
    if not isinstance(summary, ScoreSummary):
        raise EstimationError(
            f"summary is {a_type(summary)}; allowed: descriptive statistics, score(form, table).summary()"
        )
    by_name = {scale.scale: scale for scale in summary.scales}
    chosen = tuple(by_name) if scales is None else as_names("scales", scales, "scales")
    for name in chosen:
        if name not in by_name:
            raise EstimationError(f"scales: {not_one_of('scale', name, tuple(by_name))}")
    drawn = [by_name[name] for name in chosen]
    if not any(scale.n for scale in drawn):
        raise EstimationError("nobody has a score on these scales; there is nothing to draw")
    ranges = {scale.scale: (scale.low, scale.high) for scale in drawn}
    names = {name: (titles or {}).get(name, name) for name in chosen}
    rows = ScoreRows(chosen, names, ranges, len(set(ranges.values())) > 1)
    notes = note_lines(
        ["Circle and thick line: M ± 1 SD; thin line: lowest to highest score; grey: possible scores"]
    )
    axes = axes_for(ax, MARGIN + _ROW * len(drawn) + LINE * len(notes))
    for row, scale in enumerate(reversed(drawn)):
        draw_track(axes, rows, scale.scale, row)
        _draw_scale(axes, rows, scale, row)
    finish_profile(axes, rows, notes)
    title = f"Scores, {summary.instrument.id}"
    axes.set_title(folded(title, width=60, most=2), loc="left", fontsize="medium")
    columns: dict[str, list[Any]] = {
        "scale": list(chosen),
        "M": [scale.mean for scale in drawn],
        "SD": [scale.sd for scale in drawn],
        "lowest": [_or_nan(scale.minimum) for scale in drawn],
        "highest": [_or_nan(scale.maximum) for scale in drawn],
    }
    return described(axes, f"{title}. {'; '.join(_in_words(scale, names) for scale in drawn)}.", columns)


def _draw_scale(axes: PlotAxes, rows: ScoreRows, scale: ScaleSummary, row: int) -> None:
    """Draw mean, SD, lowest and highest score of a scale, and write M (SD) on the right."""
    if scale.minimum is None or scale.maximum is None:
        write_value(axes, "nobody", row)
        return
    lowest, highest, mean = (
        rows.on_axis(scale.scale, score) for score in (scale.minimum, scale.maximum, scale.mean)
    )
    axes.hlines(row, lowest, highest, color=BLUE, linewidth=1.0, zorder=1)
    axes.vlines([lowest, highest], row - 0.14, row + 0.14, color=BLUE, linewidth=1.0, zorder=1)
    if scale.n > 1:
        ends = [max(scale.mean - scale.sd, scale.low), min(scale.mean + scale.sd, scale.high)]
        axes.hlines(row, *(rows.on_axis(scale.scale, end) for end in ends), color=BLUE, linewidth=3.4)
    axes.plot([mean], [row], color=BLUE, marker="o", markersize=7, linestyle="none", zorder=3)
    write_value(axes, _mean_sd(scale), row)


def _mean_sd(scale: ScaleSummary) -> str:
    digits = digits_with_spread(scale.mean, scale.sd)
    return f"{shown(scale.mean, digits)} ({shown(scale.sd, digits)})"


def _in_words(scale: ScaleSummary, names: Mapping[str, str]) -> str:
    possible = f"{names[scale.scale]} ({scale.low:g} to {scale.high:g})"
    if scale.minimum is None or scale.maximum is None:
        return f"{possible}: nobody has a score"
    ends = f"lowest {shown(scale.minimum, 2)}, highest {shown(scale.maximum, 2)}"
    return f"{possible}: M (SD) {_mean_sd(scale)}, {ends}"


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
