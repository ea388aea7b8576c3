"""The tense of a sentence: auxiliaries, times, and past forms of verbs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from intimacy_scales.checking.morphology import irregular_verbs
from intimacy_scales.checking.phrases import found_in, tokens_of
from intimacy_scales.checking.vocabulary.grammar import (
    ALSO_PRESENT,
    IRREGULAR_PAST,
    NO_PAST_AFTER,
    listed,
)

_SUBJECTS = {"i", "we", "you", "they", "he", "she", "it", "partner", "partners", "relationship", "love"}
_ADVERBS = {"often", "sometimes", "both", "also", "just", "once", "first", "never", "always", "all", "still"}
_QUESTIONS = {"how", "what", "why", "when", "who", "whom", "which", "that", "where", "whether", "if"}
_RELATIVE = re.compile(  # "the day we met", "the way they raised me": about now all the same
    r"\b(?:day|way|time|moment|place|year|things?|people|person|what|how|than)"
    r" (?:i|we|my partner|they) (?:first )?$"
)
_REACH = 4  # words back to the question word that opens a clause: "asks how my shift went"
_SHORTEST_REGULAR = 4
# Past forms that are more often something else.
_NOT_PAST = {
    "lay",
    "left",
    "saw",
    "bore",
    "bit",
    "felt",
    "wound",
    "leant",
    "bound",
    "lit",
    "ground",
    "rose",
    "fell",
    "was",
    "were",
}
_SUBORDINATE = {
    "after",
    "when",
    "once",
    "until",
    "that",
    "what",
    "how",
    "before",
    "if",
    "than",
    "who",
    "which",
    "as",
}
_HAVE_THESE = {"need", "set", "cut", "hit", "read", "run", "let", "bed", "got", "put"}
_AFTER_PERFECT = listed(
    "me us you them him her my our your their his its the a an to in at on of with from about for over since"
    " through that how what each up away apart down out off back so too more less much well closer colder"
    " into better worse as by on around together one because when this these all many most some nothing"
    " everything alone myself themselves ourselves old and but enough my partner near far stronger"
    " weaker happier part"
)


def _previous(tokens: Sequence[str], at: int) -> str:
    """Return the word before a place, adverbs passed over."""
    at -= 1
    while at > 0 and (tokens[at] in _ADVERBS or tokens[at].endswith("ly")):
        at -= 1
    return tokens[at]


def _in_question(tokens: Sequence[str], at: int) -> bool:
    return bool(_QUESTIONS & set(tokens[max(at - _REACH, 0) : at]))


@cache
def _pasts() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return irregular past forms, those of them that are also the base (let, put), and participles."""
    pasts: set[str] = set()
    bases: set[str] = set()
    participles: set[str] = set()
    for base, (past, done) in irregular_verbs().items():
        pasts.update(form for form in past if form not in (base, *_NOT_PAST))
        bases.update({base} & set(past))
        participles.update(done)
    return frozenset(pasts), frozenset(bases), frozenset(participles)


def _is_past(tokens: Sequence[str], at: int) -> bool:
    """Return whether a word is a past form that follows a subject."""
    word, before = tokens[at], _previous(tokens, at)
    pasts, bases, _ = _pasts()
    may_be_subject = before[0].isalpha() and before not in NO_PAST_AFTER
    if word in pasts or word in IRREGULAR_PAST:
        plural = before.endswith("s") and not before.endswith(("ss", "'s"))
        return before in _SUBJECTS or (may_be_subject and word not in ALSO_PRESENT and plural)
    if word in bases:  # "my partner hurt me", but "I let my partner cut the cake"
        follows = at > 2 and tokens[at - 2 : at] == ("my", "partner")
        return follows and tokens[at - 3] in ("^", ",", "that", "and", "when")
    if not word.endswith("ed") or len(word) < _SHORTEST_REGULAR or word in ALSO_PRESENT:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else "."
    return may_be_subject and following != "by" and not before.endswith(("ing", "self", "selves"))


def _is_perfect(tokens: Sequence[str], at: int) -> bool:
    """Return whether 'have' begins a report of what has happened: "has hurt me", but "have shared goals"."""
    if tokens[at] not in ("have", "has", "i've", "we've", "they've", "haven't", "hasn't"):
        return False
    if _SUBORDINATE & set(tokens[:at]):
        return False
    at += 1
    while at < len(tokens) and (tokens[at] in _ADVERBS | {"not", "ever"} or tokens[at].endswith("ly")):
        if tokens[at] in ("never", "ever"):
            return True
        at += 1
    if at >= len(tokens):
        return False
    word, following = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else "."
    is_participle = word in _pasts()[2] or (word.endswith("ed") and len(word) > _SHORTEST_REGULAR)
    return (
        is_participle
        and word not in _HAVE_THESE
        and (following in _AFTER_PERFECT or not following[0].isalpha())
    )


def _has_past_verb(tokens: Sequence[str]) -> bool:
    """Return whether a verb is in the past tense, or reports what has happened."""
    for at in range(1, len(tokens)):
        if _in_question(tokens, at) and tokens[at - 2] != "that":
            continue
        if _RELATIVE.search(" ".join(tokens[max(at - 4, 0) : at]) + " "):
            continue
        if _is_past(tokens, at) or _is_perfect(tokens, at):
            return True
    return False


def tense_of(text: str) -> str:
    """Return the tense: ``past`` (with reports of what has happened), ``present`` or ``future``.

    Examples
    --------
    >>> tense_of("I trusted my partner."), tense_of("I feel understood."), tense_of("We will last.")
    ('past', 'present', 'future')
    """
    if found_in(text, "future"):
        return "future"
    tokens = tokens_of(text)
    times = [
        phrase
        for phrase in found_in(text, "past")
        if not (len(phrase.text.split()) == 1 and _in_question(tokens, phrase.start))
    ]
    return "past" if times or _has_past_verb(tokens) else "present"
