"""Made-up scores for the functions of `validity`: by years, of changes, and by two methods."""

from __future__ import annotations

from typing import Any

import intimacy_scales as scales
from intimacy_scales.validity import MinimalImportantChange, MultitraitMultimethod, RegressionNorm


def norm_by_years(**options: Any) -> RegressionNorm:
    """A norm of 240 persons by years together."""
    years = [n % 20 for n in range(240)]
    scores = [4 + 0.05 * y + (0.3 + 0.02 * y) * ((7 * n) % 13 - 6) / 4 for n, y in enumerate(years)]
    return scales.regression_norm(
        scores, {"years": years}, sample="240 simulated persons", source="made up", **options
    )


def important_change(**options: Any) -> MinimalImportantChange:
    """The important change of 12 persons, whose ratings from 1 to 5 overlap."""
    arguments: dict[str, Any] = {
        "changes": [-2, -1, 0, 0, 1, 1, 2, 3, 2, 4, 1, 0],
        "anchor": [1, 2, 3, 3, 3, 4, 3, 4, 4, 5, 4, 4],
        "improved": [4, 5],
        "rng": 1,
    }
    return scales.minimal_important_change(**(arguments | options))


def two_methods(*, days: int = 1, **options: Any) -> MultitraitMultimethod:
    """Two traits of 40 persons by oneself and a diary of so many days."""
    methods = {
        method: [
            {"who": n, "trust": n % 7 + (n * step) % 5, "care": (3 * n) % 5 + (n * step) % 3}
            for n in range(40)
            for _ in range(days if method == "daily" else 1)
        ]
        for method, step in (("self", 2), ("daily", 3))
    }
    return scales.mtmm(methods, person="who", traits=["trust", "care"], rng=1, **options)
