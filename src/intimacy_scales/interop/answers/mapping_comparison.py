"""A mapping file compared with the instrument and the file that it is used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import NOTHING, ColumnFacts
from intimacy_scales.instrument import Instrument, Item
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.mapping_file import SavedMapping
from intimacy_scales.interop.answers.mapping_report import NOTHING_DECLARED, DeclaredOptions
from intimacy_scales.messages import first_of, shortened
from intimacy_scales.reading.answer_keys import Meaning
from intimacy_scales.reading.answers import AnswerKey, stored_value


def compared_with_mapping(
    saved: SavedMapping, form: Instrument, columns: Mapping[str, ColumnFacts]
) -> list[str]:
    """Return what should be checked where a mapping is used for an instrument and a file.

    ``columns`` is what the file says of its columns. A mapping that does not say for which instrument it was
    saved was written by hand, and is not compared.

    Raises
    ------
    ResponseError
        The mapping was saved for an instrument with other keys, or from a file that declares its options
        otherwise.
    """
    if not saved.instrument:
        return []
    notes = _of_instrument(saved, form)
    differences, unknown = {}, []
    for item in form.items:
        facts = columns.get(saved.columns.get(item.id, ""), NOTHING)
        before, now = saved.declared.get(item.id, NOTHING_DECLARED), DeclaredOptions.of(facts)
        if (difference := _difference(saved, item, before, now)) is not None:
            differences[item.id] = difference
        elif not before.options and now.options:
            unknown.append(item.id)
    if differences:
        item_id, difference = next(iter(differences.items()))
        others = f" (so do {first_of(list(differences)[1:])})" if len(differences) > 1 else ""
        raise ResponseError(
            f"mapping={str(saved.source)!r}: the file declares the options of {item_id} otherwise than the "
            f"file that the mapping was saved from{others}: {difference}. Read this file without the "
            "mapping, and save a mapping of its own; if the answers mean the same, leave [instrument] and "
            "[declared] out of the mapping file"
        )
    if unknown:
        notes.append(
            f"{first_of(unknown)}: the file declares options, and the file that the mapping was saved from "
            "declared none; values are read as the mapping says"
        )
    return notes


def _of_instrument(saved: SavedMapping, form: Instrument) -> list[str]:
    """Return a note where the instrument of the mapping is another one with the same keys."""
    of_mapping = saved.instrument
    if of_mapping.get("digest") == form.digest:
        return []
    named = f"{of_mapping.get('id')} {of_mapping.get('version')}"
    ref = form.ref
    if of_mapping.get("key_digest") != form.key_digest:
        what = "whose answers or keys differ" if of_mapping.get("id") == ref.id else "another instrument"
        raise ResponseError(
            f"mapping={str(saved.source)!r}: was saved for {named}, and the instrument is {ref.named}, "
            f"{what}. Pass the instrument of the mapping, or read the file without the mapping and save a "
            "new one"
        )
    if (of_mapping.get("id"), of_mapping.get("version")) == (ref.id, ref.version):
        return [f"the mapping was saved for {named} with other texts; items and keys are the same"]
    return [f"the mapping was saved for {named}, and the instrument is {ref.named}; the keys are the same"]


def _difference(saved: SavedMapping, item: Item, before: DeclaredOptions, now: DeclaredOptions) -> str | None:
    """Return the first thing that two files declare otherwise.

    An option that only one of them declares is no contradiction, as some files list only what was answered.
    """
    meaning = saved.meanings.get(item.id, Meaning())
    key = AnswerKey(item.response_scale, meaning.missing_codes, meaning.recode)
    return (
        _other_text(before.options, now.options)
        or _other_number(before, now)
        or _other_missing(key, before, now)
    )


def _other_text(before: Sequence[tuple[Any, str]], now: Sequence[tuple[Any, str]]) -> str | None:
    """Return how two files name an option differently; a code may have texts in several languages."""
    texts: dict[Any, dict[str, str]] = {}
    codes: dict[str, dict[Any, Any]] = {}
    for code, text in before:
        texts.setdefault(stored_value(code), {})[as_compared(text)] = text
        codes.setdefault(as_compared(text), {})[stored_value(code)] = code
    texts_now: dict[Any, set[str]] = {}
    for code, text in now:
        texts_now.setdefault(stored_value(code), set()).add(as_compared(text))
    for code, text in now:
        stored, compared = stored_value(code), as_compared(text)
        if compared in codes and stored not in codes[compared]:
            was: Any = next(iter(codes[compared].values()))
            return f"{shortened(text)} is {shortened(code)}, and was {shortened(was)}"
        if stored in texts and not texts_now[stored] & texts[stored].keys():
            was = next(iter(texts[stored].values()))
            return f"{shortened(code)} is {shortened(text)}, and was {shortened(was)}"
    return None


def _other_number(before: DeclaredOptions, now: DeclaredOptions) -> str | None:
    """Return which option two files count differently."""
    counted = {stored_value(code): number for code, number in before.numbers}
    for code, number in now.numbers:
        if counted.get(stored_value(code), number) != number:
            return f"{shortened(code)} counts {number:g}, and counted {counted[stored_value(code)]:g}"
    return None


def _other_missing(key: AnswerKey, before: DeclaredOptions, now: DeclaredOptions) -> str | None:
    """Return an answer that the file declares as missing, and the earlier one did not."""
    declared_before, declared_now = _as_facts(before), _as_facts(now)
    for value in (*(code for code, _ in now.missing), *key.scale.values):
        stored = stored_value(value)
        is_new = declared_now.declares_missing(stored) and not declared_before.declares_missing(stored)
        if is_new and key.decode(value) > 0:
            return f"{shortened(value)} means no answer, and meant one"
    return None


def _as_facts(declared: DeclaredOptions) -> ColumnFacts:
    return ColumnFacts(missing=declared.missing, missing_ranges=declared.missing_ranges)
