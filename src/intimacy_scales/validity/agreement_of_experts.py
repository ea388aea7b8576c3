"""Figures of experts' judgements of one item, from counts of experts."""

from __future__ import annotations

import math
from functools import cache

from intimacy_scales.errors import EstimationError


def modified_kappa(n_relevant: int, n: int) -> float:
    """Return the agreement of experts that an item is relevant, beyond chance.

    ``(I-CVI - pc) / (1 - pc)``, with ``pc = n! / (A! (n - A)!) 0.5^n``: the probability that just these A of
    n experts call it relevant by chance (Polit, Beck & Owen, 2007).

    Examples
    --------
    >>> round(modified_kappa(5, 6), 3), modified_kappa(0, 0)
    (0.816, nan)
    """
    if n == 0:
        return math.nan
    chance = math.comb(n, n_relevant) / float(2**n)
    return (n_relevant / n - chance) / (1 - chance)


def content_validity_ratio(n_essential: int, n: int) -> float:
    """Return Lawshe's content validity ratio, ``(A - n / 2) / (n / 2)`` (Lawshe, 1975); nan without experts.

    Examples
    --------
    >>> content_validity_ratio(9, 10), content_validity_ratio(5, 10)
    (0.8, 0.0)
    """
    return (2 * n_essential - n) / n if n else math.nan


@cache
def critical_count(n: int, level: float = 0.05) -> int | None:
    """Return the least number of n experts whose agreement is beyond chance, one-sided.

    The least A with ``P(X >= A) <= level`` for X binomial with probability 1/2, by whole numbers (Ayre &
    Scally, 2014); None if even all of them are too few.

    Parameters
    ----------
    n
        Number of experts.
    level
        Significance level, for example 0.05.

    Examples
    --------
    >>> critical_count(4), critical_count(5), critical_count(10)
    (None, 5, 9)
    """
    if not 0 < level < 1:
        raise EstimationError(f"level={level!r} is not valid; allowed: a share between 0 and 1, such as 0.05")
    at_least, critical = 0, None
    for count in range(n, -1, -1):
        at_least += math.comb(n, count)
        if at_least > level * 2**n:
            break
        critical = count
    return critical


def aikens_v(mean: float, low: float, high: float) -> float:
    """Return Aiken's V, ``(mean - low) / (high - low)``: where the mean rating lies (Aiken, 1985).

    Examples
    --------
    >>> aikens_v(3.5, 1, 4)
    0.8333333333333334
    """
    return (mean - low) / (high - low)


def score_interval(share: float, trials: int, confidence_level: float) -> tuple[float, float]:
    """Return the score interval of a share (Wilson, 1927).

    For Aiken's V of n ratings that have k steps between lowest and highest, there are ``n k`` trials
    (Penfield & Giacobbi, 2004). Ends are

    ``(2 m V + z² ± z sqrt(4 m V (1 - V) + z²)) / (2 (m + z²))``, with m trials.

    Parameters
    ----------
    share
        The share, from 0 to 1.
    trials
        What it is a share of.
    confidence_level
        For example 0.95.

    Examples
    --------
    >>> [round(end, 3) for end in score_interval(0.75, 30, 0.95)]
    [0.573, 0.87]
    """
    from intimacy_scales.reliability.consistency.intervals import normal_quantile

    if trials == 0 or math.isnan(share):
        return math.nan, math.nan
    z = normal_quantile(confidence_level)
    middle, root = 2 * trials * share + z * z, z * math.sqrt(4 * trials * share * (1 - share) + z * z)
    low, high = (middle - root) / (2 * (trials + z * z)), (middle + root) / (2 * (trials + z * z))
    return max(low, 0.0), min(high, 1.0)


@cache
def _ways(n: int, steps: int) -> tuple[int, ...]:
    """Return in how many ways n ratings from 0 to ``steps`` have each sum, from 0 on."""
    ways = [1]
    for _ in range(n):
        longer = [0] * (len(ways) + steps)
        for total, count in enumerate(ways):
            for rating in range(steps + 1):
                longer[total + rating] += count
        ways = longer
    return tuple(ways)


def p_of_aikens_v(total: int, n: int, steps: int) -> float:
    """Return the probability of this sum of ratings or a higher one, if every rating were as likely.

    Exact, by counting (Aiken, 1985).

    Parameters
    ----------
    total
        Sum of the ratings, each counted from 0.
    n
        Number of ratings.
    steps
        Highest rating, counted from 0.

    Examples
    --------
    >>> p_of_aikens_v(6, 2, 3)  # both experts give the highest of four ratings
    0.0625
    """
    return sum(_ways(n, steps)[total:]) / int((steps + 1) ** n)


def substantive_validity(n_own: int, n_most_other: int, n: int) -> tuple[float, float]:
    """Return the shares of experts who sort an item as intended (Anderson & Gerbing, 1991).

    ``p_sa = n_own / n``, the proportion of substantive agreement, and ``c_sv = (n_own - n_other) / n``, the
    coefficient of substantive validity, with the most frequent of the other facets; nan without experts.

    Examples
    --------
    >>> substantive_validity(8, 1, 10)
    (0.8, 0.7)
    """
    if n == 0:
        return math.nan, math.nan
    return n_own / n, (n_own - n_most_other) / n
