"""Scoring of codes, whole columns at a time (arrays only)."""

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
    """Return the sum of columns of codes in type ``kind``, which must hold any such sum."""
    total: NDArray[Any] = codes[:, columns[0]].astype(kind)
    for column in columns[1:]:
        total += codes[:, column]
    return total


def _count_answered(codes: Codes, columns: Sequence[int], answered: Counts) -> bool:
    """Add the number of answers in some columns to ``answered``; return whether nobody skipped any."""
    answered_mask, n_complete = np.empty(len(codes), dtype=np.bool_), 0
    for column in columns:
        cells = codes[:, column]
        if cells.min(initial=1):  # faster than counting
            n_complete += 1
        else:
            np.not_equal(cells, 0, out=answered_mask)
            answered += answered_mask.view(np.uint8)
    answered += answered.dtype.type(n_complete)
    return n_complete == len(columns)


def _sum_keyed(codes: Codes, scale: PlannedScale, answered: Counts) -> tuple[NDArray[Any], bool]:
    """Return the sum of keyed codes of a scale whose items share one response scale; count the answers.

    A reverse-keyed code ``c`` of an answer counts as ``n_points + 1 - c``, a skipped item as 0. The second
    value returned is whether nobody skipped any item.
    """
    n_points = len(scale.items[0].units) - 1
    plus = [item.index for item in scale.items if not item.reverse]
    minus = [item.index for item in scale.items if item.reverse]
    kind = np.uint8 if len(scale.items) * (n_points + 1) <= np.iinfo(np.uint8).max else np.uint32
    if not minus:
        all_complete = _count_answered(codes, plus, answered)
        return _sum_codes(codes, plus, kind), all_complete
    all_complete = _count_answered(codes, minus, answered)
    total: NDArray[Any] = np.multiply(answered, n_points + 1, dtype=kind)
    total -= _sum_codes(codes, minus, kind)
    if plus:
        all_complete &= _count_answered(codes, plus, answered)
        total += _sum_codes(codes, plus, kind)
    return total, all_complete


def _grid_values(codes: Codes, scale: PlannedScale, step: int, answered: Counts) -> tuple[NDArray[Any], bool]:
    """Return the sum of keyed values in units where items share one response scale; else as `_sum_keyed`."""
    total, all_complete = _sum_keyed(codes, scale, answered)
    assert scale.minimum is not None
    if scale.minimum == step == 1:
        return total, all_complete
    values: NDArray[Any] = np.multiply(total, step, dtype=np.float64)
    if scale.minimum != step:  # a keyed code c stands for minimum + step * (c - 1)
        values += np.multiply(answered, scale.minimum - step, dtype=np.float64)
    return values, all_complete


def _any_values(
    codes: Codes, scale: PlannedScale, answered: Counts
) -> tuple[NDArray[np.float64], Counts | NDArray[np.int64]]:
    """Return the sum of keyed values in units, added item by item, and the sum of the weights."""
    units = np.zeros(len(codes), dtype=np.int64)
    equal_weights = scale.weight == len(scale.items)
    weights = None if equal_weights or scale.width is None else np.zeros(len(codes), dtype=np.int64)
    for item in scale.items:
        column = codes[:, item.index]
        units += np.array(item.units, dtype=np.int64)[column]
        answered_mask = column != 0
        answered += answered_mask
        if weights is not None and scale.width is not None:
            weights += answered_mask * (item.span // scale.width)
    if scale.minimum is None:  # only complete answers are scored
        complete = answered if equal_weights else np.full(len(codes), scale.weight, dtype=np.int64)
        return (units + scale.base).astype(np.float64), complete
    weight_sums = answered if weights is None else weights
    minima = np.multiply(weight_sums, scale.minimum, dtype=np.int64)
    return (units + minima).astype(np.float64), weight_sums


def _score_items(
    codes: Codes, scale: PlannedScale, scores: NDArray[np.float64], answered: Counts
) -> Numerators:
    """Score a chunk of persons on a scale of items, and return the numerators of the scores.

    With T the sum of keyed values in units and W that of weights (see `planned`), a score is
    ``(times * T + plus * W) / (divisor * W)``. Both are whole numbers below 2**53, so that the division is
    the only rounding.
    """
    weights: Any = answered
    if scale.step is None:
        values, weights = _any_values(codes, scale, answered)
        all_complete = False
    else:
        values, all_complete = _grid_values(codes, scale, scale.step, answered)
    if scale.times != 1:
        values = np.multiply(values, scale.times, dtype=np.float64)
    if scale.plus:
        values = values + np.multiply(weights, scale.plus, dtype=np.float64)
    if all_complete:  # W is the same for all
        np.divide(values, len(scale.items) * scale.divisor, out=scores, dtype=np.float64)
        return Numerators(values, weights, all_complete=True)
    count = weights if scale.divisor == 1 else np.multiply(weights, scale.divisor, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        np.divide(values, count, out=scores, dtype=np.float64)
    too_few = answered < scale.required
    if too_few.any():
        scores[too_few] = np.nan
    return Numerators(values, weights, all_complete=False)


def count_type(plan: Plan) -> type[np.uint8] | type[np.uint16]:
    """Return the narrowest type that holds the number of answers on any scale."""
    most = max(scale.size for scale in plan.scales)
    return np.uint8 if most <= np.iinfo(np.uint8).max else np.uint16


class Kernel:
    """The scores of one instrument, computed from blocks of codes.

    Parameters
    ----------
    plan
        The instrument's scales.
    n_persons
        Number of persons in all blocks.

    Attributes
    ----------
    scores
        (n_scales, n_persons) float64; nan if there is no score.
    answered
        (n_scales, n_persons): number of answered items, or of the parts of a composite with a score.
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
        """Score the persons from row ``start`` on, with codes (n, n_items)."""
        rows = slice(start, start + len(codes))
        numerators: dict[int, Numerators] = {}
        for position in self.plan.order:
            scale, scores = self.plan.scales[position], self.scores[position, rows]
            if isinstance(scale, PlannedComposite):
                self._composites[position].score(numerators, self.answered[:, rows], scores)
            else:
                numerators[position] = _score_items(codes, scale, scores, self.answered[position, rows])


def prorated_scores(plan: Plan, answered: Counts) -> NDArray[np.bool_]:
    """Return which scores were made from fewer answers than their scale has items.

    Parameters
    ----------
    plan
        The instrument's scales.
    answered
        (n_scales, n_persons), as a `Kernel` counts them.

    Returns
    -------
    numpy.ndarray
        (n_scales, n_persons). A composite is prorated if one of its parts is.
    """
    prorated = np.empty(answered.shape, dtype=np.bool_)
    for position in plan.order:
        scale, counts, marks = plan.scales[position], answered[position], prorated[position]
        np.less(counts, scale.size, out=marks)
        if isinstance(scale, PlannedComposite):
            for part in scale.parts:
                marks |= prorated[part]
        marks &= counts >= scale.required
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
        Persons at a time; the result does not depend on it.

    Returns
    -------
    Kernel
        With its ``scores`` and ``answered`` complete.
    """
    kernel = Kernel(plan, len(codes))
    for start in range(0, len(codes), chunk):
        kernel.score(start, codes[start : start + chunk])
    return kernel
