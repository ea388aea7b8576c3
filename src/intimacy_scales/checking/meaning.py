"""What a sentence says, as a set of meanings: words of one meaning count as the same.

The lists in `vocabulary/synonyms.txt` are made for statements about couples. They cannot tell apart what
needs knowledge of the world, and know no synonym that is not in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from intimacy_scales.checking.negatives import PREFIXED
from intimacy_scales.checking.phrases import Found, Lexicon, read_lists, tokens_of
from intimacy_scales.checking.vocabulary.grammar import FUNCTION_WORDS, NEGATIONS
from intimacy_scales.checking.words import stem
from intimacy_scales.instrument import normalized

_LIGHT_WEIGHT = 0.15
_FILLER, _LIGHT, _OTHERS = "filler", "light", "others"
_NEGATORS = NEGATIONS | {
    "lack", "lacks", "lacking", "refuse", "refuses", "fail", "fails", "unable", "rarely", "seldom", "little",
    "few", "unwilling", "incapable",
}  # fmt: skip
_PREFIX = re.compile(r"^(?:un|dis(?=[^s]|s)|in|im|ir|il|non)(?=[a-z]{3})")
_MIS = re.compile(r"^mis(?=understand|understood|trust|treat)")
_DERIVED = re.compile(r"(?<=[a-z]{3})(?:fulness|lessness|ness|ship|ships|fully|lessly|ful|less|ly)$")


@dataclass(frozen=True, slots=True)
class Part:
    """A word or phrase of a sentence: the meanings it may have, and its weight."""

    names: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a sentence is about, and whether it affirms it.

    Attributes
    ----------
    parts
        Words and phrases with their possible meanings.
    ideas
        Names of meanings, and stems of words that have no synonym in the lists.
    affirms
        Whether it has an even number of negatives.
    partner, others, both
        Whether it names the partner, other people, and both partners as 'we'.
    agent
        Who acts or feels: S (the respondent), P (the partner), W (both), or an empty text if unclear.
    """

    parts: tuple[Part, ...]
    ideas: frozenset[str]
    affirms: bool
    partner: bool
    others: bool
    both: bool
    agent: str

    def same_people(self, other: Meaning) -> bool:
        """Return whether both name the partner, if only as 'we', and the same one acts or feels."""
        if (self.partner or self.both) != (other.partner or other.both):
            return False
        return (
            self.agent == other.agent or "" in (self.agent, other.agent) or "W" in (self.agent, other.agent)
        )


_SAYS_SO = re.compile(
    r"^\^ (?:i|my partner) (?:(?:feel|think|believe|notice)s? (?:that )?"
    r"|(?:find|know)s? that )(?=i |my partner |we )"
)
_CLEFT = re.compile(
    r"^\^ my partner is (?:someone|somebody|a person|the person|one|the one) (?:who |that |whom )?i\b"
)
_PASSIVE = re.compile(r"^\^ i (?:feel|am|get|become) \w+ (?:\w+ )?by my partner\b")
_FEELS = (  # verbs whose object is the person who feels
    r"(?:scare|worrie|worry|bother|please|upset|annoy|bore|calm|delight|frighten|trouble|irritate|attract"
    r"|interest"
    r"|fascinate|amuse|excite|disappoint|frustrate|tire|anger)(?:s|d|ed)?"
)
_RESPONDENT = re.compile(  # 'I' in another place than the beginning
    r"^\^ (?:it is|it's|it comes) \w+ (?:for|to) me\b|^\^ my partner is (?:easy|hard|difficult|fun"
    r"|nice) (?:for me )?to\b"
    r"|^\^ \w+ing (?:\w+ ){0,3}?my partner\b|^\^ (?!i |we "
    r"|my partner )(?:\w+ ){0,6}?my partner\b.* (?:for|to) me\b"
    r"|^\^ the (?:thought|idea) of\b.* me\b"
)
_UNCLEAR = re.compile(rf"^\^ my partner brings? out|\b{_FEELS} me\b")
_PASSIVE_FEELING = re.compile(rf"^\^ i (?:am|feel|get) {_FEELS} by my partner")
_WE = re.compile(r"\bmy partner and (?:i|me)\b|\b(?:i|me) and my partner\b|^both of us\b|^the two of us\b")
_NO_DOUBT = re.compile(
    r"\b(?:have|has) (?:no|not a|little) doubts?\b|\bdo(?:es)? not doubt\b|\bdon't doubt\b"
)
_WHO = re.compile(
    r"(?<=my partner) is (?:someone|somebody|a person|the person|one|the one|the type"
    r"|the kind of person) (?:who|that)(?= (?!i\b))"
)


def with_we(text: str) -> str:
    """Return a sentence in which both partners are 'we', and 'is the one who' is left out."""
    sure = _NO_DOUBT.sub("feel sure", normalized(text))
    return _WHO.sub("", _WE.sub("we", sure))


