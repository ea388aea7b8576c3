"""Loadings or intercepts of each group or partner, next to the value that invariance gives to all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.invariance_result import Invariance
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.plots.axes import BLUE, GREEN, GREY, ORANGE, PlotAxes, axes_for, described
from intimacy_scales.plots.invariance_rows import OPERATORS, Compared, Parameter, Row, compared
from intimacy_scales.plots.measure import fitted_apart
from intimacy_scales.plots.score_rows import LINE, note_lines, write_notes
from intimacy_scales.plots.texts import folded
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.wording import digits_with_error, percent, shown

_STYLES = (
    (BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), ("black", "D"), ("#a0497f", "v"), ("#2f7ca8", "P"), (GREY, "X"),
    ("#8a6d00", "*"),
)  # fmt: skip
_BETWEEN, _GROUP, _MARGIN = 0.14, 0.13, 0.85  # inches between items, of a group, and around
_LETTERS, _NAME = 9.0, 1.6  # points, inches
_FIXED = math.nan


def invariance_plot(
    tested: Invariance | DyadicInvariance,
    parameter: Parameter = "loadings",
    *,
    confidence_level: float = 0.95,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw the loadings or intercepts of each group or partner with intervals, and what equal ones would be.

    Parameters
    ----------
    tested
        The result of `invariance`, or of `dyadic_invariance` for partners that are distinguishable.
    parameter
        ``loadings`` or ``intercepts``.
    confidence_level
        Of the intervals.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        This is not such a result, partners are exchangeable, or every step sets these parameters equal.
    DocumentError
        Intercepts of a result that was read from its document, which does not hold the means it implies.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Groups' estimates are those of the last step that leaves the parameters free: loadings of the configural
    model, intercepts of the metric one. All are unstandardized, with normal (Wald) intervals. An open marker
    is fixed to identify the model and has no interval. The line across a row of loadings is the estimate of
    the first step that sets them equal; parameters that it leaves free (``partial``) have neither line nor
    ticks. Intercepts of groups differ where the means of factors do, because these are 0
    in the metric model; the ticks are therefore the mean of the item in each group that the step with equal
    intercepts implies. An intercept far from its tick is one that is not the same in all groups.

    Examples
    --------
    >>> from intimacy_scales import encode, invariance, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> halves = ["first"] * 200 + ["second"] * 200
    >>> tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
    >>> invariance_plot(tested, "intercepts").to_frame().columns.tolist()
    ['parameter', 'group', 'estimate', 'low', 'high', 'implied by scalar model']
    """
    if not isinstance(tested, Invariance | DyadicInvariance):
        raise EstimationError(
            f"tested is {a_type(tested)}; allowed: what invariance or dyadic_invariance returned"
        )
    if parameter not in OPERATORS:
        raise EstimationError(not_one_of("parameter", parameter, tuple(OPERATORS)))
    check_level(confidence_level)
    shown_ones = compared(tested, parameter)
    rows, n_groups = shown_ones.rows, len(shown_ones.sizes)
    notes = note_lines(_notes(shown_ones, parameter, confidence_level))
    height = _MARGIN + len(rows) * (_BETWEEN + _GROUP * n_groups) + LINE * len(notes)
    axes = axes_for(ax, height)
    middles = [-place * (_BETWEEN + _GROUP * n_groups) for place in range(len(rows))]  # in inches
    for middle, row in zip(middles, rows, strict=True):
        _draw_row(axes, row, middle, confidence_level)
    names = _names(rows)
    axes.set_yticks(middles, names, fontsize=_LETTERS)
    axes.tick_params(axis="y", length=0)
    half = (_BETWEEN + _GROUP * n_groups) / 2
    axes.set_ylim(middles[-1] - half, half)
    axes.set_xlabel(f"{parameter.capitalize()[:-1]}, {shown_ones.unit}")
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    _draw_key(axes, shown_ones)
    axes.set_title(folded(shown_ones.title, width=60, most=2), loc="left", fontsize="medium")
    write_notes(axes, notes, names)
    return described(
        axes,
        _alt_text(shown_ones, confidence_level),
        _columns(shown_ones, confidence_level),
    )


def _ends(estimate: ParameterEstimate, level: float) -> tuple[float, float]:
    """Return the ends of the interval of an estimate; nan of one that is fixed."""
    if not estimate.free:
        return _FIXED, _FIXED
    interval = estimate.confidence_interval(level)
    return interval.low, interval.high


