"""Mean similarity of all pseudo-couples, without visiting each of them (arrays only).

The sum over all pairs of a product ``a_p · b_q`` is the product of two sums. Correlations are products of
standardized profiles, and squared differences are products of ``(x², 1, x)`` and ``(1, y², -2y)``.
"""

from __future__ import annotations

import math

import numpy as np

from intimacy_scales.dyads.profiles.figures import Floats, Profiles
from intimacy_scales.dyads.profiles.stranger_pairs import Pool


def expected_similarity(pool: Pool) -> dict[str, float]:
    """Return the mean of each figure over the pseudo-couples in which it is defined; nan if in none.

    The double-entry correlation is not a product, and has no such mean.
    """
    first, second = pool.first, pool.second
    x, y = first.profiles, second.profiles
    elevation = _squared_difference(pool, x.level[:, None], y.level[:, None])
    scatter = _squared_difference(pool, x.spread[:, None], y.spread[:, None])
    root_k = math.sqrt(x.centred.shape[1])
    shape = _squared_difference(pool, x.centred / root_k, y.centred / root_k) - scatter
    return {
        "overall": _correlation(pool, x, y),
        "distinctive": _correlation(pool, first.deviations, second.deviations),
        "d2": elevation + scatter + shape,
        "elevation": elevation,
        "scatter": scatter,
        "shape": shape,
    }


def _correlation(pool: Pool, first: Profiles, second: Profiles) -> float:
    """Return the mean correlation of profiles that are not flat."""
    units, defined = [], []
    for persons in (first, second):
        lengths = persons.spread * math.sqrt(persons.centred.shape[1])
        units.append(persons.centred / np.where(persons.flat, 1.0, lengths)[:, None])
        defined.append(np.where(persons.flat, 0.0, 1.0)[:, None])
    n_pairs = _sum_over_strangers(pool, *defined)
    return _sum_over_strangers(pool, *units) / n_pairs if n_pairs else math.nan


def _squared_difference(pool: Pool, x: Floats, y: Floats) -> float:
    """Return the mean squared distance of two persons' values (n, m)."""
    centre = (x.mean(axis=0) + y.mean(axis=0)) / 2  # removed, so that large values do not cancel
    x, y = x - centre, y - centre
    ones = np.ones((len(x), 1))
    of_first = np.column_stack([np.square(x).sum(axis=1), ones, x])
    of_second = np.column_stack([ones, np.square(y).sum(axis=1), -2 * y])
    return _sum_over_strangers(pool, of_first, of_second) / _sum_over_strangers(pool, ones, ones)


def _sum_over_strangers(pool: Pool, a: Floats, b: Floats) -> float:
    """Return the sum of ``a_p · b_q`` over all persons p and q of different couples.

    Where partners are exchangeable, each pair is in it in both orders.
    """
    of_everyone = float(a.sum(axis=0) @ b.sum(axis=0))
    n = pool.n_couples
    if not pool.by_role:
        a, b = a[:n] + a[n:], b[:n] + b[n:]
    return of_everyone - float((a * b).sum())
