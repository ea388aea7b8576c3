"""What stands in memory where an answer is null does not count, whatever it is and whatever else is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intimacy_scales import encode
from tests.shared.instruments import form_of

FORM = form_of(items=["q1"], scales=[{"id": "a", "items": ["q1"]}])
HIDING: dict[str, Callable[[Any, Any], Any]] = {
    "arrow": lambda values, null: pa.table({"q1": pa.array(values, mask=null)}),
    "arrow floats": lambda values, null: pa.table({"q1": pa.array(values.astype(float), mask=null)}),
    "polars": lambda values, null: pl.from_arrow(pa.table({"q1": pa.array(values, mask=null)})),
    "pandas Int64": lambda values, null: pd.DataFrame({"q1": pd.arrays.IntegerArray(values, null)}),
    "pandas Float64": lambda values, null: pd.DataFrame(
        {"q1": pd.arrays.FloatingArray(values.astype(float), null)}
    ),
    "pandas arrow": lambda values, null: pd.DataFrame(
        {"q1": pd.arrays.ArrowExtensionArray(pa.array(values, mask=null))}
    ),
    "numpy": lambda values, null: np.ma.masked_array(values[:, None], mask=null[:, None]),
}
CELLS = st.lists(st.tuples(st.sampled_from([1, 3, 5, -9, 77]), st.booleans()), min_size=1, max_size=20)


@pytest.mark.parametrize("kind", HIDING)
@pytest.mark.parametrize("dtype", [np.int64, np.int8])
@given(cells=CELLS)
# an answer that is hidden, next to a value that has to be looked up; a declared code; a bad answer
@example(cells=[(3, True), (-9, False)])
@example(cells=[(3, True), (77, False), (5, False), (77, True), (-9, True)])
@settings(max_examples=10, deadline=None)
def test_nulls_hide_what_is_stored_below_them(kind, dtype, cells):
    values, null = (np.array(column) for column in zip(*cells, strict=True))
    options: dict[str, Any] = {"missing_codes": -9, "on_invalid": "missing"}
    table = HIDING[kind](values.astype(dtype), null)
    coded = encode(FORM, table, **options, **({"columns": ["q1"]} if kind == "numpy" else {}))
    shown = [None if hidden else value for value, hidden in cells]
    assert coded.codes[:, 0].tolist() == [value if value in (1, 3, 5) else 0 for value in shown]
    assert [(p.row, p.value) for p in coded.problems] == [(r, 77) for r, v in enumerate(shown) if v == 77]
