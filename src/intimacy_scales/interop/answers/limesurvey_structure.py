"""LimeSurvey's structure files: .lss, .lsg and .lsq, tab-separated text, and queXML."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import detect_encoding
from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.limesurvey_questions import (
    HIDDEN,
    NOT_DISPLAYED,
    Option,
    Question,
    SurveyColumn,
    as_code,
    columns_of,
)
from intimacy_scales.interop.answers.markup import without_markup
from intimacy_scales.interop.answers.xml_parts import Part, xml_parts

_LARGEST = 50_000_000  # bytes
_OWN_XML = re.compile(r"<LimeSurveyDocType>\s*(?P<kind>\w+)\s*</LimeSurveyDocType>")
_QUEXML = re.compile(r"<questionnaire\b[^>]*>")
_TEXT = re.compile(r'\ufeff?(?:"?id"?\t"?related_id"?\t)?"?class"?\t"?type/scale"?\t"?name"?\s')
_BEGINNING = 20_000  # characters
_YES = ("Y", "1")
_MOST_CELL = 10_000_000  # characters
ALLOWED = "a survey file of LimeSurvey (.lss, .lsg, tab-separated .txt or queXML .xml)"


def structure_kind(head: Head) -> str | None:
    """Return which kind of structure file of LimeSurvey this is; None for other files."""
    text = (head.text or "")[:_BEGINNING]
    if _OWN_XML.search(text):
        return "LimeSurvey XML"
    if _QUEXML.search(text) and "<section" in (head.text or ""):
        return "queXML"
    return "tab-separated structure" if _TEXT.match(text) else None


class Survey(NamedTuple):
    """A survey.

    Attributes
    ----------
    kind
        The kind of file that describes it.
    languages
        Its languages, the first of which is its base; none if the file does not tell.
    columns
        The columns that its exports have, in order.
    """

    kind: str
    languages: tuple[str, ...]
    columns: tuple[SurveyColumn, ...]


def survey_of(path: Path) -> Survey:
    """Return the survey that a structure file describes.

    Raises
    ------
    ResponseError
        It is not one, or is damaged.
    """
    what = f"structure={str(path)!r}"
    kind = structure_kind(Head.of(path))
    if kind is None:
        raise ResponseError(f"{what}: is not the structure of a LimeSurvey survey; allowed: {ALLOWED}")
    if path.stat().st_size > _LARGEST:
        raise ResponseError(f"{what}: is larger than {_LARGEST // 1_000_000} MB, too large for a survey")
    if kind == "queXML":
        columns = [column for _, part in xml_parts(path, {"question"}, what) for column in _of_quexml(part)]
        return Survey(kind, (), tuple(_with_scales(columns)))
    questions = _of_tables(path, what) if kind == "LimeSurvey XML" else _of_text(path, what)
    languages = tuple(dict.fromkeys(language for question in questions for language in question.texts))
    return Survey(kind, languages, tuple(column for question in questions for column in columns_of(question)))


Row = Mapping[str, str]


def _of_tables(path: Path, what: str) -> list[Question]:
    """Return the questions of LimeSurvey's own XML, which holds the tables of its data base."""
    tables: dict[str, list[Row]] = {}
    for around, element in xml_parts(path, {"row"}, what):
        table = next((name for name in reversed(around) if name != "rows"), "")
        tables.setdefault(table, []).append({part.name: part.text for part in element.parts})
    groups = {row.get("gid", ""): _number(row.get("group_order")) for row in tables.get("groups", [])}
    rows = sorted(
        _once(tables.get("questions", []), "qid"),
        key=lambda row: (groups.get(row.get("gid", ""), 0), _number(row.get("question_order"))),
    )
    texts = _texts(tables, "questions", "question_l10ns", "qid", "question")
    texts |= _texts(tables, "subquestions", "question_l10ns", "qid", "question")
    random = {
        row.get("qid", "")
        for row in tables.get("question_attributes", [])
        if row.get("attribute") == "random_order" and row.get("value") in _YES
    }
    questions: dict[str, Question] = {}
    for row in rows:
        qid = row.get("qid", "")
        if row.get("parent_qid", "0") in ("0", ""):
            questions[qid] = Question(
                row.get("title", ""),
                row.get("type", ""),
                texts.get(qid, {}),
                has_other=row.get("other") == "Y",
                is_random=qid in random,
            )
    _add_parts(tables, questions, texts)
    _add_options(tables, questions)
    return list(questions.values())


def _add_parts(
    tables: Mapping[str, list[Row]], questions: Mapping[str, Question], texts: Mapping[str, dict[str, str]]
) -> None:
    rows = _once([*tables.get("subquestions", []), *tables.get("questions", [])], "qid")
    for row in sorted(rows, key=lambda row: _number(row.get("question_order"))):
        question = questions.get(row.get("parent_qid", ""))
        if question is not None:
            shown = texts.get(row.get("qid", ""), {})
            question.parts.append(Option(row.get("title", ""), shown, _number(row.get("scale_id"))))


