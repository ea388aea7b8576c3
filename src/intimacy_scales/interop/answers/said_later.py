"""How answers are read where more is said of them later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from intimacy_scales.reading.answer_keys import Meaning
from intimacy_scales.reading.answers import Recode, stored_value
from intimacy_scales.reading.options import Reading


def said_too(reading: Reading, given: Mapping[str, Any]) -> Reading:
    """Return how answers are read where more is said of them later, which comes first."""
    by_item = dict(reading.by_item)
    for item, meaning in given.get("by_item", ()):
        earlier = by_item.get(item, Meaning())
        by_item[item] = Meaning(
            tuple(dict.fromkeys([*meaning.missing_codes, *earlier.missing_codes])),
            tuple(dict.fromkeys([*meaning.missing_ranges, *earlier.missing_ranges])),
            _first_said(meaning.recode, earlier.recode),
        )
    codes = tuple(dict.fromkeys([*given.get("missing_codes", ()), *reading.missing_codes]))
    recode = _first_said(given.get("recode", ()), reading.recode)
    merged = {"missing_codes": codes, "recode": recode, "by_item": tuple(by_item.items())}
    return replace(reading, **{**given, **merged})


def _first_said(first: Recode, second: Recode) -> Recode:
    """Return the pairs of two recodings; of a value in both, what the first one says."""
    named = {stored_value(stored) for stored, _ in first}
    return (*first, *(pair for pair in second if stored_value(pair[0]) not in named))
