"""Actor effects, partner effects and their ratio, each with its test, interval and a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

from scipy.special import ndtr, ndtri

from intimacy_scales.dyads.actor_partner.terms import Kind
from intimacy_scales.dyads.estimates import TestedFigure
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.results.defined import DefinedParameter
from intimacy_scales.messages import not_one_of
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, differs, shown, signed

StandardizedBy = Literal["pooled", "cell"]
# A ratio to a small actor effect is not computed (Kenny, 2013): smaller than this, standardized.
NEAR_ZERO = 0.1


@result_class
class PathEffect(TestedFigure, Result):
    """One coefficient of an actor-partner model; ``float(result)`` gives the estimate.

    Attributes
    ----------
    kind
        ``actor``, ``partner``, ``covariate`` or ``intercept``.
    predictor, covariate
        Whose effect it is; both for the product of a predictor and a covariate, which says how the covariate
        changes the predictor's effect.
    composition
        The kind of couples in a mixed sample; otherwise empty.
    role, other
        Whose outcome it acts on, and the role of the other partner; empty for exchangeable partners.
    outcome
        The outcome.
    estimate, se
        Estimate and standard error.
    df
        Degrees of freedom of its t test (Satterthwaite, 1946); infinite for a normal test.
    standardized
        In standard deviations over all partners of the sample, around the grand mean ("pooled"), so that
        effects of different partners are in one unit; nan for intercepts.
    standardized_in_cell
        In the standard deviations of the roles themselves: that of the outcome in `cell`, and that of the
        predictor in the role of the partner whose predictor it is.
    n
        Couples.

    Examples
    --------
    >>> effect = PathEffect(
    ...     kind="actor", predictor="trust", covariate=None, composition="", role="", other="",
    ...     outcome="love", estimate=0.4, se=0.1, df=float("inf"), standardized=0.38,
    ...     standardized_in_cell=0.38, n=120,
    ... )
    >>> effect
    <actor effect of trust: 0.400, SE 0.100; standardized .380>
    """

    kind: Kind
    predictor: str | None
    covariate: str | None
    composition: str
    role: str
    other: str
    outcome: str
    estimate: float
    se: float
    df: float
    standardized: float
    standardized_in_cell: float
    n: int

    @property
    def cell(self) -> str:
        """Whose coefficient it is: a role, a composition, or both; empty for exchangeable partners."""
        return f"{self.composition} {self.role}".strip()

    @property
    def name(self) -> str:
        """The coefficient in words."""
        names = " x ".join(name for name in (self.predictor, self.covariate) if name is not None)
        what = {"intercept": "intercept", "covariate": f"effect of {names}"}.get(
            self.kind, f"{self.kind} effect of {names}"
        )
        return f"{what} ({self.cell})" if self.cell else what

    def sentence(self) -> str:
        """Return what the effect says, in plain language.

        Examples
        --------
        >>> effect = PathEffect(
        ...     kind="partner", predictor="trust", covariate=None, composition="", role="wife",
        ...     other="husband", outcome="love", estimate=0.4, se=0.1, df=float("inf"), standardized=0.4,
        ...     standardized_in_cell=0.4, n=120,
        ... )
        >>> effect.sentence().partition(", 95%")[0]
        "Where the husband's trust is 1 higher, the wife's love is 0.40 higher"
        """
        digits = self.digits(least=2)
        change = differs(self.estimate, digits)
        person = f"the {self.role}" if self.role else "a person"
        scope = f"In {self.composition} couples, " if self.composition else ""
        if self.kind == "intercept":
            level = f"is {shown(self.estimate, digits)}, {self.interval_text()}"
            return _sentence(f"{scope}the expected {self.outcome} of {person} {level}.")
        tested = f"{self.tested_text()}, all else in the model being equal."
        if self.kind != "covariate" and self.covariate is not None:
            effect = f"the {self.kind} effect of {self.predictor} on {person}"
            change = f"changes by {signed(self.estimate, digits)} where {self.covariate} is 1 higher"
            return _sentence(f"{scope}{effect} {change}, {tested}")
        return _sentence(f"{scope}{self._condition(person)} {change}, {tested}")

    def _condition(self, person: str) -> str:
        """Return where the outcome changes, and whose it is."""
        if self.kind == "covariate":
            return f"where {self.covariate} is 1 higher, {person}'s {self.outcome}"
        if self.kind == "actor":
            whose, their = (f"{person}'s", f"{person}'s") if self.role else ("a person's own", "their")
            return f"where {whose} {self.predictor} is 1 higher, {their} {self.outcome}"
        whose = f"the {self.other}" if self.role else "the partner"
        return f"where {whose}'s {self.predictor} is 1 higher, {person}'s {self.outcome}"

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        names = (*self.__slots__, "statistic", "p")
        return {name: plain(getattr(self, name)) for name in names}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, statistic=float, p=float)

    def __repr__(self) -> str:
        standardized = f"; standardized {apa(self.standardized, 3)}" if self.kind != "intercept" else ""
        estimate, se = (shown(figure, self.digits()) for figure in (self.estimate, self.se))
        return f"<{self.name}: {estimate}, SE {se}{standardized}>"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


RatioMethod = Literal["delta", "monte_carlo"]


@result_class
class PartnerActorRatio(Result):
    """The ratio k of a partner effect to the actor effect (Kenny & Ledermann, 2010).

    Attributes
    ----------
    predictor, cell
        Whose effects, as in `PathEffect`.
    estimate
        ``partner / actor``: 1 where both effects are equal, -1 where they are opposite, 0 where there is only
        an actor effect; nan where `reason` says why it is undefined.
    figure
        The ratio as a defined parameter, with the covariances of both effects.
    reason
        Why it is not given: the actor effect is near 0.

    Examples
    --------
    >>> import numpy as np
    >>> ratio = partner_actor_ratio("trust", "", (0.4, 0.2), np.diag([0.01, 0.01]), standardized=0.4, n=120)
    >>> ratio, ratio.confidence_interval()
    (<k of trust: 0.500>, <95% interval [-0.048, 1.048], delta, n = 120>)
    """

    _methods: ClassVar[tuple[str, ...]] = get_args(RatioMethod)

    predictor: str
    cell: str
    estimate: float
    figure: DefinedParameter
    reason: str | None

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: RatioMethod = "delta",
        *,
        n_draws: int = 20_000,
        rng: Any = None,
    ) -> Interval:
        """Return a confidence interval; `ActorPartnerModel.ratio_interval` has those that fit again.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``delta`` or ``monte_carlo``, as in `DefinedParameter.confidence_interval`.
        n_draws, rng
            For ``monte_carlo``, as there.
        """
        if method not in self._methods:
            raise EstimationError(not_one_of("method", method, self._methods))
        if self.reason is not None:
            return undefined_interval(confidence_level, method, self.figure.n, self.reason)
        return self.figure.confidence_interval(confidence_level, method, n_draws=n_draws, rng=rng)

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        where = f" ({self.cell})" if self.cell else ""
        value = shown(self.estimate) if self.reason is None else f"not given: {self.reason}"
        return f"<k of {self.predictor}{where}: {value}>"


def partner_actor_ratio(
    predictor: str, cell: str, effects: tuple[float, float], covariance: Any, *, standardized: float, n: int
) -> PartnerActorRatio:
    """Return the ratio of the partner effect to the actor effect.

    Parameters
    ----------
    predictor, cell
        As in `PathEffect`.
    effects, covariance
        Actor and partner effect, and their covariances (2, 2).
    standardized
        The actor effect in standard deviations.
    n
        Couples.
    """
    import numpy as np

    actor, partner = effects
    covariance = np.asarray(covariance, dtype=np.float64)
    value = partner / actor if actor else math.nan
    slope = np.array([-value / actor, 1 / actor]) if actor else np.full(2, math.nan)
    figure = DefinedParameter(
        name="k",
        expression="partner/actor",
        rests_on=(),
        estimate=value,
        se=math.sqrt(max(float(slope @ covariance @ slope), 0.0)) if actor else math.nan,
        n=n,
        labels=("actor", "partner"),
        values=np.array(effects),
        covariance=covariance,
    )
    reason = _near_zero(actor, math.sqrt(max(float(covariance[0, 0]), 0.0)), standardized)
    return PartnerActorRatio(
        predictor=predictor,
        cell=cell,
        estimate=math.nan if reason else value,
        figure=figure,
        reason=reason,
    )


def _near_zero(actor: float, se: float, standardized: float) -> str | None:
    """Return why a ratio to an actor effect is not given; None where it is."""
    if abs(standardized) < NEAR_ZERO:
        return f"the actor effect is near 0 (standardized {apa(standardized)})"
    if not abs(actor) > float(ndtri(0.975)) * se:
        p = 2 * float(ndtr(-abs(actor) / se)) if se > 0 else math.nan
        return f"the actor effect does not differ from 0 ({apa_p(p)})"
    return None
