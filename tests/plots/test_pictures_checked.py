"""The checks of pictures in `tests/shared/pictures.py` find each of the faults that they are there for."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from intimacy_scales.plots import PlotAxes
from intimacy_scales.plots.axes import axes_for, described
from tests.shared.pictures import check_picture, contrast, faults_of, faults_of_files, lightness


def drawn(draw: Callable[[PlotAxes], object], words: str = "One bar of 2.") -> PlotAxes:
    axes = axes_for(None, 2.0)
    axes.set_xlim(-1, 11)
    axes.set_ylim(-1, 11)
    draw(axes)
    return described(axes, words, {"x": [1]})


def test_a_good_picture_has_no_fault() -> None:
    axes = drawn(lambda a: [a.plot([2], [2], "o", color="#0072B2"), a.text(5, 8, "fine")])
    check_picture(axes, files=True)


@pytest.mark.parametrize(
    ("draw", "fault"),
    [
        (lambda a: a.text(30, 5, "far away").set_in_layout(False), "not on the canvas: 'far away'"),
        (lambda a: a.text(5, 5, "small", fontsize=4), "too small, 4.0 points: 'small'"),
        (lambda a: [a.text(5, 5, "first"), a.text(5, 5.4, "second")], "texts overlap: 'first', 'second'"),
        (lambda a: [a.text(5, 5, "up", rotation=90), a.text(5, 5, "level")], "texts overlap: 'up', 'level'"),
        (
            lambda a: [a.plot([5], [5], "o", color="#000000"), a.text(4.9, 5, "word", va="center")],
            "on a marker",
        ),
        (lambda a: [a.scatter([5.2], [5.2]), a.text(4.9, 5, "word", va="center")], "on a marker"),
        (lambda a: [a.bar([5], [5], color="#dddddd"), a.text(5.2, 2, "longer than it")], "partly on a bar"),
        (lambda a: a.text(5, 5, "pale", color="#aaaaaa"), "contrast 2.3 is below 4.5: 'pale'"),
        (lambda a: a.text(5, 5, "thin", alpha=0.3), "is below 4.5: 'thin'"),
        (
            lambda a: [a.barh([5], [9], color="#0072B2"), a.text(2, 4.9, "dark", color="black")],
            "is below 4.5: 'dark'",
        ),
        (
            lambda a: [a.plot([0, 1], [0, 1], color="#0072B2"), a.plot([0, 1], [1, 2], color="#D55E00")],
            "lines differ in colour alone",
        ),
        (
            lambda a: [a.bar([1], [1], color="#0072B2"), a.bar([3], [1], color="#D55E00")],
            "bars differ in colour alone",
        ),
        (
            lambda a: a.imshow(np.array([[-1.0, 1.0]]), cmap="RdBu", vmin=-1, vmax=1),
            "1 cells below the middle differ from those above in hue alone",
        ),
    ],
)
def test_faults_of_pictures_are_found(draw: Callable[[PlotAxes], object], fault: str) -> None:
    assert any(fault in found for found in faults_of(drawn(draw)))


@pytest.mark.parametrize("words", ["", "One bar", "One bar.", "A mean of nan, 2 bars.", "2 bars {}."])
def test_faults_of_alt_texts_are_found(words: str) -> None:
    assert any("the alt text" in found for found in faults_of(drawn(lambda a: None, words)))


def test_a_table_without_rows_and_a_wide_figure_are_found() -> None:
    figure = plt.figure(figsize=(9, 12))
    plt.close(figure)
    axes = described(axes_for(figure.add_subplot(), 2.0), "One bar of 2.", {"x": []})
    assert faults_of(axes) == [
        "to_frame() is empty",
        "9.0 inches wide; allowed: 5.2",
        "12.0 inches tall; allowed: 10.0",
    ]
    assert faults_of(axes, own_figure=False) == ["to_frame() is empty"]


def test_a_file_that_cannot_be_read_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = drawn(lambda a: None)
    monkeypatch.setattr(Figure, "savefig", lambda self, path, **options: path.write(b"nothing"))
    assert len(faults_of_files(axes)) == 4


def test_what_differs_by_hatch_marker_or_lightness_is_no_fault() -> None:
    def bars(axes: PlotAxes) -> None:
        axes.bar([1], [1], color="#0072B2", hatch="//")
        axes.bar([3], [1], color="#D55E00")
        axes.bar([5], [1], color="#c8dceb")
        axes.plot([0, 1], [5, 6], color="#0072B2")
        axes.plot([0, 1], [7, 8], "--", color="#D55E00")

    check_picture(drawn(bars))
    assert float(contrast((0, 0, 0), (1, 1, 1))) == pytest.approx(21)
    assert lightness("white") == pytest.approx(100)
    assert lightness("black") == 0
