"""The sentences and tables of a structure report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.results.fit_sentence import (
    MISSING,
    fit_text,
    improper_sentence,
)
from intimacy_scales.factor.report.guides import LARGEST_HTMT, Guide
from intimacy_scales.results.wording import apa, counted, shown

if TYPE_CHECKING:
    from intimacy_scales.factor.report.result import StructureReport

_ARRANGED = {
    "correlated": "correlated factors",
    "one": "one factor",
    "second_order": "a second-order factor",
    "bifactor": "a general factor in addition to those of the scales",
}
_MARKS = {None: "", "elsewhere": " (!)", "spread": " (spread)", "shared": " (shared)"}
IMPROVEMENTS = "Parameters that would improve fit most (found in these answers; confirm them in others)"


def structure_sentence(report: StructureReport) -> str:
    """Return the sentences for a Results section."""
    sentences = [_model_sentence(report)]
    loadings = [item.loading for item in report.items if not math.isnan(item.loading)]
    if report.general:
        low, high = min(report.general.values()), max(report.general.values())
        loading_of = "items" if report.factors == "bifactor" else "factors"
        sentences.append(
            f"Standardized loadings of {loading_of} on the general factor were {apa(low)} to {apa(high)}."
        )
    if loadings and report.factors == "bifactor":
        sentences.append(
            f"Those on the factors of the scales were {apa(min(loadings))} to {apa(max(loadings))}."
        )
    elif loadings:
        sentences.append(f"Standardized loadings were {apa(min(loadings))} to {apa(max(loadings))}.")
    pairs = [
        float(report.factor_correlations[i, j])
        for i in range(len(report.factor_names))
        for j in range(i)
        if report.factors == "correlated"
    ]
    if pairs and all(math.isfinite(value) for value in pairs):
        ends = apa(pairs[0]) if len(pairs) == 1 else f"{apa(min(pairs))} to {apa(max(pairs))}"
        sentences.append(f"Factors correlated {ends}.")
    if report.heterotrait is not None:
        sentences += [_ratio_sentence(g) for g in report.guides if g.index.startswith(LARGEST_HTMT)]
    if report.parallel is not None:
        parallel = report.parallel
        sentences.append(
            f"Parallel analysis ({parallel.n_iterations} {parallel.null} data sets, "
            f"{100 * parallel.quantile:g}th percentile) suggested {counted(parallel.n_factors, 'factor')}, "
            f"and {counted(parallel.n_components, 'component')}."
        )
    if report.improper:
        sentences.append(improper_sentence(report.improper))
    if report.instrument.status == "draft":
        ref = report.instrument
        sentences.append(f"{ref.named} is a draft, and its scores are not validated.")
    return " ".join(sentences)


def _ratio_sentence(guide: Guide) -> str:
    """Return the sentence on the largest ratio, and on its correlations where answers are missing."""
    kind = guide.index.removeprefix(LARGEST_HTMT).strip(" ()")
    source = {"pairwise": ", of pairwise correlations", "listwise": ", of complete answers only"}.get(
        kind, ""
    )
    return f"The largest heterotrait-monotrait ratio was {apa(guide.value)}{source}."


def _model_sentence(report: StructureReport) -> str:
    """Return the sentence on the model of the keys and its fit."""
    n_items = counted(len(report.items), "item")
    arranged = _ARRANGED[report.factors] if len(report.scales) > 1 else "one factor"
    n_factors = f"{len(report.scales)} " if arranged == "correlated factors" else ""
    what = f"the model of the keys of {report.instrument.id} ({n_items}, {n_factors}{arranged})"
    if report.fit is None:
        return f"No fit is reported for {what}, which could not be estimated."
    fit = report.fit
    persons = f"n = {report.n}" if report.n == report.n_rows else f"n = {report.n} of {report.n_rows}"
    persons += "" if report.n_clusters is None else f" in {report.n_clusters} clusters"
    if fit.df == 0:
        return (
            f"A confirmatory factor analysis of {what} has no degrees of freedom, so that it tests nothing "
            f"({persons})."
        )
    estimator = discrepancy_of(report.estimator).title
    skipped = "no answers missing" if report.n_complete == report.n_rows else MISSING[report.missing]
    sample = f"{persons}, {skipped}"
    return f"A confirmatory factor analysis of {what} by {estimator} ({sample}) gave {fit_text(fit)}."


def item_cells(report: StructureReport) -> dict[str, dict[str, list[str]]]:
    """Return the tables of a report: heading → column → texts."""
    tables = {
        "Guides": {
            "Index": [g.index for g in report.guides],
            "Value": [apa(g.value, 3) for g in report.guides],
            "Guide": [g.wanted for g in report.guides],
            "Source": [g.source for g in report.guides],
            "Met": [{True: "yes", False: "no", None: "-"}[g.met] for g in report.guides],
        },
        "Items": {
            "Item": [i.item for i in report.items],
            "Scale": [i.scale for i in report.items],
            "Loading": [apa(i.loading) for i in report.items],
            "SE": [apa(i.se, 2) for i in report.items],
            "Explained": [apa(i.explained) for i in report.items],
            "EFA": [f"{i.efa_factor or '-'}{_MARKS[i.efa_flag]}" for i in report.items],
            "EFA loading": [apa(i.efa_loading) for i in report.items],
        },
    }
    if report.general and report.factors == "bifactor":
        items = tables["Items"]
        general = [apa(report.general[i.item]) for i in report.items]
        tables["Items"] = {"Item": items["Item"], "General": general} | items
    elif report.general:
        tables["General factor"] = {
            "Factor": list(report.general),
            "Loading": [apa(value) for value in report.general.values()],
        }
    if not report.guides:
        del tables["Guides"]
    if len(report.factor_names) > 1 and report.factors == "correlated":
        tables["Factor correlations (below) and HTMT (above)"] = _correlation_cells(report)
    if report.modifications:
        tables[IMPROVEMENTS] = {
            "Parameter": [m.name for m in report.modifications],
            "Index": [shown(m.index, 2) for m in report.modifications],
            "Change (std.)": [apa(m.std_all, 2) for m in report.modifications],
            "In words": [m.meaning.partition(":")[0] for m in report.modifications],
        }
    return tables


def _correlation_cells(report: StructureReport) -> dict[str, list[str]]:
    """Return the table of factor correlations below and ratios above the diagonal."""
    names = report.factor_names
    columns: dict[str, list[str]] = {"": [f"{n} {name}" for n, name in enumerate(names, 1)]}
    for j, name in enumerate(names):
        texts = []
        for i, other in enumerate(names):
            value = report.factor_correlations[i, j]
            if i < j:
                value = math.nan
                known = report.heterotrait.names if report.heterotrait is not None else ()
                if report.heterotrait is not None and name in known and other in known:
                    value = report.heterotrait.htmt[known.index(other), known.index(name)]
            texts.append("" if i == j else apa(float(value)))
        columns[str(j + 1)] = texts
    return columns
