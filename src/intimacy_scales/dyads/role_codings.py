"""More than two roles in a column: a mixed sample, or two roles that are coded in several ways."""

from __future__ import annotations

from collections import Counter

import numpy as np

from intimacy_scales.dyads.faults import PairingFault, label_text
from intimacy_scales.dyads.labels import Labels, name_of
from intimacy_scales.dyads.members import Members
from intimacy_scales.dyads.row_labels import TWO_PARTNERS, RowLabels
from intimacy_scales.results.wording import counted

Compositions = Counter[tuple[int, int]]
_SHOWN = 6  # compositions in a message


def fault_of_many_roles(labels: RowLabels, members: Members) -> PairingFault | None:
    """Return the fault that there are more than two roles, unless the sample is mixed."""
    role = labels.role
    if role is None or labels.mixed:
        return None
    if len({name_of(label).casefold() for label in role.values}) <= TWO_PARTNERS:
        return None
    counts = np.bincount(role.positions[role.positions >= 0], minlength=len(role))
    unit = "row" if labels.sides is None else "person"
    named = ", ".join(
        f"{label_text(role.values[i])} ({counted(n, unit)})" for i, n in enumerate(counts.tolist())
    )
    rare = np.argsort(-counts, kind="stable")[TWO_PARTNERS:]
    rows = np.flatnonzero(np.isin(role.positions, rare)).tolist()
    compositions = _compositions(members)
    if not _are_two_roles(role, compositions):
        return PairingFault(
            code="too many roles", couple=None, rows=tuple(rows), explanation=f"{len(role)} roles: {named}"
        )
    couples = ", ".join(
        f"{label_text(role.values[one])} with {label_text(role.values[other])} ({counted(n, 'couple')})"
        for (one, other), n in compositions.most_common(_SHOWN)
    )
    text = f"{len(role)} values: {named}; in couples {couples}" if couples else f"{len(role)} values: {named}"
    return PairingFault(code="roles coded in two ways", couple=None, rows=tuple(rows), explanation=text)


def _compositions(members: Members) -> Compositions:
    """Return how many couples have each two roles."""
    order = np.argsort(members.couple, kind="stable")
    couple, role = members.couple[order], members.role[order]
    sizes = np.bincount(couple) if len(couple) else np.zeros(0, dtype=np.intp)
    pairs = role[sizes[couple] == TWO_PARTNERS].reshape(-1, 2)
    different, counts = np.unique(np.sort(pairs, axis=1), axis=0, return_counts=True)
    return Counter(
        {(one, other): n for (one, other), n in zip(different.tolist(), counts.tolist(), strict=True)}
    )


def _are_two_roles(role: Labels, compositions: Compositions) -> bool:
    """Return whether the labels are rather two roles in several codings than several roles.

    Then no couple has one of them twice, nor three of them each other, and they either are numbers in some
    rows and words in others, or fall into groups that no couple connects: 1 with 2, wife with husband.
    """
    sides = _sides(compositions)
    if sides is None:
        return False
    are_numbers = {name_of(label).isdecimal() for label in role.values}
    return len(are_numbers) > 1 or len(set(sides.values())) > 1


def _sides(compositions: Compositions) -> dict[int, int] | None:
    """Return role → number of its group, if roles can be split so that each couple has one of both sides."""
    partners: dict[int, list[int]] = {}
    for one, other in compositions:
        partners.setdefault(one, []).append(other)
        partners.setdefault(other, []).append(one)
    side: dict[int, bool] = {}
    group: dict[int, int] = {}
    for number, start in enumerate(partners):
        if start in side:
            continue
        side[start], waiting = False, [start]
        while waiting:
            known = waiting.pop()
            group[known] = number
            for other in partners[known]:
                if other not in side:
                    side[other] = not side[known]
                    waiting.append(other)
                elif side[other] == side[known]:
                    return None
    return group
