"""Rows of a file that are left out, such as previews, while the others keep their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.frames import ArrowTable, ListTable, Table


def some_rows(table: Table, rows: NDArray[np.intp], before: int) -> Table:
    """Return some rows of a batch, with their numbers in the file.

    Parameters
    ----------
    table
        A batch as readers of files yield them.
    rows
        Positions of the rows in the batch, in order.
    before
        Number of rows of the file before this batch.

    Examples
    --------
    >>> chosen = some_rows(ListTable({"a": [4, 5, 6]}, 3), np.array([0, 2]), before=10)
    >>> chosen.column("a"), chosen.row_numbers.tolist()
    ([4, 6], [10, 12])
    """
    chosen = table if len(rows) == len(table) else _taken(table, rows)
    chosen.row_numbers = rows + before
    return chosen


def _taken(table: Table, rows: NDArray[np.intp]) -> Table:
    if isinstance(table, ArrowTable):
        return ArrowTable(table.native.take(rows), len(rows), is_own=True)
    places = rows.tolist()
    columns: dict[Any, list[Any]] = {}
    for name in table.names:
        values: Any = table.values(name, "columns")
        columns[name] = [values[row] for row in places]
    return ListTable(columns, len(rows), from_mappings=table.from_mappings)
