"""Commands that read a file of answers and print a report."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.markup import escape

from intimacy_scales.cli.console import BAD_ANSWERS, err, out
from intimacy_scales.cli.drawing import drawing
from intimacy_scales.cli.file_options import FileOptionsGiven, reads_file, with_parameters
from intimacy_scales.cli.options import AnswersFile, InstrumentName, PersonColumn, ProblemsFile
from intimacy_scales.cli.terminal import errors_as_messages, print_blank_rows, print_problems
from intimacy_scales.cli.terminal import progress as progress_bar
from intimacy_scales.errors import KeyingWarning, SingleClustersWarning, UnvalidatedInstrumentWarning

ReportT = TypeVar("ReportT")
_HINT = "On the command line: --columns PATTERN"


def report_command(
    *,
    options: Callable[..., dict[str, Any]],
    job: Callable[[], Callable[..., Any]],
    show: Callable[[Any], None],
    pictures: str,
    hints: Mapping[str, str] | None = None,
    without_output: str | None = None,
) -> Callable[..., None]:
    """Return a command that runs a job and prints its report.

    Parameters
    ----------
    options
        Function of the options that only this command has, which returns arguments of the job. Its docstring
        becomes that of the command.
    job
        Function that returns the job, imported only when the command runs.
    show
        Function that prints a report.
    pictures
        Name of the function of `intimacy_scales.plots` that draws the pictures of a report.
    hints
        Part of an error message of the job → what to do on the command line.
    without_output
        Text to print if the report was not written to a file.
    """

    def command(
        given: FileOptionsGiven,
        file: AnswersFile,
        instrument: InstrumentName,
        person: PersonColumn = None,
        output: _Output = None,
        without_pictures: _WithoutPictures = False,
        problems: ProblemsFile = None,
        **values: Any,
    ) -> None:
        with (
            errors_as_messages(_HINT, hints or {}, instrument),
            warnings.catch_warnings(),
            progress_bar("reading") as bar,
        ):
            for category in (KeyingWarning, SingleClustersWarning, UnvalidatedInstrumentWarning):
                warnings.simplefilter("ignore", category)  # the report contains it
            draw, no_pictures = drawing(pictures, output, wanted=not without_pictures)
            result = job()(
                given.form(instrument),
                file,
                output=output,
                problems=problems,
                person=person,
                draw=draw,
                progress=bar,
                **given.arguments(),
                **options(**values),
            )
            given.print_mapping(result.mapping)
        if result.n_problems:
            print_problems(result)
        if result.report is None:
            err.print("Nothing was computed. To count them as missing: --on-invalid missing")
            raise typer.Exit(BAD_ANSWERS)
        show(result.report)
        print_blank_rows(result.n_blank_rows, "nobody answered there")
        if no_pictures is not None:
            out.print(f"\nThere are no pictures: {escape(no_pictures)}", soft_wrap=True)
        if output is not None:
            out.print(f"\nReport written to {escape(str(output))}")
        elif without_output is not None:
            out.print(f"\n{without_output}")

    usual = list(inspect.signature(command, eval_str=True).parameters.values())[:-1]
    specific = inspect.signature(options, eval_str=True).parameters.values()
    first = [p for p in usual if p.default is p.empty]
    return reads_file()(with_parameters(command, [*first, *specific, *usual[len(first) :]], options))


_Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write the report to .html, .pdf, .docx, .md, .csv or .json."),
]
_WithoutPictures = Annotated[
    bool, typer.Option("--no-pictures", help="Leave pictures out of .html, .pdf and .docx.")
]
