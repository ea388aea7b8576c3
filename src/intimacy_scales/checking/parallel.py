"""Parallel wordings: whether the partner and daily wording of an item ask the same as the item itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.roles import check_roles
from intimacy_scales.checking.tenses import tense_of
from intimacy_scales.checking.vocabulary.grammar import TIME
from intimacy_scales.checking.words import Checked, content_stems, is_negation, overlap, words
from intimacy_scales.instrument import Instrument, Item, normalized
from intimacy_scales.results.wording import counted

# Of 168 shipped partner wordings 166 have all words of their items, apart from persons and endings; the
# smallest overlap is 0.67.
LEAST_IN_COMMON = 0.6
# Words that partner wordings may add or exchange: somebody feels so.
_SAYS_SO = {"feel", "feels", "know", "knows", "think", "thinks", "believe", "believes", "find", "finds"}
_HARMLESS = {"and", "too", "also", "both", "that", "myself"}
_MODALS = {"could", "may", "might", "must", "should", "would", "will"}
_PARTNER = re.compile(r"\bmy partner\b")
_COUPLE = re.compile(r"\bmy partner and (?:i|me|myself)\b|\b(?:i|me) and my partner\b")
_OF_THE_COUPLE = {"we", "us", "our", "ours", "ourselves", "we're", "we've"}
_OF_ONE = {"i", "me", "my", "mine", "myself", "i'm", "i've", "they", "them", "their", "theirs"}


def _denies(text: str) -> bool:
    return any(map(is_negation, words(text)))


def _quoted(tokens: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in tokens) or "no other word"


def _difference(text: str, parallel: str) -> str | None:
    """Return how a parallel wording differs from the item's text in content, or None if it does not."""
    if _denies(text) != _denies(parallel):
        return "only one of this wording and the item's own has a negation"
    words_of_item, words_of_parallel = content_stems(text), content_stems(parallel)
    if overlap(frozenset(words_of_item), frozenset(words_of_parallel)) >= LEAST_IN_COMMON:
        return None
    only_item = _quoted(word for stem, word in words_of_item.items() if stem not in words_of_parallel)
    only_parallel = _quoted(word for stem, word in words_of_parallel.items() if stem not in words_of_item)
    return f"only the item's own wording has {only_item}, and only this one has {only_parallel}"


def _is_about_both(text: str) -> bool:
    """Return whether a sentence says the same of both partners, so that exchanging them changes nothing."""
    tokens = set(words(_COUPLE.sub("we", normalized(text))))
    return not tokens.isdisjoint(_OF_THE_COUPLE) and tokens.isdisjoint(_OF_ONE)


def _modals(text: str) -> set[str]:
    return _MODALS & set(words(text))


def _replaced(text: str, parallel: str) -> str | None:
    """Return which words of content each sentence has alone, where both have some."""
    first, second = content_stems(text), content_stems(parallel)
    only_first = [word for stem, word in first.items() if stem not in second and word not in _SAYS_SO]
    only_second = [word for stem, word in second.items() if stem not in first and word not in _SAYS_SO]
    added = [word for word in dict.fromkeys(only_first + only_second) if word not in _HARMLESS]
    if added and not (only_first and only_second):
        return f"only one of this wording and the item's own has {_quoted(added)}"
    if modal := _modals(text) ^ _modals(parallel):
        return f"only one of this wording and the item's own has {_quoted(sorted(modal))}"
    if tense_of(text) != tense_of(parallel):
        return f"is in the {tense_of(parallel)} tense, and the item's own wording in the {tense_of(text)}"
    if not added:
        return None
    return f"has {_quoted(only_second)} in place of {_quoted(only_first)} in the item"


def _check_partner(item: Item) -> Iterator[Hit]:
    text, partner = item.text, item.partner_text
    if text is None or partner is None:
        return
    if normalized(text) == normalized(partner):
        if _is_about_both(text):
            return
        yield Hit("partner-parallel", "is the same sentence as the item's own: exchange the persons")
        return
    if (reason := _difference(text, partner)) or (reason := _replaced(text, partner)):
        yield Hit("partner-parallel", reason)
    for message in check_roles(text, partner):
        yield Hit("partner-roles", message)


def _check_daily(item: Item) -> Iterator[Hit]:
    if (
        item.text is not None
        and item.daily_text is not None
        and (reason := _difference(item.text, item.daily_text))
    ):
        yield Hit("daily-parallel", reason)


def _check_missing(bank: Checked) -> Iterator[Hit]:
    if isinstance(bank, Instrument) and bank.wording != "self":
        return
    worded = [item for item in bank.items if item.text is not None]
    without = [item.id for item in worded if item.partner_text is None]
    if len(without) < len(worded):
        for name in without:
            message = "has no partner wording, though other items have"
            yield Hit("partner-missing", message, name, "partner_text")
    elif worded and not isinstance(bank, Instrument):
        message = (
            f"none of {counted(len(worded), 'item')} has partner wording, so no form can be about the partner"
        )
        yield Hit("partner-missing", message, None, "partner_text", "note")


def check_parallel(bank: Checked) -> Iterator[Hit]:
    """Yield partner and daily wordings that are missing or do not match (English)."""
    yield from _check_missing(bank)
    for item in bank.items:
        for field, check in (("partner_text", _check_partner), ("daily_text", _check_daily)):
            for hit in check(item):
                yield Hit(hit.rule, hit.message, item.id, field)
        text_wording = bank.wording if isinstance(bank, Instrument) else "self"
        for field, wording in (("text", text_wording), ("partner_text", "partner"), ("daily_text", "daily")):
            text = getattr(item, field)
            if text is None:
                continue
            if wording == "partner" and not (_PARTNER.search(normalized(text)) or _is_about_both(text)):
                yield Hit("partner-subject", "does not say 'my partner'", item.id, field)
            if wording == "daily" and not TIME.search(normalized(text)):
                message = "names no time: begin with 'Today,' or name the time in the instructions"
                yield Hit("daily-time", message, item.id, field)
