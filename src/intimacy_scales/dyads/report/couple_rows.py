"""Scores of each couple as rows of a table: one for each couple and scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.dyads.scores_of_couples.reliable_difference import reliable_difference
from intimacy_scales.dyads.scores_of_couples.scores import couple_scores

_UNKNOWN = "unknown"


def couple_rows(dyads: Dyads, report: CoupleReport) -> dict[str, list[Any]]:
    """Return both scores, their mean and difference, and whether the difference is reliable.

    Unlike the report, these rows show what each couple answered. ``difference_low`` and ``difference_high``
    are the ends of the interval of the true difference between both partners: of ``difference``, or of
    ``absolute_difference`` where partners are exchangeable.

    Parameters
    ----------
    dyads
        The couples.
    report
        Their report, which has the reliabilities.

    Examples
    --------
    >>> from intimacy_scales.dyads import couple_report
    >>> table = [{"id": 7, "w": 5.5, "h": 6.0}, {"id": 8, "w": 4.0, "h": None}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"w": "w", "h": "h"}}, couple="id", role=True)
    >>> rows = couple_rows(dyads, couple_report(dyads))
    >>> rows["couple"], rows["difference"], rows["reliable"]
    ([7, 8], [-0.5, nan], ['unknown', 'no scores'])
    """
    scores = couple_scores(dyads)
    columns: dict[str, list[Any]] = {}
    for scale in report.scale_ids:
        of_scale = scores[scale]
        rows: dict[str, Any] = {"couple": dyads.couples}
        if report.occasion is not None:
            rows["occasion"] = [report.occasion] * len(dyads)
        if dyads.mixed:
            rows["composition"] = dyads.compositions
        rows |= {"scale": [scale] * len(dyads), "score_1": of_scale.first, "score_2": of_scale.second}
        rows["mean"] = of_scale.mean
        if of_scale.signed:
            rows["difference"] = of_scale.difference
        rows["absolute_difference"] = of_scale.absolute_difference
        rows |= _reliable(dyads, report, scale, of_scale.absolute_difference)
        for name, values in rows.items():
            listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
            columns.setdefault(name, []).extend(listed)
    named = {f"score_{place}": f"score_{name}" for place, name in enumerate(dyads.partners, start=1)}
    return {named.get(name, name): values for name, values in columns.items()}


def _reliable(dyads: Dyads, report: CoupleReport, scale: str, gap: Any) -> dict[str, Any]:
    """Return the interval of each couple's true difference, and whether it is reliable, where known."""
    if scale not in report.reliable_differences:
        unknown = np.full(len(gap), np.nan)
        names = np.where(np.isnan(gap), "no scores", _UNKNOWN)
        return {"difference_low": unknown, "difference_high": unknown, "reliable": names}
    result = reliable_difference(
        dyads,
        scale,
        reliability=report.reliability[scale],
        confidence_level=report.confidence_level,
    )
    return {
        "difference_low": result.low,
        "difference_high": result.high,
        "reliable": result.category,
    }
