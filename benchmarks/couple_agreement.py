"""How often intervals of the agreement of partners hold the truth, by the shape of the scores.

Run from the root of a checkout: python -m benchmarks.coverage --of couples [--size smallest|full]

Nothing is judged: warnings of `partner_agreement` about skewed scores rest on this table. Scores are means
of four answers on five points to items of one normal factor for each partner. The factors of two partners
correlate .6, and the second partner's is .3 standard deviations lower.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads, ScaleAgreement, partner_agreement

SIZES = {"smallest": (2, 100), "full": (1000, 500)}  # samples, and resamples of each
SEED = 20_261
POPULATION = 400_000
SHAPES = {  # shares of the answers of the first partner, lowest to highest
    "symmetric": (0.10, 0.20, 0.40, 0.20, 0.10),
    "skewed": (0.02, 0.03, 0.10, 0.25, 0.60),
    "more skewed": (0.01, 0.02, 0.04, 0.13, 0.80),
}
WAYS = (
    ("pearson_r", "fisher-z"), ("pearson_r", "bootstrap"), ("pearson_r", "bca"),
    ("icc", "F"), ("icc", "fisher-z"), ("icc", "bootstrap"), ("icc", "bca"),
    ("icc_agreement", "lin"), ("icc_agreement", "shrout-fleiss"), ("icc_agreement", "generalized"),
    ("icc_agreement", "bootstrap"), ("mean_difference", "t"), ("standardized_difference", "bonett"),
    ("variance_ratio", "pitman"), ("variance_ratio", "bootstrap"),
)  # fmt: skip


def scores_of(shares: tuple[float, ...], n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Simulate the scores of n couples (n, 2)."""
    cuts = [NormalDist().inv_cdf(float(share)) for share in np.cumsum(shares)[:-1]]
    factors = rng.normal(size=(n, 2))
    factors[:, 1] = 0.6 * factors[:, 0] + 0.8 * factors[:, 1] - 0.3
    latent = math.sqrt(0.6) * factors[:, :, None] + math.sqrt(0.4) * rng.normal(size=(n, 2, 4))
    return np.asarray(np.searchsorted(cuts, latent) + 1.0).mean(axis=2)


def agreement_of(pairs: NDArray[np.float64]) -> ScaleAgreement:
    """Return the agreement of couples of wives and husbands."""
    table = pd.DataFrame({"w": pairs[:, 0], "h": pairs[:, 1]})
    dyads = Dyads.of_scores(table, {"scale": {"wife": "w", "husband": "h"}}, role=True, on_invalid="accept")
    return partner_agreement(dyads)["scale"]


def coverage(shares: tuple[float, ...], n: int, samples: int, resamples: int) -> dict[tuple[str, str], float]:
    """Return the share of samples whose interval holds the population's value, by figure and method."""
    rng = np.random.default_rng([SEED, n, *(int(1000 * share) for share in shares)])
    truth = agreement_of(scores_of(shares, POPULATION, rng))
    held = dict.fromkeys(WAYS, 0)
    for _ in range(samples):
        sample = agreement_of(scores_of(shares, n, rng))
        for name, method in WAYS:
            interval = sample.confidence_interval(
                method=method,  # type: ignore[arg-type]
                of=name,
                n_resamples=resamples,
                rng=rng,
            )
            held[name, method] += truth[name].estimate in interval
    return {way: count / samples for way, count in held.items()}


def study(samples: int, resamples: int) -> str:
    """Return the table."""
    columns = [(name, n) for name in SHAPES for n in (60, 150)]
    shares = [coverage(SHAPES[name], n, samples, resamples) for name, n in columns]
    lines = [
        f"{samples:,} simulated samples, {resamples:,} resamples of each.\n",
        "| figure | interval | " + " | ".join(f"{name}, n = {n}" for name, n in columns) + " |",
        "|---|---|" + "---:|" * len(columns),
    ]
    lines += [
        f"| {way[0]} | {way[1]} | " + " | ".join(f"{held[way]:.3f}" for held in shares) + " |" for way in WAYS
    ]
    return "\n".join(lines) + "\n"
