"""Precision of estimates as a function of the sample size (numbers only)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reliability.consistency.intervals import bonett, feldt, fisher_z, normal_quantile

PlannedInterval = Literal["bonett", "bonett-wright", "feldt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalDesign(ABC):
    """A confidence interval of a coefficient, as a function of the number of persons or couples.

    Attributes
    ----------
    expected
        The coefficient's value in the population, and in the sample whose interval is planned.
    confidence_level
        For example 0.95.
    """

    expected: float
    confidence_level: float

    @abstractmethod
    def independent(self, units: int) -> int:
        """Return the effective sample size: the equivalent number of independent persons (or couples)."""

    @abstractmethod
    def enough(self, units: int) -> bool:
        """Return whether the interval is defined."""

    @abstractmethod
    def ends(self, units: int) -> tuple[float, float]:
        """Return the interval of a sample whose estimate is the expected one."""

    @abstractmethod
    def probability(self, units: int, width: float) -> float:
        """Return the probability that the interval of a sample is at most ``width`` wide."""

    def width(self, units: int) -> float:
        """Return the width of `ends`."""
        low, high = self.ends(units)
        return high - low


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaDesign(IntervalDesign):
    """An interval of coefficient alpha, from persons or, with a partner correlation, from couples."""

    n_items: int
    method: PlannedInterval
    partner_correlation: float | None

    @property
    def design_effect(self) -> float:
        """Factor by which partners increase the variance of ``ln(1 - estimate)``: ``1 + r**2 (k - 1) / k``.

        Alpha is computed from two mean squares. The logarithm of that between persons has the variance
        ``2 (1 + r**2) / (n - 1)``, since squares of normal scores that correlate r correlate r**2; that of
        the residual one ``2 / ((n - 1)(k - 1))``, since residuals of partners do not correlate.
        """
        r = self.partner_correlation or 0.0
        return 1 + r * r * (self.n_items - 1) / self.n_items

    def independent(self, units: int) -> int:
        """Return the equivalent number of independent persons."""
        if self.partner_correlation is None:
            return units
        return int(2 * units / self.design_effect * (1 + ROUNDING))  # a whole number is not rounded down

    def enough(self, units: int) -> bool:
        """Return whether there are at least three independent persons."""
        return self.independent(units) >= 3  # the variance has the divisor n - 2

    def ends(self, units: int) -> tuple[float, float]:
        """Return the same interval as `CronbachAlpha.confidence_interval` for this estimate."""
        given = (self.expected, self.independent(units), self.n_items, self.confidence_level)
        if self.method == "feldt":
            return feldt(*given)
        return bonett(*given, corrected=self.method == "bonett-wright")

    def probability(self, units: int, width: float) -> float:
        """Return the probability that the interval of a sample is at most ``width`` wide.

        The width of the closed-form intervals is proportional to ``1 - estimate``, and
        ``(1 - alpha) / (1 - estimate)`` has an F distribution with n - 1 and (n - 1)(k - 1) degrees of
        freedom (Feldt, 1965), to which Bonett's normal distribution of ``ln(1 - estimate)`` is an
        approximation.
        """
        from scipy.special import fdtrc

        df = self.independent(units) - 1
        return float(fdtrc(df, df * (self.n_items - 1), self.width(units) / width))


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationDesign(IntervalDesign):
    """Fisher's interval of a correlation between partners, from couples."""

    def independent(self, units: int) -> int:
        """Return the number of couples."""
        return units

    def enough(self, units: int) -> bool:
        """Return whether there are at least four couples."""
        return units >= 4  # the variance of z has the divisor n - 3

    def ends(self, units: int) -> tuple[float, float]:
        """Return Fisher's interval."""
        return fisher_z(self.expected, units, self.confidence_level)

    def probability(self, units: int, width: float) -> float:
        """Return the probability that the interval of a sample is at most ``width`` wide.

        With ``h = q / sqrt(n - 3)`` the width is ``2 sinh 2h / (cosh 2z + cosh 2h)``, which is at most
        ``width`` if ``cosh 2z >= 2 sinh 2h / width - cosh 2h``. For normal scores, z is approximately normal
        with mean ``atanh rho + rho / (2(n - 1))`` and variance ``1 / (n - 3)`` (Fisher, 1921).
        """
        from scipy.special import ndtr

        root = math.sqrt(units - 3)
        twice_h = 2 * normal_quantile(self.confidence_level) / root
        least_cosh = 2 * math.sinh(twice_h) / width - math.cosh(twice_h)
        if least_cosh <= 1:
            return 1.0
        z = math.acosh(least_cosh) / 2
        mean = math.atanh(self.expected) + self.expected / (2 * (units - 1))
        return float(ndtr((mean - z) * root) + ndtr((-mean - z) * root))


def mean_variance(_: float, partners: float) -> tuple[float, float]:
    """Return n times the variance of a mean in squared standard deviations, and the design effect.

    Both are ``1 + r`` if both partners are in the sample (Kish, 1965).
    """
    return 1 + partners, 1 + partners


def norm_score_variance(share: float, partners: float) -> tuple[float, float]:
    """Return n times the variance of a z score from a sample's mean and sd, and the design effect.

    ``1 + z**2 / 2`` for independent persons with normal scores. With partners the first term, which is due to
    the mean, is multiplied by ``1 + r``, and the second, due to the standard deviation, by ``1 + r**2``.
    """
    from scipy.special import ndtri

    half = float(ndtri(share)) ** 2 / 2
    variance = 1 + partners + half * (1 + partners**2)
    return variance, variance / (1 + half)


def rank_variance(share: float, partners: float) -> tuple[float, float]:
    """Return n times the variance of a counted percentile rank, and the design effect.

    ``100**2 p (1 - p)`` for independent persons. The indicators that one and the other partner are below the
    score correlate ``(P - p**2) / (p (1 - p))``, with P the probability that both are: for normal scores
    ``p - 2 T(z, sqrt((1 - r) / (1 + r)))``, with T the function of Owen (1956).
    """
    from scipy.special import ndtri, owens_t

    both = share - 2 * float(owens_t(float(ndtri(share)), math.sqrt((1 - partners) / (1 + partners))))
    single = share * (1 - share)
    effect = 1 + (both - share**2) / single
    return 100**2 * single * effect, effect
