"""The answer key of every item of an instrument, with what is said of stored values for all or some items."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.reading.answers import (
    FEW_POINTS,
    MISSING,
    PROBLEM,
    AnswerKey,
    MissingCode,
    Recode,
    as_missing_codes,
    as_recode,
)

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument, Item, ResponseScale


class Meaning(NamedTuple):
    """What stored values of one item mean, in addition to what is said for all items.

    Attributes
    ----------
    missing_codes
        Values that mean "no answer".
    missing_ranges
        Lowest and highest of the numbers that mean "no answer", both included; infinite where open.
    recode
        Pairs of a stored value and what it stands for.
    """

    missing_codes: tuple[MissingCode, ...] = ()
    missing_ranges: tuple[tuple[float, float], ...] = ()
    recode: Recode = ()


ItemMeanings = tuple[tuple[str, Meaning], ...]


def split_meanings(missing_codes: Any, recode: Any) -> tuple[tuple[MissingCode, ...], Recode, ItemMeanings]:
    """Return the missing codes and the recoding of all items, and those of single items.

    ``missing_codes`` may be a mapping from item to codes; in ``recode``, an entry whose value is a mapping is
    the recoding of one item.

    Raises
    ------
    ResponseError
        One of them has another form.

    Examples
    --------
    >>> codes, recode, by_item = split_meanings({"ras_1": [-99]}, {"6": 5, "ras_2": {0: 1}})
    >>> codes, recode, [(item, meaning.missing_codes, meaning.recode) for item, meaning in by_item]
    ((), (('6', 5),), [('ras_1', (-99,), ()), ('ras_2', (), ((0, 1),))])
    """
    by_item: dict[str, Meaning] = {}
    codes: tuple[MissingCode, ...] = ()
    if isinstance(missing_codes, Mapping):
        by_item = {
            item: Meaning(missing_codes=as_missing_codes(given)) for item, given in missing_codes.items()
        }
    else:
        codes = as_missing_codes(missing_codes)
    if not isinstance(recode, Mapping):
        return codes, as_recode(recode), _of_items(by_item)
    of_items = {name: pairs for name, pairs in recode.items() if isinstance(pairs, Mapping)}
    for item, pairs in of_items.items():
        by_item[item] = by_item.get(item, Meaning())._replace(recode=as_recode(pairs))
    general = {stored: answer for stored, answer in recode.items() if stored not in of_items}
    return codes, as_recode(general), _of_items(by_item)


def _of_items(by_item: Mapping[Any, Meaning]) -> ItemMeanings:
    """Return the meanings of single items; raise where the name of an item is not a text."""
    for item in by_item:
        if not isinstance(item, str):
            raise ResponseError(f"{shortened(item)} is not the id of an item, a text")
    return tuple(by_item.items())


def plain_key(scale: ResponseScale) -> AnswerKey:
    """Return the answer key of a response scale without missing codes and recoding; shared, never changed."""
    return _usual_key(scale) if len(scale.values) <= FEW_POINTS else AnswerKey(scale)


@lru_cache(maxsize=64)
def _usual_key(scale: ResponseScale) -> AnswerKey:
    return AnswerKey(scale)


def answer_keys(
    instrument: Instrument,
    missing_codes: tuple[MissingCode, ...] = (),
    recode: Recode = (),
    by_item: ItemMeanings = (),
) -> tuple[AnswerKey, ...]:
    """Return the answer key of every item, in order; items with equal response scales share one.

    ``by_item`` is what stored values of some items mean, in addition to the missing codes and the recoding of
    all items.

    Raises
    ------
    ResponseError
        A missing code is an answer that some item allows, or a value is recoded to something that is not an
        answer to any item.
    """
    shared = _shared_keys(instrument, missing_codes, recode)
    if not by_item:
        return tuple(shared[item.response_scale] for item in instrument.items)
    meanings = checked_meanings(instrument, by_item)
    own_keys: dict[tuple[ResponseScale, Meaning], AnswerKey] = {}
    keys = []
    for item in instrument.items:
        scale, meaning = item.response_scale, meanings.get(item.id)
        if meaning is None:
            keys.append(shared[scale])
            continue
        if (scale, meaning) not in own_keys:
            _check_meaning(item.id, plain_key(scale), meaning)
            codes, pairs = (*missing_codes, *meaning.missing_codes), (*recode, *meaning.recode)
            own_keys[scale, meaning] = AnswerKey(scale, codes, pairs, meaning.missing_ranges)
        keys.append(own_keys[scale, meaning])
    return tuple(keys)


def whole_meaning(
    item: Item, missing_codes: tuple[MissingCode, ...], recode: Recode, by_item: ItemMeanings
) -> Meaning:
    """Return what stored values of an item mean, by what is said for all items and for this one."""
    of_item = dict(by_item).get(item.id, Meaning())
    key = plain_key(item.response_scale)
    general = tuple(pair for pair in recode if pair[1] is None or key.decode(pair[1]) != PROBLEM)
    codes = tuple(dict.fromkeys([*missing_codes, *of_item.missing_codes]))
    return Meaning(codes, of_item.missing_ranges, tuple(dict.fromkeys([*general, *of_item.recode])))


def checked_meanings(instrument: Instrument, by_item: ItemMeanings) -> dict[str, Meaning]:
    """Return item → what its stored values mean; raise for an item that the instrument does not have."""
    meanings = dict(by_item)
    for item in meanings:
        if item not in instrument.item_ids:
            hint = suggest(item, instrument.item_ids)
            raise ResponseError(f"{shortened(item)} is not an item of {instrument.ref.called}{hint}")
    return meanings


def _check_meaning(item: str, plain: AnswerKey, meaning: Meaning) -> None:
    """Raise where an answer that an item allows is a missing code, or a value stands for no answer to it."""
    allowed = plain.scale.describe()
    for code in meaning.missing_codes:
        if plain.decode(code) > 0:
            raise ResponseError(
                f"missing code {shortened(code)} is an answer that item {item} allows ({allowed})"
            )
    for low, high in meaning.missing_ranges:
        inside = [value for value in plain.scale.values if low <= value <= high]
        if inside:
            raise ResponseError(
                f"the missing values {low:g} to {high:g} include {inside[0]:g}, which is an answer that item "
                f"{item} allows ({allowed})"
            )
    for stored, answer in meaning.recode:
        if answer is not None and plain.decode(answer) in (MISSING, PROBLEM):
            raise ResponseError(
                f"recode: {shortened(stored)} stands for {shortened(answer)}, which is not an answer to item "
                f"{item} (allowed: {allowed})"
            )


def _shared_keys(
    instrument: Instrument, missing_codes: tuple[MissingCode, ...], recode: Recode
) -> dict[ResponseScale, AnswerKey]:
    """Return the answer key of each response scale, by what is said for all items."""
    keys: dict[ResponseScale, AnswerKey] = {}
    for item in instrument.items:
        scale = item.response_scale
        if scale in keys:
            continue
        plain = plain_key(scale)
        for code in missing_codes:
            if plain.decode(code) > 0:
                raise ResponseError(
                    f"missing code {shortened(code)} is an answer that item {item.id} allows "
                    f"({scale.describe()}); declare it under missing_codes of the response scales where it "
                    "means no answer"
                )
        keys[scale] = AnswerKey(scale, missing_codes, recode) if missing_codes or recode else plain
    for stored, answer in recode:
        codes = {plain_key(scale).decode(answer) for scale in keys}
        if answer is not None and codes <= {MISSING, PROBLEM}:
            raise ResponseError(
                f"recode: {shortened(stored)} stands for {shortened(answer)}, which is not an answer to any "
                "item"
            )
    return keys
