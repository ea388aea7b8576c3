"""Errors of measurement, attenuation, cut-offs and reliable change, by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from intimacy_scales import score
from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import (
    attenuation_corrected,
    cronbach_alpha,
    jacobson_truax_cutoffs,
    measurement_error,
    reliable_change,
)
from intimacy_scales.reliability import test_retest as retest
from tests.shared.factor_answers import good
from tests.shared.instruments import coded

NO = math.nan


def test_error_of_measurement_by_hand():
    error = measurement_error(0.84, sd=10, mean=50)
    assert (float(error), error.true_score_error) == pytest.approx((4, 10 * math.sqrt(0.84 * 0.16)))
    assert error.true_score(60) == pytest.approx(50 + 0.84 * 10)
    assert error.minimal_detectable_change(0.9) == pytest.approx(stats.norm.ppf(0.95) * math.sqrt(2) * 4)
    assert error.to_dict()["mdc95"] == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(2) * 4)
    assert tuple(error.interval(60)) == pytest.approx(stats.norm.interval(0.95, 60, 4))
    kelley = stats.norm.interval(0.9, 58.4, error.true_score_error)
    assert tuple(error.interval(60, 0.9, kelley=True)) == pytest.approx(kelley)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: measurement_error(0.8, sd=1).true_score(3), "needs the mean"),
        (lambda: measurement_error(0.8), "pass the standard deviation"),
        (lambda: measurement_error(-0.2, sd=1), "no standard error of measurement"),
        (lambda: measurement_error(NO, sd=1), "from 0 to 1"),
        (lambda: measurement_error(0.8, sd=NO), "above 0"),
        (lambda: attenuation_corrected(1.2, 0.8, 0.8), "r=1.2"),
        (lambda: attenuation_corrected(0.4, -0.1, 0.8), "reliability_x"),
        (lambda: attenuation_corrected(0.4, 0.8, 0), "reliability_y=0: both must be above 0"),
        (
            lambda: jacobson_truax_cutoffs(clinical=(60, 6), functional=(40, 4)),
            "60 although higher scores are better",
        ),
        (
            lambda: jacobson_truax_cutoffs(clinical=(4, 6), functional=(6, 4), higher_is_better=False),
            "mean 6 is not better than the clinical mean 4 although lower scores are better; check which",
        ),
        (lambda: jacobson_truax_cutoffs(), r"pass clinical=\(mean, sd\), functional=\(mean, sd\), or both"),
        (lambda: reliable_change([1, 2], [1, 2], reliability=1), "every change would count"),
    ],
)
def test_what_cannot_be_computed(call, words):
    with pytest.raises(EstimationError, match=words):
        call()


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("sd", [None, 0.9])
def test_the_error_of_a_scale_is_that_of_its_scores(missing, sd):
    """From alpha alone: sd and mean are those of the scores of who answered everything."""
    x = good(60, 4, 2)
    if missing == "listwise":
        x[::7, 2] = NO
    answers = coded(np.where([True, False, False, False], 8 - x, x), "-q1 q2 q3 q4")
    alpha = cronbach_alpha(answers, missing=missing)
    error = measurement_error(alpha, sd=sd)
    scores = score(answers.instrument, answers)["a"][~np.isnan(x).any(axis=1)]
    assert (error.sd, error.mean) == pytest.approx((sd or scores.std(ddof=1), scores.mean()))
    assert error.sem == pytest.approx((sd or scores.std(ddof=1)) * math.sqrt(1 - float(alpha)))
    assert (error.scale, error.n, error.missing) == ("a", alpha.n, missing)
    assert error.source == "Cronbach's alpha"
    assert error.true_score(3) == pytest.approx(scores.mean() + float(alpha) * (3 - scores.mean()))


def test_attenuation_corrected_and_jacobson_truax_cutoffs_by_hand():
    assert attenuation_corrected(-0.4, 0.8, 0.5) == pytest.approx(-0.4 / math.sqrt(0.4))
    assert attenuation_corrected(0.9, 0.8, 0.5) > 1
    up = jacobson_truax_cutoffs(clinical=(40, 6), functional=(60, 4))
    assert (up.a, up.b, up.c) == pytest.approx((52, 52, (4 * 40 + 6 * 60) / 10))
    down = jacobson_truax_cutoffs(clinical=(-40, 6), functional=(-60, 4), higher_is_better=False)
    assert (down.a, down.b, down.c) == pytest.approx((-up.a, -up.b, -up.c))
    assert jacobson_truax_cutoffs(clinical=(40, 6)).to_dict() == {"a": 52.0, "b": None, "c": None}


@pytest.mark.parametrize("sign", [1, -1])
def test_categories_of_change(sign):
    """With sd 10 and r = .5 a change of 19.6 counts; the cut-off lies at 60."""
    before, after = [50, 50, 50, 50, 65, None, 50, 60], [75, 55, 30, 59.9, 90, 70, None, 80]
    result = reliable_change(
        pd.Series([None if v is None else sign * v for v in before]),
        [None if v is None else sign * v for v in after],
        **{"reliability": 0.5, "sd": 10, "cutoff": sign * 60, "higher_is_better": sign > 0},
    )
    names = [
        "recovered",
        "unchanged",
        "deteriorated",
        "unchanged",
        "improved",
        "no score",
        "no score",
        "recovered",
    ]
    assert list(result.category) == result.to_frame()["category"].tolist() == names
    assert result.counts == {"recovered": 2, "improved": 1, "unchanged": 2, "deteriorated": 1, "no score": 2}
    assert result.index[:3] == pytest.approx([sign * 2.5, sign * 0.5, sign * -2])
    assert result.change_needed == pytest.approx(stats.norm.ppf(0.975) * 10)
    assert result.to_dict()["index"][5] is None
    said = "2 recovered, 1 improved, 2 unchanged, 1 deteriorated, 2 no score"
    assert (
        repr(result) == f"<ReliableChange: {said}; a change of 19.600 counts (reliability .500, sd 10.000)>"
    )


def test_sd_of_change_is_that_of_those_with_both_scores():
    result = reliable_change([1, 3, 5, 9], [2, 3, 9, None], reliability=0.8)
    assert result.sd == pytest.approx(2)
    assert result.standard_error == pytest.approx(math.sqrt(2 * 0.2) * 2)


def test_change_names_the_reliability_it_came_from():
    assert "ICC(A,1)" in reliable_change([1, 2], [1, 3], reliability=retest([1, 2, 5], [1, 3, 4])).source
