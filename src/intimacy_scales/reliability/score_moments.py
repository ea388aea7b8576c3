"""Exact sums of available-item scores, from counts of how many items were answered."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intimacy_scales.reliability.cross_products import Integers
from intimacy_scales.reliability.keyed import Floats
from intimacy_scales.reliability.moments import ItemMoments
from intimacy_scales.reliability.scale_items import ScaleItems


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSums:
    """Sums of keyed answers in units, by the number of answered items (row m: m items).

    Attributes
    ----------
    persons, totals, squares
        (k + 1,): persons, and sums of their totals ``t`` and of ``t**2``.
    item_persons, item_totals, item_squares, item_products
        (k + 1, k): the same of those who answered item i, and sums of ``d_i t``.
    values, value_squares
        (k,): sums of ``d_i`` and ``d_i**2`` over all who answered item i.
    unit
        Units in 1.
    """

    persons: Integers
    totals: Integers
    squares: Integers
    item_persons: Integers
    item_totals: Integers
    item_squares: Integers
    item_products: Integers
    values: Integers
    value_squares: Integers
    unit: int


def unit_sums(moments: ItemMoments, scale: str, items: ScaleItems) -> UnitSums:
    """Return the sums of a scale of items, whoever answered how many of them."""
    some, whole = moments.answered[scale], moments.complete[scale]
    k = len(items.columns)
    slope, shift = items.slopes, items.offsets
    n = int(whole.counts[0, 0])
    codes = np.diag(whole.sums)
    d = slope * codes + n * shift
    dd = (
        np.outer(slope, slope) * whole.products
        + np.outer(slope * codes, shift)
        + np.outer(shift, slope * codes)
        + n * np.outer(shift, shift)
    )
    own = moments.pairs.of(items.columns)
    counts, sums, products = (np.diag(a) for a in (own.counts, own.sums, own.products))

    def last(rows: Integers, row: Integers | int) -> Integers:
        return np.concatenate([rows, np.asarray([row], dtype=np.int64)])

    wide = np.ones(k, dtype=np.int64)
    return UnitSums(
        persons=last(some.persons, n),
        totals=last(some.totals, int(d.sum())),
        squares=last(some.squares, int(dd.sum())),
        item_persons=last(some.item_persons, n * wide),
        item_totals=last(some.item_totals, int(d.sum()) * wide),
        item_squares=last(some.item_squares, int(dd.sum()) * wide),
        item_products=last(some.item_products, dd.sum(axis=1)),
        values=slope * sums + counts * shift,
        value_squares=slope**2 * products + 2 * slope * shift * sums + counts * shift**2,
        unit=items.unit,
    )


def available_score(sums: UnitSums, *, required: int) -> tuple[int, float, float]:
    """Return n, mean and sd of the mean of answered items, over those with enough answers."""
    k = len(sums.persons) - 1
    m = np.arange(max(required, 1), k + 1)
    n = int(sums.persons[m].sum())
    if n == 0:
        return 0, math.nan, math.nan
    mean = float(np.sum(sums.totals[m] / m)) / n
    square = float(np.sum(sums.squares[m] / m**2)) - n * mean**2
    sd = math.sqrt(max(square, 0.0) / (n - 1)) if n > 1 else math.nan
    return n, mean / sums.unit, sd / sums.unit


def item_score_correlations(sums: UnitSums) -> Floats:
    """Return each item's correlation with the mean of a person's answered items (k,)."""
    m = np.arange(1, len(sums.persons))[:, None]
    n = sums.item_persons[1:].sum(axis=0)
    score = (sums.item_totals[1:] / m).sum(axis=0)
    score_square = (sums.item_squares[1:] / m**2).sum(axis=0)
    product = (sums.item_products[1:] / m).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = product - sums.values * score / n
        variance = (sums.value_squares - sums.values**2 / n) * (score_square - score**2 / n)
        r: Floats = np.where(variance > 0, covariance / np.sqrt(variance), np.nan)
    return r
