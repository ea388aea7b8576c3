"""Similarity of the profiles of two persons (arrays only).

With the level (mean), standard deviation s (divisor k) and shape of each of two profiles x and y of k
components, and r their correlation (Cronbach & Gleser, 1953; Furr, 2010):

    mean (x - y)²  =  (mean x - mean y)²  +  (s_x - s_y)²  +  2 s_x s_y (1 - r)
    D²             =  elevation           +  scatter       +  shape
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import ROUNDING, SAME_SCORE

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """Profiles of n persons, taken apart.

    Attributes
    ----------
    level
        (n,): means of the profiles.
    spread
        (n,): standard deviations within profiles, with divisor k; 0 where a profile is flat.
    centred
        (n, k): values less the level of the profile.
    """

    level: Floats
    spread: Floats
    centred: Floats

    @property
    def flat(self) -> NDArray[np.bool_]:
        """Whether all values of a profile are equal (n,)."""
        flat: NDArray[np.bool_] = self.spread == 0
        return flat


def smallest_difference(values: Floats) -> float:
    """Return the difference up to which two of these values count as equal."""
    return SAME_SCORE * float(np.abs(values).max(initial=0))


def profiles_of(values: Floats, smallest: float) -> Profiles:
    """Return profiles (n, k) taken apart; one whose values differ by up to ``smallest`` is flat."""
    level = values.mean(axis=1)
    centred = values - level[:, None]
    centred[values.max(axis=1) - values.min(axis=1) <= smallest] = 0.0
    spread = np.sqrt(np.einsum("nk,nk->n", centred, centred) / values.shape[1])
    return Profiles(level=level, spread=spread, centred=centred)


def covariance(x: Floats, y: Floats) -> Floats:
    """Return the mean product (n,) of centred profiles, row by row."""
    covariances: Floats = np.einsum("nk,nk->n", x, y) / x.shape[1]
    return covariances


def correlation(covariances: Floats, x_spread: Floats, y_spread: Floats) -> Floats:
    """Return correlations of profiles, limited to -1 and 1 against rounding error; nan where one is flat."""
    product = x_spread * y_spread
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(product > 0, np.clip(covariances / product, -1.0, 1.0), np.nan)


def double_entry(
    covariances: Floats, x_spread: Floats, y_spread: Floats, distance: Floats, smallest: float
) -> Floats:
    """Return the double-entry intraclass correlation of profiles (n,).

    It is the correlation of the 2k values (x, y) with (y, x). With d the difference of the levels, both have
    the mean (mean x + mean y) / 2, the variance (s_x² + s_y²) / 2 + d² / 4 and the covariance s_xy - d² / 4.
    It is undefined (nan) where both profiles are flat and have the same level.
    """
    variance = (x_spread**2 + y_spread**2) / 2 + distance**2 / 4
    same = (x_spread == 0) & (y_spread == 0) & (np.abs(distance) <= smallest)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(same, np.nan, np.clip((covariances - distance**2 / 4) / variance, -1.0, 1.0))


def parts_of_distance(
    covariances: Floats, x_spread: Floats, y_spread: Floats, distance: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the parts of the mean squared difference that come from elevation, scatter and shape.

    The shape part ``2 s_x s_y (1 - r)`` is computed as ``2 (s_x s_y - s_xy)``, which is 0 where a profile is
    flat; rounding error is removed.
    """
    product = x_spread * y_spread
    shape = np.where(product - covariances > ROUNDING * product, 2 * (product - covariances), 0.0)
    return distance**2, (x_spread - y_spread) ** 2, shape
