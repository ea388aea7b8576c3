"""Faults of pairing as a message, with what to do about them on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from intimacy_scales.cli.console import err

if TYPE_CHECKING:
    from pathlib import Path

    from intimacy_scales.dyads.faults import FaultCode, PairingFaults

_OCCASIONS = "name their column with --time COLUMN, and choose one with --occasion LABEL"
_ONE_ROLE = "if couples of one role are in the sample, such as f-f and m-m: --mixed and --person COLUMN"
_ADVICE: dict[FaultCode, str] = {
    "no role": "give each person a role; or leave out --role, --roles, --a-role and --b-role: partners are "
    "then exchangeable",
    "person twice": f"if several rows are occasions, {_OCCASIONS}; if not, keep one of them; each partner "
    "needs an id of their own",
    "couple twice": f"this file has one row for each couple; if these rows are occasions, {_OCCASIONS}",
    "roles repeated": f"this looks like occasions: {_OCCASIONS}; if there are none, keep one row for "
    "each role",
    "role twice": f"correct the roles; if the rows are occasions, {_OCCASIONS}; {_ONE_ROLE}",
    "too many roles": "each couple has the same two roles; write each of them in one way; "
    "if there are more than two: --mixed and --person COLUMN",
    "double entry": "a file with a row for each couple has each of them once: keep one of the two rows. Or, "
    "if columns have the couple and the actor's id or number, read the actor's answers as those of a person: "
    "--couple COLUMN --person COLUMN --columns PATTERN, without --a and --b",
}


def print_faults(faults: PairingFaults, written: Path | None) -> None:
    """Print faults of pairing, and what to do about them on the command line."""
    from intimacy_scales.dyads.faults import faults_lines

    elsewhere = "--faults FILE.csv writes all of them" if written is None else f"all of them are in {written}"
    numbering = "row 1 is the first after the header"
    lines = faults_lines(faults, numbering, elsewhere, first_row=1, advice=_ADVICE)
    err.print(f"[red]error:[/] {escape(lines[0])}", soft_wrap=True)
    for line in lines[1:]:
        err.print(escape(line), soft_wrap=True)
    if faults.can_be_left_out:
        err.print("To leave these couples out: --on-fault leave_out")
    err.print("Nothing was computed.")
