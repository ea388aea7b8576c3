"""The values that items of a scale count, as exact fractions; no other module computes them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from intimacy_scales.instrument.response_scale import Grid, ResponseScale
    from intimacy_scales.instrument.scale import Scale


class CountedItem(NamedTuple):
    """An item in one scale, with the value that each of its codes counts.

    Code ``c`` counts ``weight * (minimum + step * (c - 1))``, or for a reverse-keyed item
    ``weight * (maximum - step * (c - 1))``.

    Attributes
    ----------
    item, reverse
        Id of the item, and whether it is reverse-keyed.
    minimum, step, n
        Value of code 1, distance of neighbouring values, and number of codes; on the common range, if the
        scale has one.
    weight
        Weight of the item in the scale.
    """

    item: str
    reverse: bool
    minimum: Fraction
    step: Fraction
    n: int
    weight: Fraction

    @property
    def maximum(self) -> Fraction:
        """Value of the highest code."""
        return self.minimum + self.step * (self.n - 1)

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """Lowest and highest value."""
        return self.minimum, self.maximum

    def value_of(self, code: int) -> Fraction:
        """Return the value of a code, before it is weighted."""
        above = self.step * (code - 1)
        return self.maximum - above if self.reverse else self.minimum + above


def counted_items(scale: Scale, responses: Sequence[ResponseScale]) -> tuple[CountedItem, ...]:
    """Return the items of a scale with their values; ``responses`` are their response scales, in order."""
    weights, unweighted = dict(scale.weights), Fraction(1)
    items = []
    for key, response in zip(scale.keys, responses, strict=True):
        minimum, step, n = _rescaled(response.counted, scale.rescale)
        items.append(CountedItem(key.item, key.reverse, minimum, step, n, weights.get(key.item, unweighted)))
    return tuple(items)


def _rescaled(grid: Grid, ends: tuple[Fraction, Fraction] | None) -> tuple[Fraction, Fraction, int]:
    """Return minimum, step and number of codes of a grid, stretched to new ends if there are any."""
    if ends is None:
        return grid
    return ends[0], (ends[1] - ends[0]) / (grid.n - 1), grid.n
