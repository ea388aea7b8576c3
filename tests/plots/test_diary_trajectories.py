"""Trajectories of persons in a diary: scores, occasions, and gaps where one is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import score
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import diary_trajectories
from intimacy_scales.simulation import simulate_diary
from tests.shared.pictures import check_picture


@pytest.fixture(scope="module")
def diary() -> pd.DataFrame:
    return simulate_diary("scii-daily", 15, 6, rng=1).answers


def drawn(table: pd.DataFrame, **options: Any) -> Any:
    scores = score("scii-daily", table, keep=["person", "day"])
    return diary_trajectories(scores, person="person", occasion="day", scale="total", **options)


def test_diary_trajectories_draws_each_persons_scores(diary: pd.DataFrame) -> None:
    axes: Any = drawn(diary)
    scores = score("scii-daily", diary)["total"]
    frame = axes.to_frame()
    first = diary["person"].unique()[:12]
    assert frame["person"].unique().tolist() == first.tolist()
    assert frame["score"].tolist() == scores[diary["person"].isin(first)].tolist()
    assert "12 of 15 persons" in axes.alt_text
    check_picture(axes)


def test_lines_break_where_an_occasion_or_a_score_is_missing(diary: pd.DataFrame) -> None:
    table = diary.drop(index=[2]).reset_index(drop=True)  # the third day of the first person
    person = table["person"].iloc[0]
    items = [name for name in table if name not in ("person", "day")]
    table.loc[3, items] = np.nan  # the fifth one has no score
    axes: Any = drawn(table, persons=[person, table["person"].iloc[-1]])
    line = [line for line in axes.lines if line.get_marker() == "o"][-1]
    assert np.isnan(line.get_ydata()).tolist() == [False, False, True, False, True, False]
    assert f"{person}: 4 scores" in axes.alt_text
    check_picture(axes)


def test_dates_and_names_of_days(diary: pd.DataFrame) -> None:
    dates = diary.assign(day=pd.Timestamp("2026-03-01") + pd.to_timedelta(diary["day"], unit="D"))
    axes: Any = drawn(dates, persons=[1])
    assert axes.to_frame()["occasion"].iloc[0] == dates["day"].iloc[0]
    check_picture(axes)
    names = dict(
        zip(
            sorted(diary["day"].unique()),
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
            strict=True,
        )
    )
    axes = drawn(diary.assign(day=diary["day"].map(names)), persons=[3, 1])
    assert axes.get_xticklabels()[0].get_text() == "Monday"
    assert axes.to_frame()["person"].unique().tolist() == [3, 1]
    check_picture(axes)


def test_diaries_that_cannot_be_drawn_are_refused(diary: pd.DataFrame) -> None:
    with pytest.raises(EstimationError, match="there is no person 99"):
        drawn(diary, persons=[99])
    with pytest.raises(EstimationError, match="person 1 has two rows of the occasion 1"):
        drawn(pd.concat([diary, diary.head(1)], ignore_index=True))
    with pytest.raises(EstimationError, match="that column was not kept"):
        diary_trajectories(score("scii-daily", diary), person="person", occasion="day", scale="total")
