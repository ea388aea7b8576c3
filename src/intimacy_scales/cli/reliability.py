"""`reliability`: a file of answers → how far its scores can be trusted."""

from __future__ import annotations

import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from intimacy_scales.cli.options import (
    AllowMissingItems,
    AnswersFile,
    CodingName,
    ColumnsText,
    EncodingName,
    InstrumentName,
    MissingCodes,
    OnInvalidChoice,
    OnInvalidOption,
    PersonColumn,
    ProblemsFile,
    load_for,
    read_columns,
    read_missing_codes,
)
from intimacy_scales.cli.terminal import (
    BAD_ANSWERS,
    err,
    errors_as_messages,
    out,
    print_problems,
    print_table,
)
from intimacy_scales.cli.terminal import progress as progress_bar
from intimacy_scales.errors import KeyingWarning, UnvalidatedInstrumentWarning

if TYPE_CHECKING:
    from intimacy_scales.reliability.report.report import ReliabilityReport

_SECOND = ("Omega total", "Lambda-2", "Split-half", "Mean r", "Stratified alpha")


class MissingChoice(StrEnum):
    """How skipped answers are treated."""

    PAIRWISE = "pairwise"
    LISTWISE = "listwise"


class IntervalChoice(StrEnum):
    """Kinds of intervals."""

    BONETT = "bonett"
    BONETT_WRIGHT = "bonett-wright"
    FELDT = "feldt"
    DUHACHEK = "duhachek"
    ADF = "adf"
    BOOTSTRAP = "bootstrap"
    BCA = "bca"


def _print_report(report: ReliabilityReport) -> None:
    from intimacy_scales.reliability.report.rendering import report_cells

    cells = report_cells(report.columns(), report.confidence_level)
    scale = next(iter(cells))
    out.print(f"{escape(report.title)}; intervals: {report.interval_method}\n", soft_wrap=True)
    for names in ([name for name in cells if name not in _SECOND], [scale, *_SECOND]):
        print_table({name: cells[name] for name in names if name in cells})
    for text in report.warnings:
        out.print(f"[yellow]![/] {escape(text)}", soft_wrap=True)
    out.print(escape(report.sentence()), soft_wrap=True)


def reliability(
    file: AnswersFile,
    instrument: InstrumentName,
    columns: ColumnsText = None,
    missing: Annotated[
        MissingChoice, typer.Option(help="Skipped answers: use all who answered both items, or all items.")
    ] = MissingChoice.PAIRWISE,
    confidence_level: Annotated[float, typer.Option(help="Of the intervals of alpha.")] = 0.95,
    interval: Annotated[
        IntervalChoice | None,
        typer.Option(help="Kind of interval; bonett by default, adf with --clusters."),
    ] = None,
    clusters: Annotated[
        str | None, typer.Option(help="Column that says who answered together, such as couples.")
    ] = None,
    resamples: Annotated[int, typer.Option(help="Resamples of a bootstrap interval.")] = 2000,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of a bootstrap interval.")] = None,
    person: PersonColumn = None,
    missing_code: MissingCodes = None,
    on_invalid: OnInvalidOption = OnInvalidChoice.RAISE,
    allow_missing_items: AllowMissingItems = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the report to .json, .csv, .md or .html.")
    ] = None,
    problems: ProblemsFile = None,
    coding: CodingName = None,
    encoding: EncodingName = None,
) -> None:
    """Compute the reliability of every scale from a file of answers.

    Exit status: 0 done, 1 bad answers (nothing is computed), 2 wrong use.
    """
    from intimacy_scales.jobs import reliability_file

    hint = "On the command line: --columns PATTERN, or --allow-missing-items."
    with errors_as_messages(hint), warnings.catch_warnings(), progress_bar("reading") as progress:
        for said_anyway in (KeyingWarning, UnvalidatedInstrumentWarning):
            warnings.simplefilter("ignore", said_anyway)
        result = reliability_file(
            load_for(instrument, coding),
            file,
            output=output,
            problems=problems,
            missing="pairwise" if missing is MissingChoice.PAIRWISE else "listwise",
            confidence_level=confidence_level,
            interval=None if interval is None else interval.value,
            clusters=clusters,
            n_resamples=resamples,
            rng=seed,
            columns=read_columns(columns),
            person=person,
            missing_codes=read_missing_codes(missing_code or ()),
            on_invalid=on_invalid.as_option(),
            allow_missing_items=allow_missing_items,
            encoding=encoding,
            progress=progress,
        )
    if result.n_problems:
        print_problems(result)
    if result.report is None:
        err.print("Nothing was computed. To count them as missing: --on-invalid missing")
        raise typer.Exit(BAD_ANSWERS)
    _print_report(result.report)
    if output is not None:
        out.print(f"\nReport written to {escape(str(output))}")
    else:
        out.print("\nFor items too: -o report.html, .md or .json; for a table: -o report.csv")
