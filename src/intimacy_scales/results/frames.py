"""Pandas tables of the figures of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def pandas_frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a pandas table of columns."""
    import pandas as pd

    return pd.DataFrame(dict(columns))


def pandas_frame_of(
    rows: NDArray[Any], names: Sequence[str], *, first: Mapping[str, NDArray[Any]]
) -> pd.DataFrame:
    """Return a pandas table with the columns ``first``, then those in ``rows`` (n_columns, n), not copied."""
    import pandas as pd

    frame = pd.DataFrame(rows.T, columns=list(names), copy=False)
    if not first:
        return frame
    return pd.concat([pd.DataFrame(dict(first)), frame], axis=1)
