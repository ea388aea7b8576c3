"""Translations: their files, and what a translated instrument records about them."""

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
"""Status of a translation → its name: the steps of Wild et al. (2005), in order."""

SEVERAL = "mul"  # the tag of BCP 47 for several languages
_TAG = re.compile(
    r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?((?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)", re.I
)
_SLOT = re.compile(r"\{([^{}]*)\}")


def language_tag(text: str) -> str:
    """Return a BCP 47 tag in its usual spelling; raise a ValueError if it is not valid.

    Examples
    --------
    >>> language_tag("DE-at"), language_tag("sr_latn_rs")
    ('de-AT', 'sr-Latn-RS')
    """
    match = _TAG.fullmatch(text.replace("_", "-")) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f"{text!r} is not a BCP 47 tag of a language: write two or three letters, and a script or region "
            "where that matters, such as 'de', 'de-AT' or 'sr-Latn'"
        )
    language, script, region, variants = match.groups(default="")
    return language.lower() + script.title() + region.upper() + variants.lower()


def fitting(wanted: str, known: Iterable[str]) -> str | None:
    """Return the known tag that fits a wanted one best: the same, or without its last parts (RFC 4647, 3.4).

    Examples
    --------
    >>> fitting("de-AT", ["de", "fr"]), fitting("de", ["de-AT"])
    ('de', None)
    """
    known_tags, parts = set(known), wanted.split("-")
    shortened = ("-".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((tag for tag in shortened if tag in known_tags), None)


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
    """The translation of an instrument: its status and its source.

    Attributes
    ----------
    status
        One of `STATUSES`.
    source_language, source_digest
        Language of the wording that was translated, and its `Instrument.text_digest`.
    variant
        Variant of gendered words, where there are several.
    revision
        As in the `TranslationFile`.
    title
        Title of the form in the language, for respondents.
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
        As in the instrument in that language, and its translation.
    tested
        Whether it is the original wording, or a translation that was tested for invariance.
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
    """The file of one language: gendered words and their variants, for all translations into it.

    Attributes
    ----------
    language, name
        BCP 47 tag, and the name of the language in English.
    variants
        Ids of the variants of gendered words, the default first; empty if none are needed.
    note
        How translations treat gendered words.
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
    """The wording of an item bank or a form in another language; a file in the same folder.

    Attributes
    ----------
    of, version
        Id of the bank or form, and the version that was translated.
    source_digest
        Digest of the wording that was translated; if that wording has changed, the file is refused.
    revision
        For forms and instruments: number of this wording among the translations of this version. It is raised
        when a text is corrected, in this file or in that of a bank.
    language, status, by
        BCP 47 tag; one of `STATUSES`; who translated, and how.
    title, instructions, safety
        For forms: texts for respondents, and for those who give the form.
    texts, partner_texts, daily_texts
        Item id → wording; ``{slot}`` stands for gendered words.
    labels
        Id of a response scale → value → text.
    not_applicable
        Id of a response scale → text of the option "does not apply".
    variants
        For forms: as in a `LanguageFile`; they replace those of the language.
    slots
        As in a `LanguageFile`; they are added to those of the language.
    evidence
        For forms: what is known about scores in this language. Without it, the translation is a draft.
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
        """Return field of items → the translations by item."""
        return {"text": self.texts, "partner_text": self.partner_texts, "daily_text": self.daily_texts}


def check_tested(status: TranslationStatus, evidence: Evidence) -> None:
    """Raise a ValueError if the status is "invariance-tested" without a finding about invariance."""
    if status == "invariance-tested" and not any(f.step == "invariance" for f in evidence.findings):
        raise ValueError(
            "status: 'invariance-tested' needs a finding of step 'invariance' in the evidence: the "
            "statistics, the languages, the sample and the source"
        )


def check_variants(slots: Slots, variants: Iterable[str]) -> None:
    """Raise a ValueError if a slot has no words for a variant, or words for an unknown one."""
    known = tuple(variants)
    for name, words in slots.items():
        if missing := [variant for variant in known if variant not in words]:
            raise ValueError(f"slots.{name}: no words for {', '.join(missing)}")
        if unknown := [variant for variant in words if variant not in known]:
            allowed = ", ".join(known) or "none"
            raise ValueError(f"slots.{name}: {unknown[0]!r} is not a variant; allowed: {allowed}")


def slot_names(text: str) -> list[str]:
    """Return the names of the slots of a text, in order."""
    return _SLOT.findall(text)


def filled(text: str, slots: Slots, variant: str | None) -> str:
    """Return a text with its slots replaced by the words of one variant.

    Raises
    ------
    ValueError
        A slot is not defined, or a brace does not belong to a slot.

    Examples
    --------
    >>> filled("Ich rede mit {partner}.", {"partner": {"feminine": "meiner Partnerin"}}, "feminine")
    'Ich rede mit meiner Partnerin.'
    """

    def words(slot: re.Match[str]) -> str:
        name = slot[1]
        if name not in slots or variant not in slots[name]:
            raise ValueError(f"the slot {{{name}}} is not defined; allowed: {', '.join(slots) or 'none'}")
        return slots[name][variant]

    if any(brace in _SLOT.sub("", text) for brace in "{}"):
        raise ValueError("a brace does not belong to a slot; slots are written {name}")
    return _SLOT.sub(words, text)
