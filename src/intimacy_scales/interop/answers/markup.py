"""Texts of questions and options as people read them, without HTML."""

from __future__ import annotations

import html
import re

from intimacy_scales.instrument.numerals import as_compared

_INLINE = re.compile(
    r"</?(?:a|abbr|b|big|em|font|i|mark|s|small|span|strong|sub|sup|u)(?:\s[^<>]*)?>", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_MARK = "\ufeff"  # a byte-order mark, which some exports leave inside cells


def without_markup(text: object) -> str:
    r"""Return a text without its markup, on one line.

    Examples
    --------
    >>> without_markup("<p>How <b>happy</b>\n&amp; safe?</p>")
    'How happy & safe?'
    """
    plain = html.unescape(_TAG.sub(" ", _INLINE.sub("", str(text)))).replace(_MARK, "")
    return " ".join(plain.split())


def folded_text(text: str) -> str:
    """Return a text as headers are compared with it: without markup, case and blanks, which exports drop.

    Examples
    --------
    >>> folded_text("How<br>happy?") == folded_text("how happy?")
    True
    """
    return "".join(as_compared(without_markup(text)).split())
