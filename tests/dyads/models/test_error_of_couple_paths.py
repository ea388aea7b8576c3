"""Common fate and mutual influence with measurement error: what they recover, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads import Dyads, common_fate, mutual_influence
from intimacy_scales.errors import EstimationError
from tests.shared.comparison import roughly
from tests.shared.couples import couples_with_answers, couples_with_scores
from tests.shared.simulated_couples import Floats

COMMON, OWN, MUTUAL = 0.6, 0.5, 0.3
RELIABILITY = {"x": 0.6, "y": 0.7}


def true_scores(n: int, seed: int, effect: str) -> dict[str, Floats]:
    """Return true x and y (n, 2) of partners who share x, with a common effect or mutual influence."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, 1))
    x = shared + rng.normal(size=(n, 2))
    if effect == "common":
        return {"x": x, "y": COMMON * shared + 0.6 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))}
    after = OWN * x + rng.normal(size=(n, 2))  # y_i = after_i + m y_j
    return {"x": x, "y": (after + MUTUAL * after[:, ::-1]) / (1 - MUTUAL**2)}


def with_error(scores: dict[str, Floats], seed: int) -> Dyads:
    """Return couples whose scores have the reliabilities above, of both partners alike."""
    rng = np.random.default_rng(seed)
    measured = {}
    for name, true in scores.items():
        error = math.sqrt(true.var() * (1 / RELIABILITY[name] - 1))
        measured[name] = true + error * rng.normal(size=true.shape)
    return couples_with_scores(measured)


def answering(scores: dict[str, Floats], seed: int) -> Dyads:
    """Return couples who answer three items on each score; residuals of the same item correlate by .7."""
    rng = np.random.default_rng(seed)
    n, answers = len(scores["x"]), []
    for true in scores.values():
        for loading in (1.0, 0.9, 0.8):
            residual = np.sqrt(0.7) * rng.normal(size=(n, 1)) + np.sqrt(0.3) * rng.normal(size=(n, 2))
            answers.append(500 + 60 * (loading * true + residual))
    items = np.clip(np.round(np.stack(answers, axis=2)), 0, 1000)
    return couples_with_answers(items, {"x": "q1 q2 q3", "y": "q4 q5 q6"}, low=0, high=1000)


def effects(model: Any) -> list[float]:
    return [path.estimate for path in model.paths]


def test_corrected_mutual_influence_is_that_of_true_scores() -> None:
    dyads = with_error(true_scores(4000, 1, "mutual"), 2)
    plain = mutual_influence(dyads, "y", "x", errors_correlated=False)
    corrected = mutual_influence(
        dyads, "y", "x", errors_correlated=False, error="corrected", reliability=RELIABILITY
    )
    for path, true in zip(corrected.paths, (OWN, MUTUAL), strict=True):
        assert abs(path.estimate - true) < 3 * path.se
    assert abs(plain.paths[0].estimate - OWN) > 8 * plain.paths[0].se
    assert corrected.reliabilities == {name: {"": value} for name, value in RELIABILITY.items()}
    assert any("count as known" in text for text in corrected.warnings)


def test_uncorrelated_errors_change_what_partners_share_but_not_the_common_effect() -> None:
    scores = true_scores(2000, 3, "common")
    dyads = with_error(scores, 4)
    plain = common_fate(dyads, "y", "x")
    corrected = common_fate(dyads, "y", "x", error="corrected", reliability=RELIABILITY)
    roughly(effects(corrected), effects(plain), rel=1e-5)
    roughly(corrected.fit.chi_square, plain.fit.chi_square, rel=1e-5, abs=1e-6)
    for name, reliability in RELIABILITY.items():
        roughly(corrected.shared[name], plain.shared[name] / reliability, rel=1e-5)
    r = np.corrcoef(scores["x"].T)[0, 1]
    assert abs(corrected.shared["x"] - r) < 0.06


@pytest.mark.parametrize("error", ["corrected", "latent"])
def test_errors_that_correlate_between_partners_are_taken_out(error: Any) -> None:
    dyads = answering(true_scores(3000, 5, "common"), 6)
    plain, model = (common_fate(dyads, "y", "x", error=e) for e in (None, error))
    assert abs(model.effect.estimate - COMMON) < 3 * model.effect.se
    assert plain.effect.estimate < 0.8 * model.effect.estimate
    dyads = answering(true_scores(3000, 7, "mutual"), 8)
    influence = mutual_influence(dyads, "y", "x", errors_correlated=False, error=error)
    for path, true in zip(influence.paths, (OWN, MUTUAL), strict=True):
        assert abs(path.estimate - true) < 3 * path.se


@pytest.mark.parametrize("model", [common_fate, mutual_influence])
def test_errors_in_roles(model: Any) -> None:
    scores = true_scores(300, 9, "mutual")
    dyads = couples_with_scores(with_error(scores, 10).scores, roles=True)
    by_role = {name: {"wife": 0.8, "husband": 0.6} for name in scores}
    result = model(dyads, "y", "x", error="corrected", reliability=by_role)
    assert result.reliabilities == by_role
    assert type(result).from_dict(result.to_dict()) == result


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"error": "laten"}, "did you mean 'latent'"),
    ({"error": "latent"}, "pair the answers"),
    ({"error": "corrected"}, r"reliability=\{'x': 0.85\}"),
    ({"reliability": {"x": 0.8}}, "error='corrected', and error=None"),
    ({"error": "latent", "loadings": "fre"}, "did you mean 'free'"),
    ({"error": "corrected", "reliability": {"x": 1.5, "y": 0.9}}, "above 0, at most 1"),
]


@pytest.mark.parametrize("model", [common_fate, mutual_influence])
@pytest.mark.parametrize(("options", "message"), WRONG)
def test_options_of_error_that_are_wrong(model: Any, options: dict[str, Any], message: str) -> None:
    dyads = with_error(true_scores(20, 1, "mutual"), 2)
    with pytest.raises(EstimationError, match=message):
        model(dyads, "y", "x", **options)
