"""Names of columns and parameters that model texts and R accept."""

from __future__ import annotations

import re
from collections.abc import Hashable

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_.]+")
_R_WORDS = frozenset({"NA", "NaN", "Inf", "NULL", "TRUE", "FALSE", "if", "else", "for", "in", "c"})


def plain_name(*parts: str) -> str:
    """Return parts as one name of ASCII letters, digits, dots and underscores that begins with a letter.

    Examples
    --------
    >>> plain_name("trust", "1"), plain_name("p", "life satisfaction", ""), plain_name("2nd")
    ('trust_1', 'p_life_satisfaction', 'x2nd')
    """
    joined = "_".join(filter(None, (_NOT_ALLOWED.sub("_", part).strip("_") for part in parts)))
    return joined if joined[:1].isalpha() and joined not in _R_WORDS else f"x{joined}"


class Names:
    """Names by what they stand for; no two things have the same name."""

    def __init__(self) -> None:
        self._by_key: dict[Hashable, str] = {}
        self._lower: set[str] = set()

    def of(self, key: Hashable, *parts: str) -> str:
        """Return the name of a thing, made of parts where it has none yet."""
        if key not in self._by_key:
            name = plain = plain_name(*parts)
            number = 1
            while name.lower() in self._lower:  # as some programs do not tell case apart
                number += 1
                name = f"{plain}.{number}"
            self._by_key[key] = name
            self._lower.add(name.lower())
        return self._by_key[key]
