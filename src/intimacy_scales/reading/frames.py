"""Tables in, tables out: the only user of narwhals, pandas, polars and pyarrow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.errors import MissingDependencyError, ResponseError
from intimacy_scales.reading.kinds import is_null, is_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_SHOWN = 8
_SMALL_TABLE = 200_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, some of which may be null.

    Attributes
    ----------
    values
        (n,); anything where null.
    validity
        One bit for each row from bit ``offset`` on, lowest bit first, 0 where null (the layout of
        Arrow); None where nothing is null.
    offset
        Bits before the first row's.
    """

    values: NDArray[Any]
    validity: NDArray[np.uint8] | None = None
    offset: int = 0

    def present(self, start: int, stop: int) -> NDArray[np.uint8] | None:
        """Return 1 where a row is not null and 0 where it is, or None where no row is."""
        if self.validity is None:
            return None
        first, last = self.offset + start, self.offset + stop
        bits = np.unpackbits(self.validity[first // 8 : -(-last // 8)], bitorder="little")
        return bits[first % 8 : first % 8 + stop - start]


Column = Numbers | list[Any]


def check_unique(names: Sequence[Hashable], wanted: Iterable[Hashable]) -> None:
    """Raise where a wanted column occurs twice: which of them is meant cannot be known."""
    counts = Counter(names)
    for name in wanted:
        if counts[name] > 1:
            raise ResponseError(
                f"the table has {counts[name]} columns named {name!r}; rename or drop all but one of them"
            )


class Table(ABC):
    """A caller's table: columns by name, and a way to answer in the same kind."""

    names: Sequence[Hashable]

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def column(self, name: Hashable) -> Column:
        """Return one column as numbers, or as a list of whatever stands in it."""

    @abstractmethod
    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return new columns after kept ones, as the caller's own kind of table."""

    def values(self, name: Hashable, purpose: str) -> Sequence[Any] | NDArray[Any]:
        """Return a column's values as they are, for ``person=`` or ``keep=``."""
        if name not in self.names:
            shown = ", ".join(map(repr, self.names[:_SHOWN])) + (", …" if len(self.names) > _SHOWN else "")
            raise ResponseError(f"{purpose}: the table has no column {name!r}; it has {shown}")
        check_unique(self.names, [name])
        column = self.column(name)
        if isinstance(column, list):
            return column
        present = column.present(0, len(self))
        if present is None:
            return column.values
        return [v if p else None for v, p in zip(column.values.tolist(), present.tolist(), strict=True)]


def pandas_frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a new pandas table."""
    import pandas as pd

    return pd.DataFrame(dict(columns))


def pandas_frame_of(
    rows: NDArray[Any], names: Sequence[str], *, first: Mapping[str, NDArray[Any]]
) -> pd.DataFrame:
    """Return a pandas table of ``rows`` (n_columns, n) without copying them, after some first columns."""
    import pandas as pd

    frame = pd.DataFrame(rows.T, columns=list(names), copy=False)
    if not first:
        return frame
    return pd.concat([pd.DataFrame(dict(first)), frame], axis=1)


def _from_series(series: Any) -> Column:
    """Read a pandas or polars column through narwhals."""
    import narwhals as nw

    column = nw.from_native(series, series_only=True)
    kind = column.dtype
    if kind.is_float():
        return Numbers(column.to_numpy())
    if not kind.is_integer() or kind in (nw.Int128, nw.UInt128):
        return list(column.to_list())
    if not column.null_count():
        return Numbers(column.to_numpy())
    present = np.packbits(~column.is_null().to_numpy(), bitorder="little")
    return Numbers(column.fill_null(0).to_numpy(), present)


def _from_arrow(array: Any) -> Column:
    """Read a pyarrow array without copying its numbers: values, and the bits that say which are null."""
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    if isinstance(array, pa.ChunkedArray) or not (
        pa.types.is_integer(array.type) or pa.types.is_floating(array.type)
    ):
        return list(array.to_pylist())
    validity, data = array.buffers()
    kind = np.dtype(array.type.to_pandas_dtype())
    start, stop = array.offset, array.offset + len(array)
    if data is None:
        return Numbers(np.empty(0, kind))
    values = np.frombuffer(data, dtype=kind, count=stop)[start:]
    if not array.null_count:
        return Numbers(values)
    return Numbers(values, np.frombuffer(validity, dtype=np.uint8), start)


class PandasTable(Table):
    """A pandas DataFrame."""

    def __init__(self, native: pd.DataFrame) -> None:
        self.native = native
        self.names = list(native.columns)
        self._small = self._small_array()

    def _small_array(self) -> NDArray[Any] | None:
        """Return a small table of one kind of numbers as one array: a column of it costs nothing."""
        if self.native.size > _SMALL_TABLE:
            return None
        kinds = set(self.native.dtypes.tolist())
        kind = next(iter(kinds)) if len(kinds) == 1 else None
        return self.native.to_numpy() if isinstance(kind, np.dtype) and kind.kind in "iuf" else None

    def __len__(self) -> int:
        return len(self.native)

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        if self._small is not None:
            return Numbers(self._small[:, self.names.index(name)])
        series = self.native.iloc[:, self.names.index(name)]
        if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iuf":
            return Numbers(series.to_numpy())  # as narwhals would, without its cost for short tables
        return _from_series(series)

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> pd.DataFrame:
        """Return a DataFrame with the caller's index."""
        import pandas as pd

        kept = self.native.iloc[:, [self.names.index(name) for name in keep]]
        scores = pd.DataFrame(dict(columns), index=self.native.index)
        return pd.concat([kept, scores], axis=1) if keep else scores


class PolarsTable(Table):
    """A polars DataFrame."""

    def __init__(self, native: Any) -> None:
        self.native = native
        self.names = native.columns

    def __len__(self) -> int:
        return int(self.native.height)

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        series = self.native.get_column(name)
        if series.dtype.is_integer() and series.null_count() and find_spec("pyarrow"):
            return _from_arrow(series.to_arrow())
        return _from_series(series)

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return a polars DataFrame, null where there is no score."""
        import polars as pl

        new = [
            pl.Series(name, values, nan_to_null=values.dtype.kind == "f") for name, values in columns.items()
        ]
        return pl.DataFrame([self.native.get_column(name) for name in keep] + new)


class ArrowTable(Table):
    """A pyarrow Table or RecordBatch."""

    def __init__(self, native: Any) -> None:
        import pyarrow as pa

        self.native = pa.Table.from_batches([native]) if isinstance(native, pa.RecordBatch) else native
        self.names = self.native.column_names

    def __len__(self) -> int:
        return int(self.native.num_rows)

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        return _from_arrow(self.native.column(name))

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return a pyarrow Table, null where there is no score."""
        import pyarrow as pa

        kept = {str(name): self.native.column(name) for name in keep}
        return pa.table(kept | {name: pa.array(values, from_pandas=True) for name, values in columns.items()})


class ListTable(Table):
    """Columns as plain lists: what text files and lists of mappings become."""

    def __init__(
        self, columns: Mapping[Hashable, list[Any]], n_rows: int, *, from_mappings: bool = False
    ) -> None:
        self.columns = columns
        self.from_mappings = from_mappings
        self.names = list(columns)
        self._n_rows = n_rows

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[Any, Any]]) -> ListTable:
        """Return a table of a list of mappings; what a row does not have is None."""
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {name: [row.get(name) for row in rows] for name in names}
        return cls(columns, len(rows), from_mappings=True)

    def __len__(self) -> int:
        return self._n_rows

    def column(self, name: Hashable) -> Column:
        """Return one column."""
        return self.columns[name]

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        kept = {str(name): self.columns[name] for name in keep}
        return pandas_frame(kept | dict(columns))


