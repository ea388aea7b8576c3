"""Data on which searches are hard, the same to the last bit on every machine.

Answers are sums of whole random numbers, which every machine draws alike; correlations that are given are
made of a few numbers. `nudged` moves the numbers that go into a search by their last bit, as the rounding of
another machine may.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy_scales.factor.sample import SampleMoments, covariances_as_sample
from tests.shared.folders import reference_data

Floats = NDArray[np.float64]

_LAST_BIT = 2.0**-52
_nudge: ContextVar[np.random.Generator | None] = ContextVar("_nudge", default=None)


@contextmanager
def nudged(seed: int) -> Iterator[None]:
    """Let `moved` change numbers by their last bit, at random."""
    token = _nudge.set(np.random.default_rng(seed))
    try:
        yield
    finally:
        _nudge.reset(token)


def moved(values: Any) -> Floats:
    """Return numbers, one unit in the last place higher, lower, or as they are; symmetric as before."""
    array, chance = np.array(values, dtype=np.float64), _nudge.get()
    if chance is None:
        return array
    steps = chance.integers(-1, 2, size=array.shape)
    if array.ndim == 2 and array.shape[0] == array.shape[1] and np.array_equal(array, array.T):
        steps = np.tril(steps, -1 if (array.diagonal() == 1).all() else 0)
        steps = steps + np.tril(steps, -1).T
    return array * (1 + _LAST_BIT * steps)


def moved_sample(sample: SampleMoments) -> SampleMoments:
    """Return moments whose numbers are moved."""
    if _nudge.get() is None:
        return sample
    rows = None if sample.rows is None else moved(sample.rows)
    by = moved(np.ones_like(sample.correlations))
    return replace(
        sample,
        correlations=sample.correlations * by,
        covariances=sample.covariances * by,
        means=moved(sample.means),
        rows=rows,
    )


def answers(n: int, k: int, seed: int, *, groups: int = 1, gaps: int = 0) -> Floats:
    """Answers from 1 to 7 of whole numbers added up: one common part, one of each group of items, one alone.

    ``gaps`` of a hundred are missing.
    """
    chance = np.random.default_rng(seed)
    common = chance.integers(-3, 4, size=(n, 1))
    parts = chance.integers(-3, 4, size=(n, groups))[:, np.arange(k) * groups // k]
    alone = chance.integers(-4, 5, size=(n, k))
    x = np.clip(4 + (common + parts + alone) // 2, 1, 7).astype(np.float64)
    return np.where(chance.integers(0, 100, size=(n, k)) < gaps, np.nan, x)


def diary(n_persons: int, k: int, seed: int) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """Answers (n, k) of persons on two to nine days: who, and on which day."""
    chance = np.random.default_rng(seed)
    days = chance.integers(2, 10, size=n_persons)
    who = np.repeat(np.arange(n_persons), days)
    when = np.concatenate([np.sort(chance.permutation(9)[:d]) for d in days])
    person = chance.integers(-4, 5, size=(n_persons, 1)) + chance.integers(-1, 2, size=(n_persons, k))
    day = chance.integers(-3, 4, size=(len(who), 1)) + chance.integers(-1, 2, size=(9, 1))[when]
    y = 10 + person[who] + day + chance.integers(-3, 4, size=(len(who), k))
    return y.astype(np.float64), who, when


def alike(k: int, r: float = 0.5) -> Floats:
    """Correlations of items that all correlate alike: all eigenvalues but one are equal."""
    return np.full((k, k), r) + (1 - r) * np.eye(k)


def clusters(n: int, k: int, inside: float = 0.5, between: float = 0.0) -> Floats:
    """Correlations of n clusters of k items each, none of which is singled out."""
    return np.kron(np.eye(n), np.full((k, k), inside - between)) + between + (1 - inside) * np.eye(n * k)


def ring(k: int) -> Floats:
    """Correlations that depend on the distance along a ring: eigenvalues come in pairs."""
    apart = np.abs(np.arange(k)[:, None] - np.arange(k))
    apart = np.minimum(apart, k - apart)
    return np.array([1.0, 0.5, 0.25, 0.125, 0.0625, 0.0])[np.minimum(apart, 5)]


def heywood() -> Floats:
    """Correlations whose one factor would explain more than all of the first item."""
    return np.array([[1, 0.9, 0.7, 0.6], [0.9, 1, 0.5, 0.45], [0.7, 0.5, 1, 0.4], [0.6, 0.45, 0.4, 1]])


def nearly_singular(k: int = 8) -> Floats:
    """Correlations of which the last is all but the mean of the first two."""
    x = answers(400, k, 5, groups=2)
    x[:, -1] = 50 * (x[:, 0] + x[:, 1]) + (np.arange(400) % 7 == 0)
    return np.corrcoef(x.T)


def as_sample(r: Floats, n: int = 400) -> SampleMoments:
    """Correlations as moments of n persons."""
    return moved_sample(covariances_as_sample(r, n=n, names=[f"q{i + 1}" for i in range(len(r))]))


def real(name: str, columns: slice | list[str] = slice(None)) -> pd.DataFrame | None:
    """Real answers, or None where the reference data are not there."""
    path = reference_data() / "oracles" / "data" / f"{name}.csv"
    if not path.exists():
        return None
    table = pd.read_csv(path)
    return table.loc[:, columns] if isinstance(columns, slice) else table[columns]
