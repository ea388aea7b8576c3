"""Every kind of table that answers come in, each made of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks.fuzz.cells import Family

Rows = Sequence[dict[str, Any]]  # by column; all rows have the same columns


@dataclass(frozen=True)
class Kind:
    """A kind of table: which cells it can hold, and how rows become one."""

    name: str
    family: Family
    make: Callable[[Rows], Any]
    is_array: bool = False
    has_gaps: bool = True
    is_file: bool = False
    of_mappings: bool = False


def columns_of(rows: Rows) -> dict[str, list[Any]]:
    """Return the cells of each column."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _by_row(dtype: str) -> Callable[[Rows], Any]:
    """Make a frame whose cells lie in one array, row after row."""

    def make(rows: Rows) -> Any:
        frame = _pandas(dtype)(rows)
        return pd.DataFrame(np.ascontiguousarray(frame.to_numpy()), columns=frame.columns, copy=False)

    return make


def _pandas(dtype: Any) -> Callable[[Rows], Any]:
    return lambda rows: pd.DataFrame({n: pd.Series(x, dtype=dtype) for n, x in columns_of(rows).items()})


def nulls(values: Sequence[Any]) -> list[Any]:
    """Return values with None for nan, for libraries that tell them apart."""
    return [None if isinstance(value, float) and value != value else value for value in values]  # noqa: PLR0124


def _polars(dtype: Any) -> Callable[[Rows], Any]:
    return lambda rows: pl.DataFrame(
        {n: pl.Series(nulls(x), dtype=dtype, strict=False) for n, x in columns_of(rows).items()}
    )


def _arrow(dtype: Any) -> Callable[[Rows], Any]:
    return lambda rows: pa.table({n: pa.array(nulls(x), type=dtype) for n, x in columns_of(rows).items()})


def _chunked(rows: Rows) -> Any:
    table, half = _arrow(pa.float64())(rows), len(rows) // 2
    return pa.concat_tables([table.slice(0, half), table.slice(half)])


def _array(dtype: Any) -> Callable[[Rows], Any]:
    return lambda rows: np.array([list(row.values()) for row in rows], dtype=dtype)


def _masked(rows: Rows) -> Any:
    values = _array(np.float64)(rows)
    return np.ma.MaskedArray(np.where(np.isnan(values), 0.0, values), np.isnan(values))


def _dictionaries(rows: Rows) -> Any:
    made = {n: pa.array(nulls(x), type=pa.string()).dictionary_encode() for n, x in columns_of(rows).items()}
    return pa.table(made)


def _objects(rows: Rows) -> Any:
    made = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        made[i] = list(row.values())
    return made


KINDS = (
    Kind("list of mappings", "any", list, of_mappings=True),
    Kind("pandas, objects", "any", _pandas(object)),
    Kind("pandas, text", "text", _pandas("string")),
    Kind("pandas, objects of text", "text", _pandas(object)),
    Kind("pandas, categories", "text", _pandas("category")),
    Kind("pandas, float64", "number", _pandas("float64")),
    Kind("pandas, Float64", "number", _pandas("Float64")),
    Kind("pandas, float32", "number", _pandas("float32")),
    Kind("pandas, Int64", "whole", _pandas("Int64")),
    Kind("pandas, int64", "whole", _pandas("int64"), has_gaps=False),
    Kind("pandas, row-major float64", "number", _by_row("float64")),
    Kind("pandas, row-major int64", "whole", _by_row("int64"), has_gaps=False),
    Kind("pandas, Arrow floats", "number", _pandas("float64[pyarrow]")),
    Kind("pandas, Arrow text", "text", _pandas("string[pyarrow]")),
    Kind("polars, Float64", "number", _polars(pl.Float64)),
    Kind("polars, Int32", "whole", _polars(pl.Int32)),
    Kind("polars, text", "text", _polars(pl.String)),
    Kind("polars, categories", "text", _polars(pl.Categorical)),
    Kind("Arrow, float64", "number", _arrow(pa.float64())),
    Kind("Arrow, int32", "whole", _arrow(pa.int32())),
    Kind("Arrow, text", "text", _arrow(pa.string())),
    Kind("Arrow, dictionaries", "text", _dictionaries),
    Kind("Arrow, in pieces", "number", _chunked),
    Kind("numpy, float64", "number", _array(np.float64), is_array=True),
    Kind("numpy, objects", "any", _objects, is_array=True),
    Kind("numpy, int64", "whole", _array(np.int64), is_array=True, has_gaps=False),
    Kind("numpy, masked", "number", _masked, is_array=True),
)
