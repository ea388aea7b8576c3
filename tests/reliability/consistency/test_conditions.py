"""Coefficients at the edge: what is not defined says why, and what cannot be done says what to do."""

from __future__ import annotations

import json
import math
import re
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    CodedResponses,
    EstimationError,
    IntimacyScalesError,
    InvalidResponsesError,
    encode,
    item_moments,
)
from intimacy_scales.reliability import (
    cronbach_alpha,
    greatest_lower_bound,
    guttman_lambdas,
    item_analysis,
    items_needed,
    keyed_moments,
    spearman_brown,
    split_half,
    split_halves,
    stratified_alpha,
)
from intimacy_scales.reliability.consistency.alpha import alpha_of
from tests.shared import factor_answers, instruments
from tests.shared.shown_results import presentable

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
NAN = math.nan
CLOSED, OPEN = ("bonett", "bonett-wright", "feldt", "duhachek"), ("adf", "bootstrap", "bca")
RAW = {
    "alpha": cronbach_alpha, "lambdas": guttman_lambdas, "glb": greatest_lower_bound, "half": split_half,
    "halves": split_halves,
}  # fmt: skip
CORRELATED = {
    "standardized": lambda a, **o: cronbach_alpha(a, standardized=True, **o),
    "standardized by pair": lambda a, **o: cronbach_alpha(a, standardized=True, sds="pairs", **o),
    "lambdas of correlations": lambda a, **o: guttman_lambdas(a, of="correlations", **o),
    "the same by pair": lambda a, **o: guttman_lambdas(a, of="correlations", sds="pairs", **o),
}
COEFFICIENTS = RAW | CORRELATED


def coded(x: Any, *scales: str | dict[str, Any], high: float = 5) -> CodedResponses:
    """Answers (n, k) to scales a, b … such as ``"q1 -q2"``; by default, one of all items."""
    named = dict(zip("abc", scales, strict=False)) if scales else None
    return instruments.coded(x, named, high=high)


good = partial(factor_answers.good, high=5)


def twins(n: int, k: int) -> Any:
    """Answers of persons who gave the same one to every item."""
    return np.repeat(np.random.default_rng(k * 100 + n).integers(1, 6, (n, 1)), k, axis=1)


# ------------------------------------------------------------------ not defined

