"""The ROC curve of a search of cut-offs."""

from __future__ import annotations

import math
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from intimacy_scales import EstimationError, cutoff_search, known_groups
from intimacy_scales.plots import PlotAxes, roc_plot
from intimacy_scales.validity import CutoffSearch
from tests.shared.pictures import check_picture

SCORES = [12, 15, 11, 14, 18, 13, 16, 20, 17, 21, 19, 14, 22, 18]
WHERE = ["clinic"] * 7 + ["others"] * 7


def searched(scores: Any = SCORES, where: Any = WHERE, **options: Any) -> CutoffSearch:
    given = {"higher": "others", "detect": "clinic", "n_resamples": 100, "rng": 1} | options
    return cutoff_search(scores, where, **given)


def naive(
    scores: list[float], where: list[str], cutoff: float, detect: str, *, above: bool
) -> tuple[float, float]:
    """Return sensitivity and specificity, counted person by person."""
    hit = [(score > cutoff) == above for score in scores]
    own = [one for one, label in zip(hit, where, strict=True) if label == detect]
    others = [not one for one, label in zip(hit, where, strict=True) if label != detect]
    return sum(own) / len(own), sum(others) / len(others)


@pytest.mark.parametrize("detect", ["clinic", "others"])
def test_roc_plot(detect: str) -> None:
    result = searched(detect=detect)
    axes = roc_plot(result)
    frame = axes.to_frame()
    for row in frame.itertuples():
        expected = naive(SCORES, WHERE, row.cutoff, detect, above=detect == "others")
        assert (row.sensitivity, row.specificity) == pytest.approx(expected)
    assert frame["cutoff"][frame["chosen"]].tolist() == [result.cutoff]
    heights, places = frame["sensitivity"].to_numpy(), 1 - frame["specificity"].to_numpy()
    area = ((heights[1:] + heights[:-1]) / 2 * np.diff(places)).sum()
    assert (
        area == pytest.approx(result.auc) == pytest.approx(known_groups(SCORES, WHERE, higher="others").auc)
    )
    curve = next(line for line in axes.lines if line.get_label() == "cut-offs")
    assert np.asarray(curve.get_ydata()).tolist() == frame["sensitivity"].tolist()
    square = next(line for line in axes.lines if str(line.get_label()).startswith("chosen"))
    assert square.get_label() == f"chosen: {result.cutoff_text(result.cutoff)}"
    assert np.asarray(square.get_ydata()).tolist() == [result.apparent.sensitivity]
    check_picture(axes, files=detect == "clinic")


def test_the_interval_is_that_of_the_area() -> None:
    result = searched()
    assert tuple(result.auc_interval or ()) == tuple(
        known_groups(SCORES, WHERE, higher="others").confidence_interval(of="auc")
    )
    axes = roc_plot(result)
    assert axes.get_title(loc="left").endswith(f"Area under the curve {result.auc_text().partition(' (')[0]}")
    assert result.auc_text() in axes.alt_text
    assert "clinic (n = 7, scores below the cut-off)" in axes.alt_text


@pytest.mark.parametrize(
    ("scores", "where"),
    [
        ([1, 1, 1, 2, 2, 2], ["clinic"] * 3 + ["others"] * 3),  # separated: no interval
        ([2, 2, 2, 1, 1, 1], ["clinic"] * 3 + ["others"] * 3),  # all against the direction
        ([n % 97 + n / 7 for n in range(300)], ["clinic", "others", "others"] * 100),
        ([5, 5, 4, 5, 5, 4], ["clinic"] * 3 + ["others"] * 3),
    ],
)
def test_hard_cases_can_be_read(scores: list[float], where: list[str]) -> None:
    axes = roc_plot(searched(scores, where))
    assert "nan" not in axes.alt_text
    check_picture(axes)


def test_long_labels_and_instruments_fit() -> None:
    long = "couples who came to counselling in the last twelve months"
    axes = roc_plot(searched(where=[long] * 7 + ["others"] * 7, detect=long))
    check_picture(axes)


def test_it_draws_on_axes_of_others() -> None:
    figure, ax = plt.subplots()
    axes = roc_plot(searched(), ax=ax)
    assert axes is ax
    assert isinstance(axes, PlotAxes)
    plt.close(figure)


def test_a_result_of_before_has_no_interval() -> None:
    document = searched().to_dict()
    del document["auc_interval"]
    result = CutoffSearch.from_dict(document)
    assert result.auc_interval is None
    assert "CI" not in roc_plot(result).get_title(loc="left")
    assert math.isclose(result.auc, searched().auc)


def test_other_results_are_refused() -> None:
    with pytest.raises(
        EstimationError, match=r"result is a KnownGroups; pass what cutoff_search\(\) returned"
    ):
        roc_plot(known_groups(SCORES, WHERE, higher="others"))  # type: ignore[arg-type]
