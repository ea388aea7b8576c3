"""REDCap projects as CDISC ODM XML: the fields with their code lists, and the answers."""

from __future__ import annotations

import re
import sys
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.form_rows import rows_with_form
from intimacy_scales.interop.answers.platform import LoadedFile, OpenOptions
from intimacy_scales.interop.answers.redcap_dictionary import Field, Project, parted_choices
from intimacy_scales.interop.answers.redcap_layout import (
    EVENT,
    INSTANCE,
    REPEATED,
    add_notes,
    form_rows,
    statuses_by_column,
)
from intimacy_scales.interop.answers.xml_parts import Part, xml_parts
from intimacy_scales.reading.columns import check_width
from intimacy_scales.reading.frames import Table
from intimacy_scales.results.wording import counted

_ROOT = re.compile(r"<(?:\w+:)?ODM\s")
_OF_REDCAP = ("projectredcap.org", 'SourceSystem="REDCap"')
_DEFINITIONS = ("MissingDataCodes", "ItemGroupDef", "FormDef", "ItemDef", "CodeList", "RepeatingInstrument")
_FILES = ("ItemDataBase64Binary",)
_MOST_DEFINITIONS = 200_000
_MOST_VALUES, _MOST_CELLS = 1_000_000, 30_000_000
_KINDS = {"select": "dropdown", "textarea": "notes"}


def is_odm(head: Head) -> bool:
    """Tell whether a file begins as the ODM XML of a REDCap project."""
    text = head.text or ""
    return bool(_ROOT.search(text[:5000])) and any(mark in text for mark in _OF_REDCAP)


class RedcapOdmFile(LoadedFile):
    """The XML of a REDCap project with its answers, which declares its own options."""

    _platform = "REDCap"
    leaves_out = "events and forms of REDCap without these items"
    has_encoding = False

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins as the ODM XML of a REDCap project."""
        return is_odm(head)

    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        answers = odm_answers(path)
        self._all_rows = how.all_rows
        self.facts.version = f"ODM XML of REDCap {answers.version}" if answers.version else "ODM XML"
        declared = answers.project.columns()
        for name in answers.columns:
            if name in (EVENT, REPEATED, INSTANCE, "redcap_data_access_group"):
                self.facts.columns[name] = ColumnFacts(role="layout")
            elif name in declared:
                self.facts.columns[name] = declared[name]
        self.facts.columns[answers.record_id] = replace(self.facts.of(answers.record_id), role="id")
        self.facts.row_id = answers.record_id
        self.facts.decide("answers", "codes", "the file's own code lists name the options")
        self.facts.decide("options", "the file itself", f"describes {counted(len(declared), 'column')}")
        names = list(answers.columns)
        self._statuses = statuses_by_column(names, self.facts, answers.project)
        add_notes(self.facts, names, answers.project)
        return answers.columns

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the columns, some rows at a time, without rows that do not hold the form of the items."""
        if self._all_rows:
            yield from super().batches(items, others)
            return
        rows = form_rows(self.names, self.facts, self._statuses, items)
        yield from rows_with_form(super().batches, items, others, rows, self.facts)


class RowKey(NamedTuple):
    """What tells the rows of a project apart.

    Attributes
    ----------
    record, event, form, instance
        The record, its event, the repeated form, and the number of the repetition; empty where there is none.
    """

    record: str
    event: str = ""
    form: str = ""
    instance: str = ""


class Answers(NamedTuple):
    """The answers of a project.

    Attributes
    ----------
    project
        Its fields.
    version
        Version of REDCap.
    record_id
        The field that identifies records.
    columns
        Name → values, None where there is none.
    """

    project: Project
    version: str | None
    record_id: str
    columns: dict[str, list[Any]]


def odm_project(path: Path) -> Project:
    """Return the fields that the XML of a project declares.

    Raises
    ------
    ResponseError
        It is damaged, or declares none.
    """
    what = f"structure={str(path)!r}"
    definitions = _Definitions(what)
    for _, part in xml_parts(path, _DEFINITIONS, what):
        definitions.add(part)
    project = definitions.project()
    if not project.fields:
        raise ResponseError(f"{what}: declares no field; allowed: the XML of a REDCap project")
    return project


