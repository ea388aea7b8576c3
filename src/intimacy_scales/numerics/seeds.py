"""A seed, or a generator of random numbers, as `rng`."""

from __future__ import annotations

import numpy as np

from intimacy_scales.errors import EstimationError


def generator(rng: int | np.random.Generator | None) -> np.random.Generator:
    """Return a Generator, or raise where a seed is none."""
    whole = isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0
    if not whole and rng is not None and not isinstance(rng, np.random.Generator):
        raise EstimationError(f"rng={rng!r}: a whole number from 0, or a numpy Generator")
    return np.random.default_rng(rng)
