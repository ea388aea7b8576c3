"""Two instruments, or two versions of one: whether answers to the old can be scored by the new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from intimacy_scales.instrument.changes import Change
from intimacy_scales.instrument.digests import read_as_none
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.item import Item
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.instrument.pooling import in_a_translation, named_languages
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.instrument.texts import normalized

Verdict = Literal["same", "rescorable", "blocked"]
_IN_WORDS = {
    "same": "every answer is scored alike by both",
    "rescorable": "answers to the old can be scored by the new, and scores may differ",
    "blocked": "answers to the old are no answers to the new",
}
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentComparison:
    """What differs between two instruments.

    Attributes
    ----------
    old, new
        Which they are.
    verdict
        ``"same"``: both score all answers alike. ``"rescorable"``: every item of the new was asked in the
        old, in the same words and with the same options, or in a translation of these, so stored answers
        can be scored by the new. ``"blocked"``: they cannot, and ``reasons`` say why.
    reworded, answered, added, dropped, rekeyed
        Items, as of `Change`.
    reasons
        Why answers to the old are no answers to the new; empty where they are.
    translated
        Where one asks what the other asks in the words of a translation: in which, and what follows.
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
        """Return the items as an entry of ``changes`` of the new one's file."""
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
        lines = [f"{self.old.named} to {self.new.named}: {self.verdict}"]
        lines[0] += f" ({_IN_WORDS[self.verdict]})"
        lines += [f"  {told}" for told in (self.translated, *self.reasons) if told]
        told = {"no longer asked": self.dropped, "counted otherwise": self.rekeyed}
        lines += [f"  {what}: {_listed(items)}" for what, items in told.items() if items]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<InstrumentComparison {self}>"


def compare(old: Instrument | str | Path, new: Instrument | str | Path) -> InstrumentComparison:
    """Say whether answers that were given to one instrument can be scored by another.

    Parameters
    ----------
    old, new
        Instruments, or ids or Paths of them; such as two versions of one.

    Returns
    -------
    InstrumentComparison
        ``print`` it to read what differs.

    Notes
    -----
    A text is compared as labels are, without regard to case, blanks and typographic quotes. Where one of
    both has no wording, as a published key has none, words cannot be compared and count as the same. Words of
    two languages are not compared either: a translation asks what the wording asks that it was made of,
    `Translation.source_digest`, and so do two translations of one wording, and two variants of one.

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
    were, are = ({item.id: item for item in form.items} for form in (before, after))
    shared = [name for name in are if name in were]
    translated = in_a_translation(before, after)
    in_words, languages = (False, []) if translated else _languages_apart(before, after)
    reworded = tuple(name for name in shared if in_words and _is_reworded(were[name], are[name]))
    answered = tuple(
        name for name in shared if _is_answered_otherwise(were[name], are[name], in_words=in_words)
    )
    added = tuple(name for name in are if name not in were)
    counts = _counts(before), _counts(after)
    reasons = [*_asked_otherwise(before, after), *languages]
    told = {"reworded": reworded, "answered on other options": answered, "not asked in the old": added}
    reasons += [f"{what}: {_listed(items)}" for what, items in told.items() if items]
    verdict: Verdict = "blocked" if reasons else "rescorable"
    same_key = before.key_digest == after.key_digest and _apart(before) == _apart(after)
    if not reasons and translated is None and same_key:
        verdict = "same"
    return InstrumentComparison(
        old=before.ref,
        new=after.ref,
        verdict=verdict,
        reworded=reworded,
        answered=answered,
        added=added,
        dropped=tuple(name for name in were if name not in are),
        rekeyed=tuple(name for name in shared if counts[0].get(name) != counts[1].get(name)),
        reasons=tuple(reasons),
        translated=translated,
    )


def _asked_otherwise(old: Instrument, new: Instrument) -> list[str]:
    """Say whether all items are asked of somebody else, or stored in another way."""
    return [
        f"the old asks in the {what} {one}, the new in {other}"
        for what, one, other in (
            ("wording", old.wording, new.wording),
            ("coding", old.coding or "as printed", new.coding or "as printed"),
        )
        if one != other
    ]


def _languages_apart(old: Instrument, new: Instrument) -> tuple[bool, list[str]]:
    """Return whether the words of two can be compared, and how their languages differ."""
    one, other = named_languages(old), named_languages(new)
    if one == other:
        return True, []
    told = [f"the old asks in the language {one}, the new in {other}"]
    if all(form.translation is None and not form.pooled for form in (old, new)):
        return True, told
    return False, [*told, "neither is a translation of the words that the other asks in, or was made of"]


def _is_reworded(old: Item, new: Item) -> bool:
    return old.text is not None and new.text is not None and normalized(old.text) != normalized(new.text)


def _is_answered_otherwise(old: Item, new: Item, *, in_words: bool) -> bool:
    one, other = old.response_scale, new.response_scale
    labels = [[(value, normalized(text)) for value, text in scale.labels] for scale in (one, other)]
    if (one.range, one.points) != (other.range, other.points):
        return True
    # what was read as no answer would be an answer, or refused
    kinds = ("missing_codes", "not_applicable")
    skipped, still = (
        {code for kind in kinds for code in read_as_none(getattr(scale, kind))} for scale in (one, other)
    )
    if in_words and not skipped <= still:
        return True
    return in_words and all(labels) and labels[0] != labels[1]


def _counts(form: Instrument) -> dict[str, frozenset[Any]]:
    """Return item → its options' scores, the scales it counts in, and whether it is reverse-keyed there."""
    counts: dict[str, set[Any]] = {item.id: {item.response_scale.scores} for item in form.items}
    for scale in form.scales:
        for key in scale.keys:
            counts[key.item].add((scale.id, key.reverse))
    return {item: frozenset(places) for item, places in counts.items()}


def _apart(form: Instrument) -> dict[str, list[str]]:
    """Return item → answers that the question does not apply, which are counted apart."""
    return {item.id: read_as_none(item.response_scale.not_applicable) for item in form.items}


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