TOO_FEW = "fewer than two persons answered "
UNDEFINED = {
    "one item": (good(20, 1), "pairwise", "one item has no internal consistency"),
    "nobody": (np.empty((0, 3)), "pairwise", TOO_FEW + "q1"),
    "nobody, listwise": (np.empty((0, 3)), "listwise", "0 persons answered every item"),
    "one person": ([[1, 2, 3]], "pairwise", TOO_FEW + "q1"),
    "no answers": (np.full((9, 3), NAN), "pairwise", TOO_FEW + "q1"),
    "no answers to one": ([[1, NAN, 3], [2, NAN, 2], [4, NAN, 4]], "pairwise", TOO_FEW + ".*q2"),
    "a pair nobody answered": (
        np.where([[0, 0, 1]] * 4 + [[1, 0, 0]] * 4, NAN, good(8, 3)),
        "pairwise", TOO_FEW + "both q1 and q3",
    ),
    "no complete row": ([[1, 2, NAN], [2, 3, NAN], [NAN, 3, 4]], "listwise", "0 persons answered every item"),
    "one complete row": ([[1, 2, NAN], [2, 3, 1]], "listwise", "1 persons? answered every item, and two are"),
    "all alike": (np.full((9, 3), 4), "pairwise", "does not vary|gave q1 the same"),
    "opposites": ([[1, 5], [2, 4], [5, 1]], "pairwise", "the total of the .*items does not vary"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNDEFINED)
@pytest.mark.parametrize("name", COEFFICIENTS)
def test_what_is_not_defined_says_why(name, case):
    x, missing, reason = UNDEFINED[case]
    answers = coded(x)
    for given in (answers, item_moments(answers.instrument, answers)):
        assert re.search(reason, presentable(COEFFICIENTS[name](given, missing=missing)).reason)


@pytest.mark.parametrize("case", UNDEFINED)
def test_what_is_not_defined_has_no_interval_but_items(case):
    x, missing, reason = UNDEFINED[case]
    alpha, items = cronbach_alpha(coded(x), missing=missing), item_analysis(coded(x), missing=missing)
    assert math.isnan(alpha.standard_error)
    for method in CLOSED + OPEN:
        interval = alpha.confidence_interval(method=method)
        assert np.isnan(list(interval)).all()
        assert re.search(reason, interval.reason)
        assert interval.reason in repr(interval)
        assert json.dumps(interval.to_dict(), allow_nan=False)
    presentable(items)
    for table in (items.if_dropped(), items.if_dropped("pairs"), items.frequency_frame(percent=True)):
        assert len(table) == alpha.n_items


def test_an_item_everyone_skipped_is_named_alone():
    assert cronbach_alpha(coded([[1, NAN, 3], [2, NAN, 2], [4, NAN, 4]])).reason == TOO_FEW + "q2"


def test_one_constant_item_leaves_alpha_and_names_itself():
    x = good(40, 4)
    x[:, 2] = 3
    answers = coded(x)
    assert presentable(cronbach_alpha(answers)).estimate > 0.5
    bounds = presentable(guttman_lambdas(answers))
    assert (math.isnan(bounds.lambda6), bounds.lambda6_reason) == (True, "q3 is constant")
    for function in (CORRELATED["standardized"], greatest_lower_bound):
        assert "everyone gave q3 the same answer" in presentable(function(answers)).reason
    items = presentable(item_analysis(answers))
    assert np.isnan([items.r_raw[2], items.r_drop[2], items.skew[2]]).all()
    assert np.isfinite(items.r_drop[[0, 1, 3]]).all()
    half = split_half(answers, halves=(["q3"], ["q1", "q2", "q4"]))
    assert presentable(half).reason == "one half does not vary"


def test_two_items():
    x = good(50, 2)
    answers, r = coded(x), np.corrcoef(x.T)[0, 1]
    items = presentable(item_analysis(answers))
    for function in COEFFICIENTS.values():
        assert presentable(function(answers)).reason is None
    assert split_half(answers).estimate == pytest.approx(2 * r / (1 + r))
    assert split_halves(answers).values == pytest.approx([float(cronbach_alpha(answers))])
    assert items.r_drop == pytest.approx([r, r])
    assert np.isnan([*items.alpha_if_dropped, items.inter_item.variance]).all()


@pytest.mark.parametrize("k", [2, 3, 6, 7, 11])
@pytest.mark.parametrize("n", [13, 20])
def test_items_all_answered_alike_are_perfectly_reliable(n, k):
    alpha = presentable(cronbach_alpha(coded(twins(n, k))))
    assert alpha.estimate == pytest.approx(1)
    for method in CLOSED + OPEN:
        assert list(alpha.confidence_interval(method=method, rng=1)) == pytest.approx([1, 1])


@pytest.mark.parametrize("k", [2, 3, 6, 7, 11])
@pytest.mark.parametrize("n", [7, 10, 13])
def test_items_all_answered_alike_have_no_error(n, k):
    assert cronbach_alpha(coded(twins(n, k))).standard_error == pytest.approx(0, abs=1e-7)
    dropped = item_analysis(coded(twins(n, k))).if_dropped()
    assert dropped["alpha"].tolist() == pytest.approx([NAN if k == 2 else 1] * k, nan_ok=True)


def test_indefinite_pairwise_covariances_have_no_standard_error():
    for seed in range(200):
        alpha = cronbach_alpha(coded(good(8, 3, seed, gaps=0.4)))
        interval = alpha.confidence_interval(method="duhachek")
        assert interval.reason or interval.low < interval.high
        assert math.isnan(alpha.standard_error) or alpha.standard_error > 0


NO_CORRELATIONS = {
    "negative": [[1, 5, 1], [2, 3, 3], [3, 1, 4], [3, 2, 4]],
    "opposite, one twice as far": [[1, 5], [2, 3], [3, 1]],
    "alike among those who answered both": [[2, 1, 1], [2, 3, 4], [2, 4, 3], [1, NAN, 2], [5, NAN, 4]],
}


@pytest.mark.parametrize("name", COEFFICIENTS)
@pytest.mark.parametrize("case", NO_CORRELATIONS)
def test_correlations_without_a_coefficient_say_why(case, name):
    presentable(COEFFICIENTS[name](coded(NO_CORRELATIONS[case])))


# ------------------------------------------------------------------ keys and values


def test_a_99_left_in_is_not_an_answer():
    x = good(30, 3)
    x[4, 1] = 99
    with pytest.raises(InvalidResponsesError, match=r"row 4.*99"):
        coded(x)
    form = coded(x[:3]).instrument
    assert (
        cronbach_alpha(encode(form, x, columns=form.item_ids, missing_codes=99), missing="listwise").n == 29
    )


# ------------------------------------------------------------------ who counts


@pytest.mark.parametrize("method", CLOSED + OPEN)
def test_an_interval_counts_on_complete_persons_after_listwise_deletion(method):
    x = good(40, 3)
    x[:7, 0] = x[5:9, 2] = NAN
    alpha, complete = (cronbach_alpha(coded(part), missing="listwise") for part in (x, x[9:]))
    found, expected = (a.confidence_interval(method=method, rng=1) for a in (alpha, complete))
    assert (alpha.n, alpha.n_persons, found.n) == (31, 40, 31)
    assert list(found) == pytest.approx(list(expected))


@pytest.mark.parametrize("gaps", [NAN, [NAN, 1, 1]], ids=["no answers", "some answers"])
@pytest.mark.parametrize("method", OPEN)
def test_an_interval_counts_on_clusters_somebody_of_whom_is_used(method, gaps):
    x, couples, options = good(40, 3), np.repeat(np.arange(20), 2), {"method": method, "rng": 1}
    x[:6] = gaps
    found = cronbach_alpha(coded(x), missing="listwise").confidence_interval(clusters=couples, **options)
    expected = cronbach_alpha(coded(x[6:])).confidence_interval(clusters=couples[6:], **options)
    assert found.n == expected.n == 17
    assert list(found) == pytest.approx(list(expected))


def test_intervals_with_gaps_count_the_harmonic_mean_of_pairs():
    x = good(40, 3)
    x[:20, 0] = NAN
    alpha = cronbach_alpha(coded(x))
    assert alpha.moments.n_pairs == (20, 40)
    assert [alpha.confidence_interval(n=n).n for n in (40, 3)] == [40, 3]
    assert alpha.confidence_interval(n=2).reason == "an interval needs at least three persons; there are 2"
    assert alpha.confidence_interval(n=1).reason == "an interval needs at least three persons; there is 1"
    assert alpha.n == alpha.confidence_interval().n == 24


def test_clusters_are_labels_or_a_column():
    x, couples = good(30, 3), [f"c{i // 2}" for i in range(30)]
    form = coded(x).instrument
    named = cronbach_alpha(
        encode(form, pd.DataFrame(x, columns=form.item_ids).assign(couple=couples), keep=["couple"])
    )
    for method in OPEN:
        expected = cronbach_alpha(coded(x)).confidence_interval(method=method, rng=1, clusters=couples)
        assert named.confidence_interval(method=method, rng=1, clusters="couple") == expected
        assert expected.n == 15
    with pytest.raises(EstimationError, match=r"keep=\['family'\]"):
        named.confidence_interval(method="adf", clusters="family")


NONE = "3 persons belong to none, the first in row 1; leave them out"
BAD_CLUSTERS = [
    (["a"] * 9, "9 labels for 10 persons"),
    (["a", None, None, None, *"bcdefg"], NONE),
    (np.array([1, NAN, NAN, NAN, *range(6)]), NONE),
    (pd.Series([1, None, None, None, *range(6)], dtype="Int64"), NONE),
    (7, "clusters"),
]


@pytest.mark.parametrize("method", OPEN)
@pytest.mark.parametrize(("clusters", "message"), BAD_CLUSTERS, ids=["short", "None", "nan", "NA", "7"])
def test_clusters_that_cannot_be_used_are_refused(clusters, message, method):
    with pytest.raises(IntimacyScalesError, match=message):
        cronbach_alpha(coded(good(10, 3))).confidence_interval(method=method, clusters=clusters)


@pytest.mark.parametrize("method", CLOSED)
def test_closed_forms_refuse_clusters(method):
    with pytest.raises(EstimationError, match="with clusters use 'adf', 'bootstrap' or 'bca'"):
        cronbach_alpha(coded(good(10, 3))).confidence_interval(method=method, clusters=list("abcdefghij"))


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("method", OPEN)
def test_one_or_two_clusters_are_too_few(method, count):
    labels = [row % count for row in range(20)]
    interval = cronbach_alpha(coded(good(20, 3))).confidence_interval(method=method, clusters=labels)
    assert "needs at least three clusters" in interval.reason
    assert (interval.n, math.isnan(interval.low)) == (count, True)


# ------------------------------------------------------------------ halves and composites


UNEQUAL = coded(good(60, 5), "q1", "q2 q3 q4 q5", {"id": "c", "of": ["a", "b"]})


def test_a_composite_of_unequal_parts_has_stratified_alpha_only():
    answers = coded(good(60, 5), "q1 q2", "q3 q4 q5", {"id": "c", "of": ["a", "b"]})
    for function in (*RAW.values(), item_analysis):
        with pytest.raises(EstimationError, match=r"items of 'c' have unequal weights.*use stratified_alpha"):
            function(answers, scale="c")
    result = presentable(stratified_alpha(answers, scale="c"))
    assert result.parts == {part: cronbach_alpha(answers, scale=part).estimate for part in "ab"}
    no_reliability = presentable(stratified_alpha(UNEQUAL, scale="c"))
    assert no_reliability.reason.startswith("a: one item has no internal consistency")
    assert stratified_alpha(UNEQUAL, scale="c", reliabilities={"a": 0.7, "b": 0.8}).estimate < 1


@pytest.mark.parametrize("varies", [False, True])
def test_the_composite_has_to_vary_not_its_items(varies):
    two, three = np.random.default_rng(1).integers(1, 4, (2, 40))
    x = [7 - two - three, two, three] if varies else [6 - two, two, two]
    answers = coded(np.column_stack(x), "q1", "q2 q3", {"id": "c", "of": ["a", "b"]})
    result = presentable(stratified_alpha(answers, scale="c", reliabilities={"a": 0.8, "b": 0.9}))
    assert (result.reason is None) == varies


def test_a_composite_that_keys_an_item_both_ways_has_no_coefficients():
    answers = coded(good(60, 3), "q1 -q2", "q2 q3", {"id": "c", "of": ["a", "b"]})
    for function in (*COEFFICIENTS.values(), stratified_alpha, item_analysis):
        with pytest.raises(EstimationError, match="'c' counts q2 in both directions"):
            function(answers, scale="c")


# ------------------------------------------------------------------ what cannot be done

GIVEN = coded(good(30, 4), "q1 q2", "q3 q4")
ALPHA = cronbach_alpha(GIVEN, scale="a")
WRONG = [
    (lambda: cronbach_alpha(GIVEN), "small has 2 scales; name one, for example scale='a'"),
    (lambda: cronbach_alpha(GIVEN, scale="trust"), "no scale 'trust'; it has a, b"),
    (lambda: cronbach_alpha(GIVEN, scale="a", missing="drop"), "allowed: 'pairwise' .*, 'listwise'"),
    (lambda: guttman_lambdas(GIVEN, scale="a", of="sums"), "allowed: 'covariances', 'correlations'"),
    (lambda: split_halves(GIVEN, scale="a", n_splits=0), "n_splits=0 is not valid; .* at least 1"),
    (lambda: stratified_alpha(GIVEN, scale="a"), "'a' is a scale of items, not of scales"),
    (lambda: stratified_alpha(UNEQUAL, scale="b"), "not of scales; composites are c"),
    (lambda: stratified_alpha(UNEQUAL, scale="c", reliabilities={"a": 0.7}), "one for each of a, b"),
    (lambda: ALPHA.confidence_interval(method="fisher"), "method='fisher' is not .* 'bonett', "),
    (lambda: ALPHA.confidence_interval(95), "confidence_level=95 is not valid; allowed: a share"),
    (lambda: ALPHA.confidence_interval(method="bca", n_resamples=20), "n_resamples=20 .* at least 100"),
    (lambda: spearman_brown(0.7, 0), "factor=0 is not valid; allowed: a number above 0"),
    (lambda: spearman_brown(70, 2), "reliability=70 is not valid; .* from -1 to 1"),
    (lambda: cronbach_alpha(GIVEN, scale="a", standardized=True, sds="all"), "sds='all'"),
    (lambda: item_analysis(GIVEN, scale="a", sds="all"), "sds='all'"),
    (lambda: guttman_lambdas(GIVEN, scale="a", of="correlations", sds="all"), "sds='all'"),
    (lambda: ALPHA.confidence_interval("0.95"), "confidence_level='0.95'"),
    (lambda: ALPHA.confidence_interval(method="bca", n_resamples=150.5), "n_resamples=150.5"),
    (lambda: ALPHA.confidence_interval(n=NAN), "n=nan is not valid; allowed: a whole"),
    (lambda: ALPHA.confidence_interval(n=0), "n=0 is not valid; allowed: a whole"),
    (lambda: ALPHA.confidence_interval(n=True), "n=True is not valid; allowed: a whole"),
    (lambda: ALPHA.confidence_interval(method="adf", n=30), "'adf' counts the persons itself; leave n out"),
    (lambda: stratified_alpha(UNEQUAL, scale="c", reliabilities={"a": NAN, "b": 0.8}), "reliabilit"),
    (lambda: stratified_alpha(UNEQUAL, scale="c", reliabilities={"a": 2, "b": 0.8}), "reliabilit"),
    (lambda: spearman_brown(-1, 2), "reliability=-1"),
    (lambda: items_needed(0.7, 0.9, -3), "n_items=-3"),
]  # fmt: skip


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("total", [-1.0, 0.0, 1e-300])
def test_alpha_of_a_matrix_is_a_number_or_nan(k, total):
    """Of one item, or of a total that does not vary, it is nan; never something else than a number."""
    matrix = np.full((k, k), total / k**2)
    found = alpha_of(matrix)
    assert type(found) is float
    assert math.isnan(found) == (k == 1 or total <= 0)
    assert k == 1 or total <= 0 or found == pytest.approx(1)


@pytest.mark.parametrize("function", COEFFICIENTS.values())
def test_one_item_of_any_spread_has_no_coefficient_and_no_interval(function):
    for x in ([[1], [5], [3]], [[2], [2], [2]], good(40, 1)):
        result = presentable(function(coded(x)))
        assert (type(result.estimate), math.isnan(result.estimate)) == (float, True)
        assert (
            result.reason
            == "one item has no internal consistency; its reliability can be estimated by a retest"
        )
        if hasattr(result, "confidence_interval"):
            assert result.confidence_interval().reason == result.reason


@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_options_that_are_not_valid_are_refused(wrong, message):
    with pytest.raises(IntimacyScalesError, match=message):
        wrong()


@pytest.mark.parametrize("function", [*COEFFICIENTS.values(), item_analysis, stratified_alpha])
def test_a_table_that_was_not_checked_is_refused(function):
    table = pd.DataFrame(good(20, 3), columns=["q1", "q2", "q3"])
    for given in (table, table.to_numpy(), table.to_dict("records"), None):
        with pytest.raises(EstimationError, match="pass the instrument before the table"):
            function(given)


@pytest.mark.parametrize("method", OPEN)
def test_moments_do_not_tell_what_needs_each_persons_answers(method):
    alpha = cronbach_alpha(item_moments(GIVEN.instrument, GIVEN), scale="a")
    with pytest.raises(
        EstimationError, match=r"needs each person's answers.*pass encode\(instrument, table\)"
    ):
        alpha.confidence_interval(method=method)
    assert alpha.confidence_interval() == ALPHA.confidence_interval()


@pytest.mark.parametrize("function", [*COEFFICIENTS.values(), item_analysis])
def test_results_compare(function):
    assert function(GIVEN, scale="a") == function(GIVEN, scale="a")


def test_a_result_knows_its_correlations():
    expected = keyed_moments(GIVEN, "a", "pairwise").correlations()
    for given in (item_moments(GIVEN.instrument, GIVEN), GIVEN):
        assert cronbach_alpha(given, scale="a").moments.correlations() == pytest.approx(expected)
