"""Scores of groups: every person is drawn once, in the group that they are in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import Scores, score, simulate
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import raincloud
from tests.shared.pictures import check_picture


@pytest.fixture(scope="module")
def scores() -> Scores:
    table = simulate("scii-24", 90, rng=1).answers
    table["group"] = pd.Categorical(["b", "a", None] * 30, categories=["a", "b", "nobody"], ordered=True)
    return score("scii-24", table, keep=["group"])


def test_raincloud_draws_each_person_in_their_group(scores: Scores) -> None:
    axes: Any = raincloud(scores, "group", scale="trust")
    frame = axes.to_frame()
    assert frame["group"].unique().tolist() == ["a", "b"]  # the declared order; without the group of nobody
    assert frame.loc[frame["group"] == "b", "score"].tolist() == scores["trust"][0::3].tolist()
    drawn = np.concatenate([line.get_xdata() for line in axes.lines if line.get_marker() == "o"])
    assert sorted(drawn) == sorted(frame["score"])
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    assert means == [scores["trust"][0::3].mean(), scores["trust"][1::3].mean()]
    assert f"a: n = 30, mean {scores['trust'][1::3].mean():.2f}, median" in axes.alt_text
    check_picture(axes)


def test_few_persons_equal_scores_and_long_names_can_be_read() -> None:
    rows: list[dict[str, Any]] = [{f"kmss_{n}": x for n in (1, 2, 3)} for x in [1] * 8 + [7, 6, 5]]
    long = "people who have lived together for more than twenty years in one household"
    axes: Any = raincloud(score("kmss", rows), ["all at the floor"] * 8 + [long] * 3)
    assert "all at the floor: n = 8, mean 3.00, median 3.00, quartiles 3.00 and 3.00" in axes.alt_text
    assert "median" not in axes.alt_text.split(long)[1]  # of three persons
    check_picture(axes)


def test_one_group() -> None:
    table = simulate("kmss", 40, rng=2).answers
    axes: Any = raincloud(score("kmss", table), ["one"] * 40)
    assert "of 1 group. one: n = 40" in axes.alt_text
    check_picture(axes)


def test_groups_that_cannot_be_drawn_are_refused(scores: Scores) -> None:
    for by, message in (
        ("sex", "by='sex': that column was not kept"),
        (["a"], "1 label for 90 persons"),
        ([None] * 90, "no group has a score"),
        (list(range(90)), "90 groups are too many for one plot; allowed: up to 9"),
    ):
        with pytest.raises(EstimationError, match=message):
            raincloud(scores, by, scale="trust")
    with pytest.raises(EstimationError, match="name one, for example scale='trust'"):
        raincloud(scores, "group")
    shifted: Any = pd.Series(["a"] * 90, index=range(1, 91))
    with pytest.raises(EstimationError, match="align them first"):
        raincloud(scores, shifted, scale="trust")
