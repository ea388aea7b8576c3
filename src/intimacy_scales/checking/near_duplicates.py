"""Near-duplicates: items that say nearly the same, or the opposite by a mere 'not'.

Two items are near-duplicates if they share most of the words that carry their meaning
(`words.content_words`), in any order. Among the 23,005 pairs of the 215 shipped items (self wording) the
overlap has a median of 0, a 99th percentile of 0.40 and a maximum of 0.67. To reach the limit of 0.70, two
items of four words share three, and an item of two words shares both with one of three. Ratios of
characters (difflib) separate items less well: with "I" and "my partner" in nearly every item, half of the
pairs are above 0.42, and distinct items reach 0.91.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from intimacy_scales.checking.findings import Hit
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
_PREFIXES = ("un", "dis")


@dataclass(frozen=True, slots=True)
class _Compared:
    """A sentence in the form in which sentences are compared."""

    sentence: Sentence
    origin: str  # id of its bank, for those of other banks
    content: frozenset[str]
    persons: frozenset[str]
    n_negatives: int

    @classmethod
    def from_sentence(cls, sentence: Sentence, origin: str = "") -> _Compared:
        tokens = words(sentence.text)
        n_negatives = sum(map(is_negation, tokens)) + sum(map(is_negative, tokens))
        persons = frozenset({"i", "me"} & set(tokens))
        return cls(sentence, origin, content_words(sentence.text), persons, n_negatives)

    def same_roles(self, other: _Compared) -> bool:
        """Return whether the same partner acts: "I trust my partner" is not "my partner trusts me"."""
        return bool(self.persons & other.persons) or self.persons == other.persons

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
    near = overlap(first.content, second.content) >= ALIKE
    return near and first.n_negatives % 2 == second.n_negatives % 2 and first.same_roles(second)


def _is_negated_copy(first: _Compared, second: _Compared) -> bool:
    if first.n_negatives % 2 == second.n_negatives % 2 or not first.same_roles(second):
        return False
    return overlap(first.affirmed(), second.affirmed()) >= NEGATED and bool(first.content)


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


def _across(bank: Sequence[_Compared], others: Sequence[_Compared]) -> Iterator[Hit]:
    known = {(o.sentence.item, normalized(o.sentence.text)) for o in others}
    seen: set[tuple[str, str, str]] = set()
    for candidate in bank:
        if (candidate.sentence.item, normalized(candidate.sentence.text)) in known:
            continue  # the same item, taken from that bank
        for other in others:
            pair = (candidate.sentence.item, other.origin, other.sentence.item)
            if (
                pair in seen
                or candidate.sentence.wording != other.sentence.wording
                or not _are_alike(candidate, other)
            ):
                continue
            seen.add(pair)
            place = f"{other.sentence.item} of {other.origin}"
            message = f"says nearly the same as {place} ({other.sentence.text!r})"
            yield Hit("near-duplicate", message, candidate.sentence.item, candidate.sentence.field)


def check_near_duplicates(bank: Sequence[Sentence], against: Sequence[Checked]) -> Iterator[Hit]:
    """Yield pairs of items that say nearly the same, within the bank and compared with others."""
    compared = [_Compared.from_sentence(sentence) for sentence in bank]
    yield from _within(compared)
    others = [
        _Compared.from_sentence(sentence, other.id) for other in against for sentence in sentences(other)
    ]
    yield from _across(compared, others)
