"""What results of path models have, and what they have not, of those of measurement models."""

from __future__ import annotations

import pytest

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor import cfa, sem
from tests.shared.factor_answers import parts
from tests.shared.instruments import coded

ANSWERS = coded(parts(120, (3, 3)), {"a": "q1 q2 q3", "b": "q4 q5 q6"})
FACTORS = "a =~ q1 + q2 + q3; b =~ q4 + q5 + q6"


def test_scores_on_factors_are_of_measurement_models():
    model = sem(f"{FACTORS}; b ~ a", ANSWERS)
    for ask in (lambda: model.factor_scores(ANSWERS), model.factor_determinacy):
        with pytest.raises(EstimationError, match=r"fit the factors alone by cfa\(\.\.\.\), and use their"):
            ask()
    assert len(cfa(FACTORS, ANSWERS).factor_scores(ANSWERS).to_frame()) == 120


def test_equivalent_path_and_measurement_models_fit_alike():
    one, other = cfa(FACTORS, ANSWERS).fit, sem(f"{FACTORS}; b ~ a", ANSWERS).fit
    for name in ("chi_square", "df", "cfi", "rmsea", "srmr", "crmr", "log_likelihood"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-7), name