class ArrayTable(Table):
    """A numpy array whose columns were named by the caller; masked entries are null."""

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

    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        kept = {str(name): self.array[:, self.names.index(name)] for name in keep}
        return pandas_frame(kept | dict(columns))


def _open_array(array: NDArray[Any], columns: Any) -> ArrayTable:
    if array.ndim == 1:
        raise ResponseError("a one-dimensional array does not say what its numbers are: pass {item: answer}")
    if array.ndim != 2:  # noqa: PLR2004 - a table has two dimensions
        raise ResponseError(f"an array of answers is (n_persons, n_items); this one is {array.shape}")
    if not isinstance(array, np.ma.MaskedArray):
        array = np.asarray(array)  # a matrix would stay two-dimensional in its columns
    if columns is None or isinstance(columns, str | Mapping):
        raise ResponseError(
            "a numpy array does not name its columns: declare them in order, "
            "for example columns=instrument.item_ids"
        )
    names = [str(name) for name in columns]
    if len(names) != array.shape[1]:
        raise ResponseError(f"columns names {len(names)} columns; the array has {array.shape[1]}")
    return ArrayTable(array, names)


def _is_rows(responses: Any) -> bool:
    return isinstance(responses, list | tuple) and all(isinstance(row, Mapping) for row in responses)


def open_table(responses: Any, columns: Any = None) -> Table:
    """Return the caller's table, whatever library it comes from.

    Parameters
    ----------
    responses
        pandas or polars DataFrame, pyarrow Table or RecordBatch, list of mappings, or a numpy
        array (n_persons, n_items).
    columns
        For an array, the ids of its columns in order.

    Raises
    ------
    ResponseError
        It is none of these; says what to pass instead.
    """
    if isinstance(responses, Table):
        return responses
    if _is_rows(responses):
        return ListTable.from_rows(responses)
    if isinstance(responses, np.ndarray):
        return _open_array(responses, columns)
    if is_of(responses, "polars", "LazyFrame"):
        raise ResponseError(
            "a LazyFrame holds no answers yet: pass frame.collect(), or batches to score_stream()"
        )
    for library, name, table in _FRAMES:
        if is_of(responses, library, name):
            return table(responses)
    if isinstance(responses, str):
        raise ResponseError(
            f"{responses!r} is a text, not answers: read the file first, or use the command line, "
            "intimacy-scales score FILE or intimacy-scales reliability FILE"
        )
    library = type(responses).__module__.partition(".")[0]
    kind = type(responses).__name__ if library == "builtins" else f"{library}.{type(responses).__name__}"
    raise ResponseError(
        f"answers of type {kind} cannot be read: pass a mapping {{item: answer}}, a list of "
        "mappings, a pandas or polars DataFrame, a pyarrow Table, or a numpy array with columns="
    )


