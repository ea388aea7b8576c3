"""The interval of an area under the curve, on the scale of its logit or symmetric."""

from __future__ import annotations

import math

from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.interval import Interval, undefined_interval

SEPARATED = "the scores of the groups do not overlap, so that the standard error is 0"
CONSTANT = "the scores do not vary within the groups"


def area_interval(
    auc: float,
    auc_se: float,
    confidence_level: float,
    *,
    n_units: int,
    clustered: bool,
    method: str = "logit",
) -> Interval:
    """Return the interval of an area under the curve.

    Parameters
    ----------
    auc, auc_se
        The area and its standard error.
    confidence_level
        For example 0.95.
    n_units, clustered
        Number of persons, or of clusters where the standard error is robust against them.
    method
        ``logit`` or ``symmetric``.

    Examples
    --------
    >>> area_interval(0.9, 0.05, 0.95, n_units=40, clustered=False)
    <95% interval [.752, .964], DeLong, logit, n = 40>
    """
    name = f"{'Obuchowski' if clustered else 'DeLong'}, {method}"
    if not auc_se > 0:
        return undefined_interval(confidence_level, name, n_units, SEPARATED if auc in (0, 1) else CONSTANT)
    z = normal_quantile(confidence_level)
    if method == "symmetric":
        low, high = auc - z * auc_se, auc + z * auc_se
    else:
        center, half = math.log(auc / (1 - auc)), z * auc_se / (auc * (1 - auc))
        low, high = (1 / (1 + math.exp(-(center + sign * half))) for sign in (-1, 1))
    return Interval(
        low=low, high=high, confidence_level=confidence_level, method=name, n=n_units, bounded=True
    )
