"""Texts of questions and options as people read them, without HTML."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<[^<>]*>")
_MARK = "\ufeff"  # a byte-order mark, which some exports leave inside cells


def without_markup(text: object) -> str:
    r"""Return a text without its markup, on one line.

    Examples
    --------
    >>> without_markup("<p>How <b>happy</b>\n&amp; safe?</p>")
    'How happy & safe?'
    """
    plain = html.unescape(_TAG.sub(" ", str(text))).replace(_MARK, "")
    return " ".join(plain.split())
