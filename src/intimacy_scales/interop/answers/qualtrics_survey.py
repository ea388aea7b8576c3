"""Qualtrics survey files (.qsf): the options of every question, with their recode values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.interop.answers.markup import without_markup

_LARGEST = 50_000_000  # bytes


def survey_columns(path: Path) -> dict[str, ColumnFacts]:
    """Return what a survey file declares, by import id and by export tag of the columns that it makes.

    Raises
    ------
    ResponseError
        It is not a survey file of Qualtrics.
    """
    columns: dict[str, ColumnFacts] = {}
    for question in _questions(path):
        for names, facts in _columns_of(question):
            columns |= dict.fromkeys(names, facts)
    return columns


def _questions(path: Path) -> Iterator[Mapping[str, Any]]:
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
    for element in elements:
        payload = element.get("Payload") if isinstance(element, dict) else None
        if isinstance(payload, dict) and element.get("Element") == "SQ":
            yield payload


def _columns_of(question: Mapping[str, Any]) -> Iterator[tuple[list[str], ColumnFacts]]:
    """Yield the names of each column that a question makes, and what is known of it."""
    kind, identifier = question.get("QuestionType"), str(question.get("QuestionID"))
    tag = str(question.get("DataExportTag", identifier))
    text = without_markup(question.get("QuestionText") or question.get("QuestionDescription") or "")
    if kind == "MC" and str(question.get("Selector", "")).startswith("MA"):
        for code, label in _options(question.get("Choices"), question):
            facts = ColumnFacts(question=label, group=text, role="choice")
            yield [f"{identifier}_{code}", f"{tag}_{code}"], facts
    elif kind == "MC":
        labels = _options(question.get("Choices"), question)
        yield [identifier, tag], _answered(text, None, labels)
    elif kind == "Matrix":
        yield from _matrix(question, identifier, tag, text)


def _matrix(
    question: Mapping[str, Any], identifier: str, tag: str, text: str
) -> Iterator[tuple[list[str], ColumnFacts]]:
    """Yield the columns of a matrix: one for each statement, or for each of its options."""
    labels = _options(question.get("Answers"), question)
    own_tags = question.get("ChoiceDataExportTags") or {}
    is_multiple = question.get("SubSelector") == "MultipleAnswer"
    for key, statement in _entries(question.get("Choices")):
        export_tag = own_tags.get(key) if isinstance(own_tags, dict) else None
        names = [f"{identifier}-{key}", f"{identifier}_{key}", f"{tag}_{export_tag or key}"]
        names += [export_tag] if export_tag else []
        shown = without_markup(statement.get("Display", ""))
        if not is_multiple:
            yield names, _answered(shown, text, labels)
            continue
        for code, label in labels:
            facts = ColumnFacts(question=label, group=f"{text} {shown}", role="choice")
            yield [f"{name}_{code}" for name in names], facts


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
