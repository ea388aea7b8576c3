"""Who of exchangeable partners is called the first changes no figure, and never makes a fit fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.dyads import Dyads, apim, common_fate, distinguishability, mutual_influence
from intimacy_scales.dyads.models.orientation import turned_partners
from intimacy_scales.errors import EstimationError
from tests.shared.comparison import roughly
from tests.shared.couples import couples_with_scores, swapped
from tests.shared.simulated_couples import Floats, love_trust_and_calm


def scores_with_gaps(n: int = 40) -> dict[str, Floats]:
    """Return love and trust (n, 2); of every fourth couple, one partner is missing."""
    values = love_trust_and_calm(n)
    scores = {name: values[name].copy() for name in ("love", "trust")}
    for place in (0, 1):
        for numbers in scores.values():
            numbers[place * 4 :: 8, place] = np.nan
    return scores


def figures(result: Any) -> list[float]:
    """Return all numbers of a result."""
    if isinstance(result, dict):
        return [number for name, value in result.items() if name != "partners" for number in figures(value)]
    if isinstance(result, list | tuple):
        return [number for value in result for number in figures(value)]
    return [float(result)] if isinstance(result, int | float) else []


MODELS: dict[str, Any] = {
    "apim": lambda dyads: apim(dyads, "love", "trust"),
    "robust": lambda dyads: apim(dyads, "love", "trust", estimator="MLR"),
    "corrected": lambda dyads: apim(
        dyads, "love", "trust", error="corrected", reliability={"love": 0.9, "trust": 0.8}
    ),
    "common fate": lambda dyads: common_fate(dyads, "love", "trust"),
    "mutual influence": lambda dyads: mutual_influence(dyads, "love", "trust", errors_correlated=False),
    "distinguishability": lambda dyads: distinguishability(dyads, ["love", "trust"]),
}


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=2)
@given(seed=st.integers(0, 2**16))
def test_swapped_partners_change_no_figure(name: str, seed: int) -> None:
    scores = scores_with_gaps()
    chosen = np.random.default_rng(seed).random(40) < 0.5
    one, other = (
        figures(MODELS[name](couples_with_scores(s)).to_dict()) for s in (scores, swapped(scores, chosen))
    )
    assert len(one) > 15
    roughly(one, other, rel=1e-6, abs=1e-8)


def with_first(scores: dict[str, Floats], trust: float) -> Dyads:
    """Return couples whose first partners all have this trust."""
    return couples_with_scores(scores | {"trust": np.where([True, False], trust, scores["trust"])})


@pytest.mark.parametrize("name", ["apim", "corrected", "common fate", "distinguishability"])
def test_a_column_of_an_arbitrary_order_may_be_constant(name: str) -> None:
    dyads = with_first(scores_with_gaps(60), 4.0)
    placed = MODELS[name](dyads)
    turned = {s: swapped(dyads.variable(s), np.arange(len(dyads)) % 2 == 0) for s in ("love", "trust")}
    roughly(figures(placed.to_dict()), figures(MODELS[name](couples_with_scores(turned)).to_dict()), rel=1e-6)


def test_partners_in_roles_keep_their_order_where_it_can_be_fitted() -> None:
    scores = scores_with_gaps(60)
    in_roles = couples_with_scores(scores, roles=True)
    model = apim(in_roles, "love", "trust", distinguishable=False)
    assert np.array_equal(model.to_couples()["love_wife"], scores["love"][:, 0], equal_nan=True)
    assert model.test("distinguishable").reason is None
    constant = {name: with_first(scores, 4.0).variable(name) for name in scores}
    model = apim(couples_with_scores(constant, roles=True), "love", "trust", distinguishable=False)
    assert "does not vary in one of the roles" in str(model.test("distinguishable").reason)
    with pytest.raises(EstimationError, match=r"trust_wife: all are 4"):
        apim(couples_with_scores(constant, roles=True), "love", "trust")


def test_one_person_who_differs_is_too_little() -> None:
    scores = scores_with_gaps(40)
    trust = np.where(np.isnan(scores["trust"]), np.nan, 4.0)
    trust[2, 0] = 5.0
    with pytest.raises(EstimationError, match=f"no couple of {len(trust)} has trust of both partners"):
        apim(with_first(scores, np.nan), "love", "trust")
    with pytest.raises(EstimationError, match="hardly any differences between persons in trust"):
        apim(couples_with_scores(scores | {"trust": trust}), "love", "trust")


@given(seed=st.integers(0, 2**16), n=st.integers(1, 12), k=st.integers(1, 3))
def test_placed_partners_do_not_depend_on_their_order(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = rng.integers(0, 4, (n, 2, k)).astype(float)
    numbers[rng.random(numbers.shape) < 0.2] = np.nan

    def placed(couples: Floats, scale: float) -> Floats:
        turned = turned_partners(scale * couples)
        return np.where(turned[:, None, None], couples[:, ::-1], couples)

    expected = placed(numbers, 1.0)
    for scale in (1e-9, 1.0, 1e9):
        couples = np.where((rng.random(n) < 0.5)[:, None, None], numbers[:, ::-1], numbers)
        assert np.array_equal(placed(couples, scale), expected, equal_nan=True)


@given(deviants=st.integers(2, 6), seed=st.integers(0, 999))
def test_few_persons_who_differ_are_spread_over_both_columns(deviants: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = np.zeros((30, 2, 2))
    numbers[:, :, 0] = rng.normal(size=(30, 2))
    numbers[:deviants, 0, 1] = 1.0
    turned = turned_partners(numbers)[:deviants]
    assert 0 < turned.sum() < deviants
