"""Checks of single sentences: length, joined ideas, negations, absolutes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.vocabulary import ABSOLUTES, JOINS, NO_DENIAL, ONE_THING
from intimacy_scales.checking.words import Sentence, is_negation, is_negative, words

MOST_WORDS = 16
_TWO_SENTENCES = re.compile(r"[.!?]\s+\S")


def _quoted(phrases: list[str]) -> str:
    return ", ".join(f"'{phrase}'" for phrase in dict.fromkeys(phrases))


def _check_length(sentence: Sentence) -> Iterator[Hit]:
    count = len(sentence.text.split())
    if count > MOST_WORDS:
        yield Hit("length", f"has {count} words; at most {MOST_WORDS} are easy to take in")


def _check_ideas(sentence: Sentence) -> Iterator[Hit]:
    joins = JOINS.findall(ONE_THING.sub(" ", sentence.plain))
    if joins:
        yield Hit("two-ideas", f"{_quoted(joins)} may join two ideas: make two items, or choose one")
    elif _TWO_SENTENCES.search(sentence.text):
        yield Hit("two-ideas", "is more than one sentence: make it one, or make two items")


def _check_absolutes(sentence: Sentence) -> Iterator[Hit]:
    absolutes = ABSOLUTES.findall(sentence.plain)
    if absolutes:
        message = f"{_quoted(absolutes)} allows no exception: use a milder word, or leave it out"
        yield Hit("absolute", message)


def _check_negations(sentence: Sentence) -> Iterator[Hit]:
    text = NO_DENIAL.sub(" ", sentence.plain)
    negations = [word for word in words(text) if is_negation(word)]
    negatives = [word for word in words(text) if is_negation(word) or is_negative(word)]
    if negations and len(negatives) >= 2:
        message = f"two negatives in one sentence ({_quoted(negatives)}): word it positively"
        yield Hit("double-negative", message)
        return
    # absolutes are reported by their own rule
    reported = [word for word in negations if not ABSOLUTES.search(word) and word != "no"]
    if "no" in negations and not re.search(r"\bno one\b", text):
        reported.append("no")
    if reported:
        yield Hit("negation", f"{_quoted(reported)} is a negation: word it positively")


def check_wording(sentence: Sentence) -> Iterator[Hit]:
    """Yield faults in the wording of one sentence."""
    for check in (_check_length, _check_ideas, _check_negations, _check_absolutes):
        for hit in check(sentence):
            yield Hit(hit.rule, hit.message, sentence.item, sentence.field, hit.severity)
