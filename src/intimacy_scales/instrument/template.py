"""Translation templates: files for translators to fill in."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.bank import ItemBank
from intimacy_scales.instrument.digests import source_digest
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.item import Item
from intimacy_scales.instrument.translation import TranslationFile, language_tag

_PLACEHOLDER = "-"  # for texts that the translator fills in


def translation_template(
    source: ItemBank | Instrument, language: str, *, items: Collection[str] | None = None
) -> str:
    """Return a translation file to be filled in: each text is empty, with the original wording above it.

    Parameters
    ----------
    source
        An item bank; or a form, whose title and instructions are to be translated.
    language
        BCP 47 tag of the language.
    items
        Ids of the items; None: all of them. For a form with items from banks pass ``()``, since these are
        translated in the files of the banks.

    Returns
    -------
    str
        TOML, to be saved in the folder of the bank or form: ``trust.de.toml`` next to ``trust.toml``. It
        can be loaded once every text is filled in.

    Raises
    ------
    UnknownInstrumentError
        An id is not an item.
    InstrumentError
        The language is not a BCP 47 tag.

    Examples
    --------
    >>> from intimacy_scales import load_bank
    >>> lines = translation_template(load_bank("trust"), "it", items=["tru12"]).splitlines()
    >>> lines[3], lines[8:10]
    ('language = "it"', ["# I doubt my partner's word.", 'tru12 = ""'])
    """
    try:
        tag = language_tag(language)
    except ValueError as error:
        raise InstrumentError(f"language: {error}") from None
    chosen = [item for item in source.items if items is None or item.id in items]
    for name in items or ():
        source.item(name)
    named = {item.response_scale.id: item.response_scale for item in chosen}
    scales = {name: scale for name, scale in named.items() if name is not None and scale.labels}
    options = {name: scale.not_applicable_texts for name, scale in named.items() if name is not None}
    others = {name: texts[0] for name, texts in options.items() if texts}
    document = {
        "of": source.id,
        "version": source.version,
        "source_digest": "0" * 64,
        "language": tag,
        "status": "draft",
        "by": "Say who translated, and how.",
        **{name: _PLACEHOLDER for name, _ in _form_texts(source)},
        **{f"{field}s": {name: _PLACEHOLDER for name, _ in texts} for field, texts in _texts(chosen)},
        "labels": {name: dict(scale.labels) for name, scale in scales.items()},
        "not_applicable": others,
    }
    digest = source_digest(source, TranslationFile.model_validate(document))
    lines = [f"{name} = {_quoted(str(document[name]))}" for name in list(document)[:6]]
    lines[2] = f'source_digest = "{digest}"'
    for name, text in _form_texts(source):
        lines += [f"# {text}", f'{name} = ""']
    for field, texts in _texts(chosen):
        lines += ["", f"[{field}s]"]
        for name, text in texts:
            lines += [f"# {text}", f'{_key(name)} = ""']
    for name, scale in scales.items():
        lines += ["", f"[labels.{_key(name)}]"]
        lines += [f'{_key(str(value))} = ""  # {text}' for value, text in scale.labels]
    if others:
        lines += ["", "[not_applicable]", *(f'{_key(name)} = ""  # {text}' for name, text in others.items())]
    return "\n".join(lines) + "\n"


def _form_texts(source: ItemBank | Instrument) -> Iterator[tuple[str, str]]:
    """Yield the texts of a form that belong to no item, with the names of their fields; none for a bank."""
    if isinstance(source, Instrument):
        for name in ("title", "instructions", "safety"):
            if text := getattr(source, name):
                yield name, " ".join(text.split())


def _texts(items: Collection[Item]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each text field that items use, with the texts by item."""
    for field in ("text", "partner_text", "daily_text"):
        texts = [(item.id, " ".join(text.split())) for item in items if (text := getattr(item, field))]
        if texts:
            yield field, texts


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _quoted(name)
