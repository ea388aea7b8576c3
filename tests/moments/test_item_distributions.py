"""Distributions of items, patterns of missing answers, and correlations of scales, against plain counting."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from intimacy_scales import CodedResponses, item_analysis, item_moments
from intimacy_scales.moments.item_distributions import item_distributions
from intimacy_scales.moments.missing_patterns import missing_patterns_of
from intimacy_scales.moments.scale_correlations import item_correlations, scale_correlations
from tests.shared.instruments import coded, form_of
from tests.shared.picture_answers import rated


@pytest.fixture(scope="module")
def answers() -> CodedResponses:
    return rated(12, 80, missing=0.1, scales=3, unanswered=[5])


def test_distributions_are_those_of_a_plain_count(answers: CodedResponses) -> None:
    table = answers.to_frame()
    for row in item_distributions(answers, answers.item_ids):
        counts = Counter(table[row.item].dropna())
        assert dict(zip(row.options, row.counts.tolist(), strict=True)) == {v: counts[v] for v in range(1, 6)}
        assert row.n == counts.total() and row.n_missing == 80 - row.n
        assert row.percents.tolist() == [100 * counts[v] / max(row.n, 1) for v in range(1, 6)]
        assert row.missing_percent == pytest.approx(100 * row.n_missing / 80)
    assert item_distributions(answers, ["q6"])[0].n == 0


def test_keyed_means_are_those_of_the_item_analysis_to_the_bit(answers: CodedResponses) -> None:
    for scale in ("s1", "s3"):
        analysis = item_analysis(answers, scale=scale)
        rows = item_distributions(answers, [item.removeprefix("-") for item in analysis.items], keyed=True)
        assert [row.mean for row in rows] == analysis.mean.tolist()
        assert [row.reverse for row in rows] == [item.startswith("-") for item in analysis.items]
    plain, keyed = (item_distributions(answers, ["q2"], keyed=keyed)[0] for keyed in (False, True))
    assert keyed.options == plain.options and keyed.counts.tolist() == plain.counts.tolist()[::-1]
    assert keyed.mean == pytest.approx(6 - plain.mean)


def test_moments_have_the_same_distributions(answers: CodedResponses) -> None:
    moments = item_moments(answers.instrument, answers)
    for one, other in zip(
        item_distributions(answers, answers.item_ids),
        item_distributions(moments, answers.item_ids),
        strict=True,
    ):
        assert one.counts.tolist() == other.counts.tolist()
        assert one.mean == other.mean or np.isnan(one.mean)


def test_patterns_are_counted_and_the_most_frequent_is_first() -> None:
    rows = np.array([[1, 0], [0, 0], [0, 1], [0, 0], [0, 1]], dtype=bool)
    patterns = missing_patterns_of(rows)
    assert patterns.missing.tolist() == [[False, False], [False, True], [True, False]]
    assert patterns.counts.tolist() == [2, 2, 1]  # as frequent ones in the order of rows
    assert len(missing_patterns_of(rows[:0]).counts) == 0


def test_correlations_of_scales_are_those_of_their_scores() -> None:
    answers = rated(9, 60, scales=3)
    moments = item_moments(answers.instrument, answers)
    table = answers.to_frame()
    keyed = table.assign(**{item: 6 - table[item] for item in ("q2", "q5", "q8")})
    scores = np.column_stack([keyed[[f"q{n}" for n in part]].mean(axis=1) for part in ((1, 2, 3), (4, 5, 6))])
    expected = np.corrcoef(scores, rowvar=False)
    np.testing.assert_allclose(scale_correlations(moments, ["s1", "s2"]), expected, atol=1e-12)
    items = item_correlations(moments, ["q1", "q2", "q4"])
    np.testing.assert_allclose(items, np.corrcoef(keyed[["q1", "q2", "q4"]], rowvar=False), atol=1e-12)


def test_correlations_of_a_scale_with_its_composite_and_of_opposite_keys() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 6, size=(50, 4))
    scales = {"a": "q1 q2", "b": "q3 q4", "total": {"of": ["a", "b"]}, "against": "-q1 -q2"}
    answers = coded(x, scales, high=5)
    moments = item_moments(answers.instrument, answers)
    r = scale_correlations(moments, ["a", "total", "against"])
    assert r[0, 2] == pytest.approx(-1)
    assert r[0, 1] == pytest.approx(np.corrcoef(x[:, :2].mean(axis=1), x.mean(axis=1))[0, 1])


def test_undefined_correlations_are_nan_and_leave_others_defined() -> None:
    answers = rated(9, 40, scales=3, unanswered=[0])
    r = scale_correlations(item_moments(answers.instrument, answers), ["s1", "s2", "s3"])
    assert np.isnan(r[0]).all()
    assert np.isfinite(r[1:, 1:]).all()


def test_options_with_scores_are_what_they_count() -> None:
    items = [{"id": "q1", "response_scale": {"minimum": 1, "maximum": 3, "scores": {1: 0, 2: 8, 3: 3}}}]
    form = form_of({"a": "q1"}, items=items)
    moments = item_moments(form, [{"q1": 2}, {"q1": 2}, {"q1": 1}])
    row = item_distributions(moments, ["q1"])[0]
    assert row.options == (0, 3, 8)
    assert row.counts.tolist() == [1, 0, 2]
