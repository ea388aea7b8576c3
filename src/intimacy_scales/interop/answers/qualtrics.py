"""Qualtrics exports (CSV, TSV): header rows, previews, timing columns, and answers seen but not given."""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile, detect_separator
from intimacy_scales.files.facts import ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions, Platform
from intimacy_scales.interop.answers.qualtrics_survey import survey_columns
from intimacy_scales.interop.answers.row_choice import participants_only
from intimacy_scales.interop.answers.text_columns import value_counts
from intimacy_scales.reading.frames import Table
from intimacy_scales.results.wording import counted

_IMPORT_ID = re.compile(r"""\s*\{\s*["']ImportId["']\s*:\s*["'](?P<id>[^"']*)""")
_LEGACY = ("ResponseID", "ResponseSet")  # texts of the second row in exports before 2017
_OF_EXPORT = frozenset({"status", "finished", "responseid"})  # in the first row
_SEEN = (-99, "seen, and not answered")
_TIMING = re.compile(r"[_ ](?:First Click|Last Click|Page Submit|Click Count)$")
_FEWEST_TEXTS = 2  # names of the platform's own columns in words, from which a row of texts is told
_MOST_HEADER = 1 << 20  # characters
_NOT_ANSWERS = {  # values of Status and DistributionChannel in rows that no participant made
    "1": "preview",
    "2": "test",
    "9": "preview",
    "17": "preview",
    "survey preview": "preview",
    "survey test": "test",
    "survey preview spam": "preview",
    "offline survey preview": "preview",
    "preview": "preview",
    "test": "test",
}
_SPAM = frozenset(
    {"8", "12", "40", "48", "spam", "possible spam", "imported spam", "offline spam"}
)  # of Status
_OPEN = frozenset({"0", "false"})  # of Finished
_ROLES: dict[str, Role] = {
    "startdate": "time", "enddate": "time", "recordeddate": "time", "status": "layout", "progress": "layout",
    "finished": "layout", "userlanguage": "layout", "distributionchannel": "layout", "responseid": "id",
    "duration (in seconds)": "time", "ipaddress": "id", "recipientlastname": "id", "recipientfirstname": "id",
    "recipientemail": "id", "externalreference": "id", "externaldatareference": "id", "emailaddress": "id",
    "name": "id", "responseset": "layout", "locationlatitude": "layout", "locationlongitude": "layout",
    "locationaccuracy": "layout",
}  # fmt: skip
_VERSIONS = {
    1: ("1 header row", "the first has the names that Qualtrics gives, and what follows are persons"),
    2: ("2 header rows (before 2017)", "ResponseID and ResponseSet are in the second"),
    3: ("3 header rows (since 2017)", "import ids are in the third"),
}


def _is_texts_of(names: Sequence[str], texts: Sequence[str]) -> bool:
    """Tell whether a second row names columns of the platform in words: ``Start Date`` for ``StartDate``."""
    parted = [
        name
        for name, text in zip(names, texts, strict=False)
        if name.casefold() in _ROLES and " " in text and text.replace(" ", "").casefold() == name.casefold()
    ]
    return len(parted) >= _FEWEST_TEXTS


