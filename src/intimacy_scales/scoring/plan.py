"""An instrument's scales as frozen index tables, made once and used by both ways of scoring.

Within a scale every answer is a whole number of units above its item's minimum, keyed: with ``q``
the common denominator of what its codes count (minima and steps, times weights),
``d = q * weight * (value - minimum)``, or ``q * weight * (maximum - value)`` where reverse-keyed. Sums
of ``d`` are whole numbers, hence exact. So is what becomes of them: with ``T`` the sum of the keyed
answers in units and ``W`` that of their weights, a score is ``(times * T + plus * W) / (divisor * W)``,
one division of two whole numbers, hence the nearest float to the exact value.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.counting import CountedItem, counted_items
from intimacy_scales.instrument.numbers import common_divisor

if TYPE_CHECKING:
    from fractions import Fraction

    from intimacy_scales.instrument import Instrument, Scale

_EXACT = 2**53

Of = TypeVar("Of")
Made = TypeVar("Made")


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

    Attributes
    ----------
    id
        The scale's id.
    parts
        Positions of its scales among all.
    required
        How many of them must have a score.
    mean
        Whether it is a mean, otherwise a sum.
    low, high
        Lowest and highest score.
    difference
        Whether it is its first part minus its second.
    times, plus, divisor
        The score is ``(value * times + plus) / divisor`` of the mean, sum or difference: whole numbers, so
        that decimals of a file round once.
    ends
        Lowest and highest score of each part, where some parts may stand for all and the mean of
        equal ends may come out beside them: ``(0.1 + 0.1 + 0.1) / 3`` is not 0.1 in floating
        point. Persons at an end are then put there. Otherwise None.
    """

    id: str
    parts: tuple[int, ...]
    required: int
    mean: bool
    low: float
    high: float
    ends: tuple[float, float] | None = None
    difference: bool = False
    times: float = 1.0
    plus: float = 0.0
    divisor: float = 1.0

    @property
    def size(self) -> int:
        """How many scales it is composed of."""
        return len(self.parts)

    @property
    def is_moved(self) -> bool:
        """Whether the mean, sum or difference is not the score yet."""
        return (self.times, self.plus, self.divisor) != (1.0, 0.0, 1.0)

    def combine(self, total: float, n: int) -> float:
        """Return the score of ``n`` parts that add up to ``total``."""
        if self.mean:
            return self.moved(total / n)
        return self.moved(total if n == len(self.parts) else total / n * len(self.parts))

    def moved(self, value: float) -> float:
        """Return the score that a mean, sum or difference becomes."""
        return (value * self.times + self.plus) / self.divisor if self.is_moved else value


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


def _units(step: int, n: int, *, reverse: bool) -> tuple[int, ...]:
    return (0, *(step * (n - 1 - s if reverse else s) for s in range(n)))


def _planned_items(
    positions: Mapping[str, int], counted: Sequence[CountedItem], weights: Sequence[int], q: int
) -> tuple[PlannedItem, ...]:
    """Return the items of a scale in units, ``q`` of them in 1, each weighing so much."""
    units: dict[Any, tuple[int, ...]] = {}  # listed once for all items that share it
    items = []
    for item, weight in zip(counted, weights, strict=True):
        step = weight * int(item.step * q)
        grid = step, item.n, item.reverse
        if grid not in units:
            units[grid] = _units(step, item.n, reverse=item.reverse)
        span = weight * int((item.maximum - item.minimum) * q)
        items.append(
            PlannedItem(index=positions[item.item], reverse=item.reverse, units=units[grid], span=span)
        )
    return tuple(items)


def _plan_items(instrument: Instrument, scale: Scale) -> PlannedScale:
    positions = {item: index for index, item in enumerate(instrument.item_ids)}
    responses = [instrument.items[positions[key.item]].response_scale for key in scale.keys]
    counted = counted_items(scale, responses)
    grain = common_divisor(item.weight for item in counted)
    weights = [int(item.weight / grain) for item in counted]  # whole numbers, 1 where all count alike
    q = math.lcm(*(x.denominator for item in counted for x in (item.minimum, item.step)))
    items = _planned_items(positions, counted, weights, q)
    k, mean = len(items), scale.method == "mean"
    base = sum(weight * int(item.minimum * q) for item, weight in zip(counted, weights, strict=True))
    span, whole = sum(item.span for item in items), sum(weights)
    times, plus, divisor = _formula(scale, q, whole, grain)
    if _largest(base, span, max(times, k), plus * whole, divisor * whole) >= _EXACT:
        raise InstrumentError(
            f"scale {scale.id!r} has sums too large to be exact: use a coarser step"
            + ("" if _is_plain(scale) else ", and weights, a range or a factor with fewer digits")
        )
    one_range = len({item.ends for item in counted}) == 1
    one_grid = len({(item.minimum, item.step, item.n, item.weight) for item in counted}) == 1
    # skipped answers can stand for the answered ones only where all are on one range
    partial = one_range and (mean or instrument.prorates(scale))
    return PlannedScale(
        id=scale.id,
        items=items,
        required=scale.required if partial else k,
        unit=q,
        base=base,
        span=span,
        weight=whole,
        times=times,
        plus=plus,
        divisor=divisor,
        step=int(counted[0].step * q) if one_grid else None,
        minimum=base // whole if one_range else None,
        width=span // whole if one_range else None,
        as_stored=set(weights) == {1} and scale.rescale is None and not any(r.scores for r in responses),
        low=(times * base + plus * whole) / (divisor * whole),
        high=(times * (base + span) + plus * whole) / (divisor * whole),
    )


