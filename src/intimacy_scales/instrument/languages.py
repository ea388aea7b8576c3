"""Translations of an instrument: files in the same folders as its own file and those of its banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from intimacy_scales.errors import InstrumentError, UnknownInstrumentError
from intimacy_scales.instrument.bank import ItemBank
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.instrument_files import build, read_document
from intimacy_scales.instrument.shipped import (
    FORMS,
    banks_folder,
    released_languages,
    released_translation_file,
    shipped_files,
)
from intimacy_scales.instrument.translating import TranslationPart, in_language, variants_of
from intimacy_scales.instrument.translation import (
    LanguageFile,
    TranslationFile,
    fitting,
    language_tag,
)


def translations_of(path: Path) -> dict[str, Path]:
    """Return language → file for the translations in the folder of a form's or bank's file."""
    files = {}
    for file in sorted(path.parent.glob(f"{path.stem}.*{path.suffix}")):
        tag = file.name.removeprefix(f"{path.stem}.").removesuffix(path.suffix)
        if "." not in tag:
            files[_checked_tag(tag, file)] = file
    return files


def _checked_tag(tag: str, path: Path) -> str:
    """Return a tag in its usual spelling; raise an InstrumentError that names the file if it is not valid."""
    try:
        return language_tag(tag)
    except ValueError as error:
        raise InstrumentError(f"{path}: {error}", str(path)) from None


def read_translation(path: Path) -> TranslationFile:
    """Return the translation in a file; an `InstrumentError` names the field of each fault."""
    file = build(TranslationFile, read_document(path), path)
    tag_in_name = path.name.split(".")[-2]
    if file.language != language_tag(tag_in_name):
        raise InstrumentError(
            f"{path}: language: {file.language!r} differs from {tag_in_name!r} in the name of the file",
            str(path),
        )
    return file


@cache
def read_language(tag: str) -> LanguageFile | None:
    """Return what holds for all translations into a language, or None if no file is shipped for it."""
    folder = banks_folder() / "languages"
    shipped_tag = fitting(tag, [path.stem for path in folder.glob("*.toml")])
    if shipped_tag is None:
        return None
    path = folder / f"{shipped_tag}.toml"
    return build(LanguageFile, read_document(path), path)


@cache
def shipped_translations(name: str) -> Mapping[str, TranslationFile]:
    """Return language → translation file of a shipped instrument, without those of its banks."""
    files = translations_of(shipped_files(FORMS)[name])
    return {tag: read_translation(path) for tag, path in files.items()}


def shipped_variants(name: str, tag: str) -> tuple[str, ...]:
    """Return the variants of gendered words in a translation of a shipped instrument, the default first."""
    file = shipped_translations(name).get(tag)
    return () if file is None else variants_of(file, read_language(tag))


def with_variants(form: Instrument, path: Path) -> str:
    """Return a clause that names the languages with variants of an instrument, whose file is ``path``."""
    languages = [
        f"{tag} ({', '.join(variants)})"
        for tag, file in translations_of(path).items()
        if (variants := variants_of(read_translation(file), read_language(tag)))
    ]
    if not languages:
        return f"{form.id} has no variants in any language"
    return f"{form.id} has variants in {' and '.join(languages)}: give language= too"


def _requested_tag(language: str, form: Instrument, known: Sequence[str]) -> str:
    """Return the tag of a requested language; raise an UnknownInstrumentError if it is not valid."""
    try:
        return language_tag(language)
    except ValueError as error:
        raise UnknownInstrumentError(
            f"language: {error}; {form.id} is available in {', '.join(known)}"
        ) from None


def chosen_language(form: Instrument, path: Path, language: str) -> str:
    """Return the available language of an instrument that matches the requested one.

    Parameters
    ----------
    form, path
        The instrument in its original wording, and its file.
    language
        A BCP 47 tag; a region falls back to the language without it.

    Raises
    ------
    UnknownInstrumentError
        There is no translation into that language; the message lists the available ones.
    """
    known = [form.language, *translations_of(path)]
    tag = fitting(_requested_tag(language, form, known), known)
    if tag is not None:
        return tag
    if any(item.text for item in form.items):
        raise UnknownInstrumentError(
            f"{form.id} is not translated into {language!r}; it is available in {', '.join(known)}"
        )
    raise UnknownInstrumentError(
        f"{form.id} is a key without wording; add the wording that you have permission to use: "
        f"load({form.id!r}).with_texts(texts, language={language!r})"
    )


def translated(
    form: Instrument, sources: Sequence[tuple[Path, Instrument | ItemBank]], tag: str, variant: str | None
) -> Instrument:
    """Return an instrument in another language, from the translations in the folders of its files.

    Parameters
    ----------
    form
        The instrument in its original wording.
    sources
        Its file and itself, then the files and banks that its items come from.
    tag
        A language that `chosen_language` returned.
    variant
        Variant of gendered words; None: the first of the language.

    Raises
    ------
    InstrumentError
        A translation is stale or incomplete, or has no such variant.
    """
    if tag not in translations_of(sources[0][0]):
        return as_written(form, tag, variant)
    return in_language(form, parts_in(form, sources, tag), read_language(tag), variant)


def as_written(form: Instrument, tag: str, variant: str | None) -> Instrument:
    """Return an instrument in its original language; raise an InstrumentError if a variant is requested."""
    if variant is not None:
        raise InstrumentError(
            f"{form.id} in {tag!r} has no variant {variant!r}; its only wording needs none: omit variant="
        )
    return form


def parts_in(
    form: Instrument, sources: Sequence[tuple[Path, Instrument | ItemBank]], tag: str
) -> list[TranslationPart]:
    """Return the translations in the folders of an instrument's files; arguments are those of `translated`.

    Raises
    ------
    InstrumentError
        One of the files is not translated.
    """
    parts = []
    for path, source in sources:
        translation = translations_of(path).get(tag)
        if translation is None:
            if any(item.text for item in source.items):
                raise InstrumentError(
                    f"{path}: {source.id}, which {form.id} takes items from, is not translated into {tag!r}: "
                    f"the file {path.with_name(f'{path.stem}.{tag}{path.suffix}').name} is missing",
                    str(path),
                )
            continue
        parts.append(TranslationPart(translation, read_translation(translation), source))
    return parts


def translated_then(form: Instrument, language: str, revision: str | None, variant: str | None) -> Instrument:
    """Return a released version of a shipped instrument in another language, as it was translated then.

    Parameters
    ----------
    form
        That version in its original wording.
    language
        A BCP 47 tag; a region falls back to the language without it.
    revision
        Revision of the translation; None: the latest of that version.
    variant
        Variant of gendered words; None: the first of the language.

    Raises
    ------
    UnknownInstrumentError
        That version is not kept in the language, or not in that revision; the message lists what is kept.
    InstrumentError
        There is no such variant.
    """
    kept = released_languages(form.id, form.version)
    known = [form.language, *kept]
    tag = fitting(_requested_tag(language, form, known), known)
    if tag is None:
        raise UnknownInstrumentError(
            f"{form.id} {form.version} is not kept in {language!r}; that version is kept in "
            f"{', '.join(known)}"
        )
    revisions = kept.get(tag, ())
    if revision is not None and revision not in map(str, revisions):
        allowed = ", ".join(map(str, revisions)) or "none, as that is the original wording"
        raise UnknownInstrumentError(
            f"{form.id} {form.version} in {tag!r} has no revision {revision!r}; allowed: {allowed}"
        )
    if not revisions:
        return as_written(form, tag, variant)
    path = released_translation_file(form.id, form.version, tag, int(revision or revisions[-1]))
    return in_language(form, [TranslationPart(path, read_translation(path), form)], None, variant)
