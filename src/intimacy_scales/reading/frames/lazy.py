"""Answers that are not in memory yet: lazy frames, readers, datasets and queries, read in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames.base import needs
from intimacy_scales.reading.frames.opening import is_table
from intimacy_scales.reading.kinds import is_of

_ROWS = 262_144  # of a batch, where the source lets the reader choose


def batches_from(source: Any, one: str) -> Iterable[Any]:
    """Return an iterable of tables from any source that can be read in batches.

    Parameters
    ----------
    source
        An iterable of tables; a polars LazyFrame; a pyarrow RecordBatchReader, Dataset or Scanner; or
        any other source of Arrow streams, such as a DuckDB relation.
    one
        The function to call for a single table, for messages.

    Raises
    ------
    ResponseError
        The source is a single table, or cannot be read in batches.

    Examples
    --------
    >>> [len(batch) for batch in batches_from(iter([[{"a": 1}], [{"a": 2}, {"a": 3}]]), "score()")]
    [1, 2]
    """
    if isinstance(source, Mapping) or is_table(source):
        raise ResponseError(f"batches is one table: pass it to {one}, or [table] here")
    if is_of(source, "polars", "LazyFrame"):
        if not hasattr(source, "collect_batches"):
            raise ResponseError(
                "this version of polars cannot read a LazyFrame in batches: pass [frame.collect()]"
            )
        batches: Iterable[Any] = source.collect_batches(chunk_size=_ROWS)
        return batches
    if any(is_of(source, "pyarrow", name) for name in ("Dataset", "Scanner")):
        source = source.to_batches()
    elif hasattr(source, "__arrow_c_stream__") and not is_of(source, "pyarrow", "RecordBatchReader"):
        source = needs("pyarrow", "io").RecordBatchReader.from_stream(source)
    if isinstance(source, str) or not isinstance(source, Iterable):
        raise ResponseError(
            f"batches={source!r} is not valid; pass a list or generator of tables, a LazyFrame, "
            "RecordBatchReader, dataset or DuckDB relation"
        )
    tables: Iterable[Any] = source
    return tables
