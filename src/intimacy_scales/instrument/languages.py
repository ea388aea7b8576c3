"""Which languages an instrument is translated into: files beside its own, and beside those of its banks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from intimacy_scales.errors import InstrumentError, UnknownInstrumentError
from intimacy_scales.instrument.bank import ItemBank
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.shipped import FORMS, banks_folder, shipped_files
from intimacy_scales.instrument.stored import build, read_document
from intimacy_scales.instrument.translating import Part, in_language
from intimacy_scales.instrument.translation import (
    LanguageFile,
    TranslationFile,
    TranslationStatus,
    fitting,
    language_tag,
)


def translations_of(path: Path) -> dict[str, Path]:
    """Return language → file, of the translations that lie beside a file of a form or bank."""
    found = {}
    for other in sorted(path.parent.glob(f"{path.stem}.*{path.suffix}")):
        tag = other.name.removeprefix(f"{path.stem}.").removesuffix(path.suffix)
        if "." not in tag:
            found[_tag_of(tag, other)] = other
    return found


def _tag_of(tag: str, path: Path) -> str:
    try:
        return language_tag(tag)
    except ValueError as error:
        raise InstrumentError(f"{path}: {error}", str(path)) from None


def read_translation(path: Path) -> TranslationFile:
    """Read a translation; what is wrong with it is said with its field."""
    file = build(TranslationFile, read_document(path), path)
    named = path.name.split(".")[-2]
    if file.language != language_tag(named):
        raise InstrumentError(
            f"{path}: language: {file.language!r}, and the file is called {named!r}", str(path)
        )
    return file


@cache
def read_language(tag: str) -> LanguageFile | None:
    """Read what holds for all translations into a language; None where nothing is shipped of it."""
    folder = banks_folder() / "languages"
    found = fitting(tag, [path.stem for path in folder.glob("*.toml")])
    if found is None:
        return None
    path = folder / f"{found}.toml"
    return build(LanguageFile, read_document(path), path)


@cache
def shipped_translations(name: str) -> tuple[tuple[str, TranslationStatus], ...]:
    """Return the languages that a shipped instrument is translated into, and how far each has come."""
    files = translations_of(shipped_files(FORMS)[name])
    return tuple((tag, read_translation(path).status) for tag, path in files.items())


def variants_in(tag: str) -> tuple[str, ...]:
    """Return which forms gendered words have in a language; the first is used by default."""
    words = read_language(tag)
    return () if words is None else words.variants


def with_variants(form: Instrument, path: Path) -> str:
    """Say in which languages an instrument can be had in variants; ``path`` is its file."""
    told = [f"{tag} ({', '.join(found)})" for tag in translations_of(path) if (found := variants_in(tag))]
    if not told:
        return f"{form.id} has none in any language"
    return f"{form.id} has some in {' and '.join(told)}: give language= too"


def chosen_language(form: Instrument, path: Path, language: str) -> str:
    """Return the language in which an instrument can be had that stands for the one that was asked for.

    Parameters
    ----------
    form, path
        The instrument as it was written, and its file.
    language
        A BCP 47 tag; a region falls back to the language without it.

    Raises
    ------
    UnknownInstrumentError
        There is no translation into that language; those that there are, are told.
    """
    known = [form.language, *translations_of(path)]
    try:
        tag = fitting(language_tag(language), known)
    except ValueError as error:
        raise UnknownInstrumentError(
            f"language: {error}; {form.id} can be had in {', '.join(known)}"
        ) from None
    if tag is not None:
        return tag
    if any(item.text for item in form.items):
        raise UnknownInstrumentError(
            f"{form.id} is not translated into {language!r}; it can be had in {', '.join(known)}"
        )
    raise UnknownInstrumentError(
        f"{form.id} is a key without wording; lay that which you have permission to use over it: "
        f"load({form.id!r}).with_texts(texts, language={language!r})"
    )


def translated(
    form: Instrument, sources: Sequence[tuple[Path, Instrument | ItemBank]], tag: str, variant: str | None
) -> Instrument:
    """Return an instrument in another language, made of the translations that lie beside its files.

    Parameters
    ----------
    form
        The instrument as it was written.
    sources
        Its file and itself, then files and banks that it is made of.
    tag
        What `chosen_language` returned.
    variant
        Form of gendered words; None: the first of the language.

    Raises
    ------
    InstrumentError
        A translation is stale, lacks something, or has no such variant.
    """
    if tag not in translations_of(sources[0][0]):
        if variant is not None:
            raise InstrumentError(f"{form.id} in {tag!r} has no variant {variant!r}; it has one wording")
        return form
    parts = []
    for path, source in sources:
        found = translations_of(path).get(tag)
        if found is None:
            if any(item.text for item in source.items):
                raise InstrumentError(
                    f"{path}: {source.id} is not translated into {tag!r}, and {form.id} is made of it: "
                    f"{path.with_name(f'{path.stem}.{tag}{path.suffix}').name} is not there",
                    str(path),
                )
            continue
        parts.append(Part(found, read_translation(found), source))
    return in_language(form, parts, read_language(tag), variant)
