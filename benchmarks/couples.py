"""Speed of what is computed of couples: actor-partner models, couple scores, invariance across partners.

Run from the root of a checkout: python -m benchmarks.couples [--size smallest|full]

The peers are one ordinary least squares of as many persons, `score` of the answers of both partners, and
lavaan with the same six models (`benchmarks.couple_invariance`). All are timed in CPU time, of one thread but
for scores, so that what else the machine does does not count.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks import couple_invariance, couple_scores
from benchmarks.paired import HEADER, line, paired
from intimacy_scales.dyads import Dyads, apim
from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.dyads.actor_partner.terms import Composition

SIZES = {"smallest": 5_000, "full": 100_000}
KINDS = {
    "exchangeable": Composition(),
    "in roles": Composition(roles=("first", "second")),
}


def couples(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scores (n, 2) of a predictor and an outcome."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 2)) + 0.5 * rng.normal(size=(n, 1))
    return x, 0.4 * x + 0.2 * x[:, ::-1] + rng.normal(size=(n, 2)) + 0.7 * rng.normal(size=(n, 1))


def actor_partner_lines(n: int, repetitions: int, *, judged: bool) -> list[str]:
    """Time the whole fit, from scores to degrees of freedom, against least squares of 2 n rows."""
    x, y = couples(n)
    design = np.column_stack([np.ones(2 * n), x.ravel(), x[:, ::-1].ravel()])
    outcome = y.ravel()

    def least_squares() -> Any:
        return np.linalg.lstsq(design, outcome, rcond=None)

    def normal_equations() -> Any:
        return np.linalg.solve(design.T @ design, design.T @ outcome)

    def fitted(composition: Composition) -> ActorPartnerFit:
        result = fit(actor_partner_equations(y, {"x": x}, compositions=[composition]))
        assert np.isfinite(result.degrees_of_freedom).all()
        assert result.r_squared
        return result

    lines = []
    for kind, composition in KINDS.items():
        job = f"actor-partner model, {n:,} couples {kind}"
        for peer, bar in (("np.linalg.lstsq", least_squares), ("normal equations", normal_equations)):
            pair = paired(
                lambda composition=composition: fitted(composition),  # type: ignore[misc]
                bar,
                repetitions=repetitions,
                clock=time.process_time,
            )
            lines.append(line(job, f"{peer}, {2 * n:,} rows", pair, 5, judged=judged))
    return lines


def public_model_line(n: int, repetitions: int, *, judged: bool) -> str:
    """Time `apim` of paired scores, with its tests of paths, against least squares of 2 n rows."""
    x, y = couples(n)
    table = {"x": x, "y": y}
    columns = {f"{name}_{p}": values[:, k] for name, values in table.items() for k, p in enumerate("ab")}
    scores = {name: {p: f"{name}_{p}" for p in "ab"} for name in table}
    dyads = Dyads.of_scores(pd.DataFrame(columns), scores)
    design = np.column_stack([np.ones(2 * n), x.ravel(), x[:, ::-1].ravel()])
    pair = paired(
        lambda: apim(dyads, "y", "x"),
        lambda: np.linalg.lstsq(design, y.ravel(), rcond=None),
        repetitions=repetitions,
        clock=time.process_time,
    )
    job = f"apim() of {n:,} exchangeable couples, with its tests"
    return line(job, f"np.linalg.lstsq, {2 * n:,} rows", pair, 5, judged=judged)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    size = parser.parse_args().size
    judged = size == "full"
    warnings.simplefilter("ignore")
    print(HEADER)
    with threadpool_limits(1):
        for text in actor_partner_lines(SIZES[size], 15, judged=judged):
            print(text, flush=True)
        print(public_model_line(SIZES[size], 15, judged=judged), flush=True)
    for text in couple_scores.lines(couple_scores.SIZES[size], 7 if judged else 3, judged=judged):
        print(text, flush=True)
    for text in couple_invariance.ladder(couple_invariance.REPETITIONS[size], judged=judged):
        print(text, flush=True)


if __name__ == "__main__":
    main()
