"""Tables of columns in which a few values recur, made by readers of files."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.reading.frames.arrow import ArrowTable
from intimacy_scales.reading.frames.base import Column, Distinct, Table, Taken
from intimacy_scales.reading.frames.lists import ListTable

if TYPE_CHECKING:
    from numpy.typing import NDArray


class RepeatedTable(Table):
    """A table of rows that were mappings.

    Parameters
    ----------
    columns
        Name → distinct values with their positions, or a pyarrow array of texts.
    n_rows
        Number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> RepeatedTable({"a": Distinct(["never", "often"], np.array([1, 0, -1]))}, 3).column("a")
    ['often', 'never', None]
    """

    from_mappings = True

    def __init__(self, columns: Mapping[str, Any], n_rows: int) -> None:
        self.names = list(columns)
        self._columns = columns
        self._n_rows = n_rows

    def __len__(self) -> int:
        return self._n_rows

    def column(self, name: Hashable) -> list[Any]:
        """Return one column as a list."""
        column = self._columns[str(name)]
        if not isinstance(column, Distinct):
            return list(column.to_pylist())
        values = [*column.values, None]  # None at position -1
        return [values[position] for position in column.positions.tolist()]

    def answers(self, name: Hashable) -> Column | Distinct:
        """Return one column in the form for reading answers: each value once, if they are few."""
        column = self._columns[str(name)]
        return column if isinstance(column, Distinct) else self.column(name)

    def only(self, names: Sequence[Hashable]) -> Table:
        """Return some of the columns: as an Arrow table if all are texts, otherwise as lists."""
        if names and not any(isinstance(self._columns[str(name)], Distinct) for name in names):
            import pyarrow as pa

            texts = {str(name): self._columns[str(name)] for name in names}
            return ArrowTable(pa.table(texts), is_own=True)
        return ListTable({name: self.column(name) for name in names}, self._n_rows)

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return new columns after kept ones."""
        return self.only(keep).frame(columns, keep)

    def arranged(self, taken: Mapping[str, Taken], columns: Mapping[str, NDArray[Any]]) -> Any:
        """Return a new table of columns taken and computed."""
        return self.only([column for column, _ in taken.values()]).arranged(taken, columns)

    def stacked(self, columns: Mapping[str, tuple[Hashable, Hashable]]) -> Table:
        """Return pairs of columns, one below the other."""
        names = list(dict.fromkeys(name for pair in columns.values() for name in pair))
        return self.only(names).stacked(columns)
