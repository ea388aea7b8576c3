"""An instrument's scales as frozen index tables, made once and used by both ways of scoring.

Within a scale every answer is a whole number of units above its item's minimum, keyed: with ``q``
the common denominator of the scale's minima and steps, ``d = q * (value - minimum)``, or
``q * (maximum - value)`` where reverse-keyed. Sums of ``d`` are whole numbers, hence exact, and a
score is one division of two whole numbers, hence the nearest float to the exact value.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument import exact

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument, ResponseScale, Scale

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
    mean
        Whether it is a mean, otherwise a sum.
    unit
        ``q``: units in 1.
    base
        Sum of the items' minima, in units.
    span
        Sum of the items' spans, in units.
    step
        Units from one code to the next where all items share one response scale, else None.
    minimum
        Minimum of one item in units, where all share one range, else None.
    low, high
        Lowest and highest score.
    """

    id: str
    items: tuple[PlannedItem, ...]
    required: int
    mean: bool
    unit: int
    base: int
    span: int
    step: int | None
    minimum: int | None
    low: float
    high: float

    @property
    def size(self) -> int:
        """How many items it has."""
        return len(self.items)

    @property
    def n_possible(self) -> int:
        """How many different scores complete answers can give."""
        return self.span // (self.step or 1) + 1

    def fraction(self, answered: int, units: int) -> tuple[int, int]:
        """Return numerator and denominator of the score of so many answers and keyed units."""
        k = len(self.items)
        if answered == k:
            return units + self.base, self.unit * (k if self.mean else 1)
        assert self.minimum is not None
        total = units + answered * self.minimum
        return (total, self.unit * answered) if self.mean else (total * k, self.unit * answered)


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

    @property
    def size(self) -> int:
        """How many scales it is composed of."""
        return len(self.parts)

    def combine(self, total: float, n: int) -> float:
        """Return the score of ``n`` parts that add up to ``total``."""
        if self.mean:
            return total / n
        return total if n == len(self.parts) else total / n * len(self.parts)


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


def _units(scale: ResponseScale, q: int, *, reverse: bool) -> tuple[int, ...]:
    step, last = int(exact(scale.step) * q), scale.n_points - 1
    return (0, *(step * (last - s if reverse else s) for s in range(last + 1)))


def _plan_items(instrument: Instrument, scale: Scale) -> PlannedScale:
    positions = {item: index for index, item in enumerate(instrument.item_ids)}
    responses = [instrument.items[positions[key.item]].response_scale for key in scale.keys]
    q = math.lcm(*(exact(x).denominator for r in responses for x in (r.minimum, r.step)))
    units: dict[Any, tuple[int, ...]] = {}  # listed once for all items that share it
    for key, r in zip(scale.keys, responses, strict=True):
        if (r.range, key.reverse) not in units:
            units[r.range, key.reverse] = _units(r, q, reverse=key.reverse)
    items = tuple(
        PlannedItem(
            index=positions[key.item],
            reverse=key.reverse,
            units=units[r.range, key.reverse],
            span=int((exact(r.maximum) - exact(r.minimum)) * q),
        )
        for key, r in zip(scale.keys, responses, strict=True)
    )
    k, mean = len(items), scale.method == "mean"
    base, span = sum(int(exact(r.minimum) * q) for r in responses), sum(item.span for item in items)
    if (abs(base) + span) * k >= _EXACT:
        raise InstrumentError(f"scale {scale.id!r} has sums too large to be exact: use a coarser step")
    one_range = len({(r.minimum, r.maximum) for r in responses}) == 1
    one_grid = one_range and len({r.step for r in responses}) == 1
    # skipped answers can stand for the answered ones only where all are on one range
    partial = one_range and (mean or instrument.prorates(scale))
    divisor = q * (k if mean else 1)
    return PlannedScale(
        id=scale.id,
        items=items,
        required=scale.required if partial else k,
        mean=mean,
        unit=q,
        base=base,
        span=span,
        step=int(exact(responses[0].step) * q) if one_grid else None,
        minimum=base // k if one_range else None,
        low=base / divisor,
        high=(base + span) / divisor,
    )


def _plan_composite(
    instrument: Instrument,
    scale: Scale,
    parts: tuple[int, ...],
    planned: dict[int, PlannedScale | PlannedComposite],
) -> PlannedComposite:
    mean = scale.method == "mean"
    ranges = [(planned[p].low, planned[p].high) for p in parts]
    low, high = 0.0, 0.0
    for part_low, part_high in ranges:
        low, high = low + part_low, high + part_high
    partial = len(set(ranges)) == 1 and (mean or instrument.prorates(scale))
    k = len(parts)
    composite = PlannedComposite(
        id=scale.id,
        parts=parts,
        required=scale.required if partial else k,
        mean=mean,
        low=low / k if mean else low,
        high=high / k if mean else high,
    )
    return composite if _reaches_its_ends(composite, ranges[0]) else replace(composite, ends=ranges[0])


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
