"""LimeSurvey exports of responses (CSV, VV): codes or full answers, headers of codes or texts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import IO

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile, detect_separator
from intimacy_scales.files.facts import ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.files.plain_text import PlainText
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.header_texts import Declared, names_of_texts
from intimacy_scales.interop.answers.limesurvey_questions import HIDDEN, NOT_DISPLAYED, SurveyColumn
from intimacy_scales.interop.answers.limesurvey_structure import ALLOWED, Survey, structure_kind, survey_of
from intimacy_scales.interop.answers.markup import folded_text, without_markup
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions, Platform
from intimacy_scales.interop.answers.text_columns import n_empty
from intimacy_scales.messages import first_of
from intimacy_scales.reading.columns import check_width
from intimacy_scales.reading.frames import Table
from intimacy_scales.results.wording import counted

_ROLES: dict[str, Role] = {
    "id": "id", "token": "id", "ipaddr": "id", "refurl": "layout", "seed": "layout", "lastpage": "layout",
    "startlanguage": "layout", "submitdate": "time", "startdate": "time", "datestamp": "time",
    "interviewtime": "time",
}  # fmt: skip
_TEXT_OF_COLUMN = {  # what exports with question texts write instead: English, German, French, Spanish
    "id": ("response id", "antwort id", "antwort-id", "id de la réponse", "id de respuesta"),
    "submitdate": ("date submitted", "datum abgeschickt", "date de soumission", "fecha de envío"),
    "lastpage": ("last page", "letzte seite", "dernière page", "última página"),
    "startlanguage": ("start language", "start-sprache", "langue de départ", "lenguaje inicial"),
    "seed": ("seed", "zufallsstartwert"),
    "startdate": ("date started", "datum gestartet"),
    "datestamp": ("date last action", "datum letzte aktivität"),
    "token": ("access code", "token"),
    "ipaddr": ("ip address", "ip-adresse"),
    "refurl": ("referrer url",),
    "interviewtime": ("total time",),
}
_BY_TEXT = {text: name for name, texts in _TEXT_OF_COLUMN.items() for text in texts}
_MARKS = ("id", "submitdate", "lastpage", "startlanguage")
_CODE_AND_TEXT = re.compile(r"(?P<code>[A-Za-z]\w*(?:\[[^\[\]]*\])*)\. ?(?P<text>.*)", re.DOTALL)
_PARTS = re.compile(r"(?P<text>.*?)\s*(?P<parts>(?:\[[^\[\]]*\])+)", re.DOTALL)
_TIMING = re.compile(r"interviewtime|groupTime\w+|\w+Time")
_TIMING_TEXT = re.compile(r"(?:Total|Group|Question) time\b.*", re.DOTALL)
_FOR_STATISTICS = re.compile(r"\w+_(?:SQ\d+|other)")
_CODE = re.compile(r"AO?\d{1,2}")
_MARK = "\ufeff"
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 1 << 18, 200
_GET_ANSWERS = (
    "export the responses (Responses, Export, CSV) and pass this file with them as structure= (--structure)"
)


class LimesurveyFile(DelimitedFile, Platform):
    """A LimeSurvey export of responses.

    Responses that were not finished have no `submitdate`; they are kept, and counted. ``N/A`` stands for a
    question that was not displayed.
    """

    _platform = "LimeSurvey"
    structure_is = ALLOWED

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether there are LimeSurvey's own columns in the header, or it is a structure file."""
        return structure_kind(head) is not None or bool(_header_rows(head.text or ""))

    @classmethod
    def describes(cls, head: Head) -> bool:
        """Tell whether a file is a structure of LimeSurvey."""
        return structure_kind(head) is not None

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        kind = structure_kind(Head.of(path))
        if kind is not None:
            raise ResponseError(
                f"{path}: is the structure of a LimeSurvey survey ({kind}), not answers; {_GET_ANSWERS}"
            )
        DelimitedFile.__init__(self, path, how.encoding)
        check_width(len(self.names), f"{path}: has {{}} columns")
        self._has_marks = self._holds_marks()
        with self._open() as file:
            beginning = file.read(_SAMPLE_CHARACTERS).replace(_MARK, "")
        rows = self._first_records(beginning)
        headers = _header_rows(beginning, self.separator) or rows[:1]
        self._n_header_rows = len(headers)
        header = [cell.strip() for cell in headers[-1]]
        survey = None if how.structure is None else survey_of(how.structure)
        texts = self._name_columns(header, survey)
        if len(headers) == 2:
            texts = headers[0]
            self.facts.decide("header rows", "2", "a VV export: texts in the first, codes in the second")
        self._add_facts(texts, survey)
        self._look_at(rows[len(headers) :], survey)

    def _holds_marks(self) -> bool:
        """Tell whether there are byte-order marks below the beginning, which must be removed from cells."""
        mark, before = _MARK.encode(), b""
        with self.path.open("rb") as file:
            file.seek(len(mark))
            while chunk := file.read(1 << 20):
                if mark in before + chunk:
                    return True
                before = chunk[-2:]
        return False

    def _first_records(self, text: str) -> list[list[str]]:
        lines = islice(io.StringIO(text, newline=""), self._n_skipped, None)
        try:
            return list(islice(csv.reader(lines, delimiter=self.separator), _SAMPLE_ROWS))
        except csv.Error:
            return [self.names]

    def _lines(self, file: IO[str]) -> Iterator[str]:
        for line in super()._lines(file):
            yield line.replace(_MARK, "") if self._has_marks else line

    def _plain_text(self, items: Sequence[Hashable], others: Sequence[Hashable]) -> PlainText | None:
        return None if self._has_marks else super()._plain_text(items, others)

    def _name_columns(self, header: Sequence[str], survey: Survey | None) -> list[str]:
        """Name the columns by their codes, as far as these are known, and return the texts of the header."""
        coded = [_CODE_AND_TEXT.fullmatch(name) for name in header]
        known = set() if survey is None else {_joined(column.name) for column in survey.columns}
        if set(_MARKS) & set(header) or known.intersection(map(_joined, header)):
            self.names, texts, style = list(header), [""] * len(header), "question codes"
        elif _MARKS[1] in {match["code"] for match in coded if match}:
            self.names = [m["code"] if m else name for m, name in zip(coded, header, strict=True)]
            texts, style = [m["text"] if m else "" for m in coded], "question codes and texts"
            self.facts.decide("names", "the question codes", "the header holds them before the texts")
        else:
            declared = [Declared(c.name, c.headers) for c in survey.columns] if survey is not None else []
            by_text = names_of_texts(header, declared)
            by_text |= {n: _BY_TEXT[x.casefold()] for n, x in enumerate(header) if x.casefold() in _BY_TEXT}
            self.names = [by_text.get(place, name) for place, name in enumerate(header)]
            texts, style = list(header), "question texts"
            if by_text:
                n = f"{len(by_text)} of {len(header)} columns by their texts"
                self.facts.decide("names", "question codes where they are known", n)
        self.facts.version = f"responses with {style}"
        if not any("[" in name for name in self.names) and any(map(_FOR_STATISTICS.fullmatch, self.names)):
            self.facts.version = "export for R or SPSS"
            self.facts.decide("names", "as they are", "parts of questions follow _ instead of being in [ ]")
        return texts

    def _add_facts(self, texts: Sequence[str], survey: Survey | None) -> None:
        columns = {} if survey is None else {_joined(column.name): column for column in survey.columns}
        names = self.names
        first_timing = names.index("interviewtime") if "interviewtime" in names else len(names)
        n_declared, random, differing = 0, [], []
        for place, (name, text) in enumerate(zip(self.names, texts, strict=False)):
            declared = columns.get(_joined(name))
            is_timing = place >= first_timing and _TIMING.fullmatch(name)
            if name in _ROLES:
                facts = ColumnFacts(question=without_markup(text) or None, role=_ROLES[name])
            elif is_timing or _TIMING_TEXT.fullmatch(text):
                facts = ColumnFacts(question=without_markup(text) or None, role="time")
            elif declared is not None and not _has_text(declared, text):
                differing.append(name)
                facts = _undeclared(name, text)
            elif declared is not None:
                facts, n_declared = declared.facts, n_declared + 1
                random += [name] if declared.is_random else []
            else:
                facts = _undeclared(name, text)
            self.facts.columns[name] = facts
        self.facts.row_id = "id" if "id" in self.names else None
        if survey is None:
            return
        if not n_declared:
            raise ResponseError(
                f"{self.path}: has no column of the survey that structure= describes; is it the survey of "
                "these responses?"
            )
        if differing:
            self.facts.notes.append(
                f"{first_of(differing, 4)}: the question differs from that of structure=, whose options are "
                "not used there; is it the survey of these responses?"
            )
        spoken = f" in {', '.join(survey.languages)}" if any(survey.languages) else ""
        self.facts.decide("options", survey.kind, f"describes {counted(n_declared, 'column')}{spoken}")
        if random:
            self.facts.notes.append(
                f"{first_of(random, 4)}: shown to each person in another order, which the export does not "
                "hold"
            )

    def _look_at(self, rows: Sequence[Sequence[str]], survey: Survey | None) -> None:
        """Tell from the first rows whether cells hold codes or texts of options."""
        n_codes = n_labels = 0
        examples: list[str] = []
        for place, name in enumerate(self.names):
            known = self.facts.of(name)
            codes, texts = {str(code) for code, _ in known.labels}, {as_compared(x) for _, x in known.labels}
            cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
            n_codes += sum(cell in codes for cell in cells)
            n_labels += sum(cell not in codes and as_compared(cell) in texts for cell in cells)
            if known.role == "answer" and not known.labels:
                examples += [cell for cell in cells if _CODE.fullmatch(cell)]
        if n_codes or n_labels:
            value, n = ("full answers", n_labels) if n_labels > n_codes else ("answer codes", n_codes)
            self.facts.decide("answers", value, f"{counted(n, 'cell')} of the first rows hold them")
            for name, known in self.facts.columns.items():
                if known.labels:
                    self.facts.columns[name] = replace(known, holds_labels=n_labels > n_codes)
        if survey is None and examples:
            shown = ", ".join(sorted(set(examples))[:3])
            self.facts.notes.append(
                f"cells hold answer codes ({shown}), whose order need not be that of the options; pass what "
                f"tells what they stand for as structure=: {ALLOWED}"
            )

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the columns, some rows at a time; responses without a date of submission are counted."""
        submitted = "submitdate" if "submitdate" in self.names else None
        if submitted is None:
            yield from super().batches(items, others)
            return
        n_rows = n_open = 0
        for table in super().batches(items, [*others, submitted]):
            n_rows += len(table)
            n_open += n_empty(table, submitted)
            yield table
        note = f"{n_open:,} of {counted(n_rows, 'response')} not finished (no submitdate); they are kept"
        if n_open and note not in self.facts.notes:
            self.facts.notes.append(note)


def _header_rows(text: str, separator: str | None = None) -> list[list[str]]:
    """Return the header of an export of responses, in VV exports two rows; none for another file."""
    lines = io.StringIO(text[:_SAMPLE_CHARACTERS].replace(_MARK, "").lstrip("\r\n"), newline="")
    first = lines.readline()
    try:
        rows = list(
            islice(csv.reader(chain([first], lines), delimiter=separator or detect_separator([first])), 2)
        )
    except csv.Error:
        return []
    for n, row in enumerate(rows, start=1):
        codes = [match["code"] if (match := _CODE_AND_TEXT.fullmatch(cell)) else cell for cell in row]
        names = {_BY_TEXT.get(code.strip().casefold(), code.strip()) for code in codes}
        if len(names.intersection(_MARKS)) >= 3 and (n == 1 or len(rows[0]) == len(row)):
            is_vv = n == 1 and len(rows) == 2 and len(set(_MARKS).intersection(rows[1])) >= 3
            return rows[:2] if is_vv else rows[:n]
    return []


def _undeclared(name: str, text: str) -> ColumnFacts:
    """Return what the code and the text of a column tell."""
    if name.endswith(("[other]", "[comment]", "comment]")):
        return ColumnFacts(question=without_markup(text) or None, role="text")
    match = _PARTS.fullmatch(text)
    question, group = (match["parts"].strip("[]"), match["text"]) if match else (text, "")
    return ColumnFacts(
        question=without_markup(question) or None,
        group=without_markup(group) or None,
        role="answer",
        missing=(NOT_DISPLAYED, HIDDEN),
    )


def _has_text(declared: SurveyColumn, text: str) -> bool:
    """Tell whether a text is that of a declared column; one that is not there, or has fields, may be."""
    if not text or any("{" in header for header in declared.headers):
        return True
    return folded_text(text) in set(map(folded_text, declared.headers))


def _joined(name: str) -> str:
    """Return the name of a column as exports for R and SPSS and queXML write it: ``Q1[SQ1]`` → ``Q1_SQ1``."""
    return name.replace("][", "_").replace("[", "_").replace("]", "")
