"""Ways in which the options of a response scale may have been stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from intimacy_scales.instrument import ResponseScale

Hypothesis = Literal[
    "as printed",
    "stored from 0",
    "stored from 1",
    "position for printed value",
    "score for printed value",
    "another scale's answers",
    "reversed already",
    "recodes permuted",
    "missing code inside the range",
    "missing code outside the range",
]
HYPOTHESES: tuple[Hypothesis, ...] = get_args(Hypothesis)
Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOptions:
    """A way in which the options of a response scale may have been stored.

    Attributes
    ----------
    hypothesis
        Its name.
    options
        Stored value → the option's place from 1.
    """

    hypothesis: Hypothesis
    options: Mapping[Number, int]


def ways_of_storing(scale: ResponseScale) -> tuple[StoredOptions, ...]:
    """Return the ways in which the options may have been stored, that of the instrument first.

    Two ways with the same stored values are the same, and the first name stays.

    Examples
    --------
    >>> [way.hypothesis for way in ways_of_storing(ResponseScale(minimum=1, maximum=5))]
    ['as printed', 'stored from 0']
    >>> [way.hypothesis for way in ways_of_storing(ResponseScale(points=[0, 2, 7, 15]))]
    ['as printed', 'position for printed value', 'stored from 0']
    """
    printed: Mapping[Number, int] = {value: place for place, value in enumerate(scale.values, start=1)}
    k = scale.n_points
    from_0: Mapping[Number, int] = {place - 1: place for place in range(1, k + 1)}
    from_1: Mapping[Number, int] = {place: place for place in range(1, k + 1)}
    by_position: Hypothesis = "stored from 1" if printed == from_0 else "position for printed value"
    ways: list[tuple[Hypothesis, Mapping[Number, int]]] = [
        ("as printed", printed),
        (by_position, from_1),
        ("stored from 0", from_0),
    ]
    scores = [scale.score_of(value) for value in scale.values]
    if len(set(scores)) == k:
        ways.append(("score for printed value", {score: n for n, score in enumerate(scores, start=1)}))
    kept: list[StoredOptions] = []
    for name, options in ways:
        if all(way.options != options for way in kept):
            kept.append(StoredOptions(hypothesis=name, options=options))
    return tuple(kept)
