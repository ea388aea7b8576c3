"""Near-duplicates: items that say nearly the same, or the opposite by a mere 'not'.

Two items are near-duplicates if their concepts are the same (`meaning.match`) and the same partner acts or
feels (`who.agents_of`), or if they share most of the words that carry their meaning (`words.content_words`).
Where a part has no counterpart, or one that is only near to it, they are reported as a note; not within a
facet of several, whose items are meant to be near. Among the 23,005 pairs of the 215 shipped items (self
wording) the overlap of words has a median of 0, a 99th percentile of 0.40 and a maximum of 0.67. To reach the
limit of 0.70, two items of four words share three, and an item of two words shares both with one of three.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.meaning import Match, Meaning, affirmed, kin, match, readings_of, rest
from intimacy_scales.checking.rules import Severity
from intimacy_scales.checking.who import BOTH, OTHERS, may_agree
from intimacy_scales.checking.words import (
    Checked,
    Sentence,
    content_stems,
    content_words,
    is_negation,
    is_negative,
    overlap,
    sentences,
    stem,
    words,
)
from intimacy_scales.instrument import normalized

ALIKE = 0.7  # least overlap of near-duplicates
NEGATED = 0.8  # least overlap of an item and its negated copy
COPIED = 0.3  # least overlap of an item and its negated copy, if the other words have the same meanings
SAME = 0.85  # least share of concepts in common: all of up to four, or five of six
MATTERS = 0.5  # weight from which a part is missed where the other sentence has general concepts only
ALL = 0.94  # least share of concepts in common or near to each other at which two items may say the same
SOME = 0.4  # least share of concepts in common, if the others are near to each other
SIMILAR = 0.66  # least share of concepts at which two items may say the same
# What both do: "we argue" says of each that they argue with the other.
MUTUAL = {
    "quarrel", "laugh", "similar", "share in common", "talk", "similar goals", "agree", "think alike",
    "make up", "solve", "spend time", "do together", "close", "plan", "compromise", "get along",
    "harmony", "good couple", "future", "stay", "disagree", "different", "cooperate", "share tasks",
}  # fmt: skip
# What somebody thinks of a thing, which is another statement than the thing.
ATTITUDES = {
    "enjoy", "like", "want", "wishes", "accept", "worry", "afraid", "know", "notice", "important", "hope",
    "dislike", "understand", "doubt", "regret", "proud", "admire", "miss", "jealous", "criticise", "forgive",
}  # fmt: skip
# Concepts that items about quite different things have in common.
GENERAL = {
    "share", "talk", "enjoy", "like", "important", "want", "wishes", "need", "needs", "know", "happy", "hard",
    "easy", "good", "bad", "sure", "think", "thought", "feel", "feelings", "mood", "problem", "opinion",
    "stay", "keep", "together",
    "effort", "try", "give", "change", "change person", "worry", "afraid", "sad", "notice", "ask", "future",
    "topic", "deeds", "life", "day", "leave", "wish", "spend", "quick", "anything", "open", "other person",
    "satisfied", "close", "hope", "expect", "hurt", "friend", "family", "others", "relationship quality",
}  # fmt: skip
_EACH_OTHER = re.compile(r"\b(?:each other|one another)\b")


@dataclass(frozen=True, slots=True)
class _Compared:
    """A sentence in the form in which sentences are compared."""

    sentence: Sentence
    plain: str  # its text without what does not matter to what it says
    origin: str  # id of its bank, for those of other banks
    content: frozenset[str]
    affirmed: frozenset[str]  # the words of content without negative prefixes
    n_negatives: int
    readings: tuple[Meaning, ...]
    weighty: frozenset[str]  # concepts that carry it, in any reading
    near: frozenset[str]  # and those near to them

    @classmethod
    @lru_cache(maxsize=4096)
    def from_sentence(cls, sentence: Sentence, origin: str = "") -> _Compared:
        """Return a sentence of a bank, prepared."""
        tokens = words(sentence.text)
        n_negatives = sum(map(is_negation, tokens)) + sum(map(is_negative, tokens))
        readings = readings_of(sentence.text)
        weighty: frozenset[str] = frozenset().union(*(reading.weighty for reading in readings))
        return cls(
            sentence,
            normalized(sentence.text),
            origin,
            content_words(_EACH_OTHER.sub(" ", sentence.text)),
            frozenset(stem(affirmed(word)[0]) for word in content_stems(sentence.text).values()),
            n_negatives,
            readings,
            weighty,
            weighty.union(*(kin().get(name, ()) for name in weighty)),
        )

    @property
    def meaning(self) -> Meaning:
        """The plainest reading."""
        return self.readings[0]


def _same_people(first: Meaning, second: Meaning) -> bool:
    """Return whether both are about the same people, and the same one acts or feels."""
    if first.others != second.others or (first.partner or first.both) != (second.partner or second.both):
        return False
    if may_agree(first.agents, second.agents):
        return True
    return BOTH in first.agents | second.agents and not MUTUAL.isdisjoint(first.ideas & second.ideas)


def _about_same_people(first: Meaning, second: Meaning) -> bool:
    """Return whether both may be about the same people: 'we' may be either partner."""
    if (first.partner or first.both) != (second.partner or second.both):
        return False
    agents = first.agents | second.agents
    return may_agree(first.agents, second.agents) or (BOTH in agents and OTHERS not in agents)


def _likeness(first: _Compared, second: _Compared, *, affirm: bool, notes: bool = True) -> Severity | None:
    """Return how sure it is that two sentences say the same, or the opposite by a mere negation.

    Either is compared in all its readings: a warning, a note, or None.
    """
    best: Severity | None = None
    for mine in first.readings:
        for theirs in second.readings:
            if (mine.affirms == theirs.affirms) != affirm:
                continue
            common = match(mine, theirs)
            if common.opposed:
                continue
            if common.share >= SAME and common.specific == 1.0 and _same_people(mine, theirs):
                return "warning"
            if (
                notes
                and best is None
                and _about_same_people(mine, theirs)
                and _may_be_same(mine, theirs, common)
            ):
                best = "note"
    return best


def _may_be_same(first: Meaning, second: Meaning, common: Match) -> bool:
    """Return whether little is left without a counterpart, or with one that is near to it."""
    left = rest(first, second, common)
    if not common.names:  # a concept near to the other, or a phrase and its words
        mine, theirs = first.weighty_parts, second.weighty_parts
        alone = [side[0] for side in (mine, theirs) if len(side) == 1]
        return left.share == 1.0 and (len(alone) > 1 or any(part.within for part in alone))
    if any(part.weight == 1.0 and part.names & ATTITUDES for part in (*left.left, *left.right)):
        return False  # "I like how my partner laughs" is not "my partner laughs"
    if left.differ or (common.share < SIMILAR and not (common.share >= SOME and left.share >= ALL)):
        return False
    if not common.names <= GENERAL or common.heaviest < MATTERS:
        return True
    bridged = [part for part in (*common.left, *common.right) if not part.names & GENERAL]
    return left.heaviest < MATTERS and bool(bridged)


def _are_alike(first: _Compared, second: _Compared, *, notes: bool = True) -> Severity | None:
    """Return how sure it is that two sentences say the same; where only warnings are asked for, no notes."""
    if first.plain == second.plain:
        return "warning"
    mine, theirs = first.meaning, second.meaning
    same_sign = first.n_negatives % 2 == second.n_negatives % 2
    if (
        same_sign
        and first.content
        and overlap(first.content, second.content) >= ALIKE
        and _same_people(mine, theirs)
    ):
        common = match(mine, theirs)  # one word in place of another is another statement
        if first.content == second.content or not (common.differ or common.opposed):
            return "warning"
    if first.near.isdisjoint(second.weighty):
        return None
    return _likeness(first, second, affirm=True, notes=notes)


def _is_negated_copy(first: _Compared, second: _Compared) -> bool:
    mine, theirs = first.meaning, second.meaning
    opposite = first.n_negatives % 2 != second.n_negatives % 2 and bool(first.content)
    if opposite and overlap(first.affirmed, second.affirmed) >= NEGATED and _same_people(mine, theirs):
        return True
    if mine.affirms == theirs.affirms or not _same_people(mine, theirs):
        return False
    common = match(mine, theirs)
    same = common.share >= SAME and common.specific == 1.0 and not common.opposed
    return same and overlap(first.affirmed, second.affirmed) >= COPIED


def _pair_hit(first: _Compared, second: _Compared) -> Hit | None:
    """Return a hit if two sentences of one bank say the same or the opposite; it names the later id."""
    if _is_negated_copy(first, second):
        plain, negated = sorted((first, second), key=lambda compared: compared.n_negatives)
        message = (
            f"is {plain.sentence.item} ({plain.sentence.text!r}) with a negation: state the opposite in "
            "positive words"
        )
        return Hit("negated-copy", message, negated.sentence.item, negated.sentence.field)
    if severity := _are_alike(first, second):
        earlier, later = sorted((first, second), key=lambda compared: compared.sentence.item)
        other = f"{earlier.sentence.item} ({earlier.sentence.text!r})"
        return _hit_of_likeness(severity, later.sentence, other)
    return None


def _hit_of_likeness(severity: Severity, sentence: Sentence, other: str) -> Hit:
    if severity == "note":
        message = f"may say the same as {other}: does it?"
        return Hit("near-duplicate", message, sentence.item, sentence.field, "note")
    return Hit("near-duplicate", f"says nearly the same as {other}", sentence.item, sentence.field)


def _within(bank: Sequence[_Compared], facets: Mapping[str, str | None]) -> Iterator[Hit]:
    """Yield the pairs of a bank; the doubtful ones not within a facet, whose items are meant to be near."""
    seen: set[tuple[str, ...]] = set()  # a pair is reported once, not again for its partner wording
    for first, second in combinations(bank, 2):
        if first.sentence.item == second.sentence.item or first.sentence.wording != second.sentence.wording:
            continue
        pair = tuple(sorted((first.sentence.item, second.sentence.item)))
        if pair in seen or (hit := _pair_hit(first, second)) is None:
            continue
        alike = [facets[item] for item in pair if item in facets]
        if hit.severity == "note" and len(alike) > 1 and alike[0] == alike[1]:
            continue
        seen.add(pair)
        yield hit


def _indexed(others: Sequence[_Compared]) -> dict[tuple[str, str], list[int]]:
    """Return wording and a word or idea → places of the sentences with it; an empty word where none is."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, other in enumerate(others):
        for key in (other.content | other.weighty) or {""}:
            places[other.sentence.wording, key].append(place)
    return places


