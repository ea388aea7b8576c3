"""Whether the partner and the daily wording of an item ask the same as its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.vocabulary import TIME
from intimacy_scales.checking.words import Checked, content_stems, is_negation, overlap, words
from intimacy_scales.instrument import Instrument, Item, normalized
from intimacy_scales.results.wording import counted

# Of the 72 shipped items every partner wording has all the words of its item, but for persons and endings.
LEAST_IN_COMMON = 0.6
_PARTNER = re.compile(r"\bmy partner\b")


def _denies(text: str) -> bool:
    return any(map(is_negation, words(text)))


def _named(found: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in found) or "nothing more"


def _apart(one: str, other: str) -> str | None:
    """Return in what way two wordings ask different things, or None."""
    if _denies(one) != _denies(other):
        return "one of them denies what the other says"
    mine, theirs = content_stems(one), content_stems(other)
    if overlap(frozenset(mine), frozenset(theirs)) >= LEAST_IN_COMMON:
        return None
    only = [_named(mine[stem] for stem in mine if stem not in theirs)]
    only.append(_named(theirs[stem] for stem in theirs if stem not in mine))
    return f"only the item's own wording has {only[0]}, and only this one {only[1]}"


def _check_partner(item: Item) -> Iterator[Hit]:
    text, partner = item.text, item.partner_text
    if text is None or partner is None:
        return
    if normalized(text) == normalized(partner):
        yield Hit("partner-parallel", "is the same sentence as the item's own: turn the persons round")
    elif reason := _apart(text, partner):
        yield Hit("partner-parallel", reason)


def _check_daily(item: Item) -> Iterator[Hit]:
    if (
        item.text is not None
        and item.daily_text is not None
        and (reason := _apart(item.text, item.daily_text))
    ):
        yield Hit("daily-parallel", reason)


def _check_missing(bank: Checked) -> Iterator[Hit]:
    if isinstance(bank, Instrument) and bank.wording != "self":
        return
    worded = [item for item in bank.items if item.text is not None]
    without = [item.id for item in worded if item.partner_text is None]
    if len(without) < len(worded):
        for name in without:
            yield Hit("partner-missing", "has no partner wording, though others have", name, "partner_text")
    elif worded and not isinstance(bank, Instrument):
        message = f"none of {counted(len(worded), 'item')} has partner wording: no form about the partner"
        yield Hit("partner-missing", message, None, "partner_text", "note")


def check_parallel(bank: Checked) -> Iterator[Hit]:
    """Yield partner and daily wordings that are missing or do not match (English)."""
    yield from _check_missing(bank)
    for item in bank.items:
        for field, check in (("partner_text", _check_partner), ("daily_text", _check_daily)):
            for hit in check(item):
                yield Hit(hit.rule, hit.message, item.id, field)
        own = bank.wording if isinstance(bank, Instrument) else "self"
        for field, about in (("text", own), ("partner_text", "partner"), ("daily_text", "daily")):
            text = getattr(item, field)
            if text is None:
                continue
            if about == "partner" and not _PARTNER.search(normalized(text)):
                yield Hit("partner-subject", "does not say 'my partner'", item.id, field)
            if about == "daily" and not TIME.search(normalized(text)):
                message = "names no time: begin with 'Today,' or say it in the instructions"
                yield Hit("daily-time", message, item.id, field)
