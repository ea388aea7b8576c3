"""Factors of the items of both partners: few items, weak first items, reverse-keyed items, few categories."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads import Dyads, apim, common_fate, mutual_influence
from intimacy_scales.errors import EstimationError
from tests.shared.comparison import roughly
from tests.shared.couples import couples_with_answers


def answering(
    loadings: tuple[float, ...] = (0.9, 0.8, 0.7, 0.6), *, roles: bool, levels: int = 7, reverse: bool = False
) -> Dyads:
    """Return 200 couples who answer items on x and y, which depends on the x of both partners.

    With ``reverse``, every second item is reverse-keyed.
    """
    rng, k = np.random.default_rng(1), len(loadings)
    x = 0.6 * rng.normal(size=(200, 1)) + 0.8 * rng.normal(size=(200, 2))
    y = 0.5 * x + 0.2 * x[:, ::-1] + 0.4 * rng.normal(size=(200, 1)) + 0.6 * rng.normal(size=(200, 2))
    answers = []
    for scores in (x, y):
        for loading in loadings:
            error = math.sqrt(0.3) * rng.normal(size=(200, 1)) + math.sqrt(0.7) * rng.normal(size=(200, 2))
            answers.append(loading * scores + 0.6 * error)
    codes = np.clip(np.round((levels + 1) / 2 + np.stack(answers, axis=2) * levels / 5), 1, levels)
    names = [f"q{n + 1}" for n in range(2 * k)]
    if reverse:
        codes[:, :, 1::2] = levels + 1 - codes[:, :, 1::2]
        names[1::2] = [f"-{name}" for name in names[1::2]]
    scales = {"x": " ".join(names[:k]), "y": " ".join(names[k:])}
    return couples_with_answers(codes, scales, roles=roles, low=1, high=levels)


MODELS: list[Any] = [apim, common_fate, mutual_influence]


@pytest.mark.parametrize("model", MODELS)
def test_a_single_item_has_no_factor(model: Any) -> None:
    with pytest.raises(EstimationError, match=r"single item, .* use error='corrected' .*reliability=\{'\w'"):
        model(answering((0.9,), roles=False), "y", "x", error="latent")
    reliability = {"x": 0.7, "y": 0.7}
    model(answering((0.9,), roles=False), "y", "x", error="corrected", reliability=reliability)


@pytest.mark.parametrize("roles", [False, True])
def test_a_first_item_that_hardly_measures_its_scale_is_not_the_unit(roles: bool) -> None:
    weak = apim(answering((0.02, 0.9, 0.8, 0.7), roles=roles), "y", "x", error="latent")
    cautions = [text for text in weak.warnings if "hardly measures it" in text]
    assert any(text.startswith("q5, the first item of y") for text in cautions)
    effect = weak.effects[1]
    assert 0.2 < effect.standardized < 0.8
    assert effect.se < 0.3
    good = apim(answering(roles=roles), "y", "x", error="latent")
    assert not any("hardly measures it" in text for text in good.warnings)


@pytest.mark.parametrize("roles", [False, True])
def test_reverse_keyed_items_change_nothing(roles: bool) -> None:
    one, other = (
        apim(answering(roles=roles, reverse=reverse), "y", "x", error="latent") for reverse in (False, True)
    )
    roughly([e.estimate for e in one.effects], [e.estimate for e in other.effects], rel=1e-5)


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("loadings", [(0.9, 0.8), (0.9, 0.8, 0.7, 0.6)])
def test_few_categories_and_few_items(levels: int, loadings: tuple[float, ...]) -> None:
    for roles in (False, True):
        model = apim(answering(loadings, roles=roles, levels=levels), "y", "x", error="latent")
        assert not model.improper
        assert 0.1 < model.effects[1].standardized < 1.0
