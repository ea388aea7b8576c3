"""Means over couples of figures of their profiles, and intervals of these means (arrays only).

Couples are the units: both partners' correlations with a mean profile are one figure of the couple, or one
for each role.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from intimacy_scales.dyads.profiles.couple_figures import COMPARED, CORRELATIONS, CoupleFigures
from intimacy_scales.dyads.profiles.figures import Floats, profiles_of, smallest_difference
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.progress import steps
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.numerics.tolerances import ROUNDING

_DRAWS = 262_144  # numbers drawn in a batch
NORMATIVE = ("normative", "cross_normative")


class Figure(NamedTuple):
    """A figure of couples.

    Attributes
    ----------
    kind
        One of the `COMPARED` or `NORMATIVE` figures.
    place
        Of a normative figure: that of the first or the second partner; None: the mean of both.
    """

    kind: str
    place: int | None = None

    @property
    def is_correlation(self) -> bool:
        """Whether it is a correlation, rather than a squared difference."""
        return self.kind in CORRELATIONS or self.kind in NORMATIVE


def values_of(couples: CoupleFigures, figure: Figure) -> Floats:
    """Return a figure of each couple (n,), nan where it is undefined."""
    values: Floats = getattr(couples, figure.kind)
    if figure.kind in COMPARED:
        return values
    return values.mean(axis=1) if figure.place is None else values[:, figure.place]


def fisher_z(correlations: Floats) -> Floats:
    """Return Fisher's z of correlations, nan where one is -1 or 1, whose z is infinite."""
    finite = np.abs(correlations) < 1 - ROUNDING
    return np.arctanh(np.where(finite, correlations, np.nan))


def is_constant(values: Floats) -> bool:
    """Return whether the defined values are the same, but for rounding."""
    defined = values[~np.isnan(values)]
    return float(np.ptp(defined)) <= ROUNDING * float(np.abs(defined).max())


def t_interval(values: Floats, confidence_level: float) -> tuple[float, float]:
    """Return the interval of the mean of two or more defined values, ``mean ± t sd / sqrt(n)``."""
    from scipy.special import stdtrit

    values = values[~np.isnan(values)]
    n, mean = len(values), float(values.mean())
    half_width = float(stdtrit(n - 1, (1 + confidence_level) / 2)) * float(values.std(ddof=1)) / math.sqrt(n)
    return mean - half_width, mean + half_width


def resampled_means(
    couples: CoupleFigures,
    figure: Figure,
    by_role: bool,
    transform: Callable[[Floats], Floats],
    n_resamples: int,
    rng: np.random.Generator,
) -> Floats:
    """Return the mean of a figure in each resample of couples (n_resamples,), nan where it is undefined.

    Mean profiles are those of the resample.

    Parameters
    ----------
    couples, figure
        As in `values_of`.
    by_role
        As in `figures_of_couples`.
    transform
        What figures are turned into before the mean is taken, such as Fisher's z.
    """
    n = len(couples)
    depends = figure.kind == "distinctive" or figure.kind in NORMATIVE
    refigured = _Refigured(couples, figure, by_role) if depends else None
    fixed = transform(values_of(couples, figure))[:, None]
    at_once = max(1, min(n_resamples, _DRAWS // n))
    means = np.empty(n_resamples)
    batches = range(0, n_resamples, at_once)
    for start in steps(batches, f"resampling {figure.kind} similarity, batches", len(batches)):
        count = min(at_once, n_resamples - start)
        drawn = draw_counts(n, count, rng).astype(np.float64)
        with one_blas_thread():
            values = fixed if refigured is None else transform(refigured(drawn))
        defined = ~np.isnan(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            means[start : start + count] = (drawn.T * np.where(defined, values, 0.0)).sum(axis=0) / (
                drawn.T * defined
            ).sum(axis=0)
    return means


class _Refigured:
    """A figure that depends on the mean profiles, of each couple for other mean profiles.

    With x, y the centred profiles and m1, m2 the centred mean profiles, the distinctive similarity is the
    correlation of ``x - m1`` and ``y - m2``, from ``cov(x, y) - cov(x, m2) - cov(y, m1) + cov(m1, m2)`` and
    ``var(x) - 2 cov(x, m1) + var(m1)``.
    """

    def __init__(self, couples: CoupleFigures, figure: Figure, by_role: bool) -> None:
        self.smallest = smallest_difference(couples.profiles)
        sides = [profiles_of(couples.profiles[:, place], self.smallest) for place in (0, 1)]
        self.x, self.y = (side.centred for side in sides)
        self.variances = [np.square(side.spread)[:, None] for side in sides]
        self.figure, self.by_role = figure, by_role

    def __call__(self, drawn: Floats) -> Floats:
        """Return the figure of each couple (n, b) in b resamples with the counts (b, n)."""
        n, k = self.x.shape
        m1, m2 = drawn @ self.x / n, drawn @ self.y / n
        if not self.by_role:
            m1 = m2 = (m1 + m2) / 2
        for m in (m1, m2):  # a flat mean profile has rounding error, which no flat profile of a person has
            m[np.ptp(m, axis=1) <= self.smallest] = 0.0
        if self.figure.kind == "distinctive":
            return self._distinctive(m1, m2)
        if self.figure.kind == "cross_normative":
            m1, m2 = m2, m1
        both = [
            _correlation(side @ m.T / k, variance, np.square(m).mean(axis=1)[None])
            for side, m, variance in zip((self.x, self.y), (m1, m2), self.variances, strict=True)
        ]
        return (both[0] + both[1]) / 2 if self.figure.place is None else both[self.figure.place]

    def _distinctive(self, m1: Floats, m2: Floats) -> Floats:
        """Return the distinctive similarity (n, b) with the mean profiles m1, m2 (b, k)."""
        k = m1.shape[1]
        of_means = (m1 * m2).mean(axis=1)[None]
        covariances = (self.x * self.y).mean(axis=1)[:, None] - (self.x @ m2.T + self.y @ m1.T) / k + of_means
        deviations = []
        for side, m, variance in zip((self.x, self.y), (m1, m2), self.variances, strict=True):
            total = variance + np.square(m).mean(axis=1)[None]
            remaining = total - 2 * side @ m.T / k
            deviations.append(np.where(remaining > ROUNDING * total, remaining, 0.0))
        return _correlation(covariances, *deviations)


def _correlation(covariances: Floats, x_variance: Floats, y_variance: Floats) -> Floats:
    """Return correlations of profiles from variances; nan where one is 0."""
    product = x_variance * y_variance
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(product > 0, np.clip(covariances / np.sqrt(product), -1.0, 1.0), np.nan)
