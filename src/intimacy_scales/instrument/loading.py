"""The only reader of bank files."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from intimacy_scales.errors import (
    InstrumentError,
    OverlappingBandsWarning,
    UnknownInstrumentError,
    level_outside,
    nearest,
)
from intimacy_scales.instrument import Form, Instrument, ItemBank
from intimacy_scales.instrument.cutoff import overlapping
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
from intimacy_scales.instrument.instrument_files import build, kind_of, read_document
from intimacy_scales.instrument.unconfirmed_keys import warn_if_unsure

_ENDINGS = (".toml", ".json")
_SEPARATORS = re.compile(r"[\s_\-]+")
_FOR_A_FILE = "For a file of your own, pass pathlib.Path(…), or what load_file(…) returns."
_LONGEST_SHOWN = 100  # of a name that nobody knows


def known_id(name: str, known: Sequence[str]) -> str | None:
    """Return the id that a name stands for, without regard to case, blanks, ``-`` and ``_``.

    Examples
    --------
    >>> known_id("CSI-16", ["csi-16", "csi-4"]), known_id("csi 16", ["csi-16"]), known_id("csi", ["csi-4"])
    ('csi-16', 'csi-16', None)
    """
    if name in known:
        return name
    plain = _SEPARATORS.sub("", name.casefold())
    found = [one for one in known if _SEPARATORS.sub("", one.casefold()) == plain]
    return found[0] if len(found) == 1 else None


def _unknown(kind: str, name: str, known: Sequence[str]) -> UnknownInstrumentError:
    other, reader = (FORMS, "load") if kind == "item bank" else (BANKS, "load_bank")
    if name in shipped_files(other):
        return UnknownInstrumentError(f"{name!r} is no {kind}: read it with {reader}({name!r})")
    begun = [one for one in known if name and one.startswith(name.casefold())]
    near = begun or nearest(name.replace("_", "-"), known, most=3, alike=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {', '.join(known)}."
    return UnknownInstrumentError(f"no {kind} {_shown(name)} is shipped; {hint} {_FOR_A_FILE}")


def _shown(name: str) -> str:
    return repr(name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…")


def _as_file(source: str | Path) -> Path | None:
    """Return the path that ``source`` is, or None where it is an id: a text is never opened as a file.

    So whoever may choose the name of an instrument, as in a web service, cannot have a file read.
    """
    if isinstance(source, Path):
        return source
    if not isinstance(source, str):
        kind = type(source).__name__
        hint = "; of an item bank, take .to_instrument()" if isinstance(source, ItemBank) else ""
        raise UnknownInstrumentError(
            f"an instrument is named by its id, or by a pathlib.Path of its file, not by a {kind}{hint}; "
            "the instrument comes first, then the answers"
        )
    if source.casefold().endswith(_ENDINGS) or "/" in source or "\\" in source:
        raise UnknownInstrumentError(
            f"{_shown(source)} looks like a path, and a text is read as the id of a shipped instrument or "
            f"bank only. {_FOR_A_FILE}"
        )
    return None


def _locate(source: str | Path, kind: str, folders: tuple[str, ...]) -> Path:
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
        raise InstrumentError(f"{path}: instrument files end in .toml or .json", str(path))
    return path


def _form_banks(form: Form, path: Path) -> dict[str, ItemBank]:
    """Find the banks of a form: shipped ones by id, others as files in the form's own folder."""
    return {name: _form_bank(name, f"{path}: banks[{i}]", path) for i, name in enumerate(form.banks)}


def _form_bank(name: str, field: str, path: Path) -> ItemBank:
    found = _bank_path(name, field, path)
    return load_bank(found) if name.endswith(_ENDINGS) else load_bank(name)


def _bank_path(name: str, field: str, path: Path) -> Path:
    folder = path.resolve().parent
    if not name.endswith(_ENDINGS):
        shipped = shipped_files(BANKS)
        if name not in shipped:
            raise UnknownInstrumentError(f"{field}: {_unknown('item bank', name, list(shipped))}", str(path))
        beside = [folder / f"{name}{ending}" for ending in _ENDINGS]
        for other in beside:
            if other.exists() and kind_of(read_document(other)) == "bank":
                raise InstrumentError(
                    f"{field}: {name!r} is the bank that ships with the library, and {other.name} lies "
                    f"beside the form: write {other.name!r} for that, or give the file another name",
                    str(path),
                )
        return shipped[name]
    target = folder / name
    if "\0" in name or target.resolve().parent != folder:
        raise InstrumentError(f"{field}: {name!r} leads outside the form's folder", str(path))
    if not target.exists():
        raise InstrumentError(f"{field}: there is no file {name!r} beside the form", str(path))
    return target


def _load_file(path: Path) -> Instrument:
    content = read_document(path)
    kind = kind_of(content)
    if kind == "form":
        form = build(Form, content, path)
        return form.assemble(_form_banks(form, path), source=str(path))
    if kind == "bank":
        raise InstrumentError(f"{path}: is an item bank: read it with load_bank()", str(path))
    if kind == "translation":
        raise _is_translation(content, path)
    if kind != "instrument":
        raise InstrumentError(f"{path}: kind: {kind!r} is none of instrument, form, bank", str(path))
    return build(Instrument, content, path)


def _is_translation(content: Mapping[str, Any], path: Path) -> InstrumentError:
    tag = str(content.get("language"))
    return InstrumentError(
        f"{path}: is a translation of {content['of']} into {tag!r}: load the form that it is beside, or that "
        f"is made of that bank, with language={tag!r}",
        str(path),
    )


