"""The difference of the partners' means on the factor, which is only as good as the invariance behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from intimacy_scales.dyads.estimates import interval_by_error, statistic_of, two_sided_p
from intimacy_scales.dyads.invariance.models import PairedItems
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, shown

Status = Literal["supported", "partial", "not supported", "not tested"]

RULE = "CFI falls by no more than .010 at each step (Cheung & Rensvold, 2002)"
_WITH_MEANS = ("scalar", "residual", "variances")  # intercepts are equal there, and means are free


@result_class
class PartnerMeans(Result):
    """The difference of two partners' latent means: the first partner's less the second's.

    Attributes
    ----------
    partners
        The partners.
    difference, se
        In standard deviations of the first partner's factor, with its standard error.
    standardized, standardized_se
        In standard deviations pooled over both partners, ``difference / sqrt((v1 + v2) / 2)``, with its
        standard error by the delta method.
    n
        Couples.
    step
        The model that it is estimated in, in which intercepts are equal; None where there is none.
    invariance
        Whether equal loadings and intercepts are ``supported``, ``partial`` (supported, with some
        parameters released), ``not supported`` or ``not tested``.
    rule
        By which rule.
    reason
        Why the difference is undefined; None where it is defined.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, dyadic_invariance
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
    >>> means = dyadic_invariance(dyads, "trust").mean_difference
    >>> means.invariance, means.step, means.se > 0
    ('supported', 'scalar', True)
    """

    partners: tuple[str, str]
    difference: float
    se: float
    standardized: float
    standardized_se: float
    n: int
    step: str | None
    invariance: Status
    rule: str = RULE
    reason: str | None = None

    @property
    def statistic(self) -> float:
        """The standardized difference divided by its standard error, z.

        It does not depend on which partner comes first; that of ``difference``, which is in units of the
        first partner's factor, does.
        """
        return statistic_of(self.standardized, self.standardized_se)

    @property
    def p(self) -> float:
        """Two-sided p-value of the hypothesis that the means are equal."""
        return two_sided_p(self.standardized, self.standardized_se)

    def confidence_interval(self, confidence_level: float = 0.95, *, standardized: bool = False) -> Interval:
        """Return the normal (Wald) interval of the difference.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        standardized
            Whether of the difference in pooled standard deviations.
        """
        value, se = (self.standardized, self.standardized_se) if standardized else (self.difference, self.se)
        return interval_by_error(value, se, confidence_level, n=self.n, reason=self.reason)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__} | {"p": plain(self.p)}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, p=float)

    def sentence(self) -> str:
        """Return the sentence for a Results section, with the status of invariance."""
        if self.reason is not None:
            return f"Latent means were not compared: {self.reason}."
        first, second = self.partners
        interval = self.confidence_interval(standardized=True)
        side = f"was {'higher' if self.standardized > 0 else 'lower'} than"
        if 0 in interval:
            side = "did not clearly differ from"
        return (
            f"The latent mean of {first} {side} that of {second}: difference {shown(self.standardized, 2)} "
            f"pooled standard deviations, SE = {shown(self.standardized_se, 2)}, 95% CI of the difference "
            f"{interval.ends(2)}, {apa_p(self.p)}; {_resting_on(self.invariance)}."
        )

    def __repr__(self) -> str:
        first, second = self.partners
        if self.reason is not None:
            return f"<{first} - {second}: undefined, {self.reason}>"
        interval = self.confidence_interval(standardized=True)
        return (
            f"<{first} - {second}: {shown(self.standardized, 2)} {interval.ends(2)} pooled SD, "
            f"{apa_p(self.p)}; scalar invariance {self.invariance}>"
        )


def _resting_on(status: Status) -> str:
    return {
        "supported": "scalar invariance, on which this comparison rests, was supported",
        "partial": "this comparison rests on partial scalar invariance, which was supported",
        "not supported": "scalar invariance was not supported, so that items may differ, not the construct",
        "not tested": "scalar invariance, on which this comparison rests, was not tested",
    }[status]


def compared_means(models: Mapping[str, CFAResult], pair: PairedItems, status: Status) -> PartnerMeans:
    """Return the difference of latent means in the first model in which intercepts are equal.

    With the second factor's mean a and variance v, and those of the first 0 and 1, the standardized
    difference is ``d = -a / s`` with ``s = sqrt((1 + v) / 2)``; its derivatives are ``-1 / s`` and ``a / (4
    s^3)``.
    """
    step = next((name for name in _WITH_MEANS if name in models), None)
    n = next(iter(models.values())).n
    if step is None:
        return no_means(
            pair.partners, n, "no step has equal intercepts and free means; add 'scalar' to steps"
        )
    result, factor = models[step], pair.factors[1]
    mean = float(result.parameters[f"{factor} ~ 1"])
    variance = float(result.parameters[f"{factor} ~~ {factor}"])
    s = math.sqrt((1 + variance) / 2) if variance > 0 else math.nan
    by_name = {p.name: p.free for p in result.solution.table.parameters}
    gradient = np.zeros(result.solution.table.n_free)
    gradient[by_name[f"{factor} ~ 1"]] = -1 / s
    if by_name[f"{factor} ~~ {factor}"] >= 0:
        gradient[by_name[f"{factor} ~~ {factor}"]] = mean / (4 * s**3)
    return PartnerMeans(
        partners=pair.partners,
        difference=-mean,
        se=result.parameters[f"{factor} ~ 1"].se,
        standardized=-mean / s,
        standardized_se=math.sqrt(float(gradient @ result.solution.covariance @ gradient)),
        n=n,
        step=step,
        invariance=status,
        reason=None if variance > 0 else f"the variance of {factor} is not positive in the {step} model",
    )


def no_means(partners: tuple[str, str], n: int, reason: str) -> PartnerMeans:
    """Return an undefined difference with the reason."""
    return PartnerMeans(
        partners=partners,
        difference=math.nan,
        se=math.nan,
        standardized=math.nan,
        standardized_se=math.nan,
        n=n,
        step=None,
        invariance="not tested",
        reason=reason,
    )
