"""Intervals of a report: which are made, and what they are called in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.reliability.consistency.alpha import CronbachAlpha, IntervalMethod
from intimacy_scales.reliability.consistency.estimand import NEED_ANSWERS
from intimacy_scales.reliability.consistency.omega import McDonaldOmega
from intimacy_scales.reliability.consistency.omega_intervals import OmegaInterval
from intimacy_scales.results.interval import Interval, undefined_interval

CITED = {
    "bonett": "Bonett, 2002",
    "bonett-wright": "Bonett & Wright, 2015",
    "feldt": "Feldt, 1965",
    "duhachek": "Duhachek & Iacobucci, 2004",
    "adf": "distribution-free, after Maydeu-Olivares et al., 2007",
    "bootstrap": "percentile bootstrap",
    "bca": "bias-corrected and accelerated bootstrap",
    "logit": "logit, Raykov & Marcoulides, 2011",
}
FOR_NORMAL_ANSWERS = ("bonett", "bonett-wright", "feldt", "duhachek", "logit")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalOptions:
    """How intervals of a report are made.

    Attributes
    ----------
    confidence_level, method, clusters, n_resamples, rng
        As in `CronbachAlpha.confidence_interval`.
    """

    confidence_level: float
    method: IntervalMethod
    clusters: Clusters | ClusterSums
    n_resamples: int
    rng: int | np.random.Generator | None

    @property
    def of_omega(self) -> OmegaInterval:
        """How intervals of omega are made: ``adf`` where those of alpha need answers, otherwise ``logit``.

        So a stream, which has sums alone, gets the interval that a table gets. A bootstrap of omega fits a
        model to each resample of each scale, which takes minutes: no report starts it unasked.
        """
        return "adf" if self.method in NEED_ANSWERS else "logit"


def _lacking(options: IntervalOptions, scale: str, n: int) -> Interval | None:
    """Return that there is no interval where sums over clusters are not of this scale."""
    sums, method = options.clusters, options.method
    if not isinstance(sums, ClusterSums) or method != "adf" or scale in sums.scales:
        return None
    reason = f"the sums over clusters are not of this scale; make them with scales=[{scale!r}]"
    return undefined_interval(options.confidence_level, method, n, reason)


def interval_of_alpha(alpha: CronbachAlpha, options: IntervalOptions) -> Interval:
    """Return the interval of alpha."""
    if (lacking := _lacking(options, alpha.scale, alpha.n)) is not None:
        return lacking
    return alpha.confidence_interval(
        options.confidence_level,
        options.method,
        clusters=options.clusters,
        n_resamples=options.n_resamples,
        rng=options.rng,
    )


def interval_of_omega(omega: McDonaldOmega, options: IntervalOptions) -> Interval:
    """Return the interval of omega; of an improper solution there is none."""
    method, level = options.of_omega, options.confidence_level
    if omega.improper and omega.reason is None:
        return undefined_interval(level, method, omega.n, f"omega is improper: {omega.improper[0]}")
    if (lacking := _lacking(options, omega.scale, omega.n)) is not None:
        return lacking
    return omega.confidence_interval(level, method, clusters=options.clusters)