_FRAMES: tuple[tuple[str, str, Callable[[Any], Table]], ...] = (
    ("pandas", "DataFrame", PandasTable),
    ("polars", "DataFrame", PolarsTable),
    ("pyarrow", "Table", ArrowTable),
    ("pyarrow", "RecordBatch", ArrowTable),
)


def row_labels(column: Any) -> Any:
    """Return the index of a pandas Series, or None."""
    return column.index if is_of(column, "pandas", "Series") else None


def same_rows(one: Any, other: Any) -> bool:
    """Whether two columns, or a column and a table, are of the same rows, as far as pandas can tell."""
    first, second = getattr(one, "index", None), getattr(other, "index", None)
    if not all(index is not None and hasattr(index, "equals") for index in (first, second)):
        return True
    return bool(first.equals(second))  # type: ignore[union-attr]  # not None, by the line above


def number_column(values: Any, what: str) -> NDArray[np.float64]:
    """Return a column of numbers (n,) as float64, nan where one is missing.

    Parameters
    ----------
    values
        A pandas or polars Series, a numpy array, or a list of numbers and None.
    what
        What they are, for messages.

    Raises
    ------
    ResponseError
        Not one column, or not numbers.
    """
    if hasattr(values, "columns") or getattr(values, "ndim", 1) != 1:
        shape = getattr(values, "shape", "several columns")
        raise ResponseError(
            f"{what}: is a table ({shape}); pass one column of it, for example table['trust']"
        )
    if is_of(values, "pandas", "Series") or is_of(values, "polars", "Series"):
        values = _from_series(values)
    if getattr(getattr(values, "dtype", None), "kind", "") in ("m", "M"):
        raise ResponseError(f"{what}: holds dates or durations, not numbers")
    if hasattr(values, "to_pylist"):
        values = values.to_pylist()
    if isinstance(values, Numbers):
        numbers = values.values.astype(np.float64)
        present = values.present(0, len(numbers))
        if present is not None:
            numbers[present == 0] = np.nan
        return _finite(numbers, what)
    if isinstance(values, str | Mapping) or not hasattr(values, "__len__"):
        raise ResponseError(f"{what}: pass a column of numbers, not {type(values).__name__}")
    plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
    for row, value in enumerate(plain):
        if not is_null(value) and (isinstance(value, bool | str) or np.ndim(value)):
            raise ResponseError(f"{what}: row {row} holds {value!r}, which is no number")
    try:
        numbers = np.array([np.nan if is_null(v) else v for v in plain], dtype=np.float64)
    except (TypeError, ValueError):
        raise ResponseError(f"{what}: not all of its values are numbers") from None
    return _finite(numbers, what)


def _finite(numbers: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    rows = np.flatnonzero(np.isinf(numbers))
    if len(rows):
        raise ResponseError(f"{what}: row {rows[0]} is infinite")
    return numbers


def number_matrix(table: Any, what: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return a table of numbers as float64 (n_rows, n_columns), nan where missing, and its columns.

    Parameters
    ----------
    table
        A pandas or polars DataFrame, a pyarrow Table, a list of mappings, or a numpy array.
    what
        What it is, for messages.

    Raises
    ------
    ResponseError
        Not a table, or not of numbers.
    """
    if isinstance(table, list | tuple) and not _is_rows(table):
        raise ResponseError(f"{what}: a list is no table; pass a DataFrame, or np.array(...) of it")
    if isinstance(table, np.ndarray):
        if table.ndim != 2:  # noqa: PLR2004 - a table has two dimensions
            raise ResponseError(f"{what}: a table has two dimensions; this array is {table.shape}")
        names = tuple(str(i + 1) for i in range(table.shape[1]))
        columns: list[Any] = list(table.T)
    else:
        opened = open_table(table)
        names = tuple(str(name) for name in opened.names)
        columns = [opened.column(name) for name in opened.names]
    read = [number_column(c, f"{what}, column {name}") for c, name in zip(columns, names, strict=True)]
    if not read:
        raise ResponseError(f"{what}: the table has no columns")
    return np.column_stack(read), names


def needs(module: str, extra: str) -> Any:
    """Import an optional library, or say which extra brings it."""
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise MissingDependencyError(
            f"{module.partition('.')[0]} is not installed: pip install 'intimacy-scales[{extra}]'"
        ) from None
