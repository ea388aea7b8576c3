"""A translation with texts in several files, combined into one file that needs none of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.digests import source_digest
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.translating import TranslationPart, in_language, slots_of, variants_of, worded
from intimacy_scales.instrument.translation import LanguageFile, Slots, TranslationFile, slot_names

_FORM_TEXTS = ("title", "instructions", "safety")


def combine_translation(
    form: Instrument, parts: Sequence[TranslationPart], words: LanguageFile | None
) -> TranslationFile:
    """Return the translation of a form as one file, which needs neither those of banks nor of the language.

    Texts keep their slots; the slots that they use, and the variants, are copied into the file.

    Parameters
    ----------
    form, parts, words
        As for `in_language`.

    Raises
    ------
    InstrumentError
        The files are not a translation of the form, or define one slot in different words.
    """
    head, variants = parts[0].file, variants_of(parts[0].file, words)
    options = {
        item.response_scale.id: item.response_scale for item in in_language(form, parts, words, None).items
    }
    translations = {item.id: worded(form, item, parts) for item in form.items}
    texts = {name: numbered for name, numbered in translations.items() if numbered is not None}
    shown = {name: text for name in _FORM_TEXTS if (text := getattr(head, name)) is not None}
    numbered_texts = [(0, text) for text in shown.values()] + list(texts.values())
    file = TranslationFile.model_validate(
        {
            "of": form.id,
            "version": form.version,
            "revision": head.revision,
            "source_digest": "0" * 64,
            "language": head.language,
            "status": head.status,
            "by": head.by,
            **shown,
            "texts": {name: text for name, (_, text) in texts.items()},
            "labels": {name: dict(scale.labels) for name, scale in options.items() if scale.labels},
            "not_applicable": {
                name: none
                for name, scale in options.items()
                for none in [code for code in scale.not_applicable if isinstance(code, str)][:1]
            },
            "variants": variants,
            "slots": _used_slots(numbered_texts, parts, words, variants),
            "evidence": head.evidence,
        }
    )
    return file.model_copy(update={"source_digest": source_digest(form, file)})


def _used_slots(
    numbered_texts: Sequence[tuple[int, str]],
    parts: Sequence[TranslationPart],
    words: LanguageFile | None,
    variants: Sequence[str],
) -> Slots:
    """Return the slots that texts use; each text is given with the position of its file in ``parts``."""
    known = [slots_of(part, words, variants) for part in parts]
    slots: dict[str, Mapping[str, str]] = {}
    for number, text in numbered_texts:
        for name in slot_names(text):
            by_variant = {variant: known[number][name][variant] for variant in variants}
            if slots.setdefault(name, by_variant) != by_variant:
                path = parts[number].path
                raise InstrumentError(
                    f"{path}: slots.{name}: differs from the slot of that name in another file of "
                    f"{parts[0].source.id}: rename one of them, so that one file can hold the translation",
                    str(path),
                )
    return {name: dict(by_variant) for name, by_variant in slots.items()}
