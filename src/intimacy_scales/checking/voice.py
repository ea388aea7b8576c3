"""Person and tense of items, compared with those of the other items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.tenses import tense_of
from intimacy_scales.checking.vocabulary.grammar import FIRST_PERSON, SECOND_PERSON
from intimacy_scales.checking.words import Sentence, words

_PERSONS = {"first": "the first person", "second": "the second person", "none": "neither person"}
# "My sister trusts people", "In our culture, …": 'my' and 'our' alone name others.
_OTHERS = re.compile(
    r"\b(?:my|our) (?!partner|relationship|love\b|life|feelings?|needs?|future|past|mood|own|trust|heart)"
    r"(?:\w+ )?(?:parents?|mother|father|mum|mom|dad|sisters?|brothers?|siblings?|family|relatives|cousins?"
    r"|aunts?|uncles?|grand\w+|friends?|neighbou?rs?|colleagues?|ex|boss|teachers?|children|kids|sons?|daughters?|society"
    r"|culture|country|world|generation|times?|age|days?|town|community|religion|church|people|class|group)\b"
)
_OWN = frozenset(
    {"i", "me", "we", "us", "mine", "ours", "myself", "ourselves", "i'm", "we're", "i've", "we've"}
)


def person_of(text: str) -> str:
    """Return the grammatical person: ``first``, ``second`` (where anyone is addressed) or ``none``.

    Examples
    --------
    >>> person_of("I trust my partner."), person_of("Do you trust them?"), person_of("Love fades.")
    ('first', 'second', 'none')
    """
    tokens = set(words(text))
    if tokens & SECOND_PERSON:
        return "second"
    plain = " ".join(words(text))
    if not tokens & _OWN and "my partner" not in plain:
        plain = _OTHERS.sub(" ", plain)
    return "first" if set(plain.split()) & (FIRST_PERSON | {"partner's"}) else "none"


def _commonest(names: Sequence[str], default: str) -> str:
    """Return the commonest name; of several, the default, or else the first in the alphabet."""
    counts = Counter(names)
    largest = max(counts.values())
    return default if counts[default] == largest else min(name for name, n in counts.items() if n == largest)


def _check_person(group: Sequence[Sentence]) -> Iterator[Hit]:
    persons = {sentence: person_of(sentence.text) for sentence in group}
    known = [person for person in persons.values() if person != "none"]
    commonest = _commonest(known, "first") if known else "first"
    for sentence, person in persons.items():
        if person != commonest:
            message = f"is in {_PERSONS[person]}; word it in {_PERSONS[commonest]}, like the others"
            yield Hit("person", message, sentence.item, sentence.field)


def _check_tense(group: Sequence[Sentence]) -> Iterator[Hit]:
    tenses = {sentence: tense_of(sentence.text) for sentence in group}
    commonest = _commonest(list(tenses.values()), "present")
    for sentence, tense in tenses.items():
        diary = sentence.wording == "daily" and {tense, commonest} == {"past", "present"}
        if tense != commonest and not diary:
            message = f"is in the {tense} tense, while the others are in the {commonest}"
            yield Hit("tense", message, sentence.item, sentence.field)


def check_voice(worded: Sequence[Sentence]) -> Iterator[Hit]:
    """Yield sentences in another person or tense than most sentences of the same wording."""
    for field in dict.fromkeys(sentence.field for sentence in worded):
        group = [sentence for sentence in worded if sentence.field == field]
        if group[0].wording != "partner":
            yield from _check_person(group)
        yield from _check_tense(group)
