"""Both partners over several scales: means of a sample, or the scores of one couple."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads
from intimacy_scales.dyads.given_couples import check_dyads
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.plots.axes import FIRST, SECOND, PlotAxes, axes_for, described
from intimacy_scales.plots.texts import folded, folded_apart
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.wording import digits_with_error, shown
from intimacy_scales.scoring.measurement_ranges import Sems, check_sems

Floats = NDArray[np.float64]
_ROW = 0.42  # inches for each scale
_MARGIN = 1.1  # inches for the axis and the title
_OFFSET = 0.12  # of each partner from the middle of the row


@dataclass(frozen=True, slots=True)
class _Line:
    """One partner's values: name, and for each scale the value and half the width of its error bar."""

    name: str
    values: Floats
    errors: Floats


def partner_profiles(
    dyads: Dyads,
    *,
    couple: Any = None,
    sems: Sems | None = None,
    scales: Sequence[str] | None = None,
    confidence_level: float = 0.95,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw both partners' scores over several scales, with error bars.

    Parameters
    ----------
    dyads
        Couples.
    couple
        The label of one couple, to draw its two profiles; None: means of all couples.
    sems
        Scale → standard error of measurement, a number in points of the score or a result of
        `measurement_error`, for the error bars of one couple; None: without error bars.
    scales
        The scales to draw; by default all that are not made of others.
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
        There is no such couple or scale, fewer than two couples with both scores, or couples answered on
        several occasions; a standard error is not a number from 0 on, or is that of another instrument or
        scale.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Which of two exchangeable partners comes first is arbitrary. Means of a sample are then those of the
    partner with the higher and of the partner with the lower score of each couple. Scales with different
    ranges are drawn in percent of the maximum possible score. Error bars of means are t intervals over the
    couples with both scores; those of one couple are score ± z SEM.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 200, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> axes = partner_profiles(dyads)
    >>> axes.to_frame().columns.tolist()[:3]
    ['scale', 'higher partner', 'higher partner, half width of error bar']
    """
    check_dyads("dyads", dyads)
    check_level(confidence_level)
    chosen = _scales_of(dyads, scales)
    ranges = [dyads.ranges.get(name, (np.nan, np.nan)) for name in chosen]
    in_percent = len(set(ranges)) > 1 and not np.isnan(ranges).any()
    scores = np.stack(
        [_scaled(dyads.scores[name], ends, in_percent) for name, ends in zip(chosen, ranges, strict=True)]
    )
    if couple is None:
        dyads.one_occasion()
        lines = _means(dyads, scores, confidence_level)
        subject = f"Means of {_number_of_couples(scores)} couples"
    else:
        errors = check_sems(sems, tuple(dyads.scale_ids), dyads.instrument)
        halves = _half_widths(chosen, ranges, errors, in_percent, confidence_level)
        lines = _of_couple(dyads, scores, couple, halves)
        subject = f"Couple {couple}"
    axes = axes_for(ax, _MARGIN + _ROW * len(chosen))
    _draw(axes, chosen, lines)
    unit = "percent of the maximum possible score" if in_percent else "score"
    axes.set_xlabel(unit.capitalize())
    if in_percent:
        axes.set_xlim(0, 100)
    elif not np.isnan(ranges).any():
        axes.set_xlim(*ranges[0])
    axes.set_title(folded(subject, width=60, most=2), loc="left", fontsize="medium")
    level = f"{100 * confidence_level:g} %"
    return described(axes, _alt_text(subject, chosen, lines, unit, level), _columns(chosen, lines))


def _scales_of(dyads: Dyads, scales: Sequence[str] | None) -> list[str]:
    """Return the scales to draw."""
    if scales is None:
        composites = () if dyads.form is None else [s.id for s in dyads.form.scales if s.of]
        simple = [name for name in dyads.scale_ids if name not in composites]
        return _without_totals(dyads, simple)
    names = as_names("scales", scales, "scales")
    for name in names:
        if name not in dyads.scale_ids:
            hint = suggest(name, dyads.scale_ids)
            raise EstimationError(
                f"there is no scale {shortened(name)}; allowed: {', '.join(dyads.scale_ids)}{hint}"
            )
    if not names:
        raise EstimationError(f"scales is empty; allowed: some of {', '.join(dyads.scale_ids)}")
    return list(names)


def _without_totals(dyads: Dyads, names: list[str]) -> list[str]:
    """Return the scales without those that have all items of two or more others."""
    if dyads.form is None:
        return names
    items = {s.id: {key.item for key in s.keys} for s in dyads.form.scales if s.id in names}
    contained = {name: sum(items[other] < items[name] for other in names) for name in names}
    return [name for name in names if contained[name] < 2] or names


def _scaled(scores: Floats, ends: tuple[float, float], in_percent: bool) -> Floats:
    if not in_percent:
        return scores
    low, high = ends
    percent: Floats = (scores - low) / (high - low) * 100
    return percent


def _means(dyads: Dyads, scores: Floats, confidence_level: float) -> list[_Line]:
    """Return the means over couples of both partners."""
    from scipy.special import stdtrit

    if not dyads.distinguishable:
        scores = np.stack([scores.max(axis=2), scores.min(axis=2)], axis=2)  # nan if one is missing
    both = ~(np.isnan(scores[:, :, 0]) | np.isnan(scores[:, :, 1]))  # (n_scales, n_couples)
    n = both.sum(axis=1)
    if (n < 2).any():
        raise EstimationError("fewer than two couples have both scores of a scale; there is no mean to draw")
    names = dyads.partners if dyads.distinguishable else ("higher partner", "lower partner")
    lines = []
    for place, name in enumerate(names):
        columns = [row[:, place][present] for row, present in zip(scores, both, strict=True)]
        means = np.array([column.mean() for column in columns])
        errors = np.array([column.std(ddof=1) for column in columns]) / np.sqrt(n)
        lines.append(_Line(name, means, errors * stdtrit(n - 1, (1 + confidence_level) / 2)))
    return lines


def _number_of_couples(scores: Floats) -> str:
    """Return how many couples have both scores: of one scale or all alike, or from fewest to most."""
    n = np.count_nonzero(~np.isnan(scores).any(axis=2), axis=1)
    return f"{n.min()}" if n.min() == n.max() else f"{n.min()} to {n.max()}"


def _half_widths(
    scales: Sequence[str],
    ranges: Sequence[tuple[float, float]],
    errors: Mapping[str, float],
    in_percent: bool,
    confidence_level: float,
) -> Floats:
    """Return half the widths of the error bars of single scores, nan where no SEM is known."""
    from scipy.special import ndtri

    z = float(ndtri((1 + confidence_level) / 2))
    halves = np.array([z * errors.get(name, np.nan) for name in scales])
    if in_percent:
        halves = halves / [(high - low) / 100 for low, high in ranges]
    return halves


def _of_couple(dyads: Dyads, scores: Floats, couple: Any, errors: Floats) -> list[_Line]:
    """Return the scores of one couple."""
    places = [place for place, label in enumerate(dyads.couples) if label == couple]
    if not places:
        raise EstimationError(f"there is no couple {shortened(couple)}; dyads.couples lists their labels")
    dyads.chosen(np.array(places)).one_occasion()
    return [_Line(name, scores[:, places[0], place], errors) for place, name in enumerate(dyads.partners)]


def _draw(axes: PlotAxes, scales: Sequence[str], lines: Sequence[_Line]) -> None:
    """Draw the lines, each partner with a colour and a marker of its own, and its name at the first scale."""
    rows = np.arange(len(scales))
    for line, style, side in zip(lines, (FIRST, SECOND), (-1, 1), strict=True):
        axes.errorbar(
            line.values,
            rows + side * _OFFSET,
            xerr=None if np.isnan(line.errors).all() else line.errors,
            color=style.color,
            marker=style.marker,
            linestyle=style.line,
            linewidth=1,
            capsize=2.5,
        )
        named = np.flatnonzero(~np.isnan(line.values))
        if len(named):
            axes.annotate(
                folded(line.name, width=28, most=1),
                (float(line.values[named[0]]), float(named[0] + side * _OFFSET)),
                xytext=(0, -8 * side),  # the first partner's name above, the second one's below
                textcoords="offset points",
                ha="center",
                va="bottom" if side < 0 else "top",
                color=style.ink,
                fontsize="small",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
    axes.set_yticks(rows, folded_apart(scales, width=24, most=2))
    axes.set_ylim(len(scales) - 0.5, -0.8)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _alt_text(subject: str, scales: Sequence[str], lines: Sequence[_Line], unit: str, level: str) -> str:
    """Return the plot in words."""
    parts = []
    for place, scale in enumerate(scales):
        values = " and ".join(_value_text(line, place) for line in lines)
        parts.append(f"{scale}: {values}")
    bars = "" if np.isnan(lines[0].errors).all() else f", with {level} error bars"
    return f"{subject}, {unit}{bars}. {'; '.join(parts)}."


def _value_text(line: _Line, place: int) -> str:
    value = line.values[place]
    if np.isnan(value):
        return f"{line.name} no score"
    digits = digits_with_error(value, line.errors[place])
    error = "" if np.isnan(line.errors[place]) else f" ± {shown(line.errors[place], digits)}"
    return f"{line.name} {shown(value, digits)}{error}"


def _columns(scales: Sequence[str], lines: Sequence[_Line]) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {"scale": list(scales)}
    for line in lines:
        columns[line.name] = line.values.tolist()
        columns[f"{line.name}, half width of error bar"] = line.errors.tolist()
    return columns
