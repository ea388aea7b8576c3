"""The different persons of each couple."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.dyads.labels import Positions, numbered
from intimacy_scales.dyads.row_labels import RowLabels


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The different persons of each couple, in order of their first rows.

    Attributes
    ----------
    usable
        Rows with all labels.
    of_row
        (n_usable,): the member that each usable row belongs to.
    couple, person, role, first
        (n_members,): couple, person (or role), role or -1, and first row.
    """

    usable: Positions
    of_row: Positions
    couple: Positions
    person: Positions
    role: Positions
    first: Positions


def members_of(labels: RowLabels) -> Members:
    """Return the different persons of each couple."""
    person = labels.person if labels.person is not None else labels.role
    assert person is not None  # the callers need one of both
    columns = [labels.couple, person, *(c for c in (labels.role, labels.time) if c is not None)]
    usable = np.flatnonzero(np.all([column.positions >= 0 for column in columns], axis=0))
    couple, who = labels.couple.positions[usable], person.positions[usable]
    of_row, firsts = numbered(_member_keys(couple, who, len(person)))
    role = np.full(len(firsts), -1, dtype=np.intp)
    if labels.role is not None:
        role = labels.role.positions[usable][firsts]
    return Members(
        usable=usable,
        of_row=of_row,
        couple=couple[firsts],
        person=who[firsts],
        role=role,
        first=usable[firsts],
    )


def _member_keys(couple: Positions, person: Positions, n_persons: int) -> Positions:
    """Return a whole number for each person of each couple."""
    couple_of = np.empty(n_persons, dtype=np.intp)
    couple_of[person] = couple
    if (couple_of[person] == couple).all():
        return person  # nobody is in two couples
    return couple * n_persons + person
