"""What to know of a coefficient before it is used: the `warnings` of every coefficient of a scale."""

from __future__ import annotations

import numpy as np

from intimacy_scales.moments.keyed import KeyedMoments
from intimacy_scales.reliability.items.keying import find_miskeyed

_FEW = 30
_ENOUGH_DIARISTS = 50
_ROUNDING = 1e-9
_NO_POPULATION = "the pairwise covariances belong to no population"


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
