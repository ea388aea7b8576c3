"""Texts in the columns of a batch: each text once, how often it occurs, and how many are empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.files.base import is_empty
from intimacy_scales.reading.frames import ArrowTable, Table
from intimacy_scales.reading.frames.base import Distinct, Numbers, listed


class TextColumn(NamedTuple):
    """A column of texts.

    Attributes
    ----------
    texts
        Its texts without blanks around them, empty where there is no value; some may be equal.
    positions
        (n,) position of each row's text among them.
    """

    texts: list[str]
    positions: NDArray[np.signedinteger[Any]]


def text_column(table: Table, name: Hashable) -> TextColumn:
    """Return a column with each of its texts once.

    Examples
    --------
    >>> from intimacy_scales.reading.frames import ListTable
    >>> column = text_column(ListTable({"a": ["x", None, "x"]}, 3), "a")
    >>> column.texts, column.positions.tolist()
    (['x', ''], [0, 1, 0])
    """
    distinct = _encoded(table, name).answers(name) if isinstance(table, ArrowTable) else table.answers(name)
    if isinstance(distinct, Distinct):
        texts = [*map(_text, distinct.values), ""]  # the last one for rows that are null, at -1
        positions: NDArray[np.signedinteger[Any]] = distinct.positions
        has_nulls = positions.min(initial=0) < 0
        return TextColumn(texts, positions % len(texts) if has_nulls else positions)
    known: dict[Any, int] = {}
    cells = listed(table, name)
    places = np.fromiter((known.setdefault(cell, len(known)) for cell in cells), np.intp, len(cells))
    return TextColumn(list(map(_text, known)), places)


def value_counts(table: Table, name: Hashable) -> dict[Any, int]:
    """Return how often each value of a column occurs, without empty ones.

    Examples
    --------
    >>> from intimacy_scales.reading.frames import ListTable
    >>> value_counts(ListTable({"a": ["x", None, "x", ""]}, 4), "a")
    {'x': 2}
    """
    column = table.answers(name)
    counts: Counter[Any] = Counter()
    if isinstance(column, Distinct):
        chosen = column.positions[column.positions >= 0]
        times = np.bincount(chosen, minlength=len(column.values)).tolist()
        for value, n in zip(column.values, times, strict=True):  # values of parts may be equal
            counts[value] += n
    else:
        counts.update(listed(table, name))
    return {value: n for value, n in counts.items() if n and not is_empty(value)}


def n_empty(table: Table, name: Hashable) -> int:
    """Return the number of rows in which a column is empty.

    Examples
    --------
    >>> from intimacy_scales.reading.frames import ListTable
    >>> n_empty(ListTable({"a": ["x", None, ""]}, 3), "a")
    2
    """
    if isinstance(table, ArrowTable):
        from pyarrow import compute

        column = table.native.column(str(name))
        lengths = ArrowTable(table.native.select([]).append_column("n", compute.binary_length(column)))
        numbers = lengths.column("n")
        if isinstance(numbers, Numbers):
            return int((numbers.values == 0).sum())
    return sum(map(is_empty, listed(table, name)))


def _encoded(table: ArrowTable, name: Hashable) -> ArrowTable:
    """Return a table in which a column has a dictionary of its texts."""
    import pyarrow as pa

    column = table.native.column(str(name))
    if pa.types.is_dictionary(column.type):
        return table
    return ArrowTable(pa.table({str(name): column.dictionary_encode()}), is_own=True)


def _text(value: object) -> str:
    return "" if is_empty(value) else str(value).strip()
