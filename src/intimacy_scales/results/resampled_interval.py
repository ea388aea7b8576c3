"""Intervals from estimates in resamples, with what must be said of resamples that have none."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.numerics.resampling import failed_because, percentile_interval
from intimacy_scales.results.interval import Interval, undefined_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def interval_of_resamples(
    resampled: Floats,
    confidence_level: float,
    *,
    n: int,
    failing: str,
    method: str = "bootstrap",
    ends: Callable[[Floats, float], tuple[float, float]] = percentile_interval,
    without_ends: str = "all resamples are on one side of the estimate",
    instead: str = "",
    cautions: Sequence[str] = (),
    bounded: bool = False,
) -> Interval:
    """Return the interval of a figure from its resamples.

    Parameters
    ----------
    resampled
        The figure in each resample; nan where it is undefined.
    confidence_level
        Already checked.
    n
        Number of units that are drawn.
    failing
        Beginning of a message about resamples without a figure, such as ``the total does not vary in``.
    method
        Name of the method.
    ends
        Both ends from the figures that are defined, and the level; nan where they are undefined.
    without_ends
        Why the ends are undefined, where they are.
    instead
        Advice where more than one resample in twenty has no figure.
    cautions
        Others about using the interval.
    bounded
        Whether the figure cannot exceed 1, as of `Interval`.

    Examples
    --------
    >>> interval_of_resamples(np.arange(100.0), 0.9, n=40, failing="the figure is undefined in")
    <90% interval [4.950, 94.050], bootstrap, n = 40>
    """
    failed, too_many = failed_because(resampled, failing)
    if too_many:
        return undefined_interval(confidence_level, method, n, f"{failed}, more than 5 %{instead}")
    defined = resampled[~np.isnan(resampled)]
    low, high = ends(defined, confidence_level)
    if math.isnan(low):
        return undefined_interval(confidence_level, method, n, without_ends)
    return Interval(
        low=low,
        high=high,
        confidence_level=confidence_level,
        method=method,
        n=n,
        n_failed=len(resampled) - len(defined),
        warnings=((f"{failed}; they are left out",) if failed else ()) + tuple(cautions),
        bounded=bounded,
    )
