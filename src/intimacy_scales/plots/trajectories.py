"""Scores of single persons over the occasions of a diary, a strip for each person."""

from __future__ import annotations

import datetime
import math
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type, first_of, shortened
from intimacy_scales.moments.clusters import is_missing_label
from intimacy_scales.moments.keyed import scale_id
from intimacy_scales.numerics.arguments import as_names, is_real
from intimacy_scales.plots.axes import BLUE, GREY, PlotAxes, axes_for, described
from intimacy_scales.plots.measure import fitted
from intimacy_scales.plots.score_rows import LINE, kept_labels, note_lines, write_notes
from intimacy_scales.plots.texts import folded
from intimacy_scales.results.wording import counted, digits_with_spread, shown
from intimacy_scales.scoring import Scores

Floats = NDArray[np.float64]
_ROW, _MARGIN = 0.5, 0.85  # inches
_STRIP = 0.72  # height of the range of scores, in rows
_MOST_PERSONS = 12
_FEW = 25  # occasions
_MOST_NAMED = 12  # occasions whose names are written below the axis
_AXIS, _TICKS = 3.7, 8.0  # inches of the axis of occasions, and points of their names
_MEAN = "Dashed: mean of the person's scores that are drawn; a strip is the range of possible scores"


class _Occasions(NamedTuple):
    """The occasions of all rows: as they were given, places on the axis, and their kind."""

    labels: list[Any]
    places: Floats
    kind: str  # number, date or name


