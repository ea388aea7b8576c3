"""Item-total correlations, and exact moments of scores of the items that were answered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

import numpy as np

from intimacy_scales.moments.cross_products import Integers
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import Floats, KeyedMoments
from intimacy_scales.moments.scale_items import ScaleItems
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reliability.consistency.guttman import squared_multiple_correlations
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.planned import PlannedScale


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSums:
    """Sums of keyed answers in units, by the number of answered items (row m: m items).

    Attributes
    ----------
    persons, totals, squares
        (k + 1,): number of persons, and sums of their totals ``t`` and of ``t**2``.
    item_persons, item_totals, item_squares, item_products
        (k + 1, k): the same for those who answered item i, and sums of ``d_i t`` with their answers ``d_i``.
    values, value_squares
        (k,): sums of ``d_i`` and ``d_i**2`` over all who answered item i.
    unit
        Number of units in 1.
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
    """Return the sums of a scale of items, for every number of answered items."""
    incomplete, complete = moments.answered[scale], moments.complete[scale]
    k = len(items.columns)
    slope, shift = items.slopes, items.offsets
    n = int(complete.counts[0, 0])
    codes = complete.sums.diagonal()
    totals = slope * codes + n * shift
    crossed = (slope * codes)[:, None] * shift
    products_of_pairs = (
        slope[:, None] * slope * complete.products + crossed + crossed.T + n * (shift[:, None] * shift)
    )
    pairs = moments.pairs.of(items.columns, squares=False)
    counts, sums, products = (a.diagonal() for a in (pairs.counts, pairs.sums, pairs.products))

    def with_last(rows: Integers, row: Any) -> Integers:
        return np.concatenate([rows, np.asarray([row], dtype=np.int64)])

    ones = np.ones(k, dtype=np.int64)
    return UnitSums(
        persons=with_last(incomplete.persons, n),
        totals=with_last(incomplete.totals, int(totals.sum())),
        squares=with_last(incomplete.squares, int(products_of_pairs.sum())),
        item_persons=with_last(incomplete.item_persons, n * ones),
        item_totals=with_last(incomplete.item_totals, int(totals.sum()) * ones),
        item_squares=with_last(incomplete.item_squares, int(products_of_pairs.sum()) * ones),
        item_products=with_last(incomplete.item_products, products_of_pairs.sum(axis=1)),
        values=slope * sums + counts * shift,
        value_squares=slope**2 * products + 2 * slope * shift * sums + counts * shift**2,
        unit=items.unit,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSums:
    """Moments of a score, over the persons who answered enough items.

    Attributes
    ----------
    n
        Number of persons with a score.
    mean, sd
        Mean and standard deviation of the score; nan without persons, and the sd of one person too.
    """

    n: int
    mean: float
    sd: float


def available_score(sums: UnitSums, *, required: int) -> ScoreSums:
    """Return n, mean and sd of the mean of answered items, over those who answered at least `required`."""
    k = len(sums.persons) - 1
    m = range(max(required, 1), k + 1)
    common = math.lcm(*m)  # the mean of m whole numbers is a multiple of 1 / common
    n = sum(int(sums.persons[i]) for i in m)
    if n == 0:
        return ScoreSums(n=0, mean=math.nan, sd=math.nan)
    total = sum(int(sums.totals[i]) * (common // i) for i in m)
    squares = sum(int(sums.squares[i]) * (common // i) ** 2 for i in m)
    variance = Fraction(n * squares - total**2, n * (n - 1) * (common * sums.unit) ** 2) if n > 1 else None
    return ScoreSums(
        n=n,
        mean=float(Fraction(total, n * common * sums.unit)),
        sd=math.nan if variance is None else math.sqrt(variance),
    )


def item_score_correlations(sums: UnitSums) -> Floats:
    """Return each item's correlation with the mean of a person's answered items (k,)."""
    k = len(sums.persons) - 1
    common = math.lcm(*range(1, k + 1))
    factors = [common // m for m in range(1, k + 1)]
    tables = (sums.item_persons, sums.item_totals, sums.item_squares, sums.item_products)
    by_item = [table[1:].T.tolist() for table in tables]  # Python's integers hold any product
    correlations = []
    for i, (x, xx) in enumerate(zip(sums.values.tolist(), sums.value_squares.tolist(), strict=True)):
        persons, totals, squares, products = (table[i] for table in by_item)
        n = sum(persons)
        s = sum(map(mul, totals, factors))
        ss = sum(t * f * f for t, f in zip(squares, factors, strict=True))
        xs = sum(map(mul, products, factors))
        # numerators are exact whole numbers, so that a constant has a variance of exactly 0
        item_variance, score_variance = n * xx - x * x, n * ss - s * s
        correlations.append(
            _ratio(n * xs - x * s, item_variance, score_variance)
            if item_variance > 0 and score_variance > 0
            else math.nan
        )
    return np.array(correlations)


def _ratio(covariance: int, one: int, other: int) -> float:
    """Return ``covariance / sqrt(one * other)`` of whole numbers of any size."""
    return math.copysign(math.sqrt(covariance * covariance / (one * other)), covariance)


def item_total_figures(moments: KeyedMoments, r: Floats) -> dict[str, Floats]:
    """Return r_std, r_drop, r_cor and alpha_if_dropped (k,); formulas are in `item_analysis`."""
    c = moments.covariances
    k = len(c)
    variances, rows, total = c.diagonal(), c.sum(axis=1), float(c.sum())
    rest_variances = total - 2 * rows + variances
    rest_variances[rest_variances <= ROUNDING * variances.sum()] = (
        0.0  # the sum of the other items does not vary
    )
    reduced = r.copy()
    np.fill_diagonal(reduced, squared_multiple_correlations(r))
    with np.errstate(invalid="ignore", divide="ignore"):
        dropped = np.full(k, np.nan)
        if k > 2:
            dropped = (k - 1) / (k - 2) * (1 - (variances.sum() - variances) / rest_variances)
        return {
            "r_drop": np.where(
                (variances > 0) & (rest_variances > 0),
                (rows - variances) / np.sqrt(variances * rest_variances),
                np.nan,
            ),
            "r_std": r.sum(axis=1) / np.sqrt(r.sum()),
            "r_cor": reduced.sum(axis=1) / np.sqrt(reduced.sum()),
            "alpha_if_dropped": np.where(rest_variances > 0, dropped, np.nan),
        }


def score_and_r_raw(
    summed: ItemMoments, items: ScaleItems, moments: KeyedMoments
) -> tuple[ScoreSums, Floats]:
    """Return the moments of the score, and each item's correlation with it (k,)."""
    if moments.missing == "pairwise" and not items.is_composite:
        sums = unit_sums(summed, moments.scale, items)
        planned = plan_of(summed.instrument).scales[summed.instrument.scale_ids.index(moments.scale)]
        score = available_score(sums, required=planned.required)
        assert isinstance(planned, PlannedScale)
        times, plus = planned.times * planned.unit / planned.divisor, planned.plus / planned.divisor
        score = ScoreSums(n=score.n, mean=score.mean * times + plus, sd=score.sd * times)
        return score, item_score_correlations(sums)
    c, weights = moments.covariances, moments.weights
    with np.errstate(invalid="ignore", divide="ignore"):
        r: Floats = (c @ weights) / np.sqrt(c.diagonal() * (weights @ c @ weights))
    return ScoreSums(n=moments.n, mean=moments.score_mean, sd=moments.score_sd), r
