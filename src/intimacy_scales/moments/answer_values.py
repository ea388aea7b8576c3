"""Checked answers of one scale as keyed numbers, for what sums cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.keyed import items_of, scale_codes
from intimacy_scales.reading.table import CodedResponses

_ROWS = 65_536


def keyed_steps(
    answers: CodedResponses, scale: str, start: int = 0, stop: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return keyed answers in steps above the minimum, and which were given.

    Returns
    -------
    tuple
        (rows, k) float64, 0 where not answered; and (rows, k) whether answered. Steps of items
        whose response scales have different steps are in answer units, otherwise they count 1.
    """
    _, items = items_of(answers, scale)
    codes = np.asarray(scale_codes(answers, items)[start:stop], dtype=np.int64)
    there = codes != 0
    steps = np.where(items.reverse, items.points - codes, codes - 1) * there
    uneven = len(set(items.steps.tolist())) > 1
    return steps * items.steps if uneven else steps.astype(np.float64), there


def blocks_of(
    answers: CodedResponses, scale: str
) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.bool_]]]:
    """Yield `keyed_steps` of some rows at a time, with the position of the first."""
    for start in range(0, len(answers), _ROWS):
        yield start, *keyed_steps(answers, scale, start, start + _ROWS)


def keyed_answers(answers: CodedResponses, scale: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return keyed answers in answer units (n_persons, k), and who answered every item (n_persons,)."""
    _, items = items_of(answers, scale)
    codes = np.asarray(scale_codes(answers, items), dtype=np.int64)
    values = (items.slopes * codes + items.offsets) / items.unit
    values[codes == 0] = np.nan
    return values, np.all(codes != 0, axis=1)
