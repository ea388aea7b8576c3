"""Faults of pairing: rows that cannot be told to be two partners of one couple."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from intimacy_scales.errors import PairingError
from intimacy_scales.late import late_module
from intimacy_scales.messages import shortened, shortened_text, values_shown
from intimacy_scales.results.frozen import Frozen
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

FaultCode = Literal[
    "no couple", "no person", "no role", "no time", "written in two ways", "person twice", "couple twice",
    "three in a couple", "person in two couples", "roles repeated", "role twice", "role changes",
    "too many roles", "roles coded in two ways", "double entry",
]  # fmt: skip
CODES: tuple[FaultCode, ...] = get_args(FaultCode)
OF_COLUMNS: tuple[FaultCode, ...] = (
    "written in two ways",
    "too many roles",
    "roles coded in two ways",
    "double entry",
)
"""Faults of a whole column or table, which leaving out rows does not mend."""

_SHOWN_FAULTS, _SHOWN_ROWS = 6, 5
_ADVICE: dict[FaultCode, str] = {
    "no couple": "give each row the label of its couple; a row without one belongs to nobody",
    "no person": "give each person an id",
    "no role": "give each person a role, or leave out role=: partners are then exchangeable",
    "no time": "give each row its occasion",
    "written in two ways": "write each label in the same way in every row",
    "person twice": "if several rows are occasions, name their column with time=; if not, keep one of them; "
    "each partner needs an id of their own",
    "couple twice": "a wide table has one row for each couple; if these rows are occasions, name their "
    "column with time=",
    "three in a couple": "a couple has two partners: correct the labels of the couple or of the persons",
    "person in two couples": "correct the labels; ids of persons must be unique in the whole table, unless "
    "there are just two of them, such as 1 and 2, which number the partners of each couple",
    "roles repeated": "this looks like occasions: name their column with time=; if there are none, keep one "
    "row for each role",
    "role twice": "correct the roles; if the rows are occasions, name their column with time=; if "
    "couples of one role are in the sample, such as f-f and m-m, pass "
    "mixed=True and the column of persons (person=)",
    "role changes": "a person has one role; correct it",
    "too many roles": "each couple has the same two roles; write each of them in one way, or pass mixed=True "
    "if there are more than two",
    "roles coded in two ways": "these seem to be two roles that are coded in several ways: code each of them "
    "in one way in every row",
    "double entry": "a wide table has one row for each couple: keep one of the two, as by "
    "table.drop_duplicates(COLUMN OF COUPLES) in pandas; or read the columns of the actor alone as a table "
    "with one row for each person (from_long with couple=, person= and columns=)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingFault(Frozen):
    """One fault of pairing.

    Attributes
    ----------
    code
        The kind of fault: ``no couple``, ``no person``, ``no role``, ``no time``, ``written in two ways``,
        ``person twice``, ``couple twice``, ``three in a couple``, ``person in two couples``,
        ``roles repeated``, ``role twice``, ``role changes``, ``too many roles``,
        ``roles coded in two ways`` or ``double entry``.
    couple
        Label of the couple; None where the fault concerns no single couple, or values must not be shown.
    rows
        Positions of the rows concerned, from 0.
    explanation
        What is wrong, in words.
    example
        Rows that show it best, where there are many.

    Examples
    --------
    >>> PairingFault(code="no couple", couple=None, rows=(4,), explanation="the label is blank").advice
    'give each row the label of its couple; a row without one belongs to nobody'
    """

    code: FaultCode
    couple: Any
    rows: tuple[int, ...]
    explanation: str
    example: tuple[int, ...] = ()

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _ADVICE[self.code]

    def described(self, first_row: int = 0) -> str:
        """Return the fault in words, with rows numbered from `first_row` on."""
        couple = "" if self.couple is None else f"couple {shortened_text(self.couple)}, "
        rows, example = ([row + first_row for row in some] for some in (self.rows, self.example))
        such = f", as in {_rows_text(example)}" if example else ""
        return f"{self.code}: {couple}{_rows_text(rows)}: {self.explanation}{such}"

    def __str__(self) -> str:
        return self.described()


class PairingFaults(tuple[PairingFault, ...]):
    """All faults of pairing of a table, by kind and row.

    Examples
    --------
    >>> fault = PairingFault(code="no couple", couple=None, rows=(4,), explanation="the label is blank")
    >>> PairingFaults([fault]).to_frame()["row"].tolist()
    [4]
    """

    __slots__ = ()

    @property
    def can_be_left_out(self) -> bool:
        """Whether all are faults of couples, none of a whole column."""
        return not any(fault.code in OF_COLUMNS for fault in self)

    def to_frame(self) -> pd.DataFrame:
        """Return the faults as a pandas table, one row for each row of the caller's table."""
        from intimacy_scales.results.frames import pandas_frame

        rows = [(row, fault) for fault in self for row in fault.rows]
        columns = {
            "row": [row for row, _ in rows],
            "couple": [fault.couple for _, fault in rows],
            "code": [fault.code for _, fault in rows],
            "explanation": [fault.explanation for _, fault in rows],
            "advice": [fault.advice for _, fault in rows],
        }
        return pandas_frame(columns)


