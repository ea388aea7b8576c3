"""Thresholds of change from an anchor that splits persons in two groups (arrays only).

Changes are counted at their distinct values, so that one table of counts serves all resamples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import LOG_LIKELIHOOD

Floats = NDArray[np.float64]

# of Terluin, Eekhout and Terwee (2017)
_ADJUSTED_BY, _ADJUSTED_BY_CORRELATION = 0.090, 0.103
_MOST_STEPS, _MOST_HALVINGS = 100, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Thresholds and what they are computed from, for each of several tables of counts (b,).

    Attributes
    ----------
    predicted, adjusted, roc
        The thresholds; nan where they are undefined.
    intercept, slope
        Of the logistic regression; nan where the groups are separated.
    point_biserial
        Correlation of the change with being improved.
    sd
        Standard deviation of the changes.
    sensitivity, specificity, auc
        Of the threshold by ROC, and the area under the curve.
    separated
        Whether changes separate the groups, so that no logistic regression has finite estimates.
    """

    predicted: Floats
    adjusted: Floats
    roc: Floats
    intercept: Floats
    slope: Floats
    point_biserial: Floats
    sd: Floats
    sensitivity: Floats
    specificity: Floats
    auc: Floats
    separated: NDArray[np.bool_]


def thresholds(values: Floats, improved: Floats, others: Floats) -> Thresholds:
    """Return the thresholds of change.

    Parameters
    ----------
    values
        (m,): the distinct changes, rising, in the direction of improvement.
    improved, others
        (b, m): how many persons of each group have each change.
    """
    n1, n0 = improved.sum(axis=1), others.sum(axis=1)
    both = (n1 > 0) & (n0 > 0)
    total = n1 + n0
    counts = improved + others
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (counts * values).sum(axis=1) / total
        squares = (counts * (values - mean[:, None]) ** 2).sum(axis=1)
        sd = np.sqrt(squares / (total - 1))
        means = [(group * values).sum(axis=1) / n for group, n in ((improved, n1), (others, n0))]
        point_biserial = (means[0] - means[1]) * np.sqrt(n1 * n0 / total / squares)
        log_odds = np.log(n1 / n0)
    separated = both & _separated(values, improved, others)
    fitted = both & ~separated & (squares > 0)
    intercept, slope = np.full((2, len(total)), np.nan)
    if fitted.any():
        intercept[fitted], slope[fitted] = logistic(values, improved[fitted], others[fitted])
    with np.errstate(invalid="ignore", divide="ignore"):
        predicted = np.where(slope > 0, (log_odds - intercept) / slope, np.nan)
        shift = (_ADJUSTED_BY + _ADJUSTED_BY_CORRELATION * point_biserial) * sd * log_odds
    roc, sensitivity, specificity, auc = youden(values, improved, others)
    return Thresholds(
        predicted=predicted, adjusted=predicted - shift, roc=roc, intercept=intercept, slope=slope,
        point_biserial=point_biserial, sd=sd, sensitivity=sensitivity, specificity=specificity, auc=auc,
        separated=separated,
    )  # fmt: skip


def _separated(values: Floats, improved: Floats, others: Floats) -> NDArray[np.bool_]:
    """Return whether a change splits the groups, sharing that one at most (Albert & Anderson, 1984)."""
    ends = [
        (np.where(group > 0, values, np.inf).min(axis=1), np.where(group > 0, values, -np.inf).max(axis=1))
        for group in (improved, others)
    ]
    (low1, high1), (low0, high0) = ends
    separated: NDArray[np.bool_] = (high0 <= low1) | (high1 <= low0)
    return separated