def _agent(plain: str) -> str:
    """Return who acts or feels in a sentence: S, P, W, or an empty text."""
    plain = _SAYS_SO.sub("^ ", plain)
    if (_UNCLEAR.search(plain) and not plain.startswith("^ i ")) or _PASSIVE_FEELING.match(plain):
        return ""
    if _CLEFT.match(plain) or _RESPONDENT.search(plain):
        return "S"
    if _PASSIVE.match(plain):
        return "P"
    first = re.match(r"\^ (?:(?:when|if) .*?, )?(i|my partner(?!'s)|we)\b", plain)
    if first:
        return {"i": "S", "we": "W"}.get(first.group(1), "P")
    return "W" if re.search(r"\b(?:we|us|our|couple)\b", plain) else ""


@cache
def _synonyms() -> Lexicon:
    lists = read_lists("synonyms")
    for name, phrases in read_lists("synonyms_more").items():
        lists[name] = lists.get(name, []) + phrases
    return Lexicon(lists)


def _affirmed(word: str) -> tuple[str, bool]:
    """Return a word without a negative prefix or ending, and whether it had one."""
    if _MIS.match(word):
        return _MIS.sub("", word), True
    if PREFIXED.fullmatch(word):
        return _PREFIX.sub("", word.removesuffix("less") + "ful" * word.endswith("less")), True
    return word, False


@lru_cache(maxsize=4096)
def meaning_of(text: str) -> Meaning:
    """Return what a sentence says.

    Examples
    --------
    >>> [sorted(meaning_of(text).ideas) for text in ("I count on my partner.", "I rely on them.")]
    [['sure', 'trust'], ['need', 'trust']]
    >>> meaning_of("I am unable to forgive my partner.").affirms
    False
    """
    negatives = 0
    tokens: list[str] = []
    for word in tokens_of(with_we(text)):
        if word in _NEGATORS or word.endswith("n't"):
            negatives += 1
            if word.startswith("un") or word == "incapable":
                tokens.append("able")
            continue
        plain, negative = _affirmed(word)
        negatives += negative
        tokens.append(plain)
    phrases_of = _synonyms().find(tokens)
    parts: list[Part] = []
    taken: set[int] = set()
    for names, places in _longest_first(phrases_of):
        taken |= places
        ideas_named = names - {_FILLER, _OTHERS, _LIGHT}
        if ideas_named or _LIGHT in names:
            light = bool({_LIGHT, _FILLER} & names)
            parts.append(
                Part(ideas_named or frozenset({tokens[min(places)]}), _LIGHT_WEIGHT if light else 1.0)
            )
    for at, word in enumerate(tokens):
        if at not in taken and word[0].isalpha() and word.removesuffix("'s") not in FUNCTION_WORDS:
            parts.append(Part(frozenset({f"={stem(_DERIVED.sub('', word))}"}), 1.0))
    ideas = {name for part in parts for name in part.names}
    if "hide" in ideas:  # what is hidden is kept secret
        parts = [part for part in parts if part.names != {"secret"}]
        ideas.discard("secret")
    return Meaning(
        parts=_once(parts),
        ideas=frozenset(ideas),
        affirms=negatives % 2 == 0,
        partner=any(word.startswith("partner") for word in tokens),
        others=_OTHERS in phrases_of,
        both=bool({"we", "us", "our", "couple", "relationship"} & set(tokens)),
        agent=_agent(" ".join(tokens)),
    )


def _once(parts: list[Part]) -> tuple[Part, ...]:
    """Return the parts, each once: with the larger weight where it is named twice."""
    heaviest: dict[frozenset[str], float] = {}
    for part in parts:
        heaviest[part.names] = max(part.weight, heaviest.get(part.names, 0.0))
    return tuple(Part(names, weight) for names, weight in heaviest.items())


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


def matched(first: Meaning, second: Meaning) -> tuple[float, bool]:
    """Return the share of two sentences' parts that have a counterpart, and whether both have another one.

    A part matches another if a meaning is among the names of both.
    """
    left = list(second.parts)
    without: list[Part] = []
    common = total = 0.0
    heavy = False
    for part in sorted(first.parts, key=lambda p: -p.weight):
        total += part.weight
        partners = [other for other in left if part.names & other.names]
        if not partners:
            without.append(part)
            continue
        best = max(partners, key=lambda other: (part.names == other.names, other.weight))
        left.remove(best)
        common += part.weight + best.weight
        heavy = heavy or part.weight == best.weight == 1.0
        total += best.weight
    total += sum(part.weight for part in left)
    differ = any(p.weight == 1.0 for p in without) and any(p.weight == 1.0 for p in left)
    return (common / total if heavy else 0.0), differ
