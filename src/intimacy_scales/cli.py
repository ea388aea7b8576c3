"""The command line: arguments → public functions, results → tables on a terminal."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from intimacy_scales import __version__
from intimacy_scales.banks import available, example_path, load
from intimacy_scales.errors import (
    InstrumentError,
    MissingColumnsError,
    ResponseError,
    UnvalidatedInstrumentWarning,
)
from intimacy_scales.instrument import Instrument, Scale

if TYPE_CHECKING:
    from intimacy_scales.interop import FileReport
    from intimacy_scales.scoring.summary import ScoreSummary

BAD_ANSWERS = 1
WRONG_USE = 2

_HEADINGS = {"% floor": "% at\nfloor", "% ceiling": "% at\nceiling", "% not scored": "% not\nscored"}

app = typer.Typer(
    name="intimacy-scales",
    help="Score questionnaires about close relationships.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class OnInvalidChoice(StrEnum):
    """What to do about cells that are no answers."""

    RAISE = "raise"
    MISSING = "missing"


@contextmanager
def _errors_as_messages(hint: str = "") -> Iterator[None]:
    """Turn the library's errors into a message and an exit status."""
    try:
        yield
    except OSError as error:
        err.print(
            f"[red]error:[/] {escape(str(error.filename or ''))}: {escape(error.strerror or str(error))}"
        )
        raise typer.Exit(WRONG_USE) from None
    except (InstrumentError, ResponseError, ImportError) as error:
        more = f"\n{hint}" if hint and isinstance(error, MissingColumnsError) else ""
        err.print(f"[red]error:[/] {escape(str(error))}{escape(more)}", soft_wrap=True)
        raise typer.Exit(WRONG_USE) from None


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"intimacy-scales {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Score questionnaires about close relationships."""


@app.command("list")
def list_instruments() -> None:
    """List the instruments that are shipped."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("items", justify="right")
    table.add_column("status", no_wrap=True)
    table.add_column("title")
    for entry in available():
        status = "[yellow]draft[/]" if entry.status == "draft" else entry.status
        table.add_row(entry.id, str(entry.n_items), status, escape(entry.title))
    out.print(table)
    out.print("\n[yellow]draft[/]: nobody has shown yet that its scores mean what they say.")


def _scale_line(scale: Scale) -> tuple[str, str, str]:
    if scale.of:
        return scale.id, f"{scale.method} of scales", ", ".join(scale.of)
    return scale.id, scale.method, " ".join(scale.items)


@app.command()
def show(instrument: Annotated[str, typer.Argument(help="Id or file of an instrument.")]) -> None:
    """Show an instrument: items, response scale, scales with their keys, evidence, permission."""
    with _errors_as_messages():
        form = load(instrument)
    out.print(f"[bold]{escape(form.title)}[/]\n{escape(str(form.ref))}  digest {form.digest[:12]}…")
    if form.description:
        out.print(escape(form.description))
    _print_provenance(form)
    for response_scale in dict.fromkeys(item.response_scale for item in form.items):
        labels = ", ".join(f"{value} {text}" for value, text in response_scale.labels)
        out.print(escape(f"Answers: {labels or response_scale.describe()}"))
    table = Table(box=None, header_style="bold", pad_edge=False, title="\nItems", title_justify="left")
    for column in ("id", "facet", "answers", "text"):
        table.add_column(column, overflow="fold")
    for item in form.items:
        text = escape(item.text) if item.text else "[dim]key only, no wording[/]"
        table.add_row(escape(item.id), escape(item.facet or ""), item.response_scale.describe(), text)
    out.print(table)
    scales = Table(box=None, header_style="bold", pad_edge=False, title="\nScales", title_justify="left")
    for column in ("id", "score", "of (- is reverse-keyed)", "scored when"):
        scales.add_column(column, overflow="fold")
    for scale in form.scales:
        default = "" if scale.missing else " (the library's default)"
        scales.add_row(*map(escape, _scale_line(scale)), scale.missing_rule.describe() + default)
    out.print(scales)


def _print_provenance(form: Instrument) -> None:
    if form.evidence.note:
        out.print(escape(form.evidence.note))
    for citation in form.citations:
        out.print(f"Cite: {escape(str(citation))}")
    if form.license:
        out.print(f"Permission: {escape(form.license.name)}. {escape(form.license.text or '')}")
    for source in form.evidence.sources:
        out.print(f"[dim]Source: {escape(source.title)} ({escape(source.where or '')})[/]")


def _columns(text: str | None) -> Any:
    """Read ``--columns``: a pattern, or a TOML or JSON file of ``item = "column"``."""
    if text is None or not text.endswith((".toml", ".json")):
        return text
    import json
    import tomllib

    try:
        content = Path(text).read_text(encoding="utf-8-sig")
        mapping = tomllib.loads(content) if text.endswith(".toml") else json.loads(content)
    except (OSError, ValueError) as error:
        raise ResponseError(f"--columns {text}: cannot be read: {error}") from None
    if not isinstance(mapping, dict) or not all(isinstance(name, str) for name in mapping.values()):
        raise ResponseError(f'--columns {text}: must hold lines of item = "column"')
    return mapping


@contextmanager
def _progress(description: str) -> Iterator[Any]:
    """Show a progress bar on standard error, where that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _figure(value: Any) -> str:
    """Write a figure with two decimals, and none as a dash."""
    if not isinstance(value, float):
        return str(value)
    return "-" if math.isnan(value) else f"{value:.2f}"


