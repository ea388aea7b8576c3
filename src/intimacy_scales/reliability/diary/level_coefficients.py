"""Coefficients of diaries by level: within persons, between persons, and of what is observed of both."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reliability.consistency.conditions import negative_alpha
from intimacy_scales.reliability.consistency.intervals import logit
from intimacy_scales.reliability.diary.two_level.fitting import TwoLevelFactor, TwoLevelFit
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.frozen import freeze
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

Floats = NDArray[np.float64]

_METHOD = "delta method, logit"
_ROUNDING = 1e-6  # of a correlation at its bound
_NOTHING = 1e-10  # of all variance

DEFINITIONS = {
    "omega within": "(sum l_w)^2 / ((sum l_w)^2 + sum t_w): how occasions differ within a person, observed "
    "as deviations from the person's mean (Geldhof et al., 2014; Lai, 2021)",
    "omega between": "(sum l_b)^2 / ((sum l_b)^2 + sum t_b): latent means of persons, as if over endless "
    "occasions (Geldhof et al., 2014)",
    "omega person means": "(sum l_b)^2 / ((sum l_b)^2 + sum t_b + ((sum l_w)^2 + sum t_w) / n): observed "
    "means of persons over n occasions (Lai, 2021)",
    "omega overall": "(sum l)^2 (1 + f) / ((sum l)^2 (1 + f) + sum t_w + sum t_b): observed scores of single "
    "occasions, with equal loadings at both levels (Lai, 2021)",
    "alpha within": "k / (k - 1) (1 - tr W / sum W): omega within, where items load alike (Geldhof et al., "
    "2014)",
    "alpha between": "k / (k - 1) (1 - tr B / sum B): omega between, where items load alike (Geldhof et al., "
    "2014)",
}


@result_class
class LevelCoefficient(Result):
    """One reliability of a diary; ``float(result)`` gives the estimate.

    Attributes
    ----------
    coefficient
        Its name, for example ``omega within``.
    estimate, standard_error
        nan where they are not defined.
    definition
        Its formula, of which scores, and from where.
    n
        Persons.
    reason
        Why it is not defined; None where it is.
    warnings
        What to know before it is used, such as that its solution is improper.
    """

    coefficient: str
    estimate: float
    standard_error: float
    definition: str
    n: int
    reason: str | None = None
    warnings: tuple[str, ...] = ()

    def __float__(self) -> float:
        return float(self.estimate)

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return an interval by the delta method on the logit, whose ends stay between 0 and 1.

        Parameters
        ----------
        confidence_level
            For example 0.95.

        Notes
        -----
        ``logit(r) ± z se / (r (1 - r))`` (Raykov & Marcoulides, 2011), turned back. The standard error
        comes from the expected information of normal answers; the number of occasions is taken as given.
        There is no interval where the standard error is above ``sqrt(r (1 - r))``: nothing that stays
        between 0 and 1 with a mean of r varies so much (Bhatia & Davis, 2000).
        """
        level, reason = check_level(confidence_level), self.reason
        if reason is None and not math.isfinite(self.standard_error):
            reason = "the answers do not determine its standard error"
        if reason is not None:
            return undefined_interval(level, _METHOD, self.n, reason)
        ends = logit(self.estimate, self.standard_error, level)
        if isinstance(ends, str):
            return undefined_interval(level, _METHOD, self.n, ends)
        return Interval(low=ends[0], high=ends[1], confidence_level=level, method=_METHOD, n=self.n)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields with a 95 % interval; None for what is not defined."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"interval": self.confidence_interval().to_dict()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, interval=Interval)

    def __repr__(self) -> str:
        if self.reason is not None and math.isnan(self.estimate):
            return f"<{self.coefficient} is not defined: {self.reason}>"
        told = "".join(f" ({text})" for text in self.warnings)
        return (
            f"<{self.coefficient} = {shown(self.estimate)} {self.confidence_interval()}, n = {self.n}{told}>"
        )


