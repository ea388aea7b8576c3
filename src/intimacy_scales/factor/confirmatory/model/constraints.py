"""Linear constraints among parameters, solved: some follow from the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import ModelSyntaxError
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.syntax.expressions import Linear, expression_of, linear_form, linear_forms
from intimacy_scales.factor.syntax.statements import AnyStatement, Constraint, definitions_of

_NOTHING = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """What a parameter is that follows from free ones: ``constant + sum weight * free``.

    Attributes
    ----------
    constant
        What is added.
    weights
        Pairs: which free parameter of the model, and what it is multiplied by.
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
    """Return what is left free when constraints hold, and what follows from it.

    Gauss-Jordan elimination; of each constraint the parameter with the largest weight, of equally large ones
    the last, follows from the others.

    Parameters
    ----------
    constraints, statements
        The constraints, and all statements of the model, which may define what they speak of.
    numbers, values
        Of each label: which free parameter it is, or its value where it is fixed.
    n_free
        How many are free without them.

    Returns
    -------
    tuple
        The new number of each, -1 for those that follow; and what these are, by their old number.

    Raises
    ------
    ModelSyntaxError
        A constraint that contradicts the others; says in which line and column.
    """
    defined = linear_forms(definitions_of(statements))
    matrix, pivots = np.zeros((0, n_free + 1)), list[int]()
    for constraint in constraints:
        sides = (linear_form(expression_of(text), defined) for text in (constraint.first, constraint.second))
        left, right = sides
        row = _row(left.plus(right, -1.0), numbers, values, n_free)
        size = float(np.abs(row).max(initial=1.0))
        for known, pivot in zip(matrix, pivots, strict=True):
            row = row - row[pivot] * known
        row[np.abs(row) < _NOTHING * size] = 0.0
        if not row[:-1].any():
            if row[-1]:
                _contradicts(constraint)
            continue  # follows from the others
        weights = np.abs(row[:-1])
        pivot = int(np.flatnonzero(weights >= (1 - _NOTHING) * weights.max())[-1])
        row = row / row[pivot]
        matrix = matrix - matrix[:, [pivot]] * row
        matrix, pivots = np.vstack([matrix, row]), [*pivots, pivot]
    left_free = [n for n in range(n_free) if n not in pivots]
    renumbered = [-1] * n_free
    for new, old in enumerate(left_free):
        renumbered[old] = new
    found = {
        pivot: Dependence(
            constant=float(-row[-1]),
            weights=tuple((renumbered[n], float(-row[n])) for n in left_free if row[n]),
        )
        for pivot, row in zip(pivots, matrix, strict=True)
    }
    return renumbered, found


def _row(form: Linear, numbers: Mapping[str, int], values: Mapping[str, float], n_free: int) -> Floats:
    """Return a form that must be 0 as weights of the free parameters, and a constant."""
    row = np.zeros(n_free + 1)
    row[-1] = form.constant
    for label, weight in form.weights.items():
        if label in numbers:
            row[numbers[label]] += weight
        else:
            row[-1] += weight * values[label]
    return row


def _contradicts(constraint: Constraint) -> None:
    raise ModelSyntaxError(
        f"line {constraint.line}, column {constraint.column}: {constraint} cannot hold: it contradicts what "
        "is said of these parameters elsewhere",
        constraint.line,
        constraint.column,
    )
