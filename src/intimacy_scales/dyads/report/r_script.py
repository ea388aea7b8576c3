"""The R script of a report of couples: agreement of partners, and the actor-partner model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from intimacy_scales.dyads.agreement.scale_agreement import ScaleAgreement
from intimacy_scales.errors import EstimationError
from intimacy_scales.results.r_text import (
    AS_NUMBERS,
    SAY,
    comment,
    packages_line,
    r_string,
    r_strings,
    reading_lines,
    script,
)

if TYPE_CHECKING:
    from intimacy_scales.dyads.report.result import CoupleReport


def couple_report_script(report: CoupleReport, path: str, model_path: str) -> str:
    """Return the script of a report of couples.

    Raises
    ------
    EstimationError
        Couples of several compositions, whose rows the script could not tell apart.
    """
    if report.mixed:
        raise EstimationError(
            "to_r(): couples of several compositions are in the sample; make a report of the couples of each "
            "composition, or use report.model.to_r() for the model alone"
        )
    columns = [f"{part.scale}_{name}" for part in report.agreement.scales for name in part.partners]
    parts = [[*_lines(part)] for part in report.agreement.scales]
    model = [] if report.model is None else [*comment("Actor-partner model"), report.model.to_r(model_path)]
    return script(
        comment(
            "Agreement of partners, as intimacy-scales computes it",
            "The file has a row for each couple, and a column for each scale and partner: it is written by",
            "couple_scores(dyads).to_frame().to_csv(path, index=False).",
            "Reliability and invariance are those of factor models of both partners, and not in this script.",
        ),
        packages_line("psych"),
        reading_lines(path),
        AS_NUMBERS,
        f"answers <- as_numbers(answers, {r_strings(columns)})",
        SAY,
        *parts,
        model,
    )


def _lines(part: ScaleAgreement) -> Iterator[str]:
    """Yield the lines for one scale."""
    columns = r_strings([f"{part.scale}_{name}" for name in part.partners])
    yield f"x <- na.omit(answers[{columns}])"
    yield _say(part, "n_couples", "nrow(x)")
    if part["icc"].reason is None:
        yield "icc <- suppressMessages(suppressWarnings(psych::ICC(x, lmer = FALSE)))$results"
        yield _say(part, "icc.estimate", "icc$ICC[1]")
    if not part.distinguishable:
        return
    if part["pearson_r"].reason is None:
        yield "test <- cor.test(x[[1]], x[[2]])"
        yield _say(part, "pearson_r.estimate", "test$estimate")
        yield _say(part, "pearson_r.p_value", "test$p.value")
    if not part["mean_difference"].test_reason:
        yield "test <- t.test(x[[1]], x[[2]], paired = TRUE)"
        yield _say(part, "mean_difference.estimate", "test$estimate")
        yield _say(part, "mean_difference.statistic", "test$statistic")
        yield _say(part, "mean_difference.p_value", "test$p.value")


def _say(part: ScaleAgreement, figure: str, code: str) -> str:
    return f"say({r_string(f'{part.scale}.{figure}')}, {code})"
