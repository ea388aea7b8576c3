"""Checks of single sentences: length, ideas, negations, and phrases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from intimacy_scales.checking.expressions import check_expressions
from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.ideas import check_ideas
from intimacy_scales.checking.negatives import check_negatives
from intimacy_scales.checking.words import Sentence

MOST_WORDS = 16


def _check_length(sentence: Sentence) -> Iterator[Hit]:
    count = len(sentence.text.split())
    if count > MOST_WORDS:
        yield Hit("length", f"has {count} words; at most {MOST_WORDS} are easy to take in")


def check_wording(sentence: Sentence, *, by_frequency: bool = False) -> Iterator[Hit]:
    """Yield faults in the wording of one sentence."""
    hits = chain(
        _check_length(sentence),
        check_ideas(sentence),
        check_negatives(sentence),
        check_expressions(sentence, by_frequency=by_frequency),
    )
    for hit in hits:
        yield Hit(hit.rule, hit.message, sentence.item, sentence.field, hit.severity)
