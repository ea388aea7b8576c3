"""Output that commands share: errors as messages, progress, figures, problems and tables."""

from __future__ import annotations

import re
import shlex
import warnings
from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from intimacy_scales.cli.console import WRONG_USE, err, out
from intimacy_scales.cli.options import typed_source
from intimacy_scales.errors import (
    AnotherRangeWarning,
    EstimationError,
    InstrumentError,
    KeyingWarning,
    MissingColumnsError,
    NoNormsError,
    ResponseError,
    ResponseProblem,
    UnverifiedKeyWarning,
)
from intimacy_scales.results.figure_texts import column_texts
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    from intimacy_scales.jobs import CoupleFileReport, FileReport
    from intimacy_scales.jobs.job import StatisticsFileReport
    from intimacy_scales.scoring.summary import ScoreSummary

_SHOWN_ALIKE = 3  # cells with the same fault, after the first
_LONG = 9  # characters, from which texts in a table are folded
_VARIANT = re.compile(r"instrument\.(with_response_scale\(.*\))\.$", re.MULTILINE)
_ENCODING = re.compile(r"encoding='([\w-]+)'")
_SKIP_ROWS = re.compile(r"skip_rows=(\d+)\.")
_PARTNERS = re.compile(r"pass partners=(\{.*\}); ")
_SHEET = re.compile(r"sheet=('[^']+'|\"[^\"]+\")")
_WORDING = re.compile(r"score with load\('[^']+'(.*?)\)\.$", re.MULTILINE)
_WORDING_OPTIONS = {"version": "--form-version", "language": "--language", "variant": "--variant"}
_GIVEN = re.compile(r"(\w+)='([^']+)'")
_PYTHON_ADVICE = {  # advice in an error that is for Python → the same for the command line
    "pass allow_missing_items=True": "On the command line: --allow-missing-items",
    "give a mapping of item ids to columns": "On the command line: name a .toml file with lines of "
    'item = "column" instead of the pattern',
    "give language= too": "On the command line: --language LANGUAGE --variant VARIANT",
    ".with_texts(": "On the command line, leave --language out: a key reads numbers in any language.",
}

_HEADINGS = {
    "% floor": "% at\nfloor",
    "% ceiling": "% at\nceiling",
    "% not scored": "% not\nscored",
    "n prorated": "n pro-\nrated",
}


def _print_warning(message: Warning | str, *_where: Any, instrument: str | None = None, **_how: Any) -> None:
    more = ""
    if instrument is not None and (call := _VARIANT.search(str(message))):
        source = typed_source(instrument)
        loaded = f"load({source!r})" if isinstance(source, str) else f"load_file({str(source)!r})"
        more = (
            "\nTwo lines of Python write a form for it, to be named with --instrument own.toml:\n"
            f"  form = {loaded}.{call[1]}\n"
            '  Path("own.toml").write_text(form.to_toml(), encoding="utf-8")'
        )
    err.print(f"[yellow]warning:[/] {escape(str(message) + more)}", soft_wrap=True)


@contextmanager
def errors_as_messages(
    hint: str = "", hints: Mapping[str, str] | None = None, instrument: str | None = None
) -> Iterator[None]:
    """Turn the library's errors into a message and an exit status, and its warnings into messages.

    Parameters
    ----------
    hint
        Advice about missing columns.
    hints
        Part of a message that is for Python → advice for the command line.
    instrument
        The instrument as it was typed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UnverifiedKeyWarning)
            warnings.simplefilter("always", AnotherRangeWarning)
            warnings.simplefilter("always", KeyingWarning)
            warnings.showwarning = partial(_print_warning, instrument=instrument)
            yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        err.print(f"[red]error:[/] {escape(where + (error.strerror or str(error)))}", soft_wrap=True)
        raise typer.Exit(WRONG_USE) from None
    except (EstimationError, InstrumentError, NoNormsError, ResponseError, ImportError) as error:
        advice = [hint] if hint and isinstance(error, MissingColumnsError) else []
        advice += [text for words, text in {**_PYTHON_ADVICE, **(hints or {})}.items() if words in str(error)]
        if match := _WORDING.search(str(error)):
            options = [f"{_WORDING_OPTIONS[name]} {value}" for name, value in _GIVEN.findall(match[1])]
            advice.append(f"On the command line: {' '.join(options) or 'leave --form-version out'}")
        if match := _PARTNERS.search(str(error)):
            both = zip(("--a", "--b"), literal_eval(match[1]).values(), strict=True)
            advice.append(f"On the command line: {' '.join(f'{side} {shlex.quote(p)}' for side, p in both)}")
        if match := _ENCODING.search(str(error)):
            advice.append(f"On the command line: --encoding {match[1]}")
        if match := _SKIP_ROWS.search(str(error)):
            advice.append(f"On the command line: --skip-rows {match[1]}")
        if match := _SHEET.search(str(error)):
            advice.append(f"On the command line: --sheet {match[1]}")
        err.print(f"[red]error:[/] {escape(str(error))}{escape(_under_one_heading(advice))}", soft_wrap=True)
        raise typer.Exit(WRONG_USE) from None


def _under_one_heading(advice: Sequence[str]) -> str:
    """Return lines of advice for the command line, which is named once; empty without advice."""
    heading = "On the command line:"
    if sum(text.startswith(heading) for text in advice) <= 1:
        return "".join(f"\n{text}" for text in advice)
    return f"\n{heading}" + "".join(f"\n  {text.removeprefix(heading).strip()}" for text in advice)


@contextmanager
def progress(description: str) -> Iterator[Any]:
    """Show a progress bar on standard error, if that is a terminal."""
    if not err.is_terminal:  # rich 13.7 prints an empty line even for a disabled bar
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def figure(value: Any) -> str:
    """Return a figure with two decimals, and nan as a dash."""
    return shown(value, 2) if isinstance(value, float) else str(value)


def print_summary(summary: ScoreSummary, n_persons: int, where: str = "") -> None:
    """Print descriptive statistics of all scores.

    Parameters
    ----------
    summary, n_persons
        The statistics, and the number of persons.
    where
        End of a sentence that says how to see which scores are prorated.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    rows = [scale.figures() for scale in summary.scales]
    columns = {name: column_texts(name, [row[name] for row in rows]) for name in rows[0]}
    for name in columns:
        heading = _HEADINGS.get(name, name)
        table.add_column(heading, justify="left" if name == "scale" else "right", no_wrap=True)
    for texts in zip(*columns.values(), strict=True):
        table.add_row(*map(escape, texts))
    out.print(f"{escape(str(summary.instrument))}, {n_persons} persons\n")
    out.print(table)
    if n := summary.n_prorated:
        scores = "1 score is" if n == 1 else f"{n} scores are"
        out.print(
            f"\n{scores} prorated: made from fewer answers than the scale has items{where}.", soft_wrap=True
        )
    if not_applicable := summary.in_words():
        out.print(f"\n{escape(not_applicable)}.", soft_wrap=True)
    blanks = {item: n for item, n in summary.counted_blanks.items() if n}
    if blanks:
        counts = ", ".join(f"{escape(item)} {n}" for item, n in blanks.items())
        out.print(f"\nBlanks that counted as 0, not chosen: {counts}.", soft_wrap=True)


