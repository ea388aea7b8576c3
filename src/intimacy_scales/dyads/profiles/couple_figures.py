"""Similarity of the profiles of both partners of each couple (arrays only)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.profiles.figures import (
    Floats,
    Profiles,
    correlation,
    covariance,
    double_entry,
    parts_of_distance,
    profiles_of,
    smallest_difference,
)
from intimacy_scales.results.frozen import Frozen

# figures of two persons, which strangers have as well as couples
CORRELATIONS = ("overall", "distinctive", "double_entry")
COMPARED = (*CORRELATIONS, "d2", "elevation", "scatter", "shape")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoupleFigures(Frozen):
    """Similarity of both partners' profiles, of each couple with two complete profiles.

    Attributes
    ----------
    profiles
        (n, 2, k): the profiles.
    mean_profiles
        (2, k): the mean profile that is removed from that of the first and of the second partner.
    flat
        (n, 2): whether a profile is flat, with all its values equal.
    overall, distinctive, double_entry, d2, elevation, scatter, shape
        (n,): see `ProfileSimilarity`.
    normative, cross_normative
        (n, 2): correlation of each profile with the mean profile that is removed from it, and with the one
        that is removed from the partner's.
    """

    profiles: Floats
    mean_profiles: Floats
    flat: NDArray[np.bool_]
    overall: Floats
    distinctive: Floats
    double_entry: Floats
    d2: Floats
    elevation: Floats
    scatter: Floats
    shape: Floats
    normative: Floats
    cross_normative: Floats

    def __len__(self) -> int:
        return len(self.profiles)


def figures_of_couples(profiles: Floats, by_role: bool) -> CoupleFigures:
    """Return the figures of couples with the profiles (n, 2, k).

    Parameters
    ----------
    by_role
        Whether the mean profile of each place is removed from the partners at that place, rather than the
        mean profile of all persons from both.
    """
    smallest = smallest_difference(profiles)
    means = mean_profiles(profiles, by_role)
    x, y = (profiles_of(profiles[:, place], smallest) for place in (0, 1))
    covariances = covariance(x.centred, y.centred)
    distance = x.level - y.level
    elevation, scatter, shape = parts_of_distance(covariances, x.spread, y.spread, distance)
    squares = np.square(profiles[:, 0] - profiles[:, 1])
    return CoupleFigures(
        profiles=profiles,
        mean_profiles=means,
        flat=np.column_stack([x.flat, y.flat]),
        overall=correlation(covariances, x.spread, y.spread),
        distinctive=_distinctive(profiles, means, smallest),
        double_entry=double_entry(covariances, x.spread, y.spread, distance, smallest),
        d2=squares.mean(axis=1),
        elevation=elevation,
        scatter=scatter,
        shape=shape,
        normative=np.column_stack([_normative(x, means[0], smallest), _normative(y, means[1], smallest)]),
        cross_normative=np.column_stack(
            [_normative(x, means[1], smallest), _normative(y, means[0], smallest)]
        ),
    )


def mean_profiles(profiles: Floats, by_role: bool) -> Floats:
    """Return the mean profiles of both places (2, k): both that of all persons, unless ``by_role``.

    Of one couple they are nan: its own profiles would be the mean profile.
    """
    if len(profiles) < 2:
        return np.full(profiles.shape[1:], np.nan)
    means: Floats = profiles.mean(axis=0)
    return means if by_role else np.broadcast_to(means.mean(axis=0), means.shape).copy()


def _distinctive(profiles: Floats, means: Floats, smallest: float) -> Floats:
    """Return the correlation of both partners' deviations from the mean profiles (n,)."""
    x, y = (profiles_of(profiles[:, place] - means[place], smallest) for place in (0, 1))
    return correlation(covariance(x.centred, y.centred), x.spread, y.spread)


def _normative(persons: Profiles, mean_profile: Floats, smallest: float) -> Floats:
    """Return the correlation of each person's profile with a mean profile (n,)."""
    mean = profiles_of(mean_profile[None], smallest)
    return correlation((persons.centred * mean.centred).mean(axis=1), persons.spread, mean.spread)
