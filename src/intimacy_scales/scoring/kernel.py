"""Codes → scores, whole columns at a time (arrays only)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.encoding import Codes
from intimacy_scales.scoring.composite_kernel import CompositeKernel, Numerators
from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedScale

CHUNK = 131_072
Counts = NDArray[np.unsignedinteger[Any]]


def _sum_codes(codes: Codes, columns: Sequence[int], kind: type[np.unsignedinteger[Any]]) -> NDArray[Any]:
    """Add up columns of codes; ``kind`` holds any such sum."""
    total: NDArray[Any] = codes[:, columns[0]].astype(kind)
    for column in columns[1:]:
        total += codes[:, column]
    return total


def _count_answered(codes: Codes, columns: Sequence[int], answered: Counts) -> bool:
    """Add the number of answers in some columns to ``answered``, and tell whether nobody skipped any."""
    there, n_whole = np.empty(len(codes), dtype=np.bool_), 0
    for column in columns:
        cells = codes[:, column]
        if cells.min(initial=1):  # sooner seen than counted
            n_whole += 1
        else:
            np.not_equal(cells, 0, out=there)
            answered += there.view(np.uint8)
    answered += answered.dtype.type(n_whole)
    return n_whole == len(columns)


def _sum_keyed(codes: Codes, scale: PlannedScale, answered: Counts) -> tuple[NDArray[Any], bool]:
    """Return the sum of keyed codes of a scale whose items share one grid, and count the answers.

    An answered reverse-keyed code ``c`` counts as ``n_points + 1 - c``, a skipped one as 0. Also returned is
    whether nobody skipped any.
    """
    n_points = len(scale.items[0].units) - 1
    plus = [item.index for item in scale.items if not item.reverse]
    minus = [item.index for item in scale.items if item.reverse]
    kind = np.uint8 if len(scale.items) * (n_points + 1) <= np.iinfo(np.uint8).max else np.uint32
    if not minus:
        everyone = _count_answered(codes, plus, answered)
        return _sum_codes(codes, plus, kind), everyone
    everyone = _count_answered(codes, minus, answered)
    total: NDArray[Any] = np.multiply(answered, n_points + 1, dtype=kind)
    total -= _sum_codes(codes, minus, kind)
    if plus:
        everyone &= _count_answered(codes, plus, answered)
        total += _sum_codes(codes, plus, kind)
    return total, everyone


def _grid_values(codes: Codes, scale: PlannedScale, step: int, answered: Counts) -> tuple[NDArray[Any], bool]:
    """Return the sum of keyed values in units, of a scale whose items share one grid; else as above."""
    total, everyone = _sum_keyed(codes, scale, answered)
    assert scale.minimum is not None
    if scale.minimum == step == 1:
        return total, everyone
    values: NDArray[Any] = np.multiply(total, step, dtype=np.float64)
    if scale.minimum != step:  # a keyed code c stands for minimum + step * (c - 1)
        values += np.multiply(answered, scale.minimum - step, dtype=np.float64)
    return values, everyone


def _any_values(
    codes: Codes, scale: PlannedScale, answered: Counts
) -> tuple[NDArray[np.float64], Counts | NDArray[np.int64]]:
    """Return the sum of keyed values in units, item by item, and that of the weights."""
    units = np.zeros(len(codes), dtype=np.int64)
    alike = scale.weight == len(scale.items)
    weights = None if alike or scale.width is None else np.zeros(len(codes), dtype=np.int64)
    for item in scale.items:
        column = codes[:, item.index]
        units += np.array(item.units, dtype=np.int64)[column]
        there = column != 0
        answered += there
        if weights is not None and scale.width is not None:
            weights += there * (item.span // scale.width)
    if scale.minimum is None:  # only complete answers are scored
        whole = answered if alike else np.full(len(codes), scale.weight, dtype=np.int64)
        return (units + scale.base).astype(np.float64), whole
    found = answered if weights is None else weights
    below = np.multiply(found, scale.minimum, dtype=np.int64)
    return (units + below).astype(np.float64), found


def _score_items(
    codes: Codes, scale: PlannedScale, scores: NDArray[np.float64], answered: Counts
) -> Numerators:
    """Score a chunk of a scale of items, and return what was divided.

    Values are whole numbers of units below 2**53, so the one division is the only rounding.
    """
    weights: Any = answered
    if scale.step is None:
        values, weights = _any_values(codes, scale, answered)
        everyone = False
    else:
        values, everyone = _grid_values(codes, scale, scale.step, answered)
    if scale.times != 1:
        values = np.multiply(values, scale.times, dtype=np.float64)
    if scale.plus:
        values = values + np.multiply(weights, scale.plus, dtype=np.float64)
    if everyone:  # so that all weigh alike
        np.divide(values, len(scale.items) * scale.divisor, out=scores, dtype=np.float64)
        return Numerators(values, weights, everyone=True)
    count = weights if scale.divisor == 1 else np.multiply(weights, scale.divisor, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        np.divide(values, count, out=scores, dtype=np.float64)
    short = answered < scale.required
    if short.any():
        scores[short] = np.nan
    return Numerators(values, weights, everyone=False)


def count_type(plan: Plan) -> type[np.uint8] | type[np.uint16]:
    """Return the narrowest type that holds the number of answers on any scale."""
    most = max(scale.size for scale in plan.scales)
    return np.uint8 if most <= np.iinfo(np.uint8).max else np.uint16


class Kernel:
    """Scores blocks of codes of one instrument.

    Parameters
    ----------
    plan
        The instrument's scales.
    n_persons
        How many persons there are in all.

    Attributes
    ----------
    scores
        (n_scales, n_persons) float64; nan where there is no score.
    answered
        (n_scales, n_persons): answered items, or scored parts of a composite.
    """

    def __init__(self, plan: Plan, n_persons: int) -> None:
        self.plan = plan
        self.scores: NDArray[np.float64] = np.empty((len(plan.scales), n_persons))
        self.answered: Counts = np.zeros((len(plan.scales), n_persons), dtype=count_type(plan))
        self._composites = {
            position: CompositeKernel(plan, position)
            for position in plan.order
            if isinstance(plan.scales[position], PlannedComposite)
        }

    def score(self, start: int, codes: Codes) -> None:
        """Score the persons from ``start`` on, whose codes are ``codes`` (rows, n_items)."""
        rows = slice(start, start + len(codes))
        numerators: dict[int, Numerators] = {}
        for position in self.plan.order:
            scale, scores = self.plan.scales[position], self.scores[position, rows]
            if isinstance(scale, PlannedComposite):
                self._composites[position].score(numerators, self.answered[:, rows], scores)
            else:
                numerators[position] = _score_items(codes, scale, scores, self.answered[position, rows])


def prorated_scores(plan: Plan, answered: Counts) -> NDArray[np.bool_]:
    """Tell which scores were made from fewer answers than their scale has items.

    Parameters
    ----------
    plan
        The instrument's scales.
    answered
        (n_scales, n_persons), as a `Kernel` counts them.

    Returns
    -------
    numpy.ndarray
        (n_scales, n_persons). A composite rests on what its parts rest on.
    """
    prorated = np.empty(answered.shape, dtype=np.bool_)
    for position in plan.order:
        scale, counts, found = plan.scales[position], answered[position], prorated[position]
        np.less(counts, scale.size, out=found)
        if isinstance(scale, PlannedComposite):
            for part in scale.parts:
                found |= prorated[part]
        found &= counts >= scale.required
    return prorated


def score_codes(plan: Plan, codes: Codes, *, chunk: int = CHUNK) -> Kernel:
    """Score every person on every scale.

    Parameters
    ----------
    plan
        The instrument's scales.
    codes
        (n_persons, n_items), column-contiguous.
    chunk
        Persons at a time; changes no bit of the result.

    Returns
    -------
    Kernel
        With its ``scores`` and ``answered`` complete.
    """
    kernel = Kernel(plan, len(codes))
    for start in range(0, len(codes), chunk):
        kernel.score(start, codes[start : start + chunk])
    return kernel
