"""Exact numbers: a decimal written in a file means that decimal, not its binary neighbour."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator


def exact(value: int | float | str | Fraction) -> Fraction:
    """Return the fraction that a number's shortest decimal form stands for.

    Examples
    --------
    >>> exact(0.1)
    Fraction(1, 10)
    >>> exact("2/3")
    Fraction(2, 3)
    """
    return value if isinstance(value, Fraction) else Fraction(str(value).strip())


def plain(value: Fraction) -> int | float:
    """Return a fraction as an int where it is whole, otherwise as the nearest float."""
    return value.numerator if value.denominator == 1 else float(value)


def _finite(value: Any) -> int | float:  # noqa: ANN401 - whatever stood in the file
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    return int(value) if value == int(value) else value


Number = Annotated[int | float, BeforeValidator(_finite)]
"""A finite number; whole floats become ints, so that 1.0 and 1 are the same content."""
