"""Loading of instruments and item banks, by the id of a shipped one or the path of a file."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from intimacy_scales.errors import InstrumentError, OverlappingBandsWarning, UnknownInstrumentError
from intimacy_scales.instrument import Form, Instrument, ItemBank
from intimacy_scales.instrument.cutoff import overlapping
from intimacy_scales.instrument.instrument_files import build, kind_of, read_document
from intimacy_scales.instrument.languages import (
    chosen_language,
    read_translation,
    shipped_translations,
    shipped_variants,
    translated,
    translated_then,
    with_variants,
)
from intimacy_scales.instrument.shipped import (
    BANKS,
    FORMS,
    released_file,
    released_languages,
    released_translation_file,
    released_versions,
    shipped_files,
)
from intimacy_scales.instrument.unconfirmed_keys import warn_if_unconfirmed
from intimacy_scales.messages import level_outside, nearest

_ENDINGS = (".toml", ".json")
_SEPARATORS = re.compile(r"[\s_\-]+")
_FOR_A_FILE = "For a file of your own, pass pathlib.Path(…), or what load_file(…) returns."
_LONGEST_SHOWN = 100  # characters of an unknown name in a message


def known_id(name: str, known: Sequence[str]) -> str | None:
    """Return the id that a name matches, without regard to case, blanks, ``-`` and ``_``, or None.

    Examples
    --------
    >>> known_id("CSI-16", ["csi-16", "csi-4"]), known_id("csi 16", ["csi-16"]), known_id("csi", ["csi-4"])
    ('csi-16', 'csi-16', None)
    """
    if name in known:
        return name
    plain = _SEPARATORS.sub("", name.casefold())
    matches = [known_name for known_name in known if _SEPARATORS.sub("", known_name.casefold()) == plain]
    return matches[0] if len(matches) == 1 else None


def _unknown(kind: str, name: str, known: Sequence[str]) -> UnknownInstrumentError:
    """Return the error that no ``kind`` of that name is shipped, with similar names."""
    other_kind, reader = (FORMS, "load") if kind == "item bank" else (BANKS, "load_bank")
    if name in shipped_files(other_kind):
        return UnknownInstrumentError(f"{name!r} is not an {kind}: load it with {reader}({name!r})")
    longer = [known_name for known_name in known if name and known_name.startswith(name.casefold())]
    near = longer or nearest(name.replace("_", "-"), known, most=3, alike=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"allowed: {', '.join(known)}."
    return UnknownInstrumentError(f"no {kind} {_shown(name)} is shipped; {hint} {_FOR_A_FILE}")


def _shown(name: str) -> str:
    return repr(name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…")


def _as_file(source: str | Path) -> Path | None:
    """Return ``source`` if it is a path, or None if it is an id: a text is never opened as a file.

    A visitor of a web service who may choose the name of an instrument therefore cannot read its files.
    """
    if isinstance(source, Path):
        return source
    if not isinstance(source, str):
        kind = type(source).__name__
        hint = "; from an item bank, make one with .to_instrument()" if isinstance(source, ItemBank) else ""
        raise UnknownInstrumentError(
            f"an instrument is given by its id, or by a pathlib.Path to its file, not by a {kind}{hint}; "
            "the instrument comes first, then the answers"
        )
    if source.casefold().endswith(_ENDINGS) or "/" in source or "\\" in source:
        raise UnknownInstrumentError(
            f"{_shown(source)} looks like a path, but a text is only read as the id of a shipped instrument "
            f"or bank. {_FOR_A_FILE}"
        )
    return None


def _locate(source: str | Path, kind: str, folders: tuple[str, ...]) -> Path:
    """Return the file of a shipped id, or a path with a valid ending."""
    path = _as_file(source)
    if path is None:
        shipped = shipped_files(folders)
        name = known_id(str(source), list(shipped))
        if name is None:
            raise _unknown(kind, str(source), list(shipped))
        return shipped[name]
    return _checked_ending(path)


def _checked_ending(path: Path) -> Path:
    if path.suffix.casefold() not in _ENDINGS:
        raise InstrumentError(
            f"{path}: the ending {path.suffix!r} is not valid; allowed: '.toml', '.json'", str(path)
        )
    return path


def _form_banks(form: Form, path: Path) -> dict[str, ItemBank]:
    """Return the banks of a form: shipped ones by id, others from files in the form's folder."""
    banks = {}
    for i, name in enumerate(form.banks):
        bank_path = _bank_path(name, f"{path}: banks[{i}]", path)
        banks[name] = load_bank(bank_path) if name.endswith(_ENDINGS) else load_bank(name)
    return banks


