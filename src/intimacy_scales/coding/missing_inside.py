"""Evidence that a stored value means "no answer" (arrays only).

Those who gave no answer have the mean rest score of everyone. Of the answers with the value c, a share w of
0.25, 0.5, 0.75 or 1 is missing, so that their mean rest score is ``(1 - w) b z_c`` instead of ``b z_c``, and
thresholds follow from the counts without these. Rest scores do not count answers with the value c.

A missing code also stands out among its neighbours. The log of the ratio of its count to the geometric mean
of theirs is normal around 0 with standard deviation 0.4 if it is an answer like others, and around 0.8 with
standard deviation 0.8 if it is not, apart from the sampling error; this counts between -1 and 2 (log10).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.category_order import WIDE, normal_scores, order_evidence

Floats = NDArray[np.float64]

_STRAIGHT = WIDE._replace(bend=0.0)
_SHARES = (0.25, 0.5, 0.75, 1.0)
_AS_OTHERS, _STANDS_OUT = (0.0, 0.4), (0.8, 0.8)
_LEAST_BY_COUNT, _MOST_BY_COUNT = -1.0, 2.0
_NEAR = 5  # values on each side of a code on a wide range
LN10 = math.log(10)


def missing_evidence(means: Floats, counts: Floats, order: NDArray[np.intp], category: int) -> float:
    """Return the log10 Bayes factor of "some of these are missing" over "all are answers", of all items.

    The share of missing answers is the same for all items.

    Parameters
    ----------
    means, counts
        (k, C): mean rest score and number of persons in each category, rest scores without the category.
    order
        (1, C): categories from the lowest option to the highest.
    category
        The category.
    """
    at_base = float(order_evidence(means, counts, normal_scores(counts, order), _STRAIGHT).sum())
    logs = []
    for share in _SHARES:
        answered = counts.copy()
        answered[:, category] *= 1 - share
        scores = normal_scores(answered, order)
        scores[..., category] *= 1 - share
        logs.append(float(order_evidence(means, counts, scores, _STRAIGHT).sum()))
    highest = max(logs)
    return highest + math.log10(sum(10 ** (log - highest) for log in logs) / len(logs)) - at_base


def spike_evidence(count: float, neighbours: Sequence[float]) -> float:
    """Return the log10 likelihood ratio of a missing code by how its count stands out among its neighbours.

    Examples
    --------
    >>> round(spike_evidence(40, [38, 41]), 1), spike_evidence(120, [4, 3]), spike_evidence(40, [])
    (-0.5, 2.0, 0.0)
    """
    if not neighbours:
        return 0.0
    logs = [math.log(n + 0.5) for n in neighbours]
    ratio = max(math.log(count + 0.5) - sum(logs) / len(logs), 0.0)  # a rare value does not stand out
    noise = 1 / (count + 0.5) + sum(1 / (n + 0.5) for n in neighbours) / len(neighbours) ** 2

    def log_density(mean: float, sd: float) -> float:
        variance = sd**2 + noise
        return -0.5 * math.log(variance) - (ratio - mean) ** 2 / (2 * variance)

    log10 = (log_density(*_STANDS_OUT) - log_density(*_AS_OTHERS)) / LN10
    return min(max(log10, _LEAST_BY_COUNT), _MOST_BY_COUNT)


def neighbours_of(
    values: Floats, counts: NDArray[np.int64], at: int, step: float, *, wide: bool
) -> list[float]:
    """Return the counts of the values next to one, which round numbers on a wide range are not among.

    Parameters
    ----------
    values, counts
        (V,): stored values and how often each was given.
    at
        Position of the value among them.
    step
        Step between options.
    wide
        Whether the range has so many options that people prefer round numbers.
    """
    value = float(values[at])
    given = dict(zip(values.tolist(), counts.tolist(), strict=True))
    if not wide:
        sides = [value - step, value + step]
        return [float(given[side]) for side in sides] if all(side in given for side in sides) else []
    near = [value + n * step for n in range(-_NEAR, _NEAR + 1) if n]
    return [float(given.get(one, 0)) for one in near if one % 5 and values[0] <= one <= values[-1]]
