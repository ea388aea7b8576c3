"""Submissions to forms of KoBo and ODK: JSON, delimited text and workbooks, with the form for the options."""

from __future__ import annotations

import csv
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import is_empty
from intimacy_scales.files.delimited import DelimitedFile
from intimacy_scales.files.facts import FileFacts
from intimacy_scales.files.head import Head
from intimacy_scales.files.spreadsheet import SpreadsheetFile
from intimacy_scales.interop.answers.declared_options import DeclaredOptions, codes_of, say_codes
from intimacy_scales.interop.answers.formr import refuse_item_table
from intimacy_scales.interop.answers.formr_items import is_item_table
from intimacy_scales.interop.answers.formula_scores import declared_scores
from intimacy_scales.interop.answers.json_answers import note_lists
from intimacy_scales.interop.answers.json_entries import Beginning, beginning_of, json_entries
from intimacy_scales.interop.answers.json_source import objects_of, read_json
from intimacy_scales.interop.answers.nested_cells import nested_columns
from intimacy_scales.interop.answers.platform import USUAL, LoadedFile, OpenOptions
from intimacy_scales.interop.answers.table_heads import sheet_texts, sheet_titles, text_header
from intimacy_scales.interop.answers.xlsform_columns import (
    described,
    is_meta,
    of_repeats,
    platform_of,
    row_id,
    undescribed,
)
from intimacy_scales.interop.answers.xlsform_questions import (
    Question,
    content_of,
    is_form,
    questions_of,
    read_form,
)
from intimacy_scales.reading.columns import check_width
from intimacy_scales.results.wording import counted

_JOINT = "/"
_LISTS = ("submissions", "results", "value")  # of submissions, in a document around them
_MARKS = (b"_submission_time", b"_uuid", b"_submission__uuid", b"SubmissionDate", b"meta-instanceID")
_FORM_SHEETS = ("survey", "choices", "settings")
_STATUS = "_validation_status"
_APPROVED = ("", "approved", "validation_status_approved", "None")


class _Submissions(DeclaredOptions):
    """What submissions have in common, whatever their format."""

    _platform = "XLSForm"
    structure_is = "the form of KoBo or ODK (XLSForm .xlsx, or KoBo's JSON)"
    facts: FileFacts

    def _describe(
        self, names: Sequence[str], structure: Path | None, inside: Sequence[Question] = ()
    ) -> None:
        """Record what the names of the columns, and the form, say."""
        check_width(len(names), f"{self.path}: has {{}} columns")
        self.facts.platform = platform_of(names) or self._platform
        questions = list(inside) if structure is None else read_form(structure)
        columns = described([name for name in names if not is_meta(name)], questions)
        if structure is not None and not columns:
            raise ResponseError(
                f"structure={str(structure)!r}: none of its questions has a column in {self.path}; is it the "
                "form that was answered?"
            )
        if questions:
            value = "in the file" if structure is None else structure.name
            self.facts.decide("form", value, f"describes {counted(len(columns), 'column')}")
        self.facts.add(undescribed(names) | columns)
        self.facts.scores += declared_scores(columns)
        are_repeats = any(map(self._is_filled, of_repeats(names)))
        self.facts.row_id = row_id(names, are_repeats=are_repeats)
        self._codes = {name: codes_of(facts) for name, facts in columns.items()}
        if any(facts.name is not None for facts in self.facts.columns.values()):
            self.facts.decide("names", "also without groups", "where they occur once")
        if are_repeats:
            self.facts.notes.append(
                "rows are parts of submissions: one for each time that a group was answered. The columns "
                "_parent_index, _submission__uuid or PARENT_KEY name the submission"
            )

    @abstractmethod
    def _is_filled(self, name: str) -> bool:
        """Tell whether a column has a value in the first rows."""


