"""Which items persons skipped together, and how many persons skipped just these."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.cross_products import Integers


class MissingPatterns(NamedTuple):
    """Patterns of missing answers, the most frequent first; patterns as frequent are in the order of rows.

    Attributes
    ----------
    missing
        (n_patterns, n_items): whether the item is missing.
    counts
        (n_patterns,): number of persons.
    """

    missing: NDArray[np.bool_]
    counts: Integers


def missing_patterns_of(is_missing: NDArray[np.bool_]) -> MissingPatterns:
    """Return the patterns of missing answers of persons (n_persons, n_items).

    Examples
    --------
    >>> missing_patterns_of(np.array([[True, False], [False, False], [False, False]])).counts.tolist()
    [2, 1]
    """
    if not len(is_missing):
        return MissingPatterns(is_missing, np.zeros(0, dtype=np.int64))
    missing, first, counts = np.unique(is_missing, axis=0, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    return MissingPatterns(missing[order], counts[order].astype(np.int64))
