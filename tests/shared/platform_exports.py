"""Exports of survey platforms, made for tests: tables as text, REDCap's dictionaries and XML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

DICTIONARY_HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?",
    "Branching Logic (Show field only if...)", "Required Field?", "Custom Alignment",
    "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?", "Field Annotation",
)  # fmt: skip
_PLACES = {
    "name": 0,
    "form": 1,
    "kind": 3,
    "label": 4,
    "choices": 5,
    "validation": 7,
    "branching": 11,
    "annotation": 17,
}


def table_text(rows: Iterable[Sequence[Any]], separator: str = ",") -> str:
    """Return rows as delimited text."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()


def dictionary_text(*fields: Mapping[str, str]) -> str:
    """Return a REDCap data dictionary; fields have some of the keys of `_PLACES`."""
    rows: list[list[str]] = [list(DICTIONARY_HEADER)]
    for field in fields:
        row = [""] * len(DICTIONARY_HEADER)
        for key, value in field.items():
            row[_PLACES[key]] = value
        rows.append(row)
    return table_text(rows)


def odm_text(
    fields: Mapping[str, str],
    records: str,
    *,
    missing: str = "",
    repeated: Sequence[str] = (),
    head: str = "",
) -> str:
    """Return the XML of a REDCap project.

    Parameters
    ----------
    fields
        Name of a field → name of its form; the fields are of type radio with options from 1 to 7.
    records
        The elements of its records.
    missing, repeated, head
        Its missing-data codes, its repeated forms, and what stands before its first element.
    """
    forms = list(dict.fromkeys(fields.values()))
    options = "".join(
        f'<CodeListItem CodedValue="{n}"><Decode><TranslatedText>Option {n}</TranslatedText></Decode>'
        "</CodeListItem>"
        for n in range(1, 8)
    )
    parts = [
        f'{head}<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org" '
        'SourceSystem="REDCap" SourceSystemVersion="14.7.3"><Study OID="Project.P"><GlobalVariables>',
        f"<redcap:MissingDataCodes>{missing}</redcap:MissingDataCodes>",
        *(f"<redcap:RepeatingInstrument redcap:RepeatInstrument={quoteattr(x)}/>" for x in repeated),
        '</GlobalVariables><MetaDataVersion OID="M" Name="P" redcap:RecordIdField="record_id">',
    ]
    for form in forms:
        parts.append(
            f'<FormDef OID="Form.{form}" redcap:FormName="{form}"><ItemGroupRef ItemGroupOID="{form}"/>'
            "</FormDef>"
        )
    for form in forms:
        own = [name for name, of in fields.items() if of == form]
        items = "".join(f'<ItemRef ItemOID="{name}"/>' for name in [*own, f"{form}_complete"])
        parts.append(f'<ItemGroupDef OID="{form}">{items}</ItemGroupDef>')
    for name in fields:
        kind = "text" if name == "record_id" else "radio"
        parts.append(
            f'<ItemDef OID="{name}" redcap:Variable="{name}" redcap:FieldType="{kind}"><Question>'
            f"<TranslatedText>Text of {name}</TranslatedText></Question>"
            '<CodeListRef CodeListOID="c"/></ItemDef>'
        )
    data = f"<ClinicalData>{records}</ClinicalData>" if records else ""
    parts.append(f'<CodeList OID="c">{options}</CodeList></MetaDataVersion></Study>{data}</ODM>')
    return "".join(parts)


def odm_form(form: str, repetition: int = 1, **values: object) -> str:
    """Return the values of a form as XML."""
    items = "".join(
        f'<ItemData ItemOID="{name}" Value={quoteattr(str(value))}/>' for name, value in values.items()
    )
    return (
        f'<FormData FormOID="Form.{form}" FormRepeatKey="{repetition}"><ItemGroupData>{items}</ItemGroupData>'
        "</FormData>"
    )
