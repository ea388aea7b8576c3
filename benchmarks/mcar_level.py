"""How often Little's test rejects where answers are missing completely at random.

Run from the root of a checkout: python -m benchmarks.mcar_level [--replications N]

Prints the table of docs/explanation/factor-models.md; one version makes the same on every run.
"""

from __future__ import annotations

import argparse
import itertools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy_scales.factor.mcar import little_mcar
from intimacy_scales.numerics.normal_draws import standard_normal

SEED = 20_262
CUTS = (0.3, 0.9, 1.4, 1.9)  # five skewed points: 62, 20, 10, 5 and 3 % of persons


def answers(rng: np.random.Generator, n: int, items: int, *, points: bool) -> NDArray[np.float64]:
    """Return answers of one factor with loadings .7, normal or on five skewed points."""
    drawn = standard_normal(rng, n * (items + 1)).reshape(n, items + 1)
    values = 0.7 * drawn[:, :1] + np.sqrt(1 - 0.49) * drawn[:, 1:]
    return np.digitize(values, CUTS).astype(np.float64) + 1 if points else values


def rejected(n: int, items: int, gaps: float, replications: int, *, points: bool) -> float:
    """Return the share of samples in which the test rejects at 5 %."""
    rng = np.random.default_rng(SEED)
    names = [f"x{i + 1}" for i in range(items)]
    found = 0
    for _ in range(replications):
        x = answers(rng, n, items, points=points)
        x[rng.random(x.shape) < gaps] = np.nan
        found += little_mcar(pd.DataFrame(x, columns=names), on_invalid="accept").p_value < 0.05
    return found / replications


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=2_000)
    replications = parser.parse_args().replications
    print(f"{replications} samples each: % rejected at 5 %")
    print("| items | skipped | persons | normal | five skewed points |\n|---|---|---|---|---|")
    for items, gaps, n in itertools.product((4, 8), (0.05, 0.15), (100, 400)):
        shares = [100 * rejected(n, items, gaps, replications, points=points) for points in (False, True)]
        print(f"| {items} | {100 * gaps:.0f} % | {n} | {shares[0]:.1f} | {shares[1]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
