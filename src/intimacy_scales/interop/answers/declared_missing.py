"""What a file declares as missing, compared with the points of a response scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from intimacy_scales.files.facts import Code, ColumnFacts
from intimacy_scales.instrument import NOT_ANSWERED
from intimacy_scales.instrument.numerals import as_compared, spelled
from intimacy_scales.interop.answers.option_labels import SHOWN, Number
from intimacy_scales.messages import shortened
from intimacy_scales.reading.answers import MISSING, NOT_APPLICABLE, AnswerKey, Recode, stored_value


def with_missing(pairs: Recode, points: Iterable[Number], absorbed: Sequence[Number]) -> Recode:
    """Return a recoding in which some points mean no answer; without pairs, the other ones stay."""
    if not absorbed:
        return pairs
    kept = [(value, value) for value in points if value not in absorbed]
    return (*(pairs or kept), *((value, None) for value in absorbed))


def declared_missing(
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
        listed = ", ".join(f"{value:g}" for value in absorbed[:SHOWN])
        notes.append(f"the file declares {listed} as missing, which the instrument allows as an answer")
    return tuple(codes), absorbed, notes


def without_points(key: AnswerKey, low: float, high: float) -> list[tuple[float, float]]:
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
