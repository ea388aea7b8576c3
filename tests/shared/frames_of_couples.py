"""Tables of every library from columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KINDS = ("pandas", "polars", "pyarrow")


def in_kind(kind: str, columns: Mapping[str, Any]) -> Any:
    """Return a table of a library."""
    if kind == "pandas":
        import pandas as pd

        return pd.DataFrame(dict(columns))
    if kind == "polars":
        import polars as pl

        return pl.DataFrame(dict(columns))
    import pyarrow as pa

    return pa.table(dict(columns))
