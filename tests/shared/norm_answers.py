"""What tests of norms share: answers to the RAS, a norm of it, and scores of simulated persons."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

from intimacy_scales import Norm, Scores, score, simulate

SAMPLE = "simulated persons"


def ras(*answers: int) -> dict[str, int]:
    return {f"ras_{n}": answer for n, answer in enumerate(answers, start=1)}


def norm(**changes: Any) -> Norm:
    return Norm(**{"scale": "total", "sample": SAMPLE, "n": 100, "mean": 4.0, "sd": 0.5, **changes})


@cache
def agreeable_scores() -> Scores:
    """Scores of 800 persons of whom many stand near the top."""
    cuts = (-2.4, -1.8, -1.3, -0.7, -0.1, 0.9)
    answers = simulate("scii-24", 800, loadings=0.7, thresholds=cuts, rng=3).answers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return score("scii-24", answers)
