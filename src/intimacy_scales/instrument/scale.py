"""Scales: the items of a score, their keys, and the number of answers that it needs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
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
from intimacy_scales.instrument.numbers import exact, plain
from intimacy_scales.messages import times

_TOO_LONG = 10**15  # numerators and denominators; scores are exact below 2**53


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


def _exact(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise ValueError(f"{shown(value)} is not a number: write 1.25 or '5/4'")
    try:
        number = exact(value)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{shown(value)} is not a number: write 1.25 or '5/4'") from None
    if max(abs(number.numerator), number.denominator) >= _TOO_LONG:
        raise ValueError(f"{shown(value)} has too many digits for exact scores; at most 15 are supported")
    return number


def _written(value: Fraction) -> int | float | str:
    """Return a fraction as a decimal where that is exact, otherwise as a ratio."""
    number = plain(value)
    return number if exact(number) == value else str(value)


def _weight_pairs(weights: Any) -> Any:
    if isinstance(weights, Mapping):
        return tuple(weights.items())
    if isinstance(weights, list | tuple) and all(isinstance(pair, list | tuple) for pair in weights):
        return weights
    raise ValueError("weights must be a table of item = number; an item that is not in it has weight 1")


Exact = Annotated[
    Fraction,
    BeforeValidator(_exact),
    PlainSerializer(_written, return_type=int | float | str),
    WithJsonSchema({"type": ["number", "string"], "description": "a decimal (1.25) or a ratio ('5/4')"}),
]
"""A decimal or a ratio, kept as an exact fraction."""

Weights = Annotated[
    tuple[tuple[Id, Exact], ...],
    BeforeValidator(_weight_pairs),
    PlainSerializer(
        lambda weights: {item: _written(weight) for item, weight in weights},
        return_type=dict[str, int | float | str],
    ),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["number", "string"]}}),
]


Entry = Annotated[str, Field(min_length=1, max_length=101)]  # an id, with its sign


class MissingRule(Part):
    """The number of answers that a score needs, given as a count or as a proportion.

    Attributes
    ----------
    count
        Least number of answered items.
    proportion
        Least share of answered items: of ``k`` items, ``ceil(proportion * k)`` in exact arithmetic.
    prorated
        True: a sum with skipped items is the mean of the answered ones times the number of items.
        False: a sum needs every answer. None: true, but false for items answered 0 or 1, where a
        blank may be a box that was not ticked. Means ignore it.

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
            raise ValueError(f"proportion {self.proportion} is not valid; allowed: above 0, at most 1")
        return self

    def required(self, n_items: int) -> int:
        """Return the number of answers that a scale of ``n_items`` needs."""
        if self.count is not None:
            return self.count
        assert self.proportion is not None
        return math.ceil(self.proportion * n_items)

    def describe(self) -> str:
        """Return the rule in words."""
        share = self.proportion
        if share is None:
            return f"at least {self.count} answered"
        if share == 1:
            return "all answered"
        return "at least half answered" if share == Fraction(1, 2) else f"at least {share} answered"


HALF_ANSWERED = MissingRule(proportion=Fraction(1, 2))
ALL_ANSWERED = MissingRule(proportion=Fraction(1))


class ItemKey(NamedTuple):
    """One item of a scale and whether it is reverse-keyed.

    Examples
    --------
    >>> Scale(id="trust", items=("-tru03",)).keys[0].reverse
    True
    """

    item: str
    reverse: bool


