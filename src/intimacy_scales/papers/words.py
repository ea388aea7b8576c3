"""Numbers, citations and lists as the prose of a paper writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from intimacy_scales.instrument.provenance import Citation
from intimacy_scales.results.wording import joined

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_AUTHOR = re.compile(r"([^,&]+), (?:[^\W\d_]\.[ -]?)+")
_CITED = re.compile(r"(?P<authors>.+), (?P<year>\d{4})")


def number_word(n: int) -> str:
    """Return a number as a word if it is below 10, as APA style has it in prose.

    Examples
    --------
    >>> number_word(3), number_word(10), number_word(0)
    ('three', '10', 'no')
    """
    return _NUMBERS[n] if 0 <= n < len(_NUMBERS) else str(n)


def count_words(n: int, what: str) -> str:
    """Return a number of things in prose, with the plural where needed.

    Examples
    --------
    >>> count_words(1, "item"), count_words(3, "item"), count_words(18, "item")
    ('one item', 'three items', '18 items')
    """
    return f"{number_word(n)} {what}" if n == 1 else f"{number_word(n)} {what}s"


def as_sentence(text: str) -> str:
    """Return a clause as a sentence, with a capital and a full stop.

    Examples
    --------
    >>> as_sentence("two items were reverse-keyed")
    'Two items were reverse-keyed.'
    """
    return f"{text[:1].upper()}{text[1:]}."


def spans(values: Iterable[int]) -> str:
    """Return the lowest and the highest of some counts, or the only one.

    Examples
    --------
    >>> spans([232, 236, 234]), spans([50, 50])
    ('232 to 236', '50')
    """
    counts = sorted(set(values))
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def cited(citation: Citation) -> str:
    """Return a publication as it is cited in parentheses.

    Examples
    --------
    >>> cited(Citation(authors="Fletcher, G. J. O., Simpson, J. A., & Thomas, G.", year=2000))
    'Fletcher et al., 2000'
    >>> cited(Citation(authors="Funk, J. L., & Rogge, R. D.", year=2007)), cited(Citation(authors="WHO"))
    ('Funk & Rogge, 2007', 'WHO, n.d.')
    """
    year = "n.d." if citation.year is None else str(citation.year)
    names = [name.strip(" ,&") for name in _AUTHOR.findall(citation.authors)]
    if not names:
        return f"{citation.authors.rstrip('.')}, {year}"
    more = len(names) > 2 or "et al" in citation.authors
    return f"{names[0]} et al., {year}" if more else f"{' & '.join(names)}, {year}"


def cited_together(citations: Sequence[Citation]) -> str:
    """Return publications as they are cited together in parentheses, in alphabetical order."""
    return "; ".join(sorted({cited(citation) for citation in citations}))


def narrative(source: str) -> str:
    """Return a source that is cited in parentheses as a part of a sentence.

    Examples
    --------
    >>> narrative("Hu & Bentler, 1999"), narrative("the manual")
    ('Hu and Bentler (1999)', 'the manual')
    """
    match = _CITED.fullmatch(source)
    if match is None:
        return source
    return f"{match['authors'].replace(' & ', ' and ')} ({match['year']})"


def in_prose(title: str) -> str:
    """Return a scale's title as a sentence names it: a scale called Total is the total score.

    Examples
    --------
    >>> in_prose("Total"), in_prose("Trust")
    ('the total score', 'Trust')
    """
    return "the total score" if title.lower() == "total" else title


def listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence, with semicolons if a part has a comma.

    Examples
    --------
    >>> listed(["Trust", "Love"]), listed(["Coping, self", "Coping, partner"])
    ('Trust and Love', 'Coping, self; and Coping, partner')
    """
    if len(parts) > 1 and any("," in part for part in parts):
        return f"{'; '.join(parts[:-1])}; and {parts[-1]}"
    return joined(parts)
