"""Rows of a file that are left out, such as previews, while the others keep their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.files.facts import FileFacts
from intimacy_scales.interop.answers.text_columns import text_column
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


def participants_only(
    batches: Iterable[Table],
    marking: Sequence[str],
    kind_of: Callable[[str, str], str | None],
    facts: FileFacts,
) -> Iterator[Table]:
    """Yield batches without the rows that no participant made, and record these.

    Parameters
    ----------
    batches
        All rows of a file.
    marking
        The columns that show what a row is.
    kind_of
        Returns why a row is left out, from such a column and its text there; None for a participant's text.
    facts
        Where rows that are left out are recorded.
    """
    before = 0
    for table in batches:
        kept = np.ones(len(table), dtype=np.bool_)
        for name in marking:
            texts, positions = text_column(table, name)
            for place, kind in enumerate(kind_of(name, text) for text in texts):
                if kind is None:
                    continue
                gone = np.flatnonzero((positions == place) & kept)
                kept[gone] = False
                if len(gone):
                    facts.leave_out(kind, (gone + before + 1).tolist())
        yield some_rows(table, np.flatnonzero(kept), before)
        before += len(table)


def _taken(table: Table, rows: NDArray[np.intp]) -> Table:
    if isinstance(table, ArrowTable):
        return ArrowTable(table.native.take(rows), len(rows), is_own=True)
    places = rows.tolist()
    columns: dict[Any, list[Any]] = {}
    for name in table.names:
        values: Any = table.values(name, "columns")
        columns[name] = [values[row] for row in places]
    return ListTable(columns, len(rows), from_mappings=table.from_mappings)
