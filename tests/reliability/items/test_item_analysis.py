"""Items of a scale: their figures, those without each item, and items that run against their keys."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import KeyingWarning, item_moments
from intimacy_scales.reliability import guttman_lambdas, item_analysis
from tests.shared import factor_answers, instruments
from tests.shared.comparison import near
from tests.shared.shown_results import presentable
from tests.shared.small_scales import alpha, keyed, naive_alpha, one_scale, sample, tables

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up, at random
]
coded, good = partial(instruments.coded, high=5), partial(factor_answers.good, high=5)


@pytest.mark.parametrize(("doubled", "low"), [(10, 1), (17, 996), (26, 1)], ids=str)
def test_everybody_many_times_changes_no_item_total_correlation(doubled, low):
    """50 persons who answer on 0 to 1000 as 6.5 million; on 1 to 5 as 3 billion."""
    x = sample(2, 50, 3) - 1 + low
    answers = one_scale(x, low=0, high=1000) if low > 1 else one_scale(x)
    moments = item_moments(answers.instrument, answers)
    for _ in range(doubled):
        moments += moments
    expected = [np.corrcoef(x[:, i], x.mean(axis=1))[0, 1] for i in range(3)]
    near(item_analysis(moments, scale="a").r_raw, expected, rel=1e-6)
    near(item_analysis(moments, scale="a").r_drop, item_analysis(answers, scale="a").r_drop)


@given(tables(gaps=0.2), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_figures_of_items_are_those_of_a_naive_loop(x, chance):
    k = x.shape[1]
    keys = "".join(chance.choices("+-", k=k))
    found = item_analysis(one_scale(keyed(x, keys), keys), scale="a")
    for i in range(k):
        there = ~np.isnan(x[:, i])
        own, score = x[there, i], np.nanmean(x[there], axis=1)
        n, sd = len(own), own.std(ddof=1)
        moments = (n, own.mean(), sd, np.median(own), np.mean(own == 1), np.mean(own == 5))
        names = ("n", "mean", "sd", "median", "floor", "ceiling")
        near([getattr(found, name)[i] for name in names], moments)
        apart = own - own.mean()
        near([found.skew[i], found.kurtosis[i]], [np.mean(apart**p) / sd**p - q for p, q in ((3, 0), (4, 3))])
        near(found.missing_share[i], 1 - n / len(x))
        near(found.r_raw[i], np.corrcoef(own, score)[0, 1])
        given_answers = keyed(own[:, None], keys[i])
        assert found.frequencies[i].tolist() == [np.count_nonzero(given_answers == v) for v in range(1, 6)]
        if k > 2:
            near(found.alpha_if_dropped[i], naive_alpha(np.delete(x, i, axis=1)))


@given(tables(k=st.integers(3, 6)))
@settings(max_examples=10, deadline=None)
def test_corrected_item_total_correlations_and_dropped_items_of_complete_answers(x):
    found = item_analysis(one_scale(x), scale="a")
    frame = found.if_dropped()
    for i in range(x.shape[1]):
        rest = np.delete(x, i, axis=1)
        near(found.r_drop[i], np.corrcoef(x[:, i], rest.sum(axis=1))[0, 1])
        near(frame["alpha"].iloc[i], found.alpha_if_dropped[i])
        near(frame["standard_error"].iloc[i], alpha(one_scale(rest)).standard_error)
        near(frame["standardized_alpha"].iloc[i], float(alpha(one_scale(rest), standardized=True)))
        near(frame["lambda6"].iloc[i], guttman_lambdas(one_scale(rest), scale="a", of="correlations").lambda6)


@pytest.mark.parametrize("n", [5, 7, 11, 13, 100])
def test_a_score_that_does_not_vary_correlates_with_nothing(n):
    one = np.random.default_rng(n).integers(1, 6, n)
    answers = coded(np.column_stack([one, 6 - one, np.full(n, 4)]))
    assert np.isnan(item_analysis(answers).r_raw).all()


def test_answers_that_were_not_reversed_are_named_and_left_alone():
    x = good(200, 5)
    x[:, [1, 3]] = 6 - x[:, [1, 3]]
    with pytest.warns(
        KeyingWarning, match=r"q2 \(r = -\.\d+\), q4 .* run against their keys.*Nothing was flip"
    ):
        items = item_analysis(coded(x))
    assert (items.keying.items, items.keying.already_reversed) == (("q2", "q4"), False)
    assert "run against their keys" in presentable(items)._repr_html_()
    assert items.mean == pytest.approx(x.mean(axis=0))
    x[:, 3] = 6 - x[:, 3]
    with pytest.warns(KeyingWarning, match=r"q2 .* runs against its key"):
        item_analysis(coded(x))


def test_answers_that_were_reversed_before_are_said_to_be():
    with pytest.warns(KeyingWarning, match="reversed already; pass them as they were given") as told:
        items = item_analysis(coded(good(200, 5), "q1 -q2 q3 q4 -q5"))
    assert (items.keying.items, items.keying.already_reversed) == (("q2", "q5"), True)
    assert told[0].filename == __file__


@pytest.mark.parametrize("keys", ["q1 q2", "q1 -q2 q3", "-q1 q2 -q3 q4 -q5 -q6"])
def test_well_keyed_answers_give_no_warning(keys):
    signs = np.array([key[0] == "-" for key in keys.split()])
    x = good(200, len(signs))
    assert item_analysis(coded(np.where(signs, 6 - x, x), keys)).keying is None


def test_reversal_is_about_the_declared_ends_not_those_that_were_used():
    x = np.clip(good(60, 3), 2, 3)  # nobody chose 1, 4 or 5
    items, naive = item_analysis(coded(x, "q1 -q2 q3")), 6 - x[:, 1]
    assert items.items[1] == "-q2"
    assert [items.mean[1], items.median[1]] == pytest.approx([naive.mean(), np.median(naive)])
    assert (items.floor[1], items.ceiling[1]) == (0, 0)
    chosen = [0, *(np.count_nonzero(x[:, 1] == value) for value in (2, 3)), 0, 0]  # as answered
    assert items.frequencies[1].tolist() == items.frequency_frame().loc["q2"].tolist()[:5] == chosen
