"""Couples made of arrays of scores, and simulated ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads

Floats = NDArray[np.float64]


def couples_with_scores(
    variables: Mapping[str, Floats], *, role: bool = False, names: tuple[str, str] = ("wife", "husband")
) -> Dyads:
    """Return couples with these scores (n, 2), nan where missing."""
    rows = [
        {f"{name}_{place}": scores[couple, place] for name, scores in variables.items() for place in (0, 1)}
        for couple in range(len(next(iter(variables.values()))))
    ]
    columns = {name: {names[place]: f"{name}_{place}" for place in (0, 1)} for name in variables}
    return Dyads.of_scores(rows, columns, role=role, on_invalid="accept")


def random_couples(
    seed: int, n: int = 60, names: tuple[str, ...] = ("y", "x"), r: float = 0.4
) -> dict[str, Floats]:
    """Return scores of couples whose partners and variables correlate, on a scale from about 1 to 7."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1, 1))
    own = rng.standard_normal((n, 2, 1))
    scores = 4 + r * common + r * own + 0.9 * rng.standard_normal((n, 2, len(names)))
    return {name: scores[:, :, k] for k, name in enumerate(names)}


def swapped(variables: Mapping[str, Floats], places: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return the scores with the partners of some couples in the other order."""
    return {name: np.where(places[:, None], scores[:, ::-1], scores) for name, scores in variables.items()}
