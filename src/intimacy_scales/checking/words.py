"""The sentences of a bank, and their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from intimacy_scales.checking.morphology import irregular_bases
from intimacy_scales.checking.vocabulary.grammar import (
    FUNCTION_WORDS,
    NEGATIONS,
    NEGATIVE_MEANING,
    NEGATIVE_PREFIX,
)
from intimacy_scales.instrument import Instrument, ItemBank, Wording, normalized

Checked = ItemBank | Instrument
FIELDS: dict[str, Wording] = {"text": "self", "partner_text": "partner", "daily_text": "daily"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One wording of one item.

    Attributes
    ----------
    item, field
        Id of the item, and the field with the text.
    wording
        Whether it is about oneself, the partner, or a day.
    text
        The text as its author wrote it.
    """

    item: str
    field: str
    wording: Wording
    text: str

    @property
    def plain(self) -> str:
        """The text in lower case, without typographic quotes."""
        return normalized(self.text)


def sentences(bank: Checked) -> Iterator[Sentence]:
    """Yield every wording of every item; the ``text`` of a form is in the form's own wording."""
    text_wording = bank.wording if isinstance(bank, Instrument) else "self"
    for item in bank.items:
        for field, wording in FIELDS.items():
            text = getattr(item, field)
            if text is not None:
                yield Sentence(item.id, field, text_wording if field == "text" else wording, text)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case.

    Examples
    --------
    >>> words("I don't hide my partner's well-kept secrets.")
    ['i', "don't", 'hide', 'my', "partner's", 'well', 'kept', 'secrets']
    """
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", normalized(text))


def quoted(phrases: Iterable[str]) -> str:
    """Return phrases in quotes, each once.

    Examples
    --------
    >>> quoted(["and", "or", "and"])
    "'and', 'or'"
    """
    return ", ".join(f"'{phrase}'" for phrase in dict.fromkeys(phrases))


def is_negation(word: str) -> bool:
    """Return whether a word negates its sentence.

    Examples
    --------
    >>> is_negation("don't"), is_negation("unkind")
    (True, False)
    """
    return word in NEGATIONS or word.endswith("n't")


def is_negative(word: str) -> bool:
    """Return whether a word is itself negative, so that with a negation it forms a double negative.

    Examples
    --------
    >>> is_negative("dislike"), is_negative("understand"), is_negative("discuss")
    (True, False, False)
    """
    return word in NEGATIVE_MEANING or NEGATIVE_PREFIX.fullmatch(word) is not None


_SHORTEST_STEM = 3
_SAME = {"come": "go", "comes": "go", "goes": "go"}  # their choice depends on the speaker


@cache
def stem(word: str) -> str:
    """Return what the inflections of a word have in common: hug, hugs, hugged; try, tries; know, knew."""
    word = _SAME.get(word, word).removesuffix("'s")
    base = irregular_bases().get(word)
    if base is not None:
        return _SAME.get(base, base)
    if word.endswith("ss"):  # the s of "pass" is not an ending: its stem is that of "passes"
        return word
    for ending in ("ing", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return (word[:-1] + "i" if word.endswith("y") else word).removesuffix("e")


def content_stems(text: str) -> dict[str, str]:
    """Return stem → word for the words that carry a sentence's meaning, without negations."""
    content = (word for word in words(text) if word not in FUNCTION_WORDS and not is_negation(word))
    return {stem(word): word for word in content}


def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words that carry a sentence's meaning, without negations.

    Examples
    --------
    >>> sorted(content_words("I do not know what my partner fears most."))
    ['fear', 'know', 'most']
    """
    return frozenset(content_stems(text))


def overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the share of words in common, ``2 |A ∩ B| / (|A| + |B|)`` (Dice, 1945); 1 if both are empty.

    Examples
    --------
    >>> overlap(frozenset({"know", "fear"}), frozenset({"know", "fear", "most"}))
    0.8
    """
    if not first and not second:
        return 1.0
    return 2 * len(first & second) / (len(first) + len(second))
