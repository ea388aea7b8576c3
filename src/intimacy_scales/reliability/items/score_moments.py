"""Exact sums of available-item scores, from counts of how many items were answered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

import numpy as np

from intimacy_scales.moments.cross_products import Integers
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import Floats
from intimacy_scales.moments.scale_items import ScaleItems


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
    codes = whole.sums.diagonal()
    d = slope * codes + n * shift
    crossed = (slope * codes)[:, None] * shift
    dd = slope[:, None] * slope * whole.products + crossed + crossed.T + n * (shift[:, None] * shift)
    own = moments.pairs.of(items.columns, squares=False)
    counts, sums, products = (a.diagonal() for a in (own.counts, own.sums, own.products))

    def last(rows: Integers, row: Any) -> Integers:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSums:
    """Exact sums of a score of answered items, over those who answered enough.

    Attributes
    ----------
    n
        Persons with a score.
    mean, sd
        Of the mean of their answered items; nan of nobody, and the sd of one.
    """

    n: int
    mean: float
    sd: float


def available_score(sums: UnitSums, *, required: int) -> ScoreSums:
    """Return n, mean and sd of the mean of answered items, over those with enough answers."""
    k = len(sums.persons) - 1
    m = range(max(required, 1), k + 1)
    whole = math.lcm(*m)  # so many parts of a unit that every mean is a whole number of them
    n = sum(int(sums.persons[i]) for i in m)
    if n == 0:
        return ScoreSums(n=0, mean=math.nan, sd=math.nan)
    total = sum(int(sums.totals[i]) * (whole // i) for i in m)
    squares = sum(int(sums.squares[i]) * (whole // i) ** 2 for i in m)
    variance = Fraction(n * squares - total**2, n * (n - 1) * (whole * sums.unit) ** 2) if n > 1 else None
    return ScoreSums(
        n=n,
        mean=float(Fraction(total, n * whole * sums.unit)),
        sd=math.nan if variance is None else math.sqrt(variance),
    )


def item_score_correlations(sums: UnitSums) -> Floats:
    """Return each item's correlation with the mean of a person's answered items (k,)."""
    k = len(sums.persons) - 1
    whole = math.lcm(*range(1, k + 1))
    factors = [whole // m for m in range(1, k + 1)]
    tables = (sums.item_persons, sums.item_totals, sums.item_squares, sums.item_products)
    by_item = [table[1:].T.tolist() for table in tables]  # Python's integers hold any product
    correlations = []
    for i, (x, xx) in enumerate(zip(sums.values.tolist(), sums.value_squares.tolist(), strict=True)):
        persons, totals, squares, products = (table[i] for table in by_item)
        n = sum(persons)
        s = sum(map(mul, totals, factors))
        ss = sum(t * f * f for t, f in zip(squares, factors, strict=True))
        xs = sum(map(mul, products, factors))
        # numerators are exact, so that what does not vary has a variance of exactly 0
        one, other = n * xx - x * x, n * ss - s * s
        correlations.append(_ratio(n * xs - x * s, one, other) if one > 0 and other > 0 else math.nan)
    return np.array(correlations)


def _ratio(covariance: int, one: int, other: int) -> float:
    """Return ``covariance / sqrt(one * other)`` of whole numbers of any size."""
    return math.copysign(math.sqrt(covariance * covariance / (one * other)), covariance)
