"""Everything that this package draws at random, as digests that no machine may change."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from intimacy_scales import Instrument, load, simulate
from intimacy_scales.numerics.normal_draws import correlated_normal, covariance_root, standard_normal
from intimacy_scales.simulation import simulate_diary

ALMOST_SINGULAR = np.array([[1.0, 0.9999999, 0.3], [0.9999999, 1.0, 0.3], [0.3, 0.3, 1.0]])
REPEATED = np.full((6, 6), 0.5) + 0.5 * np.eye(6)  # five eigenvalues are equal, and one pair of partners more
PARTNERS = {"trust": 0.6, "knowledge": 0.6, "caring": 0.3}


def _digest(numbers: Any) -> str:
    """Return a digest of the numbers in the order of their rows; missing ones are all the same."""
    array = np.ascontiguousarray(np.asarray(numbers, dtype="<f8"))
    return hashlib.sha256(np.where(np.isnan(array), np.nan, array).tobytes()).hexdigest()[:16]


def _form(low: float, high: float, step: float = 1) -> Instrument:
    return Instrument.model_validate(
        {"id": "f", "version": "1", "title": "F"}
        | {"response_scale": {"minimum": low, "maximum": high, "step": step}}
        | {"items": [{"id": i} for i in "abcd"], "scales": [{"id": "s", "items": ["a", "-b", "c"]}]}
    )


def digests() -> dict[str, str]:
    """Return a digest of each kind of draw."""
    # versions whose digests were committed before the items changed: what is drawn of them stays the same
    short, long = load("scii-24", version="0.2.0"), load("scii-48", version="0.2.0")
    brief, daily = load("scii-12", version="0.1.0"), load("scii-daily", version="0.2.0")
    drawn = {
        "six correlated scales": simulate(short, 2_000, rng=1),
        "long form": simulate(long, 2_000, loadings=0.8, scale_correlations=0.4, rng=11),
        "couples": simulate(short, 2_000, couples=0.4, rng=1),
        "couples, scale by scale": simulate(brief, 2_000, couples=PARTNERS, rng=8),
        "partners who are of one mind": simulate(brief, 2_000, couples=1.0, rng=2),
        "scales that are one": simulate(brief, 2_000, scale_correlations=1.0, rng=3),
        "scales that are unrelated": simulate(brief, 2_000, scale_correlations=0.0, rng=3),
        "gaps and careless persons": simulate(short, 2_000, missing=0.1, careless=0.2, rng=6),
        "a published key": simulate("prqc", 2_000, rng=2),
        "loadings of 1": simulate(brief, 2_000, loadings=1.0, rng=4),
        "two points": simulate(_form(0, 1), 2_000, rng=5),
        "0 to 100": simulate(_form(0, 100), 2_000, rng=5),
        "tenths": simulate(_form(0, 1, 0.1), 2_000, rng=5),
        "a diary": simulate_diary(daily, 100, 14, between=0.4, missed=0.2, missing=0.05, rng=7),
        "short form of version 0.3.0": simulate(load("scii-24", version="0.3.0"), 2_000, couples=0.4, rng=1),
        "long form of version 0.3.0": simulate(load("scii-48", version="0.3.0"), 2_000, loadings=0.8, rng=11),
        "brief form of version 0.3.0": simulate(load("scii-12", version="0.3.0"), 2_000, missing=0.1, rng=8),
        "a diary of version 0.3.0": simulate_diary(
            load("scii-daily", version="0.3.0"), 100, 14, between=0.4, missed=0.2, missing=0.05, rng=7
        ),
        "a quick diary": simulate_diary(load("scii-daily-quick", version="0.3.0"), 100, 14, rng=7),
    }
    found = {}
    for name, simulation in drawn.items():
        found[name] = _digest(simulation.answers)
        found[f"{name}: true scores"] = _digest(simulation.true_scores)
    rng = np.random.default_rng(9)
    for name, matrix in (("repeated eigenvalues", REPEATED), ("almost singular", ALMOST_SINGULAR)):
        root = covariance_root(matrix)
        assert root is not None
        found[f"root, {name}"] = _digest(root)
        found[f"normal vectors, {name}"] = _digest(correlated_normal(rng, 10_000, root))
    found["normal numbers"] = _digest(standard_normal(rng, 1_000_000))
    return found


def product() -> str:
    """Return a digest of a matrix product, which is not the same everywhere."""
    drawn = standard_normal(np.random.default_rng(1), (40, 40))
    return _digest(np.linalg.inv(drawn @ drawn.T))


def digests_and_product() -> tuple[dict[str, str], str]:
    """Return both, for one process on each machine."""
    return digests(), product()
