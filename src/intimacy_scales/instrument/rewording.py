"""New wording for an instrument, such as a key without wording, in its own or another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from intimacy_scales.errors import InstrumentError, UnknownInstrumentError
from intimacy_scales.instrument.translating import relabelled, untested
from intimacy_scales.instrument.translation import Translation, language_tag
from intimacy_scales.messages import a_type

if TYPE_CHECKING:
    from intimacy_scales.instrument.instrument import Instrument
    from intimacy_scales.instrument.item import Item
    from intimacy_scales.instrument.response_scale import ResponseScale

Form = TypeVar("Form", bound="Instrument")


def with_wording(
    form: Form,
    texts: Mapping[str, str],
    *,
    labels: Mapping[str, Mapping[int | float, str]] | None,
    instructions: str | None,
    language: str | None,
) -> Form:
    """Return an instrument with other wording; arguments are those of `Instrument.with_texts`."""
    if not isinstance(texts, Mapping):
        raise InstrumentError(f"texts: must be a mapping of item id → wording, not {a_type(texts)}")
    shown = labels or {}
    for name in (*texts, *shown):
        if name not in form.item_ids:
            raise UnknownInstrumentError(f"texts: {form.no_such('item', name, form.item_ids)}")
    tag = _new_language(form, language)
    without_text = [item.id for item in form.items if item.id not in texts and (tag or item.text is None)]
    if without_text:
        raise InstrumentError(f"texts: no wording{f' in {tag}' if tag else ''} for {', '.join(without_text)}")

    def reworded(item: Item) -> Item:
        scale = item.response_scale
        if item.id in shown and tag and scale.labels:
            scale = _translated_scale(item, shown[item.id], tag)
        elif item.id in shown:
            scale = scale.model_copy(update={"labels": shown[item.id]})
        if item.id in shown:  # a named response scale has one set of labels
            scale = scale.model_copy(update={"id": None})
        return item.model_copy(update={"text": texts.get(item.id, item.text), "response_scale": scale})

    items = {"items": [reworded(item) for item in form.items]}
    if tag is None:
        return form.model_copy(update={**items, "instructions": instructions or form.instructions})
    if unlabelled := [item.id for item in form.items if item.response_scale.labels and item.id not in shown]:
        raise InstrumentError(
            f"labels: no labels in {tag} for {', '.join(unlabelled)}, whose originals have labels"
        )
    translation = Translation(source_language=form.language, source_digest=form.text_digest)
    return form.model_copy(
        update={
            **items,
            "instructions": instructions,
            "language": tag,
            "translation": translation,
            "evidence": untested(form, tag, translation.status, None),
            "norms": (),
            "cutoffs": (),
        }
    )


def _translated_scale(item: Item, labels: Mapping[int | float, str], tag: str) -> ResponseScale:
    """Return the response scale of an item with all labels in another language."""
    scale = item.response_scale
    if texts := scale.not_applicable_texts:
        raise InstrumentError(
            f"labels: item {item.id!r} has the option {texts[0]!r}, which labels cannot translate: write a "
            "translation file (translation_template)"
        )
    translated = relabelled(scale, labels, None)
    labelled = dict(translated.labels)
    if missing := [str(value) for value, _ in scale.labels if value not in labelled]:
        raise InstrumentError(f"labels: no text in {tag} for {', '.join(missing)} of item {item.id!r}")
    return translated


def _new_language(form: Instrument, language: str | None) -> str | None:
    """Return the tag of a language that differs from the form's, or None if it is the same."""
    if language is None:
        return None
    try:
        tag = language_tag(language)
    except ValueError as error:
        raise InstrumentError(f"language: {error}") from None
    return None if tag == form.language else tag
