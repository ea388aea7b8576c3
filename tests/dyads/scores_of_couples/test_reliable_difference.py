"""Reliable differences between partners."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import CoupleReliability, Dyads, ReliableDifferences, couple_reliability
from intimacy_scales.dyads import reliable_difference as differences
from intimacy_scales.errors import EstimationError, UnknownNameError
from tests.shared.comparison import close, near
from tests.shared.couples import couples_with_answers, some_of, swapped
from tests.shared.simulated_couples import item_covariances, normal_answers, normal_couples

Z = 1.959963984540054
ANSWERS = normal_answers(200, 4, common=0.2)
ANSWERS[7, 1] = np.nan


def of_scores(pairs: Any, *, role: bool = True) -> Dyads:
    table = [{"c": f"c{n}", "w": one, "h": other} for n, (one, other) in enumerate(pairs)]
    return Dyads.of_scores(table, {"trust": {"w": "w", "h": "h"}}, couple="c", role=role)


@pytest.mark.parametrize("role", [True, False])
def test_reliable_difference_by_hand(role: bool) -> None:
    dyads = normal_couples(ANSWERS, roles=role)
    result, sem = differences(dyads), couple_reliability(dyads)["difference"].sem
    scores = dyads.scores["a"]
    gap = scores[:, 0] - scores[:, 1] if role else np.abs(scores[:, 0] - scores[:, 1])
    near(result.difference, gap)
    near(result.index, gap / sem)
    near([result.low, result.high], [gap - Z * sem, gap + Z * sem])
    for n, name in enumerate(result.category):
        size = abs(gap[n]) / sem
        assert name == ("no scores" if math.isnan(size) else "reliable" if size > Z else "within error")
        assert name == "no scores" or (name == "reliable") == (not result.low[n] <= 0 <= result.high[n])
    assert result.counts["no scores"] == 1
    assert sum(result.counts.values()) == len(dyads) == len(result)
    assert result.reliable.sum() == result.counts["reliable"]


def test_couples_without_true_difference_are_seldom_reliable() -> None:
    """With equal true scores, one couple in twenty exceeds error of measurement; without, more do."""
    sigma = item_covariances(4, common=0.2, correlation=1.0)
    x = np.random.default_rng(3).multivariate_normal(np.zeros(8), sigma, 4000, method="cholesky")
    gap = x[:, :4].mean(axis=1) - x[:, 4:].mean(axis=1)
    result = differences(
        of_scores(np.column_stack([gap, 0 * gap])), standard_error=math.sqrt((2 * 3.2 - 1.6) / 16)
    )
    close(result.reliable.mean(), 0.05, 0.01)
    assert differences(normal_couples(ANSWERS)).reliable.mean() > 0.15


def test_swapping_exchangeable_partners_changes_nothing() -> None:
    one, other = (
        differences(normal_couples(x, roles=False)) for x in (ANSWERS, swapped(ANSWERS, some_of(200, 0)))
    )
    near(one.index, other.index)
    assert one.category == other.category


def test_an_app_needs_no_fit() -> None:
    """What a study estimated is read from its document, for a single couple."""
    study = couple_reliability(normal_couples(ANSWERS))
    stored = CoupleReliability.from_json(study.to_json())
    result = differences(normal_couples(ANSWERS[:1]), reliability=stored)
    assert result.standard_error == study["difference"].sem
    assert result.source == "estimated from 199 couples"
    assert result.omega == study["difference"].omega


def test_standard_errors_as_passed() -> None:
    dyads = of_scores([(3.0, 4.5), (6.0, 2.0), (None, 2.0)])
    one = differences(dyads, standard_error=1.5)
    near(one.index, [-1.0, 4 / 1.5, np.nan])
    assert one.category == ("within error", "reliable", "no scores")
    two = differences(dyads, standard_error=(0.9, 1.2))
    near(two.standard_error, 1.5)
    assert "independent" in two.warnings[0]
    assert differences(dyads, standard_error=1.5, confidence_level=0.5).counts["reliable"] == 2
    exactly = differences(of_scores([(5 + Z, 5.0)]), standard_error=1 + 1e-9)
    assert exactly.category == ("within error",)


def test_reliable_differences_as_tables_and_documents() -> None:
    table = pd.DataFrame({"id": [4, 9], "w": [3.0, 6.0], "h": [4.5, 2.0]})
    dyads = Dyads.of_scores(table, {"trust": {"w": "w", "h": "h"}}, couple="id")
    result = differences(dyads, standard_error=1.5)
    frame = result.to_frame()
    assert frame["id"].tolist() == [4, 9]
    assert "absolute_difference" in frame
    assert frame["category"].tolist() == ["within error", "reliable"]
    again = ReliableDifferences.from_json(result.to_json())
    assert again == result
    assert again.to_frame()["couple"].tolist() == [4, 9]
    assert repr(result) == (
        "<Reliable differences in trust: 1 of 2 couples; larger than 2.940 (SEM 1.500); standard error of a "
        "difference as passed>"
    )
    assert "Jacobson & Truax, 1991" in result.definition


def test_an_unreliable_difference_is_cautioned() -> None:
    rng = np.random.default_rng(2)
    x = np.clip(np.rint(50 + 10 * (rng.normal(size=(150, 1, 1)) + rng.normal(size=(150, 2, 4)))), 0, 100)
    (caution,) = differences(normal_couples(x)).warnings
    assert "most of what differs between couples is error" in caution


def test_reliable_difference_says_what_it_needs() -> None:
    dyads, scores = normal_couples(ANSWERS), of_scores([(3.0, 4.5)])
    word: Any = "1"
    alpha: Any = 0.8
    study = couple_reliability(dyads)
    for call, message in (
        (lambda: differences(scores), "made of scores.*pass standard_error="),
        (
            lambda: differences(scores, standard_error=0),
            "standard_error=0 is not valid; allowed: a number above 0",
        ),
        (lambda: differences(scores, standard_error=word), "standard_error='1' is not valid"),
        (lambda: differences(scores, standard_error=(1, 2, 3)), "two numbers, those of both partners"),
        (
            lambda: differences(dyads, reliability=alpha),
            "reliability is a float; pass what couple_reliability",
        ),
        (
            lambda: differences(dyads, reliability=study, standard_error=1),
            "were both passed; pass one of them",
        ),
        (
            lambda: differences(scores, reliability=study),
            "reliability is that of 'a', and the scale is 'trust'",
        ),
        (
            lambda: differences(couples_with_answers(ANSWERS, roles=True, high=100), reliability=study),
            "their digests differ",
        ),
        (
            lambda: differences(normal_couples(ANSWERS[:, :, :2])),
            "two items do not identify",
        ),
        (
            lambda: differences(normal_couples(ANSWERS, {"a": "q1 q2", "b": "q3 q4"})),
            "name one",
        ),
        (
            lambda: differences(scores, standard_error=1, confidence_level=95),
            "confidence_level=95 is not valid",
        ),
    ):
        with pytest.raises(EstimationError, match=message):
            call()  # type: ignore[no-untyped-call]
    with pytest.raises(UnknownNameError, match="did you mean 'trust'"):
        differences(scores, "trsut", standard_error=1)
