"""What a sentence says, as a set of concepts: words and phrases of one concept count as the same.

The lists of concepts (`vocabulary/concepts_*.txt`, `synonyms*.txt`) are made for statements about couples.
They cannot tell apart what needs knowledge of the world, and know no synonym that is not in them. A sentence
has several readings: "not trust" is a negated "trust", and the concept of mistrust.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from intimacy_scales.checking.negatives import PREFIXED
from intimacy_scales.checking.phrases import Found, Lexicon, read_lists, tokens_of
from intimacy_scales.checking.vocabulary.grammar import FUNCTION_WORDS, NEGATIONS
from intimacy_scales.checking.who import agents_of
from intimacy_scales.checking.words import stem
from intimacy_scales.instrument import normalized

_CONCEPTS = (
    "synonyms", "synonyms_more", "concepts_feelings", "concepts_acts", "concepts_couple", "concepts_light",
    "concepts_phrases",
)  # fmt: skip
_FILLER, _LIGHT, _MEDIUM, _OTHERS = "filler", "light", "medium", "others"
_KINDS = frozenset({_FILLER, _LIGHT, _MEDIUM, _OTHERS})
_LIGHT_WEIGHT, _MEDIUM_WEIGHT = 0.15, 0.5
_NEGATORS = NEGATIONS | {
    "lack", "lacks", "lacking", "refuse", "refuses", "fail", "fails", "unable", "rarely", "seldom", "little",
    "few", "unwilling", "incapable",
}  # fmt: skip
_NONE: frozenset[str] = frozenset()
_PREFIX = re.compile(r"^(?:un|dis(?=[^s]|s)|in|im|ir|il|non)(?=[a-z]{3})")
_MIS = re.compile(r"^mis(?=understand|understood|trust|treat)")
_DERIVED = re.compile(r"(?<=[a-z]{3})(?:fulness|lessness|ness|ship|ships|fully|lessly|ful|less|ly)$")


@dataclass(frozen=True, slots=True)
class Part:
    """A word or phrase of a sentence.

    Attributes
    ----------
    names
        The concepts that it may stand for.
    weight
        How much it matters.
    owner
        Whose it is: S (my), P (my partner's), or an empty text.
    within
        The concepts of shorter phrases within it.
    """

    names: frozenset[str]
    weight: float
    owner: str = ""
    within: frozenset[str] = frozenset()

    def matches(self, other: Part) -> bool:
        """Return whether both may stand for one concept, and do not belong to different people."""
        return not self.names.isdisjoint(other.names) and (
            self.owner == other.owner or not (self.owner and other.owner)
        )


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a sentence is about, and whether it affirms it.

    Attributes
    ----------
    parts
        Words and phrases with their possible concepts.
    affirms
        Whether it has an even number of negatives.
    partner, others, both
        Whether it names the partner, other people, and both partners as 'we'.
    agents
        Who may be meant to act or feel.
    weight
        Weight of all parts.
    """

    parts: tuple[Part, ...]
    affirms: bool
    partner: bool
    others: bool
    both: bool
    agents: frozenset[str]
    weight: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", sum(part.weight for part in self.parts))

    @property
    def ideas(self) -> frozenset[str]:
        """Names of concepts, and stems of words that are in no list."""
        return frozenset(name for part in self.parts for name in part.names)

    @property
    def weighty_parts(self) -> tuple[Part, ...]:
        """The parts that carry the sentence."""
        return tuple(part for part in self.parts if part.weight >= _MEDIUM_WEIGHT)

    @property
    def weighty(self) -> frozenset[str]:
        """Names of the concepts that carry the sentence."""
        return frozenset(name for part in self.weighty_parts for name in part.names)


_WE = re.compile(
    r"\bmy partner and (?:i|me|myself)\b|\b(?:i|me) and my partner\b|^both of us\b|^the two of us\b"
)
_NO_DOUBT = re.compile(
    r"\b(?:have|has) (?:no|not a|little) doubts?\b|\bdo(?:es)? not doubt\b|\bdon't doubt\b"
)
_WHO = re.compile(
    r"(?<=my partner) is (?:someone|somebody|a person|the person|one|the one|the type"
    r"|the kind of person) (?:who|that)(?= (?!i\b))"
)
_STAYS = re.compile(
    r"\b(?:stays?|remains?|keeps?|seems?|gets?|becomes?)"
    r" (?=(?:loyal|faithful|true|calm|patient|kind|close|honest|polite|quiet|cool|angry|upset|jealous|sad"
    r"|friendly|warm|attractive|interested|interesting|open|fair|committed|devoted|distant|\w+ed|\w+ful)\b)"
)
_CONTRACTED = {"can't": "cannot", "won't": "will not"}


def with_we(text: str) -> str:
    """Return a sentence in which both partners are 'we', and 'is the one who' is left out."""
    sure = _NO_DOUBT.sub("feel sure", normalized(text))
    return _STAYS.sub("is ", _WHO.sub("", _WE.sub("we", sure)))


@cache
def _concepts() -> Lexicon:
    lists: dict[str, list[str]] = defaultdict(list)
    for file in _CONCEPTS:
        for name, phrases in read_lists(file).items():
            lists[name] += phrases
    return Lexicon(lists)


def _pairs(name: str) -> dict[str, frozenset[str]]:
    """Return concept → those with which it is paired in a list."""
    partners: dict[str, set[str]] = defaultdict(set)
    for pairs in read_lists(name).values():
        for pair in pairs:
            first, second = pair.split("/")
            partners[first].add(second)
            partners[second].add(first)
    return {concept: frozenset(others) for concept, others in partners.items()}


@cache
def kin() -> dict[str, frozenset[str]]:
    """Return concept → those that are near to it."""
    return _pairs("kin")


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Return concept → its opposites."""
    return _pairs("opposites")


def affirmed(word: str) -> tuple[str, bool]:
    """Return a word without a negative prefix or ending, and whether it had one."""
    if _MIS.match(word):
        return _MIS.sub("", word), True
    if PREFIXED.fullmatch(word):
        return _PREFIX.sub("", word.removesuffix("less") + "ful" * word.endswith("less")), True
    return word, False


def _without_negatives(tokens: Sequence[str]) -> tuple[list[str], int]:
    """Return the words without negations and negative prefixes, and how many they were."""
    negatives = 0
    plain: list[str] = []
    for word in tokens:
        if word in _NEGATORS or word.endswith("n't"):
            negatives += 1
            if word.startswith("un") or word == "incapable":
                plain.append("able")
            continue
        positive, negative = affirmed(word)
        negatives += negative
        plain.append(positive)
    return plain, negatives


def _spelt_out(tokens: Sequence[str]) -> list[str]:
    """Return the words with "not" in the place of "n't"."""
    words: list[str] = []
    for word in tokens:
        if word in _CONTRACTED:
            words += _CONTRACTED[word].split()
        elif word.endswith("n't"):
            words += [word.removesuffix("n't"), "not"]
        else:
            words.append(word)
    return words


def _owner(tokens: Sequence[str], at: int) -> str:
    """Return whose the thing at a place is: 'my worries', "my partner's worries"."""
    for before in (at - 1, at - 2):
        if before > 0 and tokens[before] in ("partner's", "their"):
            return "P"
        if before > 0 and tokens[before] == "my" and tokens[before + 1] not in ("partner", "partner's"):
            return "S"
    return ""


def _read(tokens: Sequence[str], negatives: int, agents: frozenset[str], *, count: bool) -> Meaning:
    """Return one reading of a sentence; if asked for, with negatives that are in no phrase counted."""
    phrases_of = _concepts().find_all(tokens)
    parts: list[Part] = []
    taken: set[int] = set()
    for names, places in _longest_first(phrases_of):
        taken |= places
        concepts = names - _KINDS
        if concepts or not names.isdisjoint((_LIGHT, _MEDIUM)):
            weight = _MEDIUM_WEIGHT if _MEDIUM in names else 1.0
            if not names.isdisjoint((_LIGHT, _FILLER)):
                weight = _LIGHT_WEIGHT
            owner = _owner(tokens, min(places))
            within = _within(places, phrases_of) - concepts if len(places) > 1 and concepts else frozenset()
            parts.append(Part(concepts or frozenset({tokens[min(places)]}), weight, owner, within))
    for at, word in enumerate(tokens):
        if at in taken or not word[0].isalpha():
            continue
        if count:
            if word in _NEGATORS:
                negatives += 1
                continue
            negatives += affirmed(word)[1]
        plain = affirmed(word)[0] if count else word
        if plain.removesuffix("'s") not in FUNCTION_WORDS:
            parts.append(Part(frozenset({f"={stem(_DERIVED.sub('', plain))}"}), 1.0, _owner(tokens, at)))
    return Meaning(
        parts=_once(parts),
        affirms=negatives % 2 == 0,
        partner=any(word.startswith("partner") for word in tokens),
        others=_OTHERS in phrases_of,
        both=not {"we", "us", "our", "couple", "relationship"}.isdisjoint(tokens),
        agents=agents,
    )


def _within(places: frozenset[int], phrases_of: dict[str, list[Found]]) -> frozenset[str]:
    """Return the concepts of shorter phrases at some of these places."""
    names = {name for name, several in phrases_of.items() for phrase in several if phrase.places < places}
    return frozenset(names - _KINDS)


def _turned_round(meaning: Meaning) -> Iterator[Meaning]:
    """Yield readings of a negated sentence in which a concept is its opposite: not honest, a liar."""
    for at, part in enumerate(meaning.parts):
        names = frozenset(other for name in part.names for other in opposites().get(name, ()))
        if names and part.weight >= _MEDIUM_WEIGHT:
            parts = (*meaning.parts[:at], replace(part, names=names), *meaning.parts[at + 1 :])
            yield replace(meaning, parts=parts, affirms=True)


@lru_cache(maxsize=4096)
def readings_of(text: str) -> tuple[Meaning, ...]:
    """Return what a sentence may say, the plainest reading first.

    Examples
    --------
    >>> [meaning.affirms for meaning in readings_of("I am unable to forgive my partner.")][:1]
    [False]
    >>> ["trust" in readings_of(text)[0].ideas for text in ("I count on my partner.", "I rely on them.")]
    [True, True]
    """
    tokens = tokens_of(with_we(text))
    plain, negatives = _without_negatives(tokens)
    agents = agents_of(" ".join(_spelt_out(tokens)))
    first = _read(plain, negatives, agents, count=False)
    readings = [first]
    if negatives:
        second = _read(_spelt_out(tokens), 0, agents, count=True)
        readings.append(second)
        readings += [
            turned for meaning in (first, second) if not meaning.affirms for turned in _turned_round(meaning)
        ]
    return tuple(dict.fromkeys(readings))


def _once(parts: list[Part]) -> tuple[Part, ...]:
    """Return the parts, each once: with the larger weight where it is named twice."""
    heaviest: dict[frozenset[str], Part] = {}
    for part in parts:
        known = heaviest.get(part.names)
        if known is None or part.weight > known.weight:
            heaviest[part.names] = part
    return tuple(heaviest.values())


def _longest_first(phrases_of: dict[str, list[Found]]) -> list[tuple[frozenset[str], frozenset[int]]]:
    """Return the names of each phrase, and its places; of phrases that share a word, the longest."""
    names_of: dict[frozenset[int], set[str]] = {}
    for name, several in phrases_of.items():
        for phrase in several:
            names_of.setdefault(phrase.places, set()).add(name)
    chosen: list[tuple[frozenset[str], frozenset[int]]] = []
    taken: set[int] = set()
    for places in sorted(names_of, key=lambda p: (-len(p), names_of[p] == {_FILLER}, min(p), max(p))):
        if not taken & places:
            chosen.append((frozenset(names_of[places]), places))
            taken |= places
    return chosen


@dataclass(frozen=True, slots=True)
class Match:
    """How far two readings agree.

    Attributes
    ----------
    share
        Share of the weight of the parts that have a counterpart in the other.
    specific
        Weight of the weightiest concept in common.
    names
        The concepts in common that matter.
    left, right
        Parts that have no counterpart, of either.
    """

    share: float
    specific: float
    names: frozenset[str]
    left: tuple[Part, ...]
    right: tuple[Part, ...]

    @property
    def differ(self) -> bool:
        """Whether each has a weighty part of its own."""
        return all(any(p.weight >= _MEDIUM_WEIGHT for p in side) for side in (self.left, self.right))

    @property
    def opposed(self) -> bool:
        """Whether one has the opposite of what the other has."""
        return any(
            not _opposite_names(part.names).isdisjoint(other.names)
            for part in self.left
            for other in self.right
        )

    @property
    def heaviest(self) -> float:
        """Weight of the weightiest part that has no counterpart."""
        return max((part.weight for part in (*self.left, *self.right)), default=0.0)


def match(first: Meaning, second: Meaning) -> Match:
    """Return how far two readings agree."""
    pairs = [(a, b) for a in first.parts for b in second.parts if a.matches(b)]
    paired = {id(part) for pair in pairs for part in pair}
    left = tuple(part for part in first.parts if id(part) not in paired)
    right = tuple(part for part in second.parts if id(part) not in paired)
    total, lone = first.weight + second.weight, sum(part.weight for part in (*left, *right))
    specific, names = 0.0, _NONE
    if pairs:
        specific = max(min(a.weight, b.weight) for a, b in pairs)
        weighty = [a.names & b.names for a, b in pairs if min(a.weight, b.weight) >= _MEDIUM_WEIGHT]
        names = names.union(*weighty)
    return Match((total - lone) / total if total else 0.0, specific, names, left, right)


def rest(first: Meaning, second: Meaning, agreed: Match) -> Match:
    """Return a match in which parts that are near to one of the other sentence have a counterpart."""
    left = tuple(part for part in agreed.left if not any(_near(part, other) for other in second.parts))
    right = tuple(part for part in agreed.right if not any(_near(part, other) for other in first.parts))
    total, lone = first.weight + second.weight, sum(part.weight for part in (*left, *right))
    return replace(agreed, share=(total - lone) / total, left=left, right=right)


def _near(first: Part, second: Part) -> bool:
    if not _near_names(first.names).isdisjoint(second.names):
        return True
    return not (first.names | first.within).isdisjoint(second.names | second.within)


@lru_cache(maxsize=4096)
def _near_names(names: frozenset[str]) -> frozenset[str]:
    """Return concepts and those that are near to them."""
    return names.union(*(kin().get(name, _NONE) for name in names))


@lru_cache(maxsize=4096)
def _opposite_names(names: frozenset[str]) -> frozenset[str]:
    """Return the opposites of concepts."""
    return _NONE.union(*(opposites().get(name, _NONE) for name in names))
