"""Wording laid over a key, in the language so far or in another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from intimacy_scales.errors import InstrumentError, UnknownInstrumentError
from intimacy_scales.instrument.translating import relabelled, untested
from intimacy_scales.instrument.translation import Translation, language_tag

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
        raise InstrumentError(f"texts: a mapping of item id → wording, not a {type(texts).__name__}")
    shown = labels or {}
    for name in (*texts, *shown):
        if name not in form.item_ids:
            raise UnknownInstrumentError(f"texts: {form.no_such('item', name, form.item_ids)}")
    tag = _other_language(form, language)
    bare = [item.id for item in form.items if item.id not in texts and (tag or item.text is None)]
    if bare:
        raise InstrumentError(f"texts: no wording{f' in {tag}' if tag else ''} of {', '.join(bare)}")

    def worded(item: Item) -> Item:
        scale = item.response_scale
        if item.id in shown and tag and scale.labels:
            scale = _in_the_language(item, shown[item.id], tag)
        elif item.id in shown:
            scale = scale.model_copy(update={"labels": shown[item.id]})
        if item.id in shown:  # its name stands for one set of labels
            scale = scale.model_copy(update={"id": None})
        return item.model_copy(update={"text": texts.get(item.id, item.text), "response_scale": scale})

    items = {"items": [worded(item) for item in form.items]}
    if tag is None:
        return form.model_copy(update={**items, "instructions": instructions or form.instructions})
    if unlabelled := [item.id for item in form.items if item.response_scale.labels and item.id not in shown]:
        raise InstrumentError(f"labels: no labels in {tag} of {', '.join(unlabelled)}, which have some")
    made = Translation(source_language=form.language, source_digest=form.text_digest)
    return form.model_copy(
        update={
            **items,
            "instructions": instructions,
            "language": tag,
            "translation": made,
            "evidence": untested(form, tag, made.status, None),
            "norms": (),
            "cutoffs": (),
        }
    )


def _in_the_language(item: Item, labels: Mapping[int | float, str], tag: str) -> ResponseScale:
    """Return the options of an item in another language, all of them."""
    scale = item.response_scale
    if texts := scale.not_applicable_texts:
        raise InstrumentError(
            f"labels: item {item.id!r} has the option {texts[0]!r}, for which labels have no place: write a "
            "file of the translation (translation_template)"
        )
    made = relabelled(scale, labels, None)
    there = dict(made.labels)
    if lacking := [str(value) for value, _ in scale.labels if value not in there]:
        raise InstrumentError(f"labels: no text in {tag} for {', '.join(lacking)} of item {item.id!r}")
    return made


def _other_language(form: Instrument, language: str | None) -> str | None:
    """Return the tag of another language than that of the form, or None where it stays."""
    if language is None:
        return None
    try:
        tag = language_tag(language)
    except ValueError as error:
        raise InstrumentError(f"language: {error}") from None
    return None if tag == form.language else tag