def logistic(values: Floats, improved: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Return intercept and slope (b,) of the logistic regression of being improved on the change.

    Newton's method on ``log L = sum of y eta - n log(1 + exp(eta))``, with a step halved as long as it lowers
    the likelihood. The groups must not be separated.
    """
    n = improved + others
    total = n.sum(axis=1)
    centre = (n * values).sum(axis=1) / total
    scale = np.sqrt((n * (values - centre[:, None]) ** 2).sum(axis=1) / total)
    x = (values - centre[:, None]) / scale[:, None]
    share = improved.sum(axis=1) / total
    a, b = np.log(share / (1 - share)), np.zeros(len(total))

    def likelihood(a: Floats, b: Floats) -> Floats:
        eta = a[:, None] + b[:, None] * x
        value: Floats = (improved * eta - n * np.logaddexp(0.0, eta)).sum(axis=1)
        return value

    best = likelihood(a, b)
    for _ in range(_MOST_STEPS):
        p = 1 / (1 + np.exp(-(a[:, None] + b[:, None] * x)))
        residual, weight = improved - n * p, n * p * (1 - p)
        first, second = residual.sum(axis=1), (residual * x).sum(axis=1)
        aa, ab, bb = weight.sum(axis=1), (weight * x).sum(axis=1), (weight * x * x).sum(axis=1)
        determinant = aa * bb - ab**2
        step_a, step_b = (bb * first - ab * second) / determinant, (aa * second - ab * first) / determinant
        for _ in range(_MOST_HALVINGS):
            reached = likelihood(a + step_a, b + step_b)
            lower = reached < best - LOG_LIKELIHOOD * total
            if not lower.any():
                break
            step_a, step_b = np.where(lower, step_a / 2, step_a), np.where(lower, step_b / 2, step_b)
        a, b, best = a + step_a, b + step_b, reached
        if max(np.abs(step_a).max(), np.abs(step_b).max()) < 1e-10 * (1 + np.abs(b).max()):
            break
    slope = b / scale
    return a - slope * centre, slope


def youden(values: Floats, improved: Floats, others: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the threshold with the largest ``sensitivity + specificity - 1``, both, and the area (b,).

    A threshold is half-way between two changes that occur next to each other. Of several that are as good,
    it is the one whose sensitivity and specificity differ least, then the lowest.
    """
    b = len(improved)
    roc, sensitivity, specificity, auc = (np.full(b, np.nan) for _ in range(4))
    for i in range(b):
        here = (improved[i] + others[i]) > 0
        points, ones, zeros = values[here], improved[i][here], others[i][here]
        n1, n0 = ones.sum(), zeros.sum()
        if not n1 or not n0 or len(points) < 2:
            continue
        below1, below0 = np.cumsum(ones), np.cumsum(zeros)
        auc[i] = float((ones * (below0 - zeros / 2)).sum()) / (n1 * n0)
        sens, spec = 1 - below1[:-1] / n1, below0[:-1] / n0
        index = sens + spec
        tied = np.flatnonzero(index >= index.max() - 1e-12)
        apart = np.abs(sens - spec)[tied]
        best = tied[np.flatnonzero(apart <= apart.min() + 1e-12)[0]]
        roc[i] = (points[best] + points[best + 1]) / 2
        sensitivity[i], specificity[i] = sens[best], spec[best]
    return roc, sensitivity, specificity, auc


def rank_correlation(one: Floats, other: Floats, weights: Floats) -> Floats:
    """Return Spearman's correlation, with mean ranks of ties, for each row of counts of persons (b, n)."""
    total = weights.sum(axis=1, keepdims=True)
    ranks = [_mean_ranks(column, weights) for column in (one, other)]
    deviations = [r - (weights * r).sum(axis=1, keepdims=True) / total for r in ranks]
    products = [(weights * deviations[i] * deviations[j]).sum(axis=1) for i, j in ((0, 1), (0, 0), (1, 1))]
    with np.errstate(invalid="ignore", divide="ignore"):
        r: Floats = products[0] / np.sqrt(products[1] * products[2])
    return r


def summed_by_value(weights: Floats, place: NDArray[np.intp], n_values: int) -> Floats:
    """Return the sums of weights (b, n) of the persons with each value: (b, n_values).

    Parameters
    ----------
    weights
        How often each person counts.
    place
        (n,): the number of each person's value, from 0.
    n_values
        Number of values, each of which some person has.
    """
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(n_values))
    sums: Floats = np.add.reduceat(weights[:, order], starts, axis=1)
    return sums


def _mean_ranks(column: Floats, weights: Floats) -> Floats:
    """Return mean ranks (b, n) of a column whose persons count as often as they were drawn."""
    distinct, place = np.unique(column, return_inverse=True)
    counts = summed_by_value(weights, place, len(distinct))
    ranks: Floats = (np.cumsum(counts, axis=1) - (counts - 1) / 2)[:, place]
    return ranks
