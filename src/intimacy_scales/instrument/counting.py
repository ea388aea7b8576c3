"""What the items of a scale count, exactly: the one place where that is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from intimacy_scales.instrument.response_scale import Grid, ResponseScale
    from intimacy_scales.instrument.scale import Scale


class CountedItem(NamedTuple):
    """What the codes of an item count in one scale.

    Code ``c`` counts ``minimum + step * (c - 1)``, or ``maximum - step * (c - 1)`` where it is
    reverse-keyed, and that times the weight.

    Attributes
    ----------
    item, reverse
        Which item, and whether it is reverse-keyed.
    minimum, step, n
        The values of its codes, after they were stretched to a common range, and how many codes there are.
    weight
        How many times it is counted.
    """

    item: str
    reverse: bool
    minimum: Fraction
    step: Fraction
    n: int
    weight: Fraction

    @property
    def maximum(self) -> Fraction:
        """What the highest code counts."""
        return self.minimum + self.step * (self.n - 1)

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """Lowest and highest value."""
        return self.minimum, self.maximum

    def value_of(self, code: int) -> Fraction:
        """Return what a code counts, before it is weighted."""
        above = self.step * (code - 1)
        return self.maximum - above if self.reverse else self.minimum + above


def counted_items(scale: Scale, responses: Sequence[ResponseScale]) -> tuple[CountedItem, ...]:
    """Return what the items of a scale count; ``responses`` are their response scales, in order."""
    weights, one = dict(scale.weights), Fraction(1)
    found = []
    for key, response in zip(scale.keys, responses, strict=True):
        minimum, step, n = _stretched(response.counted, scale.rescale)
        found.append(CountedItem(key.item, key.reverse, minimum, step, n, weights.get(key.item, one)))
    return tuple(found)


def _stretched(grid: Grid, ends: tuple[Fraction, Fraction] | None) -> tuple[Fraction, Fraction, int]:
    if ends is None:
        return grid
    return ends[0], (ends[1] - ends[0]) / (grid.n - 1), grid.n
