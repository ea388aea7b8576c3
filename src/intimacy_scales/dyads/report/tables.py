"""The tables of a report of couples, in order, and the meaning of their columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from intimacy_scales.dyads.report.figure_table import FigureTable
from intimacy_scales.dyads.report.model_tables import (
    distinguishability_table,
    effect_table,
    invariance_table,
    latent_mean_table,
    measurement_table,
    missing_parts_table,
    path_test_table,
    ratio_table,
    reading_table,
    similarity_table,
)
from intimacy_scales.dyads.report.scale_tables import (
    composition_table,
    couple_table,
    difference_table,
    exchangeable_table,
    main_table,
    reliability_table,
    true_correlation_table,
)

if TYPE_CHECKING:
    from intimacy_scales.dyads.report.result import CoupleReport

_FURTHER: tuple[Callable[[CoupleReport], FigureTable | None], ...] = (
    difference_table,
    exchangeable_table,
    composition_table,
    couple_table,
    reliability_table,
    true_correlation_table,
    similarity_table,
    distinguishability_table,
    invariance_table,
    measurement_table,
    latent_mean_table,
    effect_table,
    reading_table,
    path_test_table,
    ratio_table,
    missing_parts_table,
)
LEGEND = (
    "r: Pearson correlation of partners with roles; ICC: one-way intraclass correlation of exchangeable "
    "partners, ICC(1,1). Difference: paired t test; d: divided by the root mean square of both standard "
    "deviations. Variance ratio: Pitman-Morgan test. Gap: difference between partners without its sign; it "
    "is reliable if it is larger than the normal quantile times the standard error of measurement of a "
    "difference. Omega: share of the true variance in the variance that one model of both partners' items "
    "implies, in which residuals of the same item correlate between partners. Strangers: mean over pairs of "
    "persons of different couples. Effects have tests of single coefficients, and hypotheses about paths "
    "have tests that compare models: one hypothesis, such as a partner effect of 0, may have two p values. "
    "Invariance: CFI should fall by no more than .010 at a step (Cheung & Rensvold, 2002)."
)


def report_tables(report: CoupleReport) -> tuple[FigureTable, ...]:
    """Return the table for a paper, then further tables."""
    tables = (make(report) for make in (main_table, *_FURTHER))
    return tuple(replace(table, occasion=report.occasion) for table in tables if table is not None)
