"""Sizes of texts and places of labels, before they are drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from intimacy_scales.plots.measure import apart, fitted, fitted_apart, text_size


def test_sizes_are_those_that_are_drawn() -> None:
    figure = Figure(dpi=100)
    text = figure.text(0, 0, "a name_of $x$ things", fontsize=9, parse_math=False)
    width = text.get_window_extent().width / 100
    assert width <= text_size("a name_of $x$ things", 9)[0] < 1.1 * width


@pytest.mark.parametrize("name", ["W" * 400, "satisfaction with everything", "a_b_c" * 20, "x"])
@pytest.mark.parametrize("most", [1, 2])
def test_fitted_names_are_as_narrow_as_asked(name: str, most: int) -> None:
    text = fitted(name, 8, 0.7, most=most)
    assert text_size(text, 8)[0] <= 0.7
    assert text.count("\n") < most


def test_names_that_would_look_the_same_keep_their_ends() -> None:
    names = [f"how_satisfied_are_you_with_{n}" for n in range(30)]
    texts = fitted_apart(names, 7, 0.8)
    assert len(set(texts)) == 30
    assert max(text_size(text, 7)[0] for text in texts) <= 0.8


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.floats(0.1, 5))
def test_places_are_apart_and_stay_in_order(places: list[float], least: float) -> None:
    moved = apart(places, least)
    assert all(b - a >= least - 1e-6 for a, b in pairwise(sorted(moved)))
    order = sorted(range(len(places)), key=lambda n: places[n])
    assert [moved[n] for n in order] == sorted(moved)
    if all(b - a >= least for a, b in pairwise(sorted(places))):
        assert moved == pytest.approx(places)
