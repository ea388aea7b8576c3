"""Tables of any library, recognised by their type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import numpy as np

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import shortened, values_shown
from intimacy_scales.reading.frames.array import open_array
from intimacy_scales.reading.frames.arrow import ArrowTable
from intimacy_scales.reading.frames.base import Table
from intimacy_scales.reading.frames.lists import ListTable, is_rows
from intimacy_scales.reading.frames.pandas import PandasTable
from intimacy_scales.reading.frames.polars import PolarsTable
from intimacy_scales.reading.kinds import is_of


def is_table(value: Any) -> bool:
    """Tell whether a value is a table in memory.

    Examples
    --------
    >>> is_table(np.zeros((2, 3))), is_table({"a": 4})
    (True, False)
    """
    return isinstance(value, Table | np.ndarray) or any(is_of(value, lib, name) for lib, name, _ in _FRAMES)


def open_table(responses: Any, columns: Any = None) -> Table:
    """Return the caller's table, from any library, as a `Table`.

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
        It has another type; says what to pass instead.

    Examples
    --------
    >>> table = open_table(np.array([[4, 2], [5, 1]]), columns=["a", "b"])
    >>> len(table), list(table.names)
    (2, ['a', 'b'])
    """
    if isinstance(responses, Table):
        return responses
    if hasattr(responses, "answers_read"):
        raise ResponseError(
            "a FileAnswers holds answers as they are stored: pass it to a function that takes an instrument "
            "with it, or pass its to_frame() for other columns"
        )
    if is_rows(responses):
        return ListTable.from_rows(responses)
    if isinstance(responses, np.ndarray):
        return open_array(responses, columns)
    if is_of(responses, "polars", "LazyFrame"):
        raise ResponseError(
            "a LazyFrame holds no answers yet: pass frame.collect(), or the LazyFrame to score_stream(), "
            "item_moments_stream(), or to engines.score() and engines.item_moments()"
        )
    for library, name, table in _FRAMES:
        if is_of(responses, library, name):
            return table(responses)
    library = type(responses).__module__.partition(".")[0]
    if library in ("pyspark", "dask"):
        raise ResponseError(
            f"a {library} {type(responses).__name__} is on an engine: pass it to engines.score(), "
            "engines.summarize() or engines.item_moments() of intimacy_scales"
        )
    if hasattr(responses, "__arrow_c_stream__") or any(
        is_of(responses, "pyarrow", name) for name in ("Dataset", "Scanner")
    ):
        raise ResponseError(
            f"a {type(responses).__name__} holds no answers yet: pass it to score_stream() or "
            "item_moments_stream(), which read it in batches, to engines.score() or "
            "engines.item_moments(), or pass the table that it returns"
        )
    if isinstance(responses, PurePath):
        raise ResponseError(
            f"{shortened(str(responses)) if values_shown() else 'this'} is a path, not answers: pass "
            "read_answers(path), or use score_file(), reliability_file() or structure_file()"
        )
    if isinstance(responses, str):
        raise ResponseError(
            f"{shortened(responses) if values_shown() else 'this'} is a text, not answers: pass its "
            "content, such as json.loads(text); for a file use score_file(), reliability_file() or "
            "structure_file(), or the command line: intimacy-scales score FILE, intimacy-scales reliability "
            "FILE or intimacy-scales structure FILE; or read the file first, as by pandas.read_csv(path)"
        )
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
