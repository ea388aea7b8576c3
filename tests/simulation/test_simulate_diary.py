"""Simulated diaries: days as they were asked for, true scores, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from intimacy_scales.simulation import simulate_diary

pytestmark = pytest.mark.long


def test_simulated_days_are_what_was_asked_for():
    first, again = (simulate_diary("scii-daily", 200, 10, missed=0.3, missing=0.1, rng=9) for _ in range(2))
    answers = first.answers
    assert answers.equals(again.answers)
    assert list(answers)[:2] == list(first.true_scores)[:2] == ["person", "day"]
    assert not answers.duplicated(["person", "day"]).any()
    assert (answers["person"].min(), answers["person"].max(), answers["day"].max()) == (1, 200, 10)
    assert len(answers) / 2000 == pytest.approx(0.7, abs=0.03)
    assert answers.iloc[:, 2:].isna().mean().mean() == pytest.approx(0.1, abs=0.01)
    assert "nobody gave them" in answers.attrs["simulated"]
    assert simulate_diary("scii-daily", 4, 3, missed=1.0).answers.shape == (0, 20)


@pytest.mark.parametrize("between", [0.0, 0.3, 1.0])
def test_true_scores_vary_between_persons_as_asked(between):
    truth = simulate_diary("scii-daily", 400, 6, between=between, rng=3).true_scores
    groups = truth.groupby("person")["trust"]
    assert truth["trust"].var() == pytest.approx(1, abs=0.1)
    assert groups.var().mean() == pytest.approx(1 - between, abs=0.06)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_persons": 0}, "n_persons=0"),
        ({"n_occasions": 2.5}, "n_occasions=2.5"),
        ({"between": 1.2}, "between=1.2 is not a share"),
        ({"missed": -0.1}, "missed=-0.1"),
        ({"loadings": {"tru04": 0.5}}, "no loading of"),
    ],
)
def test_diaries_that_cannot_be_simulated(options, words):
    with pytest.raises(ValueError, match=words):
        simulate_diary("scii-daily", **({"n_persons": 3, "n_occasions": 3} | options))


def test_numbers_of_persons_may_be_those_of_numpy():
    counts = np.array([3, 2])
    assert len(simulate_diary("scii-daily", counts[0], counts[1]).answers) == 6
