"""What smoothing makes of samples that are the same on every machine, since whole numbers make them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy_scales import Norm, score
from intimacy_scales.numerics.smoothing import LogLinear, fit_loglinear, percentile_ranks
from tests.shared.instruments import PUBLISHED, form_of


def skewed_samples(n_samples: int, seed: int = 1) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Yield scores from 0 of 40 to 400 persons, and how many scores are possible: 13 to 42.

    Sums of whole numbers, stretched so that some reach beyond the top and stand at it, as with happy couples.
    """
    rng = np.random.default_rng(seed)
    for _ in range(n_samples):
        n, n_points = (int(rng.integers(low, high)) for low, high in ((40, 401), (13, 43)))
        parts, stretch = int(rng.integers(1, 5)), int(rng.integers(100, 190))
        sums = np.maximum(*rng.integers(0, n_points, size=(2, n, parts)).sum(axis=2))
        yield np.minimum(sums * stretch // (100 * parts), n_points - 1), n_points


def norm_tables(n_samples: int = 500) -> list[list[object]]:
    """Return of each sample the model that was chosen, and its percentile ranks."""
    tables: list[list[object]] = []
    for scores, n_points in skewed_samples(n_samples):
        made = percentile_ranks(scores.astype(np.float64), 0, n_points - 1, n_points)
        tables.append([made.degree, list(made.ends), made.ranks.tolist()])
    return tables


def fits_at_the_edge(n_samples: int = 30, seed: int = 3) -> list[list[float] | None]:
    """Return shares of polynomials of degree 2 to 6 for persons on few scores of many, None without a fit."""
    rng = np.random.default_rng(seed)
    shares: list[list[float] | None] = []
    for _ in range(n_samples):
        n_points, n_reached = int(rng.integers(10, 150)), int(rng.integers(2, 9))
        counts, first = np.zeros(n_points), int(rng.integers(0, n_points - n_reached + 1))
        counts[first : first + n_reached] = 10 ** rng.integers(0, 7, n_reached)
        counts[int(rng.integers(0, n_points))] += 1
        fits = [fit_loglinear(counts, degree) for degree in range(2, 7)]
        shares += [fit.shares.tolist() if isinstance(fit, LogLinear) else None for fit in fits]
    return shares


def norms() -> list[dict[str, object]]:
    """Return norms of answers with gaps: of scales, and of a total with a grid of its own."""
    rng = np.random.default_rng(4)
    form = form_of(
        {"a": "q1 q2 q3", "b": "q4 q5 q6 q7", "c": "q8 q9 q10 q11", "t": {"of": ["a", "b", "c"]}},
        high=7,
        evidence=PUBLISHED,
    )
    answers = np.minimum(rng.integers(1, 8, (300, 11)) + rng.integers(0, 4, (300, 1)), 7).astype(float)
    answers[rng.integers(0, 10, answers.shape) == 0] = np.nan
    frame = pd.DataFrame(answers, columns=list(form.item_ids))
    return [norm.model_dump(mode="json") for norm in Norm.from_scores(score(form, frame), sample="made up")]


def smoothed() -> dict[str, object]:
    """Return all that is to be the same on every machine."""
    return {"norm tables": norm_tables(), "edge": fits_at_the_edge(), "norms": norms()}
