"""Whether a text is a label that was misspelt, and not another label with similar letters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from intimacy_scales.messages import nearest

_WORD = re.compile(r"\w+")
_SHORTEST = 4  # letters of a word in which some may be wrong
_ALIKE = 0.8


def misspelt_label(text: str, labels: Iterable[str]) -> str | None:
    """Return the label whose words a text has with slips only; None if it has none, or other words.

    A word more, or another beginning of a word, makes the opposite: ``dissatisfied`` is not a way to spell
    ``satisfied``, nor ``strongly disagree`` one to spell ``disagree``.

    Examples
    --------
    >>> misspelt_label("stronly agree;", ["agree", "strongly agree"]), misspelt_label("disagree", ["agree"])
    ('strongly agree', None)
    """
    return next((label for label in nearest(text, labels, most=3) if _has_slips_only(text, label)), None)


def _has_slips_only(text: str, label: str) -> bool:
    words, meant = _WORD.findall(text.casefold()), _WORD.findall(label.casefold())
    if "".join(words) == "".join(meant) or sorted(words) == sorted(meant):
        return True
    return len(words) == len(meant) and all(map(_is_slip, words, meant))


def _is_slip(word: str, meant: str) -> bool:
    if word == meant:
        return True
    is_long = min(len(word), len(meant)) >= _SHORTEST and word[0] == meant[0]
    return is_long and SequenceMatcher(None, word, meant).ratio() >= _ALIKE
