"""Choose-all-that-apply questions, whose blank boxes mean "not chosen"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from intimacy_scales.instrument.base import Id, Part

if TYPE_CHECKING:
    from intimacy_scales.instrument.item import Item


class ChooseAll(Part):
    """One choose-all-that-apply question: a blank of its items counts as 0.

    Blanks count as 0 only for respondents who are known to have seen the question.

    Attributes
    ----------
    items
        Its boxes: items answered 0 (not chosen) or 1 (chosen).
    answered
        Further items: an answer to any of them, like a chosen box, shows that the respondent saw the
        question. Without them, a respondent who chose nothing cannot be told from one who never saw the
        question, and has missing answers.
    shown
        Instead of ``answered``: an item whose highest answer means that the question was shown.

    Examples
    --------
    >>> ChooseAll(items=("walk", "talk")).witnesses
    ('walk', 'talk')
    """

    items: tuple[Id, ...] = Field(min_length=1)
    answered: tuple[Id, ...] = ()
    shown: Id | None = None

    @model_validator(mode="after")
    def _one_sign(self) -> ChooseAll:
        if self.answered and self.shown is not None:
            raise ValueError("give either answered (items that were answered after it) or shown (an item)")
        if self.shown in self.items:
            raise ValueError(
                f"shown: {self.shown!r} is a box of the question itself, which is blank where not chosen; "
                "name another item"
            )
        return self

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Items that show whether a respondent saw the question."""
        return (self.shown,) if self.shown is not None else (*self.items, *self.answered)


def check_questions(questions: Iterable[ChooseAll], items: Mapping[str, Item]) -> None:
    """Raise a ValueError if a question names an unknown item, or an item that cannot be a box."""
    seen: set[str] = set()
    for position, question in enumerate(questions):
        field = f"choose_all[{position}]"
        for name in (*question.items, *question.witnesses):
            if name not in items:
                raise ValueError(f"{field}: {name!r} is not an item")
        if question.shown is not None and items[question.shown].response_scale.scores:
            raise ValueError(
                f"{field}.shown: answers to {question.shown!r} have scores, but its highest answer is read "
                "as it is stored: remove the scores from its response scale"
            )
        for name in question.items:
            scale = items[name].response_scale
            if scale.range != (0, 1, 1) or scale.scores:
                raise ValueError(
                    f"{field}.items: answers to {name!r} are {scale.describe()}; a box needs minimum = 0 "
                    "and maximum = 1"
                )
            if scale.not_applicable:
                raise ValueError(
                    f"{field}.items: {name!r} has not_applicable, but a box that does not apply is left "
                    "blank and counts as not chosen; remove not_applicable from its response scale"
                )
            if name in seen:
                raise ValueError(f"{field}.items: {name!r} is already a box of this or another question")
            seen.add(name)


def without_boxes(questions: Iterable[ChooseAll], removed: Iterable[str]) -> list[ChooseAll]:
    """Return questions without some items; a question without boxes or without `answered` items is dropped.

    Without the items that were answered after a question, its blanks cannot be told from skipped items.
    """
    remaining, gone = [], set(removed)
    for question in questions:
        items = tuple(name for name in question.items if name not in gone)
        answered = tuple(name for name in question.answered if name not in gone)
        if items and question.shown not in gone and bool(answered) == bool(question.answered):
            remaining.append(question.model_copy(update={"items": items, "answered": answered}))
    return remaining