def _bank_path(name: str, field: str, path: Path) -> Path:
    """Return the file of a bank that the field ``field`` of a form's file names."""
    folder = path.resolve().parent
    if not name.endswith(_ENDINGS):
        shipped = shipped_files(BANKS)
        if name not in shipped:
            raise UnknownInstrumentError(f"{field}: {_unknown('item bank', name, list(shipped))}", str(path))
        for other in (folder / f"{name}{ending}" for ending in _ENDINGS):
            if other.exists() and kind_of(read_document(other)) == "bank":
                raise InstrumentError(
                    f"{field}: {name!r} is a bank that ships with the library, but the form's folder also "
                    f"has {other.name}: write {other.name!r} to use it, or rename the file",
                    str(path),
                )
        return shipped[name]
    target = folder / name
    if "\0" in name or target.resolve().parent != folder:
        raise InstrumentError(
            f"{field}: {name!r} is outside the form's folder; a bank's file must be in the same folder",
            str(path),
        )
    if not target.exists():
        raise InstrumentError(f"{field}: there is no file {name!r} in the folder of the form", str(path))
    return target


def _load_file(path: Path) -> Instrument:
    content = read_document(path)
    kind = kind_of(content)
    if kind == "form":
        form = build(Form, content, path)
        return form.assemble(_form_banks(form, path), source=str(path))
    if kind == "bank":
        raise InstrumentError(f"{path}: is an item bank: load it with load_bank()", str(path))
    if kind == "translation":
        raise _translation_error(content, path)
    if kind != "instrument":
        raise InstrumentError(
            f"{path}: kind: {kind!r} is not valid; allowed: 'instrument', 'form', 'bank'", str(path)
        )
    return build(Instrument, content, path)


def _translation_error(content: Mapping[str, Any], path: Path) -> InstrumentError:
    tag, original = str(content.get("language")), content["of"]
    return InstrumentError(
        f"{path}: is a translation of {original} into {tag!r}, which is not loaded itself: load {original}, "
        f"or a form with items of that bank, with language={tag!r}",
        str(path),
    )


def sources_of(name: str) -> list[Path]:
    """Return the files of a shipped instrument: its own, and those of its banks."""
    path = shipped_files(FORMS)[name]
    content = read_document(path)
    banks = content["banks"] if kind_of(content) == "form" else []
    return [path, *(shipped_files(BANKS)[bank] for bank in banks)]


def shipped_ids() -> list[str]:
    """Return the ids that `load` accepts."""
    return list(shipped_files(FORMS))


@cache
def _load_shipped(name: str) -> Instrument:
    path = _locate(name, "instrument", FORMS)
    return _load_file(path) if path.stem == name else _load_shipped(path.stem)


