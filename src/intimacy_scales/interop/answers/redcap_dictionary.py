"""REDCap data dictionaries: the fields of a project, their options, and the columns that they make."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import detect_encoding, detect_separator
from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.interop.answers.header_texts import Declared
from intimacy_scales.interop.answers.markup import without_markup
from intimacy_scales.interop.answers.redcap_branching import InForm, code_in_name, condition_of

_LARGEST = 50_000_000  # bytes
_MOST_CELL = 10_000_000  # characters
_BY_HEADER = {  # header of the file that people download, and of the programming interface
    "variable / field name": "name", "field_name": "name", "form name": "form", "form_name": "form",
    "field type": "kind", "field_type": "kind", "field label": "label", "field_label": "label",
    "choices, calculations, or slider labels": "choices", "choices or calculations": "choices",
    "select_choices_or_calculations": "choices",
    "text validation type or show slider number": "validation",
    "text_validation_type_or_show_slider_number": "validation",
    "branching logic (show field only if...)": "branching", "branching_logic": "branching",
    "section header": "section", "section_header": "section", "identifier?": "identifier",
    "identifier": "identifier", "field annotation": "annotation", "field_annotation": "annotation",
}  # fmt: skip
_NEEDED = ("name", "form", "kind", "label", "choices")
_TWO_OPTIONS: dict[str, tuple[tuple[Code, str], ...]] = {
    "yesno": ((1, "Yes"), (0, "No")),
    "truefalse": ((1, "True"), (0, "False")),
}
_TICKED: tuple[tuple[Code, str], ...] = ((1, "Checked"), (0, "Unchecked"))
STATUS: tuple[tuple[Code, str], ...] = ((0, "Incomplete"), (1, "Unverified"), (2, "Complete"))
_CALCULATED = re.compile(r"@CALC(?:TEXT|DATE)\b")
_WITHOUT_COLUMN = ("descriptive",)
_NUMERIC = re.compile(r"int|float|number")


class Field(NamedTuple):
    """A field of a project; attributes are the columns of the data dictionary."""

    name: str
    form: str = ""
    kind: str = "text"
    label: str = ""
    choices: str = ""
    validation: str = ""
    branching: str = ""
    section: str = ""
    identifier: str = ""
    annotation: str = ""


class Project(NamedTuple):
    """What is known of a project.

    Attributes
    ----------
    fields
        Its fields, in order.
    missing
        Pairs of a missing-data code of the project and its meaning.
    """

    fields: tuple[Field, ...]
    missing: tuple[tuple[Code, str], ...] = ()

    @property
    def form_of(self) -> dict[str, str]:
        """Return column → the form it belongs to."""
        return {name: field.form for field in self.fields for name, _, _ in _columns(field, self.missing)}

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the forms, in order."""
        return tuple(dict.fromkeys(field.form for field in self.fields if field.form))

    @property
    def decimal_commas(self) -> frozenset[str]:
        """Return the columns whose numbers have a decimal comma."""
        return frozenset(field.name for field in self.fields if "comma_decimal" in field.validation)

    @property
    def branched(self) -> tuple[Field, ...]:
        """Return the fields that are shown on a condition which is not evaluated."""
        return tuple(
            field
            for field in self.fields
            if field.branching.strip() and condition_of(field.branching) is None
        )

    def columns(self, *, has_labels: bool = False) -> dict[str, ColumnFacts]:
        """Return what is known of each column; with labels in the cells, conditions are not evaluated."""
        known: dict[str, ColumnFacts] = {}
        for place, field in enumerate(self.fields):
            for name, question, labels in _columns(field, self.missing):
                known[name] = self._facts(field, question, labels, has_labels, is_id=place == 0)
        for form in self.forms:
            known[f"{form}_complete"] = ColumnFacts(question="Complete?", role="layout", labels=STATUS)
            known[f"{form}_timestamp"] = ColumnFacts(question="Survey Timestamp", role="time")
        return known

    def _facts(
        self,
        field: Field,
        question: str,
        labels: tuple[tuple[Code, str], ...],
        has_labels: bool,
        *,
        is_id: bool,
    ) -> ColumnFacts:
        is_box = field.kind == "checkbox"
        condition = condition_of(field.branching) if field.branching.strip() and not has_labels else None
        is_missing_kept = "@NOMISSING" in field.annotation
        return ColumnFacts(
            question=question or None,
            group=without_markup(field.label if is_box else field.section) or None,
            role="id" if is_id else _role(field),
            labels=labels,
            missing=() if is_missing_kept or is_box else self.missing,
            holds_labels=has_labels if labels else None,
            formula=_formula(field),
            shown_if=None if condition is None else InForm(condition, f"{field.form}_complete"),
        )

    def declared(self) -> list[Declared]:
        """Return the columns in the order of exports, with the texts of exports by label."""
        columns = []
        for form in self.forms or ("",):
            for field in self.fields:
                if field.form == form:
                    columns += [Declared(name, (text,)) for name, text in _headers(field, self.missing)]
            columns.append(Declared(f"{form}_complete", ("Complete?",)))
        return columns


