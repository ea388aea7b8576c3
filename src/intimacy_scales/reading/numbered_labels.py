"""Labels of options that hold their number, such as "Agree (6)" and "4 - Agree"."""

from __future__ import annotations

import re
from typing import NamedTuple

_BEFORE = re.compile(r"\(?(-?\d{1,3})\s*[).:=\]\u2013\u2014-]+\s*(?!\s*\d)(.*)", re.ASCII)
_BEHIND = re.compile(r"[(\[]\s*(-?\d{1,3})\s*[)\]]\Z", re.ASCII)
_LONGEST = 200  # characters of a text that may be a label


class NumberedLabel(NamedTuple):
    """The number and the label that a text holds; the label is empty if it holds only a number."""

    number: int
    label: str


def numbered_label(text: str) -> NumberedLabel | None:
    """Return the number and the label in the text of an option; None if it does not hold a number so.

    Ranges such as ``0-3`` and times do not hold the number of an option.

    Examples
    --------
    >>> numbered_label("Agree (6)"), numbered_label("(7) very often"), numbered_label("0-3")
    (NumberedLabel(number=6, label='Agree'), NumberedLabel(number=7, label='very often'), None)
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        return None
    if before := _BEFORE.fullmatch(stripped):
        return NumberedLabel(int(before[1]), before[2])
    behind = _BEHIND.search(stripped)
    label = stripped[: behind.start()].rstrip() if behind else ""
    if behind and any(map(str.isalpha, label)):
        return NumberedLabel(int(behind[1]), label)
    return None
