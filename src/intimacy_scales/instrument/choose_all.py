"""Questions of which people choose all that apply, whose empty boxes mean "not chosen"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from intimacy_scales.instrument.base import Id, Part

if TYPE_CHECKING:
    from intimacy_scales.instrument.item import Item


class ChooseAll(Part):
    """One question of which people choose all that apply: a blank of its items counts as 0.

    It does so for persons who are known to have seen the question, and for nobody else.

    Attributes
    ----------
    items
        Its boxes: items answered 0 (not chosen) or 1 (chosen).
    answered
        Further items an answer to one of which shows that a person saw the question, as a box of its own
        that was chosen does. Without them, who chose nothing at all is not told from who never saw it, and
        stays without answers.
    shown
        Instead of it: an item whose highest answer says that the question was shown.

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
            raise ValueError(f"shown: {self.shown!r} is one of its boxes, which are blank where not chosen")
        return self

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Items that show whether a person saw the question."""
        return (self.shown,) if self.shown is not None else (*self.items, *self.answered)


def check_questions(questions: Iterable[ChooseAll], items: Mapping[str, Item]) -> None:
    """Raise a ValueError where a question names what is no item, or no box that may be left blank."""
    seen: set[str] = set()
    for position, question in enumerate(questions):
        field = f"choose_all[{position}]"
        for name in (*question.items, *question.witnesses):
            if name not in items:
                raise ValueError(f"{field}: {name!r} is no item")
        if question.shown is not None and items[question.shown].response_scale.scores:
            raise ValueError(
                f"{field}.shown: answers to {question.shown!r} have scores, and its highest answer is looked "
                "at as it is stored: take the scores out of its response scale"
            )
        for name in question.items:
            scale = items[name].response_scale
            if scale.range != (0, 1, 1) or scale.scores:
                raise ValueError(
                    f"{field}.items: answers to {name!r} are {scale.describe()}; a box that may be left "
                    "blank has minimum = 0 and maximum = 1"
                )
            if scale.not_applicable:
                raise ValueError(
                    f"{field}.items: {name!r} has not_applicable: a box that does not apply is left blank, "
                    "and counts as not chosen; take not_applicable out of its response scale"
                )
            if name in seen:
                raise ValueError(f"{field}.items: {name!r} is a box of this question, or another, already")
            seen.add(name)


def without_boxes(questions: Iterable[ChooseAll], gone: Iterable[str]) -> list[ChooseAll]:
    """Return questions without some items; one that lost its boxes, or what shows that it was seen, is gone.

    Where all that was answered after a question left, its blanks are no longer told from skipped answers.
    """
    left, out = [], set(gone)
    for question in questions:
        items = tuple(name for name in question.items if name not in out)
        answered = tuple(name for name in question.answered if name not in out)
        if items and question.shown not in out and bool(answered) == bool(question.answered):
            left.append(question.model_copy(update={"items": items, "answered": answered}))
    return left
