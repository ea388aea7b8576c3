"""Each person's keyed answers to one scale, for statistics that sums are not enough for."""

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
    """Return keyed answers in steps above the minimum, and whether each was given.

    Returns
    -------
    tuple
        (rows, k) float64, 0 where not answered; and (rows, k) whether answered. Where items have
        response scales with different steps, values are in answer units; otherwise a step is 1.
    """
    _, items = items_of(answers, scale)
    codes = np.asarray(scale_codes(answers, items)[start:stop], dtype=np.int64)
    answered = codes != 0
    steps = np.where(items.reverse, items.points - codes, codes - 1) * answered
    uneven = len(set(items.steps.tolist())) > 1
    return steps * items.steps if uneven else steps.astype(np.float64), answered


def blocks_of(
    answers: CodedResponses, scale: str
) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.bool_]]]:
    """Yield blocks of rows: the position of the first row, and what `keyed_steps` returns of them."""
    for start in range(0, len(answers), _ROWS):
        yield start, *keyed_steps(answers, scale, start, start + _ROWS)


def keyed_answers(answers: CodedResponses, scale: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return keyed answers in answer units (n_persons, k), and who answered every item (n_persons,)."""
    _, items = items_of(answers, scale)
    codes = np.asarray(scale_codes(answers, items), dtype=np.int64)
    values = (items.slopes * codes + items.offsets) / items.unit
    values[codes == 0] = np.nan
    return values, np.all(codes != 0, axis=1)
