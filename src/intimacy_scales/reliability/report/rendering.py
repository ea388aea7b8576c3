"""Headings, cells and item tables of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.reliability.items.analysis import ItemAnalysis
from intimacy_scales.results.tables import TextTable, cell
from intimacy_scales.results.wording import percent

_HEADINGS = {
    "scale": "Scale",
    "items": "Items",
    "alpha": "Alpha",
    "omega": "Omega total",
    "lambda2": "Lambda-2",
    "split_half": "Split-half",
    "mean_r": "Mean r",
    "stratified_alpha": "Stratified alpha",
    "mean": "M",
    "sd": "SD",
    "sem": "SEM",
    "item": "Item",
    "median": "Median",
    "skew": "Skew",
    "kurtosis": "Kurtosis",
    "r_raw": "r raw",
    "r_std": "r std",
    "r_drop": "r drop",
    "r_cor": "r cor",
    "alpha_if_dropped": "Alpha if dropped",
}
LEGEND = (
    "A minus marks reverse-keyed items; figures are of keyed answers. r raw: correlation with the score; "
    "r std: with the sum of standardized items; r drop: with the sum of the other items; r cor: with the "
    "standardized total, in which the item's own variance is replaced by what it shares with the others."
)


def report_cells(columns: Mapping[str, Sequence[Any]], confidence_level: float) -> dict[str, list[str]]:
    """Return the columns of a report as texts, with both ends of an interval in one column."""
    cells: dict[str, list[str]] = {}
    for name, values in columns.items():
        if name.endswith("low"):
            coefficient = "" if name == "low" else "Omega "
            ends = zip(values, columns[name.replace("low", "high")], strict=True)
            cells[f"{coefficient}{percent(confidence_level)} CI"] = [
                "-" if math.isnan(low) else f"[{cell(low)}, {cell(high)}]" for low, high in ends
            ]
        elif name not in ("high", "omega_high", "improper"):
            cells[_HEADINGS.get(name, name)] = [cell(value) for value in values]
    for row, names in enumerate(columns.get("improper", ())):
        for name in names.split():
            cells[_HEADINGS[name]][row] = "improper"
    return cells


def items_tables(items: Mapping[str, ItemAnalysis]) -> tuple[TextTable, ...]:
    """Return a table of item figures for each scale."""
    return tuple(
        TextTable(title=f"Items of {scale}", columns=_item_cells(analysis))
        for scale, analysis in items.items()
    )


def _item_cells(analysis: ItemAnalysis) -> dict[str, list[str]]:
    figures = {"item": list(analysis.items), **analysis.figures()}
    return {_HEADINGS.get(n, n): [cell(v, 2) for v in values] for n, values in figures.items()}
