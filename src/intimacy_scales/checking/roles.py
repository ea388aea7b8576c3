"""Persons of a partner wording: they must be those of the item, exchanged, and verbs must follow them.

Each sentence is read as a row of persons: S for the respondent (I, me, my, myself), P for the partner (my
partner, they, them, their). Exchanging S and P in the item must give the row of the partner wording, apart
from the order of clauses and from words that only say that somebody feels so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from intimacy_scales.checking.morphology import base_forms, irregular_verbs, third_person
from intimacy_scales.checking.phrases import tokens_of
from intimacy_scales.checking.words import quoted
from intimacy_scales.messages import times

_SELF = {"i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll"}
_PARTNER = {"they", "them", "their", "theirs", "themselves", "themself", "they're", "they've", "they'd"}
_OF_PARTNER = {"partner", "partner's"}
_SHORTEST_PLURAL = 4
_SWAPPED = {"S": "P", "P": "S"}
_WRAPPERS = {"feel", "feels", "think", "thinks", "believe", "believes", "know", "knows", "find", "finds"}
_NO_SUBJECT_AFTER = {  # 'my partner' is an object here: "I let my partner finish"
    "let", "lets", "make", "makes", "help", "helps", "see", "sees", "hear", "hears", "watch", "watches",
    "have", "has", "feel", "with", "to", "of", "for", "about", "by", "and", "than", "from", "on", "at", "in",
    "as",
}  # fmt: skip
_PARTNER_AND_I = re.compile(r"\b(?:my partner and (?:i|me)|i and my partner)\b")
_MODALS = {
    "can",
    "could",
    "may",
    "might",
    "must",
    "will",
    "would",
    "should",
    "to",
    "not",
    "do",
    "does",
    "don't",
}
_ADVERBS = {"had", "did", "always", "never", "often", "sometimes", "both", "also", "still", "just", "seldom"}
_SINGULAR = {"is", "has", "does", "was", "isn't", "hasn't", "doesn't"}
_PLURAL = {"are", "have", "do", "aren't", "haven't", "don't", "am", "were"}


def _may_be_things(tokens: Sequence[str], at: int) -> bool:
    """Return whether 'they' or 'them' may be a plural noun: "I say things until my partner gets them"."""
    if tokens[at] not in ("they", "them"):
        return False
    before = list(enumerate(tokens))[:at]
    return any(
        word.endswith("s")
        and len(word) > _SHORTEST_PLURAL
        and not word.endswith(("ss", "'s"))
        and tokens[n - 1] not in ("partner", "they", "it")
        for n, word in before
    )


def _persons(text: str, *, without_things: bool = False) -> list[str]:
    """Return the persons of a sentence in order; if asked for, without pronouns that may stand for things."""
    tokens = tokens_of(_PARTNER_AND_I.sub("we", text.casefold()))
    persons: list[str] = []
    for at, token in enumerate(tokens):
        if token in _OF_PARTNER and tokens[at - 1] == "my":
            persons[-1] = "P"  # instead of the S of 'my'
        elif token in _SELF:
            persons.append("S")
        elif token in _PARTNER and not (without_things and _may_be_things(tokens, at)):
            persons.append("P")
    return persons


def _without_wrapper(text: str) -> str:
    """Return a sentence without 'My partner feels that' at its beginning."""
    tokens = tokens_of(text)[1:]
    start = 2 if tokens[:2] == ("my", "partner") else 1
    if (
        tokens[start : start + 1]
        and tokens[start] in _WRAPPERS
        and tokens[start + 1 : start + 2] == ("that",)
    ):
        return " ".join(tokens[start + 2 :])
    return text


def _exchanged(text: str, partner_text: str, *, without_things: bool = False) -> bool:
    """Return whether the persons of both are exchanged: in the same order, or in clauses of another order."""
    wanted = [_SWAPPED[person] for person in _persons(text, without_things=without_things)]
    given = _persons(partner_text, without_things=without_things)
    return wanted == given or (Counter(wanted) == Counter(given) and _reordered(text, partner_text))


def _reordered(text: str, partner_text: str) -> bool:
    """Return whether a clause with 'when' or a comma stands at another place."""
    first, second = tokens_of(text), tokens_of(partner_text)
    if ("," in first) != ("," in second):
        return True
    return "when" in first and "when" in second and (first[1] == "when") != (second[1] == "when")


def _is_passive(text: str, partner_text: str) -> bool:
    """Return whether one of the two says in the passive what the other says: "when my partner hugs me"."""
    by = re.compile(r"\bto be \w+ by (?:me|my partner)\b")
    return bool(by.search(text.casefold())) != bool(by.search(partner_text.casefold()))


def wrong_roles(text: str, partner_text: str) -> str | None:
    """Return what is wrong with the persons of a partner wording, or None.

    Examples
    --------
    >>> wrong_roles("I rely on my partner.", "My partner relies on them.")
    'names the respondent 0 times and the partner twice; exchanged, the item has 1 and 1'
    >>> wrong_roles("I rely on my partner.", "My partner relies on me.")
    """
    candidates = [
        (one, other)
        for one in dict.fromkeys((text, _without_wrapper(text)))
        for other in dict.fromkeys((partner_text, _without_wrapper(partner_text)))
    ]
    for without_things in (False, True):
        if any(_exchanged(one, other, without_things=without_things) for one, other in candidates):
            return None
    if _is_passive(text, partner_text):
        return None
    wanted, given = Counter(_persons(text)), Counter(_persons(partner_text))
    if wanted["S"] == given["P"] and wanted["P"] == given["S"]:
        return "names the persons in another order than the item, exchanged, does"
    return (
        f"names the respondent {times(given['S'])} and the partner {times(given['P'])}; exchanged, the item "
        f"has {wanted['P']} and {wanted['S']}"
    )


def _is_base_verb(word: str, other: Sequence[str]) -> bool:
    """Return whether a word is a verb without -s, by the verbs known and by the item's own words."""
    if word in irregular_verbs():
        return word not in ("be", "put")
    return (
        word in other and not word.endswith("s") and third_person(word) not in other and word not in _MODALS
    )


