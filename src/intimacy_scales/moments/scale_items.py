"""Which items a scale rests on, how they are keyed, and how much each weighs in the score."""

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
from intimacy_scales.scoring.plan import PerInstrument

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleItems:
    """The items of a scale, after composites are resolved.

    Attributes
    ----------
    ids
        Item ids, in the order of the keys.
    columns
        (k,): their positions among the instrument's items.
    reverse
        (k,): which are reverse-keyed.
    weights
        (k,): how much one step of the keyed answer moves a score of complete answers, in answer
        units: 1/k each for a mean of k items, 1 for a sum.
    constant
        What the score of complete answers has beside the weighted sum of the keyed answers.
    steps, ends
        (k,): step of each item's response scale, and the sum of its two end points.
    minima, points
        (k,): lowest answer, and number of points.
    slopes, offsets
        (k,): ``slope * code + offset`` is the keyed answer as a whole number of units.
    unit
        Units in 1.
    is_composite
        Whether it is a scale of scales.
    torn
        Items that a composite keys in both directions; nothing is defined then.
    is_difference
        Whether some of its items count against it because a scale is subtracted: they are no items of one
        scale then.
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
    torn: tuple[str, ...]
    is_difference: bool = False

    @property
    def is_unweighted(self) -> bool:
        """Whether all items count alike, in one direction."""
        return not self.is_difference and bool(np.ptp(self.weights) <= _ROUNDING * np.max(self.weights))


class _Key(NamedTuple):
    """What one item adds to a score: how it is keyed, its weight, and the grid of what its codes count."""

    reverse: bool
    weight: Fraction
    grid: Grid


class _Made(NamedTuple):
    """What a score of complete answers is made of."""

    keys: dict[str, _Key]
    constant: Fraction
    torn: set[str]
    is_difference: bool


def _of_items(instrument: Instrument, scale: Scale) -> _Made:
    """Return what a scale of items is made of; its answers count as the scale stretches them."""
    items = counted_items(scale, [instrument.item(key.item).response_scale for key in scale.keys])
    whole = sum(item.weight for item in items) if scale.method == "mean" else 1
    keys = {
        item.item: _Key(
            item.reverse,
            item.weight * scale.multiply / whole,
            Grid(item.minimum, item.step, item.n),
        )
        for item in items
    }
    return _Made(keys, scale.offset, set(), is_difference=False)


def _as_answered(instrument: Instrument, made: _Made) -> _Made:
    """Return the same with answers as each item has them, the same in all scales."""
    keys, constant = {}, made.constant
    for name, (reverse, weight, stretched) in made.keys.items():
        grid = instrument.item(name).response_scale.counted
        slope = stretched.step / grid.step  # and minimum + maximum are turned round as the answers are
        constant += weight * (stretched.minimum - slope * grid.minimum)
        keys[name] = _Key(reverse, weight * slope, grid)
    return made._replace(keys=keys, constant=constant)


def _of_scales(instrument: Instrument, scale: Scale) -> _Made:
    """Return what a composite is made of, over all items of its scales."""
    torn: set[str] = set()
    found: dict[str, _Key] = {}
    share = scale.multiply / (len(scale.of) if scale.method == "mean" else 1)
    constant, difference = scale.offset, scale.method == "difference"
    for number, part in enumerate(scale.of):
        inner = instrument.scale(part)
        made = (
            _of_scales(instrument, inner)
            if inner.of
            else _as_answered(instrument, _of_items(instrument, inner))
        )
        against = difference and number == 1
        constant += (-share if against else share) * made.constant
        difference = difference or made.is_difference
        torn |= made.torn
        for name, (keyed, weight, grid) in made.keys.items():
            reverse = keyed != against
            if against:  # less an answer is more of a turned one, less the sum of its ends
                constant -= share * weight * (grid.minimum + grid.maximum)
            before = found.get(name, _Key(reverse, Fraction(0), grid))
            if before.reverse != reverse:
                torn.add(name)
            found[name] = _Key(reverse, before.weight + weight * share, grid)
    return _Made(found, constant, torn, difference)


def _of_scale(instrument: Instrument, scale_id: str) -> ScaleItems:
    scale = instrument.scale(scale_id)
    made = _of_scales(instrument, scale) if scale.of else _of_items(instrument, scale)
    return _items(instrument, made, is_composite=bool(scale.of))


def _items(instrument: Instrument, made: _Made, *, is_composite: bool) -> ScaleItems:
    positions = {item: index for index, item in enumerate(instrument.item_ids)}
    keys = list(made.keys.values())
    grids = [key.grid for key in keys]
    reverse = np.array([key.reverse for key in keys], dtype=np.bool_)
    q = math.lcm(*(x.denominator for grid in grids for x in (grid.minimum, grid.step)))
    steps, lows, highs = (
        np.array([int(getattr(grid, end) * q) for grid in grids], dtype=np.int64)
        for end in ("step", "minimum", "maximum")
    )
    return ScaleItems(
        ids=tuple(made.keys),
        columns=np.array([positions[item] for item in made.keys], dtype=np.intp),
        reverse=reverse,
        weights=np.array([float(key.weight) for key in keys]),
        constant=float(made.constant),
        steps=np.array([float(grid.step) for grid in grids]),
        ends=np.array([float(grid.minimum + grid.maximum) for grid in grids]),
        minima=np.array([float(grid.minimum) for grid in grids]),
        points=np.array([grid.n for grid in grids], dtype=np.int64),
        slopes=np.where(reverse, -steps, steps),
        offsets=np.where(reverse, highs + steps, lows - steps),
        unit=q,
        is_composite=is_composite,
        torn=tuple(sorted(made.torn)),
        is_difference=made.is_difference,
    )


def some_items(instrument: Instrument, items: Sequence[str]) -> ScaleItems:
    """Return items in the order given, each keyed as in the first scale that has it, counting alike."""
    reverse: dict[str, bool] = {}
    for scale in instrument.scales:
        for key in scale.keys:
            reverse.setdefault(key.item, key.reverse)
    keys = {
        item: _Key(reverse.get(item, False), Fraction(1), instrument.item(item).response_scale.counted)
        for item in items
    }
    return _items(instrument, _Made(keys, Fraction(0), set(), is_difference=False), is_composite=False)


def _of_instrument(instrument: Instrument) -> dict[str, ScaleItems]:
    return {scale: _of_scale(instrument, scale) for scale in instrument.scale_ids}


scale_items = PerInstrument(_of_instrument)
