"""Sentences of a bank, and the words in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from intimacy_scales.checking.vocabulary import (
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
        Where it stands.
    wording
        Whom or what time it is about.
    text
        As its author wrote it.
    """

    item: str
    field: str
    wording: Wording
    text: str

    @property
    def plain(self) -> str:
        """The text in small letters, without typographic quotes."""
        return normalized(self.text)


def sentences(bank: Checked) -> Iterator[Sentence]:
    """Yield every wording of every item; a form's ``text`` is in the form's own wording."""
    own = bank.wording if isinstance(bank, Instrument) else "self"
    for item in bank.items:
        for field, wording in FIELDS.items():
            text = getattr(item, field)
            if text is not None:
                yield Sentence(item.id, field, own if field == "text" else wording, text)


def words(text: str) -> list[str]:
    """Return the words of a text in small letters.

    Examples
    --------
    >>> words("I don't hide my partner's well-kept secrets.")
    ['i', "don't", 'hide', 'my', "partner's", 'well', 'kept', 'secrets']
    """
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", normalized(text))


def is_negation(word: str) -> bool:
    """Whether a word denies its sentence.

    Examples
    --------
    >>> is_negation("don't"), is_negation("unkind")
    (True, False)
    """
    return word in NEGATIONS or word.endswith("n't")


def is_negative(word: str) -> bool:
    """Whether a word has a negative built in, which a negation would turn round again.

    Examples
    --------
    >>> is_negative("dislike"), is_negative("understand"), is_negative("discuss")
    (True, False, False)
    """
    return word in NEGATIVE_MEANING or NEGATIVE_PREFIX.fullmatch(word) is not None


_ENDINGS = ("ing", "es", "ed", "s", "e")
_SHORTEST_STEM = 3
_SAME = {"come": "go", "comes": "go", "goes": "go"}  # which of them depends on who speaks


@cache
def _stem(word: str) -> str:
    word = _SAME.get(word, word).removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith("ss"):  # the s of "pass" is no ending, so that it has the stem of "passes"
            break
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    return word[:-1] + "i" if word.endswith("y") else word


def content_stems(text: str) -> dict[str, str]:
    """Return the words that carry what a sentence says, without negations: stem → the word."""
    said = (word for word in words(text) if word not in FUNCTION_WORDS and not is_negation(word))
    return {_stem(word): word for word in said}


def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words that carry what a sentence says, without negations.

    Examples
    --------
    >>> sorted(content_words("I do not know what my partner fears most."))
    ['fear', 'know', 'most']
    """
    return frozenset(content_stems(text))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words in common (Dice, 1945); 1 where neither has any.

    Examples
    --------
    >>> overlap(frozenset({"know", "fear"}), frozenset({"know", "fear", "most"}))
    0.8
    """
    if not one and not other:
        return 1.0
    return 2 * len(one & other) / (len(one) + len(other))
