"""Columns → codes; columns of one array are encoded together, a tile of rows at a time (arrays only).

In a row-major table, the answers to one item are far apart: column by column, every cache line would be
fetched once for each item. A tile of rows is small enough to stay in the processor's cache while all its
items are encoded at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.encoding import Codes, ColumnEncoder, whole_number_encoder

_TILE = 1 << 17  # cells that stay in the cache
_LONG = 1 << 14  # a contiguous column of at least so many answers is read faster by itself


class _OneColumn(NamedTuple):
    """Position of an item among the codes, and the encoder of its column; None if it has no column."""

    position: int
    encoder: ColumnEncoder | None

    def encode(self, start: int, codes: Codes) -> None:
        """Write the codes of the rows from ``start`` on into ``codes`` (rows, n_items)."""
        if self.encoder is None:
            codes[:, self.position] = 0
        else:
            self.encoder.encode(start, codes[:, self.position])


class _Plain(NamedTuple):
    """A column of plain numbers, with the address of its first value in memory."""

    address: int
    position: int
    encoder: ColumnEncoder
    values: NDArray[Any]


class _Tiles:
    """Columns of one type at equal distances in memory; a tile with a doubtful cell is encoded by column."""

    def __init__(self, columns: Sequence[_Plain], dtype: type[np.uint8] | type[np.uint16]) -> None:
        first, second = columns[:2]
        keys = [column.encoder.key for column in columns]
        strides = first.values.strides[0], second.address - first.address
        # cell (i, j) is value i of column j, never memory of others; the encoders keep the columns alive
        self._cells = np.lib.stride_tricks.as_strided(
            first.values, (len(first.values), len(columns)), strides, writeable=False
        )
        encode_cells = whole_number_encoder(first.values.dtype, keys, np.dtype(dtype))
        assert encode_cells is not None  # because it is not None for each column
        self._encode_cells = encode_cells
        self._most = np.array([len(key.points) for key in keys], dtype=dtype)
        self._n_rows = max(1, _TILE // len(columns))
        order: Any = "C" if strides[0] > strides[1] else "F"
        n_rows = min(self._n_rows, len(self._cells))
        self._buffer: Codes = np.empty((n_rows, len(columns)), dtype, order=order)
        self._alone = [_OneColumn(column.position, column.encoder) for column in columns]
        positions = [column.position for column in columns]
        is_run = positions == list(range(positions[0], positions[0] + len(positions)))
        self._run = slice(positions[0], positions[0] + len(positions)) if is_run else None

    def encode(self, start: int, codes: Codes) -> None:
        """Write the codes of the rows from ``start`` on into ``codes`` (rows, n_items)."""
        for first in range(0, len(codes), self._n_rows):
            part = codes[first : first + self._n_rows]
            cells, tile = self._cells[start + first : start + first + len(part)], self._buffer[: len(part)]
            with np.errstate(invalid="ignore", over="ignore"):
                self._encode_cells(cells, tile)
            if self._is_sure(cells, tile):
                self._put(tile, part)
            else:
                for column in self._alone:
                    column.encode(start + first, part)

    def _is_sure(self, cells: NDArray[Any], tile: Codes) -> bool:
        """Tell whether every cell of a tile is a valid answer, or nan."""
        if tile.max() > self._most.min() and not (tile.max(axis=0) <= self._most).all():
            return False
        n_sure = int(np.count_nonzero(tile))
        if n_sure < tile.size and cells.dtype.kind == "f":
            n_sure += int(np.count_nonzero(np.isnan(cells)))
        return n_sure == tile.size

    def _put(self, tile: Codes, codes: Codes) -> None:
        if self._run is not None:
            codes[:, self._run] = tile
            return
        for index, column in enumerate(self._alone):
            codes[:, column.position] = tile[:, index]


def tile_encoders(
    encoders: Iterable[ColumnEncoder | None], dtype: type[np.uint8] | type[np.uint16]
) -> list[_OneColumn | _Tiles]:
    """Return encoders for the columns of a table: columns of one array together, others alone.

    Parameters
    ----------
    encoders
        One for each item; None where the table has no column of it.
    dtype
        The code type.
    """
    result: list[_OneColumn | _Tiles] = []
    by_layout: dict[Any, list[_Plain]] = {}
    for position, encoder in enumerate(encoders):
        values = None if encoder is None else encoder.plain_numbers()
        if encoder is None or values is None or not len(values) or _is_long_run(values):
            result.append(_OneColumn(position, encoder))
        else:
            address = int(values.__array_interface__["data"][0])
            # group by allocation: a strided view across two would take in memory between them, and with
            # overlapping memory numpy makes copies
            by_layout.setdefault((values.dtype, values.strides, id(_owner(values))), []).append(
                _Plain(address, position, encoder, values)
            )
    for group in by_layout.values():
        result.extend(
            _Tiles(run, dtype) if len(run) > 1 else _OneColumn(run[0].position, run[0].encoder)
            for run in _even_runs(sorted(group, key=lambda column: column.address))
        )
    return result


def _is_long_run(values: NDArray[Any]) -> bool:
    """Tell whether a column is contiguous, and long."""
    return len(values) >= _LONG and values.strides[0] == values.itemsize


def _owner(values: NDArray[Any]) -> Any:
    """Return the object that owns the memory of an array."""
    owner: Any = values
    while getattr(owner, "base", None) is not None:
        owner = owner.base
    return owner


def _even_runs(columns: Sequence[_Plain]) -> Iterator[list[_Plain]]:
    """Yield columns, sorted by address, in runs of equal distance."""
    run = [columns[0]]
    for before, after in pairwise(columns):
        if len(run) > 1 and after.address - before.address != run[1].address - run[0].address:
            yield run
            run = []
        run.append(after)
    yield run
