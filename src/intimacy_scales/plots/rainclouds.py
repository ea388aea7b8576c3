"""Scores of groups: each person's, with their distribution, quartiles and mean."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type
from intimacy_scales.moments.clusters import is_missing_label
from intimacy_scales.moments.keyed import scale_id
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, PlotAxes, axes_for, described
from intimacy_scales.plots.score_rows import as_labels, kept_labels
from intimacy_scales.plots.texts import folded
from intimacy_scales.reading.frames import same_rows
from intimacy_scales.reading.kept import names_a_column
from intimacy_scales.results.wording import counted, digits_with_spread, shown
from intimacy_scales.scoring import Scores

Floats = NDArray[np.float64]
_ROW, _MARGIN = 0.95, 0.95  # inches
_CLOUD, _RAIN = (0.1, 0.45), (-0.38, -0.16)  # above and below the middle of a row, in rows
_BOX = 0.05  # half its height
_FEWEST = 5  # persons of whom a distribution is drawn
_GOLDEN = (math.sqrt(5) - 1) / 2  # multiples of it modulo 1 are spread evenly
_MOST_GROUPS = 9


def raincloud(
    scores: Scores, by: Hashable | Sequence[Any], *, scale: str | None = None, ax: Axes | None = None
) -> PlotAxes:
    """Draw the scores of groups: a point for each person, the distribution above, quartiles and mean between.

    Parameters
    ----------
    scores
        The scores of a table, from `score`.
    by
        Each person's group: a column that was kept, ``score(..., keep=["group"])``, or a label for each row.
        Persons without a label are left out.
    scale
        The scale; may be left out where the instrument has one.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        These are not scores of a table; the labels are not one for each row; no group has a score, or there
        are more than nine groups; the scale is not one of the instrument's, or must be named.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    After Allen et al. (2019). The box is from the first to the third quartile with the median inside, the
    diamond is the mean, all of the scores that are drawn. The distribution is smoothed by a normal kernel
    (Silverman, 1986, eq. 3.31), reflected at the ends of the range, and drawn from five persons on. Points
    are moved up and down so that they do not cover each other; that has no meaning.

    Examples
    --------
    >>> from intimacy_scales import score, simulate
    >>> scores = score("scii-24", simulate("scii-24", 100, rng=1).answers)
    >>> axes = raincloud(scores, ["first", "second"] * 50, scale="trust")
    >>> axes.to_frame().groupby("group").size().tolist()
    [50, 50]
    """
    if not isinstance(scores, Scores):
        raise EstimationError(
            f"scores is {a_type(scores)}; allowed: the scores of a table, score(form, table)"
        )
    name = scale_id(scores.form, scale)
    groups = _groups(scores, by, scores[name])
    ends = scores.range(name)
    step = (ends[1] - ends[0]) / max(scores.n_possible(name) - 1, 1)
    axes = axes_for(ax, _MARGIN + _ROW * len(groups))
    for row, values in enumerate(reversed(groups.values())):
        _draw_group(axes, row, values, ends, step)
    labels = [f"{folded(group, width=18, most=2)}\nn = {len(values)}" for group, values in groups.items()]
    axes.set_yticks(range(len(groups)), labels[::-1])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.5, len(groups) - 0.45)
    margin = 0.02 * (ends[1] - ends[0])
    axes.set_xlim(ends[0] - margin, ends[1] + margin)
    title = next(s.title or s.id for s in scores.form.scales if s.id == name)
    axes.set_xlabel("Score")
    axes.set_title(folded(f"{title} by group", width=60, most=2), loc="left", fontsize="medium")
    axes.spines["left"].set_visible(False)
    columns = {
        "group": [group for group, values in groups.items() for _ in values],
        "score": [x for values in groups.values() for x in values.tolist()],
    }
    return described(axes, _alt_text(title, groups, ends), columns)


def _groups(scores: Scores, by: Any, values: Floats) -> dict[str, Floats]:
    """Return the scores of each group that has some, in the order of an ordered Categorical or of rows."""
    if names_a_column(by, scores.kept):
        listed, declared = kept_labels(scores, by, "by")
    else:
        if not same_rows(by, getattr(scores.kept, "native", None)):
            raise EstimationError(
                "by: the index of the labels is not that of the scored table, so they may belong to other "
                "persons; align them first, or keep the column when you score"
            )
        listed, declared = as_labels(by)
    if len(listed) != len(scores):
        raise EstimationError(f"by: {counted(len(listed), 'label')} for {counted(len(scores), 'person')}")
    texts = [None if is_missing_label(label) else str(label) for label in listed]
    order = dict.fromkeys([*map(str, declared), *filter(None, texts)])
    array = np.array(texts, dtype=object)
    groups = {text: values[(array == text) & ~np.isnan(values)] for text in order}
    groups = {text: of_group for text, of_group in groups.items() if len(of_group)}
    if not groups:
        raise EstimationError("by: no group has a score; there is nothing to draw")
    if len(groups) > _MOST_GROUPS:
        raise EstimationError(
            f"by: {len(groups)} groups are too many for one plot; allowed: up to {_MOST_GROUPS}; leave "
            "labels of some out (None), or draw the others in a second plot"
        )
    return groups


def _draw_group(axes: PlotAxes, row: int, values: Floats, ends: tuple[float, float], step: float) -> None:
    """Draw the distribution, the quartiles with the mean, and the persons of a group."""
    density = _density(values, ends, step)
    if density is not None:
        xs, heights = density
        top = row + _CLOUD[0] + (_CLOUD[1] - _CLOUD[0]) * heights / heights.max()
        axes.fill_between(xs, row + _CLOUD[0], top, color=BLUE, alpha=0.35, linewidth=0)
        axes.plot(xs, top, color=BLUE, linewidth=1)
    first, median, third = np.quantile(values, (0.25, 0.5, 0.75))
    if len(values) >= _FEWEST:
        axes.fill_between(
            [first, third], row - _BOX, row + _BOX, facecolor="white", edgecolor=GREY, linewidth=1
        )
        axes.vlines(median, row - _BOX, row + _BOX, color=GREY, linewidth=2.2)
    axes.plot([values.mean()], [row], color=ORANGE, marker="D", markersize=5, linestyle="none", zorder=3)
    shares = (0.5 + _GOLDEN * np.arange(len(values), dtype=np.float64)) % 1
    heights = row + _RAIN[0] + (_RAIN[1] - _RAIN[0]) * shares
    size = 3.5 if len(values) <= 200 else 2.2
    axes.plot(
        values,
        heights,
        color=BLUE,
        marker="o",
        markersize=size,
        linestyle="none",
        alpha=0.6,
        markeredgewidth=0,
    )


def _density(values: Floats, ends: tuple[float, float], step: float) -> tuple[Floats, Floats] | None:
    """Return places and heights of the smoothed distribution; None for few persons or equal scores."""
    if len(values) < _FEWEST or values.min() == values.max():
        return None
    quartiles = np.quantile(values, (0.25, 0.75))
    spread = min(s for s in (values.std(ddof=1), (quartiles[1] - quartiles[0]) / 1.34) if s > 0)
    width = max(0.9 * spread * len(values) ** -0.2, 0.6 * step)
    xs = np.linspace(*ends, 201, dtype=np.float64)
    places, counts = np.unique(values, return_counts=True)
    heights = np.zeros(len(xs))
    for image in (places, 2 * ends[0] - places, 2 * ends[1] - places):
        heights = heights + (np.exp(-0.5 * ((xs[:, None] - image) / width) ** 2) * counts).sum(axis=1)
    return xs, heights


def _alt_text(title: str, groups: Mapping[str, Floats], ends: tuple[float, float]) -> str:
    """Return the plot in words."""
    parts = []
    for group, values in groups.items():
        mean, sd = float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0
        digits = digits_with_spread(mean, sd)
        low, median, high = (float(x) for x in np.quantile(values, (0.25, 0.5, 0.75)))
        text = f"{group}: n = {len(values)}, mean {shown(mean, digits)}"
        if len(values) >= _FEWEST:
            text += (
                f", median {shown(median, digits)}, quartiles {shown(low, digits)} and {shown(high, digits)}"
            )
        parts.append(text)
    return (
        f"Raincloud plot of {title}, possible scores {ends[0]:g} to {ends[1]:g}, of "
        f"{counted(len(groups), 'group')}. {'; '.join(parts)}."
    )
