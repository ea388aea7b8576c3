"""Columns of results beside columns that the caller wants to keep."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames import Table


def check_keep(keep: Sequence[Hashable], scale_ids: Sequence[str]) -> None:
    """Raise where a kept column has a name that columns of scores have."""
    taken = {f"{scale}{ending}" for scale in scale_ids for ending in ("", "_pomp", "_answered")}
    for name in keep:
        if name in taken:
            raise ResponseError(f"keep: column {name!r} has the name of a column of scores; rename it first")


def frame_with_kept(
    table: Table,
    columns: Mapping[str, NDArray[Any]],
    keep: Sequence[Hashable],
    scale_ids: Sequence[str] = (),
) -> Any:
    """Return columns of results behind kept ones of the caller's table, in its kind of frame.

    Parameters
    ----------
    table
        What the caller gave.
    columns
        Name → values (n_persons,).
    keep
        Columns of the table to put first.
    scale_ids
        Scales whose columns of scores no kept column may be called.
    """
    if not isinstance(keep, Sequence):
        raise ResponseError(f"keep={keep!r}: give a list of columns")
    kept = [keep] if isinstance(keep, str) else list(dict.fromkeys(keep))
    for name in kept:
        table.values(name, "keep")
        if name in columns and name not in scale_ids:
            raise ResponseError(f"keep: column {name!r} has the name of a column of results; rename it first")
    check_keep(kept, scale_ids)
    return table.frame(columns, kept)
