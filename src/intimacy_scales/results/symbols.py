"""Symbols of statistics in headings, notes and sentences: italic letters, Greek letters, minus signs.

One rule for all writers (American Psychological Association, 2020, section 6.44): Latin letters that stand
for statistics are italic, Greek letters and abbreviations (CFI, ICC) are upright.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MINUS, DASH, ALPHA = "\N{MINUS SIGN}", "\N{EM DASH}", "\N{GREEK SMALL LETTER ALPHA}"
NO_BREAK = "\N{NO-BREAK SPACE}"
_ITALIC = ["SD", "SE", "M", "N", "n", "r", "p", "t", "z", "F", "df", "B", "k", "d"]
_LETTERS = "|".join(sorted(_ITALIC, key=len, reverse=True))
# in headings a letter by itself; in texts only one that a figure follows, as names may be letters too
_IN_HEADINGS = re.compile(rf"(?<![\w'-])(?:{_LETTERS})(?![\w'-])")
_IN_TEXTS = re.compile(rf"(?<![\w'-])(?:{_LETTERS})(?=(?:\([\d.,\s]+\))?\s[=<>\u2264\u2265]\s)")
_CHI_SQUARE = re.compile(r"\b[Cc]hi-squares?\b")
_NUMBER = r"[\u2212-]?(?:\d[\d,]*)?\.?\d+%?"
_VERSION = r"\d+(?:\.\d+){2,}"
_INTERVAL = re.compile(rf"\[{_NUMBER}(?:,| to) {_NUMBER}\]")
_WHOLE = re.compile(  # an interval; a figure or version, with the sign before it
    rf"{_INTERVAL.pattern}"
    rf"|(?:[=<>\u2264\u2265\u00b1] )?(?<![\w.\u2212-])(?:{_VERSION}|{_NUMBER})(?![\w-])"
)
_NEGATIVE = re.compile(r"(?<![\w.\u2212-])-(?=\.?\d)")


class Run(NamedTuple):
    """A part of a text that is italic as a whole, or not."""

    text: str
    italic: bool


def heading_runs(text: str) -> list[Run]:
    """Return the parts of a heading.

    Examples
    --------
    >>> [run.text for run in heading_runs("M (SD)") if run.italic], heading_runs("CFI")
    (['M', 'SD'], [Run(text='CFI', italic=False)])
    """
    return _runs(greek(text), _IN_HEADINGS)


def text_runs(text: str) -> list[Run]:
    """Return the parts of a note or of a sentence, with minus signs.

    Examples
    --------
    >>> [run.text for run in text_runs("Partner B had r = -.20, p < .001.") if run.italic]
    ['r', 'p']
    """
    return _runs(with_minus(greek(text)), _IN_TEXTS)


def greek(text: str) -> str:
    """Return a text with the Greek letter of chi-square.

    Examples
    --------
    >>> greek("chi-square(2) = 1.29, p = .525")
    'χ²(2) = 1.29, p = .525'
    """
    return _CHI_SQUARE.sub("\N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO}", text)


def with_minus(text: str) -> str:
    """Return a text with minus signs in place of hyphens before figures.

    Examples
    --------
    >>> with_minus("[-.20, 0.31]") == f"[{MINUS}.20, 0.31]", with_minus("items 1-4"), with_minus("1e-05")
    (True, 'items 1-4', '1e-05')
    """
    return _NEGATIVE.sub(MINUS, text)


def figure_cell(text: str) -> str:
    """Return the text of a cell of figures as it is printed: minus signs, and a dash where undefined."""
    return DASH if text == "-" else with_minus(text)


def unbroken_parts(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a text, and for each whether no line may end within it: figures and intervals.

    Examples
    --------
    >>> [part for part, whole in unbroken_parts("alpha = .88, 95% CI [.86, .90], of 2 forms") if whole]
    ['= .88', '95%', '[.86, .90]']
    """
    parts, at = [], 0
    for match in _WHOLE.finditer(text):
        if match[0].isdigit():
            continue  # no line ends between figures
        parts += [(text[at : match.start()], False), (match[0], True)]
        at = match.end()
    return [part for part in (*parts, (text[at:], False)) if part[0]]


def with_unbroken_intervals(text: str) -> str:
    """Return a text with no-break spaces (U+00A0) within intervals, where no line may end.

    Examples
    --------
    >>> with_unbroken_intervals("r = .30 [.12, .34]") == f"r = .30 [.12,{NO_BREAK}.34]"
    True
    """
    return _INTERVAL.sub(lambda match: match[0].replace(" ", NO_BREAK), text)


def _runs(text: str, pattern: re.Pattern[str]) -> list[Run]:
    runs, at = [], 0
    for match in pattern.finditer(text):
        runs += [Run(text[at : match.start()], False), Run(match[0], True)]
        at = match.end()
    return [run for run in (*runs, Run(text[at:], False)) if run.text]
