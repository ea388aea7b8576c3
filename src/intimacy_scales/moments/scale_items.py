"""Which items a scale rests on, how they are keyed, and how much each weighs in the score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import Instrument, exact
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
    """

    ids: tuple[str, ...]
    columns: NDArray[np.intp]
    reverse: NDArray[np.bool_]
    weights: NDArray[np.float64]
    steps: NDArray[np.float64]
    ends: NDArray[np.float64]
    minima: NDArray[np.float64]
    points: NDArray[np.int64]
    slopes: NDArray[np.int64]
    offsets: NDArray[np.int64]
    unit: int
    is_composite: bool
    torn: tuple[str, ...]

    @property
    def is_unweighted(self) -> bool:
        """Whether all items count alike."""
        return bool(np.ptp(self.weights) <= _ROUNDING * np.max(self.weights))


def _weights(instrument: Instrument, scale_id: str, torn: set[str]) -> dict[str, tuple[bool, float]]:
    """Return item → whether reverse-keyed, and its weight."""
    scale = instrument.scale(scale_id)
    if not scale.of:
        weight = 1 / len(scale.keys) if scale.method == "mean" else 1.0
        return {key.item: (key.reverse, weight) for key in scale.keys}
    found: dict[str, tuple[bool, float]] = {}
    share = 1 / len(scale.of) if scale.method == "mean" else 1.0
    for part in scale.of:
        for item, (reverse, weight) in _weights(instrument, part, torn).items():
            before = found.get(item, (reverse, 0.0))
            if before[0] != reverse:
                torn.add(item)
            found[item] = (reverse, before[1] + weight * share)
    return found


def _of_scale(instrument: Instrument, scale_id: str) -> ScaleItems:
    torn: set[str] = set()
    weights = _weights(instrument, scale_id, torn)
    return _items(instrument, weights, torn, is_composite=bool(instrument.scale(scale_id).of))


def _items(
    instrument: Instrument, weights: dict[str, tuple[bool, float]], torn: set[str], *, is_composite: bool
) -> ScaleItems:
    positions = {item: index for index, item in enumerate(instrument.item_ids)}
    answers = [instrument.item(item).response_scale for item in weights]
    reverse = np.array([reverse for reverse, _ in weights.values()], dtype=np.bool_)
    q = math.lcm(*(exact(x).denominator for r in answers for x in (r.minimum, r.step)))
    steps, lows, highs = (
        np.array([int(exact(getattr(r, end)) * q) for r in answers], dtype=np.int64)
        for end in ("step", "minimum", "maximum")
    )
    return ScaleItems(
        ids=tuple(weights),
        columns=np.array([positions[item] for item in weights], dtype=np.intp),
        reverse=reverse,
        weights=np.array([weight for _, weight in weights.values()]),
        steps=np.array([float(exact(r.step)) for r in answers]),
        ends=np.array([float(exact(r.minimum) + exact(r.maximum)) for r in answers]),
        minima=np.array([float(exact(r.minimum)) for r in answers]),
        points=np.array([r.n_points for r in answers], dtype=np.int64),
        slopes=np.where(reverse, -steps, steps),
        offsets=np.where(reverse, highs + steps, lows - steps),
        unit=q,
        is_composite=is_composite,
        torn=tuple(sorted(torn)),
    )


def some_items(instrument: Instrument, items: Sequence[str]) -> ScaleItems:
    """Return items in the order given, each keyed as in the first scale that has it, counting alike."""
    reverse: dict[str, bool] = {}
    for scale in instrument.scales:
        for key in scale.keys:
            reverse.setdefault(key.item, key.reverse)
    keys = {item: (reverse.get(item, False), 1.0) for item in items}
    return _items(instrument, keys, set(), is_composite=False)


def _of_instrument(instrument: Instrument) -> dict[str, ScaleItems]:
    return {scale: _of_scale(instrument, scale) for scale in instrument.scale_ids}


scale_items = PerInstrument(_of_instrument)
