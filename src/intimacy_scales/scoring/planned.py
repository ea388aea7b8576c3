"""The plan of an instrument: frozen tables of indices and whole numbers, which `plan` computes.

Within a scale every keyed answer is a whole number of units above its item's minimum. With ``q`` the
common denominator of all minima and steps, times weights, that number is

    ``d = q * weight * (value - minimum)``, or ``q * weight * (maximum - value)`` if reverse-keyed.

Sums of ``d`` are whole numbers, hence exact. With ``T`` the sum of the keyed answers in units and ``W`` the
sum of their weights, the score is

    ``(times * T + plus * W) / (divisor * W)``,

one division of two whole numbers, hence the float nearest to the exact value. A composite is computed from
these fractions, not from their floats, so that it is the nearest float as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

MAX_EXACT = 2**53  # every whole number below this is exact as a float

if TYPE_CHECKING:
    from fractions import Fraction

    Exact = int | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One item of a scale.

    Attributes
    ----------
    index
        Its position among the instrument's items, which is its column of codes.
    reverse
        Whether it is reverse-keyed.
    units
        Code → keyed units above the minimum; 0 for code 0 (no answer).
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
        Number of answers that a score needs.
    unit
        ``q``: number of units in a difference of 1 between values.
    base
        Sum of the items' minima, in units.
    span
        Sum of the items' spans, in units.
    weight
        Sum of the items' weights, as whole numbers without a common divisor: the number of items
        if all have the same weight.
    times, plus, divisor
        Coefficients of the score (see the module).
    step
        Units from one code to the next if all items share one response scale and weight, else None.
    minimum, width
        Minimum and span of an item of weight 1, in units, if all items share one range, else None: the mean
        of some answers then does not estimate the others.
    as_stored
        Whether the stored answers themselves are added up, neither recoded, weighted nor rescaled.
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
        """Number of items."""
        return len(self.items)

    @property
    def common(self) -> int:
        """A common multiple of the denominators of all scores; with weights, of those of complete answers."""
        counts = range(self.required, self.size + 1)
        return self.divisor * (math.lcm(*counts) if self.weight == self.size else self.weight)

    @property
    def n_possible(self) -> int:
        """Upper bound of the number of different scores that complete answers can give."""
        if self.as_stored:
            return self.span // (self.step or 1) + 1
        return self.span // math.gcd(*(units for item in self.items for units in item.units)) + 1

    def fraction(self, units: int, spans: int) -> tuple[int, int]:
        """Return numerator and denominator of a score with skipped items.

        ``units`` and ``spans`` are the sums of keyed units and of spans over the answered items.
        """
        assert self.minimum is not None and self.width is not None
        weight = spans // self.width
        return self.times * (units + weight * self.minimum) + self.plus * weight, self.divisor * weight

    def numerator(self, total: int) -> int:
        """Return the numerator of the score of complete answers whose sum, in units, is ``total``."""
        return self.times * total + self.plus * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedComposite:
    """A composite: a scale of scales.

    Its score is ``N / common`` with a whole number N, and so are the scores of its parts, with their own
    numerators N_p and denominators. If n parts have a score,

        ``N = multiples[n] * sum(factors[p] * N_p) + shift``.

    Attributes
    ----------
    id
        The scale's id.
    parts
        Positions of its scales among all.
    required
        Number of parts that must have a score.
    difference
        Whether it is the first part minus the second; otherwise it is a mean or a sum.
    common, factors, multiples, shift
        See above; ``multiples[n]`` is 0 if n parts are too few.
    leaves, weights, offset, denominator
        The same with smaller numbers if every item is answered: ``leaves`` are the positions of the scales
        of items below it, and with N_l the `PlannedScale.numerator` of leaf l, the score is
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
        """Number of parts."""
        return len(self.parts)

    def numerator(self, parts: Sequence[Exact | None], n: int) -> Exact:
        """Return the numerator N of its score from those of its parts, of which n have a score."""
        total: Exact
        if n == len(parts) == self.factors.count(1):
            total = sum(parts)  # type: ignore[arg-type]  # n == len(parts): no part is None
        else:
            pairs = zip(self.factors, parts, strict=True)
            total = sum(factor * part for factor, part in pairs if part is not None)
        return self.multiples[n] * total + self.shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All numbers of an instrument that scoring needs.

    Attributes
    ----------
    scales
        In the instrument's order.
    order
        Positions of the scales, every composite after its parts.
    """

    scales: tuple[PlannedScale | PlannedComposite, ...]
    order: tuple[int, ...]
