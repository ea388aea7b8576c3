"""Pooling of answers in several languages, which are then read by one instrument, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from intimacy_scales.errors import InstrumentError, LanguagesPooledWarning
from intimacy_scales.instrument.evidence import Evidence
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.translation import SEVERAL, PooledLanguage
from intimacy_scales.messages import level_outside


def only_languages_differ(first: Instrument, second: Instrument) -> bool:
    """Return whether two instruments are one version and key, in different translations of one wording."""
    same_wording = len({_source(form) for form in (first, second) if not form.pooled}) <= 1
    return same_wording and _languages_differ(first, second)


def _languages_differ(first: Instrument, second: Instrument) -> bool:
    identities = [
        (form.id, form.version, form.wording, form.coding, form.item_ids, form.key_digest)
        for form in (first, second)
    ]
    translated = any(form.translation is not None or form.pooled for form in (first, second))
    return translated and identities[0] == identities[1] and first.text_digest != second.text_digest


def pool_languages(*forms: Instrument) -> Instrument:
    """Return an instrument that reads and scores answers in several languages together.

    Whether similar people answer alike in all languages must be tested, by `invariance` with the languages
    as groups. Until then, scores in two languages may differ because the wordings do, not the people.

    Parameters
    ----------
    *forms
        One instrument in two or more languages, as `load` returns it with ``language=``.

    Returns
    -------
    Instrument
        Its language is ``mul`` (several), and it has no wording. Answers are read as numbers, since labels
        differ between languages. It is a draft, even if one of the languages has evidence.

    Raises
    ------
    InstrumentError
        The forms differ in more than language: in items, keys, version, or whom the items are about.

    Warns
    -----
    LanguagesPooledWarning
        A translation has no evidence of a test of invariance.

    Examples
    --------
    >>> import warnings
    >>> from intimacy_scales import load
    >>> with warnings.catch_warnings(action="ignore"):
    ...     both = pool_languages(load("scii-24"), load("scii-24", language="de"))
    >>> both.language, both.key_digest == load("scii-24").key_digest
    ('mul', True)
    """
    if not forms or not all(isinstance(form, Instrument) for form in forms):
        raise InstrumentError("pool_languages: pass an instrument in several languages, as load() returns it")
    first = forms[0]
    for form in forms[1:]:
        if not only_languages_differ(first, form) and form.digest != first.digest:
            raise InstrumentError(
                f"{first.ref.told_apart} and {form.ref.told_apart} differ in more than language: in items, "
                "keys, version, or the wording that was translated; compare(…) lists the differences"
            )
    pooled = _pooled(forms)
    if len(pooled) == 1:
        return first
    warn_of_languages(first.id, pooled)
    return _without_words(first, pooled)


def pooled_again(forms: Sequence[Instrument]) -> Instrument:
    """Return what `pool_languages` returns, without checks and warnings: for forms that it pooled before."""
    return _without_words(forms[0], _pooled(forms))


def _pooled(forms: Iterable[Instrument]) -> tuple[PooledLanguage, ...]:
    parts = {(part.language, part.text_digest): part for form in forms for part in _languages(form)}
    return tuple(parts[key] for key in sorted(parts, key=lambda key: (parts[key].named, key)))


def _languages(form: Instrument) -> tuple[PooledLanguage, ...]:
    if form.pooled:
        return form.pooled
    tested = form.translation is None or form.translation.status == "invariance-tested"
    return (
        PooledLanguage(
            language=form.language,
            text_digest=form.text_digest,
            tested=tested,
            variant=form.translation and form.translation.variant,
        ),
    )


def warn_of_languages(name: str, pooled: tuple[PooledLanguage, ...]) -> None:
    """Warn if a language was not tested for invariance, so that its scores may mean something else."""
    if all(part.tested for part in pooled):
        return
    languages = " and ".join(dict.fromkeys(part.named for part in pooled))
    what = "language" if len({part.language for part in pooled}) > 1 else "variant"
    warnings.warn(
        f"{name}: answers in {languages} are taken together, but no study has shown that they mean the same: "
        f"test invariance over {what}s, or report each {what} separately",
        LanguagesPooledWarning,
        stacklevel=level_outside(),
    )


def warn_if_languages_differ(first: Instrument, second: Instrument) -> None:
    """Warn if scores in two languages that were not tested for invariance are compared."""
    if _languages_differ(first, second):
        warn_of_languages(first.id, (*_languages(first), *_languages(second)))


def translation_note(old: Instrument, new: Instrument) -> str | None:
    """Return how the languages or variants of one wording differ, or None if there is no common wording."""
    if old.pooled or new.pooled:
        if old.pooled == new.pooled or not _texts(old) <= _texts(new):
            return None
        how = f"the new reads answers in {named_languages(new)} together, and the old asks in one of these"
    elif _source(old) != _source(new):
        return None
    elif old.language != new.language:
        how = (
            f"the old asks in {old.language}, the new in {new.language}, in a translation of the same wording"
        )
    elif _variant(old) != _variant(new) and _revision(old) == _revision(new):
        return f"the old asks in the variant {_variant(old)}, the new in {_variant(new)}, of one translation"
    else:
        return None
    tested = all(part.tested for form in (old, new) for part in _languages(form))
    meaning = "" if tested else ", and no study has shown that scores mean the same in both"
    return f"{how}: both read numbers, and labels in their own language only{meaning}"


def named_languages(form: Instrument) -> str:
    """Return the language of an instrument, or those that it pools."""
    return " and ".join(dict.fromkeys(part.language for part in _languages(form)))


def _texts(form: Instrument) -> set[str]:
    return {part.text_digest for part in _languages(form)}


def _source(form: Instrument) -> str:
    """Return the digest of an instrument's original wording: its own, or the one it was translated from."""
    return form.text_digest if form.translation is None else form.translation.source_digest


def _variant(form: Instrument) -> str | None:
    return None if form.translation is None else form.translation.variant


def _revision(form: Instrument) -> int:
    return 1 if form.translation is None else form.translation.revision


def _without_words(form: Instrument, pooled: tuple[PooledLanguage, ...]) -> Instrument:
    """Return an instrument without wording and labels, and without what holds for one language only."""
    languages = " and ".join(dict.fromkeys(part.named for part in pooled))

    def without_labels(scale: ResponseScale) -> ResponseScale:
        source = scale.translated_from or scale.model_copy(update={"id": None})
        texts = source.not_applicable_texts
        codes = tuple(code for code in source.not_applicable if code not in texts)
        words = {"id": None, "labels": (), "not_applicable": codes, "translated_from": source}
        return scale.model_copy(update=words)

    return form.model_copy(
        update={
            "language": SEVERAL,
            "translation": None,
            "pooled": pooled,
            "instructions": None,
            "safety": None,
            "items": [
                item.model_copy(update={"text": None, "response_scale": without_labels(item.response_scale)})
                for item in form.items
            ],
            "evidence": Evidence(
                confidence=form.evidence.confidence,
                note=f"Answers in {languages} taken together.",
                sources=form.evidence.sources,
            ),
            "norms": (),
            "cutoffs": (),
        }
    )