def print_problems(report: FileReport | StatisticsFileReport[Any] | CoupleFileReport) -> None:
    """Print the first bad cells, those with the same fault in one line, and what to do about them."""
    shown = report.first_problems
    count = "1 answer is" if report.n_problems == 1 else f"{report.n_problems} answers are"
    err.print(f"[red]{count} not valid[/] (row 1 is the first after the header):")
    alike: dict[tuple[str | None, ...], list[ResponseProblem]] = {}
    for problem in shown:
        kind = (problem.value_text, problem.reason, problem.allowed, problem.suggestion)
        alike.setdefault(kind, []).append(problem)
    for (value, reason, allowed, suggestion), (first, *others) in alike.items():
        hint = f"; {suggestion}" if suggestion else ""
        named = "; ".join(map(_where, others[:_SHOWN_ALIKE]))
        dots = "; …" if len(others) > _SHOWN_ALIKE else ""
        more = f" (and {len(others)} more like it: {named}{dots})" if others else ""
        err.print(
            escape(f"  {_where(first)}: {value} {reason}; allowed: {allowed}{hint}{more}"), soft_wrap=True
        )
    if report.n_problems > len(shown):
        err.print(f"  … and {report.n_problems - len(shown)} more; --problems FILE.csv writes all of them")
    if report.remedy:
        err.print(escape(report.remedy.command), soft_wrap=True)


def _where(problem: ResponseProblem) -> str:
    person = f", {problem.person}" if problem.person is not None else ""
    return f"row {(problem.row or 0) + 1}{person}, column {problem.column}"


def print_only_ticked(scales: Sequence[str]) -> None:
    """Print which scales of answers of 0 and 1 have no 0 in the file, and what to do."""
    if scales:
        out.print(
            f"\nNo 0 occurs in the file, and most persons skipped items of {escape(', '.join(scales))}, "
            "which are answered 0 or 1. If a blank means that a box was not ticked, add choose_all to the "
            "instrument, or fill in 0 for persons who saw the question: docs/how-to/score-files.md",
            soft_wrap=True,
        )


def print_blank_rows(n_blank_rows: int, what: str, of_one: str | None = None) -> None:
    """Print how many rows are blank, if any; ``of_one`` is the text for a single row."""
    if n_blank_rows:
        rows = "1 row is" if n_blank_rows == 1 else f"{n_blank_rows} rows are"
        out.print(f"{rows} blank: {of_one or what if n_blank_rows == 1 else what}.")


def print_table(cells: Mapping[str, Sequence[str]]) -> None:
    """Print a table; on a narrow terminal, texts are folded and figures are not."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for number, (name, texts) in enumerate(cells.items()):
        long = max(map(len, texts), default=0) > _LONG and any(c.isalpha() for text in texts for c in text)
        table.add_column(
            name,
            justify="right" if number else "left",
            no_wrap=not long,
            overflow="fold" if long else "ellipsis",
        )
    for row in zip(*cells.values(), strict=True):
        table.add_row(*map(escape, row))
    out.print(table)
    out.print()