def undefined(coefficient: str, n: int, reason: str) -> LevelCoefficient:
    """Return a coefficient that is not defined, with the reason."""
    return LevelCoefficient(
        coefficient=coefficient,
        estimate=math.nan,
        standard_error=math.nan,
        definition=DEFINITIONS[coefficient],
        n=n,
        reason=reason,
    )


@result_class
class LevelOmega(Result):
    """Reliability at one level, and the model it comes from; ``float(result)`` gives omega.

    Attributes
    ----------
    level
        ``within`` or ``between``.
    omega, alpha
        The coefficients.
    loadings, residual_variances
        Of each item, in answer units; the factor's variance is 1. Empty where there is no model.
    """

    level: str
    omega: LevelCoefficient
    alpha: LevelCoefficient
    loadings: Mapping[str, float]
    residual_variances: Mapping[str, float]

    @property
    def estimate(self) -> float:
        """Omega."""
        return self.omega.estimate

    def __float__(self) -> float:
        return float(self.omega.estimate)

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the interval of omega."""
        return self.omega.confidence_interval(confidence_level)

    @property
    def improper(self) -> tuple[str, ...]:
        """Items whose residual variance is negative."""
        return tuple(item for item, v in self.residual_variances.items() if v < 0)

    @property
    def composite_variance(self) -> float:
        """Variance of the sum of the items at this level, as the model has it."""
        if not self.loadings:
            return math.nan
        return sum(self.loadings.values()) ** 2 + sum(self.residual_variances.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__} | {"improper": [*self.improper]}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, improper=Sequence[str])

    def __repr__(self) -> str:
        return f"<{self.level} persons: {self.omega!r}; {self.alpha!r}>"


# ------------------------------------------------------------------ what follows from a model


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """What a two-level model says of the sum of the items: all that reliabilities depend on.

    Attributes
    ----------
    sums
        (4,): sum of loadings and of residual variances within, then between persons. With equal
        loadings the third is the variance of the factor between.
    covariance
        (4, 4): their sampling covariances.
    n
        Persons.
    """

    sums: Floats
    covariance: Floats
    n: int

    def __post_init__(self) -> None:
        freeze(self)

    def coefficient(
        self, name: str, true: float, by_true: list[float], total: float, by_total: list[float]
    ) -> LevelCoefficient:
        """Return ``true / total`` with its standard error, from both and their derivatives by the sums."""
        least = _NOTHING * float(np.sum(np.abs(self.sums) ** np.array([2, 1, 2, 1])))
        if not total > least:
            left = _beyond_rounding(total, least)
            return undefined(name, self.n, f"the model leaves the sum of the items a variance of {left:.3g}")
        estimate = true / total
        if not 0 <= estimate <= 1 + _NOTHING:
            why = "the residual variances add up to less than nothing"
            return undefined(
                name,
                self.n,
                f"it comes out as {estimate:.3f}, and a share of variance lies between 0 and 1: {why}",
            )
        slope = (np.array(by_true) - estimate * np.array(by_total)) / total
        variance = float(slope @ self.covariance @ slope)
        return LevelCoefficient(
            coefficient=name,
            estimate=estimate,
            standard_error=math.sqrt(variance) if variance >= 0 else math.nan,
            definition=DEFINITIONS[name],
            n=self.n,
        )

    def within(self) -> LevelCoefficient:
        """Return omega within persons."""
        a, u, _, _ = self.sums.tolist()
        return self.coefficient("omega within", a**2, [2 * a, 0, 0, 0], a**2 + u, [2 * a, 1, 0, 0])

    def between(self) -> LevelCoefficient:
        """Return omega of latent means of persons."""
        _, _, b, v = self.sums.tolist()
        return self.coefficient("omega between", b**2, [0, 0, 2 * b, 0], b**2 + v, [0, 0, 2 * b, 1])

    def person_means(self, n_occasions: float) -> LevelCoefficient:
        """Return omega of observed means of persons over so many occasions."""
        a, u, b, v = self.sums.tolist()
        total = b**2 + v + (a**2 + u) / n_occasions
        by_total = [2 * a / n_occasions, 1 / n_occasions, 2 * b, 1]
        return self.coefficient("omega person means", b**2, [0, 0, 2 * b, 0], total, by_total)

    def overall(self) -> LevelCoefficient:
        """Return omega of observed scores of single occasions, from a model with equal loadings."""
        a, u, f, v = self.sums.tolist()
        if f < 0:
            reason = f"with equal loadings the factor's variance between persons is estimated as {f:.3g}"
            return undefined("omega overall", self.n, reason)
        true, by_true = a**2 * (1 + f), [2 * a * (1 + f), 0, a**2, 0]
        return self.coefficient(
            "omega overall", true, by_true, true + u + v, list(np.add(by_true, [0, 1, 0, 1]))
        )


def _beyond_rounding(total: float, least: float) -> float:
    """Return a variance, 0 where it is no more than rounding leaves of none."""
    return 0.0 if total >= -least else total


def composite_of(fit: TwoLevelFactor, n: int, *, equal_loadings: bool) -> Composite:
    """Return what a fitted model says of the sum of the items of so many persons."""
    k = len(fit.mean)
    sizes = [k, k, 1 if equal_loadings else k, k]
    add = np.repeat(np.eye(4), sizes, axis=1)
    return Composite(sums=add @ fit.theta, covariance=add @ fit.covariance @ add.T, n=n)


def _improper_because(covariances: Floats, name: str, least: float) -> str | None:
    """Return why estimated covariances are those of no population, or None where each pair could be.

    Estimates of what lies between persons are differences, which chance may take below 0, or beyond a
    correlation of 1.
    """
    where = f"{name.rsplit(maxsplit=1)[-1]} persons"
    variances = covariances.diagonal()
    if variances.min() < -least:
        first = int(np.argmin(variances))
        return f"the variance of item {first + 1} {where} is estimated as {variances[first]:.3g}, below 0"
    bounds = np.sqrt(np.outer(np.maximum(variances, 0.0), np.maximum(variances, 0.0)))
    beyond = np.abs(covariances) - bounds * (1 + _ROUNDING)
    np.fill_diagonal(beyond, -1.0)
    if beyond.max() > least:
        one, other = sorted(np.unravel_index(int(np.argmax(beyond)), beyond.shape))
        return f"items {one + 1} and {other + 1} are estimated to correlate beyond 1 {where}"
    return None


def level_alpha(name: str, fit: TwoLevelFit, n: int) -> LevelCoefficient:
    """Return alpha within or between persons from a fit without structure."""
    between = name.endswith("between")
    covariances = fit.between if between else fit.within
    k, rows, columns = len(covariances), *np.tril_indices(len(covariances))
    total, trace = float(covariances.sum()), float(np.trace(covariances))
    least = _NOTHING * float(abs(fit.within.sum()) + abs(fit.between.sum()))
    if not total > least:
        reason = f"the sum of the items has an estimated variance of {_beyond_rounding(total, least):.3g}"
        return undefined(name, n, reason)
    improper = _improper_because(covariances, name, least)
    if improper is not None:
        return undefined(name, n, improper)
    diagonal = rows == columns
    of_total, of_trace = np.where(diagonal, 1.0, 2.0), np.where(diagonal, 1.0, 0.0)
    slope = -k / (k - 1) * (of_trace - trace / total * of_total) / total
    part = slice(len(rows), None) if between else slice(len(rows))
    variance = float(slope @ fit.covariance[part, part] @ slope)
    alpha = k / (k - 1) * (1 - trace / total)
    return LevelCoefficient(
        coefficient=name,
        estimate=alpha,
        warnings=tuple(negative_alpha(alpha)),
        standard_error=math.sqrt(variance) if variance >= 0 else math.nan,
        definition=DEFINITIONS[name],
        n=n,
    )
