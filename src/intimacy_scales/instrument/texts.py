"""Comparison of texts: without regard to case, blanks and quotes, or to letters that look the same."""

from __future__ import annotations

import unicodedata

LOOKALIKES = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"',
        "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\ufeff": None, "\u200b": None, "\u200e": None, "\u200f": None,
    }
)  # fmt: skip


def normalized(text: str) -> str:
    """Return a text in the form in which texts are compared: case, blanks, BOM and quotes are folded.

    Examples
    --------
    >>> normalized("  DON'T   Know ")
    "don't know"
    """
    folded = unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).casefold()
    return " ".join(folded.split())


# letters of other alphabets that look like Latin letters in most fonts
_TWINS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеоԁсԛрѕіјухһԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναι",  # noqa: RUF001
    "ABESIJKMHOPCTYXaeodcqpsijyxhwABEZHIKMNOPTYXovai",
)


_SMALL = {ord(chr(twin).lower()): latin.lower() for twin, latin in ((t, chr(c)) for t, c in _TWINS.items())}


def without_twins(name: str) -> str:
    """Return a name in lower case, with look-alike letters of other alphabets replaced by Latin ones.

    Examples
    --------
    >>> without_twins("\u0430p") == without_twins("AP") == "ap"
    True
    """
    return name.lower() if name.isascii() else name.translate(_TWINS).lower().translate(_SMALL)


def as_it_looks(name: str) -> str:
    """Return a name with look-alike letters replaced by Latin ones, in Unicode's compatibility form."""
    return unicodedata.normalize("NFKC", name).translate(_TWINS)


def letters(name: str) -> str:
    """Return the Unicode names of a name's letters that are not ASCII, or "ASCII" if all are."""
    return ", ".join(unicodedata.name(c, "unnamed").lower() for c in name if not c.isascii()) or "ASCII"
