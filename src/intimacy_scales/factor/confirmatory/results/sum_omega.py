"""Omega of a sum of items of a fitted model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.results.sums import sum_parts
from intimacy_scales.messages import suggest
from intimacy_scales.numerics.arguments import as_names

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.results.result import CFAResult


def omega_of_sum(result: CFAResult, items: Sequence[str] | None, general: str | None, group: int) -> float:
    """Return the share of the variance of a sum of items that factors, or one of them, explain.

    Parameters
    ----------
    result
        A fitted model.
    items, general
        As in `CFAResult.omega`.
    group
        Position of the group.

    Raises
    ------
    EstimationError
        An unknown item or factor.
    """
    observed, latent = result.model.observed, result.model.latent
    chosen = observed if items is None else as_names("items", items)
    unknown = [name for name in chosen if name not in observed]
    if unknown or (general is not None and general not in latent):
        unknown_name = unknown[0] if unknown else general
        known = observed if unknown else latent
        raise EstimationError(
            f"the model has no {'item' if unknown else 'factor'} {unknown_name!r}; "
            f"it has {', '.join(known)}{suggest(unknown_name, known)}"
        )
    weights = np.array([float(name in chosen) for name in (*observed, *result.auxiliary)])
    general_position = None if general is None else latent.index(general)
    parts = sum_parts(result.solution, weights, general_position, group)
    return (parts.common if general_position is None else parts.general) / (parts.common + parts.unique)
