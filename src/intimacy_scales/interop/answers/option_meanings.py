"""What the stored values of a column mean for an item: the options of the file and of the instrument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts
from intimacy_scales.instrument import Item
from intimacy_scales.instrument.numerals import as_compared, spelled
from intimacy_scales.interop.answers.declared_missing import declared_missing, with_missing, without_points
from intimacy_scales.interop.answers.option_labels import (
    MOST_LISTED,
    SHOWN,
    by_options,
    is_text,
    map_of,
    meant_by_label,
    other_range,
    point_of,
    say_what,
)
from intimacy_scales.messages import shortened
from intimacy_scales.reading.answer_keys import Meaning, plain_key
from intimacy_scales.reading.answers import AnswerKey, Recode, stored_value


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
    codes, absorbed, notes = declared_missing(key, facts, recode)
    ranges = tuple(part for low, high in facts.missing_ranges for part in without_points(key, low, high))
    if any(point_of(key, stored) is not None and not _is_words(stored) for stored, _ in recode):
        meaning = Meaning(codes, ranges, with_missing((), (), absorbed))
        return OptionReading(meaning, "recoded as you said", tuple(notes))
    if facts.holds_positions:
        if recode:
            return OptionReading(Meaning(codes, ranges), "recoded as you said", tuple(notes))
        return OptionReading(Meaning(codes), *_positions(item, column))
    left = _without_said(item, _without(facts, recode), missing_codes)
    pairs, how, cautions = by_options(item, key, left, column)
    if recode:
        pairs = _not_named(pairs, recode)
        _check_options_apart(item, key, facts, column, recode, pairs)
        how = f"{how}; {', '.join(shortened(stored) for stored, _ in recode[:SHOWN])} as you said"
    declared = {stored_value(code) for code in missing_codes}
    contradicted = [code for code, answer in pairs if stored_value(code) in declared and answer is not None]
    if contradicted:
        cautions = [*cautions, f"you declared {shortened(contradicted[0])} as missing, an option of the file"]
        pairs = tuple(pair for pair in pairs if stored_value(pair[0]) not in declared)
    pairs = with_missing(pairs, key.places, absorbed)
    cautions = [*cautions, *notes]
    if not (pairs or recode or facts.numbers or cautions):
        cautions += other_range(key, facts)
    is_by_label = bool(meant_by_label(item, left.labels))
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


def _without_said(item: Item, facts: ColumnFacts, missing_codes: Sequence[Code]) -> ColumnFacts:
    """Return what a file says of its options, without those that the user declared as missing.

    Options that are answers stay, so that the contradiction is named.
    """
    declared, key = {stored_value(code) for code in missing_codes}, plain_key(item.response_scale)
    answers = {*meant_by_label(item, facts.labels), *(code for code, _ in facts.numbers)}
    labels = tuple(
        (code, label)
        for code, label in facts.labels
        if stored_value(code) not in declared or code in answers or point_of(key, code) is not None
    )
    return facts if len(labels) == len(facts.labels) else replace(facts, labels=labels)


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
    named = {stored_value(stored): point_of(key, answer) for stored, answer in recode if answer is not None}
    by_code = {stored_value(stored): answer for stored, answer in pairs}
    missing = {stored_value(code) for code, _ in facts.missing}
    options = [(code, label) for code, label in facts.labels if stored_value(code) not in missing]
    left = [(code, label) for code, label in options if stored_value(code) not in named]
    answers = {
        point_of(key, by_code.get(stored_value(code), code)): (code, label) for code, label in reversed(left)
    }
    for code, label in options:
        point = named.get(stored_value(code))
        if point is None or point not in answers or as_compared(answers[point][1]) == as_compared(label):
            continue
        other = answers[point][0]
        raise ResponseError(
            f"column {shortened(column)}: your recoding reads {shortened(code)} as {point:g}, as which the "
            f"file's option {shortened(other)} ({shortened(answers[point][1])}) is read too. "
            f"{say_what(item, options)}"
        )


def _unexplained(key: AnswerKey, facts: ColumnFacts) -> tuple[tuple[Code, str], ...]:
    """Return the options of a column that holds codes, if all of them are texts and no answers."""
    missing = {stored_value(code) for code, _ in facts.missing}
    options = tuple(pair for pair in facts.labels if stored_value(pair[0]) not in missing)
    if facts.holds_labels is not False or not all(is_text(key, code) for code, _ in options):
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
    listed = ", ".join(f"{shortened(code)} = {shortened(label)}" for code, label in pairs[:MOST_LISTED])
    of_first = unexplained[items[0]]
    is_shared = all(n == 1 for n in n_texts.values())
    recode = map_of(pairs) if is_shared else f"{{{items[0]!r}: {map_of(of_first)}, …}}"
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return (
        f"the file has no numbers for the options of {', '.join(items[:SHOWN])}{more}: {listed}. Their "
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
    pairs = [f"{position}: {value:g}" for position, value in enumerate(values[:MOST_LISTED])]
    more = ", …" if len(values) > MOST_LISTED else ""
    raise ResponseError(
        f"column {shortened(column)}: the file stores the positions of the options, counted from 0, and not "
        f"their values (allowed: {item.response_scale.describe()}). Say what they stand for; if the options "
        f"were shown from the lowest to the highest: recode={{{', '.join(pairs)}{more}}} (--recode "
        f"0={values[0]:g} and so on), or for this item alone: recode={{{item.id!r}: {{…}}}}"
    )


def _consistent(pairs: Recode) -> Recode:
    """Return pairs of which each stored value occurs once."""
    once: dict[Any, tuple[Code, Code | None]] = {}
    for stored, answer in pairs:
        once.setdefault(stored_value(stored), (stored, answer))
    return tuple(once.values())
