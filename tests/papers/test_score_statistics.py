"""Statistics of scores for a paper, against numpy and scipy person by person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from intimacy_scales import score
from intimacy_scales.papers.score_statistics import score_statistics
from tests.shared.instruments import coded

KEYS = {"a": "q1 q2", "b": "q3 q4"}
ANSWERS = arrays(np.int8, st.tuples(st.integers(1, 30), st.just(4)), elements=st.integers(0, 7))


@settings(max_examples=30)
@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning")
@given(ANSWERS)
def test_they_are_those_of_everyone_who_has_a_score(answers: Any) -> None:
    given = coded(np.where(answers == 0, np.nan, answers), KEYS)
    scores = score(given.instrument, given)
    found = score_statistics(scores)
    for place in range(2):
        values = scores.values[:, place]
        known = values[~np.isnan(values)]
        assert found.n[place] == len(known)
        if len(known):
            assert found.mean[place] == pytest.approx(known.mean())
            assert tuple(found.observed[place]) == (known.min(), known.max())
            assert tuple(found.possible[place]) == (1, 7)
        if len(known) > 1 and np.ptp(known) > 0:
            sd = known.std(ddof=1)
            assert found.sd[place] == pytest.approx(sd)
            assert found.skewness[place] == pytest.approx(np.mean((known - known.mean()) ** 3) / sd**3)
        else:
            assert np.isnan(found.skewness[place])
    both = ~np.isnan(scores.values).any(axis=1)
    assert found.n_pairs[0, 1] == found.n_pairs[1, 0] == both.sum()
    x, y = scores.values[both].T
    if len(x) > 1 and np.ptp(x) > 0 and np.ptp(y) > 0:
        assert found.correlations[1, 0] == pytest.approx(np.corrcoef(x, y)[0, 1])
    else:
        assert np.isnan(found.correlations[1, 0])
