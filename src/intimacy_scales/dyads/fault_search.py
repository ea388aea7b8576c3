"""The search for faults of pairing: in labels, in couples, in persons and in roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.faults import FaultCode, PairingFault, label_text
from intimacy_scales.dyads.labels import Labels, Positions, numbered, spelling_faults
from intimacy_scales.dyads.members import Members
from intimacy_scales.dyads.role_codings import fault_of_many_roles
from intimacy_scales.dyads.row_labels import TWO_PARTNERS, RowLabels
from intimacy_scales.messages import values_shown
from intimacy_scales.results.wording import counted


def missing_labels(labels: RowLabels) -> Iterator[PairingFault]:
    """Yield a fault for each row without one of its labels."""
    columns: Sequence[tuple[FaultCode, Labels | None]] = (
        ("no couple", labels.couple),
        ("no person", labels.person),
        ("no role", labels.role),
        ("no time", labels.time),
    )
    for code, column in columns:
        if column is not None:
            missing = column.positions < 0
            if labels.of_no_couple is not None:
                missing &= ~labels.of_no_couple
            for row in np.flatnonzero(missing).tolist():
                couple = labels.couple.positions[row]
                yield PairingFault(
                    code=code,
                    couple=_shown(labels.couple, couple) if couple >= 0 else None,
                    rows=(row,),
                    explanation="the label is missing or blank",
                )


def faults_of_columns(labels: RowLabels, members: Members) -> Iterator[PairingFault]:
    """Yield faults of whole columns: labels written in two ways, and more than two roles."""
    for option, column in (
        ("couple", labels.couple),
        ("person", labels.person),
        ("role", labels.role),
        ("time", labels.time),
    ):
        if column is not None and (option != "person" or labels.person is not labels.role):
            yield from spelling_faults(column, option)
    if fault := fault_of_many_roles(labels, members):
        yield fault


def faults_of_members(labels: RowLabels, members: Members) -> Iterator[PairingFault]:
    """Yield faults of single couples and persons."""
    sizes = np.bincount(members.couple, minlength=len(labels.couple))
    rows_of = _Groups(labels.couple.positions)
    yield from _repeated(labels, members)
    for couple in np.flatnonzero(sizes > TWO_PARTNERS).tolist():
        yield _fault(labels, couple, "three in a couple", rows_of[couple], f"{sizes[couple]} persons")
    yield from _faults_of_persons(labels, members)
    if labels.role is not None:
        yield from _faults_of_roles(labels, members, sizes, rows_of)


def _faults_of_roles(
    labels: RowLabels, members: Members, sizes: NDArray[np.intp], rows_of: _Groups
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
        if sizes[couple] == TWO_PARTNERS:
            text = f"both partners are {label_text(labels.role.values[role])}"
            yield _fault(labels, couple, "role twice", rows_of[couple], text)


def _repeated(labels: RowLabels, members: Members) -> Iterator[PairingFault]:
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
    like_occasions = _with_repeated_roles(labels, members)
    yield from _repeated_roles(labels, members, like_occasions)
    for place in np.flatnonzero(counts > 1).tolist():
        rows = rows_of[place]
        couple = int(members.couple[members.of_row[first_of[place]]])
        if like_occasions[couple]:
            continue
        on = "" if labels.time is None else " on one occasion"
        if labels.person is None and labels.role is not None:
            role = label_text(labels.role.values[int(labels.role.positions[rows[0]])])
            yield _fault(labels, couple, "role twice", rows, f"{len(rows)} rows have the role {role}{on}")
            continue
        yield _fault(labels, couple, "person twice", rows, f"one person has {len(rows)} rows{on}")


def _with_repeated_roles(labels: RowLabels, members: Members) -> NDArray[np.bool_]:
    """Return which couples have both roles equally often, and more than once, as on several occasions."""
    n = len(labels.couple)
    if labels.role is None or labels.person is not None or labels.time is not None:
        return np.zeros(n, dtype=np.bool_)
    n_rows = np.bincount(members.of_row, minlength=len(members.couple))
    fewest, most = np.full(n, len(members.of_row)), np.zeros(n, dtype=np.intp)
    np.minimum.at(fewest, members.couple, n_rows)
    np.maximum.at(most, members.couple, n_rows)
    both = np.bincount(members.couple, minlength=n) == TWO_PARTNERS
    return np.asarray(both & (fewest == most) & (most > 1))


def _repeated_roles(
    labels: RowLabels, members: Members, like_occasions: NDArray[np.bool_]
) -> Iterator[PairingFault]:
    """Yield a fault for each couple whose rows look like several occasions."""
    couple_of_row = members.couple[members.of_row]
    rows_of = _Groups(couple_of_row, members.usable)
    for couple in np.flatnonzero(like_occasions).tolist():
        rows = rows_of[couple]
        text = f"each role has {len(rows) // TWO_PARTNERS} rows, as on several occasions"
        yield _fault(labels, couple, "roles repeated", rows, text)


def _faults_of_persons(labels: RowLabels, members: Members) -> Iterator[PairingFault]:
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
