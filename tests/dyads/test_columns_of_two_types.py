"""Columns of both partners with values of different types, in tables of every library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames import open_table

KINDS: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
    "pyarrow": pa.table,
    "rows": lambda columns: pd.DataFrame(columns).to_dict("records"),
}
UTC = dt.UTC
COLUMNS: dict[str, list[Any]] = {
    "whole numbers": [1, None, 3],
    "numbers": [1.5, 2.5, None],
    "texts": ["x", None, "z"],
    "truths": [True, False, None],
    "dates": [dt.date(2020, 1, 2), None, dt.date(2020, 1, 3)],
    "times": [dt.datetime(2020, 1, 2), None, dt.datetime(2020, 1, 3)],
    "times in a zone": [dt.datetime(2020, 1, 2, tzinfo=UTC), None, dt.datetime(2020, 1, 3, tzinfo=UTC)],
    "decimals": [Decimal("1.1"), None, Decimal("2.2")],
    "nothing": [None, None, None],
    "lengths": [dt.timedelta(1), None, dt.timedelta(2)],
}


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize(("first", "second"), list(permutations(COLUMNS, 2)))
def test_columns_of_two_types_can_be_kept(kind: str, first: str, second: str) -> None:
    one, other = COLUMNS[first], COLUMNS[second]
    table = KINDS[kind]({"s_a": [1.0, 2.0, 3.0], "s_b": [2.0, 1.0, 2.0], "x_a": one, "x_b": other})
    pairs = {"s": {"a": "s_a", "b": "s_b"}}
    dyads = Dyads.of_scores(table, pairs, keep={"x": {"a": "x_a", "b": "x_b"}})
    wide = open_table(dyads.to_wide())
    for name, values in (("x_a", one), ("x_b", other)):
        kept = [None if pd.isna(value) else value for value in list(wide.values(name, "keep"))]
        assert [value is None for value in kept] == [value is None for value in values]
    if {first, second} <= {"whole numbers", "numbers"}:
        right = np.column_stack([np.array(values, dtype=float) for values in (one, other)])
        np.testing.assert_array_equal(dyads.variable("x"), right)
    elif "texts" in (first, second):
        with pytest.raises(ResponseError, match="not a number"):
            dyads.variable("x")


@pytest.mark.parametrize("kind", list(KINDS))
def test_ids_of_two_types_tell_persons_apart(kind: str) -> None:
    table = KINDS[kind]({"s_a": [1.0, 2.0], "s_b": [2.0, 1.0], "id_a": [1, 2], "id_b": ["x", "y"]})
    dyads = Dyads.of_scores(table, {"s": {"a": "s_a", "b": "s_b"}}, person={"a": "id_a", "b": "id_b"})
    ids = [list(map(str, open_table(dyads.to_wide()).values(f"id_{side}", "keep"))) for side in "ab"]
    assert ids == [["1", "2"], ["x", "y"]]
