"""What the codes of a file mean by the labels and the numbers that the file has for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts
from intimacy_scales.instrument import NOT_ANSWERED, Item, ResponseScale
from intimacy_scales.instrument.numerals import as_compared, spelled
from intimacy_scales.messages import shortened
from intimacy_scales.reading.answers import AnswerKey, Recode, stored_value

SHOWN = 3
MOST_LISTED = 20  # codes, or values, of which the user is asked for a map
Number = int | float
_MUCH = re.compile(
    r"^(?!.*\b(?:not|never|rarely|dis\w+|un\w+|nicht|nie)\b)"
    r".*\b(?:agree|always|very often|satisfied|true|likely|zustimm\w*|immer|zufrieden|trifft)\b",
    re.IGNORECASE,
)
_LITTLE = re.compile(
    r"\b(?:disagree|never|dissatisfied|untrue|false|unlikely|not|nicht|nie|unzufrieden)\b", re.IGNORECASE
)


def by_options(item: Item, key: AnswerKey, facts: ColumnFacts, column: str) -> tuple[Recode, str, list[str]]:
    """Return the recoding by the labels of a file, how it was found, and cautions."""
    if not facts.labels and not facts.numbers:
        return (), "values as they are", []
    missing = {stored_value(code) for code, _ in facts.missing}
    options = [(code, label) for code, label in facts.labels if stored_value(code) not in missing]
    named = {as_compared(text): value for value, text in item.response_scale.labels}
    meant = meant_by_label(item, options)
    numbers = {code: number for code, number in facts.numbers if stored_value(code) not in missing}
    if not meant:
        if numbers:
            return _by_number(item, key, options, numbers, column)
        return _by_code(key, options, has_labels=bool(named))
    if all(numbers.get(code) == value for code, value in meant.items()):
        meant |= {code: numbers[code] for code, _ in options if point_of(key, numbers.get(code)) is not None}
    unknown = [(code, label) for code, label in options if code not in meant]
    moved = {code: value for code, value in meant.items() if not _is(key, code, value)}
    if not moved:
        points = {code: point_of(key, code) for code, _ in options}
        cautions = [*_unknown(unknown), *_contradicted(meant, numbers)]
        return _texts(options, points, named), _agree(unknown), cautions
    readable = [(code, label) for code, label in unknown if point_of(key, code) is not None]
    if readable:
        code, value = next(iter(moved.items()))
        raise ResponseError(
            f"column {shortened(column)}: the file stores {shortened(code)} for "
            f"{shortened(dict(options)[code])}, which is {value:g} in the instrument, and its label "
            f"{shortened(readable[0][1])} ({shortened(readable[0][0])}) is unknown to the instrument "
            f"({_labels_of(item.response_scale)}). Say what the codes of {item.id} stand for: "
            f"recode={{{item.id!r}: {{{', '.join(f'{c!r}: …' for c, _ in options[:SHOWN])}}}}}"
        )
    pairs = tuple(meant.items())
    listed = ", ".join(f"{code!r} → {value:g}" for code, value in list(moved.items())[:SHOWN])
    how = f"recoded by label: {listed}"
    return (*pairs, *_texts(options, meant, named)), how, [*_unknown(unknown), *_contradicted(meant, numbers)]


def meant_by_label(item: Item, options: Iterable[tuple[Code, str]]) -> dict[Code, Number]:
    """Return code → the point whose label in the instrument is that of the file."""
    named = {as_compared(text): value for value, text in item.response_scale.labels}
    return {code: named[as_compared(label)] for code, label in options if as_compared(label) in named}


def _contradicted(meant: Mapping[Code, Number], numbers: Mapping[Code, Number]) -> list[str]:
    """Return a caution where the file counts other numbers than the instrument has for the same labels."""
    for code, value in meant.items():
        if numbers.get(code, value) != value:
            return [
                f"the file counts {numbers[code]:g} for {shortened(code)}, whose label is {value:g} in the "
                "instrument; the label decided, and the instrument's key is applied to it"
            ]
    return []


def _by_number(
    item: Item,
    key: AnswerKey,
    options: Sequence[tuple[Code, str]],
    numbers: Mapping[Code, Number],
    column: str,
) -> tuple[Recode, str, list[str]]:
    """Return the recoding by the numbers that the file counts for its options.

    Raises
    ------
    ResponseError
        One of them is not an answer to the item.
    """
    points = {code: point_of(key, number) for code, number in numbers.items()}
    outside = next((code for code, point in points.items() if point is None), None)
    if outside is not None:
        raise ResponseError(
            f"column {shortened(column)}: the file counts {numbers[outside]:g} for {shortened(outside)}, "
            f"which is not an answer to {item.id} (allowed: {key.scale.describe()}). "
            f"{say_what(item, options or [(code, '') for code in numbers])}"
        )
    without = [code for code, _ in options if code not in numbers and point_of(key, code) is None]
    cautions = [f"the file counts no number for {shortened(code)}" for code in without[:1]]
    meant = {code: point for code, point in points.items() if point is not None}
    texts = _texts(options, points, {})
    if all(_is(key, code, value) for code, value in meant.items()):
        return texts, "codes as they are, which the file counts", cautions
    listed = ", ".join(f"{code!r} → {value:g}" for code, value in list(meant.items())[:SHOWN])
    return (*meant.items(), *texts), f"recoded by the numbers that the file counts: {listed}", cautions


def _by_code(
    key: AnswerKey, options: Sequence[tuple[Code, str]], *, has_labels: bool
) -> tuple[Recode, str, list[str]]:
    """Return the reading of options whose labels the instrument does not have: by their codes."""
    points = {code: point_of(key, code) for code, _ in options}
    outside = [code for code, point in points.items() if point is None]
    if outside:
        return (
            (),
            "values as they are",
            [
                f"option {shortened(outside[0])} of the file is not an answer to the item "
                f"(allowed: {key.scale.describe()}); say what the options stand for, as in "
                f"recode={{{', '.join(f'{code!r}: …' for code in outside[:SHOWN])}}}"
            ],
        )
    why = "differ from those of the instrument" if has_labels else "not compared: the instrument has none"
    first = f"{options[0][0]!r} = {shortened(options[0][1])}" if options else ""
    cautions = [f"labels of the file differ from those of the instrument: {first}"] if has_labels else []
    cautions += _downwards(options) or _other_numbers(options)
    return _texts(options, points, {}), f"codes as they are; labels {why}", cautions


def is_text(key: AnswerKey, code: Code) -> bool:
    """Tell whether a code is neither a number nor an answer."""
    return isinstance(code, str) and spelled(code) is None and point_of(key, code) is None


def say_what(item: Item, options: Sequence[tuple[Code, str]]) -> str:
    """Return the advice to say what the codes of an item stand for, with their recoding to fill in."""
    return f"Say what the codes of {item.id} stand for: recode={{{item.id!r}: {map_of(options)}}}"


def map_of(options: Sequence[tuple[Code, str]]) -> str:
    """Return the recoding of options as it is written, without the answers."""
    codes = list(dict.fromkeys(code for code, _ in options))
    more = ", …" if len(codes) > MOST_LISTED else ""
    return f"{{{', '.join(f'{code!r}: …' for code in codes[:MOST_LISTED])}{more}}}"


def other_range(key: AnswerKey, facts: ColumnFacts) -> list[str]:
    """Return a caution where a question allows other numbers than the item, such as 0 to 4 for 1 to 5."""
    ends = min(key.scale.values), max(key.scale.values)
    if facts.allowed is None or facts.allowed == ends:
        return []
    low, high = facts.allowed
    return [
        f"its question allows {low:g} to {high:g} (allowed by the instrument: {key.scale.describe()}); "
        "numbers are read as they are: if they stand for other answers, say so by recode="
    ]


def _other_numbers(options: Sequence[tuple[Code, str]]) -> list[str]:
    """Return a caution where the texts of options are numbers, and others than their codes."""
    for code, label in options:
        number = spelled(label)
        if number is not None and number != spelled(str(code)):
            return [
                f"the file stores {shortened(code)} for the option {shortened(label)}: codes are read, and "
                "not the numbers in the texts of options; if these are the answers, say so by recode="
            ]
    return []


def _downwards(options: Sequence[tuple[Code, str]]) -> list[str]:
    """Return a caution where the lowest number of a file means most, such as 0 for "strongly agree"."""
    by_number = {code: label for code, label in reversed(options) if not isinstance(code, str)}
    if len(by_number) < 2:
        return []
    low, high = min(by_number), max(by_number)
    if not (_MUCH.search(by_number[low]) and _LITTLE.search(by_number[high])):
        return []
    return [
        f"in the file {low:g} is {shortened(by_number[low])} and {high:g} is {shortened(by_number[high])}: "
        "high numbers mean less, unless the instrument has them so too"
    ]


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


def point_of(key: AnswerKey, code: Code | None) -> Number | None:
    """Return the point of the response scale that a code is; None for any other code."""
    place = key.place(code)
    return key.scale.values[place - 1] if place > 0 else None


def _is(key: AnswerKey, code: Code, value: Number) -> bool:
    return point_of(key, code) == value


def _agree(unknown: Sequence[tuple[Code, str]]) -> str:
    return f"codes as they are; {'most labels' if unknown else 'labels of the file'} agree"


def _unknown(unknown: Iterable[tuple[Code, str]]) -> list[str]:
    return [
        f"label {shortened(label)} ({shortened(code)}) is unknown to the instrument"
        for code, label in unknown
    ]


def _labels_of(scale: ResponseScale) -> str:
    listed = ", ".join(f"{value:g} = {text}" for value, text in scale.labels[:SHOWN])
    return listed + (", …" if len(scale.labels) > SHOWN else "")
