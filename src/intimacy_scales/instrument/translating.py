"""Translation of an instrument: its texts, options and instructions are replaced by translated ones.

A text without translation is an error: original wording in its place would mix two languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import ValidationError

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.content import InstrumentContent
from intimacy_scales.instrument.digests import source_digest, text_digest
from intimacy_scales.instrument.evidence import Evidence
from intimacy_scales.instrument.faults import instrument_error
from intimacy_scales.instrument.item import Item
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.translation import (
    STATUSES,
    LanguageFile,
    Slots,
    Translation,
    TranslationFile,
    TranslationStatus,
    check_variants,
    filled,
)

if TYPE_CHECKING:
    from intimacy_scales.instrument.bank import ItemBank

Form = TypeVar("Form", bound=InstrumentContent)
_FORM_TEXTS = ("title", "instructions", "safety")
_FIELDS = {"self": "text", "partner": "partner_text", "daily": "daily_text"}  # wording of a form → of a bank


class TranslationPart(NamedTuple):
    """One file of a translation, with the form or bank that it translates."""

    path: Path
    file: TranslationFile
    source: InstrumentContent | ItemBank


def check_part(part: TranslationPart) -> None:
    """Raise an InstrumentError if a file translates another source, or is stale, or names unknown items."""
    path, file, source = part
    if file.of != source.id:
        raise InstrumentError(
            f"{path}: of: {file.of!r} is not the id of the source, {source.id!r}", str(path)
        )
    items = {item.id for item in source.items}
    scales = {item.response_scale.id for item in source.items}
    for field, texts in file.wordings().items():
        for name in texts:
            if name not in items:
                raise InstrumentError(f"{path}: {field}s.{name}: {source.id} has no such item", str(path))
    for name in (*file.labels, *file.not_applicable):
        if name not in scales:
            raise InstrumentError(f"{path}: labels.{name}: {source.id} has no such response scale", str(path))
    now = source_digest(source, file)
    if now != file.source_digest:
        names = [name for texts in file.wordings().values() for name in texts]
        names += [f"the options of {name}" for name in dict.fromkeys((*file.labels, *file.not_applicable))]
        names += [name for name in _FORM_TEXTS if getattr(file, name) is not None]
        cause = f"{source.id} now has version {source.version}"
        if file.version == source.version:
            cause = (
                f"the version of {source.id} was not raised after a change, or the file now translates other "
                "texts"
            )
        raise InstrumentError(
            f"{path}: source_digest: stale. The wording of {source.id} ({source.language}) has changed since "
            f"version {file.version} was translated; {cause}. Compare {', '.join(names)} with the wording of "
            f"{source.version}, correct the translations that no longer match, and "
            f'write version = "{source.version}" and source_digest = "{now}"',
            str(path),
        )


def in_language(
    form: Form, parts: Sequence[TranslationPart], words: LanguageFile | None, variant: str | None
) -> Form:
    """Return an instrument in another language.

    Parameters
    ----------
    form
        The instrument in its original wording.
    parts
        The translation of the form, followed by those of its banks.
    words
        Gendered words and variants that hold for all translations into that language.
    variant
        Variant of gendered words; None: the first of the language.
    """
    for part in parts:
        check_part(part)
    _check_banks(parts)
    head = parts[0]
    variants = variants_of(head.file, words)
    chosen = _checked_variant(form, head.file.language, variants, variant)
    slots = [slots_of(part, words, variants) for part in parts]
    for part, known in zip(parts, slots, strict=True):
        _check_slots(part, known, variants)
    scales = _TranslatedScales(parts)
    update = {
        "language": head.file.language,
        "instructions": _form_text(head, "instructions", form.instructions, slots[0], chosen),
        "safety": _form_text(head, "safety", form.safety, slots[0], chosen, needed=False),
        "items": [_translated_item(form, item, parts, slots, chosen, scales) for item in form.items],
        "translation": Translation(
            status=head.file.status,
            source_language=form.language,
            source_digest=text_digest(form),
            variant=chosen,
            revision=head.file.revision,
            title=_form_text(head, "title", form.title, slots[0], chosen, needed=False),
            by=head.file.by,
        ),
        "evidence": head.file.evidence or untested(form, head.file.language, head.file.status, head.file.by),
        "norms": (),
        "cutoffs": (),
    }
    try:
        return form.model_copy(update=update)
    except ValidationError as error:
        raise instrument_error(error, update, str(head.path)) from None


def variants_of(file: TranslationFile, words: LanguageFile | None) -> tuple[str, ...]:
    """Return the variants of gendered words in the translation of a form."""
    return file.variants or (() if words is None else words.variants)


def _check_banks(parts: Sequence[TranslationPart]) -> None:
    """Raise an InstrumentError if a bank's file has fields of forms, or an earlier status than the form's."""
    steps, head = list(STATUSES), parts[0]
    for path, file, _ in parts[1:]:
        for name in ("revision", "variants"):
            if getattr(file, name) != TranslationFile.model_fields[name].default:
                raise InstrumentError(
                    f"{path}: {name}: belongs to forms, not to banks: write it in the file of each form that "
                    f"takes items from this bank, such as {head.path.name}",
                    str(path),
                )
        if steps.index(file.status) < steps.index(head.file.status):
            raise InstrumentError(
                f"{head.path}: status: {head.file.status!r} is a later step than {file.status!r} in {path}; "
                "a form cannot be further than its banks",
                str(head.path),
            )


def untested(form: InstrumentContent, language: str, status: TranslationStatus, by: str | None) -> Evidence:
    """Return the evidence of a translation whose scores nobody has studied."""
    translators = f" {by.rstrip('.')}." if by else ""
    # the digests of translated instruments depend on this note
    return Evidence(
        confidence=form.evidence.confidence,
        note=f"{STATUSES[status].capitalize()} into {language}.{translators} What is known of the original's "
        "scores is not known of these.",
        sources=form.evidence.sources,
    )


def _checked_variant(
    form: InstrumentContent, language: str, variants: Sequence[str], variant: str | None
) -> str | None:
    """Return the variant to use; raise an InstrumentError if its name is unknown."""
    if variant is None:
        return variants[0] if variants else None
    if variant not in variants:
        allowed = ", ".join(variants) if variants else "none, as one wording is for everybody"
        raise InstrumentError(f"{form.id} in {language!r} has no variant {variant!r}; allowed: {allowed}")
    return variant


def slots_of(part: TranslationPart, words: LanguageFile | None, variants: Sequence[str]) -> Slots:
    """Return the slots that the texts of a file may use, with their words in each variant."""
    try:
        check_variants(part.file.slots, variants)
    except ValueError as error:
        raise InstrumentError(f"{part.path}: {error}", str(part.path)) from None
    return {**({} if words is None else words.slots), **part.file.slots}


def _check_slots(part: TranslationPart, slots: Slots, variants: Sequence[str]) -> None:
    """Raise an InstrumentError if a text of a file cannot be filled in, in any of the variants."""
    form_texts = {name: getattr(part.file, name) for name in _FORM_TEXTS}
    texts = {name: text for name, text in form_texts.items() if text}
    for field, translations in part.file.wordings().items():
        texts |= {f"{field}s.{name}": text for name, text in translations.items()}
    for field, text in texts.items():
        for variant in variants or (None,):
            try:
                filled(text, slots, variant)
            except ValueError as error:
                raise InstrumentError(f"{part.path}: {field}: {error}", str(part.path)) from None


def _form_text(
    part: TranslationPart,
    name: str,
    original: str | None,
    slots: Slots,
    variant: str | None,
    *,
    needed: bool = True,
) -> str | None:
    """Return a text of the form in the language; without ``needed``, the original may stand in its place."""
    text: str | None = getattr(part.file, name)
    if text is not None:
        return filled(text, slots, variant)
    if needed and original is not None:
        raise InstrumentError(f"{part.path}: {name}: not translated", str(part.path))
    return None if name == "title" else original


def worded(form: InstrumentContent, item: Item, parts: Sequence[TranslationPart]) -> tuple[int, str] | None:
    """Return the position of the file that translates an item, and its text with slots; None without any."""
    field = _FIELDS[form.wording]
    for number, part in enumerate(parts):
        wording = "text" if part.source is form else field
        text = part.file.wordings()[wording].get(item.id)
        if text is not None:
            return number, text
    return None


def _translated_item(
    form: InstrumentContent,
    item: Item,
    parts: Sequence[TranslationPart],
    slots: Sequence[Slots],
    variant: str | None,
    scales: _TranslatedScales,
) -> Item:
    translation = worded(form, item, parts)
    if translation is not None:
        number, text = translation
        return item.model_copy(
            update={
                "text": filled(text, slots[number], variant),
                "response_scale": scales.translated(item.response_scale, parts[number]),
                "partner_text": None,
                "daily_text": None,
            }
        )
    banks = (part for part in parts[1:] if any(entry.id == item.id for entry in part.source.items))
    home = next(banks, parts[0])
    if item.text is None:  # a key without wording, whose text the user adds
        return item.model_copy(update={"response_scale": scales.translated(item.response_scale, home)})
    raise InstrumentError(
        f"{home.path}: {_FIELDS[form.wording]}s: item {item.id!r} of {form.id} is not translated into "
        f"{parts[0].file.language!r}: {item.text!r}",
        str(home.path),
    )


class _TranslatedScales:
    """Response scales in the language, each translated once."""

    def __init__(self, parts: Sequence[TranslationPart]) -> None:
        self._head = parts[0]
        self._translated: dict[tuple[ResponseScale, Path], ResponseScale] = {}

    def translated(self, scale: ResponseScale, part: TranslationPart) -> ResponseScale:
        """Return the translation of a response scale of an item that ``part`` translates."""
        key = (scale, part.path)
        if key not in self._translated:
            self._translated[key] = self._translate(scale, part)
        return self._translated[key]

    def _translate(self, scale: ResponseScale, part: TranslationPart) -> ResponseScale:
        options = scale.not_applicable_texts
        if not scale.labels and not options:
            return scale
        name = scale.id
        if name is None:
            raise InstrumentError(
                f"{part.path}: labels: the response scale of {part.source.id} has no name: declare it under "
                "response_scales in its file, so that a translation can name it",
                str(part.path),
            )
        # a form may replace a bank's response scale by its own of the same name
        in_source = any(item.response_scale == scale for item in part.source.items)
        in_file = name in part.file.labels or name in part.file.not_applicable
        file = part.file if in_source and in_file else self._head.file
        labels = dict(file.labels.get(name, ()))
        if missing := [str(value) for value, _ in scale.labels if value not in labels]:
            raise InstrumentError(
                f"{part.path}: labels.{name}: no text for {', '.join(missing)}", str(part.path)
            )
        if options and name not in file.not_applicable:
            raise InstrumentError(
                f"{part.path}: not_applicable.{name}: not translated: {options[0]!r}", str(part.path)
            )
        codes = None
        if options:  # the translation replaces the first; the others are synonyms in the original language
            text = file.not_applicable[name]
            codes = [text if c == options[0] else c for c in scale.not_applicable if c not in options[1:]]
        return relabelled(scale, labels, codes, part.path)


def relabelled(
    scale: ResponseScale,
    labels: Mapping[int | float, str],
    not_applicable: Sequence[int | float | str] | None,
    path: Path | None = None,
) -> ResponseScale:
    """Return a response scale with options in other words, and a reference to the original one."""
    update = {
        "labels": dict(labels),
        "not_applicable": scale.not_applicable if not_applicable is None else not_applicable,
        "translated_from": scale.translated_from or scale.model_copy(update={"id": None}),
    }
    try:
        return scale.model_copy(update=update)
    except ValidationError as error:
        source = "labels" if path is None else str(path)
        raise instrument_error(error, update, source) from None
