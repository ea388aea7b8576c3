"""Retests: what scipy says, by hand, from every kind of column, and scores that do not pair."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.reliability import intraclass_corr, reliable_change
from intimacy_scales.reliability import test_retest as retest
from tests.shared.rating_answers import naive_icc, ratings

REFUSALS = (EstimationError, ResponseError)


def test_a_retest_is_what_scipy_says():
    x = ratings(25, 2, 7)
    result, expected = retest(x[:, 0], x[:, 1]), naive_icc(x)
    pearson, change = stats.pearsonr(x[:, 0], x[:, 1]), stats.ttest_rel(x[:, 1], x[:, 0])
    assert result.r == pytest.approx(pearson.statistic)
    assert tuple(result.confidence_interval(of="r")) == pytest.approx(tuple(pearson.confidence_interval()))
    assert (result.t, result.df, result.p_value) == pytest.approx((change.statistic, 24, change.pvalue))
    assert result.sem == pytest.approx((x[:, 1] - x[:, 0]).std(ddof=1) / math.sqrt(2))
    assert float(result) == result.agreement == pytest.approx(expected["ICC(2,1)"][0])
    for of, form in (("agreement", "ICC(2,1)"), ("consistency", "ICC(3,1)")):
        assert getattr(result, of) == pytest.approx(expected[form][0])
        interval = intraclass_corr(x)[form].confidence_interval()
        assert result.confidence_interval(of=of) == interval
    assert tuple(interval) == pytest.approx(expected["ICC(3,1)"][2:])
    with pytest.raises(EstimationError, match="of='R'"):
        result.confidence_interval(of="R")


def test_everyone_changed_by_one_point_by_hand():
    """Between persons 2, between occasions 1.5, no error: ICC(A,1) = 2 / (2 + 2 * 1.5 / 3) = 2/3."""
    result = retest([1, 2, 3], [2, 3, 4])
    assert (result.agreement, result.consistency, result.r) == pytest.approx((2 / 3, 1, 1))
    assert (result.mean_change, result.sem, result.to_dict()["p_value"]) == (1, 0, None)


BEFORE = [3, 5, None, 4, 6, 1]
COLUMNS: dict[str, Any] = {
    "list": BEFORE,
    "numpy": np.array(BEFORE, dtype=float),
    "numpy ints": [v and np.int8(v) for v in BEFORE],
    "pandas Int64": pd.Series(BEFORE, dtype="Int64"),
    "pandas objects": pd.Series(BEFORE, dtype=object),
    "polars": pl.Series(BEFORE),
    "arrow": pa.array(BEFORE),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_of_column_gives_the_same_retest(kind):
    result = retest(COLUMNS[kind], [3, 4, 2, 5, 6, 2])
    assert (result.n, result.n_left_out, result.to_frame()["n"].tolist()) == (5, 1, [5])
    assert result.r == pytest.approx(stats.pearsonr([3, 5, 4, 6, 1], [3, 4, 5, 6, 2]).statistic)


UNPAIRED: list[tuple[Any, Any, str, str]] = [
    ([1, 2, 3], [1, 2], "before has 3 persons and after has 2", ""),
    ([1, None, None], [1, 2, 3], "1 person has both scores; at least three", "fewer than two.*norm's sd"),
    ([2, 2, 2], [1, 2, 3], "all scores in before are equal", "sd=0"),
    (["1", "2", "3"], [1, 2, 3], "before: row 0 holds '1', which is not a number", ""),
    (
        [1, 2, 3],
        "abc",
        "after: str is not valid; pass a column of numbers",
        "after is a value of type str; allowed: a number, a column",
    ),
    (np.ones((3, 1)), [1, 2, 3], "before: is a table", ""),
    (pd.Series([1, 2, 3]), pd.Series([1, 2, 3], index=[2, 1, 0]), "different indexes.*align", ""),
    ([1, 2, 3, math.inf], [1, 2, 3, 4], "infinite", ""),
]


@pytest.mark.parametrize(("before", "after", "words", "of_change"), UNPAIRED)
def test_scores_that_do_not_pair(before, after, words, of_change):
    with pytest.raises(REFUSALS, match=words):
        retest(before, after)
    with pytest.raises(REFUSALS, match=of_change or words):
        reliable_change(before, after, reliability=0.8)
