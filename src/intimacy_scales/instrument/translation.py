"""Translations: what a file of one language says, and what a translated instrument keeps of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from intimacy_scales.instrument.base import Id, Part, Text
from intimacy_scales.instrument.evidence import Evidence
from intimacy_scales.instrument.reference import worded
from intimacy_scales.instrument.response_scale import Labels

TranslationStatus = Literal[
    "draft", "forward", "reconciled", "back-translated", "reviewed", "debriefed", "adapted",
    "invariance-tested",
]  # fmt: skip

STATUSES: dict[TranslationStatus, str] = {
    "draft": "draft translation",
    "forward": "forward translation",
    "reconciled": "reconciled translation",
    "back-translated": "back-translated",
    "reviewed": "reviewed translation",
    "debriefed": "debriefed translation",
    "adapted": "adapted translation",
    "invariance-tested": "invariance tested",
}
"""How far a translation has come, and how that is said; the steps of Wild et al. (2005), in their order."""

SEVERAL = "mul"  # what BCP 47 calls several languages
_TAG = re.compile(
    r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?((?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)", re.I
)
_SLOT = re.compile(r"\{([^{}]*)\}")


def language_tag(text: str) -> str:
    """Return a BCP 47 tag as it is usually written, or raise a ValueError.

    Examples
    --------
    >>> language_tag("DE-at"), language_tag("sr_latn_rs")
    ('de-AT', 'sr-Latn-RS')
    """
    found = _TAG.fullmatch(text.replace("_", "-")) if isinstance(text, str) else None
    if found is None:
        raise ValueError(
            f"{text!r} is no BCP 47 tag of a language: write two or three letters, and a region or script "
            "where that matters, such as 'de', 'de-AT' or 'sr-Latn'"
        )
    language, script, region, variants = found.groups(default="")
    return language.lower() + script.title() + region.upper() + variants.lower()


def fitting(wanted: str, known: Iterable[str]) -> str | None:
    """Return the tag that stands for a wanted one: itself, or without its last parts (RFC 4647, look-up).

    Examples
    --------
    >>> fitting("de-AT", ["de", "fr"]), fitting("de", ["de-AT"])
    ('de', None)
    """
    there, parts = set(known), wanted.split("-")
    shortened = ("-".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((tag for tag in shortened if tag in there), None)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _all_composed(labels: Sequence[tuple[int | float, str]]) -> tuple[tuple[int | float, str], ...]:
    return tuple((value, _composed(text)) for value, text in labels)


Tag = Annotated[Text, AfterValidator(language_tag)]
Worded = Annotated[Text, AfterValidator(_composed)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Slots = dict[Id, dict[Id, Worded]]
Texts = dict[Id, Worded]
Revision = Annotated[int, Field(ge=1, strict=True)]


class Translation(Part):
    """What a translated instrument says of its translation.

    Attributes
    ----------
    status
        How far it has come: one of `STATUSES`.
    source_language, source_digest
        Language of the wording that was translated, and its `Instrument.text_digest`.
    variant
        Which form gendered words have, where there are several.
    revision
        As of the `TranslationFile`.
    title
        What the form is called in its language, for those who answer it.
    by
        Who translated it, and how.
    """

    status: TranslationStatus = "draft"
    source_language: Text = "en"
    source_digest: Digest
    variant: Id | None = None
    revision: Revision = 1
    title: Text | None = None
    by: Text | None = None


class PooledLanguage(Part):
    """One of the languages whose answers are pooled.

    Attributes
    ----------
    language, text_digest, variant
        As of the instrument in that language, and its translation.
    tested
        Whether it is the wording that the others were translated from, or its invariance was tested.
    """

    language: Text
    text_digest: Digest
    tested: bool = False
    variant: Id | None = None

    @property
    def named(self) -> str:
        """The language, with its variant if it has one."""
        return worded(self.language, self.variant)


class LanguageFile(Part):
    """What holds for all translations into one language: gendered words, and their variants.

    Attributes
    ----------
    language, name
        BCP 47 tag, and the name of the language in English.
    variants
        Ids of the forms that gendered words have, the one first that is used by default; empty where none
        is needed.
    note
        How gendered words are dealt with.
    slots
        Name of a slot → variant → words.
    """

    language: Tag
    name: Text
    variants: tuple[Id, ...] = ()
    note: Text | None = None
    slots: Slots = Field(default={})

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check_variants(self.slots, self.variants)
        return self


class TranslationFile(Part):
    """The wording of an item bank, or of a form, in another language; a file beside it.

    Attributes
    ----------
    of, version
        Id of the bank or form, and its version that was translated.
    source_digest
        Digest of the wording that was translated; where that was changed since, the file is refused.
    revision
        Of a form, or an instrument: which wording of this translation it is, of those that this version was
        given in. It is raised when a text is corrected, be it in this file or in that of a bank.
    language, status, by
        BCP 47 tag; how far the translation has come; who translated, and how.
    title, instructions, safety
        Of a form: what people are shown.
    texts, partner_texts, daily_texts
        Item id → wording; ``{slot}`` stands for gendered words.
    labels
        Id of a response scale → value → text.
    not_applicable
        Id of a response scale → text of the option that the question does not apply.
    variants
        Of a form: as of a `LanguageFile`, in place of those of the language.
    slots
        As of a `LanguageFile`; added to those of the language.
    evidence
        Of a form: what is known of its scores in this language. Without it, a draft.
    """

    of: Id
    version: Text
    revision: Revision = 1
    source_digest: Digest
    language: Tag
    status: TranslationStatus
    by: Text
    title: Worded | None = None
    instructions: Worded | None = None
    safety: Worded | None = None
    texts: Texts = Field(default={})
    partner_texts: Texts = Field(default={})
    daily_texts: Texts = Field(default={})
    labels: dict[Id, Annotated[Labels, AfterValidator(_all_composed)]] = Field(default={})
    not_applicable: Texts = Field(default={})
    variants: tuple[Id, ...] = ()
    slots: Slots = Field(default={})
    evidence: Evidence | None = None

    @model_validator(mode="after")
    def _shown_by_findings(self) -> Self:
        if self.evidence is None and self.status == "invariance-tested" and not self.texts:
            raise ValueError("status: 'invariance-tested' needs evidence with a finding of step 'invariance'")
        if self.evidence is not None:
            check_tested(self.status, self.evidence)
        return self

    def wordings(self) -> Mapping[str, Texts]:
        """Return field of an item → its translations."""
        return {"text": self.texts, "partner_text": self.partner_texts, "daily_text": self.daily_texts}


def check_tested(status: TranslationStatus, evidence: Evidence) -> None:
    """Raise where a translation is said to be tested for invariance, and no finding says so."""
    if status == "invariance-tested" and not any(f.step == "invariance" for f in evidence.findings):
        raise ValueError(
            "status: 'invariance-tested' needs a finding of step 'invariance' among the evidence: what was "
            "found, of which languages, in whom, where to read it"
        )


def check_variants(slots: Slots, variants: Iterable[str]) -> None:
    """Raise where a slot lacks words in a variant, or has some in none."""
    known = tuple(variants)
    for name, words in slots.items():
        if lacking := [variant for variant in known if variant not in words]:
            raise ValueError(f"slots.{name}: no words for {', '.join(lacking)}")
        if unknown := [variant for variant in words if variant not in known]:
            there = ", ".join(known) or "none"
            raise ValueError(f"slots.{name}: {unknown[0]!r} is no variant; the language has {there}")


def slot_names(text: str) -> list[str]:
    """Return the names of the slots of a text, in their order."""
    return _SLOT.findall(text)


def filled(text: str, slots: Slots, variant: str | None) -> str:
    """Put the words of one variant in place of the slots of a text.

    Raises
    ------
    ValueError
        A slot that is not defined, or a brace that belongs to none.

    Examples
    --------
    >>> filled("Ich rede mit {partner}.", {"partner": {"feminine": "meiner Partnerin"}}, "feminine")
    'Ich rede mit meiner Partnerin.'
    """

    def words(found: re.Match[str]) -> str:
        name = found[1]
        if name not in slots or variant not in slots[name]:
            there = ", ".join(slots) or "none"
            raise ValueError(f"the slot {{{name}}} is not defined; there are {there}")
        return slots[name][variant]

    if any(brace in _SLOT.sub("", text) for brace in "{}"):
        raise ValueError("a brace stands alone; a slot is written {name}")
    return _SLOT.sub(words, text)
