"""Numbers whose powers overflow are refused, with advice that helps."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.errors import EstimationError
from intimacy_scales.numerics.magnitudes import LARGEST, SMALLEST, within_range


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=6))
def test_within_range_advises_a_unit_that_helps(values: list[float]) -> None:
    numbers = np.array([*values, math.nan])
    try:
        assert within_range("x", numbers) is numbers
    except EstimationError as error:
        divisor = re.search(r"dividing it by (\S+)$", str(error))
        assert divisor is not None
        within_range("x", numbers / float(divisor[1]))


def test_within_range_names_the_value() -> None:
    assert within_range("x", np.full(3, math.nan)).shape == (3,)
    within_range("x", np.array([-LARGEST, LARGEST]))
    within_range("x", np.array([0.0, SMALLEST]))
    within_range("x", np.full(3, 1e-200))
    with pytest.raises(EstimationError, match=r"x has the value -2e\+40"):
        within_range("x", np.array([-2e40, 1e35]))
    with pytest.raises(EstimationError, match="x differ by at most 3e-40"):
        within_range("x", np.array([0.0, 3e-40]))
