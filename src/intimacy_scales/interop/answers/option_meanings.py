"""What the stored values of a column mean for an item: the options of the file and of the instrument."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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
_MOST_LISTED = 20  # codes, or values, of which the user is asked for a map
Number = int | float
_MUCH = re.compile(
    r"^(?!.*\b(?:not|never|rarely|dis\w+|un\w+|nicht|nie)\b)"
    r".*\b(?:agree|always|very often|satisfied|true|likely|zustimm\w*|immer|zufrieden|trifft)\b",
    re.IGNORECASE,
)
_LITTLE = re.compile(
    r"\b(?:disagree|never|dissatisfied|untrue|false|unlikely|not|nicht|nie|unzufrieden)\b", re.IGNORECASE
)


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
    by_number
        Whether the numbers that the file counts for its options decided, and not labels.
    unexplained
        Options whose codes are texts, if nothing shows which answers they are.
    """

    meaning: Meaning
    how: str
    cautions: tuple[str, ...] = ()
    by_number: bool = False
    unexplained: tuple[tuple[Code, str], ...] = ()


def read_options(
    item: Item, facts: ColumnFacts, column: str, *, recode: Recode = (), missing_codes: Sequence[Code] = ()
) -> OptionReading:
    """Compare the options that a file declares with those of an item, and return how its values are read.

    A label of the file that is also a label of the instrument decides what its code means. Codes without such
    labels are read as the numbers that the file counts for them, or as they are, if they are points of the
    response scale. What the file declares as missing is missing, even if the instrument allows it as an
    answer.

    What the user said of a value comes first: ``recode`` of the values that it names, or of all where it
    names a point of the response scale, so that it is the whole code book; ``missing_codes``, of which the
    file's options are not read.

    Raises
    ------
    ResponseError
        Some labels show that the codes are not those of the instrument, and others are unknown to it; or the
        file counts numbers that are not answers to the item, or holds positions of options that are not the
        instrument's values; or ``recode`` reads one option as another one of the file.
    """
    key = plain_key(item.response_scale)
    codes, absorbed, notes = _missing(key, facts, recode)
    ranges = tuple(part for low, high in facts.missing_ranges for part in _without_points(key, low, high))
    if any(_point(key, stored) is not None and not _is_words(stored) for stored, _ in recode):
        meaning = Meaning(codes, ranges, _with_missing((), (), absorbed))
        return OptionReading(meaning, "recoded as you said", tuple(notes))
    if facts.holds_positions:
        if recode:
            return OptionReading(Meaning(codes, ranges), "recoded as you said", tuple(notes))
        return OptionReading(Meaning(codes), *_positions(item, column))
    left = _without(facts, recode)
    pairs, how, cautions = _labelled(item, key, left, column)
    if recode:
        pairs = _not_named(pairs, recode)
        _check_options_apart(item, key, facts, column, recode, pairs)
        how = f"{how}; {', '.join(shortened(stored) for stored, _ in recode[:_SHOWN])} as you said"
    declared = {stored_value(code) for code in missing_codes}
    contradicted = [code for code, answer in pairs if stored_value(code) in declared and answer is not None]
    if contradicted:
        cautions = [*cautions, f"you declared {shortened(contradicted[0])} as missing, an option of the file"]
        pairs = tuple(pair for pair in pairs if stored_value(pair[0]) not in declared)
    pairs = _with_missing(pairs, key.places, absorbed)
    cautions = [*cautions, *notes]
    is_by_label = bool(_meant(item, left.labels))
    by_number = bool(left.numbers) and not is_by_label
    unexplained = () if is_by_label or by_number or recode else _unexplained(key, left)
    return OptionReading(
        Meaning(codes, ranges, _consistent(pairs)), how, tuple(cautions), by_number, unexplained
    )


def _is_words(stored: Code) -> bool:
    return isinstance(stored, str) and spelled(stored) is None


def _without(facts: ColumnFacts, recode: Recode) -> ColumnFacts:
    """Return what a file says of the options that a recoding does not name."""
    named = {stored_value(stored) for stored, _ in recode}
    if not named:
        return facts
    labels = tuple(pair for pair in facts.labels if stored_value(pair[0]) not in named)
    numbers = tuple(pair for pair in facts.numbers if stored_value(pair[0]) not in named)
    return replace(facts, labels=labels, numbers=numbers)


def _not_named(pairs: Recode, recode: Recode) -> Recode:
    """Return the pairs of stored values that a recoding does not name, as codes or in words."""
    named = {stored_value(stored) for stored, _ in recode}
    words = {as_compared(stored) for stored, _ in recode if isinstance(stored, str)}
    return tuple(
        (stored, answer)
        for stored, answer in pairs
        if stored_value(stored) not in named
        and not (isinstance(stored, str) and as_compared(stored) in words)
    )


