"""Word lists as phrases, and the search of a sentence for all of them at once.

The lists are files in `vocabulary`, one for each topic, with sections: ``[rule]`` holds phrases that the rule
reports; ``[rule ?]`` those that it reports as notes, because they may be harmless; ``[rule !]`` those in
which its words are harmless. Phrases are separated by commas or lines. In a phrase

======= ===============================================
walk~   any form of a verb: walk, walks, walked, walking
child+  a noun and its plural
relig*  any word that begins so
_ing    any word that ends so, but not first in a phrase
a|b     one of several words
word?   a word that may be left out
_       any word; ``__`` is up to three words
^       the beginning of the sentence
<,>     a comma
======= ===============================================
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from intimacy_scales.checking.morphology import (
    VOCABULARY,
    inflected_from,
    lines_of,
    noun_forms,
    verb_forms,
)
from intimacy_scales.instrument import normalized

START = "^"
_TOKENS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?|\d+|[,;:.!?%/&()\u2014\u2013]")
_COMMA = "<,>"
_NO_LISTS = {
    "irregular_verbs",
    "everyday",
    "common",
    "rare",
    "synonyms",
    "synonyms_more",
    "concepts_feelings",
    "concepts_acts",
    "concepts_couple",
    "concepts_light",
    "concepts_phrases",
    "opposites",
    "kin",
}  # files of another kind
_MOST_SKIPPED = 3


@lru_cache(maxsize=8192)
def _keys_of(word: str) -> frozenset[str]:
    """Return what may stand for a word of a sentence in a list, such as ``walk~`` for "walked"."""
    plain = word.removesuffix("'s").removesuffix("'")
    bases = inflected_from(plain)
    return frozenset((word, plain, *(f"{b}~" for b in bases), *(f"{b}+" for b in bases)))


@lru_cache(maxsize=16384)
def _is_form(word: str, key: str) -> bool:
    """Return whether a word is a form of what stands in a list: "hopped" of ``hop~``, and not "hoped"."""
    plain = word.removesuffix("'s").removesuffix("'")
    if key.endswith("~"):
        return not verb_forms(key[:-1]).isdisjoint((word, plain))
    if key.endswith("+"):
        return not noun_forms(key[:-1]).isdisjoint((word, plain))
    return True


@dataclass(frozen=True, slots=True)
class Token:
    """What one place of a phrase accepts."""

    keys: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    fewest: int = 1  # words that it stands for
    most: int = 1
    anything: bool = False

    def accepts(self, word: str) -> bool:
        """Return whether a word of a sentence fits."""
        if self.anything:
            return word[0].isalnum()
        shared = self.keys & _keys_of(word)
        if shared and any(_is_form(word, key) for key in shared):
            return True
        if not (self.beginnings or self.endings):
            return False
        plain = word.removesuffix("'s").removesuffix("'")
        return bool(self.beginnings and plain.startswith(self.beginnings)) or bool(
            self.endings and plain.endswith(self.endings)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a sentence: its words, where they begin and end, and the places of those that it names."""

    text: str
    start: int
    end: int
    places: frozenset[int] = frozenset()

    @property
    def length(self) -> int:
        """How many words it has."""
        return self.end - self.start


@lru_cache(maxsize=8192)
def tokens_of(text: str) -> tuple[str, ...]:
    """Return the words and punctuation of a text in lower case, without accents, after the mark ``^``.

    Examples
    --------
    >>> tokens_of("Today, I don't see my fiancée.")
    ('^', 'today', ',', 'i', "don't", 'see', 'my', 'fiancee', '.')
    """
    plain = unicodedata.normalize("NFKD", normalized(text))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return START, *_TOKENS.findall(plain)


@cache
def _token(pattern: str) -> Token:
    if pattern in ("_", "_?"):
        return Token(anything=True, fewest=int(pattern == "_"))
    if pattern == "__":
        return Token(anything=True, fewest=0, most=_MOST_SKIPPED)
    fewest = 1
    if pattern.endswith("?") and len(pattern) > 1:
        pattern, fewest = pattern[:-1], 0
    keys: set[str] = set()
    beginnings: list[str] = []
    endings: list[str] = []
    for alternative in pattern.split("|"):
        if alternative.endswith("*"):
            beginnings.append(alternative[:-1])
        elif alternative.startswith("_"):
            endings.append(alternative[1:])
        else:
            keys.add("," if alternative == _COMMA else alternative)
    return Token(frozenset(keys), tuple(beginnings), tuple(endings), fewest)


@cache
def _parsed(phrase: str) -> tuple[tuple[Token, ...], frozenset[str]]:
    """Return the tokens of a phrase, and the keys of which a sentence needs one.

    They are those of the longest token: where none of them is in a sentence, the phrase is not either.
    """
    patterns = phrase.split()
    tokens = tuple(map(_token, patterns))
    longest = max(patterns[1:], key=len, default="")  # the first word was found
    token = _token(longest) if longest else None
    if token is None or token.beginnings or token.endings or not token.fewest:
        return tokens, frozenset()
    return tokens, token.keys


