"""Questions of columns, as they are compared with the texts of items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from intimacy_scales.files.facts import NOTHING, ColumnFacts
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.item_groups import Place

_NUMBERED = re.compile(r"^\s*\(?(?:item\s*)?\d{1,3}\s*[.):]\s*", re.IGNORECASE)
_REVERSED = re.compile(
    r"\s*[(\[]\s*(?:[-\u2212\u2013]|r|rev|reversed?|reverse[- ]scored|invertiert)\s*[)\]]\s*$", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]\s*$")  # Google Forms, LimeSurvey
_DASH = re.compile(r"\s[-\u2013\u2014]\s")  # Qualtrics
_MOST = 5000  # characters of a question that is compared


def question_text(text: str) -> str:
    """Return a question as it is compared: without number, case, mark of reversal, and final punctuation."""
    return as_compared(_REVERSED.sub("", _NUMBERED.sub("", text))).rstrip(" .:?!")


def is_marked_reversed(question: str) -> bool:
    """Tell whether a question ends in a mark of reverse-keyed items, such as (R).

    Examples
    --------
    >>> is_marked_reversed("I feel alone. (R)"), is_marked_reversed("I feel alone.")
    (True, False)
    """
    return _REVERSED.search(question) is not None


class Question(NamedTuple):
    """The only column whose question is a text, or ends with it.

    Attributes
    ----------
    column
        The column.
    stem
        What is before the text; None if the text is the whole question.
    group
        The question above it, if the text is the whole question; None if there is none.
    """

    column: str
    stem: str | None
    group: str | None = None

    @property
    def place(self) -> Place:
        """The group or grid that the question is part of."""
        return Place(self.column, question_text(self.stem or self.group or "").rstrip(" [-\u2013\u2014"))


def questions_of(names: Sequence[str], columns: Mapping[str, ColumnFacts]) -> dict[str, Question]:
    """Return text → the only column whose question it is, or that ends with it as a row of a grid does.

    Parameters
    ----------
    names
        The columns of a file. Names that are several words are questions.
    columns
        What the file says of its columns.

    Examples
    --------
    >>> questions = questions_of(["id", "How often? [I feel alone.]", "How often? [We talk.]"], {})
    >>> questions["i feel alone"]
    Question(column='How often? [I feel alone.]', stem='How often? [', group=None)
    """
    whole: dict[str, set[Question]] = {}
    ends: dict[str, set[Question]] = {}
    for name in names:
        facts = columns.get(name, NOTHING)
        texts = {facts.question, name if " " in name.strip() else None} - {None}
        if facts.role not in ("answer", "unknown"):
            continue
        for text in sorted(str(text) for text in texts if len(str(text)) <= _MOST):
            group = facts.group if text == facts.question else None
            whole.setdefault(question_text(text), set()).add(Question(name, None, group))
            for end in _ends(text):
                ends.setdefault(question_text(end), set()).add(Question(name, text[: text.rindex(end)]))
    return {
        text: next(iter(having))
        for texts_of in (ends, whole)
        for text, having in texts_of.items()
        if text and len(having) == 1 and (texts_of is whole or text not in whole)
    }


def matching_questions(texts: Mapping[str, str], questions: Mapping[str, Question]) -> dict[str, Question]:
    """Return item → the question that is its text, or ends with it.

    Examples
    --------
    >>> matching_questions({"a": "We talk."}, questions_of(["My partner [We talk.]", "x"], {}))
    {'a': Question(column='My partner [We talk.]', stem='My partner [', group=None)}
    """
    return {
        item: questions[compared]
        for item, text in texts.items()
        if (compared := question_text(text)) in questions
    }


def columns_by_text(
    texts: Mapping[str, str], questions: Mapping[str, Question]
) -> dict[str, tuple[str, str]]:
    """Return item → its column, and why, by the texts of items.

    Questions of a group, and rows of a grid, count if all items are in one, since another may ask the same
    about somebody else.

    Examples
    --------
    >>> questions = questions_of(["I sing.", "I dance.", "My partner [We talk.]"], {})
    >>> list(columns_by_text({"a": "I sing.", "b": "I dance.", "c": "We talk."}, questions))
    ['a', 'b']
    """
    matched = matching_questions(texts, questions)
    if len({question.place.group for question in matched.values()}) > 1:
        matched = {item: question for item, question in matched.items() if not question.place.group}
    whole, end = "its question is the text of the item", "its question ends with the text of the item"
    return {
        item: (question.column, whole if question.stem is None else end) for item, question in matched.items()
    }


def _ends(question: str) -> Iterator[str]:
    """Yield what may be the row of a grid, or a question in a group, at the end of a question."""
    if in_brackets := _IN_BRACKETS.search(question):
        yield in_brackets[1]
    for dash in _DASH.finditer(question):
        yield question[dash.end() :]
    if "/" in question:
        yield question.rpartition("/")[2]
