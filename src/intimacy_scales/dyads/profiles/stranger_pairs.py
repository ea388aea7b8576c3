"""Pseudo-couples: persons of different couples, and the similarity of their profiles (arrays only).

Where partners are distinguishable, a pseudo-couple is the first partner of one couple and the second partner
of another one. Where they are exchangeable it is any two persons of different couples, so that it does not
matter which partner is listed first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.profiles.couple_figures import CoupleFigures
from intimacy_scales.dyads.profiles.figures import (
    Floats,
    Profiles,
    Rows,
    correlation,
    covariance,
    double_entry,
    parts_of_distance,
    profiles_of,
    smallest_difference,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Persons who can be the first, or the second, of a pseudo-couple.

    Attributes
    ----------
    profiles, deviations
        Their profiles, and the deviations of these from the mean profile.
    with_other_mean
        (n,): covariance of each profile with the mean profile of the other side.
    """

    profiles: Profiles
    deviations: Profiles
    with_other_mean: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All persons of whom pseudo-couples are made.

    Attributes
    ----------
    n_couples
        Number of couples.
    by_role
        Whether first partners are paired with second partners only.
    first, second
        Those who can be the first and the second of a pseudo-couple. By role: the first and the second
        partners. Otherwise both are all persons: one partner of every couple, then the other one.
    mean_covariance
        Covariance of the mean profiles of both sides.
    smallest
        Values that differ by up to this are equal.
    """

    n_couples: int
    by_role: bool
    first: Persons
    second: Persons
    mean_covariance: float
    smallest: float

    @property
    def n_pairs(self) -> int:
        """Number of different pseudo-couples."""
        return (1 if self.by_role else 2) * self.n_couples * (self.n_couples - 1)

    def couples(self) -> tuple[Rows, Rows]:
        """Return the rows of both partners of each couple."""
        rows = np.arange(self.n_couples)
        return rows, rows if self.by_role else rows + self.n_couples

    def drawn(self, rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Return the rows of both persons of each pair after everyone was paired at random."""
        n = self.n_couples
        if self.by_role:
            return np.arange(n), rng.permutation(n)
        order = rng.permutation(2 * n)
        return order[:n], order[n:]

    def are_strangers(self, rows: tuple[Rows, Rows]) -> NDArray[np.bool_]:
        """Return whether the two persons of each pair are of different couples."""
        strangers: NDArray[np.bool_] = rows[0] % self.n_couples != rows[1] % self.n_couples
        return strangers


def pool_of(couples: CoupleFigures, by_role: bool) -> Pool:
    """Return the persons of whom pseudo-couples are made; ``by_role`` as in `Pool`."""
    profiles, means = couples.profiles, couples.mean_profiles
    smallest = smallest_difference(profiles)
    x, y = (profiles_of(mean[None], 0.0).centred for mean in means)
    if by_role:
        first = _persons(profiles[:, 0], means[0], y, smallest)
        second = _persons(profiles[:, 1], means[1], x, smallest)
    else:
        ordered = _in_order(profiles)
        everyone = np.concatenate([ordered[:, 0], ordered[:, 1]])
        first = second = _persons(everyone, means[0], y, smallest)
    return Pool(
        n_couples=len(profiles),
        by_role=by_role,
        first=first,
        second=second,
        mean_covariance=float(covariance(x, y)[0]),
        smallest=smallest,
    )


def _in_order(profiles: Floats) -> Floats:
    """Return profiles (n, 2, k), first in each couple the one that is lower where the two first differ.

    A seed then draws the same pseudo-couples whichever partner is listed first.
    """
    differences = profiles[:, 0] - profiles[:, 1]
    first_different = np.argmax(differences != 0, axis=1)
    higher = differences[np.arange(len(profiles)), first_different] > 0
    return np.where(higher[:, None, None], profiles[:, ::-1], profiles)


def _persons(values: Floats, mean: Floats, other_mean: Floats, smallest: float) -> Persons:
    """Return persons with profiles (n, k), a mean profile, and the centred one of the other side (1, k)."""
    profiles = profiles_of(values, smallest)
    return Persons(
        profiles=profiles,
        deviations=profiles_of(values - mean, smallest),
        with_other_mean=(profiles.centred * other_mean).mean(axis=1),
    )


def figures_of_pairs(pool: Pool, rows: tuple[Rows, Rows]) -> Floats:
    """Return the `COMPARED` figures (7, n) of pairs of persons, nan where they are undefined.

    With m1, m2 the mean profiles, the covariance of deviations is
    ``cov(x - m1, y - m2) = cov(x, y) - cov(x, m2) - cov(m1, y) + cov(m1, m2)``.
    """
    first, second = pool.first, pool.second
    p, q = rows
    x, y = first.profiles, second.profiles
    covariances = covariance(x.centred[p], y.centred[q])
    of_deviations = covariances - first.with_other_mean[p] - second.with_other_mean[q] + pool.mean_covariance
    spreads = x.spread[p], y.spread[q]
    distance = x.level[p] - y.level[q]
    elevation, scatter, shape = parts_of_distance(covariances, *spreads, distance)
    return np.stack(
        [
            correlation(covariances, *spreads),
            correlation(of_deviations, first.deviations.spread[p], second.deviations.spread[q]),
            double_entry(covariances, *spreads, distance, pool.smallest),
            elevation + scatter + shape,
            elevation,
            scatter,
            shape,
        ]
    )
