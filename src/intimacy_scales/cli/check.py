"""The command `check`: findings in item banks and instruments that their authors should look at."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from intimacy_scales.cli.console import WRONG_USE, err, out
from intimacy_scales.cli.options import (
    AS_IT_IS,
    FormVersion,
    LanguageName,
    VariantName,
    Wanted,
    load_named,
    typed_source,
)
from intimacy_scales.cli.terminal import errors_as_messages
from intimacy_scales.errors import ResponseError, UnverifiedKeyWarning
from intimacy_scales.instrument.catalogue import available
from intimacy_scales.instrument.loading import load, load_bank, load_either, shipped_banks

if TYPE_CHECKING:
    from intimacy_scales.checking import BankReport, Finding
    from intimacy_scales.instrument import Instrument, ItemBank

FOUND = 1
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def _where(finding: Finding) -> str:
    return finding.item or "the whole"


def _finding_lines(finding: Finding) -> Iterator[str]:
    colour = "dim" if finding.explained else _COLOURS[finding.severity]
    field = f"{finding.field}: " if finding.field else ""
    yield f"  [{colour}]{finding.severity}[/] {escape(field + finding.message)} [dim]({finding.rule})[/]"
    if finding.explained:
        yield f"    [dim]explained: {escape(finding.explained)}[/]"


def _print_report(report: BankReport) -> None:
    name = f"{report.kind} [bold]{escape(report.id)}[/] {escape(report.version)}"
    out.print(f"{name}: {report.summary()}", soft_wrap=True)
    for where, findings in groupby(report.findings, key=_where):
        out.print(escape(where))
        for finding in findings:
            for line in _finding_lines(finding):
                out.print(line, soft_wrap=True)


def _print_reasons(reports: Sequence[BankReport]) -> None:
    """Print, once for each rule that was broken, why it matters."""
    from intimacy_scales.checking import RULES

    broken = {finding.rule for report in reports for finding in report.unexplained}
    if broken:
        out.print("\n[bold]Why[/]")
    for rule in RULES.values():
        if rule.id in broken:
            out.print(f"[bold]{rule.id}[/]: {escape(rule.why)} [dim]{escape(rule.source)}[/]", soft_wrap=True)


def _chosen(names: Sequence[str], wanted: Wanted, *, every: bool) -> Iterator[ItemBank | Instrument]:
    """Yield what to check; the same id may name a bank and the form made of it.

    Raises
    ------
    ResponseError
        A version, language or variant was given for all instruments together.
    """
    banks, forms = shipped_banks(), available().ids
    if wanted != AS_IT_IS:
        if every:
            raise ResponseError(
                "--all checks everything as it was written: --form-version, --language and --variant are "
                "allowed only with the names of instruments"
            )
        yield from (load_named(name, wanted) for name in names)
        return
    for name in names:
        if name in banks:
            yield load_bank(name)
        if name in forms:
            yield load(name)
        if name not in (*banks, *forms):
            yield load_either(typed_source(name))
    if every:
        yield from map(load_bank, banks)
        yield from map(load, forms)


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE_OR_ID]...", help="Files or ids of banks or instruments."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Check everything that is shipped.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as failures too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="Compare items with this file or id instead of the shipped banks; may be repeated."
        ),
    ] = None,
    form_version: FormVersion = None,
    language: LanguageName = None,
    variant: VariantName = None,
) -> None:
    """Check item banks, forms and instruments: wording, assumptions, duplicates, balance, evidence.

    Findings that the file explains under `accepted` are shown but do not count.

    Exit status: 0 passed, 1 an error (or, with --strict, a warning) is not explained, 2 wrong use.
    """
    from intimacy_scales.checking import check_bank

    with errors_as_messages(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedKeyWarning)  # nothing is scored here
        chosen = list(_chosen(names or (), Wanted(form_version, language, variant), every=every))
        if not chosen:
            err.print("[red]error:[/] nothing to check: pass files or ids, or --all")
            raise typer.Exit(WRONG_USE)
        others = [typed_source(name) for name in against or ()] or None
        reports = [check_bank(bank, against=others) for bank in chosen]
    if as_json:
        typer.echo(json.dumps([report.to_dict() for report in reports], ensure_ascii=False, indent=2))
    else:
        for report in reports:
            _print_report(report)
        _print_reasons(reports)
    if not all(report.passed(strict=strict) for report in reports):
        raise typer.Exit(FOUND)
