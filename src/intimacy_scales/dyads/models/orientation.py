"""One order of exchangeable partners, for models of two columns (arrays only).

Estimates of a model of exchangeable partners do not depend on who is called the first. Other figures of `sem`
do: the test against the saturated model, the moments that the search starts from, and whether a column varies
at all. So each couple is placed by its scores: couples one after another, in an order that follows from
their scores, each with the partner first who keeps both columns most alike. Only ranks of scores count, so
that units do not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]


def turned_partners(numbers: Floats) -> NDArray[np.bool_]:
    """Return which couples (n,) are to be turned, so that the second partner comes first.

    Parameters
    ----------
    numbers
        (n, 2, k): k variables of both partners, nan where missing.

    Notes
    -----
    Turned or not, the columns are the same for couples whose partners are swapped beforehand.

    Examples
    --------
    >>> turned_partners(np.array([[[1.0], [2.0]], [[1.0], [3.0]], [[2.0], [2.0]]])).tolist()
    [True, False, False]
    """
    features = _features(numbers)
    n, _, k = features.shape
    swapped = _comes_after(features[:, 0], features[:, 1])
    ordered = np.where(swapped[:, None, None], features[:, ::-1], features)
    differences = ordered[:, 0] - ordered[:, 1]
    squares = differences.astype(np.float64) ** 2
    sums = squares.sum(axis=0)
    weights = np.divide(1.0, sums, out=np.zeros(k), where=sums > 0)  # rare differences are spread as well
    keys = np.concatenate([(squares @ weights)[:, None], ordered.reshape(n, 2 * k)], axis=1)
    balance, turned = np.zeros(k), swapped.copy()
    for couple in np.lexsort(keys.T[::-1])[::-1].tolist():  # those who differ most come first
        difference = differences[couple]
        if float((weights * balance) @ difference) > 0:
            turned[couple] = not turned[couple]
            balance -= difference
        else:
            balance += difference
    return turned & differences.any(axis=1)


def _features(numbers: Floats) -> Ranks:
    """Return what couples are ordered by (n, 2, 2 k): ranks of scores around 0, and which are missing.

    Scores are ranked among all partners, equal ones alike. A missing score has the middle rank, and as an
    indicator it counts as much as the largest difference of ranks.
    """
    n, _, k = numbers.shape
    ranks = np.zeros((n, 2, k), dtype=np.int64)
    for variable in range(k):
        scores = numbers[:, :, variable]
        present = ~np.isnan(scores)
        _, place, counts = np.unique(scores[present], return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        ranks[present, variable] = (2 * ends - counts - int(counts.sum()))[place.ravel()]
    size = max(int(np.abs(ranks).max(initial=0)), 1)
    missing = np.isnan(numbers).astype(np.int64) * 2 * size
    return np.concatenate([ranks, missing], axis=2)


def _comes_after(first: Ranks, second: Ranks) -> NDArray[np.bool_]:
    """Return whether rows of one table (n, k) come after those of another in lexicographic order."""
    differs = first != second
    column = differs.argmax(axis=1)
    rows = np.arange(len(first))
    after: NDArray[np.bool_] = first[rows, column] > second[rows, column]
    return after
