"""How often the intervals of ICC(2,1) hold the agreement of the population, on simulated ratings.

Run from the root of a checkout: python -m benchmarks.agreement [--samples 2000]

Nothing is judged: the table is what docs/explanation/improper-figures.md speaks of.
"""

from __future__ import annotations

import argparse

import numpy as np

from intimacy_scales.reliability import intraclass_corr
from intimacy_scales.reliability.agreement.icc_result import ICCInterval

SEED = 20_261
RATERS, ERROR = 0.25, 0.49
TRUE = 1 / (1 + RATERS + ERROR)
METHODS: tuple[ICCInterval, ...] = ("generalized", "shrout-fleiss")


def coverage(raters: int, persons: int, samples: int) -> dict[str, float]:
    """Return the share of samples whose interval holds the true agreement, by method."""
    rng = np.random.default_rng([SEED, raters, persons])
    held: dict[str, int] = dict.fromkeys(METHODS, 0)
    for _ in range(samples):
        ratings = (
            rng.normal(size=(persons, 1))
            + RATERS**0.5 * rng.normal(size=raters)
            + ERROR**0.5 * rng.normal(size=(persons, raters))
        )
        form = intraclass_corr(ratings, on_invalid="accept")["ICC(2,1)"]
        for method in METHODS:
            held[method] += TRUE in form.confidence_interval(method=method)
    return {method: count / samples for method, count in held.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2000)
    samples = parser.parse_args().samples
    print("| raters | persons | generalized | Shrout & Fleiss |")
    print("|---:|---:|---:|---:|")
    for raters in (2, 3, 8):
        for persons in (60, 300):
            found = coverage(raters, persons, samples)
            print(
                f"| {raters} | {persons} | {found['generalized']:.3f} | {found['shrout-fleiss']:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
