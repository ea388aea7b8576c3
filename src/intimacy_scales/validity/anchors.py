"""Anchors of change: ratings as numbers, their levels, and which of them count as improved."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened
from intimacy_scales.moments.clusters import is_missing_label
from intimacy_scales.reading.frames import number_column
from intimacy_scales.reliability.single_scores.sem import check_number

Floats = NDArray[np.float64]


def _listed(anchor: Any) -> list[Any]:
    """Return a column as a list; empty for anything else, which the reader of numbers refuses."""
    for method in ("to_pylist", "tolist"):
        if hasattr(anchor, method):
            listed: list[Any] = getattr(anchor, method)()
            return listed
    return list(anchor) if hasattr(anchor, "__iter__") else []


def ratings_of(anchor: Any, levels: Sequence[Any] | None) -> tuple[Floats, dict[Any, float] | None]:
    """Return the anchor as numbers, and the number of each level where levels were given."""
    if levels is None:
        text = next((value for value in _listed(anchor) if isinstance(value, str)), None)
        if text is not None:
            raise EstimationError(
                f"anchor holds texts, such as {shortened(text)}; pass levels= with all of them from worst to "
                'best, such as levels=["worse", "same", "better"]'
            )
        return number_column(anchor, "anchor"), None
    numbers = _numbers_of(levels)
    column = _listed(anchor)
    missing = [is_missing_label(value) and not _in(value, numbers) for value in column]
    unknown = [v for v, absent in zip(column, missing, strict=True) if not absent and not _in(v, numbers)]
    if unknown:
        raise EstimationError(
            f"anchor: {shortened(unknown[0])} is not one of levels={list(levels)!r}; add it where it belongs"
        )
    rating = [math.nan if absent else numbers[v] for v, absent in zip(column, missing, strict=True)]
    return np.array(rating, dtype=np.float64), numbers


def _in(value: Any, numbers: dict[Any, float]) -> bool:
    return isinstance(value, Hashable) and value in numbers


def _is_value(level: Any) -> bool:
    return isinstance(level, Hashable) and not is_missing_label(level)


def _numbers_of(levels: Any) -> dict[Any, float]:
    """Return each level with its number, from the worst on."""
    listed = list(levels) if isinstance(levels, Iterable) and not isinstance(levels, str | Mapping) else []
    plain = all(isinstance(level, str) or _is_value(level) for level in listed)
    if not plain or len(set(listed)) < len(listed) or len(listed) < 2:
        raise EstimationError(
            f"levels={shortened(levels)} is not valid; pass all values of the anchor once each, from worst "
            'to best, such as ["worse", "same", "better"]'
        )
    return {value: float(i) for i, value in enumerate(listed, start=1)}


def value_of(value: Any, numbers: dict[Any, float] | None, option: str) -> float:
    """Return the number of a value of the anchor."""
    if numbers is None:
        return check_number(value, option)
    if not _in(value, numbers):
        raise EstimationError(f"{option}: {value!r} is not one of levels={list(numbers)!r}")
    return numbers[value]


def better_values(improved: Collection[Any], rating: Floats, numbers: dict[Any, float] | None) -> set[float]:
    """Return the values that count as improved: the best ones of the anchor."""
    if not isinstance(improved, Collection) or isinstance(improved, str) or not len(improved):
        raise EstimationError(
            f"improved={improved!r} is not a list of values of the anchor; pass those that count as "
            "improved, such as [4, 5]"
        )
    better = {value_of(value, numbers, "improved") for value in improved}
    occurring = {float(value) for value in np.unique(rating)}
    if not better & occurring:
        raise EstimationError(
            f"improved={list(improved)!r}: nobody with a change has such an anchor; its values are "
            f"{sorted(occurring) if numbers is None else list(numbers)}"
        )
    others = occurring - better
    if not others:
        raise EstimationError(
            f"improved={list(improved)!r}: everybody counts as improved; a threshold needs persons of both "
            "kinds"
        )
    if max(others) > min(better):
        raise EstimationError(
            f"improved={list(improved)!r}: some other value of the anchor is higher than one of these; the "
            "values that count as improved must be the best ones. If low values mean improvement, pass "
            "levels= from worst to best"
        )
    return better
