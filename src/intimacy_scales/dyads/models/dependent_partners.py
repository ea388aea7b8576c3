"""Scores of both partners of which one follows from the other: what then can be estimated, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.dyads.models.couple_table import CoupleTable, Floats
from intimacy_scales.dyads.models.layout import Layout
from intimacy_scales.errors import NotIdentifiedError
from intimacy_scales.numerics.tolerances import PERFECT_PREDICTION
from intimacy_scales.results.wording import counted


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
        numbers = table.both(variable)
        complete = numbers[~np.isnan(numbers).any(axis=1)]
        relation = _relation(complete, in_roles=layout.distinguishable)
        if relation is None:
            continue
        where = f"in all of {counted(len(complete), 'complete couple')}, {relation.format(name=variable)}"
        if variable == outcome or not paths:
            advice = f"so that one partner's {variable} leaves nothing open about the other's; "
            advice += "choose another variable, or analyse one partner"
        else:
            advice = _advice(variable, outcome, in_roles=layout.distinguishable)
        raise NotIdentifiedError(f"{where}, {advice}", (variable,))


def _relation(pairs: Floats, *, in_roles: bool) -> str | None:
    """Return how the second partner's numbers (n, 2) follow from the first one's; None if they do not."""
    if len(pairs) < 3:
        return None
    first, second = pairs.T
    size = max(float(np.ptp(pairs)), PERFECT_PREDICTION * float(np.abs(pairs).max()))
    if not size > 0:
        return None
    if float(np.ptp(first + second)) <= PERFECT_PREDICTION * size:
        return "the sum of {name} over both partners is the same"
    if float(np.ptp(first - second)) <= PERFECT_PREDICTION * size and (in_roles or first[0] == second[0]):
        gap = first[0] - second[0]
        return f"{{name}} of both partners differs by {gap:g}" if gap else "{name} is equal for both partners"
    centred = pairs - pairs.mean(axis=0)
    squares = centred.T @ centred
    left = 1 - squares[0, 1] ** 2 / (squares[0, 0] * squares[1, 1]) if squares.diagonal().all() else 1.0
    if in_roles and left <= PERFECT_PREDICTION:
        return "{name} of one partner is a linear function of that of the other one"
    return None


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
