"""How the answers to an item are spread, from counts of its options (arrays only)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def distribution(counts: Integers) -> tuple[Floats, Floats, Floats]:
    """Return median (in steps), skew and excess kurtosis of counts of the options (k, points), each (k,)."""
    n = counts.sum(axis=1)
    steps = np.arange(counts.shape[1])
    below = np.cumsum(counts, axis=1)
    middle = [np.sum(below <= position[:, None], axis=1) for position in ((n - 1) // 2, n // 2)]
    with np.errstate(invalid="ignore", divide="ignore"):
        median = np.where(n > 0, (middle[0] + middle[1]) / 2, np.nan)
        apart = steps - (counts @ steps / n)[:, None]
        square = apart**2
        sd = np.sqrt(np.sum(counts * square, axis=1) / (n - 1))
        varied = (n > 1) & (np.count_nonzero(counts, axis=1) > 1)
        skew = np.where(varied, np.sum(counts * square * apart, axis=1) / n / sd**3, np.nan)
        kurtosis = np.where(varied, np.sum(counts * square**2, axis=1) / n / sd**4 - 3, np.nan)
    return median, skew, kurtosis
