"""Forms of English words: inflections of verbs and nouns, and the base of an inflected word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

VOCABULARY = Path(__file__).parent / "vocabulary"
_VOWELS = "aeiou"
_IRREGULAR_THIRD = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_IRREGULAR_NOUNS = {
    "child": "children", "man": "men", "woman": "women", "wife": "wives", "life": "lives", "person": "people",
    "foot": "feet", "half": "halves",
}  # fmt: skip
# Verbs of two syllables or more whose last letter is doubled: beginning, but not opening.
_DOUBLED = re.compile(r"(?:[^aeiou]|^)[aeiou][bdgklmnprtvz]$|(?:^|[^aeiou])[aeiou]t$")
_DOUBLED_LONG = (
    "begin",
    "forget",
    "forbid",
    "admit",
    "commit",
    "permit",
    "regret",
    "upset",
    "prefer",
    "refer",
)


def lines_of(name: str) -> Iterator[str]:
    """Yield the lines of a word list, without comments."""
    for line in (VOCABULARY / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


@cache
def irregular_verbs() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return base → (past forms, participles)."""
    rows = (line.split() for line in lines_of("irregular_verbs"))
    return {base: (tuple(past.split("/")), tuple(done.split("/"))) for base, past, done in rows}


@cache
def irregular_bases() -> dict[str, str]:
    """Return irregular past form or participle → base."""
    return {form: base for base, forms in irregular_verbs().items() for group in forms for form in group}


def third_person(base: str) -> str:
    """Return the form of a verb after 'my partner'.

    Examples
    --------
    >>> [third_person(verb) for verb in ("worry", "enjoy", "wish", "have")]
    ['worries', 'enjoys', 'wishes', 'has']
    """
    if base in _IRREGULAR_THIRD:
        return _IRREGULAR_THIRD[base]
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _with_ending(base: str, ending: str) -> str:
    """Return a verb with -ed or -ing."""
    if ending == "ing" and base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not (ending == "ing" and base.endswith(("ee", "ye", "oe"))):
        return base[:-1] + ending
    if ending == "ed" and base.endswith("y") and base[-2] not in _VOWELS:
        return base[:-1] + "ied"
    short = len(re.findall(r"[aeiouy]+", base)) == 1
    if _DOUBLED.search(base) and (short or base in _DOUBLED_LONG):
        return base + base[-1] + ending
    return base + ending


def verb_forms(base: str) -> frozenset[str]:
    """Return all inflections of a verb.

    Examples
    --------
    >>> sorted(verb_forms("hug")), sorted(verb_forms("keep"))
    (['hug', 'hugged', 'hugging', 'hugs'], ['keep', 'keeping', 'keeps', 'kept'])
    """
    if base == "be":
        return frozenset(["be", "am", "is", "are", "was", "were", "been", "being"])
    forms = {base, third_person(base), _with_ending(base, "ing")}
    if base in irregular_verbs():
        past, participles = irregular_verbs()[base]
        forms.update(past, participles)
    else:
        forms.add(_with_ending(base, "ed"))
    return frozenset(forms)


def noun_forms(singular: str) -> frozenset[str]:
    """Return a noun and its plural.

    Examples
    --------
    >>> sorted(noun_forms("family")), sorted(noun_forms("child"))
    (['families', 'family'], ['child', 'children'])
    """
    return frozenset({singular, _IRREGULAR_NOUNS.get(singular) or third_person(singular)})


def base_forms(word: str) -> tuple[str, ...]:
    """Return what a word may be an inflection of, the word itself first.

    Examples
    --------
    >>> base_forms("hugged"), base_forms("tries"), base_forms("kept")
    (('hugged', 'hugg', 'hugge', 'hug'), ('tries', 'tri', 'try', 'trie'), ('kept', 'keep'))
    """
    if word in irregular_bases():
        return word, irregular_bases()[word]
    candidates = [word]
    for ending in ("ing", "ed", "es", "s"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1 and not (ending == "s" and word.endswith("ss")):
            candidates.append(stem)
            if ending in ("ing", "ed"):
                candidates.append(stem + "e")
            if len(stem) > 3 and stem[-1] == stem[-2]:
                candidates.append(stem[:-1])
            if stem.endswith("i"):
                candidates.append(stem[:-1] + "y")
    return tuple(dict.fromkeys(candidates))


_IRREGULAR_BASES = {
    **dict.fromkeys(("am", "is", "are", "was", "were", "been", "being"), "be"),
    "has": "have",
    **{plural: singular for singular, plural in _IRREGULAR_NOUNS.items()},
}


@cache
def inflected_from(word: str) -> tuple[str, ...]:
    """Return all that a word may be a form of, as `verb_forms` and `noun_forms` make them.

    Examples
    --------
    >>> inflected_from("lying"), inflected_from("wives")
    (('lying', 'ly', 'lye', 'lie'), ('wives', 'wiv', 'wive', 'wife'))
    """
    bases = list(base_forms(word))
    if word in irregular_bases():
        bases += [base for base, forms in irregular_verbs().items() if any(word in group for group in forms)]
    for ending in ("es", "s", "ed", "ing", "d"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            bases.append(word.removesuffix(ending))
    if word.endswith("ying"):
        bases.append(word.removesuffix("ying") + "ie")
    if word.endswith("ied"):
        bases.append(word.removesuffix("ied") + "ie")
    if word in _IRREGULAR_BASES:
        bases.append(_IRREGULAR_BASES[word])
    return tuple(dict.fromkeys(bases))
