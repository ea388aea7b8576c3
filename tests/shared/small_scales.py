"""Answers to one scale of a few items, drawn at random, and its alpha worked out naively."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from intimacy_scales import CodedResponses, encode
from intimacy_scales.reliability import CronbachAlpha, cronbach_alpha
from tests.shared.instruments import form_of

Table = NDArray[np.float64]


_ITEMS, _PERSONS = st.integers(2, 6), st.integers(30, 80)


def one_scale(
    x: Table, keys: str = "", *, low: float = 1, high: float = 5, step: float = 1
) -> CodedResponses:
    """Return checked answers (n, k) to one scale, and a total of it alone; keys such as ``"++-"``."""
    ids = [f"q{n + 1}" for n in range(x.shape[1])]
    signed = [f"-{i}" if key == "-" else i for i, key in zip(ids, keys or "+" * len(ids), strict=True)]
    form = form_of({"a": " ".join(signed), "total": {"of": ["a"]}}, items=ids, low=low, high=high, step=step)
    return encode(form, np.asarray(x, dtype=float), columns=ids)


def alpha(answers: CodedResponses, **options: Any) -> CronbachAlpha:
    return cronbach_alpha(answers, scale="a", **options)


def sample(seed: int, n: int, k: int, gaps: float = 0, together: float = 1) -> Table:
    """Answers on 1 to 5 that go together more or less; gaps: the share that is missing."""
    chance = np.random.default_rng(seed)
    noise = chance.normal(size=(n, k)) + together * chance.normal(size=(n, 1))
    return np.where(chance.random((n, k)) < gaps, np.nan, np.clip(np.rint(3 + noise), 1, 5))


def tables(k: Any = _ITEMS, n: Any = _PERSONS, gaps: float = 0) -> st.SearchStrategy[Table]:
    together = st.sampled_from([0.0, 0.5, 1.0, 2.0])
    drawn = st.builds(partial(sample, gaps=gaps), st.integers(0, 2**32 - 1), n, k, together=together)
    return drawn.filter(lambda x: bool((np.nanstd(x, axis=0) > 0).all()))


def keyed(x: Table, keys: str) -> Table:
    return np.where(np.array(list(keys)) == "-", 6 - x, x)


def naive_alpha(x: Table) -> float:
    """Alpha of a table with gaps: each covariance from all who answered both."""
    k = x.shape[1]
    c = np.empty((k, k))
    for i, j in itertools.product(range(k), repeat=2):
        both = x[~np.isnan(x[:, i]) & ~np.isnan(x[:, j])]
        c[i, j] = np.cov(both[:, i], both[:, j])[0, 1] if len(both) > 1 else np.nan
    return float(k / (k - 1) * (1 - np.trace(c) / c.sum()))
