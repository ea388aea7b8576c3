"""Rules for one sentence: length, joined ideas, negations, absolutes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.vocabulary import ABSOLUTES, JOINS, NO_DENIAL, ONE_THING
from intimacy_scales.checking.words import Sentence, is_negation, is_negative, words

MOST_WORDS = 16
_PAIR = 2
_TWO_SENTENCES = re.compile(r"[.!?]\s+\S")


def _quoted(found: list[str]) -> str:
    return ", ".join(f"'{text}'" for text in dict.fromkeys(found))


def _check_length(sentence: Sentence) -> Iterator[Hit]:
    count = len(sentence.text.split())
    if count > MOST_WORDS:
        yield Hit("length", f"{count} words; at most {MOST_WORDS} are easy to take in")


def _check_ideas(sentence: Sentence) -> Iterator[Hit]:
    joins = JOINS.findall(ONE_THING.sub(" ", sentence.plain))
    if joins:
        yield Hit("two-ideas", f"{_quoted(joins)} may join two ideas: make two items, or choose one")
    elif _TWO_SENTENCES.search(sentence.text):
        yield Hit("two-ideas", "is more than one sentence: make it one, or make two items")


def _check_absolutes(sentence: Sentence) -> Iterator[Hit]:
    found = ABSOLUTES.findall(sentence.plain)
    if found:
        yield Hit("absolute", f"{_quoted(found)} leaves no exception: say it of most times, or leave it out")


def _check_negations(sentence: Sentence) -> Iterator[Hit]:
    text = NO_DENIAL.sub(" ", sentence.plain)
    denials = [word for word in words(text) if is_negation(word)]
    negatives = [word for word in words(text) if is_negation(word) or is_negative(word)]
    if denials and len(negatives) >= _PAIR:
        message = f"{_quoted(negatives)} are two negatives in one sentence: say what is the case"
        yield Hit("double-negative", message)
        return
    plain = [word for word in denials if not ABSOLUTES.search(word) and word != "no"]
    if "no" in denials and not re.search(r"\bno one\b", text):
        plain.append("no")
    if plain:
        yield Hit("negation", f"{_quoted(plain)} denies: say in plain words what is the case")


def check_wording(sentence: Sentence) -> Iterator[Hit]:
    """Yield what is wrong with the wording of one sentence."""
    for check in (_check_length, _check_ideas, _check_negations, _check_absolutes):
        for hit in check(sentence):
            yield Hit(hit.rule, hit.message, sentence.item, sentence.field, hit.severity)