def odm_answers(path: Path) -> Answers:
    """Return the answers that the XML of a project holds.

    Raises
    ------
    ResponseError
        It is damaged, holds no answers, or a field has two values in one row.
    """
    definitions, cells = _Definitions(str(path)), _Cells(path)
    for _, part in xml_parts(path, (*_DEFINITIONS, "SubjectData"), str(path), without_text=_FILES):
        if part.name == "SubjectData":
            cells.add(part)
        else:
            definitions.add(part)
    if not cells.values:
        raise ResponseError(
            f"{path}: holds no answers, only the fields of a REDCap project; download its XML with all data, "
            "or export the answers as CSV and pass this file with them as structure= (--structure)"
        )
    project = definitions.project()
    record_id = cells.record_id or (project.fields[0].name if project.fields else "record_id")
    return Answers(project, _version(path), record_id, cells.columns(record_id, definitions))


def _version(path: Path) -> str | None:
    match = re.search(r'SourceSystemVersion="([^"]{1,40})"', (Head.of(path).text or "")[:5000])
    return None if match is None else match[1]


class _Definitions:
    """The fields, forms and code lists of a project, as they are met in its XML."""

    def __init__(self, called: str) -> None:
        self._called, self._n = called, 0
        self._missing: tuple[tuple[Code, str], ...] = ()
        self._forms: dict[str, str] = {}  # OID of a group of fields → name of its form
        self._groups: dict[str, list[str]] = {}  # OID of a group of fields → its columns
        self._items: dict[str, Part] = {}
        self._lists: dict[str, str] = {}  # OID of a code list → its options, as dictionaries write them
        self.repeated: frozenset[str] = frozenset()

    def add(self, part: Part) -> None:
        """Add an element that defines something."""
        self._n += 1
        if self._n > _MOST_DEFINITIONS:
            raise ResponseError(
                f"{self._called}: declares more than {_MOST_DEFINITIONS:,} fields, forms and lists of "
                "options, too many for a project; export the answers as CSV"
            )
        if part.name == "MissingDataCodes":
            self._missing = parted_choices(part.text)
        elif part.name == "FormDef":
            name = part.get("FormName") or part.get("OID").removeprefix("Form.")
            self._forms |= {group.get("ItemGroupOID"): name for group in part.within("ItemGroupRef")}
        elif part.name == "ItemGroupDef":
            self._groups[part.get("OID")] = [item.get("ItemOID") for item in part.within("ItemRef")]
        elif part.name == "ItemDef":
            self._items[part.get("OID")] = part
        elif part.name == "RepeatingInstrument":
            self.repeated |= {part.get("RepeatInstrument")}
        elif part.name == "CodeList":
            self._lists[part.get("OID")] = part.get("CheckboxChoices") or "|".join(
                f"{item.get('CodedValue')}, {self._text(item)}" for item in part.within("CodeListItem")
            )

    @staticmethod
    def _text(part: Part) -> str:
        return next((text.text.replace("|", "/") for text in part.within("TranslatedText")), "")

    def columns(self) -> list[str]:
        """Return the columns that exports of the project have, in order."""
        return list(dict.fromkeys(item for items in self._groups.values() for item in items))

    def project(self) -> Project:
        """Return the fields, in order; the status of a form is not one."""
        fields: dict[str, Field] = {}
        for group, items in self._groups.items():
            form = self._forms.get(group, "")
            for item in items:
                definition = self._items.get(item)
                if definition is not None and item not in (f"{form}_complete", "redcap_data_access_group"):
                    field = self._field(definition, form)
                    fields.setdefault(field.name, field)
        return Project(tuple(fields.values()), self._missing)

    def _field(self, definition: Part, form: str) -> Field:
        kind = definition.get("FieldType") or "text"
        options = next((x.get("CodeListOID") for x in definition.within("CodeListRef")), "")
        is_calculated = kind == "calc"
        return Field(
            name=definition.get("Variable") or definition.get("OID"),
            form=form,
            kind=_KINDS.get(kind, kind),
            label=next((text.text for text in definition.within("TranslatedText")), ""),
            choices=definition.get("Calculation") if is_calculated else self._lists.get(options, ""),
            validation=definition.get("TextValidationType"),
            branching=definition.get("BranchingLogic"),
            section=definition.get("SectionHeader"),
            identifier=definition.get("Identifier"),
            annotation=definition.get("FieldAnnotation"),
        )


