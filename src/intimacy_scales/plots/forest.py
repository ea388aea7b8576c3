"""Alpha and omega of each scale, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

from matplotlib.axes import Axes

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.numerics.arguments import as_different_names
from intimacy_scales.plots.axes import FIRST, SECOND, PlotAxes, axes_for, described, without_zeros
from intimacy_scales.plots.rows import ROW, height_of, next_to_rows, set_heading, set_rows, shortened_id
from intimacy_scales.plots.shades import LINE
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.reliability.report.scale_report import ScaleReliability
from intimacy_scales.results.wording import apa, counted, percent

Coefficients = Literal["both", "alpha", "omega"]
_REST = 0.85  # inches of title and axis
_STYLES = {"alpha": FIRST, "omega": SECOND}


class _Estimate(NamedTuple):
    """A coefficient of a scale with its interval; nan where undefined."""

    scale: str
    name: str
    row: float
    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """Its figures."""
        if math.isnan(self.value):
            return f"{self.name} undefined"
        known = not math.isnan(self.low)
        return f"{self.name} {apa(self.value)}" + (f" [{apa(self.low)}, {apa(self.high)}]" if known else "")


def reliability_forest(
    report: ReliabilityReport,
    *,
    coefficient: Coefficients = "both",
    scales: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw alpha and omega of each scale with their confidence intervals.

    Parameters
    ----------
    report
        What `reliability_report` returned; it holds the intervals and their level.
    coefficient
        ``both``, ``alpha`` or ``omega`` (omega total of the scale's model).
    scales
        The scales, in order; by default all of the report.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each coefficient.

    Raises
    ------
    EstimationError
        Another result, an option that is not valid, or more scales than fit on a page.
    UnknownNameError
        There is no such scale.
    MissingDependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> report = reliability_report("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> axes = reliability_forest(report, scales=["trust"])
    >>> axes.to_frame().round(2).values.tolist()[0]
    ['trust', 'alpha', 0.79, 0.74, 0.82]
    """
    if not isinstance(report, ReliabilityReport):
        raise EstimationError(f"report is {a_type(report)}; pass what reliability_report() returned")
    if coefficient not in get_args(Coefficients):
        raise EstimationError(not_one_of("coefficient", coefficient, get_args(Coefficients)))
    names = ("alpha", "omega") if coefficient == "both" else (coefficient,)
    chosen = list(report)
    if scales is not None:
        chosen = [report[scale] for scale in as_different_names("scales", scales, "scales")]
    if not chosen:
        raise EstimationError("scales is empty; name scales, or leave it out for all")
    estimates = [one for place, scale in enumerate(chosen) for one in _estimates(scale, place, names)]
    labels = [shortened_id(scale.scale) for scale in chosen]
    height = height_of(
        len(chosen), rest=_REST, row=ROW * (1.3 * len(names) + 0.5), what="scales",
        advice="choose some by scales=",
    )  # fmt: skip
    axes = axes_for(ax, height)
    for name in names:
        _draw(axes, [one for one in estimates if one.name == name])
    set_rows(axes, labels)
    next_to_rows(axes, [one.text for one in estimates], "", rows=[one.row for one in estimates])
    _set_ends(axes, estimates)
    level = percent(report.confidence_level)
    set_heading(
        axes, f"Reliability with {level} intervals, {counted(report.n_persons, 'person')}", labels, pad=6
    )
    axes.set_xlabel("Reliability", fontsize="small")
    columns: dict[str, list[Any]] = {
        "scale": [one.scale for one in estimates],
        "coefficient": [one.name for one in estimates],
        "estimate": [one.value for one in estimates],
        "low": [one.low for one in estimates],
        "high": [one.high for one in estimates],
    }
    words = "; ".join(f"{scale.scale}: {_words(scale, estimates)}" for scale in chosen)
    methods = f"{report.interval_method} for alpha, {report.omega_interval_method} for omega"
    alt_text = (
        f"Reliability of {counted(len(chosen), 'scale')} with {level} intervals ({methods}), "
        f"{counted(report.n_persons, 'person')}. {words}."
    )
    return described(axes, alt_text, columns)


def _estimates(scale: ScaleReliability, place: int, names: Sequence[str]) -> list[_Estimate]:
    """Return the coefficients of a scale, those of one row next to each other."""
    row = scale.row()
    figures = {
        "alpha": (row["alpha"], row["low"], row["high"]),
        "omega": (row["omega"], row["omega_low"], row["omega_high"]),
    }
    offsets = (-0.2, 0.2) if len(names) == 2 else (0.0,)
    return [
        _Estimate(scale.scale, name, place + offset, *map(float, figures[name]))
        for name, offset in zip(names, offsets, strict=True)
    ]


def _draw(axes: PlotAxes, estimates: Sequence[_Estimate]) -> None:
    """Draw one coefficient of all scales."""
    style = _STYLES[estimates[0].name]
    for one in estimates:
        if not math.isnan(one.low):
            axes.plot(
                [one.low, one.high],
                [one.row, one.row],
                color=style.color,
                linestyle=style.line,
                linewidth=1.2,
            )
    axes.plot(
        [one.value for one in estimates], [one.row for one in estimates], linestyle="none",
        marker=style.marker, markersize=4.5, color=style.color,
        markerfacecolor=style.color if style is FIRST else "white",
    )  # fmt: skip


def _set_ends(axes: PlotAxes, estimates: Sequence[_Estimate]) -> None:
    """Set the ends of the axis: from a tenth below the lowest figure up to 1."""
    known = [figure for one in estimates for figure in (one.value, one.low) if not math.isnan(figure)]
    lowest = min(known, default=0.0)
    axes.set_xlim(math.floor(10 * lowest - 0.2) / 10, 1.0)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="x", labelsize="small")
    without_zeros(axes)


def _words(scale: ScaleReliability, estimates: Sequence[_Estimate]) -> str:
    return " and ".join(one.text for one in estimates if one.scale == scale.scale)
