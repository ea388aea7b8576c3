"""Figures of few persons say so, by one rule."""

from __future__ import annotations

import numpy as np
import pytest

from intimacy_scales.reliability import diary_reliability, intraclass_corr, test_retest, two_level_omega
from intimacy_scales.simulation import simulate_diary

retest = test_retest
del test_retest


@pytest.mark.parametrize("n", [2, 12, 49])
def test_diaries_of_few_persons_say_so(n):
    days = simulate_diary("scii-daily", n, 6, rng=2).answers
    found = diary_reliability("scii-daily", days, person="person", occasion="day", scale="total")
    told = f"{n} persons are few: figures between persons"
    assert any(told in text for text in found.warnings)
    assert told in repr(found)
    assert told in found._repr_html_()
    assert told in found.to_dict()["warnings"][0]


def test_both_kinds_of_diary_have_one_rule():
    for n in (20, 60):
        days = simulate_diary("scii-daily", n, 5, rng=2).answers
        one = diary_reliability("scii-daily", days, person="person", scale="total").warnings
        other = two_level_omega("scii-daily", days, person="person", scale="total").warnings
        assert set(one) <= set(other)
        assert bool(one) == (n < 50)


@pytest.mark.parametrize("n", [4, 29, 30])
def test_ratings_and_retests_of_few_persons_say_so(n):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))
    for found in (intraclass_corr(x), intraclass_corr(x)["ICC2"], retest(x[:, 0], x[:, 1])):
        assert any(f"n = {n} is too small" in text for text in found.warnings) == (n < 30)
        assert ("too small" in repr(found)) == (n < 30)
        assert len(found.to_dict()["warnings"]) == (n < 30)
