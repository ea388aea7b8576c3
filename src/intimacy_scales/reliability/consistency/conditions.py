"""Conditions under which a coefficient is defined, and cautions about its use."""

from __future__ import annotations

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.moments.keyed import Floats, KeyedMoments, Source, StandardDeviations
from intimacy_scales.numerics.tolerances import ABOVE_ONE, INDEFINITE, ROUNDING
from intimacy_scales.reliability.items.keying import find_miskeyed
from intimacy_scales.results.wording import apa, counted

_FEW = 30
_ENOUGH_DIARISTS = 50
_NOT_SEMIDEFINITE = "the pairwise covariances are not positive semidefinite"


def varies(matrix: Floats, weights: Floats | None = None) -> bool:
    """Return whether the (weighted) sum of items with these covariances varies."""
    w = np.ones(len(matrix)) if weights is None else weights
    return bool(w @ matrix @ w > ROUNDING * float(w**2 @ np.diag(matrix)))


def too_few_because(moments: KeyedMoments) -> str | None:
    """Return why these answers are too few for any coefficient, or None where they are not."""
    if moments.n_items < 2:
        return "one item has no internal consistency; its reliability can be estimated by a retest"
    fewest, _ = moments.n_pairs
    if fewest >= 2:
        return None
    if moments.missing == "listwise":
        return f"{counted(fewest, 'person')} answered every item, and two are needed"
    n_answered = np.diag(moments.counts)
    if n_answered.min() < 2:
        return f"fewer than two persons answered {moments.items[int(np.argmin(n_answered))]}"
    first, second = (moments.items[i] for i in np.argwhere(moments.counts < 2)[0])
    return f"fewer than two persons answered both {first} and {second}"


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
    undefined_pairs = np.argwhere(~np.isfinite(correlations))
    if len(undefined_pairs):
        first, second = (moments.items[i] for i in undefined_pairs[0])
        return f"{first} or {second} does not vary among those who answered both: they have no correlation"
    return None if varies(correlations) else "the total of the standardized items does not vary"


def no_total_because(moments: KeyedMoments) -> str | None:
    """Return why a composite is not a total of its items, or None where it is."""
    if moments.keyed_both_ways:
        return (
            f"scale {moments.scale!r} counts {moments.keyed_both_ways[0]} in both directions through its "
            "parts, so that the covariances of its items do not determine its reliability"
        )
    if moments.is_difference:
        return (
            f"{moments.scale!r} is a difference of scales, whose items do not form one scale; "
            "stratified_alpha() gives the reliability of a difference"
        )
    return None


def weighted_because(moments: KeyedMoments) -> str | None:
    """Return why the score of a scale is not proportional to the sum of its items, or None where it is."""
    reason = no_total_because(moments)
    if reason is not None:
        return reason
    least, most = float(moments.weights.min()), float(moments.weights.max())
    if most - least <= ROUNDING * most:
        return None
    if not moments.is_composite:
        return (
            f"the items of {moments.scale!r} have weights, and coefficients of their plain sum do not "
            "describe its score; use mcdonald_omega(), which takes the weights into account"
        )
    return (
        f"the items of {moments.scale!r} have unequal weights in its score, because its parts differ in "
        "number of items or share some, and coefficients of their sum do not describe its score; use "
        "stratified_alpha()"
    )


def check_unweighted(moments: KeyedMoments) -> None:
    """Raise where items have unequal weights in a score."""
    reason = weighted_because(moments)
    if reason:
        raise EstimationError(reason)


def cautions(moments: KeyedMoments) -> tuple[str, ...]:
    """Return warnings about any coefficient of these answers: keys, few persons, indefinite covariances."""
    keying = find_miskeyed(moments)
    return (*([str(keying)] if keying else []), *few_persons(moments.n), *indefinite_covariances(moments))


def few_persons(n: int, units: str = "") -> list[str]:
    """Return a warning where a coefficient rests on few persons, or on few other units.

    Examples
    --------
    >>> few_persons(4), few_persons(30)
    (['n = 4 is too small for a stable coefficient: another sample may give a very different one'], [])
    """
    if n >= _FEW:
        return []
    n_units = f"{n} {units}" if units else f"{n}"
    return [
        f"n = {n_units} is too small for a stable coefficient: another sample may give a very different one"
    ]


def few_diarists(n: int) -> list[str]:
    """Return a warning where figures between persons of a diary rest on few persons."""
    if n >= _ENOUGH_DIARISTS:
        return []
    return [
        f"n = {n} persons is too small for stable figures between persons: these and their intervals need "
        f"about {_ENOUGH_DIARISTS} or more (Maas & Hox, 2005)"
    ]


def indefinite_covariances(moments: KeyedMoments) -> list[str]:
    """Return a warning where pairwise covariances are not positive semidefinite."""
    if moments.missing != "pairwise" or not np.all(np.isfinite(moments.covariances)):
        return []
    try:  # most are positive definite, which a Cholesky decomposition shows in less time
        np.linalg.cholesky(moments.covariances)
    except np.linalg.LinAlgError:
        values = np.linalg.eigvalsh(moments.covariances)
    else:
        return []
    if values[0] >= -INDEFINITE * values[-1]:
        return []
    listwise = "; use missing='listwise'" if _someone_is_complete(moments) else ""
    return [f"{_NOT_SEMIDEFINITE}{listwise}"]


def _someone_is_complete(moments: KeyedMoments) -> bool:
    """Return whether anyone can have answered every item: all pairs of items have persons in common."""
    return bool(moments.counts.min() > 1)


def negative_alpha(alpha: float) -> list[str]:
    """Return a warning where alpha is below 0."""
    return ["alpha is negative: on average, items run against each other"] if alpha < 0 else []


def above_one_because(estimate: float) -> str | None:
    """Return why a share of variance above 1 is not defined, or None where it is not above 1.

    Covariances of complete answers never give such a share; pairwise covariances may.
    """
    if not estimate > 1 + ABOVE_ONE:
        return None
    return (
        f"it comes out as {apa(estimate, 3)}, and no share of variance is above 1: {_NOT_SEMIDEFINITE}; use "
        "missing='listwise'"
    )
