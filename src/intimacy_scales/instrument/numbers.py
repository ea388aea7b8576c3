"""Exact numbers: a decimal in a file stands for itself, not for the nearest binary float."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from intimacy_scales.instrument.budgets import shown

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_RATIO = re.compile(r"[+-]?\d{1,18}/\d{1,18}", re.ASCII)
_SHORT = 10**18  # smaller ints are made into fractions without being written as texts
_LONGEST = 400  # characters; the largest float has 309 digits


def as_number(text: str) -> int | float | None:
    """Return the number that a text writes in decimal digits, or None.

    Examples
    --------
    >>> as_number(" 3.0 "), as_number("1e2"), as_number("1_000"), as_number("nan")
    (3.0, 100.0, None, None)
    """
    text = text.strip()
    if len(text) > _LONGEST or not _DECIMAL.fullmatch(text):
        return None
    try:
        return int(text)
    except ValueError:
        return float(text)


def exact(value: int | float | str | Fraction) -> Fraction:
    """Return a number as a fraction: the exact value of its shortest decimal form.

    Raises
    ------
    ValueError
        A text is neither a decimal number nor a ratio of whole numbers.

    Examples
    --------
    >>> exact(0.1)
    Fraction(1, 10)
    >>> exact("2/3")
    Fraction(2, 3)
    """
    if isinstance(value, Fraction):
        return value
    if type(value) is int and abs(value) < _SHORT:
        return Fraction(value)
    text = str(value).strip()
    if not _RATIO.fullmatch(text) and as_number(text) is None:
        raise ValueError(f"{value!r} is not a number")
    return Fraction(text)


def common_step(numbers: Iterable[Fraction]) -> Fraction:
    """Return the largest step of which all differences between numbers are multiples; 0 if all are equal.

    Examples
    --------
    >>> common_step([Fraction(0), Fraction(2), Fraction(7)]), common_step([Fraction(1, 2), Fraction(2)])
    (Fraction(1, 1), Fraction(3, 2))
    """
    values = list(numbers)
    return common_divisor(value - values[0] for value in values)


def common_divisor(numbers: Iterable[Fraction]) -> Fraction:
    """Return the largest number of which all others are whole multiples; 0 if all are 0."""
    fractions = list(numbers)
    denominator = math.lcm(*(fraction.denominator for fraction in fractions))
    numerators = (int(fraction * denominator) for fraction in fractions)
    return Fraction(math.gcd(*numerators), denominator)


def plain(value: Fraction) -> int | float:
    """Return a fraction as an int where it is whole, otherwise as the nearest float.

    Examples
    --------
    >>> from fractions import Fraction
    >>> plain(Fraction(6, 2)), plain(Fraction(1, 10))
    (3, 0.1)
    """
    return value.numerator if value.denominator == 1 else float(value)


def finite(value: Any) -> int | float:
    """Return a finite number, as an int if it is whole.

    Raises
    ------
    ValueError
        The value is not a number, is not finite, or exceeds the range of floats.
    """
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{shown(value)} is not a number")
    try:
        if not math.isfinite(value):
            raise ValueError(f"{value!r} is not a finite number")
    except OverflowError:
        raise ValueError(f"{shown(value)} is too large") from None
    return int(value) if value == int(value) else value