def _is_plain(scale: Scale) -> bool:
    """Tell whether a scale is a mean or a sum as it is, of items that count alike."""
    return not (scale.weights or scale.rescale or scale.is_moved)


def _formula(scale: Scale, q: int, whole: int, grain: Fraction) -> tuple[int, int, int]:
    """Return ``times``, ``plus`` and ``divisor``, whole numbers, of a scale of items.

    A mean is ``T / (q * W)``; a sum is that times all weights, which are ``whole * grain``. What follows is
    ``multiply`` times this, and ``offset``.
    """
    multiply = scale.multiply * (1 if scale.method == "mean" else whole * grain)
    if scale.offset == 0 and multiply.denominator == 1:
        return int(multiply), 0, q
    divisor = math.lcm((multiply / q).denominator, scale.offset.denominator)
    return int(multiply / q * divisor), int(scale.offset * divisor), divisor


def _largest(base: int, span: int, times: int, plus: int, divisor: int) -> int:
    """Return a bound of the whole numbers that a score is made of."""
    return max((abs(base) + span) * times + abs(plus), divisor)


def _plan_composite(
    instrument: Instrument,
    scale: Scale,
    parts: tuple[int, ...],
    planned: dict[int, PlannedScale | PlannedComposite],
) -> PlannedComposite:
    mean, difference = scale.method == "mean", scale.method == "difference"
    ranges = [(planned[p].low, planned[p].high) for p in parts]
    low, high = 0.0, 0.0
    if difference:
        low, high = ranges[0][0] - ranges[1][1], ranges[0][1] - ranges[1][0]
    else:
        for part_low, part_high in ranges:
            low, high = low + part_low, high + part_high
    partial = not difference and len(set(ranges)) == 1 and (mean or instrument.prorates(scale))
    k, whole = len(parts), math.lcm(scale.multiply.denominator, scale.offset.denominator)
    composite = PlannedComposite(
        id=scale.id,
        parts=parts,
        required=scale.required if partial else k,
        mean=mean,
        low=low / k if mean else low,
        high=high / k if mean else high,
        difference=difference,
        times=float(scale.multiply * whole),
        plus=float(scale.offset * whole),
        divisor=float(whole),
    )
    if composite.is_moved:
        composite = replace(
            composite, low=composite.moved(composite.low), high=composite.moved(composite.high)
        )
    if difference or _reaches_its_ends(composite, ranges[0]):
        return composite
    return replace(composite, ends=ranges[0])


def _reaches_its_ends(composite: PlannedComposite, ends: tuple[float, float]) -> bool:
    """Tell whether any number of parts at one end gives the composite's own end, to the bit."""
    for part, own in zip(ends, (composite.low, composite.high), strict=True):
        total = 0.0
        for n in range(1, len(composite.parts)):
            total += part
            if n >= composite.required and composite.combine(total, n) != own:
                return False
    return True


def make_plan(instrument: Instrument) -> Plan:
    """Work out the plan of an instrument."""
    positions = {name: index for index, name in enumerate(instrument.scale_ids)}
    planned: dict[int, PlannedScale | PlannedComposite] = {}
    for name in instrument.scale_order:
        scale = instrument.scale(name)
        if scale.of:
            parts = tuple(positions[part] for part in scale.of)
            planned[positions[name]] = _plan_composite(instrument, scale, parts, planned)
        else:
            planned[positions[name]] = _plan_items(instrument, scale)
    scales = tuple(planned[position] for position in sorted(planned))
    return Plan(scales=scales, order=tuple(planned))


class PerInstrument(Generic[Of, Made]):
    """Something made once for each instrument object, for as long as the object lives.

    Parameters
    ----------
    make
        Instrument → what is kept.
    """

    def __init__(self, make: Callable[[Of], Made]) -> None:
        self._make = make
        self._kept: dict[int, tuple[weakref.ref[Of], Made]] = {}

    def __call__(self, instrument: Of) -> Made:
        """Return what was made for this instrument."""
        key = id(instrument)
        kept = self._kept.get(key)
        if kept is not None and kept[0]() is instrument:
            return kept[1]
        made = self._make(instrument)
        self._kept[key] = (weakref.ref(instrument, lambda _: self._kept.pop(key, None)), made)
        return made


plan_of = PerInstrument(make_plan)
