"""Whether a wish can be granted: its numbers, its options, and the smallest sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability.single_scores.sem import check_number
from intimacy_scales.results.wording import counted

MOST = 10_000_000
_EVEN = 0.5
_WHOLE = 100


def above_zero(value: Any, what: str, meaning: str) -> float:
    """Return a finite number above 0, or raise."""
    number = check_number(value, what)
    if not (number > 0 and math.isfinite(number)):
        raise EstimationError(f"{what}={value!r}: {meaning}, a number above 0")
    return number


def correlation(value: Any, what: str) -> float:
    """Return a correlation, or raise."""
    number = check_number(value, what)
    if not -1 < number < 1:
        raise EstimationError(f"{what}={value!r}: a correlation between -1 and 1, such as 0.4")
    return number


def alpha(value: Any) -> float:
    """Return an alpha to plan for, or raise."""
    number = check_number(value, "expected")
    if not 0 <= number < 1:
        raise EstimationError(f"expected={value!r}: the alpha to plan for, from 0 to below 1, such as 0.85")
    return number


def number_of_items(value: Any) -> int:
    """Return a number of items, or raise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 2:  # see message
        raise EstimationError(f"n_items={value!r}: a whole number, at least 2; one item has no alpha")
    return int(value)


def assurance(value: Any) -> float | None:
    """Return the probability to be assured of, None where none is asked for, or raise."""
    if value is None:
        return None
    number = check_number(value, "assurance")
    if not _EVEN <= number < 1:
        raise EstimationError(
            f"assurance={value!r}: the probability that the interval of a sample is so narrow, from 0.5 to "
            "below 1, such as 0.8"
        )
    return number


def attrition(value: Any) -> float:
    """Return the share that is lost, or raise."""
    number = check_number(value, "attrition")
    if not 0 <= number < 1:
        raise EstimationError(
            f"attrition={value!r}: the share of those invited who are lost, from 0 to below 1, such as 0.2"
        )
    return number


def percentile(value: Any) -> float:
    """Return a percentile, or raise."""
    number = check_number(value, "percentile")
    if not 0 < number < _WHOLE:
        raise EstimationError(f"percentile={value!r}: between 0 and 100, such as 5")
    return number


def smallest(fits: Callable[[int], bool], fewest: int, wish: str, unit: str, hint: str = "") -> int:
    """Return the smallest number that fits, where all larger ones fit too.

    Parameters
    ----------
    fits
        Whether so many are enough.
    fewest
        That there can be.
    wish, unit
        For messages: what was wished, and what is counted.
    hint
        For messages: how the wish may have been misread.

    Raises
    ------
    EstimationError
        The fewest that there can be fit already, or not even `MOST` do.
    """
    if fits(fewest):
        raise EstimationError(
            f"{wish} asks for nothing: {counted(fewest, unit)} would do, the fewest that an estimate needs; "
            f"wish for something smaller{f' ({hint})' if hint else ''}"
        )
    low, high = fewest, 2 * fewest
    while not fits(high):
        if high == MOST:
            raise EstimationError(f"{wish} takes more than {MOST:,} {unit}s; wish for something larger")
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high
