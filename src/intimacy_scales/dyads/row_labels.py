"""What is known of each row of a table of persons: its couple, person, role and occasion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.labels import Labels, Positions, numbered
from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import values_shown

PARTNERS = ("a", "b")
TWO_PARTNERS = 2


@dataclass(frozen=True, kw_only=True)
class RowLabels:
    """What is known of each row of a table.

    Attributes
    ----------
    couple
        Its couple.
    person
        Its person; None where the role alone tells partners apart.
    role
        Its person's role; None where partners have no role.
    time
        Its occasion; None where there is one.
    mixed
        Whether couples of one role are allowed, and more than two roles.
    places
        (n,): each row's place in its couple, 0 or 1, where the table says so.
    names
        Names of these places.
    role_order
        The names of all roles, in the order of the partners' places; None: in alphabetical order.
    table_rows
        (n,): numbers of the rows in the caller's table or file, where they are others than 0, 1, 2 ...
    sides
        (n,): which of the two partners in the caller's table each row is, 0 or 1; None where it has a row for
        each person.
    of_no_couple
        (n,): whether a row is blank, so that it belongs to no couple; None where none is.
    """

    couple: Labels
    person: Labels | None = None
    role: Labels | None = None
    time: Labels | None = None
    mixed: bool = False
    places: Positions | None = None
    names: tuple[str, str] = PARTNERS
    role_order: tuple[str, ...] | None = None
    table_rows: Positions | None = None
    sides: Positions | None = None
    of_no_couple: NDArray[np.bool_] | None = None

    @property
    def unlabelled(self) -> NDArray[np.bool_]:
        """Whether each row has no label at all (n,)."""
        unlabelled = self.couple.positions < 0
        for column in (self.person, self.role, self.time):
            if column is not None:
                unlabelled &= column.positions < 0
        return unlabelled

    def without(self, rows: Positions) -> RowLabels:
        """Return the labels with some rows marked as blank."""
        if not len(rows):
            return self
        blank = np.zeros(self.n_rows, dtype=np.bool_)
        blank[rows] = True
        return replace(self, of_no_couple=blank)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.couple.positions)

    @cached_property
    def role_ranks(self) -> Positions:
        """The rank of each different role, by which partners have their places.

        Raises
        ------
        ResponseError
            The order that was given has other roles than the table.
        """
        assert self.role is not None
        if self.role_order is None:
            return self.role.ranks()
        names = list(map(self.role.text, range(len(self.role))))
        if set(names) != set(self.role_order) and names:
            listed = ", ".join(map(repr, sorted(names))) if values_shown() else f"its {len(names)} roles"
            raise ResponseError(
                f"roles={self.role_order!r} is not valid; the table has {listed}: name each of them once, in "
                "the order of the partners"
            )
        return np.array([self.role_order.index(name) for name in names], dtype=np.intp)

    @cached_property
    def persons_are_numbers(self) -> bool:
        """Whether there are two labels of persons at most, in several couples: they number the partners."""
        if self.person is None or not 0 < len(self.person) <= TWO_PARTNERS:
            return False
        if self.person.values is self.names:
            return True  # they are the names of the places in a table with one row for each couple
        known = (self.couple.positions >= 0) & (self.person.positions >= 0)
        keys = self.couple.positions[known] * TWO_PARTNERS + self.person.positions[known]
        return len(numbered(keys)[1]) > len(self.person)

    @property
    def place_names(self) -> tuple[str, str]:
        """Names of the two places of a couple."""
        if self.places is not None:
            return self.names
        labels = None
        if self.role is not None and not self.mixed and len(self.role) == TWO_PARTNERS:
            labels = self.role
        elif self.role is None and self.persons_are_numbers and len(self.person or ()) == TWO_PARTNERS:
            labels = self.person
        if labels is None:
            return self.names
        ranks = self.role_ranks if labels is self.role else labels.ranks()
        first, second = np.argsort(ranks, kind="stable").tolist()
        return labels.text(first), labels.text(second)
