"""Forms of XLSForm (.xlsx) and KoBo (JSON): questions with their groups, options and languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.formr_items import is_item_table
from intimacy_scales.interop.answers.json_entries import beginning_of
from intimacy_scales.interop.answers.json_source import objects_of, read_json
from intimacy_scales.interop.answers.markup import without_markup
from intimacy_scales.interop.answers.table_heads import (
    as_text,
    sheet_texts,
    sheet_titles,
    structure_rows,
)

Row = Mapping[str, Any]
Option = tuple[str, tuple[str, ...]]  # name, and label in each language
_SELECT = re.compile(
    r"(?P<kind>select_one_from_file|select_multiple_from_file|select[_ ]one|select1|select[_ ]multiple|"
    r"select all that apply|rank)(?: from)?(?:\s+(?P<choices>\S+))?"
    r"(?P<other>\s+(?:or_other|or other|or specify other))?",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"(?P<edge>begin|end)[_ ](?P<kind>\w+)", re.IGNORECASE)
_MANY = ("select_multiple", "select multiple", "select all that apply", "select_multiple_from_file")
_ROWS = {"score__row": "begin_score", "rank__level": "begin_rank"}  # of KoBo: options are those of the block
_MOST_OPTIONS = 300_000  # of all questions together
_BLOCK_CHOICES = ("kobo--score-choices", "kobo--rank-items")
_TEXTS = b">type<", b">name<"


class Question(NamedTuple):
    """A question of a form.

    Attributes
    ----------
    name
        Its name.
    groups
        Names of the groups around it, from the outermost.
    kind
        Its type, without the list of options.
    labels, group_labels
        What people read, once for each language: the question, and the group around it.
    options
        Its options.
    is_many
        Whether several can be chosen.
    is_repeated
        Whether it is in a group that can be answered several times.
    formula
        How it is computed.
    """

    name: str
    groups: tuple[str, ...]
    kind: str
    labels: tuple[str, ...]
    group_labels: tuple[str, ...]
    options: tuple[Option, ...]
    is_many: bool
    is_repeated: bool
    formula: str | None


class _Block(NamedTuple):
    """A group, repeat, or grid that is open."""

    name: str
    kind: str
    labels: tuple[str, ...]
    choices: str


def content_of(document: Any) -> Mapping[str, Any] | None:
    """Return the part of a KoBo document that has the questions; None if there is none."""
    for part in (document, document.get("content") if isinstance(document, dict) else None):
        if isinstance(part, dict) and any("type" in row for row in objects_of(part.get("survey"))):
            return part
    return None


def is_form(head: Head) -> bool:
    """Tell whether a file is a form, with or without answers in it."""
    start = beginning_of(head)
    if start is not None:
        if start.first:
            return not start.is_list and content_of(start.first) is not None
        text = (head.text or "")[:20_000]
        return '"survey"' in text and '"type"' in text and '"name"' in text
    if "survey" not in {title.strip().casefold() for title in sheet_titles(head)} or is_item_table(head):
        return False
    texts = sheet_texts(head)
    return all(mark in texts for mark in _TEXTS)


def read_form(path: Path) -> list[Question]:
    """Return the questions of a form.

    Raises
    ------
    ResponseError
        It is not a form, or damaged.
    """
    called = f"structure={str(path)!r}"
    head = Head.of(path)
    if beginning_of(head) is not None:
        content = content_of(read_json(path, called))
        if content is not None:
            return questions_of(content)
    titles = {title.strip().casefold(): title for title in sheet_titles(head)}
    if "survey" in titles:
        names = [name for name in ("survey", "choices") if name in titles]
        sheets: dict[str, Any] = {name: structure_rows(path, titles[name]) for name in names}
        return questions_of(sheets)
    structure_rows(path)  # says what it is if it is an old or damaged workbook
    raise ResponseError(
        f"{called}: is not a form; allowed: an XLSForm (.xlsx, with a sheet 'survey'), or the JSON of a form "
        "of KoBo, with 'survey' and 'choices'"
    )


def questions_of(content: Mapping[str, Any]) -> list[Question]:
    """Return the questions of a form, given the rows of its sheets.

    Raises
    ------
    ResponseError
        They have too many options.
    """
    choices: dict[str, list[Option]] = {}
    for row in map(_plain_names, objects_of(content.get("choices"))):
        name = as_text(row.get("name") or row.get("value"))
        choices.setdefault(as_text(row.get("list_name")), []).append((name, _labels(row) or (name,)))
    questions: list[Question] = []
    n_options = 0
    for question in _questions(map(_plain_names, objects_of(content.get("survey"))), choices):
        n_options += len(question.options)
        if n_options > _MOST_OPTIONS:
            raise ResponseError(f"a form whose questions have more than {_MOST_OPTIONS:,} options in all")
        questions.append(question)
    return questions


def _plain_names(row: Row) -> dict[str, Any]:
    """Return a row whose names are written in one way."""
    names = {"list name": "list_name", "calculate": "calculation", "$autoname": "name"}
    cells: dict[str, Any] = {}
    for name, value in row.items():
        plain = str(name).strip()
        plain = plain if plain.casefold().startswith("label") else plain.casefold()
        cells.setdefault(names.get(plain, plain), value)
    return cells


def _labels(row: Row) -> tuple[str, ...]:
    """Return the labels of a row in each language: a list, or columns such as ``label::English (en)``."""
    texts: list[Any] = []
    for name, value in row.items():
        if name.casefold() == "label" or name.casefold().startswith(("label:", "label ")):
            texts += value if isinstance(value, list) else [value]
    plain = (without_markup(text) for text in texts if isinstance(text, str | int | float))
    return tuple(dict.fromkeys(text for text in plain if text))


def _questions(rows: Iterable[Row], choices: Mapping[str, list[Option]]) -> Iterator[Question]:
    """Yield the questions, each with the blocks that are open around it."""
    blocks: list[_Block] = []
    for row in rows:
        kind, name = " ".join(as_text(row.get("type")).split()), as_text(row.get("name"))
        edge = _BLOCK.fullmatch(kind)
        if edge is not None and edge["edge"].casefold() == "begin":
            choice_list = next((as_text(row[key]) for key in _BLOCK_CHOICES if key in row), "")
            kind = f"begin_{edge['kind'].casefold()}"
            blocks.append(_Block(name, kind, _labels(row), choice_list))
        elif edge is not None:
            blocks = blocks[:-1]
        elif kind and name and kind.casefold() != "note":
            yield _question(row, kind, name, blocks, choices)


def _question(
    row: Row, kind: str, name: str, blocks: list[_Block], choices: Mapping[str, list[Option]]
) -> Question:
    match = _SELECT.fullmatch(kind)
    plain = kind.casefold() if match is None else match["kind"].casefold()
    listed_in = "" if match is None else match["choices"] or as_text(row.get("select_from_list_name"))
    if plain in _ROWS and blocks and blocks[-1].kind == _ROWS[plain]:
        listed_in = blocks[-1].choices
    options = list(choices.get(listed_in, ()))
    has_other = (match is not None and bool(match["other"])) or row.get("_or_other") in (True, "true")
    if has_other and "other" not in [code for code, _ in options]:
        options.append(("other", ("Other",)))
    return Question(
        name=name,
        groups=tuple(block.name for block in blocks if block.name),
        kind=plain,
        labels=_labels(row),
        group_labels=blocks[-1].labels if blocks else (),
        options=tuple(options),
        is_many=plain in _MANY,
        is_repeated=any(block.kind == "begin_repeat" for block in blocks),
        formula=as_text(row.get("calculation")) or None,
    )
