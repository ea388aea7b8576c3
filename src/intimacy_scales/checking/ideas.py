"""The rule of one idea: joining words, relative clauses, participles and lists in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.phrases import found_in, tokens_of
from intimacy_scales.checking.vocabulary.grammar import FUNCTION_WORDS, PREPOSITIONS, SUBJECT_STARTS
from intimacy_scales.checking.words import Sentence, quoted

_TWO_SENTENCES = re.compile(r"[.!?:]\s+\S|\s[-\u2013\u2014]+\s")
_JOINING = ("and", "or")
_ARTICLES = ("a", "an", "the")
# Words that may follow a comma without a new idea: "…, too", "…, even when", "Today, I …".
_AFTER_COMMA = {
    "too", "even", "when", "if", "whatever", "whoever", "wherever", "however", "though", "especially",
    "no", "each", "at", "in", "on", "by", "before", "after", "once", "until", "anyway", "always", "today",
    "whether", "how", "what", "nothing", "everything", "let", "all",
}  # fmt: skip
_LONGEST_ASIDE = 4  # words of an aside, with its comma
_FEWEST_BEFORE_WHO = 2  # an article and an adjective: "a kind friend who listens"


def _is_repeated(tokens: Sequence[str], at: int) -> bool:
    """Return whether the same word is on both sides: "closer and closer"."""
    return 0 < at < len(tokens) - 1 and tokens[at - 1] == tokens[at + 1]


def _joins(sentence: Sentence, tokens: Sequence[str], name: str) -> list[str]:
    return [
        phrase.text or tokens[phrase.start]
        for phrase in found_in(sentence.text, name)
        if not (phrase.text in _JOINING and _is_repeated(tokens, phrase.start))
    ]


def _closes_aside(tokens: Sequence[str], at: int) -> bool:
    """Return whether a comma ends an aside such as ", on the whole,"."""
    opened = next((n for n in range(at - 1, 0, -1) if tokens[n] == ","), None)
    return opened is not None and at - opened <= _LONGEST_ASIDE and tokens[opened + 1] in PREPOSITIONS


def _is_idea_after_comma(tokens: Sequence[str], at: int) -> bool:
    """Return whether what follows a comma is a list, a participle, or a statement of its own."""
    following = tokens[at + 1] if at + 1 < len(tokens) else "."
    if not following[0].isalpha() or following in _AFTER_COMMA:
        return False
    if following in SUBJECT_STARTS:  # "I love my partner, I trust them"; but "When I cry, my partner …"
        return tokens[1] in SUBJECT_STARTS or tokens[1].endswith("ing")
    if following.endswith("ing"):
        return tokens[1] in SUBJECT_STARTS and not _closes_aside(tokens, at)
    first_words_may_be_adverbs = at <= 2
    return following not in FUNCTION_WORDS and not first_words_may_be_adverbs


def _who_adds(tokens: Sequence[str]) -> bool:
    """Return whether a clause with 'who' adds to a person who is already described."""
    for at, word in enumerate(tokens):
        if word == "who":
            before = tokens[:at]
            starts = [n for n, earlier in enumerate(before) if earlier in _ARTICLES]
            if starts and len(before) - starts[-1] - 1 >= _FEWEST_BEFORE_WHO:
                described = before[starts[-1] + 1 :]
                if not set(described) & PREPOSITIONS:
                    return True
    return False


def check_ideas(sentence: Sentence) -> Iterator[Hit]:
    """Yield a hit if a sentence holds more than one idea."""
    tokens = tokens_of(sentence.text)
    joins = _joins(sentence, tokens, "two-ideas")
    commas = [n for n, token in enumerate(tokens) if token == "," and _is_idea_after_comma(tokens, n)]
    if joins:
        yield Hit("two-ideas", f"{quoted(joins)} may join two ideas: make two items, or choose one")
    elif _TWO_SENTENCES.search(sentence.text):
        yield Hit("two-ideas", "is more than one sentence: make it one, or make two items")
    elif commas:
        parts = [f", {tokens[n + 1]}" for n in commas]
        yield Hit("two-ideas", f"{quoted(parts)} may add an idea: make two items, or choose one")
    elif _who_adds(tokens):
        yield Hit("two-ideas", "'who' adds an idea: make two items, or choose one")
    elif doubtful := _joins(sentence, tokens, "two-ideas ?"):
        message = f"{quoted(doubtful)} may add a condition or an idea: can one be true without the other?"
        yield Hit("two-ideas", message, severity="note")
