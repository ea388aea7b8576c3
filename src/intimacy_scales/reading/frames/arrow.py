"""pyarrow tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.reading.frames.base import Column, Distinct, Numbers, Table, Taken, as_texts
from intimacy_scales.reading.frames.buffers import arrow_numbers, numpy_numbers, numpy_type

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ArrowTable(Table):
    """A pyarrow Table or RecordBatch.

    Parameters
    ----------
    native
        The table.
    n_rows
        Number of rows, for a table without columns.
    is_own
        Whether it was made by a reader of files, so that no caller shares its memory.

    Examples
    --------
    >>> import pyarrow as pa
    >>> ArrowTable(pa.table({"a": [4, 5]})).column("a").values
    array([4, 5])
    """

    def __init__(self, native: Any, n_rows: int | None = None, *, is_own: bool = False) -> None:
        import pyarrow as pa

        self._is_own = is_own
        self.native = pa.Table.from_batches([native]) if isinstance(native, pa.RecordBatch) else native
        self.names = self.native.column_names
        self._n_rows = int(self.native.num_rows) if n_rows is None else n_rows

    def __len__(self) -> int:
        return self._n_rows

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        return column_of_arrow(self.native.column(name))

    def answers(self, name: Hashable) -> Column | Distinct:
        """Return one column in the form for reading answers: each value once if it has a dictionary."""
        column = self.native.column(name)
        return _distinct(column) or column_of_arrow(column)

    def only(self, names: Sequence[Hashable]) -> ArrowTable:
        """Return some of the columns, copied: Arrow may share memory with the caller's arrays."""
        kept = self.native.select(list(names)).replace_schema_metadata(None)
        if names and not self._is_own:
            kept = kept.take(arrow_numbers(np.arange(len(self))))
        return ArrowTable(kept, len(self), is_own=self._is_own)

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return a pyarrow Table, null where there is no score."""
        import pyarrow as pa

        kept = {str(name): self.native.column(name) for name in keep}
        return pa.table(kept | {name: arrow_numbers(values) for name, values in columns.items()})

    def arranged(self, taken: Mapping[str, Taken], columns: Mapping[str, NDArray[Any]]) -> Any:
        """Return a pyarrow Table."""
        import pyarrow as pa

        parts = {
            name: self.native.column(column).take(pa.array(rows, mask=rows < 0))
            for name, (column, rows) in taken.items()
        }
        return pa.table(parts | {name: _column_of(values) for name, values in columns.items()})

    def stacked(self, columns: Mapping[str, tuple[Hashable, Hashable]]) -> ArrowTable:
        """Return pairs of columns, one below the other."""
        import pyarrow as pa

        both = {
            name: _one_below_the_other(*(self.native.column(column) for column in pair))
            for name, pair in columns.items()
        }
        return ArrowTable(pa.table(both), 2 * len(self), is_own=True)


def _one_below_the_other(first: Any, second: Any) -> Any:
    """Return two columns as one; as texts where Arrow has no type for the values of both."""
    import pyarrow as pa

    halves = [pa.table({"both": half}) for half in (first, second)]
    try:
        return pa.concat_tables(halves, promote_options="permissive").column("both")
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array(as_texts([*first.to_pylist(), *second.to_pylist()]), pa.string())


def _column_of(values: NDArray[Any]) -> Any:
    """Return computed values for Arrow: numbers without a copy, texts as a list."""
    import pyarrow as pa

    return pa.array(values.tolist()) if values.dtype.kind in "OU" else arrow_numbers(values)


def _distinct(column: Any) -> Distinct | None:
    """Return a dictionary-encoded column of texts; None for any other column, or for more texts than rows."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type) or not len(column):
        return None
    if sum(len(chunk.dictionary) for chunk in column.chunks) > len(column):
        return None
    # chunk by chunk: Arrow cannot unify dictionaries of some types, or with more values than an index holds
    values: list[Any] = []
    positions = []
    for chunk in column.chunks:
        positions.append(_places_in(chunk.indices, len(values)))
        values += chunk.dictionary.to_pylist()
    return Distinct(values, positions[0] if len(positions) == 1 else np.concatenate(positions))


def _places_in(indices: Any, before: int) -> NDArray[np.intp]:
    """Return indices to a dictionary as positions among the values of all, -1 where null."""
    if not indices.null_count:
        places = numpy_numbers(indices).astype(np.intp)
        return places + before if before else places
    places = numpy_numbers(indices.cast("int64").fill_null(-1))
    return np.where(places < 0, -1, places + before)


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _without_dictionary(array: Any) -> Any:
    """Return a column with the values themselves in place of indices to a dictionary."""
    import pyarrow as pa

    if not pa.types.is_dictionary(array.type):
        return array
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    parts = [chunk.dictionary.take(chunk.indices) for chunk in chunks]
    return _without_dictionary(pa.chunked_array(parts, array.type.value_type))


def column_of_arrow(array: Any) -> Column:
    """Read a pyarrow array without copying its numbers: the values, and the bits that mark nulls."""
    import pyarrow as pa

    array = _without_dictionary(array)
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    if isinstance(array, pa.ChunkedArray) or not (
        pa.types.is_integer(array.type) or pa.types.is_floating(array.type)
    ):
        return list(array.to_pylist())
    validity, data = array.buffers()
    dtype = numpy_type(array.type)
    start, stop = array.offset, array.offset + len(array)
    if data is None:
        return Numbers(np.empty(0, dtype))
    values = np.frombuffer(data, dtype=dtype, count=stop)[start:]
    if not array.null_count:
        return Numbers(values)
    return Numbers(values, np.frombuffer(validity, dtype=np.uint8), start)