def sources_of(name: str) -> list[Path]:
    """Return the files that a shipped instrument is made of: its own, and those of its banks."""
    path = shipped_files(FORMS)[name]
    content = read_document(path)
    banks = content["banks"] if kind_of(content) == "form" else []
    return [path, *(shipped_files(BANKS)[bank] for bank in banks)]


def shipped_ids() -> list[str]:
    """Return the ids that `load` takes."""
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
    """Load an instrument: a shipped one by its id, or one's own by a `pathlib.Path`.

    Parameters
    ----------
    source
        An id from `available` (``CSI-16`` and ``csi 16`` are ``csi-16``), or the `pathlib.Path` of a
        ``.toml`` or ``.json`` file. A text is never opened as a file; `load_file` does that.
    version
        An older version of a shipped instrument, for answers that were given to it; None: as it is now.
        `compare` says whether answers to one version can be scored by another. With ``language``, the
        translation that was shipped with it: the latest of that version, or a revision, ``"0.3.0+1"``.
    language
        BCP 47 tag of a translation, such as ``"de"``; ``"de-AT"`` is ``"de"`` where there is none of its own.
        None: as it was written.
    variant
        Form of gendered words in that language, such as ``"feminine"`` for a partner who is a woman; None:
        the one that goes for anybody.

    Returns
    -------
    Instrument
        Validated and immutable; the same object each time for a shipped id.

    Raises
    ------
    UnknownInstrumentError
        No instrument of that id, or no such version or language of it; those that there are, or near names,
        are told.
    InstrumentError
        The file cannot be read or is not valid; every fault is named with its field. Or the wording was
        changed since it was translated, an item lacks a translation, or there is no such variant.

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
            raise UnknownInstrumentError(f"{path}: is version {form.version}, not {version}", str(path))
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
        raise InstrumentError(f"variant={variant!r} is one of a language, and {with_variants(form, path)}")
    return form


@cache
def _load_older(name: str, version: str, language: str | None, variant: str | None) -> Instrument:
    """Return a version that was released, in a language that it is kept in; `load` says what is asked for."""
    if language is None:
        return _without_variant(load_released(name, version), variant, shipped_files(FORMS)[name])
    then, plus, revision = version.partition("+")
    return translated_then(load_released(name, then), language, revision if plus else None, variant)


def every_variant(name: str, version: str, tag: str, revision: int) -> Iterator[Instrument]:
    """Yield a shipped instrument in a language, in all variants: as it is, and as it was in a revision.

    Nothing is yielded of a version, a language or a revision that there is not.
    """
    if version == _load_shipped(name).version and tag in shipped_translations(name):
        for variant in shipped_variants(name, tag) or (None,):
            yield load(name, language=tag, variant=variant)
    if revision in released_languages(name, version).get(tag, ()):
        kept = read_translation(released_translation_file(name, version, tag, revision))
        for variant in kept.variants or (None,):
            yield load(name, version=f"{version}+{revision}", language=tag, variant=variant)


def made_of(path: Path, form: Instrument) -> list[tuple[Path, Instrument | ItemBank]]:
    """Return the files that an instrument is made of, its own first, and what is in them."""
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
        It has no such version; those that there are, are told.
    """
    versions = released_versions(name)
    if version not in versions:
        raise UnknownInstrumentError(f"{name} has no version {version!r}; there are {', '.join(versions)}")
    return _load_file(released_file(name, version))


def load_file(path: str | os.PathLike[str]) -> Instrument:
    """Load an instrument of one's own from its file.

    Parameters
    ----------
    path
        A ``.toml`` or ``.json`` file; what may stand in it is told in the reference of instrument files.

    Returns
    -------
    Instrument
        Validated and immutable. Load it once and pass it on: each call reads the file anew.

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
    """Return an instrument, with a warning where its key is not surely known or its bands overlap."""
    warn_if_unsure(form.id, form.evidence.confidence)
    if form.cutoffs and not any(entry.rule == "bands" for entry in form.accepted):
        for _, _, told in overlapping(form.cutoffs):
            text = f"{form.id}: cut-off bands overlap: {told}. Who scores there is told both"
            warnings.warn(text, OverlappingBandsWarning, stacklevel=level_outside())
    return form


@cache
def _load_bank(path: Path) -> ItemBank:
    content = read_document(path)
    kind = kind_of(content)
    if kind == "translation":
        raise _is_translation(content, path)
    if kind != "bank":
        raise InstrumentError(f"{path}: is of kind {kind}, not an item bank: read it with load()", str(path))
    return build(ItemBank, content, path)


def load_bank(source: str | Path) -> ItemBank:
    """Load an item bank: a shipped one by its id (``"trust"`` …), or one's own by a `pathlib.Path`.

    Parameters
    ----------
    source
        An id, or the `pathlib.Path` of a ``.toml`` or ``.json`` file; a text is never opened as one.

    Raises
    ------
    UnknownInstrumentError
        No bank of that id; near names are suggested.
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
    """Load a shipped instrument without a warning, to be listed or looked at; ``language`` is one it has."""
    return _load_shipped(name) if language is None else _load_translated(name, language, None)


def as_instrument(instrument: Instrument | str | Path) -> Instrument:
    """Return an instrument as it is, or load the one of an id (a text) or of a file (a path)."""
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
    """Load what an id or a file names, be it an instrument or an item bank.

    Parameters
    ----------
    source
        An id, or the `pathlib.Path` of a ``.toml`` or ``.json`` file.

    Raises
    ------
    UnknownInstrumentError
        Nothing of that id; near names are suggested.
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
