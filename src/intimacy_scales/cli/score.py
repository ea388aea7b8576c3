"""The command `score`: scores from files of answers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from intimacy_scales.cli.console import BAD_ANSWERS, err, out
from intimacy_scales.cli.drawing import drawing
from intimacy_scales.cli.file_options import FileOptionsGiven, reads_file
from intimacy_scales.cli.options import OnInvalidChoice, complete_ids
from intimacy_scales.cli.recognition import named_sets, recognized
from intimacy_scales.cli.terminal import (
    errors_as_messages,
    print_blank_rows,
    print_only_ticked,
    print_problems,
    print_summary,
)
from intimacy_scales.cli.terminal import progress as progress_bar
from intimacy_scales.errors import ResponseError, UnvalidatedInstrumentWarning

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument
    from intimacy_scales.jobs import FileReport, FolderReport

_SHOWN = 5


class EngineChoice(StrEnum):
    """The engines that score several files, or read them."""

    DASK = "dask"
    SPARK = "spark"
    DUCKDB = "duckdb"


@reads_file()
def score(
    given: FileOptionsGiven,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Answers: .csv, .tsv, .txt, .parquet, .jsonl, .ndjson or .xlsx. With a folder, a pattern in "
            "quotes or several files, each is scored to a file of its own; an interrupted run is resumed.",
        ),
    ],
    instrument: Annotated[
        str | None,
        typer.Option(
            "--instrument",
            "-i",
            help="Id or file of the instrument; recognised if it is not named.",
            autocompletion=complete_ids,
        ),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Column to keep in the output; may be repeated.")
    ] = None,
    person: Annotated[
        str | None, typer.Option(help="Column of persons' ids, for messages and for the output.")
    ] = None,
    answered: Annotated[
        bool,
        typer.Option(
            "--answered", help="Also write how many items were answered, and which scores are prorated."
        ),
    ] = False,
    pomp: Annotated[
        bool, typer.Option("--pomp", help="Also write scores as percent of maximum possible.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Write scores to .csv, .tsv, .parquet, .jsonl or .xlsx; for several files, to a folder, or "
            "in one format to 'folder/*.parquet'.",
        ),
    ] = None,
    report_path: Annotated[
        Path | None,
        typer.Option(
            "--report",
            help="For one file: write a page with descriptive statistics, what was left out, and how the "
            "file was read to .html, .pdf, .docx, .md, .csv or .json.",
        ),
    ] = None,
    without_pictures: Annotated[
        bool, typer.Option("--no-pictures", help="Leave pictures out of the report.")
    ] = False,
    problems: Annotated[
        Path | None,
        typer.Option(help="Write every bad cell to this .csv file; for several files, to a folder."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Go on with the instrument that is recognised.")] = False,
    engine: Annotated[
        EngineChoice | None,
        typer.Option(
            help="For several files: engine that scores them (dask, spark), or reads them (duckdb)."
        ),
    ] = None,
    keep_gone: Annotated[
        bool,
        typer.Option("--keep-gone", help="For several files: keep scores of files that no longer exist."),
    ] = False,
) -> None:
    """Score a file of answers, print a summary, and write the scores.

    Exit status: 0 done, 1 bad answers (nothing is written), 2 wrong use.
    """
    # folders need more imports, which are left to `_scored`
    from intimacy_scales.jobs import FileReport, score_column_sets

    hint = "On the command line: --columns PATTERN"
    with (
        errors_as_messages(hint, {"gone='keep'": "On the command line: --keep-gone"}, instrument or ""),
        warnings.catch_warnings(),
        progress_bar("scoring") as progress,
    ):
        warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)  # the summary shows it
        best, sets, reports = None, {}, {}
        draw, no_pictures = drawing("score_pictures", report_path, wanted=not without_pictures)
        write_report = _report_writer(report_path, files, output, problems)
        if instrument is None:
            best = recognized(_only(files), given, go_on=yes)
            instrument = best.instrument.id
        form = given.form(instrument)
        options = {
            "problems": problems,
            "keep": list(dict.fromkeys(keep or ())),
            "person": person,
            "answered": answered,
            "pomp": pomp,
            "progress": progress,
            **given.arguments(),
        }
        if best is not None and given.columns is None:
            sets = named_sets(best)
            if len(sets) > 1:
                _refuse_report(report_path)
                given.refuse_save_mapping(
                    "columns of both partners were found, and a mapping names one for each item; score them "
                    "one after the other with -i and --columns, or leave it out"
                )
                del options["columns"]
                reports = score_column_sets(form, files[0], sets, output=output, **options)
            else:
                options["columns"] = next(iter(sets.values()))
        if len(sets) < 2:
            report = _scored(form, files, output, engine, options, given, keep_gone=keep_gone)
            if isinstance(report, FileReport):
                given.print_mapping(report.mapping)
                _write_report(write_report, form, report, given.on_invalid, draw)
    where = "" if answered else " (--answered marks which)"
    if reports:
        _print_sets(reports, output, given.on_invalid, where)
    elif isinstance(report, FileReport):
        _print_file(report, output, given.on_invalid, where)
        _print_report_path(report_path, no_pictures)
    else:
        _print_folder(report, output, where)


def _report_writer(
    path: Path | None, files: list[Path], output: Path | None, problems: Path | None
) -> Any | None:
    """Return the function that writes the report, checked before anything is read; None without one."""
    if path is None:
        return None
    from intimacy_scales.jobs.parts import is_several
    from intimacy_scales.jobs.report_of_scores import report_writer

    if len(files) > 1 or is_several(files[0]):
        raise ResponseError("--report: allowed for one file only; leave it out")
    return report_writer(path, files[0], output, problems)


def _refuse_report(path: Path | None) -> None:
    """Raise where a report is asked for of columns of both partners."""
    if path is not None:
        raise ResponseError(
            "--report: columns of both partners were found, and a report is of one set of columns; score "
            "them one after the other with -i and --columns, or leave it out"
        )


def _write_report(
    write: Any | None, form: Instrument, report: FileReport, on_invalid: OnInvalidChoice, draw: Any
) -> None:
    """Write the report of a file, unless bad cells prevented its scores."""
    if write is not None and not (report.n_problems and on_invalid is OnInvalidChoice.RAISE):
        from intimacy_scales.jobs import scoring_report

        write(scoring_report(form, report), draw)


def _print_report_path(path: Path | None, no_pictures: str | None) -> None:
    """Print where the report is, and why it has no pictures."""
    if no_pictures is not None:
        out.print(f"\nThere are no pictures: {escape(no_pictures)}", soft_wrap=True)
    if path is not None:
        out.print(f"Report written to {escape(str(path))}")


def _only(files: list[Path]) -> Path:
    """Return the only file."""
    if len(files) > 1 or files[0].is_dir():
        raise ResponseError("the instrument is recognised in one file only; name it: -i ID")
    return files[0]


def _scored(
    form: Instrument,
    files: list[Path],
    output: Path | None,
    engine: EngineChoice | None,
    options: dict[str, Any],
    given: FileOptionsGiven,
    *,
    keep_gone: bool,
) -> FileReport | FolderReport:
    """Score one file to a file, or several to a folder."""
    from intimacy_scales.jobs.parts import is_several

    if len(files) > 1 or is_several(files[0]):
        from intimacy_scales.jobs import score_folder

        given.refuse_save_mapping(
            "each of several files has its own; save it for one of them (intimacy-scales inspect FILE "
            "--save-mapping), and pass it for all: --mapping"
        )
        if output is None:
            raise ResponseError("the scores of several files are written to a folder; pass -o FOLDER")
        source: Any = files if len(files) > 1 else files[0]
        engine_name: Any = None if engine is None else engine.value
        gone: Any = "keep" if keep_gone else "refuse"
        return score_folder(form, source, output=output, engine=engine_name, gone=gone, **options)
    if engine is not None:
        raise ResponseError(f"--engine {engine.value}: allowed for several files only; leave it out")
    from intimacy_scales.jobs import score_file

    return score_file(form, files[0], output=output, **options)


def _print_file(report: FileReport, output: Path | None, on_invalid: OnInvalidChoice, where: str) -> None:
    """Print the report of one file.

    Raises
    ------
    typer.Exit
        Bad cells prevented the scores from being written.
    """
    if report.n_problems:
        print_problems(report)
        if on_invalid is OnInvalidChoice.RAISE:
            err.print("Nothing was written. To count them as missing: --on-invalid missing")
            raise typer.Exit(BAD_ANSWERS)
    print_summary(report.summary, report.n_persons, where)
    print_only_ticked(report.only_ticked)
    _print_blank_rows(report.n_blank_rows)
    if report.written:
        out.print(f"\nScores written to {escape(str(output))}")
    elif output is None:
        out.print("\nTo write each person's scores: -o scores.csv")


def _print_sets(
    reports: Mapping[str, FileReport], output: Path | None, on_invalid: OnInvalidChoice, where: str
) -> None:
    """Print the reports of several sets of columns, such as those of both partners.

    Raises
    ------
    typer.Exit
        Bad cells prevented the scores from being written.
    """
    n_bad = 0
    for name, report in reports.items():
        out.print(f"\n[bold]{escape(name)}[/]")
        if report.n_problems:
            print_problems(report)
            n_bad += report.n_problems
        print_summary(report.summary, report.n_persons, where)
        print_only_ticked(report.only_ticked)
    if n_bad and on_invalid is OnInvalidChoice.RAISE:
        err.print("Nothing was written. To count them as missing: --on-invalid missing")
        raise typer.Exit(BAD_ANSWERS)
    _print_blank_rows(next(iter(reports.values())).n_blank_rows)
    if output is not None:
        out.print(f"\nScores written to {escape(str(output))}")
    else:
        out.print("\nTo write each person's scores: -o scores.csv")


def _print_folder(report: FolderReport, output: Path | None, where: str) -> None:
    """Print the report of several files.

    Raises
    ------
    typer.Exit
        Bad cells prevented the scores of some files from being written.
    """
    if report.check.n_problems:
        err.print(f"[red]{escape(report.check.described())}[/]", soft_wrap=True)
        if remedy := report.check.remedy:
            err.print(escape(remedy.command), soft_wrap=True)
        err.print("--problems FOLDER writes all of them with their rows, to one file each", soft_wrap=True)
    if report.not_written:
        names = report.not_written
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        err.print(
            f"Not written: {escape(', '.join(names[:_SHOWN]))}{more}. After these files are corrected, the "
            "same command continues with them. To count bad cells as missing: --on-invalid missing, to a new "
            "folder",
            soft_wrap=True,
        )
    if report.summary is not None:
        scale = report.summary.scales[0]
        print_summary(report.summary, scale.n + scale.n_missing, where)
    print_only_ticked(report.only_ticked)
    _print_blank_rows(report.n_blank_rows)
    n = report.n_parts - len(report.not_written)
    before = f", {report.n_done_before} of them by an earlier run" if report.n_done_before else ""
    files = "1 file" if n == 1 else f"{n} files"
    out.print(f"\nScores of {files} written to {escape(str(output))}{before}", soft_wrap=True)
    if report.not_written:
        raise typer.Exit(BAD_ANSWERS)


def _print_blank_rows(n_blank_rows: int) -> None:
    print_blank_rows(
        n_blank_rows,
        "they have no score, and keep their place",
        "it has no score, and keeps its place",
    )
