"""ICC of groups: by hand, against dense likelihoods, intervals, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales.errors import EstimationError, IntimacyScalesError
from intimacy_scales.reliability import group_icc, intraclass_corr
from intimacy_scales.reliability.agreement.anova import unequal_groups_interval
from tests.shared.rating_answers import NO, assert_at_a_maximum, dense_reml, ratings


def test_group_icc_by_hand_and_by_dense_likelihood():
    groups = np.repeat(np.arange(6), [2, 2, 3, 1, 4, 2])
    y = ratings(6, 1, 3)[groups, 0] + np.random.default_rng(1).normal(size=14)
    result, parts = group_icc(y, groups), [y[groups == g] for g in range(6)]
    b = sum(len(part) * (part.mean() - y.mean()) ** 2 for part in parts) / 5
    w = sum(((part - part.mean()) ** 2).sum() for part in parts) / 8
    k0 = (14 - sum(len(part) ** 2 for part in parts) / 14) / 5
    found = (result.average_size, result.icc1, result.icc2)
    assert found == pytest.approx((k0, (b - w) / (b + (k0 - 1) * w), 1 - w / b))
    wide = np.array([[*part, *[NO] * (4 - len(part))] for part in parts])
    components = np.array([result.between, result.within])
    assert_at_a_maximum(lambda p, e: dense_reml(wide, p, 0.0, e), components, float(y.var()))
    weights = [1 / (result.between + result.within / len(part)) for part in parts]
    assert result.mean == pytest.approx(np.average([part.mean() for part in parts], weights=weights))


LABELS: dict[str, Any] = {
    "list": ["a", "a", "b", "b", "c", None],
    "numbers": [1, 1, 2, 2, 3, NO],
    "categorical": pd.Categorical(["a", "a", "b", "b", "c", None]),
    "polars": pl.Series(["a", "a", "b", "b", "c", None]),
    "arrow": pa.array(["a", "a", "b", "b", "c", None]),
    "pandas string": pd.Series(["a", "a", "b", "b", "c", None], dtype="string"),
    "pandas Int64": pd.Series([1, 1, 2, 2, 3, None], dtype="Int64"),
}


@pytest.mark.parametrize("kind", LABELS)
def test_values_without_a_group_are_refused_unless_they_are_missing(kind):
    with pytest.raises(EstimationError, match="1 of 6 values belong to no group, the first in row 5"):
        group_icc([1, 2, 5, 6, 9, 9], LABELS[kind])
    found = group_icc([1, 2, 5, 6, 9, NO], LABELS[kind])
    assert found == group_icc([1, 2, 5, 6, 9], list("aabbc"))


@pytest.mark.parametrize(
    ("values", "groups", "words"),
    [
        ([1, 2, 3], [1, 1], "2 labels for 3 values"),
        ([1, 2], [1, 2], "one of them with two values"),
        ([1, 2], [1, 1], "1 group with 2 values"),
        ([2, 2, 2, 2], [1, 1, 2, 2], "all values are equal"),
        ([1, 2, math.inf, 4], [1, 1, 2, 2], "infinite"),
    ],
)
def test_groups_that_tell_nothing(values, groups, words):
    with pytest.raises(ValueError, match=words) as error:
        group_icc(values, groups)
    assert isinstance(error.value, IntimacyScalesError)


def test_group_icc_of_equal_groups_has_the_intervals_of_ratings() -> None:
    rng = np.random.default_rng(3)
    ratings = rng.normal(size=(40, 1)) + rng.normal(size=(40, 3))
    found = group_icc(ratings.ravel(), np.repeat(np.arange(40), 3))
    forms = intraclass_corr(ratings)
    for of, form in (("icc1", "ICC(1,1)"), ("icc2", "ICC(1,k)")):
        made = found.confidence_interval(0.9, of=of)
        assert list(made) == pytest.approx(list(forms[form].confidence_interval(0.9)), rel=1e-9)
        assert getattr(found, of) in made
        assert made.n == 40
    with pytest.raises(EstimationError, match="allowed: 'icc1', 'icc2'"):
        found.confidence_interval(of="icc3")
    alike = group_icc([1, 1, 2, 2, 4, 4], list("aabbcc"))
    assert alike.confidence_interval().reason == "values do not vary within groups"


@pytest.mark.parametrize("sizes", [(2,) * 50, (2, 3, 4, 9) * 12])
def test_intervals_of_icc1_hold(sizes: tuple[int, ...]) -> None:
    """95 % of normal samples, within four Monte Carlo errors."""
    rng, groups = np.random.default_rng(8), np.repeat(np.arange(len(sizes)), sizes)
    counts = np.bincount(groups).astype(float)
    held = 0
    for _ in range(600):
        y = math.sqrt(0.3) * rng.normal(size=len(sizes))[groups] + math.sqrt(0.7) * rng.normal(
            size=len(groups)
        )
        means = np.bincount(groups, weights=y) / counts
        df = len(y) - len(counts)
        low, high = unequal_groups_interval(
            means, counts, float(((y - means[groups]) ** 2).sum() / df), df, 0.95
        )
        held += low <= 0.3 <= high
    assert held / 600 == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 600))
