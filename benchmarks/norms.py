"""How near percentile ranks come to those of the population, by the rule that chooses how they are smoothed.

Run from the root of a checkout: python -m benchmarks.norms [--size smallest|full]

Nothing is judged: the table is what docs/explanation/validity.md speaks of. One version makes the same table
on every run; ``full`` takes some minutes.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.smoothing import LogLinear, fit_loglinear, smooth_shares

Floats = NDArray[np.float64]
Rule = Callable[[LogLinear, int, int], float]  # of a model, persons and scores reached: the lower, the better

SEED = 20_262
LOADING = 0.7
ITEMS = (2, 4, 12)  # of seven points
SIZES = {"smallest": (4, (60, 200)), "full": (100, (60, 100, 200, 400))}
ENDS = ((), (0,), (-1,), (0, -1))

SYMMETRIC = (-1.8, -1.1, -0.4, 0.4, 1.1, 1.8)
SKEWED = (-2.4, -1.8, -1.3, -0.7, -0.1, 0.9)
AT_THE_TOP = (-2.5, -2.0, -1.5, -1.0, -0.7, -0.3)
# cuts of the answers, and groups of persons: their share, mean and standard deviation of the factor
POPULATIONS: dict[str, tuple[tuple[float, ...], tuple[tuple[float, float, float], ...]]] = {
    "symmetric": (SYMMETRIC, ((1.0, 0.0, 1.0),)),
    "skewed": (SKEWED, ((1.0, 0.0, 1.0),)),
    "many at the top": (AT_THE_TOP, ((1.0, 0.0, 1.0),)),
    "three content, one not": (SKEWED, ((0.7, 0.6, 0.6), (0.3, -2.2, 0.6))),
    "two groups apart": (SYMMETRIC, ((0.55, 1.2, 0.6), (0.45, -1.6, 0.6))),
}


def population(
    n_items: int, cuts: tuple[float, ...], groups: tuple[tuple[float, float, float], ...]
) -> Floats:
    """Return the share of each sum of items, from one factor, integrated over its distribution."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    below, spread = NormalDist().cdf, math.sqrt(1 - LOADING**2)
    shares: Floats = np.zeros(n_items * len(cuts) + 1)
    for share, mean, sd in groups:
        for node, weight in zip(nodes, weights / weights.sum(), strict=True):
            factor = mean + sd * float(node)
            edges = [below((cut - LOADING * factor) / spread) for cut in cuts]
            one, sums = np.diff([0.0, *edges, 1.0]), np.ones(1)
            for _ in range(n_items):
                sums = np.convolve(sums, one)
            shares += share * float(weight) * sums
    return shares / shares.sum()


def models(counts: Floats) -> Iterator[LogLinear]:
    """Yield every model of degree 2 to 6 that has a maximum, whatever its number of parameters."""
    for ends in ENDS:
        if all(counts[end] > 0 for end in ends):
            last: LogLinear | None = None
            for degree in range(2, 7):
                fitted = fit_loglinear(counts, degree, ends, start=last)
                if isinstance(fitted, LogLinear):
                    last = fitted
                    yield fitted


def corrected(model: LogLinear, n: int, reached: int) -> float:
    """Return the corrected Akaike criterion (Hurvich & Tsai, 1989)."""
    p = model.n_parameters
    return model.akaike + 2.0 * p * (p + 1) / (n - p - 1)


def up_to_degree_4(model: LogLinear, n: int, reached: int) -> float:
    """Return the Akaike criterion under the limit in use and a lower highest degree."""
    allowed = model.degree <= 4 and model.n_parameters <= max(2, reached // 2)
    return model.akaike if allowed else math.inf


RULES: dict[str, Rule] = {
    "AIC": lambda model, n, reached: model.akaike,
    "AICc": corrected,
    "BIC": lambda model, n, reached: model.deviance + math.log(n) * model.n_parameters,
    "AIC, half, degree to 4": up_to_degree_4,
}
COLUMNS = ("counted", *RULES, "AIC, half (in use)")


def ranks(shares: Floats) -> Floats:
    """Return percentile ranks of each score."""
    return 100.0 * (np.cumsum(shares) - shares / 2)


def by_rule(counts: Floats) -> Iterator[Floats]:
    """Yield the shares that each column's rule makes of a sample."""
    n, reached, fitted = int(counts.sum()), int(np.count_nonzero(counts)), list(models(counts))
    own = counts / n
    yield own
    for rule in RULES.values():
        yield min(fitted, key=lambda model: rule(model, n, reached)).shares if fitted else own
    yield smooth_shares(counts).shares


def errors(shares: Floats, n: int, replications: int, rng: np.random.Generator) -> Floats:
    """Return each column's mean squared error of the percentile rank of a person of the population."""
    true = ranks(shares)
    apart = [
        [
            float(shares @ (ranks(made) - true) ** 2)
            for made in by_rule(rng.multinomial(n, shares).astype(float))
        ]
        for _ in range(replications)
    ]
    return np.mean(apart, axis=0)


def lines(replications: int, sizes: tuple[int, ...]) -> Iterator[str]:
    """Yield a Markdown table: roots of mean squared errors over all sizes, for each population and length."""
    rng = np.random.default_rng(SEED)
    yield f"Seed {SEED}; {replications} samples each of {', '.join(map(str, sizes))} persons."
    yield ""
    yield f"| population | items | {' | '.join(COLUMNS)} |"
    yield "|---" * (len(COLUMNS) + 2) + "|"
    for name, (cuts, groups) in POPULATIONS.items():
        for n_items in ITEMS:
            shares = population(n_items, cuts, groups)
            mean = np.mean([errors(shares, n, replications, rng) for n in sizes], axis=0)
            yield f"| {name} | {n_items} | " + " | ".join(f"{root:.3f}" for root in np.sqrt(mean)) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    for line in lines(*SIZES[parser.parse_args().size]):
        print(line, flush=True)


if __name__ == "__main__":
    main()
