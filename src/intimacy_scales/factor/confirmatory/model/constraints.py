"""Linear constraints among parameters, solved for some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import ModelSyntaxError
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.syntax.expressions import Linear, expression_of, linear_form, linear_forms
from intimacy_scales.factor.syntax.statements import AnyStatement, Constraint, definitions_of
from intimacy_scales.numerics.tolerances import ELIMINATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """A parameter that follows from free ones: ``constant + sum of weight * free parameter``.

    Attributes
    ----------
    constant
        The constant.
    weights
        Pairs of the number of a free parameter and its weight.
    """

    constant: float
    weights: tuple[tuple[int, float], ...]


def solved(
    constraints: Sequence[Constraint],
    statements: Sequence[AnyStatement],
    numbers: Mapping[str, int],
    values: Mapping[str, float],
    n_free: int,
) -> tuple[list[int], dict[int, Dependence]]:
    """Return the parameters that remain free under constraints, and those that follow from them.

    The method is Gauss-Jordan elimination. Each constraint is solved for the parameter with the largest
    weight, the last one among equals.

    Parameters
    ----------
    constraints, statements
        The constraints, and all statements of the model, whose definitions they may use.
    numbers, values
        Label → number of its free parameter, or its value if it is fixed.
    n_free
        Number of free parameters without constraints.

    Returns
    -------
    tuple
        The new number of each free parameter, -1 for those that follow from others; and the dependence of
        these, by their old number.

    Raises
    ------
    ModelSyntaxError
        A constraint contradicts the others; the message names line and column.
    """
    defined = linear_forms(definitions_of(statements))
    matrix, pivots = np.zeros((0, n_free + 1)), list[int]()
    for constraint in constraints:
        sides = (linear_form(expression_of(text), defined) for text in (constraint.first, constraint.second))
        left, right = sides
        row = _row(left.plus(right, -1.0), numbers, values, n_free)
        size = float(np.abs(row).max(initial=1.0))
        for solved_row, pivot in zip(matrix, pivots, strict=True):
            row = row - row[pivot] * solved_row
        row[np.abs(row) < ELIMINATED * size] = 0.0
        if not row[:-1].any():
            if row[-1]:
                raise _contradiction(constraint)
            continue  # follows from the others
        weights = np.abs(row[:-1])
        pivot = int(np.flatnonzero(weights >= (1 - ELIMINATED) * weights.max())[-1])
        row = row / row[pivot]
        matrix = matrix - matrix[:, [pivot]] * row
        matrix, pivots = np.vstack([matrix, row]), [*pivots, pivot]
    still_free = [n for n in range(n_free) if n not in pivots]
    renumbered = [-1] * n_free
    for new, old in enumerate(still_free):
        renumbered[old] = new
    dependences = {
        pivot: Dependence(
            constant=float(-row[-1]),
            weights=tuple((renumbered[n], float(-row[n])) for n in still_free if row[n]),
        )
        for pivot, row in zip(pivots, matrix, strict=True)
    }
    return renumbered, dependences


def _row(form: Linear, numbers: Mapping[str, int], values: Mapping[str, float], n_free: int) -> Floats:
    """Return the weights of the free parameters in a form that must be 0, and its constant (n_free + 1,)."""
    row = np.zeros(n_free + 1)
    row[-1] = form.constant
    for label, weight in form.weights.items():
        if label in numbers:
            row[numbers[label]] += weight
        else:
            row[-1] += weight * values[label]
    return row


def _contradiction(constraint: Constraint) -> ModelSyntaxError:
    return ModelSyntaxError(
        f"line {constraint.line}, column {constraint.column}: {constraint} cannot hold: it contradicts other "
        "statements about these parameters; remove one of them",
        constraint.line,
        constraint.column,
    )
