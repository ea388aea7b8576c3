"""Sums of squares of persons crossed with occasions (or raters), by least squares; cells may be empty.

Persons and occasions that no chain of cells connects are in different parts of the design. Within a part,
effects of persons and of occasions can be separated; differences between parts cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import NO_SUM_OF_SQUARES

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

_REFINEMENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossedSquares:
    """Sums of squares of a two-way design without replication, summed over columns of values.

    A sum within rounding error of 0 is exactly 0.

    Attributes
    ----------
    n_cells, n_persons, n_occasions, n_parts
        Counts of the design. The rank of the indicators of all persons and occasions is
        ``n_persons + n_occasions - n_parts``.
    between, within
        Between and within persons, in the one-way layout that ignores occasions.
    persons, occasions
        Of persons adjusted for occasions, and of occasions adjusted for persons.
    rest
        Residual of the model with both.
    person_effects, occasion_effects
        Squared effects of persons and of occasions around the mean effect of their part.
    person_means
        Squared means of persons around the unweighted mean of these.
    """

    n_cells: int
    n_persons: int
    n_occasions: int
    n_parts: int
    between: float
    within: float
    persons: float
    occasions: float
    rest: float
    person_effects: float
    occasion_effects: float
    person_means: float

    @property
    def df_persons(self) -> int:
        """Degrees of freedom of ``persons``."""
        return self.n_persons - self.n_parts

    @property
    def df_occasions(self) -> int:
        """Degrees of freedom of ``occasions``."""
        return self.n_occasions - self.n_parts

    @property
    def df_rest(self) -> int:
        """Degrees of freedom of ``rest``."""
        return residual_df(self.n_cells, self.n_persons, self.n_occasions, self.n_parts)

    @property
    def df_within(self) -> int:
        """Degrees of freedom of ``within``."""
        return self.n_cells - self.n_persons


def residual_df(n_cells: int, n_persons: int, n_occasions: int, n_parts: int) -> int:
    """Return the residual degrees of freedom, ``n_cells - (n_persons + n_occasions - n_parts)``."""
    return n_cells - n_persons - n_occasions + n_parts


def parts_of_design(person: Positions, occasion: Positions) -> tuple[int, Positions, Positions]:
    """Return the number of connected parts of a design, and the part of each person and of each occasion.

    Parameters
    ----------
    person, occasion
        (n,): person and occasion of each cell, numbered from 0 without gaps.

    Examples
    --------
    >>> who, when = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    >>> parts_of_design(who, when)[0]
    2
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n_persons, n_occasions = int(person.max()) + 1, int(occasion.max()) + 1
    size = n_persons + n_occasions
    graph = coo_matrix((np.ones(len(person)), (person, n_persons + occasion)), shape=(size, size))
    n_parts, labels = connected_components(graph, directed=False)
    part: Positions = np.asarray(labels, dtype=np.intp)
    return int(n_parts), part[:n_persons], part[n_persons:]


def crossed_squares(
    person: Positions, occasion: Positions, values: Floats, *, total: float | None = None
) -> CrossedSquares:
    """Compute sums of squares by least squares.

    Parameters
    ----------
    person, occasion
        (n,): person and occasion of each cell, numbered from 0 without gaps.
    values
        (n, c): columns of values in the same design.
    total
        Sum of squares of the numbers that the values were computed from, which rounding error is relative
        to. None: that of the values.

    Notes
    -----
    Persons are absorbed: the occasions' effects b solve ``(diag(n_j) - N' diag(1 / n_i) N) b = q`` with N
    the incidence matrix of persons and occasions, n_i and n_j its margins, and q each occasion's sum of
    deviations from the persons' means (Searle, 1971, ch. 7). A reduction in sum of squares is computed as
    the squared length of a difference between residuals, so that no digits cancel.

    Examples
    --------
    >>> who, when = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 0])
    >>> squares = crossed_squares(who, when, np.array([[1.0], [2], [3], [5], [4]]))
    >>> round(squares.rest, 3), squares.df_rest, round(squares.persons, 3), squares.df_persons
    (0.25, 1, 8.917, 2)
    """
    n_parts, part_of_person, part_of_occasion = parts_of_design(person, occasion)
    rounding_error = NO_SUM_OF_SQUARES * (float(np.sum(values**2)) if total is None else total)
    values = values - values.mean(axis=0)
    within_persons, within_occasions = values - _means(person, values), values - _means(occasion, values)
    if len(part_of_person) < len(part_of_occasion):  # absorb the more numerous of the two
        rest, person_effects = _residuals(occasion, person, within_occasions, part_of_person, n_parts)
        occasion_effects = _group_means(occasion, values - person_effects[person])
    else:
        rest, occasion_effects = _residuals(person, occasion, within_persons, part_of_occasion, n_parts)
        person_effects = _group_means(person, values - occasion_effects[occasion])
    means = _group_means(person, values)

    def square(deviations: Floats) -> float:
        sum_of_squares = float(np.sum(deviations**2))
        return sum_of_squares if sum_of_squares > rounding_error else 0.0

    return CrossedSquares(
        n_cells=len(values),
        n_persons=len(part_of_person),
        n_occasions=len(part_of_occasion),
        n_parts=n_parts,
        between=square(values - within_persons),
        within=square(within_persons),
        persons=square(within_occasions - rest),
        occasions=square(within_persons - rest),
        rest=square(rest),
        person_effects=square(person_effects - _means(part_of_person, person_effects)),
        occasion_effects=square(occasion_effects - _means(part_of_occasion, occasion_effects)),
        person_means=square(means - means.mean(axis=0)),
    )


def _group_means(group: Positions, values: Floats) -> Floats:
    """Return the mean of each group (n_groups, c)."""
    sums = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(sums, group, values)
    means: Floats = sums / np.bincount(group)[:, None]
    return means


def _means(group: Positions, values: Floats) -> Floats:
    """Return the mean of each value's group (n, c)."""
    return _group_means(group, values)[group]


def _residuals(
    person: Positions, occasion: Positions, within_persons: Floats, part: Positions, n_parts: int
) -> tuple[Floats, Floats]:
    """Return residuals of persons and occasions (n, c), and the occasions' effects (n_occasions, c).

    ``within_persons`` are the deviations from persons' means, ``part`` is the part of each occasion.
    """
    incidence = np.zeros((int(person.max()) + 1, len(part)))
    np.add.at(incidence, (person, occasion), 1.0)
    part_indicators = np.eye(n_parts)[part]
    # diag(n_j) - N' diag(1 / n_i) N; it is singular, as effects are free up to a constant in each part: the
    # second term makes their sum in each part 0
    normal_matrix = np.diag(incidence.sum(axis=0)) - (incidence.T / incidence.sum(axis=1)) @ incidence
    normal_matrix += part_indicators @ part_indicators.T
    residuals, effects = within_persons, np.zeros((len(part), within_persons.shape[1]))
    for _ in range(_REFINEMENTS):  # iterative refinement, until the rounding error is that of the values
        sums = np.zeros_like(effects)
        np.add.at(sums, occasion, residuals)
        step = np.linalg.solve(normal_matrix, sums)
        effects += step
        residuals = residuals - step[occasion]
        residuals = residuals - _means(person, residuals)
    return residuals, effects
