"""Intervals of the ratio of partner to actor effect that need new fits: profile likelihood and bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from intimacy_scales.dyads.models.effects import PartnerActorRatio
from intimacy_scales.dyads.models.paths import PathEngine, weights_of
from intimacy_scales.numerics.resampling import check_resamples
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.resampled_interval import interval_of_resamples

_PROFILE = "profile likelihood"
_DOUBLINGS = 12  # of the distance from the estimate, in which an end is sought
_EXACT = 1e-6  # relative to the standard error by the delta method


def bootstrap_interval(
    engine: PathEngine, ratio: PartnerActorRatio, confidence_level: float, n_resamples: int, rng: Any
) -> Interval:
    """Return the percentiles of k in resamples of couples (Efron & Tibshirani, 1993)."""
    check_resamples(n_resamples)
    n = ratio.figure.n
    if ratio.reason is not None:
        return undefined_interval(confidence_level, "bootstrap", n, ratio.reason)
    estimates = engine.estimates
    places = [estimates.position(kind, ratio.cell, ratio.predictor) for kind in ("actor", "partner")]
    actor, partner = engine.resampled_effects(places, n_resamples, generator(rng)).T
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = partner / actor
    return interval_of_resamples(ratios, confidence_level, n=n, failing="the effects are not determined in")


def profile_interval(engine: PathEngine, ratio: PartnerActorRatio, confidence_level: float) -> Interval:
    """Return the ratios k for which the model with ``partner = k actor`` is not rejected."""
    n = ratio.figure.n

    def undefined(reason: str) -> Interval:
        return undefined_interval(confidence_level, _PROFILE, n, reason)

    if ratio.reason is not None:
        return undefined(ratio.reason)
    if engine.estimator == "MLR":
        return undefined("a robust estimator has no likelihood to profile; use method='bootstrap'")
    estimates = engine.estimates
    actor, partner = (estimates.position(kind, ratio.cell, ratio.predictor) for kind in ("actor", "partner"))
    quantile = float(ndtri((1 + confidence_level) / 2)) ** 2

    def loss(k: float) -> float:
        """Return chi-square of a ratio, minus its quantile."""
        weights = weights_of(len(estimates.terms), {partner: 1.0, actor: -k})
        return engine.difference(weights).chi_square - quantile

    ends = []
    for direction in (-1, 1):
        end = _crossing(loss, ratio.estimate, direction * max(ratio.figure.se, 1e-3))
        if end is None:
            side = "above" if direction > 0 else "below"
            return undefined(
                f"the likelihood does not bound the ratio from {side}: the actor effect is near 0"
            )
        ends.append(end)
    return Interval(low=ends[0], high=ends[1], confidence_level=confidence_level, method=_PROFILE, n=n)


def _crossing(loss: Callable[[float], float], estimate: float, step: float) -> float | None:
    """Return where the loss crosses 0 on one side of the estimate; None where it does not."""
    inner = estimate
    for _ in range(_DOUBLINGS):
        outer = estimate + 2 * step if inner == estimate else estimate + 2 * (inner - estimate)
        value = loss(outer)
        if math.isnan(value):
            return None
        if value > 0:
            return float(brentq(loss, inner, outer, xtol=_EXACT * abs(step), rtol=1e-12))
        inner = outer
    return None
