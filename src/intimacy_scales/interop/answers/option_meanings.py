"""What the stored values of a column mean for an item: the options of the file and of the instrument."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts
from intimacy_scales.instrument import NOT_ANSWERED, Item, ResponseScale
from intimacy_scales.instrument.numerals import as_compared, spelled
from intimacy_scales.messages import shortened
from intimacy_scales.reading.answer_keys import Meaning, plain_key
from intimacy_scales.reading.answers import MISSING, NOT_APPLICABLE, AnswerKey, Recode, stored_value

_SHOWN = 3
_MOST_LISTED = 20  # values of which the user is asked for a map
Number = int | float


class OptionReading(NamedTuple):
    """How the stored values of a column are read.

    Attributes
    ----------
    meaning
        Missing codes and recoding that follow from the file.
    how
        One sentence for the mapping report.
    cautions
        What the user should check.
    """

    meaning: Meaning
    how: str
    cautions: tuple[str, ...] = ()


def read_options(item: Item, facts: ColumnFacts, column: str, *, is_recoded: bool = False) -> OptionReading:
    """Compare the options that a file declares with those of an item, and return how its values are read.

    A label of the file that is also a label of the instrument decides what its code means. Codes without such
    labels are read as they are, if they are points of the response scale. What the file declares as missing
    is missing, even if the instrument allows it as an answer. With ``is_recoded``, the user said what values
    stand for, and only missing codes are taken from the file.

    Raises
    ------
    ResponseError
        Some labels show that the codes are not those of the instrument, and others are unknown to it; or the
        file holds positions of options that are not the instrument's values.
    """
    key = plain_key(item.response_scale)
    codes, absorbed, notes = _missing(key, facts)
    if is_recoded:
        return OptionReading(Meaning(codes), "recoded as you said")
    if facts.holds_positions:
        return OptionReading(Meaning(codes), *_positions(item, column))
    pairs, how, cautions = _labelled(item, key, facts, column)
    ranges = tuple(part for low, high in facts.missing_ranges for part in _without_points(key, low, high))
    if absorbed:
        kept = [(value, value) for value in key.places if value not in absorbed]
        pairs = (*(pairs or kept), *((value, None) for value in absorbed))
    cautions = [*cautions, *notes]
    return OptionReading(Meaning(codes, ranges, _consistent(pairs)), how, tuple(cautions))


def recodes_positions(item: Item, recode: Recode) -> bool:
    """Tell whether a recoding says what every position of an option, counted from 0, stands for."""
    stored = {stored_value(value) for value, _ in recode}
    return all(position in stored for position in range(len(item.response_scale.values)))


def _positions(item: Item, column: str) -> tuple[str, tuple[str, ...]]:
    """Return how positions counted from 0 are read, and what to check.

    Raises
    ------
    ResponseError
        They are not the values of the response scale. The order in which options were shown is not known.
    """
    values = item.response_scale.values
    if list(values) == list(range(len(values))):
        check = "positions of options are read as values: was the option with the lowest value shown first?"
        return "positions counted from 0, as the values of the instrument are", (check,)
    pairs = [f"{position}: {value:g}" for position, value in enumerate(values[:_MOST_LISTED])]
    more = ", …" if len(values) > _MOST_LISTED else ""
    raise ResponseError(
        f"column {shortened(column)}: the file stores the positions of the options, counted from 0, and not "
        f"their values (allowed: {item.response_scale.describe()}). Say what they stand for; if the options "
        f"were shown from the lowest to the highest: recode={{{', '.join(pairs)}{more}}} (--recode "
        f"0={values[0]:g} and so on), or for this item alone: recode={{{item.id!r}: {{…}}}}"
    )


def _missing(key: AnswerKey, facts: ColumnFacts) -> tuple[tuple[Code, ...], list[Number], list[str]]:
    """Return the missing codes of a file, those among them that are points, and what to say of these."""
    codes: list[Code] = []
    absorbed = [
        value for value in key.places if any(low <= value <= high for low, high in facts.missing_ranges)
    ]
    for code, reason in facts.missing:
        place = key.place(code)
        if place > 0:
            absorbed.append(key.scale.values[place - 1])
        elif place not in (MISSING, NOT_APPLICABLE):
            codes.append(code)
        if reason is not None and spelled(reason) is None and as_compared(reason) not in NOT_ANSWERED:
            if key.decode(reason) > 0 or key.decode(reason) in (MISSING, NOT_APPLICABLE):
                continue
            codes.append(reason)  # in exports of texts
    absorbed = list(dict.fromkeys(absorbed))
    notes = []
    if absorbed:
        listed = ", ".join(f"{value:g}" for value in absorbed[:_SHOWN])
        notes.append(f"the file declares {listed} as missing, which the instrument allows as an answer")
    return tuple(dict.fromkeys(codes)), absorbed, notes


def _without_points(key: AnswerKey, low: float, high: float) -> list[tuple[float, float]]:
    """Return the parts of a range of missing values that hold no point of the response scale."""
    inside = [value for value in key.scale.values if low <= value <= high]
    edges = [low, *inside, high]
    parts = []
    for start, stop in pairwise(edges):
        first = start if start not in inside else math.nextafter(start, math.inf)
        last = stop if stop not in inside else math.nextafter(stop, -math.inf)
        if first <= last:
            parts.append((first, last))
    return parts


def _labelled(item: Item, key: AnswerKey, facts: ColumnFacts, column: str) -> tuple[Recode, str, list[str]]:
    """Return the recoding by the labels of a file, how it was found, and cautions."""
    if not facts.labels:
        return (), "values as they are", []
    missing = {stored_value(code) for code, _ in facts.missing}
    options = [(code, label) for code, label in facts.labels if stored_value(code) not in missing]
    named = {as_compared(text): value for value, text in item.response_scale.labels}
    meant = {code: named[as_compared(label)] for code, label in options if as_compared(label) in named}
    unknown = [(code, label) for code, label in options if code not in meant]
    if not meant:
        return _by_code(key, options, has_labels=bool(named))
    moved = {code: value for code, value in meant.items() if not _is(key, code, value)}
    if not moved:
        points = {code: _point(key, code) for code, _ in options}
        return _texts(options, points, named), _agree(unknown), _unknown(unknown)
    if unknown:
        code, value = next(iter(moved.items()))
        raise ResponseError(
            f"column {shortened(column)}: the file stores {shortened(code)} for "
            f"{shortened(dict(options)[code])}, which is {value:g} in the instrument, and its label "
            f"{shortened(unknown[0][1])} ({shortened(unknown[0][0])}) is unknown to the instrument "
            f"({_labels_of(item.response_scale)}). Say what the codes of {item.id} stand for: "
            f"recode={{{item.id!r}: {{{', '.join(f'{c!r}: …' for c, _ in options[:_SHOWN])}}}}}"
        )
    pairs = tuple(meant.items())
    listed = ", ".join(f"{code!r} → {value:g}" for code, value in list(moved.items())[:_SHOWN])
    return (*pairs, *_texts(options, meant, named)), f"recoded by label: {listed}", []


def _by_code(
    key: AnswerKey, options: Sequence[tuple[Code, str]], *, has_labels: bool
) -> tuple[Recode, str, list[str]]:
    """Return the reading of options whose labels the instrument does not have: by their codes."""
    points = {code: _point(key, code) for code, _ in options}
    outside = [code for code, point in points.items() if point is None]
    if outside:
        return (
            (),
            "values as they are",
            [
                f"option {shortened(outside[0])} of the file is not an answer to the item "
                f"(allowed: {key.scale.describe()})"
            ],
        )
    why = "differ from those of the instrument" if has_labels else "not compared: the instrument has none"
    first = f"{options[0][0]!r} = {shortened(options[0][1])}" if options else ""
    cautions = [f"labels of the file differ from those of the instrument: {first}"] if has_labels else []
    return _texts(options, points, {}), f"codes as they are; labels {why}", cautions


def _texts(
    options: Sequence[tuple[Code, str]], points: Mapping[Code, Number | None], named: Mapping[str, Number]
) -> Recode:
    """Return label → point for cells that hold texts; a label that stands for two codes is left out."""
    meant: dict[str, set[Number]] = {}
    for code, label in options:
        point = points.get(code)
        if point is not None and spelled(label) is None and as_compared(label) not in NOT_ANSWERED:
            meant.setdefault(as_compared(label), set()).add(point)
    spelt = {as_compared(label): label for _, label in options}
    return tuple(
        (spelt[text], next(iter(values)))
        for text, values in meant.items()
        if len(values) == 1 and text not in named
    )


def _point(key: AnswerKey, code: Code) -> Number | None:
    place = key.place(code)
    return key.scale.values[place - 1] if place > 0 else None


def _is(key: AnswerKey, code: Code, value: Number) -> bool:
    return _point(key, code) == value


def _agree(unknown: Sequence[tuple[Code, str]]) -> str:
    return f"codes as they are; {'most labels' if unknown else 'labels of the file'} agree"


def _unknown(unknown: Iterable[tuple[Code, str]]) -> list[str]:
    return [
        f"label {shortened(label)} ({shortened(code)}) is unknown to the instrument"
        for code, label in unknown
    ]


def _labels_of(scale: ResponseScale) -> str:
    listed = ", ".join(f"{value:g} = {text}" for value, text in scale.labels[:_SHOWN])
    return listed + (", …" if len(scale.labels) > _SHOWN else "")


def _consistent(pairs: Recode) -> Recode:
    """Return pairs of which each stored value occurs once."""
    once: dict[Any, tuple[Code, Code | None]] = {}
    for stored, answer in pairs:
        once.setdefault(stored_value(stored), (stored, answer))
    return tuple(once.values())
