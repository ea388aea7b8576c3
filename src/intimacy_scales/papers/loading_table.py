"""Tables of loadings: of confirmatory models with standard errors and intervals, of exploratory factors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from intimacy_scales.factor import CFAResult, EFAResult, StructureReport
from intimacy_scales.factor.confirmatory.results.fit_sentence import MISSING, fit_text
from intimacy_scales.factor.confirmatory.results.freed import equal_sentence
from intimacy_scales.papers.notes import defined, model_text, origin
from intimacy_scales.papers.table import (
    Column,
    PaperTable,
    as_paper_table,
    coefficients,
    probabilities,
    words,
)
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.wording import apa, percent, shown

_EXTRACTED = {"minres": "minimum residuals", "ml": "maximum likelihood"}


class _Loading(NamedTuple):
    """A standardized loading."""

    factor: str
    item: str
    group: str | None
    estimate: float
    se: float
    p: float
    low: float
    high: float


def loading_table(
    result: CFAResult | StructureReport,
    *,
    number: int | None,
    title: str | None,
    labels: Mapping[str, str],
    confidence_level: float,
) -> PaperTable:
    """Return the standardized loadings of a confirmatory model, with standard errors and intervals."""
    level = check_level(confidence_level)
    rows = _of_report(result, level) if isinstance(result, StructureReport) else _of_model(result, level)
    several = any(row.group is not None for row in rows)
    shown_items = [labels.get(row.item, row.item) for row in rows]
    shown_factors = [labels.get(row.factor, row.factor) for row in rows]
    columns = [
        words("item", "Item", [row.item for row in rows], shown_items),
        words("factor", "Factor", [row.factor for row in rows], shown_factors),
        *([words("group", "Group", [row.group for row in rows])] if several else []),
        coefficients("loading", "λ", [row.estimate for row in rows]),
        coefficients("se", "SE", [row.se for row in rows]),
        _interval(rows, level),
        *([] if all(math.isnan(row.p) for row in rows) else [probabilities("p", [row.p for row in rows])]),
    ]
    symbols = [
        ("λ", "standardized loading"),
        ("SE", "standard error"),
        ("CI", "confidence interval, estimate ± z SE"),
    ]
    note = [defined(symbols), *_model_note(result), *origin(result.instrument)]
    return as_paper_table("loadings", title or "Standardized factor loadings", columns, note, number)


def _interval(rows: Sequence[_Loading], level: float) -> Column:
    cells = [
        "-" if math.isnan(row.low) else f"[{apa(row.low)}, {apa(row.high)}]" for row in rows
    ]  # as tables of parameters have it
    figures = {"low": [row.low for row in rows], "high": [row.high for row in rows]}
    return Column(heading=f"{percent(level)} CI", figures=figures, cells=cells)


def _of_model(result: CFAResult, level: float) -> list[_Loading]:
    frame = result.parameters.standardized(level)
    loadings = frame[frame["op"] == "=~"]
    groups: list[Any] = list(loadings["group"]) if "group" in loadings else [None] * len(loadings)
    return [
        _Loading(row["lhs"], row["rhs"], group, row["std_all"], row["se"], row["p"], row["low"], row["high"])
        for row, group in zip(loadings.to_dict("records"), groups, strict=True)
    ]


def _of_report(report: StructureReport, level: float) -> list[_Loading]:
    from scipy.special import ndtri

    half = float(ndtri((1 + level) / 2))
    return [
        _Loading(
            item.scale, item.item, None, item.loading, item.se, math.nan, *_ends(item.loading, item.se, half)
        )
        for item in report.items
    ]


def _ends(estimate: float, se: float, half: float) -> tuple[float, float]:
    return (estimate - half * se, estimate + half * se) if se > 0 else (math.nan, math.nan)


def _model_note(result: CFAResult | StructureReport) -> list[str]:
    """Return the sentences on estimator, missing rule, persons and fit."""
    sentences = [f"Confirmatory factor analysis by {model_text(result)}."]
    if isinstance(result, CFAResult) and result.equal:
        sentences.append(equal_sentence(result))
    if result.fit is not None:
        sentences.append(f"Fit: {fit_text(result.fit)}.")
    if result.improper:
        sentences.append("The solution is improper and must not be interpreted as it stands.")
    return sentences


def exploratory_table(
    result: EFAResult, *, number: int | None, title: str | None, labels: Mapping[str, str]
) -> PaperTable:
    """Return the loadings of exploratory factors with communalities, and how factors correlate."""
    m, p = len(result.factors), len(result.names)
    oblique = _correlate(result)
    shared = [f"Correlation with {factor}" for factor in result.factors[:-1]] if oblique else []
    rows = [*result.names, *shared]
    blank = [math.nan] * len(shared)
    columns = [words("item", "Item", rows, [labels.get(row, row) for row in rows])]
    for j, factor in enumerate(result.factors):
        below = [float(result.phi[i, j]) if i < j else math.nan for i in range(len(shared))]
        values = [*result.loadings[:, j].tolist(), *below]
        cells = ["" if n >= p and math.isnan(x) else apa(x) for n, x in enumerate(values)]
        columns.append(Column(heading=factor, figures={factor: values}, cells=cells))
    for name, heading, values in (
        ("communality", "h²", result.communalities.tolist()),
        ("complexity", "Complexity", result.complexity.tolist()),
    ):
        write = apa if name == "communality" else partial(shown, digits=2)
        cells = [*map(write, values), *[""] * len(shared)]
        columns.append(Column(heading=heading, figures={name: [*values, *blank]}, cells=cells))
    rotated = "unrotated" if result.rotation == "none" else f"{result.rotation} rotation"
    persons = f"n = {result.n}" if result.n == result.n_rows else f"n = {result.n} of {result.n_rows}"
    kind = "Pattern loadings" if oblique else "Loadings"
    heywood = f"At the lower bound of unique variance: {', '.join(result.heywood)}." if result.heywood else ""
    note = [
        f"{kind} of {m} exploratory factors by {_EXTRACTED[result.method]}, {rotated}; "
        f"{MISSING[result.missing]}; {persons}. h² = communality; complexity after Hofmann (1978). Factors "
        f"explain {100 * float(result.variance_share.sum()):.0f}% of variance.",
        heywood,
        *origin(result.instrument),
    ]
    return as_paper_table("loadings", title or "Loadings of exploratory factors", columns, note, number)


def _correlate(result: EFAResult) -> bool:
    """Return whether factors correlate."""
    return not np.allclose(result.phi, np.eye(len(result.phi)))
