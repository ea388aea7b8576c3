"""New pandas tables, as which results show their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


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
