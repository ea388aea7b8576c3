"""Tables whose columns are plain lists, made from text files and lists of mappings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.reading.frames.base import Column, Table, Taken
from intimacy_scales.results.frames import pandas_frame

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def is_rows(responses: Any) -> bool:
    """Tell whether a value is a list of mappings, one for each row.

    Examples
    --------
    >>> is_rows([{"a": 4}, {"a": 5}]), is_rows([4, 5])
    (True, False)
    """
    return isinstance(responses, list | tuple) and all(isinstance(row, Mapping) for row in responses)


def _as_objects(values: list[Any]) -> Any:
    """Return values for pandas, which would otherwise turn whole numbers with gaps into floats."""
    has_whole_numbers = any(type(value) is int for value in values)
    return np.array(values, dtype=object) if has_whole_numbers and None in values else values


class ListTable(Table):
    """A table whose columns are plain lists.

    Examples
    --------
    >>> ListTable.from_rows([{"a": 4}, {"b": 5}]).column("a")
    [4, None]
    """

    def __init__(
        self, columns: Mapping[Hashable, list[Any]], n_rows: int, *, from_mappings: bool = False
    ) -> None:
        self.columns = columns
        self.from_mappings = from_mappings
        self.names = list(columns)
        self._n_rows = n_rows

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[Any, Any]]) -> ListTable:
        """Return a table made from a list of mappings; None where a row does not have a name."""
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {name: [row.get(name) for row in rows] for name in names}
        return cls(columns, len(rows), from_mappings=True)

    def __len__(self) -> int:
        return self._n_rows

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        return self.columns[name]

    def only(self, names: Sequence[Hashable]) -> ListTable:
        """Return some of the columns, copied."""
        return ListTable({name: list(self.columns[name]) for name in names}, self._n_rows)

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        kept = {str(name): _as_objects(self.columns[name]) for name in keep}
        return pandas_frame(kept | dict(columns))

    def arranged(self, taken: Mapping[str, Taken], columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        parts = {}
        for name, (column, rows) in taken.items():
            values = self.columns[column]
            parts[name] = _as_objects([None if row < 0 else values[row] for row in rows.tolist()])
        return pandas_frame(parts | dict(columns))

    def stacked(self, columns: Mapping[str, tuple[Hashable, Hashable]]) -> ListTable:
        """Return pairs of columns, one below the other."""
        both: dict[Hashable, list[Any]] = {
            name: [*self.columns[one], *self.columns[other]] for name, (one, other) in columns.items()
        }
        return ListTable(both, 2 * len(self))


class DocumentTable(ListTable):
    """A table without columns, for a result read from its document: only the number of rows is known.

    Examples
    --------
    >>> len(DocumentTable(3)), DocumentTable(3).names
    (3, [])
    """

    def __init__(self, n_rows: int) -> None:
        super().__init__({}, n_rows)
