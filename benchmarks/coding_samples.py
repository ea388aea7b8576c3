"""Simulated answers to ten items: a normal factor model, cut at thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales import Instrument

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

N, ITEMS, REVERSE = 150, 10, 4
SKEWS = (0.0, 0.5, -0.5, 0.9)


class Sample(NamedTuple):
    """Simulated answers: options from 0 (n, k), and the loadings of the items in their stored direction."""

    codes: Codes
    loadings: Floats
    n_options: int


def form_of(scale: dict[str, Any], reverse: int = REVERSE) -> Instrument:
    """Return an instrument of ten items, the last of which are reverse-keyed."""
    ids = [f"q{n + 1}" for n in range(ITEMS)]
    keys = [("-" if n >= ITEMS - reverse else "") + item for n, item in enumerate(ids)]
    return Instrument.model_validate(
        {
            "id": "ten",
            "version": "1",
            "title": "Ten items",
            "response_scale": scale,
            "items": [{"id": item} for item in ids],
            "scales": [{"id": "total", "items": keys}],
        }
    )


def on(low: int, n_options: int, reverse: int = REVERSE) -> Instrument:
    """Return the instrument with options from ``low`` on."""
    return form_of({"minimum": low, "maximum": low + n_options - 1}, reverse)


@dataclass(frozen=True)
class Model:
    """How answers are simulated: see the module."""

    n_options: int = 5
    loading: float | None = None
    persons: int = N
    reverse: int = REVERSE
    factors: int = 1
    acquiescence: float = 0.0
    correlated_errors: float = 0.0

    def draw(self, rng: np.random.Generator) -> Sample:
        """Return one sample."""
        k, n, persons = self.n_options, ITEMS, self.persons
        size = rng.uniform(0.4, 0.8, n) if self.loading is None else np.full(n, self.loading)
        factors, errors = rng.normal(size=(persons, self.factors)), rng.normal(size=(persons, n))
        shared = rng.normal(size=(persons, n // 2)).repeat(2, axis=1)
        r = self.correlated_errors
        errors = np.sqrt(1 - r) * errors + np.sqrt(r) * shared
        latent = size * factors[:, np.arange(n) % self.factors] + np.sqrt(1 - size**2) * errors
        signs = np.where(np.arange(n) >= n - self.reverse, -1, 1)
        latent += signs * self.acquiescence * rng.normal(size=(persons, 1))
        outermost, skew = 1.5 if k < 9 else 1.8, SKEWS[rng.integers(len(SKEWS))]
        codes = np.empty((persons, n), dtype=np.int64)
        for item in range(n):
            cuts = np.sort(np.linspace(-outermost, outermost, k - 1) - skew + rng.normal(0, 0.3))
            keyed = np.searchsorted(cuts, latent[:, item])
            codes[:, item] = keyed if signs[item] > 0 else k - 1 - keyed
        return Sample(codes, size * signs, k)