def _print_summary(summary: ScoreSummary, n_persons: int) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    rows = [{k: _figure(v) for k, v in scale.to_dict().items()} for scale in summary.scales]
    for name in rows[0]:
        heading = _HEADINGS.get(name, name)
        table.add_column(heading, justify="left" if name == "scale" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row.values()))
    out.print(f"{escape(str(summary.instrument))}, {n_persons} persons\n")
    out.print(table)


def _print_problems(report: FileReport) -> None:
    shown = report.first_problems
    count = "1 answer is" if report.n_problems == 1 else f"{report.n_problems} answers are"
    err.print(f"[red]{count} not valid[/] (row 1 is the first after the header):")
    for problem in shown:
        where = f"row {(problem.row or 0) + 1}" + (
            f", {problem.person}" if problem.person is not None else ""
        )
        hint = f"; {problem.suggestion}" if problem.suggestion else ""
        err.print(
            escape(f"  {where}, column {problem.column}: {problem.value!r} {problem.reason}; ")
            + escape(f"allowed: {problem.allowed}{hint}"),
            soft_wrap=True,
        )
    if report.n_problems > len(shown):
        err.print(f"  … and {report.n_problems - len(shown)} more; --problems FILE.csv writes all of them")
    code = report.likely_missing_code
    if code:
        err.print(escape(code.describe(f"pass --missing-code {code.value!r}")), soft_wrap=True)


def _missing_codes(codes: Sequence[str]) -> list[int | float | str]:
    """Read codes given as text: numbers where they are numbers."""
    read: list[int | float | str] = []
    for code in codes:
        try:
            read.append(int(code))
        except ValueError:
            read.append(code)
    return read


