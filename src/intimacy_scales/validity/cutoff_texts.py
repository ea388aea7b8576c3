"""The sentence and the page of a search of cut-offs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted, percent, shown, signed

if TYPE_CHECKING:
    from intimacy_scales.validity.cutoff_search_result import CutoffSearch

_SHOWN_AROUND = 6  # cut-offs on each side of the chosen one, on a page


def sentence_of(result: CutoffSearch) -> str:
    """Return cut-off, criterion, corrected figures and area under the curve as text for a paper."""
    side = "above" if result.detects_above else "below"
    units = "" if result.n_clusters is None else " of couples"
    text = (
        f"A cut-off between {result.detect} (n = {result.n_detect}, scores {side} it) and {result.other} "
        f"(n = {result.n_other}) was chosen by {result.criterion_name}: {result.cutoff_text(result.cutoff)}"
    )
    apparent, corrected, interval = result.apparent, result.corrected, result.cutoff_interval
    if interval.reason:
        text += (
            f". In this sample, sensitivity was {apa(apparent.sensitivity)} and specificity "
            f"{apa(apparent.specificity)}; these figures are not corrected for the choice."
        )
    else:
        text += (
            f", {percent(interval.confidence_level)} CI [{result.cutoff_text(interval.low)}, "
            f"{result.cutoff_text(interval.high)}]. Corrected for the choice ({result.n_resamples} "
            f"bootstrap resamples{units}), sensitivity was {apa(corrected.sensitivity)} (in this sample "
            f"{apa(apparent.sensitivity)}), specificity {apa(corrected.specificity)} "
            f"({apa(apparent.specificity)}) and Youden's J {apa(corrected.youden)} "
            f"({apa(apparent.youden)})."
        )
    return f"{text} The area under the curve was {result.auc_text()}."


def page_of(result: CutoffSearch) -> Page:
    """Return the chosen cut-off, cut-offs around it, cautions and sentence as data."""
    rows = {
        "sensitivity": (
            result.apparent.sensitivity,
            result.optimism.sensitivity,
            result.corrected.sensitivity,
        ),
        "specificity": (
            result.apparent.specificity,
            result.optimism.specificity,
            result.corrected.specificity,
        ),
        "Youden's J": (result.apparent.youden, result.optimism_of_youden, result.corrected.youden),
    }
    intervals = (result.sensitivity_interval.ends(), result.specificity_interval.ends(), "-")
    chosen = TextTable(
        title=f"Cut-off {result.cutoff_text(result.cutoff)}, by {result.criterion_name}",
        columns={
            "figure": list(rows),
            "in this sample": [apa(row[0], 3) for row in rows.values()],
            "optimism": [signed(row[1]) for row in rows.values()],
            "corrected": [apa(row[2], 3) for row in rows.values()],
            "interval at this cut-off": list(intervals),
        },
        note=(
            f"Intervals: {percent(result.cutoff_interval.confidence_level)}, "
            f"{result.sensitivity_interval.method}, as if the cut-off had been fixed before."
        ),
    )
    return Page(
        title=f"{result.title}{result.what}",
        facts=_facts(result),
        tables=(chosen, _table_around(result)),
        warnings=result.warnings,
        sentence=result.sentence(),
    )


def _facts(result: CutoffSearch) -> tuple[str, ...]:
    """Return lines about the direction, persons, ties and interval."""
    side = "above" if result.detects_above else "below"
    between = "possible scores" if result.possible_scores else "scores of the sample"
    low, high = (result.cutoff_text(end) for end in result.equally_good)
    return (
        f"{result.detect} is detected by scores {side} the cut-off; cut-offs are half-way between {between}",
        f"n = {result.n_detect} of {result.detect}, {result.n_other} of {result.other}",
        *(f"left out: {counted(n, 'person')} with {reason}" for reason, n in result.left_out.items()),
        *(() if low == high else (f"equally good: cut-offs from {low} to {high}",)),
        f"interval of the cut-off {result.cutoff_interval.ends(2)} ({result.cutoff_interval.method})",
        f"area under the curve {result.auc_text()}; it needs no correction, as nothing in it was chosen",
    )


def _table_around(result: CutoffSearch) -> TextTable:
    """Return the table of the cut-offs near the chosen one."""
    first = max(0, result.chosen - _SHOWN_AROUND)
    around = range(first, min(len(result.cutoffs), result.chosen + _SHOWN_AROUND + 1))
    figures = result.figures()
    columns = {
        "cut-off": [result.cutoff_text(float(result.cutoffs[k])) for k in around],
        "sensitivity": [apa(figures[k].sensitivity, 3) for k in around],
        "specificity": [apa(figures[k].specificity, 3) for k in around],
        "J": [apa(figures[k].youden, 3) for k in around],
        "LR+": [_endless(figures[k].positive_likelihood_ratio) for k in around],
        "LR-": [_endless(figures[k].negative_likelihood_ratio) for k in around],
    }
    note = "LR: likelihood ratios."
    if (share := result.prevalence) is not None:
        columns["PPV"] = [apa(figures[k].positive_predictive_value(share), 3) for k in around]
        columns["NPV"] = [apa(figures[k].negative_predictive_value(share), 3) for k in around]
        note += f" PPV, NPV: predictive values with {percent(round(share, 6))} of people in {result.detect}."
    n_other = len(result.cutoffs) - len(around)
    note += f" {counted(n_other, 'more cut-off')} in to_frame()." if n_other else ""
    return TextTable(title="Cut-offs (in this sample)", columns=columns, note=note)


def _endless(value: float) -> str:
    """Return a ratio as text; an infinite one in words."""
    return "infinite" if math.isinf(value) else shown(value, 2)
