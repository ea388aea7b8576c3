"""Some rows of a data file: answers to items as arrays of numbers, other columns as lists of values."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.frames import Column, ListTable, Numbers

_MOST_EXACT = 1 << 53  # whole numbers up to here are exact as floats


def listed_numbers(values: NDArray[Any]) -> list[Any]:
    """Return numbers as a list, with whole numbers as such and None for nan.

    Examples
    --------
    >>> listed_numbers(np.array([3.0, 2.5, np.nan]))
    [3, 2.5, None]
    """
    if values.dtype.kind in "iu":
        return list(values.tolist())
    are_whole = (np.abs(values) <= _MOST_EXACT) & (values == np.rint(values))
    if are_whole.all():
        return list(values.astype(np.int64).tolist())
    listed: list[Any] = values.tolist()
    for row in np.flatnonzero(are_whole).tolist():
        listed[row] = int(listed[row])
    for row in np.flatnonzero(np.isnan(values)).tolist():
        listed[row] = None
    return listed


class NumberColumns(ListTable):
    """A table of which some columns are arrays of numbers, with nan where there is no value.

    Examples
    --------
    >>> table = NumberColumns({"a": np.array([4.0, np.nan])}, {"id": ["x", "y"]}, 2)
    >>> table.column("a").values, table.values("a", "keep"), table.names
    (array([ 4., nan]), [4, None], ['a', 'id'])
    """

    def __init__(
        self, numbers: Mapping[str, NDArray[Any]], others: Mapping[str, list[Any]], n_rows: int
    ) -> None:
        columns: dict[Hashable, list[Any]] = {name: [] for name in numbers}
        super().__init__(columns | dict(others), n_rows)
        self._numbers = numbers

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        values = self._numbers.get(str(name))
        return super().column(name) if values is None else Numbers(values)

    def values(self, name: Hashable, purpose: str) -> Sequence[Any] | NDArray[Any]:
        """Return a column as a list of values."""
        column = self.column(self.check(name, purpose))
        return listed_numbers(column.values) if isinstance(column, Numbers) else column

    def listed(self, name: Hashable) -> list[Any]:
        """Return a column as a list, with whole numbers as such and None for nan."""
        column = self.column(name)
        return listed_numbers(column.values) if isinstance(column, Numbers) else list(column)

    def only(self, names: Sequence[Hashable]) -> ListTable:
        """Return some of the columns, copied."""
        return ListTable({name: list(self.values(name, "keep")) for name in names}, len(self))