class SubmissionTable(_Submissions, DelimitedFile):
    """Submissions as delimited text."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether the header has columns that KoBo or ODK adds to every form."""
        return platform_of(text_header(head)) is not None

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether a form is passed with a table of text."""
        return bool(text_header(head)) and is_form(Head.of(structure))

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        DelimitedFile.__init__(self, path, how.encoding)
        self._describe(self.names, how.structure)

    def _is_filled(self, name: str) -> bool:
        place = self.names.index(name)
        rows = csv.reader(self._whole_records(self._sample), delimiter=self.separator, skipinitialspace=True)
        return any(not is_empty(cell) for row in islice(rows, 1, None) for cell in row[place : place + 1])


class SubmissionWorkbook(_Submissions, SpreadsheetFile):
    """Submissions as a workbook: the sheet that is named, or the first; the form may be on other sheets."""

    has_encoding = False

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether it is a form, or the sheet has columns that KoBo or ODK adds to every form."""
        if not sheet_titles(head):
            return False
        holds_form = is_form(head)
        if head.sheet is not None:
            is_table = _is_of_form(head.sheet) and is_item_table(head)
            return holds_form or is_table or cls._is_of_platform(head)
        if holds_form or is_item_table(head):
            return True
        texts = sheet_texts(head, 1)
        return any(mark in texts for mark in _MARKS) and cls._is_of_platform(head)

    @staticmethod
    def _is_of_platform(head: Head) -> bool:
        if head.path is None:
            return False
        try:
            with SpreadsheetFile(head.path, None, head.sheet) as book:
                return platform_of(book.names) is not None
        except ResponseError:  # the reader of workbooks reports what is wrong with it
            return False

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether a form is passed with a workbook."""
        return SpreadsheetFile.detect(head) and is_form(Head.of(structure))

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        head = Head.of(path, how.sheet)
        if how.sheet is None or _is_of_form(how.sheet):
            refuse_item_table(path)
        holds_form = is_form(head)
        if holds_form and (
            _is_of_form(how.sheet) if how.sheet is not None else not self._is_of_platform(head)
        ):
            raise _without_answers(path, [name for name in sheet_titles(head) if not _is_of_form(name)])
        SpreadsheetFile.__init__(self, path, None, how.sheet)
        is_inside = holds_form and how.structure is None
        self._describe(self.names, how.structure, read_form(path) if is_inside else ())

    def _is_filled(self, name: str) -> bool:
        place = self.names.index(name)
        return any(not is_empty(cell) for _, row in self.first_rows() for cell in row[place : place + 1])


def _is_of_form(sheet: object) -> bool:
    return isinstance(sheet, str) and sheet.strip().casefold() in _FORM_SHEETS


class SubmissionJson(_Submissions, LoadedFile):
    """Submissions as JSON: a list, or a document around one, which may have the form too."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether the first submission has names that KoBo or ODK adds to every one; or it is a form."""
        start = beginning_of(head)
        if start is None:
            return False
        if not start.first:
            text = (head.text or "").encode()
            return sum(mark in text for mark in _MARKS) > 1 or is_form(head)
        return _is_submission(start.first) or any(map(_is_submission, _inside(start))) or is_form(head)

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether a form is passed with answers as JSON."""
        return beginning_of(head) is not None and is_form(Head.of(structure))

    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        start = beginning_of(Head.of(path))
        inside: list[Question] = []
        if start is None or start.is_list or (not start.is_alone and start.first):
            entries: Iterator[Any] = (entry.value for entry in json_entries(path, how.encoding))
        else:
            document = read_json(path, str(path), encoding=how.encoding)
            entries = iter(self._of_document(document))
            content = content_of(document)
            inside = [] if content is None else questions_of(content)
        columns, n_rows = nested_columns(path, entries, _JOINT)
        if not columns:
            raise _without_answers(path)
        self.facts.decide("rows", counted(n_rows, "submission"), "one for each object of the list")
        self._read = columns
        self._describe(list(columns), how.structure, inside)
        if inside and self.facts.platform == self._platform:
            self.facts.platform = "KoBo"  # whose documents alone have the form too
        say_codes(self.facts)
        self.facts.notes += note_lists({name: x for name, x in columns.items() if not is_meta(name)})
        self._note_status(columns)
        return columns

    def _is_filled(self, name: str) -> bool:
        return not all(map(is_empty, self._read[name]))

    def _of_document(self, document: Mapping[str, Any]) -> list[Any]:
        """Return the submissions of a document."""
        for name in _LISTS:
            if isinstance(document.get(name), list):
                if document.get("next") or document.get("@odata.nextLink"):
                    of_all = f" of {document['count']}" if isinstance(document.get("count"), int) else ""
                    self.facts.notes.append(
                        f"the file is one page of several ({len(document[name])}{of_all} submissions, and a "
                        "link to the next): download all of them"
                    )
                return list(document[name])
        return [] if content_of(document) is not None else [document]

    def _note_status(self, columns: Mapping[str, Sequence[Any]]) -> None:
        values = columns.get(f"{_STATUS}/label") or columns.get(_STATUS) or ()
        counts = Counter(str(v) for v in values if str(v or "").casefold() not in _APPROVED and v is not None)
        for status, n in counts.items():
            self.facts.notes.append(f"kept {counted(n, 'submission')} with the validation status {status!r}")


def _is_submission(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    inner = (f"{name}{_JOINT}{key}" for name, x in entry.items() if isinstance(x, dict) for key in x)
    return platform_of([*entry, *inner]) is not None


def _inside(start: Beginning) -> list[Mapping[str, Any]]:
    """Return the first submission of each list in a document."""
    firsts = [next(objects_of(start.first.get(name)), None) for name in _LISTS]
    return [first for first in firsts if first is not None]


def _without_answers(path: Path, other_sheets: Sequence[str] = ()) -> ResponseError:
    named = (
        f". If answers are on sheet {other_sheets[0]!r}: sheet={other_sheets[0]!r}" if other_sheets else ""
    )
    return ResponseError(
        f"{path}: is a form (of KoBo, ODK or another tool that uses XLSForm), which has questions and no "
        "answers; pass the submissions (.csv, .xlsx or JSON), and this file with them as structure= "
        f"(--structure){named}"
    )
