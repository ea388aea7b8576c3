"""The ratio k of a partner effect to an actor effect, and its intervals (arrays only).

The ratio is that of Kenny and Ledermann (2010): k is 0 if there is an actor effect only, 1 for
couple-oriented effects, and -1 for contrasts. It is a ratio of two uncertain figures: if the actor effect may
be 0, every k or all but those of an interval are compatible with the data (Fieller, 1954). An estimate of k
is therefore given only if the actor effect differs from 0, ``|a| / SE > 1.96``: just then is Fieller's
interval bounded at 95 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.dyads.actor_partner.resampling_couples import resampled_coefficients
from intimacy_scales.numerics.resampling import check_resamples, failed_because, percentile_interval
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.tolerances import SINGULAR
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.wording import shown

CLEAR_ACTOR_EFFECT = 1.959963984540054  # standard errors: the 97.5 % quantile of the normal distribution


@dataclass(frozen=True, kw_only=True)
class KRatio:
    """The ratio of the partner effect of a predictor to its actor effect in one cell.

    Attributes
    ----------
    fitted
        The fit.
    actor, partner
        Positions of the two coefficients.
    estimate, standard_error
        ``partner / actor``, and its standard error by the delta method; nan if the actor effect is near 0.
    reason
        Why it is not given; None if it is.
    """

    fitted: ActorPartnerFit
    actor: int
    partner: int
    estimate: float
    standard_error: float
    reason: str | None

    def delta_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return ``k ± z SE``."""
        from scipy.special import ndtri

        check_level(confidence_level)
        if self.reason is not None:
            return self._undefined(confidence_level, "delta", self.reason)
        half_width = float(ndtri((1 + confidence_level) / 2)) * self.standard_error
        return self._interval(
            self.estimate - half_width, self.estimate + half_width, confidence_level, "delta"
        )

    def profile_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the values of k that a likelihood-ratio test does not reject.

        For a given k, ``p - k a = 0`` is a linear constraint. Values are searched by their angle, ``k =
        tan(angle)``, so that k may also pass through infinity, where the actor effect is 0. The interval is
        undefined, with a reason that names the compatible values, if a = 0 is compatible with the data.
        """
        from scipy.special import chdtri

        check_level(confidence_level)
        if self._is_fixed:
            return self._undefined(confidence_level, "profile likelihood", _FIXED)
        limit = float(chdtri(1, 1 - confidence_level))
        angles = _compatible_angles(self, limit)
        if angles is None:
            reason = "the couples are compatible with every k, since both effects may be 0 (Fieller, 1954)"
            return self._undefined(confidence_level, "profile likelihood", reason)
        low, high = (math.tan(angle) for angle in angles)
        if math.floor(angles[0] / math.pi + 0.5) == math.floor(angles[1] / math.pi + 0.5):
            return self._interval(low, high, confidence_level, "profile likelihood")
        reason = (
            f"the actor effect may be 0, so that k has no bounds: every k up to {shown(high)} and from "
            f"{shown(low)} on is compatible with the couples (Fieller, 1954)"
        )
        return self._undefined(confidence_level, "profile likelihood", reason)

    def bootstrap_interval(
        self,
        confidence_level: float = 0.95,
        *,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
    ) -> Interval:
        """Return the percentiles of k in resamples of couples (Efron & Tibshirani, 1993)."""
        check_level(confidence_level)
        check_resamples(n_resamples)
        if self.reason is not None:
            return self._undefined(confidence_level, "bootstrap", self.reason)
        coefficients = resampled_coefficients(self.fitted, n_resamples, generator(rng))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = coefficients[:, self.partner] / coefficients[:, self.actor]
        failed, too_many = failed_because(ratios, "the effects are not determined in")
        if too_many:
            return self._undefined(confidence_level, "bootstrap", failed)
        low, high = percentile_interval(ratios[~np.isnan(ratios)], confidence_level)
        return Interval(
            low=low,
            high=high,
            confidence_level=confidence_level,
            method="bootstrap",
            n=self.fitted.model.n,
            n_failed=int(np.count_nonzero(np.isnan(ratios))),
            warnings=(failed,) if failed else (),
        )

    def likelihood_ratio(self, angle: float) -> float:
        """Return the likelihood-ratio statistic of ``k = tan(angle)``."""
        weights = np.zeros(len(self.fitted.coefficients))
        weights[self.partner], weights[self.actor] = math.cos(angle), -math.sin(angle)
        constrained = fit(
            self.fitted.model,
            constraints=np.vstack([self.fitted.constraints, weights]),
            residuals=self.fitted.residuals,
            method="ML",
        )
        return 2 * (self.fitted.by_maximum_likelihood.log_likelihood - constrained.log_likelihood)

    @property
    def covariance(self) -> Floats:
        """Sampling covariances (2, 2) of the actor and the partner effect."""
        both = [self.actor, self.partner]
        return self.fitted.covariance[np.ix_(both, both)]

    @property
    def _is_fixed(self) -> bool:
        return self.reason == _FIXED

    def _interval(self, low: float, high: float, confidence_level: float, method: str) -> Interval:
        return Interval(
            low=low, high=high, confidence_level=confidence_level, method=method, n=self.fitted.model.n
        )

    def _undefined(self, confidence_level: float, method: str, reason: str) -> Interval:
        return undefined_interval(confidence_level, method, self.fitted.model.n, reason)


_FIXED = "constraints of the fit fix the ratio of both effects"


def k_ratio(fitted: ActorPartnerFit, predictor: str, *, cell: str | None = None) -> KRatio:
    """Return the ratio of the partner effect to the actor effect of a predictor.

    Parameters
    ----------
    fitted
        The fit.
    predictor
        The predictor.
    cell
        The cell, which can be left out if there is one only.

    Raises
    ------
    EstimationError
        The model has no such effects.

    Examples
    --------
    >>> from intimacy_scales.dyads.actor_partner.model import actor_partner_model
    >>> outcome = [[4, 5], [2, 3], [3, 3], [5, 4], [4, 2], [1, 2]]
    >>> trust = [[3, 4], [1, 3], [2, 4], [4, 2], [3, 1], [1, 2]]
    >>> k = k_ratio(fit(actor_partner_model(outcome, {"trust": trust})), "trust")
    >>> round(k.estimate, 3), round(k.standard_error, 3)
    (0.412, 0.165)
    """
    actor = fitted.model.position("actor", predictor, cell=cell)
    partner = fitted.model.position("partner", predictor, cell=cell)
    a, p = fitted.coefficients[[actor, partner]]
    matrix = fitted.covariance[np.ix_([actor, partner], [actor, partner])]
    error = math.sqrt(matrix[0, 0])
    reason = None
    eigenvalues = np.linalg.eigvalsh(matrix)
    if not error > 0 or not eigenvalues[0] > SINGULAR * eigenvalues[1]:
        reason = _FIXED
    elif abs(a) <= CLEAR_ACTOR_EFFECT * error:
        reason = (
            f"the actor effect is {shown(float(a))} with a standard error of {shown(error)}, so near to 0 "
            "that the ratio to it is not determined"
        )
    if reason is not None:
        return KRatio(
            fitted=fitted,
            actor=actor,
            partner=partner,
            estimate=math.nan,
            standard_error=math.nan,
            reason=reason,
        )
    k = float(p / a)
    slopes = np.array([-k, 1.0]) / a
    return KRatio(
        fitted=fitted,
        actor=actor,
        partner=partner,
        estimate=k,
        standard_error=math.sqrt(float(slopes @ matrix @ slopes)),
        reason=None,
    )


def _compatible_angles(ratio: KRatio, limit: float) -> tuple[float, float] | None:
    """Return the angles between which the likelihood ratio is at most a limit; None if it is everywhere.

    The statistic is 0 at the estimate. It is largest near the angle at which Wald's statistic is: where
    ``(-sin, cos)`` has the direction of ``V^-1 (a, p)``.
    """
    from scipy.optimize import brentq, minimize_scalar

    fitted = ratio.fitted.by_maximum_likelihood
    effects = fitted.coefficients[[ratio.actor, ratio.partner]]
    best = math.atan2(effects[1], effects[0])
    direction = np.linalg.solve(ratio.covariance, effects)
    farthest = math.atan2(-direction[0], direction[1])
    farthest = best + (farthest - best) % math.pi
    if ratio.likelihood_ratio(farthest) <= limit:
        search = minimize_scalar(
            lambda angle: -ratio.likelihood_ratio(angle), bounds=(best, best + math.pi), method="bounded"
        )
        farthest = float(search.x)
        if ratio.likelihood_ratio(farthest) <= limit:
            return None

    def beyond(angle: float) -> float:
        return ratio.likelihood_ratio(angle) - limit

    high = float(brentq(beyond, best, farthest, xtol=1e-12))
    low = float(brentq(beyond, farthest - math.pi, best, xtol=1e-12))
    return low, high
