"""How a file holds couples: the options that say so, checked, as arguments of the job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intimacy_scales.cli.options import read_columns
from intimacy_scales.errors import ResponseError

_LAYOUTS = (
    "with a row for each couple: --a PATTERN --b PATTERN; with a row for each person: --couple COLUMN and "
    "--person COLUMN (or --role COLUMN)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleLayout:
    """The options that say where partners are, as they were typed; None where they were not.

    Attributes
    ----------
    a, b, a_name, b_name, a_role, b_role, roles
        Of a file with one row for each couple.
    person, role, columns
        Of a file with one row for each person.
    couple, time, occasion, mixed, role_order
        Of both.
    """

    a: str | None
    b: str | None
    a_name: str | None
    b_name: str | None
    a_role: str | None
    b_role: str | None
    roles: bool
    person: str | None
    role: str | None
    columns: str | None
    couple: str | None
    time: str | None
    occasion: str | None
    mixed: bool
    role_order: str | None

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the job.

        Raises
        ------
        ResponseError
            The options do not go together.
        """
        if self.occasion is not None and self.time is None:
            raise ResponseError(
                "--occasion needs --time COLUMN, which says on which occasion a row was answered"
            )
        where = self._of_couples() if self.a is not None or self.b is not None else self._of_persons()
        return {
            **where,
            "couple": self.couple,
            "time": self.time,
            "occasion": self.occasion,
            "mixed": self.mixed,
            "roles": self._order(),
        }

    def _order(self) -> list[str] | None:
        """Return the roles in the order of the partners' places; None where that was not given."""
        if self.role_order is None:
            return None
        if self.role is None and self.a_role is None:
            instead = "; the order is that of --a and --b" if self.roles else ""
            raise ResponseError(
                f"--role-order needs a column of roles (--role, or --a-role and --b-role){instead}"
            )
        names = [name.strip() for name in self.role_order.split(",")]
        if len(names) < 2 or not all(names) or len(set(names)) < len(names):
            raise ResponseError(
                f"--role-order {self.role_order}: write the different roles with commas between them, the "
                "first partner's role first, as in --role-order woman,man"
            )
        return names

    def _of_couples(self) -> dict[str, Any]:
        """Return where partners are in a file with one row for each couple."""
        if self.a is None or self.b is None:
            given, missing = ("--a", "--b") if self.b is None else ("--b", "--a")
            raise ResponseError(f"{given} without {missing}: give the columns of both partners")
        self._refuse(["person", "role", "columns"], f"is for files with a row for each person; {_LAYOUTS}")
        names = self.a_name or "a", self.b_name or "b"
        if names[0] == names[1]:
            raise ResponseError(f"--a-name and --b-name are both {names[0]!r}; give two different names")
        role: Any = self.roles
        if self.a_role is not None or self.b_role is not None:
            if self.a_role is None or self.b_role is None:
                given, missing = ("--a-role", "--b-role") if self.b_role is None else ("--b-role", "--a-role")
                raise ResponseError(f"{given} without {missing}: give the columns of both partners' roles")
            if self.roles:
                raise ResponseError(
                    "--roles: the roles are in columns already (--a-role, --b-role); leave it out"
                )
            role = dict(zip(names, (self.a_role, self.b_role), strict=True))
        elif self.mixed:
            raise ResponseError("--mixed needs the roles of both partners: --a-role COLUMN --b-role COLUMN")
        columns = read_columns(self.a), read_columns(self.b)
        return {"partners": dict(zip(names, columns, strict=True)), "role": role}

    def _of_persons(self) -> dict[str, Any]:
        """Return where partners are in a file with one row for each person."""
        of_couples = ["a_name", "b_name", "a_role", "b_role", "roles"]
        if self.couple is None:
            self._refuse(of_couples, "needs --a PATTERN and --b PATTERN")
            raise ResponseError(f"the command must know where partners are, {_LAYOUTS}")
        instead = "use --role COLUMN" if self.roles else "leave it out"
        self._refuse(of_couples, f"is for files with a row for each couple (--a, --b); {instead}")
        if self.person is None and self.role is None:
            raise ResponseError(
                "--couple alone does not tell partners apart; add --person COLUMN, or --role COLUMN if they "
                "have roles"
            )
        if self.mixed and self.role is None:
            raise ResponseError("--mixed needs --role COLUMN, such as a column of genders")
        if self.mixed and self.person is None:
            raise ResponseError(
                "--mixed needs --person COLUMN, with persons' ids or numbers such as 1 and 2: where both "
                "partners may have one role, the role does not tell them apart"
            )
        return {"person": self.person, "role": self.role, "columns": read_columns(self.columns)}

    def _refuse(self, names: Sequence[str], why: str) -> None:
        """Raise where one of these options was given."""
        for name in names:
            if getattr(self, name):
                raise ResponseError(f"--{name.replace('_', '-')} {why}")


def read_keep(entries: Sequence[str], *, of_couples: bool, names: tuple[str, str]) -> Any:
    """Return the value of ``--keep``: columns, or name → column of each partner.

    Raises
    ------
    ResponseError
        An entry is not valid.
    """
    if not of_couples:
        if pair := next((entry for entry in entries if "=" in entry), None):
            raise ResponseError(
                f"--keep {pair}: NAME=COLUMN_A,COLUMN_B is for files with a row for each couple; write "
                "--keep COLUMN"
            )
        return list(dict.fromkeys(entries))
    kept: dict[str, Any] = {}
    for entry in entries:
        name, equals, columns = entry.partition("=")
        both = [column.strip() for column in columns.split(",")]
        if equals and (len(both) != 2 or not all(both) or not name.strip()):
            raise ResponseError(
                f"--keep {entry}: write NAME=COLUMN_A,COLUMN_B, the columns of both partners; or NAME alone "
                "for a column that they share"
            )
        if name.strip() in kept:
            raise ResponseError(f"--keep {entry}: {name.strip()} is kept already; leave one of them out")
        kept[name.strip()] = dict(zip(names, both, strict=True)) if equals else name.strip()
    return kept
