"""Intraclass correlations of ratings, against loops over the formulas and dense likelihoods."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

from intimacy_scales import Instrument, encode
from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.reliability import cronbach_alpha, intraclass_corr
from intimacy_scales.reliability.agreement.crossed import CrossedData, two_way_components
from tests.shared.rating_answers import NO, assert_at_a_maximum, dense_reml, intervals, naive_icc, ratings

REFUSALS = (EstimationError, ResponseError)
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


def regressed(x):
    """Mean squares, degrees of freedom and mean numbers of ratings from projections onto indicators.

    Of persons adjusted for raters, raters adjusted for persons, both, persons alone, and what these leave.
    """
    p, r = np.nonzero(~np.isnan(x))
    y = x[p, r]
    persons, raters = np.eye(x.shape[0])[p][:, np.unique(p)], np.eye(x.shape[1])[r][:, np.unique(r)]
    onto = lambda *parts: np.hstack(parts) @ np.linalg.pinv(np.hstack(parts))
    all_of, one = np.eye(len(y)), np.ones((len(y), 1))
    both = onto(persons, raters)
    found = {}
    for name, space, of in (
        ("persons", both - onto(raters), persons),
        ("raters", both - onto(persons), raters),
        ("alone", onto(persons) - onto(one), persons),
        ("rest", all_of - both, None),
        ("within", all_of - onto(persons), None),
    ):
        df = round(np.trace(space))
        per = math.nan if of is None else np.trace(of.T @ space @ of) / df
        found[name] = (y @ space @ y / df, df, per)
    return found


# ------------------------------------------------------------------ intraclass correlations


def test_the_example_of_shrout_and_fleiss():
    result = intraclass_corr(SHROUT_FLEISS)
    assert [round(float(form), 2) for form in result] == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    assert result["ICC(2,1)"] is result["ICC(A,1)"] is result["ICC2"]
    assert (result.n_persons, result.n_raters, result.n_missing, result.method) == (6, 4, 0, "anova")
    with pytest.raises(KeyError, match=r"'ICC4' is not a form of the ICC; allowed: ICC\(1,1\)"):
        result["ICC4"]


@pytest.mark.parametrize("shape", [(6, 4), (12, 2), (3, 5), (40, 3)])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_estimates_tests_and_intervals_are_those_of_loops(shape, level):
    n, k = shape
    for seed in range(3):
        x = ratings(n, k, seed)
        for form in intraclass_corr(x):
            df2 = n * (k - 1) if form.name.startswith("ICC(1") else (n - 1) * (k - 1)
            assert (form.df1, form.df2) == (n - 1, df2), form.name
            found = (form.estimate, form.p_value, *form.confidence_interval(level, "shrout-fleiss"))
            assert found == pytest.approx(naive_icc(x, level)[form.name], rel=1e-9), form.name


def test_icc_3k_is_alpha_of_the_raters():
    x, ids = np.clip(np.rint(ratings(30, 5, 2)), 1, 5), [f"q{n}" for n in range(5)]
    form = {"id": "x", "version": "1", "title": "X", "response_scale": {"minimum": 1, "maximum": 5}}
    form |= {"items": [{"id": i} for i in ids], "scales": [{"id": "a", "items": ids}]}
    alpha = cronbach_alpha(encode(Instrument.model_validate(form), x, columns=ids))
    icc = intraclass_corr(x)["ICC(3,k)"]
    assert float(icc) == pytest.approx(float(alpha), rel=1e-12)
    assert tuple(icc.confidence_interval()) == pytest.approx(tuple(alpha.confidence_interval(method="feldt")))


@pytest.mark.parametrize(("n", "k", "gaps"), [(12, 3, 0.15), (5, 9, 0.2), (8, 4, 0.4)])
@pytest.mark.parametrize("sds", [(1.5, 0.7, 1), (0, 0, 1), (1, 2, 0.1)])
def test_incomplete_ratings_are_at_the_maximum_of_the_dense_likelihood(n, k, gaps, sds):
    x = ratings(n, k, 4, sds, gaps)
    result = intraclass_corr(x)
    assert (result.method, result.n_missing) == ("reml", np.isnan(x[~np.isnan(x).all(axis=1)]).sum())
    person, rater, rest = found = list(result.components.values())
    assert_at_a_maximum(lambda *v: dense_reml(x, *v), np.array(found), float(np.nanvar(x)))
    assert float(result["ICC(A,1)"]) == pytest.approx(person / (person + rater + rest))
    assert float(result["ICC(C,k)"]) == pytest.approx(person / (person + rest / k))


@pytest.mark.parametrize(
    ("n", "k", "gaps"), [(12, 3, 0.15), (8, 4, 0.4), (40, 2, 0.1), (5, 9, 0.2), (15, 3, 0.02), (9, 6, 0.6)]
)
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_tests_and_intervals_of_incomplete_ratings_by_projections(n, k, gaps, level):
    x = ratings(n, k, 4, gaps=gaps)
    result, found = intraclass_corr(x), regressed(x)
    (b, df_b, per_person), (r, df_r, per_rater), (a, df_a, per_person_alone), (e, df_e, _), (w, df_w, _) = (
        found[name] for name in ("persons", "raters", "alone", "rest", "within")
    )
    agreement, n_raters = float(result["ICC(2,1)"]), result.n_raters
    of_one_way = intervals(
        (a, w, 1, 1), per_rater, per_person_alone, n_raters, (df_a, 1, df_w, 1), agreement, level
    )
    of_two_way = intervals(
        (b, 1, r, e), per_rater, per_person, n_raters, (df_b, df_r, 1, df_e), agreement, level
    )
    for at, form in enumerate(result):
        one_way = form.name.startswith("ICC(1")
        f, df1, df2 = (a / w, df_a, df_w) if one_way else (b / e, df_b, df_e)
        assert (form.df1, form.df2) == (df1, df2), form.name
        assert (form.F, form.p_value) == pytest.approx((f, stats.f.sf(f, df1, df2)), rel=1e-9), form.name
        expected = (of_one_way if one_way else of_two_way)[at]
        interval = form.confidence_interval(level, "shrout-fleiss")
        if expected[0] > expected[1]:  # an end of the mean's interval lies beyond its pole
            assert "an end of the interval is undefined" in interval.reason
            continue
        assert tuple(interval) == pytest.approx(expected, rel=1e-8), form.name
    assert result.to_frame(level)["df2"].tolist() == [df_w, df_e, df_e] * 2


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_reml_of_complete_ratings_is_anova(seed):
    x = ratings(10, 4, seed)
    p, r = (a.ravel() for a in np.indices(x.shape))
    anova = intraclass_corr(x).components
    assert min(anova.values()) > 0
    found = two_way_components(CrossedData(p, r, x.reshape(-1, 1)), float(x.var()))
    assert found == pytest.approx(list(anova.values()), rel=1e-4)


def test_incomplete_ratings_do_not_depend_on_where_zero_lies():
    x = ratings(10, 4, 1, gaps=0.1)
    parts, wide, far = (np.array(list(intraclass_corr(t).components.values())) for t in (x, x * 1e3, x + 1e6))
    assert wide == pytest.approx(1e6 * parts, rel=1e-4)
    assert far == pytest.approx(parts, rel=1e-4)


def figures(ratings: Any) -> dict[str, Any]:
    """Everything but what the raters are called."""
    found = intraclass_corr(ratings).to_dict()
    del found["raters"]
    return found


@pytest.mark.parametrize("gap", [False, True])
def test_persons_and_raters_without_ratings_do_not_count(gap):
    x, padded = ratings(8, 3, 1), np.full((10, 4), NO)
    x[0, 0] = NO if gap else 3
    padded[1:9, 1:] = x
    assert figures(padded) == figures(x)


def test_negative_correlations_stay_negative():
    x = np.array([[5.0, 2], [1, 2], [3, 5], [3, 1], [2, 4]])
    assert all(form.estimate < 0 for form in intraclass_corr(x))
    assert [form.estimate for form in intraclass_corr(x)] == pytest.approx(
        [v[0] for v in naive_icc(x).values()]
    )


def test_raters_who_agree_wholly():
    x = np.tile(np.array([[1.0], [4], [2]]), 3)
    result = intraclass_corr(x)
    assert [(float(form), form.p_value) for form in result] == [(1.0, 0.0)] * 6
    assert all("agree perfectly" in (form.confidence_interval().reason or "") for form in result)


ALIKE = {
    "only raters differ": [[1, 2, 4], [1, 2, 4], [1, 2, 4]],
    "the same means, as of opposite scores": [[1, 4], [2, 3], [3, 2], [4, 1]],
    "agreement at its pole": [[2, 3], [3, 2], [2, 3], [3, 2]],
    "only raters differ, with a gap": [[1, 2, 4], [1, 2, NO], [1, 2, 4], [1, 2, 4]],
}


@pytest.mark.parametrize("case", ALIKE)
def test_persons_who_do_not_differ_have_a_report(case):
    result = intraclass_corr(np.array(ALIKE[case]))
    assert len(result.to_frame()) == 6
    assert "ICC(3,k)" in repr(result)
    assert all(not float(form) > 0 for form in result)


@pytest.mark.parametrize(
    "x",
    [
        [[1, 2], [2, 2], [3, 1], [2, 1], [1, 3], [1, 1], [1, 1]],  # [15.431, 0.681] for ICC(2,k)
        [[1, 3, 1, 2], [2, 1, 3, 2], [3, 1, 2, 2]],  # ICC(2,k) is nan, and nothing says why
        [[2, 2, 2], [2, 1, 3]],  # ICC(2,1) is -0.5 [nan, nan]
    ],
)
def test_an_interval_has_ends_in_order_or_a_reason(x):
    for form in intraclass_corr(np.array(x)):
        interval = form.confidence_interval()
        assert interval.reason or interval.low <= interval.high, (form.name, interval)


GAPS = [[3, 4, None], [2, None, 1], [5, 5, 4], [None, 1, 2], [4, 3, 3]]
TABLES: dict[str, Any] = {
    "numpy": np.array(GAPS, dtype=float),
    "numpy objects": np.array(GAPS, dtype=object),
    "masked": np.ma.masked_array(np.nan_to_num(np.array(GAPS, dtype=float), nan=77), np.equal(GAPS, None)),
    "pandas Int64": pd.DataFrame(GAPS, dtype="Int64"),
    "pandas objects": pd.DataFrame(GAPS, dtype=object),
    "pandas arrow": pd.DataFrame(GAPS, dtype="int64[pyarrow]"),
    "polars": pl.DataFrame(GAPS, schema=list("abc"), orient="row"),
    "arrow": pa.table({name: [row[i] for row in GAPS] for i, name in enumerate("abc")}),
    "mappings": [{i: v for i, v in enumerate(row) if v is not None} for row in GAPS],
    "numpy ints": [{i: v and np.int16(v) for i, v in enumerate(row)} for row in GAPS],
    "pandas NA objects": pd.DataFrame(
        [[pd.NA if v is None else v for v in row] for row in GAPS], dtype=object
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_table_gives_the_same(kind):
    assert figures(TABLES[kind]) == figures(TABLES["numpy"])


DAYS = np.array([["2020-01-01", "2020-01-02"], ["2020-02-01", "2020-01-09"]], "M8[ns]")
REFUSED: dict[str, tuple[Any, str]] = {
    "names": (
        pd.DataFrame({"who": ["Ana", "Bo"], "x": [1, 2]}),
        "column who: row 0 holds 'Ana'.*not a number",
    ),
    "numbers as text": (
        pd.DataFrame({"x": ["1", "2"], "y": [1, 2]}),
        "row 0 holds '1', which is not a number",
    ),
    "booleans": (pd.DataFrame({"x": [True, False], "y": [1, 2]}), "row 0 holds True"),
    "infinite": (np.array([[1, math.inf], [2, 3]]), "row 0 is infinite"),
    "constant": (np.full((3, 3), 2), "all ratings are equal"),
    "one person": (np.array([[1, 2, 3]]), "1 person with ratings by 3 raters: at least two of both"),
    "no ratings": (np.full((3, 3), NO), "0 persons with ratings by 0 raters"),
    "one each": (np.array([[1, NO], [NO, 3], [4, 5]]), "no degrees of freedom"),
    "one dimension": (np.arange(3), "two dimensions"),
    "dates": (pd.DataFrame(DAYS), "column 0: not all"),
    "dates of numpy": (DAYS, "number"),
    "list of lists": ([[1, 2], [2, 3]], "^ratings: "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_a_table_of_ratings(case):
    with pytest.raises(REFUSALS, match=REFUSED[case][1]):
        intraclass_corr(REFUSED[case][0])


def test_a_heading_counts_what_is_missing_and_does_not_promise_it():
    complete = np.array([[9.0, 2, 5], [6, 1, 3], [8, 4, 6], [7, 1, 2]])
    assert "4 persons, 3 ratings each (" in repr(intraclass_corr(complete))
    gappy = complete.copy()
    gappy[1, 2] = np.nan
    assert re.search(
        r"4 persons, up to 3 ratings each \(.*\), 1 rating missing; reml", repr(intraclass_corr(gappy))
    )
    gappy[2, 0] = np.nan
    assert "2 ratings missing" in repr(intraclass_corr(gappy))
