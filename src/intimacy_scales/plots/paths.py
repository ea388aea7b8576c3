"""The path diagram of a factor model, with or without paths between factors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, FancyArrowPatch, Rectangle
from matplotlib.path import Path

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.results.estimates import check_group
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.messages import a_type
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, ORANGE_INK, WIDTH, PlotAxes, axes_for, described
from intimacy_scales.plots.measure import text_size
from intimacy_scales.plots.path_layout import Line, Variable, path_layout
from intimacy_scales.plots.path_model import Arrow, PathModel, Variance, path_model
from intimacy_scales.plots.texts import folded
from intimacy_scales.results.wording import counted

_TITLE = 8.5  # points
_COLORS = {"loading": BLUE, "path": ORANGE, "covariance": GREY}
_INKS = {**_COLORS, "path": ORANGE_INK}  # of their labels
_FEW_COVARIANCES = 15  # that the alt text lists


def path_diagram(
    result: CFAResult, *, standardized: bool = True, group: str | None = None, ax: Axes | None = None
) -> PlotAxes:
    """Draw a fitted factor model: factors as ellipses, items as boxes, estimates on arrows.

    Parameters
    ----------
    result
        The result of `cfa` or `sem`: correlated factors, factors of higher order, a factor of all items next
        to others (bifactor), and paths between factors or observed variables.
    standardized
        Whether estimates are those of standardized variables; the title says it.
    group
        Label of the group to draw, where the model has several.
    ax
        Axes of matplotlib to draw on; None: new ones, tall enough for all items.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        The result is not a fitted model, or there is no such group.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Factors are on the left of their items, factors of higher order further left, and a factor of all items is
    on the right. Covariances of factors (standardized: correlations) and paths are curves. Numbers in boxes
    and ellipses are variances, or residual variances of what depends on others. An arrow is dashed where
    p ≥ .05, and dotted where there is no test, because the value is fixed. Intercepts are not drawn. Names
    that are too long for their box are shortened; ``to_frame()`` has them in full.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> axes = path_diagram(result)
    >>> axes.to_frame()["kind"].tolist()[3:6]
    ['loading', 'variance', 'variance']
    """
    if not isinstance(result, CFAResult):
        raise EstimationError(f"result is {a_type(result)}; allowed: what cfa or sem returned")
    label = (result.groups or (None,))[check_group(group, result.groups or (None,))]
    model = path_model(result, label, standardized=standardized)
    layout = path_layout(model, WIDTH)
    title = _title(result, model, label, standardized=standardized)
    notes = _notes(model)
    letters = max(layout.letters, 6.0)
    above = text_size(title, _TITLE)[1] + 0.12
    below = (text_size("\n".join(notes), letters)[1] + 0.08) if notes else 0.02
    width, height = layout.width, layout.height + above + below
    axes = axes_for(ax, height)
    axes.set_axis_off()
    shrink = _fill(axes, width, height) if ax is None else _scale(axes, width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(-below, height - below)
    for line in layout.lines:
        _draw_line(axes, line, layout.letters * shrink)
    for variable in layout.variables.values():
        _draw_variable(axes, variable, layout.letters * shrink)
    axes.text(0.06, height - below - 0.06, title, va="top", fontsize=_TITLE * shrink)
    if notes:
        text = "\n".join(notes)
        axes.text(0.06, 0.02 - below, text, va="bottom", fontsize=letters * shrink, color=GREY)
    return described(axes, _alt_text(title, model), _columns(model))


def _fill(axes: PlotAxes, width: float, height: float) -> float:
    """Make new axes fill a figure of this size in inches, and return by how much letters are smaller: 1."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.set_layout_engine("none")
    figure.set_size_inches(width, height)
    axes.set_position((0, 0, 1, 1))
    return 1.0