class Scale(Part):
    """A score: the mean or sum of keyed items, or of other scales, or the difference of two scales.

    Attributes
    ----------
    id, title, description
        A name for programs, a name for people, and a description.
    items
        Item ids in order; ``"-id"`` is reverse-keyed.
    of
        Ids of the scales that a composite is composed of; a composite has no items.
    method
        ``mean`` or ``sum``; ``difference`` is the first of two scales minus the second.
    weights
        ``(item, weight)`` of items whose weight is not 1; the mean is then weighted. Weights are above 0, and
        an item that counts against the score is reverse-keyed.
    rescale
        Lowest and highest value of a common range, to which every item is stretched before it is counted,
        so that items of different ranges count alike.
    multiply, offset
        The score is ``multiply`` times the mean, sum or difference, plus ``offset``.
    high_means
        What a high score means, if it does not mean more closeness (``"more barrier"``); every report
        states it. Scores are never reversed because of it.
    against_closeness
        Whether high scores mean less closeness.
    missing
        The rule for skipped items. None: the library's default, which is at least half of the items
        answered, or, for a composite, scores of all its scales.

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
    method: Literal["mean", "sum", "difference"] = "mean"
    weights: Weights = ()
    rescale: tuple[Exact, Exact] | None = None
    multiply: Exact = Fraction(1)
    offset: Exact = Fraction(0)
    high_means: Text | None = None
    against_closeness: StrictBool = False
    missing: MissingRule | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Scale:
        if self.against_closeness and self.high_means is None:
            raise ValueError("against_closeness: needs high_means, which states what a high score means")
        if bool(self.items) == bool(self.of):
            raise ValueError("a scale has either items or, as a composite, 'of' other scales")
        counts = Counter(self.of or (key.item for key in self.keys))
        for name, count in counts.items():
            if count > 1:
                signs = " with opposite keys" if {name, f"-{name}"} <= set(self.items) else ""
                raise ValueError(f"{name!r} is listed {times(count)}{signs}")
        needed, parts = self.required, len(self.items or self.of)
        if needed > parts:
            kind = "items" if self.items else "scales"
            raise ValueError(f"missing.count {needed} is more than the {parts} {kind}")
        self._check_counting()
        return self

    def _check_counting(self) -> None:
        """Raise a ValueError if method, weights, common range, factor and offset do not fit together."""
        if self.method == "difference":
            if len(self.of) != 2:
                raise ValueError(
                    f"method: a difference is the first of two scales minus the second; 'of' names "
                    f"{len(self.of)}"
                )
            if self.missing is not None:
                raise ValueError("missing: a difference always needs both scores; leave the rule out")
        for field in ("weights", "rescale"):
            if self.of and getattr(self, field):
                raise ValueError(
                    f"{field}: applies to items only; a composite counts the scores of its scales unchanged"
                )
        names = {key.item for key in self.keys}
        for item, weight in self.weights:
            if item not in names:
                raise ValueError(f"weights: {item!r} is not an item of the scale")
            if weight <= 0:
                raise ValueError(
                    f"weights: {item} has {_written(weight)}, but weights must be above 0: an item that "
                    f'counts against the score is reverse-keyed, "-{item}" under items, and one that does '
                    "not count is left out"
                )
        for item, count in Counter(item for item, _ in self.weights).items():
            if count > 1:
                raise ValueError(f"weights: {item!r} has {count} weights")
        if self.rescale is not None and self.rescale[0] >= self.rescale[1]:
            low, high = map(_written, self.rescale)
            raise ValueError(f"rescale: {low} is not below {high}; write [lowest, highest]")
        if self.multiply <= 0:
            raise ValueError(
                f"multiply: {_written(self.multiply)} is not above 0; to reverse a score, reverse the keys "
                "of its items"
            )

    @kept
    def keys(self) -> tuple[ItemKey, ...]:
        """The items with their keys, in order; empty for a composite."""
        return tuple(ItemKey(entry.removeprefix("-"), entry.startswith("-")) for entry in self.items)

    @property
    def missing_rule(self) -> MissingRule:
        """The scale's own rule, or the library's default."""
        if self.missing is not None:
            return self.missing
        return ALL_ANSWERED if self.of else HALF_ANSWERED

    @property
    def required(self) -> int:
        """Number of items (for a composite: of scales) that the missing rule requires."""
        return self.missing_rule.required(len(self.items or self.of))

    @property
    def is_moved(self) -> bool:
        """Whether the mean, sum or difference has a factor or an offset."""
        return self.multiply != 1 or self.offset != 0

    def describe(self) -> str:
        """Return how the score is made, in words: ``mean``, or ``sum, weighted, times 1.25``."""
        steps: list[str] = [self.method]
        if self.rescale is not None:
            steps.append("of items on {} to {}".format(*map(_written, self.rescale)))
        steps += ["weighted"] if self.weights else []
        steps += [f"times {_written(self.multiply)}"] if self.multiply != 1 else []
        sign = "plus" if self.offset > 0 else "minus"
        steps += [f"{sign} {_written(abs(self.offset))}"] if self.offset else []
        return ", ".join(steps)

    def turned(self, items: Collection[str]) -> Scale:
        """Return the scale with the keys of some items reversed."""
        if not self.items:
            return self
        keys = tuple(("-" if key.reverse != (key.item in items) else "") + key.item for key in self.keys)
        return self.model_copy(update={"items": keys})