def load(
    source: str | Path,
    *,
    version: str | None = None,
    language: str | None = None,
    variant: str | None = None,
) -> Instrument:
    """Load an instrument: a shipped one by its id, or your own by a `pathlib.Path`.

    Parameters
    ----------
    source
        An id from `available` (``CSI-16`` and ``csi 16`` mean ``csi-16``), or the `pathlib.Path` of a
        ``.toml`` or ``.json`` file. A text is never opened as a file; use `load_file` for that.
    version
        An older version of a shipped instrument, for answers that were given to it; None: the present one.
        `compare` reports whether answers to one version can be scored by another. With ``language``, the
        translation that was shipped with it: the latest of that version, or a revision, ``"0.3.0+1"``.
    language
        BCP 47 tag of a translation, such as ``"de"``; ``"de-AT"`` means ``"de"`` where there is no
        translation for the region. None: the original language.
    variant
        Variant of gendered words in that language, such as ``"feminine"`` for a partner who is a woman; None:
        the variant for partners of any gender.

    Returns
    -------
    Instrument
        Validated and immutable; the same object each time for a shipped id.

    Raises
    ------
    UnknownInstrumentError
        The id, version or language is unknown; the message lists those that are available, or similar ids.
    InstrumentError
        The file cannot be read or is not valid; every fault is named with its field. Or the wording
        changed after it was translated, an item is not translated, or the variant does not exist.

    Warns
    -----
    UnverifiedKeyWarning
        A published key that was not confirmed by a second source.

    Examples
    --------
    >>> load("scii-24").scale("trust").keys[2]
    ItemKey(item='tru09', reverse=True)
    >>> load("scii-24", version="0.2.0").version
    '0.2.0'
    >>> german = load("scii-24", language="de", variant="feminine")
    >>> german.item("int01").text
    'Wenn ich einen schlechten Tag habe, gehe ich zuerst zu meiner Partnerin.'
    """
    path = _as_file(source)
    form = _load_shipped(str(source)) if path is None else _load_file(_checked_ending(path))
    if version not in (None, form.version):
        if path is not None:
            raise UnknownInstrumentError(
                f"{path}: version={version!r} is not valid; the file has version {form.version!r}", str(path)
            )
        return _warned(_load_older(form.id, str(version), language, variant))
    home = path or shipped_files(FORMS)[form.id]
    if language is None:
        return _warned(_without_variant(form, variant, home))
    tag = chosen_language(form, home, language)
    if path is None:
        return _warned(_load_translated(form.id, tag, variant))
    return _warned(translated(form, made_of(path, form), tag, variant))


@cache
def _load_translated(name: str, tag: str, variant: str | None) -> Instrument:
    form = _load_shipped(name)
    return translated(form, made_of(shipped_files(FORMS)[name], form), tag, variant)


def _without_variant(form: Instrument, variant: str | None, path: Path) -> Instrument:
    if variant is not None:
        raise InstrumentError(f"variant={variant!r} needs a language, and {with_variants(form, path)}")
    return form


@cache
def _load_older(name: str, version: str, language: str | None, variant: str | None) -> Instrument:
    """Return a released version, in the original or another language; arguments are those of `load`."""
    if language is None:
        return _without_variant(load_released(name, version), variant, shipped_files(FORMS)[name])
    released, plus, revision = version.partition("+")
    return translated_then(load_released(name, released), language, revision if plus else None, variant)


def every_variant(name: str, version: str, tag: str, revision: int) -> Iterator[Instrument]:
    """Yield all variants of a shipped instrument in a language: the present ones, and those of a revision.

    Nothing is yielded for an unknown version, language or revision.
    """
    if version == _load_shipped(name).version and tag in shipped_translations(name):
        for variant in shipped_variants(name, tag) or (None,):
            yield load(name, language=tag, variant=variant)
    if revision in released_languages(name, version).get(tag, ()):
        kept = read_translation(released_translation_file(name, version, tag, revision))
        for variant in kept.variants or (None,):
            yield load(name, version=f"{version}+{revision}", language=tag, variant=variant)


def made_of(path: Path, form: Instrument) -> list[tuple[Path, Instrument | ItemBank]]:
    """Return the files of an instrument and their contents: itself first, then its banks."""
    content = read_document(path)
    if kind_of(content) != "form":
        return [(path, form)]
    banks = build(Form, content, path).banks
    paths = [_bank_path(name, f"{path}: banks[{i}]", path) for i, name in enumerate(banks)]
    return [(path, form), *((bank, load_bank(bank)) for bank in paths)]


@cache
def load_released(name: str, version: str) -> Instrument:
    """Return a shipped instrument as it was in one version, without a warning.

    Raises
    ------
    UnknownInstrumentError
        It has no such version; the message lists all versions.
    """
    versions = released_versions(name)
    if version not in versions:
        raise UnknownInstrumentError(f"{name} has no version {version!r}; allowed: {', '.join(versions)}")
    return _load_file(released_file(name, version))


