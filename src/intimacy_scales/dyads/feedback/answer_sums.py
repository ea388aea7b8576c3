"""The scores that reveal an answer because only one set of answers, or one answer to an item, gives them.

Linear algebra does not find these. A score at either end of its range reveals every answer, and weights
such as 1 and 10 write the answers into the digits of a sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Units = tuple[int, ...]

_MOST_WORK = 10**9  # bits that are shifted; about a second


def revealing_share(
    coefficients: Mapping[str, Fraction], codes: Mapping[str, Sequence[int]]
) -> Fraction | None:
    """Return the share of the possible scores that determine the answer to at least one item.

    Parameters
    ----------
    coefficients
        Item → its coefficient in the score.
    codes
        Item → the places of the answers that it allows, from 1.

    Returns
    -------
    Fraction or None
        None if there are too many possible sums to look at, as with weights of many digits.

    Examples
    --------
    >>> plain = {"a": Fraction(1), "b": Fraction(1)}
    >>> revealing_share(plain, dict.fromkeys("ab", range(1, 6)))
    Fraction(2, 9)
    >>> revealing_share({"a": Fraction(1), "b": Fraction(10)}, dict.fromkeys("ab", range(1, 6)))
    Fraction(1, 1)
    """
    units = _whole_units(coefficients, codes)
    span = sum(values[-1] for values in units)
    if len(units) > 1 and all(values == tuple(range(len(values))) for values in units):
        return Fraction(2, span + 1)  # equal steps: every sum but the ends leaves each item a choice
    if span * sum(map(len, units)) * len(set(units)) > _MOST_WORK:
        return None
    return _counted_share(units)


def _whole_units(coefficients: Mapping[str, Fraction], codes: Mapping[str, Sequence[int]]) -> list[Units]:
    """Return what answers to each item add to the lowest sum, in whole numbers without a common factor."""
    points = [[value * code for code in codes[item]] for item, value in coefficients.items()]
    above = [sorted({point - min(values) for point in values}) for values in points]
    denominator = math.lcm(*(point.denominator for values in above for point in values))
    whole = [[int(point * denominator) for point in values] for values in above]
    divisor = math.gcd(*(point for values in whole for point in values))
    return [tuple(point // divisor for point in values) for values in whole]


def _counted_share(units: Sequence[Units]) -> Fraction:
    """Return the share by going through all sums; bit s of a number stands for the sum s.

    With the sums that the other items can have, an item's answers whose sums include s are those that are
    possible where the score is s. If there is exactly one, s reveals it.
    """
    possible = revealing = 0
    for kind in set(units):
        others = list(units)
        others.remove(kind)
        sums = _sums(others)
        once = twice = 0
        for value in kind:
            shifted = sums << value
            twice |= once & shifted
            once |= shifted
        possible = once
        revealing |= once & ~twice
    return Fraction(revealing.bit_count(), possible.bit_count())


def _sums(units: Sequence[Units]) -> int:
    """Return the possible sums of items, a bit for each."""
    sums = 1
    for values in units:
        shifted = 0
        for value in values:
            shifted |= sums << value
        sums = shifted
    return sums
