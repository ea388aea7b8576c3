"""Readability of sentences: reading grades and hard words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.morphology import base_forms, lines_of
from intimacy_scales.checking.syllables import syllables
from intimacy_scales.checking.words import Sentence, quoted, words

BANK_GRADE = 6  # highest reading grade
# Syllables above the limit that a single sentence may have: one long word changes its grade a lot.
SYLLABLES_TO_SPARE = 1.5
_HARD, _VERY_HARD = 3, 4  # syllables of a word
_KNOWN, _LONGEST = 2, 99  # syllables that a word counts for at most


def reading_grade(texts: Sequence[str], *, known: frozenset[str] = frozenset()) -> float:
    """Return the Flesch-Kincaid grade of sentences: the school years needed to read them.

    ``0.39 * words per sentence + 11.8 * syllables per word - 15.59`` (Kincaid, Fishburne, Rogers & Chissom,
    1975).

    Parameters
    ----------
    texts
        One sentence each; together they have at least one word.
    known
        Long words that everybody knows, which count as words of two syllables.

    Examples
    --------
    >>> round(reading_grade(["I know that my partner is on my side."]), 1)
    1.0
    """
    tokens = [word for text in texts for word in words(text)]
    spoken = sum(min(syllables(token), _KNOWN if token in known else _LONGEST) for token in tokens)
    return 0.39 * len(tokens) / len(texts) + 11.8 * spoken / len(tokens) - 15.59


def _spoken_length(word: str) -> int:
    """Return the syllables of a word without the ending of a verb or a plural (Gunning, 1952)."""
    has_spoken_ending = re.search(r"(?:ing|[td]ed|[sxzcg]es|[cs]hes)$", word) is not None
    return syllables(word) - has_spoken_ending


@cache
def listed_words(name: str) -> frozenset[str]:
    """Return the words of a list: ``everyday`` or ``rare``."""
    return frozenset(word for line in lines_of(name) for word in line.split())


@cache
def _is_rare(word: str) -> bool:
    """Return whether a word, an inflection, or an adverb or noun made of it is in the list of rare words."""
    rare = listed_words("rare")
    stems = [
        word,
        *(word.removesuffix(ending) for ending in ("ly", "ness", "ment", "ation") if len(word) > 6),
    ]
    stems += [stem + "e" for stem in stems[1:]]
    return word not in listed_words("everyday") and any(
        form in rare for stem in stems for form in base_forms(stem)
    )


_ENDINGS = ("ly", "ness", "er", "est", "or", "ful", "less", "hood", "ship", "ment", "al")
# Words of two or three syllables from Latin, Greek or French by their look: prefix or ending.
_BOOKISH = re.compile(
    r"(?:ab|ac|ad|af|al|am|an|ap|as|at|co|col|com|con|cor|de|dis|ef|em|en|ex|im|in|inter|ob|op|per|pre|pro|re"
    r"|se|sub|suc|sup|sus|trans|ambi|anti|bene|mal|ante|circum|contra|dia|epi|hyper|hypo|para|syn|sym)"
    r"[a-z]{2,}(?:nd|nt|ve|de|te|se|ct|pt|rn|ce|ge|me|ne|re|fy|que|ss|st|rt|rse|rge|lve|lse|it|et|al|il|ir|el"
    r"|ise|ize|ude|id|ine|ain|eal|our|ous|ure|le|ue|ow)"
    r"|[a-z]{3,}(?:tion|sion|ity|ous|tive|sive|ate|ify|ent|ant|ence|ance|ency|ancy|tude|ism|ble|ible|uous|ical"
    r"|ic|id|ary|ory|ure|ile|oid|ose|ize|ise|esque|acy)"
)


@cache
def _is_known(word: str) -> bool:
    """Return whether a word, its base or what it is derived from is an everyday word."""
    known = listed_words("common")
    plain = word.removesuffix("'s")
    forms = [plain, plain.removeprefix("un"), *(plain.removesuffix(ending) for ending in _ENDINGS)]
    forms += [form.removesuffix("i") + "y" for form in forms if form.endswith("i")]
    return any(base in known for form in forms for base in (*base_forms(form), form + "e"))


@cache
def _is_bookish(word: str) -> bool:
    """Return whether a word looks like one from Latin."""
    return syllables(word) > 1 and any(_BOOKISH.fullmatch(form) for form in base_forms(word))


def _hard_words(sentence: Sentence) -> Iterator[Hit]:
    capitals = {word.casefold() for word in re.findall(r"(?<=\w )[A-Z]\w+", sentence.text)}
    long = {
        word: _spoken_length(word)
        for word in words(sentence.text)
        if word.removesuffix("'s") not in listed_words("everyday") and word not in capitals
    }
    rare = [word for word in long if _is_rare(word)]
    if rare:
        message = f"{quoted(rare)}: many people do not know the word; is there a more common one?"
        yield Hit("hard-word", message, sentence.item, sentence.field)
        return
    hard = [
        word
        for word, count in long.items()
        if count >= _VERY_HARD or ((count >= _HARD or _is_bookish(word)) and not _is_known(word))
    ]
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
        grade = reading_grade([sentence.text], known=listed_words("everyday"))
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
