"""Questions of columns, as they are compared with the texts of items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from intimacy_scales.files.facts import NOTHING, ColumnFacts
from intimacy_scales.instrument.numerals import as_compared

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


def questions_of(names: Sequence[str], columns: Mapping[str, ColumnFacts]) -> dict[str, tuple[str, str]]:
    """Return question → the only column that has it, and why; rows of a grid also without its question.

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
    ('How often? [I feel alone.]', 'its question ends with the text of the item')
    """
    whole: dict[str, set[str]] = {}
    ends: dict[str, set[str]] = {}
    for name in names:
        facts = columns.get(name, NOTHING)
        texts = {facts.question, name if " " in name.strip() else None} - {None}
        if facts.role not in ("answer", "unknown"):
            continue
        for text in sorted(str(text) for text in texts if len(str(text)) <= _MOST):
            whole.setdefault(question_text(text), set()).add(name)
            for end in _ends(text):
                ends.setdefault(question_text(end), set()).add(name)
    listed = (
        (ends, "its question ends with the text of the item"),
        (whole, "its question is the text of the item"),
    )
    return {
        text: (next(iter(having)), why)
        for texts, why in listed
        for text, having in texts.items()
        if text and len(having) == 1 and (texts is whole or text not in whole)
    }


def _ends(question: str) -> Iterator[str]:
    """Yield what may be the row of a grid, or a question in a group, at the end of a question."""
    if in_brackets := _IN_BRACKETS.search(question):
        yield in_brackets[1]
    for dash in _DASH.finditer(question):
        yield question[dash.end() :]
    if "/" in question:
        yield question.rpartition("/")[2]
