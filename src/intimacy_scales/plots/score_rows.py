"""What plots of scores share: scales in rows, the units of their axis, and notes below it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.clusters import kept_column
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.plots.axes import GREY, WIDTH, PlotAxes
from intimacy_scales.plots.measure import fitted, text_size
from intimacy_scales.reading.kept import frame_with_kept
from intimacy_scales.scoring import Scores

Floats = NDArray[np.float64]
NOTES = 6.9  # points
LINE = 0.125  # inches of a line of notes
_BELOW = 36  # points from the axis to the first line of notes
_BEFORE = 5  # points between names of rows and the axis
_TICKS = 10.0  # points
_EVEN_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 3, 4)  # in the order in which they are tried
_MOST_INTERVALS = 8  # of an axis
PERCENT = "Percent of the maximum possible score"


class ScoreRows(NamedTuple):
    """Scales on a common axis: as scores, or in percent of the maximum where their ranges differ.

    Attributes
    ----------
    scales
        Their ids.
    titles
        Scale → its name for people.
    ranges
        Scale → lowest and highest possible score.
    in_percent
        Whether the axis is in percent of the maximum possible score.
    """

    scales: tuple[str, ...]
    titles: Mapping[str, str]
    ranges: Mapping[str, tuple[float, float]]
    in_percent: bool

    def on_axis(self, scale: str, score: Any) -> Any:
        """Return a score of a scale, or an array of them, in the units of the axis."""
        if not self.in_percent:
            return score
        low, high = self.ranges[scale]
        return (score - low) / (high - low) * 100

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends of the axis."""
        return (0.0, 100.0) if self.in_percent else self.ranges[self.scales[0]]

    @property
    def label(self) -> str:
        """The label of the axis."""
        return PERCENT if self.in_percent else "Score"


def score_rows(
    form: Instrument, ranges: Mapping[str, tuple[float, float]], scales: Sequence[str] | None
) -> ScoreRows:
    """Return the scales to draw; None: all of the instrument, composites last.

    Raises
    ------
    EstimationError
        A scale is not one of the instrument's, or none is named.
    """
    known = tuple(ranges)
    if scales is None:
        composites = {scale.id for scale in form.scales if scale.of}
        chosen = tuple(sorted(known, key=lambda name: name in composites))
    else:
        chosen = tuple(dict.fromkeys(as_names("scales", scales, "scales")))
    for name in chosen:
        if name not in known:
            raise EstimationError(f"scales: {not_one_of('scale', name, known)}")
    if not chosen:
        raise EstimationError(f"scales is empty; allowed: some of {', '.join(known)}")
    titles = {scale.id: scale.title or scale.id for scale in form.scales}
    return ScoreRows(chosen, titles, ranges, len({ranges[name] for name in chosen}) > 1)


def show_possible_scores(axes: PlotAxes, rows: ScoreRows, margin: float) -> None:
    """Let the axis go from the lowest to the highest possible score, with room on both sides.

    Parameters
    ----------
    axes, rows
        The plot, and its scales.
    margin
        Room, in units of the axis.
    """
    low, high = rows.ends
    axes.set_xlim(low - margin, high + margin)
    axes.set_xticks(score_ticks(low, high))
    axes.spines["bottom"].set_bounds(low, high)
    axes.set_xlabel(rows.label)


def score_ticks(low: float, high: float) -> list[float]:
    """Return ticks from the lowest to the highest possible score, both included, and none beyond.

    Examples
    --------
    >>> score_ticks(1, 7), score_ticks(3, 21), score_ticks(0, 81)
    ([1, 2, 3, 4, 5, 6, 7], [3, 6, 9, 12, 15, 18, 21], [0, 20.0, 40.0, 60.0, 81])
    """
    width = high - low
    for even in _EVEN_STEPS:
        if width % even == 0 and width / even <= _MOST_INTERVALS:
            return [low + even * n for n in range(int(width / even) + 1)]
    power = 10.0 ** math.floor(math.log10(width / 4))
    step = power * max(n for n in (1, 2, 5) if n * power <= width / 4)
    inner = [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return [low, *(tick for tick in inner if low + 0.6 * step < tick < high - 0.6 * step), high]


class KeptLabels(NamedTuple):
    """A column that was kept with scores: its values, and the order that an ordered Categorical declares."""

    values: list[Any]
    declared: tuple[Any, ...]


def kept_labels(scores: Scores, column: Hashable, option: str) -> KeptLabels:
    """Return the labels in a column that was kept with scores, as plain values.

    Raises
    ------
    EstimationError
        The column was not kept.
    """
    kept_column(scores.kept, column, option)  # raises
    return as_labels(frame_with_kept(scores.kept, {}, [column])[column])


def as_labels(labels: Any) -> KeptLabels:
    """Return labels of any kind as plain values, with the order that an ordered Categorical declares."""
    listed = next(
        (getattr(labels, name) for name in ("to_pylist", "to_list", "tolist") if hasattr(labels, name)), None
    )
    dtype = getattr(labels, "dtype", None)
    declared = getattr(dtype, "categories", ()) if getattr(dtype, "ordered", False) else ()
    return KeptLabels(list(labels) if listed is None else list(listed()), tuple(declared))


def note_lines(notes: Sequence[str]) -> list[str]:
    """Return notes in lines that are no wider than a plot."""
    return [line for note in notes for line in fitted(note, NOTES, WIDTH - 0.2, most=4).split("\n")]


def write_notes(axes: PlotAxes, lines: Sequence[str], names: Sequence[str] = ()) -> None:
    """Write lines below the axis, from where the names of rows begin."""
    if lines:
        widest = max((text_size(name, _TICKS)[0] for name in names), default=0.0)
        axes.annotate(
            "\n".join(lines), (0, 0), xytext=(-72 * widest - _BEFORE, -_BELOW), xycoords="axes fraction",
            textcoords="offset points", va="top", fontsize=NOTES, color=GREY,
        )  # fmt: skip