@app.command()
def score(
    file: Annotated[
        Path, typer.Argument(help="Answers: .csv, .tsv, .txt, .parquet, .jsonl, .ndjson or .xlsx.")
    ],
    instrument: Annotated[str, typer.Option("--instrument", "-i", help="Id or file of the instrument.")],
    columns: Annotated[
        str | None,
        typer.Option(
            help="Pattern such as 'q{n}' ({n}: position from 1, {item}: id), or a file of item = column."
        ),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Column to keep in the output; may be repeated.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Column of persons' ids, for messages.")] = None,
    missing_code: Annotated[
        list[str] | None, typer.Option(help="Value that means no answer, such as -99; may be repeated.")
    ] = None,
    on_invalid: Annotated[
        OnInvalidChoice, typer.Option(help="Bad cells: stop and write nothing, or count them as missing.")
    ] = OnInvalidChoice.RAISE,
    allow_missing_items: Annotated[
        bool, typer.Option("--allow-missing-items", help="Items without a column were skipped by everyone.")
    ] = False,
    answered: Annotated[bool, typer.Option("--answered", help="Write how many items were answered.")] = False,
    pomp: Annotated[
        bool, typer.Option("--pomp", help="Write scores as percent of maximum possible too.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write scores to .csv, .tsv, .parquet, .jsonl or .xlsx."),
    ] = None,
    problems: Annotated[Path | None, typer.Option(help="Write every bad cell to this .csv file.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file, if not detected.")] = None,
) -> None:
    """Score a file of answers, print a summary, and write the scores.

    Exit status: 0 done, 1 bad answers (nothing is written), 2 wrong use.
    """
    from intimacy_scales.interop import score_file

    hint = "On the command line: --columns PATTERN, or --allow-missing-items."
    with _errors_as_messages(hint), warnings.catch_warnings(), _progress("scoring") as progress:
        warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)  # the summary says it
        report = score_file(
            load(instrument),
            file,
            output=output,
            problems=problems,
            columns=_columns(columns),
            keep=keep or (),
            person=person,
            missing_codes=_missing_codes(missing_code or ()),
            on_invalid="raise" if on_invalid is OnInvalidChoice.RAISE else "missing",
            allow_missing_items=allow_missing_items,
            answered=answered,
            pomp=pomp,
            encoding=encoding,
            progress=progress,
        )
    if report.n_problems:
        _print_problems(report)
        if on_invalid is OnInvalidChoice.RAISE:
            err.print("Nothing was written. To count them as missing: --on-invalid missing")
            raise typer.Exit(BAD_ANSWERS)
    _print_summary(report.summary, report.n_persons)
    if report.written:
        out.print(f"\nScores written to {escape(str(output))}")
    elif output is None:
        out.print("\nTo write each person's scores: -o scores.csv")


@app.command()
def demo() -> None:
    """Score the shipped example: simulated couples, nobody's real answers."""
    from intimacy_scales.interop import score_file

    path, form = example_path(), load("scii-24")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)  # the summary says it
        report = score_file(form, path)
        out.print(
            f"[bold]Simulated answers[/] of {report.n_persons // 2} couples to the {form.title} "
            f"({len(form.items)} items, 1 to 7, a few left out). Nobody gave these answers.\n"
        )
        _print_summary(report.summary, report.n_persons)
        _print_first_couples(path)
    out.print(
        "\nWith a file of your own:\n"
        "    intimacy-scales score answers.csv -i scii-24 -o scores.csv\n"
        "In Python:\n"
        "    from intimacy_scales import score\n"
        '    answers = {"tru01": 6, "tru04": 5, "tru09": 2, "tru11": 6}\n'
        '    score("scii-24", answers).scores["trust"]'
    )


def _print_first_couples(path: Path) -> None:
    """Print the scores of the first two couples, partners side by side."""
    from intimacy_scales.interop import open_answers
    from intimacy_scales.scoring import score as score_answers

    file = open_answers(path)
    answers = next(file.batches(file.names))
    scores = score_answers("scii-24", answers)
    couples, partners = answers.values("couple", "keep"), answers.values("partner", "keep")
    table = Table(box=None, header_style="bold", pad_edge=False, title="\nThe first two couples")
    table.title_justify = "left"
    table.add_column("scale", no_wrap=True)
    for row in range(4):
        table.add_column(f"couple {couples[row]}\npartner {partners[row]}", justify="right", no_wrap=True)
    for scale in scores.scale_ids:
        table.add_row(scale, *(_figure(value) for value in scores[scale][:4].tolist()))
    out.print(table)


if __name__ == "__main__":
    app()
