"""Sums of squares of persons crossed with occasions (or raters) by least squares, whichever cells there are.

Persons and occasions that no chain of cells joins lie in different parts of the design. Within a part all
differences between persons can be told from those between occasions; between parts none can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

NOTHING = 1e-28  # of the sum of squares: what rounding leaves of means that are alike
_REFINEMENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossedSquares:
    """Sums of squares of a two-way design without replication, added up over columns of values.

    A sum of no more than rounding is 0.

    Attributes
    ----------
    n_cells, n_persons, n_occasions, n_parts
        Counts of the design. The rank of all indicators of persons and occasions is
        ``n_persons + n_occasions - n_parts``.
    between, within
        Of persons alone: between them, and within them.
    persons, occasions
        Of persons beside occasions, and of occasions beside persons: what each explains that the other
        does not.
    rest
        What both leave.
    person_effects, occasion_effects
        Squared effects of persons and of occasions around their mean in their part, likewise added up.
    person_means
        Squared means of persons around their own mean, each person counting once.
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
        """Of ``persons``."""
        return self.n_persons - self.n_parts

    @property
    def df_occasions(self) -> int:
        """Of ``occasions``."""
        return self.n_occasions - self.n_parts

    @property
    def df_rest(self) -> int:
        """Of ``rest``."""
        return residual_df(self.n_cells, self.n_persons, self.n_occasions, self.n_parts)

    @property
    def df_within(self) -> int:
        """Of ``within``."""
        return self.n_cells - self.n_persons


def residual_df(n_cells: int, n_persons: int, n_occasions: int, n_parts: int) -> int:
    """Return cells less the rank of persons and occasions, ``n_persons + n_occasions - n_parts``."""
    return n_cells - n_persons - n_occasions + n_parts


def parts_of_design(person: Positions, occasion: Positions) -> tuple[int, Positions, Positions]:
    """Return how many parts there are, and the part of each person and of each occasion.

    Parameters
    ----------
    person, occasion
        (n,): positions of cells, from 0 and none left out.

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
    joined = coo_matrix((np.ones(len(person)), (person, n_persons + occasion)), shape=(size, size))
    n_parts, labels = connected_components(joined, directed=False)
    part: Positions = np.asarray(labels, dtype=np.intp)
    return int(n_parts), part[:n_persons], part[n_persons:]


def crossed_squares(
    person: Positions, occasion: Positions, values: Floats, *, total: float | None = None
) -> CrossedSquares:
    """Compute sums of squares by least squares.

    Parameters
    ----------
    person, occasion
        (n,): positions of cells, from 0 and none left out.
    values
        (n, c): columns of the same design.
    total
        Sum of squares of the numbers that the values were made of, which is what rounding depends on; None:
        of the values.

    Notes
    -----
    Persons are absorbed: occasions' effects solve ``(diag(n_j) - N' diag(1 / n_i) N) b = q`` with N the
    incidence of persons and occasions, n_i and n_j its margins, and q the sums for each occasion of what
    persons' means leave (Searle, 1971, ch. 7). What a sum of squares is reduced by is the squared length of
    a difference between residuals, so that nothing cancels.

    Examples
    --------
    >>> who, when = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 0])
    >>> squares = crossed_squares(who, when, np.array([[1.0], [2], [3], [5], [4]]))
    >>> round(squares.rest, 3), squares.df_rest, round(squares.persons, 3), squares.df_persons
    (0.25, 1, 8.917, 2)
    """
    n_parts, part_of_person, part_of_occasion = parts_of_design(person, occasion)
    nothing = NOTHING * (float(np.sum(values**2)) if total is None else total)
    values = values - values.mean(axis=0)
    by_person, by_occasion = values - _means(person, values), values - _means(occasion, values)
    if len(part_of_person) < len(part_of_occasion):  # absorb whichever there are more of
        left, whole = _residuals(occasion, person, by_occasion, part_of_person, n_parts)
        effects = _group_means(occasion, values - whole[person])
    else:
        left, effects = _residuals(person, occasion, by_person, part_of_occasion, n_parts)
        whole = _group_means(person, values - effects[occasion])
    means = _group_means(person, values)

    def square(apart: Floats) -> float:
        found = float(np.sum(apart**2))
        return found if found > nothing else 0.0

    return CrossedSquares(
        n_cells=len(values),
        n_persons=len(part_of_person),
        n_occasions=len(part_of_occasion),
        n_parts=n_parts,
        between=square(values - by_person),
        within=square(by_person),
        persons=square(by_occasion - left),
        occasions=square(by_person - left),
        rest=square(left),
        person_effects=square(whole - _means(part_of_person, whole)),
        occasion_effects=square(effects - _means(part_of_occasion, effects)),
        person_means=square(means - means.mean(axis=0)),
    )


def _group_means(group: Positions, values: Floats) -> Floats:
    """Return the mean of each group (n_groups, c)."""
    sums = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(sums, group, values)
    means: Floats = sums / np.bincount(group)[:, None]
    return means


def _means(group: Positions, values: Floats) -> Floats:
    """Return of each value the mean of its group (n, c)."""
    return _group_means(group, values)[group]


def _residuals(
    person: Positions, occasion: Positions, by_person: Floats, part: Positions, n_parts: int
) -> tuple[Floats, Floats]:
    """Return what persons and occasions leave (n, c), and occasions' effects (n_occasions, c).

    From what persons alone leave, and the part of each occasion.
    """
    incidence = np.zeros((int(person.max()) + 1, len(part)))
    np.add.at(incidence, (person, occasion), 1.0)
    one_part = np.eye(n_parts)[part]  # effects are free up to a constant in each part: let it be 0
    inner = np.diag(incidence.sum(axis=0)) - (incidence.T / incidence.sum(axis=1)) @ incidence
    inner += one_part @ one_part.T
    left, effects = by_person, np.zeros((len(part), by_person.shape[1]))
    for _ in range(_REFINEMENTS):  # so that rounding leaves no more than of the values themselves
        sums = np.zeros_like(effects)
        np.add.at(sums, occasion, left)
        step = np.linalg.solve(inner, sums)
        effects += step
        left = left - step[occasion]
        left = left - _means(person, left)
    return left, effects