class QualtricsFile(DelimitedFile, Platform):
    """A Qualtrics export, with two or three header rows; or one, where somebody removed the others.

    The names are in the first row, the question texts in the second, and in exports since 2017 an import id
    in the third. Rows of previews and tests are left out. ``-99`` stands for a question that was seen and not
    answered.
    """

    _platform = "Qualtrics"
    structure_is = "the survey file of Qualtrics (.qsf)"
    leaves_out = "previews and tests of Qualtrics"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether there are import ids or names of its own columns in the first rows."""
        if head.text is None or not any(mark in head.text for mark in ("ImportId", "ResponseId", *_LEGACY)):
            return False
        return bool(cls._header_rows(head.text))

    @staticmethod
    def _header_rows(text: str) -> list[list[str]]:
        """Return the header rows of an export, of which there are one to three; none for another file."""
        lines = text[:_MOST_HEADER].lstrip("\r\n").splitlines(keepends=True)
        try:
            reader = csv.reader(lines, delimiter=detect_separator(lines[:1]))
            rows = [row for row, _ in zip(reader, range(3), strict=False)]
        except csv.Error:
            return []
        if len(rows) == 3 and any(_IMPORT_ID.match(cell) for cell in rows[2]):
            return rows
        if len(rows) > 1 and (set(_LEGACY) <= set(rows[1]) or _is_texts_of(rows[0], rows[1])):
            return rows[:2]
        if rows and {name.strip().casefold() for name in rows[0]} >= _OF_EXPORT:
            return rows[:1]
        return []

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        DelimitedFile.__init__(self, path, how.encoding)
        self._all_rows = how.all_rows
        rows = self._header_of_file()
        self._n_header_rows = len(rows)
        self.facts.version, why = _VERSIONS[len(rows)]
        if len(rows) == 2 and not set(_LEGACY) <= set(rows[1]):
            self.facts.version = "2 header rows (without import ids)"
            why = "the second repeats the names in words"
        self.facts.decide("header rows", str(len(rows)), why)
        texts = [*(rows[1] if len(rows) > 1 else ()), *[""] * len(self.names)]
        ids = [self._import_id(cell) for cell in rows[2]] if len(rows) == 3 else [""] * len(self.names)
        self.facts.add(
            {
                name: self._facts_of(name, text, rows_id)
                for name, text, rows_id in zip(self.names, texts, ids, strict=False)
            }
        )
        self.facts.row_id = next((name for name in self.names if self._is_response_id(name)), None)
        if how.structure is not None:
            self._add_survey(how.structure, dict(zip(self.names, ids, strict=False)))

    def _is_response_id(self, name: str) -> bool:
        texts = (name, self.facts.of(name).question or "") if self._n_header_rows == 2 else (name,)
        return any(text.casefold() == "responseid" for text in texts)

    def _header_of_file(self) -> list[list[str]]:
        with self._open() as file:
            return self._header_rows(file.read(_MOST_HEADER))

    @staticmethod
    def _import_id(cell: str) -> str:
        match = _IMPORT_ID.match(cell)
        return "" if match is None else match["id"]

    def _facts_of(self, name: str, text: str, import_id: str) -> ColumnFacts:
        """Return what the header says of one column."""
        of_platform = _ROLES.get(name.casefold()) or (
            _ROLES.get(text.casefold()) if self._n_header_rows == 2 else None
        )
        if of_platform is not None:
            return ColumnFacts(question=text or None, role=of_platform)
        if _TIMING.search(name) or import_id.endswith(("_CLICK", "_SUBMIT", "_COUNT")):
            return ColumnFacts(question=text or None, role="time")
        if name.endswith("_TEXT") or import_id.endswith("_TEXT"):
            return ColumnFacts(question=text or None, role="text")
        return ColumnFacts(question=text or None, role="answer", missing=(_SEEN,))

    def _add_survey(self, structure: Path, import_ids: dict[str, str]) -> None:
        """Add the options and recode values that the survey file declares."""
        columns = survey_columns(structure)
        n_matched = 0
        for name, known in self.facts.columns.items():
            if known.role not in ("answer", "text"):
                continue
            declared = columns.of(name, import_ids.get(name, ""))
            if declared is not None:
                missing = tuple(dict.fromkeys([*declared.missing, _SEEN]))
                self.facts.columns[name] = replace(
                    known, role=declared.role, labels=declared.labels, missing=missing, group=declared.group
                )
                n_matched += 1
        if not n_matched:
            raise ResponseError(
                f"structure={str(structure)!r}: none of its questions has a column in {self.path}; is it the "
                "survey that was answered?"
            )
        self.facts.decide("options", str(structure.name), f"describes {n_matched} columns")

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the columns, some rows at a time, without the rows of previews and tests."""
        marking = [] if self._all_rows else self._marking()
        by_folded = {name.casefold(): name for name in reversed(self.names)}
        counted_in: dict[str, str] = {
            name: by_folded[name] for name in ("status", "finished") if name in by_folded
        }
        read = super().batches(items, list(dict.fromkeys([*others, *marking, *counted_in.values()])))
        yield from self._noted(self._of_participants(read, marking), counted_in)

    def _of_participants(self, batches: Iterator[Table], marking: Sequence[str]) -> Iterator[Table]:
        """Yield batches without the rows of previews and tests."""
        if not marking:
            yield from batches
            return

        def kind_of(name: str, text: str) -> str | None:
            kind = _NOT_ANSWERS.get(text.strip().casefold())
            return None if kind is None else f"{kind} of the survey (column {name})"

        yield from participants_only(batches, marking, kind_of, self.facts)

    def _noted(self, batches: Iterator[Table], counted_in: Mapping[str, str]) -> Iterator[Table]:
        """Yield batches, and note how many of their rows were not finished, or are marked as spam."""
        n_rows, n_open, n_spam = 0, 0, 0
        for table in batches:
            n_rows += len(table)
            if "finished" in counted_in:
                n_open += _n_of(table, counted_in["finished"], _OPEN)
            if "status" in counted_in:
                n_spam += _n_of(table, counted_in["status"], _SPAM)
            yield table
        of_all = f"of {counted(n_rows, 'response')}"
        notes = {
            f"{n_open:,} {of_all} not finished (column Finished); they are kept": n_open,
            f"{n_spam:,} {of_all} marked as spam (column Status); they are kept": n_spam,
        }
        self.facts.notes += [note for note, n in notes.items() if n and note not in self.facts.notes]

    def _marking(self) -> list[str]:
        """Return the columns that mark previews and tests.

        Texts of Status are in the language of whoever exports, those of DistributionChannel are not.
        """
        by_folded = {name.casefold(): name for name in reversed(self.names)}
        marking = [by_folded[name] for name in ("status", "distributionchannel") if name in by_folded]
        if not marking and self._n_header_rows == 2:
            marking = [name for name, known in self.facts.columns.items() if known.question == "Status"][:1]
        return marking


def _n_of(table: Table, name: str, texts: frozenset[str]) -> int:
    """Return how many rows of a column have one of some texts."""
    return sum(n for value, n in value_counts(table, name).items() if str(value).strip().casefold() in texts)
