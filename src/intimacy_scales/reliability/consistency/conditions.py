"""When a coefficient is defined, why it is not, and what to know before it is used."""

from __future__ import annotations

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.moments.keyed import Floats, KeyedMoments, Source, StandardDeviations
from intimacy_scales.reliability.items.keying import find_miskeyed
from intimacy_scales.results.wording import counted

_FEW = 30
_ENOUGH_DIARISTS = 50
_ROUNDING = 1e-9
_NO_POPULATION = "the pairwise covariances belong to no population"
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


def cautions(moments: KeyedMoments) -> tuple[str, ...]:
    """Return what to know of any coefficient of these answers: keys, few persons, impossible covariances."""
    keying = find_miskeyed(moments)
    return (*([str(keying)] if keying else []), *few_persons(moments.n), *no_population(moments))


def few_persons(n: int, units: str = "") -> list[str]:
    """Say so where a coefficient rests on few persons, or on few of other units.

    Examples
    --------
    >>> few_persons(4), few_persons(30)
    (['n = 4 is too small for a stable coefficient: another sample may give quite another'], [])
    """
    if n >= _FEW:
        return []
    of = f" {units}" if units else ""
    return [f"n = {n}{of} is too small for a stable coefficient: another sample may give quite another"]


def few_diarists(n: int) -> list[str]:
    """Say so where figures between persons of a diary rest on few persons."""
    if n >= _ENOUGH_DIARISTS:
        return []
    return [
        f"n = {n} persons is too small for stable figures between persons: these and their intervals need "
        f"about {_ENOUGH_DIARISTS} or more (Maas & Hox, 2005)"
    ]


def no_population(moments: KeyedMoments) -> list[str]:
    """Say so where pairwise covariances are those of no population (not positive semidefinite)."""
    if moments.missing != "pairwise" or not np.all(np.isfinite(moments.covariances)):
        return []
    try:  # most are positive definite, which is seen at once
        np.linalg.cholesky(moments.covariances)
    except np.linalg.LinAlgError:
        values = np.linalg.eigvalsh(moments.covariances)
    else:
        return []
    if values[0] >= -_ROUNDING * values[-1]:
        return []
    listwise = "; use missing='listwise'" if _someone_is_complete(moments) else ""
    return [f"{_NO_POPULATION}{listwise}"]


def _someone_is_complete(moments: KeyedMoments) -> bool:
    """Whether anyone can have answered every item: all pairs have persons in common."""
    return bool(moments.counts.min() > 1)


def negative_alpha(alpha: float) -> list[str]:
    """Say so where alpha is below 0."""
    return ["alpha is negative: on average, items run against each other"] if alpha < 0 else []


def above_one_because(estimate: float) -> str | None:
    """Return why a share of variance that comes out above 1 is not defined, or None where it does not.

    Covariances of complete answers never give one; pairwise covariances may.
    """
    if not estimate > 1 + _ROUNDING:
        return None
    return (
        f"it comes out as {estimate:.3f}, and no share of variance is above 1: {_NO_POPULATION}; use "
        "missing='listwise'"
    )
