"""Answers collected by SurveyJS: JSON, or a table of them, with the survey's definition for the options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile
from intimacy_scales.files.facts import ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.declared_options import DeclaredOptions, say_codes
from intimacy_scales.interop.answers.formula_scores import declared_scores
from intimacy_scales.interop.answers.header_texts import Declared, names_of_texts
from intimacy_scales.interop.answers.json_answers import JOINT, note_lists
from intimacy_scales.interop.answers.json_entries import beginning_of, json_entries
from intimacy_scales.interop.answers.json_source import objects_of
from intimacy_scales.interop.answers.nested_cells import named_within, nested_columns, unambiguous_ends
from intimacy_scales.interop.answers.platform import USUAL, LoadedFile, OpenOptions
from intimacy_scales.interop.answers.surveyjs_survey import Column, is_survey, survey_columns
from intimacy_scales.interop.answers.table_heads import text_header
from intimacy_scales.reading.columns import check_width
from intimacy_scales.results.wording import counted

_COMMENT = "-Comment"
_WRAPPER = {"ResultCount", "Data"}
_SERVICE = re.compile(r'^\W*"ResultCount"\s*:\s*\d+\s*,\s*"Data"\s*:\s*\[')
_PIECE = 200  # characters
_OF_SERVICE: dict[str, Role] = {
    "HappendAt": "time", "InstanceId": "id", "UserId": "id", "IPAddress": "id",
}  # fmt: skip
_UPLOAD = {"name", "type", "content"}  # of each file that was uploaded
_MOST_OF_MARKS = 20_000  # characters


def _is_wrapped(value: Any) -> bool:
    """Tell whether an object is what the service of SurveyJS returns: results, with their number."""
    return isinstance(value, dict) and value.keys() >= _WRAPPER and isinstance(value["Data"], list)


def _persons(path: Path, encoding: str | None) -> Iterator[Any]:
    """Yield the answers of each person."""
    for entry in json_entries(path, encoding):
        yield from entry.value["Data"] if _is_wrapped(entry.value) else [entry.value]


def begins_survey(head: Head) -> bool:
    """Tell whether a file defines a survey, rather than holding answers."""
    start = beginning_of(head)
    if start is None or start.is_list:
        return False
    if start.first:
        return is_survey(start.first)
    text = (head.text or "")[:_MOST_OF_MARKS]
    return '"elements"' in text and '"type"' in text and '"name"' in text


def _refuse_survey(path: Path) -> None:
    if begins_survey(Head.of(path)):
        raise ResponseError(
            f"{path}: is the definition of a survey (SurveyJS), which has questions and no answers; pass the "
            "answers (JSON or CSV), and this file with them as structure= (--structure)"
        )


class _SurveyjsAnswers(DeclaredOptions):
    """What answers collected by SurveyJS have in common, whatever their format."""

    _platform = "SurveyJS"
    structure_is = "the definition of a survey of SurveyJS (JSON)"

    def _describe(self, names: Sequence[str], structure: Path | None) -> None:
        """Record what the survey's definition says of the columns."""
        check_width(len(names), f"{self.path}: has {{}} columns")
        declared = [] if structure is None else survey_columns(structure)
        matched = _matched(names, declared)
        if structure is not None:
            if not matched:
                raise ResponseError(
                    f"structure={str(structure)!r}: none of its questions has a column in {self.path}; is it "
                    "the survey that was answered?"
                )
            self.facts.decide("options", structure.name, f"describes {counted(len(matched), 'column')}")
        called = {name: matched[name].name if name in matched else name for name in names}
        ends = unambiguous_ends(called.values(), JOINT)
        columns: dict[str, ColumnFacts] = {}
        for name, question in called.items():
            known = matched[name].facts if name in matched else _undeclared(name)
            also = ends.get(question) or (question if question != name else None)
            within = named_within(question, also).name_within
            columns[name] = replace(known, name=also, name_within=within)
        self.facts.add(columns)
        self.facts.scores += declared_scores(columns)
        self._codes = {name: column.codes for name, column in matched.items()}
        if formulas := [name for name, facts in columns.items() if facts.formula]:
            self.facts.notes.append(
                f"the survey computes {', '.join(formulas[:6])} itself ({columns[formulas[0]].formula}); "
                "this is not used: scores follow the instrument's key"
            )


def _undeclared(name: str) -> ColumnFacts:
    role = "text" if name.endswith(_COMMENT) else _OF_SERVICE.get(name)
    return ColumnFacts() if role is None else ColumnFacts(role=role)


def _matched(names: Sequence[str], declared: Sequence[Column]) -> dict[str, Column]:
    """Return what is declared of each column: by its name, or by its title in the header of a table."""
    by_name = {column.name: column for column in declared}
    columns = {name: by_name[name] for name in names if name in by_name}
    others = [name for name in names if name not in columns]
    titled = [Declared(column.name, column.titles) for column in declared if column.name not in columns]
    for place, name in names_of_texts(others, titled).items():
        columns[others[place]] = by_name[name]
    return columns


class SurveyjsJson(_SurveyjsAnswers, LoadedFile):
    """Answers as JSON: a list with an object for each person, one object, or one on each line."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether there are comments or uploads as SurveyJS stores them; or it is a survey."""
        start = beginning_of(head)
        if start is None:
            return False
        if _is_wrapped(start.first) or (not start.is_list and _SERVICE.search((head.text or "")[:_PIECE])):
            return True
        has_uploads = any(
            value and all(part.keys() >= _UPLOAD for part in objects_of(value))
            for value in start.first.values()
            if isinstance(value, list) and any(isinstance(part, dict) for part in value)
        )
        has_comments = any(
            name.endswith(_COMMENT) and name.removesuffix(_COMMENT) in start.first for name in start.first
        )
        return has_comments or has_uploads or begins_survey(head)

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether a survey is passed with answers as JSON."""
        return beginning_of(head) is not None and begins_survey(Head.of(structure))

    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        _refuse_survey(path)
        columns, n_rows = nested_columns(path, _persons(path, how.encoding), JOINT)
        if not columns:
            raise ResponseError(f"{path}: has no answers; allowed: a list with an object for each person")
        self.facts.decide("rows", counted(n_rows, "object"), "one for each person")
        if any(JOINT in name for name in columns):
            self.facts.decide("names", "joined by a dot", "rows of a matrix are objects within the answers")
        self._describe(list(columns), how.structure)
        say_codes(self.facts)
        self.facts.notes += note_lists(columns)
        return columns


class SurveyjsTable(_SurveyjsAnswers, DelimitedFile):
    """Answers as delimited text, whose header has the names of questions or their titles."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Return False: such a table has no marks of its own, and is recognised by the survey."""
        del head
        return False

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether a survey is passed with a table of text."""
        return bool(text_header(head)) and begins_survey(Head.of(structure))

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        DelimitedFile.__init__(self, path, how.encoding)
        self._describe(self.names, how.structure)
