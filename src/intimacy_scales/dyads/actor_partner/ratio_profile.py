"""The profile-likelihood interval of the ratio k of a partner effect to an actor effect (arrays only).

The ratio is that of Kenny and Ledermann (2010): k is 0 if there is an actor effect only, 1 for
couple-oriented effects, and -1 for contrasts. It is a ratio of two uncertain figures: if the actor effect may
be 0, every k or all but those of an interval are compatible with the data (Fieller, 1954).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.numerics.tolerances import SINGULAR
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.wording import shown

_METHOD = "profile likelihood"


@dataclass(frozen=True, kw_only=True)
class _Ratio:
    """A partner effect and an actor effect of one fit, by their positions."""

    fitted: ActorPartnerFit
    actor: int
    partner: int

    @property
    def covariance(self) -> Floats:
        """Sampling covariances (2, 2) of the actor and the partner effect."""
        both = [self.actor, self.partner]
        return self.fitted.covariance[np.ix_(both, both)]

    @property
    def is_fixed(self) -> bool:
        """Whether constraints of the fit leave one ratio only."""
        matrix = self.covariance
        eigenvalues = np.linalg.eigvalsh(matrix)
        return not matrix[0, 0] > 0 or not eigenvalues[0] > SINGULAR * eigenvalues[1]

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


def ratio_profile_interval(
    fitted: ActorPartnerFit, predictor: str, confidence_level: float = 0.95, *, cell: str | None = None
) -> Interval:
    """Return the values of k that a likelihood-ratio test does not reject.

    For a given k, ``p - k a = 0`` is a linear constraint. Values are searched by their angle, ``k =
    tan(angle)``, so that k may also pass through infinity, where the actor effect is 0. The interval is
    undefined, with a reason that names the compatible values, if a = 0 is compatible with the data.

    Parameters
    ----------
    fitted
        The fit.
    predictor
        The predictor.
    confidence_level
        For example 0.95.
    cell
        The cell, which can be left out if there is one only.

    Raises
    ------
    EstimationError
        The model has no such effects.

    Examples
    --------
    >>> from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
    >>> outcome = [[4, 5], [2, 3], [3, 3], [5, 4], [4, 2], [1, 2]]
    >>> trust = [[3, 4], [1, 3], [2, 4], [4, 2], [3, 1], [1, 2]]
    >>> ratio_profile_interval(fit(actor_partner_equations(outcome, {"trust": trust})), "trust")
    <95% interval [0.042, 0.740], profile likelihood, n = 6>
    """
    from scipy.special import chdtri

    level, n = check_level(confidence_level), fitted.model.n
    actor, partner = (fitted.model.position(kind, predictor, cell=cell) for kind in ("actor", "partner"))
    ratio = _Ratio(fitted=fitted, actor=actor, partner=partner)

    def undefined(reason: str) -> Interval:
        return undefined_interval(level, _METHOD, n, reason)

    if ratio.is_fixed:
        return undefined("constraints of the fit fix the ratio of both effects")
    angles = _compatible_angles(ratio, float(chdtri(1, 1 - level)))
    if angles is None:
        return undefined(
            "the couples are compatible with every k, since both effects may be 0 (Fieller, 1954)"
        )
    low, high = (math.tan(angle) for angle in angles)
    if math.floor(angles[0] / math.pi + 0.5) == math.floor(angles[1] / math.pi + 0.5):
        return Interval(low=low, high=high, confidence_level=level, method=_METHOD, n=n)
    return undefined(
        f"the actor effect may be 0, so that k has no bounds: every k up to {shown(high)} and from "
        f"{shown(low)} on is compatible with the couples (Fieller, 1954)"
    )


def _compatible_angles(ratio: _Ratio, limit: float) -> tuple[float, float] | None:
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
