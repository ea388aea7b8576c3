"""An instrument in another language: its texts, options and instructions in place of the original ones.

Nothing of the original wording is ever left where a translation lacks: people would read two languages.
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
_FIELDS = {"self": "text", "partner": "partner_text", "daily": "daily_text"}  # wording of a form → of a bank


class Part(NamedTuple):
    """A translation file with what it translates."""

    path: Path
    file: TranslationFile
    source: InstrumentContent | ItemBank


def check_part(part: Part) -> None:
    """Raise where a file is of something else, of wording that was changed since, or of unknown items."""
    path, file, source = part
    if file.of != source.id:
        raise InstrumentError(f"{path}: of: it translates {file.of!r}, and this is {source.id!r}", str(path))
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
        named = [name for texts in file.wordings().values() for name in texts]
        named += [f"the options of {name}" for name in dict.fromkeys((*file.labels, *file.not_applicable))]
        named += [name for name in ("title", "instructions", "safety") if getattr(file, name) is not None]
        since = f"{source.id} is {source.version} now"
        if file.version == source.version:
            since = f"the version of {source.id} was not raised since, or the file translates other texts now"
        raise InstrumentError(
            f"{path}: source_digest: stale. What it translates of {source.id} ({source.language}) is not "
            f"worded as it was when version {file.version} was translated; {since}. Compare "
            f"{', '.join(named)} with the wording of {source.version}, mend what says something else, and "
            f'write version = "{source.version}" and source_digest = "{now}"',
            str(path),
        )


def in_language(form: Form, parts: Sequence[Part], words: LanguageFile | None, variant: str | None) -> Form:
    """Return an instrument in another language.

    Parameters
    ----------
    form
        The instrument as it was written.
    parts
        Files of the form, which comes first, and of its banks.
    words
        What holds for all translations into that language.
    variant
        Form of gendered words; None: the first of the language.
    """
    for part in parts:
        check_part(part)
    _check_steps(parts)
    head = parts[0]
    variants = variants_of(head.file, words)
    chosen = _variant(form, head.file.language, variants, variant)
    slots = [slots_of(part, words, variants) for part in parts]
    for part, known in zip(parts, slots, strict=True):
        _check_slots(part, known, variants)
    scales = _Options(form, parts)
    update = {
        "language": head.file.language,
        "instructions": _shown(head, "instructions", form.instructions, slots[0], chosen),
        "safety": _shown(head, "safety", form.safety, slots[0], chosen, needed=False),
        "items": [_item(form, item, parts, slots, chosen, scales) for item in form.items],
        "translation": Translation(
            status=head.file.status,
            source_language=form.language,
            source_digest=text_digest(form),
            variant=chosen,
            revision=head.file.revision,
            title=_shown(head, "title", form.title, slots[0], chosen, needed=False),
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
    """Return which forms gendered words have in the translation of a form."""
    return file.variants or (() if words is None else words.variants)


def _check_steps(parts: Sequence[Part]) -> None:
    """Raise where a form is said to have come further than a bank, or a bank says what is the form's."""
    steps, head = list(STATUSES), parts[0]
    for path, file, _ in parts[1:]:
        for name in ("revision", "variants"):
            if getattr(file, name) != TranslationFile.model_fields[name].default:
                raise InstrumentError(
                    f"{path}: {name}: is of a form, not of a bank: it stands in the file of each form that "
                    f"takes items of it, such as {head.path.name}",
                    str(path),
                )
        if steps.index(file.status) < steps.index(head.file.status):
            raise InstrumentError(
                f"{head.path}: status: {head.file.status!r}, and {path} is {file.status!r} only",
                str(head.path),
            )


def untested(form: InstrumentContent, language: str, status: TranslationStatus, by: str | None) -> Evidence:
    """Return what is known of the scores of a translation that nobody has studied: nothing."""
    how = STATUSES[status]
    told = f" {by.rstrip('.')}." if by else ""
    return Evidence(
        confidence=form.evidence.confidence,
        note=f"{how.capitalize()} into {language}.{told} What is known of the original's scores is not "
        "known of these.",
        sources=form.evidence.sources,
    )


def _variant(
    form: InstrumentContent, language: str, variants: Sequence[str], variant: str | None
) -> str | None:
    if variant is None:
        return variants[0] if variants else None
    if variant not in variants:
        there = f"there are {', '.join(variants)}" if variants else "it needs none: one wording is for all"
        raise InstrumentError(f"{form.id} in {language!r} has no variant {variant!r}; {there}")
    return variant


