"""Pairing: which rows of a table are the two partners of a couple."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.fault_search import faults_of_columns, faults_of_members, missing_labels
from intimacy_scales.dyads.faults import PairingFault, PairingFaults, in_order, label_text, pairing_error
from intimacy_scales.dyads.labels import Positions, name_of, numbered
from intimacy_scales.dyads.members import Members, members_of
from intimacy_scales.dyads.row_labels import TWO_PARTNERS, RowLabels
from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import not_one_of, shortened, values_shown
from intimacy_scales.results.wording import counted

OnFault = Literal["raise", "leave_out"]
_SHOWN = 5  # couples in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingOptions:
    """How partners are told apart, and what happens to rows that cannot be paired.

    Attributes
    ----------
    mixed, roles, on_fault
        As of `Dyads.from_long`.
    """

    mixed: bool
    roles: Sequence[Any] | None
    on_fault: OnFault

    def __post_init__(self) -> None:
        if self.on_fault not in ("raise", "leave_out"):
            raise ResponseError(not_one_of("on_fault", self.on_fault, ["raise", "leave_out"]))

    def role_order(self, *, has_column: bool) -> tuple[str, ...] | None:
        """Return the names of the roles in the order of the partners' places; None where none was given.

        Raises
        ------
        ResponseError
            It is not a list of different roles, or no column has the roles.
        """
        if self.roles is None:
            return None
        if not has_column:
            raise ResponseError(
                "roles= needs role=, the column of persons' roles: it says which of them is the first partner"
            )
        names = () if isinstance(self.roles, str) else tuple(map(name_of, self.roles))
        if len(names) < TWO_PARTNERS or len(set(names)) < len(names):
            raise ResponseError(
                f"roles={shortened(self.roles)} is not valid; allowed: a list of different roles, as in "
                'roles=["wife", "husband"]'
            )
        return names


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
    n_left_out
        Number of these couples in the whole table; rows without a couple are not among them.
    """

    rows: Positions
    couple: Positions
    time: Positions | None
    roles: Positions | None
    names: tuple[str, str]
    faults: PairingFaults
    n_left_out: int = 0


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
    members = members_of(labels)
    faults = [*missing_labels(labels), *faults_of_columns(labels, members)]
    faults += faults_of_members(labels, members)
    left_out = np.zeros(labels.n_rows, dtype=np.bool_)
    for fault in faults:
        left_out[list(fault.rows)] = True
    ordered = in_order(_of_table(labels, faults))
    if ordered and (on_fault == "raise" or not ordered.can_be_left_out):
        raise pairing_error(ordered)
    pairs = _paired(labels, members, left_out, ordered)
    return replace(pairs, faults=_with_consequences(labels, pairs))


def _with_consequences(labels: RowLabels, pairs: Pairs) -> PairingFaults:
    """Return the faults of what was left out, where a row without a couple says whom it may leave alone."""
    single = np.unique(pairs.couple[(pairs.rows < 0).any(axis=1)]).tolist()
    if not single or not any(fault.code == "no couple" for fault in pairs.faults):
        return pairs.faults
    listed = ", ".join(label_text(labels.couple.values[couple]) for couple in single[:_SHOWN])
    listed += f" and {len(single) - _SHOWN} more" if len(single) > _SHOWN else ""
    do = "has one" if len(single) == 1 else "have one"
    those = f"{counted(len(single), 'couple')} {do}{f': {listed}' if values_shown() else ''}"
    text = f"; without this row its couple may have one partner only ({those})"
    return PairingFaults(
        replace(fault, explanation=fault.explanation + text) if fault.code == "no couple" else fault
        for fault in pairs.faults
    )


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
        elif code == "person twice" and len(set(rows)) == 1:
            text = "both partners have the same id"
        elif code in ("no person", "no role") and labels.sides is not None:
            text = f"the label of {labels.names[labels.sides[fault.rows[0]]]} is missing or blank"
        in_table = replace(fault, code=code, explanation=text, rows=tuple(sorted(set(rows))))
        different.setdefault((code, in_table.rows, text), in_table)
    return list(different.values())


def _paired(labels: RowLabels, members: Members, left_out: NDArray[np.bool_], faults: PairingFaults) -> Pairs:
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
    paired = np.full((len(firsts), TWO_PARTNERS), -1, dtype=np.intp)
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
        n_left_out=int(np.count_nonzero(bad)),
    )


def _places(labels: RowLabels, members: Members) -> Positions:
    """Return each member's place in its couple, 0 or 1.

    Partners with different roles are in the order of the roles, numbered partners in that of their numbers,
    others in the order of their first rows.
    """
    if labels.places is not None:
        return labels.places[members.first]
    ranks = None
    if labels.role is not None:
        ranks = labels.role_ranks[members.role]
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