def load_file(path: str | os.PathLike[str]) -> Instrument:
    """Load an instrument of your own from its file.

    Parameters
    ----------
    path
        A ``.toml`` or ``.json`` file; the reference page on instrument files describes its fields.

    Returns
    -------
    Instrument
        Validated and immutable. Load it once and pass it on, as each call reads the file again.

    Raises
    ------
    InstrumentError
        The file cannot be read or is not valid; every fault is named with its field.

    Warns
    -----
    UnverifiedKeyWarning
        A published key that was not confirmed by a second source.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "ras.toml")
    ...     _ = file.write_text(load("ras").to_toml(), encoding="utf-8")
    ...     load_file(file) == load("ras")
    True
    """
    return _warned(_load_file(_checked_ending(Path(path))))


def _warned(form: Instrument) -> Instrument:
    """Return an instrument, after a warning if its key is not confirmed or its bands overlap."""
    warn_if_unconfirmed(form.id, form.evidence.confidence)
    if form.cutoffs and not any(entry.rule == "bands" for entry in form.accepted):
        for _, _, overlap in overlapping(form.cutoffs):
            text = f"{form.id}: cut-off bands overlap: {overlap}. Such a score gets both interpretations"
            warnings.warn(text, OverlappingBandsWarning, stacklevel=level_outside())
    return form


@cache
def _load_bank(path: Path) -> ItemBank:
    content = read_document(path)
    kind = kind_of(content)
    if kind == "translation":
        raise _translation_error(content, path)
    if kind != "bank":
        raise InstrumentError(
            f"{path}: is of kind {kind!r}, not an item bank: load it with load()", str(path)
        )
    return build(ItemBank, content, path)


def load_bank(source: str | Path) -> ItemBank:
    """Load an item bank: a shipped one by its id (``"trust"`` …), or your own by a `pathlib.Path`.

    Parameters
    ----------
    source
        An id, or the `pathlib.Path` of a ``.toml`` or ``.json`` file; a text is never opened as one.

    Raises
    ------
    UnknownInstrumentError
        The id is unknown; similar ids are suggested.
    InstrumentError
        The file cannot be read or is not valid; every fault is named with its field.

    Examples
    --------
    >>> [facet.id for facet in load_bank("trust").facets]
    ['security', 'emotional-safety', 'discretion', 'dependability']
    """
    path = _locate(source, "item bank", BANKS)
    return _load_bank(path) if _as_file(source) is None else _load_bank.__wrapped__(path)


def load_shipped(name: str, language: str | None = None) -> Instrument:
    """Load a shipped instrument without a warning, for lists and checks; it must have ``language``."""
    return _load_shipped(name) if language is None else _load_translated(name, language, None)


def as_instrument(instrument: Instrument | str | Path) -> Instrument:
    """Return an instrument itself, or load it by its id (a text) or its file (a path).

    Examples
    --------
    >>> ras = as_instrument("ras")
    >>> as_instrument(ras) is ras
    True
    """
    return instrument if isinstance(instrument, Instrument) else load(instrument)


def shipped_banks() -> tuple[str, ...]:
    """Return the ids of the shipped item banks, for `load_bank`.

    Examples
    --------
    >>> "trust" in shipped_banks()
    True
    """
    return tuple(shipped_files(BANKS))


def load_either(source: str | Path) -> Instrument | ItemBank:
    """Load an instrument or an item bank, whichever the id or file is.

    Parameters
    ----------
    source
        An id, or the `pathlib.Path` of a ``.toml`` or ``.json`` file.

    Raises
    ------
    UnknownInstrumentError
        The id is unknown; similar ids are suggested.
    InstrumentError
        The file cannot be read or is not valid; every fault is named with its field.

    Examples
    --------
    >>> load_either("trust").facets[0].id, load_either("ras").item_ids[0]
    ('security', 'ras_1')
    """
    path = _as_file(source)
    if path is None:
        if source in shipped_files(BANKS):
            return load_bank(source)
        known = shipped_files((*FORMS, *BANKS))
        if source not in known:
            raise _unknown("instrument or item bank", str(source), list(known))
        return load(source)
    is_bank = kind_of(read_document(_locate(path, "instrument", FORMS))) == "bank"
    return load_bank(path) if is_bank else load(path)
