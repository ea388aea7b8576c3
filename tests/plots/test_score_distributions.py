"""Histograms of scores: bars, floor and ceiling, norms, cut-offs, and pictures that can be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from intimacy_scales import Norm, load, score, simulate
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import score_distributions
from tests.shared.pictures import check_picture


def texts(axes: Any) -> str:
    return "\n".join(text.get_text() for text in axes.texts)


def test_score_distributions_counts_every_score_once() -> None:
    scores = score("scii-24", simulate("scii-24", 150, missing=0.05, rng=1).answers)
    axes: Any = score_distributions(scores)
    frame = axes.to_frame()
    for summary in scores.summary().scales:
        of_scale = frame[frame["scale"] == summary.scale]
        assert of_scale["persons"].sum() == summary.n
        if summary.scale == "trust":  # a bar for each mean of four answers from 1 to 7
            assert of_scale["score"].tolist() == pytest.approx(np.linspace(1, 7, 25).tolist())
        assert f"M {summary.mean:.2f}, SD {summary.sd:.2f}" in axes.alt_text
    check_picture(axes)


def test_floor_and_ceiling_are_hatched_and_said() -> None:
    low = [{f"kmss_{n}": 1 for n in (1, 2, 3)}] * 3
    high = [{f"kmss_{n}": 7 for n in (1, 2, 3)}]
    axes: Any = score_distributions(score("kmss", [*low, *high]))
    hatched = [bar for bar in axes.patches if bar.get_hatch()]
    heights = [bar.get_height() for bar in hatched]
    assert len(hatched) == 2 and heights[0] == pytest.approx(3 * heights[1])
    assert "floor 75%, ceiling 25%" in axes.alt_text
    assert "Hatched: persons with the lowest or highest possible score" in texts(axes)
    check_picture(axes)


def test_bars_at_both_ends_are_drawn_in_full_and_the_axis_ends_with_the_scale() -> None:
    items = load("scii-12").scale("trust").items
    rows = [dict.fromkeys(items, answer) for answer in (1, 1, 4, 7, 7, 7)]
    axes: Any = score_distributions(score("scii-12", rows, allow_missing_items=True), scales=["trust"])
    low, high = axes.get_xlim()
    bars = [bar for bar in axes.patches if bar.get_hatch()]
    assert len(bars) == 2
    assert low <= bars[0].get_x() < 1 and 7 < bars[1].get_x() + bars[1].get_width() <= high
    assert axes.get_xticks().tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert axes.spines["bottom"].get_bounds() == (1, 7)
    check_picture(axes)


def test_nobody_at_an_end_has_no_bar_there() -> None:
    rows = [dict.fromkeys(("kmss_1", "kmss_2", "kmss_3"), answer) for answer in (4, 5, 7)]
    axes: Any = score_distributions(score("kmss", rows))
    (bar,) = [bar for bar in axes.patches if bar.get_hatch()]
    assert bar.get_x() + bar.get_width() / 2 == 21


def test_a_norm_is_not_drawn_beyond_the_ends_of_its_scale() -> None:
    norm = Norm(scale="total", sample="60 simulated persons, n = 60", n=60, mean=19.0, sd=4.0)
    rows = [dict.fromkeys(("kmss_1", "kmss_2", "kmss_3"), 5)]
    axes: Any = score_distributions(score("kmss", rows), norm=norm)
    drawn = [line.get_xdata() for line in axes.lines if line.get_xdata()[0] == 15.0]
    assert [list(ends) for ends in drawn] == [[15.0, 21.0]]
    assert "persons, n = 60\n" in texts(axes) + "\n" and "n = 60, n = 60" not in texts(axes)


def test_cutoffs_are_drawn_where_they_are() -> None:
    scores = score("rdas", simulate("rdas", 60, rng=1).answers)
    axes: Any = score_distributions(scores, scales=["total"])
    places = {line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"}
    assert places == {47.31, 48.0}
    assert "Cut-off: below 48, distressed (47 and below)." in axes.alt_text
    check_picture(axes)  # the two are near each other
    without = score_distributions(scores, scales=["total"], cutoffs=False)
    assert "Cut-off" not in without.alt_text + texts(without)


def test_norms_are_those_of_the_instrument_or_chosen() -> None:
    scores = score("ims", simulate("ims", 60, rng=1).answers)
    axes: Any = score_distributions(scores)
    assert [line for line in texts(axes).split("\n") if "M ± 1 SD" in line] == [
        "Diamond: M ± 1 SD of women of 282 mixed-sex couples",
        "Triangle: M ± 1 SD of men of 282 mixed-sex couples",
    ]  # fmt: skip
    middles = {line.get_xdata()[0] for line in axes.lines if line.get_marker() in ("D", "^")}
    assert {norm.mean for norm in scores.form.norms} == middles
    norm = Norm(scale="commitment", sample="60 simulated persons", n=60, mean=4.0, sd=1.5)
    chosen = score_distributions(scores, norm=norm, scales=["commitment"])
    assert "60 simulated persons, n = 60" in texts(chosen)
    check_picture(axes)


def test_scales_with_different_ranges_are_in_percent() -> None:
    scores = score("das", simulate("das", 30, rng=1).answers)
    axes: Any = score_distributions(scores)
    assert axes.get_xlabel() == "Percent of the maximum possible score"
    low, high = scores.range("total")
    assert axes.to_frame().query("scale == 'total'")["score"].between(low, high).all()  # data are scores
    check_picture(axes)


def test_few_persons_and_scales_without_a_score() -> None:
    scores = score("scii-24", [{"tru01": 4, "tru04": 5, "tru09": 3, "tru11": 4}], allow_missing_items=True)
    axes: Any = score_distributions(scores, scales=["trust", "caring"])
    assert "Trust: n = 1, M 4.50, floor" in axes.alt_text and "Caring: n = 0" in axes.alt_text
    check_picture(axes)
    with pytest.raises(EstimationError, match="nobody has a score"):
        score_distributions(scores, scales=["caring"])


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        (["trst"], "scales: scale='trst' is not valid.*did you mean 'trust'"),
        ([], "scales is empty"),
        ("trust", "scales="),
    ],
)
def test_scales_that_cannot_be_drawn_are_refused(scales: Any, message: str) -> None:
    scores = score("scii-24", simulate("scii-24", 5, rng=1).answers)
    with pytest.raises(EstimationError, match=message):
        score_distributions(scores, scales=scales)
    with pytest.raises(EstimationError, match="scores is a dict"):
        score_distributions({})  # type: ignore[arg-type]
