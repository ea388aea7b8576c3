"""Headings, cells and item tables of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.reliability.items.analysis import ItemAnalysis
from intimacy_scales.results.figure_texts import column_texts, heading_of
from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import apa, percent

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
                "-" if math.isnan(low) else f"[{apa(low, 3)}, {apa(high, 3)}]" for low, high in ends
            ]
        elif name not in ("high", "omega_high", "improper"):
            cells[heading_of(name)] = column_texts(name, values)
    for row, names in enumerate(columns.get("improper", ())):
        for name in names.split():
            cells[heading_of(name)][row] = "improper"
    return cells


def items_tables(items: Mapping[str, ItemAnalysis]) -> tuple[TextTable, ...]:
    """Return a table of item figures for each scale."""
    return tuple(analysis.text_table() for analysis in items.values())
