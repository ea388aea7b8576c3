"""Sentences of paths: the estimate has the sign of the interval next to it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads import apim, common_fate, mutual_influence, response_surface
from tests.shared.couples import couples_with_scores
from tests.shared.simulated_couples import random_scores

NUMBER = r"(-?\d+\.\d+)"


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("fit", [apim, common_fate, mutual_influence])
def test_sentences_give_an_estimate_within_their_interval(fit: Any, sign: float) -> None:
    scores = random_scores(4)
    model = fit(couples_with_scores({"y": sign * scores["y"], "x": scores["x"]}), "y", "x")
    lines = [line for line in model.sentences() if "1 higher, " in line]
    assert lines
    for line in lines:
        change = re.search(
            rf"(?:is {NUMBER} higher|differs by {NUMBER}), 95% CI \[{NUMBER}, {NUMBER}\]", line
        )
        assert change is not None, line
        estimate, low, high = (float(text) for text in change.groups() if text is not None)
        assert low <= estimate <= high


def test_sentences_of_a_response_surface_state_no_direction_without_evidence() -> None:
    rng = np.random.default_rng(2)
    couples = couples_with_scores({"y": rng.normal(size=(60, 2)), "x": rng.normal(size=(60, 2))})
    surface = response_surface(couples, "y", "x")
    lines = surface.sentences()
    for estimate in surface.surfaces[0].parameters:
        line = next(line for line in lines if f"({estimate.name} = " in line)
        assert ("does not clearly" in line) == (0 in estimate.confidence_interval())
    assert sum("does not clearly" in line for line in lines) >= 3
