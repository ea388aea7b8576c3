"""Survey definitions of SurveyJS (JSON): questions, options and formulas, by the names of answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.instrument.numerals import spelled
from intimacy_scales.interop.answers.declared_options import codes_of
from intimacy_scales.interop.answers.json_answers import JOINT
from intimacy_scales.interop.answers.json_source import DEEPEST, objects_of, read_json
from intimacy_scales.interop.answers.markup import without_markup

Labels = tuple[tuple[Code, str], ...]
Element = Mapping[str, Any]
_MOST_STEPS = 1000  # of a rating
_MOST_OPTIONS = 300_000  # of all questions together
_LONGEST_CHAIN = 3  # of questions whose options are those of another one
_SPECIAL = {  # option → its value, the properties that add it, that of its text, and its usual text
    "other": (("showOtherItem", "hasOther"), "otherText", "Other (describe)"),
    "none": (("showNoneItem", "hasNone"), "noneText", "None"),
}
_NO_ANSWER = {
    "refused": ("showRefuseItem", "refuseText", "Refuse to answer"),
    "dontknow": ("showDontKnowItem", "dontKnowText", "Don't know"),
}
_CHOOSE_MANY = ("checkbox", "tagbox", "ranking")
_CHOOSE_ONE = ("radiogroup", "dropdown", "imagepicker", "buttongroup")
_ROLES: dict[str, Role] = {
    "comment": "text", "signaturepad": "text", "file": "text", "multipletext": "text",
    "matrixdynamic": "text", "paneldynamic": "text", "expression": "calculated",
}  # fmt: skip
_SHOWN_ONLY = ("html", "image", "panel", "page", "flowpanel")


class Column(NamedTuple):
    """A column that answers make.

    Attributes
    ----------
    name
        Its name in the answers.
    titles
        What a table may have in its header instead, in each language.
    facts
        What is known of it; numbers that stand for themselves are not labels.
    codes
        The codes of all its options, if one of them is chosen.
    """

    name: str
    titles: tuple[str, ...]
    facts: ColumnFacts
    codes: tuple[Code, ...] = ()


class Choices:
    """The options that questions list themselves, for questions that refer to those of another one.

    Parameters
    ----------
    elements
        Name of a question → the question.
    """

    def __init__(self, elements: Mapping[str, Element]) -> None:
        self._elements = elements
        self._known: dict[str, Labels] = {}

    def of(self, element: Element) -> Labels:
        """Return the options of a question, and those of the question that it refers to."""
        options = dict.fromkeys(_options(element.get("choices")))
        name = str(element.get("choicesFromQuestion"))
        for _ in range(_LONGEST_CHAIN):  # questions may refer to each other in a circle
            source = self._elements.get(name)
            if source is None:
                break
            if name not in self._known:
                self._known[name] = _options(source.get("choices"))
            options |= dict.fromkeys(self._known[name])
            name = str(source.get("choicesFromQuestion"))
        return tuple(options)


def is_survey(document: Any) -> bool:
    """Tell whether a JSON document defines a survey of SurveyJS."""
    if not isinstance(document, dict):
        return False
    pages = [page for page in objects_of(document.get("pages")) if "elements" in page or "questions" in page]
    elements = [*objects_of(document.get("elements")), *objects_of(document.get("questions"))]
    return bool(pages) or any("type" in element and "name" in element for element in elements)


def survey_columns(path: Path) -> list[Column]:
    """Return the columns that the answers to a survey make.

    Raises
    ------
    ResponseError
        It does not define a survey, or is damaged.
    """
    called = f"structure={str(path)!r}"
    document = read_json(path, called)
    if not is_survey(document):
        raise ResponseError(
            f"{called}: does not define a survey of SurveyJS; allowed: its JSON, with pages and elements"
        )
    elements = list(_elements(document, called, 0))
    choices = Choices({str(element.get("name")): element for element in elements})
    columns: list[Column] = []
    n_options = 0
    for element in elements:
        for column in _columns(element, choices):
            n_options += len(column.facts.labels)
            if n_options > _MOST_OPTIONS:
                raise ResponseError(
                    f"{called}: its questions have more than {_MOST_OPTIONS:,} options in all"
                )
            columns.append(_with_codes(column))
    for value in objects_of(document.get("calculatedValues")):
        formula = str(value.get("expression") or "")
        facts = ColumnFacts(role="calculated", formula=formula or None)
        columns.append(Column(str(value.get("name")), (), facts))
    return columns


def _with_codes(column: Column) -> Column:
    """Return a column with its codes, whose labels are texts and not the codes themselves."""
    labels = tuple(
        pair for pair in column.facts.labels if spelled(pair[1]) is None or str(pair[0]) != pair[1]
    )
    numbers = [as_number(str(code)) for code, _ in column.facts.labels]
    known = [number for number in numbers if number is not None]
    allowed = (min(known), max(known)) if known and len(known) == len(numbers) else None
    facts = replace(column.facts, labels=labels, allowed=allowed)
    return column._replace(facts=facts, codes=codes_of(column.facts))


def _elements(around: Element, called: str, depth: int) -> Iterator[Element]:
    """Yield the questions of a survey, page or panel, in its order."""
    if depth > DEEPEST:
        raise ResponseError(f"{called}: panels are nested too deeply; allowed: at most {DEEPEST} levels")
    for key in ("pages", "elements", "questions"):
        for element in objects_of(around.get(key)):
            if element.get("type") not in (None, *_SHOWN_ONLY):
                yield element
            yield from _elements(element, called, depth + 1)


def _columns(element: Element, choices: Choices) -> Iterator[Column]:
    """Yield the columns of one question, and the comment that belongs to it."""
    name = str(element.get("valueName") or element.get("name"))
    titles = _texts(element.get("title")) or (str(element.get("name")),)
    kind = element.get("type")
    comment = ColumnFacts(question=f"{titles[0]} (comment)", role="text")
    if kind == "matrix":
        labels = _options(element.get("columns"))
        role: Role = "choice" if element.get("cellType") == "checkbox" else "answer"
        for row, texts in _rows(element.get("rows")):
            facts = ColumnFacts(question=texts[0], group=titles[0], role=role, labels=labels)
            yield Column(f"{name}{JOINT}{row}", _joined(titles, texts), facts)
    elif kind == "matrixdropdown":
        yield from _dropdowns(element, name, titles, choices)
    elif kind == "multipletext":
        for item in objects_of(element.get("items")):
            texts = _texts(item.get("title")) or (str(item.get("name")),)
            facts = ColumnFacts(question=texts[0], group=titles[0], role="text")
            yield Column(f"{name}{JOINT}{item.get('name')}", _joined(titles, texts), facts)
    else:
        yield Column(name, titles, _question(element, titles[0], choices))
    yield Column(f"{name}-Comment", (), comment)


def _dropdowns(element: Element, name: str, titles: tuple[str, ...], choices: Choices) -> Iterator[Column]:
    """Yield the columns of a matrix whose cells are questions of their own."""
    for row, row_texts in _rows(element.get("rows")):
        for cell in objects_of(element.get("columns")):
            kind = str(cell.get("cellType") or element.get("cellType") or "dropdown")
            like = {"choices": element.get("choices"), **cell, "type": kind}
            texts = _texts(cell.get("title")) or (str(cell.get("name")),)
            facts = _question(like, texts[0], choices, group=f"{titles[0]} {row_texts[0]}")
            yield Column(f"{name}{JOINT}{row}{JOINT}{cell.get('name')}", (), facts)


def _question(element: Element, title: str, choices: Choices, group: str | None = None) -> ColumnFacts:
    """Return what is known of the column of a question."""
    kind = str(element.get("type"))
    if kind in _CHOOSE_ONE or kind in _CHOOSE_MANY:
        is_many = kind in _CHOOSE_MANY or element.get("multiSelect") is True
        labels, missing = _options_of(element, choices)
        return ColumnFacts(
            question=title,
            group=group,
            role="choice" if is_many else "answer",
            labels=labels,
            missing=missing,
        )
    if kind == "rating":
        return ColumnFacts(question=title, group=group, role="answer", labels=_rates(element))
    if kind == "boolean":
        return ColumnFacts(question=title, group=group, role="answer", labels=_truths(element))
    if kind == "expression":
        formula = str(element.get("expression") or "") or None
        return ColumnFacts(question=title, group=group, role="calculated", formula=formula)
    is_number = element.get("inputType") in ("number", "range") or kind == "slider"
    role = _ROLES.get(kind, "answer" if is_number or kind != "text" else "text")
    return ColumnFacts(question=title, group=group, role=role)


def _options_of(element: Element, choices: Choices) -> tuple[Labels, Labels]:
    """Return the options of a question, with those it refers to; and the options that mean no answer."""
    options = list(choices.of(element))
    for value, (properties, text, usual) in _SPECIAL.items():
        if any(element.get(name) for name in properties):
            options.append((value, (_texts(element.get(text)) or (usual,))[0]))
    missing: Labels = tuple(
        (value, (_texts(element.get(text)) or (usual,))[0])
        for value, (shown, text, usual) in _NO_ANSWER.items()
        if element.get(shown)
    )
    return tuple(options), missing


def _options(choices: Any) -> Labels:
    """Return value and text of each option, once for each language; a value stands for its own text."""
    options: list[tuple[Code, str]] = []
    for choice in choices if isinstance(choices, list) else ():
        value = choice.get("value") if isinstance(choice, dict) else choice
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        texts = _texts(choice.get("text")) if isinstance(choice, dict) else ()
        options += [(value, text) for text in texts or (str(value),)]
    return tuple(options)


def _rates(element: Element) -> Labels:
    """Return the values of a rating; their texts are those of its ends, or the values themselves."""
    if element.get("rateValues"):
        return _options(element["rateValues"])
    low, high, step = (
        value if isinstance(value := element.get(name, usual), int) else usual
        for name, usual in (("rateMin", 1), ("rateMax", element.get("rateCount", 5)), ("rateStep", 1))
    )
    if not isinstance(high, int) or step < 1 or (high - low) // step > _MOST_STEPS:
        return ()
    texts = {low: element.get("minRateDescription"), high: element.get("maxRateDescription")}
    return tuple(
        (value, text)
        for value in range(low, high + 1, step)
        for text in _texts(texts.get(value)) or (str(value),)
    )


def _truths(element: Element) -> Labels:
    """Return the values of yes and no, which are true and false unless the survey gives others."""
    options: list[tuple[Code, str]] = []
    for value, label, stored, usual in (
        ("valueTrue", "labelTrue", "true", "Yes"),
        ("valueFalse", "labelFalse", "false", "No"),
    ):
        code = element.get(value, stored)
        texts = _texts(element.get(label)) or (usual,)
        options += [(str(code).lower() if isinstance(code, bool) else str(code), text) for text in texts]
    return tuple(options)


def _rows(rows: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield value and texts of each row of a matrix."""
    for row in rows if isinstance(rows, list) else ():
        value = row.get("value") if isinstance(row, dict) else row
        texts = _texts(row.get("text")) if isinstance(row, dict) else ()
        yield str(value), texts or (str(value),)


def _texts(text: Any) -> tuple[str, ...]:
    """Return a text in each of its languages, that of the survey first."""
    values: Iterable[Any] = text.values() if isinstance(text, dict) else (text,)
    plain = (without_markup(value) for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(value for value in plain if value))


def _joined(titles: tuple[str, ...], texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the headers that tables use for one row of a matrix."""
    return tuple(f"{title}{between}{text}" for title in titles for text in texts for between in (" - ", "."))
