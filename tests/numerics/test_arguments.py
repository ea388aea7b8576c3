"""Arguments that are lists of names or numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import EstimationError
from intimacy_scales.numerics.arguments import as_names, is_real


@pytest.mark.parametrize(
    "names", [["a", "b"], ("a", "b"), np.array(["a", "b"]), pd.Index(["a", "b"]), iter("ab")]
)
def test_names_of_any_list_are_a_tuple(names: Any) -> None:
    assert as_names("items", names) == ("a", "b")


def test_columns_may_have_numbers_as_names() -> None:
    assert as_names("items", [0, 1], texts=False) == (0, 1)
    with pytest.raises(
        EstimationError, match=r"^equal=\[0, 1\] is not valid; allowed: a list of parameters$"
    ):
        as_names("equal", [0, 1], "parameters")


@pytest.mark.parametrize("names", ["ab", {"a": 1}, 5, None, object(), [["a"]]])
def test_other_values_are_refused(names: Any) -> None:
    with pytest.raises(EstimationError, match=r"^items=.* is not valid; allowed: a list of items$"):
        as_names("items", names)


def test_numbers() -> None:
    assert all(map(is_real, (0, -0.5, np.float64(1), np.uint8(3))))
    assert not any(map(is_real, (True, np.True_, "1", None, 1j, [1])))
