"""The engine that a frame belongs to, recognized by its library."""

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
        The function for tables in memory, for messages.
    **options
        Options of the engine, such as DuckDB's ``connection``.

    Raises
    ------
    ResponseError
        It is not a frame of an engine; the message says what to call instead.
    """
    if is_table(frame) or isinstance(frame, list | tuple | dict):
        raise ResponseError(
            f"frame is a table in memory ({type(frame).__name__}), not on an engine: pass it to {function}"
        )
    if type(frame).__module__.startswith("pyspark.pandas"):
        raise ResponseError("frame is a table of pandas on Spark: pass frame.to_spark()")
    entry = next((entry for entry in _ENGINES if is_of(frame, *entry[:2])), None)
    if entry is None and hasattr(frame, "__arrow_c_stream__"):
        entry = _ENGINES[-1]
    if entry is None:
        kind = f"{type(frame).__module__.partition('.')[0]}.{type(frame).__name__}"
        raise ResponseError(
            f"frame of type {kind} is not valid; allowed: a Spark or Dask DataFrame, a polars LazyFrame, a "
            "DuckDB relation, a pyarrow Dataset, Scanner or RecordBatchReader"
        )
    _, _, module, name = entry
    if module != "duckdb" and options.get("connection") is not None:
        raise ResponseError("connection: allowed for DuckDB relations only; leave it out")
    engine: Engine = getattr(import_module(f"intimacy_scales.engines.{module}"), name)(
        frame, **(options if module == "duckdb" else {})
    )
    return engine
