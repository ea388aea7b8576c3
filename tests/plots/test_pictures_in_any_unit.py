"""Pictures of scores in small or large units: their figures are not shown as 0, and nothing is cut off."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from intimacy_scales.dyads import Dyads, apim
from intimacy_scales.plots import actor_partner_diagram, partner_profiles, partner_scatter
from tests.shared.couples import couples_with_scores

UNITS = [1e-4, 1.0, 2000.0]


def couples_in_units(unit: float, trust_unit: float | None = None, *, roles: bool = True) -> Dyads:
    rng = np.random.default_rng(1)
    trust, love = (
        np.clip(np.rint(4 + rng.normal(size=(150, 1)) + rng.normal(size=(150, 2))), 1, 7) for _ in "tl"
    )
    trust_unit = unit if trust_unit is None else trust_unit
    return couples_with_scores({"love": unit * (love + trust), "trust": trust_unit * trust}, roles=roles)


@pytest.mark.parametrize("roles", [False, True])
@pytest.mark.parametrize("unit", UNITS)
def test_scatter_is_within_its_picture_with_labels_apart(unit: float, roles: bool) -> None:
    axes = partner_scatter(couples_in_units(unit, roles=roles), "love")
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    box = axes.get_tightbbox()
    assert box is not None
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    low, high = axes.get_xlim()
    ticks = axes.xaxis.get_major_ticks()
    labels = [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
    ends = [label.get_window_extent() for label in labels]
    assert len(ends) >= 3
    assert all(left.x1 + 3 < right.x0 for left, right in pairwise(ends))


def test_words_of_pictures_show_small_figures() -> None:
    dyads = couples_in_units(1e-4, 1.0)
    pictures = [partner_scatter(dyads, "love"), actor_partner_diagram(apim(dyads, "love", "trust"))]
    for words in (picture.alt_text for picture in [*pictures, partner_profiles(dyads, scales=["love"])]):
        assert not re.search(r"(?<![\d.])-?0\.00(?!\d)", words), words
        assert re.search(r"0\.000\d", words)


def test_labels_of_effects_are_those_of_sentences() -> None:
    rng = np.random.default_rng(4)
    trust = rng.normal(size=(118, 2))
    love = 0.0034 * trust + 0.02 * rng.normal(size=(118, 2))
    for scale in (1.0, 30.0):
        model = apim(couples_with_scores({"love": scale * love, "trust": trust}, roles=True), "love", "trust")
        words = actor_partner_diagram(model).alt_text
        assert "-0.00]" not in words and "[-0.00," not in words
        for kind in ("actor", "partner"):
            effect = model.effect(kind, "trust", cell="wife")  # type: ignore[arg-type]
            assert effect.confidence_interval().ends(effect.digits(2)) in words


def test_diagram_says_what_effects_are_adjusted_for() -> None:
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(80, 2)), rng.normal(size=(80, 2))
    scores = {"love": x + z + rng.normal(size=(80, 2)), "trust": x, "passion": z}
    dyads = couples_with_scores(scores, roles=True, keep={"years": rng.normal(size=80)})
    axes = actor_partner_diagram(apim(dyads, "love", ["trust", "passion"], covariates=["years"]), "trust")
    title = " ".join(axes.get_title(loc="left").split())
    for words in (title, axes.alt_text):
        assert "adjusted for both partners' passion and years" in words
    alone = actor_partner_diagram(apim(dyads, "love", "trust"))
    assert "adjusted" not in alone.get_title(loc="left") + alone.alt_text


def test_diagram_of_an_improper_model_says_so() -> None:
    rng = np.random.default_rng(2)
    trust = rng.normal(size=(120, 1)) + 0.5 * rng.normal(size=(120, 2))
    dyads = couples_with_scores({"love": 0.8 * trust + 0.4 * rng.normal(size=(120, 2)), "trust": trust})
    model = apim(dyads, "love", "trust", error="corrected", reliability={"love": 0.2, "trust": 0.2})
    axes = actor_partner_diagram(model)
    assert model.improper
    for words in (axes.get_title(loc="left"), axes.alt_text):
        assert "improper" in words
