"""Kinds of couples in a model: exchangeable partners, two roles, or several compositions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.distinguishable import as_distinguishable
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which couples share parameters, and which place each partner has.

    Attributes
    ----------
    compositions
        The kinds of couples.
    of_couple
        (n,): position in ``compositions`` of each couple; -1 where the roles are not known.
    swapped
        (n,): couples whose first partner takes the second place, so that roles are in one order.
    suffixes
        What tells the columns of the two partners apart.
    in_roles
        Whether the columns are those of two roles, also where partners count as exchangeable.
    """

    compositions: tuple[Composition, ...]
    of_couple: NDArray[np.intp]
    swapped: NDArray[np.bool_]
    suffixes: tuple[str, str]
    in_roles: bool = False

    @property
    def mixed(self) -> bool:
        """Whether there are several compositions."""
        return len(self.compositions) > 1

    @property
    def distinguishable(self) -> bool:
        """Whether there is one composition, of two roles."""
        return not self.mixed and not self.compositions[0].exchangeable

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of all groups of persons that share coefficients."""
        return tuple(cell for composition in self.compositions for cell in composition.cells)


def cell_of(composition: Composition, place: int) -> str:
    """Return the cell of the partner in a place.

    Examples
    --------
    >>> roles = Composition(roles=("wife", "husband"))
    >>> [cell_of(roles, place) for place in (0, 1)], cell_of(Composition(), 1)
    (['wife', 'husband'], '')
    """
    return composition.cells[-1 if place else 0]


def layout_of(dyads: Dyads, distinguishable: bool | None) -> Layout:
    """Return the kinds of couples.

    Parameters
    ----------
    dyads
        The couples.
    distinguishable
        None: roles tell partners apart where there are roles. False: partners count as exchangeable.

    Raises
    ------
    EstimationError
        Partners without roles cannot be told apart.
    """
    n, suffixes = len(dyads), dyads.partners
    one, none = np.zeros(n, dtype=np.intp), np.zeros(n, dtype=np.bool_)
    if not as_distinguishable(dyads, distinguishable, mixed=True):
        in_roles = dyads.has_roles and not dyads.mixed
        alike = (Composition(),)
        return Layout(compositions=alike, of_couple=one, swapped=none, suffixes=suffixes, in_roles=in_roles)
    if not dyads.mixed:
        roles = (Composition(roles=dyads.partners),)
        return Layout(compositions=roles, of_couple=one, swapped=none, suffixes=suffixes, in_roles=True)
    return _mixed(dyads)


def _mixed(dyads: Dyads) -> Layout:
    """Return the compositions of a mixed sample, each with its roles in one order."""
    pairs = dyads.roles or []
    known = [None if None in pair else tuple(sorted(map(str, pair))) for pair in pairs]
    kinds = sorted({pair for pair in known if pair is not None})
    if not kinds:
        raise EstimationError("the roles of both partners are not known of any couple")
    compositions = tuple(
        Composition(
            name=dyads.composition_of(first, second), roles=None if first == second else (first, second)
        )
        for first, second in kinds
    )
    return Layout(
        compositions=compositions,
        of_couple=np.array([-1 if pair is None else kinds.index(pair) for pair in known], dtype=np.intp),
        swapped=np.array(
            [kind is not None and kind[0] != str(pair[0]) for kind, pair in zip(known, pairs, strict=True)],
            dtype=np.bool_,
        ),
        suffixes=("1", "2"),
    )
