"""Which answers are missing: a map of persons and items."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Unpack, get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.plots.axes import PlotAxes, axes_for, described
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
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.wording import counted, shown

Order = Literal["rows", "missing"]
_REST = 0.9  # inches of title and axis
_SECOND_LINE = 0.2  # inches, of the title next to wide labels
_FEW_PERSONS = 8  # up to which each has a tick
_MISSING, _ANSWERED = "#262626", "#e4e9ee"


@reads_answers
def missing_map(
    answers: CodedResponses | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    items: Sequence[str] | None = None,
    order: Order = "rows",
    wording: bool = False,
    ax: Axes | None = None,
    **reading: Unpack[ReadingOptions],
) -> PlotAxes:
    """Draw which answers are missing: items one below the other, persons from left to right.

    Parameters
    ----------
    answers, responses
        Checked answers (`CodedResponses`), or an instrument and its table.
    scale, items, wording
        As in `likert_bars`.
    order
        ``rows``: persons as in the table, which shows where many stopped answering. ``missing``: those with
        the fewest missing answers first.
    ax
        Axes of matplotlib to draw on; None: new ones.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each person, and 1 where
        the answer to an item is missing.

    Raises
    ------
    EstimationError
        No persons, moments instead of answers, more items than fit on a page, or an unknown order.
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> axes = missing_map("scii-12", simulate("scii-12", 100, missing=0.1, rng=1).answers)
    >>> axes.to_frame().shape
    (100, 13)
    """
    if order not in get_args(Order):
        raise EstimationError(not_one_of("order", order, get_args(Order)))
    coded = coded_given(answers, responses, reading)
    form = coded.instrument
    names = items_to_draw(form, scale, items)
    if not len(coded):
        raise EstimationError("there are no persons; pass a table with at least one row")
    is_missing = coded.codes[:, [form.item_ids.index(name) for name in names]] == 0
    persons = np.arange(len(coded))
    if order == "missing":
        persons = np.argsort(is_missing.sum(axis=1), kind="stable")
    labels = item_labels(names, wording_of(form, wording))
    height = height_of(
        len(names), rest=_REST + (_SECOND_LINE if wording else 0.0), row=row_of(labels),
        advice="choose some by scale= or items=",
    )  # fmt: skip
    axes = axes_for(ax, height)
    axes.imshow(
        is_missing[persons].T.astype(float), aspect="auto", cmap=ListedColormap([_ANSWERED, _MISSING]),
        vmin=0, vmax=1, interpolation="nearest" if len(persons) <= 600 else "antialiased",
    )  # fmt: skip
    axes.hlines(np.arange(len(names) - 1) + 0.5, -0.5, len(persons) - 0.5, color="white", linewidth=0.8)
    set_rows(axes, labels)
    axes.set_xlim(-0.5, len(persons) - 0.5)
    last = len(persons)
    ticks = np.linspace(0, last, 5).round().astype(int).tolist()
    places = list(range(1, last + 1)) if last <= _FEW_PERSONS else [1, *ticks[1:]]
    axes.set_xticks([place - 1 for place in places], list(map(str, places)), fontsize=SMALL)
    axes.set_xlabel(
        "Person, in the order of the table" if order == "rows" else "Persons, fewest missing answers first",
        fontsize="small",
    )
    shares = _percents(is_missing)
    next_to_rows(axes, [f"{shown(share, _digits(share))}%" for share in shares], "missing")
    n_missing = int(is_missing.sum())
    whole = _percents(is_missing.reshape(-1, 1))[0]
    set_heading(
        axes,
        f"Missing (dark): {shown(whole, _digits(whole))}% of the answers of {counted(last, 'person')}",
        labels,
    )
    columns: dict[str, Any] = {"row": (persons + 1).tolist()}
    columns |= {name: is_missing[persons, k].astype(int).tolist() for k, name in enumerate(names)}
    axes = described(axes, _alt_text(names, is_missing, n_missing), columns)
    axes.spines[["left", "bottom"]].set_visible(False)
    return axes


def _percents(is_missing: Any) -> list[float]:
    """Return the percentage of missing answers of each column."""
    return [100 * int(n) / len(is_missing) for n in np.count_nonzero(is_missing, axis=0)]


def _digits(percent: float) -> int:
    """Return the decimals of a percentage, so that a few of many are not shown as none."""
    return 1 if 0 < percent < 1 or 99 < percent < 100 else 0


def _alt_text(names: Sequence[str], is_missing: Any, n_missing: int) -> str:
    """Return the map in words."""
    n, k = is_missing.shape
    complete = int(np.count_nonzero(~is_missing.any(axis=1)))
    words = (
        f"Map of missing answers, {counted(n, 'person')} and {counted(k, 'item')}: {n_missing} of {n * k} "
        f"answers are missing. {counted(complete, 'person')} answered everything."
    )
    counts = np.count_nonzero(is_missing, axis=0)
    if n_missing:
        worst = int(counts.argmax())
        words += f" Most are missing for {names[worst]}: {counts[worst]}."
        empty = int(np.count_nonzero(is_missing.all(axis=1)))
        words += f" {counted(empty, 'person')} answered nothing." if empty else ""
    return words
