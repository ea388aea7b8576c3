"""Qualtrics survey files (.qsf): the options of every question, with their recode values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.interop.answers.markup import without_markup
from intimacy_scales.messages import shortened

_LARGEST = 50_000_000  # bytes


class SurveyColumns:
    """What a survey file declares of the columns that it makes.

    Attributes
    ----------
    by_id
        Import id → what is declared.
    by_tag
        Export tag, which is the name of a column → question → what is declared. Several questions can have
        the same tag, as Qualtrics does not hold it unique.
    """

    def __init__(self) -> None:
        self.by_id: dict[str, ColumnFacts] = {}
        self.by_tag: dict[str, dict[str, ColumnFacts]] = {}

    def of(self, name: str, import_id: str = "") -> ColumnFacts | None:
        """Return what is declared of a column by its import id, or else by its name; None if nothing is.

        Raises
        ------
        ResponseError
            Questions with different options have the same tag, and nothing shows which of them it is.
        """
        if import_id in self.by_id:
            return self.by_id[import_id]
        having = self.by_tag.get(name, {})
        options = {(facts.role, facts.labels, facts.missing) for facts in having.values()}
        if len(options) > 1:
            questions = " and ".join(list(having)[:2])
            raise ResponseError(
                f"column {shortened(name)}: the questions {questions} of the survey make such a column "
                "and have different options. Export the answers with all header rows, whose import ids show "
                "which question it is, or give one of them another export tag (DataExportTag) in the survey "
                "file"
            )
        return next(iter(having.values()), self.by_id.get(name))


def survey_columns(path: Path) -> SurveyColumns:
    """Return what a survey file declares; a deleted question has a tag only if no other one has it.

    Raises
    ------
    ResponseError
        It is not a survey file of Qualtrics.
    """
    columns = SurveyColumns()
    kept, deleted = _questions(path)
    for question in kept:
        _add(columns.by_tag, columns, question)
    of_deleted: dict[str, dict[str, ColumnFacts]] = {}
    for question in deleted:
        _add(of_deleted, columns, question)
    columns.by_tag = of_deleted | columns.by_tag
    return columns


def _add(
    by_tag: dict[str, dict[str, ColumnFacts]], columns: SurveyColumns, question: Mapping[str, Any]
) -> None:
    for names, facts in _columns_of(question):
        columns.by_id |= dict.fromkeys(names.ids, facts)
        for tag in names.tags:
            by_tag.setdefault(tag, {})[str(question.get("QuestionID"))] = facts


def _questions(path: Path) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the questions of a survey file, and those that were deleted and are in its trash."""
    wrong = f"structure={str(path)!r}: is not a survey file of Qualtrics (.qsf)"
    if path.stat().st_size > _LARGEST:
        raise ResponseError(f"{wrong}: it is larger than {_LARGEST // 1_000_000} MB")
    try:
        survey = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise ResponseError(f"{wrong}: it is not JSON") from None
    elements = survey.get("SurveyElements") if isinstance(survey, dict) else None
    if not isinstance(elements, list):
        raise ResponseError(f"{wrong}: it has no SurveyElements")
    parts = [element for element in elements if isinstance(element, dict)]
    deleted = {name for part in parts if part.get("Element") == "BL" for name in _in_trash(part)}
    payloads = [part.get("Payload") for part in parts if part.get("Element") == "SQ"]
    questions: list[Mapping[str, Any]] = [payload for payload in payloads if isinstance(payload, dict)]
    kept = [question for question in questions if str(question.get("QuestionID")) not in deleted]
    return kept, [question for question in questions if str(question.get("QuestionID")) in deleted]


def _in_trash(element: Mapping[str, Any]) -> Iterator[str]:
    """Yield the questions in the block of deleted ones."""
    blocks = element.get("Payload")
    for block in blocks.values() if isinstance(blocks, dict) else blocks or ():
        if isinstance(block, dict) and block.get("Type") == "Trash":
            for part in block.get("BlockElements") or ():
                if isinstance(part, dict) and part.get("Type") == "Question":
                    yield str(part.get("QuestionID"))


class _Names(NamedTuple):
    """The import ids that a column may have, and its names."""

    ids: list[str]
    tags: list[str]


def _columns_of(question: Mapping[str, Any]) -> Iterator[tuple[_Names, ColumnFacts]]:
    """Yield the names of each column that a question makes, and what is known of it."""
    kind, identifier = question.get("QuestionType"), str(question.get("QuestionID"))
    tag = str(question.get("DataExportTag", identifier))
    text = without_markup(question.get("QuestionText") or question.get("QuestionDescription") or "")
    if kind == "MC" and str(question.get("Selector", "")).startswith("MA"):
        for code, label in _options(question.get("Choices"), question):
            facts = ColumnFacts(question=label, group=text, role="choice")
            yield _Names([f"{identifier}_{code}"], [f"{tag}_{code}"]), facts
    elif kind == "MC":
        labels = _options(question.get("Choices"), question)
        yield _Names([identifier], [tag]), _answered(text, None, labels)
    elif kind == "Matrix":
        yield from _matrix(question, identifier, tag, text)


def _matrix(
    question: Mapping[str, Any], identifier: str, tag: str, text: str
) -> Iterator[tuple[_Names, ColumnFacts]]:
    """Yield the columns of a matrix: one for each statement, or for each of its options."""
    labels = _options(question.get("Answers"), question)
    own_tags = question.get("ChoiceDataExportTags") or {}
    is_multiple = question.get("SubSelector") == "MultipleAnswer"
    for key, statement in _entries(question.get("Choices")):
        export_tag = own_tags.get(key) if isinstance(own_tags, dict) else None
        tags = [f"{tag}_{export_tag or key}", *([export_tag] if export_tag else [])]
        names = _Names([f"{identifier}-{key}", f"{identifier}_{key}"], tags)
        shown = without_markup(statement.get("Display", ""))
        if not is_multiple:
            yield names, _answered(shown, text, labels)
            continue
        for code, label in labels:
            facts = ColumnFacts(question=label, group=f"{text} {shown}", role="choice")
            yield _Names(*([f"{name}_{code}" for name in some] for some in names)), facts


def _answered(text: str, group: str | None, labels: tuple[tuple[Code, str], ...]) -> ColumnFacts:
    """Return a column of one answer; options excluded from analysis have negative recode values."""
    excluded = tuple((code, label) for code, label in labels if isinstance(code, int | float) and code < 0)
    kept = tuple(pair for pair in labels if pair not in excluded)
    return ColumnFacts(question=text, group=group, role="answer", labels=kept, missing=excluded)


def _options(choices: Any, question: Mapping[str, Any]) -> tuple[tuple[Code, str], ...]:
    """Return recode value and text of each option, in the order of the survey file."""
    recodes = question.get("RecodeValues") or {}
    options = []
    for key, choice in _entries(choices):
        stored = recodes.get(key, key) if isinstance(recodes, dict) else key
        number = as_number(str(stored))
        options.append((str(stored) if number is None else number, without_markup(choice.get("Display", ""))))
    return tuple(options)


def _entries(choices: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the key of each option and its entry; a list has keys from 1, as Qualtrics writes both."""
    entries = choices.items() if isinstance(choices, dict) else enumerate(choices or [], start=1)
    for key, choice in entries:
        if isinstance(choice, dict):
            yield str(key), choice
