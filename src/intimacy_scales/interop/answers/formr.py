"""Results of formr as JSON or CSV, with its item table; R for reverse-keyed is reported, not used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import is_empty
from intimacy_scales.files.delimited import DelimitedFile
from intimacy_scales.files.facts import ColumnFacts, FileFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.declared_options import DeclaredOptions, codes_of
from intimacy_scales.interop.answers.formr_items import ItemTable, directions, is_item_table, read_item_table
from intimacy_scales.interop.answers.json_entries import beginning_of, json_entries
from intimacy_scales.interop.answers.nested_cells import nested_columns
from intimacy_scales.interop.answers.platform import USUAL, LoadedFile, OpenOptions
from intimacy_scales.interop.answers.row_choice import participants_only
from intimacy_scales.interop.answers.table_heads import text_header
from intimacy_scales.messages import first_of
from intimacy_scales.reading.columns import check_width
from intimacy_scales.reading.frames import Table
from intimacy_scales.results.wording import counted

_ROLES: dict[str, Role] = {
    "session": "id", "session_id": "id", "study_id": "layout", "iteration": "layout", "created": "time",
    "modified": "time", "ended": "time", "expired": "time",
}  # fmt: skip
_MARKS = frozenset({"session", "created", "modified", "ended"})
_TEST_SESSION = re.compile(r"[a-z]+[A-Z][a-z]+XXX")  # formr names test sessions after animals
_SHOWN = 6
_TEST = "test session (XXX in its name)"
_STRUCTURE = "the item table of formr (JSON, .csv, .xlsx)"


class _FormrResults(DeclaredOptions):
    """What results of formr have in common, whatever their format."""

    _platform = "formr"
    structure_is = _STRUCTURE
    leaves_out = "test sessions of formr"
    facts: FileFacts

    def _describe(self, names: Sequence[str], structure: Path | None) -> None:
        """Record what the names of the columns, and the item table, say."""
        check_width(len(names), f"{self.path}: has {{}} columns")
        table = ItemTable({}, ()) if structure is None else read_item_table(structure)
        if structure is not None:
            known = [name for name in names if name in table.columns]
            if not known:
                raise ResponseError(
                    f"structure={str(structure)!r}: none of its items has a column in {self.path}; is it the "
                    "item table of these results?"
                )
            self.facts.decide("options", structure.name, f"describes {counted(len(known), 'column')}")
        reverse = directions(names)
        columns = {}
        for name in names:
            role = _ROLES.get(name)
            facts = table.columns.get(name, ColumnFacts(role="answer" if table.columns else "unknown"))
            columns[name] = (
                replace(facts, is_reversed=reverse.get(name)) if role is None else ColumnFacts(role=role)
            )
        self.facts.add(columns)
        self.facts.row_id = "session" if "session" in names else None
        is_end = set(table.ends)
        self._codes = {n: codes_of(facts) for n, facts in columns.items() if n not in is_end}
        self._note_names(names, reverse, table)

    def _note_names(self, names: Sequence[str], reverse: Mapping[str, bool], table: ItemTable) -> None:
        reversing = [name for name in names if reverse.get(name)]
        if reversing:
            self.facts.notes.append(
                f"formr calls {first_of(reversing)} reverse-keyed (R at the end of the name). Results of its "
                "web site are as they were answered, and the instrument's key is applied to them. formr's R "
                "package reverses them when it imports them: do not pass answers that it has reversed"
            )
        if ends := [name for name in table.ends if name in names]:
            self.facts.notes.append(
                f"the choices of {first_of(ends)} are the labels of both ends of a rating, and not its "
                "options"
            )


class FormrTable(_FormrResults, DelimitedFile):
    """Results of formr as delimited text."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether the first columns are those that formr writes; or it is an item table as a table."""
        names = text_header(head)
        return set(names[:8]) >= _MARKS or (bool(names) and is_item_table(head))

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether an item table describes a table of text without the columns that formr writes."""
        return bool(text_header(head)) and is_item_table(Head.of(structure))

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        refuse_item_table(path)
        DelimitedFile.__init__(self, path, how.encoding)
        self._all_rows = how.all_rows
        self._describe(self.names, how.structure)

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the columns, some rows at a time, without test sessions."""
        if self._all_rows or "session" not in self.names:
            yield from super().batches(items, others)
            return
        every = super().batches(items, [*others, "session"])
        yield from participants_only(every, ["session"], kind_of_session, self.facts)


class FormrJson(_FormrResults, LoadedFile):
    """Results of formr as JSON: a list with an object for each time that somebody began."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether the first object has the names that formr writes; or it is an item table."""
        start = beginning_of(head)
        return is_item_table(head) or (start is not None and start.first.keys() >= _MARKS)

    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        refuse_item_table(path)
        entries = (entry.value for entry in json_entries(path, how.encoding))
        columns, n_rows = nested_columns(path, entries, ".")
        if not how.all_rows:
            columns = self._of_participants(columns)
            n_rows = len(next(iter(columns.values()), ()))
        self.facts.decide("rows", counted(n_rows, "object"), "one for each time that somebody began")
        self._describe(list(columns), how.structure)
        self._note_rows(columns, n_rows)
        return columns

    def _of_participants(self, columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """Return the columns without test sessions."""
        sessions = [str(session) for session in columns.get("session", ())]
        tests = [row for row, session in enumerate(sessions) if kind_of_session("session", session)]
        if not tests:
            return columns
        self.facts.leave_out(_TEST, [row + 1 for row in tests])
        kept = sorted(set(range(len(sessions))) - set(tests))
        self._row_numbers = np.array(kept, dtype=np.intp)
        return {name: [values[row] for row in kept] for name, values in columns.items()}

    def _note_rows(self, columns: Mapping[str, Sequence[Any]], n_rows: int) -> None:
        sessions = Counter(value for value in columns.get("session", ()) if not is_empty(value))
        if repeated := [session for session, n in sessions.items() if n > 1]:
            self.facts.notes.append(
                f"{counted(len(repeated), 'session')} in {n_rows} rows began more than once; each is a row"
            )
        n_open = sum(map(is_empty, columns.get("ended", ())))
        if n_open:
            self.facts.notes.append(f"{counted(n_open, 'row')} did not reach the end (ended is empty); kept")


def kind_of_session(column: str, session: str) -> str | None:
    """Return why a row of a session is left out; None for that of a participant.

    Examples
    --------
    >>> kind_of_session("session", "happyLlamaXXXxGfPnwB"), kind_of_session("session", "gvQvm3qqNz2o0JF")
    ('test session (XXX in its name)', None)
    """
    del column
    return _TEST if _TEST_SESSION.match(session) else None


def refuse_item_table(path: Path) -> None:
    """Raise for an item table that is given as answers."""
    if is_item_table(Head.of(path)):
        raise ResponseError(
            f"{path}: is an item table of formr, which has questions and no answers; pass the results of the "
            "survey (JSON or CSV), and this file with them as structure= (--structure)"
        )
