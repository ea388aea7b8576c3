"""LimeSurvey's types of questions: the columns that each makes in exports, and their options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.interop.answers.markup import without_markup

Texts = Mapping[str, str]  # language → text
Labels = tuple[tuple[Code, str], ...]

NOT_DISPLAYED: tuple[Code, str] = ("N/A", "not displayed")
HIDDEN: tuple[Code, str] = ("{question_not_shown}", "not displayed")
_YES: Labels = (("Y", "Yes"), ("N", "No"))
_FIXED: dict[
    str, Labels
] = {  # options of types of questions that have their own, and as exported for SPSS and R
    "Y": (*_YES, (1, "Yes"), (2, "No")),
    "G": (("F", "Female"), ("M", "Male"), (1, "Female"), (2, "Male")),
    "C": (("Y", "Yes"), ("U", "Uncertain"), ("N", "No")),
    "E": (("I", "Increase"), ("S", "Same"), ("D", "Decrease")),
}
_TICKED: Labels = (*_YES, (1, "Yes"), (0, "Not selected"))
_OTHER: tuple[Code, str] = ("-oth-", "Other")
_LISTS, _ARRAYS, _MULTIPLE = "L!O", "FHABCE", "MP"
_LINES, _TEXTS = "KQ", "STUD|"
NO_COLUMN = "X"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer option, or a subquestion.

    Attributes
    ----------
    code, texts
        Its code, and its text in each language.
    scale
        Which of two sets of options or subquestions it belongs to, from 0.
    """

    code: str
    texts: Texts
    scale: int = 0


@dataclass(slots=True)
class Question:
    """A question of a survey.

    Attributes
    ----------
    code, kind, texts
        Its code, the letter of its type, and its text in each language.
    has_other
        Whether persons could write an option of their own.
    is_random
        Whether its parts were shown to each person in another order.
    parts, options
        Its subquestions and answer options.
    """

    code: str
    kind: str
    texts: dict[str, str]
    has_other: bool = False
    is_random: bool = False
    parts: list[Option] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)


class SurveyColumn(NamedTuple):
    """A column of exports.

    Attributes
    ----------
    name
        Its name in exports with question codes.
    facts
        What is known of it.
    headers
        What exports with question texts write instead, one for each language.
    is_random
        Whether it was shown to each person in another order.
    """

    name: str
    facts: ColumnFacts
    headers: tuple[str, ...]
    is_random: bool = False


def columns_of(question: Question) -> Iterator[SurveyColumn]:
    """Yield the columns that a question makes, in the order of exports."""
    kind = question.kind
    if kind == NO_COLUMN:
        return
    if kind in _MULTIPLE:
        yield from _multiple(question)
    elif kind in ":;":
        yield from _two_ways(question)
    elif kind == "1":
        yield from _two_scales(question)
    elif kind == "R":
        for rank, _ in enumerate(question.options or question.parts, start=1):
            yield _column(question, f"[{rank}]", "answer", _labels_of(question.options), f"Rank {rank}")
    elif kind in _ARRAYS or kind in _LINES:
        for part in _of_scale(question.parts, 0):
            yield _column(
                question, f"[{part.code}]", "text" if kind == "Q" else "answer", _labels(question), part
            )
    else:
        yield from _single(question)


def _two_scales(question: Question) -> Iterator[SurveyColumn]:
    """Yield the columns of an array whose rows are answered on two scales."""
    for part in _of_scale(question.parts, 0):
        for scale in (0, 1):
            labels = _labels_of(_of_scale(question.options, scale))
            yield _column(
                question, f"[{part.code}][{scale + 1}]", "answer", labels, part, f"Scale {scale + 1}"
            )


def _two_ways(question: Question) -> Iterator[SurveyColumn]:
    """Yield the columns of an array whose cells are numbers or texts."""
    role: Role = "answer" if question.kind == ":" else "text"
    for part in _of_scale(question.parts, 0):
        for across in _of_scale(question.parts, 1):
            yield _column(question, f"[{part.code}_{across.code}]", role, (), part, across)


def _single(question: Question) -> Iterator[SurveyColumn]:
    """Yield the columns of a question with one answer, and those of its own option and comment."""
    kind = question.kind
    role: Role = "text" if kind in _TEXTS else "layout" if kind == "I" else "answer"
    if kind == "*":
        text = without_markup(next(iter(question.texts.values()), ""))
        facts = ColumnFacts(question=text or None, role="calculated", formula=text or None)
        yield SurveyColumn(question.code, facts, _headers(question, ()))
        return
    yield _column(question, "", role, _labels(question))
    if kind in _LISTS and question.has_other:
        yield _column(question, "[other]", "text", (), "Other")
    if kind == "O":
        yield _column(question, "[comment]", "text", (), "Comment")


def _multiple(question: Question) -> Iterator[SurveyColumn]:
    """Yield a column for each box, and those of comments."""
    for part in question.parts:
        yield _column(question, f"[{part.code}]", "choice", _TICKED, part)
        if question.kind == "P":
            yield _column(question, f"[{part.code}comment]", "text", (), part, "Comment")
    if question.has_other:
        yield _column(question, "[other]", "text", (), "Other")
        if question.kind == "P":
            yield _column(question, "[othercomment]", "text", (), "Other", "Comment")


def _column(
    question: Question, ending: str, role: Role, labels: Labels, *parts: Option | str
) -> SurveyColumn:
    group = without_markup(next(iter(question.texts.values()), ""))
    first = parts[0] if parts else None
    shown = next(iter(first.texts.values()), "") if isinstance(first, Option) else first
    facts = ColumnFacts(
        question=(without_markup(shown) if shown is not None else group) or None,
        group=group or None if shown is not None else None,
        role=role,
        labels=labels,
        missing=(NOT_DISPLAYED, HIDDEN),
    )
    is_random = question.is_random and isinstance(first, Option)
    return SurveyColumn(f"{question.code}{ending}", facts, _headers(question, parts), is_random)


def _headers(question: Question, parts: tuple[Option | str, ...]) -> tuple[str, ...]:
    """Return the header of a column in each language: the question, and its parts in brackets."""
    headers = []
    for language, text in question.texts.items():
        texts = [part if isinstance(part, str) else part.texts.get(language, "") for part in parts]
        headers.append(f"{text} {''.join(f'[{shown}]' for shown in texts)}" if texts else text)
    return tuple(headers)


def _of_scale(options: list[Option], scale: int) -> list[Option]:
    return [option for option in options if option.scale == scale]


def _labels(question: Question) -> Labels:
    """Return the options of a question with one answer, or of the rows of an array."""
    if question.kind in _FIXED:
        return _FIXED[question.kind]
    labels = _labels_of(question.options)
    return (*labels, _OTHER) if question.has_other and question.kind in _LISTS else labels


def _labels_of(options: list[Option]) -> Labels:
    """Return code and text of each option, in the first language first."""
    languages = dict.fromkeys(language for option in options for language in option.texts)
    return tuple(
        (as_code(option.code), without_markup(option.texts[language]))
        for language in languages
        for option in options
        if language in option.texts
    )


def as_code(text: str) -> Code:
    """Return a code as a number if it is written as one: ``01`` stays a text."""
    number = as_number(text)
    return text if number is None or str(number) != text else number
