"""Targets of a sample plan: checks of their numbers, and the search for the smallest sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability.single_scores.sem import check_number
from intimacy_scales.results.wording import counted

MOST = 10_000_000


def above_zero(value: Any, what: str, meaning: str) -> float:
    """Return a finite number above 0, or raise."""
    number = check_number(value, what)
    if not (number > 0 and math.isfinite(number)):
        raise EstimationError(f"{what}={value!r} is not valid; allowed: a number above 0, {meaning}")
    return number


def correlation(value: Any, what: str) -> float:
    """Return a correlation, or raise."""
    number = check_number(value, what)
    if not -1 < number < 1:
        raise EstimationError(
            f"{what}={value!r} is not valid; allowed: a correlation between -1 and 1, such as 0.4"
        )
    return number


def alpha(value: Any) -> float:
    """Return the expected alpha, or raise."""
    number = check_number(value, "expected")
    if not 0 <= number < 1:
        raise EstimationError(
            f"expected={value!r} is not valid; allowed: an alpha from 0 to below 1, such as 0.85"
        )
    return number


def number_of_items(value: Any) -> int:
    """Return a number of items, or raise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 2:
        raise EstimationError(
            f"n_items={value!r} is not valid; allowed: a whole number of at least 2, as one item has no alpha"
        )
    return int(value)


def assurance(value: Any) -> float | None:
    """Return the required probability of a narrow interval, or None without one; or raise."""
    if value is None:
        return None
    number = check_number(value, "assurance")
    if not 0.5 <= number < 1:
        raise EstimationError(
            f"assurance={value!r} is not valid; allowed: the probability that the interval of a sample is "
            "this narrow, from 0.5 to below 1, such as 0.8"
        )
    return number


def attrition(value: Any) -> float:
    """Return the share of invited persons who are lost, or raise."""
    number = check_number(value, "attrition")
    if not 0 <= number < 1:
        raise EstimationError(
            f"attrition={value!r} is not valid; allowed: the share of those invited who are lost, from 0 to "
            "below 1, such as 0.2"
        )
    return number


def percentile(value: Any) -> float:
    """Return a percentile, or raise."""
    number = check_number(value, "percentile")
    if not 0 < number < 100:
        raise EstimationError(
            f"percentile={value!r} is not valid; allowed: a number between 0 and 100, such as 5"
        )
    return number


def smallest(suffices: Callable[[int], bool], fewest: int, target: str, unit: str, hint: str = "") -> int:
    """Return the smallest number that suffices, where all larger ones suffice too.

    Parameters
    ----------
    suffices
        Whether a number of persons or couples reaches the target.
    fewest
        Smallest number with which the estimate is defined.
    target, unit
        For messages: the target, and what is counted.
    hint
        For messages: how the target may have been misread.

    Raises
    ------
    EstimationError
        The fewest persons or couples suffice, or `MOST` of them do not.
    """
    if suffices(fewest):
        raise EstimationError(
            f"{target} is reached with any sample, even with {counted(fewest, unit)}, the fewest that an "
            f"estimate needs; pass a smaller value{f' ({hint})' if hint else ''}"
        )
    low, high = fewest, 2 * fewest
    while not suffices(high):
        if high == MOST:
            raise EstimationError(f"{target} needs more than {MOST:,} {unit}s; pass a larger value")
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high
