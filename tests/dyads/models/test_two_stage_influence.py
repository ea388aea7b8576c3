"""Mutual influence without degrees of freedom is two-stage least squares, whatever its size."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from intimacy_scales.dyads import apim, mutual_influence
from intimacy_scales.errors import EstimationError
from tests.shared.comparison import roughly
from tests.shared.couples import couples_with_scores
from tests.shared.simulated_couples import Floats


def actor_partner_scores(seed: int) -> dict[str, Floats]:
    """Return x and y (n, 2) of 20 to 120 couples with actor and partner effects of a random size."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 121))
    x = 0.6 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))
    noise = 0.5 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))
    own, others = rng.uniform(0.1, 0.6, 2), rng.uniform(-0.1, 0.4, 2)
    return {"x": x, "y": 4 + own * x + others * x[:, ::-1] + noise}


def two_stage(x: Floats, y: Floats) -> Floats:
    """Return own effect and influence on each partner (2, 2), with both x as instruments."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    rows = []
    for i in (0, 1):
        fitted = x @ np.linalg.lstsq(x, y[:, 1 - i], rcond=None)[0]
        rows.append(np.linalg.lstsq(np.column_stack([x[:, i], fitted]), y[:, i], rcond=None)[0])
    return np.array(rows)


def residual_correlation(x: Floats, y: Floats) -> float:
    slopes = two_stage(x, y)
    residuals = y - slopes[:, 0] * x - slopes[:, 1] * y[:, ::-1]
    return float(np.corrcoef(residuals.T)[0, 1])


@pytest.mark.parametrize("first", [0, 10, 20, 30])
@pytest.mark.parametrize("roles", [True, False])
def test_mutual_influence_is_two_stage_least_squares_or_refused_with_a_true_reason(
    first: int, roles: bool
) -> None:
    for seed in range(first, first + 10):
        scores = actor_partner_scores(seed)
        twice = {name: np.concatenate([both, both[:, ::-1]]) for name, both in scores.items()}
        dyads = couples_with_scores(scores, roles=roles)
        expected = two_stage(**(scores if roles else twice))
        try:
            model = mutual_influence(dyads, "y", "x")
        except EstimationError as error:
            r = residual_correlation(**(scores if roles else twice))
            assert abs(r) > 0.99
            assert f"correlate {r:.5f}, so that these cannot be told apart" in str(error)
            assert "start values" not in str(error)
            assert len(apim(dyads, "y", "x").effects) > 0  # as the message advises
            continue
        estimates = np.array([path.estimate for path in model.paths])
        roughly(estimates, expected.ravel()[: len(estimates)], rel=1e-6, abs=1e-7)
        if roles:
            roughly(model.fit.chi_square, 0.0, abs=1e-7)
        assert any("never settles" in text for text in model.warnings) == (abs(model.stability) >= 1)


def test_mutual_influence_gives_the_reason_where_equal_influence_cannot_be_tested() -> None:
    tests = [mutual_influence(couples_with_scores(actor_partner_scores(s), roles=True), "y", "x").tests
             for s in (0, 16, 20)]  # fmt: skip
    undefined = [test for two in tests for test in two if test.reason is not None]
    assert undefined
    for test in undefined:
        assert (test.name, test.df) == ("equal_influence", 1)
        assert math.isnan(test.chi_square)
        assert re.search(r"was not tested: .* has no maximum", test.sentence())


@pytest.mark.parametrize("seed", [8, 25, 35])
def test_mutual_influence_of_incomplete_couples_follows_from_actor_and_partner_effects(seed: int) -> None:
    scores = actor_partner_scores(seed)
    scores["y"][:9, 1] = np.nan
    scores["x"][-9:, 0] = np.nan
    dyads = couples_with_scores(scores, roles=True)
    effects = {(e.kind, e.role): e.estimate for e in apim(dyads, "y", "x", missing="fiml").effects}
    model = mutual_influence(dyads, "y", "x")
    roughly(model.fit.chi_square, 0.0, abs=1e-7)
    for path in model.paths:
        other = "husband" if path.role == "wife" else "wife"
        if path.name == "influence of the partner":
            expected = effects["partner", path.role] / effects["actor", other]
            roughly(path.estimate, expected, rel=1e-4)