def in_order(faults: Iterable[PairingFault]) -> PairingFaults:
    """Return faults by kind, then by row."""
    return PairingFaults(sorted(faults, key=lambda fault: (CODES.index(fault.code), fault.rows)))


def pairing_error(ordered: PairingFaults) -> PairingError:
    """Return the error that names all faults, with the advice for each kind."""
    lines = faults_lines(ordered, "row 0 is the first", ".to_frame() of this error lists every row")
    if ordered.can_be_left_out:
        lines.append('To leave these couples out and list them in dyads.faults, pass on_fault="leave_out".')
    return PairingError("\n".join(lines), ordered)


def faults_lines(
    ordered: PairingFaults,
    numbering: str,
    elsewhere: str,
    first_row: int = 0,
    advice: Mapping[FaultCode, str] | None = None,
) -> list[str]:
    """Return the lines of a message: the number of faults, examples, and the advice for each kind.

    Parameters
    ----------
    ordered
        The faults.
    numbering, first_row
        How rows are numbered, in words, and the number of the first one.
    elsewhere
        Where all rows are listed.
    advice
        Kind of fault → what to do about it, where that is not done in Python.
    """
    how = _ADVICE if advice is None else {**_ADVICE, **advice}
    counts = Counter(fault.code for fault in ordered)
    lines = [f"{counted(len(ordered), 'fault')} of pairing ({numbering}):"]
    lines += [f"  {fault.described(first_row)}" for fault in _examples(ordered)]
    if len(ordered) > _SHOWN_FAULTS:
        kinds = ", ".join(f"{n} of {code!r}" for code, n in counts.items())
        lines.append(f"  … in all {kinds}; {elsewhere}")
    return [*lines, *(f"{code}: {how[code]}." for code in counts)]


def _examples(ordered: PairingFaults) -> PairingFaults:
    """Return the faults that a message shows: of each kind the first, then others."""
    firsts = {fault.code: fault for fault in reversed(ordered)}
    shown = list(firsts.values())
    others = [fault for fault in ordered if fault is not firsts[fault.code]]
    return in_order([*shown, *others[: max(0, _SHOWN_FAULTS - len(shown))]])


def _rows_text(rows: Sequence[int]) -> str:
    listed = ", ".join(map(str, rows[:_SHOWN_ROWS]))
    more = f" and {len(rows) - _SHOWN_ROWS} more" if len(rows) > _SHOWN_ROWS else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {listed}{more}"


def label_text(label: Any) -> str:
    """Return a label as faults show it."""
    return shortened(label) if values_shown() else "a label"
