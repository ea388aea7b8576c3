"""The paths of an actor-partner model between both partners' predictors and outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel
from intimacy_scales.dyads.models.actor_partner_words import adjusted_for, improper_title
from intimacy_scales.dyads.models.effects import PathEffect
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.plots.axes import BLUE, GREY, ORANGE, ORANGE_INK, PlotAxes, axes_for, described
from intimacy_scales.plots.texts import folded
from intimacy_scales.results.wording import apa, counted, written

Standardized = Literal["pooled", "cell"]
_HEIGHT = 3.4  # inches
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.17, 0.80, 0.78, 0.22  # of the boxes' middles, in shares of the axes
_HALF_WIDTH, _HALF_HEIGHT = 0.15, 0.10  # of the boxes
_NEAR_SOURCE = 0.27  # place of a label on a crossing path, so that the labels of both do not meet


class _Path(NamedTuple):
    """One arrow: from a partner's predictor to a partner's outcome (0: the first, above)."""

    source: int
    target: int
    effect: PathEffect


def actor_partner_diagram(
    model: ActorPartnerModel,
    predictor: str | None = None,
    *,
    composition: str | None = None,
    standardized: Standardized | None = None,
    ax: Axes | None = None,
) -> PlotAxes:
    """Draw the actor and partner effects of one predictor as a path diagram.

    Parameters
    ----------
    model
        The result of `apim`.
    predictor
        Whose effects; may be left out where the model has one predictor.
    composition
        The kind of couples, in a mixed sample.
    standardized
        ``"pooled"`` or ``"cell"``: effects in standard deviations, as in `PathEffect`; None: as they are.
    ax
        Axes of matplotlib to draw on; None: new ones.

    Returns
    -------
    PlotAxes
        With ``alt_text``, ``to_frame()`` and ``save(path)``.

    Raises
    ------
    EstimationError
        The model has several predictors or compositions, or not this one.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    An arrow is dashed where the 95 % interval of its effect contains 0. The curve on the right is the
    correlation of both partners' residuals. Exchangeable partners have one actor and one partner effect,
    each drawn twice.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, apim
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> axes = actor_partner_diagram(apim(dyads, "commitment", "trust"))
    >>> axes.to_frame()["path"].tolist()[:2]
    ['trust -> commitment', 'trust -> commitment of the partner']
    """
    if standardized not in (None, "pooled", "cell"):
        raise EstimationError(not_one_of("standardized", standardized, ("pooled", "cell")))
    if not isinstance(model, ActorPartnerModel):
        raise EstimationError(f"model is {a_type(model)}; allowed: what apim returned")
    chosen = _predictor_of(model, predictor)
    kind = _composition_of(model, composition)
    paths = _paths_of(model, chosen, kind)
    couples = counted(model.compositions.get(kind, paths[0].effect.n), f"{kind} couple" if kind else "couple")
    axes = axes_for(ax, _HEIGHT)
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    roles = _roles_of(paths)
    for place, (height, role) in enumerate(zip((_TOP, _BOTTOM), roles, strict=True)):
        name = f"\n{folded(f'({role})', most=1)}" if role else ("" if place == 0 else "\nof the partner")
        _box(axes, _LEFT, height, f"{folded(chosen, most=2)}{name}")
        _box(axes, _RIGHT, height, f"{folded(model.outcome, most=2)}{name}")
    for path in paths:
        _arrow(axes, path, _label_of(path.effect, standardized))
    correlation = _residual_correlation(model, composition)
    _curve(axes, apa(correlation))
    unit = "" if standardized is None else ", standardized"
    held = held_constant(model, chosen)
    title = folded(f"Actor and partner effects{unit}: {couples}{held}", width=60, most=4)
    axes.set_title(title, loc="left", fontsize="medium")
    if any(_contains_zero(path.effect) for path in paths):
        axes.text(0, 0.01, "dashed: the 95 % interval contains 0", fontsize="x-small", color=GREY)
    columns = _columns(paths, correlation, standardized)
    words = _alt_text(f"{model.outcome} on {chosen}, {couples}{held}", paths, correlation, standardized)
    return described(axes, words, columns)


def held_constant(model: ActorPartnerModel, predictor: str) -> str:
    """Return what the effects are adjusted for, and that the solution is improper where it is."""
    others = [name for name in model.predictors if name != predictor]
    products = [f"{name} x {covariate}" for name, covariate in model.interactions]
    names = [*(f"both partners' {name}" for name in others), *model.covariates, *products]
    return f"{adjusted_for(names)}{improper_title(model.improper)}"


def _predictor_of(model: ActorPartnerModel, predictor: str | None) -> str:
    """Return the predictor to draw."""
    if predictor is None and len(model.predictors) == 1:
        return model.predictors[0]
    if predictor is None or predictor not in model.predictors:
        given = "several predictors; choose one" if predictor is None else f"no predictor {predictor!r}"
        raise EstimationError(f"the model has {given}; allowed: {', '.join(model.predictors)}")
    return predictor


def _composition_of(model: ActorPartnerModel, composition: str | None) -> str:
    """Return the composition to draw; an empty text for a model of one kind of couples."""
    if composition is None and len(model.compositions) < 2:
        return next(iter(model.compositions), "")
    if composition is None or composition not in model.compositions:
        given = (
            "several compositions; choose one" if composition is None else f"no composition {composition!r}"
        )
        raise EstimationError(f"the model has {given}; allowed: {', '.join(model.compositions) or 'none'}")
    return composition


def _paths_of(model: ActorPartnerModel, predictor: str, composition: str) -> list[_Path]:
    """Return the four arrows: of the first partner's outcome, then of the second one's."""
    effects = [
        effect
        for effect in model.effects
        if effect.predictor == predictor
        and effect.covariate is None
        and effect.composition == composition
        and effect.kind in ("actor", "partner")
    ]
    roles = list(dict.fromkeys(effect.role for effect in effects))
    paths = []
    for target in (0, 1):
        role = roles[target] if len(roles) > 1 else roles[0]
        paths += [
            _Path(target if effect.kind == "actor" else 1 - target, target, effect)
            for effect in effects
            if effect.role == role
        ]
    return paths


def _roles_of(paths: Sequence[_Path]) -> tuple[str, str]:
    """Return the roles of the first and the second partner; empty texts for exchangeable ones."""
    first, second = (next(p.effect.role for p in paths if p.target == place) for place in (0, 1))
    return first, second


def _residual_correlation(model: ActorPartnerModel, composition: str | None) -> float:
    matches = [r for r in model.residual_correlations if composition in (None, r.composition)]
    return float(matches[0]) if matches else float("nan")


def _estimate_of(effect: PathEffect, standardized: Standardized | None) -> float:
    if standardized is None:
        return effect.estimate
    return effect.standardized if standardized == "pooled" else effect.standardized_in_cell


def _label_of(effect: PathEffect, standardized: Standardized | None) -> str:
    """Return the text on an arrow: the estimate and its interval, both in the same unit."""
    low, high = _ends_of(effect, standardized)
    digits = effect.digits(2) if standardized is None else 2
    write = partial(written, digits=digits, bounded=standardized is not None)
    estimate = write(_estimate_of(effect, standardized))
    return estimate if math.isnan(low) else f"{estimate} [{write(low)}, {write(high)}]"


def _ends_of(effect: PathEffect, standardized: Standardized | None) -> tuple[float, float]:
    """Return both ends of the interval of an effect, in the unit in which it is drawn."""
    interval = effect.confidence_interval()
    unit = _estimate_of(effect, standardized) / effect.estimate if effect.estimate else 1.0
    return interval.low * unit, interval.high * unit


def _contains_zero(effect: PathEffect) -> bool:
    interval = effect.confidence_interval()
    return not (interval.low > 0 or interval.high < 0)


def _box(axes: PlotAxes, x: float, y: float, text: str) -> None:
    """Draw a variable."""
    from matplotlib.patches import Rectangle

    corner = (x - _HALF_WIDTH, y - _HALF_HEIGHT)
    axes.add_patch(
        Rectangle(corner, 2 * _HALF_WIDTH, 2 * _HALF_HEIGHT, facecolor="white", edgecolor=GREY, linewidth=1.2)
    )
    axes.text(x, y, text, ha="center", va="center", fontsize="small" if text.count("\n") < 2 else "x-small")


def _arrow(axes: PlotAxes, path: _Path, label: str) -> None:
    """Draw a path with its label; actor effects are straight and blue, partner effects cross."""
    heights = (_TOP, _BOTTOM)
    start = (_LEFT + _HALF_WIDTH, heights[path.source])
    end = (_RIGHT - _HALF_WIDTH, heights[path.target])
    is_actor = path.source == path.target
    color = BLUE if is_actor else ORANGE
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=11,
            color=color,
            linewidth=1.3,
            linestyle="--" if _contains_zero(path.effect) else "-",
            shrinkA=0,
            shrinkB=0,
        )
    )
    share = 0.5 if is_actor else _NEAR_SOURCE
    x = start[0] + share * (end[0] - start[0])
    y = start[1] + share * (end[1] - start[1])
    outwards = 0.055 if path.source == 0 else -0.055
    axes.text(
        x, y + outwards * is_actor, label, ha="center", va="center", fontsize="x-small",
        color=BLUE if is_actor else ORANGE_INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def _curve(axes: PlotAxes, label: str) -> None:
    """Draw the correlation of the residuals, between the outcomes."""
    x = _RIGHT + _HALF_WIDTH
    axes.add_patch(
        FancyArrowPatch(
            (x, _TOP), (x, _BOTTOM), arrowstyle="<|-|>", connectionstyle="arc3,rad=-0.28", mutation_scale=9,
            color=GREY, linewidth=1.0,
        )
    )  # fmt: skip
    axes.text(
        x + 0.005, 0.5, f"r = {label}", ha="center", va="center", fontsize="x-small", color=GREY,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def _path_text(path: _Path) -> str:
    """Return a path in words, such as ``trust (wife) -> love (husband)``."""
    effect = path.effect
    if not effect.role:
        whose = "" if path.source == path.target else " of the partner"
        return f"{effect.predictor} -> {effect.outcome}{whose}"
    source = effect.role if effect.kind == "actor" else effect.other
    return f"{effect.predictor} ({source}) -> {effect.outcome} ({effect.role})"


def _drawn_once(paths: Sequence[_Path]) -> list[_Path]:
    """Return the paths, those of exchangeable partners once."""
    return [path for path in paths if path.effect.role or path.target == path.source == 0 or path.source == 0]


def _columns(
    paths: Sequence[_Path], correlation: float, standardized: Standardized | None
) -> dict[str, list[object]]:
    different = _drawn_once(paths)
    ends = [_ends_of(path.effect, standardized) for path in different]
    return {
        "path": [*map(_path_text, different), "residual correlation"],
        "estimate": [*(_estimate_of(path.effect, standardized) for path in different), correlation],
        "low": [*(low for low, _ in ends), float("nan")],
        "high": [*(high for _, high in ends), float("nan")],
    }


def _alt_text(
    subject: str, paths: Sequence[_Path], correlation: float, standardized: Standardized | None
) -> str:
    """Return the diagram in words."""
    texts = [f"{_path_text(path)}: {_label_of(path.effect, standardized)}" for path in _drawn_once(paths)]
    unit = "" if standardized is None else "standardized "
    return (
        f"Path diagram of an actor-partner model of {subject}, {unit}effects with 95 % intervals. "
        f"{'; '.join(texts)}. Residual correlation of partners: {apa(correlation)}."
    )
