"""The scores of an instrument as linear functions of its answers, in exact fractions.

If every item is answered, a score is a constant plus the sum of ``coefficient * code`` over items, where
``code`` is the place of the answer among those that the item allows. What follows from several scores is
then a question of linear algebra (`determined`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from intimacy_scales.instrument.counting import counted_items

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument
    from intimacy_scales.instrument.scale import Scale

    Coefficients = Mapping[str, Fraction]


def score_coefficients(form: Instrument) -> dict[str, Coefficients]:
    """Return, for each scale, the items that its score depends on with their coefficients.

    An item with a single option, or one whose parts cancel in a composite, is not listed: the score does not
    depend on it.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> score_coefficients(load("kmss"))["total"]["kmss_1"]
    Fraction(1, 1)
    """
    scales: dict[str, Coefficients] = {}
    for name in form.scale_order:
        scale = form.scale(name)
        raw = _of_parts(scale, scales) if scale.of else _of_items(form, scale)
        scales[name] = {item: value * scale.multiply for item, value in raw.items() if value}
    return {name: scales[name] for name in form.scale_ids}


def _of_items(form: Instrument, scale: Scale) -> dict[str, Fraction]:
    """Return the coefficients in the mean or sum of items."""
    counted = counted_items(scale, [form.item(key.item).response_scale for key in scale.keys])
    divisor = sum(item.weight for item in counted) if scale.method == "mean" else Fraction(1)
    signed = ((item.item, -item.step if item.reverse else item.step, item) for item in counted)
    return {name: step * item.weight / divisor for name, step, item in signed if item.n > 1}


def _of_parts(scale: Scale, scales: Mapping[str, Coefficients]) -> dict[str, Fraction]:
    """Return the coefficients in the mean, sum or difference of scales."""
    signs = (1, -1) if scale.method == "difference" else (1,) * len(scale.of)
    divisor = len(scale.of) if scale.method == "mean" else 1
    totals: dict[str, Fraction] = {}
    for sign, part in zip(signs, scale.of, strict=True):
        for item, value in scales[part].items():
            totals[item] = totals.get(item, Fraction(0)) + sign * value / divisor
    return totals
