"""numpy arrays as tables, with columns that the caller named."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames.base import Column, Numbers, Table, Taken, listed
from intimacy_scales.reading.frames.lists import ListTable
from intimacy_scales.results.frames import pandas_frame

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class ArrayTable(Table):
    """A numpy array whose columns were named by the caller; masked entries are null.

    Examples
    --------
    >>> ArrayTable(np.array([[4, 2], [5, 1]]), ["a", "b"]).column("b").values
    array([2, 1])
    """

    def __init__(self, array: NDArray[Any], names: Sequence[str]) -> None:
        self.array = array
        self.names = list(names)

    def __len__(self) -> int:
        return len(self.array)

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        column = self.array[:, self.names.index(name)]
        if column.dtype.kind not in "iuf":
            # dates and durations would turn into plain numbers
            return list(column) if column.dtype.kind in "mM" else list(column.tolist())
        if not isinstance(column, np.ma.MaskedArray):
            return Numbers(column)
        return Numbers(column.data, np.packbits(~np.ma.getmaskarray(column), bitorder="little"))

    def only(self, names: Sequence[Hashable]) -> ArrayTable:
        """Return some of the columns, copied."""
        return ArrayTable(self.array[:, [self.names.index(name) for name in names]], list(map(str, names)))

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        kept = {str(name): self.array[:, self.names.index(name)] for name in keep}
        return pandas_frame(kept | dict(columns))

    def arranged(self, taken: Mapping[str, Taken], columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        lists: dict[Hashable, list[Any]] = {column: listed(self, column) for column, _ in taken.values()}
        return ListTable(lists, len(self)).arranged(taken, columns)

    def stacked(self, columns: Mapping[str, tuple[Hashable, Hashable]]) -> ListTable:
        """Return pairs of columns, one below the other."""
        both: dict[Hashable, list[Any]] = {
            name: [*listed(self, one), *listed(self, other)] for name, (one, other) in columns.items()
        }
        return ListTable(both, 2 * len(self))


def open_array(array: NDArray[Any], columns: Any) -> ArrayTable:
    """Return an array of answers (n_persons, n_items) as a table.

    Raises
    ------
    ResponseError
        The array is not two-dimensional, or its columns are not named one by one.
    """
    if array.ndim == 1:
        raise ResponseError("a one-dimensional array does not name its items: pass {item: answer}")
    if array.ndim != 2:  # a table has two dimensions
        raise ResponseError(f"an array of shape {array.shape} is not valid; allowed: (n_persons, n_items)")
    if not isinstance(array, np.ma.MaskedArray):
        array = np.asarray(array)  # the columns of a np.matrix are two-dimensional
    if columns is None or isinstance(columns, str | Mapping):
        raise ResponseError(
            "a numpy array does not name its columns: pass their items in order, "
            "for example columns=instrument.item_ids"
        )
    names = [str(name) for name in columns]
    if len(names) != array.shape[1]:
        raise ResponseError(f"columns has {len(names)} names; the array has {array.shape[1]} columns")
    return ArrayTable(array, names)