def _across(bank: Sequence[_Compared], others: Sequence[_Compared]) -> Iterator[Hit]:
    places = _indexed(others)
    seen: set[tuple[str, str, str]] = set()
    for candidate in bank:
        keys = (candidate.content | candidate.weighty) or {""}
        for place in sorted({p for key in keys for p in places.get((candidate.sentence.wording, key), ())}):
            other = others[place]
            pair = (candidate.sentence.item, other.origin, other.sentence.item)
            if pair in seen or _are_alike(candidate, other, notes=False) is None:
                continue  # what is doubtful matters within a bank, where items should differ
            seen.add(pair)
            origin = f"{other.sentence.item} of {other.origin} ({other.sentence.text!r})"
            yield _hit_of_likeness("warning", candidate.sentence, origin)


def check_near_duplicates(
    bank: Sequence[Sentence], against: Sequence[Checked], facets: Mapping[str, str | None]
) -> Iterator[Hit]:
    """Yield pairs of items that say nearly the same, within the bank and compared with others.

    The facets of items are needed where there are several: item → facet.
    """
    compared = [_Compared.from_sentence(sentence) for sentence in bank]
    yield from _within(compared, facets)
    known = {(s.item, normalized(s.text)) for other in against for s in sentences(other)}
    new = [c for c in compared if (c.sentence.item, normalized(c.sentence.text)) not in known]
    wordings = {c.sentence.wording for c in new}  # none where all items are taken from the others
    others = [
        _Compared.from_sentence(sentence, other.id)
        for other in against
        for sentence in sentences(other)
        if sentence.wording in wordings
    ]
    yield from _across(new, others)
