"""The option `rng`: a seed or a generator of random numbers."""

from __future__ import annotations

import numpy as np

from intimacy_scales.errors import EstimationError


def generator(rng: int | np.random.Generator | None) -> np.random.Generator:
    """Return the Generator of a seed, or a new one of None; raise where `rng` is not valid."""
    is_seed = isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0
    if not is_seed and rng is not None and not isinstance(rng, np.random.Generator):
        raise EstimationError(
            f"rng={rng!r} is not valid; allowed: a whole number from 0, a numpy Generator, or None"
        )
    return np.random.default_rng(rng)
