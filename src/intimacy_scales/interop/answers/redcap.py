"""REDCap data exports (CSV): by code or by label, longitudinal and repeating, with the data dictionary."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile, detect_separator
from intimacy_scales.files.facts import ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.form_rows import rows_with_form
from intimacy_scales.interop.answers.header_texts import names_of_texts
from intimacy_scales.interop.answers.markup import without_markup
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions, Platform
from intimacy_scales.interop.answers.redcap_dictionary import (
    STATUS,
    Project,
    dictionary_of,
    first_row,
    is_dictionary,
)
from intimacy_scales.interop.answers.redcap_layout import (
    EVENT,
    INSTANCE,
    REPEATED,
    add_notes,
    form_rows,
    statuses_by_column,
)
from intimacy_scales.interop.answers.redcap_odm import is_odm, odm_project
from intimacy_scales.messages import first_of
from intimacy_scales.reading.columns import check_width
from intimacy_scales.reading.frames import ListTable, Table
from intimacy_scales.reading.frames.base import listed
from intimacy_scales.results.wording import counted

_ROLES: dict[str, Role] = {
    EVENT: "layout", REPEATED: "layout", INSTANCE: "layout", "redcap_data_access_group": "layout",
    "redcap_survey_identifier": "id",
}  # fmt: skip
_BY_LABEL = {
    "Event Name": EVENT,
    "Repeat Instrument": REPEATED,
    "Repeat Instance": INSTANCE,
    "Data Access Group": "redcap_data_access_group",
    "Survey Identifier": "redcap_survey_identifier",
}
_STATUS = "Complete?"  # the header of every form's status in exports by label
_STATUSES = {"", *(str(code) for code, _ in STATUS), *(label.casefold() for _, label in STATUS)}
_BOX = re.compile(r".+___\w+")
_BOX_LABEL = re.compile(r"(?P<question>.*) \(choice=(?P<option>.*)\)", re.DOTALL)
_EVENTS = {"arm_num", "unique_event_name"}  # of lists of events, and of the forms in them
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 1 << 18, 200
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+\s*", re.ASCII)
_GET_ANSWERS = (
    "export the answers (Data Exports, Reports, and Stats; CSV, raw data) and pass this file with them as "
    "structure= (--structure)"
)


class RedcapFile(DelimitedFile, Platform):
    """A REDCap export of data.

    Rows of events and repeated forms in which nobody answered the items are left out. The data dictionary, or
    the project's XML, names the options, and the columns of an export by label.
    """

    _platform = "REDCap"
    structure_is = "the data dictionary (.csv) or project XML of REDCap"
    leaves_out = "events and forms of REDCap without these items"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether there are REDCap's own columns, or a form's status with other signs of it."""
        if head.text is None:
            return False
        names = [name.strip() for name in first_row(head.text)]
        if is_dictionary(head) or set(names) >= _EVENTS or not _ROLES.keys().isdisjoint(names[:20]):
            return True
        statuses = [name for name in names if name.endswith("_complete") or name == _STATUS]
        if not statuses or not _hold_statuses(head.text, names):
            return False
        if statuses[-1] == _STATUS:
            return names[-1] == _STATUS or any(name in _BY_LABEL for name in names[:10])
        has_boxes = any(_BOX.fullmatch(name) for name in names)
        return has_boxes or (names[0] == "record_id" and names[-1] == statuses[-1])

    @classmethod
    def describes(cls, head: Head) -> bool:
        """Tell whether a file is a data dictionary or the XML of a project."""
        return is_dictionary(head) or is_odm(head)

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        head = Head.of(path)
        if is_dictionary(head):
            raise ResponseError(f"{path}: is a data dictionary of REDCap, not answers; {_GET_ANSWERS}")
        if set(first_row(head.text)) >= _EVENTS:
            raise ResponseError(
                f"{path}: is REDCap's list of events or of the forms in them, not answers; {_GET_ANSWERS}"
            )
        DelimitedFile.__init__(self, path, how.encoding)
        check_width(len(self.names), f"{path}: has {{}} columns")
        self._all_rows = how.all_rows
        project = None if how.structure is None else project_of(how.structure)
        header = list(self.names)
        sample = self._sample_columns()
        self._name_columns(header, project)
        has_labels = self._holds_labels(sample, project)
        self._add_facts(header, project, has_labels=has_labels)
        self._statuses = statuses_by_column(self.names, self.facts, project)
        self._decimal_commas_in = frozenset() if project is None else project.decimal_commas
        if project is None:
            self._note_commas(sample)
        add_notes(self.facts, self.names, project)

    def _sample_columns(self) -> list[list[str]]:
        """Return the cells of the first rows that are not empty, for each column."""
        cells: list[list[str]] = [[] for _ in self.names]
        with self._open() as file:
            text = file.read(_SAMPLE_CHARACTERS)
        lines = islice(io.StringIO(text, newline=""), self._n_skipped, None)
        rows = csv.reader(lines, delimiter=self.separator, skipinitialspace=True)
        try:
            for row in islice(rows, 1, _SAMPLE_ROWS):
                for place, cell in enumerate(row[: len(cells)]):
                    if cell.strip():
                        cells[place].append(cell.strip())
        except csv.Error:  # the reader of rows reports what is wrong, with its line
            pass
        return cells

    def _name_columns(self, header: Sequence[str], project: Project | None) -> None:
        """Give columns of an export by label the names of their variables, as far as these are known."""
        by_label = {place: _BY_LABEL[name] for place, name in enumerate(header) if name in _BY_LABEL}
        is_by_label = bool(by_label) or any(x == _STATUS or _BOX_LABEL.fullmatch(x) for x in header)
        if project is not None:
            known = {column.name for column in project.declared()}
            if known.isdisjoint(header):
                named = names_of_texts(header, project.declared())
                if not named:
                    raise ResponseError(
                        f"{self.path}: has no column of the project that structure= describes; is it the "
                        "project of these answers?"
                    )
                by_label |= named
                why = f"by their labels in the data dictionary: {len(named)} of {len(header)} columns"
                self.facts.decide("names", "variables of the project", why)
                is_by_label = True
        for place, name in by_label.items():
            self.names[place] = name
        numbered = [place for place, name in enumerate(self.names) if name == _STATUS]
        for number, place in enumerate(numbered, start=1):
            self.names[place] = f"{_STATUS} ({number})"
        self.facts.version = "export by label" if is_by_label else "export with variable names"

    def _holds_labels(self, sample: Sequence[Sequence[str]], project: Project | None) -> bool:
        """Tell whether the cells hold the labels of options, by the first rows."""
        declared = {} if project is None else project.columns()
        n_codes = n_labels = 0
        for name, cells in zip(self.names, sample, strict=True):
            labels = declared[name].labels if name in declared else ()
            if name.endswith("_complete") or name.startswith(_STATUS):
                labels = STATUS
            codes, texts = {str(code) for code, _ in labels}, {as_compared(label) for _, label in labels}
            n_codes += sum(cell in codes for cell in cells)
            n_labels += sum(cell not in codes and as_compared(cell) in texts for cell in cells)
        if n_codes or n_labels:
            value, n = ("labels", n_labels) if n_labels > n_codes else ("codes", n_codes)
            self.facts.decide("answers", value, f"{counted(n, 'cell')} of the first rows hold them")
        return n_labels > n_codes

    def _add_facts(self, header: Sequence[str], project: Project | None, *, has_labels: bool) -> None:
        declared = {} if project is None else project.columns(has_labels=has_labels)
        known = {}
        for place, (name, text) in enumerate(zip(self.names, header, strict=True)):
            facts = _platform_facts(name) or declared.get(name)
            if facts is None:
                facts = ColumnFacts(role="id") if place == 0 else _undeclared(name, text)
            known[name] = facts if place else replace(facts, role="id")
        self.facts.add(known)
        self.facts.row_id = next((name for name in self.names if name), None)  # the first may number rows
        if project is not None:
            n = sum(name in declared for name in self.names)
            if not n:
                raise ResponseError(
                    f"{self.path}: has no column of the project that structure= describes; is it the project "
                    "of these answers?"
                )
            self.facts.decide("options", "the structure", f"describes {counted(n, 'column')}")

    def _note_commas(self, sample: Sequence[Sequence[str]]) -> None:
        """Say that numbers with a comma need the dictionary, which declares them as decimal."""
        if self.separator != ",":
            return
        names = [
            name
            for name, cells in zip(self.names, sample, strict=True)
            if cells and all(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)
        ]
        if names:
            self.facts.notes.append(
                f"{first_of(names, 4)}: numbers with a comma; structure= (the data dictionary) tells whether "
                "it is a decimal comma, and they are read then"
            )

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the columns, some rows at a time, without rows that do not hold the form of the items."""
        if self._all_rows:
            yield from self._all_batches(items, others)
            return
        yield from rows_with_form(
            self._all_batches,
            items,
            others,
            form_rows(self.names, self.facts, self._statuses, items),
            self.facts,
        )

    def _all_batches(self, items: Sequence[Hashable], others: Sequence[Hashable]) -> Iterator[Table]:
        """Yield the columns of all rows; declared decimal commas become points."""
        commas = self._decimal_commas_in.intersection(map(str, items)) if self.separator == "," else ()
        for table in super().batches(items, others):
            yield _with_points(table, commas) if commas else table


def project_of(path: Path) -> Project:
    """Return the project that a data dictionary or the XML of a project describes.

    Raises
    ------
    ResponseError
        It is neither.
    """
    return odm_project(path) if is_odm(Head.of(path)) else dictionary_of(path)


def _hold_statuses(text: str, names: Sequence[str]) -> bool:
    """Tell whether the columns of forms' statuses hold nothing else in the first rows."""
    places = [place for place, name in enumerate(names) if name.endswith("_complete") or name == _STATUS]
    lines = io.StringIO(text, newline="")
    separator = detect_separator([lines.readline()])
    lines.seek(0)
    try:
        rows = csv.reader(lines, delimiter=separator)
        return all(
            row[place].strip().casefold() in _STATUSES
            for row in islice(rows, 1, _SAMPLE_ROWS)
            if len(row) == len(names)
            for place in places
        )
    except csv.Error:
        return False


