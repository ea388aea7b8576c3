"""Readability of sentences: reading grades and hard words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.syllables import syllables
from intimacy_scales.checking.vocabulary import EVERYDAY
from intimacy_scales.checking.words import Sentence, words

BANK_GRADE = 6  # highest reading grade
# Syllables above the limit that a single sentence may have: one long word changes its grade a lot.
SYLLABLES_TO_SPARE = 1.5
_HARD, _VERY_HARD = 3, 4  # syllables of a word


def reading_grade(texts: Sequence[str]) -> float:
    """Return the Flesch-Kincaid grade of sentences: the school years needed to read them.

    ``0.39 * words per sentence + 11.8 * syllables per word - 15.59`` (Kincaid, Fishburne, Rogers & Chissom,
    1975).

    Parameters
    ----------
    texts
        One sentence each; together they have at least one word.

    Examples
    --------
    >>> round(reading_grade(["I know that my partner is on my side."]), 1)
    1.0
    """
    tokens = [word for text in texts for word in words(text)]
    return 0.39 * len(tokens) / len(texts) + 11.8 * sum(map(syllables, tokens)) / len(tokens) - 15.59


def _spoken_length(word: str) -> int:
    """Return the syllables of a word without the ending of a verb or a plural (Gunning, 1952)."""
    has_spoken_ending = re.search(r"(?:ing|[td]ed|[sxzcg]es|[cs]hes)$", word) is not None
    return syllables(word) - has_spoken_ending


def _hard_words(sentence: Sentence) -> Iterator[Hit]:
    capitals = {word.casefold() for word in re.findall(r"(?<=\w )[A-Z]\w+", sentence.text)}
    long = {
        word: _spoken_length(word)
        for word in words(sentence.text)
        if word not in EVERYDAY and word not in capitals
    }
    hard = [word for word, count in long.items() if count >= _HARD]
    if hard:
        named = ", ".join(f"{word!r} ({long[word]} syllables)" for word in hard)
        very = max(long.values()) >= _VERY_HARD
        message = f"{named}: is there a shorter, more common word?"
        yield Hit("hard-word", message, sentence.item, sentence.field, None if very else "note")


def check_readability(worded: Sequence[Sentence]) -> Iterator[Hit]:
    """Yield hard words, and too high grades of single sentences and of all sentences of one wording."""
    readable = [sentence for sentence in worded if words(sentence.text)]
    for sentence in readable:
        yield from _hard_words(sentence)
        grade = reading_grade([sentence.text])
        limit = BANK_GRADE + 11.8 * SYLLABLES_TO_SPARE / len(words(sentence.text))
        if grade > limit:
            yield Hit(
                "reading-grade",
                f"reading grade {grade:.1f}, above {limit:.1f}: use shorter words, or fewer",
                sentence.item,
                sentence.field,
            )
    for field in dict.fromkeys(sentence.field for sentence in readable):
        texts = [sentence.text for sentence in readable if sentence.field == field]
        grade = reading_grade(texts)
        if len(texts) > 1 and grade > BANK_GRADE:
            yield Hit(
                "reading-grade",
                f"all sentences together have reading grade {grade:.1f}, above {BANK_GRADE}",
                None,
                field,
            )