def _draw_row(axes: PlotAxes, row: Row, middle: float, level: float) -> None:
    """Draw a parameter in all groups below each other."""
    half = _GROUP * (len(row.groups) - 1) / 2
    for place, estimate in enumerate(row.groups):
        color, marker = _STYLES[place % len(_STYLES)]
        y = middle + half - place * _GROUP
        low, high = _ends(estimate, level)
        if not math.isnan(low):
            axes.hlines(y, low, high, color=color, linewidth=1.2, zorder=2)
        axes.plot(
            [estimate.estimate], [y], marker=marker, color=color, markersize=4.5, linestyle="none", zorder=3,
            markerfacecolor=color if estimate.free else "white",
        )  # fmt: skip
    if len(set(row.equal)) == 1 and not math.isnan(row.equal[0]):
        axes.vlines(
            row.equal[0], middle - half - 0.06, middle + half + 0.06, color="black", linewidth=0.9, zorder=1
        )
        return
    for place, value in enumerate(row.equal):
        if math.isnan(value):
            continue
        y = middle + half - place * _GROUP
        axes.vlines(value, y - 0.045, y + 0.045, color="black", linewidth=1.1, zorder=4)


def _draw_key(axes: PlotAxes, shown_ones: Compared) -> None:
    """Draw the marker of each group on the right."""
    markers = [
        Line2D([], [], color=_STYLES[place % len(_STYLES)][0], marker=_STYLES[place % len(_STYLES)][1],
               markersize=4.5, linestyle="none", label=f"{folded(name, width=16, most=2)}\nn = {n}")
        for place, (name, n) in enumerate(shown_ones.sizes.items())
    ]  # fmt: skip
    axes.legend(
        handles=markers, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small",
        labelspacing=0.7, handletextpad=0.3,
    )  # fmt: skip


def _names(rows: Sequence[Row]) -> list[str]:
    """Return what is written next to rows: the item, with its factor where it has several."""
    items = [row.groups[0].rhs if row.groups[0].op == "=~" else row.groups[0].lhs for row in rows]
    counts = Counter(items)
    texts = [
        item if counts[item] == 1 else f"{item} ({row.groups[0].lhs})"
        for item, row in zip(items, rows, strict=True)
    ]
    return fitted_apart(texts, _LETTERS, _NAME)


def _notes(shown_ones: Compared, parameter: Parameter, level: float) -> list[str]:
    """Return what signs in the picture mean."""
    rows, equal = shown_ones.rows, shown_ones.equal
    notes = [f"Markers: estimates of the {shown_ones.free} model with {percent(level)} intervals"]
    without = [row.name for row in rows if math.isnan(row.equal[0])]
    if equal is not None and len(without) < len(rows):
        notes.append(shown_ones.equal_words)
        if without:
            sign = "line" if parameter == "loadings" and shown_ones.whose == "group" else "ticks"
            where = "in each group" if shown_ones.whose == "group" else "for each partner"
            notes.append(f"Without {sign}: free {where} of the {equal} model ({', '.join(without)})")
    if any(not estimate.free for row in rows for estimate in row.groups):
        notes.append("Open: fixed to identify the model")
    return notes


def _columns(shown_ones: Compared, level: float) -> dict[str, list[object]]:
    rows, equal = shown_ones.rows, shown_ones.equal
    every = [(row, estimate, *_ends(estimate, level)) for row in rows for estimate in row.groups]
    return {
        "parameter": [row.name for row, *_ in every],
        shown_ones.whose: [estimate.group for _, estimate, *_ in every],
        "estimate": [estimate.estimate for _, estimate, *_ in every],
        "low": [low for *_, low, _ in every],
        "high": [high for *_, high in every],
        **({} if equal is None else {f"implied by {equal} model": [x for row in rows for x in row.equal]}),
    }


def _alt_text(shown_ones: Compared, level: float) -> str:
    """Return the plot in words."""
    parts = []
    rows, equal = shown_ones.rows, shown_ones.equal
    drawn = any(not math.isnan(row.equal[0]) for row in rows)
    for row in rows:
        texts = [_words(e, value, equal, level) for e, value in zip(row.groups, row.equal, strict=True)]
        free_too = f" (free in the {equal} model too)" if drawn and math.isnan(row.equal[0]) else ""
        parts.append(f"{row.name}{free_too}: {', '.join(texts)}")
    sizes = ", ".join(f"{name} n = {n}" for name, n in shown_ones.sizes.items())
    of_model = f"of the {shown_ones.free} model with {percent(level)} intervals"
    return f"{shown_ones.title} ({sizes}), {of_model}. {'; '.join(parts)}."


def _words(estimate: ParameterEstimate, implied: float, equal: str | None, level: float) -> str:
    """Return an estimate of a group in words."""
    digits = digits_with_error(estimate.estimate, estimate.se if estimate.free else 0.0)
    low, high = _ends(estimate, level)
    ends = " fixed" if math.isnan(low) else f" [{shown(low, digits)}, {shown(high, digits)}]"
    constrained = "" if math.isnan(implied) else f" ({equal} {shown(implied, digits)})"
    return f"{estimate.group} {shown(estimate.estimate, digits)}{ends}{constrained}"