def diary_trajectories(
    scores: Scores,
    *,
    person: Hashable,
    occasion: Hashable,
    scale: str | None = None,
    persons: Sequence[Any] | None = None,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw the scores of persons over the occasions of a diary, each person in a strip.

    Parameters
    ----------
    scores
        The scores of a diary, a row for each occasion of a person:
        ``score(form, table, keep=["person", "day"])``.
    person, occasion
        Columns that were kept: who answered, and when (numbers, dates, or names in the order of rows).
    scale
        The scale; may be left out where the instrument has one.
    persons
        The persons to draw, in this order; None: the first twelve.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        These are not scores of a table, a column was not kept, a person has two rows of the same occasion, or
        there is no such person or scale.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    A strip is as high as the range of possible scores. Lines break where an occasion or its score is missing;
    at dates and fractions, which persons need not share, only where a score is missing. The dashed line is
    the mean of the scores that are drawn in the strip.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> from intimacy_scales.simulation import simulate_diary
    >>> days = simulate_diary("scii-daily", 20, 7, rng=1).answers
    >>> scores = score("scii-daily", days, keep=["person", "day"])
    >>> axes = diary_trajectories(scores, person="person", occasion="day", scale="total")
    >>> axes.to_frame()["person"].nunique()
    12
    """
    if not isinstance(scores, Scores):
        raise EstimationError(
            f"scores is {a_type(scores)}; allowed: the scores of a table, score(form, table)"
        )
    name = scale_id(scores.form, scale)
    labels = kept_labels(scores, person, "person").values
    occasions = _occasions(*kept_labels(scores, occasion, "occasion"))
    every = dict.fromkeys(label for label in labels if not is_missing_label(label))
    chosen = _chosen(every, persons)
    rows = {label: _rows_of(label, labels, occasions, person) for label in chosen}
    ends, values = scores.range(name), scores[name]
    notes = note_lines([_MEAN])
    axes = axes_for(ax, _MARGIN + _ROW * len(chosen) + LINE * len(notes))
    grid = _grid(occasions, rows)
    for strip, label in enumerate(reversed(chosen)):
        _draw_strip(axes, strip, occasions.places[rows[label]], values[rows[label]], ends, grid)
    names = [folded(str(label), width=18, most=1) for label in reversed(chosen)]
    axes.set_yticks(np.arange(len(chosen)) + _STRIP / 2, names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.15, len(chosen) - 1 + _STRIP + 0.15)
    _label_occasions(axes, occasions, rows)
    axes.set_xlabel(folded(str(occasion), width=60, most=1))
    axes.spines["left"].set_visible(False)
    write_notes(axes, notes, names)
    title = next(s.title or s.id for s in scores.form.scales if s.id == name)
    all_persons = counted(len(every), "person")
    drawn = all_persons if len(chosen) == len(every) else f"{len(chosen)} of {all_persons}"
    subject = f"{title} ({ends[0]:g} to {ends[1]:g}) over occasions, {drawn}"
    axes.set_title(folded(subject, width=62, most=2), loc="left", fontsize="medium")
    columns = {
        "person": [label for label in chosen for _ in rows[label]],
        "occasion": [occasions.labels[row] for label in chosen for row in rows[label]],
        "score": [float(values[row]) for label in chosen for row in rows[label]],
    }
    return described(axes, _alt_text(subject, {label: values[rows[label]] for label in chosen}), columns)


def _chosen(every: Mapping[Any, None], persons: Sequence[Any] | None) -> list[Any]:
    """Return the persons to draw."""
    if persons is None:
        chosen = list(every)[:_MOST_PERSONS]
    else:
        chosen = list(dict.fromkeys(as_names("persons", persons, "persons", texts=False)))
    for label in chosen:
        if label not in every:
            raise EstimationError(
                f"persons: there is no person {shortened(label)}; there are {first_of([*map(repr, every)])}"
            )
    if not chosen:
        raise EstimationError("there is no person to draw; pass some of those in the column of persons")
    return chosen


def _occasions(labels: list[Any], declared: Sequence[Any]) -> _Occasions:
    """Return the occasions of all rows with their places; nan where one is missing."""
    present = [label for label in labels if not is_missing_label(label)]
    if all(is_real(label) for label in present):
        places = [math.nan if is_missing_label(label) else float(label) for label in labels]
        return _Occasions(labels, np.array(places), "number")
    if all(isinstance(label, datetime.date | np.datetime64) for label in present):
        places = [math.nan if is_missing_label(label) else float(date2num(label)) for label in labels]  # type: ignore[no-untyped-call]
        return _Occasions(labels, np.array(places), "date")
    order = {label: place for place, label in enumerate(dict.fromkeys([*declared, *present]))}
    return _Occasions(labels, np.array([order.get(label, math.nan) for label in labels], dtype=float), "name")


def _rows_of(label: Any, labels: Sequence[Any], occasions: _Occasions, person: Hashable) -> list[int]:
    """Return the rows of a person in the order of occasions."""
    rows = [
        row for row, other in enumerate(labels) if other == label and not math.isnan(occasions.places[row])
    ]
    rows.sort(key=lambda row: float(occasions.places[row]))
    for first, second in pairwise(rows):
        if occasions.places[first] == occasions.places[second]:
            raise EstimationError(
                f"{person} {shortened(label)} has two rows of the occasion "
                f"{shortened(occasions.labels[first])}; pass a column that differs in "
                "all rows of a person, such as the number of the prompt"
            )
    return rows


def _grid(occasions: _Occasions, rows: Mapping[Any, Sequence[int]]) -> Floats | None:
    """Return the occasions that persons share, at which lines break; None for dates and fractions."""
    places = np.unique(occasions.places[[row for of_person in rows.values() for row in of_person]])
    if occasions.kind == "date" or (places != np.rint(places)).any():
        return None
    return places


def _draw_strip(
    axes: PlotAxes, strip: int, places: Floats, values: Floats, ends: tuple[float, float], grid: Floats | None
) -> None:
    """Draw the scores of a person, within the range of possible scores."""
    axes.axhspan(strip, strip + _STRIP, color="#f1f1f1", linewidth=0, zorder=0)
    heights = strip + _STRIP * (values - ends[0]) / (ends[1] - ends[0])
    known = ~np.isnan(values)
    if known.any():
        mean = float(heights[known].mean())
        axes.plot(
            [places.min(), places.max()], [mean, mean], color=GREY, linewidth=0.9, linestyle="--", zorder=1
        )
    xs, ys = places, heights
    if grid is not None:
        at = dict(zip(places.tolist(), heights.tolist(), strict=True))
        xs, ys = grid, np.array([at.get(place, math.nan) for place in grid.tolist()])
    size = 3 if len(places) <= _FEW else 2
    axes.plot(xs, ys, color=BLUE, marker="o", markersize=size, linewidth=1, zorder=2)


def _label_occasions(axes: PlotAxes, occasions: _Occasions, rows: Mapping[Any, Sequence[int]]) -> None:
    """Write occasions below the axis: numbers, dates, or names."""
    if occasions.kind == "date":
        locator = AutoDateLocator(maxticks=6)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    elif occasions.kind == "number":
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    else:
        names = {
            float(occasions.places[row]): str(occasions.labels[row])
            for of_person in rows.values() for row in of_person
        }  # fmt: skip
        places = sorted(names)[:: math.ceil(len(names) / _MOST_NAMED)]
        width = _AXIS / max(len(places), 1)
        axes.set_xticks(places, [fitted(names[place], _TICKS, width) for place in places], fontsize=_TICKS)


def _alt_text(subject: str, of_persons: Mapping[Any, Floats]) -> str:
    """Return the plot in words."""
    parts = []
    for label, values in of_persons.items():
        known = values[~np.isnan(values)]
        if not len(known):
            parts.append(f"{label}: no score")
            continue
        mean, low, high = float(known.mean()), float(known.min()), float(known.max())
        digits = digits_with_spread(mean, high - low)
        range_text = f"{shown(low, digits)} to {shown(high, digits)}"
        parts.append(f"{label}: {counted(len(known), 'score')}, {range_text}, mean {shown(mean, digits)}")
    return f"Scores of single persons: {subject}. {'; '.join(parts)}."
