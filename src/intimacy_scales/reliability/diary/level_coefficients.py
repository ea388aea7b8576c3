"""Reliability coefficients of diaries by level: within persons, between persons, and of observed scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import CORRELATION_BOUND, NO_LEVEL_VARIANCE
from intimacy_scales.reliability.consistency.conditions import negative_alpha
from intimacy_scales.reliability.consistency.intervals import logit
from intimacy_scales.reliability.diary.two_level.fitting import TwoLevelFactor, TwoLevelFit
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.frozen import freeze
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa

Floats = NDArray[np.float64]

_METHOD = "delta method, logit"

DEFINITIONS = {
    "omega within": "(sum l_w)^2 / ((sum l_w)^2 + sum t_w): differences between occasions of a person, "
    "observed as deviations from the person's mean (Geldhof et al., 2014; Lai, 2021)",
    "omega between": "(sum l_b)^2 / ((sum l_b)^2 + sum t_b): latent means of persons, as if over infinitely "
    "many occasions (Geldhof et al., 2014)",
    "omega person means": "(sum l_b)^2 / ((sum l_b)^2 + sum t_b + ((sum l_w)^2 + sum t_w) / n): observed "
    "means of persons over n occasions (Lai, 2021)",
    "omega overall": "(sum l)^2 (1 + f) / ((sum l)^2 (1 + f) + sum t_w + sum t_b): observed scores of single "
    "occasions, with equal loadings at both levels (Lai, 2021)",
    "alpha within": "k / (k - 1) (1 - tr W / sum W): equals omega within if items have equal loadings "
    "(Geldhof et al., 2014)",
    "alpha between": "k / (k - 1) (1 - tr B / sum B): equals omega between if items have equal loadings "
    "(Geldhof et al., 2014)",
}


@result_class
class LevelCoefficient(Result):
    """One reliability coefficient of a diary; ``float(result)`` gives the estimate.

    Attributes
    ----------
    coefficient
        Name of the coefficient, for example ``omega within``.
    estimate, standard_error
        nan if undefined.
    definition
        Formula, the scores that it is the reliability of, and source.
    n
        Number of persons.
    reason
        Why the coefficient is undefined; None if it is defined.
    warnings
        Cautions about using it, for example that the solution is improper.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> from intimacy_scales.reliability import two_level_omega
    >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
    >>> omega = two_level_omega("scii-daily", days, person="person", scale="trust").within.omega
    >>> omega.coefficient, round(float(omega), 2), omega.n
    ('omega within', 0.64, 80)
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
        ``logit(r) ± z se / (r (1 - r))`` (Raykov & Marcoulides, 2011), transformed back. The standard error
        comes from the expected information, which assumes normality; the number of occasions is taken as
        fixed. The interval is undefined if the standard error is above ``sqrt(r (1 - r))``, the largest
        standard deviation of a variable between 0 and 1 with mean r (Bhatia & Davis, 2000).
        """
        level, reason = check_level(confidence_level), self.reason
        if reason is None and not math.isfinite(self.standard_error):
            reason = "the answers do not determine its standard error"
        if reason is not None:
            return undefined_interval(level, _METHOD, self.n, reason)
        ends = logit(self.estimate, self.standard_error, level)
        if isinstance(ends, str):
            return undefined_interval(level, _METHOD, self.n, ends)
        return Interval(
            low=ends[0], high=ends[1], confidence_level=level, method=_METHOD, n=self.n, bounded=True
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields with a 95 % interval; None for undefined values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"interval": self.confidence_interval().to_dict()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, interval=Interval)

    def __repr__(self) -> str:
        if self.reason is not None and math.isnan(self.estimate):
            return f"<{self.coefficient} is not defined: {self.reason}>"
        cautions = "".join(f" ({text})" for text in self.warnings)
        estimate = f"{self.coefficient} = {apa(self.estimate, 3)} {self.confidence_interval()}"
        return f"<{estimate}, n = {self.n}{cautions}>"


def undefined(coefficient: str, n: int, reason: str) -> LevelCoefficient:
    """Return an undefined coefficient with the reason."""
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
    """Reliability at one level, and the factor model it comes from; ``float(result)`` gives omega.

    Attributes
    ----------
    level
        ``within`` or ``between``.
    omega, alpha
        The coefficients.
    loadings, residual_variances
        Of each item, in units of the answers; the factor's variance is 1. Empty if no model was fitted.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> from intimacy_scales.reliability import two_level_omega
    >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
    >>> within = two_level_omega("scii-daily", days, person="person", scale="trust").within
    >>> within.level, len(within.loadings), within.improper
    ('within', 3, ())
    """

    level: str
    omega: LevelCoefficient
    alpha: LevelCoefficient
    loadings: Mapping[str, float]
    residual_variances: Mapping[str, float]

    @property
    def estimate(self) -> float:
        """The estimate of omega."""
        return self.omega.estimate

    def __float__(self) -> float:
        return float(self.omega.estimate)

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the confidence interval of omega."""
        return self.omega.confidence_interval(confidence_level)

    @property
    def improper(self) -> tuple[str, ...]:
        """Items whose residual variance is negative."""
        return tuple(item for item, v in self.residual_variances.items() if v < 0)

    @property
    def composite_variance(self) -> float:
        """Variance of the sum of the items at this level that the model implies."""
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


