"""What scoring needs of an instrument's scales: frozen index tables, which `plan` works out.

Within a scale every answer is a whole number of units above its item's minimum, keyed: with ``q``
the common denominator of what its codes count (minima and steps, times weights),
``d = q * weight * (value - minimum)``, or ``q * weight * (maximum - value)`` where reverse-keyed. Sums
of ``d`` are whole numbers, hence exact. So is what becomes of them: with ``T`` the sum of the keyed
answers in units and ``W`` that of their weights, a score is ``(times * T + plus * W) / (divisor * W)``,
one division of two whole numbers, hence the nearest float to the exact value. A composite is made of
these fractions, not of the floats that they become, so that it is the nearest float as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    Exact = int | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One item of a scale.

    Attributes
    ----------
    index
        Its position among the instrument's items, so its column of codes.
    reverse
        Whether it is reverse-keyed.
    units
        Code → keyed units above the minimum; code 0 (no answer) has none.
    span
        Units from minimum to maximum.
    """

    index: int
    reverse: bool
    units: tuple[int, ...]
    span: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedScale:
    """A scale of items.

    Attributes
    ----------
    id
        The scale's id.
    items
        Its items.
    required
        How many answers a score needs.
    unit
        ``q``: units in 1.
    base
        Sum of the items' minima, in units.
    span
        Sum of the items' spans, in units.
    weight
        Sum of the items' weights, as whole numbers without a common divisor: the number of items
        where all count alike.
    times, plus, divisor
        What makes a score of sums in units, and of weights.
    step
        Units from one code to the next where all items share one response scale and count alike, else
        None.
    minimum, width
        Minimum and span of one item in units, of weight 1, where all share one range, else None: skipped
        answers have nothing then that could stand for them.
    as_stored
        Whether keyed answers are added up as they are stored, weighted and stretched by nothing.
    low, high
        Lowest and highest score.
    """

    id: str
    items: tuple[PlannedItem, ...]
    required: int
    unit: int
    base: int
    span: int
    weight: int
    times: int
    plus: int
    divisor: int
    step: int | None
    minimum: int | None
    width: int | None
    as_stored: bool
    low: float
    high: float

    @property
    def size(self) -> int:
        """How many items it has."""
        return len(self.items)

    @property
    def common(self) -> int:
        """A multiple of all denominators that a score can have, or, with weights, of that of all answers."""
        counts = range(self.required, self.size + 1)
        return self.divisor * (math.lcm(*counts) if self.weight == self.size else self.weight)

    @property
    def n_possible(self) -> int:
        """How many different scores complete answers can give, at most."""
        if self.as_stored:
            return self.span // (self.step or 1) + 1
        return self.span // math.gcd(*(units for item in self.items for units in item.units)) + 1

    def fraction(self, units: int, spans: int) -> tuple[int, int]:
        """Return numerator and denominator of a score with skipped answers, from keyed units and spans."""
        assert self.minimum is not None and self.width is not None
        weight = spans // self.width
        return self.times * (units + weight * self.minimum) + self.plus * weight, self.divisor * weight

    def whole(self, total: int) -> int:
        """Return the numerator of the score of complete answers that add up to so many units."""
        return self.times * total + self.plus * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedComposite:
    """A scale of scales.

    Its score is a whole number over ``common``, and so are those of its parts over their own: with the
    numerators N_p of the n parts that have a score, that number is
    ``multiples[n] * sum(factors[p] * N_p) + shift``.

    Attributes
    ----------
    id
        The scale's id.
    parts
        Positions of its scales among all.
    required
        How many of them must have a score.
    difference
        Whether it is its first part minus its second; otherwise it is a mean or a sum.
    common, factors, multiples, shift
        See above; a multiple is 0 where so many parts are too few.
    leaves, weights, offset, denominator
        Positions of the scales of items that it rests on, and smaller whole numbers: where every item is
        answered, and `PlannedScale.whole` of leaf l is N_l, the score is
        ``(sum(weights[l] * N_l) + offset) / denominator``.
    low, high
        Lowest and highest score.
    """

    id: str
    parts: tuple[int, ...]
    required: int
    difference: bool
    common: int
    factors: tuple[int, ...]
    multiples: tuple[int, ...]
    shift: int
    leaves: tuple[int, ...]
    weights: tuple[int, ...]
    offset: int
    denominator: int
    low: float
    high: float

    @property
    def size(self) -> int:
        """How many scales it is composed of."""
        return len(self.parts)

    def numerator(self, parts: Sequence[Exact | None], n: int) -> Exact:
        """Return the numerator of its score, from those of its parts, of which n have a score."""
        total: Exact
        if n == len(parts) == self.factors.count(1):
            total = sum(parts)  # type: ignore[arg-type]  # as none is None
        else:
            pairs = zip(self.factors, parts, strict=True)
            total = sum(factor * part for factor, part in pairs if part is not None)
        return self.multiples[n] * total + self.shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that scoring needs of an instrument.

    Attributes
    ----------
    scales
        In the instrument's order.
    order
        Positions of the scales such that every composite comes after its parts.
    """

    scales: tuple[PlannedScale | PlannedComposite, ...]
    order: tuple[int, ...]
