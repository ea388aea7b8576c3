"""Scales: which items make a score, how they are keyed, and how many answers it needs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from intimacy_scales.instrument.base import Id, Part, Text, kept
from intimacy_scales.instrument.budgets import shown
from intimacy_scales.instrument.numbers import exact


def _proportion(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise ValueError(f"{shown(value)} is not a proportion: write 0.5 or '1/2'")
    try:
        return exact(value)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{shown(value)} is not a proportion: write 0.5 or '1/2'") from None


Proportion = Annotated[
    Fraction,
    BeforeValidator(_proportion),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "description": "a fraction ('2/3') or a decimal (0.75)"}),
]


Entry = Annotated[str, Field(min_length=1, max_length=101)]  # an id, with its sign


class MissingRule(Part):
    """How many answers a score needs.

    Attributes
    ----------
    count
        At least so many items answered; or
    proportion
        at least this share of them: the count is ``ceil(proportion * k)`` in exact arithmetic.
    prorated
        True: a sum with skipped items is the mean of the answered ones times the number of items.
        False: a sum needs every answer. None: true, but false for items answered 0 or 1, where a
        blank may be a box that was not ticked. Means have no use for it.

    Examples
    --------
    >>> MissingRule(proportion=0.75).required(3), MissingRule(proportion="1/2").required(5)
    (3, 3)
    """

    count: StrictInt | None = Field(default=None, ge=1)
    proportion: Proportion | None = None
    prorated: StrictBool | None = None

    @model_validator(mode="after")
    def _one_minimum(self) -> MissingRule:
        if (self.count is None) == (self.proportion is None):
            raise ValueError("give either count (a number of items) or proportion (a share of them)")
        if self.proportion is not None and not 0 < self.proportion <= 1:
            raise ValueError(f"proportion {self.proportion} is not above 0 and at most 1")
        return self

    def required(self, n_items: int) -> int:
        """Return the number of answers that a scale of ``n_items`` needs."""
        if self.count is not None:
            return self.count
        assert self.proportion is not None
        return math.ceil(self.proportion * n_items)

    def describe(self) -> str:
        """Say the rule in words."""
        share = self.proportion
        if share is None:
            return f"at least {self.count} answered"
        if share == 1:
            return "all answered"
        return "at least half answered" if share == Fraction(1, 2) else f"at least {share} answered"


HALF_ANSWERED = MissingRule(proportion=Fraction(1, 2))
ALL_ANSWERED = MissingRule(proportion=Fraction(1))


class ItemKey(NamedTuple):
    """One item of a scale and whether it is reverse-keyed."""

    item: str
    reverse: bool


class Scale(Part):
    """A score: the mean or sum of keyed items, or of other scales.

    Attributes
    ----------
    id, title, description
        Names for programs and for people.
    items
        Item ids in order; ``"-id"`` is reverse-keyed.
    of
        Instead of items: ids of the scales that this score is composed of.
    method
        ``mean`` or ``sum``.
    high_means
        What a high score means, where that is not more closeness (``"more barrier"``); every report
        says it. Scores are never flipped for it.
    against_closeness
        Whether high scores run against closeness.
    missing
        The rule for skipped answers. None: the library's own default, which is at least half of
        the items answered, or, for a composite, every one of its scales.

    Examples
    --------
    >>> Scale(id="trust", items=("tru01", "-tru03")).keys
    (ItemKey(item='tru01', reverse=False), ItemKey(item='tru03', reverse=True))
    """

    id: Id
    title: Text | None = None
    description: Text | None = None
    items: tuple[Entry, ...] = ()
    of: tuple[Id, ...] = ()
    method: Literal["mean", "sum"] = "mean"
    high_means: Text | None = None
    against_closeness: StrictBool = False
    missing: MissingRule | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Scale:
        if self.against_closeness and self.high_means is None:
            raise ValueError("against_closeness: say under high_means what a high score means")
        if bool(self.items) == bool(self.of):
            raise ValueError("a scale has either items or, as a composite, 'of' other scales")
        counts = Counter(self.of or (key.item for key in self.keys))
        for name, times in counts.items():
            if times > 1:
                signs = " with opposite keys" if {name, f"-{name}"} <= set(self.items) else ""
                raise ValueError(f"{name!r} is listed {times} times{signs}")
        needed, parts = self.required, len(self.items or self.of)
        if needed > parts:
            raise ValueError(f"missing.count {needed} is more than the {parts} there are")
        return self

    @kept
    def keys(self) -> tuple[ItemKey, ...]:
        """The items with their keys, in order; empty for a composite."""
        return tuple(ItemKey(entry.removeprefix("-"), entry.startswith("-")) for entry in self.items)

    @property
    def missing_rule(self) -> MissingRule:
        """The rule that applies: the scale's own, or the library's default."""
        if self.missing is not None:
            return self.missing
        return ALL_ANSWERED if self.of else HALF_ANSWERED

    @property
    def required(self) -> int:
        """How many items (of a composite: scales) the missing rule asks for."""
        return self.missing_rule.required(len(self.items or self.of))

    def turned(self, items: Collection[str]) -> Scale:
        """Return the scale with the keys of some items turned round."""
        if not self.items:
            return self
        keys = tuple(("-" if key.reverse != (key.item in items) else "") + key.item for key in self.keys)
        return self.model_copy(update={"items": keys})