def _platform_facts(name: str) -> ColumnFacts | None:
    """Return what is known of a column that REDCap adds; None for others."""
    if name in _ROLES:
        return ColumnFacts(role=_ROLES[name])
    if name.startswith(_STATUS):
        return ColumnFacts(question=_STATUS, role="layout", labels=STATUS)
    if name.endswith("_timestamp") or name.startswith("Survey Timestamp"):
        return ColumnFacts(question="Survey Timestamp", role="time")
    return None


def _undeclared(name: str, text: str) -> ColumnFacts:
    """Return what the name or the label of a column tells."""
    label = _BOX_LABEL.fullmatch(text)
    if label is not None:
        group, option = without_markup(label["question"]), without_markup(label["option"])
        return ColumnFacts(
            question=option, group=group, role="choice", labels=((1, "Checked"), (0, "Unchecked"))
        )
    if _BOX.fullmatch(name):
        return ColumnFacts(role="choice", labels=((1, "Checked"), (0, "Unchecked")))
    if name.endswith("_complete"):
        return ColumnFacts(question=_STATUS, role="layout", labels=STATUS)
    return ColumnFacts(question=without_markup(text) if " " in text.strip() else None)


def _with_points(table: Table, commas: frozenset[str]) -> ListTable:
    columns = {name: listed(table, name) for name in table.names}
    for name in commas:
        columns[name] = [
            cell.replace(",", ".") if isinstance(cell, str) and _DECIMAL_COMMA.fullmatch(cell) else cell
            for cell in columns[name]
        ]
    return ListTable(columns, len(table))