def _end(words: Sequence[str], at: int, tokens: Sequence[Token]) -> tuple[int, tuple[int, ...]] | None:
    """Return where a phrase that begins at a word ends, and the words that it names, or None."""
    if not tokens:
        return at, ()
    token, rest = tokens[0], tokens[1:]
    taken = 0
    while True:
        if taken >= token.fewest and (fit := _end(words, at + taken, rest)) is not None:
            end, places = fit
            return end, places if token.anything else (*range(at, at + taken), *places)
        if taken == token.most or at + taken >= len(words) or not token.accepts(words[at + taken]):
            return None
        taken += 1


class Lexicon:
    """The phrases of several lists, found by their first words.

    A first word stands as in the list, such as ``walk~``; the words of a sentence are traced back to it, so
    that only phrases that a sentence may have are ever read.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._words: dict[str, list[str]] = defaultdict(list)  # single words → names of lists
        self._pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)  # two words → name, phrase
        self._phrases: dict[str, list[tuple[str, str]]] = defaultdict(list)  # first word → name, phrase
        self._beginnings: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name, phrases in lists.items():
            for phrase in phrases:
                first, _, others = phrase.partition(" ")
                second = others.partition(" ")[0]
                for key in first.split("|") if "|" in first else (first,):
                    word = "," if key == _COMMA else key
                    if word.endswith("*"):
                        self._beginnings[word[:3]].append((name, phrase))
                    elif not others:
                        self._words[word].append(name)
                    elif second.isalpha():
                        self._pairs[f"{word} {second}"].append((name, phrase))
                    else:
                        self._phrases[word].append((name, phrase))

    def find_all(self, words: Sequence[str]) -> dict[str, list[Found]]:
        """Return list name → the phrases of it in a sentence."""
        matches: dict[str, list[Found]] = defaultdict(list)
        plain = [word.removesuffix("'s").removesuffix("'") for word in words]
        present = frozenset().union(*map(_keys_of, words))
        for at, word in enumerate(words):
            several = list(self._beginnings.get(word[:3], ()))
            following = {words[at + 1], plain[at + 1]} if at + 1 < len(words) else set()
            for key in _keys_of(word):
                if key in self._words and _is_form(word, key):
                    for name in self._words[key]:
                        matches[name].append(Found(word, at, at + 1, frozenset((at,))))
                several += self._phrases.get(key, ())
                for second in following:
                    several += self._pairs.get(f"{key} {second}", ())
            for name, phrase in several:
                tokens, needed = _parsed(phrase)
                if needed and present.isdisjoint(needed):
                    continue
                fit = _end(words, at, tokens)
                if fit is not None:
                    end, places = fit
                    text = " ".join(w for w in words[at:end] if w[0].isalnum())
                    matches[name].append(Found(text, at, end, frozenset(places)))
        return {name: list(dict.fromkeys(phrases)) for name, phrases in matches.items()}

    def find(self, words: Sequence[str]) -> dict[str, list[Found]]:
        """Return list name → the phrases of it in a sentence, none of them within another of its list."""
        return {name: _longest(phrases) for name, phrases in self.find_all(words).items()}


def _longest(matches: list[Found]) -> list[Found]:
    chosen: list[Found] = []
    for candidate in sorted(matches, key=lambda f: (f.start - f.end, f.start)):
        if all(candidate.end <= c.start or candidate.start >= c.end for c in chosen):
            chosen.append(candidate)
    return sorted(chosen, key=lambda f: f.start)


def read_lists(name: str) -> dict[str, list[str]]:
    """Return section → phrases of a word list."""
    lists: dict[str, list[str]] = {}
    section = ""
    for line in lines_of(name):
        if line.startswith("["):
            section = line.strip("[]")
            lists.setdefault(section, [])
        else:
            lists[section] += [text for part in line.removesuffix(",").split(", ") if (text := part.strip())]
    return lists


@cache
def lexicon() -> Lexicon:
    """Return the phrases of all word lists."""
    lists: dict[str, list[str]] = defaultdict(list)
    for path in sorted(VOCABULARY.glob("*.txt")):
        if path.stem not in _NO_LISTS:
            for section, phrases in read_lists(path.stem).items():
                lists[section] += phrases
    return Lexicon(lists)


@lru_cache(maxsize=8192)
def _found(text: str) -> dict[str, list[Found]]:
    return lexicon().find(tokens_of(text))


def found_in(text: str, name: str) -> list[Found]:
    """Return the phrases of one list in a text, except those within a phrase that makes them harmless.

    A longer phrase of the list of doubtful ones, ``[rule ?]``, makes a shorter one of ``[rule]`` doubtful.
    """
    matches = _found(text)
    harmless = matches.get(f"{name.removesuffix(' ?')} !", ())
    doubtful = () if name.endswith(" ?") else matches.get(f"{name} ?", ())
    return [
        phrase
        for phrase in matches.get(name, ())
        if not any(_covers(other, phrase) for other in harmless)
        and not any(_covers(other, phrase) and other.length > phrase.length for other in doubtful)
    ]


def _covers(other: Found, phrase: Found) -> bool:
    """Return whether a phrase shares words with a shorter one, or one of its length."""
    return other.start < phrase.end and phrase.start < other.end and other.length >= phrase.length
