"""Scores of both partners of which one follows from the other: what then can be estimated, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.dyads.models.couple_table import CoupleTable, Floats
from intimacy_scales.dyads.models.layout import Layout
from intimacy_scales.errors import NotIdentifiedError
from intimacy_scales.numerics.tolerances import PERFECT_PREDICTION
from intimacy_scales.results.wording import counted

_FEW = 100  # couples, which rule most relations out


def check_partners_apart(
    table: CoupleTable, layout: Layout, outcome: str, predictors: Sequence[str], *, paths: bool = True
) -> None:
    """Raise where a variable of one partner follows from that of the other one, as shares of a whole do.

    Several compositions are not checked. ``paths`` says whether the model has actor and partner effects.

    Raises
    ------
    NotIdentifiedError
        Says what these couples do determine, and how that is estimated.
    """
    if layout.mixed:
        return
    for variable in (*predictors, outcome):
        first, second = (table.columns[column] for column in table.partners[variable])
        complete = ~(np.isnan(first) | np.isnan(second))
        if not complete.all():
            first, second = first[complete], second[complete]
        relation = _relation(first, second, in_roles=layout.distinguishable)
        if relation is None:
            continue
        where = f"in all of {counted(len(first), 'complete couple')}, {relation.format(name=variable)}"
        if variable == outcome or not paths:
            advice = f"so that one partner's {variable} leaves nothing open about the other's; "
            advice += "choose another variable, or analyse one partner"
        else:
            advice = _advice(variable, outcome, in_roles=layout.distinguishable)
        raise NotIdentifiedError(f"{where}, {advice}", (variable,))


def _relation(first: Floats, second: Floats, *, in_roles: bool) -> str | None:
    """Return how the second partners' numbers (n,) follow from the first ones'; None if they do not."""
    size = _size(first, second) if len(first) >= 3 else 0.0
    if not size > 0:
        return None
    few = slice(_FEW)  # what does not hold in a few couples does not hold in all
    if _constant(first[few] + second[few], size) and _constant(first + second, size):
        return "the sum of {name} over both partners is the same"
    if _constant(first[few] - second[few], size) and _constant(first - second, size):
        gap = first[0] - second[0]
        if not gap:
            return "{name} is equal for both partners"
        if in_roles:
            return f"{{name}} of both partners differs by {gap:g}"
    if in_roles and _is_linear(first, second):
        return "{name} of one partner is a linear function of that of the other one"
    return None


def _size(first: Floats, second: Floats) -> float:
    """Return how far apart all numbers are, or what their rounding is if that is more."""
    highest = max(float(first.max()), float(second.max()))
    lowest = min(float(first.min()), float(second.min()))
    return max(highest - lowest, PERFECT_PREDICTION * max(highest, -lowest))


def _constant(numbers: Floats, size: float) -> bool:
    """Return whether numbers differ by rounding only, given the size of what they were computed from."""
    return float(np.ptp(numbers)) <= PERFECT_PREDICTION * size


def _is_linear(first: Floats, second: Floats) -> bool:
    """Return whether both vary, and one predicts the other one perfectly."""
    centred = np.stack([first - first.mean(), second - second.mean()])
    squares = centred @ centred.T
    product = float(squares[0, 0] * squares[1, 1])
    return product > 0 and 1 - float(squares[0, 1]) ** 2 / product <= PERFECT_PREDICTION


def _advice(predictor: str, outcome: str, *, in_roles: bool) -> str:
    """Return what can be estimated where one partner's predictor follows from the other's."""
    apart = "so that actor and partner effects cannot be told apart"
    if in_roles:
        return (
            f"{apart}; regress {outcome} of each role on that role's own {predictor} alone: its slope is "
            "what these couples determine"
        )
    return (
        f"{apart}; what these couples determine is the actor minus the partner effect, the slope of the "
        f"partners' differences in {outcome} on their differences in {predictor}, without an intercept"
    )
