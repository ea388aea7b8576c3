"""The steps of invariance across partners, and the options that choose among them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from intimacy_scales.dyads.invariance.models import KINDS, Kind, PairedItems, Released
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.numerics.arguments import as_names

Step = Literal["configural", "metric", "scalar", "residual", "variances", "means"]
Direction = Literal["from_free", "from_equal"]

EVERY_STEP: tuple[Step, ...] = get_args(Step)
STEPS: dict[str, tuple[Kind, ...]] = {step: KINDS[:n] for n, step in enumerate(EVERY_STEP)}
# what each step sets equal, in words
SETS_EQUAL: dict[str, str] = {
    "metric": "loadings",
    "scalar": "intercepts",
    "residual": "residual variances",
    "variances": "variances of the factors",
    "means": "means of the factors",
}


def checked_steps(steps: Collection[str]) -> list[str]:
    """Return the steps in their order; raise unless they are two or more known ones."""
    allowed = f"two or more of {', '.join(STEPS)}"
    names = as_names("steps", steps, allowed)
    unknown = [step for step in names if step not in STEPS]
    if unknown or len(set(names)) < 2:
        hint = suggest(unknown[0], STEPS) if unknown else ""
        raise EstimationError(f"steps={names!r} is not valid; allowed: {allowed}{hint}")
    return [step for step in STEPS if step in names]


def check_direction(direction: str) -> None:
    """Raise where the direction is not valid."""
    if direction not in get_args(Direction):
        raise EstimationError(not_one_of("direction", direction, get_args(Direction)))


def released_parameters(partial: Collection[str], pair: PairedItems) -> Released:
    """Return kind and item of the parameters that are free for each partner.

    Parameters
    ----------
    partial
        The parameters, as they are written in a model of one partner: ``trust =~ tru04`` (a loading), ``tru04
        ~ 1`` (an intercept) or ``tru04 ~~ tru04`` (a residual variance).
    pair
        The items of both partners.

    Raises
    ------
    EstimationError
        A parameter that the model does not have; or none of the loadings or intercepts remains equal, so that
        nothing links the partners' factors.
    """
    known = {"".join(parameter_name(k, item, pair.scale).split()): (k, item) for k, item in _places(pair)}
    released: set[tuple[str, str]] = set()
    for name in as_names("partial", partial, "parameters, such as 'tru04 ~ 1'"):
        place = known.get("".join(name.split()))
        if place is None:
            names = [parameter_name(kind, item, pair.scale) for kind, item in _places(pair)]
            raise EstimationError(
                f"partial: there is no parameter {name!r}; write it as '{names[0]}', "
                f"'{parameter_name('intercepts', pair.items[0], pair.scale)}' or "
                f"'{parameter_name('residuals', pair.items[0], pair.scale)}'{suggest(name, names)}"
            )
        released.add(place)
    for kind in ("loadings", "intercepts"):
        if all((kind, item) in released for item in pair.items):
            raise EstimationError(
                f"partial frees all {kind} of {pair.scale}, so that nothing links the partners' factors; "
                "leave those of at least one item equal, better of two"
            )
    return frozenset(released)


def parameter_name(kind: str, item: str, scale: str) -> str:
    """Return an item's parameter as it is written in a model of one partner."""
    if kind == "loadings":
        return f"{scale} =~ {item}"
    return f"{item} ~ 1" if kind == "intercepts" else f"{item} ~~ {item}"


def released_names(released: Released, pair: PairedItems) -> tuple[str, ...]:
    """Return released parameters as they are written in a model of one partner, in the order of the items."""
    places = [place for place in _places(pair) if place in released]
    return tuple(parameter_name(kind, item, pair.scale) for kind, item in places)


def _places(pair: PairedItems) -> list[tuple[str, str]]:
    return [(kind, item) for kind in ("loadings", "intercepts", "residuals") for item in pair.items]
