"""Pairing: which rows of a table are the two partners of a couple, and every reason why some are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.faults import (
    OF_COLUMNS,
    FaultCode,
    PairingFault,
    in_order,
    label_text,
    pairing_error,
)
from intimacy_scales.dyads.labels import Labels, Positions, name_of, numbered, spelling_faults
from intimacy_scales.messages import values_shown
from intimacy_scales.results.wording import counted

OnFault = Literal["raise", "leave_out"]
PARTNERS = ("a", "b")
_TWO_PARTNERS = 2


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
    table_rows
        (n,): positions of the rows in the caller's table, where they are others than 0, 1, 2 ...
    """

    couple: Labels
    person: Labels | None = None
    role: Labels | None = None
    time: Labels | None = None
    mixed: bool = False
    places: Positions | None = None
    names: tuple[str, str] = PARTNERS
    table_rows: Positions | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.couple.positions)

    @cached_property
    def persons_are_numbers(self) -> bool:
        """Whether there are just two labels of persons, in several couples: they number the partners."""
        if self.person is None or len(self.person) != _TWO_PARTNERS:
            return False
        known = (self.couple.positions >= 0) & (self.person.positions >= 0)
        keys = self.couple.positions[known] * _TWO_PARTNERS + self.person.positions[known]
        return len(numbered(keys)[1]) > _TWO_PARTNERS

    @property
    def place_names(self) -> tuple[str, str]:
        """Names of the two places of a couple."""
        if self.places is not None:
            return self.names
        labels = None
        if self.role is not None and not self.mixed and len(self.role) == _TWO_PARTNERS:
            labels = self.role
        elif self.role is None and self.persons_are_numbers:
            labels = self.person
        if labels is None:
            return self.names
        first, second = np.argsort(labels.ranks(), kind="stable").tolist()
        return labels.text(first), labels.text(second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Couples, as rows of a table; where there are occasions, each couple on each of them.

    Attributes
    ----------
    rows
        (n, 2): rows of both partners; -1 where there is none.
    couple, time
        (n,): numbers of the couple's and the occasion's label; ``time`` is None where there is one occasion.
    roles
        (n, 2): numbers of the roles' labels, -1 where unknown; None where partners have no role.
    names
        Names of the two places.
    faults
        Of the couples that were left out.
    """

    rows: Positions
    couple: Positions
    time: Positions | None
    roles: Positions | None
    names: tuple[str, str]
    faults: tuple[PairingFault, ...] = ()


@dataclass(slots=True)
class _Members:
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


def pair_rows(labels: RowLabels, on_fault: OnFault = "raise") -> Pairs:
    """Return which rows are partners.

    Parameters
    ----------
    labels
        Labels of the rows.
    on_fault
        ``"raise"``: an error with every fault. ``"leave_out"``: couples with a fault are left out.

    Raises
    ------
    PairingError
        Rows that cannot be paired; faults of whole columns raise in any case.
    """
    faults = [*_missing_labels(labels), *_faults_of_columns(labels)]
    members = _members_of(labels)
    faults += _faults_of_members(labels, members)
    left_out = np.zeros(labels.n_rows, dtype=np.bool_)
    for fault in faults:
        left_out[list(fault.rows)] = True
    faults = in_order(_of_table(labels, faults))
    if faults and (on_fault == "raise" or any(fault.code in OF_COLUMNS for fault in faults)):
        raise pairing_error(faults)
    return _paired(labels, members, left_out, tuple(faults))


def _of_table(labels: RowLabels, faults: Sequence[PairingFault]) -> list[PairingFault]:
    """Return faults with the rows of the caller's table, each fault once."""
    table_rows = labels.table_rows
    if table_rows is None:
        return list(faults)
    different: dict[tuple[Any, ...], PairingFault] = {}
    for fault in faults:
        code, text, rows = fault.code, fault.explanation, table_rows[list(fault.rows)].tolist()
        if code == "person twice" and labels.person is not None and labels.person.values is labels.names:
            code, text = "couple twice", f"the couple has {len(rows)} rows"
        own = replace(fault, code=code, explanation=text, rows=tuple(sorted(set(rows))))
        different.setdefault((code, own.rows, text), own)
    return list(different.values())


def _missing_labels(labels: RowLabels) -> Iterator[PairingFault]:
    """Yield a fault for each row without one of its labels."""
    columns: Sequence[tuple[FaultCode, Labels | None]] = (
        ("no couple", labels.couple),
        ("no person", labels.person),
        ("no role", labels.role),
        ("no time", labels.time),
    )
    for code, column in columns:
        if column is not None:
            for row in np.flatnonzero(column.positions < 0).tolist():
                couple = labels.couple.positions[row]
                yield PairingFault(
                    code=code,
                    couple=_shown(labels.couple, couple) if couple >= 0 else None,
                    rows=(row,),
                    explanation="the label is missing or blank",
                )


def _faults_of_columns(labels: RowLabels) -> Iterator[PairingFault]:
    """Yield faults of whole columns: labels written in two ways, and more than two roles."""
    for option, column in (
        ("couple", labels.couple),
        ("person", labels.person),
        ("role", labels.role),
        ("time", labels.time),
    ):
        if column is not None and (option != "person" or labels.person is not labels.role):
            yield from spelling_faults(column, option)
    role = labels.role
    if (
        role is None
        or labels.mixed
        or len({name_of(label).casefold() for label in role.values}) <= _TWO_PARTNERS
    ):
        return
    counts = np.bincount(role.positions[role.positions >= 0], minlength=len(role))
    named = ", ".join(f"{label_text(role.values[i])} ({n} rows)" for i, n in enumerate(counts.tolist()))
    rare = np.argsort(-counts, kind="stable")[_TWO_PARTNERS:]
    rows = np.flatnonzero(np.isin(role.positions, rare)).tolist()
    yield PairingFault(
        code="too many roles", couple=None, rows=tuple(rows), explanation=f"{len(role)} roles: {named}"
    )


def _members_of(labels: RowLabels) -> _Members:
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
    return _Members(
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


def _faults_of_members(labels: RowLabels, members: _Members) -> Iterator[PairingFault]:
    """Yield faults of single couples and persons."""
    sizes = np.bincount(members.couple, minlength=len(labels.couple))
    rows_of = _Groups(labels.couple.positions)
    yield from _repeated(labels, members)
    for couple in np.flatnonzero(sizes > _TWO_PARTNERS).tolist():
        yield _fault(labels, couple, "three in a couple", rows_of[couple], f"{sizes[couple]} persons")
    yield from _faults_of_persons(labels, members)
    if labels.role is not None:
        yield from _faults_of_roles(labels, members, sizes, rows_of)


def _faults_of_roles(
    labels: RowLabels, members: _Members, sizes: NDArray[np.intp], rows_of: _Groups
) -> Iterator[PairingFault]:
    """Yield a fault for each person with two roles, and each couple whose partners have one role."""
    assert labels.role is not None
    role_of_row = labels.role.positions[members.usable]
    changed = members.of_row[role_of_row != members.role[members.of_row]]
    rows_of_member = _Groups(members.of_row, members.usable)
    for member in np.unique(changed).tolist():
        rows = rows_of_member[member]
        yield _fault(labels, int(members.couple[member]), "role changes", rows, "one person has two roles")
    if labels.mixed:
        return
    key = members.couple * len(labels.role) + members.role
    different, counts = np.unique(key, return_counts=True)
    for number in different[counts > 1].tolist():
        couple, role = divmod(number, len(labels.role))
        if sizes[couple] == _TWO_PARTNERS:
            text = f"both partners are {label_text(labels.role.values[role])}"
            yield _fault(labels, couple, "role twice", rows_of[couple], text)


def _repeated(labels: RowLabels, members: _Members) -> Iterator[PairingFault]:
    """Yield a fault for each person with several rows on one occasion."""
    n_times = 1 if labels.time is None else max(len(labels.time), 1)
    key = members.of_row * n_times
    if labels.time is not None:
        key = key + labels.time.positions[members.usable]
    inverse, first_of = numbered(key)
    if len(first_of) == len(key):
        return
    counts = np.bincount(inverse)
    rows_of = _Groups(inverse, members.usable)
    for place in np.flatnonzero(counts > 1).tolist():
        rows = rows_of[place]
        couple = int(members.couple[members.of_row[first_of[place]]])
        on = "" if labels.time is None else " on one occasion"
        yield _fault(labels, couple, "person twice", rows, f"one person has {len(rows)} rows{on}")


def _faults_of_persons(labels: RowLabels, members: _Members) -> Iterator[PairingFault]:
    """Yield a fault for each person in several couples."""
    if labels.person is None or labels.persons_are_numbers:
        return
    counts = np.bincount(members.person, minlength=len(labels.person))
    rows_of, members_of = _Groups(members.person[members.of_row], members.usable), _Groups(members.person)
    for person in np.flatnonzero(counts > 1).tolist():
        rows, concerned = rows_of[person], members_of[person]
        couples = [label_text(labels.couple.values[c]) for c in members.couple[concerned].tolist()]
        named = f"{label_text(labels.person.values[person])} is in couples {' and '.join(couples[:5])}"
        text = named if values_shown() else f"one person is in {counted(len(couples), 'couple')}"
        yield PairingFault(
            code="person in two couples", couple=None, rows=tuple(rows.tolist()), explanation=text
        )


class _Groups:
    """Rows by a number that each has, found without another pass over all rows for each."""

    def __init__(self, numbers: Positions, rows: Positions | None = None) -> None:
        self._order = np.argsort(numbers, kind="stable")
        self._sorted = numbers[self._order]
        self._rows = rows

    def __getitem__(self, number: int) -> Positions:
        """Return the rows with a number, ascending."""
        first, end = np.searchsorted(self._sorted, [number, number + 1])
        places = self._order[first:end]
        return np.sort(places if self._rows is None else self._rows[places])


def _fault(
    labels: RowLabels, couple: int, code: FaultCode, rows: NDArray[Any], explanation: str
) -> PairingFault:
    return PairingFault(
        code=code, couple=_shown(labels.couple, couple), rows=tuple(rows.tolist()), explanation=explanation
    )


def _shown(couples: Labels, couple: int) -> Any:
    return couples.values[couple] if values_shown() else None


def _paired(
    labels: RowLabels, members: _Members, left_out: NDArray[np.bool_], faults: tuple[PairingFault, ...]
) -> Pairs:
    """Return the couples without a fault, in order of their first rows."""
    bad = np.zeros(len(labels.couple), dtype=np.bool_)
    couples_left_out = labels.couple.positions[left_out]
    bad[couples_left_out[couples_left_out >= 0]] = True
    places = _places(labels, members)
    kept = ~bad[members.couple[members.of_row]]
    rows, member = members.usable[kept], members.of_row[kept]
    couple = members.couple[member]
    n_times = 1 if labels.time is None else max(len(labels.time), 1)
    time = np.zeros(len(rows), dtype=np.intp) if labels.time is None else labels.time.positions[rows]
    unit, firsts = numbered(couple * n_times + time)
    paired = np.full((len(firsts), _TWO_PARTNERS), -1, dtype=np.intp)
    paired[unit, places[member]] = rows
    roles = None
    if labels.role is not None:
        roles = np.full(paired.shape, -1, dtype=np.intp)
        roles[unit, places[member]] = members.role[member]
    return Pairs(
        rows=paired,
        couple=couple[firsts],
        time=None if labels.time is None else time[firsts],
        roles=roles,
        names=labels.place_names,
        faults=faults,
    )


def _places(labels: RowLabels, members: _Members) -> Positions:
    """Return each member's place in its couple, 0 or 1.

    Partners with different roles are in the order of the roles, numbered partners in that of their numbers,
    others in the order of their first rows.
    """
    if labels.places is not None:
        return labels.places[members.first]
    ranks = None
    if labels.role is not None:
        ranks = labels.role.ranks()[members.role]
    elif labels.persons_are_numbers and labels.person is not None:
        ranks = labels.person.ranks()[members.person]
    if ranks is not None and not (labels.role is not None and labels.mixed):
        # with two labels in the whole table, a single partner has the place of the label too
        return np.minimum(ranks, 1)
    number, firsts = numbered(members.couple)
    is_second = np.ones(len(number), dtype=np.intp)
    is_second[firsts] = 0
    if ranks is None:
        return is_second
    rank_of_first = ranks[firsts][number]
    rank_of_second = np.full(len(firsts), len(members.role), dtype=np.intp)
    rank_of_second[number[is_second == 1]] = ranks[is_second == 1]
    return np.where(rank_of_second[number] < rank_of_first, 1 - is_second, is_second)
