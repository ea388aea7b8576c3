"""The scores that reveal another figure because all answers that give them agree in it.

Linear algebra does not find these. A score at either end of its range reveals every answer; weights such as 1
and 10 write the answers into the digits of a sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Coefficients = Mapping[str, Fraction]
    Codes = Mapping[str, Sequence[int]]

_MOST_PAIRS = 5 * 10**6  # of a score and a figure
_MOST_WORK = 5 * 10**9  # pairs times answers; about a second


def revealing_share(score: Coefficients, figure: Coefficients, codes: Codes) -> Fraction:
    """Return the share of the possible scores that determine a figure, such as an answer or another score.

    Parameters
    ----------
    score, figure
        Item → coefficient. Only the items that both have are considered, at least one.
    codes
        Item → the places of the answers that it allows, from 1.

    Returns
    -------
    Fraction
        1 also where there are too many possible pairs to look at, as with weights of many digits.

    Examples
    --------
    >>> plain, codes = {"a": Fraction(1), "b": Fraction(1)}, dict.fromkeys("ab", range(1, 6))
    >>> revealing_share(plain, {"a": Fraction(1)}, codes)  # 2 of the sums 2 to 10 are at an end
    Fraction(2, 9)
    >>> revealing_share({"a": Fraction(1), "b": Fraction(10)}, {"a": Fraction(1)}, codes)
    Fraction(1, 1)
    """
    if _is_plain_part(score, figure, codes):
        return Fraction(2, sum(len(codes[item]) - 1 for item in score) + 1)
    scores = _whole_units(score, codes)
    figures = _whole_units({item: figure.get(item, Fraction(0)) for item in score}, codes)
    span = sum(max(units) for units in scores)
    width = sum(max(units) for units in figures) + 1
    n_pairs = (span + 1) * width
    if n_pairs > _MOST_PAIRS or n_pairs * sum(map(len, scores)) > _MOST_WORK:
        return Fraction(1)
    pairs = 1  # bit ``s * width + f`` stands for the score s together with the figure f
    for of_score, of_figure in zip(scores, figures, strict=True):
        shifted = 0
        for s, f in set(zip(of_score, of_figure, strict=True)):
            shifted |= pairs << (s * width + f)
        pairs = shifted
    text = format(pairs, f"0{n_pairs}b")
    n_figures = [text.count("1", start, start + width) for start in range(0, n_pairs, width)]
    return Fraction(n_figures.count(1), len(n_figures) - n_figures.count(0))


def _whole_units(coefficients: Coefficients, codes: Codes) -> list[list[int]]:
    """Return what each answer adds to the lowest possible sum, in whole numbers without a common factor."""
    denominator = math.lcm(*(value.denominator for value in coefficients.values()))
    points = [
        [int(value * denominator) * code for code in codes[item]] for item, value in coefficients.items()
    ]
    lowest = [min(values) for values in points]
    above = [[point - low for point in values] for values, low in zip(points, lowest, strict=True)]
    divisor = math.gcd(*(point for values in above for point in values)) or 1
    return [[point // divisor for point in values] for values in above]


def _is_plain_part(score: Coefficients, figure: Coefficients, codes: Codes) -> bool:
    """Tell whether a score is a sum of items in equal steps, and the figure a multiple of a part of that sum.

    Then every sum but the lowest and the highest can be divided in more than one way.
    """
    common = [item for item in score if item in figure]
    return (
        len(common) < len(score)
        and len({abs(value) for value in score.values()}) == 1
        and len({figure[item] / score[item] for item in common}) == 1
        and all(set(codes[item]) == set(range(1, len(codes[item]) + 1)) for item in score)
    )
