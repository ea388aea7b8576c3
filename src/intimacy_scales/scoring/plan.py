"""The computation of an instrument's plan, once for each instrument."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.counting import CountedItem, counted_items
from intimacy_scales.instrument.numbers import common_divisor
from intimacy_scales.scoring.planned import MAX_EXACT, Plan, PlannedComposite, PlannedItem, PlannedScale

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument, Scale

Key = TypeVar("Key")
Value = TypeVar("Value")


def _units(step: int, n: int, *, reverse: bool) -> tuple[int, ...]:
    """Return the keyed units of each code of an item with n points; 0 for code 0."""
    return (0, *(step * (n - 1 - s if reverse else s) for s in range(n)))


def _planned_items(
    positions: Mapping[str, int], counted: Sequence[CountedItem], weights: Sequence[int], q: int
) -> tuple[PlannedItem, ...]:
    """Return the items of a scale with their keyed units, ``q`` times the weight for a value of 1."""
    units: dict[Any, tuple[int, ...]] = {}  # one tuple for all items that share it
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
    """Return the plan of a scale of items."""
    positions = {item: index for index, item in enumerate(instrument.item_ids)}
    responses = [instrument.items[positions[key.item]].response_scale for key in scale.keys]
    counted = counted_items(scale, responses)
    grain = common_divisor(item.weight for item in counted)
    weights = [int(item.weight / grain) for item in counted]  # whole numbers, all 1 if equal
    q = math.lcm(*(x.denominator for item in counted for x in (item.minimum, item.step)))
    items = _planned_items(positions, counted, weights, q)
    k, mean = len(items), scale.method == "mean"
    base = sum(weight * int(item.minimum * q) for item, weight in zip(counted, weights, strict=True))
    span, weight_sum = sum(item.span for item in items), sum(weights)
    times, plus, divisor = _formula(scale, q, weight_sum, grain)
    if _largest(base, span, max(times, k), plus * weight_sum, divisor * weight_sum) >= MAX_EXACT:
        raise InstrumentError(
            f"scale {scale.id!r} has sums too large to be exact: use a coarser step"
            + ("" if _is_plain(scale) else ", and weights, a range or a factor with fewer digits")
        )
    one_range = len({item.ends for item in counted}) == 1
    one_grid = len({(item.minimum, item.step, item.n, item.weight) for item in counted}) == 1
    # the mean of the answered items estimates the skipped ones only if all share one range
    partial = one_range and (mean or instrument.prorates(scale))
    return PlannedScale(
        id=scale.id,
        items=items,
        required=scale.required if partial else k,
        unit=q,
        base=base,
        span=span,
        weight=weight_sum,
        times=times,
        plus=plus,
        divisor=divisor,
        step=int(counted[0].step * q) if one_grid else None,
        minimum=base // weight_sum if one_range else None,
        width=span // weight_sum if one_range else None,
        as_stored=set(weights) == {1} and scale.rescale is None and not any(r.scores for r in responses),
        low=(times * base + plus * weight_sum) / (divisor * weight_sum),
        high=(times * (base + span) + plus * weight_sum) / (divisor * weight_sum),
    )


def _is_plain(scale: Scale) -> bool:
    """Return whether a scale is a plain mean or sum: no weights, no new range, no factor or offset."""
    return not (scale.weights or scale.rescale or scale.is_moved)


def _formula(scale: Scale, q: int, weight_sum: int, grain: Fraction) -> tuple[int, int, int]:
    """Return ``times``, ``plus`` and ``divisor``, whole numbers, of a scale of items.

    With T the sum of keyed answers in units and W that of their weights, the score is
    ``m * T / (q * W) + offset``, where m is the factor of the scale; for a sum, that factor times the sum of
    all weights, ``weight_sum * grain``.
    """
    multiply = scale.multiply * (1 if scale.method == "mean" else weight_sum * grain)
    if scale.offset == 0 and multiply.denominator == 1:
        return int(multiply), 0, q
    divisor = math.lcm((multiply / q).denominator, scale.offset.denominator)
    return int(multiply / q * divisor), int(scale.offset * divisor), divisor


def _largest(base: int, span: int, times: int, plus: int, divisor: int) -> int:
    """Return an upper bound of the whole numbers in the computation of a score."""
    return max((abs(base) + span) * times + abs(plus), divisor)


class _Exact(NamedTuple):
    """The range of a scale and its dependence on scales of items, in fractions.

    Attributes
    ----------
    low, high
        Lowest and highest score.
    weights
        Position of a scale of items → coefficient of its score, if every item is answered.
    offset
        Constant term.
    """

    low: Fraction
    high: Fraction
    weights: Mapping[int, Fraction]
    offset: Fraction


def _exact_items(position: int, scale: PlannedScale) -> _Exact:
    """Return the range of a scale of items, which depends on itself only."""
    denominator = scale.divisor * scale.weight
    low, high = (
        Fraction(scale.numerator(total), denominator) for total in (scale.base, scale.base + scale.span)
    )
    return _Exact(low, high, {position: Fraction(1)}, Fraction(0))


def _exact_composite(scale: Scale, parts: Sequence[_Exact]) -> _Exact:
    """Return the range and coefficients of a composite from those of its parts."""
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
    """Return the plan of a composite, whose parts are planned already."""
    parts = tuple(instrument.scale_ids.index(part) for part in scale.of)
    mean, difference = scale.method == "mean", scale.method == "difference"
    composed = _exact_composite(scale, [exact[part] for part in parts])
    one_range = len({(exact[part].low, exact[part].high) for part in parts}) == 1
    partial = not difference and one_range and (mean or instrument.prorates(scale))
    required = scale.required if partial else len(parts)
    signs = (1, -1) if difference else (1,) * len(parts)
    parts_common = math.lcm(*(planned[part].common for part in parts))
    multiples = [_multiple(scale, n) if n >= required else Fraction(0) for n in range(len(parts) + 1)]
    refinement = math.lcm(scale.offset.denominator, *(multiple.denominator for multiple in multiples))
    by_unit = {leaf: weight / _unit_of(planned[leaf]) for leaf, weight in composed.weights.items()}
    denominator = math.lcm(composed.offset.denominator, *(weight.denominator for weight in by_unit.values()))
    composite = PlannedComposite(
        id=scale.id,
        parts=parts,
        required=required,
        difference=difference,
        common=parts_common * refinement,
        factors=tuple(
            sign * parts_common // planned[part].common for sign, part in zip(signs, parts, strict=True)
        ),
        multiples=tuple(int(multiple * refinement) for multiple in multiples),
        shift=int(scale.offset * parts_common * refinement),
        leaves=tuple(by_unit),
        weights=tuple(int(weight * denominator) for weight in by_unit.values()),
        offset=int(composed.offset * denominator),
        denominator=denominator,
        low=float(composed.low),
        high=float(composed.high),
    )
    return composite, composed


def _multiple(scale: Scale, n: int) -> Fraction:
    """Return the factor of the sum of n parts with a score, whose mean replaces the parts without."""
    return scale.multiply / n * (1 if scale.method == "mean" else len(scale.of))


def _unit_of(leaf: PlannedScale | PlannedComposite) -> int:
    """Return the denominator of the score of a scale of items if every item is answered."""
    assert isinstance(leaf, PlannedScale)
    return leaf.divisor * leaf.weight


def make_plan(instrument: Instrument) -> Plan:
    """Compute the plan of an instrument."""
    positions = {name: index for index, name in enumerate(instrument.scale_ids)}
    planned: dict[int, PlannedScale | PlannedComposite] = {}
    exact: dict[int, _Exact] = {}
    for name in instrument.scale_order:
        scale, position = instrument.scale(name), positions[name]
        if scale.of:
            planned[position], exact[position] = _plan_composite(instrument, scale, planned, exact)
        else:
            planned[position] = of_items = _plan_items(instrument, scale)
            exact[position] = _exact_items(position, of_items)
    scales = tuple(planned[position] for position in sorted(planned))
    return Plan(scales=scales, order=tuple(planned))


class PerInstrument(Generic[Key, Value]):
    """A cache of one value for each instrument object, for as long as the object lives.

    Parameters
    ----------
    make
        Instrument → value.
    """

    def __init__(self, make: Callable[[Key], Value]) -> None:
        self._make = make
        self._kept: dict[int, tuple[weakref.ref[Key], Value]] = {}

    def __call__(self, instrument: Key) -> Value:
        """Return the value for this instrument, made at the first call."""
        key = id(instrument)
        kept = self._kept.get(key)
        if kept is not None and kept[0]() is instrument:
            return kept[1]
        value = self._make(instrument)
        self._kept[key] = (weakref.ref(instrument, lambda _: self._kept.pop(key, None)), value)
        return value


plan_of = PerInstrument(make_plan)
