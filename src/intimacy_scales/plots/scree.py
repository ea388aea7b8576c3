"""Eigenvalues of the items' correlations, compared with those of unrelated items."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.parallel import ParallelAnalysis
from intimacy_scales.factor.exploratory.retention import Scree
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, PlotAxes, axes_for, described
from intimacy_scales.plots.shades import LINE
from intimacy_scales.results.wording import counted, percent, shown

Of = Literal["components", "factors"]
_HEIGHT = 3.4  # inches
_IN_WORDS = 8  # eigenvalues that the alt text gives


class _Series(NamedTuple):
    """Eigenvalues to draw: observed ones, and those of unrelated items where there are any."""

    observed: Any
    means: Any
    quantiles: Any
    n_above: int | None


def scree_plot(
    result: ParallelAnalysis | Scree, *, of: Of = "components", ax: Axes | None = None
) -> PlotAxes:
    """Draw the eigenvalues of items from the largest on, with those of unrelated items.

    Parameters
    ----------
    result
        What `parallel_analysis` or `scree` returned.
    of
        ``components``: eigenvalues of the correlations. ``factors``: of correlations with communalities on
        the diagonal.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``; the table has a row for each eigenvalue.

    Raises
    ------
    EstimationError
        Another result, or `of` is not valid.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Filled markers are the first eigenvalues that exceed the quantile of those of unrelated items (Horn, 1965;
    Glorfeld, 1995). With `scree`, there are no unrelated items to compare with (Cattell, 1966).

    Examples
    --------
    >>> from intimacy_scales import parallel_analysis, simulate
    >>> result = parallel_analysis("scii-24", simulate("scii-24", 500, rng=1).answers, n_iterations=20)
    >>> scree_plot(result).to_frame()["retained"].tolist()[3:7]
    [True, True, False, False]
    """
    if of not in get_args(Of):
        raise EstimationError(not_one_of("of", of, get_args(Of)))
    series = _series_of(result, of)
    axes = axes_for(ax, _HEIGHT)
    numbers = range(1, result.n_items + 1)
    kept = series.n_above or 0
    axes.axhline(0, color=LINE, linewidth=0.8)
    if series.quantiles is not None and isinstance(result, ParallelAnalysis):
        level = percent(result.quantile)
        axes.plot(
            numbers, series.quantiles, color=ORANGE, linestyle="--", linewidth=1.2,
            label=f"unrelated items, {level} of draws are below",
        )  # fmt: skip
        axes.plot(
            numbers, series.means, color=GREY, linestyle=":", linewidth=1.2, label="unrelated items, mean"
        )
    axes.plot(numbers, series.observed, color=BLUE, linewidth=1, zorder=2.5)
    _draw_markers(axes, series.observed, kept, marked=series.n_above is not None)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlim(0.4, result.n_items + 0.6)
    axes.set_xlabel("Component" if of == "components" else "Factor", fontsize="small")
    axes.set_ylabel("Eigenvalue", fontsize="small")
    axes.tick_params(labelsize="small")
    axes.legend(loc="upper right", frameon=False, fontsize="x-small")
    what = "" if series.n_above is None else f"{counted(kept, of.removesuffix('s'))} above unrelated items; "
    axes.set_title(f"{what}{counted(result.n_items, 'item')}, n = {result.n}", loc="left", fontsize="medium")
    return described(axes, _alt_text(result, series, of), _columns(series, kept))


def _series_of(result: ParallelAnalysis | Scree, kind: Of) -> _Series:
    if isinstance(result, Scree):
        return _Series(result.eigenvalues if kind == "components" else result.reduced, None, None, None)
    if not isinstance(result, ParallelAnalysis):
        raise EstimationError(
            f"result is {a_type(result)}; pass what parallel_analysis() or scree() returned"
        )
    if kind == "components":
        return _Series(
            result.component_values, result.component_means, result.component_quantiles, result.n_components
        )
    return _Series(result.factor_values, result.factor_means, result.factor_quantiles, result.n_factors)


def _draw_markers(axes: PlotAxes, observed: NDArray[Any], kept: int, *, marked: bool) -> None:
    """Draw the observed eigenvalues, filled where they exceed those of unrelated items."""
    numbers = list(range(1, len(observed) + 1))
    size = 4.5 if len(observed) <= 30 else 3.0
    for begin, end, face, label in (
        (0, kept, BLUE, "items, above the dashed line"),
        (kept, None, "white", "items"),
    ):
        if numbers[begin:end]:
            axes.plot(
                numbers[begin:end], observed[begin:end], linestyle="none", marker="o", markersize=size,
                color=BLUE, markerfacecolor=face, zorder=3, label=label if marked else "items",
            )  # fmt: skip


def _columns(series: _Series, kept: int) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "number": list(range(1, len(series.observed) + 1)),
        "eigenvalue": series.observed.tolist(),
    }
    if series.means is not None and series.quantiles is not None:
        columns |= {
            "mean_unrelated": series.means.tolist(),
            "quantile_unrelated": series.quantiles.tolist(),
            "retained": [place < kept for place in range(len(series.observed))],
        }
    return columns


def _alt_text(result: ParallelAnalysis | Scree, series: _Series, kind: Of) -> str:
    """Return the plot in words."""
    first = ", ".join(shown(float(value), 2) for value in series.observed[:_IN_WORDS])
    more = " and so on" if len(series.observed) > _IN_WORDS else ""
    words = f"Scree plot of {counted(result.n_items, 'item')}, n = {result.n}."
    words += f" Eigenvalues of {kind}: {first}{more}."
    if isinstance(result, ParallelAnalysis) and series.quantiles is not None:
        limits = ", ".join(shown(float(value), 2) for value in series.quantiles[:_IN_WORDS])
        words += (
            f" {percent(result.quantile)} of {counted(result.n_iterations, 'draw')} of unrelated items are "
            f"below {limits}{more}. {counted(series.n_above or 0, kind.removesuffix('s'))} above."
        )
    return words
