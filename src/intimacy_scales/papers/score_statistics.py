"""What a table of scales needs of scores and no report has: observed range, skewness and correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.scoring import Scores


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreStatistics:
    """Descriptive statistics of the scores of each scale.

    Attributes
    ----------
    scales
        Ids of the scales.
    n
        Persons with a score (m,).
    mean, sd
        Mean, and standard deviation with divisor n - 1 (m,).
    possible, observed
        Lowest and highest possible, and observed, score (m, 2).
    skewness
        Third moment of deviations divided by the cubed standard deviation (m,); nan without variance.
    correlations, n_pairs
        Pearson correlations of scores (m, m) from the persons who have both, and the numbers of these.
    """

    scales: tuple[str, ...]
    n: NDArray[np.intp]
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    possible: NDArray[np.float64]
    observed: NDArray[np.float64]
    skewness: NDArray[np.float64]
    correlations: NDArray[np.float64]
    n_pairs: NDArray[np.intp]


def score_statistics(scores: Scores) -> ScoreStatistics:
    """Return the statistics of scores.

    Skewness is ``sum((x - mean)**3) / n / sd**3`` with the standard deviation of divisor n - 1 (Joanes &
    Gill, 1998, b1), as for items.
    """
    summaries = scores.summary().scales
    count = len(summaries)
    correlations = np.full((count, count), np.nan)
    n_pairs = np.zeros((count, count), dtype=np.intp)
    for i in range(count):
        for j in range(i + 1):
            correlations[i, j], n_pairs[i, j] = _correlation(scores.values[:, i], scores.values[:, j])
            correlations[j, i], n_pairs[j, i] = correlations[i, j], n_pairs[i, j]
    unknown = float("nan")
    return ScoreStatistics(
        scales=tuple(summary.scale for summary in summaries),
        n=np.array([summary.n for summary in summaries], dtype=np.intp),
        mean=np.array([summary.mean for summary in summaries]),
        sd=np.array([summary.sd for summary in summaries]),
        possible=np.array([(summary.low, summary.high) for summary in summaries], dtype=np.float64),
        observed=np.array(
            [
                [unknown if end is None else end for end in (summary.minimum, summary.maximum)]
                for summary in summaries
            ],
            dtype=np.float64,
        ),
        skewness=np.array([_skewness(scores.values[:, i], s.mean, s.sd) for i, s in enumerate(summaries)]),
        correlations=correlations,
        n_pairs=n_pairs,
    )


def _skewness(values: NDArray[np.float64], mean: float, sd: float) -> float:
    given = values[~np.isnan(values)]
    if len(given) < 2 or not sd > 0:
        return float("nan")
    return float(np.mean((given - mean) ** 3) / sd**3)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, int]:
    """Return the correlation of those who have both scores, and their number; nan without variance."""
    both = ~np.isnan(one) & ~np.isnan(other)
    n = int(both.sum())
    if n < 2 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return float("nan"), n
    x, y = one[both] - one[both].mean(), other[both] - other[both].mean()
    return float(np.clip((x @ y) / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0)), n
