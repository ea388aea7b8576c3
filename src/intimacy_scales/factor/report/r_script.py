"""The R script that fits the model of a structure report with lavaan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.results.r_script import (
    FitCall,
    check_no_auxiliary,
    estimator_options,
    model_names,
    opening,
    sample_options,
    say_fit_line,
)
from intimacy_scales.instrument import Instrument
from intimacy_scales.results.r_text import comment, r_string, renamed_text, script

if TYPE_CHECKING:
    from intimacy_scales.factor.report.result import StructureReport


def structure_script(report: StructureReport, form: Instrument, path: str, *, clusters: str) -> str:
    """Return the script of the model that the keys imply."""
    check_no_auxiliary(report.auxiliary)
    if report.fit is None:
        raise EstimationError(
            f"to_r(): the model of the keys could not be estimated ({report.reason}); exploratory factors, "
            "where the report has them, have a script of their own: report.exploratory.to_r()"
        )
    model = Model.from_instrument(form, scales=report.scales, factors=report.factors)  # type: ignore[arg-type]
    names = model_names(model, "", clusters)
    options = sample_options([names[name] for name in model.observed], report.missing, report.n, report.fit)
    options |= estimator_options(report.estimator, report.fit)
    if report.n_clusters is not None:
        options["cluster"] = r_string(clusters)
    if report.factors != "second_order":
        options["std.lv"] = "TRUE"
    call = FitCall(
        model=renamed_text(str(model), names),
        variables=model.observed,
        function="cfa",
        options=options,
    )
    return script(
        *opening(form, path, model, names, "Structure", fit=report.fit, missing=report.missing),
        [*call.lines(), say_fit_line(report.fit), *_loadings(report, names)],
        comment(
            "Exploratory factors and parallel analysis: report.exploratory.to_r(), report.parallel.to_r().",
            "Ratios (HTMT) and modification indices are left out.",
        ),
    )


def _loadings(report: StructureReport, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines that print standardized loadings and correlations of factors."""
    yield "solution <- lavaan::standardizedSolution(fit)"
    yield 'loadings <- solution[solution$op == "=~", ]'
    if report.general:
        general = (
            "table(loadings$lhs)[loadings$lhs] == max(table(loadings$lhs))"
            if report.factors == "bifactor"
            else "loadings$rhs %in% loadings$lhs"
        )
        yield f"general <- c({general})"
        yield 'say(paste0("general[", ours(loadings$rhs[general]), "]"), loadings$est.std[general])'
        yield "loadings <- loadings[!general, ]"
    yield 'say(paste0("items[", ours(loadings$rhs), "].loading"), loadings$est.std)'
    yield 'say(paste0("items[", ours(loadings$rhs), "].se"), loadings$se)'
    factors = report.factor_names
    if report.factors == "correlated" and len(factors) > 1:
        yield 'correlations <- lavaan::lavInspect(fit, "cor.lv")'
        for i, name in enumerate(factors):
            for other in factors[:i]:
                pair = f"{r_string(names[name])}, {r_string(names[other])}"
                yield f'say("factor_correlations[{name}, {other}]", correlations[{pair}])'
