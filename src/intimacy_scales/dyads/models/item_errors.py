"""Error variance of a scale's scores in couples, from a factor model of both partners' items.

Each partner has a factor; residuals of the same item covary between partners. With loadings l and residual
covariances T, the score of partner i has the error variance ``sum T_ii`` (over items), the reliability omega
``(sum l_i)^2 / ((sum l_i)^2 + sum T_ii)`` (McDonald, 1999), and errors of both partners have the covariance
``sum T_12``. Its correlation does not depend on whether scores are sums or means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.layout import Layout
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.factor.confirmatory.sem import sem
from intimacy_scales.results.frames import pandas_frame
from intimacy_scales.results.wording import counted

_FEWEST_ITEMS = 3  # with correlated residuals of the same item, fewer do not identify the model


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreErrors:
    """Reliability of scores in each cell, and the correlation of both partners' errors."""

    reliabilities: Mapping[str, float]
    correlation: float


def errors_of_scale(dyads: Dyads, layout: Layout, scale: str) -> ScoreErrors:
    """Return the errors of a scale's scores; in roles of each role, otherwise equal for all partners.

    Raises
    ------
    EstimationError
        Too few items, or an improper solution.
    """
    answers = dyads.items(scale)
    k = answers.shape[2]
    if k < _FEWEST_ITEMS:
        raise EstimationError(
            f"{scale} has {counted(k, 'item')}, and its reliability in couples needs at least "
            f"{_FEWEST_ITEMS}: pass "
            f"reliability={{{scale!r}: 0.85}}"
        )
    result = _fitted(answers, equal=not layout.distinguishable)
    if result.improper:
        raise EstimationError(
            f"the factor model of the items of {scale} is improper ({'; '.join(result.improper)}), so that "
            "its "
            f"reliability is unknown: pass reliability={{{scale!r}: 0.85}}"
        )
    rows = {row.name: row.estimate for row in result.parameters}
    common = [sum(rows[f"f{p} =~ i{p}_{n}"] for n in range(k)) ** 2 for p in (1, 2)]
    unique = [sum(rows[f"i{p}_{n} ~~ i{p}_{n}"] for n in range(k)) for p in (1, 2)]
    shared = sum(rows[f"i1_{n} ~~ i2_{n}"] for n in range(k))
    omegas = [c / (c + u) for c, u in zip(common, unique, strict=True)]
    cells = layout.cells
    by_cell = (
        dict(zip(cells, omegas, strict=True)) if layout.distinguishable else dict.fromkeys(cells, omegas[0])
    )
    return ScoreErrors(reliabilities=by_cell, correlation=shared / math.sqrt(unique[0] * unique[1]))


def _fitted(answers: np.ndarray, *, equal: bool) -> SEMResult:
    """Fit a factor for each partner, with residuals of the same item correlated (n, 2, k)."""
    items = range(answers.shape[2])
    lines = []
    for p in (1, 2):
        lines.append(f"f{p} =~ " + " + ".join(f"{f'l{n}*' if equal else ''}i{p}_{n}" for n in items))
        if equal:
            lines += [f"i{p}_{n} ~~ t{n}*i{p}_{n}; i{p}_{n} ~ m{n}*1" for n in items]
    lines += [f"i1_{n} ~~ i2_{n}" for n in items]
    columns = {f"i{p}_{n}": answers[:, p - 1, n] for p in (1, 2) for n in items}
    kept = ~np.isnan(answers).all(axis=(1, 2))
    frame = pandas_frame({name: column[kept] for name, column in columns.items()})
    return sem(
        "\n".join(lines),
        frame,
        missing="fiml",
        identification="fixed_factor",
        means=True,
        on_invalid="accept",
    )
