"""pandas tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from intimacy_scales.reading.frames.base import Column, Numbers, Table, Taken
from intimacy_scales.reading.frames.series import column_of_series
from intimacy_scales.reading.kinds import is_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_SMALL_TABLE = 200_000


class _Rows(NamedTuple):
    """The rows of a DataFrame without columns, made in a hundredth of the time that pandas needs."""

    index: Any
    columns: tuple[()] = ()


class PandasTable(Table):
    """A pandas DataFrame.

    Examples
    --------
    >>> import pandas as pd
    >>> PandasTable(pd.DataFrame({"a": [4, 5]})).column("a").values
    array([4, 5])
    """

    def __init__(self, native: pd.DataFrame | _Rows) -> None:
        self.native: Any = native
        self.names = list(native.columns)

    @cached_property
    def _small(self) -> NDArray[Any] | None:
        """Return a small table with a single type of numbers as one array, whose columns are free to read."""
        if self.native.size > _SMALL_TABLE:
            return None
        kinds = set(self.native.dtypes.tolist())
        kind = next(iter(kinds)) if len(kinds) == 1 else None
        return self.native.to_numpy() if isinstance(kind, np.dtype) and kind.kind in "iuf" else None

    def __len__(self) -> int:
        return len(self.native.index)

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        if self._small is not None:
            return Numbers(self._small[:, self.names.index(name)])
        series = self.native.iloc[:, self.names.index(name)]
        if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iuf":
            return Numbers(series.to_numpy())  # the same as by narwhals, which is slow for short tables
        return column_of_series(series)

    def declared_order(self, name: Hashable) -> list[Any] | None:
        """Return the categories of an ordered Categorical."""
        dtype = self.native.dtypes.iloc[self.names.index(name)]
        return list(dtype.categories) if getattr(dtype, "ordered", None) is True else None

    def only(self, names: Sequence[Hashable]) -> PandasTable:
        """Return some of the columns, copied, with the index."""
        if not names:
            return PandasTable(_Rows(self.native.index))
        kept = self.native.iloc[:, [self.names.index(name) for name in names]].copy()
        kept.attrs = {}  # the caller did not ask to keep it
        return PandasTable(kept)

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> pd.DataFrame:
        """Return a DataFrame with the caller's index."""
        import pandas as pd

        scores = pd.DataFrame(dict(columns), index=self.native.index)
        if not keep:
            return scores
        kept = self.native.iloc[:, [self.names.index(name) for name in keep]]
        frame: pd.DataFrame = pd.concat([kept, scores], axis=1)
        return frame

    def arranged(self, taken: Mapping[str, Taken], columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
        """Return a DataFrame with an index from 0; whole numbers with gaps have pandas' ``Int64``."""
        import pandas as pd

        parts = {
            name: _taken(self.native.iloc[:, self.names.index(column)], rows)
            for name, (column, rows) in taken.items()
        }
        return pd.DataFrame(parts | dict(columns))

    def stacked(self, columns: Mapping[str, tuple[Hashable, Hashable]]) -> PandasTable:
        """Return pairs of columns, one below the other."""
        import pandas as pd

        def one_below_the_other(names: tuple[Hashable, Hashable]) -> Any:
            return pd.concat([self.native.iloc[:, self.names.index(n)] for n in names], ignore_index=True)

        if not columns:
            return PandasTable(_Rows(range(2 * len(self))))
        return PandasTable(
            pd.DataFrame({name: one_below_the_other(names) for name, names in columns.items()})
        )


def _taken(series: Any, rows: NDArray[np.intp]) -> Any:
    """Return a column in another order of rows, missing where a row is -1."""
    import pandas as pd

    values = series.reset_index(drop=True)
    if (rows < 0).any():
        kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else ""
        whole = {"i": "Int64", "u": "UInt64", "b": "boolean"}.get(kind)
        return (values if whole is None else values.astype(whole)).reindex(rows).reset_index(drop=True)
    arranged = values.take(rows).reset_index(drop=True)
    nullable = isinstance(values.dtype, pd.Int64Dtype | pd.UInt64Dtype | pd.BooleanDtype)
    return arranged.astype(values.dtype.numpy_dtype) if nullable and not arranged.hasnans else arranged


def row_labels(column: Any) -> Any:
    """Return the index of a pandas Series; None for any other column.

    Examples
    --------
    >>> import pandas as pd
    >>> list(row_labels(pd.Series([4, 5], index=["x", "y"]))), row_labels([4, 5])
    (['x', 'y'], None)
    """
    return column.index if is_of(column, "pandas", "Series") else None


def same_rows(column: Any, reference: Any) -> bool:
    """Tell whether a column and another column or table have the same index; True if either has no index.

    Examples
    --------
    >>> import pandas as pd
    >>> series = pd.Series([4, 5])
    >>> same_rows(series, series[::-1]), same_rows(series, [1, 2])
    (False, True)
    """
    first, second = getattr(column, "index", None), getattr(reference, "index", None)
    if not all(index is not None and hasattr(index, "equals") for index in (first, second)):
        return True
    return bool(first.equals(second))  # type: ignore[union-attr]  # not None, by the line above
