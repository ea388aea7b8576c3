"""How an instrument's plan is worked out, once for each instrument."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.counting import CountedItem, counted_items
from intimacy_scales.instrument.numbers import common_divisor
from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedItem, PlannedScale

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument, Scale

_EXACT = 2**53

Of = TypeVar("Of")
Made = TypeVar("Made")


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


class _Exact(NamedTuple):
    """What is known of a scale in fractions.

    Attributes
    ----------
    low, high
        Lowest and highest score.
    weights
        Position of a scale of items → what a point on it adds, all being answered.
    offset
        What is added to them.
    """

    low: Fraction
    high: Fraction
    weights: Mapping[int, Fraction]
    offset: Fraction


def _exact_items(position: int, scale: PlannedScale) -> _Exact:
    whole = scale.divisor * scale.weight
    low, high = (Fraction(scale.whole(total), whole) for total in (scale.base, scale.base + scale.span))
    return _Exact(low, high, {position: Fraction(1)}, Fraction(0))


def _exact_composite(scale: Scale, parts: Sequence[_Exact]) -> _Exact:
    """Return what is known of a composite from what is known of its parts."""
    difference = scale.method == "difference"
    signs = (1, -1) if difference else (1,) * len(parts)
    share = scale.multiply / (len(parts) if scale.method == "mean" else 1)
    weights: dict[int, Fraction] = {}
    for sign, part in zip(signs, parts, strict=True):
        for leaf, weight in part.weights.items():
            weights[leaf] = weights.get(leaf, Fraction(0)) + sign * share * weight
    offset = sum((sign * part.offset for sign, part in zip(signs, parts, strict=True)), Fraction(0))
    low = sum((part.low for part in parts), Fraction(0))
    high = sum((part.high for part in parts), Fraction(0))
    if difference:
        low, high = parts[0].low - parts[1].high, parts[0].high - parts[1].low
    moved = [end * share + scale.offset for end in (low, high, offset)]
    return _Exact(moved[0], moved[1], weights, moved[2])


def _plan_composite(
    instrument: Instrument,
    scale: Scale,
    planned: Mapping[int, PlannedScale | PlannedComposite],
    exact: Mapping[int, _Exact],
) -> tuple[PlannedComposite, _Exact]:
    """Return the plan of a composite; its parts are planned."""
    parts = tuple(instrument.scale_ids.index(part) for part in scale.of)
    mean, difference = scale.method == "mean", scale.method == "difference"
    own = _exact_composite(scale, [exact[part] for part in parts])
    one_range = len({(exact[part].low, exact[part].high) for part in parts}) == 1
    partial = not difference and one_range and (mean or instrument.prorates(scale))
    required = scale.required if partial else len(parts)
    signs = (1, -1) if difference else (1,) * len(parts)
    below = math.lcm(*(planned[part].common for part in parts))
    multiples = [_multiple(scale, n) if n >= required else Fraction(0) for n in range(len(parts) + 1)]
    finer = math.lcm(scale.offset.denominator, *(multiple.denominator for multiple in multiples))
    by_unit = {leaf: weight / _unit_of(planned[leaf]) for leaf, weight in own.weights.items()}
    denominator = math.lcm(own.offset.denominator, *(weight.denominator for weight in by_unit.values()))
    composite = PlannedComposite(
        id=scale.id,
        parts=parts,
        required=required,
        difference=difference,
        common=below * finer,
        factors=tuple(sign * below // planned[p].common for sign, p in zip(signs, parts, strict=True)),
        multiples=tuple(int(multiple * finer) for multiple in multiples),
        shift=int(scale.offset * below * finer),
        leaves=tuple(by_unit),
        weights=tuple(int(weight * denominator) for weight in by_unit.values()),
        offset=int(own.offset * denominator),
        denominator=denominator,
        low=float(own.low),
        high=float(own.high),
    )
    return composite, own


def _multiple(scale: Scale, n: int) -> Fraction:
    """Return what the sum of n parts with a score is multiplied by: their mean stands for the others."""
    return scale.multiply / n * (1 if scale.method == "mean" else len(scale.of))


def _unit_of(leaf: PlannedScale | PlannedComposite) -> int:
    """Return the denominator of the score of a scale of items, all being answered."""
    assert isinstance(leaf, PlannedScale)
    return leaf.divisor * leaf.weight


def make_plan(instrument: Instrument) -> Plan:
    """Work out the plan of an instrument."""
    positions = {name: index for index, name in enumerate(instrument.scale_ids)}
    planned: dict[int, PlannedScale | PlannedComposite] = {}
    exact: dict[int, _Exact] = {}
    for name in instrument.scale_order:
        scale, position = instrument.scale(name), positions[name]
        if scale.of:
            planned[position], exact[position] = _plan_composite(instrument, scale, planned, exact)
        else:
            planned[position] = items = _plan_items(instrument, scale)
            exact[position] = _exact_items(position, items)
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
