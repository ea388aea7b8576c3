"""Patterns of columns, such as ``q{n}_w``, for which a table has a column of every item."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from string import Formatter

_DIGITS = re.compile(r"[0-9]+")
_SHORT = 2  # letters of an id that also occurs within words
_MOST_WORDS = 4  # in a name; longer ones are questions


def patterns_that_fit(item_ids: Sequence[str], names: Iterable[str]) -> list[str]:
    """Return the patterns with ``{item}`` or ``{n}`` for which every item has a column.

    Text may stand on both sides of the id or the number. A number is a whole run of digits, not the 1 of
    ``q21``. For a single item, a number within words ("On a scale of 1-5, …") is not that of the item. An id
    of one or two letters within a word (the ``a`` of ``Email``) is not that of an item.

    Examples
    --------
    >>> patterns_that_fit(["ap", "cl"], ["p1_x1", "p1_x2", "age"])
    ['p1_x{n}']
    >>> patterns_that_fit(["ap", "cl"], ["ap.w", "cl.w", "Item01", "Item02"])
    ['{item}.w', 'Item{n:02d}']
    """
    known = set(names)
    if not item_ids:
        return []
    fitting: dict[tuple[str, ...], str] = {}  # columns → pattern: of two for the same columns, the first
    likely = known if len(item_ids) > 1 else {name for name in known if not _is_sentence(name)}
    for pattern in [*_of_ids(item_ids[0], likely), *_of_numbers(likely)]:
        columns = tuple(pattern.format(item=item, n=n) for n, item in enumerate(item_ids, start=1))
        if known.issuperset(columns):
            fitting.setdefault(columns, pattern)
    return list(fitting.values())


def _of_ids(first_item: str, names: Collection[str]) -> list[str]:
    """Return a pattern for each name that contains the first item's id."""
    patterns: dict[str, None] = {}
    for name in sorted(names):
        start = name.find(first_item)
        while start >= 0:
            end = start + len(first_item)
            is_part_of_word = name[:start][-1:].isalpha() or name[end : end + 1].isalpha()
            if not is_part_of_word or len(first_item) > _SHORT or not first_item.isalpha():
                patterns[_around(name, start, end, "{item}")] = None
            start = name.find(first_item, start + 1)
    return [pattern for pattern in patterns if pattern != "{item}"]


def _of_numbers(names: Collection[str]) -> list[str]:
    """Return a pattern for each number 1 in a name, with as many digits as it has there."""
    patterns: dict[str, None] = {}
    for name in sorted(names):
        for digits in _DIGITS.finditer(name):
            if int(digits[0][-4:]) == 1 and digits[0].lstrip("0") == "1" and len(digits[0]) <= 3:
                place = "{n}" if digits[0] == "1" else f"{{n:0{len(digits[0])}d}}"
                patterns[_around(name, digits.start(), digits.end(), place)] = None
    return list(patterns)


def _is_sentence(name: str) -> bool:
    return len(name.split()) > _MOST_WORDS


def _around(name: str, start: int, end: int, place: str) -> str:
    """Return a name as a pattern, with a place instead of some of its characters."""
    before, after = (text.replace("{", "{{").replace("}", "}}") for text in (name[:start], name[end:]))
    return f"{before}{place}{after}"


def of_partners(fitting: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return each partner's pattern among those that fit, where it was probably meant; otherwise nothing.

    It has the letters and digits of the one that was given, in another order or with other punctuation.

    Examples
    --------
    >>> of_partners(["p1_x{n}", "p2_x{n}"], {"a": "x{n}_p1", "b": "x{n}_p2"})
    {'a': 'p1_x{n}', 'b': 'p2_x{n}'}
    >>> of_partners(["p1_x{n}", "p2_x{n}"], {"a": "w{n}", "b": "h{n}"})
    {}
    """
    alike = {
        partner: [one for one in fitting if _characters(one) == _characters(pattern)]
        for partner, pattern in given.items()
    }
    meant = {partner: patterns[0] for partner, patterns in alike.items() if len(patterns) == 1}
    return meant if len(set(meant.values())) == len(given) else {}


def _characters(pattern: str) -> list[str]:
    """Return the letters and digits of a pattern around its place, without case, in alphabetical order."""
    literal = "".join(text for text, *_ in Formatter().parse(pattern))
    return sorted(character for character in literal.casefold() if character.isalnum())
