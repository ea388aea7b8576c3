"""Near-duplicates: items that say nearly the same, or the opposite by a mere 'not'.

Two items are near-duplicates if they share most of the words that carry their meaning
(`words.content_words`), in any order. Among the 23,005 pairs of the 215 shipped items (self wording) the
overlap has a median of 0, a 99th percentile of 0.40 and a maximum of 0.67. To reach the limit of 0.70, two
items of four words share three, and an item of two words shares both with one of three. Ratios of
characters (difflib) separate items less well: with "I" and "my partner" in nearly every item, half of the
pairs are above 0.42, and distinct items reach 0.91.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.meaning import Meaning, matched, meaning_of, with_we
from intimacy_scales.checking.words import (
    Checked,
    Sentence,
    content_words,
    is_negation,
    is_negative,
    overlap,
    sentences,
    words,
)
from intimacy_scales.instrument import normalized

ALIKE = 0.7  # least overlap of near-duplicates
NEGATED = 0.8  # least overlap of an item and its negated copy
SAME = 0.85  # least share of parts with the same meanings: all of up to four, or five of six
MUTUAL = {"quarrel", "laugh", "similar", "talk", "similar goals", "agree"}  # what both do
_EACH_OTHER = re.compile(r"\b(?:each other|one another)\b")
_PREFIXES = ("un", "dis")


@dataclass(frozen=True, slots=True)
class _Compared:
    """A sentence in the form in which sentences are compared."""

    sentence: Sentence
    origin: str  # id of its bank, for those of other banks
    content: frozenset[str]
    persons: frozenset[str]
    n_negatives: int
    meaning: Meaning

    @classmethod
    @lru_cache(maxsize=4096)
    def from_sentence(cls, sentence: Sentence, origin: str = "") -> _Compared:
        """Return a sentence of a bank, prepared."""
        tokens = words(sentence.text)
        n_negatives = sum(map(is_negation, tokens)) + sum(map(is_negative, tokens))
        persons = frozenset({"i", "me"} & set(words(with_we(sentence.text))))
        return cls(
            sentence,
            origin,
            content_words(_EACH_OTHER.sub(" ", sentence.text)),
            persons,
            n_negatives,
            meaning_of(sentence.text),
        )

    def same_roles(self, other: _Compared) -> bool:
        """Return whether the same partner acts: "I trust my partner" is not "my partner trusts me"."""
        return bool(self.persons & other.persons) or self.persons == other.persons

    def may_be_alike(self, other: _Compared) -> bool:
        """Return whether both are about the same people."""
        mine, theirs = self.meaning, other.meaning
        same_roles = self.same_roles(other) or (mine.agent == theirs.agent != "")
        agents = {mine.agent, theirs.agent}
        same_roles = same_roles or "" in agents or ("W" in agents and not MUTUAL.isdisjoint(mine.ideas))
        return mine.others == theirs.others and same_roles and mine.same_people(theirs)

    def affirmed(self) -> frozenset[str]:
        """Return the content words without negative prefixes."""
        plain = (_without_prefix(word) if is_negative(word) else word for word in self.content)
        return frozenset(plain)


def _without_prefix(word: str) -> str:
    for prefix in _PREFIXES:
        if word.startswith(prefix):
            return word.removeprefix(prefix)
    return word


def _are_alike(first: _Compared, second: _Compared) -> bool:
    if not first.content or not second.content:
        return normalized(first.sentence.text) == normalized(second.sentence.text)
    if not first.may_be_alike(second):
        return False
    common = overlap(first.content, second.content)
    # One word in place of another is another statement, unless both have one meaning.
    near = common >= ALIKE and not matched(first.meaning, second.meaning)[1]
    if near and first.n_negatives % 2 == second.n_negatives % 2:
        return True
    return first.meaning.affirms == second.meaning.affirms and _says_the_same(first.meaning, second.meaning)


def _says_the_same(first: Meaning, second: Meaning) -> bool:
    """Return whether nearly all parts of two sentences have the same meanings."""
    if first.ideas.isdisjoint(second.ideas):
        return False
    return matched(first, second)[0] >= SAME


def _is_negated_copy(first: _Compared, second: _Compared) -> bool:
    if not first.same_roles(second):
        return False
    opposite = first.n_negatives % 2 != second.n_negatives % 2 and bool(first.content)
    if opposite and overlap(first.affirmed(), second.affirmed()) >= NEGATED:
        return True
    differ = first.meaning.affirms != second.meaning.affirms
    return differ and first.may_be_alike(second) and _says_the_same(first.meaning, second.meaning)


def _pair_hit(first: _Compared, second: _Compared) -> Hit | None:
    """Return a hit if two sentences of one bank say the same or the opposite; it names the later id."""
    if _is_negated_copy(first, second):
        plain, negated = sorted((first, second), key=lambda compared: compared.n_negatives)
        message = (
            f"is {plain.sentence.item} ({plain.sentence.text!r}) with a negation: state the opposite in "
            "positive words"
        )
        return Hit("negated-copy", message, negated.sentence.item, negated.sentence.field)
    if _are_alike(first, second):
        earlier, later = sorted((first, second), key=lambda compared: compared.sentence.item)
        message = f"says nearly the same as {earlier.sentence.item} ({earlier.sentence.text!r})"
        return Hit("near-duplicate", message, later.sentence.item, later.sentence.field)
    return None


def _within(bank: Sequence[_Compared]) -> Iterator[Hit]:
    seen: set[tuple[str, ...]] = set()  # a pair is reported once, not again for its partner wording
    for first, second in combinations(bank, 2):
        if first.sentence.item == second.sentence.item or first.sentence.wording != second.sentence.wording:
            continue
        pair = tuple(sorted((first.sentence.item, second.sentence.item)))
        if pair not in seen and (hit := _pair_hit(first, second)) is not None:
            seen.add(pair)
            yield hit


def _indexed(others: Sequence[_Compared]) -> dict[tuple[str, str], list[int]]:
    """Return wording and a word or idea → places of the sentences with it; an empty word where none is."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, other in enumerate(others):
        for key in (other.content | other.meaning.ideas) or {""}:
            places[other.sentence.wording, key].append(place)
    return places


def _across(bank: Sequence[_Compared], others: Sequence[_Compared]) -> Iterator[Hit]:
    known = {(o.sentence.item, normalized(o.sentence.text)) for o in others}
    places = _indexed(others)
    seen: set[tuple[str, str, str]] = set()
    for candidate in bank:
        if (candidate.sentence.item, normalized(candidate.sentence.text)) in known:
            continue  # the same item, taken from that bank
        keys = (candidate.content | candidate.meaning.ideas) or {""}
        for place in sorted({p for key in keys for p in places.get((candidate.sentence.wording, key), ())}):
            other = others[place]
            pair = (candidate.sentence.item, other.origin, other.sentence.item)
            if pair in seen or not _are_alike(candidate, other):
                continue
            seen.add(pair)
            origin = f"{other.sentence.item} of {other.origin}"
            message = f"says nearly the same as {origin} ({other.sentence.text!r})"
            yield Hit("near-duplicate", message, candidate.sentence.item, candidate.sentence.field)


def check_near_duplicates(bank: Sequence[Sentence], against: Sequence[Checked]) -> Iterator[Hit]:
    """Yield pairs of items that say nearly the same, within the bank and compared with others."""
    compared = [_Compared.from_sentence(sentence) for sentence in bank]
    yield from _within(compared)
    others = [
        _Compared.from_sentence(sentence, other.id) for other in against for sentence in sentences(other)
    ]
    yield from _across(compared, others)
