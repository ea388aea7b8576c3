"""Which columns of a table with one row for each couple hold the labels of couples and partners."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from intimacy_scales.dyads.labels import name_of
from intimacy_scales.dyads.pairing import PairingOptions
from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import shortened
from intimacy_scales.reading.frames import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class WideLabels:
    """What a table with one row for each couple says of couples and partners.

    Attributes
    ----------
    partners
        Names of the two partners.
    couple, time
        Columns of the couple's label and the occasion; None where there is none.
    person, role
        Columns of both partners' ids and roles; None where there are none.
    has_roles
        Whether the names of the partners are their roles.
    mixed, role_order
        As in `RowLabels`.
    """

    partners: tuple[str, str]
    couple: Hashable
    time: Hashable
    person: tuple[Hashable, Hashable] | None
    role: tuple[Hashable, Hashable] | None
    has_roles: bool
    mixed: bool
    role_order: tuple[str, ...] | None

    @property
    def names(self) -> dict[str, str]:
        """``couple``, ``time``, ``person`` and ``role`` → the name under which that label is kept.

        Labels of couples have the name of their column. Two columns of partners, such as ``id_a`` and
        ``id_b``, have the name that both share, ``id``. Where there is none, or another label has it, they
        are called ``person`` or ``role``; where that is taken too, ``person_2``, ``person_3`` ...
        """
        of_couples = {"couple": self.couple, "time": self.time}
        names = {option: str(name) for option, name in of_couples.items() if name is not None}
        for option, pair in (("person", self.person), ("role", self.role)):
            if pair is not None:
                free = (name for name in self._candidates(option, pair) if name not in names.values())
                names[option] = next(free)
        return names

    def _candidates(self, option: str, pair: tuple[Hashable, Hashable]) -> Iterator[str]:
        """Yield names for the labels in two columns, the best one first."""
        stem = stem_of(pair, self.partners)
        if stem is not None:
            yield stem
        yield option
        for number in count(2):
            yield f"{option}_{number}"

    @property
    def columns(self) -> dict[str, tuple[Hashable, Hashable]]:
        """Name of each kept label → its columns for both partners."""
        pairs = {
            "couple": (self.couple, self.couple), "time": (self.time, self.time), "person": self.person,
            "role": self.role,
        }  # fmt: skip
        return {name: pair for option, name in self.names.items() if (pair := pairs[option]) is not None}


def wide_labels(
    table: Table, names: Mapping[str, Any], partners: tuple[str, str], how: PairingOptions
) -> WideLabels:
    """Return where the labels are; ``names`` are the options of `Dyads.from_wide`."""
    of_couples = {
        option: None if names[option] is None else table.check(names[option], option)
        for option in ("couple", "time")
    }
    is_role = isinstance(names["role"], bool) or names["role"] is None
    if how.roles is not None and names["role"] is True:
        raise ResponseError(
            "roles= is for columns of roles; the partners are named by their roles already (role=True), and "
            "have their places in the order of these names: leave it out"
        )
    role = None if is_role else columns_of_both(table, names["role"], "role", partners)
    person = None
    if names["person"] is not None:
        person = columns_of_both(table, names["person"], "person", partners)
    return WideLabels(
        **of_couples,
        partners=partners,
        person=person,
        role=role,
        has_roles=names["role"] is True,
        mixed=how.mixed,
        role_order=how.role_order(has_column=not is_role),
    )


def columns_of_both(
    table: Table, given: Any, option: str, partners: tuple[str, str]
) -> tuple[Hashable, Hashable]:
    """Return the columns that an option names for the two partners, in their order."""
    by_name = {name_of(name): given[name] for name in given} if isinstance(given, Mapping) else {}
    if set(by_name) != set(partners):
        example = {partner: f"{option}_{partner}" for partner in partners}
        raise ResponseError(
            f"{option}={shortened(given)} is not valid; pass the column of each partner, as in "
            f"{option}={example}"
        )
    first, second = (table.check(by_name[partner], option) for partner in partners)
    return first, second


def stem_of(columns: tuple[Hashable, Hashable], partners: tuple[str, str]) -> str | None:
    """Return what two columns' names share, apart from the partner: ``age_a``, ``age_b`` → ``age``; or None.

    Examples
    --------
    >>> stem_of(("age_a", "age_b"), ("a", "b")), stem_of(("x", "y"), ("a", "b"))
    ('age', None)
    """
    stems = set()
    for column, partner in zip(map(str, columns), partners, strict=True):
        if not column.endswith(partner) or len(column) <= len(partner) + 1:
            return None
        stem = column[: -len(partner)]
        if stem[-1] not in "_.-":
            return None
        stems.add(stem[:-1])
    return stems.pop() if len(stems) == 1 else None
