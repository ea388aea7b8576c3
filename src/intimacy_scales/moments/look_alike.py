"""Labels that look the same and are not: ``1`` and ``"1"``, ``c1`` and ``c1`` with a blank behind it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from typing import Any

from intimacy_scales.instrument import LOOKALIKES, exact
from intimacy_scales.reading.numerals import spelled

_PLAIN = re.compile(r"[+-]?[\d.]+")  # 1e5 may be an id
_LONG = 400  # digits: more are text


def looks(label: Any) -> Hashable:
    """Return what a label looks like: the number that it is or spells, or its text without what is not seen.

    Examples
    --------
    >>> looks(1) == looks("1") == looks(" 1.0") == looks("01"), looks("c1 ") == looks("c1"), looks("5²")
    (True, True, '5²')
    """
    if isinstance(label, str):
        return _text_looks(label)
    if isinstance(label, tuple):
        return tuple(map(looks, label))
    if isinstance(label, Number) and not isinstance(label, bool):
        return _exactly(label)
    return _text_looks(str(label))


def _text_looks(text: str) -> Hashable:
    if text.isdecimal() and text.isascii() and len(text) < _LONG:
        return int(text)
    seen = text.strip()
    if not text.isascii():
        seen = unicodedata.normalize("NFC", seen.translate(LOOKALIKES))
        # 5² is not 52
        seen = "".join(c if "<su" in unicodedata.decomposition(c) else _plainly(c) for c in seen)
    number = spelled(seen) if _PLAIN.fullmatch(seen) else None
    return " ".join(seen.split()) if number is None else exact(number)


def _plainly(letter: str) -> str:
    """Return a letter as it is seen: none for such as joiners, and full-width ones as the narrow ones."""
    return "" if unicodedata.category(letter) == "Cf" else unicodedata.normalize("NFKC", letter)


def _exactly(number: Any) -> Hashable:
    if isinstance(number, int | Fraction):
        return number
    try:
        return Fraction(number) if isinstance(number, Decimal) else exact(number)
    except (ValueError, OverflowError):
        return repr(number)


def first_alike(labels: Iterable[Any]) -> tuple[Any, Any] | None:
    """Return the first two of different labels that look the same, or None.

    Numbers among numbers are what they are: only where texts or other values stand beside them can
    two look the same.
    """
    different = list(labels)
    if all(type(label) is int or type(label) is float for label in different):
        return None
    seen: dict[Hashable, Any] = {}
    for label in different:
        other = seen.setdefault(looks(label), label)
        if other is not label:
            return other, label
    return None
