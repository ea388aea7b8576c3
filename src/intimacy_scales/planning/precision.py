"""How precise a sample of some size would be (numbers only)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.reliability.consistency.intervals import bonett, feldt, fisher_z, normal_quantile

PlannedInterval = Literal["bonett", "bonett-wright", "feldt"]
_FEWEST_FOR_ALPHA = 3
_FEWEST_FOR_FISHER = 4
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalDesign(ABC):
    """An interval of some coefficient, as it depends on the number of persons or couples.

    Attributes
    ----------
    expected
        The coefficient's value, in the population and in the sample whose interval is looked at.
    confidence_level
        For example 0.95.
    """

    expected: float
    confidence_level: float

    @abstractmethod
    def independent(self, units: int) -> int:
        """Return as how many independent persons (or couples) these count."""

    @abstractmethod
    def enough(self, units: int) -> bool:
        """Whether an interval is defined."""

    @abstractmethod
    def ends(self, units: int) -> tuple[float, float]:
        """Return the interval of a sample whose estimate is the expected one."""

    @abstractmethod
    def probability(self, units: int, width: float) -> float:
        """Return the probability that the interval of a sample is at most so wide."""

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
        """By how much partners enlarge the variance of ``ln(1 - estimate)``: ``1 + r**2 (k - 1) / k``.

        Of the two mean squares that make alpha, the logarithm of that between persons has variance
        ``2 (1 + r**2) / (n - 1)``, and of the residual one ``2 / ((n - 1)(k - 1))``: squares of normal
        scores that correlate r correlate r**2, and residuals of partners do not correlate.
        """
        r = self.partner_correlation or 0.0
        return 1 + r * r * (self.n_items - 1) / self.n_items

    def independent(self, units: int) -> int:
        """Return as how many independent persons these persons or couples count."""
        if self.partner_correlation is None:
            return units
        return int(2 * units / self.design_effect * (1 + _ROUNDING))  # a whole number stays one

    def enough(self, units: int) -> bool:
        """Whether there are three independent persons."""
        return self.independent(units) >= _FEWEST_FOR_ALPHA

    def ends(self, units: int) -> tuple[float, float]:
        """Return what `CronbachAlpha.confidence_interval` gives this estimate."""
        given = (self.expected, self.independent(units), self.n_items, self.confidence_level)
        if self.method == "feldt":
            return feldt(*given)
        return bonett(*given, corrected=self.method == "bonett-wright")

    def probability(self, units: int, width: float) -> float:
        """Return the probability that the interval of a sample is at most so wide.

        Closed forms are as wide as ``1 - estimate``, and ``(1 - alpha) / (1 - estimate)`` has an F
        distribution with n - 1 and (n - 1)(k - 1) degrees of freedom (Feldt, 1965), which Bonett's
        normal distribution of ``ln(1 - estimate)`` comes near.
        """
        from scipy.special import fdtrc

        df = self.independent(units) - 1
        return float(fdtrc(df, df * (self.n_items - 1), self.width(units) / width))


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationDesign(IntervalDesign):
    """Fisher's interval of a correlation between partners, from couples."""

    def independent(self, units: int) -> int:
        """Return the number of couples: each counts as one."""
        return units

    def enough(self, units: int) -> bool:
        """Whether there are four couples."""
        return units >= _FEWEST_FOR_FISHER

    def ends(self, units: int) -> tuple[float, float]:
        """Return Fisher's interval."""
        return fisher_z(self.expected, units, self.confidence_level)

    def probability(self, units: int, width: float) -> float:
        """Return the probability that the interval of a sample is at most so wide.

        With ``h = q / sqrt(n - 3)`` the interval is ``2 sinh 2h / (cosh 2z + cosh 2h)`` wide, so it is
        narrow enough where ``|z|`` is large enough. Of normal scores, z is about normal around
        ``atanh rho + rho / (2(n - 1))`` with variance ``1 / (n - 3)`` (Fisher, 1921).
        """
        from scipy.special import ndtr

        root = math.sqrt(units - 3)
        double = 2 * normal_quantile(self.confidence_level) / root
        least = 2 * math.sinh(double) / width - math.cosh(double)
        if least <= 1:
            return 1.0
        z = math.acosh(least) / 2
        centre = math.atanh(self.expected) + self.expected / (2 * (units - 1))
        return float(ndtr((centre - z) * root) + ndtr((-centre - z) * root))


def mean_variance(_: float, partners: float) -> tuple[float, float]:
    """Return n times the variance of a mean in squared standard deviations, and the design effect.

    ``1 + r``, with partners both in the sample (Kish, 1965).
    """
    return 1 + partners, 1 + partners


def norm_score_variance(share: float, partners: float) -> tuple[float, float]:
    """Return n times the variance of a z score made with a sample's mean and sd, and the design effect.

    ``1 + z**2 / 2`` of independent persons with normal scores. Partners enlarge the part of the mean
    ``1 + r`` times, and that of the standard deviation, which squares make, ``1 + r**2`` times.
    """
    from scipy.special import ndtri

    half = float(ndtri(share)) ** 2 / 2
    variance = 1 + partners + half * (1 + partners**2)
    return variance, variance / (1 + half)


def rank_variance(share: float, partners: float) -> tuple[float, float]:
    """Return n times the variance of a counted percentile rank, and the design effect.

    ``100**2 p (1 - p)`` of independent persons. Whether partners are below the score correlates
    ``(P - p**2) / (p (1 - p))``, with P the probability that both are: for normal scores
    ``p - 2 T(z, sqrt((1 - r) / (1 + r)))``, with T the function of Owen (1956).
    """
    from scipy.special import ndtri, owens_t

    both = share - 2 * float(owens_t(float(ndtri(share)), math.sqrt((1 - partners) / (1 + partners))))
    single = share * (1 - share)
    effect = 1 + (both - share**2) / single
    return 100**2 * single * effect, effect
