"""Columns of pandas and polars, read through narwhals."""

from __future__ import annotations

from typing import Any

import numpy as np

from intimacy_scales.reading.frames.base import Column, Numbers


def column_of_series(series: Any) -> Column:
    """Read a pandas or polars column through narwhals."""
    import narwhals.stable.v1 as nw

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
