"""Person and tense: who speaks in an item, and of which time, compared with the other items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.vocabulary import (
    ALWAYS_PAST,
    FIRST_PERSON,
    FUTURE,
    NOT_PAST,
    PAST_VERB,
    SECOND_PERSON,
)
from intimacy_scales.checking.words import Sentence, words

_PERSONS = {"first": "the first person", "second": "the second person", "none": "no one in particular"}


def person_of(text: str) -> str:
    """Return who speaks: ``first``, ``second`` (where anyone is addressed) or ``none``.

    Examples
    --------
    >>> person_of("I trust my partner."), person_of("Do you trust them?"), person_of("Love fades.")
    ('first', 'second', 'none')
    """
    found = set(words(text))
    if found & SECOND_PERSON:
        return "second"
    return "first" if found & FIRST_PERSON else "none"


def tense_of(text: str) -> str:
    """Return ``past``, ``present`` or ``future``; what has happened counts as present.

    Examples
    --------
    >>> tense_of("I trusted my partner."), tense_of("I feel understood."), tense_of("We will last.")
    ('past', 'present', 'future')
    """
    plain = " ".join(words(text))
    if FUTURE.search(plain):
        return "future"
    plain = NOT_PAST.sub(" ", plain)
    return "past" if ALWAYS_PAST.search(plain) or PAST_VERB.search(plain) else "present"


def _most(found: Sequence[str], usual: str) -> str:
    """Return what most of them are, the usual one where no other has more."""
    counts = Counter(found)
    most = max(counts.values())
    return usual if counts[usual] == most else min(name for name, n in counts.items() if n == most)


def _check_person(group: Sequence[Sentence]) -> Iterator[Hit]:
    persons = {sentence: person_of(sentence.text) for sentence in group}
    spoken = [person for person in persons.values() if person != "none"]
    most = _most(spoken, "first") if spoken else "first"
    for sentence, person in persons.items():
        if person != most:
            message = f"speaks of {_PERSONS[person]}; word it in {_PERSONS[most]}, as the others are"
            yield Hit("person", message, sentence.item, sentence.field)


def _check_tense(group: Sequence[Sentence]) -> Iterator[Hit]:
    tenses = {sentence: tense_of(sentence.text) for sentence in group}
    most = _most(list(tenses.values()), "present")
    for sentence, tense in tenses.items():
        diary = sentence.wording == "daily" and {tense, most} == {"past", "present"}
        if tense != most and not diary:
            message = f"is in the {tense} tense, while the others are in the {most}"
            yield Hit("tense", message, sentence.item, sentence.field)


def check_voice(found: Sequence[Sentence]) -> Iterator[Hit]:
    """Yield sentences that change person or tense, compared with those of the same wording."""
    for field in dict.fromkeys(sentence.field for sentence in found):
        group = [sentence for sentence in found if sentence.field == field]
        if group[0].wording != "partner":
            yield from _check_person(group)
        yield from _check_tense(group)
