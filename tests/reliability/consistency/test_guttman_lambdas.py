"""Guttman's lambdas and the greatest lower bound: their order, and where they are not defined."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings

from intimacy_scales.reliability import greatest_lower_bound, guttman_lambdas, item_analysis
from tests.shared import factor_answers, instruments
from tests.shared.comparison import near
from tests.shared.shown_results import presentable
from tests.shared.small_scales import alpha, one_scale, tables

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up, at random
]
coded, good = partial(instruments.coded, high=5), partial(factor_answers.good, high=5)


@pytest.mark.parametrize("of", ["covariances", "correlations"])
@given(x=tables())
@settings(max_examples=20, deadline=None)
def test_guttman_lambdas_and_greatest_lower_bound_come_in_order(of, x):
    answers = one_scale(x)
    bounds = guttman_lambdas(answers, scale="a", of=of)
    near(bounds.lambda3, alpha(answers, standardized=of == "correlations").estimate)
    assert bounds.estimate == bounds.lambda2 >= bounds.lambda3 - 1e-12
    assert bounds.lambda2 >= bounds.lambda1
    assert bounds.lambda5 >= bounds.lambda1
    if of == "covariances":
        glb = greatest_lower_bound(answers, scale="a")
        lambdas = [getattr(bounds, f"lambda{i}") for i in range(1, 7)]
        assert float(glb) >= max(lambdas) - 1e-8  # theorems: glb is no lower than any of them
        assert glb.error_variances.min() >= 0
        errors = np.diag(glb.error_variances)
        assert np.linalg.eigvalsh(np.cov(x.T) - errors)[0] >= -1e-8


def test_more_items_than_persons_leave_lambda_6_and_glb_undefined():
    answers = coded(good(6, 8))
    bounds, glb = presentable(guttman_lambdas(answers)), presentable(greatest_lower_bound(answers))
    assert math.isnan(bounds.lambda6)
    assert "more items than persons" in bounds.lambda6_reason
    assert "too few persons for so many items" in glb.reason
    assert "biased upwards" in glb.caution
    assert np.isnan(glb.error_variances).all()
    presentable(item_analysis(answers))
