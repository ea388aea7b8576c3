"""The page and the sentence of a norm that depends on covariates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import counted, joined, percent, shown

if TYPE_CHECKING:
    from intimacy_scales.validity.regression_norm_result import RegressionNorm

SHOWN_PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)


def norm_page(norm: RegressionNorm) -> Page:
    """Return the page of a norm: scores along each covariate, coefficients, tests, cautions."""
    estimates = [*norm.beta, *norm.gamma]
    errors = np.sqrt(np.diag(norm.covariance))
    clusters = "" if norm.n_clusters is None else f" in {counted(norm.n_clusters, 'couple')}"
    return Page(
        title=f"Norm of {norm.scale or 'the score'} by {joined(list(norm.covariates))}",
        facts=(
            f"{norm.sample}: n = {norm.n}{clusters}, {norm.n_left_out} left out without a score or covariate",
            f"degrees {', '.join(map(str, norm.degrees))}, {norm.criterion}; percentile ranks {norm.ranks}",
            norm.tests,
        ),
        tables=(
            *(_table_along(norm, name) for name in norm.covariates),
            TextTable(
                title="Coefficients",
                columns={
                    "term": list(norm.terms),
                    "estimate": [shown(float(value)) for value in estimates],
                    "se": [shown(float(value)) for value in errors],
                },
                note="Covariates in standard deviations from their means; robust standard errors.",
            ),
        ),
        warnings=norm.warnings,
        sentence=norm.sentence(),
    )


def _table_along(norm: RegressionNorm, name: str) -> TextTable:
    """Return scores at percentile ranks along one covariate, the others at their means."""
    k = norm.covariates.index(name)
    places = np.linspace(float(norm.lows[k]), float(norm.highs[k]), 5)
    middle = {other: float(centre) for other, centre in zip(norm.covariates, norm.centres, strict=True)}
    rows = [norm.scores_at({**middle, name: float(place)}) for place in places]
    columns: dict[str, Sequence[str]] = {name: [f"{place:.4g}" for place in places]}
    columns["mean"] = [shown(norm.mean({**middle, name: float(p)}), 2) for p in places]
    columns["sd"] = [shown(norm.sd({**middle, name: float(p)}), 2) for p in places]
    for j, rank in enumerate(SHOWN_PERCENTILES):
        columns[f"P{rank:g}"] = [_possible(row[j], norm.score_range) for row in rows]
    note = "" if len(norm.covariates) == 1 else "Other covariates at their means."
    if any(text[0] in "<>" for texts in columns.values() for text in texts):
        note = f"{note} < and >: beyond the lowest or highest possible score.".strip()
    return TextTable(title=f"Scores by {name}", columns=columns, note=note)


def _possible(score: float, ends: tuple[float, float] | None) -> str:
    """Return a score, or that it would be beyond the possible ones."""
    if ends is not None and score < ends[0]:
        return f"< {shown(ends[0], 2)}"
    if ends is not None and score > ends[1]:
        return f"> {shown(ends[1], 2)}"
    return shown(score, 2)


def norm_sentence(norm: RegressionNorm) -> str:
    """Return how the norm was made, as text for a paper."""
    clusters = "" if norm.n_clusters is None else f" in {counted(norm.n_clusters, 'couple')}"
    powers_text = joined(
        [f"{name} (degree {d})" for name, d in zip(norm.covariates, norm.degrees, strict=True)]
    )
    chosen = "" if norm.criterion == "given" else f", degrees chosen by {norm.criterion.upper()}"
    spread = (
        f"a standard deviation that is log-linear in {joined(list(norm.in_spread))}"
        if norm.in_spread
        else "one standard deviation"
    )
    source = "standardized residuals" if norm.ranks == "empirical" else "the normal distribution"
    test = f" ({norm.tests})" if norm.df else ""
    return (
        f"Norms of {norm.scale or 'the score'} ({norm.sample}; n = {norm.n}{clusters}) are from a "
        f"regression on {powers_text}{chosen}, with {spread}{test}, fitted by maximum likelihood; "
        f"percentile ranks are from {source}. The mean explains "
        f"{percent(max(round(norm.r_squared, 3), 0.0) + 0.0)} of the variance."  # no -0%
    )
