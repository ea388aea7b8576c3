"""Norm tables end where their samples do, and are of the scores that they are used for."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

from intimacy_scales import NoNormsError, Norm, score
from tests.shared.norm_answers import norm, ras

TABLE = ((3, 10), (4, 50), (4.5, 90))


def standardized(value: int, **changes):
    return score("ras", {f"ras_{n}": 6 - value if n in (4, 7) else value for n in range(1, 8)}).standardize(
        norm(**changes)
    )


@pytest.mark.parametrize(("value", "shown", "beyond"), [(5, ">90", ">"), (4, "50", None), (2, "<10", "<")])
def test_ranks_beyond_a_table_are_shown_as_such(value, shown, beyond):
    found = standardized(value, percentiles=TABLE)
    assert (found["total"].beyond, found["total"].percentile_text()) == (beyond, shown)
    assert f"percentile {shown};" in repr(found)
    assert shown.replace("<", "&lt;").replace(">", "&gt;") + "</td>" in found._repr_html_()
    assert found.to_dict()["scores"]["total"]["beyond"] == beyond
    assert found.to_frame().loc["total", "beyond"] == beyond or beyond is None


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_ranks_beyond_a_table_are_marked_in_frames(frame):
    answers = frame(
        {f"ras_{n}": [5, 4, 2, None] if n not in (4, 7) else [1, 2, 4, None] for n in range(1, 8)}
    )
    found = score("ras", answers).standardize(norm(percentiles=TABLE))
    assert (
        list(found.to_frame()["total_beyond"])
        == found.to_dict()["scores"]["total"]["beyond"]
        == [1, 0, -1, 0]
    )
    assert "total_beyond" not in score("ras", answers).standardize(norm()).to_frame().columns


@pytest.mark.parametrize("table", [((1, 0), (4, 50), (5, 100)), ((3, 0), (4, 50), (4.5, 100)), ()])
def test_a_table_that_reaches_nobody_and_everybody_has_nothing_beyond(table):
    assert [norm(percentiles=table).beyond(value) for value in (1, 3, 4, 5)] == [None] * 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"percentiles": ((4, 50),)}, "needs two or more"),
        ({"percentiles": ((3, 0.1), (4, 0.5), (5, 0.9))}, "from 0 to 100"),
        ({"percentiles": ((3, 0), (4, 1))}, "write 50 for .5"),
        ({"mean": 2, "percentiles": ((3, 10), (4.5, 50), (5, 90))}, "more than one sd"),
        ({"mean": 4.8, "percentiles": ((3, 10), (4, 60), (5, 90))}, "below 4"),
        ({"mean": 4.8, "percentiles": ((3, 10), (4, 50), (5, 90))}, "up to 4"),
        ({"mean": 2, "percentiles": ((3, 10), (4, 40))}, "above 4"),
    ],
)
def test_a_table_that_cannot_be_of_its_sample_is_refused(changes, words):
    with pytest.raises(ValueError, match="percentiles: ") as caught:
        norm(**changes)
    assert words.replace("below", "between 3 and") in str(caught.value) or words in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mean": 28}, "a mean of 28"),
        ({"mean": 5, "sd": 8, "percentiles": ((8, 10), (12, 50), (16, 90))}, "a rank of 10 at 8"),
        ({"percentiles": ((0, 10), (4, 50), (5, 90))}, "a rank of 10 at 0"),
        ({"sd": 5}, "an sd of 5"),
        ({"sd": 2.5, "n": None}, "an sd of 2.5"),
        ({"mean": 5, "sd": 1}, "can be 0 at most"),
    ],
)
def test_a_norm_in_other_units_is_refused(changes, words):
    with pytest.raises(NoNormsError, match="scores range from 1 to 5") as caught:
        score("ras", ras(*[4] * 7)).standardize(norm(**changes))
    assert words in str(caught.value)
    assert "such as a sum" in str(caught.value)


def test_the_largest_sd_there_can_be_is_accepted():
    halves = Norm(scale="total", sample="as many at 1 as at 5", n=2, mean=3, sd=8**0.5)
    assert score("ras", ras(*[4] * 7)).standardize(halves)["total"] is not None