# ------------------------------------------------------------------ coefficients from a model


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """Sums of loadings and of residual variances in a two-level model, from which every omega follows.

    Attributes
    ----------
    sums
        (4,): sum of loadings and of residual variances within, then between persons. With equal
        loadings the third is the variance of the factor between.
    covariance
        (4, 4): their sampling covariances.
    n
        Number of persons.
    """

    sums: Floats
    covariance: Floats
    n: int

    def __post_init__(self) -> None:
        freeze(self)

    def coefficient(
        self, name: str, true: float, by_true: list[float], total: float, by_total: list[float]
    ) -> LevelCoefficient:
        """Return ``r = true / total`` with its standard error, from derivatives of both by the sums.

        Delta method: ``se² = g' C g`` with C the covariances of the sums and
        ``g = (d true - r d total) / total``.
        """
        least = NO_LEVEL_VARIANCE * float(np.sum(np.abs(self.sums) ** np.array([2, 1, 2, 1])))
        if not total > least:
            variance = _without_rounding(total, least)
            return undefined(
                name, self.n, f"the model implies a variance of {variance:.3g} of the items' sum"
            )
        estimate = true / total
        if not 0 <= estimate <= 1 + NO_LEVEL_VARIANCE:
            why = "the residual variances have a negative sum"
            return undefined(
                name, self.n, f"its estimate is {apa(estimate, 3)}, which is not from 0 to 1: {why}"
            )
        gradient = (np.array(by_true) - estimate * np.array(by_total)) / total
        variance = float(gradient @ self.covariance @ gradient)
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
        """Return omega of the latent means of persons."""
        _, _, b, v = self.sums.tolist()
        return self.coefficient("omega between", b**2, [0, 0, 2 * b, 0], b**2 + v, [0, 0, 2 * b, 1])

    def person_means(self, n_occasions: float) -> LevelCoefficient:
        """Return omega of the observed means of persons over a number of occasions."""
        a, u, b, v = self.sums.tolist()
        total = b**2 + v + (a**2 + u) / n_occasions
        by_total = [2 * a / n_occasions, 1 / n_occasions, 2 * b, 1]
        return self.coefficient("omega person means", b**2, [0, 0, 2 * b, 0], total, by_total)

    def overall(self) -> LevelCoefficient:
        """Return omega of observed scores of single occasions, from a model with equal loadings."""
        a, u, f, v = self.sums.tolist()
        if f < 0:
            reason = f"with equal loadings, the factor's variance between persons is estimated as {f:.3g}"
            return undefined("omega overall", self.n, reason)
        true, by_true = a**2 * (1 + f), [2 * a * (1 + f), 0, a**2, 0]
        return self.coefficient(
            "omega overall", true, by_true, true + u + v, list(np.add(by_true, [0, 1, 0, 1]))
        )


def _without_rounding(variance: float, rounding_error: float) -> float:
    """Return a variance that is not positive, as 0 if it is negative only by rounding error."""
    return 0.0 if variance >= -rounding_error else variance


def composite_of(fit: TwoLevelFactor, n: int, *, equal_loadings: bool) -> Composite:
    """Return the sums of a fitted model's parameters, for n persons."""
    k = len(fit.mean)
    block_sizes = [k, k, 1 if equal_loadings else k, k]
    add = np.repeat(np.eye(4), block_sizes, axis=1)
    return Composite(sums=add @ fit.theta, covariance=add @ fit.covariance @ add.T, n=n)


def _improper_because(covariances: Floats, name: str, least: float) -> str | None:
    """Return why estimated covariances are not those of real variables, or None if each pair could be.

    Estimates between persons are differences of mean squares, so that sampling error can make a variance
    negative or a correlation larger than 1.
    """
    where = f"{name.rsplit(maxsplit=1)[-1]} persons"
    variances = covariances.diagonal()
    if variances.min() < -least:
        first = int(np.argmin(variances))
        return f"the variance of item {first + 1} {where} is estimated as {variances[first]:.3g}, below 0"
    bounds = np.sqrt(np.outer(np.maximum(variances, 0.0), np.maximum(variances, 0.0)))
    beyond = np.abs(covariances) - bounds * (1 + CORRELATION_BOUND)
    np.fill_diagonal(beyond, -1.0)
    if beyond.max() > least:
        i, j = sorted(np.unravel_index(int(np.argmax(beyond)), beyond.shape))
        return f"the correlation of items {i + 1} and {j + 1} {where} is estimated beyond 1"
    return None


def level_alpha(name: str, fit: TwoLevelFit, n: int) -> LevelCoefficient:
    """Return alpha within or between persons from a saturated model.

    ``alpha = k / (k - 1) (1 - tr / total)`` with the trace and the sum of the covariances. The delta method
    uses derivatives by the lower triangle, whose elements off the diagonal count twice in the total.
    """
    between = name.endswith("between")
    covariances = fit.between if between else fit.within
    k, rows, columns = len(covariances), *np.tril_indices(len(covariances))
    total, trace = float(covariances.sum()), float(np.trace(covariances))
    least = NO_LEVEL_VARIANCE * float(abs(fit.within.sum()) + abs(fit.between.sum()))
    if not total > least:
        reason = f"the items' sum has an estimated variance of {_without_rounding(total, least):.3g}"
        return undefined(name, n, reason)
    improper = _improper_because(covariances, name, least)
    if improper is not None:
        return undefined(name, n, improper)
    diagonal = rows == columns
    by_total, by_trace = np.where(diagonal, 1.0, 2.0), np.where(diagonal, 1.0, 0.0)
    gradient = -k / (k - 1) * (by_trace - trace / total * by_total) / total
    level = slice(len(rows), None) if between else slice(len(rows))
    variance = float(gradient @ fit.covariance[level, level] @ gradient)
    alpha = k / (k - 1) * (1 - trace / total)
    return LevelCoefficient(
        coefficient=name,
        estimate=alpha,
        warnings=tuple(negative_alpha(alpha)),
        standard_error=math.sqrt(variance) if variance >= 0 else math.nan,
        definition=DEFINITIONS[name],
        n=n,
    )
