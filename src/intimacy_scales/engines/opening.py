"""Which engine a frame belongs to, told by its library."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from intimacy_scales.engines.engine import Engine
from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames import is_table
from intimacy_scales.reading.kinds import is_of

# library, class → module of this package, class
_ENGINES = (
    ("pyspark", "DataFrame", "spark", "SparkEngine"),
    ("dask", "DataFrame", "dask", "DaskEngine"),
    ("polars", "LazyFrame", "polars", "PolarsEngine"),
    ("duckdb", "DuckDBPyRelation", "duckdb", "DuckDBEngine"),
    ("pyarrow", "Dataset", "arrow", "ArrowEngine"),
    ("pyarrow", "Scanner", "arrow", "ArrowEngine"),
    ("pyarrow", "RecordBatchReader", "arrow", "ArrowEngine"),
)


def engine_of(frame: Any, function: str, **options: Any) -> Engine:
    """Return the engine that a frame belongs to.

    Parameters
    ----------
    frame
        A frame of an engine.
    function
        What does the same with a table that is in memory, for messages.
    **options
        Of the engine, such as DuckDB's ``connection``.

    Raises
    ------
    ResponseError
        It is no frame of an engine; says what to call instead.
    """
    if is_table(frame) or isinstance(frame, list | tuple | dict):
        raise ResponseError(f"this table is in memory, and belongs to no engine: pass it to {function}")
    if type(frame).__module__.startswith("pyspark.pandas"):
        raise ResponseError("this is a table of pandas on Spark: pass frame.to_spark()")
    found = next((e for e in _ENGINES if is_of(frame, *e[:2])), None)
    if found is None and hasattr(frame, "__arrow_c_stream__"):
        found = _ENGINES[-1]
    if found is None:
        kind = f"{type(frame).__module__.partition('.')[0]}.{type(frame).__name__}"
        raise ResponseError(
            f"{kind} is no frame of an engine: pass a Spark or Dask DataFrame, a polars LazyFrame, a DuckDB "
            "relation, or a pyarrow Dataset or RecordBatchReader"
        )
    if found[2] != "duckdb" and options.get("connection") is not None:
        raise ResponseError("connection: is for DuckDB; leave it out")
    kept = options if found[2] == "duckdb" else {}
    engine: Engine = getattr(import_module(f"intimacy_scales.engines.{found[2]}"), found[3])(frame, **kept)
    return engine
