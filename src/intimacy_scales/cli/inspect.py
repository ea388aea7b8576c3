"""The command `inspect`: how a file of answers is read, before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from intimacy_scales.cli.console import out
from intimacy_scales.cli.file_options import FileOptionsGiven, reads_file
from intimacy_scales.cli.options import complete_ids
from intimacy_scales.cli.terminal import errors_as_messages

_ALL_SHOWN = ("on_invalid", "allow_missing_items")


@reads_file(without=_ALL_SHOWN)
def inspect_file(
    given: FileOptionsGiven,
    file: Annotated[Path, typer.Argument(help="A file of answers, as any tool exports it.")],
    instrument: Annotated[
        str | None,
        typer.Option(
            "--instrument",
            "-i",
            help="Id or file of the instrument to look for.",
            autocompletion=complete_ids,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Show how a file of answers is read: platform, columns, options, rows."""
    from intimacy_scales.interop.answers.read import inspect_answers

    with errors_as_messages("On the command line: --columns PATTERN.", {}, instrument or ""):
        form = None if instrument is None else given.form(instrument)
        report = inspect_answers(file, form, **{**given.arguments(), "allow_missing_items": True})
        given.save(report)
    if as_json:
        out.print_json(report.to_json())
        return
    for line in report.lines():
        out.print(escape(line), soft_wrap=True)
