"""Columns and tables of numbers from any library."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import emptied, shortened, values_shown
from intimacy_scales.reading.frames.base import Numbers
from intimacy_scales.reading.frames.lists import is_rows
from intimacy_scales.reading.frames.opening import open_table
from intimacy_scales.reading.frames.series import column_of_series
from intimacy_scales.reading.kinds import DECIMAL_COMMA, is_null, is_of
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray


def number_column(values: Any, what: str) -> NDArray[np.float64]:
    """Return a column of numbers (n,) as float64, nan where missing.

    Parameters
    ----------
    values
        A pandas or polars Series, a numpy array, or a list of numbers and None.
    what
        Their name in messages.

    Raises
    ------
    ResponseError
        The values are not a single column, or not numbers.

    Examples
    --------
    >>> number_column([3, None], "scores")
    array([ 3., nan])
    """
    if hasattr(values, "columns") or getattr(values, "ndim", 1) != 1:
        shape = getattr(values, "shape", "several columns")
        raise ResponseError(
            f"{what}: is a table ({shape}); pass one column of it, for example table['trust']"
        )
    if is_of(values, "pandas", "Series") or is_of(values, "polars", "Series"):
        values = column_of_series(values)
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
    if isinstance(values, str | Mapping | Set) or not hasattr(values, "__len__"):  # a set has no order
        raise ResponseError(f"{what}: {type(values).__name__} is not valid; pass a column of numbers")
    plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if any(not is_null(v) and (isinstance(v, bool | str) or np.ndim(v)) for v in plain):
        raise _not_numbers(plain, what)
    try:
        numbers = np.array([np.nan if is_null(v) else v for v in plain], dtype=np.float64)
    except (TypeError, ValueError) as error:
        emptied(error)  # its message contains the value
        raise ResponseError(f"{what}: not all of its values are numbers") from None
    except OverflowError:  # a whole number that no float holds
        raise ResponseError(f"{what}: a number is too large; allowed: at most 1.7e308") from None
    return _finite(numbers, what)


def _not_numbers(plain: list[Any], what: str) -> ResponseError:
    """Return the error that names the first value that cannot be used: a decimal comma, if there is one."""
    commas = [row for row, value in enumerate(plain) if _is_with_comma(value)]
    others = (
        row
        for row, value in enumerate(plain)
        if not is_null(value) and (isinstance(value, bool | str) or np.ndim(value))
    )
    row = commas[0] if commas else next(others)
    seen = shortened(plain[row]) if values_shown() else "a value"
    also = f" ({counted(len(commas) - 1, 'other row')} like it)" if len(commas) > 1 else ""
    return ResponseError(
        f"{what}: row {row} holds {seen}, which is not a number{also}; {_as_number(plain[row])}"
    )


def _is_with_comma(value: Any) -> bool:
    """Return whether a value is the text of a number with a decimal comma."""
    return isinstance(value, str) and DECIMAL_COMMA.fullmatch(value.strip()) is not None


def _as_number(value: Any) -> str:
    """Return how a value that is not a number can be made one."""
    if _is_with_comma(value):
        return (
            "is this a decimal comma? Write decimal commas as points: pandas.read_csv(..., decimal=','), or "
            "table.replace(',', '.', regex=True), and then pandas.to_numeric(column)"
        )
    if isinstance(value, bool):
        return "make numbers of the column first, as by column.astype(float)"
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return (
                "replace texts by numbers, or by nan where they mean no answer; an instrument knows the "
                "labels of its answers: pass it, and the table is read by it"
            )
        return "it is a text: make numbers of the column first, as by pandas.to_numeric(column)"
    return "allowed in a cell: one number, or nan"


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
        Its name in messages.

    Raises
    ------
    ResponseError
        It is not a table, or not of numbers.

    Examples
    --------
    >>> number_matrix([{"a": 1, "b": 2}, {"a": 3}], "answers")
    (array([[ 1.,  2.],
           [ 3., nan]]), ('a', 'b'))
    """
    if isinstance(table, list | tuple) and not is_rows(table):
        raise ResponseError(f"{what}: a list is not a table; pass a DataFrame, or np.array(...) of it")
    if isinstance(table, np.ndarray):
        if table.ndim != 2:  # a table has two dimensions
            raise ResponseError(
                f"{what}: an array of shape {table.shape} is not valid; allowed: two dimensions"
            )
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
