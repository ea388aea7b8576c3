"""Everyone paired at random, many times: how similar couples would be by chance (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.profiles.couple_figures import COMPARED, CORRELATIONS
from intimacy_scales.dyads.profiles.figures import Floats
from intimacy_scales.dyads.profiles.stranger_pairs import Pool, figures_of_pairs
from intimacy_scales.numerics.progress import steps
from intimacy_scales.numerics.tolerances import ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairings:
    """Figures of pairs after everyone was paired at random.

    Attributes
    ----------
    observed
        (7,): mean of each of the `COMPARED` figures over couples.
    means
        (n_repairings, 7): their means over the pairs of each re-pairing.
    stranger_means, stranger_sds
        (7,): mean and standard deviation over all pseudo-couples that were drawn.
    """

    observed: Floats
    means: Floats
    stranger_means: Floats
    stranger_sds: Floats


def repaired(pool: Pool, n_repairings: int, rng: np.random.Generator) -> Repairings:
    """Pair everyone at random, several times.

    A re-pairing may join some partners again. The means of re-pairings include them, as a permutation test
    requires; means and standard deviations of pseudo-couples do not.
    """
    means = np.empty((n_repairings, len(COMPARED)))
    n = np.zeros(len(COMPARED))
    sums, squares = np.zeros_like(n), np.zeros_like(n)
    for number in steps(range(n_repairings), "pairing persons at random", n_repairings):
        rows = pool.drawn(rng)
        figures = figures_of_pairs(pool, rows)
        means[number] = defined_means(figures)
        used = pool.are_strangers(rows) & ~np.isnan(figures)
        values = np.where(used, figures, 0.0)
        n += used.sum(axis=1)
        sums += values.sum(axis=1)
        squares += np.square(values).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        stranger_means = sums / n
        variances = np.maximum(squares / n - stranger_means**2, 0.0)
    return Repairings(
        observed=defined_means(figures_of_pairs(pool, pool.couples())),
        means=means,
        stranger_means=stranger_means,
        stranger_sds=np.sqrt(variances),
    )


def defined_means(figures: Floats) -> Floats:
    """Return the mean of each row of figures (m, n) where it is defined; nan where it never is."""
    defined: NDArray[np.bool_] = ~np.isnan(figures)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = np.where(defined, figures, 0.0).sum(axis=1) / defined.sum(axis=1)
    return means


def p_value(name: str, observed: float, means: Floats) -> float:
    """Return the p value of the test that couples are not more similar than pairs drawn at random.

    It is ``(1 + b) / (1 + m)``, with b the number of the m re-pairings that are at least as similar on
    average as the couples (Phipson & Smyth, 2010): the couples are themselves one of the possible pairings.
    Means that differ by rounding error are equal, so that p is the same on any machine.
    """
    means = means[~np.isnan(means)]
    if math.isnan(observed) or not len(means):
        return math.nan
    if name in CORRELATIONS:
        n_as_similar = np.count_nonzero(means >= observed - ROUNDING)
    else:
        n_as_similar = np.count_nonzero(means <= observed + ROUNDING * max(observed, float(means.mean())))
    return (1 + int(n_as_similar)) / (1 + len(means))