def _scale(axes: PlotAxes, width: float, height: float) -> float:
    """Return by how much letters must be smaller on the caller's axes, so that labels stay apart."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # layouts of the caller's figure move axes when it is drawn
    box = axes.get_window_extent()
    return min(1.0, box.width / figure.dpi / width, box.height / figure.dpi / height)


def _title(result: CFAResult, model: PathModel, group: str | None, *, standardized: bool) -> str:
    """Return the title: what is drawn, of whom, and that the solution is improper where it is."""
    estimates = "standardized" if standardized else "unstandardized"
    what = "Structural equation model" if any(a.kind == "path" for a in model.arrows) else "Factor model"
    where = "" if group is None else f"group {group}, "
    n = result.n if group is None else result.group_n[result.groups.index(group)]
    improper = "; improper solution" if result.improper else ""
    return folded(f"{what}, {estimates} estimates ({where}n = {n}{improper})", width=70, most=2)


def _notes(model: PathModel) -> list[str]:
    """Return what signs in the picture mean, as far as they are in it."""
    lines = {arrow.line for arrow in model.arrows}
    signs = []
    if any(variance.text for variance in model.variances.values()):
        signs.append("Numbers in boxes and ellipses: (residual) variances.")
    if "--" in lines:
        signs.append("Dashed: p ≥ .05.")
    if ":" in lines:
        signs.append("Dotted: fixed, no test.")
    return [" ".join(signs)] if signs else []


def _draw_line(axes: PlotAxes, line: Line, letters: float) -> None:
    """Draw an arrow and its label."""
    color = _COLORS[line.arrow.kind]
    codes = [Path.MOVETO, *[Path.LINETO if len(line.points) == 2 else Path.CURVE4] * (len(line.points) - 1)]
    both = line.arrow.kind == "covariance"
    axes.add_patch(
        FancyArrowPatch(
            path=Path([(p.x, p.y) for p in line.points], codes),
            arrowstyle="<|-|>" if both else "-|>", mutation_scale=0.8 * letters, color=color, linewidth=0.8,
            linestyle=line.arrow.line, shrinkA=0, shrinkB=0, zorder=1,
        )
    )  # fmt: skip
    axes.text(
        line.label.x, line.label.y, line.arrow.text, ha="center", va="center", fontsize=letters,
        color=_INKS[line.arrow.kind],
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4}, zorder=3,
    )  # fmt: skip


def _draw_variable(axes: PlotAxes, variable: Variable, letters: float) -> None:
    """Draw a factor as an ellipse, an item as a box, with its name and its variance."""
    box = variable.box
    style: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "linewidth": 1.0, "zorder": 2}
    improper = variable.variance.startswith("-")
    color = ORANGE_INK if improper else GREY
    weight = "bold" if improper else "normal"
    words: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": letters, "zorder": 4}
    if variable.is_factor:
        axes.add_patch(Ellipse((box.x, box.y), box.width, box.height, **style))
        lines = variable.name.count("\n") + 1
        half = text_size("x", letters)[1] / 2 if variable.variance else 0.0
        axes.text(box.x, box.y + half, variable.name, **words)
        if variable.variance:
            axes.text(box.x, box.y - half * lines, variable.variance, color=color, weight=weight, **words)
        return
    left, bottom = box.x - box.width / 2, box.y - box.height / 2
    axes.add_patch(Rectangle((left, bottom), box.width, box.height, **style))
    edge = left + box.width - (variable.cell if variable.variance else 0.0)
    axes.text((left + edge) / 2, box.y, variable.name, **words)
    if variable.variance:
        axes.plot([edge, edge], [bottom, bottom + box.height], color=GREY, linewidth=0.5, zorder=2.5)
        axes.text(edge + variable.cell / 2, box.y, variable.variance, color=color, weight=weight, **words)


def _columns(model: PathModel) -> dict[str, list[object]]:
    """Return the numbers that are drawn: of each arrow, then the variances."""
    arrows, variances = model.arrows, list(model.variances.values())
    drawn: list[Arrow | Variance] = [*arrows, *variances]
    return {
        "from": [*(a.source for a in arrows), *(v.name for v in variances)],
        "to": [*(a.target for a in arrows), *(v.name for v in variances)],
        "kind": [*(a.kind for a in arrows), *("variance" for _ in variances)],
        "estimate": [x.value for x in drawn],
        "se": [x.se for x in drawn],
        "p": [x.p for x in drawn],
    }


def _alt_text(title: str, model: PathModel) -> str:
    """Return the diagram in words."""
    parts = []
    factors = dict.fromkeys(a.source for a in model.arrows if a.kind == "loading")
    for factor in factors:
        loadings = [a for a in model.arrows if a.kind == "loading" and a.source == factor]
        parts.append(f"{factor}: {counted(len(loadings), 'loading')} {_range(loadings)}")
    paths = [f"{a.source} to {a.target} {a.text}" for a in model.arrows if a.kind == "path"]
    if paths:
        parts.append(f"paths: {', '.join(paths)}")
    pairs = [a for a in model.arrows if a.kind == "covariance"]
    if len(pairs) > _FEW_COVARIANCES:
        parts.append(f"{len(pairs)} covariances {_range(pairs)}")
    elif pairs:
        parts.append("covariances: " + ", ".join(f"{a.source} with {a.target} {a.text}" for a in pairs))
    negative = [v.name for v in model.variances.values() if v.value < 0]
    if negative:
        parts.append(f"negative variances of {', '.join(negative)}")
    dashed = sum(a.line == "--" for a in model.arrows)
    ends = f" {counted(dashed, 'arrow')} of {len(model.arrows)} not significant (p ≥ .05)." if dashed else ""
    head = " ".join(title.split())
    return f"Path diagram. {head}. {'; '.join(parts)}.{ends}"


def _range(arrows: Sequence[Arrow]) -> str:
    """Return the texts of the lowest and the highest value."""
    known = [a for a in arrows if not math.isnan(a.value)]
    if not known:
        return "undefined"
    low, high = min(known, key=lambda a: a.value), max(known, key=lambda a: a.value)
    return f"of {low.text}" if low.text == high.text else f"from {low.text} to {high.text}"
