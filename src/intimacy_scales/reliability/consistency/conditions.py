"""When a coefficient is defined, and why it is not."""

from __future__ import annotations

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.moments.keyed import Floats, KeyedMoments, Source, StandardDeviations
from intimacy_scales.results.wording import counted

_TWO = 2
_NOTHING = 1e-12  # of the sum of variances: what rounding leaves of a total that does not vary


def varies(matrix: Floats, weights: Floats | None = None) -> bool:
    """Whether the (weighted) sum of items with these covariances varies."""
    w = np.ones(len(matrix)) if weights is None else weights
    return bool(w @ matrix @ w > _NOTHING * float(w**2 @ np.diag(matrix)))


def too_few_because(moments: KeyedMoments) -> str | None:
    """Return why these answers are too few for any coefficient, or None where they are not."""
    if moments.n_items < _TWO:
        return "one item has no internal consistency; a retest tells its reliability"
    fewest, _ = moments.n_pairs
    if fewest >= _TWO:
        return None
    if moments.missing == "listwise":
        return f"{counted(fewest, 'person')} answered every item, and two are needed"
    own = np.diag(moments.counts)
    if own.min() < _TWO:
        return f"fewer than two persons answered {moments.items[int(np.argmin(own))]}"
    one, other = (moments.items[i] for i in np.argwhere(moments.counts < _TWO)[0])
    return f"fewer than two persons answered both {one} and {other}"


def undefined_because(
    moments: KeyedMoments, of: Source = "covariances", sds: StandardDeviations = "items"
) -> str | None:
    """Return why no coefficient of internal consistency is defined, or None where one is."""
    reason = too_few_because(moments)
    if reason is not None:
        return reason
    if of == "covariances":
        return None if varies(moments.covariances) else "the total of the items does not vary"
    if moments.constant_items:
        return f"everyone gave {moments.constant_items[0]} the same answer: it correlates with nothing"
    correlations = moments.correlations(sds)
    gaps = np.argwhere(~np.isfinite(correlations))
    if len(gaps):
        one, other = (moments.items[i] for i in gaps[0])
        return f"{one} or {other} does not vary among those who answered both: they have no correlation"
    return None if varies(correlations) else "the total of the standardized items does not vary"


def no_total_because(moments: KeyedMoments) -> str | None:
    """Return why a composite is no total of its items, or None where it is."""
    if moments.torn:
        return (
            f"scale {moments.scale!r} counts {moments.torn[0]} in both directions through its parts; the "
            "covariances of its items say nothing about it"
        )
    if moments.is_difference:
        return (
            f"{moments.scale!r} is a difference of scales, whose items are not of one kind; "
            "stratified_alpha() gives the reliability of a difference"
        )
    return None


def weighted_because(moments: KeyedMoments) -> str | None:
    """Return why the sum of a scale's items does not stand for its score, or None where it does."""
    reason = no_total_because(moments)
    if reason is not None:
        return reason
    least, most = float(moments.weights.min()), float(moments.weights.max())
    if most - least <= _NOTHING * most:
        return None
    if not moments.is_composite:
        return (
            f"the items of {moments.scale!r} have weights, and coefficients of their plain sum are not about "
            "its score; use mcdonald_omega(), which takes the weights into account"
        )
    return (
        f"the items of {moments.scale!r} do not count alike in its score, because its parts differ in "
        "number of items or share some, and coefficients of their sum are not about its score; use "
        "stratified_alpha()"
    )


def check_unweighted(moments: KeyedMoments) -> None:
    """Raise where items weigh differently in a score."""
    reason = weighted_because(moments)
    if reason:
        raise EstimationError(reason)