def is_dictionary(head: Head) -> bool:
    """Tell whether a file begins with the header of a data dictionary."""
    return set(_NEEDED) <= {_BY_HEADER.get(name.strip().casefold()) for name in first_row(head.text)}


def first_row(text: str | None) -> list[str]:
    """Return the cells of the first row of a text; none if it is not a table."""
    lines = io.StringIO((text or "").lstrip("\ufeff\r\n"), newline="")
    first = lines.readline()
    csv.field_size_limit(_MOST_CELL)
    try:
        return next(csv.reader(chain([first], lines), delimiter=detect_separator([first])), [])
    except csv.Error:
        return []


def dictionary_of(path: Path) -> Project:
    """Return the project that a data dictionary describes.

    Raises
    ------
    ResponseError
        It is not a data dictionary.
    """
    wrong = f"structure={str(path)!r}: is not a data dictionary of REDCap"
    if path.stat().st_size > _LARGEST:
        raise ResponseError(f"{wrong}: it is larger than {_LARGEST // 1_000_000} MB")
    text = path.read_bytes().decode(detect_encoding(path), errors="replace").lstrip("\ufeff")
    header = [_BY_HEADER.get(name.strip().casefold(), "") for name in first_row(text)]
    if not set(_NEEDED) <= set(header):
        raise ResponseError(
            f"{wrong}: its header lacks a column, such as 'Variable / Field Name' or 'Field Type'; "
            "allowed: the file of Project Setup, Download the current Data Dictionary, or the project's XML"
        )
    lines = io.StringIO(text, newline="")
    first = lines.readline()
    try:
        rows = list(csv.reader(chain([first], lines), delimiter=detect_separator([first])))[1:]
    except csv.Error as error:
        raise ResponseError(f"{wrong}: {error}") from None
    return Project(tuple(_field(header, row) for row in rows if any(map(str.strip, row))))


def _field(header: Sequence[str], row: Sequence[str]) -> Field:
    cells = {name: cell for name, cell in zip(header, row, strict=False) if name}
    cells["name"] = cells.get("name", "").strip()
    cells["kind"] = cells.get("kind", "").strip().lower()
    cells["form"] = cells.get("form", "").strip()
    return Field(**cells)


def parted_choices(text: str) -> tuple[tuple[Code, str], ...]:
    r"""Return code and label of each option, as they are written in dictionaries.

    Examples
    --------
    >>> parted_choices("0, American Indian/Alaska Native | a, Yes, often|-9, ")
    ((0, 'American Indian/Alaska Native'), ('a', 'Yes, often'), (-9, '-9'))
    """
    options = []
    for part in re.split(r"\||\n|\\n", text):
        code, _, label = part.partition(",")
        if code.strip():
            options.append((_as_code(code.strip()), without_markup(label) or code.strip()))
    return tuple(options)


def _as_code(text: str) -> Code:
    """Return a code as a number if it is written as one: ``01`` stays a text."""
    number = as_number(text)
    return text if number is None or str(number) != text else number


def _columns(
    field: Field, missing: Iterable[tuple[Code, str]]
) -> Iterator[tuple[str, str, tuple[tuple[Code, str], ...]]]:
    """Yield name, question and options of each column that a field makes."""
    text = without_markup(field.label)
    if field.kind in _WITHOUT_COLUMN or not field.name:
        return
    if field.kind == "checkbox":
        for code, label in (*parted_choices(field.choices), *missing):
            yield f"{field.name}___{code_in_name(str(code))}", label, _TICKED
    elif field.kind in ("radio", "dropdown", "select"):
        yield field.name, text, parted_choices(field.choices)
    else:
        yield field.name, text, _TWO_OPTIONS.get(field.kind, ())


def _headers(field: Field, missing: Iterable[tuple[Code, str]]) -> Iterator[tuple[str, str]]:
    """Yield name and label of each column of a field, as in headers by label."""
    for name, question, _ in _columns(field, missing):
        yield name, f"{field.label} (choice={question})" if field.kind == "checkbox" else field.label


def _role(field: Field) -> Role:
    if field.kind == "checkbox":
        return "choice"
    if field.kind == "calc" or _CALCULATED.search(field.annotation):
        return "calculated"
    if field.identifier.strip().lower() == "y":
        return "id"
    if field.kind in ("text", "notes", "textarea", "file", "sql"):
        return "answer" if _NUMERIC.match(field.validation) else "text"
    return "answer"


def _formula(field: Field) -> str | None:
    if field.kind == "calc":
        return field.choices or None
    return field.annotation if _CALCULATED.search(field.annotation) else None
