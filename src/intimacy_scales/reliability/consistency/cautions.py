"""What to know of a coefficient before it is used: the `warnings` of every coefficient of a scale."""

from __future__ import annotations

import math

import numpy as np

from intimacy_scales.moments.answers import Answers
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import Floats, KeyedMoments, items_of
from intimacy_scales.reliability.items.distribution import distribution
from intimacy_scales.reliability.items.keying import find_miskeyed

_FEW = 30
_ENOUGH_DIARISTS = 50
_PEAKED = 1.0
_ROUNDING = 1e-9
_NO_POPULATION = "the pairwise covariances belong to no population"


def cautions(moments: KeyedMoments) -> tuple[str, ...]:
    """Return what to know of any coefficient of these answers: keys, few persons, impossible covariances."""
    keying = find_miskeyed(moments)
    return (*([str(keying)] if keying else []), *few_persons(moments.n), *no_population(moments))


def few_persons(n: int) -> list[str]:
    """Say so where a coefficient rests on few persons."""
    return [f"n = {n} is too small for a stable coefficient: look at the interval"] if n < _FEW else []


def few_diarists(n: int) -> list[str]:
    """Say so where figures between persons of a diary rest on few persons."""
    if n >= _ENOUGH_DIARISTS:
        return []
    return [
        f"{n} persons are few: figures between persons and their intervals need about {_ENOUGH_DIARISTS} or "
        "more (Maas & Hox, 2005)"
    ]


def no_population(moments: KeyedMoments) -> list[str]:
    """Say so where pairwise covariances are those of no population (not positive semidefinite)."""
    if moments.missing != "pairwise" or not np.all(np.isfinite(moments.covariances)):
        return []
    values = np.linalg.eigvalsh(moments.covariances)
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


def mean_kurtosis(answers: Answers, moments: KeyedMoments) -> float:
    """Return the mean excess kurtosis of a scale's items; 0 where none varies."""
    _, items = items_of(answers, moments.scale)
    if isinstance(answers, ItemMoments):
        counts = answers.frequencies[items.columns, 1:]
    else:
        codes = answers.codes[:, items.columns]
        most = int(codes.max(initial=0)) + 1
        counts = np.array([np.bincount(column, minlength=max(most, 2)) for column in codes.T])[:, 1:]
    return mean_of_defined(distribution(counts)[2])


def mean_of_defined(values: Floats) -> float:
    """Return the mean of what is finite; 0 where nothing is."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else 0.0


def peaked(kurtosis: float, intervals: str, remedy: str) -> list[str]:
    """Say so where answers are so skewed or peaked that intervals for normal answers are too narrow.

    One rule for alpha and for omega: with skewed answers intervals of either hold some 88 % where they say
    95 % (docs/explanation/alpha-intervals.md).

    Parameters
    ----------
    kurtosis
        Mean excess kurtosis of the items.
    intervals
        Which intervals.
    remedy
        The option that takes the distribution-free one.
    """
    if not kurtosis > _PEAKED or math.isnan(kurtosis):
        return []
    return [
        f"answers are skewed or peaked (mean excess kurtosis {kurtosis:.1f}), for which {intervals} "
        f"intervals are too narrow; {remedy} holds better from some 200 persons on"
    ]
