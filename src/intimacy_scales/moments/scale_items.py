"""The items of a scale or composite: how they are keyed, and their weights in the score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import Instrument, Scale
from intimacy_scales.instrument.counting import counted_items
from intimacy_scales.instrument.response_scale import Grid
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.scoring.plan import PerInstrument


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleItems:
    """The items of a scale; those of a composite are the items of all its parts.

    Attributes
    ----------
    ids
        Item ids, in the order of the keys.
    columns
        (k,): their positions among the instrument's items.
    reverse
        (k,): whether each is reverse-keyed.
    weights
        (k,): change of a score of complete answers for each unit of the keyed answer: 1/k for a mean of
        k items, 1 for a sum.
    constant
        The score of complete answers less the weighted sum of the keyed answers.
    steps, ends
        (k,): step of each item's response scale, and the sum of its two end points.
    minima, points
        (k,): lowest answer, and number of points.
    slopes, offsets
        (k,): ``slope * code + offset`` is the keyed answer as a whole number of units.
    unit
        Number of units in 1.
    is_composite
        Whether it is a scale of scales.
    keyed_both_ways
        Items that a composite counts in both directions; with any, no coefficient is defined.
    is_difference
        Whether a scale is subtracted from another, so that the items do not form one scale.
    """

    ids: tuple[str, ...]
    columns: NDArray[np.intp]
    reverse: NDArray[np.bool_]
    weights: NDArray[np.float64]
    constant: float
    steps: NDArray[np.float64]
    ends: NDArray[np.float64]
    minima: NDArray[np.float64]
    points: NDArray[np.int64]
    slopes: NDArray[np.int64]
    offsets: NDArray[np.int64]
    unit: int
    is_composite: bool
    keyed_both_ways: tuple[str, ...]
    is_difference: bool = False

    @property
    def is_unweighted(self) -> bool:
        """Whether all items have the same weight, and none is subtracted."""
        return not self.is_difference and bool(np.ptp(self.weights) <= ROUNDING * np.max(self.weights))


class _Key(NamedTuple):
    """How one item counts in a score: its direction, its weight, and the grid of the values of its codes."""

    reverse: bool
    weight: Fraction
    grid: Grid


class _Composition(NamedTuple):
    """How a score is composed of complete answers."""

    keys: dict[str, _Key]
    constant: Fraction
    keyed_both_ways: set[str]
    is_difference: bool


def _of_items(instrument: Instrument, scale: Scale) -> _Composition:
    """Return the composition of a scale of items; values of answers are on the common range of the scale."""
    items = counted_items(scale, [instrument.item(key.item).response_scale for key in scale.keys])
    divisor = sum(item.weight for item in items) if scale.method == "mean" else 1
    keys = {
        item.item: _Key(
            item.reverse,
            item.weight * scale.multiply / divisor,
            Grid(item.minimum, item.step, item.n),
        )
        for item in items
    }
    return _Composition(keys, scale.offset, set(), is_difference=False)


def _as_answered(instrument: Instrument, composition: _Composition) -> _Composition:
    """Return the same composition with answers on each item's own range, which is the same in all scales."""
    keys, constant = {}, composition.constant
    for name, (reverse, weight, stretched) in composition.keys.items():
        grid = instrument.item(name).response_scale.counted
        slope = stretched.step / grid.step
        # a reverse-keyed answer is minimum + maximum less the answer: stretching commutes with reversing
        constant += weight * (stretched.minimum - slope * grid.minimum)
        keys[name] = _Key(reverse, weight * slope, grid)
    return composition._replace(keys=keys, constant=constant)


def _of_scales(instrument: Instrument, scale: Scale) -> _Composition:
    """Return the composition of a composite over all items of its parts."""
    keyed_both_ways: set[str] = set()
    keys: dict[str, _Key] = {}
    share = scale.multiply / (len(scale.of) if scale.method == "mean" else 1)
    constant, difference = scale.offset, scale.method == "difference"
    for number, part in enumerate(scale.of):
        inner = instrument.scale(part)
        composition = (
            _of_scales(instrument, inner)
            if inner.of
            else _as_answered(instrument, _of_items(instrument, inner))
        )
        subtracted = difference and number == 1
        constant += (-share if subtracted else share) * composition.constant
        difference = difference or composition.is_difference
        keyed_both_ways |= composition.keyed_both_ways
        for name, (keyed, weight, grid) in composition.keys.items():
            reverse = keyed != subtracted
            if subtracted:  # -x = (minimum + maximum - x) - (minimum + maximum)
                constant -= share * weight * (grid.minimum + grid.maximum)
            before = keys.get(name, _Key(reverse, Fraction(0), grid))
            if before.reverse != reverse:
                keyed_both_ways.add(name)
            keys[name] = _Key(reverse, before.weight + weight * share, grid)
    return _Composition(keys, constant, keyed_both_ways, difference)


def _of_scale(instrument: Instrument, scale_id: str) -> ScaleItems:
    scale = instrument.scale(scale_id)
    composition = _of_scales(instrument, scale) if scale.of else _of_items(instrument, scale)
    return _items(instrument, composition, is_composite=bool(scale.of))


def _items(instrument: Instrument, composition: _Composition, *, is_composite: bool) -> ScaleItems:
    """Return the items of a composition of a score as arrays."""
    positions = {item: index for index, item in enumerate(instrument.item_ids)}
    keys = list(composition.keys.values())
    grids = [key.grid for key in keys]
    reverse = np.array([key.reverse for key in keys], dtype=np.bool_)
    unit = math.lcm(*(x.denominator for grid in grids for x in (grid.minimum, grid.step)))
    steps, lows, highs = (
        np.array([int(getattr(grid, end) * unit) for grid in grids], dtype=np.int64)
        for end in ("step", "minimum", "maximum")
    )
    return ScaleItems(
        ids=tuple(composition.keys),
        columns=np.array([positions[item] for item in composition.keys], dtype=np.intp),
        reverse=reverse,
        weights=np.array([float(key.weight) for key in keys]),
        constant=float(composition.constant),
        steps=np.array([float(grid.step) for grid in grids]),
        ends=np.array([float(grid.minimum + grid.maximum) for grid in grids]),
        minima=np.array([float(grid.minimum) for grid in grids]),
        points=np.array([grid.n for grid in grids], dtype=np.int64),
        slopes=np.where(reverse, -steps, steps),
        offsets=np.where(reverse, highs + steps, lows - steps),
        unit=unit,
        is_composite=is_composite,
        keyed_both_ways=tuple(sorted(composition.keyed_both_ways)),
        is_difference=composition.is_difference,
    )


def some_items(instrument: Instrument, items: Sequence[str]) -> ScaleItems:
    """Return items in the order given, with equal weights, each keyed as in the first scale that has it."""
    reverse: dict[str, bool] = {}
    for scale in instrument.scales:
        for key in scale.keys:
            reverse.setdefault(key.item, key.reverse)
    keys = {
        item: _Key(reverse.get(item, False), Fraction(1), instrument.item(item).response_scale.counted)
        for item in items
    }
    return _items(instrument, _Composition(keys, Fraction(0), set(), is_difference=False), is_composite=False)


def _of_instrument(instrument: Instrument) -> dict[str, ScaleItems]:
    return {scale: _of_scale(instrument, scale) for scale in instrument.scale_ids}


scale_items = PerInstrument(_of_instrument)
