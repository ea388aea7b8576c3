"""Retest reliability in words and tables: every coefficient has its interval."""

from __future__ import annotations

import numpy as np
import pytest

from intimacy_scales.reliability import RetestReliability, test_retest

BEFORE, AFTER = [3, 5, 2, 4, 6, 1, None], [3, 4, 2, 5, 6, 2, 4]


def test_markdown_has_the_interval_of_each_coefficient() -> None:
    text = test_retest(BEFORE, AFTER).to_markdown()
    assert "| ICC(A,1) | .918 | [.123, .985] | generalized |" in text
    assert "| Pearson's r | .917 | [.410, .991] | Fisher z |" in text
    assert "one degree of freedom" in text


def test_sentence_says_who_is_left_out() -> None:
    text = test_retest(BEFORE, AFTER).sentence()
    assert "ICC(A,1) = .92, 95% CI [.12, .99]" in text
    assert "The mean changed by 0.17, 95% CI [-0.62, 0.96], t(5) = 0.54, p = .611." in text
    assert text.endswith("1 person without both scores left out.")


def test_sentence_of_an_equal_change_has_no_test() -> None:
    text = test_retest([1, 2, 3, 4], [2, 3, 4, 5]).sentence()
    assert "The mean changed by 1.00 for every person." in text
    assert "nan" not in text


def test_page_of_a_document_is_the_same() -> None:
    result = test_retest(BEFORE, AFTER)
    assert RetestReliability.from_json(result.to_json()).to_markdown() == result.to_markdown()


@pytest.mark.parametrize("n", [100, 1600])
def test_more_persons_shorten_the_interval_of_consistency_only(n: int) -> None:
    """As the notes say: with two occasions, one degree of freedom decides how far down agreement may be."""
    draws = np.random.default_rng(1)
    person = draws.normal(size=n)
    before, after = (person + 0.5 * draws.normal(size=n) for _ in range(2))
    result = test_retest(before, after + 0.1)
    agreement, consistency = (result.confidence_interval(of=name) for name in ("agreement", "consistency"))
    assert result.agreement - agreement.low > (3 if n == 1600 else 1) * (result.consistency - consistency.low)
