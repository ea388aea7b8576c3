"""Matrices of a fitted model as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.results.estimates import Parameters
from intimacy_scales.late import late_module

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


def correlations_of(covariances: Floats) -> Floats:
    """Return the correlations of variables with these covariances."""
    sds = np.sqrt(covariances.diagonal())
    correlations: Floats = covariances / np.outer(sds, sds)
    return correlations


def square_table(matrix: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Return the rows and columns of named variables as a table, without the auxiliary ones after them."""
    from intimacy_scales.results.frames import pandas_frame

    columns = {name: matrix[: len(names), j].copy() for j, name in enumerate(names)}
    return pandas_frame({"": list(names), **columns}).set_index("").rename_axis(None)


def loadings_table(parameters: Parameters, model: Model, group: str | None) -> pd.DataFrame:
    """Return the standardized loadings of a group, items by factors; 0 where an item does not measure it."""
    by_factor = {factor: dict.fromkeys(model.observed, 0.0) for factor in model.latent}
    for row in parameters:
        if row.op == "=~" and row.group in (None, group) and row.rhs in by_factor[row.lhs]:
            by_factor[row.lhs][row.rhs] = row.std_all
    from intimacy_scales.results.frames import pandas_frame

    columns = {factor: list(column.values()) for factor, column in by_factor.items() if any(column.values())}
    return pandas_frame({"": list(model.observed), **columns}).set_index("").rename_axis("item")
