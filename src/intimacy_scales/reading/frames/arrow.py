"""pyarrow."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.reading.frames.base import Column, Distinct, Numbers, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ArrowTable(Table):
    """A pyarrow Table or RecordBatch."""

    def __init__(self, native: Any, n_rows: int | None = None) -> None:
        import pyarrow as pa

        self.native = pa.Table.from_batches([native]) if isinstance(native, pa.RecordBatch) else native
        self.names = self.native.column_names
        self._n_rows = int(self.native.num_rows) if n_rows is None else n_rows

    def __len__(self) -> int:
        return self._n_rows

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        return column_of_arrow(self.native.column(name))

    def answers(self, name: Hashable) -> Column | Distinct:
        """Return one column as answers are read from it; of dictionaries, each value once."""
        column = self.native.column(name)
        return _distinct(column) or column_of_arrow(column)

    def only(self, names: Sequence[Hashable]) -> ArrowTable:
        """Return some of the columns, copied: Arrow may share memory with an array of the caller's."""
        kept = self.native.select(list(names)).replace_schema_metadata(None)
        return ArrowTable(kept.take(np.arange(len(self))) if names else kept, len(self))

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return a pyarrow Table, null where there is no score."""
        import pyarrow as pa

        kept = {str(name): self.native.column(name) for name in keep}
        return pa.table(kept | {name: pa.array(values, from_pandas=True) for name, values in columns.items()})


def _distinct(column: Any) -> Distinct | None:
    """Return a column of a dictionary; None where it has none, or more values than rows."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type) or not len(column):
        return None
    whole = one_dictionary(column)
    if len(whole.dictionary) > len(whole):
        return None
    indices = whole.indices
    positions = (indices.cast(pa.int64()).fill_null(-1) if indices.null_count else indices).to_numpy()
    return Distinct(whole.dictionary.to_pylist(), positions)


def one_dictionary(column: Any) -> Any:
    """Return the chunks of a column as one array, with one dictionary."""
    import pyarrow as pa

    whole = column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def column_of_arrow(array: Any) -> Column:
    """Read a pyarrow array without copying its numbers: values, and the bits that say which are null."""
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    if isinstance(array, pa.ChunkedArray) or not (
        pa.types.is_integer(array.type) or pa.types.is_floating(array.type)
    ):
        return list(array.to_pylist())
    validity, data = array.buffers()
    kind = np.dtype(array.type.to_pandas_dtype())
    start, stop = array.offset, array.offset + len(array)
    if data is None:
        return Numbers(np.empty(0, kind))
    values = np.frombuffer(data, dtype=kind, count=stop)[start:]
    if not array.null_count:
        return Numbers(values)
    return Numbers(values, np.frombuffer(validity, dtype=np.uint8), start)
