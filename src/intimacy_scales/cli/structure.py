"""`structure`: a file of answers → whether they support the instrument's scales."""

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
from intimacy_scales.errors import UnvalidatedInstrumentWarning

if TYPE_CHECKING:
    from intimacy_scales.factor.report.result import StructureReport


class FactorsChoice(StrEnum):
    """How factors are arranged."""

    CORRELATED = "correlated"
    ONE = "one"
    SECOND_ORDER = "second_order"
    BIFACTOR = "bifactor"


class EstimatorChoice(StrEnum):
    """Estimators."""

    ML = "ML"
    MLR = "MLR"


class MissingAnswersChoice(StrEnum):
    """How skipped answers are treated."""

    FIML = "fiml"
    LISTWISE = "listwise"
    PAIRWISE = "pairwise"


def _print_report(report: StructureReport) -> None:
    out.print(f"{escape(report.title)}\n", soft_wrap=True)
    from intimacy_scales.factor.report.wording import IMPROVEMENTS

    for name, cells in report.tables().items():
        out.print(f"[bold]{escape(name)}[/]")
        if name != IMPROVEMENTS:
            print_table(cells)
    for index in report.modifications:
        out.print(f"- {escape(index.meaning)}", soft_wrap=True)
    if report.modifications:
        out.print()
    for text in report.warnings:
        out.print(f"[yellow]![/] {escape(text)}", soft_wrap=True)
    out.print(escape(report.sentence()), soft_wrap=True)


def structure(
    file: AnswersFile,
    instrument: InstrumentName,
    scale: Annotated[
        list[str] | None, typer.Option(help="Only this scale; may be repeated. By default all of them.")
    ] = None,
    factors: Annotated[
        FactorsChoice, typer.Option(help="How the scales' factors are arranged.")
    ] = FactorsChoice.CORRELATED,
    estimator: Annotated[
        EstimatorChoice | None, typer.Option(help="MLR does not take answers for normal; the default.")
    ] = None,
    missing: Annotated[
        MissingAnswersChoice | None,
        typer.Option(help="Skipped answers: use every answer there is (fiml, the default), or fewer."),
    ] = None,
    clusters: Annotated[
        str | None, typer.Option(help="Column that says who answered together, such as couples.")
    ] = None,
    iterations: Annotated[int, typer.Option(help="Data sets of the parallel analysis.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is drawn at random.")] = 0,
    columns: ColumnsText = None,
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
    """Ask whether the pattern of answers in a file supports the instrument's scales.

    Exit status: 0 done, 1 bad answers (nothing is computed), 2 wrong use.
    """
    from intimacy_scales.jobs import structure_file

    hint = "On the command line: --columns PATTERN, or --allow-missing-items."
    hints = {"scales=[": "On the command line: --scale NAME, once for each."}
    with errors_as_messages(hint, hints), warnings.catch_warnings(), progress_bar("reading") as progress:
        warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)
        result = structure_file(
            load_for(instrument, coding),
            file,
            output=output,
            problems=problems,
            scales=scale,
            factors=factors.value,
            estimator=None if estimator is None else estimator.value,
            missing=None if missing is None else missing.value,
            clusters=clusters,
            n_iterations=iterations,
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
