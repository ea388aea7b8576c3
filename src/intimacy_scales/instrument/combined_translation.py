"""A translation whose texts stand in several files, gathered into one that says the same by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.digests import source_digest
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.translating import Part, in_language, slots_of, variants_of, worded
from intimacy_scales.instrument.translation import LanguageFile, Slots, TranslationFile, slot_names

_SHOWN = ("title", "instructions", "safety")


def gathered(form: Instrument, parts: Sequence[Part], words: LanguageFile | None) -> TranslationFile:
    """Return the translation of a form as one file, for which neither banks nor the language are needed.

    Slots are left as they are; those that the texts use, and the variants, are taken into the file.

    Parameters
    ----------
    form, parts, words
        As of `in_language`.

    Raises
    ------
    InstrumentError
        What there is, is no translation of the form; or a slot of two files has other words in each.
    """
    head, variants = parts[0].file, variants_of(parts[0].file, words)
    options = {
        item.response_scale.id: item.response_scale for item in in_language(form, parts, words, None).items
    }
    found = {item.id: worded(form, item, parts) for item in form.items}
    texts = {name: place for name, place in found.items() if place is not None}
    shown = {name: text for name in _SHOWN if (text := getattr(head, name)) is not None}
    used = [(0, text) for text in shown.values()] + list(texts.values())
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
            "slots": _slots(used, parts, words, variants),
            "evidence": head.evidence,
        }
    )
    return file.model_copy(update={"source_digest": source_digest(form, file)})


def _slots(
    used: Sequence[tuple[int, str]],
    parts: Sequence[Part],
    words: LanguageFile | None,
    variants: Sequence[str],
) -> Slots:
    """Return the slots of some texts, each given with the number of its file."""
    known = [slots_of(part, words, variants) for part in parts]
    slots: dict[str, Mapping[str, str]] = {}
    for number, text in used:
        for name in slot_names(text):
            told = {variant: known[number][name][variant] for variant in variants}
            if slots.setdefault(name, told) != told:
                path = parts[number].path
                raise InstrumentError(
                    f"{path}: slots.{name}: has other words than in another file of {parts[0].source.id}: "
                    "give one of both another name, so that the translation can be kept in one file",
                    str(path),
                )
    return {name: dict(told) for name, told in slots.items()}
