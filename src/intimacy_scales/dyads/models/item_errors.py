"""Reliability of a scale's scores in couples, from the factor model of both partners' items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.layout import Layout
from intimacy_scales.dyads.scores_of_couples.reliability import couple_reliability
from intimacy_scales.errors import EstimationError


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreErrors:
    """Reliability of scores in each cell, and the correlation of both partners' errors."""

    reliabilities: Mapping[str, float]
    correlation: float


def errors_of_scale(dyads: Dyads, layout: Layout, scale: str) -> ScoreErrors:
    """Return omega of a scale's scores by `couple_reliability`: of each role, or the same for all partners.

    Errors of both partners correlate as far as residuals of the same items do. Where roles are there, but
    partners count as exchangeable, true and error variances of both roles are summed up.

    Raises
    ------
    EstimationError
        The reliability is undefined, or the factor model is improper.
    """
    result = couple_reliability(dyads, scale, missing="fiml")
    reason = result.reason or "; ".join(result.improper) or None
    if reason is not None:
        raise EstimationError(
            f"the reliability of {scale} cannot be used ({reason}); pass one, such as reliability="
            f"{{{scale!r}: 0.85}}"
        )
    both = [result[place] for place in ("first", "second")]
    if layout.distinguishable:
        by_cell = dict(zip(layout.cells, (float(row.omega) for row in both), strict=True))
    else:
        true, error = (sum(getattr(row, f"{kind}_variance") for row in both) for kind in ("true", "error"))
        by_cell = dict.fromkeys(layout.cells, true / (true + error))
    return ScoreErrors(reliabilities=by_cell, correlation=result.error_correlation)