def _check_options_apart(
    item: Item, key: AnswerKey, facts: ColumnFacts, column: str, recode: Recode, pairs: Recode
) -> None:
    """Raise where a recoding reads an option of the file as the answer that another option is read as."""
    named = {stored_value(stored): _point(key, answer) for stored, answer in recode if answer is not None}
    by_code = {stored_value(stored): answer for stored, answer in pairs}
    missing = {stored_value(code) for code, _ in facts.missing}
    options = [(code, label) for code, label in facts.labels if stored_value(code) not in missing]
    left = [(code, label) for code, label in options if stored_value(code) not in named]
    answers = {
        _point(key, by_code.get(stored_value(code), code)): (code, label) for code, label in reversed(left)
    }
    for code, label in options:
        point = named.get(stored_value(code))
        if point is None or point not in answers or as_compared(answers[point][1]) == as_compared(label):
            continue
        other = answers[point][0]
        raise ResponseError(
            f"column {shortened(column)}: your recoding reads {shortened(code)} as {point:g}, as which the "
            f"file's option {shortened(other)} ({shortened(answers[point][1])}) is read too. "
            f"{_say_what(item, options)}"
        )


def _unexplained(key: AnswerKey, facts: ColumnFacts) -> tuple[tuple[Code, str], ...]:
    """Return the options of a column that holds codes, if all of them are texts and no answers."""
    missing = {stored_value(code) for code, _ in facts.missing}
    options = tuple(pair for pair in facts.labels if stored_value(pair[0]) not in missing)
    if facts.holds_labels is not False or not all(_is_text(key, code) for code, _ in options):
        return ()
    return options


def ask_for_codes(unexplained: Mapping[str, Sequence[tuple[Code, str]]]) -> str:
    """Return a message that asks for the answers that codes stand for.

    ``unexplained`` maps items to their options. The order of options is not evidence of their numbers.

    Examples
    --------
    >>> message = ask_for_codes({"q1": [("LA6568-5", "Not at all")], "q2": [("LA6568-5", "Not at all")]})
    >>> message.partition(". Say")[2]
    " what the codes stand for: recode={'LA6568-5': …}"
    """
    items = list(unexplained)
    first = [dict(reversed(options)) for options in unexplained.values()]  # texts in the first language
    pairs = list(dict.fromkeys((code, labels[code]) for labels in first for code in reversed(labels)))
    n_texts = Counter(code for code, _ in {(code, as_compared(label)) for code, label in pairs})
    listed = ", ".join(f"{shortened(code)} = {shortened(label)}" for code, label in pairs[:_MOST_LISTED])
    of_first = unexplained[items[0]]
    is_shared = all(n == 1 for n in n_texts.values())
    recode = _map_of(pairs) if is_shared else f"{{{items[0]!r}: {_map_of(of_first)}, …}}"
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return (
        f"the file has no numbers for the options of {', '.join(items[:_SHOWN])}{more}: {listed}. Their "
        f"order does not show them. Say what the codes stand for: recode={recode}"
    )


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


def _with_missing(pairs: Recode, points: Iterable[Number], absorbed: Sequence[Number]) -> Recode:
    """Return a recoding in which some points mean no answer; without pairs, the other ones stay."""
    if not absorbed:
        return pairs
    kept = [(value, value) for value in points if value not in absorbed]
    return (*(pairs or kept), *((value, None) for value in absorbed))