def slots_of(part: Part, words: LanguageFile | None, variants: Sequence[str]) -> Slots:
    """Return the slots that the texts of a file may have, with their words in each variant."""
    try:
        check_variants(part.file.slots, variants)
    except ValueError as error:
        raise InstrumentError(f"{part.path}: {error}", str(part.path)) from None
    return {**({} if words is None else words.slots), **part.file.slots}


def _check_slots(part: Part, slots: Slots, variants: Sequence[str]) -> None:
    """Raise where any text of a file cannot be filled in any variant, be it asked for or not."""
    shown = {name: getattr(part.file, name) for name in ("title", "instructions", "safety")}
    texts = {name: text for name, text in shown.items() if text}
    for field, worded in part.file.wordings().items():
        texts |= {f"{field}s.{name}": text for name, text in worded.items()}
    for field, text in texts.items():
        for variant in variants or (None,):
            try:
                filled(text, slots, variant)
            except ValueError as error:
                raise InstrumentError(f"{part.path}: {field}: {error}", str(part.path)) from None


def _shown(
    part: Part, name: str, original: str | None, slots: Slots, variant: str | None, *, needed: bool = True
) -> str | None:
    """Return a text of the form in the language; what is for those who give it may stay as it was."""
    text: str | None = getattr(part.file, name)
    if text is not None:
        return filled(text, slots, variant)
    if needed and original is not None:
        raise InstrumentError(f"{part.path}: {name}: not translated", str(part.path))
    return None if name == "title" else original


def worded(form: InstrumentContent, item: Item, parts: Sequence[Part]) -> tuple[int, str] | None:
    """Return which of the files words an item, and how, slots and all; None where none does."""
    field = _FIELDS[form.wording]
    for number, part in enumerate(parts):
        wording = "text" if part.source is form else field
        text = part.file.wordings()[wording].get(item.id)
        if text is not None:
            return number, text
    return None


def _item(
    form: InstrumentContent,
    item: Item,
    parts: Sequence[Part],
    slots: Sequence[Slots],
    variant: str | None,
    options: _Options,
) -> Item:
    found = worded(form, item, parts)
    if found is not None:
        number, text = found
        return item.model_copy(
            update={
                "text": filled(text, slots[number], variant),
                "response_scale": options.of(item, parts[number]),
                "partner_text": None,
                "daily_text": None,
            }
        )
    home = next((p for p in parts[1:] if any(one.id == item.id for one in p.source.items)), parts[0])
    if item.text is None:  # a key without wording: people are shown the form that one has permission to use
        return item.model_copy(update={"response_scale": options.of(item, home)})
    raise InstrumentError(
        f"{home.path}: {_FIELDS[form.wording]}s: item {item.id!r} of {form.id} is not translated into "
        f"{parts[0].file.language!r}: {item.text!r}",
        str(home.path),
    )


class _Options:
    """Response scales in the language, each made once."""

    def __init__(self, form: InstrumentContent, parts: Sequence[Part]) -> None:
        self._form, self._head = form, parts[0]
        self._made: dict[tuple[ResponseScale, Path], ResponseScale] = {}

    def of(self, item: Item, part: Part) -> ResponseScale:
        key = (item.response_scale, part.path)
        if key not in self._made:
            self._made[key] = self._translated(item.response_scale, part)
        return self._made[key]

    def _translated(self, scale: ResponseScale, part: Part) -> ResponseScale:
        shown = scale.not_applicable_texts
        if not scale.labels and not shown:
            return scale
        name = scale.id
        if name is None:
            raise InstrumentError(
                f"{part.path}: labels: the response scale of {part.source.id} has no name: declare it under "
                "response_scales in its file, so that a translation can name it",
                str(part.path),
            )
        # a form may put another response scale of that name in place of the bank's
        own = any(item.response_scale == scale for item in part.source.items)
        there = name in part.file.labels or name in part.file.not_applicable
        file = part.file if own and there else self._head.file
        labels = dict(file.labels.get(name, ()))
        if lacking := [value for value, _ in scale.labels if value not in labels]:
            told = ", ".join(map(str, lacking))
            raise InstrumentError(f"{part.path}: labels.{name}: no text for {told}", str(part.path))
        if shown and name not in file.not_applicable:
            raise InstrumentError(
                f"{part.path}: not_applicable.{name}: not translated: {shown[0]!r}", str(part.path)
            )
        codes = None
        if shown:  # in its place; other words for it are of the original language
            text = file.not_applicable[name]
            codes = [text if c == shown[0] else c for c in scale.not_applicable if c not in shown[1:]]
        return relabelled(scale, labels, codes, part.path)


def relabelled(
    scale: ResponseScale,
    labels: Mapping[int | float, str],
    not_applicable: Sequence[int | float | str] | None,
    path: Path | None = None,
) -> ResponseScale:
    """Return a response scale with options in other words, which says of which it is a translation."""
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
