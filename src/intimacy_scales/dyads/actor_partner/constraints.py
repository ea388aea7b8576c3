"""Linear constraints among coefficients: hypotheses about paths as rows of weights, and their elimination."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.tolerances import ELIMINATED


def checked_constraints(model: ActorPartnerEquations, weights: Floats | None) -> Floats:
    """Return rows of weights (r, p) of coefficients, each of which must sum up to 0; none for None.

    Raises
    ------
    EstimationError
        The number of columns is not that of coefficients, or a weight is not finite.
    """
    p = len(model.terms)
    rows = np.zeros((0, p)) if weights is None else np.atleast_2d(np.asarray(weights, dtype=np.float64))
    if rows.shape[1] != p or not np.isfinite(rows).all():
        raise EstimationError(
            f"constraints of shape {rows.shape} are not valid; allowed: finite weights, a column for each "
            f"of the {p} coefficients"
        )
    return rows


def zero(model: ActorPartnerEquations, positions: Sequence[int]) -> Floats:
    """Return the constraints that coefficients are 0.

    Examples
    --------
    >>> import numpy as np
    >>> from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
    >>> model = actor_partner_equations([[4, 5], [2, 3], [3, 3]], {"trust": [[3, 4], [1, 3], [2, 4]]})
    >>> zero(model, [model.position("partner", "trust")])
    array([[0., 0., 1.]])
    """
    rows = np.zeros((len(positions), len(model.terms)))
    rows[np.arange(len(positions)), list(positions)] = 1.0
    return rows


def equal(model: ActorPartnerEquations, positions: Sequence[int]) -> Floats:
    """Return the constraints that coefficients are equal to each other."""
    first, *others = zero(model, positions)
    rows: Floats = first - np.array(others).reshape(-1, len(first))
    return rows


def equal_across_cells(
    model: ActorPartnerEquations,
    *,
    cells: Sequence[str] | None = None,
    predictors: Sequence[str] | None = None,
    kinds: Sequence[str] = ("actor", "partner"),
) -> Floats:
    """Return the constraints that coefficients are the same in several cells.

    Parameters
    ----------
    model
        The model.
    cells
        The cells; None for all of them.
    predictors
        Whose effects; None for all, with those of interactions.
    kinds
        The kinds of coefficients: ``actor``, ``partner``, ``intercept``, ``covariate``.

    Raises
    ------
    EstimationError
        There is no such coefficient, or one cell only.
    """
    chosen = tuple(model.cells if cells is None else cells)
    unknown = [cell for cell in chosen if cell not in model.cells]
    if unknown or len(set(chosen)) < 2:
        raise EstimationError(
            f"cells={list(chosen)} is not valid; allowed: two or more different ones of {list(model.cells)}"
        )
    by_term = [
        [
            position
            for position, term in enumerate(model.terms)
            if term.cell == cell
            and term.kind in kinds
            and (predictors is None or term.predictor is None or term.predictor in predictors)
        ]
        for cell in chosen
    ]
    if not by_term[0]:
        raise EstimationError(f"the model has no coefficients of the kinds {list(kinds)} for {predictors}")
    return np.vstack([equal(model, positions) for positions in zip(*by_term, strict=True)])


def role_differences(model: ActorPartnerEquations, name: str = "") -> Floats:
    """Return the weights (t, p) of the second role's coefficients less those of the first (interactions).

    Parameters
    ----------
    model
        The model.
    name
        Name of the composition.

    Raises
    ------
    EstimationError
        There is no such composition, or it has no roles.

    Examples
    --------
    >>> from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
    >>> from intimacy_scales.dyads.actor_partner.terms import Composition
    >>> roles = [Composition(roles=("wife", "husband"))]
    >>> model = actor_partner_equations([[4, 5], [2, 3]], {"trust": [[3, 4], [1, 3]]}, compositions=roles)
    >>> role_differences(model)[0]
    array([-1.,  0.,  0.,  1.,  0.,  0.])
    """
    with_roles = {
        sums.composition.name: sums.composition.cells for sums in model.sums if sums.composition.roles
    }
    if name not in with_roles:
        raise EstimationError(not_one_of("composition with roles", name, list(with_roles)))
    first, second = (
        [position for position, term in enumerate(model.terms) if term.cell == cell]
        for cell in with_roles[name]
    )
    return zero(model, second) - zero(model, first)


def free_basis(constraints: Floats) -> Floats:
    """Return the coefficients (p, f) as linear forms of those that remain free under constraints.

    Examples
    --------
    >>> free_basis(np.array([[1.0, 0.0, -1.0]]))
    array([[1., 0.],
           [0., 1.],
           [1., 0.]])
    """
    return eliminated(constraints)[0]


def eliminated(constraints: Floats) -> tuple[Floats, list[int]]:
    """Return the coefficients (p, f) as linear forms of the free ones, and the positions of these.

    Each constraint is solved for the coefficient with the largest weight (Gauss-Jordan elimination), so that
    a coefficient without constraints stays as it is. Constraints that follow from others count once.
    """
    p = constraints.shape[1]
    solved_rows, pivots = np.zeros((0, p)), list[int]()
    for weights in constraints:
        row, size = weights.copy(), float(np.abs(weights).max(initial=0.0))
        for solved, pivot in zip(solved_rows, pivots, strict=True):
            row = row - row[pivot] * solved
        if not np.abs(row).max(initial=0.0) > ELIMINATED * size:
            continue
        largest = np.abs(row) >= (1 - ELIMINATED) * np.abs(row).max()
        pivot = int(np.flatnonzero(largest)[-1])
        row = row / row[pivot]
        solved_rows = np.vstack([solved_rows - solved_rows[:, [pivot]] * row, row])
        pivots.append(pivot)
    free = [column for column in range(p) if column not in pivots]
    basis = np.zeros((p, len(free)))
    basis[free, np.arange(len(free))] = 1.0
    basis[pivots] = 0.0 - solved_rows[:, free]
    return basis, free
