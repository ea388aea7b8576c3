"""Columns of the caller's table that are kept with the answers (``keep=``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames import DocumentTable, Table
from intimacy_scales.reading.options import as_keep


def names_a_column(labels: Any, table: Table | None) -> bool:
    """Tell whether labels are the name of a column rather than labels."""
    if isinstance(labels, str | int | np.integer):
        return True
    return table is not None and isinstance(labels, Hashable) and labels in table.names


def keep_columns(table: Table, keep: Sequence[Hashable], labels: Mapping[str, Any] | None = None) -> Table:
    """Return a table reduced to the columns to keep.

    Parameters
    ----------
    table
        The caller's table.
    keep
        Names of columns.
    labels
        Option → its value, which may be the name of a column too.
    """
    option_of_name = dict.fromkeys(keep, "keep")
    for option, value in (labels or {}).items():
        if names_a_column(value, table):
            option_of_name.setdefault(value, option)
    wanted = dict.fromkeys(table.check(name, option) for name, option in option_of_name.items())
    n_by_text = Counter(map(str, wanted))
    for name in wanted:
        if n_by_text[str(name)] > 1:
            raise ResponseError(f"keep: two columns are named {str(name)!r}; rename one of them")
    return table.only(list(wanted))


def frame_with_kept(kept: Table, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable] | None) -> Any:
    """Return kept columns followed by columns of results, in a frame of the caller's library.

    Parameters
    ----------
    kept
        The kept part of the caller's table.
    columns
        Name → values (n_persons,).
    keep
        The kept columns to put first; None: all.

    Raises
    ------
    ResponseError
        A column was not kept, or has the name of a column of results.
    """
    first = kept.names if keep is None else list(dict.fromkeys(map(kept.spelled, as_keep(keep))))
    for name in first:
        if name not in kept.names:
            if isinstance(kept, DocumentTable):
                raise ResponseError(
                    f"keep: {name!r} is not available: this result was read from its document, which has no "
                    "column of the table; add it to the frame"
                )
            raise ResponseError(
                f"keep: column {name!r} was not kept when the answers were read: score(..., keep=[{name!r}])"
            )
        if name in columns:
            raise ResponseError(f"keep: column {name!r} has the name of a column of results; rename it first")
    return kept.frame(columns, first)