def wrong_verbs(text: str, partner_text: str) -> list[str]:
    """Return verbs of a partner wording that do not follow their subjects.

    Examples
    --------
    >>> wrong_verbs("I get help.", "My partner get help."), wrong_verbs("My partner tries.", "I tries.")
    (['my partner get'], ['i tries'])
    """
    tokens, item_tokens = tokens_of(partner_text), tokens_of(text)
    wrong = []
    verbs_after_i = {item_tokens[n + 1] for n, token in enumerate(item_tokens[:-1]) if token in ("i", "they")}
    for at, word in enumerate(tokens[:-1]):
        following = tokens[at + 1]
        if word == "partner" and tokens[at - 1] == "my" and tokens[at - 2] not in _NO_SUBJECT_AFTER:
            is_base = following in _PLURAL or (following in verbs_after_i and following not in _MODALS)
            is_base = is_base or (at == 2 and _is_base_verb(following, item_tokens))
            if is_base and following not in _ADVERBS and not following.endswith("ly"):
                wrong.append(f"my partner {following}")
        elif word in ("i", "they", "we"):
            third = any(
                third_person(base) == following for base in base_forms(following) if base != following
            )
            if (
                following in _SINGULAR
                or (word == "i" and following == "are")
                or (third and _was_third(following, item_tokens))
                or (third and not following.endswith("ss") and following in _thirds(item_tokens))
            ):
                wrong.append(f"{word} {following}")
        if _is_misspelt(following, item_tokens):
            wrong.append(following)
    return list(dict.fromkeys(wrong))


_MODAL_VERBS = {"can", "could", "may", "might", "must", "will", "would", "should", "cannot", "can't", "won't"}


def _verb_of(word: str, item_tokens: Sequence[str]) -> bool:
    """Return whether a word is an inflection of a verb that the item has, or of an irregular one."""
    return any(base in item_tokens or base in irregular_verbs() for base in base_forms(word) if base != word)


