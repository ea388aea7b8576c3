"""Answers to another wording of a shipped form: options of another language, items of another version.

Other wordings are compared only after answers were refused or items had no column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from intimacy_scales.errors import InstrumentError, ResponseError
from intimacy_scales.instrument import as_number, normalized
from intimacy_scales.messages import shortened
from intimacy_scales.reading.advice import MARKS, AnsweredRanges, Offence, Remedy, remedy_for

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument, ResponseScale

    # response scale of a form → the options of its items in other languages, normalized
    Options = dict[ResponseScale, set[str]]

_SHOWN = 3


def find_remedy(
    form: Instrument, offences: Counter[Offence], answered: AnsweredRanges | None = None
) -> Remedy | None:
    """Return what to do about the answers that were not accepted, if most are of one kind.

    Parameters
    ----------
    form
        The instrument that was answered.
    offences, answered
        Those of `remedy_for`.
    """
    scales = list(dict.fromkeys(item.response_scale for item in form.items))
    return _in_another_language(form, offences) or remedy_for(offences, scales, answered)


def _in_another_language(form: Instrument, offences: Counter[Offence]) -> Remedy | None:
    """Return a remedy that names the language in which most of the offences are options; None if uncertain.

    It is certain where every text that is not nearly an option of the form is an option in that language, and
    in no other; for a form that pools languages, an option in one of these.
    """
    texts = [offence for offence in offences if _is_words(offence)]
    if not texts:
        return None
    unknown = [offence for offence in texts if offence.meant is None] or texts
    others = [other for other in _wordings(form.id) if other.form.version == form.version]
    if form.pooled:
        languages = {part.language for part in form.pooled}
        groups = [[other for other in others if other.form.language in languages]]
    else:
        groups = [[other] for other in others if other.form.language != form.language]
    options = [_options(form, group) for group in groups]
    fitting = [n for n, known in enumerate(options) if all(_is_in(known, offence) for offence in unknown)]
    if len(fitting) != 1:
        return None
    known, group = options[fitting[0]], [other.form for other in groups[fitting[0]]]
    values = Counter({str(o.value): offences[o] for o in texts if _is_in(known, o)})
    if 2 * values.total() <= offences.total():
        return None
    return _by_its_own_form(form, group, values) if form.pooled else _by_the_form(group[0], values)


def _is_words(offence: Offence) -> bool:
    """Tell whether a value is a text that may be an option: not a number, nor a mark for a missing answer."""
    value = offence.value
    if not isinstance(value, str) or offence.code not in ("label", "number"):
        return False
    return as_number(value) is None and normalized(value) not in MARKS


def _is_in(options: Options, offence: Offence) -> bool:
    return normalized(str(offence.value)) in options.get(offence.scale, ())


class _Wording(NamedTuple):
    """A shipped instrument in one language, and item → the texts of its options, normalized."""

    form: Instrument
    texts: dict[str, frozenset[str]]


@lru_cache(maxsize=64)
def _wordings(form_id: str) -> tuple[_Wording, ...]:
    """Return a shipped instrument and its translations, each in the variant used by default."""
    from intimacy_scales.instrument.languages import shipped_translations
    from intimacy_scales.instrument.loading import load_shipped, shipped_ids

    if form_id not in shipped_ids():
        return ()
    forms = [load_shipped(form_id)]
    for tag in shipped_translations(form_id):
        try:
            forms.append(load_shipped(form_id, language=tag))
        except InstrumentError:  # not this caller's problem: `load` reports it
            continue
    return tuple(_Wording(form, _texts_of(form)) for form in forms)


def _texts_of(form: Instrument) -> dict[str, frozenset[str]]:
    """Return item → the texts of its options, normalized."""
    texts = {
        scale: frozenset(map(normalized, (*(text for _, text in scale.labels), *scale.not_applicable_texts)))
        for scale in {item.response_scale for item in form.items}
    }
    return {item.id: texts[item.response_scale] for item in form.items}


def _options(form: Instrument, others: Iterable[_Wording]) -> Options:
    """Return the options in other languages of the items of each response scale of a form."""
    texts: dict[int, set[str]] = {}  # by identity: hashing an equal response scale for each item is slow
    for other in others:
        for item in form.items:
            texts.setdefault(id(item.response_scale), set()).update(other.texts.get(item.id, ()))
    options: Options = {}
    for scale in {id(item.response_scale): item.response_scale for item in form.items}.values():
        options.setdefault(scale, set()).update(texts.get(id(scale), ()))
    return options


def _by_the_form(other: Instrument, values: Counter[str]) -> Remedy:
    """Return the remedy for options of the form in another language."""
    from intimacy_scales.instrument.languages import read_language, shipped_variants

    tag, name = other.language, "the original language"
    python, command, variants = f"load({other.id!r})", "leave --language out", ""
    if other.translation is not None:
        language = read_language(tag)
        name = tag if language is None else language.name
        python, command = f"load({other.id!r}, language={tag!r})", f"pass --language {tag}"
        variants = ", ".join(shipped_variants(other.id, tag))
    variants_text = f"; {{}} says which variant was asked: {variants}" if variants else ""
    advice = f"{_shown(values)} of {other.id} in {name} ({tag}): if that was answered, "
    return Remedy(
        f"{advice}score with {python}{variants_text.format('variant=')}.",
        f"{advice}{command}{variants_text.format('--variant')}",
        are_answers=True,
    )


def _by_its_own_form(form: Instrument, others: Iterable[Instrument], values: Counter[str]) -> Remedy:
    """Return the remedy for texts that are options in the languages that a form pools."""
    languages = " and ".join(sorted(other.language for other in others))
    advice = (
        f"{_shown(values)} of {form.id} in {languages}, and a form that pools languages reads only numbers: "
        "store answers as numbers"
    )
    return Remedy(
        f"{advice}, or read each language by its own form, and score its codes by this one: "
        f"score(pooled, encode(load({form.id!r}, language=…), rows)).",
        advice,
        are_answers=True,
    )


def _shown(values: Counter[str]) -> str:
    """Return the most frequent values and "is an option", or "are options"."""
    listed = [shortened(value) for value, _ in values.most_common(_SHOWN)]
    if len(values) == 1:
        return f"{listed[0]} is an option"
    more = " …" if len(values) > _SHOWN else ""
    return f"{' and '.join(listed)}{more} are options"


def other_version_hint(form: Instrument, names: Collection[Hashable]) -> str | None:
    """Name the other version or counterpart of a form whose items are all in a table, or return None.

    Parameters
    ----------
    form
        The instrument, of which some items have no column.
    names
        The columns.
    """
    names_present, item_ids = set(names), set(form.item_ids)
    for other in (*_other_versions(form), *_counterpart(form)):
        if names_present.issuperset(other.item_ids) and item_ids != set(other.item_ids):
            return (
                f"The table has all items of {other.ref.named}: if that was answered, score with "
                f"{other.ref.load_call}."
            )
    return None


def _counterpart(form: Instrument) -> list[Instrument]:
    """Return the shipped form with the same items about the partner, or about oneself, if there is one."""
    from intimacy_scales.instrument.loading import load_shipped, shipped_ids

    other = form.counterpart
    return [] if other is None or other not in shipped_ids() else [load_shipped(other)]


def check_version(form: Instrument, names: Collection[Hashable]) -> None:
    """Raise where the keys of a mapping fit another version of a form better.

    Parameters
    ----------
    form
        The instrument, of which some items are absent.
    names
        The keys, some of which are not items of the form.

    Raises
    ------
    ResponseError
        A key is an item of another version only, and a larger share of that version's items is present.
    """
    names_present, item_ids = set(names), set(form.item_ids)
    share = len(names_present & item_ids) / len(item_ids)
    for other in _other_versions(form):
        items = set(other.item_ids)
        only_theirs = sorted(item for item in items - item_ids if item in names_present)
        if only_theirs and len(names_present & items) / len(items) > share:
            raise ResponseError(
                f"the mapping has {len(names_present & items)} of {len(items)} items of {other.ref.called}, "
                f"and {len(names_present & item_ids)} of {len(item_ids)} of {form.ref.called}: if the former "
                "was answered, score "
                f"with {other.ref.load_call}; otherwise leave {', '.join(map(shortened, only_theirs))} out"
            )


@lru_cache(maxsize=64)
def items_of_other_versions(form_id: str, version: str, items: tuple[str, ...]) -> frozenset[str]:
    """Return the items of other released versions of a form that are not among this version's ``items``."""
    return frozenset(item for other in _others(form_id, version) for item in other.item_ids) - {*items}


def _other_versions(form: Instrument) -> Iterator[Instrument]:
    return _others(form.id, form.version)


def _others(form_id: str, version: str) -> Iterator[Instrument]:
    """Yield all other versions of a shipped form, the latest first."""
    from intimacy_scales.instrument.loading import load_released
    from intimacy_scales.instrument.shipped import released_versions

    for other in reversed(released_versions(form_id)):
        if other != version:
            yield load_released(form_id, other)
