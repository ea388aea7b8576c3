"""`score`: a file of answers → scores."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from intimacy_scales.cli.console import BAD_ANSWERS, err, out
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
    ProblemsFile,
    RecodePairs,
    SheetName,
    load_for,
    read_columns,
    read_missing_codes,
    read_recode,
)
from intimacy_scales.cli.terminal import (
    errors_as_messages,
    print_blank_rows,
    print_only_ticked,
    print_problems,
    print_summary,
)
from intimacy_scales.cli.terminal import progress as progress_bar
from intimacy_scales.errors import UnvalidatedInstrumentWarning


def score(
    file: AnswersFile,
    instrument: InstrumentName,
    columns: ColumnsText = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Column to keep in the output; may be repeated.")
    ] = None,
    person: Annotated[
        str | None, typer.Option(help="Column of persons' ids: for messages, and kept in the output.")
    ] = None,
    missing_code: MissingCodes = None,
    recode: RecodePairs = None,
    on_invalid: OnInvalidOption = OnInvalidChoice.RAISE,
    allow_missing_items: AllowMissingItems = False,
    answered: Annotated[
        bool,
        typer.Option("--answered", help="Write how many items were answered, and which scores are prorated."),
    ] = False,
    pomp: Annotated[
        bool, typer.Option("--pomp", help="Write scores as percent of maximum possible too.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write scores to .csv, .tsv, .parquet, .jsonl or .xlsx."),
    ] = None,
    problems: ProblemsFile = None,
    coding: CodingName = None,
    encoding: EncodingName = None,
    sheet: SheetName = None,
) -> None:
    """Score a file of answers, print a summary, and write the scores.

    Exit status: 0 done, 1 bad answers (nothing is written), 2 wrong use.
    """
    from intimacy_scales.jobs import score_file

    hint = "On the command line: --columns PATTERN, or --allow-missing-items."
    with (
        errors_as_messages(hint, instrument=instrument),
        warnings.catch_warnings(),
        progress_bar("scoring") as progress,
    ):
        warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)  # the summary says it
        report = score_file(
            load_for(instrument, coding),
            file,
            output=output,
            problems=problems,
            columns=read_columns(columns),
            keep=list(dict.fromkeys(keep or ())),
            person=person,
            missing_codes=read_missing_codes(missing_code or ()),
            recode=read_recode(recode or ()),
            on_invalid=on_invalid.as_option(),
            allow_missing_items=allow_missing_items,
            answered=answered,
            pomp=pomp,
            encoding=encoding,
            sheet=sheet,
            progress=progress,
        )
    if report.n_problems:
        print_problems(report)
        if on_invalid is OnInvalidChoice.RAISE:
            err.print("Nothing was written. To count them as missing: --on-invalid missing")
            raise typer.Exit(BAD_ANSWERS)
    print_summary(report.summary, report.n_persons, "" if answered else " (--answered marks which)")
    print_only_ticked(report.only_ticked)
    print_blank_rows(
        report.n_blank_rows,
        "they have no score, and keep their place",
        "it has no score, and keeps its place",
    )
    if report.written:
        out.print(f"\nScores written to {escape(str(output))}")
    elif output is None:
        out.print("\nTo write each person's scores: -o scores.csv")
