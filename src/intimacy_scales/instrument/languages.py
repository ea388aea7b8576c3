"""Which languages an instrument is translated into: files beside its own, and beside those of its banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from intimacy_scales.errors import InstrumentError, UnknownInstrumentError
from intimacy_scales.instrument.bank import ItemBank
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.shipped import (
    FORMS,
    banks_folder,
    released_languages,
    released_translation_file,
    shipped_files,
)
from intimacy_scales.instrument.instrument_files import build, read_document
from intimacy_scales.instrument.translating import Part, in_language, variants_of
from intimacy_scales.instrument.translation import (
    LanguageFile,
    TranslationFile,
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
def shipped_translations(name: str) -> Mapping[str, TranslationFile]:
    """Return language → what the file of a shipped instrument says of its translation."""
    files = translations_of(shipped_files(FORMS)[name])
    return {tag: read_translation(path) for tag, path in files.items()}


def shipped_variants(name: str, tag: str) -> tuple[str, ...]:
    """Return which forms gendered words have in a language of a shipped instrument, the default first."""
    file = shipped_translations(name).get(tag)
    return () if file is None else variants_of(file, read_language(tag))


def with_variants(form: Instrument, path: Path) -> str:
    """Say in which languages an instrument can be had in variants; ``path`` is its file."""
    told = [
        f"{tag} ({', '.join(variants)})"
        for tag, file in translations_of(path).items()
        if (variants := variants_of(read_translation(file), read_language(tag)))
    ]
    if not told:
        return f"{form.id} has none in any language"
    return f"{form.id} has some in {' and '.join(told)}: give language= too"


def _wanted(language: str, form: Instrument, known: Sequence[str]) -> str:
    try:
        return language_tag(language)
    except ValueError as error:
        raise UnknownInstrumentError(
            f"language: {error}; {form.id} can be had in {', '.join(known)}"
        ) from None


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
    tag = fitting(_wanted(language, form, known), known)
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
        return as_written(form, tag, variant)
    return in_language(form, parts_in(form, sources, tag), read_language(tag), variant)


def as_written(form: Instrument, tag: str, variant: str | None) -> Instrument:
    """Return an instrument in its own language, in which there are no variants to ask for."""
    if variant is not None:
        raise InstrumentError(f"{form.id} in {tag!r} has no variant {variant!r}; it has one wording")
    return form


def parts_in(form: Instrument, sources: Sequence[tuple[Path, Instrument | ItemBank]], tag: str) -> list[Part]:
    """Return the translations that lie beside the files of an instrument; arguments are as of `translated`.

    Raises
    ------
    InstrumentError
        One of the files is not translated.
    """
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
    return parts


def translated_then(form: Instrument, language: str, revision: str | None, variant: str | None) -> Instrument:
    """Return a released version of a shipped instrument in another language, as its translation was then.

    Parameters
    ----------
    form
        That version as it was written.
    language
        A BCP 47 tag; a region falls back to the language without it.
    revision
        Of the translation; None: the latest of that version.
    variant
        Form of gendered words; None: the first of the language.

    Raises
    ------
    UnknownInstrumentError
        That version is not kept in the language, or not in that revision; what is kept, is told.
    InstrumentError
        There is no such variant.
    """
    kept = released_languages(form.id, form.version)
    known = [form.language, *kept]
    tag = fitting(_wanted(language, form, known), known)
    if tag is None:
        there = ", ".join([form.language, *kept])
        raise UnknownInstrumentError(
            f"{form.id} {form.version} is not kept in {language!r}; that version is kept in {there}"
        )
    revisions = kept.get(tag, ())
    if revision is not None and revision not in map(str, revisions):
        there = f"there is {', '.join(map(str, revisions))}" if revisions else "it is no translation"
        raise UnknownInstrumentError(
            f"{form.id} {form.version} in {tag!r} has no revision {revision!r}; {there}"
        )
    if not revisions:
        return as_written(form, tag, variant)
    path = released_translation_file(form.id, form.version, tag, int(revision or revisions[-1]))
    return in_language(form, [Part(path, read_translation(path), form)], None, variant)