def _add_options(tables: Mapping[str, list[Row]], questions: Mapping[str, Question]) -> None:
    """Add the answer options; before version 4 a row is an option in one language, and has no id."""
    rows = tables.get("answers", [])
    has_ids = "answer_l10ns" in tables
    texts = _texts(tables, "", "answer_l10ns", "aid", "answer")
    options: dict[tuple[str, str, str], Option] = {}
    for row in sorted(rows, key=lambda row: _number(row.get("sortorder"))):
        qid, code, scale = row.get("qid", ""), row.get("code", ""), row.get("scale_id", "0")
        shown = (
            texts.get(row.get("aid", ""), {}) if has_ids else {row.get("language", ""): row.get("answer", "")}
        )
        known = options.get((qid, code, scale))
        merged = {**(known.texts if known is not None else {}), **shown}
        options[qid, code, scale] = Option(code, merged, _number(scale))
    for (qid, _, _), option in options.items():
        if qid in questions:
            questions[qid].options.append(option)


def _texts(
    tables: Mapping[str, list[Row]], table: str, in_languages: str, key: str, name: str
) -> dict[str, dict[str, str]]:
    """Return id → language → text, from the table itself (before version 4) or from that of its texts."""
    texts: dict[str, dict[str, str]] = {}
    for row in [*tables.get(in_languages, []), *tables.get(table, [])]:
        if name in row:
            texts.setdefault(row.get(key, ""), {}).setdefault(row.get("language", ""), row[name])
    return texts


def _once(rows: list[Row], key: str) -> list[Row]:
    """Return the first row of each id; the others have its texts in other languages."""
    return list({row.get(key, ""): row for row in reversed(rows)}.values())[::-1]


def _number(text: str | None) -> int:
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else 0


def _of_text(path: Path, what: str) -> list[Question]:
    """Return the questions of a tab-separated structure, in which parts follow their question."""
    text = path.read_bytes().decode(detect_encoding(path), errors="replace").replace("\ufeff", "")
    csv.field_size_limit(_MOST_CELL)
    questions: dict[str, Question] = {}
    parts: dict[tuple[str, str, str, int], Option] = {}
    question: Question | None = None
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"):
            cells = {(name or "").strip(): cell for name, cell in row.items() if isinstance(cell, str)}
            kind, name, scale = cells.get("class"), cells.get("name", ""), cells.get("type/scale", "")
            texts = {cells.get("language", ""): cells.get("text", "")}
            if kind == "Q":
                question = questions.setdefault(name, Question(name, scale, {}))
                question.texts |= texts
                question.has_other = question.has_other or cells.get("other") == "Y"
                question.is_random = question.is_random or cells.get("random_order") in _YES
            elif kind in ("SQ", "A") and question is not None:
                key = (question.code, kind, name, _number(scale))
                before = parts[key].texts if key in parts else {}
                parts[key] = Option(name, {**before, **texts}, _number(scale))
    except csv.Error as error:
        raise ResponseError(f"{what}: is damaged: {error}") from None
    for (code, kind, _, _), part in parts.items():
        (questions[code].parts if kind == "SQ" else questions[code].options).append(part)
    return list(questions.values())


def _of_quexml(question: Part) -> Iterator[SurveyColumn]:
    """Yield the columns of a question of queXML."""
    text = without_markup(next((part.text for part in question.parts if part.name == "text"), ""))
    parts = [part for part in question.parts if part.name == "subQuestion"]
    responses = [part for part in question.parts if part.name == "response"]
    for response in responses:
        labels = tuple(
            (as_code(option.text_of("value")), without_markup(option.text_of("label")))
            for option in response.within("category")
        )
        role: Role = "answer" if labels or response.text_of("format") == "integer" else "text"
        if next(response.within("format"), Part("", {})).text == "integer":
            role = "answer"
        if parts:
            for part in parts:
                shown = without_markup(part.text_of("text"))
                yield _quexml_column(part.get("varName"), shown, text, role, labels)
        elif len(responses) > 1 and len(labels) == 1:
            code, label = labels[0]
            yield _quexml_column(response.get("varName"), label, text, "choice", ((code, "Yes"),))
        else:
            yield _quexml_column(response.get("varName"), text, None, role, labels)
        for more in response.within("contingentQuestion"):
            name, shown = more.get("varName"), without_markup(more.text_of("text"))
            if name.endswith("other"):
                name = f"{name.removesuffix('other').removesuffix('_')}[other]"
            yield _quexml_column(name, shown, text, "text", ())


def _with_scales(columns: list[SurveyColumn]) -> Iterator[SurveyColumn]:
    """Yield the columns; arrays with two scales have each name twice, and get the number of the scale."""
    n_of, n_before = Counter(column.name for column in columns), Counter[str]()
    for column in columns:
        n_before[column.name] += 1
        is_once = n_of[column.name] == 1
        yield column if is_once else column._replace(name=f"{column.name}[{n_before[column.name]}]")


def _quexml_column(
    name: str, question: str, group: str | None, role: Role, labels: tuple[tuple[Code, str], ...]
) -> SurveyColumn:
    facts = ColumnFacts(
        question=question or None, group=group, role=role, labels=labels, missing=(NOT_DISPLAYED, HIDDEN)
    )
    header = question if group is None else f"{group} [{question}]"
    return SurveyColumn(name, facts, (header,))
