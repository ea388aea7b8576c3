"""Comparison of two instruments, or two versions of one: whether answers to the old suit the new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from intimacy_scales.instrument.changes import Change
from intimacy_scales.instrument.digests import codes_for_missing
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.item import Item
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.instrument.pooling import named_languages, translation_note
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.instrument.texts import normalized

Verdict = Literal["same", "rescorable", "blocked"]
_IN_WORDS = {
    "same": "every answer is scored alike by both",
    "rescorable": "answers to the old can be scored by the new, and scores may differ",
    "blocked": "answers to the old cannot be scored by the new",
}
_MOST_ITEMS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentComparison:
    """The differences between two instruments.

    Attributes
    ----------
    old, new
        The two instruments.
    verdict
        ``"same"``: both score all answers alike. ``"rescorable"``: every item of the new was asked in the
        old, in the same words and with the same options, or in a translation of these, so stored answers
        can be scored by the new. ``"blocked"``: they cannot, and ``reasons`` say why.
    reworded, answered, added, dropped, rekeyed
        Ids of items, as in `Change`.
    reasons
        Why answers to the old cannot be scored by the new; empty where they can.
    translated
        How the languages or variants of the two differ, where one wording is a translation of the other, and
        what follows for their scores; otherwise None.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> shorter = load("ras").without_items("ras_7", new_id="ras-6", version="1")
    >>> print(compare("ras", shorter))
    ras 1 to ras-6 1: rescorable (answers to the old can be scored by the new, and scores may differ)
      no longer asked: ras_7
    """

    old: InstrumentRef
    new: InstrumentRef
    verdict: Verdict
    reworded: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    rekeyed: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    translated: str | None = None

    def as_change(self, note: str | None = None) -> Change:
        """Return the differences as an entry for ``changes`` in the file of the new instrument."""
        return Change(
            version=self.new.version,
            since=self.old.version,
            note=note,
            reworded=self.reworded,
            answered=self.answered,
            added=self.added,
            dropped=self.dropped,
            rekeyed=self.rekeyed,
        )

    def __str__(self) -> str:
        lines = [f"{self.old.named} to {self.new.named}: {self.verdict} ({_IN_WORDS[self.verdict]})"]
        lines += [f"  {reason}" for reason in (self.translated, *self.reasons) if reason]
        differences = {"no longer asked": self.dropped, "counted differently": self.rekeyed}
        lines += [f"  {what}: {_listed(items)}" for what, items in differences.items() if items]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<InstrumentComparison {self}>"


def compare(old: Instrument | str | Path, new: Instrument | str | Path) -> InstrumentComparison:
    """Return whether answers that were given to one instrument can be scored by another.

    Parameters
    ----------
    old, new
        Instruments, or their ids or Paths; for example two versions of one instrument.

    Returns
    -------
    InstrumentComparison
        ``print`` it to read the differences.

    Notes
    -----
    Texts are compared like labels, without regard to case, blanks and typographic quotes. Where one of the
    two has no wording, as with a published key, the texts count as the same. Texts in two languages are not
    compared either: a translation asks the same as the wording that it was made from
    (`Translation.source_digest`), and so do two translations, or two variants, of one wording.

    Examples
    --------
    >>> from intimacy_scales import MissingRule, load
    >>> strict = load("ras").with_missing_rule(MissingRule(proportion=1))
    >>> compare("ras", strict).verdict
    'rescorable'
    >>> print(compare("scii-24", "scii-24-partner").reasons[0])
    the old asks in the wording self, the new in partner
    >>> compare("scii-24", load("scii-24", language="de")).verdict
    'rescorable'
    """
    before, after = as_instrument(old), as_instrument(new)
    old_items, new_items = ({item.id: item for item in form.items} for form in (before, after))
    shared = [(name, old_items[name], item) for name, item in new_items.items() if name in old_items]
    translated = translation_note(before, after)
    same_language, languages = (False, []) if translated else _language_differences(before, after)
    reworded = tuple(name for name, was, now in shared if same_language and _is_reworded(was, now))
    answered = tuple(
        name for name, was, now in shared if _options_differ(was, now, compare_labels=same_language)
    )
    added = tuple(name for name in new_items if name not in old_items)
    old_keys, new_keys = _keys(before), _keys(after)
    reasons = [*_wording_or_coding_differences(before, after), *languages]
    blocking = {"reworded": reworded, "answered on other options": answered, "not asked in the old": added}
    reasons += [f"{what}: {_listed(items)}" for what, items in blocking.items() if items]
    verdict: Verdict = "blocked" if reasons else "rescorable"
    same_key = before.key_digest == after.key_digest and _not_applicable(before) == _not_applicable(after)
    if not reasons and translated is None and same_key:
        verdict = "same"
    return InstrumentComparison(
        old=before.ref,
        new=after.ref,
        verdict=verdict,
        reworded=reworded,
        answered=answered,
        added=added,
        dropped=tuple(name for name in old_items if name not in new_items),
        rekeyed=tuple(name for name, _, _ in shared if old_keys.get(name) != new_keys.get(name)),
        reasons=tuple(reasons),
        translated=translated,
    )


def _wording_or_coding_differences(old: Instrument, new: Instrument) -> list[str]:
    """Return a line where the items speak of somebody else, and one where answers are stored differently."""
    return [
        f"the old asks in the {what} {was}, the new in {now}"
        for what, was, now in (
            ("wording", old.wording, new.wording),
            ("coding", old.coding or "as printed", new.coding or "as printed"),
        )
        if was != now
    ]


def _language_differences(old: Instrument, new: Instrument) -> tuple[bool, list[str]]:
    """Return whether the texts of two instruments can be compared, and how their languages differ."""
    was, now = named_languages(old), named_languages(new)
    if was == now:
        return True, []
    differences = [f"the old asks in the language {was}, the new in {now}"]
    if all(form.translation is None and not form.pooled for form in (old, new)):
        return True, differences
    return False, [*differences, "neither wording is a translation of the other, or of the same original"]


def _is_reworded(old: Item, new: Item) -> bool:
    return old.text is not None and new.text is not None and normalized(old.text) != normalized(new.text)


def _options_differ(old: Item, new: Item, *, compare_labels: bool) -> bool:
    """Return whether a stored answer could mean something else, or not be allowed, in the new item."""
    was, now = old.response_scale, new.response_scale
    if (was.range, was.points) != (now.range, now.points):
        return True
    if not compare_labels:
        return False
    old_codes, new_codes = (
        set(codes_for_missing(scale.missing_codes)) | set(codes_for_missing(scale.not_applicable))
        for scale in (was, now)
    )
    if not old_codes <= new_codes:  # a code for a missing answer would be read as an answer, or refused
        return True
    old_labels, new_labels = ([(value, normalized(text)) for value, text in s.labels] for s in (was, now))
    return bool(old_labels) and bool(new_labels) and old_labels != new_labels


def _keys(form: Instrument) -> dict[str, frozenset[Any]]:
    """Return item → its options' scores, the scales it counts in, and whether it is reverse-keyed there."""
    keys: dict[str, set[Any]] = {item.id: {item.response_scale.scores} for item in form.items}
    for scale in form.scales:
        for key in scale.keys:
            keys[key.item].add((scale.id, key.reverse))
    return {item: frozenset(entries) for item, entries in keys.items()}


def _not_applicable(form: Instrument) -> dict[str, list[str]]:
    """Return item → its codes for "does not apply"; such answers are counted separately in results."""
    return {item.id: codes_for_missing(item.response_scale.not_applicable) for item in form.items}


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - _MOST_ITEMS_SHOWN} more" if len(items) > _MOST_ITEMS_SHOWN else ""
    return ", ".join(items[:_MOST_ITEMS_SHOWN]) + more