def wrong_forms(text: str, partner_text: str) -> list[str]:
    """Return forms that are wrong after any subject: 'can laughs', 'my partner enjoying', 'shows I their'.

    Examples
    --------
    >>> wrong_forms("I can laugh.", "My partner can laughs.")
    ['can laughs']
    >>> wrong_forms("I enjoy it.", "My partner enjoying it.")
    ['my partner enjoying']
    """
    tokens, item_tokens = tokens_of(partner_text), tokens_of(text)
    wrong = []
    own_be = bool({"am", "is", "are", "i'm"} & set(item_tokens))
    verbs_of_item = {
        item_tokens[n + 1 + (item_tokens[n + 1] in _BETWEEN)]
        for n in range(1, len(item_tokens) - 2)
        if item_tokens[n] == "i"
    } - {"can", "will", "am", "not", "do", "must", "could", "would", "should"}
    for at in range(1, len(tokens) - 1):
        word, following = tokens[at], tokens[at + 1]
        after = tokens[at + 2] if at + 2 < len(tokens) else "."
        third = following.endswith("s") and any(
            third_person(b) == following for b in base_forms(following)[1:]
        )
        if word in (*_MODAL_VERBS, "doesn't", "don't") and third and _verb_of(following, item_tokens):
            wrong.append(f"{word} {following}")
        elif (
            word == "to" and third and _verb_of(following, item_tokens) and following in _thirds(item_tokens)
        ):
            wrong.append(f"to {following}")
        elif (
            word == "partner"
            and at == 2
            and (following.endswith("ing") or following in ("be", "been", "being"))
        ):
            wrong.append(f"my partner {following}")
        elif word in ("do", "does", "did", "not") and third and tokens[at - 1] in ("partner", "does", "do"):
            wrong.append(f"{word} {following}")
        elif following == "i" and (after in _POSSESSIVE or not after[0].isalpha()):
            wrong.append(f"{word} i")
        elif word in ("with", "to", "for", "from", "about", "of", "at", "by", "on") and following in (
            "i",
            "we",
            "they",
        ):
            if after not in ("am", "are", "have", "do", "feel") and not item_tokens.count(after):
                wrong.append(f"{word} {following}")
        elif (word in ("is", "am", "are") and following in verbs_of_item and not own_be) or (
            word in _BETWEEN
            and tokens[max(at - 2, 0) : at] == ("my", "partner")
            and following in verbs_of_item
        ):
            wrong.append(f"{word} {following}")
        if following in ("dos", "gos", "haves", "bes"):
            wrong.append(following)
    if tokens[1] in ("me", "them", "us", "their", "themselves"):
        wrong.append(tokens[1])
    wrong += [
        f"i {tokens[at + 1]}"
        for at in range(1, len(tokens) - 1)
        if tokens[at] == "i" and tokens[at + 1] == "be"
    ]
    return wrong


_BETWEEN = {
    "often",
    "always",
    "never",
    "also",
    "still",
    "sometimes",
    "really",
    "just",
    "usually",
    "truly",
    "both",
}
_POSSESSIVE = {"their", "my", "the", "our", "a", "about", "with", "to", "for", "when", "at", "in", "after"}


def _thirds(item_tokens: Sequence[str]) -> frozenset[str]:
    """Return the forms after 'my partner' of the words of an item."""
    return frozenset(third_person(token) for token in item_tokens if token[0].isalpha())


def _was_third(verb: str, item_tokens: Sequence[str]) -> bool:
    """Return whether a verb with -s stands in the item after 'my partner', from where it was copied."""
    return any(token == verb and item_tokens[at - 1] == "partner" for at, token in enumerate(item_tokens))


def _is_misspelt(word: str, item_tokens: Sequence[str]) -> bool:
    """Return whether a word is a verb of the item with a wrong ending: worrys."""
    stem = word.removesuffix("s")
    return (
        word != stem
        and stem in item_tokens
        and word not in item_tokens
        and third_person(stem) != word
        and len(stem) > 2
    )


def check_roles(text: str, partner_text: str) -> Iterator[str]:
    """Yield messages about persons and verbs of a partner wording."""
    if reason := wrong_roles(text, partner_text):
        yield f"{reason}: exchange 'I' and 'my partner', 'me' and 'them', 'my' and 'their'"
    if verbs := wrong_verbs(text, partner_text) + wrong_forms(text, partner_text):
        yield f"{quoted(verbs)}: the verb does not follow its subject"
