"""BIDS phenotype tables (TSV), and those of PRISM, with the JSON that describes their columns."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile
from intimacy_scales.files.facts import ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.bids_sidecar import Sidecar, holds_columns, read_sidecar
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions, Platform
from intimacy_scales.messages import first_of
from intimacy_scales.reading.columns import check_width
from intimacy_scales.results.wording import counted

_SUBJECT = re.compile(r"sub-[0-9A-Za-z]+")
_NOT_AVAILABLE = ("n/a", "not available")  # the only mark of missing values in BIDS tables
_SHOWN = 6
_ROLES: dict[str, Role] = {
    "participant_id": "id", "session_id": "layout", "run_id": "layout", "run": "layout", "session": "layout",
    "acq_time": "time", "acq_time__beh": "time", "onset": "time", "duration": "time",
}  # fmt: skip


class BidsFile(DelimitedFile, Platform):
    """A table of BIDS, tab-separated, with a row for each participant or session.

    Its columns are described by a JSON file of the same name next to it, or by the one that is passed.
    """

    _platform = "BIDS"
    structure_is = "the JSON that describes the columns of a BIDS or PRISM table, or a PRISM recipe"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether participants are in the first column, or a JSON next to the file describes it."""
        names, first = cls._beginning_of(head)
        if len(names) < 2:
            return False
        if names[0] == "participant_id" and first and _SUBJECT.fullmatch(first[0].strip()):
            return True
        sidecar = None if head.path is None else head.path.with_suffix(".json")
        return sidecar is not None and sidecar.is_file() and holds_columns(sidecar, names)

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether a structure describes columns of a tab-separated file."""
        names, _ = cls._beginning_of(head)
        return len(names) > 1 and holds_columns(structure, names)

    @staticmethod
    def _beginning_of(head: Head) -> tuple[list[str], list[str]]:
        """Return the names and the first row of tab-separated text, with or without quotes."""
        lines = [[_unquoted(cell) for cell in line.split("\t")] for line in head.lines[:2]]
        names = lines[0] if lines else []
        return (names, lines[1] if len(lines) > 1 else []) if len(names) > 1 else ([], [])

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        DelimitedFile.__init__(self, path, how.encoding)
        check_width(len(self.names))
        self.facts.add({name: ColumnFacts(role=_ROLES.get(name, "unknown")) for name in self.names})
        self.facts.row_id = "participant_id" if "participant_id" in self.names else None
        described_by = how.structure or path.with_suffix(".json")
        if described_by.is_file():
            self._describe(described_by, is_given=how.structure is not None)
        else:
            self.facts.notes.append(
                f"{described_by.name}, which would describe the columns, is not next to the file: pass it as "
                "structure="
            )
        self.facts.columns = {
            name: replace(facts, missing=(*facts.missing, _NOT_AVAILABLE))
            for name, facts in self.facts.columns.items()
        }
        if "session_id" in self.names:
            self.facts.notes.append("a row for each session: participants may have several (session_id)")

    def _describe(self, path: Path, *, is_given: bool) -> None:
        """Add what a JSON file says of the columns."""
        called = f"structure={str(path)!r}" if is_given else str(path)
        sidecar = read_sidecar(path, called, self.names)
        described = [name for name in self.names if name in sidecar.columns]
        if not described and not sidecar.scores:
            what = f"describes none of the columns ({', '.join(self.names[:_SHOWN])})"
            if is_given:
                raise ResponseError(f"{called}: {what} of {self.path.name}; pass the JSON of this table")
            self.facts.notes.append(f"{path.name}, next to the file, {what}; it was left alone")
            return
        for name in described:
            facts = sidecar.columns[name]
            role = self.facts.columns[name].role
            self.facts.columns[name] = replace(facts, role=role if role != "unknown" else facts.role)
        self._take(sidecar)
        why = "passed by you" if is_given else "next to the file, with its name"
        self.facts.decide("columns", f"{path.name} describes {counted(len(described), 'column')}", why)

    def _take(self, sidecar: Sidecar) -> None:
        """Add what a JSON file says of the whole table."""
        self.facts.platform = sidecar.platform
        self.facts.version = sidecar.version
        self.facts.titles += sidecar.titles
        self.facts.scores += sidecar.scores
        self.facts.notes += sidecar.notes
        absent = [name for name in sidecar.columns if name not in self.facts.columns]
        if absent:
            self.facts.notes.append(f"described, and not in the file: {first_of(absent)}")


def _unquoted(cell: str) -> str:
    """Return a cell without the quotes that R and others write around every text."""
    cell = cell.strip()
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
