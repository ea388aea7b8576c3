"""polars tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.reading.frames.arrow import column_of_arrow
from intimacy_scales.reading.frames.base import Column, Table, Taken, as_texts
from intimacy_scales.reading.frames.series import column_of_series

if TYPE_CHECKING:
    from numpy.typing import NDArray


_WIDER_THAN_ARROW = ("Int128", "UInt128")


class PolarsTable(Table):
    """A polars DataFrame.

    Examples
    --------
    >>> import polars as pl
    >>> PolarsTable(pl.DataFrame({"a": [4, 5]})).column("a").values
    array([4, 5])
    """

    def __init__(self, native: Any, n_rows: int | None = None) -> None:
        self.native = native
        self.names = native.columns
        self._n_rows = int(native.height) if n_rows is None else n_rows

    def __len__(self) -> int:
        return self._n_rows

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        series = self.native.get_column(name)
        wide = str(series.dtype) in _WIDER_THAN_ARROW
        if series.dtype.is_integer() and series.null_count() and not wide and find_spec("pyarrow"):
            return column_of_arrow(series.to_arrow())
        return column_of_series(series)

    def declared_order(self, name: Hashable) -> list[Any] | None:
        """Return the categories of an Enum."""
        dtype = self.native.schema[name]
        categories = getattr(dtype, "categories", None)
        return list(categories) if type(dtype).__name__ == "Enum" and categories is not None else None

    def only(self, names: Sequence[Hashable]) -> PolarsTable:
        """Return some of the columns, copied: polars may share memory with the caller's arrays."""
        if not names:
            return PolarsTable(self.native.select([]), len(self))
        return PolarsTable(self.native.select(list(names))[np.arange(len(self))])

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return a polars DataFrame, null where there is no score."""
        import polars as pl

        new = [
            pl.Series(name, values, nan_to_null=values.dtype.kind == "f") for name, values in columns.items()
        ]
        return pl.DataFrame([self.native.get_column(name) for name in keep] + new)

    def arranged(self, taken: Mapping[str, Taken], columns: Mapping[str, NDArray[Any]]) -> Any:
        """Return a polars DataFrame."""
        import polars as pl

        parts = []
        for name, (column, rows) in taken.items():
            places = pl.Series(rows, dtype=pl.Int64)
            places = places.set(places < 0, None) if (rows < 0).any() else places
            parts.append(self.native.get_column(column).gather(places).alias(name))
        new = [
            pl.Series(name, values, nan_to_null=values.dtype.kind == "f") for name, values in columns.items()
        ]
        return pl.DataFrame(parts + new)

    def stacked(self, columns: Mapping[str, tuple[Hashable, Hashable]]) -> PolarsTable:
        """Return pairs of columns, one below the other."""
        import polars as pl

        both = [
            _one_below_the_other(*(self.native.get_column(str(column)) for column in pair)).alias(name)
            for name, pair in columns.items()
        ]
        return PolarsTable(pl.DataFrame(both), 2 * len(self))


def _one_below_the_other(first: Any, second: Any) -> Any:
    """Return two columns as one; as texts where polars has no type for the values of both."""
    import polars as pl

    halves = [half.alias("both").to_frame() for half in (first, second)]
    try:
        return pl.concat(halves, how="vertical_relaxed").get_column("both")
    except pl.exceptions.PolarsError:
        return pl.Series(as_texts([*first.to_list(), *second.to_list()]), dtype=pl.String)