def _missing(
    key: AnswerKey, facts: ColumnFacts, recode: Recode
) -> tuple[tuple[Code, ...], list[Number], list[str]]:
    """Return the missing codes of a file, those among them that are points, and what to say of these.

    Values that ``recode`` names are not among them.
    """
    named = {stored_value(stored): answer for stored, answer in recode}
    codes: list[Code] = []
    absorbed = [
        value
        for value in key.places
        if value not in named and any(low <= value <= high for low, high in facts.missing_ranges)
    ]
    for code, reason in facts.missing:
        if stored_value(code) in named:
            continue
        place = key.place(code)
        if place > 0:
            absorbed.append(key.scale.values[place - 1])
        elif place not in (MISSING, NOT_APPLICABLE):
            codes.append(code)
        if reason is not None and spelled(reason) is None and as_compared(reason) not in NOT_ANSWERED:
            if key.decode(reason) > 0 or key.decode(reason) in (MISSING, NOT_APPLICABLE):
                continue
            codes.append(reason)  # in exports of texts
    codes = [code for code in dict.fromkeys(codes) if stored_value(code) not in named]
    absorbed = list(dict.fromkeys(absorbed))
    notes = []
    for value, answer in named.items():
        if answer is not None and facts.declares_missing(value):
            notes.append(
                f"the file declares {shortened(value)} as missing, which is {answer} by your recoding"
            )
    if absorbed:
        listed = ", ".join(f"{value:g}" for value in absorbed[:_SHOWN])
        notes.append(f"the file declares {listed} as missing, which the instrument allows as an answer")
    return tuple(codes), absorbed, notes


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
    if not facts.labels and not facts.numbers:
        return (), "values as they are", []
    missing = {stored_value(code) for code, _ in facts.missing}
    options = [(code, label) for code, label in facts.labels if stored_value(code) not in missing]
    named = {as_compared(text): value for value, text in item.response_scale.labels}
    meant = _meant(item, options)
    numbers = {code: number for code, number in facts.numbers if stored_value(code) not in missing}
    if not meant:
        if numbers:
            return _by_number(item, key, options, numbers, column)
        return _by_code(key, options, has_labels=bool(named))
    if all(numbers.get(code) == value for code, value in meant.items()):
        meant |= {code: numbers[code] for code, _ in options if _point(key, numbers.get(code)) is not None}
    unknown = [(code, label) for code, label in options if code not in meant]
    moved = {code: value for code, value in meant.items() if not _is(key, code, value)}
    if not moved:
        points = {code: _point(key, code) for code, _ in options}
        cautions = [*_unknown(unknown), *_contradicted(meant, numbers)]
        return _texts(options, points, named), _agree(unknown), cautions
    readable = [(code, label) for code, label in unknown if _point(key, code) is not None]
    if readable:
        code, value = next(iter(moved.items()))
        raise ResponseError(
            f"column {shortened(column)}: the file stores {shortened(code)} for "
            f"{shortened(dict(options)[code])}, which is {value:g} in the instrument, and its label "
            f"{shortened(readable[0][1])} ({shortened(readable[0][0])}) is unknown to the instrument "
            f"({_labels_of(item.response_scale)}). Say what the codes of {item.id} stand for: "
            f"recode={{{item.id!r}: {{{', '.join(f'{c!r}: …' for c, _ in options[:_SHOWN])}}}}}"
        )
    pairs = tuple(meant.items())
    listed = ", ".join(f"{code!r} → {value:g}" for code, value in list(moved.items())[:_SHOWN])
    how = f"recoded by label: {listed}"
    return (*pairs, *_texts(options, meant, named)), how, [*_unknown(unknown), *_contradicted(meant, numbers)]


def _meant(item: Item, options: Iterable[tuple[Code, str]]) -> dict[Code, Number]:
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
    points = {code: _point(key, number) for code, number in numbers.items()}
    outside = next((code for code, point in points.items() if point is None), None)
    if outside is not None:
        raise ResponseError(
            f"column {shortened(column)}: the file counts {numbers[outside]:g} for {shortened(outside)}, "
            f"which is not an answer to {item.id} (allowed: {key.scale.describe()}). "
            f"{_say_what(item, options or [(code, '') for code in numbers])}"
        )
    without = [code for code, _ in options if code not in numbers and _point(key, code) is None]
    cautions = [f"the file counts no number for {shortened(code)}" for code in without[:1]]
    meant = {code: point for code, point in points.items() if point is not None}
    texts = _texts(options, points, {})
    if all(_is(key, code, value) for code, value in meant.items()):
        return texts, "codes as they are, which the file counts", cautions
    listed = ", ".join(f"{code!r} → {value:g}" for code, value in list(meant.items())[:_SHOWN])
    return (*meant.items(), *texts), f"recoded by the numbers that the file counts: {listed}", cautions


def _is_text(key: AnswerKey, code: Code) -> bool:
    """Tell whether a code is neither a number nor an answer."""
    return isinstance(code, str) and spelled(code) is None and _point(key, code) is None


def _say_what(item: Item, options: Sequence[tuple[Code, str]]) -> str:
    return f"Say what the codes of {item.id} stand for: recode={{{item.id!r}: {_map_of(options)}}}"


def _map_of(options: Sequence[tuple[Code, str]]) -> str:
    codes = list(dict.fromkeys(code for code, _ in options))
    more = ", …" if len(codes) > _MOST_LISTED else ""
    return f"{{{', '.join(f'{code!r}: …' for code in codes[:_MOST_LISTED])}{more}}}"


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
                f"(allowed: {key.scale.describe()}); say what the options stand for, as in "
                f"recode={{{', '.join(f'{code!r}: …' for code in outside[:_SHOWN])}}}"
            ],
        )
    why = "differ from those of the instrument" if has_labels else "not compared: the instrument has none"
    first = f"{options[0][0]!r} = {shortened(options[0][1])}" if options else ""
    cautions = [f"labels of the file differ from those of the instrument: {first}"] if has_labels else []
    cautions += _downwards(options) or _other_numbers(options)
    return _texts(options, points, {}), f"codes as they are; labels {why}", cautions


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


def _point(key: AnswerKey, code: Code | None) -> Number | None:
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