class _Cells:
    """The values of all records, as they are met in the XML of a project."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.record_id = ""
        self.values: list[tuple[RowKey, str, str]] = []  # with the form in every key

    def add(self, record: Part) -> None:
        """Add the values of a record; one without any is a row too."""
        self.record_id = self.record_id or record.get("RecordIdField")
        n_before = len(self.values)
        events = [part for part in record.parts if part.name == "StudyEventData"] or [record]
        for event in events:
            name = event.get("UniqueEventName") or event.get("StudyEventOID").removeprefix("Event.")
            key = RowKey(record.get("SubjectKey"), name, instance=event.get("StudyEventRepeatKey") or "1")
            for form in event.parts:
                if form.name == "FormData":
                    self._add_form(key, form)
        if len(self.values) == n_before:
            self.values.append((RowKey(record.get("SubjectKey"), instance="1/1"), "", ""))
        if len(self.values) > _MOST_VALUES:
            raise ResponseError(
                f"{self._path}: holds more than {_MOST_VALUES:,} values; allowed in XML: at most so many. "
                "Export the answers as CSV, and pass the data dictionary with them as structure="
            )

    def _add_form(self, of_event: RowKey, form: Part) -> None:
        name, instance = form.get("FormOID").removeprefix("Form."), form.get("FormRepeatKey") or "1"
        key = of_event._replace(form=name, instance=f"{of_event.instance}/{instance}")
        items = list(_items(form))
        self.values += [
            (key, sys.intern(item.get("ItemOID")), sys.intern(item.get("Value") or item.get("DocName")))
            for item in items
        ]
        if not items:
            self.values.append((key, "", ""))

    def columns(self, record_id: str, definitions: _Definitions) -> dict[str, list[Any]]:
        """Return the values in columns; a repeated form has rows of its own."""
        repeated = Repeated(
            frozenset({key.event for key, _, _ in self.values if not key.instance.startswith("1/")}),
            definitions.repeated | {key.form for key, _, _ in self.values if not key.instance.endswith("/1")},
        )
        rows: dict[RowKey, dict[str, str]] = {}
        for key, column, value in self.values:
            self._put(rows.setdefault(_row_of(key, repeated), {}), key, column, value)
        names = self._names(rows, record_id, definitions)
        check_width(len(names), f"{self._path}: has {{}} columns")
        if len(names) * len(rows) > _MOST_CELLS:
            raise ResponseError(
                f"{self._path}: has {len(rows):,} rows of {len(names):,} columns; allowed: at most "
                f"{_MOST_CELLS:,} cells in XML. Export the answers as CSV"
            )
        columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows.values()] for name in names}
        return self._layout(rows, record_id) | {x: y for x, y in columns.items() if x != record_id}

    def _put(self, row: dict[str, str], key: RowKey, column: str, value: str) -> None:
        """Set a value; raise where a row has another one already."""
        if column and row.setdefault(column, value) != value:
            raise ResponseError(
                f"{self._path}: is damaged: field {column} of record {key.record} has two values in one row, "
                "and it cannot be known which is right; export the answers as CSV"
            )

    @staticmethod
    def _names(
        rows: Mapping[RowKey, Mapping[str, str]], record_id: str, definitions: _Definitions
    ) -> list[str]:
        used = {name: None for row in rows.values() for name in row}
        declared = [name for name in definitions.columns() if name in used]
        return list(dict.fromkeys([record_id, *declared, *used]))

    @staticmethod
    def _layout(rows: Mapping[RowKey, object], record_id: str) -> dict[str, list[Any]]:
        """Return the columns that tell rows apart; of events and repetitions only where there are any."""
        layout: dict[str, list[Any]] = {record_id: [key.record for key in rows]}
        if any(key.event for key in rows):
            layout[EVENT] = [key.event for key in rows]
        if any(key.instance for key in rows):
            layout[REPEATED] = [key.form for key in rows]
            layout[INSTANCE] = [key.instance for key in rows]
        return layout


class Repeated(NamedTuple):
    """The events and the forms that are repeated, and have the number of the repetition."""

    events: frozenset[str]
    forms: frozenset[str]


def _row_of(key: RowKey, repeated: Repeated) -> RowKey:
    """Return the row that a value belongs to."""
    of_event, _, of_form = key.instance.partition("/")
    if key.form in repeated.forms:
        return key._replace(instance=of_form)
    return key._replace(form="", instance=of_event if key.event in repeated.events else "")


def _items(form: Part) -> Iterator[Part]:
    """Yield the values of a form, in order."""
    for group in form.parts:
        for item in group.parts:
            if item.name in ("ItemData", *_FILES):
                yield item
